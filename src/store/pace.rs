//! How fast a queue moves: the slots that serve it now, and how long its conversations took lately.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::conn::{Conn, clock, queries};
use super::prepared::prepared;
use super::schema::{conversations, nodes, queues as lines, rep_queues, rep_sessions, reps};
use super::waiting::waits;
use super::{queues, schedules};
use crate::error::Result;
use crate::hours::HoursNow;
use crate::words::{Availability, Mode, Moment, QueueId, UserId};

/// Ended conversations that are looked at.
const RECENT: i64 = 100;
/// Fewer than these say nothing.
const ENOUGH: usize = 5;
/// Reps that are read at a time when nobody waits in between.
const ALL: i64 = 5_000;
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
    /// Whether somebody serves it at this moment: present, available, and with any capacity.
    pub staffed: bool,
    /// Whether anybody is expected to serve it now. None: always.
    pub hours: Option<HoursNow>,
}

impl Pace {
    /// Whether nobody is expected to be there.
    pub fn is_closed(&self) -> bool {
        self.hours.is_some_and(|hours| !hours.open)
    }
}

queries! {
    /// The next reps behind an id, whatever they do.
    fn ids_after(conn, after: UserId, limit: i64) -> QueryResult<Vec<UserId>> {
        let ids = reps::table
            .filter(reps::user_id.gt(after))
            .order(reps::user_id)
            .limit(limit)
            .select(reps::user_id);
        prepared(ids).load(conn)
    }

    /// Present and available reps behind an id, up to another, with what each may hold and the
    /// queues he serves.
    fn serving(conn, after: UserId, last: UserId) -> QueryResult<Vec<(UserId, i32, QueueId)>> {
        let now = clock(conn);
        let there = rep_sessions::table
            .inner_join(nodes::table)
            .filter(rep_sessions::rep_id.eq(reps::user_id).and(nodes::expires_at.gt(now)));
        let serving = reps::table
            .inner_join(rep_queues::table)
            .filter(reps::user_id.gt(after).and(reps::user_id.le(last)))
            .filter(reps::availability.eq(Availability::Available))
            .filter(diesel::dsl::exists(there))
            .order((reps::user_id, rep_queues::queue_id))
            .select((reps::user_id, reps::capacity, rep_queues::queue_id));
        prepared(serving).load(conn)
    }

    /// The queues, or this one, which somebody serves at this moment.
    pub fn staffed(conn, one: Option<QueueId>) -> QueryResult<Vec<QueueId>> {
        let now = clock(conn);
        let there = rep_queues::table
            .inner_join(reps::table)
            .inner_join(rep_sessions::table.on(rep_sessions::rep_id.eq(rep_queues::rep_id)))
            .inner_join(nodes::table.on(nodes::id.eq(rep_sessions::node_id)))
            .filter(rep_queues::queue_id.eq(lines::id).and(nodes::expires_at.gt(now)))
            .filter(reps::availability.eq(Availability::Available).and(reps::capacity.gt(0)));
        let all = lines::table
            .filter(diesel::dsl::exists(there))
            .select(lines::id)
            .into_boxed();
        match one {
            Some(id) => prepared(all.filter(lines::id.eq(id))).load(conn),
            None => prepared(all).load(conn),
        }
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

/// What the paces of all queues have in common. It is the longer to read the larger the house is,
/// so whoever does that again and again reads it in parts.
#[derive(Debug, Clone, Default)]
pub struct House {
    /// How much all those may hold who serve exactly these queues.
    capacity: HashMap<Vec<QueueId>, f64>,
    waiting: HashMap<QueueId, i64>,
}

/// A rep's capacity and his queues.
pub type Serving = (i32, Vec<QueueId>);

impl House {
    /// All of it at once.
    fn read(conn: &mut Conn) -> Result<Self> {
        let (mut house, mut after) = (Self::default(), None);
        loop {
            let (some, next) = serving_after(conn, after, ALL)?;
            house.add(some);
            match next {
                Some(_) => after = next,
                None => break,
            }
        }
        if house.shares() {
            house.waiting = waiting(conn)?;
        }
        Ok(house)
    }

    pub fn add(&mut self, reps: Vec<Serving>) {
        for (capacity, queues) in reps {
            *self.capacity.entry(queues).or_default() += f64::from(capacity);
        }
    }

    /// Whether anybody serves several queues: then it matters how many wait in each.
    pub fn shares(&self) -> bool {
        self.capacity.keys().any(|queues| queues.len() > 1)
    }

    pub fn set_waiting(&mut self, waiting: HashMap<QueueId, i64>) {
        self.waiting = waiting;
    }

    fn slots(&self, queue: QueueId) -> f64 {
        let waits = |queue: &QueueId| self.waiting.get(queue).copied().unwrap_or(0).max(0) as f64;
        // Whoever asks stands here, at least.
        let here = waits(&queue).max(1.0);
        let mine = self
            .capacity
            .iter()
            .filter(|(queues, _)| queues.contains(&queue));
        let slots = mine.map(|(queues, capacity)| {
            let all: f64 = queues.iter().map(waits).sum();
            capacity * here / all.max(here)
        });
        slots.sum()
    }
}

/// The next so many reps behind an id: those of them who serve anybody now, and the id to go on
/// from, unless these were the last.
pub fn serving_after(
    conn: &mut Conn,
    after: Option<UserId>,
    limit: i64,
) -> Result<(Vec<Serving>, Option<UserId>)> {
    let after = after.unwrap_or(UserId(Uuid::nil()));
    let ids = ids_after(conn, after, limit)?;
    let Some(last) = ids.last().copied() else {
        return Ok((Vec::new(), None));
    };
    let mut found: Vec<(UserId, Serving)> = Vec::with_capacity(ids.len());
    for (rep, capacity, queue) in serving(conn, after, last)? {
        match found.last_mut() {
            Some((other, (_, queues))) if *other == rep => queues.push(queue),
            _ => found.push((rep, (capacity, vec![queue]))),
        }
    }
    let found = found.into_iter().map(|(_, serving)| serving).collect();
    Ok((found, (ids.len() as i64 == limit).then_some(last)))
}

/// How many wait in each queue.
pub fn waiting(conn: &mut Conn) -> Result<HashMap<QueueId, i64>> {
    Ok(waiting_by_queue(conn)?.into_iter().collect())
}

/// The pace of a queue at this moment.
pub fn of_queue(conn: &mut Conn, queue: QueueId, now: Moment) -> Result<Pace> {
    let house = House::read(conn)?;
    of(conn, &house, queue, now)
}

/// The pace of a queue in this house.
pub fn of(conn: &mut Conn, house: &House, queue: QueueId, now: Moment) -> Result<Pace> {
    let times: Vec<Moment> = recent(conn, queue, now - WITHIN)?
        .into_iter()
        .filter_map(|(from, to)| Some((to? - from?).max(0)))
        .collect();
    // There people choose whom they take.
    let by_hand = queues::find(conn, queue)?.is_some_and(|one| one.mode == Mode::Manual);
    let mean = times.iter().sum::<Moment>() as f64 / times.len().max(1) as f64;
    Ok(Pace {
        slots: house.slots(queue),
        handling_ms: (times.len() >= ENOUGH && !by_hand).then_some(mean),
        staffed: !staffed(conn, Some(queue))?.is_empty(),
        hours: schedules::now_of(conn, queue, now)?,
    })
}
