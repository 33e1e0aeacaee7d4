//! Somebody on his socket: he knows where he stands in each conversation, keeps what is not
//! acknowledged yet, and comes back by himself when the socket breaks.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use super::tally::Shared;
use crate::client::{Frame, Signed, Site, Socket};
use crate::words::{ClientId, ConversationId, EventKind};

/// The time between two frames, so that nobody says more than a socket may.
const PACE: Duration = Duration::from_millis(60);
/// How long `ready` may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Broken sockets in a row until somebody gives up, and the pause between them.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(300);

/// Somebody who talks.
pub struct Talker {
    pub me: Signed,
    name: String,
    site: Site,
    tally: Shared,
    socket: Option<Socket>,
    cursors: HashMap<ConversationId, i64>,
    /// Said, and not acknowledged yet; said again after a broken socket.
    unacked: Vec<(ClientId, ConversationId, Value)>,
    /// When the next frame may be said.
    pub free_at: Instant,
    tries: u32,
}

impl Talker {
    pub fn new(site: Site, me: Signed, name: String, tally: Shared) -> Self {
        Self {
            me,
            name,
            site,
            tally,
            socket: None,
            cursors: HashMap::new(),
            unacked: Vec::new(),
            free_at: Instant::now(),
            tries: 0,
        }
    }

    /// The next frame. Connects first if there is no socket, which is heard as `ready`. May be
    /// dropped while it waits.
    pub async fn hear(&mut self) -> anyhow::Result<Frame> {
        loop {
            let Some(socket) = &mut self.socket else {
                match self.connect().await {
                    Ok(ready) => return Ok(ready),
                    Err(error) => self.broken(error).await?,
                }
                continue;
            };
            match socket.hear().await {
                Ok(Frame::Bye {
                    reason,
                    reconnect_in_ms,
                }) => {
                    self.socket = None;
                    let Some(wait) = reconnect_in_ms else {
                        bail!("the server said goodbye for good: {reason}");
                    };
                    sleep(Duration::from_millis(wait)).await;
                }
                Ok(frame) => {
                    self.tries = 0;
                    self.note(&frame);
                    return Ok(frame);
                }
                Err(error) => self.broken(error).await?,
            }
        }
    }

    async fn connect(&mut self) -> anyhow::Result<Frame> {
        let mut socket = self.site.socket(&self.me.token, &self.cursors).await?;
        let ready = timeout(PATIENCE, socket.hear())
            .await
            .context("the server does not get ready")??;
        if !matches!(ready, Frame::Ready { .. }) {
            bail!("the server says {ready:?} where `ready` is due");
        }
        for (_, _, frame) in &self.unacked {
            socket.say(frame).await?;
            sleep(PACE).await;
        }
        self.socket = Some(socket);
        Ok(ready)
    }

    async fn broken(&mut self, error: anyhow::Error) -> anyhow::Result<()> {
        self.socket = None;
        self.tries += 1;
        if self.tries >= TRIES {
            return Err(error);
        }
        let text = format!("{} connects again: {error:#}", self.name);
        self.tally.borrow_mut().note(text);
        sleep(PAUSE).await;
        Ok(())
    }

    /// Follows the chain of events and the acknowledgements.
    fn note(&mut self, frame: &Frame) {
        let mut tally = self.tally.borrow_mut();
        match frame {
            Frame::Event { after, event } => {
                let at = self.cursors.insert(event.conversation, event.seq);
                if at.unwrap_or(0) != *after || event.seq <= *after {
                    tally.holes += 1;
                }
                if let (EventKind::Message, Some(from)) = (event.kind, event.sender_id) {
                    tally.came(self.me.id, event.conversation, event.seq, from);
                }
                if event.kind == EventKind::Closed {
                    self.cursors.remove(&event.conversation);
                }
            }
            Frame::Ack {
                client_id: Some(id),
                seq: Some(seq),
                ..
            } => {
                let known = self.unacked.iter().position(|(one, _, _)| one == id);
                if let Some(index) = known {
                    let (id, conversation, _) = self.unacked.swap_remove(index);
                    tally.acknowledged(conversation, id, *seq);
                }
            }
            Frame::Rep { rep } if rep.load > rep.capacity => tally.over_capacity += 1,
            Frame::Error {
                client_id,
                code,
                message,
            } => {
                self.unacked
                    .retain(|(one, _, _)| Some(one) != client_id.as_ref());
                tally.trouble(format!("{}: {code}: {message}", self.name));
            }
            _ => {}
        }
    }

    /// Says a message.
    pub async fn send(&mut self, id: ConversationId, text: &str) {
        let client_id = ClientId::new();
        let frame = json!({
            "type": "send", "client_id": client_id, "conversation": id, "text": text,
        });
        self.say(client_id, id, frame).await;
    }

    /// Closes a conversation with last words.
    pub async fn close(&mut self, id: ConversationId, text: &str) {
        let client_id = ClientId::new();
        let frame = json!({
            "type": "close", "client_id": client_id, "conversation": id, "text": text,
            "resolution": "resolved",
        });
        self.say(client_id, id, frame).await;
    }

    /// Sets a rep's availability.
    pub async fn set(&mut self, availability: &str) {
        let frame = json!({ "type": "availability", "availability": availability });
        self.push(&frame).await;
    }

    async fn say(&mut self, client_id: ClientId, id: ConversationId, frame: Value) {
        self.unacked.push((client_id, id, frame.clone()));
        self.push(&frame).await;
    }

    /// What cannot be said now is said again on the next socket.
    async fn push(&mut self, frame: &Value) {
        self.free_at = Instant::now() + PACE;
        if let Some(socket) = &mut self.socket
            && socket.say(frame).await.is_err()
        {
            self.socket = None;
        }
    }

    /// Closes the socket; hearing opens a new one.
    pub async fn leave(&mut self) {
        if let Some(socket) = self.socket.take() {
            socket.close().await;
        }
    }

    /// Whether the server has acknowledged everything.
    pub fn is_settled(&self) -> bool {
        self.unacked.is_empty()
    }
}
