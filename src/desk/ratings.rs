//! A customer says what he thought of a conversation, once it is over for him.
//!
//! That is his last word on it and no message: it moves nothing and reopens nothing. The newest
//! one counts. Its log tells that he has said so and with which score; his text stands in the row
//! alone, so that one which he has taken back is nowhere.

use std::ops::RangeInclusive;

use serde_json::json;

use super::hold::{self, Hold};
use super::joins::{audience, grown};
use super::{Change, Desk, check_text};
use crate::access::{Action, Actor};
use crate::error::{Code, Error, Result};
use crate::store::answer;
use crate::store::conversations::{self, ConversationView};
use crate::store::events::{self, Entry};
use crate::words::{ConversationId, EventKind, Status, now};

/// The scores there are.
pub const SCORES: RangeInclusive<i32> = 1..=5;
/// Characters of what he says to his score.
const RATING_CHARS_MAX: usize = 1_000;

impl Desk {
    /// Rates a conversation of one's own. The same again changes nothing.
    pub async fn rate(
        &self,
        actor: Actor,
        id: ConversationId,
        score: i32,
        text: Option<String>,
    ) -> Result<ConversationView> {
        if !SCORES.contains(&score) {
            let detail = "Give a whole number from 1 (bad) to 5 (good).";
            return Err(Error::invalid("score", detail));
        }
        // A field that he left empty says nothing.
        let text = text.map(|text| text.trim().to_owned());
        let text = text.filter(|text| !text.is_empty());
        if let Some(text) = &text {
            check_text("rating", text, RATING_CHARS_MAX)?;
        }
        self.count_words(&actor)?;
        let at = now();
        self.commit(move |conn| {
            let row = hold::allowed(conn, &actor, Action::Rate, id)?;
            if (row.rating, &row.rating_text) == (Some(score), &text) {
                return Ok((conversations::view(conn, row)?, Change::default()));
            }
            if !matches!(row.status, Status::Wrapup | Status::Closed) {
                let detail = "This conversation is not over yet. Rate it once it is closed.";
                return Err(Error::new(Code::WrongState, detail));
            }
            hold::of_somebody(conn, &row)?;
            let last_seq = Hold::lock(conn, id, 1)?;
            answer::check_room(last_seq, EventKind::Rated)?;
            let row = conversations::set_rating(conn, id, score, text.as_deref(), at)?;
            let rated = Entry {
                data: Some(json!({ "score": score })),
                ..Entry::new(EventKind::Rated, Some(actor.id))
            };
            let log = events::append(conn, id, last_seq, at, vec![rated])?;
            let audience = audience(conn, &row)?;
            let view = conversations::view(conn, row)?;
            Ok((view.clone(), grown(log, audience, Some(view))))
        })
        .await
    }
}
