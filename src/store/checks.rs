//! All that is asked of a database to know that it is sound: the invariants, what its logs say of
//! capacity, and with `run_full` every log told anew.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::conn::{Conn, in_snapshot, queries};
use super::fold::{self, Log};
use super::invariants;
pub use super::invariants::Finding;
use crate::error::Result;
use crate::words::EventKind;

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Totals {
    #[diesel(sql_type = BigInt)]
    pub conversations: i64,
    /// Those that are not closed.
    #[diesel(sql_type = BigInt)]
    pub open: i64,
    /// `assigned` events.
    #[diesel(sql_type = BigInt)]
    pub assigned: i64,
    #[diesel(sql_type = BigInt)]
    pub messages: i64,
}

queries! {
    fn count_all(conn) -> QueryResult<Totals> {
        diesel::sql_query(
            "SELECT (SELECT count(*) FROM conversations) AS conversations,
                    (SELECT count(*) FROM conversations WHERE status <> 'closed') AS open,
                    (SELECT count(*) FROM events WHERE kind = 'assigned') AS assigned,
                    (SELECT count(*) FROM events WHERE kind = 'message') AS messages",
        )
        .get_result(conn)
    }
}

/// Asks everything in one read snapshot.
pub fn run(conn: &mut Conn) -> Result<Vec<Finding>> {
    in_snapshot(conn, ask)
}

/// Asks everything, and tells every conversation anew from its log, in one read snapshot. Answers
/// also some of those that differ, in full.
pub fn run_full(conn: &mut Conn) -> Result<(Vec<Finding>, Vec<String>)> {
    in_snapshot(conn, |conn| {
        let mut findings = ask(conn)?;
        let differences = fold::run(conn)?;
        findings.extend(differences.findings());
        Ok((findings, differences.examples))
    })
}

/// Counts everything, however long that takes.
pub fn totals(conn: &mut Conn) -> Result<Totals> {
    in_snapshot(conn, |conn| Ok(count_all(conn)?))
}

fn ask(conn: &mut Conn) -> Result<Vec<Finding>> {
    let mut findings = invariants::ask(conn)?;
    findings.push(Finding {
        name: "capacity_was_kept",
        says: "no assignment or offer went over the capacity of then, unless an admin said so",
        broken: over_capacity(conn)?,
    });
    Ok(findings)
}

/// Each event that takes a slot says what the rep held and might hold at that commit. An accepted
/// offer takes none: it has had its slot since it was made.
fn over_capacity(conn: &mut Conn) -> Result<i64> {
    let over = |data: &serde_json::Value| {
        let number = |name: &str| data.get(name).and_then(serde_json::Value::as_i64);
        let said = |name: &str| data.get(name) == Some(&true.into());
        if said("over_capacity") || said("accepted") {
            return false;
        }
        match (number("load"), number("capacity")) {
            (Some(load), Some(capacity)) => load > capacity,
            _ => true,
        }
    };
    let mut log = Log::of(vec![EventKind::Assigned, EventKind::Offered]);
    let mut broken = 0;
    while let Some(event) = log.next(conn)? {
        broken += i64::from(event.data.as_ref().is_none_or(over));
    }
    Ok(broken)
}
