//! Messages that are stored together: in SQLite in the transaction of their batch, in PostgreSQL
//! in one of their own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::kept::{Listener, Message, Sender, tell};
use super::messages::{self, Append, Appended, Look, Outcome};
use super::patience::{ANSWER, retrying};
use super::{Conn, Opener};
use crate::error::{Code, Error, Result};

/// How long a message waits for whoever else has locked its conversation.
const ASIDE: Duration = Duration::from_secs(2);

/// How long a commit whose answer was lost may still be found to have gone through.
const DOUBT: Duration = Duration::from_secs(30);

/// What a group leaves for the next one.
#[derive(Default)]
pub(super) struct Aside {
    /// Messages to conversations that somebody else has locked, and since when they wait. They are
    /// tried again before all that came after them.
    pub waiting: Vec<(Message, Instant)>,
    /// Until when what was stored before may be news: nobody has heard of it.
    doubtful: Option<Instant>,
}

/// A panic as an error, so that what it has half written is undone and the thread lives on.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Error::internal(anyhow::anyhow!("a write panicked"))))
}

pub(super) fn lost() -> Error {
    Error::unavailable(anyhow::anyhow!("the batch could not be committed"))
}

/// Stores a run of messages in one step, looking closer only if that fails; if that fails, too,
/// each on its own, so that a bad one cannot fail its neighbours. What comes first in a transaction
/// needs no savepoint, which has a cost: all there is can be undone.
pub(super) fn store(
    conn: &mut Conn,
    run: Vec<Message>,
    first: bool,
) -> Vec<(Sender, Result<Appended>)> {
    let (messages, replies): (Vec<_>, Vec<_>) = run.into_iter().unzip();
    if messages.is_empty() {
        return Vec::new();
    }
    let append = |conn: &mut Conn, look| guarded(|| messages::append(conn, &messages, look));
    let stored = match first {
        true => append(conn, Look::Hopefully).or_else(|error| {
            conn.rollback()?;
            conn.begin()?;
            Err(error)
        }),
        false => conn.savepoint(|conn| append(conn, Look::Hopefully)),
    };
    let outcomes = stored
        .or_else(|_| conn.savepoint(|conn| append(conn, Look::First)))
        .unwrap_or_else(|_| {
            let alone = |message: &Append| {
                let one = std::slice::from_ref(message);
                conn.savepoint(|conn| guarded(|| messages::append(conn, one, Look::First)))
                    .map_or_else(|error| Some(Err(error)), only)
            };
            messages.iter().map(alone).collect()
        });
    // Nobody else locks anything in SQLite.
    let answers = outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or_else(|| Err(lost())));
    replies.into_iter().zip(answers).collect()
}

/// The outcome of the only one.
fn only(mut outcomes: Vec<Outcome>) -> Outcome {
    outcomes.pop().unwrap_or_else(|| Some(Err(lost())))
}

/// PostgreSQL: one transaction for a group of messages, on a connection of its own that is
/// opened anew when it is lost. Answers what has to wait for somebody else.
pub(super) fn write(
    opener: &Opener,
    conn: &mut Option<Conn>,
    batch: impl Iterator<Item = Message>,
    aside: Aside,
    said: &Listener,
) -> Aside {
    let now = Instant::now();
    let doubtful = aside.doubtful.filter(|until| now < *until);
    let all = aside.waiting.into_iter().chain(batch.map(|one| (one, now)));
    let (all, since): (Vec<Message>, Vec<Instant>) = all.unzip();
    let (messages, replies): (Vec<Append>, Vec<_>) = all.into_iter().unzip();
    let mut doubt = false;
    let outcomes = commit(opener, conn, &messages, Look::Hopefully, &mut doubt)
        .or_else(|_| commit(opener, conn, &messages, Look::First, &mut doubt))
        .unwrap_or_else(|_| {
            // When nobody waits for the answers any more, stop.
            let begun = Instant::now();
            let alone = |message: &Append| {
                if begun.elapsed() > ANSWER {
                    return Some(Err(Error::overloaded()));
                }
                let one = std::slice::from_ref(message);
                commit(opener, conn, one, Look::First, &mut doubt)
                    .map_or_else(|error| Some(Err(error)), only)
            };
            messages.iter().map(alone).collect()
        });
    let (mut told, mut waiting) = (Vec::with_capacity(messages.len()), Vec::new());
    let senders = messages.into_iter().zip(replies).zip(since);
    for (outcome, ((message, sender), since)) in outcomes.into_iter().zip(senders) {
        match outcome {
            Some(answer) => told.push((sender, answer)),
            None if since.elapsed() > ASIDE => told.push((sender, Err(Error::overloaded()))),
            None => waiting.push(((message, sender), since)),
        }
    }
    let doubtful = match doubt {
        true => Some(now + DOUBT),
        false => doubtful,
    };
    tell(told, said, doubtful.is_some());
    Aside { waiting, doubtful }
}

/// Stores a group in a transaction of its own. In `doubt` a commit may have gone through whose
/// answer was lost.
fn commit(
    opener: &Opener,
    slot: &mut Option<Conn>,
    messages: &[Append],
    look: Look,
    doubt: &mut bool,
) -> Result<Vec<Outcome>> {
    retrying(1, || {
        let conn = opener.write_with(slot)?;
        let answer = conn.transaction(|conn| guarded(|| messages::append(conn, messages, look)));
        if answer
            .as_ref()
            .is_err_and(|error| error.code == Code::Unavailable)
        {
            *slot = None;
            *doubt = true;
        }
        answer
    })
}
