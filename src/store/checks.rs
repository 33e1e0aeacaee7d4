//! All that is asked of a database to know that it is sound: the invariants, what it tells of
//! itself, what its logs say of capacity, and with `run_full` every log told anew.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::conn::{Conn, in_snapshot, queries};
pub use super::finding::Finding;
use super::fold::{self, Log};
use super::invariants::{self, FIRST};
use super::{audit, damage, retention};
use crate::error::Result;
use crate::words::{ConversationId, EventKind, Moment, now};

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

/// What was found of a database that is in use, and when.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Verdict {
    /// When it was asked, and how long that took in ms.
    pub at: Moment,
    pub took_ms: i64,
    /// Whether all is well: nothing is broken, and everything could be asked.
    pub well: bool,
    /// The quick ones of its questions. `switchboard doctor` asks all.
    pub findings: Vec<Finding>,
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
    in_snapshot(conn, |conn| {
        let leaving = leaving(conn, i64::MAX);
        Ok(ask(conn, &leaving, false))
    })
}

/// Asks everything, and tells every conversation anew from its log, in one read snapshot. Answers
/// also some of those that differ, in words.
pub fn run_full(conn: &mut Conn) -> Result<(Vec<Finding>, Vec<String>)> {
    in_snapshot(conn, |conn| {
        let leaving = leaving(conn, i64::MAX);
        let mut findings = ask(conn, &leaving, true);
        match conn.savepoint(|conn| fold::run(conn, &leaving)) {
            Ok(differences) => {
                findings.extend(differences.findings());
                Ok((findings, differences.examples))
            }
            Err(error) => {
                findings.extend(fold::unasked(&error));
                Ok((findings, Vec::new()))
            }
        }
    })
}

/// Asks what is answered soon, of a database that many use. What is not begun until then is not
/// asked any more.
pub fn run_quick(conn: &mut Conn, until: Moment) -> Result<Verdict> {
    let at = now();
    conn.execute("BEGIN")?;
    let some_leave = !leaving(conn, 1).is_empty();
    let mut findings = invariants::ask_quick(conn, some_leave, until);
    findings.push(closed_audit(conn));
    conn.execute("ROLLBACK")?;
    Ok(Verdict {
        at,
        took_ms: now() - at,
        well: findings.iter().all(Finding::is_well),
        findings,
    })
}

/// Whether any table of ours is there: without one it is another program's database.
pub fn is_ours(conn: &mut Conn) -> bool {
    let tables = [
        "users",
        "queues",
        "reps",
        "conversations",
        "heads",
        "events",
    ];
    let mut tables = tables.iter();
    tables.any(|table| {
        let look = format!("SELECT 1 FROM {table} LIMIT 0");
        conn.execute(&look).is_ok()
    })
}

/// Counts everything, however long that takes.
pub fn totals(conn: &mut Conn) -> Result<Totals> {
    in_snapshot(conn, |conn| Ok(count_all(conn)?))
}

/// What is deleted and lies there still, in part, but no more than so many: nothing is true of it
/// any more. A database of a release before has no such thing.
fn leaving(conn: &mut Conn, limit: i64) -> HashSet<ConversationId> {
    let hidden = conn.savepoint(|conn| Ok(retention::hidden(conn, 0, limit)?));
    hidden.unwrap_or_default().into_iter().collect()
}

fn ask(conn: &mut Conn, leaving: &HashSet<ConversationId>, full: bool) -> Vec<Finding> {
    let mut findings = invariants::ask(conn, !leaving.is_empty());
    findings.extend(damage::ask(conn, full));
    findings.push(invariants::asked(
        conn,
        "capacity_was_kept",
        "no assignment or offer went over the capacity of then, unless an admin said so",
        over_capacity,
    ));
    findings.push(closed_audit(conn));
    findings
}

fn closed_audit(conn: &mut Conn) -> Finding {
    invariants::asked(
        conn,
        "audit_is_append_only",
        "the database refuses to change entries of the audit",
        |conn| Ok((i64::from(!audit::is_closed(conn)?), Vec::new())),
    )
}

/// Each event that takes a slot says what the rep held and might hold at that commit. An accepted
/// offer takes none: it has had its slot since it was made.
fn over_capacity(conn: &mut Conn) -> Result<(i64, Vec<String>)> {
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
    let (mut broken, mut told) = (0, Vec::new());
    while let Some(event) = log.next(conn)? {
        if event.data.as_ref().is_none_or(over) {
            broken += 1;
            if told.len() < FIRST {
                let says = format!("event {} of conversation {}", event.seq, event.conversation);
                told.push(says);
            }
        }
    }
    Ok((broken, told))
}
