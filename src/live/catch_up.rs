//! What a socket has missed: read from the database and told, part by part.

use super::cursor::{Found, missed};
use super::protocol::{Reference, ServerFrame};
use super::session::Session;
use super::socket::{Gone, Wire};
use super::telling::leaves;
use crate::store::Conn;
use crate::store::conversations::{self, ConversationView};
use crate::words::ConversationId;

impl Session {
    /// Reads what this socket has missed of a conversation, and tells it.
    pub(super) async fn catch_up(
        &mut self,
        wire: &mut Wire,
        id: ConversationId,
        hint: Option<&ConversationView>,
    ) -> Result<(), Gone> {
        let at = self.cursors.at(id);
        let count = !self.counts.knows(id);
        let mut missed = match missed(&self.app, &self.caller.actor, id, at, hint, count).await {
            Ok(Found::Missed(missed)) => *missed,
            Ok(Found::Offered(view)) => return Self::tell(wire, self.offers.made(&view)).await,
            Ok(Found::Nothing) => return self.lose(wire, id).await,
            Err(error) => return self.refuse(wire, &error, Reference::default()).await,
        };
        if let Some(unread) = missed.unread {
            self.counts.set(id, unread);
        }
        let joined = self.joined_after(id, &missed.events);
        self.weigh(&missed.view, missed.joined.unwrap_or(joined));
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
            wire.send(&ServerFrame::Gap {
                conversation: id,
                from,
                to,
                url,
            })
            .await?;
            self.cursors.set(id, to);
        }
        let (me, mut left) = (self.caller.actor.id, false);
        loop {
            let part = match missed.part(&self.app).await {
                Ok(part) if part.is_empty() => break,
                Ok(part) => part,
                Err(error) => return self.refuse(wire, &error, Reference::default()).await,
            };
            left |= leaves(&part, me);
            for event in part {
                self.show(wire, event).await?;
            }
        }
        if let Some(joined) = missed.joined
            && joined != self.joined.contains(&id)
        {
            self.follow(id, joined);
        }
        if left {
            self.let_go(id);
        }
        Ok(())
    }

    /// Compares every conversation of this socket with the database.
    pub(super) async fn check(&mut self, wire: &mut Wire) -> Result<(), Gone> {
        let (me, known) = (self.caller.actor.id, self.cursors.ids());
        let read = move |conn: &mut Conn| {
            let open = conversations::open_heads(conn, &[me])?;
            let mut seqs = crate::store::events::last_seqs(conn, &known)?;
            seqs.extend(open.into_iter().map(|(id, _, _, seq)| (id, seq)));
            Ok(seqs)
        };
        let seqs = match self.app.store.read(read).await {
            Ok(seqs) => seqs,
            Err(error) => return self.refuse(wire, &error, Reference::default()).await,
        };
        for (id, seq) in seqs {
            if seq > self.cursors.at(id) {
                self.catch_up(wire, id, None).await?;
            }
        }
        for id in self.offers.ids() {
            self.catch_up(wire, id, None).await?;
        }
        Ok(())
    }
}
