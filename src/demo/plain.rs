//! The story as plain lines: what happens as it happens, and the state once a second.

use std::time::Duration;

use tokio::time::interval;

use super::plan::Plan;
use super::tally::{Phase, Shared, Tally};

/// How often it looks for something to say.
const LOOK: Duration = Duration::from_millis(100);

/// Prints for ever.
pub async fn watch(plan: &Plan, tally: &Shared) {
    println!(
        "switchboard demo: --seed {} at {}",
        plan.seed,
        tally.borrow().url
    );
    let (mut every, mut told, mut second, mut phase) = (interval(LOOK), 0, 0, None);
    loop {
        every.tick().await;
        let tally = tally.borrow();
        if phase != Some(std::mem::discriminant(&tally.phase)) {
            phase = Some(std::mem::discriminant(&tally.phase));
            match tally.phase {
                Phase::Gathering(_) => println!("{} people get their accounts", tally.people),
                Phase::Reading => println!("reading everything back"),
                Phase::Playing => {}
            }
        }
        for (at, text) in &tally.notes[told..] {
            println!("{:>6.1} s  {text}", at.as_secs_f64());
        }
        told = tally.notes.len();
        let now = tally.elapsed().as_secs();
        if tally.phase == Phase::Playing && now > second {
            second = now;
            println!("{}", state(plan, &tally));
        }
    }
}

fn state(plan: &Plan, tally: &Tally) -> String {
    let team: Vec<String> = tally
        .team
        .iter()
        .filter_map(|id| tally.rep(*id))
        .map(|one| format!("{}/{}", one.load, one.capacity))
        .collect();
    format!(
        "{:>6.1} s  served {}/{}, waiting {}, reps {}, {} messages/s",
        tally.elapsed().as_secs_f64(),
        tally.served,
        plan.arrivals.len(),
        tally.line,
        team.join(" "),
        tally.rate()
    )
}
