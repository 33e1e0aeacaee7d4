//! Somebody types. It is passed on and never stored, and ends by itself.

use super::joins::audience;
use super::{Desk, hold};
use crate::access::{Action, Actor};
use crate::error::Result;
use crate::news::{News, Typing};
use crate::store::Conn;
use crate::store::conversations::{self, PersonView};
use crate::words::{ConversationId, Status};

/// How long it holds if it is not said again, in ms.
pub const TYPING_MS: u64 = 5_000;

impl Desk {
    /// Tells the others in a conversation that somebody types, or not any more. Whoever may write
    /// there may say so.
    pub async fn typing(
        &self,
        actor: Actor,
        name: String,
        conversation: ConversationId,
        on: bool,
    ) -> Result<()> {
        let asked = actor.clone();
        let read = move |conn: &mut Conn| {
            let row = conversations::allowed(conn, &asked, Action::Type, conversation)?;
            hold::expect(&row, &[Status::Waiting, Status::Offered, Status::Active])?;
            audience(conn, &row)
        };
        let mut audience = self.0.store.read(read).await?;
        audience.retain(|one| *one != actor.id);
        let user = PersonView::new(actor.id, name);
        let typing = Typing {
            conversation,
            audience,
            user,
            on,
        };
        self.0.bell.ring(News::Typing(Box::new(typing)));
        Ok(())
    }
}
