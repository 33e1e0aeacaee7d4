//! What a socket is told of what people say, read and type, and what it passes on that is no
//! command: who types, what has arrived.

use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, ready};

use super::answer::{Done, ack};
use super::protocol::{Reference, ServerFrame};
use super::session::Session;
use super::socket::{Gone, Heard, Wire, spelt};
use crate::desk::TYPING_MS;
use crate::error::{Code, Error};
use crate::news::{EventView, Marked, Typing};
use crate::store::Conn;
use crate::store::conversations::PersonView;
use crate::store::marks::{self, Marks};
use crate::words::{ConversationId, EventKind};

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
    pub(super) fn delivered(&mut self, id: ConversationId, seq: i64) -> Heard<Done> {
        if self.delivered.len() >= DELIVERED_MAX && !self.delivered.contains_key(&id) {
            let detail = format!(
                "Say of at most {DELIVERED_MAX} conversations within a second what has arrived. \
                 Say this again in a second."
            );
            let error = Error {
                retry_after_ms: Some(1_000),
                ..Error::new(Code::RateLimited, detail)
            };
            return Heard::Command(ready(Err((error, Reference::default()))).boxed_local());
        }
        let before = self.delivered.entry(id).or_insert(seq);
        *before = seq.max(*before);
        Heard::Nothing
    }

    /// Stores what has reached his client, and answers.
    pub(super) async fn store_delivered(&mut self, wire: &mut Wire) -> Result<(), Gone> {
        for (id, seq) in std::mem::take(&mut self.delivered) {
            let actor = self.caller.actor.clone();
            match self.app.desk.mark_delivered(actor, id, seq).await {
                Ok(standing) => {
                    let at = Some((id, seq));
                    wire.send(ack(Reference::default(), at, standing.again))
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
        let who = (typing.conversation, typing.user.clone());
        // Who typed when it was closed is told of after that.
        if typing.on && !self.counts.counts(typing.conversation) {
            return Ok(());
        }
        if !self.typing.says(who, typing.on, Instant::now()) {
            return Ok(());
        }
        wire.send(ServerFrame::Typing {
            conversation: typing.conversation,
            user: typing.user.clone(),
            on: typing.on,
            expires_in_ms: TYPING_MS,
        })
        .await
    }

    /// Tells that nobody types any more for whom this entry ends it: his own words do so by
    /// themselves; who leaves does not type, and where a conversation goes elsewhere nobody does.
    async fn end_typing(&mut self, wire: &mut Wire, event: &EventView) -> Result<(), Gone> {
        let (id, sender) = (event.conversation, event.sender_id);
        let of_sender = |user: &PersonView| Some(user.id) == sender;
        let like = |user: &PersonView| match event.kind {
            EventKind::Message | EventKind::Left => of_sender(user),
            EventKind::Requeued
            | EventKind::Transferred
            | EventKind::Parked
            | EventKind::Wrapup
            | EventKind::Closed => true,
            _ => false,
        };
        let ended = self
            .typing
            .end(|(there, user)| *there == id && like(user), Instant::now());
        if event.kind == EventKind::Message {
            return Ok(());
        }
        for (conversation, user) in ended {
            wire.send(ServerFrame::Typing {
                conversation,
                user,
                on: false,
                expires_in_ms: TYPING_MS,
            })
            .await?;
        }
        Ok(())
    }

    pub(super) async fn marked(&mut self, wire: &mut Wire, marked: &Marked) -> Result<(), Gone> {
        let id = marked.conversation;
        if !self.counts.knows(id) {
            // No longer his, or not yet told.
            return Ok(());
        }
        let mine = marked.by == self.caller.actor.id;
        let (known, told) = (
            self.counts.unread(id),
            self.counts.reach(id, Marks::default()),
        );
        // Of two marks at once, the older may be told later.
        if mine && marked.unread.read >= known.read {
            match marked.unread.counted >= known.counted {
                true => self.counts.set(id, marked.unread),
                // Something came in between: what was counted then is not what is there now.
                false => Box::pin(self.count_anew(id)).await,
            }
        }
        let marks = self.counts.reach(id, marked.marks);
        if (marks, self.counts.unread(id)) == (told, known) {
            // A comparison with the record was quicker, or it is an older one.
            return Ok(());
        }
        let unread = mine.then(|| self.counts.tell(id));
        self.tell_marks(wire, id, marks, unread).await
    }

    /// Tells how far both sides are, and what he has not read of it and in all if that is news.
    pub(super) async fn tell_marks(
        &self,
        wire: &mut Wire,
        conversation: ConversationId,
        marks: Marks,
        unread: Option<(i64, i64)>,
    ) -> Result<(), Gone> {
        let (unread, unread_total) = unread.unzip();
        wire.send(ServerFrame::Marks {
            conversation,
            marks,
            unread,
            unread_total,
        })
        .await
    }

    /// Has what is unread of it be as the record says, now or as soon as that can be asked.
    pub(super) async fn count_anew(&mut self, id: ConversationId) {
        let (me, role) = (self.caller.actor.id, self.caller.actor.role);
        let read = move |conn: &mut Conn| marks::unread(conn, me, role, &[id]);
        match self.app.store.read(read).await {
            Ok(found) => found
                .iter()
                .for_each(|(id, unread)| self.counts.set(*id, *unread)),
            Err(error) => {
                super::note_failure(&self.app, &self.caller.actor, &error);
                self.counts.doubt(id);
            }
        }
    }

    /// Counts what could not be counted when it had to be, and tells it if it is another.
    pub(super) async fn count_doubted(&mut self, wire: &mut Wire) -> Result<(), Gone> {
        for id in self.counts.doubted() {
            Box::pin(self.count_anew(id)).await;
            let unread = self.counts.tell_news(id);
            if unread.is_some() {
                let marks = self.counts.reach(id, Marks::default());
                self.tell_marks(wire, id, marks, unread).await?;
            }
        }
        Ok(())
    }

    /// Tells that a conversation is no longer his, if he was told of it.
    pub(super) async fn lose(&mut self, wire: &mut Wire, id: ConversationId) -> Result<(), Gone> {
        let gone = self.offers.gone(id, "withdrawn");
        Self::tell(wire, gone).await?;
        let known = self.cursors.at(id) > 0 || self.counts.knows(id);
        self.cursors.forget(id);
        self.counts.forget(id);
        match known {
            true => self.tell_gone(wire, id).await,
            false => Ok(()),
        }
    }

    pub(super) async fn tell_gone(
        &mut self,
        wire: &mut Wire,
        id: ConversationId,
    ) -> Result<(), Gone> {
        let unread_total = self.counts.tell_total();
        wire.send(ServerFrame::Gone {
            conversation: id,
            unread_total,
        })
        .await
    }

    /// Tells an entry of a log, or passes it by in silence if it is not for this person.
    pub(super) async fn show(&mut self, wire: &mut Wire, event: &EventView) -> Result<(), Gone> {
        let (me, role) = (self.caller.actor.id, self.caller.actor.role);
        if event.kind == EventKind::Message && event.sender_id == Some(me) {
            self.typist.said(event.conversation);
        }
        if self.typing.is_any() {
            Box::pin(self.end_typing(wire, event)).await?;
        }
        if self.counts.hear(event, me, role) {
            Box::pin(self.count_anew(event.conversation)).await;
        }
        match self.spelt(event) {
            Some(text) => wire.send_text(text).await,
            None => Ok(()),
        }
    }

    /// The frame that tells of this entry, if it is for this person. He stands behind it now.
    fn spelt(&mut self, event: &EventView) -> Option<String> {
        let (id, seq) = (event.conversation, event.seq);
        let Some(event) = event.clone().seen_by(self.caller.actor.role) else {
            self.cursors.skip(id, seq);
            return None;
        };
        let (unread, unread_total) = self.counts.tell_news(id).unzip();
        let after = self.cursors.pass(&event);
        Some(spelt(ServerFrame::Event {
            after,
            event,
            unread,
            unread_total,
        }))
    }

    /// He takes part beside its rep from this entry on, or not any more. The hub has heard of it
    /// when it was said.
    pub(super) fn take_part(&mut self, event: &EventView) {
        match event.joins() {
            Some((who, true)) if who == self.caller.actor.id => {
                self.joined.insert(event.conversation);
            }
            Some((who, false)) if who == self.caller.actor.id => {
                self.joined.remove(&event.conversation);
            }
            _ => {}
        }
    }

    /// Whether he takes part in it beside its rep, once he has heard this.
    pub(super) fn joined_after(&self, id: ConversationId, events: &[EventView]) -> bool {
        let me = self.caller.actor.id;
        let mut said = events.iter().rev().filter_map(EventView::joins);
        let mine = said.find(|(who, _)| *who == me);
        mine.map_or(self.joined.contains(&id), |(_, on)| on)
    }

    /// Has this person hear of a conversation he has joined, or not any more: so it stands in its
    /// log as of this seq.
    pub(super) fn follow(&mut self, id: ConversationId, on: bool, seq: i64) {
        match on {
            true => self.joined.insert(id),
            false => self.joined.remove(&id),
        };
        self.app.hub.follow(self.caller.actor.id, id, on, seq);
    }
}
