//! One connection type for both databases, so that every query is written once.
//!
//! Queries are synchronous diesel. [`queries!`] expands a function's body once per database, so
//! RETURNING, ON CONFLICT and batch inserts work on both; what spans several queries is a plain
//! function over [`Conn`].
//!
//! What is found by a unique key is read with `get_result` and not with `first`: that binds a
//! LIMIT, and SQLite plans a statement anew each time its LIMIT is bound.

use std::ops::DerefMut;

use diesel::SqliteConnection;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;

use super::pipeline::NOTHING;
use super::postgres::PgConn;
use crate::error::Result;

/// A connection to either database.
pub enum Conn {
    Lite(SqliteConnection),
    Pg(Box<PgConn>),
}

/// Functions over a [`Conn`], expanded once for SQLite and once for PostgreSQL.
macro_rules! queries {
    ($($(#[$meta:meta])* $vis:vis fn $name:ident($conn:ident $(, $arg:ident: $type:ty)* $(,)?)
        -> $answer:ty $body:block)+) => {$(
        $(#[$meta])*
        $vis fn $name(
            conn: &mut $crate::store::conn::Conn $(, $arg: $type)*
        ) -> $answer {
            match conn {
                $crate::store::conn::Conn::Lite($conn) => $body,
                $crate::store::conn::Conn::Pg(boxed) => {
                    let $conn: &mut $crate::store::postgres::PgConn = boxed;
                    $body
                }
            }
        }
    )+};
}
pub(crate) use queries;

/// Whether an entry of the logs stands behind one, by conversation and seq: compared as a row, so
/// that an index finds it.
macro_rules! entries_behind {
    ($behind:expr) => {
        diesel::dsl::sql::<diesel::sql_types::Bool>("(events.conversation_id, events.seq) > (")
            .bind::<$crate::words::SqlId, _>($behind.0)
            .sql(", ")
            .bind::<diesel::sql_types::BigInt, _>($behind.1)
            .sql(")")
    };
}
pub(crate) use entries_behind;

/// What the two databases say differently.
pub trait Dialect {
    /// The database's own clock, in Unix milliseconds.
    const NOW: &'static str;
    /// `e.sender_id`, a UUID, as 32 hexadecimal digits.
    const HEX_OF_SENDER: &'static str;
}

impl Dialect for SqliteConnection {
    const NOW: &'static str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
    const HEX_OF_SENDER: &'static str = "lower(hex(e.sender_id))";
}

impl Dialect for PgConn {
    const NOW: &'static str = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
    const HEX_OF_SENDER: &'static str = "replace(CAST(e.sender_id AS TEXT), '-', '')";
}

/// A write whose answer nobody reads: run now, or on its way with the next statement, at the
/// latest with the commit, which fails if it does.
pub trait Later: diesel::Connection {
    fn later<Q>(&mut self, write: Q) -> QueryResult<()>
    where
        Q: QueryFragment<Self::Backend> + QueryId + Send + 'static;
}

impl Later for SqliteConnection {
    fn later<Q>(&mut self, write: Q) -> QueryResult<()>
    where
        Q: QueryFragment<Self::Backend> + QueryId + Send + 'static,
    {
        diesel::Connection::execute_returning_count(self, &write).map(drop)
    }
}

impl Later for PgConn {
    fn later<Q>(&mut self, write: Q) -> QueryResult<()>
    where
        Q: QueryFragment<Self::Backend> + QueryId + Send + 'static,
    {
        if let Some(unknown) = self.deref_mut().later(write)? {
            self.batch_execute(NOTHING)?;
            self.deref_mut().ran(unknown);
        }
        Ok(())
    }
}

/// The database's clock as an expression: leases are compared by it and by no other.
pub fn clock<C: Dialect>(_: &C) -> SqlLiteral<BigInt> {
    sql(C::NOW)
}

diesel::define_sql_function! {
    /// PostgreSQL's lock on a number, until the transaction ends. It answers nothing.
    fn pg_advisory_xact_lock(key: BigInt) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}

diesel::define_sql_function! {
    /// The same lock, if nobody has it; answers whether it was got.
    fn pg_try_advisory_xact_lock(key: BigInt) -> diesel::sql_types::Bool;
}

/// Numbers that are locked in PostgreSQL: any will do, as long as every node takes the same. The
/// tables are brought up to date, or texts into the index of the search. Other numbers are of ids.
pub const MIGRATING: i64 = 7_369_746_368;
pub const INDEXING: i64 = 7_369_746_369;

type Transactions = AnsiTransactionManager;

impl Conn {
    /// Runs `body` in a write transaction: committed if it answers `Ok`, rolled back otherwise.
    pub fn transaction<T>(&mut self, body: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        self.begin()?;
        match body(self) {
            Ok(answer) => {
                self.commit()?;
                Ok(answer)
            }
            Err(error) => {
                // A rollback that fails means that the connection is gone, and so is the
                // transaction; the first error says more.
                let _ = self.rollback();
                Err(error)
            }
        }
    }

    /// Until this transaction ends, no other that says the same of this id goes on from here: what
    /// is counted then is so until the commit. SQLite has one writer anyway.
    pub fn alone_with(&mut self, id: uuid::Uuid) -> QueryResult<()> {
        let (high, low) = id.as_u64_pair();
        match self {
            Conn::Lite(_) => Ok(()),
            Conn::Pg(conn) => {
                let key = (high ^ low) as i64;
                (**conn).later(diesel::select(pg_advisory_xact_lock(key)))
            }
        }
    }

    /// Until this transaction ends, no other that asks the same of this number is answered yes.
    /// SQLite has one writer anyway.
    pub fn alone_at(&mut self, number: i64) -> QueryResult<bool> {
        match self {
            Conn::Lite(_) => Ok(true),
            Conn::Pg(conn) => {
                let lock = diesel::select(pg_try_advisory_xact_lock(number));
                diesel::RunQueryDsl::get_result(lock, &mut **conn)
            }
        }
    }

    /// Runs `body` inside an open transaction so that its failure undoes only its own part.
    pub fn savepoint<T>(&mut self, body: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        self.execute("SAVEPOINT part")?;
        match body(self) {
            Ok(answer) => {
                self.execute("RELEASE SAVEPOINT part")?;
                Ok(answer)
            }
            Err(error) => {
                // These fail when the database has undone the whole transaction by itself, as on
                // a full disk; its commit will say so, and the first error says more.
                let undone = self.execute("ROLLBACK TO SAVEPOINT part");
                let _ = undone.and_then(|()| self.execute("RELEASE SAVEPOINT part"));
                Err(error)
            }
        }
    }

    /// Opens a write transaction. SQLite takes its write lock at once, so nothing that was read
    /// inside can be outdated when it writes.
    pub fn begin(&mut self) -> QueryResult<()> {
        match self {
            Conn::Lite(conn) => Transactions::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
            Conn::Pg(conn) => {
                <PgConn as diesel::Connection>::TransactionManager::begin_transaction(&mut **conn)
            }
        }
    }

    /// Commits the open transaction. When this answers `Ok`, it is on disk.
    pub fn commit(&mut self) -> QueryResult<()> {
        match self {
            Conn::Lite(conn) => Transactions::commit_transaction(conn),
            Conn::Pg(conn) => {
                let committed =
                    <PgConn as diesel::Connection>::TransactionManager::commit_transaction(
                        &mut **conn,
                    );
                conn.failure().map_or(committed, Err)
            }
        }
    }

    /// Undoes the open transaction.
    pub fn rollback(&mut self) -> QueryResult<()> {
        match self {
            Conn::Lite(conn) => Transactions::rollback_transaction(conn),
            Conn::Pg(conn) => {
                <PgConn as diesel::Connection>::TransactionManager::rollback_transaction(
                    &mut **conn,
                )
            }
        }
    }

    /// Makes it the one that writes.
    pub(super) fn prepare_to_write(&mut self) -> QueryResult<()> {
        match self {
            Conn::Lite(conn) => super::lite::prepare_to_write(conn),
            Conn::Pg(_) => Ok(()),
        }
    }

    /// Runs a statement that answers nothing.
    pub fn execute(&mut self, statement: &str) -> QueryResult<()> {
        match self {
            Conn::Lite(conn) => conn.batch_execute(statement),
            Conn::Pg(conn) => conn.batch_execute(statement),
        }
    }

    /// Whether this connection should not be used again.
    pub fn is_broken(&mut self) -> bool {
        use diesel::r2d2::R2D2Connection;
        match self {
            Conn::Lite(conn) => conn.is_broken(),
            Conn::Pg(conn) => conn.is_broken(),
        }
    }
}

/// Asks in one read snapshot, however long that takes.
pub fn in_snapshot<T>(conn: &mut Conn, ask: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    begin_snapshot(conn)?;
    let answer = ask(conn);
    conn.execute("ROLLBACK")?;
    answer
}

fn begin_snapshot(conn: &mut Conn) -> Result<()> {
    let begin = match conn {
        Conn::Lite(_) => "BEGIN",
        Conn::Pg(_) => {
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0;
             SET LOCAL idle_in_transaction_session_timeout = 0"
        }
    };
    Ok(conn.execute(begin)?)
}
