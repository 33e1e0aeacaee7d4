//! The facts that the live line is told, read from the rows that hold them.

use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::conversations::Conversation;
use super::prepared::prepared;
use super::schema::{conversations, heads};
use super::waiting::waits;
use super::{cooldowns, queues, reps};
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
    let reps = reps::standings(conn)?.into_iter().map(rep_fact).collect();
    let of = |id: ConversationId| {
        let first = cooling.partition_point(|(other, ..)| *other < id);
        let its = cooling[first..]
            .iter()
            .take_while(|(other, ..)| *other == id);
        its.map(|(_, rep, until)| (*rep, *until)).collect()
    };
    Ok(Facts {
        queues,
        conversations: rows.into_iter().map(|row| fact(row, of(row.0.0))).collect(),
        reps,
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
