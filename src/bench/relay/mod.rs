//! `switchboard bench relay`: couples talk over real sockets, and every message is followed from
//! its sender to both ends and to the disk.
//!
//! Servers and generator are processes of their own, all on loopback, so that the operating system
//! can say what each has used.

pub mod bare;
pub mod floor;
pub mod load;
pub mod plan;
mod report;
mod senders;
pub mod talk;

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, ensure};

use super::couples::{Couple, SAID_NOTHING, furnish_couples, lasting};
use super::meters::{Cpu, Databases, memory_of};
use super::place::Place;
use super::processes::{Node, Process};
use crate::settings::Settings;
use crate::store::{checks, events, open_existing};
use crate::words::{ConversationId, EventKind};
use floor::Floor;
use plan::{Plan, Printer, Seen, Talk};
use senders::Senders;

/// How long goes by before anything is counted.
const WARM_UP: Duration = Duration::from_secs(1);
/// How long a generator may take to open its sockets, and to tell what it saw.
const PATIENCE: Duration = Duration::from_secs(120);

/// What to measure, and where to write it.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Servers, each a process. More than one needs PostgreSQL and Redis (settings database_url
    /// and redis_url). The database must be empty.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=2))]
    pub nodes: u16,
    /// Each has a customer and a rep, on a socket each.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=5_000))]
    pub conversations: u16,
    /// Messages that each side may have under way: the next is sent when one has arrived.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=32))]
    pub under_way: u16,
    /// Send so many messages a second instead, all together, however long each takes.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub rate: Option<u32>,
    /// Bytes of a message's text.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(32..=8_000))]
    pub bytes: u16,
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// Measure beside it a bare relay without storage and a bare insert of the same rows.
    #[arg(long)]
    pub floor: bool,
    /// Measure beside it so many senders at once at the store, in groups and one by one.
    #[arg(long, value_parser = clap::value_parser!(u16).range(2..=4_000))]
    pub senders: Option<u16>,
    /// Writes everything as JSON, too: to this file, or with - to the output.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// What was measured.
#[derive(Debug, serde::Serialize)]
pub struct Figures {
    pub place: String,
    pub what: String,
    pub seen: Seen,
    /// Seconds of processor for 1,000 messages.
    pub cpu: Cpu,
    pub unread: Option<&'static str>,
    /// KiB of each server, at the end.
    pub memory: Vec<u64>,
    pub checked: Checked,
    pub floor: Option<Floor>,
    pub senders: Option<Senders>,
    pub findings: Vec<checks::Finding>,
}

/// What the record has of what was said.
#[derive(Debug, Default, serde::Serialize)]
pub struct Checked {
    pub messages: u64,
    /// What is not as both ends have seen it.
    pub wrong: Vec<String>,
    #[serde(skip)]
    heads: HashMap<ConversationId, i64>,
}

impl Options {
    fn describe(&self) -> String {
        let pace = match self.rate {
            Some(rate) => format!("{rate} messages a second"),
            None => format!("{} under way for each side", self.under_way),
        };
        format!(
            "{} conversations, both sides, {pace}, {} bytes, {} s",
            self.conversations, self.bytes, self.seconds
        )
    }

    fn talk(&self, couples: &[Couple], urls: Vec<String>) -> Talk {
        Talk {
            urls,
            bare: false,
            couples: couples.to_vec(),
            from_seq: Some(SAID_NOTHING),
            under_way: self.under_way.into(),
            rate: self.rate.map(f64::from),
            bytes: self.bytes.into(),
            warm_up: WARM_UP,
            lasts: Duration::from_secs(self.seconds),
        }
    }
}

/// Measures, prints, and fails if a message was lost, doubled or out of order.
pub fn run(settings: Settings, options: &Options) -> anyhow::Result<()> {
    crate::server::raise_descriptors();
    let place = Place::new(lasting(settings), options.nodes)?;
    let report = super::Report::beside(options.json.as_deref());
    report.line(format!("{}; {}", place.describe(), options.describe()));
    report.line(place.raised());
    let measured = measure(&place, options);
    let figures = actix_web::rt::System::new().block_on(measured)?;
    report.lines(report::lines(&figures));
    if let Some(path) = &options.json {
        super::write(path, &serde_json::to_value(&figures)?)?;
    }
    ensure!(
        figures.is_well(),
        "a message was lost, doubled or out of order, or an invariant is broken"
    );
    Ok(())
}

impl Figures {
    fn is_well(&self) -> bool {
        let seen = self.seen.wrong == 0 && self.seen.stored > 0;
        seen && self.checked.wrong.is_empty() && crate::doctor::is_well(&self.findings)
    }
}

async fn measure(place: &Place, options: &Options) -> anyhow::Result<Figures> {
    let (couples, _) = furnish_couples(place, options.conversations.into(), 0).await?;
    let mut nodes = Vec::new();
    for turn in 0..usize::from(options.nodes) {
        nodes.push(Node::start(&place.settings, place.folder(), turn).await?);
    }
    let urls = nodes.iter().map(|node| node.url.clone()).collect();
    let mut databases = Databases::of(&place.settings).await?;
    let talk = options.talk(&couples, urls);
    let servers = || nodes.iter().map(|node| &node.process);
    let (seen, used) = talked(&talk, &mut databases, servers).await?;
    let memory = nodes
        .iter()
        .map(|node| memory_of(&node.process.id().to_string()));
    let memory = memory.collect::<anyhow::Result<Vec<u64>>>()?;
    for node in &mut nodes {
        node.process.stop().await?;
    }
    let (checked, findings) = super::aside(|| check(&place.settings, &couples, &seen))?;
    let floor = match options.floor {
        true => Some(floor::measure(place, &talk, &checked.heads, &mut databases).await?),
        false => None,
    };
    let senders = match options.senders {
        Some(many) => {
            let lasts = Duration::from_secs(options.seconds);
            let (settings, bytes) = (&place.settings, options.bytes.into());
            Some(senders::measure(settings, &couples, many.into(), bytes, lasts).await?)
        }
        None => None,
    };
    Ok(Figures {
        place: place.describe(),
        what: options.describe(),
        cpu: used.each(seen.stored.max(1) as f64 / 1_000.0),
        unread: databases.unread,
        memory,
        checked,
        floor,
        senders,
        findings,
        seen,
    })
}

/// Lets a generator talk; answers what it saw and what was used meanwhile.
pub async fn talked<'a, I: Iterator<Item = &'a Process>>(
    talk: &Talk,
    databases: &mut Databases,
    servers: impl Fn() -> I,
) -> anyhow::Result<(Seen, Cpu)> {
    let mut generator = Process::start(&["bench", "generator"])?;
    generator.instruct(&Plan::Talk(talk.clone()))?;
    generator.line_with("begin", PATIENCE).await?;
    let before = databases.read(servers()).await?;
    generator.line_with("end", talk.lasts + PATIENCE).await?;
    let after = databases.read(servers()).await?;
    let seen = generator.line_with("seen ", PATIENCE).await?;
    let seen = serde_json::from_str(&seen).context("what the generator saw")?;
    Ok((seen, after.since(&before)))
}

/// Compares what both ends have seen with the record, and asks the doctor. Blocks.
fn check(
    settings: &Settings,
    couples: &[Couple],
    seen: &Seen,
) -> anyhow::Result<(Checked, Vec<checks::Finding>)> {
    let mut conn = open_existing(&settings.database())?;
    let mut checked = Checked::default();
    for (couple, tally) in couples.iter().zip(&seen.tallies) {
        let (id, mut printer, mut seq) = (couple.conversation, Printer::default(), 0);
        loop {
            let page = events::after(&mut conn, id, seq, 1_000)?;
            let Some(last) = page.last() else { break };
            seq = last.seq;
            for event in page {
                if let (EventKind::Message, Some(client)) = (event.kind, event.client_id) {
                    printer.add(event.seq, client, event.body.as_deref().unwrap_or_default());
                }
            }
        }
        checked.heads.insert(id, seq);
        let stored = printer.print();
        checked.messages += stored.count;
        let [customer, rep] = &tally.sides;
        let as_sent = tally.sent == tally.acknowledged && tally.sent == stored.count;
        if tally.conversation != id || !as_sent || *customer != stored || *rep != stored {
            checked.wrong.push(format!(
                "{id}: {} sent, {} acknowledged, {} stored; the customer saw {}, the rep {}",
                tally.sent, tally.acknowledged, stored.count, customer.count, rep.count
            ));
        }
    }
    let findings = checks::run(&mut conn)?;
    Ok((checked, findings))
}

/// Does what the process that started this one tells it on its input.
pub fn generator() -> anyhow::Result<()> {
    crate::server::raise_descriptors();
    let plan: Plan = serde_json::from_reader(std::io::stdin()).context("no plan was given")?;
    actix_web::rt::System::new().block_on(async {
        match plan {
            Plan::Talk(plan) => {
                let seen = talk::talk(plan).await?;
                println!("seen {}", serde_json::to_string(&seen)?);
            }
            Plan::Hold(plan) => {
                let held = load::hold(plan).await;
                println!("held {}", serde_json::to_string(&held)?);
                std::future::pending::<()>().await;
            }
            Plan::Crowd(plan) => load::crowd(plan).await?,
        }
        Ok(())
    })
}
