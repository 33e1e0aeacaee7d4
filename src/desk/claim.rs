//! A rep takes a waiting conversation himself. Permission and capacity count, presence does not.

use super::{Actor, Desk, dispatcher};
use crate::dispatch::Proposal;
use crate::error::{Code, Error, Result};
use crate::store::conversations::{self, ConversationView};
use crate::store::{Conn, events};
use crate::words::{ConversationId, Role, Status, UserId, now};

impl Desk {
    /// Takes it, if it still waits; whoever comes second is told who was first. Taking what is
    /// one's own already changes nothing.
    pub async fn claim(&self, actor: Actor, id: ConversationId) -> Result<ConversationView> {
        if actor.role != Role::Rep {
            return Err(Error::new(
                Code::Forbidden,
                "Only a rep can claim a conversation.",
            ));
        }
        let at = now();
        let (view, taken) = self
            .commit(move |conn| {
                // Locks the conversation, so that what is read now holds until the end.
                events::bump(conn, id, 0)?;
                if let Some(view) = mine_already(conn, actor.id, id)? {
                    return Ok(((view, false), super::Change::default()));
                }
                let one = Proposal {
                    conversation: id,
                    rep: actor.id,
                    seen: None,
                };
                let (change, _) = dispatcher::assign(conn, one, Some(actor.id), at)?;
                let row = conversations::find(conn, id)?;
                let row = row.ok_or_else(|| Error::not_found("conversation"))?;
                Ok(((conversations::view(conn, row)?, true), change))
            })
            .await?;
        if taken {
            self.0.metrics.assigned.inc();
        }
        Ok(view)
    }
}

/// The view, if it is this rep's already; an error, if it cannot become his.
fn mine_already(
    conn: &mut Conn,
    rep: UserId,
    id: ConversationId,
) -> Result<Option<ConversationView>> {
    let row = conversations::find(conn, id)?.ok_or_else(|| Error::not_found("conversation"))?;
    let serves = conversations::serves(conn, rep, row.queue_id)?;
    if !serves && row.last_rep_id != Some(rep) {
        return Err(Error::not_found("conversation"));
    }
    if row.rep_id == Some(rep) {
        return conversations::view(conn, row).map(Some);
    }
    match row.status {
        Status::Waiting => Ok(None),
        Status::Closed => Err(Error::new(
            Code::ConversationClosed,
            "This conversation is closed already.",
        )),
        _ => {
            let view = conversations::view(conn, row)?;
            let who = view
                .rep
                .map(|rep| rep.name)
                .unwrap_or_else(|| "Somebody else".into());
            let detail = format!("{who} has taken this conversation. Choose another.");
            Err(Error::new(Code::AlreadyClaimed, detail))
        }
    }
}
