//! Someone writes a message.

use std::time::Instant;

use super::{Actor, Desk};
use crate::error::Result;
use crate::news::{EventView, Grown, News};
use crate::store::messages::Append;
use crate::words::{ClientId, ConversationId, now};

/// A stored message.
#[derive(Debug, Clone)]
pub struct Sent {
    pub event: EventView,
    /// It was stored before, by an earlier try of the same command.
    pub duplicate: bool,
}

impl Desk {
    /// Stores a message and rings for it. Its turn is taken when this is called, not when the
    /// future is first polled, so one caller's messages keep their order.
    pub fn send(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        client_id: ClientId,
        text: String,
    ) -> impl Future<Output = Result<Sent>> + 'static {
        let (desk, begun) = (self.clone(), Instant::now());
        let paced = || self.0.pace.take(actor.id, begun);
        let storing = self.check_text(&text).and_then(|()| paced()).map(|()| {
            self.0.store.append(Append {
                conversation,
                sender: actor.id,
                role: actor.role,
                client_id,
                text,
                at: now(),
            })
        });
        async move {
            let stored = storing?.await?;
            desk.0
                .metrics
                .commit_seconds
                .observe(begun.elapsed().as_secs_f64());
            let event = EventView::from(stored.event.clone());
            if stored.duplicate {
                desk.0.metrics.duplicates.inc();
                return Ok(Sent {
                    event,
                    duplicate: true,
                });
            }
            desk.0.metrics.messages.inc();
            let sender = stored.event.sender_id;
            let audience = [Some(stored.customer), stored.rep, sender]
                .into_iter()
                .flatten();
            if let Some(grown) = Grown::new(vec![stored.event], audience, None) {
                desk.0.bell.ring(News::Grown(Box::new(grown)));
            }
            Ok(Sent {
                event,
                duplicate: false,
            })
        }
    }
}
