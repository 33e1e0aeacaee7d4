//! Queues: where conversations of one kind wait.

use diesel::prelude::*;

use super::conn::queries;
use super::conversations::waits;
use super::prepared::prepared;
use super::schema::{conversations, queues};
use crate::words::{Mode, Moment, QueueId, Status, UserId};

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
            .filter(conversations::status.ne(Status::Closed));
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

    pub fn find(conn, id: QueueId) -> QueryResult<Option<Queue>> {
        queues::table.find(id).select(Queue::as_select()).first(conn).optional()
    }

    /// All of them, in the order people see.
    pub fn list(conn) -> QueryResult<Vec<Queue>> {
        queues::table.order((queues::position, queues::id)).select(Queue::as_select()).load(conn)
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
