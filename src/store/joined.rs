//! Staff who take part in a conversation beside its rep.

use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::conversation_row::{Conversation, is_open};
use super::schema::{conversations, heads, joined};
use crate::error::Result;
use crate::words::{ConversationId, Moment, UserId};

/// An open conversation that somebody has joined, and its last seq.
pub type JoinedHead = (ConversationId, UserId, i64);

queries! {
    pub fn insert(conn, id: ConversationId, user: UserId, at: Moment) -> QueryResult<usize> {
        let row = (
            joined::conversation_id.eq(id), joined::user_id.eq(user), joined::joined_at.eq(at),
        );
        diesel::insert_into(joined::table).values(row).execute(conn)
    }

    pub fn delete(conn, id: ConversationId, user: UserId) -> QueryResult<usize> {
        diesel::delete(joined::table.find((id, user))).execute(conn)
    }

    /// Whether this person takes part in this one.
    pub fn is_in(conn, id: ConversationId, user: UserId) -> QueryResult<bool> {
        diesel::select(diesel::dsl::exists(joined::table.find((id, user)))).get_result(conn)
    }

    /// All that this person takes part in.
    pub fn all_of(conn, user: UserId) -> QueryResult<Vec<ConversationId>> {
        joined::table
            .filter(joined::user_id.eq(user))
            .order(joined::conversation_id)
            .select(joined::conversation_id)
            .load(conn)
    }

    /// Those of these that this person takes part in.
    pub fn those_of(conn, user: UserId, ids: &[ConversationId])
        -> QueryResult<Vec<ConversationId>>
    {
        joined::table
            .filter(joined::user_id.eq(user).and(joined::conversation_id.eq_any(ids)))
            .select(joined::conversation_id)
            .load(conn)
    }

    /// Who takes part in these.
    pub fn among(conn, ids: &[ConversationId]) -> QueryResult<Vec<(ConversationId, UserId)>> {
        joined::table
            .filter(joined::conversation_id.eq_any(ids))
            .select((joined::conversation_id, joined::user_id))
            .load(conn)
    }

    /// The open ones that these people have joined, with their last seqs.
    pub fn heads_of(conn, people: &[UserId]) -> QueryResult<Vec<JoinedHead>> {
        joined::table
            .inner_join(heads::table.on(heads::conversation_id.eq(joined::conversation_id)))
            .inner_join(conversations::table.on(conversations::id.eq(joined::conversation_id)))
            .filter(joined::user_id.eq_any(people))
            .filter(is_open())
            .select((joined::conversation_id, joined::user_id, heads::last_seq))
            .load(conn)
    }

    /// The open ones that this person has joined, newest first.
    pub fn rows_of(conn, user: UserId, limit: i64) -> QueryResult<Vec<Conversation>> {
        joined::table
            .inner_join(conversations::table.on(conversations::id.eq(joined::conversation_id)))
            .filter(joined::user_id.eq(user))
            .filter(is_open())
            .order(conversations::id.desc())
            .limit(limit)
            .select(Conversation::as_select())
            .load(conn)
    }
}

/// Who takes part in this one beside its rep.
pub fn of(conn: &mut Conn, id: ConversationId) -> Result<Vec<UserId>> {
    let found = among(conn, &[id])?.into_iter();
    Ok(found.map(|(_, user)| user).collect())
}
