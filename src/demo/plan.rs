//! The plan of the story: who comes when, who may hold how much, what happens in between. All of
//! it follows from the seed and scales with the time there is.

use std::time::Duration;

use anyhow::bail;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::Options;

/// Capacities go round in this order.
const CAPACITIES: [i32; 5] = [2, 4, 1, 5, 3];
/// The share of all slots that the story means to fill.
const BUSY: f64 = 0.72;
/// The steady arrivals end at this part of the time.
const ARRIVED: f64 = 0.55;
/// The longest and the shortest that a conversation may take on average, in seconds.
const LONGEST: f64 = 12.0;
const SHORTEST: f64 = 0.6;
/// By how much the admin raises a capacity.
const RAISE: i32 = 2;

/// A stretch of time in which a rep does not take part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Absence {
    /// Index of the rep.
    pub rep: usize,
    pub from: Duration,
    pub to: Duration,
}

/// What the admin does in the middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Raise {
    /// Index of the rep.
    pub rep: usize,
    pub from: i32,
    pub to: i32,
    pub at: Duration,
}

/// Whose dice: everybody has his own, so that nobody's turn changes another's.
#[derive(Debug, Clone, Copy)]
pub enum Dice {
    Plan,
    Customer(usize),
    Rep(usize),
}

/// The plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub seed: u64,
    pub lasts: Duration,
    /// By rep.
    pub capacities: Vec<i32>,
    /// By customer, in order.
    pub arrivals: Vec<Duration>,
    /// Of the customers, so many come at once.
    pub burst: usize,
    /// How often a rep and his customer answer each other, on average.
    pub exchanges: u32,
    /// How long it takes to read, think and type, on average.
    pub step: Duration,
    pub raise: Raise,
    /// A rep closes his socket and comes back.
    pub leave: Absence,
    /// Another sets himself away and back.
    pub away: Absence,
}

impl Plan {
    pub fn new(options: &Options) -> anyhow::Result<Self> {
        let seed = options
            .seed
            .unwrap_or_else(|| rand::random_range(1..=9_999));
        let (customers, reps) = (options.customers as usize, options.reps as usize);
        let lasts = Duration::from_secs(options.seconds);
        let capacities: Vec<i32> = CAPACITIES.iter().copied().cycle().take(reps).collect();
        let at = |part: f64| lasts.mul_f64(part);
        let smallest = (0..reps).min_by_key(|rep| capacities[*rep]).unwrap_or(0);
        let raise = Raise {
            rep: smallest,
            from: capacities[smallest],
            to: capacities[smallest] + RAISE,
            at: at(0.5),
        };
        let leave = Absence {
            rep: 1 % reps,
            from: at(0.22),
            to: at(0.38),
        };
        let away = Absence {
            rep: if reps > 3 { 3 } else { 0 },
            from: at(0.60),
            to: at(0.72),
        };
        let chat = chat(&capacities, &[leave, away], raise, lasts) / customers as f64;
        if chat < SHORTEST {
            bail!(
                "{customers} customers, {reps} reps and {} seconds leave {chat:.1} s for each \
                 conversation; give fewer --customers, more --reps or more --seconds",
                options.seconds
            );
        }
        let chat = chat.min(LONGEST).min(lasts.as_secs_f64() * 0.3);
        let exchanges = (chat / 3.0).round().clamp(1.0, 4.0) as u32;
        // More than all reps can take together, if there are so many: somebody has to wait.
        let slots: i32 = capacities.iter().sum();
        let burst = customers
            .div_ceil(3)
            .max((slots as usize + 2).min(customers * 3 / 4));
        let mut plan = Plan {
            seed,
            lasts,
            capacities,
            arrivals: Vec::new(),
            burst,
            exchanges,
            step: Duration::from_secs_f64(chat / f64::from(2 * exchanges + 1)),
            raise,
            leave,
            away,
        };
        plan.arrivals = plan.arrivals(customers);
        Ok(plan)
    }

    /// The burst within a moment, the others one after the other with a little jitter.
    fn arrivals(&self, customers: usize) -> Vec<Duration> {
        let mut rng = self.rng(Dice::Plan);
        let steady = customers - self.burst;
        let at = |part: f64| self.lasts.mul_f64(part);
        let mut arrivals = Vec::with_capacity(customers);
        for _ in 0..self.burst {
            arrivals.push(at(rng.random_range(0.0..0.01)));
        }
        for nth in 0..steady {
            let slot = (nth as f64 + rng.random_range(0.0..1.0)) / steady as f64;
            arrivals.push(at(0.03 + (ARRIVED - 0.03) * slot));
        }
        arrivals.sort();
        arrivals
    }

    /// Somebody's own dice.
    pub fn rng(&self, dice: Dice) -> StdRng {
        let stream = match dice {
            Dice::Plan => 0,
            Dice::Customer(index) => 1_000 + index as u64,
            Dice::Rep(index) => 1_000_000 + index as u64,
        };
        let mixed = stream.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        StdRng::seed_from_u64(self.seed.wrapping_add(mixed))
    }

    /// A rep who is there all the time, if there is one.
    pub fn steady(&self) -> usize {
        let mut all = 0..self.capacities.len();
        let comes_and_goes = |rep: usize| [self.leave.rep, self.away.rep].contains(&rep);
        all.find(|rep| !comes_and_goes(*rep)).unwrap_or(0)
    }

    /// How long somebody takes for his next words.
    pub fn think(&self, rng: &mut StdRng) -> Duration {
        self.step.mul_f64(rng.random_range(0.5..1.5))
    }

    /// How often a rep answers before he closes.
    pub fn answers(&self, rng: &mut StdRng) -> u32 {
        match self.exchanges {
            1 => 1,
            most => rng.random_range(most - 1..=most + 1),
        }
    }
}

/// Seconds of talking that all slots together have room for.
fn chat(capacities: &[i32], absences: &[Absence], raise: Raise, lasts: Duration) -> f64 {
    let slots = |count: i32, time: Duration| f64::from(count) * time.as_secs_f64();
    let all: f64 = capacities.iter().map(|count| slots(*count, lasts)).sum();
    let lost: f64 = absences
        .iter()
        .map(|one| slots(capacities[one.rep], one.to - one.from))
        .sum();
    let gained = slots(raise.to - raise.from, lasts - raise.at);
    BUSY * (all - lost + gained)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(seed: u64, customers: u32, reps: u32, seconds: u64) -> Options {
        Options {
            seed: Some(seed),
            customers,
            reps,
            seconds,
            plain: true,
            stay: false,
            listen: None,
            url: None,
            admin: None,
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_plan() {
        let plan = |seed| Plan::new(&options(seed, 60, 6, 60)).unwrap();
        assert_eq!(plan(7), plan(7));
        assert_ne!(plan(7).arrivals, plan(8).arrivals);
    }

    #[test]
    fn everything_happens_in_its_time() {
        for (customers, reps, seconds) in [(1, 1, 5), (12, 3, 6), (60, 6, 60), (1000, 50, 300)] {
            let plan = Plan::new(&options(7, customers, reps, seconds)).unwrap();
            assert_eq!(plan.arrivals.len(), customers as usize);
            assert!(
                plan.arrivals
                    .iter()
                    .all(|at| *at < plan.lasts.mul_f64(0.56))
            );
            assert!(plan.leave.rep != plan.away.rep || plan.leave.to < plan.away.from);
            assert!(plan.raise.to <= 7 && plan.raise.rep < reps as usize);
            assert!(plan.step >= Duration::from_millis(190), "{:?}", plan.step);
        }
    }

    #[test]
    fn so_many_come_at_once_that_somebody_waits() {
        for (customers, reps, seconds) in [(20, 4, 20), (12, 3, 6), (60, 6, 60), (1000, 50, 300)] {
            let plan = Plan::new(&options(7, customers, reps, seconds)).unwrap();
            let slots: i32 = plan.capacities.iter().sum();
            assert!(
                plan.burst > slots as usize,
                "{customers} {reps}: {}",
                plan.burst
            );
        }
    }

    #[test]
    fn too_much_is_refused_with_a_way_out() {
        let error = Plan::new(&options(7, 1000, 1, 5)).unwrap_err().to_string();
        assert!(error.contains("more --seconds"), "{error}");
    }
}
