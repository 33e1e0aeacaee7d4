//! How fast a queue moves: the slots that serve it now, and how long its conversations took lately.

use std::collections::HashMap;

use diesel::prelude::*;

use super::conn::{Conn, clock, queries};
use super::prepared::prepared;
use super::schema::{conversations, nodes, rep_queues, rep_sessions, reps};
use super::waiting::waits;
use crate::error::Result;
use crate::words::{Availability, Moment, QueueId, UserId};

/// Ended conversations that are looked at.
const RECENT: i64 = 100;
/// Fewer than these say nothing.
const ENOUGH: usize = 5;
/// How far back, in ms: yesterday's pace is not today's.
const WITHIN: Moment = 24 * 60 * 60 * 1_000;

/// How fast a queue moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Slots of the present and available reps who serve it, each rep's shared among his queues
    /// by how many wait there.
    pub slots: f64,
    /// How long a conversation takes on average, in ms. None: too few have ended lately.
    pub handling_ms: Option<f64>,
}

queries! {
    /// Present and available reps, with what each may hold and the queues he serves.
    fn serving(conn) -> QueryResult<Vec<(UserId, i32, QueueId)>> {
        let now = clock(conn);
        let there = rep_sessions::table
            .inner_join(nodes::table)
            .filter(rep_sessions::rep_id.eq(reps::user_id).and(nodes::expires_at.gt(now)));
        let serving = reps::table
            .inner_join(rep_queues::table)
            .filter(reps::availability.eq(Availability::Available))
            .filter(diesel::dsl::exists(there))
            .select((reps::user_id, reps::capacity, rep_queues::queue_id));
        prepared(serving).load(conn)
    }

    fn waiting_by_queue(conn) -> QueryResult<Vec<(QueueId, i64)>> {
        let lines = conversations::table
            .filter(waits())
            .group_by(conversations::queue_id)
            .select((conversations::queue_id, diesel::dsl::count_star()));
        prepared(lines).load(conn)
    }

    /// From when to when the last ones of a queue were served.
    fn recent(conn, queue: QueueId, since: Moment)
        -> QueryResult<Vec<(Option<Moment>, Option<Moment>)>>
    {
        let ended = conversations::table
            .filter(conversations::queue_id.eq(queue).and(conversations::closed_at.gt(since)))
            .filter(conversations::assigned_at.is_not_null())
            .order(conversations::closed_at.desc())
            .limit(RECENT)
            .select((conversations::assigned_at, conversations::closed_at));
        prepared(ended).load(conn)
    }
}

/// The pace of a queue at this moment.
pub fn of_queue(conn: &mut Conn, queue: QueueId, now: Moment) -> Result<Pace> {
    let serving = serving(conn)?;
    let waiting: HashMap<QueueId, i64> = waiting_by_queue(conn)?.into_iter().collect();
    let waits = |queue: &QueueId| waiting.get(queue).copied().unwrap_or(0).max(0) as f64;
    // How many wait for each rep, in all his queues.
    let mut all: HashMap<UserId, f64> = HashMap::with_capacity(serving.len());
    for (rep, _, queue) in &serving {
        *all.entry(*rep).or_default() += waits(queue);
    }
    // Whoever asks stands here, at least.
    let here = waits(&queue).max(1.0);
    let mine = serving.iter().filter(|(.., other)| *other == queue);
    let slots = mine.map(|(rep, capacity, _)| f64::from(*capacity) * here / all[rep].max(here));
    let slots = slots.sum();
    let times: Vec<Moment> = recent(conn, queue, now - WITHIN)?
        .into_iter()
        .filter_map(|(from, to)| Some((to? - from?).max(0)))
        .collect();
    let mean = times.iter().sum::<Moment>() as f64 / times.len().max(1) as f64;
    Ok(Pace {
        slots,
        handling_ms: (times.len() >= ENOUGH).then_some(mean),
    })
}
