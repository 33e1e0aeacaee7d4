//! Who waits: a queue's line in its order, and those whose customer or rep is gone.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use uuid::Uuid;

use super::conn::{Conn, queries};
use super::prepared::prepared;
use super::schema::{conversations, customer_sessions, queues, reps};
use crate::words::{Availability, ConversationId, Mode, Moment, QueueId, Status, UserId};

/// Who waits, spelt as the index of the line spells it: with a parameter PostgreSQL could not
/// use that index in a plan that it keeps.
pub(super) fn waits() -> SqlLiteral<Bool> {
    sql("conversations.status = 'waiting'")
}

/// Whose place is being held, spelt as its index spells it. Only the waiting are held.
fn held() -> SqlLiteral<Bool> {
    sql("conversations.held")
}

/// The other ones.
fn not_held() -> SqlLiteral<Bool> {
    sql("NOT conversations.held")
}

/// Where a conversation stands in its queue's line.
pub type Place = (Moment, ConversationId);

/// The next places of a queue's line behind one, or its first: at most `limit`.
pub fn places(
    conn: &mut Conn,
    queue: QueueId,
    behind: Option<Place>,
    limit: i64,
) -> QueryResult<Vec<Place>> {
    let (place, id) = behind.unwrap_or((Moment::MIN, ConversationId(Uuid::nil())));
    places_from(conn, queue, place, id, limit)
}

/// One that stands in line, whose it is, and since when it stands there.
pub type Stands = (ConversationId, UserId, Moment);

queries! {
    /// How many wait in a queue.
    pub fn count_waiting(conn, queue: QueueId) -> QueryResult<i64> {
        let line = conversations::table.filter(conversations::queue_id.eq(queue)).filter(waits());
        prepared(line.count()).get_result(conn)
    }

    /// The first of a queue's line, with their customers: at most `limit`, held ones included.
    pub fn line(conn, queue: QueueId, limit: i64) -> QueryResult<Vec<Stands>> {
        let line = conversations::table
            .filter(conversations::queue_id.eq(queue))
            .filter(waits())
            .order((conversations::place, conversations::id))
            .limit(limit)
            .select((conversations::id, conversations::customer_id, conversations::queued_at));
        prepared(line).load(conn)
    }

    fn places_from(conn, queue: QueueId, place: Moment, id: ConversationId, limit: i64)
        -> QueryResult<Vec<Place>>
    {
        let behind = conversations::place.gt(place).or(conversations::id.gt(id));
        let line = conversations::table
            .filter(conversations::queue_id.eq(queue).and(conversations::place.ge(place)))
            .filter(waits().and(behind))
            .order((conversations::place, conversations::id))
            .limit(limit)
            .select((conversations::place, conversations::id));
        prepared(line).load(conn)
    }

    /// How many stand ahead in the same queue, held ones included; none if this one does not wait.
    pub fn ahead(conn, id: ConversationId) -> QueryResult<Option<i64>> {
        let mine = conversations::table
            .filter(conversations::id.eq(id))
            .filter(conversations::status.eq(Status::Waiting))
            .select((conversations::queue_id, conversations::place))
            .get_result::<(QueueId, Moment)>(conn)
            .optional()?;
        let Some((queue, place)) = mine else { return Ok(None) };
        let before = conversations::place
            .lt(place)
            .or(conversations::place.eq(place).and(conversations::id.lt(id)));
        let ahead = conversations::table
            .filter(conversations::queue_id.eq(queue))
            .filter(waits())
            .filter(before)
            .count();
        prepared(ahead).get_result(conn).map(Some)
    }

    /// Waiting ones whose customer had a socket since they were opened, and none since before
    /// `gone`: they are to be held. Not what was left as a message: nobody stays beside it.
    pub fn left_alone(conn, gone: Moment, limit: i64) -> QueryResult<Vec<ConversationId>> {
        let others = diesel::alias!(customer_sessions as others);
        let still = others
            .filter(others.field(customer_sessions::customer_id).eq(conversations::customer_id))
            .filter(
                others
                    .field(customer_sessions::left_at)
                    .is_null()
                    .or(others.field(customer_sessions::left_at).gt(gone)),
            );
        let alone = customer_sessions::table
            .inner_join(
                conversations::table
                    .on(conversations::customer_id.eq(customer_sessions::customer_id)),
            )
            .filter(customer_sessions::left_at.le(gone))
            .filter(customer_sessions::left_at.ge(conversations::created_at.nullable()))
            .filter(waits().and(conversations::held.eq(false)))
            .filter(conversations::left_message.eq(false))
            .filter(diesel::dsl::not(diesel::dsl::exists(still)))
            .select(conversations::id)
            .limit(limit);
        let mut ids: Vec<ConversationId> = prepared(alone).load(conn)?;
        // Once for each socket. Asked for each once, SQLite would look at all there ever were.
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// Counts the patience of those who wait in a queue anew, from when each came. None: without
    /// end. Those who are held have another.
    pub fn set_patience(conn, queue: QueueId, lasts: Option<Moment>) -> QueryResult<usize> {
        let line = conversations::table
            .filter(conversations::queue_id.eq(queue))
            .filter(waits().and(conversations::held.eq(false)));
        match lasts {
            Some(lasts) => {
                let ends = (conversations::queued_at + lasts).nullable();
                prepared(diesel::update(line).set(conversations::due_at.eq(ends))).execute(conn)
            }
            None => {
                let never = conversations::due_at.eq(None::<Moment>);
                prepared(diesel::update(line).set(never)).execute(conn)
            }
        }
    }

    /// Held ones whose customer is here: he came back while his place was being held.
    pub fn held_in_vain(conn) -> QueryResult<Vec<ConversationId>> {
        let here = customer_sessions::table
            .filter(customer_sessions::customer_id.eq(conversations::customer_id))
            .filter(customer_sessions::left_at.is_null());
        let held = conversations::table
            .filter(held())
            .filter(diesel::dsl::exists(here))
            .select(conversations::id);
        prepared(held).load(conn)
    }

    /// Waiting ones that time has forgotten, although it ends what waits in their queue: the
    /// policy was changed while they were being written.
    pub fn endless(conn) -> QueryResult<Vec<ConversationId>> {
        let endless = conversations::table
            .inner_join(queues::table)
            .filter(waits().and(not_held()))
            .filter(conversations::due_at.is_null().and(queues::mode.ne(Mode::Manual)))
            .select(conversations::id);
        prepared(endless).load(conn)
    }

    /// Those of a customer that are held.
    pub fn held_of(conn, customer: UserId) -> QueryResult<Vec<ConversationId>> {
        let held = conversations::table
            .filter(conversations::customer_id.eq(customer).and(conversations::held.eq(true)))
            .filter(waits())
            .order(conversations::id)
            .select(conversations::id);
        prepared(held).load(conn)
    }

    /// Waiting ones that are kept for a rep who takes nothing now: not available, or lost since
    /// before a moment.
    pub fn reserved_in_vain(conn, now: Moment, lost: Moment) -> QueryResult<Vec<ConversationId>> {
        let vain = conversations::table
            .inner_join(
                reps::table.on(conversations::preferred_rep_id.eq(reps::user_id.nullable())),
            )
            .filter(waits().and(conversations::preferred_until.gt(now)))
            .filter(
                reps::availability
                    .ne(Availability::Available)
                    .or(reps::lost_at.le(lost).assume_not_null()),
            )
            .select(conversations::id);
        prepared(vain).load(conn)
    }
}
