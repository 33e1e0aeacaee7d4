//! Queues: where conversations of one kind wait. One that was deleted keeps its row, so that what
//! ended in it can be read; nobody finds it but who asks by its id.

use diesel::dsl::IsNull;
use diesel::prelude::*;

use super::conn::queries;
use super::conversation_row::is_open;
use super::prepared::prepared;
use super::schema::{arrivals, conversations, queues, users, visitors, widgets};
use super::waiting::waits;
use crate::words::{Mode, Moment, OutsideHours, QueueId, Role, ScheduleId, UserId};

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
#[derive(
    Debug,
    Clone,
    PartialEq,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
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
    /// When it is open. None: always.
    pub schedule_id: Option<ScheduleId>,
    /// What becomes of who comes while it is not.
    pub outside_hours: OutsideHours,
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
            schedule_id: None,
            outside_hours: OutsideHours::LeaveMessage,
        }
    }
}

/// A queue, how many open conversations a customer has anywhere, since when he is erased, and what
/// he is now.
pub type Admission = (Queue, Option<i64>, Option<Moment>, Option<Role>);

/// What is shown of queues.
fn there() -> IsNull<queues::deleted_at> {
    queues::deleted_at.is_null()
}

queries! {
    /// What decides whether a customer may open one more conversation in this queue, or in that of
    /// the widget by which he came, or in the first of all. Nothing of a visitor who has become
    /// somebody's.
    pub fn admission(conn, queue: Option<QueueId>, customer: UserId)
        -> QueryResult<Option<Admission>>
    {
        let open = conversations::table
            .filter(conversations::customer_id.eq(customer))
            .filter(is_open());
        let erased = users::table.find(customer).select(users::erased_at);
        let role = users::table.find(customer).select(users::role);
        let of_widget = arrivals::table
            .inner_join(widgets::table)
            .filter(arrivals::user_id.eq(customer))
            .select(widgets::queue_id)
            .single_value();
        let merged = visitors::table
            .filter(visitors::user_id.eq(customer))
            .filter(visitors::merged_into.is_not_null());
        let mut query = queues::table
            .select((
                Queue::as_select(),
                open.count().single_value(),
                erased.single_value(),
                role.single_value(),
            ))
            .order((
                queues::id.nullable().eq(of_widget).desc(),
                queues::position,
                queues::id,
            ))
            .filter(there())
            .filter(diesel::dsl::not(diesel::dsl::exists(merged)))
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

    /// As it is, or was before it was deleted.
    pub fn find(conn, id: QueueId) -> QueryResult<Option<Queue>> {
        queues::table.find(id).select(Queue::as_select()).get_result(conn).optional()
    }

    /// One where conversations may go.
    pub fn find_there(conn, id: QueueId) -> QueryResult<Option<Queue>> {
        let one = queues::table.find(id).filter(there()).select(Queue::as_select());
        prepared(one).get_result(conn).optional()
    }

    /// Whether it is there and not deleted.
    pub fn is_there(conn, id: QueueId) -> QueryResult<bool> {
        let one = queues::table.find(id).filter(there());
        prepared(diesel::select(diesel::dsl::exists(one))).get_result(conn)
    }

    /// All of them, in the order people see.
    pub fn list(conn) -> QueryResult<Vec<Queue>> {
        let all = queues::table
            .filter(there())
            .order((queues::position, queues::id))
            .select(Queue::as_select());
        prepared(all).load(conn)
    }

    /// The same, or one of them, each with how many wait in it.
    pub fn list_waiting(conn, one: Option<QueueId>)
        -> QueryResult<Vec<(Queue, Option<i64>)>>
    {
        let waiting = conversations::table
            .filter(conversations::queue_id.eq(queues::id))
            .filter(waits());
        let all = queues::table
            .filter(there())
            .order((queues::position, queues::id))
            .select((Queue::as_select(), waiting.count().single_value()))
            .into_boxed();
        match one {
            Some(id) => prepared(all.filter(queues::id.eq(id))).load(conn),
            None => prepared(all).load(conn),
        }
    }

    /// Makes it newer, and holds it until the commit: what is read here may be written back.
    pub fn hold(conn, id: QueueId) -> QueryResult<Option<Queue>> {
        let held = diesel::update(queues::table.find(id).filter(there()))
            .set(queues::version.eq(queues::version + 1))
            .returning(Queue::as_returning());
        prepared(held).get_result(conn).optional()
    }

    /// Holds all of them.
    pub fn hold_all(conn) -> QueryResult<usize> {
        let held = diesel::update(queues::table.filter(there()))
            .set(queues::version.eq(queues::version + 1));
        prepared(held).execute(conn)
    }

    pub fn set_position(conn, id: QueueId, position: i32) -> QueryResult<usize> {
        let moved = diesel::update(queues::table.find(id)).set(queues::position.eq(position));
        prepared(moved).execute(conn)
    }

    /// Strikes a queue out. Its name is free for another, though it goes on by it. The name's key
    /// changes, so PostgreSQL waits for whoever is just putting a conversation into it.
    pub fn set_deleted(conn, id: QueueId, at: Moment) -> QueryResult<usize> {
        let gone = diesel::update(queues::table.find(id).filter(there()))
            .set((queues::deleted_at.eq(Some(at)), queues::name_key.eq(id.to_string())));
        prepared(gone).execute(conn)
    }

    /// The name of one that falls back to this one, if any does.
    pub fn falling_back(conn, id: QueueId) -> QueryResult<Option<String>> {
        let one = queues::table
            .filter(there())
            .filter(queues::fallback_queue_id.eq(id))
            .order(queues::id)
            .limit(1)
            .select(queues::name);
        prepared(one).get_result(conn).optional()
    }

    /// How many conversations in a queue have not ended.
    pub fn count_open(conn, id: QueueId) -> QueryResult<i64> {
        let open = conversations::table.filter(conversations::queue_id.eq(id)).filter(is_open());
        prepared(open.count()).get_result(conn)
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
