//! Someone writes a message.

use std::time::Instant;

use super::{Actor, Desk};
use crate::error::{Error, Result};
use crate::news::{EventView, Grown, News};
use crate::store::messages::Append;
use crate::words::{AttachmentId, ClientId, ConversationId, now};

/// What somebody says: a text, uploads of his, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    pub text: String,
    pub attachments: Vec<AttachmentId>,
}

impl Said {
    /// What a client says: a text, uploads, or both.
    pub fn of(text: Option<String>, attachments: Vec<AttachmentId>) -> Result<Self> {
        match text {
            None if attachments.is_empty() => Err(Error::invalid(
                "text",
                "This field is missing. Write something, or attach a file.",
            )),
            text => Ok(Said {
                text: text.unwrap_or_default(),
                attachments,
            }),
        }
    }
}

impl From<String> for Said {
    fn from(text: String) -> Self {
        Said {
            text,
            ..Said::default()
        }
    }
}

/// A stored message.
#[derive(Debug, Clone)]
pub struct Sent {
    pub event: EventView,
    /// The number of its conversation.
    pub number: i64,
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
        said: impl Into<Said>,
    ) -> impl Future<Output = Result<Sent>> + 'static {
        let (desk, begun) = (self.clone(), Instant::now());
        let said: Said = said.into();
        let paced = || self.0.pace.take(actor.id, begun);
        let storing = self.check_said(&said).and_then(|()| paced()).map(|()| {
            self.0.store.append(Append {
                conversation,
                sender: actor.id,
                role: actor.role,
                client_id,
                text: said.text,
                attachments: said.attachments,
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
                    number: stored.number,
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
                number: stored.number,
                duplicate: false,
            })
        }
    }

    /// What is wrong with it, if anything. A text may only be missing where something is attached.
    pub(super) fn check_said(&self, said: &Said) -> Result<()> {
        let (ids, most) = (&said.attachments, self.0.limits.attachments_max);
        if ids.is_empty() || !said.text.is_empty() {
            self.check_text(&said.text)?;
        }
        if ids.len() > most {
            let detail = format!("Attach at most {most} files to one message.");
            return Err(Error::invalid("attachments", detail));
        }
        if (1..).zip(ids).any(|(next, id)| ids[next..].contains(id)) {
            return Err(Error::invalid("attachments", "Name each upload once."));
        }
        Ok(())
    }
}
