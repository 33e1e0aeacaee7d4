//! Ticks the line at the very moment when time alone allows something new: a cool-down that ends,
//! a reservation, a proposal that nobody settled.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::Desk;
use crate::words::{Moment, now};

/// The line is ticked so often at least: if it has been lost, as by a wipe of Redis, that is found
/// out even when nobody does anything.
const PROBE: Duration = Duration::from_secs(1);

/// When to tick next.
pub(super) struct Wake {
    at: AtomicI64,
    sooner: Notify,
}

impl Default for Wake {
    fn default() -> Self {
        Self {
            at: AtomicI64::new(Moment::MAX),
            sooner: Notify::new(),
        }
    }
}

impl Wake {
    /// The line wants to be ticked at this moment, if at any.
    pub fn expect(&self, wake: Option<Moment>) {
        if let Some(wake) = wake
            && wake < self.at.fetch_min(wake, Ordering::AcqRel)
        {
            self.sooner.notify_one();
        }
    }

    /// Waits for the next moment, or for the next probe.
    async fn wait(&self) {
        let mut probe = std::pin::pin!(tokio::time::sleep(PROBE));
        loop {
            let at = self.at.load(Ordering::Acquire);
            let rest = Duration::from_millis((at - now()).max(0) as u64);
            tokio::select! {
                () = tokio::time::sleep(rest), if at < Moment::MAX => {
                    self.at.store(Moment::MAX, Ordering::Release);
                    return;
                }
                () = &mut probe => return,
                () = self.sooner.notified() => {}
            }
        }
    }
}

/// Ticks the line of one node.
pub struct Ticker {
    desk: Desk,
}

impl Ticker {
    pub fn new(desk: Desk) -> Self {
        Self { desk }
    }

    /// Ticks for ever.
    pub async fn run(self) {
        loop {
            self.desk.0.wake.wait().await;
            match self.desk.0.line.tick(now()).await {
                Ok(step) => self.desk.settle_all(step).await,
                Err(_) => self.desk.0.repair.notify_one(),
            }
        }
    }
}
