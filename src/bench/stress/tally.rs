//! What has happened so far, and what of it was wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::error::{Code, Error, Result};
use crate::news::EventView;
use crate::words::EventKind;

/// How many of the wrong things are told in full.
const TOLD: usize = 20;

/// Answers that are no more than another's being quicker, or a rule.
const REFUSALS: &[Code] = &[
    Code::NotFound,
    Code::ConversationClosed,
    Code::ConversationParked,
    Code::AlreadyClaimed,
    Code::AtCapacity,
    Code::StaleAssignment,
    Code::OfferGone,
    Code::WrongState,
    Code::RepUnavailable,
    Code::ValidationFailed,
    Code::TooManyOpen,
    Code::QueueFull,
];

/// Answers that say that nothing was decided.
const BUSY: [Code; 2] = [Code::Overloaded, Code::Unavailable];

/// What must never happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// A rep was assigned more than he might hold.
    OverCapacity,
    /// A conversation was given to two at once, or made twice.
    Twice,
    /// Something acknowledged is not there, or nobody ever gets it.
    Lost,
    /// Somebody waited although a free rep could have served him.
    Idle,
    /// The line held something else than the record.
    Astray,
    /// Somebody was served before another who stood before him.
    OutOfTurn,
    /// An answer that nobody should get.
    Answer,
}

/// The running counts.
pub struct Tally {
    /// By command: done, refused.
    pub commands: BTreeMap<&'static str, (u64, u64)>,
    /// Answers "busy": nothing was done, and nothing is wrong.
    pub busy: u64,
    /// Conversations opened and messages sent that were acknowledged.
    pub opened: u64,
    pub said: u64,
    /// How often the house was at rest, and how long it took at most until all was told and given
    /// out, and for what.
    pub rests: u64,
    pub longest_rest: (Duration, String),
    /// Assignments at rest whose turn was foretold.
    pub turns: u64,
    wrong: BTreeMap<Wrong, u64>,
    told: Vec<String>,
}

impl Tally {
    pub fn new() -> Self {
        Self {
            commands: BTreeMap::new(),
            busy: 0,
            opened: 0,
            said: 0,
            rests: 0,
            longest_rest: Default::default(),
            turns: 0,
            wrong: BTreeMap::new(),
            told: Vec::new(),
        }
    }

    /// It took so long until all was told and given out; what was missing last.
    pub fn settled(&mut self, after: Duration, last: String) {
        if after > self.longest_rest.0 {
            self.longest_rest = (after, last);
        }
    }

    /// Something is wrong.
    pub fn wrong(&mut self, what: Wrong, says: String) {
        self.wrong_many(what, 1, says);
    }

    pub fn wrong_many(&mut self, what: Wrong, count: u64, says: String) {
        *self.wrong.entry(what).or_default() += count;
        self.tell(says);
    }

    /// More about what is wrong.
    pub fn tell(&mut self, says: String) {
        if self.told.len() < TOLD {
            self.told.push(says);
        }
    }

    /// How many of these commands were done, and how many refused.
    pub fn of(&self, command: &str) -> (u64, u64) {
        self.commands.get(command).copied().unwrap_or_default()
    }

    pub fn count(&self, what: Wrong) -> u64 {
        self.wrong.get(&what).copied().unwrap_or_default()
    }

    /// All that was wrong, in full.
    pub fn told(&self) -> &[String] {
        &self.told
    }

    pub fn all_is_well(&self) -> bool {
        self.wrong.is_empty()
    }

    /// Counts an answer and passes on what it brought. The flag says whether it was refused.
    pub fn answered<T>(&mut self, command: &'static str, answer: Result<T>) -> (Option<T>, bool) {
        let counts = self.commands.entry(command).or_default();
        match answer {
            Ok(answer) => {
                counts.0 += 1;
                (Some(answer), false)
            }
            Err(error) if BUSY.contains(&error.code) => {
                self.busy += 1;
                (None, true)
            }
            Err(error) => {
                counts.1 += 1;
                self.failed(command, &error);
                (None, true)
            }
        }
    }

    fn failed(&mut self, command: &'static str, error: &Error) {
        if !REFUSALS.contains(&error.code) {
            let cause = error.cause.as_ref().map(|cause| format!("{cause:#}"));
            let says = format!("{command}: {error} {}", cause.unwrap_or_default());
            self.wrong(Wrong::Answer, says);
        }
    }

    /// What takes a slot says what the rep held and might hold at its commit.
    pub fn judge(&mut self, event: &EventView) {
        if ![EventKind::Assigned, EventKind::Offered].contains(&event.kind) {
            return;
        }
        let data = event.data.as_ref();
        let number = |name: &str| data?.get(name)?.as_i64();
        let said = |name: &str| data.is_some_and(|data| data[name] == true);
        if said("over_capacity") || said("accepted") {
            return;
        }
        if number("load").is_none() || number("load") > number("capacity") {
            let says = format!("{} seq {}: {data:?}", event.conversation, event.seq);
            self.wrong(Wrong::OverCapacity, says);
        }
    }
}
