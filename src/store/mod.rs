//! The record: SQLite or PostgreSQL, the only truth. Every query is in this folder.
//!
//! [`Store::read`] and [`Store::write`] are the ways in: both run a plain synchronous closure on
//! a thread that may block. A write is one transaction, run again when the database asks for it,
//! so it must be harmless to repeat; its answer means that it is on disk.

pub mod accounts;
pub mod answer;
pub mod api_keys;
pub mod attachments;
pub mod audit;
pub mod board;
pub mod bulk;
pub mod canned_replies;
mod checkpoint;
pub mod checks;
pub mod conn;
mod conversation_row;
pub mod conversations;
pub mod cooldowns;
pub mod counters;
pub mod customer_sessions;
pub mod customer_views;
mod damage;
pub mod email_links;
pub mod erasures;
pub mod events;
mod finding;
mod fold;
pub mod identities;
mod invariants;
pub mod invitations;
pub mod joined;
mod kept;
pub mod line;
pub mod lists;
mod lite;
mod lite_rows;
pub mod marks;
pub mod merging;
pub mod message_counts;
mod message_groups;
mod message_rows;
pub mod messages;
mod migrate;
pub mod mine;
pub mod minutes;
pub mod nodes;
mod opener;
pub mod originals;
pub mod pace;
pub mod password_links;
mod patience;
pub mod personal;
pub mod pictures;
mod pipeline;
mod place;
pub mod postgres;
mod prepared;
pub mod queue_views;
pub mod queues;
mod quick;
pub mod rep_hours;
pub mod rep_views;
pub mod reports;
pub mod reps;
pub mod retention;
pub mod rights;
pub mod roster;
pub mod schedules;
pub mod schema;
mod schema_people;
pub mod search;
mod search_lite;
mod search_postgres;
pub mod serving;
pub mod sessions;
pub mod settings;
pub mod standing;
pub mod targets;
pub mod terms;
pub mod ties;
pub mod users;
pub mod views;
pub mod visitors;
pub mod waiting;
pub mod widgets;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use diesel::r2d2::Pool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::error::{Error, Result};
use checkpoint::Checkpoints;
pub use conn::Conn;
pub use kept::Kept;
use messages::{Append, Appended};
pub(crate) use opener::Opener;
use patience::retrying;
pub use patience::{ANSWER, Runs, in_time};
use place::Place;

/// One connection to a database as it is: for looking at it, as long as that takes. Blocks.
pub fn open_existing(url: &str) -> anyhow::Result<Conn> {
    let opened = Opener::of(url)?.open();
    opened.context("the database cannot be opened")
}

/// How long anyone waits for a connection before being told that we are overloaded.
const WAIT: Duration = Duration::from_secs(2);

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: Pool<Opener>,
    /// Waiting in line here is fair; in the pool it is not.
    turns: Arc<Semaphore>,
    searches: Arc<Semaphore>,
    arrivals: Arc<Semaphore>,
    catch_ups: Arc<Semaphore>,
    writer: writer::Writer,
    /// Of SQLite.
    quick: Option<quick::Quick>,
    said: kept::Listener,
    checkpoints: Checkpoints,
    /// Where the file of SQLite is.
    place: Option<Place>,
    size: u32,
    trips: pipeline::Trips,
}

/// How to open a [`Store`].
#[derive(Debug, Clone)]
pub struct Options {
    /// `sqlite:PATH` or `postgres://...`.
    pub url: String,
    /// Connections for reading (SQLite), or for reading and commands (PostgreSQL).
    pub connections: u32,
}

impl Store {
    /// Opens the database and brings its tables up to date. Blocks.
    pub fn open(options: &Options) -> anyhow::Result<Self> {
        let opener = Opener::make(&options.url)?;
        let mut first = opener.open().context("the database cannot be opened")?;
        migrate::migrate(&mut first)?;
        Self::over(opener, first, options)
    }

    fn over(opener: Opener, first: Conn, options: &Options) -> anyhow::Result<Self> {
        let (place, trips) = match &opener {
            Opener::Lite(place) => (Some(place.clone()), pipeline::Trips::default()),
            Opener::Pg(target) => (None, target.trips.clone()),
        };
        let pool = Pool::builder()
            .max_size(options.connections)
            .min_idle(Some(1))
            .connection_timeout(WAIT)
            .test_on_check_out(false)
            .error_handler(Box::new(opener::Told::default()))
            .build(opener.clone())
            .context("the database cannot be opened")?;
        let turns = Arc::new(Semaphore::new(options.connections as usize));
        let few = || Arc::new(Semaphore::new(options.connections.div_ceil(4) as usize));
        let checkpoints = Checkpoints::default();
        let written = place
            .as_ref()
            .map(|place| checkpoints.start(place, checkpoint::EMPTIED));
        let said = kept::Listener::default();
        let quick = place.as_ref().map(|_| quick::Quick::start(opener.clone()));
        let writer = writer::Writer::start(opener, first, written.transpose()?, said.clone())?;
        Ok(Self {
            pool,
            turns,
            searches: few(),
            arrivals: few(),
            catch_ups: few(),
            writer,
            quick: quick.transpose()?,
            said,
            checkpoints,
            place,
            size: options.connections,
            trips,
        })
    }

    /// How often this process has waited for an answer of PostgreSQL. SQLite is in the process.
    pub fn round_trips(&self) -> u64 {
        self.trips.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Whether several nodes can share this database.
    pub fn shared(&self) -> bool {
        self.place.is_none()
    }

    /// Makes the file of SQLite the whole database, for whoever copies it. Answers whether it is.
    /// Also while the file is gone from its place: what comes into it then cannot be mistaken for
    /// the log of one that is put there instead.
    pub async fn checkpoint(&self) -> Result<bool> {
        if self.shared() {
            return Ok(true);
        }
        let checkpoints = self.checkpoints.clone();
        in_time(self.run(move |conn| checkpoints.complete(conn))).await
    }

    /// Fails while the file of SQLite is not in its place.
    pub fn check_place(&self) -> Result<()> {
        self.place.as_ref().map_or(Ok(()), Place::check)
    }

    /// Comes when nothing is written any more.
    pub fn writer_ended(&self) -> impl Future<Output = ()> + Send + 'static {
        self.writer.clone().ended()
    }

    /// How many write jobs wait for their turn (SQLite), or messages (PostgreSQL).
    pub fn backlog(&self) -> usize {
        self.writer.backlog()
    }

    /// How many may.
    pub fn backlog_max(&self) -> usize {
        writer::BACKLOG_MAX
    }

    /// Reads. The closure sees each statement's own moment, not one snapshot.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl Fn(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.check_place()?;
        in_time(self.run(query)).await
    }

    /// Reads what is found at once, by keys: one after the other, where many ask.
    pub async fn read_quickly<T: Send + 'static>(
        &self,
        query: impl Fn(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let Some(quick) = &self.quick else {
            return self.read(query).await;
        };
        self.check_place()?;
        in_time(quick.read(query)).await
    }

    /// Writes, in one transaction.
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl Fn(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        in_time(self.write_late(job)).await
    }

    /// The same, however late: for who waits no longer than [`in_time`], and goes on later.
    pub async fn write_late<T: Send + 'static>(
        &self,
        job: impl Fn(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.shared() {
            return self.run(move |conn| conn.transaction(&job)).await;
        }
        self.check_place()?;
        self.writer.job(job).await
    }

    /// Appends a message, in one transaction with those of others. Messages handed over in
    /// order by one task are stored in that order.
    pub fn append(
        &self,
        message: Append,
    ) -> impl Future<Output = Result<Appended>> + Send + 'static {
        in_time(self.writer.append(message))
    }

    /// What is said from now on: the new messages of each commit of this process, in the order of
    /// their numbers. For one listener, who acknowledges each; a batch that it has no room for is
    /// acknowledged without it.
    pub fn said(&self) -> Option<mpsc::Receiver<Vec<Kept>>> {
        kept::listen(&self.said)
    }

    /// Reads what may have to look at much: few at a time, so that others find a connection.
    pub async fn search<T: Send + 'static>(
        &self,
        query: impl Fn(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read_with(turn(&self.searches).await?, query).await
    }

    /// Reads what a socket begins with: few at a time, and not behind those who catch up, as a rep
    /// counts as present before he knows what he serves.
    pub async fn arrival<T: Send + 'static>(
        &self,
        query: impl Fn(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read_with(turn(&self.arrivals).await?, query).await
    }

    /// Reads what a socket has missed: few at a time, too. Those who were cut off come back
    /// together, and are not to keep those waiting who are here.
    pub async fn catch_up<T: Send + 'static>(
        &self,
        query: impl Fn(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read_with(turn(&self.catch_ups).await?, query).await
    }

    /// The turn goes with the work, which may last longer than anybody waits for it.
    async fn read_with<T: Send + 'static>(
        &self,
        turn: OwnedSemaphorePermit,
        query: impl Fn(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let query = move |conn: &mut Conn| {
            let _turn = &turn;
            query(conn)
        };
        self.read(query).await
    }

    async fn run<T: Send + 'static>(
        &self,
        query: impl Fn(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = turn(&self.turns).await?;
        let (pool, size) = (self.pool.clone(), self.size);
        let work = move || {
            let _turn = turn;
            retrying(size, || {
                let mut conn = pool.get().map_err(Error::unavailable)?;
                query(&mut conn)
            })
        };
        // The turn goes with the work, so a database that hangs holds so many threads and no more.
        match tokio::task::spawn_blocking(work).await {
            Ok(answer) => answer,
            Err(error) => Err(Error::internal(error)),
        }
    }
}

/// Waits for one of so many turns, but not for ever.
async fn turn(turns: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
    let turn = tokio::time::timeout(WAIT, turns.clone().acquire_owned()).await;
    turn.ok().and_then(Result::ok).ok_or_else(Error::overloaded)
}
