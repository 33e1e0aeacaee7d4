//! Whom and where a conversation may be transferred to, as whoever is about to do it sees it.

use std::cmp::Reverse;

use super::Conn;
use super::conversations::Conversation;
use super::queue_views;
use super::rep_views::{self, RepView};
use crate::error::Result;
use crate::words::{Availability, QueueId, UserId};

/// A rep who may get it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct RepTarget {
    pub id: UserId,
    pub name: String,
    /// Whether he is connected. Who is not, or does not want any, is not given it.
    pub present: bool,
    pub availability: Availability,
    pub capacity: i32,
    pub load: i32,
    /// Whether he serves the queue that it is in.
    pub serves: bool,
}

/// A queue that it may go to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct QueueTarget {
    pub id: QueueId,
    pub name: String,
    /// Whether it lets one more in now.
    pub open: bool,
    pub waiting: i64,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Targets {
    /// Without who has it. First who is there and has room, then who is there, who is away, and
    /// who is not connected; by name among equals.
    pub reps: Vec<RepTarget>,
    /// In the order people see. The one that it is in is among them: there it goes back in line.
    pub queues: Vec<QueueTarget>,
}

/// How soon he would take it: the least first.
fn distance(rep: &RepTarget) -> u8 {
    match (rep.present, rep.availability) {
        (true, Availability::Available) if rep.load < rep.capacity => 0,
        (true, Availability::Available) => 1,
        (true, _) => 2,
        (false, _) => 3,
    }
}

/// Those of this conversation.
pub fn of(conn: &mut Conn, row: &Conversation) -> Result<Targets> {
    let target = |rep: RepView| RepTarget {
        serves: rep.queues.iter().any(|one| one.id == row.queue_id),
        id: rep.id,
        name: rep.name,
        present: rep.present,
        availability: rep.availability,
        capacity: rep.capacity,
        load: rep.load,
    };
    let all = rep_views::views(conn, None)?.into_iter();
    let mut reps: Vec<RepTarget> = all
        .filter(|rep| row.rep_id != Some(rep.id))
        .map(target)
        .collect();
    reps.sort_by_cached_key(|rep| (distance(rep), Reverse(rep.serves), rep.name.to_lowercase()));
    let queues = queue_views::list_waiting(conn)?;
    let queues = queues.into_iter().map(|(queue, waiting)| QueueTarget {
        id: queue.id,
        name: queue.name,
        open: queue.open,
        waiting,
    });
    Ok(Targets {
        reps,
        queues: queues.collect(),
    })
}
