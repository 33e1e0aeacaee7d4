//! The facts that the live line is told, read from the rows that hold them.

use diesel::prelude::*;
use uuid::Uuid;

use super::conn::{Conn, queries};
use super::conversation_row::is_open;
use super::conversations::Conversation;
use super::prepared::prepared;
use super::schema::{conversations, heads};
use super::waiting::waits;
use super::{cooldowns, queues, reps, roster};
use crate::dispatch::{ConversationFact, Eligibility, Facts, QueueFact, RepFact, Standing};
use crate::error::Result;
use crate::words::{ConversationId, Mode, Moment, QueueId, Status, UserId, now};

/// Reps who must not be given a conversation yet, each until a moment.
pub type Cooling = Vec<(UserId, Moment)>;

/// What of a conversation the line must know: beside it, whom it is reserved for and until when.
type Row = (
    (ConversationId, i64, Status, bool, QueueId, Moment),
    (Option<UserId>, Option<Moment>),
);

/// The same with the head apart, which rows that are written in bulk get a little later.
type Headed = (
    (ConversationId, Option<i64>, Status, bool, QueueId, Moment),
    (Option<UserId>, Option<Moment>),
);

fn headed(((id, head, status, held, queue, place), reserved): Headed) -> Row {
    (
        (id, head.unwrap_or(0), status, held, queue, place),
        reserved,
    )
}

queries! {
    fn open(conn) -> QueryResult<Vec<Row>> {
        let query = conversations::table
            .inner_join(heads::table.on(heads::conversation_id.eq(conversations::id)))
            // Each half has an index; all the closed ones are not looked at.
            .filter(waits().or(conversations::rep_id.is_not_null()))
            .order(conversations::id)
            .select((
                (
                    conversations::id, heads::last_seq, conversations::status,
                    conversations::held, conversations::queue_id, conversations::place,
                ),
                (conversations::preferred_rep_id, conversations::preferred_until),
            ));
        prepared(query).load(conn)
    }

    /// The next ones behind an id, by the index of the open ones. Their heads are looked up one by
    /// one: a plan that joins them for any limit begins with the first of all.
    fn open_after(conn, after: ConversationId, limit: i64) -> QueryResult<Vec<Headed>> {
        let head = heads::table
            .filter(heads::conversation_id.eq(conversations::id))
            .select(heads::last_seq)
            .single_value();
        let query = conversations::table
            .filter(is_open().and(waits().or(conversations::rep_id.is_not_null())))
            .filter(conversations::id.gt(after))
            .order(conversations::id)
            .limit(limit)
            .select((
                (
                    conversations::id, head, conversations::status,
                    conversations::held, conversations::queue_id, conversations::place,
                ),
                (conversations::preferred_rep_id, conversations::preferred_until),
            ));
        prepared(query).load(conn)
    }

    fn some(conn, ids: &[ConversationId]) -> QueryResult<Vec<Row>> {
        conversations::table
            .inner_join(heads::table.on(heads::conversation_id.eq(conversations::id)))
            .filter(conversations::id.eq_any(ids))
            .select((
                (
                    conversations::id, heads::last_seq, conversations::status,
                    conversations::held, conversations::queue_id, conversations::place,
                ),
                (conversations::preferred_rep_id, conversations::preferred_until),
            ))
            .load(conn)
    }

}

fn standing(status: Status, held: bool) -> Standing {
    match status {
        Status::Waiting if !held => Standing::Waiting,
        // Its customer has gone; the engine keeps it for its version.
        Status::Waiting => Standing::Served,
        status if status.holds_slot() => Standing::Served,
        _ => Standing::Gone,
    }
}

fn fact(row: Row, cooling: Cooling) -> ConversationFact {
    let ((id, version, status, held, queue, place), reserved) = row;
    ConversationFact {
        id,
        version,
        standing: standing(status, held),
        queue,
        place,
        reserved: reserved.0.zip(reserved.1),
        cooling,
    }
}

/// What the line must know of a rep.
pub fn rep_fact(one: reps::Standing) -> RepFact {
    RepFact {
        id: one.rep.user_id,
        version: one.rep.version,
        capacity: one.rep.capacity,
        active: one.rep.active,
        eligibility: Eligibility::of(one.rep.availability, one.present),
        queues: one.queues,
        last_assigned_at: one.rep.last_assigned_at,
    }
}

/// What the line must know of these queues, or of all.
pub fn queue_facts(conn: &mut Conn, some: Option<&[QueueId]>) -> Result<Vec<QueueFact>> {
    let fact = |(id, version, mode)| QueueFact {
        id,
        version,
        manual: mode == Mode::Manual,
    };
    Ok(queues::modes(conn, some)?.into_iter().map(fact).collect())
}

/// Everything: the queues, all that is open, and every rep.
pub fn everything(conn: &mut Conn) -> Result<Facts> {
    let queues = queue_facts(conn, None)?;
    let rows = open(conn)?;
    let cooling = cooldowns::all(conn, now())?;
    let reps = roster::standings(conn)?.into_iter().map(rep_fact).collect();
    Ok(Facts {
        queues,
        conversations: facts_of(rows, &cooling),
        reps,
        refused: Vec::new(),
    })
}

/// Rows with the cool-downs of each, which are sorted by conversation.
fn facts_of(rows: Vec<Row>, cooling: &[(ConversationId, UserId, Moment)]) -> Vec<ConversationFact> {
    let of = |id: ConversationId| {
        let first = cooling.partition_point(|(other, ..)| *other < id);
        let its = cooling[first..]
            .iter()
            .take_while(|(other, ..)| *other == id);
        its.map(|(_, rep, until)| (*rep, *until)).collect()
    };
    rows.into_iter().map(|row| fact(row, of(row.0.0))).collect()
}

/// How far everything has been read, part by part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mark {
    conversation: Option<ConversationId>,
    rep: Option<UserId>,
}

impl Mark {
    /// Behind these.
    pub fn behind(self, facts: &Facts) -> Self {
        Self {
            conversation: facts
                .conversations
                .last()
                .map(|one| one.id)
                .or(self.conversation),
            rep: facts.reps.last().map(|one| one.id).or(self.rep),
        }
    }
}

/// What follows of everything: so many of each kind, sorted by id, and the queues with the first.
pub fn next(conn: &mut Conn, mark: Mark, limit: i64) -> Result<Facts> {
    let queues = match mark == Mark::default() {
        true => queue_facts(conn, None)?,
        false => Vec::new(),
    };
    let after = mark.conversation.unwrap_or(ConversationId(Uuid::nil()));
    let rows = open_after(conn, after, limit)?;
    let rows: Vec<Row> = rows.into_iter().map(headed).collect();
    let cooling = match rows.last() {
        Some(last) => cooldowns::between(conn, after, last.0.0, now())?,
        None => Vec::new(),
    };
    let after = mark.rep.unwrap_or(UserId(Uuid::nil()));
    let reps = roster::standings_after(conn, after, limit)?;
    Ok(Facts {
        queues,
        conversations: facts_of(rows, &cooling),
        reps: reps.into_iter().map(rep_fact).collect(),
        refused: Vec::new(),
    })
}

/// These conversations as they are now, whatever their status.
pub fn conversations(conn: &mut Conn, ids: &[ConversationId]) -> Result<Vec<ConversationFact>> {
    let mut facts = Vec::with_capacity(ids.len());
    for row in some(conn, ids)? {
        let cooling = cooldowns::of(conn, row.0.0, now())?;
        facts.push(fact(row, cooling));
    }
    Ok(facts)
}

/// A row just written, with the last seq it was written under, and its cool-downs if it waits.
pub fn of_row(row: &Conversation, last_seq: i64, cooling: Cooling) -> ConversationFact {
    ConversationFact {
        id: row.id,
        version: last_seq,
        standing: standing(row.status, row.held),
        queue: row.queue_id,
        place: row.place,
        reserved: row.preferred_rep_id.zip(row.preferred_until),
        cooling,
    }
}
