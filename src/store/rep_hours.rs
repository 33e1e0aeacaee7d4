//! How much each rep had to do, hour by hour: written with the minutes of the queues.

use std::collections::HashMap;

use diesel::dsl::sum;
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::conn::{Conn, queries};
use super::prepared::prepared;
use super::reps::Standing;
use super::schema::rep_hours;
use crate::error::Result;
use crate::words::{Availability, Moment, UserId};

/// An hour, in ms.
pub const HOUR: Moment = 60 * 60 * 1_000;
/// Rows that are written at once.
const AT_ONCE: usize = 500;

/// What a rep had to do in an hour, or in a part of it.
#[derive(Debug, Clone, PartialEq, Queryable, Insertable, serde::Serialize)]
#[diesel(table_name = rep_hours, treat_none_as_default_value = false)]
pub struct RepHour {
    /// When it began.
    pub hour: Moment,
    pub rep_id: UserId,
    /// Minutes at whose end he was there and available.
    pub minutes: i32,
    /// Slots that were taken, and slots there were: the sums over these minutes.
    pub load: i32,
    pub capacity: i32,
}

impl RepHour {
    /// The minute that has just ended, of a rep as he stands. None: he is not there for anybody.
    pub fn of(standing: &Standing, minute: Moment) -> Option<Self> {
        let rep = &standing.rep;
        let there = standing.present && rep.availability == Availability::Available;
        there.then(|| RepHour {
            hour: minute - minute.rem_euclid(HOUR),
            rep_id: rep.user_id,
            minutes: 1,
            load: rep.active,
            capacity: rep.capacity,
        })
    }
}

/// The sums of a rep's hours.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RepTime {
    pub minutes: i64,
    pub load: i64,
    pub capacity: i64,
}

type Sums = (UserId, Option<i64>, Option<i64>, Option<i64>);

queries! {
    /// Adds to the hours of reps, of each one once.
    fn raise(conn, rows: &[RepHour]) -> QueryResult<usize> {
        diesel::insert_into(rep_hours::table)
            .values(rows)
            .on_conflict((rep_hours::hour, rep_hours::rep_id))
            .do_update()
            .set((
                rep_hours::minutes.eq(rep_hours::minutes + excluded(rep_hours::minutes)),
                rep_hours::load.eq(rep_hours::load + excluded(rep_hours::load)),
                rep_hours::capacity.eq(rep_hours::capacity + excluded(rep_hours::capacity)),
            ))
            .execute(conn)
    }

    /// Forgets hours that began before a moment.
    pub fn delete_before(conn, moment: Moment) -> QueryResult<usize> {
        prepared(diesel::delete(rep_hours::table.filter(rep_hours::hour.lt(moment)))).execute(conn)
    }

    /// What a rep had to do in all hours that are kept, in their order.
    pub fn of(conn, rep: UserId) -> QueryResult<Vec<RepHour>> {
        rep_hours::table.filter(rep_hours::rep_id.eq(rep)).order(rep_hours::hour).load(conn)
    }

    fn summed(conn, from: Moment, to: Moment) -> QueryResult<Vec<Sums>> {
        let sums = rep_hours::table
            .filter(rep_hours::hour.ge(from).and(rep_hours::hour.lt(to)))
            .group_by(rep_hours::rep_id)
            .select((
                rep_hours::rep_id,
                sum(rep_hours::minutes),
                sum(rep_hours::load),
                sum(rep_hours::capacity),
            ));
        prepared(sums).load(conn)
    }
}

/// Adds to the hours of reps, of each one once.
pub fn add(conn: &mut Conn, rows: &[RepHour]) -> Result<()> {
    for some in rows.chunks(AT_ONCE) {
        raise(conn, some)?;
    }
    Ok(())
}

/// What each rep had to do in the hours that began from one moment on and before another.
pub fn sums(conn: &mut Conn, from: Moment, to: Moment) -> Result<HashMap<UserId, RepTime>> {
    let time = |(rep, minutes, load, capacity): Sums| {
        let time = RepTime {
            minutes: minutes.unwrap_or(0),
            load: load.unwrap_or(0),
            capacity: capacity.unwrap_or(0),
        };
        (rep, time)
    };
    Ok(summed(conn, from, to)?.into_iter().map(time).collect())
}
