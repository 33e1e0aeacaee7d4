//! How long the queues' lines are, for whoever asks to stand in one.
//!
//! To count takes as long as the line is long, and nobody is served by it. So a line that is far
//! from its longest is counted beside what is written, every few seconds.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::Desk;
use crate::error::Result;
use crate::store::{Conn, waiting};
use crate::words::QueueId;

/// How long a count is good for before it is taken anew, beside.
const FRESH: Duration = Duration::from_secs(5);
/// How many are counted at a time, beside, and how long others have their turn in between.
const PART: usize = 2_000;
const BETWEEN: Duration = Duration::from_millis(20);
/// How long nobody has to wait for a count. It is older only when nobody could count for a while.
const GOOD: Duration = Duration::from_secs(10);
/// A line is far from its longest when it has room for so many: more than open on other nodes
/// meanwhile.
const FAR: i64 = 1_000;

/// What was counted last.
#[derive(Default)]
pub(super) struct Lengths(Mutex<HashMap<QueueId, Length>>);

#[derive(Clone, Copy)]
struct Length {
    waiting: i64,
    /// How many may have come here since.
    came: i64,
    counted_at: Instant,
    /// When somebody last went to count it.
    asked_at: Instant,
}

impl Lengths {
    /// Whether somebody may stand in a line that may be `longest`. Exact for one that is nearly
    /// that long: whoever else comes to it waits until this one stands there.
    pub fn has_room(&self, conn: &mut Conn, queue: QueueId, longest: i64) -> Result<bool> {
        if let Some(length) = self.of(queue)
            && length.waiting + length.came + FAR < longest
            && length.counted_at.elapsed() < GOOD
        {
            self.one_more(queue);
            return Ok(true);
        }
        conn.alone_with(queue.0)?;
        Ok(self.count(conn, queue)? < longest)
    }

    fn of(&self, queue: QueueId) -> Option<Length> {
        let all = self.0.lock().expect("nothing panics under this lock");
        all.get(&queue).copied()
    }

    fn one_more(&self, queue: QueueId) {
        let mut all = self.0.lock().expect("nothing panics under this lock");
        if let Some(length) = all.get_mut(&queue) {
            length.came += 1;
        }
    }

    fn count(&self, conn: &mut Conn, queue: QueueId) -> Result<i64> {
        let waiting = waiting::count_waiting(conn, queue)?;
        self.set(queue, waiting, 0);
        Ok(waiting)
    }

    /// So many wait, and these of them may have come since.
    fn set(&self, queue: QueueId, waiting: i64, came: i64) {
        let at = Instant::now();
        let length = Length {
            waiting,
            came,
            counted_at: at,
            asked_at: at,
        };
        let mut all = self.0.lock().expect("nothing panics under this lock");
        all.insert(queue, length);
    }

    /// Whether to go and count it now: true for one who asks, until it is old again.
    fn is_old(&self, queue: QueueId) -> bool {
        let mut all = self.0.lock().expect("nothing panics under this lock");
        let length = all.get_mut(&queue);
        let Some(length) = length.filter(|length| length.asked_at.elapsed() >= FRESH) else {
            return false;
        };
        length.asked_at = Instant::now();
        true
    }
}

impl Desk {
    /// Counts a line that somebody has just come to, if it is time to.
    pub(super) fn count_line(&self, queue: QueueId) {
        if !self.0.lengths.is_old(queue) {
            return;
        }
        let desk = self.clone();
        let count = async move {
            if let Err(error) = desk.count_in_parts(queue).await {
                tracing::warn!(%error, %queue, "how many wait could not be counted");
            }
        };
        self.0.tasks.spawn_on(count, &self.0.runtime);
    }

    async fn count_in_parts(&self, queue: QueueId) -> Result<()> {
        let came = || self.0.lengths.of(queue).map_or(0, |length| length.came);
        let (before, mut waiting, mut behind) = (came(), 0, None);
        loop {
            let read = move |conn: &mut Conn| {
                let part = waiting::places(conn, queue, behind, PART as i64)?;
                Ok((part.len(), part.last().copied()))
            };
            let (count, last) = self.0.store.read(read).await?;
            waiting += count as i64;
            if count < PART {
                break;
            }
            behind = last;
            tokio::time::sleep(BETWEEN).await;
        }
        self.0.lengths.set(queue, waiting, (came() - before).max(0));
        Ok(())
    }
}
