//! What people and times are called on the screen.

use std::time::Duration;

/// What others call a customer.
pub fn customer(index: usize) -> String {
    format!("customer {}", index + 1)
}

/// What others call a rep.
pub fn rep(index: usize) -> String {
    format!("rep {}", index + 1)
}

/// A duration as people say it.
pub fn short(time: impl Into<Option<Duration>>) -> String {
    match time.into() {
        None => "-".into(),
        Some(time) if time < Duration::from_millis(1) => "under 1 ms".into(),
        Some(time) if time < Duration::from_secs(1) => format!("{} ms", time.as_millis()),
        Some(time) => format!("{:.1} s", time.as_secs_f64()),
    }
}
