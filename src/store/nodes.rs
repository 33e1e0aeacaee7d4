//! Nodes: one lease row per server process, by the database's clock.

use diesel::prelude::*;

use super::conn::{clock, queries};
use super::schema::{nodes, rep_sessions};
use crate::words::{Moment, NodeId};

queries! {
    /// Writes this node down as alive for `lease_ms` from now.
    pub fn insert(conn, id: NodeId, name: &str, at: Moment, lease_ms: i64) -> QueryResult<usize> {
        let until = clock(conn);
        diesel::insert_into(nodes::table)
            .values((
                nodes::id.eq(id),
                nodes::name.eq(name),
                nodes::started_at.eq(at),
                nodes::expires_at.eq(until + lease_ms),
            ))
            .execute(conn)
    }

    /// Renews the lease. False when it had run out and others have already taken it away.
    pub fn renew(conn, id: NodeId, lease_ms: i64) -> QueryResult<bool> {
        let until = clock(conn);
        let renewed = diesel::update(nodes::table.find(id))
            .set(nodes::expires_at.eq(until + lease_ms))
            .execute(conn)?;
        Ok(renewed > 0)
    }

    /// Nodes whose lease has run out.
    pub fn expired(conn) -> QueryResult<Vec<NodeId>> {
        let now = clock(conn);
        nodes::table.filter(nodes::expires_at.le(now)).select(nodes::id).load(conn)
    }

    /// Strikes out one node if its lease has run out. Its sockets must be gone first.
    pub fn delete_expired(conn, id: NodeId) -> QueryResult<usize> {
        let now = clock(conn);
        diesel::delete(nodes::table.filter(nodes::id.eq(id).and(nodes::expires_at.le(now))))
            .execute(conn)
    }

    /// Strikes out a node that leaves by itself.
    pub fn delete(conn, id: NodeId) -> QueryResult<usize> {
        diesel::delete(nodes::table.find(id)).execute(conn)
    }

    /// Every node with its start, its lease's end and its reps' sockets, and the database's clock.
    pub fn count_sessions(conn, id: NodeId) -> QueryResult<i64> {
        rep_sessions::table.filter(rep_sessions::node_id.eq(id)).count().get_result(conn)
    }
}
