//! What a database can tell of itself: whether its pages are whole, its constraints kept, and
//! whether every row that another one names is there. SQLite's own shell keeps none of it unless it
//! is told to; PostgreSQL does, and is asked all the same, of our own schema: others may be
//! beside it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::conn::Conn;
use super::finding::Finding;
use super::invariants::{FIRST, asked};
use crate::error::Result;

#[derive(QueryableByName)]
struct Says {
    #[diesel(sql_type = Nullable<Text>)]
    says: Option<String>,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// Rows of one table that name rows of another which are not there.
#[derive(QueryableByName)]
struct Dangling {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// A reference between two tables of PostgreSQL, its names quoted.
#[derive(QueryableByName)]
struct Reference {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    field: String,
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = Text)]
    key: String,
}

/// Asks all of it. `full`: also whether every index holds what its table does.
pub fn ask(conn: &mut Conn, full: bool) -> Vec<Finding> {
    let whole = asked(
        conn,
        "database_is_whole",
        "the database finds its own pages in order, and its constraints kept",
        |conn| whole(conn, full),
    );
    let references = asked(
        conn,
        "references_lead_somewhere",
        "no row names another that is not there",
        references,
    );
    let mut findings = vec![whole, references];
    // PostgreSQL takes nothing else.
    if matches!(conn, Conn::Lite(_)) {
        findings.push(asked(
            conn,
            "data_is_json",
            "what an event tells beside its text can be read",
            unreadable,
        ));
    }
    findings
}

fn whole(conn: &mut Conn, full: bool) -> Result<(i64, Vec<String>)> {
    let found: Vec<Says> = match conn {
        Conn::Lite(conn) => {
            let check = match full {
                true => "SELECT integrity_check AS says FROM pragma_integrity_check",
                false => "SELECT quick_check AS says FROM pragma_quick_check",
            };
            // The check of FTS5 goes by the structure that this connection saw when it last
            // searched; what was merged since, it would call corrupt. Searching looks again,
            // unless there is no index yet.
            let search = "SELECT 1 FROM search_words WHERE search_words MATCH 'x'";
            let _ = diesel::sql_query(search).execute(conn);
            let mut found: Vec<Says> = diesel::sql_query(check).load(conn)?;
            found.retain(|one| one.says.as_deref() != Some("ok"));
            found
        }
        Conn::Pg(conn) => diesel::sql_query(
            "SELECT conrelid::regclass::text || ' was never held against its constraint '
                    || conname AS says
             FROM pg_constraint
             WHERE NOT convalidated AND connamespace = current_schema()::regnamespace",
        )
        .load(&mut **conn)?,
    };
    let broken = found.len() as i64;
    let told = found.into_iter().take(FIRST).filter_map(|one| one.says);
    Ok((broken, told.collect()))
}

fn references(conn: &mut Conn) -> Result<(i64, Vec<String>)> {
    let found = match conn {
        Conn::Lite(conn) => diesel::sql_query(
            "SELECT \"table\" AS child, parent, count(*) AS rows FROM pragma_foreign_key_check
             GROUP BY 1, 2 ORDER BY 1, 2",
        )
        .load(conn)?,
        Conn::Pg(_) => dangling(conn)?,
    };
    let broken = found.iter().map(|one: &Dangling| one.rows).sum();
    let tell = |one: Dangling| {
        let Dangling {
            child,
            parent,
            rows,
        } = one;
        format!("{rows} in `{child}`, of `{parent}`")
    };
    Ok((broken, found.into_iter().map(tell).collect()))
}

/// What PostgreSQL's references miss: only somebody who has turned them off can have done it.
fn dangling(conn: &mut Conn) -> Result<Vec<Dangling>> {
    let Conn::Pg(conn) = conn else {
        return Ok(Vec::new());
    };
    let references: Vec<Reference> = diesel::sql_query(
        "SELECT c.conrelid::regclass::text AS child, quote_ident(a.attname) AS field,
                c.confrelid::regclass::text AS parent, quote_ident(b.attname) AS key
         FROM pg_constraint c
         JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
         JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
         WHERE c.contype = 'f' AND array_length(c.conkey, 1) = 1
         AND c.connamespace = current_schema()::regnamespace
         ORDER BY 1, 2",
    )
    .load(&mut **conn)?;
    let mut found = Vec::new();
    for one in references {
        let Reference {
            child,
            field,
            parent,
            key,
        } = one;
        let ask = format!(
            "SELECT count(*) AS rows FROM {child} x WHERE x.{field} IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM {parent} y WHERE y.{key} = x.{field})"
        );
        let Count { rows } = diesel::sql_query(ask).get_result(&mut **conn)?;
        if rows > 0 {
            found.push(Dangling {
                child,
                parent,
                rows,
            });
        }
    }
    Ok(found)
}

fn unreadable(conn: &mut Conn) -> Result<(i64, Vec<String>)> {
    let Conn::Lite(conn) = conn else {
        return Ok((0, Vec::new()));
    };
    let found: Vec<Says> = diesel::sql_query(
        "SELECT 'event ' || seq || ' of conversation ' || lower(hex(conversation_id)) AS says
         FROM events WHERE data IS NOT NULL AND NOT json_valid(CAST(data AS TEXT))",
    )
    .load(conn)?;
    let told = found.iter().take(FIRST).filter_map(|one| one.says.clone());
    Ok((found.len() as i64, told.collect()))
}
