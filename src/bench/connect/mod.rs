//! `switchboard bench connect`: what an open socket costs, and whether those who do not read slow
//! the others down.

mod going;
mod readers;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, ensure};

use super::Report;
use super::couples::{furnish_couples, lasting};
use super::meters::{Cpu, Databases, memory_of};
use super::place::Place;
use super::processes::{Node, Process};
use super::relay::load::Held;
use super::relay::plan::{Hold, Plan};
use crate::doctor;
use crate::server::raise_descriptors;
use crate::settings::Settings;
use crate::store::{checks, open_existing};
use readers::Readers;

/// How long opening all sockets may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// Descriptors that a server needs besides, for the others of this bench and for itself.
const BESIDE: u64 = 300;

/// What to measure, and where to write it.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Sockets that are open and have nothing to say, each of another customer.
    #[arg(long, default_value_t = 10_000,
          value_parser = clap::value_parser!(u32).range(1..=50_000))]
    pub sockets: u32,
    /// Conversations beside them; the readers of a quarter of these stall.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(4..=1_000))]
    pub conversations: u16,
    /// Messages a second in all of the conversations whose readers do not stall.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub rate: u32,
    /// How often some stall: each time between two rounds in which all read.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=20))]
    pub rounds: u16,
    /// How long each is measured.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// Measure nothing but the stop: so many sockets are told to go, and resume on another node.
    #[arg(long)]
    pub stop: bool,
    /// Writes everything as JSON, too: to this file, or with - to the output.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// What was measured.
#[derive(Debug, serde::Serialize)]
struct Figures {
    place: String,
    opened: usize,
    refused: usize,
    connects_per_second: f64,
    /// KiB of the server's memory for each socket.
    memory_each: f64,
    /// Seconds of processor for 1,000 sockets.
    cpu: Cpu,
    readers: Readers,
    findings: Vec<checks::Finding>,
}

/// Measures and prints. Fails if a socket was refused or an invariant is broken.
pub fn run(settings: Settings, options: &Options) -> anyhow::Result<()> {
    let allowed = raise_descriptors();
    let room = allowed.saturating_sub(BESIDE);
    let sockets = u64::from(options.sockets).min(room) as usize;
    let settings = Settings {
        sockets_max: sockets + 5_000,
        ..lasting(settings)
    };
    // SQLite serves one node: who is told to go comes back to the next one in its place.
    let two = options.stop && !settings.redis_url.is_empty();
    let place = Place::new(settings, 1 + u16::from(two))?;
    let report = Report::beside(options.json.as_deref());
    report.line(format!("{}; {sockets} sockets", place.describe()));
    report.line(place.raised());
    if sockets < options.sockets as usize {
        report.line(format!(
            "not {}: a process may have {allowed} descriptors here, and each socket is one; \
             raise it with ulimit -n",
            options.sockets
        ));
    }
    let system = actix_web::rt::System::new();
    if options.stop {
        let going = system.block_on(going::measure(&place, sockets))?;
        return told(options, &going, going.lines(), going.is_well());
    }
    let figures = system.block_on(measure(&place, options, sockets))?;
    told(options, &figures, lines(&figures), figures.is_well())
}

fn told(
    options: &Options,
    figures: &impl serde::Serialize,
    lines: String,
    well: bool,
) -> anyhow::Result<()> {
    Report::beside(options.json.as_deref()).lines(lines);
    if let Some(path) = &options.json {
        super::write(path, &serde_json::to_value(figures)?)?;
    }
    ensure!(
        well,
        "a socket was refused or not back in time, or an invariant is broken"
    );
    Ok(())
}

impl Figures {
    fn is_well(&self) -> bool {
        self.refused == 0 && self.readers.wrong == 0 && doctor::is_well(&self.findings)
    }
}

async fn measure(place: &Place, options: &Options, sockets: usize) -> anyhow::Result<Figures> {
    let conversations = options.conversations.into();
    let (couples, idle) = furnish_couples(place, conversations, sockets).await?;
    let mut node = Node::start(&place.settings, place.folder(), 0).await?;
    let mut databases = Databases::of(&place.settings).await?;
    let server = node.process.id().to_string();
    let (memory, before) = (memory_of(&server)?, databases.read([&node.process]).await?);
    let (holder, held) = hold(&node.url, idle).await?;
    let used = databases.read([&node.process]).await?.since(&before);
    let grown = memory_of(&server)?.saturating_sub(memory);
    let readers = readers::measure(options, &node.url, couples).await?;
    drop(holder);
    node.process.stop().await?;
    let url = place.settings.database();
    let findings = super::aside(|| Ok(checks::run(&mut open_existing(&url)?)?))?;
    let opened = held.opened.max(1) as f64;
    Ok(Figures {
        place: place.describe(),
        opened: held.opened,
        refused: held.refused,
        connects_per_second: opened / held.seconds,
        memory_each: grown as f64 / opened,
        cpu: used.each(opened / 1_000.0),
        readers,
        findings,
    })
}

/// Has a generator open these sockets and keep them; they close when it is dropped.
async fn hold(url: &str, tokens: Vec<String>) -> anyhow::Result<(Process, Held)> {
    let mut holder = Process::start(&["bench", "generator"])?;
    let url = url.to_owned();
    holder.instruct(&Plan::Hold(Hold { url, tokens }))?;
    let held = holder.line_with("held ", PATIENCE).await?;
    let held: Held = serde_json::from_str(&held).context("what the generator held")?;
    if let Some(because) = &held.because {
        eprintln!("BROKEN {} sockets were refused: {because}", held.refused);
    }
    Ok((holder, held))
}

fn lines(figures: &Figures) -> String {
    let cpu = &figures.cpu;
    let mut text = format!(
        "{} sockets opened, {} refused, {:.0} a second\n\
         memory of the server for each: {:.1} KiB\n\
         processor for each: {:.3} ms in the server",
        figures.opened,
        figures.refused,
        figures.connects_per_second,
        figures.memory_each,
        cpu.server,
    );
    for (name, used) in [("PostgreSQL", cpu.postgres), ("Redis", cpu.redis)] {
        if let Some(used) = used {
            text.push_str(&format!(", {used:.3} ms in {name}"));
        }
    }
    text.push('\n');
    text.push_str(&figures.readers.lines());
    text + &doctor::report(&figures.findings)
}
