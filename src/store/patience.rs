//! How long anybody waits for the database, and how often it is asked again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::error::{Error, Result, connection_lost, worth_retrying};

/// How long anyone waits for the database in all. It may still do what was asked of it later:
/// every command is harmless to repeat.
pub const ANSWER: Duration = Duration::from_secs(5);

/// How often a transaction is run again when the database asks for it.
const RETRIES: u32 = 3;

/// How often a write was run: again, it may find that it was committed, and that only the answer
/// was lost. What it takes away is gone then, and that is no failure.
#[derive(Debug, Default)]
pub struct Runs(AtomicBool);

impl Runs {
    /// Counts a run, and tells whether there was one before.
    pub fn again(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }
}

/// Waits for an answer of the database, but not for ever.
pub async fn in_time<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let silent = |_| Error::unavailable(anyhow::anyhow!("no answer within {ANSWER:?}"));
    tokio::time::timeout(ANSWER, work).await.map_err(silent)?
}

/// Runs `work` again after a deadlock or serialization failure (up to [`RETRIES`] times), and
/// after a lost connection (until every pooled connection has had its turn to be found dead).
pub(super) fn retrying<T>(connections: u32, mut work: impl FnMut() -> Result<T>) -> Result<T> {
    let (mut conflicts, mut losses) = (0, 0);
    loop {
        let error = match work() {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let cause = error.cause.as_ref().and_then(|cause| cause.downcast_ref());
        match cause {
            Some(cause) if worth_retrying(cause) && conflicts < RETRIES => conflicts += 1,
            Some(cause) if connection_lost(cause) && losses <= connections => losses += 1,
            _ => return Err(error),
        }
        std::thread::sleep(Duration::from_millis(rand::random_range(1..20)));
    }
}
