//! How the wait for a free slot grows with those who wait and with the reps: at half of the rate
//! that the same house has just reached, and beside it what the line alone takes.
//!
//! The sizes take turns, several rounds: what else the machine does meanwhile meets all of them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::figures::Figures;
use super::hall::Hall;
use super::place::Place;
use super::{Report, bare_claims, bare_engine};
use crate::settings::Settings;

/// Waiting and reps of the smallest; one of both grows, by these.
const SMALLEST: u32 = 10;
const SIZES: [u32; 4] = [10, 1_000, 10_000, 100_000];
const REPS_MAX: u32 = 10_000;
const ROUNDS: usize = 3;
/// Closes under way while it is measured what can be reached.
const AT_ONCE: usize = SMALLEST as usize;
/// How much the 99th percentile may grow.
const GOAL: f64 = 2.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size {
    waiting: u32,
    reps: u32,
}

/// What was measured of a size.
struct Cell {
    size: Size,
    /// Closes a second, one per round.
    reachable: Vec<f64>,
    waits: Vec<Figures>,
    engine: Vec<Figures>,
}

/// Everything that was measured.
struct Growth {
    place: String,
    lasts: Duration,
    claims: Vec<Figures>,
    cells: Vec<Cell>,
    seconds: f64,
}

/// Settings for it: nobody is refused because there are so many.
pub fn roomy(settings: Settings) -> Settings {
    Settings {
        waiting_max: 1_000_000,
        open_per_customer_max: 1_000_000,
        workers: 1,
        log: "warn".into(),
        ..settings
    }
}

/// Measures all sizes up to the largest, each time for so long, prints the table, and answers all
/// of it.
pub async fn measure(
    place: &Place,
    largest: u32,
    lasts: Duration,
    report: Report,
) -> anyhow::Result<Value> {
    let began = Instant::now();
    let settings = &place.settings;
    let mut growth = Growth {
        place: place.describe(),
        lasts,
        claims: Vec::new(),
        cells: cells(largest),
        seconds: 0.0,
    };
    for round in 1..=ROUNDS {
        let bare = settings.clone();
        let claims = move || bare_claims::measure(&bare, SMALLEST as usize);
        let claims = tokio::task::spawn_blocking(claims).await??;
        growth.claims.push(Figures::of(&claims));
        for cell in &mut growth.cells {
            let Size { waiting, reps } = cell.size;
            let engine = bare_engine::measure(settings, waiting as usize, reps as usize);
            cell.engine.push(Figures::of(&engine.await?));
            let begun = Instant::now();
            let hall = open(settings, cell.size).await?;
            let filled = begun.elapsed();
            let measured = busy(&hall, lasts).await;
            hall.close().await?;
            let (reachable, waits) = measured?;
            report.line(format!(
                "round {round}: {waiting} waiting, {reps} reps, filled in {:.1} s, {reachable:.0} \
                 closes a second reached; at half of that p50 {:.2} ms, p99 {:.2} ms",
                filled.as_secs_f64(),
                waits.p50_ms,
                waits.p99_ms
            ));
            cell.reachable.push(reachable);
            cell.waits.push(waits);
        }
    }
    growth.seconds = began.elapsed().as_secs_f64();
    report.lines(growth.table());
    Ok(growth.json())
}

async fn open(settings: &Settings, size: Size) -> anyhow::Result<Hall> {
    let prefix = format!(
        "{}-{}",
        settings.redis_prefix,
        uuid::Uuid::now_v7().simple()
    );
    // A line of its own for each, so that nothing is left of the one before.
    let settings = Settings {
        redis_prefix: prefix,
        ..settings.clone()
    };
    Hall::open(&settings, size.waiting as usize, size.reps as usize).await
}

/// What a house reaches, and the waits at half of that.
async fn busy(hall: &Hall, lasts: Duration) -> anyhow::Result<(f64, Figures)> {
    let reachable = hall.reachable(AT_ONCE, lasts).await?;
    let waits = hall.measure(reachable / 2.0, lasts).await?;
    Ok((reachable, Figures::of(&waits)))
}

fn cells(largest: u32) -> Vec<Cell> {
    let sizes = SIZES.iter().copied().filter(|size| *size <= largest);
    let waiting = sizes.clone().map(|waiting| Size {
        waiting,
        reps: SMALLEST,
    });
    let reps = sizes.filter(|reps| (SMALLEST + 1..=REPS_MAX).contains(reps));
    let reps = reps.map(|reps| Size {
        waiting: SMALLEST,
        reps,
    });
    let cell = |size| Cell {
        size,
        reachable: Vec::new(),
        waits: Vec::new(),
        engine: Vec::new(),
    };
    waiting.chain(reps).map(cell).collect()
}

impl Cell {
    /// The median of what was reached.
    fn reached(&self) -> f64 {
        let mut sorted = self.reachable.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }
}

impl Growth {
    fn of(&self, size: Size) -> Figures {
        let cell = self.cells.iter().find(|cell| cell.size == size);
        cell.map_or_else(Figures::default, |cell| Figures::median(&cell.waits))
    }

    /// The largest of each kind against the smallest of all: what grew, from, to, p50 and p99.
    fn grown(&self) -> Vec<(&'static str, u32, f64, f64)> {
        let smallest = self.of(Size {
            waiting: SMALLEST,
            reps: SMALLEST,
        });
        let sizes = || self.cells.iter().map(|cell| cell.size);
        let waiting = sizes().max_by_key(|size| size.waiting);
        let reps = sizes().max_by_key(|size| size.reps);
        let of = |what, many, size| {
            let Figures { p50_ms, p99_ms, .. } = self.of(size);
            let (p50, p99) = (p50_ms / smallest.p50_ms, p99_ms / smallest.p99_ms);
            (what, many, p50, p99)
        };
        let waiting = waiting.map(|size| of("waiting", size.waiting, size));
        let reps = reps.map(|size| of("reps", size.reps, size));
        waiting.into_iter().chain(reps).collect()
    }

    /// The same against what the line and the database alone take: a claim and a pair of steps.
    fn ratio(&self, cell: &Cell) -> f64 {
        let bare = Figures::median(&self.claims).p99_ms + Figures::median(&cell.engine).p99_ms;
        Figures::median(&cell.waits).p99_ms / bare
    }

    fn table(&self) -> String {
        let mut text = format!(
            "{}, medians of {ROUNDS} rounds of {} s, at half of what was reached\n",
            self.place,
            self.lasts.as_secs()
        );
        text.push_str(&Figures::median(&self.claims).line("bare claim transaction"));
        text.push_str(
            "\nthe ratio is p99 of the wait against p99 of the line alone and that claim",
        );
        text.push_str(
            "\n                reached     close acknowledged -> next assigned     the line alone\n\
             waiting   reps  /s      n      p50      p99    p99.9      max      p50      p99 \
             ratio\n",
        );
        for cell in &self.cells {
            let (waits, engine) = (Figures::median(&cell.waits), Figures::median(&cell.engine));
            text.push_str(&format!(
                "{:7} {:6} {:5.0} {:6} {:8.2} {:8.2} {:8.2} {:8.2} {:8.3} {:8.3} {:6.2}\n",
                cell.size.waiting,
                cell.size.reps,
                cell.reached(),
                waits.n,
                waits.p50_ms,
                waits.p99_ms,
                waits.p999_ms,
                waits.max_ms,
                engine.p50_ms,
                engine.p99_ms,
                self.ratio(cell),
            ));
        }
        for (what, many, p50, p99) in self.grown() {
            text.push_str(&format!(
                "from {SMALLEST} to {many} {what}: p50 x {p50:.2}, p99 x {p99:.2}\n"
            ));
        }
        let verdict = if self.met() { "met" } else { "missed" };
        text.push_str(&format!(
            "the goal that p99 grows at most x {GOAL} is {verdict}; {:.0} s in all\n",
            self.seconds
        ));
        text
    }

    fn met(&self) -> bool {
        self.grown().iter().all(|(.., p99)| *p99 <= GOAL)
    }

    fn json(&self) -> Value {
        let cell = |cell: &Cell| {
            json!({
                "waiting": cell.size.waiting,
                "reps": cell.size.reps,
                "reachable_per_second": cell.reached(),
                "closes_per_second": cell.reached() / 2.0,
                "close_to_assigned": Figures::median(&cell.waits),
                "engine_alone": Figures::median(&cell.engine),
                "p99_against_line_and_claim": self.ratio(cell),
                "rounds": cell.waits,
            })
        };
        let grown = |(what, many, p50, p99): (&str, u32, f64, f64)| {
            let from = SMALLEST;
            json!({ "what": what, "from": from, "to": many, "p50": p50, "p99": p99 })
        };
        json!({
            "place": self.place,
            "bare_claim": Figures::median(&self.claims),
            "sizes": self.cells.iter().map(cell).collect::<Vec<_>>(),
            "growth": self.grown().into_iter().map(grown).collect::<Vec<_>>(),
            "goal": GOAL,
            "met": self.met(),
            "seconds": self.seconds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(waiting: u32, reps: u32, p50_ms: f64, p99_ms: f64) -> Cell {
        let figures = Figures {
            p50_ms,
            p99_ms,
            ..Figures::default()
        };
        Cell {
            size: Size { waiting, reps },
            reachable: vec![100.0],
            waits: vec![figures],
            engine: vec![figures],
        }
    }

    fn of(cells: Vec<Cell>) -> Growth {
        Growth {
            place: String::new(),
            lasts: Duration::from_secs(1),
            claims: vec![Figures::default()],
            cells,
            seconds: 0.0,
        }
    }

    #[test]
    fn the_largest_of_each_kind_is_held_against_the_smallest_of_all() {
        let cells = |p99_of_many_reps| {
            vec![
                cell(10, 10, 2.0, 4.0),
                cell(1_000, 10, 100.0, 100.0),
                cell(100_000, 10, 3.0, 8.0),
                cell(10, 1_000, 100.0, 100.0),
                cell(10, 10_000, 1.0, p99_of_many_reps),
            ]
        };
        let growth = of(cells(6.0));
        let expected = [("waiting", 100_000, 1.5, 2.0), ("reps", 10_000, 0.5, 1.5)];
        assert_eq!(growth.grown(), expected);
        assert!(growth.met());
        assert!(growth.table().contains("grows at most x 2 is met"));
        assert_eq!(growth.json()["met"], true);
        // One of both is enough to miss it.
        let growth = of(cells(8.1));
        assert!(!growth.met());
        assert!(growth.table().contains("grows at most x 2 is missed"));
        assert_eq!(growth.json()["met"], false);
        // What was not measured has not met anything.
        assert!(!of(vec![cell(10, 10, 0.0, 0.0)]).met());
    }
}
