//! The rows that the message writer (`messages.rs`) reads and writes, of any number of
//! conversations at once.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Nullable, Text};

use super::conn::{Conn, Later, queries};
use super::events::Event;
use super::lite_rows::{self, padded};
use super::postgres::PgConn;
use super::prepared::prepared;
use super::schema::{conversations, events, heads};
use crate::words::{ClientId, ConversationId, Moment, SqlId, Status, UserId};

/// What of a conversation decides who may write into it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = conversations)]
pub struct Door {
    pub id: ConversationId,
    pub number: i64,
    pub customer_id: UserId,
    pub rep_id: Option<UserId>,
    pub last_rep_id: Option<UserId>,
    pub status: Status,
    pub first_reply_at: Option<Moment>,
    pub held: bool,
}

/// How many numbers a conversation needs, and then the last of them.
#[derive(Queryable, QueryableByName)]
pub struct Bump {
    #[diesel(sql_type = SqlId)]
    pub conversation_id: ConversationId,
    #[diesel(sql_type = BigInt)]
    pub last_seq: i64,
}

queries! {
    /// What was stored with these ids in these conversations: elsewhere another may have the same.
    pub fn stored_before(conn, ids: &[ConversationId], clients: &[ClientId])
        -> QueryResult<Vec<Event>>
    {
        events::table
            .filter(events::conversation_id.eq_any(ids))
            .filter(events::client_id.eq_any(clients))
            .select(Event::as_select())
            .load(conn)
    }

    /// Which of these conversations there are.
    pub fn known(conn, ids: &[ConversationId]) -> QueryResult<Vec<ConversationId>> {
        heads::table
            .filter(heads::conversation_id.eq_any(ids))
            .select(heads::conversation_id)
            .load(conn)
    }

    pub fn give_back(conn, id: ConversationId, count: i64) -> QueryResult<usize> {
        let lowered = diesel::update(heads::table.find(id)).set((
            heads::last_seq.eq(heads::last_seq - count),
            heads::messages.eq(heads::messages - count),
        ));
        prepared(lowered).execute(conn)
    }

    pub fn doors(conn, ids: &[ConversationId]) -> QueryResult<Vec<Door>> {
        let doors = conversations::table
            .filter(conversations::id.eq_any(padded(ids)))
            .filter(conversations::forgotten_at.is_null())
            .select(Door::as_select());
        prepared(doors).load(conn)
    }
}

/// Writes down when the reps of these conversations, each named once, have first spoken.
pub fn set_first_replies(conn: &mut Conn, replies: &[(ConversationId, Moment)]) -> QueryResult<()> {
    match conn {
        Conn::Lite(conn) => {
            for (id, at) in replies {
                let first = diesel::update(conversations::table.find(*id))
                    .set(conversations::first_reply_at.eq(*at));
                prepared(first).execute(conn)?;
            }
            Ok(())
        }
        Conn::Pg(conn) => {
            let (ids, moments): (Vec<_>, Vec<_>) = replies.iter().copied().unzip();
            let first = sql_query(
                "UPDATE conversations SET first_reply_at = r.at
                 FROM unnest($1, $2) AS r (id, at) WHERE conversations.id = r.id",
            );
            let first = first
                .bind::<Array<SqlId>, _>(ids)
                .bind::<Array<BigInt>, _>(moments);
            conn.later(prepared(first))
        }
    }
}

/// Takes so many numbers for messages of each of these conversations, and locks them. Answers the
/// last number of each; not of those that somebody else has locked, nor of what is not there.
pub fn bump(conn: &mut Conn, wanted: &[Bump]) -> QueryResult<Vec<Bump>> {
    match conn {
        Conn::Lite(conn) => lite_rows::bump(conn, wanted),
        Conn::Pg(conn) => {
            let ids: Vec<_> = wanted.iter().map(|one| one.conversation_id).collect();
            let counts: Vec<_> = wanted.iter().map(|one| one.last_seq).collect();
            let bumped = sql_query(
                "WITH free AS (
                     SELECT conversation_id FROM heads WHERE conversation_id = ANY ($1)
                     FOR NO KEY UPDATE SKIP LOCKED)
                 UPDATE heads h SET last_seq = h.last_seq + w.more, messages = h.messages + w.more
                 FROM unnest($1, $2) AS w (id, more)
                 WHERE h.conversation_id = w.id AND w.id IN (SELECT conversation_id FROM free)
                 RETURNING h.conversation_id, h.last_seq",
            );
            let bumped = bumped
                .bind::<Array<SqlId>, _>(ids)
                .bind::<Array<BigInt>, _>(counts);
            prepared(bumped).load(&mut **conn)
        }
    }
}

/// Writes messages. In PostgreSQL on its way with the commit, which fails if it does.
pub fn insert(conn: &mut Conn, rows: Vec<Event>) -> QueryResult<()> {
    match conn {
        Conn::Lite(conn) => lite_rows::insert(conn, &rows),
        Conn::Pg(conn) => insert_pg(conn, rows),
    }
}

/// In one statement whose text is always the same.
fn insert_pg(conn: &mut PgConn, rows: Vec<Event>) -> QueryResult<()> {
    let insert = sql_query(
        "INSERT INTO events
             (conversation_id, seq, kind, sender_id, client_id, body, data, created_at)
         SELECT n.id, n.seq, n.kind, n.sender, n.client, n.body, CAST(n.data AS JSON), n.at
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
             AS n (id, seq, kind, sender, client, body, data, at)",
    );
    let ids: Vec<_> = rows.iter().map(|row| row.conversation_id).collect();
    let seqs: Vec<_> = rows.iter().map(|row| row.seq).collect();
    let kinds: Vec<_> = rows.iter().map(|row| row.kind.as_str()).collect();
    let senders: Vec<_> = rows.iter().map(|row| row.sender_id).collect();
    let clients: Vec<_> = rows.iter().map(|row| row.client_id).collect();
    let data = rows
        .iter()
        .map(|row| row.data.as_ref().map(ToString::to_string));
    let data: Vec<_> = data.collect();
    let moments: Vec<_> = rows.iter().map(|row| row.created_at).collect();
    let bodies: Vec<_> = rows.into_iter().map(|row| row.body).collect();
    conn.later(prepared(
        insert
            .bind::<Array<SqlId>, _>(ids)
            .bind::<Array<BigInt>, _>(seqs)
            .bind::<Array<Text>, _>(kinds)
            .bind::<Array<Nullable<SqlId>>, _>(senders)
            .bind::<Array<Nullable<SqlId>>, _>(clients)
            .bind::<Array<Nullable<Text>>, _>(bodies)
            .bind::<Array<Nullable<Text>>, _>(data)
            .bind::<Array<BigInt>, _>(moments),
    ))
}
