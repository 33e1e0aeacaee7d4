//! The clock of one socket. Most sockets have nothing to do for long: theirs wakes nobody in
//! between. Whoever minds the seconds is woken by the next one.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

const SECOND: Duration = Duration::from_secs(1);

/// Wakes after a second, then whenever it was set to.
pub struct Clock {
    sleep: Pin<Box<Sleep>>,
    /// Whether it wakes within a second.
    soon: bool,
}

impl Clock {
    pub fn new() -> Self {
        Self {
            sleep: Box::pin(sleep(SECOND)),
            soon: true,
        }
    }

    /// Waits until it wakes. It may be asked again before: nothing is lost.
    pub async fn woken(&mut self) {
        self.sleep.as_mut().await;
    }

    /// Has it wake a second after so long.
    pub fn wind(&mut self, rest: Duration) {
        self.sleep.as_mut().reset(Instant::now() + rest + SECOND);
        self.soon = rest.is_zero();
    }

    /// Has it wake within a second.
    pub fn mind(&mut self) {
        if !self.soon {
            let soon = Instant::now() + SECOND;
            let wakes = self.sleep.deadline().min(soon);
            self.sleep.as_mut().reset(wakes);
            self.soon = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wakes_in(clock: &Clock) -> u64 {
        let left = clock.sleep.deadline() - Instant::now();
        left.as_secs_f64().ceil() as u64
    }

    #[tokio::test]
    async fn it_wakes_when_it_is_wound_to_or_when_somebody_minds() {
        let mut clock = Clock::new();
        assert_eq!(wakes_in(&clock), 1);
        clock.wind(Duration::from_secs(20));
        assert_eq!(wakes_in(&clock), 21);
        clock.mind();
        assert_eq!(wakes_in(&clock), 1);
        clock.wind(Duration::ZERO);
        clock.mind();
        assert_eq!(wakes_in(&clock), 1);
        clock.wind(Duration::from_secs(20));
        let some = Duration::from_millis(10);
        assert!(tokio::time::timeout(some, clock.woken()).await.is_err());
        assert_eq!(
            wakes_in(&clock),
            21,
            "who asks and goes away changes nothing"
        );
    }
}
