//! How long a waiting customer will probably wait, as a range, and whether such ranges came true.
//!
//! With `c` slots that are all taken and conversations of `m` ms on average, slots become free at a
//! rate of `c / m`. Whoever has `ahead` before him waits for `ahead + 1` of them. If conversations
//! end at random (a Poisson process), that wait is gamma distributed; the range is from its 10th
//! to its 90th percentile, by the approximation of Wilson and Hilferty (1931).

use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use crate::hours::HoursNow;
use crate::store::pace::Pace;
use crate::words::QueueId;

/// The standard normal distribution's 90th percentile.
const Z: f64 = 1.2816;

/// From so many ms to so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Eta {
    pub from_ms: i64,
    pub to_ms: i64,
}

impl Eta {
    /// The wait of whoever has so many ahead. None: nobody serves the queue, or is expected to, or
    /// too little is known of it.
    pub fn at(pace: &Pace, ahead: i64) -> Option<Self> {
        let handling = pace.handling_ms?;
        if pace.slots <= 0.0 || !pace.staffed || pace.is_closed() {
            return None;
        }
        let k = (ahead.max(0) + 1) as f64;
        let quantile = |z: f64| {
            let root = 1.0 - 1.0 / (9.0 * k) + z / (3.0 * k.sqrt());
            (k * root.max(0.0).powi(3) * handling / pace.slots) as i64
        };
        Some(Eta {
            from_ms: quantile(-Z),
            to_ms: quantile(Z),
        })
    }

    /// Whether a wait that took so long was foretold.
    pub fn covers(&self, waited_ms: i64) -> bool {
        (self.from_ms..=self.to_ms).contains(&waited_ms)
    }

    /// Whether it is worth telling somebody who knows `other`: a fifth or more off at either end.
    pub fn differs(&self, other: &Eta) -> bool {
        let off = |a: i64, b: i64| (a - b).abs() * 5 > a.max(b).max(1_000);
        off(self.from_ms, other.from_ms) || off(self.to_ms, other.to_ms)
    }
}

/// What a waiting customer may expect.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Outlook {
    /// How long it will probably take; none when that is not known, nobody serves his queue now, or
    /// it is closed.
    pub eta: Option<Eta>,
    /// Whether somebody serves his queue at this moment.
    pub staffed: bool,
    /// Whether it is open; left out if it always is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<HoursNow>,
}

impl Outlook {
    /// That of whoever has so many ahead.
    pub fn at(pace: &Pace, ahead: i64) -> Self {
        Self {
            eta: Eta::at(pace, ahead),
            staffed: pace.staffed,
            hours: pace.hours,
        }
    }

    /// Whether it is worth telling somebody who knows `other`.
    pub fn differs(&self, other: &Outlook) -> bool {
        let wait = match (self.eta, other.eta) {
            (Some(new), Some(old)) => new.differs(&old),
            (new, old) => new.is_some() != old.is_some(),
        };
        wait || (self.staffed, self.hours) != (other.staffed, other.hours)
    }
}

/// How long a pace is as good as new.
const FRESH: Duration = Duration::from_secs(2);

/// The paces that were read lately on this node, so that many who come at once cost one reading.
/// Cheap to clone.
#[derive(Clone, Default)]
pub struct Paces(Arc<RwLock<HashMap<QueueId, (Instant, Pace)>>>);

impl Paces {
    /// The pace of a queue, if it was read a moment ago.
    pub fn get(&self, queue: QueueId) -> Option<Pace> {
        let paces = self.0.read().expect("nothing panics under this lock");
        let (read_at, pace) = paces.get(&queue)?;
        (read_at.elapsed() < FRESH).then_some(*pace)
    }

    pub fn set(&self, queue: QueueId, pace: Pace) {
        let mut paces = self.0.write().expect("nothing panics under this lock");
        paces.insert(queue, (Instant::now(), pace));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(slots: f64, handling_ms: f64) -> Pace {
        Pace {
            slots,
            staffed: true,
            handling_ms: Some(handling_ms),
            hours: None,
        }
    }

    /// Percentiles of the gamma distribution, from tables: shape 1 (0.105, 2.303), 5 (2.433,
    /// 7.994), 50 (41.18, 59.25).
    #[test]
    fn the_range_is_that_of_a_gamma_distribution() {
        for (ahead, from, to) in [(0, 0.105, 2.303), (4, 2.433, 7.994), (49, 41.18, 59.25)] {
            let eta = Eta::at(&pace(1.0, 1_000_000.0), ahead).unwrap();
            let near = |ms: i64, expected: f64| (ms as f64 / 1_000_000.0 / expected - 1.0).abs();
            assert!(near(eta.from_ms, from) < 0.07, "{ahead}: {eta:?}");
            assert!(near(eta.to_ms, to) < 0.02, "{ahead}: {eta:?}");
        }
    }

    #[test]
    fn twice_the_slots_halve_it_and_nobody_makes_it_unknown() {
        let (one, two) = (pace(2.0, 60_000.0), pace(4.0, 60_000.0));
        let (one, two) = (Eta::at(&one, 9).unwrap(), Eta::at(&two, 9).unwrap());
        assert!((one.to_ms - 2 * two.to_ms).abs() <= 2, "{one:?} {two:?}");
        assert_eq!(Eta::at(&pace(0.0, 60_000.0), 0), None);
        let unknown = Pace {
            slots: 3.0,
            staffed: true,
            handling_ms: None,
            hours: None,
        };
        assert_eq!(Eta::at(&unknown, 0), None);
    }

    /// A line of 40 before 4 slots with random handling times: 8 of 10 wait as long as was said.
    #[test]
    fn four_of_five_waits_are_inside_the_range() {
        use rand::rngs::StdRng;
        use rand::{RngExt, SeedableRng};
        let (seed, mean, slots) = (7, 300_000.0, 4);
        let mut dice = StdRng::seed_from_u64(seed);
        let mut inside = 0;
        let mut all = 0;
        for _ in 0..200 {
            let mut handling = || -f64::ln(1.0 - dice.random::<f64>()) * mean;
            let mut free: Vec<f64> = (0..slots).map(|_| handling()).collect();
            for ahead in 0..40 {
                let next = (0..slots)
                    .min_by(|a, b| free[*a].total_cmp(&free[*b]))
                    .unwrap();
                let waited = free[next];
                let eta = Eta::at(&pace(slots as f64, mean), ahead).unwrap();
                inside += usize::from(eta.covers(waited as i64));
                all += 1;
                free[next] += handling();
            }
        }
        let share = inside as f64 / all as f64;
        assert!((0.75..=0.90).contains(&share), "seed {seed}: {share}");
    }
}
