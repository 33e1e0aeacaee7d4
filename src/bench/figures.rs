//! Times as figures: what of them is told, to people and to programs.

use std::time::Duration;

/// Some times, by what share of them lies below.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Figures {
    pub n: usize,
    pub p50_ms: f64,
    pub p90_ms: f64,
    pub p99_ms: f64,
    pub p999_ms: f64,
    pub max_ms: f64,
}

impl Figures {
    /// Nearest ranks. Zeros of nothing.
    pub fn of(times: &[Duration]) -> Self {
        let mut sorted = times.to_vec();
        sorted.sort();
        let below = |thousandths: usize| {
            let at = (sorted.len() * thousandths).div_ceil(1_000);
            let time = sorted.get(at.saturating_sub(1));
            time.map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
        };
        Self {
            n: sorted.len(),
            p50_ms: below(500),
            p90_ms: below(900),
            p99_ms: below(990),
            p999_ms: below(999),
            max_ms: below(1_000),
        }
    }

    /// Each figure the one in the middle of several runs.
    pub fn median(runs: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| {
            let mut all: Vec<f64> = runs.iter().map(figure).collect();
            all.sort_by(f64::total_cmp);
            all.get(all.len() / 2).copied().unwrap_or_default()
        };
        Self {
            n: runs.iter().map(|run| run.n).sum(),
            p50_ms: of(|run| run.p50_ms),
            p90_ms: of(|run| run.p90_ms),
            p99_ms: of(|run| run.p99_ms),
            p999_ms: of(|run| run.p999_ms),
            max_ms: of(|run| run.max_ms),
        }
    }

    /// A line for people.
    pub fn line(&self, what: &str) -> String {
        let Self { n, .. } = self;
        let ms = |ms: f64| format!("{ms:.2} ms");
        format!(
            "{what:42} n {n:6}  p50 {:>9}  p90 {:>9}  p99 {:>9}  p99.9 {:>9}  max {:>9}",
            ms(self.p50_ms),
            ms(self.p90_ms),
            ms(self.p99_ms),
            ms(self.p999_ms),
            ms(self.max_ms),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_nearest_ranks() {
        let times: Vec<_> = (1..=2_000).rev().map(Duration::from_millis).collect();
        let figures = Figures::of(&times);
        let Figures {
            p50_ms,
            p99_ms,
            p999_ms,
            max_ms,
            ..
        } = figures;
        assert_eq!(
            (p50_ms, p99_ms, p999_ms, max_ms),
            (1_000.0, 1_980.0, 1_998.0, 2_000.0)
        );
        assert_eq!(Figures::of(&[]), Figures::default());
    }

    #[test]
    fn the_median_is_in_the_middle() {
        let run = |ms| Figures::of(&[Duration::from_millis(ms)]);
        let median = Figures::median(&[run(9), run(1), run(4)]);
        assert_eq!((median.n, median.p99_ms), (3, 4.0));
    }
}
