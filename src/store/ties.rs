//! How somebody stands to a conversation, read: what `access` decides by.

use super::conn::Conn;
use super::conversations::{self, Conversation};
use super::joined;
use crate::access::{Action, Actor, Object, Tie, may};
use crate::error::Result;
use crate::words::Role;

/// His tie to this one. Beside what is his, and for customers and admins, the row alone tells.
pub fn tie(conn: &mut Conn, actor: &Actor, row: &Conversation) -> Result<Tie> {
    let me = Some(actor.id);
    let rep = actor.role == Role::Rep && row.rep_id == me;
    let (staff, beside) = (
        !actor.is_customer() && !rep,
        actor.role == Role::Rep && !rep,
    );
    Ok(Tie {
        status: row.status,
        customer: actor.is_customer() && row.customer_id == actor.id,
        rep,
        last: actor.role == Role::Rep && row.last_rep_id == me,
        its_rep: actor.role == Role::Rep && row.its_rep() == me,
        kept: actor.role == Role::Rep && row.is_kept_for(actor.id),
        joined: staff && joined::is_in(conn, row.id, actor.id)?,
        serves: beside && conversations::serves(conn, actor.id, row.queue_id)?,
        left: row.is_left_message(),
        taken: row.rep_id.is_some(),
    })
}

/// Refuses what he may not do with this one.
pub fn may_with(conn: &mut Conn, actor: &Actor, action: Action, row: &Conversation) -> Result<()> {
    // Nothing is read for who may not in any case.
    may(actor, action, Object::None)?;
    let tie = tie(conn, actor, row)?;
    may(actor, action, Object::Conversation(&tie))
}
