//! A conversation ends: by its rep, by an admin, or by the customer himself at any moment.

use super::hold::Hold;
use super::{Change, Desk, exits, repeated};
use crate::access::{Action, Actor};
use crate::error::{Code, Error, Result};
use crate::store::conversations::{self, ConversationView};
use crate::store::events::{Entry, Event};
use crate::store::ties::may_with;
use crate::store::{Conn, answer, messages, originals};
use crate::words::{ClientId, ConversationId, EventKind, Moment, Resolution, Role, Status, now};

/// How to close.
#[derive(Debug, Clone, Default)]
pub struct Close {
    pub client_id: Option<ClientId>,
    /// Last words, stored as a message before the end.
    pub text: Option<String>,
    /// None: resolved when a rep served it, abandoned when it still waited.
    pub resolution: Option<Resolution>,
}

impl Desk {
    /// Closes it and frees its slot; whoever is next in line is told to the line at once. Where the
    /// queue says so, its rep keeps the slot a while, to wrap up. Closing what is closed changes
    /// nothing; the flag says whether that was so.
    pub async fn close(
        &self,
        actor: Actor,
        id: ConversationId,
        close: Close,
    ) -> Result<(ConversationView, bool)> {
        if let Some(text) = &close.text {
            self.check_text(text)?;
        }
        if close.text.is_some() || actor.role == Role::Customer {
            self.count_words(&actor)?;
        }
        let at = now();
        let answer = self
            .commit(move |conn| end(conn, &actor, id, &close, at))
            .await?;
        if !answer.1 {
            self.0.metrics.closed.inc();
        }
        Ok(answer)
    }
}

fn end(
    conn: &mut Conn,
    actor: &Actor,
    id: ConversationId,
    close: &Close,
    at: Moment,
) -> Result<((ConversationView, bool), Change)> {
    let count = 1 + i64::from(close.text.is_some());
    let last_seq = Hold::lock(conn, id, count)?;
    let found = conversations::find_to_close(conn, id)?;
    let (row, wrap_ms) = found.ok_or_else(|| Error::not_found("conversation"))?;
    let mut hold = Hold::of(row, at, last_seq, count);
    may_with(conn, actor, Action::Close, &hold.row)?;
    let ends = [EventKind::Closed, EventKind::Wrapup];
    let before = repeated(conn, id, close.client_id, &ends, actor.id)?;
    let print = originals::of_close(id, close.text.as_deref(), close.resolution);
    let another = |event: &Event| originals::kept(event).is_some_and(|kept| *kept != print);
    if before.as_ref().is_some_and(another) {
        return Err(messages::idempotency_mismatch());
    }
    let again = before.is_some();
    let status = hold.row.status;
    if again || is_over(actor, status) {
        if close.text.is_some() && !again {
            return Err(too_late());
        }
        return Ok(((hold.leave(conn, actor.role)?, true), Change::default()));
    }
    if status == Status::Wrapup && close.text.is_some() {
        return Err(too_late());
    }
    let how = close.resolution.unwrap_or(match status {
        Status::Waiting | Status::Offered => Resolution::Abandoned,
        Status::Parked if hold.row.is_left_message() => Resolution::Abandoned,
        Status::Wrapup => hold.row.ending.unwrap_or(Resolution::Resolved),
        _ => Resolution::Resolved,
    });
    let (wraps, had) = (status == Status::Active && wrap_ms > 0, hold.row.rep_id);
    if wraps {
        hold.row.status = Status::Wrapup;
        hold.row.ending = Some(how);
        hold.row.due_at = Some(at + wrap_ms);
        hold.row.changed_by = Some(actor.id);
    } else {
        exits::close_row(&mut hold.row, how, Some(actor.id), at);
    }
    if let Some(text) = &close.text {
        answer::check_room(last_seq - 1, EventKind::Message)?;
        last_words(&mut hold, actor, text, had == Some(actor.id));
    }
    let kind = match wraps {
        true => EventKind::Wrapup,
        false => EventKind::Closed,
    };
    let mut data = serde_json::json!({ "resolution": how });
    if close.client_id.is_some() {
        originals::mark(&mut data, print);
    }
    hold.add(Entry {
        client_id: close.client_id,
        data: Some(data),
        ..Entry::new(kind, Some(actor.id))
    });
    let (view, change) = hold.write(conn)?;
    Ok(((view, false), change))
}

/// Says them. Those of its rep may be his first.
fn last_words(hold: &mut Hold, actor: &Actor, text: &str, by_rep: bool) {
    if by_rep {
        hold.row.first_reply_at.get_or_insert(hold.at);
    }
    hold.add(Entry {
        body: Some(text.into()),
        ..Entry::new(EventKind::Message, Some(actor.id))
    });
}

fn too_late() -> Error {
    let detail = "This conversation has ended already. Your last words were not stored.";
    Error::new(Code::ConversationClosed, detail)
}

/// A wrap-up is the rep's: for its customer the conversation has ended.
fn is_over(actor: &Actor, status: Status) -> bool {
    status == Status::Closed || status == Status::Wrapup && actor.role == Role::Customer
}
