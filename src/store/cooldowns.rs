//! Which reps must not be given a conversation yet: they have just declined it, missed it or
//! handed it back.

use diesel::prelude::*;

use super::conn::queries;
use super::prepared::prepared;
use super::schema::cooldowns;
use crate::words::{ConversationId, Moment, UserId};

queries! {
    /// Keeps a conversation away from a rep until a moment, instead of what was said before.
    pub fn set(conn, conversation: ConversationId, rep: UserId, ends_at: Moment)
        -> QueryResult<usize>
    {
        diesel::insert_into(cooldowns::table)
            .values((
                cooldowns::conversation_id.eq(conversation),
                cooldowns::rep_id.eq(rep),
                cooldowns::ends_at.eq(ends_at),
            ))
            .on_conflict((cooldowns::conversation_id, cooldowns::rep_id))
            .do_update()
            .set(cooldowns::ends_at.eq(ends_at))
            .execute(conn)
    }

    /// Those of a conversation that last beyond a moment, by rep.
    pub fn of(conn, conversation: ConversationId, now: Moment)
        -> QueryResult<Vec<(UserId, Moment)>>
    {
        let lasting = cooldowns::table
            .filter(cooldowns::conversation_id.eq(conversation).and(cooldowns::ends_at.gt(now)))
            .order(cooldowns::rep_id)
            .select((cooldowns::rep_id, cooldowns::ends_at));
        prepared(lasting).load(conn)
    }

    /// All that last beyond a moment, by conversation and rep.
    pub fn all(conn, now: Moment) -> QueryResult<Vec<(ConversationId, UserId, Moment)>> {
        let lasting = cooldowns::table
            .filter(cooldowns::ends_at.gt(now))
            .order((cooldowns::conversation_id, cooldowns::rep_id))
            .select((cooldowns::conversation_id, cooldowns::rep_id, cooldowns::ends_at));
        prepared(lasting).load(conn)
    }

    /// The same of those conversations that come behind one, up to another.
    pub fn between(conn, after: ConversationId, last: ConversationId, now: Moment)
        -> QueryResult<Vec<(ConversationId, UserId, Moment)>>
    {
        let lasting = cooldowns::table
            .filter(cooldowns::conversation_id.gt(after))
            .filter(cooldowns::conversation_id.le(last))
            .filter(cooldowns::ends_at.gt(now))
            .order((cooldowns::conversation_id, cooldowns::rep_id))
            .select((cooldowns::conversation_id, cooldowns::rep_id, cooldowns::ends_at));
        prepared(lasting).load(conn)
    }

    /// Forgets those that have ended.
    pub fn delete_ended(conn, now: Moment) -> QueryResult<usize> {
        let ended = cooldowns::table.filter(cooldowns::ends_at.le(now));
        prepared(diesel::delete(ended)).execute(conn)
    }
}
