//! Queues: where conversations of one kind wait.

use diesel::prelude::*;

use super::conn::queries;
use super::conversations::is_open;
use super::prepared::prepared;
use super::schema::{conversations, queues};
use super::waiting::waits;
use crate::words::{Mode, Moment, QueueId, UserId};

/// A queue as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = queues)]
pub struct Queue {
    pub id: QueueId,
    pub name: String,
    /// The name folded, for comparing.
    pub name_key: String,
    pub description: String,
    pub position: i32,
    pub mode: Mode,
    /// How many may wait in it.
    pub waiting_max: i32,
    pub created_at: Moment,
    #[diesel(embed)]
    pub policy: Policy,
}

/// How a queue treats those who wait in it. Durations are in ms.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = queues, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Policy {
    /// How long an offer lasts.
    pub offer_ms: i64,
    /// How long a rep who declined or missed a conversation is not given it again.
    pub cooldown_ms: i64,
    /// After so many misses in a row a rep is set away.
    pub misses_max: i32,
    /// How long the preferred rep comes first; 0: he does not.
    pub prefer_ms: i64,
    /// How long the place of a lost customer is held, then it is abandoned. None: for ever.
    pub abandon_after_ms: Option<i64>,
    /// How soon a rep must answer, or the conversation goes back in line. None: whenever.
    pub first_reply_ms: Option<i64>,
    /// How long nobody may say anything before it is closed as unresolved.
    pub idle_after_ms: i64,
    /// How long the slot stays taken after a close; 0: no wrap-up.
    pub wrap_ms: i64,
    /// How long after its end a conversation may be opened again.
    pub reopen_ms: i64,
    /// How long a customer should wait at most: what the service level is measured against.
    pub wait_target_ms: i64,
    /// Where those go who have waited too long here.
    pub fallback_queue_id: Option<QueueId>,
    /// How long is too long. Without a fallback queue it ends as abandoned, but in a manual queue.
    pub fallback_after_ms: i64,
    /// How often a conversation may go to a fallback queue.
    pub hops_max: i32,
    /// Lets nobody new in.
    pub draining: bool,
}

impl Default for Policy {
    fn default() -> Self {
        const MINUTE: i64 = 60_000;
        const DAY: i64 = 24 * 60 * MINUTE;
        Self {
            offer_ms: 20_000,
            cooldown_ms: 30_000,
            misses_max: 3,
            prefer_ms: 0,
            abandon_after_ms: Some(5 * MINUTE),
            first_reply_ms: None,
            idle_after_ms: DAY,
            wrap_ms: 0,
            reopen_ms: 7 * DAY,
            wait_target_ms: MINUTE,
            fallback_queue_id: None,
            fallback_after_ms: DAY,
            hops_max: 3,
            draining: false,
        }
    }
}

/// A queue, how many wait in it, and how many open conversations a customer has anywhere.
pub type Admission = (Queue, Option<i64>, Option<i64>);

queries! {
    /// What decides whether a customer may open one more conversation in this queue, or in the
    /// first of all.
    pub fn admission(conn, queue: Option<QueueId>, customer: UserId)
        -> QueryResult<Option<Admission>>
    {
        let waiting = conversations::table
            .filter(conversations::queue_id.eq(queues::id))
            .filter(waits());
        let open = conversations::table
            .filter(conversations::customer_id.eq(customer))
            .filter(is_open());
        let mut query = queues::table
            .select((
                Queue::as_select(),
                waiting.count().single_value(),
                open.count().single_value(),
            ))
            .order((queues::position, queues::id))
            .limit(1)
            .into_boxed();
        if let Some(id) = queue {
            query = query.filter(queues::id.eq(id));
        }
        prepared(query).get_result(conn).optional()
    }

    /// The version and the mode of these queues, or of all.
    pub fn modes(conn, some: Option<&[QueueId]>) -> QueryResult<Vec<(QueueId, i64, Mode)>> {
        let mut query = queues::table
            .order(queues::id)
            .select((queues::id, queues::version, queues::mode))
            .into_boxed();
        if let Some(ids) = some {
            query = query.filter(queues::id.eq_any(ids));
        }
        query.load(conn)
    }

    pub fn find(conn, id: QueueId) -> QueryResult<Option<Queue>> {
        queues::table.find(id).select(Queue::as_select()).first(conn).optional()
    }

    /// All of them, in the order people see.
    pub fn list(conn) -> QueryResult<Vec<Queue>> {
        queues::table.order((queues::position, queues::id)).select(Queue::as_select()).load(conn)
    }

    /// Writes everything of a queue but when it was made.
    pub fn update(conn, row: &Queue) -> QueryResult<usize> {
        diesel::update(queues::table.find(row.id))
            .set((
                queues::name.eq(&row.name),
                queues::name_key.eq(&row.name_key),
                queues::description.eq(&row.description),
                queues::position.eq(row.position),
                queues::mode.eq(row.mode),
                queues::waiting_max.eq(row.waiting_max),
                &row.policy,
            ))
            .execute(conn)
    }

    /// Makes a queue unless one of that name exists.
    pub fn insert(conn, row: &Queue) -> QueryResult<usize> {
        diesel::insert_into(queues::table)
            .values(row)
            .on_conflict(queues::name_key)
            .do_nothing()
            .execute(conn)
    }
}
