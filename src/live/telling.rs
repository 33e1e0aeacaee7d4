//! What a socket is told of what people say, read and type, and what it passes on that is no
//! command: who types, what has arrived.

use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, ready};

use super::answer::{Done, ack};
use super::protocol::{Reference, ServerFrame};
use super::session::Session;
use super::socket::{Gone, Wire};
use crate::desk::TYPING_MS;
use crate::news::{EventView, Marked, Typing};
use crate::store::{Conn, marks};
use crate::words::{ConversationId, EventKind, UserId};

/// Conversations of which a socket may say within a second how much has arrived.
const DELIVERED_MAX: usize = 200;

impl Session {
    /// Passes on that he types, if it is time to. Answered only if it was given a `ref`.
    pub(super) fn typing(
        &mut self,
        conversation: ConversationId,
        on: bool,
        reference: Option<String>,
    ) -> LocalBoxFuture<'static, Done> {
        let answer = reference.is_some();
        let reference = Reference {
            reference,
            client_id: None,
        };
        let passes = self.typist.says(conversation, on, Instant::now());
        if !passes {
            return ready(Ok(answer.then(|| ack(reference, None, false)))).boxed_local();
        }
        let (desk, actor) = (self.app.desk.clone(), self.caller.actor.clone());
        let name = self.caller.name.clone();
        let passing = async move {
            match desk.typing(actor, name, conversation, on).await {
                Ok(()) => Ok(answer.then(|| ack(reference, None, false))),
                Err(error) => Err((error, reference)),
            }
        };
        passing.boxed_local()
    }

    /// Remembers what has reached his client until it is stored, within a second.
    pub(super) fn delivered(&mut self, id: ConversationId, seq: i64) {
        if self.delivered.len() < DELIVERED_MAX || self.delivered.contains_key(&id) {
            let before = self.delivered.entry(id).or_insert(seq);
            *before = seq.max(*before);
        }
    }

    /// Stores what has reached his client, and answers.
    pub(super) async fn store_delivered(&mut self, wire: &mut Wire) -> Result<(), Gone> {
        for (id, seq) in std::mem::take(&mut self.delivered) {
            let actor = self.caller.actor.clone();
            match self.app.desk.mark_delivered(actor, id, seq).await {
                Ok(standing) => {
                    let at = Some((id, seq));
                    wire.send(&ack(Reference::default(), at, standing.again))
                        .await?;
                }
                Err(error) => self.refuse(wire, &error, Reference::default()).await?,
            }
        }
        Ok(())
    }

    /// The socket has closed: he types nowhere any more.
    pub(super) async fn type_no_more(&mut self) {
        for id in self.typist.left(Instant::now()) {
            let (actor, name) = (self.caller.actor.clone(), self.caller.name.clone());
            // Where he may not write any more nobody thinks that he does.
            let _ = self.app.desk.typing(actor, name, id, false).await;
        }
    }

    pub(super) async fn typed(&mut self, wire: &mut Wire, typing: &Typing) -> Result<(), Gone> {
        let who = (typing.conversation, typing.user.id);
        if !self.typing.says(who, typing.on, Instant::now()) {
            return Ok(());
        }
        wire.send(&ServerFrame::Typing {
            conversation: typing.conversation,
            user: typing.user.clone(),
            on: typing.on,
            expires_in_ms: TYPING_MS,
        })
        .await
    }

    pub(super) async fn marked(&mut self, wire: &mut Wire, marked: &Marked) -> Result<(), Gone> {
        let (id, actor) = (marked.conversation, &self.caller.actor);
        let mine = marked.by == actor.id && self.counts.knows(id);
        if mine && marked.unread.counted >= self.counts.counted(id) {
            self.counts.set(id, marked.unread);
        } else if mine {
            // Something came in between: what was counted then is not what is there now.
            self.count_anew(id).await;
        }
        let (unread, unread_total) = mine.then(|| self.counts.tell(id)).unzip();
        wire.send(&ServerFrame::Marks {
            conversation: id,
            marks: marked.marks,
            unread,
            unread_total,
        })
        .await
    }

    /// Has what is unread of it as the record says.
    async fn count_anew(&mut self, id: ConversationId) {
        let (me, role) = (self.caller.actor.id, self.caller.actor.role);
        let read = move |conn: &mut Conn| marks::unread(conn, me, role, &[id]);
        if let Ok(found) = self.app.store.read(read).await
            && let Some(unread) = found.get(&id)
        {
            self.counts.set(id, *unread);
        }
    }

    /// Tells an entry of a log, or passes it by in silence if it is not for this person.
    pub(super) async fn show(&mut self, wire: &mut Wire, event: EventView) -> Result<(), Gone> {
        let (me, role) = (self.caller.actor.id, self.caller.actor.role);
        if let Some(on) = joins(&event, me) {
            self.follow(event.conversation, on);
        }
        let (id, seq) = (event.conversation, event.seq);
        if let (EventKind::Message, Some(sender)) = (event.kind, event.sender_id) {
            self.typing.said((id, sender));
        }
        if self.counts.hear(&event, me, role) {
            self.count_anew(id).await;
        }
        let Some(event) = event.seen_by(role) else {
            self.cursors.skip(id, seq);
            return Ok(());
        };
        let (unread, unread_total) = self.counts.tell_news(id).unzip();
        let after = self.cursors.pass(&event);
        wire.hand_over(ServerFrame::Event {
            after,
            event,
            unread,
            unread_total,
        })
        .await
    }

    /// Whether he takes part in it beside its rep, once he has heard this.
    pub(super) fn joined_after(&self, id: ConversationId, events: &[EventView]) -> bool {
        let me = self.caller.actor.id;
        let mut said = events.iter().rev().filter_map(|event| joins(event, me));
        said.next().unwrap_or(self.joined.contains(&id))
    }

    /// Has this person hear of a conversation he has joined, or not any more.
    pub(super) fn follow(&mut self, id: ConversationId, on: bool) {
        match on {
            true => self.joined.insert(id),
            false => self.joined.remove(&id),
        };
        self.app.hub.follow(self.caller.actor.id, id, on);
    }
}

/// Whether this says that he takes part beside the rep from then on, or not any more.
fn joins(event: &EventView, person: UserId) -> Option<bool> {
    match event.kind {
        EventKind::Joined if event.sender_id == Some(person) => Some(true),
        EventKind::Left if event.sender_id == Some(person) => Some(false),
        _ => None,
    }
}
