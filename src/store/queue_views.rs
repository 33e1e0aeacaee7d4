//! Queues as people see them: who may wait in them, and staff.

use std::collections::{HashMap, HashSet};

use super::conn::Conn;
use super::queues::{self, Policy, Queue};
use super::views::PersonView;
use super::{pace, schedules, serving};
use crate::error::{Error, Result};
use crate::hours::HoursNow;
use crate::words::{Mode, Moment, OutsideHours, QueueId, now};

/// A queue as everybody sees it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ListedQueue {
    pub id: QueueId,
    pub name: String,
    pub description: String,
    /// Where it stands among the queues; the first has the smallest.
    pub position: i32,
    /// Whether it lets one more in now.
    pub open: bool,
    /// Whether a message can be left in it now, while it is not open.
    pub takes_messages: bool,
    /// Whether somebody serves it at this moment.
    pub staffed: bool,
    /// Whether somebody is expected there now. Null: always.
    #[schema(required)]
    pub hours: Option<HoursNow>,
}

/// A queue as staff see it, with its whole policy.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct QueueInFull {
    #[serde(flatten)]
    pub queue: ListedQueue,
    /// How it finds its rep: assigned, offered, or taken by hand.
    pub mode: Mode,
    /// How many may wait in it.
    pub waiting_max: i32,
    /// How many wait.
    pub waiting: i64,
    #[serde(flatten)]
    pub policy: Policy,
    /// Those who serve it.
    pub reps: Vec<PersonView>,
    pub created_at: Moment,
}

fn listed(queue: &Queue, waiting: i64, hours: Option<HoursNow>, staffed: bool) -> ListedQueue {
    let closed = hours.is_some_and(|hours| !hours.open);
    ListedQueue {
        takes_messages: !closed || queue.policy.outside_hours == OutsideHours::LeaveMessage,
        staffed,
        id: queue.id,
        name: queue.name.clone(),
        description: queue.description.clone(),
        position: queue.position,
        open: !closed && !queue.policy.draining && waiting < i64::from(queue.waiting_max),
        hours,
    }
}

/// All of them, in the order to show them in.
pub fn list(conn: &mut Conn) -> Result<Vec<ListedQueue>> {
    let all = list_waiting(conn)?.into_iter();
    Ok(all.map(|(queue, _)| queue).collect())
}

/// The same, with how many wait in each.
pub fn list_waiting(conn: &mut Conn) -> Result<Vec<(ListedQueue, i64)>> {
    let rows = queues::list_waiting(conn, None)?;
    let staffed: HashSet<QueueId> = pace::staffed(conn, None)?.into_iter().collect();
    let hours = schedules::now_of_all(conn, now())?.into_iter();
    let hours: HashMap<QueueId, HoursNow> = hours.map(|one| (one.queue, one.hours)).collect();
    let view = |(queue, waiting): &(Queue, Option<i64>)| {
        let (hours, waiting) = (hours.get(&queue.id).copied(), waiting.unwrap_or_default());
        let staffed = staffed.contains(&queue.id);
        (listed(queue, waiting, hours, staffed), waiting)
    };
    Ok(rows.iter().map(view).collect())
}

/// One with all that staff may know.
pub fn in_full(conn: &mut Conn, id: QueueId) -> Result<QueueInFull> {
    let found = queues::list_waiting(conn, Some(id))?.pop();
    let (queue, waiting) = found.ok_or_else(|| Error::not_found("queue"))?;
    let waiting = waiting.unwrap_or_default();
    let hours = schedules::now_of(conn, id, now())?;
    let staffed = !pace::staffed(conn, Some(id))?.is_empty();
    Ok(QueueInFull {
        queue: listed(&queue, waiting, hours, staffed),
        mode: queue.mode,
        waiting_max: queue.waiting_max,
        waiting,
        policy: queue.policy,
        reps: serving::reps_of(conn, id)?,
        created_at: queue.created_at,
    })
}
