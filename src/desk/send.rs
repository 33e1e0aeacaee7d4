//! Someone writes a message.

use std::collections::HashMap;
use std::time::Instant;

use tokio::sync::mpsc;

use super::Desk;
use crate::access::Actor;
use crate::error::{Error, Result};
use crate::news::{self, EventView, Grown, News};
use crate::store::Kept;
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
    /// Stores a message. Its turn is taken when this is called, not when the future is first
    /// polled, so one caller's messages keep their order. [`Desk::tell_said`] rings for it.
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
            // Boxed: each hand it goes through would have room for it twice.
            Box::pin(self.0.store.append(Append {
                conversation,
                sender: actor.clone(),
                client_id,
                text: said.text,
                attachments: said.attachments,
                at: now(),
            }))
        });
        async move {
            let stored = storing?.await?;
            desk.0
                .metrics
                .commit_seconds
                .observe(begun.elapsed().as_secs_f64());
            let count = match stored.duplicate {
                true => &desk.0.metrics.duplicates,
                false => &desk.0.metrics.messages,
            };
            count.inc();
            Ok(Sent {
                event: EventView::from(stored.event),
                number: stored.number,
                duplicate: stored.duplicate,
            })
        }
    }

    /// Rings for all messages that this node stores, and tells their senders, as long as it stores
    /// any. One place for all, so that what is said in a conversation is told in its order: a
    /// socket that hears of a number before the one below it has to ask the database.
    pub async fn tell_said(self, mut said: mpsc::Receiver<Vec<Kept>>) {
        while let Some(batch) = said.recv().await {
            let mut conversations: HashMap<ConversationId, Vec<Kept>> = HashMap::new();
            for one in batch {
                let id = one.message.event.conversation_id;
                conversations.entry(id).or_default().push(one);
            }
            for spoken in conversations.into_values() {
                self.hear_of_the_held(&spoken);
                for part in news::parts(spoken, |one| &one.message.event) {
                    self.ring_for(&part);
                    // Now: the sender's socket then has both to tell when it is woken.
                    part.into_iter().for_each(Kept::acknowledge);
                }
            }
        }
    }

    /// Whose place is being held and who says something is there.
    fn hear_of_the_held(&self, spoken: &[Kept]) {
        let his = spoken.iter().find(|Kept { message, .. }| {
            message.held && message.event.sender_id == Some(message.customer)
        });
        if let Some(one) = his {
            self.speaks(one.message.customer);
        }
    }

    /// Rings for what was said in one conversation, without anything in between: its rep is the
    /// same in all of it.
    fn ring_for(&self, spoken: &[Kept]) {
        let people = spoken
            .iter()
            .map(|Kept { message, .. }| [Some(message.customer), message.rep]);
        let events = spoken.iter().map(|one| one.message.event.clone());
        if let Some(grown) = Grown::new(events.collect(), people.flatten().flatten(), None) {
            self.0.bell.ring(News::Grown(Box::new(grown)));
        }
    }

    /// What is wrong with it, if anything. A text may only be missing where something is attached.
    pub(super) fn check_said(&self, said: &Said) -> Result<()> {
        let (ids, most) = (&said.attachments, self.limits().attachments_max);
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
