//! The one queue in front of the disk, so that many writers share one sync.
//!
//! SQLite has one write connection: commands are jobs, each in a savepoint of its own, runs of
//! messages are one step, and all of a batch share a commit. PostgreSQL takes commands through
//! its pool; only messages come here, to be stored in groups by one connection.

use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::checkpoint::Written;
use super::kept::{Listener, Message, Sender, tell};
use super::message_groups::{self, Aside, guarded, lost, store};
use super::messages::{Append, Appended};
use super::{Conn, Opener, place};
use crate::error::{Error, Result, disk_is_full};

/// How much may wait here before new work is refused.
pub(super) const BACKLOG_MAX: usize = 4_096;
/// How much goes into one commit.
const BATCH_MAX: usize = 512;
/// How soon what has to wait for somebody else is tried again.
const AGAIN: Duration = Duration::from_millis(5);

/// Hands work to the thread that writes. Cheap to clone; the thread ends with the last clone.
#[derive(Clone)]
pub struct Writer {
    work: mpsc::Sender<Work>,
}

enum Work {
    Job(Box<dyn Job>),
    Message(Append, Sender),
}

/// A command on its way through a batch.
trait Job: Send {
    /// Runs inside the batch's transaction and keeps its answer.
    fn run(&mut self, conn: &mut Conn);
    /// Hands over the answer, once the batch is on disk or lost.
    fn answer(self: Box<Self>, fate: Fate);
}

/// What became of a batch: committed, or what to say to all in it.
type Fate = std::result::Result<(), fn() -> Error>;

struct Command<T, F> {
    run: F,
    answer: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: Fn(&mut Conn) -> Result<T> + Send> Job for Command<T, F> {
    fn run(&mut self, conn: &mut Conn) {
        self.answer = Some(conn.savepoint(|conn| guarded(|| (self.run)(conn))));
    }

    fn answer(self: Box<Self>, fate: Fate) {
        let answer = match (self.answer, fate) {
            (Some(Err(error)), _) => Err(error),
            (_, Err(why)) => Err(why()),
            (Some(answer), Ok(())) => answer,
            (None, Ok(())) => Err(lost()),
        };
        // Whoever asked may have gone; what is written stays written.
        let _ = self.reply.send(answer);
    }
}

fn lost_for_room() -> Error {
    Error::disk_full(anyhow::anyhow!("the batch could not be committed"))
}

/// What to say to all of a batch that this has undone.
fn fate_by(error: &Error) -> fn() -> Error {
    let cause = error.cause.as_ref().and_then(|cause| cause.downcast_ref());
    match cause.is_some_and(disk_is_full) {
        true => lost_for_room,
        false => lost,
    }
}

impl Writer {
    /// Starts the thread that owns the write connection. Tells after each batch of SQLite that
    /// something was written, and who listens what was said in it.
    pub fn start(
        opener: Opener,
        mut conn: Conn,
        written: Option<Written>,
        said: Listener,
    ) -> anyhow::Result<Self> {
        let (work, queue) = mpsc::channel(BACKLOG_MAX);
        conn.prepare_to_write()?;
        let run = move || write_all(opener, conn, queue, written, &said);
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(run)?;
        Ok(Self { work })
    }

    /// How much waits for its turn.
    pub fn backlog(&self) -> usize {
        BACKLOG_MAX - self.work.capacity()
    }

    /// Runs a command in the next batch.
    pub async fn job<T: Send + 'static>(
        &self,
        run: impl Fn(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Command {
            run,
            answer: None,
            reply,
        });
        self.hand_over(Work::Job(job))?;
        answer.await.unwrap_or_else(|_| Err(lost()))
    }

    /// Puts a message into the next batch; its turn is taken at once, not at the first poll.
    pub fn append(
        &self,
        message: Append,
    ) -> impl Future<Output = Result<Appended>> + Send + 'static {
        let (reply, answer) = oneshot::channel();
        let taken = self.hand_over(Work::Message(message, reply));
        async move {
            taken?;
            answer.await.unwrap_or_else(|_| Err(lost()))
        }
    }

    fn hand_over(&self, work: Work) -> Result<()> {
        self.work.try_send(work).map_err(|refused| match refused {
            TrySendError::Full(_) => Error::overloaded(),
            TrySendError::Closed(_) => {
                Error::unavailable(anyhow::anyhow!("the thread that writes has ended"))
            }
        })
    }

    /// Waits until the thread has ended, which it only does when it is broken: nothing is written
    /// any more, however often it is tried.
    pub async fn ended(self) {
        self.work.closed().await;
    }
}

fn write_all(
    opener: Opener,
    conn: Conn,
    mut queue: mpsc::Receiver<Work>,
    written: Option<Written>,
    said: &Listener,
) {
    let mut conn = Some(conn);
    let mut batch = Vec::with_capacity(BATCH_MAX);
    let mut aside = Aside::default();
    let is_message = |work| match work {
        Work::Message(message, sender) => Some((message, sender)),
        // Commands of PostgreSQL go through the pool.
        Work::Job(job) => {
            job.answer(Err(lost));
            None
        }
    };
    while gather(&mut queue, &mut batch, aside.waiting.len()) {
        let batch = batch.drain(..);
        match opener {
            Opener::Lite(_) => write_commands(&opener, &mut conn, batch.collect(), said),
            Opener::Pg(_) => {
                let batch = batch.filter_map(is_message);
                aside = message_groups::write(&opener, &mut conn, batch, aside, said);
            }
        }
        if let Some(written) = &written {
            written.tell();
        }
    }
}

/// Waits for work: only a moment if so many wait for their turn already, which then count as part
/// of the batch. False: nobody is left who could have any.
fn gather(queue: &mut mpsc::Receiver<Work>, batch: &mut Vec<Work>, waiting: usize) -> bool {
    if waiting == 0 {
        return queue.blocking_recv_many(batch, BATCH_MAX) > 0;
    }
    std::thread::sleep(AGAIN);
    while waiting + batch.len() < BATCH_MAX
        && let Ok(work) = queue.try_recv()
    {
        batch.push(work);
    }
    true
}

/// One commit for commands and messages, in the order they came.
fn write_commands(opener: &Opener, slot: &mut Option<Conn>, batch: Vec<Work>, said: &Listener) {
    let begun = opener.write_with(slot).and_then(|conn| {
        conn.begin()?;
        Ok(conn)
    });
    let conn = match begun {
        Ok(conn) => conn,
        Err(error) => {
            tracing::error!(%error, "the database does not accept writes");
            return refuse(batch, fate_by(&error));
        }
    };
    let mut jobs: Vec<Box<dyn Job>> = Vec::new();
    let mut stored: Vec<(Sender, Result<Appended>)> = Vec::new();
    let mut run: Vec<Message> = Vec::new();
    for work in batch {
        match work {
            Work::Message(message, reply) => run.push((message, reply)),
            Work::Job(mut job) => {
                let first = stored.is_empty() && jobs.is_empty();
                stored.extend(store(conn, std::mem::take(&mut run), first));
                job.run(conn);
                jobs.push(job);
            }
        }
    }
    let first = stored.is_empty() && jobs.is_empty();
    stored.extend(store(conn, run, first));
    let fate = conn.commit().map_err(|error| {
        let error = Error::from(error);
        tracing::error!(%error, "a batch could not be committed");
        let _ = conn.rollback();
        fate_by(&error)
    });
    // A file that has gone meanwhile may have taken the commit along.
    let fate = fate.and_then(|()| {
        opener
            .check()
            .map_err(|_| place::gone_error as fn() -> Error)
    });
    for job in jobs {
        job.answer(fate);
    }
    let stored = stored.into_iter().map(|(reply, answer)| {
        let answer = answer.and_then(|stored| fate.map(|()| stored).map_err(|why| why()));
        (reply, answer)
    });
    tell(stored.collect(), said, false);
}

fn refuse(batch: Vec<Work>, why: fn() -> Error) {
    for work in batch {
        match work {
            Work::Job(job) => job.answer(Err(why)),
            Work::Message(_, reply) => drop(reply.send(Err(why()))),
        }
    }
}
