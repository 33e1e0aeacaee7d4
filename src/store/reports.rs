//! What reports are made of: conversations by the moment of their opening, part by part, and what
//! stands beside them.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use super::conn::{Conn, queries};
use super::conversation_row::first_id_of;
use super::prepared::prepared;
use super::rep_hours::{self, RepTime};
use super::schedules;
use super::schema::{conversations, queues};
use super::views::{self, PersonView, QueueView};
use crate::error::Result;
use crate::hours::Hours;
use crate::words::{ConversationId, Moment, QueueId, Resolution, ScheduleId, UserId};

/// What a report looks at of a conversation.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    pub id: ConversationId,
    pub queue_id: QueueId,
    pub last_rep_id: Option<UserId>,
    /// How often it was assigned.
    pub epoch: i64,
    pub created_at: Moment,
    /// The first time, and the last.
    pub first_assigned_at: Option<Moment>,
    pub assigned_at: Option<Moment>,
    pub first_reply_at: Option<Moment>,
    pub closed_at: Option<Moment>,
    pub resolution: Option<Resolution>,
    pub left_message: bool,
    /// What its customer thought of it: 1 to 5.
    pub rating: Option<i32>,
}

/// When one was assigned for the first time. Only of the few that were assigned again their logs
/// are asked, and those from their beginning.
const FIRST_ASSIGNED: &str = "CASE WHEN conversations.epoch < 2 THEN conversations.assigned_at
    ELSE (SELECT e.created_at FROM events e WHERE e.conversation_id = conversations.id
          AND e.kind = 'assigned' ORDER BY e.seq LIMIT 1) END";

type QueueRow = (QueueId, String, i64, Option<ScheduleId>);

queries! {
    /// The next ones of those that were opened from one moment on and before another, in the order
    /// in which they were. Ids are made in the order of time, so an index finds them.
    fn load(conn, queue: Option<QueueId>, first: ConversationId, end: ConversationId,
        behind: Option<ConversationId>, limit: i64) -> QueryResult<Vec<Row>>
    {
        let mut opened = conversations::table
            .filter(conversations::id.ge(first).and(conversations::id.lt(end)))
            .filter(conversations::forgotten_at.is_null())
            .order(conversations::id)
            .limit(limit)
            .select((
                conversations::id,
                conversations::queue_id,
                conversations::last_rep_id,
                conversations::epoch,
                conversations::created_at,
                sql::<Nullable<BigInt>>(FIRST_ASSIGNED),
                conversations::assigned_at,
                conversations::first_reply_at,
                conversations::closed_at,
                conversations::resolution,
                conversations::left_message,
                conversations::rating,
            ))
            .into_boxed();
        if let Some(behind) = behind {
            opened = opened.filter(conversations::id.gt(behind));
        }
        if let Some(queue) = queue {
            opened = opened.filter(conversations::queue_id.eq(queue));
        }
        opened.load(conn)
    }

    /// Every queue there ever was, in their order.
    fn all_queues(conn) -> QueryResult<Vec<QueueRow>> {
        let all = queues::table
            .order((queues::position, queues::id))
            .select((queues::id, queues::name, queues::wait_target_ms, queues::schedule_id));
        prepared(all).load(conn)
    }
}

/// The next conversations that were opened from one moment on and before another.
pub fn opened(
    conn: &mut Conn,
    queue: Option<QueueId>,
    (from, to): (Moment, Moment),
    behind: Option<ConversationId>,
    limit: i64,
) -> Result<Vec<Row>> {
    let (first, end) = (first_id_of(from), first_id_of(to));
    Ok(load(conn, queue, first, end, behind, limit)?)
}

/// How a queue is to serve.
#[derive(Debug, Clone)]
pub struct Terms {
    pub queue: QueueView,
    pub wait_target_ms: i64,
    /// None: it is always open.
    pub hours: Option<Hours>,
}

/// The terms of every queue there ever was, in their order.
pub fn terms(conn: &mut Conn) -> Result<Vec<Terms>> {
    let mut hours = HashMap::new();
    for schedule in schedules::list(conn)? {
        hours.insert(schedule.id, schedule.hours()?);
    }
    let of = |(id, name, wait_target_ms, schedule): QueueRow| Terms {
        queue: QueueView { id, name },
        wait_target_ms,
        hours: schedule.and_then(|id| hours.get(&id).cloned()),
    };
    Ok(all_queues(conn)?.into_iter().map(of).collect())
}

/// What stands beside conversations.
#[derive(Debug, Default)]
pub struct Beside {
    /// Those who were asked for, and those who were available.
    pub people: HashMap<UserId, PersonView>,
    pub times: HashMap<UserId, RepTime>,
}

/// What these reps are called, and what they and others had to do in a span of time.
pub fn beside(conn: &mut Conn, reps: &[UserId], (from, to): (Moment, Moment)) -> Result<Beside> {
    let times = rep_hours::sums(conn, from, to)?;
    let mut ids: Vec<UserId> = times.keys().chain(reps).copied().collect();
    ids.sort();
    ids.dedup();
    Ok(Beside {
        people: views::people(conn, &ids)?,
        times,
    })
}
