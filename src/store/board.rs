//! The live line as staff watch it: how many wait in each queue, and what each rep holds.

use std::collections::HashMap;

use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::prepared::prepared;
use super::rep_views::{self, RepView};
use super::schema::conversations;
use super::views::QueueView;
use super::waiting::waits;
use super::{minutes, queues, schedules};
use crate::error::Result;
use crate::hours::HoursNow;
use crate::words::{Mode, Moment, QueueId, UserId};

/// How far back the service level looks, in ms.
const LEVEL_MS: Moment = 60 * 60 * 1_000;

/// One queue.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct QueueNow {
    pub queue: QueueView,
    pub mode: Mode,
    /// Whether it lets nobody new in.
    pub draining: bool,
    /// Whether it is open now, and when that changes. Null: always.
    #[schema(required)]
    pub hours: Option<HoursNow>,
    pub waiting: i64,
    /// How many of those wait only in name: their customers have gone.
    pub held: i64,
    /// Since when the one waits who has waited longest.
    pub oldest_at: Option<Moment>,
    /// Within what time a customer should be served, in ms.
    pub wait_target_ms: i64,
    /// Which share of the last hour's was: from 0 to 1. None: nobody was served.
    pub service_level: Option<f64>,
}

/// Everything that is live.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Board {
    pub queues: Vec<QueueNow>,
    pub reps: Vec<RepView>,
}

type Waiting = (QueueId, i64, Option<Moment>);

queries! {
    fn lines(conn, held: bool) -> QueryResult<Vec<Waiting>> {
        // As `Conversation::waits_since`.
        let went_on = conversations::epoch.eq(0).and(conversations::hops.gt(0));
        let since = diesel::dsl::case_when(went_on, conversations::created_at)
            .otherwise(conversations::queued_at);
        let lines = conversations::table
            .filter(waits().and(conversations::held.eq(held)))
            .group_by(conversations::queue_id)
            .select((
                conversations::queue_id,
                diesel::dsl::count_star(),
                diesel::dsl::min(since),
            ));
        prepared(lines).load(conn)
    }
}

impl Board {
    /// The line at this moment.
    pub fn read(conn: &mut Conn, now: Moment) -> Result<Self> {
        let by_queue = |rows: Vec<Waiting>| -> HashMap<QueueId, (i64, Option<Moment>)> {
            let rows = rows.into_iter();
            rows.map(|(id, count, oldest)| (id, (count, oldest)))
                .collect()
        };
        let (free, held) = (by_queue(lines(conn, false)?), by_queue(lines(conn, true)?));
        let hours = schedules::now_of_all(conn, now)?.into_iter();
        let hours: HashMap<QueueId, HoursNow> = hours.map(|one| (one.queue, one.hours)).collect();
        let levels = minutes::service_levels(conn, now - LEVEL_MS)?;
        let row = |queue: queues::Queue| {
            let (waiting, oldest) = free.get(&queue.id).copied().unwrap_or_default();
            let (held, _) = held.get(&queue.id).copied().unwrap_or_default();
            QueueNow {
                mode: queue.mode,
                draining: queue.policy.draining,
                hours: hours.get(&queue.id).copied(),
                waiting: waiting + held,
                held,
                oldest_at: oldest,
                wait_target_ms: queue.policy.wait_target_ms,
                service_level: levels.get(&queue.id).copied(),
                queue: QueueView {
                    id: queue.id,
                    name: queue.name,
                },
            }
        };
        let queues = queues::list(conn)?.into_iter().map(row).collect();
        Ok(Self {
            queues,
            reps: rep_views::views(conn, None)?,
        })
    }

    /// What of it a rep may see: the queues he serves, and himself.
    pub fn of_rep(&self, rep: UserId) -> Self {
        let mine = self.reps.iter().filter(|one| one.id == rep);
        let reps: Vec<RepView> = mine.cloned().collect();
        let his = |queue: QueueId| {
            let mut all = reps.iter().flat_map(|rep| &rep.queues);
            all.any(|one| one.id == queue)
        };
        let served = |one: &&QueueNow| his(one.queue.id);
        Self {
            queues: self.queues.iter().filter(served).cloned().collect(),
            reps,
        }
    }
}
