//! The facts that the live line is told, read from the rows that hold them.

use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::conversations::{Conversation, waits};
use super::prepared::prepared;
use super::reps;
use super::schema::{conversations, heads, queues};
use crate::dispatch::{ConversationFact, Eligibility, Facts, RepFact, Standing};
use crate::error::Result;
use crate::words::{ConversationId, Mode, Moment, QueueId, Status};

/// What of a conversation the line must know.
type Row = (ConversationId, i64, Status, bool, QueueId, Moment, Mode);

queries! {
    fn open(conn) -> QueryResult<Vec<Row>> {
        let query = conversations::table
            .inner_join(heads::table.on(heads::conversation_id.eq(conversations::id)))
            .inner_join(queues::table)
            // Each half has an index; all the closed ones are not looked at.
            .filter(waits().or(conversations::rep_id.is_not_null()))
            .order(conversations::id)
            .select((
                conversations::id, heads::last_seq, conversations::status, conversations::held,
                conversations::queue_id, conversations::place, queues::mode,
            ));
        prepared(query).load(conn)
    }

    fn some(conn, ids: &[ConversationId]) -> QueryResult<Vec<Row>> {
        conversations::table
            .inner_join(heads::table.on(heads::conversation_id.eq(conversations::id)))
            .inner_join(queues::table)
            .filter(conversations::id.eq_any(ids))
            .select((
                conversations::id, heads::last_seq, conversations::status, conversations::held,
                conversations::queue_id, conversations::place, queues::mode,
            ))
            .load(conn)
    }

}

fn standing(status: Status, held: bool, mode: Mode) -> Standing {
    match status {
        Status::Waiting if mode == Mode::Auto && !held => Standing::Waiting,
        // In line for people to take by hand; the engine keeps it for its version.
        Status::Waiting => Standing::Served,
        status if status.holds_slot() => Standing::Served,
        _ => Standing::Gone,
    }
}

fn fact((id, version, status, held, queue, place, mode): Row) -> ConversationFact {
    ConversationFact {
        id,
        version,
        standing: standing(status, held, mode),
        queue,
        place,
        reserved: None,
        cooling: Vec::new(),
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

/// Everything: all that is open, and every rep.
pub fn everything(conn: &mut Conn) -> Result<Facts> {
    let conversations = open(conn)?.into_iter().map(fact).collect();
    let reps = reps::standings(conn)?.into_iter().map(rep_fact).collect();
    Ok(Facts {
        conversations,
        reps,
        refused: Vec::new(),
    })
}

/// These conversations as they are now, whatever their status.
pub fn conversations(conn: &mut Conn, ids: &[ConversationId]) -> Result<Vec<ConversationFact>> {
    Ok(some(conn, ids)?.into_iter().map(fact).collect())
}

/// A row just written, with the last seq it was written under and its queue's mode.
pub fn of_row(row: &Conversation, last_seq: i64, mode: Mode) -> ConversationFact {
    ConversationFact {
        id: row.id,
        version: last_seq,
        standing: standing(row.status, row.held, mode),
        queue: row.queue_id,
        place: row.place,
        reserved: None,
        cooling: Vec::new(),
    }
}
