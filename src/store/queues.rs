//! Queues: where conversations of one kind wait.

use diesel::prelude::*;

use super::conn::queries;
use super::schema::queues;
use crate::words::{Mode, Moment, QueueId};

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

queries! {
    pub fn find(conn, id: QueueId) -> QueryResult<Option<Queue>> {
        queues::table.find(id).select(Queue::as_select()).first(conn).optional()
    }

    /// The queue that a conversation's row names.
    pub fn of(conn, id: QueueId) -> QueryResult<Queue> {
        queues::table.find(id).select(Queue::as_select()).first(conn)
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
