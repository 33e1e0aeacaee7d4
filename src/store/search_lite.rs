//! The index of the search in SQLite: how texts are taken for it, and written into it. What writes
//! is spelt here and not by `sql_query`, of which diesel has each parsed anew that answers no rows.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::prepared::prepared;
use super::search::{BATCH, BATCH_BYTES, Pending, said, taken};
use super::terms;
use crate::words::{ConversationId, Moment, SqlId};

/// What stands first in the queue, in its order.
const TAKEN: &str = concat!(
    taken!("search_pending", "p.rowid"),
    " ORDER BY p.rowid LIMIT $1"
);

/// How long those texts are. SQLite reads none of them for its length.
const LENGTHS: &str = "SELECT CASE WHEN p.seq = 0
        THEN (SELECT octet_length(c.subject) FROM conversations c WHERE c.id = p.conversation_id)
        ELSE (SELECT octet_length(e.body) FROM events e
              WHERE e.conversation_id = p.conversation_id AND e.seq = p.seq)
        END AS bytes FROM search_pending p ORDER BY p.rowid LIMIT $1";

#[derive(QueryableByName)]
struct Length {
    #[diesel(sql_type = Nullable<BigInt>)]
    bytes: Option<i64>,
}

/// Reads a batch of the queue, where it stays, and answers whether it is as much as one may be.
pub fn take(conn: &mut SqliteConnection) -> QueryResult<(Vec<Pending>, bool)> {
    let lengths = prepared(sql_query(LENGTHS).bind::<BigInt, _>(BATCH as i64));
    let lengths: Vec<Length> = lengths.load(conn)?;
    let mut bytes = 0;
    let fits = lengths.iter().take_while(|one| {
        bytes += one.bytes.unwrap_or_default();
        bytes <= BATCH_BYTES
    });
    let count = fits.count().max(1);
    let taken = prepared(sql_query(TAKEN).bind::<BigInt, _>(count as i64)).load(conn)?;
    Ok((taken, count == BATCH || count < lengths.len()))
}

/// When something was last said in a conversation.
struct Said(ConversationId, Moment);

impl QueryFragment<Sqlite> for Said {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO activity VALUES (");
        out.push_bind_param::<SqlId, _>(&self.0)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.1)?;
        out.push_sql(
            ") ON CONFLICT (conversation_id) \
             DO UPDATE SET said_at = max(said_at, excluded.said_at)",
        );
        Ok(())
    }
}

/// What stands there already is as it is now: whatever changes takes it out.
struct Place<'a>(&'a Pending, Moment);

impl QueryFragment<Sqlite> for Place<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let Self(text, said_at) = self;
        out.push_sql(
            "INSERT INTO search_texts (conversation_id, seq, said_at, for_staff) VALUES (",
        );
        out.push_bind_param::<SqlId, _>(&text.conversation_id)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&text.seq)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(said_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Bool, _>(&text.for_staff)?;
        out.push_sql(") ON CONFLICT (conversation_id, seq) DO NOTHING");
        Ok(())
    }
}

/// The words of the text that was placed last.
struct Words(String);

impl QueryFragment<Sqlite> for Words {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO search_words (rowid, words) VALUES (last_insert_rowid(), ");
        out.push_bind_param::<Text, _>(&self.0)?;
        out.push_sql(")");
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Changes {
    #[diesel(sql_type = BigInt)]
    changes: i64,
}

fn changes(conn: &mut SqliteConnection) -> QueryResult<i64> {
    let counted = sql_query("SELECT total_changes() AS changes");
    Ok(counted.get_result::<Changes>(conn)?.changes)
}

/// Merges the index's segments into one, at least so many pages of it at a time: what was taken out
/// of a segment is gone with it. `begins`: all that there are now, else what was begun. Answers
/// whether there was anything to do.
pub fn merge(conn: &mut SqliteConnection, pages: i64, begins: bool) -> QueryResult<bool> {
    let mut pages = pages;
    if begins {
        // Two are enough to be merged, or a few new ones would keep the large ones waiting.
        const FEW: &str = "INSERT INTO search_words (search_words, rank) VALUES ('usermerge', 2)";
        conn.batch_execute(FEW)?;
        // As FTS5 is told to begin.
        pages = -pages;
    }
    let before = changes(conn)?;
    conn.batch_execute(&format!(
        "INSERT INTO search_words (search_words, rank) VALUES ('merge', {pages})"
    ))?;
    // The command counts itself.
    Ok(changes(conn)? - before > 1)
}

/// Writes these texts.
pub fn write(conn: &mut SqliteConnection, texts: &[Pending]) -> QueryResult<()> {
    for (id, at) in said(texts) {
        prepared(Said(id, at)).execute(conn)?;
    }
    for one in texts {
        let Some(said_at) = one.said_at else { continue };
        let words = terms::words(one.text.as_deref().unwrap_or_default());
        if words.is_empty() || prepared(Place(one, said_at)).execute(conn)? == 0 {
            continue;
        }
        let folded: Vec<&str> = words.iter().map(|word| word.folded.as_str()).collect();
        prepared(Words(folded.join(" "))).execute(conn)?;
    }
    Ok(())
}
