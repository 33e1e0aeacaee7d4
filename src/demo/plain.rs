//! The story as plain lines: what happens as it happens, and the state once a second.

use std::io::Write;
use std::time::Duration;

use tokio::time::interval;

use super::plan::Plan;
use super::tally::{Phase, Shared, Tally};

/// How often it looks for something to say.
const LOOK: Duration = Duration::from_millis(100);

/// Prints as long as somebody reads.
pub async fn watch(plan: &Plan, tally: &Shared) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    let url = tally.borrow().url.clone();
    writeln!(out, "switchboard demo: --seed {} at {url}", plan.seed)?;
    for place in &tally.borrow().places {
        writeln!(out, "{place}")?;
    }
    let (mut every, mut told, mut second, mut phase) = (interval(LOOK), 0, 0, None);
    let mut assigned = 0;
    loop {
        every.tick().await;
        let tally = tally.borrow();
        for (at, text) in &tally.notes[told..] {
            writeln!(out, "{:>6.1} s  {text}", at.as_secs_f64())?;
        }
        told = tally.notes.len();
        for one in tally
            .assignments
            .iter()
            .take(tally.assigned_all - assigned)
            .rev()
        {
            let (at, customer, rep) = (tally.elapsed().as_secs_f64(), &one.customer, &one.rep);
            writeln!(out, "{at:>6.1} s  {customer} is given to {rep}")?;
        }
        assigned = tally.assigned_all;
        let now = tally.elapsed().as_secs();
        if tally.phase == Phase::Playing && now > second {
            second = now;
            writeln!(out, "{}", state(plan, &tally))?;
        }
        let kind = std::mem::discriminant(&tally.phase);
        if phase.replace(kind) != Some(kind) {
            match tally.phase {
                Phase::Gathering(_) => writeln!(out, "{} people get accounts", tally.people)?,
                Phase::Reading => writeln!(out, "everything is read back and compared")?,
                Phase::Playing => {}
            }
        }
    }
}

fn state(plan: &Plan, tally: &Tally) -> String {
    let team = || tally.team.iter().filter_map(|id| tally.rep(*id));
    let load: i32 = team().map(|one| one.load).sum();
    let capacity: i32 = team().map(|one| one.capacity).sum();
    let mut load = format!("{load}/{capacity}");
    // A larger team does not fit on a line.
    if tally.team.len() <= 8 {
        let each: Vec<String> = team()
            .map(|one| format!("{}/{}", one.load, one.capacity))
            .collect();
        load.push_str(&format!(" ({})", each.join(" ")));
    }
    format!(
        "{:>6.1} s  served {}/{}, waiting {}, load {load}, {} messages/s",
        tally.elapsed().as_secs_f64(),
        tally.served,
        plan.arrivals.len(),
        tally.line,
        tally.rate()
    )
}
