//! The newest warnings and errors of the log, for who has no shell on this machine. What stands in
//! the log stands here, but for letters: never texts of people, never tokens.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use crate::words::Moment;

/// How many are kept.
const KEPT: usize = 50;
/// Bytes that are kept of one line.
const LINE_BYTES_MAX: usize = 1_000;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LogLevel)]
pub enum Level {
    Warn,
    Error,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = LogLine)]
pub struct Line {
    pub at: Moment,
    pub level: Level,
    /// Which part of the program says so.
    pub part: String,
    /// What, with its details behind it.
    pub text: String,
}

/// The newest lines. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Recent(Arc<Mutex<VecDeque<Line>>>);

impl Recent {
    /// Keeps one more; the oldest makes room.
    pub fn keep(&self, mut line: Line) {
        let is_whole = |at: &usize| line.text.is_char_boundary(*at);
        let most = (0..=LINE_BYTES_MAX).rev().find(is_whole);
        line.text.truncate(most.unwrap_or_default());
        // Where a panic is told, this lock may be another's who panicked.
        let mut lines = self.0.lock().unwrap_or_else(|broken| broken.into_inner());
        if lines.len() == KEPT {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    /// What is kept, the newest first.
    pub fn lines(&self) -> Vec<Line> {
        let lines = self.0.lock().unwrap_or_else(|broken| broken.into_inner());
        lines.iter().rev().cloned().collect()
    }
}
