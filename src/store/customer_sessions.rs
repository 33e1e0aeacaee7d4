//! The sockets of customers who have something open. A customer who had one and has none any more
//! is lost; who never had one, as over REST, is not.

use diesel::prelude::*;

use super::conn::queries;
use super::conversation_row::is_open;
use super::prepared::prepared;
use super::schema::{conversations, customer_sessions};
use crate::words::{Moment, NodeId, SocketId, UserId};

queries! {
    /// Forgets the sockets that a customer had.
    pub fn forget_left(conn, customer: UserId) -> QueryResult<usize> {
        let left = customer_sessions::table
            .filter(customer_sessions::customer_id.eq(customer))
            .filter(customer_sessions::left_at.is_not_null());
        prepared(diesel::delete(left)).execute(conn)
    }

    /// A socket of a customer has opened. What was known of his earlier ones is to be forgotten.
    pub fn insert(conn, id: SocketId, customer: UserId, node: NodeId) -> QueryResult<usize> {
        diesel::insert_into(customer_sessions::table)
            .values((
                customer_sessions::id.eq(id),
                customer_sessions::customer_id.eq(customer),
                customer_sessions::node_id.eq(node),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
    }

    /// It has closed.
    pub fn leave(conn, id: SocketId, at: Moment) -> QueryResult<usize> {
        let open = customer_sessions::table
            .filter(customer_sessions::id.eq(id).and(customer_sessions::left_at.is_null()));
        prepared(diesel::update(open).set(customer_sessions::left_at.eq(at))).execute(conn)
    }

    /// Whether a customer had a socket since a moment, and has none now.
    pub fn has_left(conn, customer: UserId, since: Moment) -> QueryResult<bool> {
        let his = || customer_sessions::table.filter(customer_sessions::customer_id.eq(customer));
        let left = his().filter(customer_sessions::left_at.ge(since));
        let here = his().filter(customer_sessions::left_at.is_null());
        let gone = diesel::dsl::exists(left).and(diesel::dsl::not(diesel::dsl::exists(here)));
        prepared(diesel::select(gone)).get_result(conn)
    }

    /// Those that are written down as open on a node.
    pub fn of_node(conn, node: NodeId) -> QueryResult<Vec<SocketId>> {
        let open = customer_sessions::table
            .filter(customer_sessions::node_id.eq(node).and(customer_sessions::left_at.is_null()))
            .select(customer_sessions::id);
        prepared(open).load(conn)
    }

    /// All of a node have closed.
    pub fn leave_node(conn, node: NodeId, at: Moment) -> QueryResult<usize> {
        let open = customer_sessions::table
            .filter(customer_sessions::node_id.eq(node).and(customer_sessions::left_at.is_null()));
        prepared(diesel::update(open).set(customer_sessions::left_at.eq(at))).execute(conn)
    }

    /// Forgets who has been away since before a moment and has nothing open.
    pub fn delete_left(conn, before: Moment) -> QueryResult<usize> {
        let open = conversations::table
            .filter(conversations::customer_id.eq(customer_sessions::customer_id))
            .filter(is_open());
        let left = customer_sessions::table
            .filter(customer_sessions::left_at.lt(before))
            .filter(diesel::dsl::not(diesel::dsl::exists(open)));
        prepared(diesel::delete(left)).execute(conn)
    }
}
