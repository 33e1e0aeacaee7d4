//! The newest warnings and errors of the log, for who has no shell on this machine. What stands in
//! the log stands here, but for letters: never texts of people, never tokens.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::words::Moment;

/// How many are kept, of warnings and of errors.
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
pub struct Recent(Arc<Mutex<Kept>>);

/// Warnings, of which strangers can cause many, beside errors, of which they take no place: each
/// with its number among all.
#[derive(Debug, Default)]
struct Kept {
    count: u64,
    by_level: [VecDeque<(u64, Line)>; 2],
}

impl Recent {
    /// Keeps one more; the oldest of its level makes room.
    pub fn keep(&self, mut line: Line) {
        let is_whole = |at: &usize| line.text.is_char_boundary(*at);
        let most = (0..=LINE_BYTES_MAX).rev().find(is_whole);
        line.text.truncate(most.unwrap_or_default());
        let mut kept = self.lock();
        kept.count += 1;
        let count = kept.count;
        let lines = &mut kept.by_level[line.level as usize];
        if lines.len() == KEPT {
            lines.pop_front();
        }
        lines.push_back((count, line));
    }

    /// What is kept, the newest first.
    pub fn lines(&self) -> Vec<Line> {
        let kept = self.lock();
        let mut lines: Vec<_> = kept.by_level.iter().flatten().collect();
        lines.sort_by_key(|(count, _)| Reverse(*count));
        lines.into_iter().map(|(_, line)| line.clone()).collect()
    }

    /// Where a panic is told, this lock may be another's who panicked.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
