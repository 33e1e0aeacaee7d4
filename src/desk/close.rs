//! A conversation ends: by its rep, by an admin, or by the customer himself at any moment.

use super::{Actor, Change, Desk, exits, repeated};
use crate::error::{Code, Error, Result};
use crate::news::{Grown, News};
use crate::store::conversations::{self, Conversation, ConversationView};
use crate::store::events::{self, Entry};
use crate::store::{Conn, line, messages, reps};
use crate::words::{
    ClientId, ConversationId, EventKind, Moment, Resolution, Role, Status, UserId, now,
};

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
    // Taken first, so that what is read next holds; given back if nothing is written.
    let Some(last_seq) = events::bump(conn, id, count)? else {
        return Err(Error::not_found("conversation"));
    };
    let found = conversations::find_to_close(conn, id)?;
    let (before, wrap_ms) = found.ok_or_else(|| Error::not_found("conversation"))?;
    may_close(actor, &before)?;
    let ends = [EventKind::Closed, EventKind::Wrapup];
    let again = repeated(conn, id, close.client_id, &ends, actor.id)?;
    if again || is_over(actor, before.status) {
        if close.text.is_some() && !again {
            let detail = "This conversation is closed already. Your last words were not stored.";
            return Err(Error::new(Code::ConversationClosed, detail));
        }
        events::bump(conn, id, -count)?;
        return Ok((
            (conversations::view(conn, before)?, true),
            Change::default(),
        ));
    }
    if before.status == Status::Wrapup && close.text.is_some() {
        let detail = "This conversation is over for its customer. End the wrap-up without words.";
        return Err(Error::new(Code::ConversationClosed, detail));
    }
    let how = close.resolution.unwrap_or(match before.status {
        Status::Waiting | Status::Offered => Resolution::Abandoned,
        Status::Wrapup => before.ending.unwrap_or(Resolution::Resolved),
        _ => Resolution::Resolved,
    });
    let wraps = before.status == Status::Active && wrap_ms > 0;
    let mut row = before.clone();
    if wraps {
        row.status = Status::Wrapup;
        row.ending = Some(how);
        row.due_at = Some(at + wrap_ms);
        row.changed_by = Some(actor.id);
    } else {
        exits::close_row(&mut row, how, Some(actor.id), at);
    }
    row.updated_at = at;
    let beside = conversations::set_state(conn, &row)?;
    let log = events::append(conn, id, last_seq, at, entries(actor, close, how, wraps))?;
    let mut change = Change::default();
    // Last, because everything else of this rep waits for it until the commit.
    if let Some(rep) = before.rep_id.filter(|_| before.status.holds_slot()) {
        if !wraps {
            reps::free_slot(conn, rep)?;
        }
        change.reps.push(rep);
    }
    let fact = line::of_row(&row, last_seq, beside.mode, Vec::new());
    let view = conversations::view_of(row, beside, last_seq);
    let audience = [Some(before.customer_id), before.rep_id]
        .into_iter()
        .flatten();
    change.conversation(fact, Grown::new(log, audience, Some(view.clone())));
    if before.status == Status::Waiting {
        change.news.push(News::Line {
            queue: before.queue_id,
        });
    }
    Ok(((view, false), change))
}

fn entries(actor: &Actor, close: &Close, how: Resolution, wraps: bool) -> Vec<Entry> {
    let kind = match wraps {
        true => EventKind::Wrapup,
        false => EventKind::Closed,
    };
    let words = close.text.clone().map(|text| Entry {
        body: Some(text),
        ..Entry::new(EventKind::Message, Some(actor.id))
    });
    let closed = Entry {
        client_id: close.client_id,
        data: Some(serde_json::json!({ "resolution": how })),
        ..Entry::new(kind, Some(actor.id))
    };
    words.into_iter().chain([closed]).collect()
}

/// A wrap-up is the rep's: for its customer the conversation has ended.
fn is_over(actor: &Actor, status: Status) -> bool {
    status == Status::Closed || status == Status::Wrapup && actor.role == Role::Customer
}

/// The customer may, the rep who has it may, an admin may. A rep whose it was is told so.
fn may_close(actor: &Actor, row: &Conversation) -> Result<()> {
    let had = |rep: Option<UserId>| rep == Some(actor.id);
    match actor.role {
        Role::Admin => Ok(()),
        Role::Customer if row.customer_id == actor.id => Ok(()),
        Role::Rep if had(row.rep_id) && row.status == Status::Offered => Err(Error::new(
            Code::WrongState,
            "This conversation is offered to you. Accept or decline it.",
        )),
        Role::Rep if had(row.rep_id) => Ok(()),
        Role::Rep if had(row.last_rep_id) && row.status == Status::Closed => Ok(()),
        Role::Rep if had(row.last_rep_id) => Err(messages::stale_assignment()),
        _ => Err(Error::not_found("conversation")),
    }
}
