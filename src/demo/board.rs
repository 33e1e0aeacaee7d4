//! The live board: owns the terminal while the story is told and gives it back whatever happens.

use std::mem::ManuallyDrop;
use std::time::Duration;

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyModifiers};
use tokio::time::interval;

use super::paint;
use super::plan::Plan;
use super::tally::Shared;

/// How often it is painted.
const PAINT: Duration = Duration::from_millis(100);

/// The terminal, as long as it is ours. Its own end is left out: it complains on stderr, which
/// is gone when the terminal is, and so would take the rest of the cleaning up with it.
pub struct Board(ManuallyDrop<DefaultTerminal>);

impl Board {
    /// Takes the terminal; none if it does not let itself be taken.
    pub fn open() -> Option<Self> {
        // Also gives it back when something panics.
        ratatui::try_init()
            .ok()
            .map(|one| Self(ManuallyDrop::new(one)))
    }

    /// Paints until the watcher presses q, Esc or Ctrl-C.
    pub async fn watch(mut self, plan: &Plan, tally: &Shared) {
        let mut every = interval(PAINT);
        loop {
            every.tick().await;
            let painted = self
                .0
                .draw(|frame| paint::board(frame, plan, &tally.borrow()));
            if painted.is_err() || has_had_enough() {
                return;
            }
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        let _ = self.0.show_cursor();
        let _ = ratatui::try_restore();
    }
}

/// Whether a key was pressed that ends it.
fn has_had_enough() -> bool {
    while event::poll(Duration::ZERO).unwrap_or(false) {
        let Ok(Event::Key(key)) = event::read() else {
            continue;
        };
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('q') | KeyCode::Esc => return true,
            KeyCode::Char('c') if control => return true,
            _ => {}
        }
    }
    false
}
