//! Conversations that have been kept long enough: they are deleted whole.

use diesel::prelude::*;
use diesel::sql_query;

use super::conn::queries;
use super::prepared::prepared;
use super::schema::conversations;
use super::{Conn, attachments, events as log};
use crate::error::Result;
use crate::words::{ConversationId, Moment, SqlId, Status};

/// What is deleted: its id, its number, when it was closed.
pub type Gone = (ConversationId, i64, Option<Moment>);

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
            .order(conversations::closed_at)
            .limit(limit)
            .select(conversations::id);
        prepared(outlived).load(conn)
    }

    fn still_closed(conn, id: ConversationId, before: Moment) -> QueryResult<Option<Gone>> {
        conversations::table
            .find(id)
            .filter(conversations::status.eq(Status::Closed))
            .filter(conversations::closed_at.lt(before))
            .select((conversations::id, conversations::number, conversations::closed_at))
            .get_result(conn)
            .optional()
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

/// Deletes a conversation with all that belongs to it, in a transaction, if it was closed before a
/// moment and is closed still. None: it is not, or another node was faster.
pub fn forget(conn: &mut Conn, id: ConversationId, before: Moment) -> Result<Option<Gone>> {
    // Whoever would open it again waits for its head, and finds it gone.
    if log::bump(conn, id, 1)?.is_none() {
        return Ok(None);
    }
    let Some(gone) = still_closed(conn, id, before)? else {
        log::bump(conn, id, -1)?;
        return Ok(None);
    };
    // Their rows stay until the bytes are swept, which takes minutes: see `attachments/sweep.rs`.
    attachments::take_back(conn, id, None)?;
    delete_belonging(conn, id)?;
    delete(conn, id)?;
    Ok(Some(gone))
}
