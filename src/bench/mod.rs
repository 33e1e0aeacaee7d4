//! `switchboard bench`: figures of this program, measured with real servers and real sockets.
//!
//! Figures are ratios to something measured in the same run, since machines are shared and noisy.

mod bare_claims;
mod bare_engine;
pub mod connect;
mod cost;
mod couples;
mod crowd;
mod dispatch;
mod figures;
mod growth;
mod hall;
mod meters;
mod people;
mod place;
mod processes;
pub mod relay;
pub mod stress;

pub use dispatch::Options;

use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::settings::Settings;
use crate::{doctor, logging};
use dispatch::Part;
use figures::Figures;
use place::Place;

/// How long the next in line may wait for a free slot, at the 99th percentile, when half of what
/// can be reached is asked for; on a machine whose database takes longer for a bare claim, half of
/// that.
const GOAL: Duration = Duration::from_millis(16);

/// What to measure, and where to write it.
#[derive(Debug, Clone, clap::Args)]
pub struct Dispatch {
    #[command(flatten)]
    options: Options,
    /// Writes everything as JSON, too: to this file, or with - to the output.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How the wait grows instead: from 10 to 100,000 who wait and from 10 to 10,000 reps.
    #[arg(long)]
    growth: bool,
    /// The most who wait, and the most reps.
    #[arg(long, default_value_t = 100_000, requires = "growth",
          value_parser = clap::value_parser!(u32).range(10..=100_000))]
    growth_max: u32,
    /// How long each size is measured, each of three times.
    #[arg(long, default_value_t = 8, requires = "growth",
          value_parser = clap::value_parser!(u64).range(1..=600))]
    growth_seconds: u64,
}

/// Measures how long a free slot waits for the next customer, prints it, and beside it what a bare
/// claim transaction costs on the same database at the same moment.
pub fn dispatch(settings: Settings, asked: &Dispatch) -> anyhow::Result<()> {
    let report = Report::beside(asked.json.as_deref());
    let (figures, well) = match asked.growth {
        true => (grow(settings, asked, report)?, true),
        false => wait(settings, &asked.options, report)?,
    };
    if let Some(path) = &asked.json {
        write(path, &figures)?;
    }
    ensure!(well, "an invariant is broken");
    Ok(())
}

fn grow(settings: Settings, asked: &Dispatch, report: Report) -> anyhow::Result<Value> {
    let place = Place::new(growth::roomy(settings), 1)?;
    logging::start(&place.settings)?;
    report.line(place.describe());
    let lasts = Duration::from_secs(asked.growth_seconds);
    let growth = growth::measure(&place, asked.growth_max, lasts, report);
    actix_web::rt::System::new().block_on(growth)
}

/// Answers with the figures, and whether the record is sound.
fn wait(settings: Settings, options: &Options, report: Report) -> anyhow::Result<(Value, bool)> {
    let place = Place::new(settings, options.nodes)?;
    report.line(format!("{}, {}", place.describe(), options.describe()));
    let claims = bare_claims::measure(&place.settings, options.slots())?;
    let claims = Figures::of(&claims);
    report.line(claims.line("bare claim transaction"));
    let system = actix_web::rt::System::new();
    let (waiting, reps) = (options.waiting(), options.slots());
    let engine = system.block_on(bare_engine::measure(&place.settings, waiting, reps))?;
    let engine = Figures::of(&engine);
    report.line(engine.line("the line alone: a slot free, and settled"));
    let waits = system.block_on(dispatch::measure(&place, options))?;
    for (name, part) in [
        ("busiest", &waits.busiest),
        ("calmer", &waits.calmer),
        ("quiet", &waits.quiet),
    ] {
        report.lines(shown(name, part));
    }
    report.lines(waits.cost.lines());
    // An idle machine's: the other two say what it can bear.
    let told = Figures::of(&waits.quiet.slot_to_customer);
    let goal = (GOAL.as_secs_f64() * 1_000.0).max(claims.p99_ms / 2.0);
    let met = told.p99_ms <= goal;
    report.line(format!(
        "quiet: p99 {:.2} ms against {:.2} ms bare: ratio {:.2}; the goal of {goal:.2} ms is {}",
        told.p99_ms,
        claims.p99_ms,
        told.p99_ms / claims.p99_ms,
        if met { "met" } else { "missed" },
    ));
    report.lines(doctor::report(&waits.findings));
    let well = doctor::is_well(&waits.findings);
    let figures = json!({
        "place": place.describe(),
        "what": options.describe(),
        "bare_claim": claims,
        "engine_alone": engine,
        "busiest": figures(&waits.busiest),
        "calmer": figures(&waits.calmer),
        "quiet": figures(&waits.quiet),
        "each_assignment": waits.cost,
        "goal_ms": goal,
        "met": met,
        "findings": waits.findings,
    });
    Ok((figures, well))
}

/// What was seen of a part, for people.
fn shown(name: &str, part: &Part) -> String {
    let told = Figures::of(&part.slot_to_customer);
    let close = Figures::of(&part.close);
    format!(
        "{name}: chats of {} ms, {} assignments, {:.0} a second\n  {}\n  {}\n",
        part.chat.as_millis(),
        part.assignments,
        part.per_second,
        told.line("close acknowledged -> next customer told"),
        close.line("close sent -> close acknowledged"),
    )
}

/// The same for programs.
fn figures(part: &Part) -> Value {
    json!({
        "chat_ms": part.chat.as_millis() as u64,
        "close_to_told": Figures::of(&part.slot_to_customer),
        "close": Figures::of(&part.close),
        "assignments": part.assignments,
        "assignments_per_second": part.per_second,
    })
}

/// What people read: on the output, or beside it, where the figures alone are to stand there.
#[derive(Debug, Clone, Copy)]
struct Report {
    aside: bool,
}

impl Report {
    fn beside(json: Option<&Path>) -> Self {
        let aside = json == Some(Path::new("-"));
        Report { aside }
    }

    /// Lines that end already.
    fn lines(self, text: impl Display) {
        match self.aside {
            true => eprint!("{text}"),
            false => print!("{text}"),
        }
    }

    fn line(self, text: impl Display) {
        self.lines(format_args!("{text}\n"));
    }
}

/// Does what must not be done where a runtime runs: speaks with a database and waits for it.
fn aside<T: Send>(work: impl FnOnce() -> anyhow::Result<T> + Send) -> anyhow::Result<T> {
    let done = std::thread::scope(|scope| scope.spawn(work).join());
    done.unwrap_or_else(|_| anyhow::bail!("a thread of the bench panicked; it has said why"))
}

fn write(path: &Path, figures: &Value) -> anyhow::Result<()> {
    let text = format!("{figures:#}\n");
    let written = match path == Path::new("-") {
        true => std::io::stdout().write_all(text.as_bytes()),
        false => std::fs::write(path, text),
    };
    written.with_context(|| format!("{} cannot be written", path.display()))
}
