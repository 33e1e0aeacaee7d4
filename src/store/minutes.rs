//! What happened in each queue, minute by minute, for plots and for the service level.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use diesel::dsl::sum;
use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::conversation_row::first_id_of;
use super::prepared::prepared;
use super::queues::{self, Queue};
use super::rep_hours::{self, RepHour};
use super::roster;
use super::schedules;
use super::schema::{conversations, minutes};
use super::waiting::count_waiting;
use crate::error::Result;
use crate::hours::Hours;
use crate::words::{Availability, ConversationId, Moment, QueueId, Resolution};

/// A minute, in ms.
pub const MINUTE: Moment = 60_000;

/// A minute of a queue. The levels are those of its end; null when nobody looked then.
#[derive(
    Debug, Clone, PartialEq, Queryable, Selectable, Insertable, serde::Serialize, utoipa::ToSchema,
)]
#[diesel(table_name = minutes, treat_none_as_default_value = false)]
pub struct Minute {
    pub queue_id: QueueId,
    /// When it began, in Unix ms.
    pub minute: Moment,
    pub waiting: Option<i32>,
    /// Slots taken, and slots there were, of the present and available reps of the queue.
    pub load: Option<i32>,
    pub capacity: Option<i32>,
    pub opened: i32,
    /// How many were assigned for the first time, and how many of them within the wait target. What
    /// was left as a message is not among them: nobody waited for it to the end.
    pub assigned: i32,
    pub in_target: i32,
    /// How long those had waited: the median, and what nine of ten stayed below.
    pub wait_p50_ms: Option<i64>,
    pub wait_p90_ms: Option<i64>,
    /// How many ended, and how.
    pub resolved: i32,
    pub unresolved: i32,
    pub abandoned: i32,
}

/// How many were assigned in a queue, and how many of them in time.
type Sum = (QueueId, Option<i64>, Option<i64>);

queries! {
    /// Ids are made in the order of time, so the primary key finds what was opened when.
    fn opened(conn, from: ConversationId, to: ConversationId) -> QueryResult<Vec<(QueueId, i64)>> {
        let new = conversations::table
            .filter(conversations::id.ge(from).and(conversations::id.lt(to)))
            .group_by(conversations::queue_id)
            .select((conversations::queue_id, diesel::dsl::count_star()));
        prepared(new).load(conn)
    }

    /// First assignments: the queue, and when each was opened and assigned. Not of what was left
    /// while nobody was expected: no customer waited for those.
    fn assigned(conn, from: Moment, to: Moment)
        -> QueryResult<Vec<(QueueId, Moment, Option<Moment>)>>
    {
        let first = conversations::table
            .filter(conversations::assigned_at.ge(from).and(conversations::assigned_at.lt(to)))
            .filter(conversations::epoch.eq(1).and(conversations::left_message.eq(false)))
            .select((
                conversations::queue_id,
                conversations::created_at,
                conversations::assigned_at,
            ));
        prepared(first).load(conn)
    }

    fn ended(conn, from: Moment, to: Moment)
        -> QueryResult<Vec<(QueueId, Option<Resolution>, i64)>>
    {
        let ends = conversations::table
            .filter(conversations::closed_at.ge(from).and(conversations::closed_at.lt(to)))
            .group_by((conversations::queue_id, conversations::resolution))
            .select((
                conversations::queue_id,
                conversations::resolution,
                diesel::dsl::count_star(),
            ));
        prepared(ends).load(conn)
    }

    /// Which of the minutes since a moment are written down.
    pub fn known(conn, since: Moment) -> QueryResult<Vec<Moment>> {
        let known = minutes::table
            .filter(minutes::minute.ge(since))
            .select(minutes::minute)
            .distinct();
        prepared(known).load(conn)
    }

    /// Writes a minute down, unless another node has.
    fn insert(conn, row: &Minute) -> QueryResult<usize> {
        diesel::insert_into(minutes::table).values(row).on_conflict_do_nothing().execute(conn)
    }

    /// Forgets minutes before a moment.
    pub fn delete_before(conn, moment: Moment) -> QueryResult<usize> {
        prepared(diesel::delete(minutes::table.filter(minutes::minute.lt(moment)))).execute(conn)
    }

    /// The minutes of a queue, or of all, from one moment to another, oldest first.
    pub fn list(conn, queue: Option<QueueId>, from: Moment, to: Moment, limit: i64)
        -> QueryResult<Vec<Minute>>
    {
        let mut query = minutes::table
            .filter(minutes::minute.ge(from).and(minutes::minute.lt(to)))
            .order((minutes::minute, minutes::queue_id))
            .limit(limit)
            .select(Minute::as_select())
            .into_boxed();
        if let Some(queue) = queue {
            query = query.filter(minutes::queue_id.eq(queue));
        }
        query.load(conn)
    }

    fn sums(conn, since: Moment) -> QueryResult<Vec<Sum>> {
        let sums = minutes::table
            .filter(minutes::minute.ge(since))
            .group_by(minutes::queue_id)
            .select((minutes::queue_id, sum(minutes::assigned), sum(minutes::in_target)));
        prepared(sums).load(conn)
    }
}

/// Of each queue where anybody was served since a moment, which share was served in time.
pub fn service_levels(conn: &mut Conn, since: Moment) -> Result<HashMap<QueueId, f64>> {
    let level = |(queue, assigned, in_target): Sum| {
        let assigned = assigned.filter(|count| *count > 0)?;
        Some((queue, in_target.unwrap_or(0) as f64 / assigned as f64))
    };
    Ok(sums(conn, since)?.into_iter().filter_map(level).collect())
}

/// A minute that has ended: of every queue, and of the reps who were there at its end.
#[derive(Debug, Clone)]
pub struct Ended {
    pub queues: Vec<Minute>,
    pub reps: Vec<RepHour>,
}

/// Writes it down, unless another node has.
pub fn write(conn: &mut Conn, ended: &Ended) -> Result<()> {
    let mut new = !ended.queues.is_empty();
    for row in &ended.queues {
        new &= insert(conn, row)? > 0;
    }
    // What is summed must not be added twice: not by who was second with any of it.
    if new {
        rep_hours::add(conn, &ended.reps)?;
    }
    Ok(())
}

/// A minute that has ended. `levels`: it has ended just now, so what is there now is what was there
/// then.
pub fn read(conn: &mut Conn, minute: Moment, levels: bool) -> Result<Ended> {
    let end = minute + MINUTE;
    let opened: HashMap<QueueId, i64> = opened(conn, first_id_of(minute), first_id_of(end))?
        .into_iter()
        .collect();
    let mut waits = waits(conn, minute, end)?;
    let ended = ended(conn, minute, end)?;
    let standings = if levels {
        roster::standings(conn)?
    } else {
        Vec::new()
    };
    let mut rows = Vec::new();
    for queue in queues::list(conn)? {
        let waits = waits.remove(&queue.id).unwrap_or_default();
        let how_many = |how: Resolution| {
            let its = ended
                .iter()
                .filter(|(id, one, _)| *id == queue.id && *one == Some(how));
            its.map(|(.., count)| *count as i32).sum()
        };
        let mut row = flows(&queue, minute, waits);
        row.opened = opened.get(&queue.id).copied().unwrap_or(0) as i32;
        row.resolved = how_many(Resolution::Resolved);
        row.unresolved = how_many(Resolution::Unresolved);
        row.abandoned = how_many(Resolution::Abandoned);
        if levels {
            let here = standings.iter().filter(|one| {
                let there = one.present && one.rep.availability == Availability::Available;
                there && one.queues.contains(&queue.id)
            });
            row.waiting = Some(count_waiting(conn, queue.id)? as i32);
            row.load = Some(here.clone().map(|one| one.rep.active).sum());
            row.capacity = Some(here.map(|one| one.rep.capacity).sum());
        }
        rows.push(row);
    }
    let there = standings.iter();
    Ok(Ended {
        queues: rows,
        reps: there.filter_map(|one| RepHour::of(one, minute)).collect(),
    })
}

/// How long those had waited who were assigned for the first time, by queue. While a queue was
/// closed nobody waited in it.
fn waits(conn: &mut Conn, from: Moment, to: Moment) -> Result<BTreeMap<QueueId, Vec<Moment>>> {
    let mut waits: BTreeMap<QueueId, Vec<Moment>> = BTreeMap::new();
    let mut hours: HashMap<QueueId, Option<Hours>> = HashMap::new();
    for (queue, opened, assigned) in assigned(conn, from, to)? {
        let assigned = assigned.unwrap_or(opened);
        let hours = match hours.entry(queue) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(schedules::hours_of_queue(conn, queue)?),
        };
        let waited = match hours {
            Some(hours) => hours.between(opened, assigned),
            None => assigned - opened,
        };
        waits.entry(queue).or_default().push(waited.max(0));
    }
    Ok(waits)
}

/// A minute with what the waits of its assignments say.
fn flows(queue: &Queue, minute: Moment, mut waits: Vec<Moment>) -> Minute {
    waits.sort_unstable();
    let target = queue.policy.wait_target_ms;
    // The nearest rank.
    let percentile = |percent: usize| {
        let rank = (waits.len() * percent).div_ceil(100);
        waits.get(rank.saturating_sub(1)).copied()
    };
    Minute {
        queue_id: queue.id,
        minute,
        waiting: None,
        load: None,
        capacity: None,
        opened: 0,
        assigned: waits.len() as i32,
        in_target: waits.iter().filter(|wait| **wait <= target).count() as i32,
        wait_p50_ms: percentile(50),
        wait_p90_ms: percentile(90),
        resolved: 0,
        unresolved: 0,
        abandoned: 0,
    }
}
