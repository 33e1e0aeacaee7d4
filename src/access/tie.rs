//! How somebody stands to a conversation: all of it that counts for what he may do there.

use super::Actor;
use crate::words::{Role, Sees, Status};

/// What ties somebody to a conversation. Of a customer only `customer` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tie {
    pub status: Status,
    /// It is his own: he has opened it.
    pub customer: bool,
    /// He serves it, wraps it up, or is offered it.
    pub rep: bool,
    /// He has served it last.
    pub last: bool,
    /// It is his as a rep's: he serves it, or has served it last and it is laid aside or closed.
    pub its_rep: bool,
    /// It waits for him, at first or alone.
    pub kept: bool,
    pub joined: bool,
    /// He serves its queue.
    pub serves: bool,
    /// It is a message that was left, which nobody has looked after yet.
    pub left: bool,
    /// Some rep has it, or is offered it.
    pub taken: bool,
}

impl Tie {
    /// Whether he may read it.
    pub fn is_read_by(&self, actor: &Actor) -> bool {
        match actor.role {
            Role::Admin => true,
            Role::Customer => self.customer,
            Role::Rep => {
                let his = self.rep || self.last || self.kept || self.joined;
                let for_all = self.status == Status::Waiting || self.left;
                his || match actor.rights.sees {
                    Sees::Own => false,
                    Sees::Waiting => for_all && self.serves,
                    Sees::Queues => self.serves,
                    Sees::All => true,
                }
            }
        }
    }

    /// Whether he takes part in it, also beside its rep.
    pub fn takes_part(&self) -> bool {
        self.customer || self.its_rep || self.joined
    }

    /// Whether he may take it, if nobody has it. Who was slower is told so where he has seen it wait.
    pub fn is_claimed_by(&self, actor: &Actor) -> bool {
        let knows = actor.rights.sees != Sees::Own || self.is_read_by(actor);
        knows && self.may_be_given()
    }

    /// Whether a rep can be given it at all: it was or is meant for him, or he serves its queue.
    pub fn may_be_given(&self) -> bool {
        self.rep || self.last || self.kept || self.serves
    }
}
