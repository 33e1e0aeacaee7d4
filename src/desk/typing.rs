//! Somebody types. It is passed on and never stored, and ends by itself.

use super::joins::{audience, takes_part};
use super::{Actor, Desk, moves};
use crate::error::Result;
use crate::news::{News, Typing};
use crate::store::conversations::{self, PersonView};
use crate::store::{Conn, messages};
use crate::words::{ConversationId, Role, Status};

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
            let row = conversations::readable(conn, asked.id, asked.role, conversation)?;
            let may = asked.role == Role::Admin || takes_part(conn, &asked, &row)?;
            if !may && row.last_rep_id == Some(asked.id) {
                return Err(messages::stale_assignment());
            }
            if !may {
                return Err(conversations::not_his(conn, asked.id, asked.role, &row));
            }
            moves::expect(&row, &[Status::Waiting, Status::Offered, Status::Active])?;
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
