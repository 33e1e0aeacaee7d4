//! What a visitor began becomes an account's: everything that names him names the account. Only
//! the desk says when.

use diesel::prelude::*;
use serde_json::json;

use super::conn::{Conn, queries};
use super::erasures::set_data;
use super::schema::{attachments, conversations, events, heads, marks};
use crate::error::Result;
use crate::words::{ConversationId, EventKind, UserId};

queries! {
    fn count_entries(conn, ids: &[ConversationId]) -> QueryResult<Vec<i64>> {
        heads::table
            .filter(heads::conversation_id.eq_any(ids))
            .select(heads::last_seq)
            .load(conn)
    }

    /// A customer's conversations, in the order in which they are locked.
    pub fn of(conn, customer: UserId, limit: i64) -> QueryResult<Vec<ConversationId>> {
        conversations::table
            .filter(conversations::customer_id.eq(customer))
            .filter(conversations::forgotten_at.is_null())
            .order(conversations::id)
            .limit(limit)
            .select(conversations::id)
            .load(conn)
    }

    fn set_sender(conn, id: ConversationId, from: UserId, to: UserId) -> QueryResult<usize> {
        diesel::update(events::table)
            .filter(events::conversation_id.eq(id).and(events::sender_id.eq(from)))
            .set(events::sender_id.eq(Some(to)))
            .execute(conn)
    }

    /// Entries that tell of what was written over or deleted, and whose it was.
    fn about_words(conn, id: ConversationId)
        -> QueryResult<Vec<(i64, Option<serde_json::Value>)>>
    {
        events::table
            .filter(events::conversation_id.eq(id))
            .filter(events::kind.eq_any([EventKind::Edited, EventKind::Deleted]))
            .select((events::seq, events::data))
            .load(conn)
    }

    fn set_reader(conn, id: ConversationId, from: UserId, to: UserId) -> QueryResult<usize> {
        diesel::update(marks::table)
            .filter(marks::conversation_id.eq(id).and(marks::user_id.eq(from)))
            .set(marks::user_id.eq(to))
            .execute(conn)
    }

    fn delete_mark(conn, id: ConversationId, person: UserId) -> QueryResult<usize> {
        diesel::delete(marks::table.find((id, person))).execute(conn)
    }

    fn set_changed_by(conn, id: ConversationId, from: UserId, to: UserId) -> QueryResult<usize> {
        diesel::update(conversations::table.find(id))
            .filter(conversations::changed_by.eq(from))
            .set(conversations::changed_by.eq(Some(to)))
            .execute(conn)
    }

    /// Files that somebody has uploaded, sent or not, are another's.
    pub fn set_uploader(conn, from: UserId, to: UserId) -> QueryResult<usize> {
        diesel::update(attachments::table.filter(attachments::uploader_id.eq(from)))
            .set(attachments::uploader_id.eq(to))
            .execute(conn)
    }
}

/// How many entries the logs of these have.
pub fn entries(conn: &mut Conn, ids: &[ConversationId]) -> Result<i64> {
    Ok(count_entries(conn, ids)?.into_iter().sum())
}

/// Whatever a conversation tells of one person it tells of another from now on: who wrote what, who
/// has read how far. Whose conversation it is stands elsewhere.
pub fn rewrite(conn: &mut Conn, id: ConversationId, from: UserId, to: UserId) -> Result<()> {
    set_sender(conn, id, from, to)?;
    // Once staff, he may have read it as such: the mark of whose it was counts.
    delete_mark(conn, id, to)?;
    set_reader(conn, id, from, to)?;
    set_changed_by(conn, id, from, to)?;
    for (seq, data) in about_words(conn, id)? {
        if let Some(mut data) = data.filter(|data| data["author_id"] == json!(from)) {
            data["author_id"] = json!(to);
            set_data(conn, id, seq, &data)?;
        }
    }
    Ok(())
}
