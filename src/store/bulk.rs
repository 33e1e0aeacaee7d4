//! Many rows at once, for whoever wants a full house at its start: the benches. What they write
//! must be sound; nobody looks at it on the way.

use diesel::prelude::*;
use diesel::sql_types::Integer;
use diesel::upsert::excluded;

use super::conn::{Conn, queries};
use super::conversations::Conversation;
use super::events::Event;
use super::reps::Rep;
use super::retention::BELONGING;
use super::schema::{conversations, events, heads, rep_queues, rep_sessions, reps, users};
use super::users::User;
use crate::error::Result;
use crate::words::{ConversationId, Moment, NodeId, QueueId, SocketId, UserId};

/// How many rows fit into one statement of either database, by the widest of them.
pub const ROWS_MAX: usize = 1_000;

queries! {
    pub fn insert_users(conn, rows: &[User]) -> QueryResult<usize> {
        diesel::insert_into(users::table).values(rows).execute(conn)
    }

    pub fn insert_reps(conn, rows: &[Rep]) -> QueryResult<usize> {
        diesel::insert_into(reps::table).values(rows).execute(conn)
    }

    /// Who serves which queue.
    pub fn insert_serving(conn, rows: &[(UserId, QueueId)]) -> QueryResult<usize> {
        let row = |(rep, queue): &(UserId, QueueId)| {
            (rep_queues::rep_id.eq(*rep), rep_queues::queue_id.eq(*queue))
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        diesel::insert_into(rep_queues::table).values(rows).execute(conn)
    }

    /// Reps' sockets on a node.
    pub fn insert_sockets(conn, rows: &[(SocketId, UserId)], node: NodeId, at: Moment)
        -> QueryResult<usize>
    {
        let row = |(socket, rep): &(SocketId, UserId)| {
            (
                rep_sessions::id.eq(*socket),
                rep_sessions::rep_id.eq(*rep),
                rep_sessions::node_id.eq(node),
                rep_sessions::created_at.eq(at),
            )
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        diesel::insert_into(rep_sessions::table).values(rows).execute(conn)
    }

    pub fn insert_conversations(conn, rows: &[Conversation]) -> QueryResult<usize> {
        diesel::insert_into(conversations::table).values(rows).execute(conn)
    }

    /// Heads of logs in which nobody has said anything yet.
    pub fn insert_heads(conn, rows: &[(ConversationId, i64)]) -> QueryResult<usize> {
        let row = |(id, last_seq): &(ConversationId, i64)| {
            (
                heads::conversation_id.eq(*id),
                heads::last_seq.eq(*last_seq),
                heads::others.eq(*last_seq),
            )
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        diesel::insert_into(heads::table).values(rows).execute(conn)
    }

    pub fn insert_events(conn, rows: &[Event]) -> QueryResult<usize> {
        diesel::insert_into(events::table).values(rows).execute(conn)
    }

    /// Adds to each head so many messages.
    pub fn raise_heads(conn, rows: &[(ConversationId, i64)]) -> QueryResult<usize> {
        let row = |(id, more): &(ConversationId, i64)| {
            (heads::conversation_id.eq(*id), heads::last_seq.eq(*more))
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        diesel::insert_into(heads::table)
            .values(rows)
            .on_conflict(heads::conversation_id)
            .do_update()
            .set((
                heads::last_seq.eq(heads::last_seq + excluded(heads::last_seq)),
                heads::messages.eq(heads::messages + excluded(heads::last_seq)),
            ))
            .execute(conn)
    }

    /// Whether there is anybody at all.
    pub fn anybody(conn) -> QueryResult<bool> {
        let first = users::table.select(users::id).limit(1);
        let first = first.first::<UserId>(conn).optional()?;
        Ok(first.is_some())
    }
}

/// Removes everybody, and all they ever said. The queues stay, and the audit, which nothing
/// empties.
pub fn clear(conn: &mut Conn) -> Result<()> {
    const REST: &[&str] = &[
        "conversations",
        "activity",
        "search_pending",
        "customer_sessions",
        "rep_sessions",
        "rep_queues",
        "rep_hours",
        "canned_replies",
        "reps",
        "identities",
        "used_proofs",
        "arrivals",
        "visitors",
        "password_links",
        "email_links",
        "invitations",
        "socket_tickets",
        "sessions",
        "api_keys",
        "erasures",
        "users",
    ];
    // The index of the search first: then no trigger has anything to do.
    let tables = [&["search_texts"], BELONGING, REST].concat();
    match conn {
        Conn::Pg(_) => conn.execute(&format!("TRUNCATE {}", tables.join(", ")))?,
        Conn::Lite(_) => {
            for table in tables {
                conn.execute(&format!("DELETE FROM {table}"))?;
            }
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    id: i32,
}

/// The process of PostgreSQL that serves this connection; SQLite has none.
pub fn backend(conn: &mut Conn) -> Result<Option<i32>> {
    match conn {
        Conn::Lite(_) => Ok(None),
        Conn::Pg(conn) => {
            let ask = diesel::sql_query("SELECT pg_backend_pid() AS id");
            let found: Backend = ask.get_result(&mut **conn)?;
            Ok(Some(found.id))
        }
    }
}

/// What may be large, each to be tidied by itself: none of them takes long.
pub const LARGE: [&str; 7] = [
    "users",
    "reps",
    "rep_queues",
    "rep_sessions",
    "conversations",
    "heads",
    "events",
];

/// Has PostgreSQL look at what is in a table, as it does by itself before long; in no transaction.
/// SQLite never does: having looked at a small table, it would read all of it when it has grown.
pub fn tidy(conn: &mut Conn, table: &str) -> Result<()> {
    match conn {
        Conn::Pg(_) => Ok(conn.execute(&format!("VACUUM ANALYZE {table}"))?),
        Conn::Lite(_) => Ok(()),
    }
}
