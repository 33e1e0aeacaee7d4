//! Queues as people see them: who may wait in them, and staff.

use super::conn::Conn;
use super::queues::{self, Policy, Queue};
use super::serving;
use super::views::PersonView;
use crate::error::{Error, Result};
use crate::words::{Mode, Moment, QueueId};

/// A queue as everybody sees it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ListedQueue {
    pub id: QueueId,
    pub name: String,
    pub description: String,
    /// Where it stands among the queues; the first has the smallest.
    pub position: i32,
    /// Whether it lets one more in now. If not, a message can be left.
    pub open: bool,
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

fn listed(queue: &Queue, waiting: i64) -> ListedQueue {
    ListedQueue {
        id: queue.id,
        name: queue.name.clone(),
        description: queue.description.clone(),
        position: queue.position,
        open: !queue.policy.draining && waiting < i64::from(queue.waiting_max),
    }
}

/// All of them, in the order to show them in.
pub fn list(conn: &mut Conn) -> Result<Vec<ListedQueue>> {
    let rows = queues::list_waiting(conn, None)?;
    let view = |(queue, waiting): &(Queue, Option<i64>)| listed(queue, waiting.unwrap_or_default());
    Ok(rows.iter().map(view).collect())
}

/// One with all that staff may know.
pub fn in_full(conn: &mut Conn, id: QueueId) -> Result<QueueInFull> {
    let found = queues::list_waiting(conn, Some(id))?.pop();
    let (queue, waiting) = found.ok_or_else(|| Error::not_found("queue"))?;
    let waiting = waiting.unwrap_or_default();
    Ok(QueueInFull {
        queue: listed(&queue, waiting),
        mode: queue.mode,
        waiting_max: queue.waiting_max,
        waiting,
        policy: queue.policy,
        reps: serving::reps_of(conn, id)?,
        created_at: queue.created_at,
    })
}
