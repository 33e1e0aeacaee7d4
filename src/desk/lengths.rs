//! How long the queues' lines are, for whoever asks to stand in one.
//!
//! To count takes as long as the line is long, so a line that is far from its longest is counted
//! at most once a second.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::store::{Conn, waiting};
use crate::words::QueueId;

/// How long a count is good for.
const FRESH: Duration = Duration::from_secs(1);
/// A line is far from its longest when it has room for so many: more than open meanwhile.
const FAR: i64 = 1_000;

/// What was counted last.
#[derive(Default)]
pub(super) struct Lengths(Mutex<HashMap<QueueId, (Instant, i64)>>);

impl Lengths {
    /// Whether somebody may stand in a line that may be `longest`. Exact for one that is nearly
    /// that long.
    pub fn has_room(&self, conn: &mut Conn, queue: QueueId, longest: i64) -> Result<bool> {
        let counted = || self.0.lock().expect("nothing panics under this lock");
        if let Some((at, waiting)) = counted().get(&queue)
            && waiting + FAR < longest
            && at.elapsed() < FRESH
        {
            return Ok(true);
        }
        let waiting = waiting::count_waiting(conn, queue)?;
        counted().insert(queue, (Instant::now(), waiting));
        Ok(waiting < longest)
    }
}
