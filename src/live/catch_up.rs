//! What a socket has missed: read from the database and told, part by part.

use std::collections::HashSet;

use super::cursor::{Asked, Found, missed};
use super::protocol::ServerFrame;
use super::session::Session;
use super::socket::{Gone, Wire};
use crate::error::Error;
use crate::store::conversations::ConversationView;
use crate::store::marks::Marks;
use crate::store::mine::{self, Stand};
use crate::store::{Conn, events};
use crate::words::ConversationId;

/// What could not be read when it had to be, and is read as soon as it can.
#[derive(Default)]
pub struct Owed {
    conversations: Vec<ConversationId>,
    /// All of them are to be compared.
    all: bool,
}

impl Owed {
    pub fn is_any(&self) -> bool {
        self.all || !self.conversations.is_empty()
    }
}

impl Session {
    /// Reads what this socket has missed of a conversation, in its turn, and tells it.
    pub(super) async fn catch_up(
        &mut self,
        wire: &mut Wire,
        id: ConversationId,
    ) -> Result<(), Gone> {
        self.read_on(wire, id, None, true).await
    }

    /// The same, for who only follows what is said now: he does not wait for those who come back.
    pub(super) async fn read_on(
        &mut self,
        wire: &mut Wire,
        id: ConversationId,
        hint: Option<&ConversationView>,
        in_turn: bool,
    ) -> Result<(), Gone> {
        // However many there are, and whether they can be read or not.
        wire.go_on()?;
        let asked = Asked {
            seq: self.cursors.at(id),
            count: !self.counts.knows(id),
            in_turn,
        };
        let mut missed = match missed(&self.app, &self.caller.actor, id, hint, asked).await {
            Ok(Found::Missed(missed)) => *missed,
            Ok(Found::Offered(view)) => return Self::tell(wire, self.offers.made(&view)).await,
            Ok(Found::Nothing(as_of)) => {
                if self.joined.contains(&id) {
                    // News of his leaving were lost.
                    self.follow(id, false, as_of.unwrap_or(i64::MAX));
                }
                return self.lose(wire, id).await;
            }
            Err(error) => return self.owe(id, &error),
        };
        if let Some(unread) = missed.unread {
            self.counts.set(id, unread);
        }
        // As it is now: what is told below has been, and others of his sockets are past it.
        if missed.joined != self.joined.contains(&id) {
            self.follow(id, missed.joined, missed.last_seq);
        }
        self.weigh(&missed.view, missed.joined);
        let gone = self.offers.gone(id, "accepted");
        Self::tell(wire, gone).await?;
        if missed.assigned {
            self.assigned(wire, &missed.view).await?;
        }
        if let Some((from, to)) = missed.gap {
            let url = format!(
                "/api/v1/conversations/{id}/events?after={}&limit=200",
                from - 1
            );
            wire.send(ServerFrame::Gap {
                conversation: id,
                from,
                to,
                url,
            })
            .await?;
            self.cursors.set(id, to);
        }
        // What lies between them is not for him.
        self.cursors.skip(id, missed.at);
        loop {
            let part = match missed.part(&self.app).await {
                Ok(part) if part.is_empty() => break,
                Ok(part) => part,
                Err(error) => return self.owe(id, &error),
            };
            for event in &part {
                self.show(wire, event).await?;
            }
        }
        Ok(())
    }

    /// It could not be read, and is not forgotten for that.
    fn owe(&mut self, id: ConversationId, error: &Error) -> Result<(), Gone> {
        super::note_failure(&self.app, &self.caller.actor, error);
        if !self.owed.conversations.contains(&id) {
            self.owed.conversations.push(id);
        }
        Ok(())
    }

    /// Reads what could not be read before.
    pub(super) async fn read_owed(&mut self, wire: &mut Wire) -> Result<(), Gone> {
        let Owed { conversations, all } = std::mem::take(&mut self.owed);
        if all {
            self.check(wire).await?;
        }
        for id in conversations {
            self.catch_up(wire, id).await?;
        }
        Ok(())
    }

    /// Compares every conversation of this socket with the database.
    pub(super) async fn check(&mut self, wire: &mut Wire) -> Result<(), Gone> {
        let (me, known) = (self.caller.actor.id, self.cursors.ids());
        let read = move |conn: &mut Conn| {
            let stands = mine::stands(conn, &[me])?.remove(&me);
            Ok((stands.unwrap_or_default(), events::last_seqs(conn, &known)?))
        };
        let (stands, seqs) = match self.app.store.catch_up(read).await {
            Ok(found) => found,
            Err(error) => {
                super::note_failure(&self.app, &self.caller.actor, &error);
                self.owed.all = true;
                return Ok(());
            }
        };
        for (id, seq) in seqs {
            if seq > self.cursors.at(id) {
                self.catch_up(wire, id).await?;
            }
        }
        self.compare(wire, &stands).await
    }

    /// Compares what its person has on his hands with what its client knows of that.
    pub(super) async fn compare(&mut self, wire: &mut Wire, stands: &[Stand]) -> Result<(), Gone> {
        for stand in stands {
            if stand.seq > self.cursors.at(stand.conversation) {
                self.app.metrics.catch_ups.inc();
                self.catch_up(wire, stand.conversation).await?;
            }
            self.compare_marks(wire, stand).await?;
        }
        let his: HashSet<ConversationId> = stands.iter().map(|one| one.conversation).collect();
        let mut believed = self.counts.on_hands();
        believed.extend(self.offers.ids());
        for id in believed {
            if !his.contains(&id) {
                self.catch_up(wire, id).await?;
            }
        }
        Ok(())
    }

    /// Tells how far both sides are, and what he has not read, if that is another than was told.
    async fn compare_marks(&mut self, wire: &mut Wire, stand: &Stand) -> Result<(), Gone> {
        let id = stand.conversation;
        if !self.counts.knows(id) {
            return Ok(());
        }
        let told = self.counts.reach(id, Marks::default());
        let marks = self.counts.reach(id, stand.marks);
        let read = stand.read > self.counts.unread(id).read;
        if read {
            Box::pin(self.count_anew(id)).await;
        }
        if !read && marks == told {
            return Ok(());
        }
        let unread = read.then(|| self.counts.tell(id));
        self.tell_marks(wire, id, marks, unread).await
    }
}
