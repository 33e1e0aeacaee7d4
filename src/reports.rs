//! Reports: how many came in a span of time, how long they waited, who served them and how that
//! ended. Everything is told of the conversations that were opened in the span, as they stand
//! when it is asked, and from each of them: no figure is made of other figures.
//!
//! They are read part by part, so that nobody else waits long for the database.

pub mod figures;
mod tally;

use std::time::Duration;

use tokio::sync::Semaphore;

use crate::error::{Error, Result};
use crate::store::reports::{self, Terms};
use crate::store::{Conn, Store};
use crate::words::{Moment, QueueId};
pub use figures::Report;
use tally::Tally;

/// An hour and a day, in ms.
pub const HOUR: Moment = 60 * 60 * 1_000;
pub const DAY: Moment = 24 * HOUR;

/// How long a span may be, in days.
const DAYS_MAX: i64 = 92;
/// How many conversations may have been opened in it.
const CONVERSATIONS_MAX: usize = 300_000;
/// How many of them are read at once.
const PART: i64 = 2_000;
/// How far clocks on earth are from UTC, in minutes.
const OFFSET_MAX: i32 = 14 * 60;
/// The first moment that no id of a conversation can have.
const END_OF_IDS: Moment = 1 << 48;
/// How long one may wait for the report of somebody else.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a report is asked of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanted {
    pub from: Moment,
    /// The first moment that is not in it any more.
    pub to: Moment,
    pub queue: Option<QueueId>,
    /// Minutes by which the reader's clock is ahead of UTC.
    pub offset: i32,
}

impl Wanted {
    /// Refuses what no report can be made of.
    pub fn check(&self) -> Result<()> {
        let wrong = |field, detail: &str| Err(Error::invalid(field, detail));
        if !(-OFFSET_MAX..=OFFSET_MAX).contains(&self.offset) {
            let detail = "Give minutes ahead of UTC: a whole number from -840 to 840.";
            return wrong("offset", detail);
        }
        let moments = 0..END_OF_IDS;
        if !moments.contains(&self.to) {
            return wrong("to", "Give a moment in Unix ms.");
        }
        if !moments.contains(&self.from) || self.from >= self.to {
            return wrong("from", "Give a moment before `to`, in Unix ms.");
        }
        if self.to - self.from > DAYS_MAX * DAY {
            let detail = format!("Give a moment at most {DAYS_MAX} days before `to`.");
            return wrong("from", &detail);
        }
        Ok(())
    }
}

/// Makes reports, one after the other: each holds what it has read until it is done.
pub struct Reports(Semaphore);

impl Default for Reports {
    fn default() -> Self {
        Self(Semaphore::new(1))
    }
}

impl Reports {
    /// Makes one.
    pub async fn make(&self, store: &Store, wanted: Wanted) -> Result<Report> {
        wanted.check()?;
        let turn = tokio::time::timeout(PATIENCE, self.0.acquire()).await;
        let turn = turn.ok().and_then(|turn| turn.ok());
        let _turn = turn.ok_or_else(Error::overloaded)?;
        let mut tally = Tally::new(wanted, terms(store, wanted.queue).await?);
        let (span, mut behind, mut seen) = ((wanted.from, wanted.to), None, 0);
        loop {
            let part =
                move |conn: &mut Conn| reports::opened(conn, wanted.queue, span, behind, PART);
            let rows = store.search(part).await?;
            seen += rows.len();
            if seen > CONVERSATIONS_MAX {
                let detail = format!(
                    "More than {CONVERSATIONS_MAX} conversations were opened since then. Give a \
                     later moment, or a queue."
                );
                return Err(Error::invalid("from", detail));
            }
            rows.iter().for_each(|row| tally.count(row));
            behind = rows.last().map(|row| row.id);
            if rows.len() < PART as usize {
                break;
            }
        }
        let reps = tally.reps();
        let beside = move |conn: &mut Conn| reports::beside(conn, &reps, span);
        Ok(tally.report(store.search(beside).await?))
    }
}

/// How each queue is to serve; there must be the one that is asked for.
async fn terms(store: &Store, queue: Option<QueueId>) -> Result<Vec<Terms>> {
    let terms = store.search(reports::terms).await?;
    match queue {
        Some(id) if terms.iter().all(|one| one.queue.id != id) => Err(Error::not_found("queue")),
        _ => Ok(terms),
    }
}
