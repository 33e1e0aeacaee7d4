//! The end: what was measured, and whether all was as it should be.

use std::fmt::Write;
use std::time::Duration;

use super::audit::ReadBack;
use super::labels::{self, short};
use super::plan::Plan;
use super::tally::{Raised, SAMPLE, Tally};
use super::{Ended, host};
use crate::doctor;
use crate::store::checks::Finding;

/// What was found at the end.
pub struct Verdict {
    /// What speaks against it, in words.
    complaints: Vec<String>,
    read_back: Option<ReadBack>,
    findings: Option<Vec<Finding>>,
}

impl Verdict {
    pub fn new(
        tally: &Tally,
        read_back: anyhow::Result<ReadBack>,
        findings: Option<Vec<Finding>>,
    ) -> Self {
        let mut complaints = tally.troubles.clone();
        let more = tally.trouble_count - tally.troubles.len();
        let customers = tally.people - tally.team.len();
        let mut found = |count: u64, what: &str| {
            if count > 0 {
                complaints.push(format!("{count} {what}"));
            }
        };
        found(more as u64, "more troubles like these");
        found(
            (customers - tally.served) as u64,
            "customers were not served to the end",
        );
        found(tally.holes, "events came to a socket out of their chain");
        found(
            tally.over_capacity,
            "times a rep was seen above his capacity",
        );
        found(
            tally.sent.abs_diff(tally.delivered()),
            "messages were not delivered exactly once",
        );
        let read_back = match read_back {
            Ok(back) => {
                found(back.lost, "acknowledged commands are not in the log");
                found(back.doubled, "commands are in the log more than once");
                found(back.holes, "logs have holes");
                found(
                    back.assigned_wrong,
                    "conversations were not assigned exactly once",
                );
                found(back.over_capacity, "assignments were above a capacity");
                found(back.unclosed, "conversations are not closed");
                found(
                    back.messages.abs_diff(tally.sent),
                    "messages too many or too few in the log",
                );
                Some(back)
            }
            Err(error) => {
                complaints.push(format!("the record could not be read back: {error:#}"));
                None
            }
        };
        if !host::is_well(findings.as_deref()) {
            complaints.push("the doctor found broken invariants".into());
        }
        Self {
            complaints,
            read_back,
            findings,
        }
    }

    pub fn is_good(&self) -> bool {
        self.complaints.is_empty()
    }
}

/// Everything that is said at the end.
pub fn report(plan: &Plan, tally: &Tally, ended: &Ended) -> String {
    let (customers, reps) = (plan.arrivals.len(), plan.capacities.len());
    let mut text = format!(
        "\nSwitchboard demo: {customers} customers, {reps} reps, {:.0} s, --seed {}\n\n",
        tally.elapsed().as_secs_f64(),
        plan.seed
    );
    for (name, value) in figures(plan, tally, ended) {
        let _ = writeln!(text, "  {name:<14}{value}");
    }
    match ended {
        Ended::Stopped => text.push_str("\nstopped before its end\n"),
        Ended::Told(verdict) => text.push_str(&judgement(verdict)),
    }
    text
}

fn figures(plan: &Plan, tally: &Tally, ended: &Ended) -> Vec<(&'static str, String)> {
    let customers = plan.arrivals.len();
    let most = tally.message_curve.iter().max().copied().unwrap_or(0);
    let most = most * (1_000 / SAMPLE.as_millis() as u64);
    let (waits, slots) = (sorted(&tally.waits), sorted(&tally.slot_waits));
    let (line, at) = tally.longest;
    let served = match ended {
        Ended::Stopped => format!("{} of {customers} until then", tally.served),
        Ended::Told(_) => format!(
            "{} of {customers}, {} abandoned",
            tally.served,
            customers - tally.served
        ),
    };
    vec![
        ("served", served),
        (
            "messages",
            format!(
                "{} sent, {} delivered, up to {most} a second",
                tally.sent,
                tally.delivered()
            ),
        ),
        (
            "wait",
            format!(
                "p50 {}, p90 {}, longest {}  (opened to assigned)",
                short(part(&waits, 0.5)),
                short(part(&waits, 0.9)),
                short(part(&waits, 1.0))
            ),
        ),
        ("free slot", free_slot(&slots)),
        (
            "longest line",
            format!("{line} waiting, after {:.0} s", at.as_secs_f64()),
        ),
        ("capacity", capacity(plan, tally.raised.as_ref())),
    ]
}

/// How long free slots waited for those who waited for them.
fn free_slot(slots: &[Duration]) -> String {
    if slots.is_empty() {
        return "nobody waited for one: give more --customers, or fewer --reps, to see a line"
            .into();
    }
    format!(
        "p50 {}, p99 {}, {} times  (closed to the next one assigned)",
        short(part(slots, 0.5)),
        short(part(slots, 0.99)),
        slots.len()
    )
}

/// What the raised capacity brought.
fn capacity(plan: &Plan, raised: Option<&Raised>) -> String {
    let raise = plan.raise;
    let Some(raised) = raised else {
        return "nobody's was raised".into();
    };
    let head = format!(
        "{} from {} to {} with {} waiting",
        labels::rep(raise.rep),
        raise.from,
        raise.to,
        raised.waiting
    );
    let slots = raised.slots;
    match raised.filled.iter().take(slots).max() {
        Some(last) => format!(
            "{head}: {} more within {}",
            raised.filled.len().min(slots),
            short(*last)
        ),
        None => format!("{head}: nobody needed it"),
    }
}

fn judgement(verdict: &Verdict) -> String {
    let mut text = String::new();
    if let Some(back) = verdict.read_back {
        let _ = writeln!(
            text,
            "  {:<14}{} conversations and {} messages, compared with what was told",
            "read back", back.conversations, back.messages
        );
    }
    match &verdict.findings {
        None => {
            let _ = writeln!(
                text,
                "  {:<14}not asked: he needs the server's database; run `switchboard doctor` there",
                "doctor"
            );
        }
        Some(findings) => {
            let report = doctor::report(findings);
            for line in report.lines().filter(|line| !line.starts_with("ok ")) {
                let _ = writeln!(text, "  {:<14}{line}", "doctor");
            }
        }
    }
    text.push('\n');
    if verdict.is_good() {
        text.push_str(
            "verdict: good\n  each customer was assigned once, no rep went above his capacity,\n  \
             no message was lost or doubled\n",
        );
    } else {
        text.push_str("verdict: not good\n");
        for one in &verdict.complaints {
            let _ = writeln!(text, "  - {one}");
        }
    }
    text
}

fn sorted(of: &[Duration]) -> Vec<Duration> {
    let mut of = of.to_vec();
    of.sort();
    of
}

/// The value below which this part of a sorted list lies.
fn part(of: &[Duration], share: f64) -> Option<Duration> {
    let at = (of.len() as f64 * share).ceil() as usize;
    of.get(at.max(1) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_of_the_list() {
        let list: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        let at = |share| part(&list, share).unwrap().as_millis();
        assert_eq!((at(0.5), at(0.9), at(0.99), at(1.0)), (50, 90, 99, 100));
        assert_eq!(part(&[], 0.5), None);
        assert_eq!(part(&list[..1], 0.5), Some(list[0]));
    }
}
