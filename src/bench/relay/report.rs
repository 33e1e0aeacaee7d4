//! What was measured of the relay, as lines for people.

use super::Figures;
use super::floor::Floor;
use super::senders::{Rate, Senders};
use crate::bench::meters::Cpu;
use crate::doctor;

/// One commit for many is to be so many times as fast as one for each.
const GOAL: f64 = 6.0;

/// The whole report.
pub fn lines(figures: &Figures) -> String {
    let seen = &figures.seen;
    let per_second = |count: u64| count as f64 / seen.seconds;
    let mut text = format!(
        "delivered {:.0} messages/s, stored {:.0} messages/s\n",
        per_second(seen.delivered),
        per_second(seen.stored)
    );
    line(
        &mut text,
        &seen.end_to_end.line("sent -> the other side has it"),
    );
    line(
        &mut text,
        &format!("processor for 1,000 messages: {}", cpu(&figures.cpu)),
    );
    if let Some(unread) = figures.unread {
        line(&mut text, &format!("  {unread}, so they are not in it"));
    }
    let memory = figures
        .memory
        .iter()
        .map(|kib| format!("{} MiB", kib / 1_024));
    let memory: Vec<String> = memory.collect();
    line(
        &mut text,
        &format!("memory of each server: {}", memory.join(", ")),
    );
    checked(&mut text, figures);
    if let Some(one) = &figures.floor {
        floor(&mut text, one, &figures.cpu);
    }
    if let Some(one) = &figures.senders {
        senders(&mut text, one);
    }
    text.push_str(&doctor::report(&figures.findings));
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn cpu(cpu: &Cpu) -> String {
    let mut text = format!("{:.4} s (server {:.4}", cpu.all(), cpu.server);
    for (name, used) in [("PostgreSQL", cpu.postgres), ("Redis", cpu.redis)] {
        if let Some(used) = used {
            text.push_str(&format!(", {name} {used:.4}"));
        }
    }
    text + ")"
}

fn checked(text: &mut String, figures: &Figures) {
    let (seen, checked) = (&figures.seen, &figures.checked);
    if seen.wrong == 0 && checked.wrong.is_empty() {
        let many = checked.messages;
        let says = "each exactly once and in order at both ends, and so in the record";
        line(text, &format!("checked {many} messages: {says}"));
    }
    for says in seen.examples.iter().chain(checked.wrong.iter().take(5)) {
        line(text, &format!("BROKEN {says}"));
    }
    if seen.wrong > 0 {
        line(text, &format!("wrong at the ends: {}", seen.wrong));
    }
}

fn floor(text: &mut String, floor: &Floor, ours: &Cpu) {
    line(
        text,
        &format!(
            "a bare relay, nothing stored: {:.0} messages/s, {:.4} s for 1,000; p99 {:.2} ms",
            floor.relay_per_second, floor.relay_cpu, floor.relay_end_to_end.p99_ms
        ),
    );
    line(
        text,
        &format!(
            "a bare insert of the same rows, {} to a commit: {:.0} messages/s, {:.4} s for 1,000",
            floor.group, floor.inserts_per_second, floor.insert_cpu
        ),
    );
    let ratio = ours.all() / floor.sum();
    line(
        text,
        &format!(
            "processor: ratio {ratio:.2} to the sum of both; the goal of {:.1} is {}",
            floor.goal,
            met(ratio <= floor.goal)
        ),
    );
}

fn senders(text: &mut String, one: &Senders) {
    let rate = |rate: &Rate| {
        let Rate { per_second, takes } = rate;
        format!(
            "{per_second:.0} messages/s, p50 {:.1} ms, p99 {:.1} ms",
            takes.p50_ms, takes.p99_ms
        )
    };
    line(
        text,
        &format!(
            "{} senders at the store, in groups: {}",
            one.senders,
            rate(&one.in_groups)
        ),
    );
    line(
        text,
        &format!(
            "one transaction each, {} connection(s): {}",
            one.connections,
            rate(&one.one_by_one)
        ),
    );
    let ratio = one.in_groups.per_second / one.one_by_one.per_second;
    line(
        text,
        &format!(
            "ratio {ratio:.1}; the goal of {GOAL:.0} is {}",
            met(ratio >= GOAL)
        ),
    );
}

pub fn met(well: bool) -> &'static str {
    match well {
        true => "met",
        false => "missed",
    }
}
