//! The native conversation with one client: hello, ready, then commands and news.
//!
//! What happens seldom is boxed, or every socket's task would have room for it all its life.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, ready};

use super::answer::{Done, ack};
use super::catch_up::Owed;
use super::command;
use super::cursor::{Cursors, Next};
use super::offers::{self, Offers, is_offered};
use super::presence::Presence;
use super::protocol::{ClientFrame, Reference, ServerFrame};
use super::socket::{Gone, Heard, Talk, Wire, spelt};
use super::typing::{HEARS_EVERY, HEARS_MAX, PASSES_EVERY, TYPES_MAX, Typist};
use super::unread::Counts;
use super::uploads;
use crate::access::{Object, may};
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::eta::Outlook;
use crate::gate::caller::Caller;
use crate::hub::{End, Note, Seat};
use crate::news::{Grown, News};
use crate::store::conversations::{ConversationView, PersonView};
use crate::store::marks::Unread;
use crate::store::mine;
use crate::words::{ConversationId, EventKind, Role, SocketId, Status};

/// Conversations that a client may resume at once.
const RESUME_MAX: usize = 200;

/// Conversations up to which all stay known: beyond them the oldest that have ended are forgotten.
const KNOWN_MAX: usize = 500;

/// One client.
pub struct Session {
    pub(super) app: App,
    pub(super) caller: Caller,
    pub(super) socket: Option<SocketId>,
    pub(super) cursors: Cursors,
    pub(super) ready: bool,
    pub(super) presence: Presence,
    pub(super) offers: Offers,
    /// The newest state of this rep that was told.
    pub(super) rep_version: i64,
    /// What he has not read.
    pub(super) counts: Counts,
    pub(super) typist: Typist<ConversationId>,
    /// Who was told to type where: a person with several sockets is told of once.
    pub(super) typing: Typist<(ConversationId, PersonView)>,
    /// What has reached his client and is not stored yet.
    pub(super) delivered: HashMap<ConversationId, i64>,
    /// What he takes part in beside its rep.
    pub(super) joined: HashSet<ConversationId>,
    pub(super) owed: Owed,
}

impl Session {
    pub fn new(app: App, caller: Caller) -> Self {
        let cursors = Cursors::default();
        Self {
            app,
            caller,
            socket: None,
            cursors,
            ready: false,
            presence: Presence::default(),
            offers: Offers::default(),
            rep_version: 0,
            counts: Counts::default(),
            typist: Typist::new(TYPES_MAX, PASSES_EVERY),
            typing: Typist::new(HEARS_MAX, HEARS_EVERY),
            delivered: HashMap::new(),
            joined: HashSet::new(),
            owed: Owed::default(),
        }
    }

    pub(super) async fn line(
        &mut self,
        wire: &mut Wire,
        conversation: ConversationId,
        ahead: i64,
        outlook: Outlook,
    ) -> Result<(), Gone> {
        wire.send(ServerFrame::Line {
            conversation,
            position: ahead + 1,
            ahead,
            outlook,
        })
        .await
    }

    async fn grown(&mut self, wire: &mut Wire, grown: &Grown) -> Result<(), Gone> {
        let me = self.caller.actor.id;
        if let Some(view) = &grown.view {
            if view.status != Status::Closed {
                Box::pin(self.attend()).await;
            }
            if is_offered(view, me) {
                return Self::tell(wire, self.offers.made(view)).await;
            }
            if let Some(frame) = self.offers.gone(view.id, offers::reason(&grown.events)) {
                wire.send(frame).await?;
            }
        }
        match self.cursors.judge(grown) {
            Next::Nothing => Ok(()),
            Next::Read if self.is_over_for_him(grown) => Ok(()),
            Next::Read => {
                self.app.metrics.catch_ups.inc();
                let hint = grown.view.as_ref();
                Box::pin(self.read_on(wire, grown.conversation, hint, false)).await
            }
            Next::Forward => {
                let assigned = grown
                    .events
                    .iter()
                    .any(|event| event.kind == EventKind::Assigned);
                if self.cursors.at(grown.conversation) == 0 {
                    // From its first entry on, nothing is unread that does not pass here.
                    self.counts.set(grown.conversation, Unread::default());
                }
                if let Some(view) = &grown.view {
                    let joined = self.joined_after(view.id, &grown.events);
                    self.weigh(view, joined);
                }
                if let Some(view) = grown.view.as_ref().filter(|_| assigned) {
                    self.assigned(wire, view).await?;
                }
                for event in &grown.events {
                    self.take_part(event);
                    self.show(wire, event).await?;
                }
                match &grown.view {
                    Some(view) if !self.has_part(view) => self.lose(wire, view.id).await,
                    _ => Ok(()),
                }
            }
        }
    }

    /// Whether it was over before this socket came, for somebody of staff: what is done there now,
    /// as a deletion, is not what he is here for.
    fn is_over_for_him(&self, grown: &Grown) -> bool {
        let id = grown.conversation;
        let closed = grown
            .view
            .as_ref()
            .is_some_and(|view| view.status == Status::Closed);
        let told = self.cursors.at(id) > 0 || self.counts.knows(id) || self.joined.contains(&id);
        closed && !told && self.caller.actor.role != Role::Customer
    }

    /// Has what is unread of it be in the total, or not any more.
    pub(super) fn weigh(&mut self, view: &ConversationView, joined: bool) {
        let counts = mine::counts(view, self.caller.actor.id, joined);
        self.counts.weigh(view.id, counts);
        let (now, all) = (view.id, &self.counts);
        let ended = |id: ConversationId| id != now && !all.counts(id);
        if let Some(oldest) = self.cursors.oldest(KNOWN_MAX, ended) {
            self.cursors.forget(oldest);
            self.counts.forget(oldest);
        }
    }

    /// Whether he goes on hearing of it.
    fn has_part(&self, view: &ConversationView) -> bool {
        self.joined.contains(&view.id) || view.has_part(self.caller.actor.id)
    }

    pub(super) fn tell(
        wire: &mut Wire,
        frame: Option<ServerFrame>,
    ) -> impl Future<Output = Result<(), Gone>> {
        let sending = frame.map(|frame| wire.send(frame));
        async move {
            match sending {
                Some(sending) => sending.await,
                None => Ok(()),
            }
        }
    }

    /// Tells that a rep has it, to him and to its customer. Others who take part, or who have just
    /// lost it, hear of that by its event: to them it would look like theirs.
    pub(super) async fn assigned(
        &mut self,
        wire: &mut Wire,
        view: &ConversationView,
    ) -> Result<(), Gone> {
        let me = self.caller.actor.id;
        let Some(rep) = &view.rep else {
            return Ok(());
        };
        if rep.id != me && view.customer.id != me {
            return Ok(());
        }
        let (unread, unread_total) = self.counts.tell(view.id);
        wire.send(ServerFrame::Assigned {
            conversation: Box::new(view.clone().seen_by(self.caller.actor.role)),
            unread,
            unread_total,
        })
        .await
    }

    /// Begins or ends showing the live line. Staff only.
    fn watch(&self, on: bool, reference: Option<String>) -> LocalBoxFuture<'static, Done> {
        let reference = Reference {
            reference,
            client_id: None,
        };
        if let Some(socket) = self.socket {
            self.app.hub.watch(socket, on);
        }
        ready(Ok(Some(ack(reference, None, false)))).boxed_local()
    }

    fn carry_out(&self, frame: ClientFrame) -> LocalBoxFuture<'static, Done> {
        command::carry_out(&self.app.desk, &self.caller.actor, frame)
    }

    pub(super) fn refuse<'a>(
        &self,
        wire: &'a mut Wire,
        error: &Error,
        what: Reference,
    ) -> impl Future<Output = Result<(), Gone>> + use<'a> {
        super::note_failure(&self.app, &self.caller.actor, error);
        wire.send(ServerFrame::error(error, what))
    }
}

impl Talk for Session {
    type Done = Done;

    async fn opened(&mut self, _: &mut Wire, seat: &Seat) -> Result<(), Gone> {
        self.socket = Some(seat.id);
        Ok(())
    }

    async fn heard(&mut self, wire: &mut Wire, text: &str) -> Result<Heard<Done>, Gone> {
        let frame = match command::read(text) {
            Ok(frame) => frame,
            Err(error) => return Ok(Heard::Wrong(Err((error, command::reference_in(text))))),
        };
        match frame {
            ClientFrame::Hello { resume } if !self.ready => {
                if resume.len() > RESUME_MAX {
                    let detail = format!("Resume at most {RESUME_MAX} conversations.");
                    let error = Error::invalid("resume", detail);
                    return Ok(Heard::Wrong(Err((error, Reference::default()))));
                }
                Box::pin(self.hello(wire, resume.into_iter().collect())).await?;
                Ok(Heard::Nothing)
            }
            _ if !self.ready => {
                let error = Error::new(Code::HelloRequired, "Say hello first.");
                Ok(Heard::Wrong(Err((error, command::reference_in(text)))))
            }
            frame
                if let Err(error) =
                    may(&self.caller.actor, command::action(&frame), Object::None) =>
            {
                let refused = Err((error, command::reference_in(text)));
                Ok(Heard::Alone(ready(refused).boxed_local()))
            }
            ClientFrame::Upload {
                name,
                content,
                reference,
            } => Ok(Heard::Alone(uploads::take_in(
                &self.app,
                &self.caller.actor,
                (name, content),
                reference,
            ))),
            ClientFrame::Watch { on, reference } => Ok(Heard::Alone(self.watch(on, reference))),
            ClientFrame::Typing {
                conversation,
                on,
                reference,
            } => Ok(Heard::Command(self.typing(conversation, on, reference))),
            ClientFrame::Delivered { conversation, seq } => Ok(self.delivered(conversation, seq)),
            frame @ ClientFrame::Send { .. } => Ok(Heard::Command(self.carry_out(frame))),
            frame => Ok(Heard::Alone(self.carry_out(frame))),
        }
    }

    fn answer(&mut self, done: Done) -> Option<String> {
        let frame = done.unwrap_or_else(|(error, what)| {
            super::note_failure(&self.app, &self.caller.actor, &error);
            Some(ServerFrame::error(&error, what))
        });
        frame.map(spelt)
    }

    async fn note(&mut self, wire: &mut Wire, note: Note) -> Result<(), Gone> {
        if !self.ready {
            return Ok(());
        }
        match note {
            Note::News(news) => match &*Arc::clone(&news) {
                News::Grown(grown) => self.grown(wire, grown).await,
                News::Rep(rep) if rep.version > self.rep_version => {
                    self.rep_version = rep.version;
                    self.caller.actor.rights = rep.rights;
                    wire.send(ServerFrame::Rep { rep: rep.clone() }).await
                }
                News::Rep(_) => Ok(()),
                News::Marked(marked) => self.marked(wire, marked).await,
                News::Typing(typing) => self.typed(wire, typing).await,
                News::Line { .. } | News::SignedOut(_) | News::Settings => Ok(()),
            },
            Note::Position {
                conversation,
                ahead,
                outlook,
            } => self.line(wire, conversation, ahead, outlook).await,
            Note::Hours { queue, hours } => wire.send(ServerFrame::Hours { queue, hours }).await,
            Note::Ended { conversation, seq } => {
                let at = self.cursors.at(conversation);
                match at > 0 && at < seq {
                    true => Box::pin(self.catch_up(wire, conversation)).await,
                    false => Ok(()),
                }
            }
            Note::OnHands(stands) => Box::pin(self.compare(wire, &stands)).await,
            Note::Board(board) => {
                let board = match self.caller.actor.role {
                    Role::Admin => (*board).clone(),
                    _ => board.of_rep(self.caller.actor.id),
                };
                wire.send(ServerFrame::Board { board }).await
            }
            Note::Check => Box::pin(self.check(wire)).await,
        }
    }

    fn too_fast(&self, text: &str, wait_ms: u64) -> Done {
        Err((super::too_fast(wait_ms), command::reference_in(text)))
    }

    async fn bye(&mut self, wire: &mut Wire, end: End) -> Result<(), Gone> {
        let (reason, reconnect_in_ms) = match end {
            End::Restart { reconnect_in_ms } => ("restart", Some(reconnect_in_ms)),
            End::Replaced => ("replaced", None),
            End::Revoked => ("session_ended", None),
        };
        wire.send(ServerFrame::Bye {
            reason,
            reconnect_in_ms,
        })
        .await
    }

    async fn second(&mut self, wire: &mut Wire) -> Result<(), Gone> {
        if self.owed.is_any() {
            Box::pin(self.read_owed(wire)).await?;
        }
        Box::pin(self.count_doubted(wire)).await?;
        self.store_delivered(wire).await
    }

    async fn closed(&mut self, seat: &Seat) {
        self.type_no_more().await;
        let actor = &self.caller.actor;
        self.presence.leave(&self.app, actor, seat.id).await;
    }

    fn is_late(&self) -> bool {
        !self.ready
    }

    fn minds_seconds(&self) -> bool {
        let waits = self.owed.is_any() || self.counts.has_doubts() || !self.delivered.is_empty();
        self.is_late() || waits
    }
}
