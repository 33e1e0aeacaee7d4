//! `switchboard bench`: figures of this program, measured with real servers and real sockets.
//!
//! Figures are ratios to something measured in the same run, since machines are shared and noisy.

mod bare_claims;
mod dispatch;
mod people;
mod place;
pub mod stress;

pub use dispatch::Options;
use place::Place;

use std::time::Duration;

use crate::settings::Settings;

/// How long the next in line may wait for a free slot, at the 99th percentile; on a machine whose
/// database takes longer for a bare claim, half of that.
const GOAL: Duration = Duration::from_millis(16);

/// Measures how long a free slot waits for the next customer, prints it, and beside it what a bare
/// claim transaction costs on the same database at the same moment.
pub fn dispatch(settings: Settings, options: &Options) -> anyhow::Result<()> {
    let place = Place::new(settings, options.nodes)?;
    println!("{}, {}", place.describe(), options.describe());
    let bare = bare_claims::measure(&place.settings, options.slots())?;
    print("bare claim transaction", &bare);
    let waits = actix_web::rt::System::new().block_on(dispatch::measure(&place, options))?;
    print(
        "close acknowledged -> next customer told",
        &waits.slot_to_customer,
    );
    print("close sent -> close acknowledged", &waits.close);
    println!(
        "{} assignments, {:.0} a second",
        waits.assignments,
        waits.assignments as f64 / options.seconds as f64
    );
    let (ours, bare) = (
        percentile(&waits.slot_to_customer, 99),
        percentile(&bare, 99),
    );
    let goal = GOAL.max(bare / 2);
    let verdict = if ours <= goal { "met" } else { "missed" };
    println!(
        "p99 {} against {} bare: ratio {:.2}; the goal of {} is {verdict}",
        ms(ours),
        ms(bare),
        ours.as_secs_f64() / bare.as_secs_f64(),
        ms(goal),
    );
    print!("{}", crate::doctor::report(&waits.findings));
    anyhow::ensure!(
        crate::doctor::is_well(&waits.findings),
        "an invariant is broken"
    );
    Ok(())
}

fn print(what: &str, times: &[Duration]) {
    println!(
        "{what:42} n {:6}  p50 {:>9}  p90 {:>9}  p99 {:>9}  max {:>9}",
        times.len(),
        ms(percentile(times, 50)),
        ms(percentile(times, 90)),
        ms(percentile(times, 99)),
        ms(percentile(times, 100)),
    );
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

/// The value below which so many of a hundred lie. Zero of nothing.
fn percentile(times: &[Duration], percent: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let times: Vec<_> = (1..=200).rev().map(Duration::from_millis).collect();
        let at = |percent| percentile(&times, percent).as_millis();
        assert_eq!((at(50), at(99), at(100)), (100, 198, 200));
        assert_eq!(percentile(&[], 99), Duration::ZERO);
    }
}
