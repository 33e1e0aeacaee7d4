//! Who may do what: [`may`] decides it, for every route, every socket command and the desk.
//!
//! Nothing is read here. Whoever asks brings what is known of the object, and what a rep is
//! trusted with stands in his [`Rights`]. What a query has to know by itself, as which
//! conversations to list, is said in SQL beside it, and a test holds it against this.

mod action;
mod tie;

pub use action::{Action, Who};
pub use tie::Tie;

use crate::error::{Code, Error, Result};
use crate::words::{Role, Sees, Status, UserId};

/// Who asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub id: UserId,
    pub role: Role,
    pub rights: Rights,
}

impl Actor {
    /// One with the rights that come with his role.
    pub fn new(id: UserId, role: Role) -> Self {
        let rights = Rights::default();
        Actor { id, role, rights }
    }

    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }

    pub fn is_customer(&self) -> bool {
        self.role == Role::Customer
    }
}

/// What one rep is trusted with, as admins say it. An admin may all of it, a customer nothing.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Rights {
    /// Taking what waits by himself.
    pub claim: bool,
    /// Which conversations he may read beside his own.
    pub sees: Sees,
    /// Taking more than his capacity.
    pub over_capacity: bool,
    /// Taking out what he may read.
    pub export: bool,
}

impl Default for Rights {
    /// Those of a rep of whom nothing else was said.
    fn default() -> Self {
        Rights {
            claim: true,
            sees: Sees::Waiting,
            over_capacity: false,
            export: false,
        }
    }
}

/// What something is to be done with.
#[derive(Debug, Clone, Copy)]
pub enum Object<'a> {
    /// Nothing of its own, or nothing that was looked at yet: whether somebody like him may at all.
    None,
    /// A person.
    Person(UserId),
    /// A conversation, by how he who asks stands to it.
    Conversation(&'a Tie),
    /// A message that this person wrote, in a conversation that he who asks may read.
    Message(Option<UserId>),
}

/// Whether `actor` may do this. What he is not to know of is answered as what is not there.
pub fn may(actor: &Actor, action: Action, object: Object<'_>) -> Result<()> {
    for_his_kind(actor, action)?;
    match object {
        Object::None => Ok(()),
        Object::Person(person) => with_person(actor, action, person),
        Object::Conversation(tie) => with_conversation(actor, action, tie),
        Object::Message(author) => with_message(actor, action, author),
    }
}

fn for_his_kind(actor: &Actor, action: Action) -> Result<()> {
    let (rep, rights) = (actor.role == Role::Rep, &actor.rights);
    let (may, detail) = match action.who() {
        Who::Anyone | Who::SignedIn => (true, ""),
        Who::Customers => (actor.is_customer(), "Only a customer may do this."),
        Who::Reps => (rep, "Only a rep may do this."),
        Who::Staff => (!actor.is_customer(), "Only a rep or an admin may do this."),
        Who::Admins => (actor.is_admin(), "Only an admin may do this."),
        Who::Trusted(with) => (
            actor.is_admin() || rep && with(rights),
            "Only an admin may do this, and reps to whom an admin allows it.",
        ),
    };
    match may {
        true => Ok(()),
        false => Err(Error::new(Code::Forbidden, detail)),
    }
}

/// What is one's own is no one else's but an admin's.
fn with_person(actor: &Actor, action: Action, person: UserId) -> Result<()> {
    let himself = actor.id == person;
    match action {
        Action::Disable | Action::ChangeRole | Action::Erase if himself => {
            let detail = "Nobody can do this to himself. Ask another admin.";
            Err(Error::new(Code::WrongState, detail))
        }
        _ if himself || actor.is_admin() => Ok(()),
        _ => Err(Error::not_found("rep")),
    }
}

fn with_message(actor: &Actor, action: Action, author: Option<UserId>) -> Result<()> {
    let his = author == Some(actor.id);
    match his || action == Action::Delete && actor.is_admin() {
        true => Ok(()),
        false => {
            let detail = "You can change only what you wrote.";
            Err(Error::new(Code::Forbidden, detail))
        }
    }
}

fn with_conversation(actor: &Actor, action: Action, tie: &Tie) -> Result<()> {
    match action {
        Action::Write => write(actor, tie),
        Action::Type => type_in(actor, tie),
        Action::Close => close(actor, tie),
        Action::Reopen if tie.customer => Ok(()),
        Action::Wake if tie.left && tie.serves => Ok(()),
        Action::Direct | Action::Reopen | Action::Wake => direct(actor, tie),
        Action::Claim if tie.is_claimed_by(actor) => Ok(()),
        Action::Claim => Err(unknown()),
        Action::Assign => Ok(()),
        Action::Join { reps } => join(actor, tie, reps),
        // All that it takes to be told, and what only staff can do there.
        _ => match tie.is_read_by(actor) {
            true => Ok(()),
            false => Err(unknown()),
        },
    }
}

/// Writers are the customer, the assigned rep, who has joined and an admin; nobody writes into a
/// closed or parked conversation, nor into one that is only being wrapped up.
fn write(actor: &Actor, tie: &Tie) -> Result<()> {
    let offered = tie.status == Status::Offered && tie.rep;
    let may = match actor.role {
        Role::Customer => tie.customer,
        Role::Rep => tie.joined || tie.rep && !offered,
        Role::Admin => true,
    };
    if !may && offered {
        let detail = "This conversation is offered to you. Accept it before you write.";
        return Err(Error::new(Code::WrongState, detail));
    }
    let another_has_it = !matches!(tie.status, Status::Closed | Status::Parked);
    if !may && tie.last && another_has_it {
        return Err(stale_assignment());
    }
    if !may && !tie.last {
        return Err(not_his(actor, tie));
    }
    match tie.status {
        Status::Closed | Status::Wrapup => Err(Error::new(
            Code::ConversationClosed,
            "This conversation is closed. Open a new one to go on.",
        )),
        Status::Parked => Err(Error::new(
            Code::ConversationParked,
            match actor.role {
                Role::Customer => {
                    "This conversation is laid aside for now. Wait until it is taken up again, \
                     or open a new one."
                }
                Role::Rep | Role::Admin => "This conversation is parked. Wake it before writing.",
            },
        )),
        _ => Ok(()),
    }
}

/// Whoever takes part, and an admin.
fn type_in(actor: &Actor, tie: &Tie) -> Result<()> {
    match actor.is_admin() || tie.takes_part() {
        true => Ok(()),
        false if tie.last => Err(stale_assignment()),
        false => Err(not_his(actor, tie)),
    }
}

/// The customer, the rep who has it, an admin. A rep whose it was is told so.
fn close(actor: &Actor, tie: &Tie) -> Result<()> {
    match actor.role {
        Role::Admin => Ok(()),
        Role::Customer if tie.customer => Ok(()),
        Role::Rep if tie.rep && tie.status == Status::Offered => Err(Error::new(
            Code::WrongState,
            "This conversation is offered to you. Accept or decline it.",
        )),
        Role::Rep if tie.rep => Ok(()),
        Role::Rep if tie.last && tie.status == Status::Closed => Ok(()),
        Role::Rep if tie.last && tie.status == Status::Parked => Err(Error::new(
            Code::ConversationParked,
            "This conversation is parked. Wake it before you close it.",
        )),
        Role::Rep if tie.last => Err(stale_assignment()),
        _ => Err(not_his(actor, tie)),
    }
}

/// Sending it somewhere: its rep, whoever served it last while nobody does, and an admin.
fn direct(actor: &Actor, tie: &Tie) -> Result<()> {
    match actor.role {
        Role::Admin => Ok(()),
        Role::Rep if tie.rep || tie.last && !tie.taken => Ok(()),
        Role::Rep if tie.last => Err(stale_assignment()),
        _ => Err(not_his(actor, tie)),
    }
}

/// An admin, and where `reps` may, those who serve its queue.
fn join(actor: &Actor, tie: &Tie, reps: bool) -> Result<()> {
    if actor.is_admin() || reps && tie.serves {
        return Ok(());
    }
    if !tie.is_read_by(actor) {
        return Err(unknown());
    }
    match tie.rep {
        true => Ok(()),
        false => Err(Error::new(
            Code::Forbidden,
            "Reps may not join conversations here. An admin can allow it.",
        )),
    }
}

/// What somebody is told who may do nothing with a conversation: a rep who may read it, to claim
/// it first; anybody else, that there is none.
fn not_his(actor: &Actor, tie: &Tie) -> Error {
    if actor.role != Role::Rep || !tie.is_read_by(actor) {
        return unknown();
    }
    let detail = match tie.taken {
        true => "This conversation is another rep's. He can do this, or an admin.",
        false => "This conversation is nobody's yet. Claim it first.",
    };
    Error::new(Code::WrongState, detail)
}

fn unknown() -> Error {
    Error::not_found("conversation")
}

/// The answer to a rep who acts on what is no longer his.
pub fn stale_assignment() -> Error {
    Error::new(
        Code::StaleAssignment,
        "This conversation is no longer yours. Refresh your list: if it waits, claim it.",
    )
}
