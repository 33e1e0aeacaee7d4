//! Where a socket stands in each conversation, and how it gets on: by the doorbell's hint if that
//! is just the next, else by reading what is missing from the database.

use std::collections::{HashMap, HashSet};

use crate::access::Actor;
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::news::{EventView, Grown};
use crate::store::conversations::{self, Conversation, ConversationView};
use crate::store::marks::{self, Unread};
use crate::store::{Conn, events, joined};
use crate::words::{ConversationId, EventKind, Role, Status};

/// Events read from the database in one go; what is further behind is left to pages over HTTP.
pub const BATCH: i64 = 500;

/// Where this socket stands, per conversation.
#[derive(Default)]
pub struct Cursors(HashMap<ConversationId, Stand>);

#[derive(Clone, Copy)]
struct Stand {
    /// The last seq it has seen, passed by or been told to read elsewhere.
    at: i64,
    /// The last one that its client knows of.
    shown: i64,
}

/// What to do with a piece of news.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Seen already.
    Nothing,
    /// The hint carries exactly what is missing.
    Forward,
    /// Something is missing in between.
    Read,
}

impl Cursors {
    /// Where the socket stands; 0 before the first event.
    pub fn at(&self, id: ConversationId) -> i64 {
        self.0.get(&id).map_or(0, |stand| stand.at)
    }

    pub fn set(&mut self, id: ConversationId, seq: i64) {
        let stand = Stand {
            at: seq,
            shown: seq,
        };
        self.0.insert(id, stand);
    }

    /// Moves on to an event that its client is not to know of.
    pub fn skip(&mut self, id: ConversationId, seq: i64) {
        let stand = self.0.entry(id).or_insert(Stand { at: 0, shown: 0 });
        stand.at = seq;
    }

    pub fn forget(&mut self, id: ConversationId) {
        self.0.remove(&id);
    }

    /// The oldest of those like this, if more than `most` are known.
    pub fn oldest(
        &self,
        most: usize,
        like: impl Fn(ConversationId) -> bool,
    ) -> Option<ConversationId> {
        match self.0.len() > most {
            true => self.0.keys().copied().filter(|id| like(*id)).min(),
            false => None,
        }
    }

    pub fn ids(&self) -> Vec<ConversationId> {
        self.0.keys().copied().collect()
    }

    /// Moves on to an event and answers where the client stood before.
    pub fn pass(&mut self, event: &EventView) -> i64 {
        let stand = Stand {
            at: event.seq,
            shown: event.seq,
        };
        let before = self.0.insert(event.conversation, stand);
        before.map_or(0, |stand| stand.shown)
    }

    pub fn judge(&self, grown: &Grown) -> Next {
        let at = self.at(grown.conversation);
        match grown.events.first() {
            _ if grown.seq <= at => Next::Nothing,
            Some(first) if first.seq == at + 1 && !grown.has_hole() => Next::Forward,
            _ => Next::Read,
        }
    }
}

/// How a conversation stands to the person of a socket.
pub enum Found {
    /// He has no part in it, or none any more: so it is as of this seq, if it is still there.
    Nothing(Option<i64>),
    /// It is offered to him: he is told that and no more.
    Offered(Box<ConversationView>),
    Missed(Box<Missed>),
}

/// What a socket has missed of one conversation.
pub struct Missed {
    pub view: ConversationView,
    /// So much is left to pages over HTTP: the first and the last seq of it.
    pub gap: Option<(i64, i64)>,
    /// The first part of the rest; what follows it is had by [`Missed::part`].
    pub events: Vec<EventView>,
    /// Up to where it was handed out, and the last one, whoever may know of it.
    pub at: i64,
    pub last_seq: i64,
    /// Whether there is an assignment in what he has missed.
    pub assigned: bool,
    /// Whether he has joined it.
    pub joined: bool,
    /// What he has not read of it, if that was asked.
    pub unread: Option<Unread>,
    in_turn: bool,
}

/// How it is asked what a socket has missed of a conversation.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Up to where it has come.
    pub seq: i64,
    /// Whether what its person has not read is to be counted, too.
    pub count: bool,
    /// After those who have asked before: many come back at once. Who only follows what is said
    /// now does not wait for them.
    pub in_turn: bool,
}

impl Missed {
    /// The next part of it, until there is none. Read when the one before it is told: whoever does
    /// not read holds no more than a part.
    pub async fn part(&mut self, app: &App) -> Result<Vec<EventView>> {
        if self.events.is_empty() && self.at < self.last_seq {
            let (id, after, last_seq) = (self.view.id, self.at, self.last_seq);
            let read = move |conn: &mut Conn| part(conn, id, after, last_seq);
            self.events = ask(app, self.in_turn, read).await?;
        }
        let part = std::mem::take(&mut self.events);
        self.at = part.last().map_or(self.last_seq, |event| event.seq);
        Ok(part)
    }

    /// Has it handed out from its first entry, for who cannot be told to read elsewhere.
    pub fn close_gap(&mut self) {
        if let Some((from, _)) = self.gap.take() {
            self.events.clear();
            self.at = from - 1;
        }
    }
}

fn part(conn: &mut Conn, id: ConversationId, after: i64, last_seq: i64) -> Result<Vec<EventView>> {
    let mut rows = events::part_after(conn, id, after, (last_seq - after).min(BATCH))?;
    rows.retain(|event| event.seq <= last_seq);
    Ok(rows.into_iter().map(EventView::from).collect())
}

async fn ask<T: Send + 'static>(
    app: &App,
    in_turn: bool,
    query: impl Fn(&mut Conn) -> Result<T> + Send + 'static,
) -> Result<T> {
    match in_turn {
        true => app.store.catch_up(query).await,
        false => app.store.read(query).await,
    }
}

/// Reads what is missing, if this person has a part in it. A `hint` that shows it to be his now
/// saves asking whether it is.
pub async fn missed(
    app: &App,
    actor: &Actor,
    id: ConversationId,
    hint: Option<&ConversationView>,
    asked: Asked,
) -> Result<Found> {
    let Asked {
        seq,
        count,
        in_turn,
    } = asked;
    let actor = actor.clone();
    let hint = hint.filter(|view| view.has_part(actor.id)).cloned();
    let read = move |conn: &mut Conn| {
        // What a socket is to read elsewhere does not pass it, and has to be counted.
        let unread = |conn: &mut Conn, missed: &Missed| match count || missed.gap.is_some() {
            true => Ok(marks::unread(conn, actor.id, actor.role, &[id])?.remove(&id)),
            false => Ok::<_, Error>(None),
        };
        let joined =
            |conn: &mut Conn| Ok::<_, Error>(joined_by(conn, &actor, &[id])?.contains(&id));
        if let Some(view) = &hint {
            let mut missed = read_after(conn, actor.role, view.clone(), seq)?;
            missed.joined = joined(conn)?;
            missed.in_turn = in_turn;
            missed.unread = unread(conn, &missed)?;
            return Ok(Found::Missed(Box::new(missed)));
        }
        // Read first: the rest is then at least as new as the last entry that is told with it.
        let last_seq = events::last_seqs(conn, &[id])?.first().map(|(_, seq)| *seq);
        let joined = joined(conn)?;
        let row = match conversations::readable(conn, &actor, id) {
            Ok(row) => row,
            Err(error) if error.code == Code::NotFound => return Ok(Found::Nothing(last_seq)),
            // Not to be taken for "not his": the cursor stays, and the next check asks again.
            Err(error) => return Err(error),
        };
        if row.status == Status::Offered && row.rep_id == Some(actor.id) {
            return Ok(Found::Offered(Box::new(conversations::view(conn, row)?)));
        }
        if !hears_of(&actor, &row, joined) {
            return Ok(Found::Nothing(last_seq));
        }
        let mut view = conversations::view(conn, row)?;
        view.last_seq = last_seq.unwrap_or(view.last_seq);
        let mut missed = read_after(conn, actor.role, view, seq)?;
        missed.joined = joined;
        missed.in_turn = in_turn;
        missed.unread = unread(conn, &missed)?;
        Ok(Found::Missed(Box::new(missed)))
    };
    ask(app, in_turn, read).await
}

/// The events between `seq` and the last one that this view knows of.
fn read_after(conn: &mut Conn, role: Role, mut view: ConversationView, seq: i64) -> Result<Missed> {
    let from = seq.clamp(0, view.last_seq);
    let after = from.max(view.last_seq - BATCH);
    let events = part(conn, view.id, after, view.last_seq)?;
    let assigned = events::any_after(conn, view.id, after, EventKind::Assigned)?;
    let (mut to, last_seq) = (after, view.last_seq);
    if role == Role::Customer {
        // Nothing tells him of entries that are not for him.
        to = events::told_at(conn, view.id, after)?.unwrap_or(from);
        view.last_seq = events::told_at(conn, view.id, last_seq)?.unwrap_or(from);
    }
    let gap = (to > from).then_some((from + 1, to));
    Ok(Missed {
        at: after,
        last_seq,
        gap,
        events,
        assigned,
        view,
        joined: false,
        unread: None,
        in_turn: false,
    })
}

/// Those of these that he has joined beside their rep.
pub fn joined_by(
    conn: &mut Conn,
    actor: &Actor,
    ids: &[ConversationId],
) -> Result<HashSet<ConversationId>> {
    Ok(match actor.role {
        Role::Customer => HashSet::new(),
        _ if ids.is_empty() => HashSet::new(),
        Role::Rep | Role::Admin => joined::those_of(conn, actor.id, ids)?.into_iter().collect(),
    })
}

/// Whether the sockets of this person are told of this one: not of all that he may read.
pub fn hears_of(actor: &Actor, row: &Conversation, joined: bool) -> bool {
    joined || row.has_part(actor.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grown(seqs: &[i64], seq: i64) -> Grown {
        let conversation = ConversationId::new();
        let event = |seq: &i64| EventView {
            conversation,
            seq: *seq,
            kind: EventKind::Message,
            sender_id: None,
            client_id: None,
            text: None,
            attachments: Vec::new(),
            data: None,
            created_at: 0,
        };
        let events = seqs.iter().map(event).collect();
        Grown {
            conversation,
            seq,
            audience: Vec::new(),
            events,
            view: None,
        }
    }

    #[test]
    fn what_is_passed_by_in_silence_leaves_the_client_where_he_stood() {
        let (mut cursors, news) = (Cursors::default(), grown(&[3, 4], 4));
        let id = news.conversation;
        cursors.set(id, 1);
        cursors.skip(id, 2);
        assert_eq!(cursors.judge(&news), Next::Forward);
        assert_eq!(cursors.pass(&news.events[0]), 1);
        assert_eq!(cursors.pass(&news.events[1]), 3);
        assert_eq!(cursors.at(id), 4);
    }

    #[test]
    fn only_the_very_next_is_forwarded() {
        let cases = [
            (0, grown(&[1, 2], 2), Next::Forward),
            (2, grown(&[3], 3), Next::Forward),
            (3, grown(&[3], 3), Next::Nothing),
            (4, grown(&[3], 3), Next::Nothing),
            (1, grown(&[3], 3), Next::Read),
            (2, grown(&[2, 3], 3), Next::Read),
            (2, grown(&[], 3), Next::Read),
            (2, grown(&[3, 5], 5), Next::Read),
            (2, grown(&[3, 4], 5), Next::Read),
            (3, grown(&[], 3), Next::Nothing),
        ];
        for (at, news, expected) in cases {
            let mut cursors = Cursors::default();
            cursors.set(news.conversation, at);
            assert_eq!(cursors.judge(&news), expected, "at {at}: {news:?}");
        }
    }
}
