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
    /// Of each round in which some stalled: its p99 by the mean of that of the rounds around it, in
    /// which all read.
    pub times: Vec<f64>,
    /// The same of each round in which all read: by how much rounds differ by themselves.
    pub by_chance: Vec<f64>,
    /// How often somebody who did not read was cut off, and came back.
    pub cut_off: usize,
    pub wrong: u64,
}

/// Measures both by turns, and each that stalls against those before and behind it, so that what
/// else goes on hits all of them.
pub async fn measure(
    options: &Options,
    url: &str,
    mut couples: Vec<Couple>,
) -> anyhow::Result<Readers> {
    let crowd = couples.split_off(couples.len() - couples.len() / 4);
    let sockets = 2 * (couples.len() + crowd.len());
    let mut waits = Vec::new();
    let (mut wrong, mut cut_off) = (0, 0);
    for turn in 0..=2 * options.rounds {
        let plan = Crowd {
            url: url.into(),
            couples: crowd.clone(),
            rate: RATE,
            bytes: BYTES,
            stalls: turn % 2 == 1,
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
    let read: Vec<Figures> = waits.iter().step_by(2).copied().collect();
    let stall: Vec<Figures> = waits.iter().skip(1).step_by(2).copied().collect();
    Ok(Readers {
        sockets,
        stalled: 2 * crowd.len(),
        all_read: Figures::median(&read),
        some_stall: Figures::median(&stall),
        times: against_neighbours(&waits).step_by(2).collect(),
        by_chance: against_neighbours(&read).collect(),
        cut_off,
        wrong,
    })
}

/// The p99 of each round that has one on either side, by the mean of theirs.
fn against_neighbours(rounds: &[Figures]) -> impl Iterator<Item = f64> {
    rounds.windows(3).map(|three| {
        let around = (three[0].p99_ms + three[2].p99_ms) / 2.0;
        three[1].p99_ms / around.max(f64::MIN_POSITIVE)
    })
}

/// The least, the middle one and the most; zeros of nothing.
fn range(figures: &[f64]) -> [f64; 3] {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |place: usize| sorted.get(place).copied().unwrap_or_default();
    [0, sorted.len() / 2, sorted.len().saturating_sub(1)].map(at)
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
        let [least, middle, most] = range(&self.times);
        let mut text = format!(
            "{} sockets that talk, of {} of which the readers may stall; {} were cut off\n  \
             {}\n  {}\n\
             p99 x {middle:.2} when they stall; the goal of {GOAL:.1} is {}; \
             rounds from x {least:.2} to x {most:.2}\n",
            self.sockets,
            self.stalled,
            self.cut_off,
            self.all_read.line("all read"),
            self.some_stall.line("a quarter reads slowly or not at all"),
            match middle <= GOAL {
                true => "met",
                false => "missed",
            },
        );
        if !self.by_chance.is_empty() {
            let [least, _, most] = range(&self.by_chance);
            text.push_str(&format!(
                "by chance, as rounds in which all read differ: from x {least:.2} to x {most:.2}\n"
            ));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_is_held_against_those_around_it() {
        let round = |ms| Figures::of(&[Duration::from_millis(ms)]);
        let rounds = [2, 6, 4, 4, 4].map(round);
        let times: Vec<f64> = against_neighbours(&rounds).collect();
        assert_eq!(times, [2.0, 0.8, 1.0]);
        assert_eq!(against_neighbours(&rounds[..2]).count(), 0);
        assert_eq!(range(&times), [0.8, 1.0, 2.0]);
        assert_eq!(range(&[]), [0.0; 3]);
    }
}
