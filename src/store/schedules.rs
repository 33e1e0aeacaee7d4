//! Schedules: when queues are open. Many queues may go by one.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::Value;

use super::conn::{Conn, queries};
use super::prepared::prepared;
use super::queues::Queue;
use super::schema::{queues, schedules};
use super::views::QueueView;
use crate::error::{Error, Result};
use crate::hours::{Day, Hours, HoursNow, Plan, Week};
use crate::words::{Moment, QueueId, ScheduleId};

/// A schedule as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = schedules)]
pub struct Schedule {
    pub id: ScheduleId,
    pub name: String,
    /// The name folded, for comparing.
    pub name_key: String,
    /// Its IANA name.
    pub time_zone: String,
    /// A [`Plan`].
    pub plan: Value,
    pub created_at: Moment,
}

/// A schedule as admins see it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Schedule)]
pub struct ScheduleView {
    pub id: ScheduleId,
    pub name: String,
    pub time_zone: String,
    pub week: Week,
    /// Days that have other hours than their weekday.
    pub days: Vec<Day>,
    /// Whether it is open now, and when that changes.
    pub hours: HoursNow,
    /// The queues that go by it.
    pub queues: Vec<QueueView>,
    pub created_at: Moment,
}

/// Whether a queue that has hours is open, as customers are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct QueueHours {
    pub queue: QueueId,
    #[serde(flatten)]
    pub hours: HoursNow,
}

impl Schedule {
    pub fn plan(&self) -> Result<Plan> {
        serde_json::from_value(self.plan.clone()).map_err(Error::internal)
    }

    /// What it says, to be asked.
    pub fn hours(&self) -> Result<Hours> {
        let broken = || Error::internal(anyhow::anyhow!("the schedule {} is broken", self.id));
        Hours::of(&self.time_zone, &self.plan()?).ok_or_else(broken)
    }
}

queries! {
    pub fn find(conn, id: ScheduleId) -> QueryResult<Option<Schedule>> {
        let one = schedules::table.find(id).select(Schedule::as_select());
        prepared(one).get_result(conn).optional()
    }

    /// All of them, in the order in which they were made.
    pub fn list(conn) -> QueryResult<Vec<Schedule>> {
        schedules::table.order(schedules::id).select(Schedule::as_select()).load(conn)
    }

    pub fn count(conn) -> QueryResult<i64> {
        schedules::table.count().get_result(conn)
    }

    /// Makes it newer, and holds it until the commit: no queue begins to go by it meanwhile.
    pub fn hold(conn, id: ScheduleId) -> QueryResult<Option<Schedule>> {
        diesel::update(schedules::table.find(id))
            .set(schedules::version.eq(schedules::version + 1))
            .returning(Schedule::as_returning())
            .get_result(conn)
            .optional()
    }

    /// Makes one unless one of that name exists.
    pub fn insert(conn, row: &Schedule) -> QueryResult<usize> {
        diesel::insert_into(schedules::table)
            .values(row)
            .on_conflict(schedules::name_key)
            .do_nothing()
            .execute(conn)
    }

    /// Writes everything but when it was made.
    pub fn update(conn, row: &Schedule) -> QueryResult<usize> {
        diesel::update(schedules::table.find(row.id))
            .set((
                schedules::name.eq(&row.name),
                schedules::name_key.eq(&row.name_key),
                schedules::time_zone.eq(&row.time_zone),
                schedules::plan.eq(&row.plan),
            ))
            .execute(conn)
    }

    pub fn delete(conn, id: ScheduleId) -> QueryResult<usize> {
        diesel::delete(schedules::table.find(id)).execute(conn)
    }

    /// The queues that go by this one, in their order.
    pub fn queues_of(conn, id: ScheduleId) -> QueryResult<Vec<Queue>> {
        queues::table
            .filter(queues::schedule_id.eq(id).and(queues::deleted_at.is_null()))
            .order((queues::position, queues::id))
            .select(Queue::as_select())
            .load(conn)
    }

    fn of_queue(conn, queue: QueueId) -> QueryResult<Option<Schedule>> {
        let one = queues::table
            .inner_join(schedules::table)
            .filter(queues::id.eq(queue))
            .select(Schedule::as_select());
        prepared(one).get_result(conn).optional()
    }

    fn in_use(conn) -> QueryResult<Vec<(QueueId, Schedule)>> {
        let used = queues::table
            .inner_join(schedules::table)
            .filter(queues::deleted_at.is_null())
            .order((queues::position, queues::id))
            .select((queues::id, Schedule::as_select()));
        prepared(used).load(conn)
    }
}

/// The hours of a queue. None: it is always open.
pub fn hours_of(conn: &mut Conn, queue: &Queue) -> Result<Option<Hours>> {
    let Some(id) = queue.policy.schedule_id else {
        return Ok(None);
    };
    find(conn, id)?.map(|schedule| schedule.hours()).transpose()
}

/// The same of the queue of this id.
pub fn hours_of_queue(conn: &mut Conn, queue: QueueId) -> Result<Option<Hours>> {
    let schedule = of_queue(conn, queue)?;
    schedule.map(|schedule| schedule.hours()).transpose()
}

/// Whether a queue is open at this moment. None: it always is.
pub fn now_of(conn: &mut Conn, queue: QueueId, at: Moment) -> Result<Option<HoursNow>> {
    Ok(hours_of_queue(conn, queue)?.map(|hours| hours.at(at)))
}

/// The same of all queues that have hours, in their order.
pub fn now_of_all(conn: &mut Conn, at: Moment) -> Result<Vec<QueueHours>> {
    let mut known: HashMap<ScheduleId, HoursNow> = HashMap::new();
    let mut all = Vec::new();
    for (queue, schedule) in in_use(conn)? {
        let hours = match known.get(&schedule.id) {
            Some(hours) => *hours,
            None => schedule.hours()?.at(at),
        };
        known.insert(schedule.id, hours);
        all.push(QueueHours { queue, hours });
    }
    Ok(all)
}

/// One as admins see it.
pub fn view(conn: &mut Conn, schedule: Schedule, at: Moment) -> Result<ScheduleView> {
    let queues = queues_of(conn, schedule.id)?.into_iter();
    let queues = queues.map(|queue| QueueView {
        id: queue.id,
        name: queue.name,
    });
    let (hours, plan) = (schedule.hours()?.at(at), schedule.plan()?);
    Ok(ScheduleView {
        id: schedule.id,
        name: schedule.name,
        time_zone: schedule.time_zone,
        week: plan.week,
        days: plan.days,
        hours,
        queues: queues.collect(),
        created_at: schedule.created_at,
    })
}
