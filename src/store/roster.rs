//! All reps as they stand: at once, or part by part for whoever looks at them again and again.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::conn::{Conn, clock, queries};
use super::prepared::prepared;
use super::reps::{self, Rep, Standing};
use super::schema::{nodes, rep_queues, rep_sessions, reps as table};
use crate::error::Result;
use crate::words::{QueueId, UserId};

queries! {
    fn all(conn) -> QueryResult<Vec<Rep>> {
        table::table.select(Rep::as_select()).order(table::user_id).load(conn)
    }

    fn all_queues(conn) -> QueryResult<Vec<(UserId, QueueId)>> {
        rep_queues::table
            .order((rep_queues::rep_id, rep_queues::queue_id))
            .select((rep_queues::rep_id, rep_queues::queue_id))
            .load(conn)
    }

    fn some(conn, after: UserId, limit: i64) -> QueryResult<Vec<Rep>> {
        let some = table::table
            .filter(table::user_id.gt(after))
            .order(table::user_id)
            .limit(limit)
            .select(Rep::as_select());
        prepared(some).load(conn)
    }

    fn some_queues(conn, after: UserId, last: UserId) -> QueryResult<Vec<(UserId, QueueId)>> {
        let some = rep_queues::table
            .filter(rep_queues::rep_id.gt(after).and(rep_queues::rep_id.le(last)))
            .order((rep_queues::rep_id, rep_queues::queue_id))
            .select((rep_queues::rep_id, rep_queues::queue_id));
        prepared(some).load(conn)
    }

    fn some_present(conn, after: UserId, last: UserId) -> QueryResult<Vec<UserId>> {
        let now = clock(conn);
        let some = rep_sessions::table
            .inner_join(nodes::table)
            .filter(rep_sessions::rep_id.gt(after).and(rep_sessions::rep_id.le(last)))
            .filter(nodes::expires_at.gt(now))
            .select(rep_sessions::rep_id);
        prepared(some).load(conn)
    }
}

/// Every rep's standing, in three queries.
pub fn standings(conn: &mut Conn) -> Result<Vec<Standing>> {
    // The versions are read first: what changes meanwhile then comes with a newer one.
    let rows = all(conn)?;
    Ok(stand(rows, all_queues(conn)?, reps::present(conn)?))
}

/// The standings of the next so many behind an id, in the order of their ids.
pub fn standings_after(conn: &mut Conn, after: UserId, limit: i64) -> Result<Vec<Standing>> {
    let rows = some(conn, after, limit)?;
    let Some(last) = rows.last().map(|rep| rep.user_id) else {
        return Ok(Vec::new());
    };
    let queues = some_queues(conn, after, last)?;
    Ok(stand(rows, queues, some_present(conn, after, last)?))
}

fn stand(rows: Vec<Rep>, serving: Vec<(UserId, QueueId)>, present: Vec<UserId>) -> Vec<Standing> {
    let mut queues: HashMap<UserId, Vec<QueueId>> = HashMap::new();
    for (rep, queue) in serving {
        queues.entry(rep).or_default().push(queue);
    }
    let present: HashSet<UserId> = present.into_iter().collect();
    let standing = |rep: Rep| Standing {
        present: present.contains(&rep.user_id),
        queues: queues.remove(&rep.user_id).unwrap_or_default(),
        rep,
    };
    rows.into_iter().map(standing).collect()
}
