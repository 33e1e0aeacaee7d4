//! Whether those who do not read slow the others down: the same traffic, once with readers who
//! read and once with such who do not.

use std::time::Duration;

use anyhow::Context;

use super::Options;
use crate::bench::couples::Couple;
use crate::bench::figures::Figures;
use crate::bench::processes::Process;
use crate::bench::relay::plan::{Crowd, Plan, Seen, Talk};

/// Messages a second of each side of a conversation whose readers may stall, and bytes of each:
/// enough to fill every buffer on the way within seconds, with what fits into the doorbell.
const RATE: f64 = 15.0;
const BYTES: usize = 2_000;
/// How many seconds the crowd is at it before it counts, unless less is measured.
const WARM_UP: u64 = 6;
const PATIENCE: Duration = Duration::from_secs(60);
/// Those who read may wait so many times as long when others stall.
const GOAL: f64 = 1.2;

/// What those who read have waited.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Readers {
    pub sockets: usize,
    pub stalled: usize,
    /// Each figure the median of the rounds.
    pub all_read: Figures,
    pub some_stall: Figures,
    /// How often somebody who did not read was cut off, and came back.
    pub cut_off: usize,
    pub wrong: u64,
}

/// Measures both by turns, so that what else goes on hits both.
pub async fn measure(
    options: &Options,
    url: &str,
    mut couples: Vec<Couple>,
) -> anyhow::Result<Readers> {
    let crowd = couples.split_off(couples.len() - couples.len() / 4);
    let sockets = 2 * (couples.len() + crowd.len());
    let (mut read, mut stall) = (Vec::new(), Vec::new());
    let (mut wrong, mut cut_off) = (0, 0);
    for _ in 0..options.rounds {
        for (stalls, waits) in [(false, &mut read), (true, &mut stall)] {
            let plan = Crowd {
                url: url.into(),
                couples: crowd.clone(),
                rate: RATE,
                bytes: BYTES,
                stalls,
            };
            let mut busy = Process::start(&["bench", "generator"])?;
            busy.instruct(&Plan::Crowd(plan))?;
            busy.line_with("begin", PATIENCE).await?;
            let seen = talked(talk(options, url, &couples)).await?;
            cut_off += busy.count("cut");
            busy.kill();
            wrong += seen.wrong;
            for says in &seen.examples {
                eprintln!("BROKEN {says}");
            }
            waits.push(seen.end_to_end);
        }
    }
    Ok(Readers {
        sockets,
        stalled: 2 * crowd.len(),
        all_read: Figures::median(&read),
        some_stall: Figures::median(&stall),
        cut_off,
        wrong,
    })
}

fn talk(options: &Options, url: &str, couples: &[Couple]) -> Talk {
    Talk {
        urls: vec![url.into()],
        bare: false,
        couples: couples.to_vec(),
        from_seq: None,
        under_way: 1,
        rate: Some(options.rate.into()),
        bytes: 64,
        warm_up: Duration::from_secs(WARM_UP.min(options.seconds)),
        lasts: Duration::from_secs(options.seconds),
    }
}

async fn talked(talk: Talk) -> anyhow::Result<Seen> {
    let mut generator = Process::start(&["bench", "generator"])?;
    let lasts = talk.warm_up + talk.lasts;
    generator.instruct(&Plan::Talk(talk))?;
    let seen = generator.line_with("seen ", lasts + PATIENCE).await?;
    serde_json::from_str(&seen).context("what the generator saw")
}

impl Readers {
    pub fn lines(&self) -> String {
        let ratio = self.some_stall.p99_ms / self.all_read.p99_ms.max(f64::MIN_POSITIVE);
        format!(
            "{} sockets that talk, of {} of which the readers may stall; {} were cut off\n  \
             {}\n  {}\n\
             p99 x {ratio:.2} when they stall; the goal of {GOAL:.1} is {}\n",
            self.sockets,
            self.stalled,
            self.cut_off,
            self.all_read.line("all read"),
            self.some_stall.line("a quarter reads slowly or not at all"),
            match ratio <= GOAL {
                true => "met",
                false => "missed",
            },
        )
    }
}
