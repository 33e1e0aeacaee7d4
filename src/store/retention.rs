//! Conversations that have been kept long enough: they are deleted whole.
//!
//! One step hides a conversation from everybody. What there is of it then goes from its end, some
//! entries in each transaction, so that none takes long however much was said; its head says how
//! far that has come, and its row goes last, because all else names it. After a crash, whoever
//! looks next goes on.

use diesel::prelude::*;
use diesel::sql_query;

use super::conn::{clock, queries};
use super::prepared::prepared;
use super::schema::{conversations, events, heads};
use super::{Conn, attachments, events as log};
use crate::error::Result;
use crate::words::{ClientId, ConversationId, Moment, SqlId, Status};

/// What is deleted: its id, its number, when it was closed.
pub type Gone = (ConversationId, i64, Option<Moment>);

/// Entries that are deleted in one transaction: few, because others wait for it in SQLite.
pub const PART: i64 = 200;

/// Every table whose rows belong to a conversation, by a column `conversation_id`, in the order in
/// which they are deleted. The search forgets by its triggers.
pub const BELONGING: &[&str] = &[
    "cooldowns",
    "marks",
    "joined",
    "attachments",
    "events",
    "heads",
];

queries! {
    /// Those that were closed before a moment, the longest ago first.
    pub fn outlived(conn, before: Moment, limit: i64) -> QueryResult<Vec<ConversationId>> {
        let outlived = conversations::table
            .filter(conversations::closed_at.lt(before))
            .filter(conversations::forgotten_at.is_null())
            .order(conversations::closed_at)
            .limit(limit)
            .select(conversations::id);
        prepared(outlived).load(conn)
    }

    /// Hides one that is closed still. The id of the command that has opened it is free again.
    fn hide(conn, id: ConversationId, before: Moment) -> QueryResult<Option<Gone>> {
        let now = clock(conn);
        let closed = conversations::table
            .filter(conversations::id.eq(id))
            .filter(conversations::forgotten_at.is_null())
            .filter(conversations::status.eq(Status::Closed))
            .filter(conversations::closed_at.lt(before));
        diesel::update(closed)
            .set((
                conversations::forgotten_at.eq(now.nullable()),
                conversations::open_client_id.eq(ClientId::new()),
            ))
            .returning((conversations::id, conversations::number, conversations::closed_at))
            .get_result(conn)
            .optional()
    }

    /// All that is hidden and lies there still, or what has done so for so many ms.
    pub fn hidden(conn, rest: Moment, limit: i64) -> QueryResult<Vec<ConversationId>> {
        let rested = conversations::forgotten_at + rest;
        conversations::table
            .filter(conversations::forgotten_at.is_not_null())
            .filter(rested.le(clock(conn).nullable()))
            .order((conversations::forgotten_at, conversations::id))
            .limit(limit)
            .select(conversations::id)
            .load(conn)
    }

    fn is_hidden(conn, id: ConversationId) -> QueryResult<bool> {
        let hidden = conversations::table
            .find(id)
            .filter(conversations::forgotten_at.is_not_null());
        diesel::select(diesel::dsl::exists(hidden)).get_result(conn)
    }

    /// Deletes the end of a log, behind one entry up to the last.
    fn delete_end(conn, id: ConversationId, behind: i64, last: i64) -> QueryResult<usize> {
        diesel::delete(events::table)
            .filter(events::conversation_id.eq(id))
            .filter(events::seq.gt(behind).and(events::seq.le(last)))
            .execute(conn)
    }

    fn shorten(conn, id: ConversationId, last_seq: i64) -> QueryResult<usize> {
        diesel::update(heads::table.find(id)).set(heads::last_seq.eq(last_seq)).execute(conn)
    }

    fn delete_belonging(conn, id: ConversationId) -> QueryResult<()> {
        for table in BELONGING {
            let all = sql_query(format!("DELETE FROM {table} WHERE conversation_id = $1"));
            prepared(all.bind::<SqlId, _>(id)).execute(conn)?;
        }
        Ok(())
    }

    fn delete(conn, id: ConversationId) -> QueryResult<usize> {
        diesel::delete(conversations::table.find(id)).execute(conn)
    }
}

/// Deletes a conversation for everybody, in a transaction, if it was closed before a moment and is
/// closed still: nobody finds it from the commit on. None: it is not, or another node was faster.
pub fn forget(conn: &mut Conn, id: ConversationId, before: Moment) -> Result<Option<Gone>> {
    // Whoever would open it again waits for its head, and finds it gone.
    match log::bump(conn, id, 0)? {
        Some(_) => Ok(hide(conn, id, before)?),
        None => Ok(None),
    }
}

/// Deletes a part of what lies there of a hidden conversation, in a transaction; at last itself.
/// Answers whether there is more.
pub fn remove_part(conn: &mut Conn, id: ConversationId) -> Result<bool> {
    let Some(last) = log::bump(conn, id, 0)? else {
        return Ok(false);
    };
    if !is_hidden(conn, id)? {
        return Ok(false);
    }
    let left = (last - PART).max(0);
    // Their rows stay until the bytes are swept, which takes minutes: see `attachments/sweep.rs`.
    attachments::take_back(conn, id, left + 1, last)?;
    if left > 0 {
        delete_end(conn, id, left, last)?;
        shorten(conn, id, left)?;
        return Ok(true);
    }
    delete_belonging(conn, id)?;
    delete(conn, id)?;
    Ok(false)
}
