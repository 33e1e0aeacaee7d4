//! What staff write to each other: notes in a conversation's log that no customer hears of.
//!
//! They change nothing else: not the row, so that no moment of it tells of them, and no time that
//! runs. They may be written at any time, also into what is parked or closed.

use super::hold::{self, Hold};
use super::joins::{audience, grown, over};
use super::{Change, Desk, Sent, check_text};
use crate::access::{Action, Actor};
use crate::error::{Error, Result};
use crate::news::EventView;
use crate::store::events::{self, Entry, Event};
use crate::store::{answer, messages};
use crate::words::{ClientId, ConversationId, EventKind, now};

impl Desk {
    /// Stores a note. Whoever of staff may read the conversation may write one.
    pub async fn note(
        &self,
        actor: Actor,
        id: ConversationId,
        client_id: ClientId,
        text: String,
    ) -> Result<Sent> {
        check_text("note", &text, self.limits().text_chars_max)?;
        self.count_words(&actor)?;
        let at = now();
        self.commit(move |conn| {
            let (row, _) = hold::locked(conn, id)?;
            let before = events::find_command(conn, id, client_id)?;
            // Whose note it is is told so, also if he may not read any more.
            let own = before.as_ref().is_some_and(|event| is_his(&actor, event));
            let row = match own {
                true => row,
                false => hold::allowed(conn, &actor, Action::Note, id)?,
            };
            if let Some(event) = before {
                let sent = same_again(&actor, &text, event, row.number)?;
                return Ok((sent, Change::default()));
            }
            hold::of_somebody(conn, &row)?;
            let note = Entry {
                client_id: Some(client_id),
                body: Some(text.clone()),
                ..Entry::new(EventKind::Note, Some(actor.id))
            };
            let last_seq = Hold::lock(conn, id, 1)?;
            answer::check_room(last_seq, EventKind::Note)?;
            let log = events::append(conn, id, last_seq, at, vec![note])?;
            let event = EventView::from(log[0].clone());
            // Its customer's sockets pass it by in silence, and so know that they miss nothing.
            let audience = audience(conn, &row)?;
            let sent = Sent {
                event,
                number: row.number,
                duplicate: false,
            };
            let over = over(conn, &row)?;
            Ok((sent, grown(log, audience, over)))
        })
        .await
    }
}

fn is_his(actor: &Actor, event: &Event) -> bool {
    event.kind == EventKind::Note && event.sender_id == Some(actor.id)
}

fn same_again(actor: &Actor, text: &str, event: Event, number: i64) -> Result<Sent, Error> {
    match is_his(actor, &event) && event.body.as_deref() == Some(text) {
        true => Ok(Sent {
            event: event.into(),
            number,
            duplicate: true,
        }),
        false => Err(messages::idempotency_mismatch()),
    }
}
