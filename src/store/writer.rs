//! The one queue in front of the disk, so that many writers share one sync.
//!
//! SQLite has one write connection: commands are jobs, each in a savepoint of its own, runs of
//! messages are one step, and all of a batch share a commit. PostgreSQL takes commands through
//! its pool; only messages come here, to be stored in groups by one connection.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::checkpoint::Written;
use super::messages::{self, Append, Appended};
use super::patience::{ANSWER, retrying};
use super::{Conn, Opener, lite, place};
use crate::error::{Error, Result, disk_is_full};

/// How much may wait here before new work is refused.
const BACKLOG_MAX: usize = 4_096;
/// How much goes into one commit.
const BATCH_MAX: usize = 512;

/// Hands work to the thread that writes. Cheap to clone; the thread ends with the last clone.
#[derive(Clone)]
pub struct Writer {
    work: mpsc::Sender<Work>,
}

/// A new message that is on disk, and who waits to hear so.
pub struct Kept {
    pub message: Appended,
    sender: oneshot::Sender<Result<Appended>>,
}

impl Kept {
    /// Tells its sender.
    pub fn acknowledge(self) {
        // He may have gone.
        let _ = self.sender.send(Ok(self.message));
    }
}

/// Batches of messages that may wait to be told before one is dropped.
const SAID_MAX: usize = 64;

/// Who is given new messages, if anybody listens.
pub type Listener = Arc<OnceLock<mpsc::Sender<Vec<Kept>>>>;

/// Listens from now on, if nobody does already.
pub fn listen(listener: &Listener) -> Option<mpsc::Receiver<Vec<Kept>>> {
    let (tell, said) = mpsc::channel(SAID_MAX);
    listener.set(tell).ok().map(|()| said)
}

enum Work {
    Job(Box<dyn Job>),
    Message(Append, oneshot::Sender<Result<Appended>>),
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

/// A panic as an error, so that what it has half written is undone and the thread lives on.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Error::internal(anyhow::anyhow!("a write panicked"))))
}

fn lost() -> Error {
    Error::unavailable(anyhow::anyhow!("the batch could not be committed"))
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
        prepare(&mut conn)?;
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
    while queue.blocking_recv_many(&mut batch, BATCH_MAX) > 0 {
        if let Opener::Lite(_) = opener {
            write_commands(&opener, &mut conn, std::mem::take(&mut batch), said);
        } else {
            write_messages(&opener, &mut conn, batch.drain(..), said);
        }
        if let Some(written) = &written {
            written.tell();
        }
    }
}

type Message = (Append, oneshot::Sender<Result<Appended>>);

fn prepare(conn: &mut Conn) -> Result<()> {
    match conn {
        Conn::Lite(conn) => Ok(lite::prepare_to_write(conn)?),
        Conn::Pg(_) => Ok(()),
    }
}

/// The connection to write with: the one there was, or a new one if that has broken, as after a
/// commit that found the disk full.
fn whole<'a>(opener: &Opener, slot: &'a mut Option<Conn>) -> Result<&'a mut Conn> {
    if slot.as_mut().is_none_or(Conn::is_broken) {
        *slot = None;
        let mut conn = opener.open().map_err(Error::unavailable)?;
        prepare(&mut conn)?;
        *slot = Some(conn);
    }
    Ok(slot.as_mut().expect("opened above"))
}

/// One commit for commands and messages, in the order they came.
fn write_commands(opener: &Opener, slot: &mut Option<Conn>, batch: Vec<Work>, said: &Listener) {
    let begun = whole(opener, slot).and_then(|conn| {
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
    let mut stored: Vec<(oneshot::Sender<Result<Appended>>, Result<Appended>)> = Vec::new();
    let mut run: Vec<Message> = Vec::new();
    for work in batch {
        match work {
            Work::Message(message, reply) => run.push((message, reply)),
            Work::Job(mut job) => {
                stored.extend(store(conn, std::mem::take(&mut run)));
                job.run(conn);
                jobs.push(job);
            }
        }
    }
    stored.extend(store(conn, run));
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
    tell(stored.collect(), said);
}

/// Tells each sender what became of his message. What is new goes to who listens, who tells its
/// senders, too: so that they are told of it and that it is stored at once, in one piece.
fn tell(stored: Vec<(oneshot::Sender<Result<Appended>>, Result<Appended>)>, said: &Listener) {
    let mut fresh = Vec::new();
    for (sender, answer) in stored {
        match answer {
            Ok(message) if !message.duplicate => fresh.push(Kept { message, sender }),
            // Whoever sent it may have gone.
            answer => drop(sender.send(answer)),
        }
    }
    let untold = match said.get() {
        Some(said) if !fresh.is_empty() => said.try_send(fresh).err().map(|full| match full {
            // Who listens is behind: sockets find it by their position.
            TrySendError::Full(fresh) | TrySendError::Closed(fresh) => fresh,
        }),
        _ => Some(fresh),
    };
    for one in untold.into_iter().flatten() {
        one.acknowledge();
    }
}

fn refuse(batch: Vec<Work>, why: fn() -> Error) {
    for work in batch {
        match work {
            Work::Job(job) => job.answer(Err(why)),
            Work::Message(_, reply) => drop(reply.send(Err(why()))),
        }
    }
}

/// Stores a run of messages in one step, looking closer only if that fails; if that fails, too,
/// each on its own, so that a bad one cannot fail its neighbours.
fn store(
    conn: &mut Conn,
    run: Vec<Message>,
) -> Vec<(oneshot::Sender<Result<Appended>>, Result<Appended>)> {
    let (messages, replies): (Vec<_>, Vec<_>) = run.into_iter().unzip();
    if messages.is_empty() {
        return Vec::new();
    }
    let answers = conn
        .savepoint(|conn| guarded(|| messages::append_new(conn, &messages)))
        .or_else(|_| conn.savepoint(|conn| guarded(|| messages::append(conn, &messages))))
        .unwrap_or_else(|_| {
            let alone = |message: &Append| {
                let one = std::slice::from_ref(message);
                conn.savepoint(|conn| guarded(|| messages::append(conn, one)))?
                    .pop()
                    .unwrap_or_else(|| Err(lost()))
            };
            messages.iter().map(alone).collect()
        });
    replies.into_iter().zip(answers).collect()
}

/// PostgreSQL: one transaction for a group of messages, on a connection of its own that is
/// opened anew when it is lost.
fn write_messages(
    opener: &Opener,
    conn: &mut Option<Conn>,
    batch: impl Iterator<Item = Work>,
    said: &Listener,
) {
    let is_message = |work| match work {
        Work::Message(message, reply) => Some((message, reply)),
        // Commands of PostgreSQL go through the pool.
        Work::Job(job) => {
            job.answer(Err(lost));
            None
        }
    };
    let (messages, replies): (Vec<_>, Vec<_>) = batch.filter_map(is_message).unzip();
    let answers = commit(opener, conn, &messages, messages::append_new);
    let answers = answers.or_else(|_| commit(opener, conn, &messages, messages::append));
    let answers = answers.unwrap_or_else(|_| {
        // Each may wait for its own lock; when nobody waits for the answers any more, stop.
        let begun = Instant::now();
        let alone = |message: &Append| {
            if begun.elapsed() > ANSWER {
                return Err(Error::overloaded());
            }
            let one = std::slice::from_ref(message);
            commit(opener, conn, one, messages::append)?
                .pop()
                .unwrap_or_else(|| Err(lost()))
        };
        messages.iter().map(alone).collect()
    });
    tell(replies.into_iter().zip(answers).collect(), said);
}

/// How a group is stored inside a transaction.
type Storing = fn(&mut Conn, &[Append]) -> Result<Vec<Result<Appended>>>;

fn commit(
    opener: &Opener,
    slot: &mut Option<Conn>,
    messages: &[Append],
    append: Storing,
) -> Result<Vec<Result<Appended>>> {
    retrying(1, || {
        let conn = whole(opener, slot)?;
        let answer = conn.transaction(|conn| guarded(|| append(conn, messages)));
        if answer
            .as_ref()
            .is_err_and(|error| error.code == crate::error::Code::Unavailable)
        {
            *slot = None;
        }
        answer
    })
}
