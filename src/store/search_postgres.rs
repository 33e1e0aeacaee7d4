//! The index of the search in PostgreSQL: how texts are taken for it, and written into it.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Text};

use super::postgres::PgConn;
use super::search::{BATCH, BATCH_BYTES, Pending, said, taken};
use super::terms;
use crate::words::{ConversationId, SqlId};

/// Takes some texts out of the queue: so many, or so many bytes of them, and at least one. Their
/// lengths are looked up one by one, which reads no text.
const TAKEN: &str = concat!(
    "WITH seen AS MATERIALIZED (
        SELECT ctid AS place, conversation_id, seq FROM search_pending
        LIMIT $1 FOR UPDATE SKIP LOCKED),
     measured AS (
        SELECT place, row_number() OVER ordered AS turn,
            sum(coalesce(bytes, 0)) OVER ordered AS upto
        FROM (SELECT place, CASE WHEN seq = 0
            THEN (SELECT octet_length(c.subject) FROM conversations c
                  WHERE c.id = seen.conversation_id)
            ELSE (SELECT octet_length(e.body) FROM events e
                  WHERE e.conversation_id = seen.conversation_id AND e.seq = seen.seq)
            END AS bytes FROM seen) lengths
        WINDOW ordered AS (ORDER BY place)),
     taken AS (DELETE FROM search_pending WHERE ctid = ANY (ARRAY(
        SELECT place FROM measured WHERE upto <= $2 OR turn = 1))
        RETURNING conversation_id, seq) ",
    taken!("taken", "(SELECT count(*) FROM seen)")
);

/// Takes a batch out of the queue, and answers whether it is as much as one may be.
pub fn take(conn: &mut PgConn) -> QueryResult<(Vec<Pending>, bool)> {
    let taken: Vec<Pending> = sql_query(TAKEN)
        .bind::<BigInt, _>(BATCH as i64)
        .bind::<BigInt, _>(BATCH_BYTES)
        .load(conn)?;
    let seen = taken.first().map_or(0, |one| one.at as usize);
    let full = seen == BATCH || seen > taken.len();
    Ok((taken, full))
}

/// A text as PostgreSQL takes its words: each with its place, and nothing left to its parser.
fn vector(text: &str) -> String {
    // What stands further back than this has no place of its own there.
    const PLACES: usize = 16_383;
    let words = terms::words(text).into_iter().zip(1..);
    let places = words.map(|(word, at)| format!("'{}':{}", word.folded, PLACES.min(at)));
    places.collect::<Vec<_>>().join(" ")
}

/// Writes these texts, and takes out those that are none any more.
pub fn write(conn: &mut PgConn, texts: Vec<Pending>) -> QueryResult<()> {
    let vectors = |one: &Pending| vector(one.text.as_deref().unwrap_or_default());
    let vectors: Vec<String> = texts.iter().map(vectors).collect();
    let (ids, moments): (Vec<_>, Vec<_>) = said(&texts).into_iter().unzip();
    sql_query(
        "INSERT INTO activity SELECT * FROM unnest($1, $2) ON CONFLICT (conversation_id)
         DO UPDATE SET said_at = greatest(activity.said_at, excluded.said_at)",
    )
    .bind::<Array<SqlId>, _>(ids)
    .bind::<Array<BigInt>, _>(moments)
    .execute(conn)?;

    let there = |(one, vector): &(Pending, String)| one.said_at.is_some() && !vector.is_empty();
    let (there, gone): (Vec<_>, Vec<_>) = texts.into_iter().zip(vectors).partition(there);
    let keys = |some: &[(Pending, String)]| -> (Vec<ConversationId>, Vec<i64>) {
        some.iter()
            .map(|(one, _)| (one.conversation_id, one.seq))
            .unzip()
    };
    let (ids, seqs) = keys(&gone);
    sql_query(
        "DELETE FROM search_texts t USING unnest($1, $2) AS g (id, seq)
         WHERE t.conversation_id = g.id AND t.seq = g.seq",
    )
    .bind::<Array<SqlId>, _>(ids)
    .bind::<Array<BigInt>, _>(seqs)
    .execute(conn)?;
    let (ids, seqs) = keys(&there);
    let moments = there.iter().map(|(one, _)| one.said_at.unwrap_or_default());
    let staff = there.iter().map(|(one, _)| one.for_staff);
    sql_query(
        "INSERT INTO search_texts SELECT n.id, n.seq, n.said_at, n.staff, CAST(n.words AS tsvector)
         FROM unnest($1, $2, $3, $4, $5) AS n (id, seq, said_at, staff, words)
         ON CONFLICT (conversation_id, seq) DO UPDATE
         SET words = excluded.words, said_at = excluded.said_at, for_staff = excluded.for_staff",
    )
    .bind::<Array<SqlId>, _>(ids)
    .bind::<Array<BigInt>, _>(seqs)
    .bind::<Array<BigInt>, _>(moments.collect::<Vec<i64>>())
    .bind::<Array<Bool>, _>(staff.collect::<Vec<bool>>())
    .bind::<Array<Text>, _>(
        there
            .iter()
            .map(|(_, words)| words.clone())
            .collect::<Vec<_>>(),
    )
    .execute(conn)
    .map(drop)
}
