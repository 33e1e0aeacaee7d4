//! Nodes: one lease row per server process, by the database's clock.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::conn::{Conn, clock, queries};
use super::schema::nodes;
use super::{customer_sessions, reps};
use crate::error::Result;
use crate::words::{Moment, NodeId, UserId};

/// Hashes of what all nodes must have in common, salted with the id of the node.
#[derive(Debug, Clone, Default, PartialEq, Queryable, Selectable)]
#[diesel(table_name = nodes)]
pub struct Marks {
    pub secret_mark: Option<String>,
    pub line_mark: Option<String>,
}

/// A node whose lease has not run out.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = nodes)]
pub struct Living {
    pub id: NodeId,
    pub name: String,
    #[diesel(embed)]
    pub marks: Marks,
}

/// A node and how long it is known to live, by the database's clock.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = nodes)]
pub struct Lease {
    pub id: NodeId,
    pub name: String,
    pub started_at: Moment,
    pub expires_at: Moment,
}

queries! {
    /// Writes this node down as alive for `lease_ms` from now, whether it was there or not.
    pub fn insert(conn, id: NodeId, name: &str, marks: &Marks, at: Moment, lease_ms: i64)
        -> QueryResult<usize>
    {
        let until = clock(conn);
        diesel::insert_into(nodes::table)
            .values((
                nodes::id.eq(id),
                nodes::name.eq(name),
                nodes::started_at.eq(at),
                nodes::expires_at.eq(until + lease_ms),
                nodes::secret_mark.eq(&marks.secret_mark),
                nodes::line_mark.eq(&marks.line_mark),
            ))
            .on_conflict(nodes::id)
            .do_update()
            .set(nodes::expires_at.eq(excluded(nodes::expires_at)))
            .execute(conn)
    }

    /// Renews a lease that has not run out. False when it has, or when others have already taken
    /// it away.
    pub fn renew(conn, id: NodeId, lease_ms: i64) -> QueryResult<bool> {
        let (now, until) = (clock(conn), clock(conn));
        let living = nodes::table.filter(nodes::id.eq(id).and(nodes::expires_at.gt(now)));
        let renewed = diesel::update(living)
            .set(nodes::expires_at.eq(until + lease_ms))
            .execute(conn)?;
        Ok(renewed > 0)
    }

    /// Every node that is written down, alive or not.
    pub fn all(conn) -> QueryResult<Vec<NodeId>> {
        nodes::table.select(nodes::id).load(conn)
    }

    /// Those whose lease has not run out.
    pub fn living(conn) -> QueryResult<Vec<Living>> {
        let now = clock(conn);
        nodes::table.filter(nodes::expires_at.gt(now)).select(Living::as_select()).load(conn)
    }

    /// All of them with their leases, in the order in which they began.
    pub fn leases(conn) -> QueryResult<Vec<Lease>> {
        nodes::table.order((nodes::started_at, nodes::id)).select(Lease::as_select()).load(conn)
    }

    /// What the database's clock says.
    pub fn time(conn) -> QueryResult<Moment> {
        let now = clock(conn);
        diesel::select(now).get_result(conn)
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
}

/// Takes away the sockets of a node that is gone. Answers whose they were, by id: their rows are
/// newer now, and who has no other socket is lost from now on.
pub fn remove_sockets(conn: &mut Conn, node: NodeId, at: Moment) -> Result<Vec<UserId>> {
    let mut gone = reps::delete_sessions_of_node(conn, node)?;
    gone.sort();
    gone.dedup();
    for rep in &gone {
        reps::touch(conn, *rep)?;
        reps::set_lost(conn, *rep, at)?;
    }
    customer_sessions::leave_node(conn, node, at)?;
    Ok(gone)
}
