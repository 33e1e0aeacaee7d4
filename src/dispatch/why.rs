//! Why one waits, and why a rep gets nothing, by the rules that chose and not by second thoughts.
//!
//! Asked of a snapshot, so of one moment: many questions may be asked of the same.

use super::{HeldConversation, HeldRep, Snapshot, Standing, Whose};
use crate::words::{Availability, ConversationId, Moment, QueueId, UserId};

/// What stands between a rep and a conversation, or a rep and any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: the next step gives it to him, or to a better one.
    Free,
    /// Nothing, but this other one, which he may have as well, has its turn before it.
    AheadOfIt(ConversationId),
    /// He has said that he is available, but is not connected.
    Absent,
    /// He has said so.
    Unavailable(Availability),
    /// The load counts what is proposed to him.
    Full { load: i32, capacity: i32 },
    /// He does not serve its queue.
    NotServing,
    /// It stands in the line of another rep, until then.
    ReservedForAnother { until: Moment },
    /// He has declined or missed it.
    Cooling { until: Moment },
    /// The database has refused the pair twice running.
    Refused { until: Moment },
}

/// Why a conversation stands where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    Waits {
        line: Whose,
        /// How many wait before it in that line; what is people's to take is not counted.
        ahead: usize,
        /// Every rep, by id.
        reps: Vec<(UserId, Verdict)>,
    },
    Proposed {
        rep: UserId,
        until: Moment,
    },
    /// Its queue is manual: people alone take it.
    Manual,
    /// Not in line: with a rep, or held.
    Served,
}

/// Why a rep gets nothing, if he gets nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyIdle {
    pub load: i32,
    pub capacity: i32,
    /// About the rep alone: free, or why not.
    pub rep: Verdict,
    /// Of each of his lines where someone waits and is not people's to take. Empty: no one waits
    /// for him.
    pub heads: Vec<Head>,
}

/// The first of a line, and why a rep has not got it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub line: Whose,
    pub conversation: ConversationId,
    pub verdict: Verdict,
}

impl Snapshot {
    /// Nothing, if this conversation is not held.
    pub fn why(&self, conversation: ConversationId, now: Moment) -> Option<Why> {
        let mut held = self.conversations.iter();
        let held = held.find(|held| held.fact.id == conversation)?;
        if let Some((rep, until)) = held.proposed {
            return Some(Why::Proposed { rep, until });
        }
        if held.fact.standing != Standing::Waiting {
            return Some(Why::Served);
        }
        if self.is_manual(held.fact.queue) {
            return Some(Why::Manual);
        }
        let before = |one: &&HeldConversation| one.line == held.line && turn(one) < turn(held);
        let reps = self.reps.iter();
        Some(Why::Waits {
            line: held.line,
            ahead: self.waiting().filter(before).count(),
            reps: reps
                .map(|rep| (rep.fact.id, self.verdict(held, rep, now)))
                .collect(),
        })
    }

    /// Nothing, if this rep is not held.
    pub fn why_idle(&self, rep: UserId, now: Moment) -> Option<WhyIdle> {
        let rep = self.reps.iter().find(|held| held.fact.id == rep)?;
        let head = |line| {
            let line_up = self.waiting().filter(|one| one.line == line);
            let first = line_up.min_by_key(|one| turn(one))?;
            Some(Head {
                line,
                conversation: first.fact.id,
                verdict: self.verdict(first, rep, now),
            })
        };
        Some(WhyIdle {
            load: rep.load(),
            capacity: rep.fact.capacity,
            rep: rep.seat().err().unwrap_or(Verdict::Free),
            heads: rep.lines().filter_map(head).collect(),
        })
    }

    fn is_manual(&self, queue: QueueId) -> bool {
        self.queues.iter().any(|one| one.id == queue && one.manual)
    }

    /// Those for whom a rep is chosen.
    fn waiting(&self) -> impl Iterator<Item = &HeldConversation> {
        let waits = |one: &&HeldConversation| {
            one.fact.standing == Standing::Waiting
                && one.proposed.is_none()
                && !self.is_manual(one.fact.queue)
        };
        self.conversations.iter().filter(waits)
    }

    fn verdict(&self, held: &HeldConversation, rep: &HeldRep, now: Moment) -> Verdict {
        if let Err(verdict) = held.judge(rep, now) {
            return verdict;
        }
        // Between two steps time alone may have freed more than one.
        let his = self.waiting().filter(|one| one.judge(rep, now).is_ok());
        match his.min_by_key(|one| turn(one)) {
            Some(first) if first.fact.id != held.fact.id => Verdict::AheadOfIt(first.fact.id),
            _ => Verdict::Free,
        }
    }
}

/// Rule 4: the smallest goes first.
fn turn(held: &HeldConversation) -> (Moment, ConversationId) {
    (held.fact.place, held.fact.id)
}
