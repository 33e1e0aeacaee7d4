//! A message gets another text, or none any more.
//!
//! The message's own row is written over, so what was said before is nowhere (only a fingerprint of
//! what it said at first stays, for repetitions of the command that sent it); an `edited` or
//! `deleted` entry behind it tells those who know the message already. An edit carries the text
//! until the next one does, so whoever reads the log from anywhere to its end has the right one.

use serde_json::json;

use super::hold::{self, Hold};
use super::joins::{audience, grown, over};
use super::{Change, Desk, Sent};
use crate::access::{Action, Actor, Object, may};
use crate::error::{Code, Error, Result};
use crate::news::EventView;
use crate::store::conversations::Conversation;
use crate::store::events::{self, Entry, Event};
use crate::store::{Conn, answer, attachments, originals};
use crate::words::{ConversationId, EventKind, Moment, Role, Status, now};

impl Desk {
    /// Gives one's own message another text, for a while after it was written. The same text again
    /// changes nothing.
    pub async fn edit(
        &self,
        actor: Actor,
        id: ConversationId,
        seq: i64,
        text: String,
    ) -> Result<Sent> {
        self.check_text(&text)?;
        self.count_words(&actor)?;
        let (at, window) = (now(), self.limits().edit_ms);
        self.commit(move |conn| {
            let (row, message) = own(conn, &actor, Action::Edit, (id, seq))?;
            if events::was_deleted(&message) {
                let detail = "This message was deleted. Write a new one.";
                return Err(Error::new(Code::WrongState, detail));
            }
            if message.body.as_deref() == Some(&text) {
                return again(conn, &row, message, "edited");
            }
            in_time(&message, at, window)?;
            if matches!(row.status, Status::Closed | Status::Wrapup) {
                let detail = "This conversation is closed. What was said can only be deleted.";
                return Err(Error::new(Code::ConversationClosed, detail));
            }
            let entry = Entry {
                body: Some(text.clone()),
                data: Some(json!({ "seq": seq, "author_id": message.sender_id })),
                ..Entry::new(EventKind::Edited, Some(actor.id))
            };
            // What it carries it goes on carrying.
            let data = message.data.clone().unwrap_or_else(|| json!({}));
            rewrite(conn, &row, (&message, data), (&text, "edited"), entry, at)
        })
        .await
    }

    /// Takes the text out of one's own message, for a while after it was written; an admin out of
    /// anybody's, at any time. Deleting again changes nothing.
    pub async fn delete(&self, actor: Actor, id: ConversationId, seq: i64) -> Result<Sent> {
        self.count_words(&actor)?;
        let (at, window) = (now(), self.limits().edit_ms);
        self.commit(move |conn| {
            let (row, message) = own(conn, &actor, Action::Delete, (id, seq))?;
            if events::was_deleted(&message) {
                return again(conn, &row, message, "deleted");
            }
            if !actor.is_admin() {
                in_time(&message, at, window)?;
            }
            let entry = Entry {
                data: Some(json!({ "seq": seq, "author_id": message.sender_id })),
                ..Entry::new(EventKind::Deleted, Some(actor.id))
            };
            attachments::take_back(conn, id, seq, seq)?;
            rewrite(
                conn,
                &row,
                (&message, json!({})),
                ("", "deleted"),
                entry,
                at,
            )
        })
        .await
    }
}

/// The conversation, locked, and the message at this seq, if it may be his to change.
fn own(
    conn: &mut Conn,
    actor: &Actor,
    action: Action,
    (id, seq): (ConversationId, i64),
) -> Result<(Conversation, Event)> {
    let row = hold::allowed(conn, actor, Action::Read, id)?;
    let event = events::find(conn, id, seq)?;
    // For a customer there is no note here.
    let event = event.filter(|it| actor.role != Role::Customer || it.kind != EventKind::Note);
    let event = event.ok_or_else(|| Error::not_found("message"))?;
    if event.kind != EventKind::Message {
        let detail = format!("Entry {seq} is no message. Only messages can be edited or deleted.");
        return Err(Error::new(Code::NotAMessage, detail));
    }
    may(actor, action, Object::Message(event.sender_id))?;
    Ok((row, event))
}

fn in_time(message: &Event, at: Moment, window: Moment) -> Result<()> {
    if at - message.created_at <= window {
        return Ok(());
    }
    let detail = format!(
        "This message is too old: it could be changed for {}. Write a new one.",
        spelt(window)
    );
    Err(Error::new(Code::TooLate, detail))
}

/// So many ms as people say it; a window is whole seconds.
fn spelt(window: Moment) -> String {
    match (window / 60_000, window / 1_000) {
        (1, 60) => "a minute".into(),
        (minutes, seconds) if minutes > 0 && seconds % 60 == 0 => format!("{minutes} minutes"),
        (_, 1) => "a second".into(),
        (_, seconds) => format!("{seconds} seconds"),
    }
}

/// The answer to a change that was made before: the entry that told of it, or the message as it
/// was written.
fn again(
    conn: &mut Conn,
    row: &Conversation,
    message: Event,
    what: &str,
) -> Result<(Sent, Change)> {
    let told = message.data.as_ref().and_then(|data| data[what].as_i64());
    let event = match told {
        Some(seq) => events::find(conn, row.id, seq)?.unwrap_or(message),
        None => message,
    };
    let sent = Sent {
        event: event.into(),
        number: row.number,
        duplicate: true,
    };
    Ok((sent, Change::default()))
}

/// Writes the text over the message's, and the entry that tells of it.
fn rewrite(
    conn: &mut Conn,
    row: &Conversation,
    (message, mut data): (&Event, serde_json::Value),
    (text, what): (&str, &str),
    entry: Entry,
    at: Moment,
) -> Result<(Sent, Change)> {
    let last_seq = Hold::lock(conn, row.id, 1)?;
    answer::check_room(last_seq, entry.kind)?;
    // What is not its text any more is nowhere; before its last edit, it was taken out by that.
    if let Some(edit) = message.data.as_ref().and_then(|it| it["edited"].as_i64()) {
        events::empty(conn, row.id, edit)?;
    }
    data[what] = last_seq.into();
    originals::keep(message, &mut data);
    events::rewrite(conn, row.id, message.seq, text, data)?;
    let log = events::append(conn, row.id, last_seq, at, vec![entry])?;
    let audience = audience(conn, row)?;
    let sent = Sent {
        event: EventView::from(log[0].clone()),
        number: row.number,
        duplicate: false,
    };
    let over = over(conn, row)?;
    Ok((sent, grown(log, audience, over)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_spelt_as_long_as_it_is() {
        for (seconds, words) in [
            (900, "15 minutes"),
            (60, "a minute"),
            (90, "90 seconds"),
            (3, "3 seconds"),
            (1, "a second"),
            (0, "0 seconds"),
        ] {
            assert_eq!(spelt(seconds * 1_000), words);
        }
    }
}
