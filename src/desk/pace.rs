//! How fast one person may write, mark and search, over all his sockets and requests on this node.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::error::{Code, Error, Result};
use crate::words::UserId;

/// People remembered before those who have rested long enough are forgotten.
const REMEMBERED: usize = 10_000;

/// So many messages at once, then so many a second.
pub(super) struct Pace {
    /// What people do with it.
    what: &'static str,
    used: Mutex<Used>,
}

struct Used {
    /// How long one message is paid for.
    each: Duration,
    /// How far ahead of the clock somebody may be.
    ahead: Duration,
    /// Up to when each person has used up what he may.
    upto: HashMap<UserId, Instant>,
}

/// How long one is paid for, and how far ahead somebody may be.
fn speed(burst: u32, per_s: u32) -> (Duration, Duration) {
    let each = Duration::from_secs(1) / per_s;
    (each, each * burst)
}

impl Pace {
    pub fn new(what: &'static str, burst: u32, per_s: u32) -> Self {
        let ((each, ahead), upto) = (speed(burst, per_s), HashMap::new());
        Self {
            what,
            used: Mutex::new(Used { each, ahead, upto }),
        }
    }

    /// Has another speed count from now on. What somebody has used up stays so.
    pub fn set(&self, burst: u32, per_s: u32) {
        let mut used = self.used.lock().expect("nothing panics under this lock");
        (used.each, used.ahead) = speed(burst, per_s);
    }

    /// Counts a message, or says how long to wait with it.
    pub fn take(&self, person: UserId, now: Instant) -> Result<()> {
        let mut used = self.used.lock().expect("nothing panics under this lock");
        if used.upto.len() > REMEMBERED {
            used.upto.retain(|_, upto| *upto > now);
        }
        let upto = used.upto.get(&person).copied().unwrap_or(now).max(now) + used.each;
        if upto <= now + used.ahead {
            used.upto.insert(person, upto);
            return Ok(());
        }
        let what = self.what;
        let detail = format!("You {what} faster than is allowed. Wait a moment and send it again.");
        let mut error = Error::new(Code::RateLimited, detail);
        let wait = upto - (now + used.ahead);
        error.retry_after_ms = Some(wait.as_millis() as u64 + 1);
        Err(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_person_has_a_burst_and_then_a_steady_pace() {
        let (pace, start) = (Pace::new("write", 3, 2), Instant::now());
        let (ann, ben) = (UserId::new(), UserId::new());
        assert!((0..3).all(|_| pace.take(ann, start).is_ok()));
        let refused = pace.take(ann, start).unwrap_err();
        assert_eq!(refused.code, Code::RateLimited);
        assert_eq!(refused.retry_after_ms, Some(501));
        assert!(pace.take(ben, start).is_ok(), "another may");
        let later = start + Duration::from_millis(500);
        assert!(pace.take(ann, later).is_ok());
        assert!(pace.take(ann, later).is_err());
        let rested = start + Duration::from_secs(60);
        assert!((0..3).all(|_| pace.take(ann, rested).is_ok()));
        assert!(pace.take(ann, rested).is_err());
    }

    #[test]
    fn who_has_rested_is_forgotten() {
        let (pace, start) = (Pace::new("write", 1, 1), Instant::now());
        for _ in 0..=REMEMBERED {
            pace.take(UserId::new(), start).unwrap();
        }
        let rested = start + Duration::from_secs(2);
        pace.take(UserId::new(), rested).unwrap();
        assert_eq!(pace.used.lock().unwrap().upto.len(), 1);
    }
}
