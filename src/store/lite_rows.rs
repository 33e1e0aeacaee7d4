//! Rows of the message writer as SQLite takes them: some in each statement, in a few fixed numbers,
//! so that every text is parsed and planned once per connection and not once per batch.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment};
use diesel::sql_types::{BigInt, Json, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::events::Event;
use super::message_rows::Bump;
use super::prepared::prepared;
use crate::words::SqlId;

/// Rows of the longest statement.
const ROWS_MAX: usize = 64;

/// Rows in the fewest parts whose lengths are powers of two, in their order.
fn parts<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let power = rows.len().min(ROWS_MAX).checked_ilog2()?;
        let (part, rest) = rows.split_at(1 << power);
        rows = rest;
        Some(part)
    })
}

/// Some values to look for, the last one repeated until their number is a power of two.
pub fn padded<T: Clone>(values: &[T]) -> Vec<T> {
    let mut values = values.to_vec();
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    values
}

/// Opens a row of several, and says whether it is the first.
fn open(out: &mut AstPass<'_, '_, Sqlite>, turn: usize) {
    out.push_sql(if turn == 0 { "(" } else { ", (" });
}

struct Messages<'a>(&'a [Event]);

impl QueryFragment<Sqlite> for Messages<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO events \
             (conversation_id, seq, kind, sender_id, client_id, body, data, created_at) VALUES ",
        );
        for (turn, row) in self.0.iter().enumerate() {
            open(&mut out, turn);
            out.push_bind_param::<SqlId, _>(&row.conversation_id)?;
            out.push_sql(", ");
            out.push_bind_param::<BigInt, _>(&row.seq)?;
            out.push_sql(", ");
            out.push_bind_param::<Text, _>(&row.kind)?;
            out.push_sql(", ");
            out.push_bind_param::<Nullable<SqlId>, _>(&row.sender_id)?;
            out.push_sql(", ");
            out.push_bind_param::<Nullable<SqlId>, _>(&row.client_id)?;
            out.push_sql(", ");
            out.push_bind_param::<Nullable<Text>, _>(&row.body)?;
            out.push_sql(", ");
            out.push_bind_param::<Nullable<Json>, _>(&row.data)?;
            out.push_sql(", ");
            out.push_bind_param::<BigInt, _>(&row.created_at)?;
            out.push_sql(")");
        }
        Ok(())
    }
}

struct Bumps<'a>(&'a [Bump]);

impl Query for Bumps<'_> {
    type SqlType = (SqlId, BigInt);
}

impl QueryFragment<Sqlite> for Bumps<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(
            "UPDATE heads SET last_seq = last_seq + w.column2, messages = messages + w.column2 \
             FROM (VALUES ",
        );
        for (turn, one) in self.0.iter().enumerate() {
            open(&mut out, turn);
            out.push_bind_param::<SqlId, _>(&one.conversation_id)?;
            out.push_sql(", ");
            out.push_bind_param::<BigInt, _>(&one.last_seq)?;
            out.push_sql(")");
        }
        out.push_sql(
            ") AS w WHERE heads.conversation_id = w.column1 \
             RETURNING conversation_id, last_seq",
        );
        Ok(())
    }
}

/// Writes messages.
pub fn insert(conn: &mut SqliteConnection, rows: &[Event]) -> QueryResult<()> {
    for part in parts(rows) {
        prepared(Messages(part)).execute(conn)?;
    }
    Ok(())
}

/// Takes so many numbers for messages of each of these conversations. Answers the last number of
/// each that is there.
pub fn bump(conn: &mut SqliteConnection, wanted: &[Bump]) -> QueryResult<Vec<Bump>> {
    let mut tops = Vec::with_capacity(wanted.len());
    for part in parts(wanted) {
        tops.extend(prepared(Bumps(part)).load::<Bump>(conn)?);
    }
    Ok(tops)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rows_are_in_few_parts_of_few_lengths() {
        for count in [0_usize, 1, 2, 3, 50, 63, 64, 65, 127, 512] {
            let rows: Vec<usize> = (0..count).collect();
            let found: Vec<&[usize]> = parts(&rows).collect();
            assert_eq!(found.concat(), rows, "{count}");
            let fixed = |part: &&[usize]| part.len().is_power_of_two() && part.len() <= ROWS_MAX;
            assert!(found.iter().all(fixed), "{count}: {found:?}");
            assert!(found.len() <= count / ROWS_MAX + 6, "{count}: {found:?}");
        }
    }

    #[test]
    fn what_is_padded_looks_for_the_same() {
        assert_eq!(padded(&[1, 2, 3]), [1, 2, 3, 3]);
        assert_eq!(padded(&[7]), [7]);
        assert!(padded::<u8>(&[]).is_empty());
    }
}
