//! The socket of the Customer Support API: one conversation, plain messages.
//!
//! In: `{"message": "..."}`, from the rep also with `"close_chat": true`. Out: `{"message",
//! "sender", ...}` to everyone in the conversation, its sender included; the busy text and the
//! position to who waits; `{"redirect_id": "<uuid>"}` to the rep who has got another customer.

use std::collections::HashSet;

use futures_util::FutureExt;
use serde_json::{Value, json};

use super::customer_support_shapes::{sender, words};
use crate::app::App;
use crate::desk::Close;
use crate::error::{Error, Result};
use crate::gate::body;
use crate::gate::caller::Caller;
use crate::hub::{End, Note, Seat};
use crate::live;
use crate::live::cursor::{Asked, Cursors, Found, Next, missed};
use crate::live::presence::Presence;
use crate::live::socket::{Gone, Heard, Talk, Wire, spelt};
use crate::news::{EventView, Grown, News};
use crate::store::conversations::{self, ConversationView};
use crate::store::mine::Stand;
use crate::store::{Conn, waiting};
use crate::words::{ClientId, ConversationId, EventKind, Role, Status};

/// One side of one conversation.
pub struct Chat {
    app: App,
    caller: Caller,
    view: ConversationView,
    cursors: Cursors,
    presence: Presence,
    /// The rep's other open conversations that his client knows of.
    known: HashSet<ConversationId>,
    /// The place that its customer was told last; none, if he has heard of something else since.
    told: Option<i64>,
    /// Its customer has heard on this socket who his rep is.
    met: bool,
}

#[derive(serde::Deserialize)]
struct Frame {
    #[serde(default)]
    message: String,
    #[serde(default)]
    close_chat: bool,
}

/// A command's end: nothing to say, or why it was refused.
type Done = Result<()>;

impl Chat {
    /// A socket on a conversation as it is now. Earlier messages are read over HTTP.
    pub fn new(app: App, caller: Caller, view: ConversationView) -> Self {
        let mut cursors = Cursors::default();
        cursors.set(view.id, view.last_seq);
        Self {
            app,
            caller,
            view,
            cursors,
            presence: Presence::default(),
            known: HashSet::new(),
            told: None,
            met: false,
        }
    }

    fn is_rep(&self) -> bool {
        self.caller.actor.role == Role::Rep
    }

    /// What to say of a failure.
    fn refusal(&self, error: &Error) -> serde_json::Value {
        live::note_failure(&self.app, &self.caller.actor, error);
        let mut frame = json!({ "error": error.code.as_str(), "detail": error.detail });
        if let Some(wait_ms) = error.retry_after_ms {
            frame["retry_after_ms"] = json!(wait_ms);
        }
        frame
    }

    async fn refuse(&self, wire: &mut Wire, error: &Error) -> Result<(), Gone> {
        wire.send(self.refusal(error)).await
    }

    /// Where he stands. The first answer and the first news may both say it: he is told once.
    async fn place(&mut self, wire: &mut Wire, ahead: i64) -> Result<(), Gone> {
        if self.told.replace(ahead) == Some(ahead) {
            return Ok(());
        }
        let position = ahead + 1;
        let text = format!(
            "Customer Representatives are busy for now. You are number {position} in the queue; \
             stay here and you will be connected."
        );
        wire.send(json!({ "message": text, "position": position, "queued": true }))
            .await
    }

    async fn first_place(&mut self, wire: &mut Wire) -> Result<(), Gone> {
        let id = self.view.id;
        let read = move |conn: &mut Conn| Ok(waiting::ahead(conn, id)?);
        match self.app.store.read(read).await {
            Ok(Some(ahead)) => self.place(wire, ahead).await,
            // Assigned at this very moment: the news is on its way.
            Ok(None) => Ok(()),
            Err(error) => self.refuse(wire, &error).await,
        }
    }

    async fn grown(&mut self, wire: &mut Wire, grown: &Grown) -> Result<(), Gone> {
        if grown.conversation != self.view.id {
            return self
                .elsewhere(wire, grown.conversation, grown.view.as_ref())
                .await;
        }
        match self.cursors.judge(grown) {
            Next::Nothing => Ok(()),
            Next::Read => {
                self.app.metrics.catch_ups.inc();
                self.catch_up(wire).await
            }
            Next::Forward => {
                if let Some(view) = &grown.view {
                    self.view = view.clone();
                }
                self.tell(wire, &grown.events).await
            }
        }
    }

    async fn catch_up(&mut self, wire: &mut Wire) -> Result<(), Gone> {
        let at = self.cursors.at(self.view.id);
        let asked = Asked {
            seq: at,
            count: false,
            in_turn: true,
        };
        match missed(&self.app, &self.caller.actor, self.view.id, None, asked).await {
            Ok(Found::Missed(mut missed)) => {
                self.view = missed.view.clone();
                // This wire has no word for what is to be read elsewhere.
                missed.close_gap();
                loop {
                    match missed.part(&self.app).await {
                        Ok(part) if part.is_empty() => return Ok(()),
                        Ok(part) => self.tell(wire, &part).await?,
                        Err(error) => return self.refuse(wire, &error).await,
                    }
                }
            }
            Ok(Found::Offered(_) | Found::Nothing(_)) => Ok(()),
            Err(error) => self.refuse(wire, &error).await,
        }
    }

    async fn tell(&mut self, wire: &mut Wire, events: &[EventView]) -> Result<(), Gone> {
        for event in events {
            self.cursors.pass(event);
            let name = sender(&self.view, event.sender_id);
            let frame = match event.kind {
                EventKind::Message => json!({
                    "message": words(event.text.clone(), &event.attachments),
                    "sender": name,
                    "sender_id": event.sender_id,
                    "id": event.seq,
                }),
                EventKind::Assigned => {
                    (self.told, self.met) = (None, true);
                    self.rep_is_there()
                }
                EventKind::Closed => {
                    self.told = None;
                    json!({ "message": "This chat is closed.", "closed": true })
                }
                EventKind::Parked | EventKind::Requeued => {
                    self.told = None;
                    continue;
                }
                _ => continue,
            };
            wire.send(frame).await?;
        }
        Ok(())
    }

    /// Who its customer talks to from now on.
    fn rep_is_there(&self) -> Value {
        let rep = self.view.last_rep.as_ref();
        let name = rep.map_or("A representative", |rep| rep.name.as_str());
        let text = format!("{name} has joined the chat.");
        json!({ "message": text, "customer_rep": rep, "queued": false })
    }

    /// News of another conversation: the rep of this socket may have got it. Without the hint
    /// the record is asked, so that a lost doorbell delays the redirect and does not lose it.
    async fn elsewhere(
        &mut self,
        wire: &mut Wire,
        id: ConversationId,
        view: Option<&ConversationView>,
    ) -> Result<(), Gone> {
        if !self.is_rep() {
            return Ok(());
        }
        let rep = match view {
            Some(view) => view
                .rep
                .as_ref()
                .or(view.offered_to.as_ref())
                .map(|rep| rep.id),
            None if self.known.contains(&id) => return Ok(()),
            None => {
                let read = move |conn: &mut Conn| Ok(conversations::find(conn, id)?);
                match self.app.store.read(read).await {
                    Ok(row) => row.and_then(|row| row.rep_id),
                    Err(error) => return self.refuse(wire, &error).await,
                }
            }
        };
        if rep != Some(self.caller.actor.id) {
            self.known.remove(&id);
        } else if self.known.insert(id) {
            return wire.send(json!({ "redirect_id": id })).await;
        }
        Ok(())
    }

    /// What he has on his hands: reads what he has missed of this one, and is redirected to others.
    async fn compare(&mut self, wire: &mut Wire, stands: &[Stand]) -> Result<(), Gone> {
        for stand in stands {
            let id = stand.conversation;
            match id == self.view.id {
                true if stand.seq > self.cursors.at(id) => {
                    self.app.metrics.catch_ups.inc();
                    self.catch_up(wire).await?;
                }
                true => {}
                false => self.elsewhere(wire, id, None).await?,
            }
        }
        Ok(())
    }

    /// Makes the rep present, and remembers what he has already: from here on he is redirected.
    async fn arrive(&mut self, seat: &Seat) -> Result<()> {
        let me = self.caller.actor.id;
        let read = move |conn: &mut Conn| Ok(conversations::open_heads(conn, &[me])?);
        let open = self.app.store.read(read).await?;
        self.known = open.into_iter().map(|(id, ..)| id).collect();
        self.presence.arrive(&self.app, me, seat.id).await
    }
}

impl Talk for Chat {
    type Done = Done;

    async fn opened(&mut self, wire: &mut Wire, seat: &Seat) -> Result<(), Gone> {
        if self.is_rep()
            && let Err(error) = self.arrive(seat).await
        {
            self.refuse(wire, &error).await?;
        }
        if self.caller.actor.role == Role::Customer && self.view.status != Status::Closed {
            let me = self.caller.actor.id;
            self.presence.attend(&self.app, me, seat.id).await;
        }
        // What happened between the handshake and the seat.
        self.catch_up(wire).await?;
        let customer = self.caller.actor.role == Role::Customer;
        match self.view.status {
            Status::Waiting => self.first_place(wire).await,
            // He was assigned before he came, or while his socket was gone.
            Status::Active if customer && !self.met => wire.send(self.rep_is_there()).await,
            _ => Ok(()),
        }
    }

    async fn heard(&mut self, _: &mut Wire, text: &str) -> Result<Heard<Done>, Gone> {
        let frame: Frame = match body::parse(text.as_bytes()) {
            Ok(frame) => frame,
            Err(error) => return Ok(Heard::Wrong(Err(error))),
        };
        let (desk, actor, id) = (
            self.app.desk.clone(),
            self.caller.actor.clone(),
            self.view.id,
        );
        if frame.close_chat && self.is_rep() {
            let text = Some(frame.message).filter(|text| !text.trim().is_empty());
            let close = Close {
                client_id: Some(ClientId::new()),
                text,
                resolution: None,
            };
            let closing = async move { desk.close(actor, id, close).await.map(drop) };
            return Ok(Heard::Alone(closing.boxed_local()));
        }
        // This dialect's frames carry no id; each is a command of its own.
        let sending = desk.send(&actor, id, ClientId::new(), frame.message);
        Ok(Heard::Command(
            async move { sending.await.map(drop) }.boxed_local(),
        ))
    }

    fn answer(&mut self, done: Done) -> Option<String> {
        let error = done.err()?;
        Some(spelt(self.refusal(&error)))
    }

    async fn note(&mut self, wire: &mut Wire, note: Note) -> Result<(), Gone> {
        match note {
            Note::News(news) => match &*news {
                News::Grown(grown) => self.grown(wire, grown).await,
                _ => Ok(()),
            },
            Note::Position {
                conversation,
                ahead,
                ..
            } if conversation == self.view.id => self.place(wire, ahead).await,
            Note::Position { .. } | Note::Board(_) | Note::Hours { .. } => Ok(()),
            Note::Ended { conversation, seq } if conversation == self.view.id => {
                match seq > self.cursors.at(conversation) {
                    true => self.catch_up(wire).await,
                    false => Ok(()),
                }
            }
            Note::Ended { .. } => Ok(()),
            Note::OnHands(stands) => self.compare(wire, &stands).await,
            Note::Check => self.catch_up(wire).await,
        }
    }

    fn too_fast(&self, _: &str, wait_ms: u64) -> Done {
        Err(live::too_fast(wait_ms))
    }

    async fn bye(&mut self, wire: &mut Wire, end: End) -> Result<(), Gone> {
        let text = match end {
            End::Restart { .. } => "The server restarts. Connect again in a moment.",
            End::Replaced => "This chat was opened elsewhere.",
            End::Revoked => "Your login has ended. Sign in again.",
        };
        wire.send(json!({ "error": "bye", "detail": text })).await
    }

    async fn closed(&mut self, seat: &Seat) {
        let actor = &self.caller.actor;
        self.presence.leave(&self.app, actor, seat.id).await;
    }
}
