//! A PostgreSQL connection that does not wait where nothing depends on the answer.
//!
//! A round trip costs more than most of our statements. So BEGIN travels with the first statement
//! of its transaction, and a write whose answer nobody reads ([`Pipeline::later`]) travels with
//! the next one, at the latest with COMMIT. The server runs them in the order they were given; if
//! one fails, everything behind it fails too, and the transaction with it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::pg::{Pg, PgQueryBuilder};
use diesel::query_builder::{AsQuery, QueryBuilder, QueryFragment, QueryId};
use diesel::{ConnectionResult, QueryResult};
use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::{
    AnsiTransactionManager, AsyncConnection, AsyncConnectionCore, AsyncPgConnection,
    SimpleAsyncConnection,
};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join, join_all};

/// A connection with what it has not sent yet.
pub struct Pipeline {
    conn: AsyncPgConnection,
    ahead: Ahead,
    /// The texts that are prepared here, and may therefore be sent unawaited: one that still had
    /// to be prepared would be overtaken by COMMIT.
    known: HashSet<String>,
    /// What became of a transaction whose last writes failed beside its COMMIT.
    failed: Option<diesel::result::Error>,
    trips: Trips,
}

/// How often an answer was waited for, on all connections of a store; what is asked once, when a
/// statement is prepared, is left out.
pub type Trips = Arc<AtomicU64>;

/// What is sent before the next statement.
#[derive(Default)]
struct Ahead {
    begin: bool,
    writes: Vec<Write>,
}

type Write =
    Box<dyn for<'conn> FnOnce(&'conn AsyncPgConnection) -> Sent<'conn, usize> + Send + 'static>;
type Sent<'conn, T> = BoxFuture<'conn, QueryResult<T>>;

impl Ahead {
    fn is_empty(&self) -> bool {
        !self.begin && self.writes.is_empty()
    }

    /// Sends all of it at the first poll; answers the first failure.
    async fn send(self, conn: &AsyncPgConnection) -> QueryResult<()> {
        let begin = async {
            match self.begin {
                true => (&mut &*conn).batch_execute("BEGIN").await,
                false => Ok(()),
            }
        };
        let writes = join_all(self.writes.into_iter().map(|write| write(conn)));
        let (begun, written) = join(begin, writes).await;
        begun?;
        written.into_iter().try_for_each(|answer| answer.map(drop))
    }
}

fn sent_by<Q>(write: Q) -> Write
where
    Q: QueryFragment<Pg> + QueryId + Send + 'static,
{
    fn send<'conn, Q>(mut conn: &'conn AsyncPgConnection, write: Q) -> Sent<'conn, usize>
    where
        Q: QueryFragment<Pg> + QueryId + 'static,
    {
        conn.execute_returning_count(write)
    }
    Box::new(move |conn| send(conn, write))
}

/// A statement that says nothing, for what is to be sent now.
pub const NOTHING: &str = "";

/// A write that is not prepared yet: its text, if it stays prepared once it has run.
pub struct Unknown(Option<String>);

/// What a statement is found again by: the same type may be written in several ways.
fn text(statement: &impl QueryFragment<Pg>) -> QueryResult<String> {
    let mut builder = PgQueryBuilder::default();
    statement.to_sql(&mut builder, &Pg)?;
    Ok(builder.finish())
}

impl Pipeline {
    pub fn new(conn: AsyncPgConnection, trips: Trips) -> Self {
        Self {
            conn,
            ahead: Ahead::default(),
            known: HashSet::new(),
            failed: None,
            trips,
        }
    }

    /// Keeps a write for the next statement. One that is not prepared here must be followed by
    /// [`NOTHING`] at once, and answers what to tell [`Pipeline::ran`] when that has succeeded.
    ///
    /// It may not be run in another way first: only what is sent from here, by value, is known to
    /// be found prepared when it is sent from here again. Behind a reference diesel forgets that
    /// a statement may be kept.
    pub fn later<Q>(&mut self, write: Q) -> QueryResult<Option<Unknown>>
    where
        Q: QueryFragment<Pg> + QueryId + Send + 'static,
    {
        let text = text(&write)?;
        let unknown = !self.known.contains(&text);
        let stays = unknown && write.is_safe_to_cache_prepared(&Pg)?;
        self.ahead.writes.push(sent_by(write));
        Ok(unknown.then_some(Unknown(stays.then_some(text))))
    }

    /// This write has been run, and so is prepared, if it can be.
    pub fn ran(&mut self, Unknown(text): Unknown) {
        self.known.extend(text);
    }

    /// Why the transaction that was just committed was not, if so. The server undid it.
    pub fn failure(&mut self) -> Option<diesel::result::Error> {
        self.failed.take()
    }

    /// This, behind what must be sent before it.
    fn send<'conn, T: Send + 'conn>(
        ahead: Ahead,
        conn: &'conn AsyncPgConnection,
        statement: Sent<'conn, T>,
    ) -> Sent<'conn, T> {
        if ahead.is_empty() {
            return statement;
        }
        let both = async move {
            let (before, answer) = join(ahead.send(conn), statement).await;
            before?;
            answer
        };
        both.boxed()
    }
}

impl SimpleAsyncConnection for Pipeline {
    async fn batch_execute(&mut self, sql: &str) -> QueryResult<()> {
        let ends = matches!(sql, "COMMIT" | "ROLLBACK");
        match sql {
            "BEGIN" => {
                self.ahead.begin = true;
                return Ok(());
            }
            "ROLLBACK" => self.ahead.writes.clear(),
            _ => {}
        }
        let ahead = std::mem::take(&mut self.ahead);
        if ends && ahead.begin && ahead.writes.is_empty() {
            // Nothing of it was ever sent.
            return Ok(());
        }
        self.trips.fetch_add(1, Ordering::Relaxed);
        let mut conn = &self.conn;
        let (before, done) = join(ahead.send(&self.conn), conn.batch_execute(sql)).await;
        match before {
            Err(error) if ends => self.failed = Some(error),
            before => before?,
        }
        done
    }
}

impl AsyncConnectionCore for Pipeline {
    type LoadFuture<'conn, 'query> = Sent<'conn, Self::Stream<'conn, 'query>>;
    type ExecuteFuture<'conn, 'query> = Sent<'conn, usize>;
    type Stream<'conn, 'query> = <AsyncPgConnection as AsyncConnectionCore>::Stream<'conn, 'query>;
    type Row<'conn, 'query> = <AsyncPgConnection as AsyncConnectionCore>::Row<'conn, 'query>;
    type Backend = Pg;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> Self::LoadFuture<'conn, 'query>
    where
        T: AsQuery + 'query,
        T::Query: QueryFragment<Pg> + QueryId + 'query,
    {
        let ahead = std::mem::take(&mut self.ahead);
        self.trips.fetch_add(1, Ordering::Relaxed);
        let mut conn = &self.conn;
        Self::send(ahead, &self.conn, conn.load(source))
    }

    fn execute_returning_count<'conn, 'query, T>(
        &'conn mut self,
        source: T,
    ) -> Self::ExecuteFuture<'conn, 'query>
    where
        T: QueryFragment<Pg> + QueryId + 'query,
    {
        let ahead = std::mem::take(&mut self.ahead);
        self.trips.fetch_add(1, Ordering::Relaxed);
        let mut conn = &self.conn;
        Self::send(ahead, &self.conn, conn.execute_returning_count(source))
    }
}

impl AsyncConnection for Pipeline {
    type TransactionManager = AnsiTransactionManager;

    async fn establish(url: &str) -> ConnectionResult<Self> {
        let conn = AsyncPgConnection::establish(url).await?;
        Ok(Self::new(conn, Trips::default()))
    }

    fn transaction_state(&mut self) -> &mut AnsiTransactionManager {
        self.conn.transaction_state()
    }

    fn instrumentation(&mut self) -> &mut dyn diesel::connection::Instrumentation {
        self.conn.instrumentation()
    }

    fn set_instrumentation(&mut self, with: impl diesel::connection::Instrumentation) {
        self.conn.set_instrumentation(with);
    }

    fn set_prepared_statement_cache_size(&mut self, size: diesel::connection::CacheSize) {
        self.conn.set_prepared_statement_cache_size(size);
    }
}

impl PoolableConnection for Pipeline {
    /// Also when something was kept that no transaction took along.
    fn is_broken(&mut self) -> bool {
        !self.ahead.is_empty() || self.conn.is_broken()
    }
}
