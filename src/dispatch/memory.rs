//! The engine for one process: plain collections behind one mutex.
//!
//! Its steps and their order are those of `redis.lua`: a change to one is a change to both.
//!
//! What is gone is forgotten with its version, so a fact from before that comes late enough
//! puts a ghost in line. SQL refuses it once, and the row told with the refusal ends it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use super::{
    ConversationFact, Eligibility, Engine, EngineError, Facts, HeldConversation, HeldRep,
    PROPOSAL_MS, Proposal, REFUSED_MS, RepFact, Snapshot, Standing, Step,
};
use crate::words::{ConversationId, Moment, QueueId, UserId};

/// The line of one process. Starts unfilled.
#[derive(Default)]
pub struct Memory(Mutex<Line>);

/// Who waits in a queue, next first.
type Waiting = BTreeSet<(Moment, ConversationId)>;
/// Who may take more in a queue, by load ratio (see [`seat`]) and last assignment, next first.
type Free = BTreeSet<(u64, Moment, UserId)>;

#[derive(Default)]
struct Line {
    filled: bool,
    conversations: BTreeMap<ConversationId, HeldConversation>,
    reps: BTreeMap<UserId, HeldRep>,
    /// Only those who wait and are not proposed.
    waiting: BTreeMap<QueueId, Waiting>,
    /// Only reps that rule 3 allows.
    free: BTreeMap<QueueId, Free>,
    /// Queues that gained someone waiting or free since they were last found without a pair:
    /// the only ones a step has to look at.
    hot: BTreeSet<QueueId>,
    /// Proposals in flight, by deadline.
    proposals: BTreeSet<(Moment, ConversationId)>,
    refusals: BTreeMap<ConversationId, Refusal>,
}

/// How often running one rep was refused for a conversation.
struct Refusal {
    rep: UserId,
    count: u32,
    /// The pair rests until then.
    until: Moment,
}

/// Where a rep stands among the free, if free at all.
fn seat(held: &HeldRep) -> Option<(u64, Moment, UserId)> {
    let fact = &held.fact;
    let load = fact.active + held.proposed;
    // A load is never negative, and the bits of such floats sort as the floats do.
    let ratio = || (f64::from(load) / f64::from(fact.capacity)).to_bits();
    (fact.eligibility == Eligibility::Eligible && load < fact.capacity)
        .then(|| (ratio(), fact.last_assigned_at, fact.id))
}

impl Line {
    fn take_in(&mut self, facts: Facts, now: Moment) -> usize {
        let mut changed = 0;
        for fact in facts.conversations {
            changed += usize::from(self.take_conversation(fact));
        }
        for fact in facts.reps {
            changed += usize::from(self.take_rep(fact));
        }
        for proposal in facts.refused {
            self.refuse(proposal, now);
        }
        changed
    }

    fn take_conversation(&mut self, fact: ConversationFact) -> bool {
        match self.conversations.get(&fact.id) {
            Some(held) if fact.version <= held.fact.version => return false,
            None if fact.standing == Standing::Gone => return false,
            _ => {}
        }
        let mut proposed = None;
        if let Some(held) = self.conversations.remove(&fact.id) {
            let place = |fact: &ConversationFact| (fact.standing, fact.queue, fact.place);
            if held.proposed.is_some() && place(&held.fact) == place(&fact) {
                proposed = held.proposed;
            } else {
                self.take_out(&held);
            }
        }
        if fact.standing != Standing::Waiting {
            self.refusals.remove(&fact.id);
        } else if proposed.is_none() {
            self.stand_in_line(&fact);
        }
        if fact.standing != Standing::Gone {
            self.conversations
                .insert(fact.id, HeldConversation { fact, proposed });
        }
        true
    }

    fn take_rep(&mut self, fact: RepFact) -> bool {
        let held = self.reps.get(&fact.id);
        if held.is_some_and(|held| fact.version <= held.fact.version) {
            return false;
        }
        let proposed = held.map_or(0, |held| held.proposed);
        self.replace_rep(HeldRep { fact, proposed });
        true
    }

    fn refuse(&mut self, proposal: Proposal, now: Moment) {
        let id = proposal.conversation;
        let proposed = self.conversations.get(&id).and_then(|held| held.proposed);
        if proposed.is_none_or(|(rep, _)| rep != proposal.rep) {
            return;
        }
        self.take_back(id);
        let last = self
            .refusals
            .get(&id)
            .filter(|last| last.rep == proposal.rep);
        let count = last.map_or(1, |last| last.count + 1);
        let until = if count < 2 { 0 } else { now + REFUSED_MS };
        self.refusals.insert(
            id,
            Refusal {
                rep: proposal.rep,
                count,
                until,
            },
        );
    }

    fn take_back_overdue(&mut self, now: Moment) {
        while let Some(&(deadline, id)) = self.proposals.first()
            && deadline <= now
        {
            self.take_back(id);
        }
    }

    /// Ends a reservation: the conversation is back in its place.
    fn take_back(&mut self, id: ConversationId) {
        if let Some(mut held) = self.conversations.remove(&id) {
            self.take_out(&held);
            held.proposed = None;
            self.stand_in_line(&held.fact);
            self.conversations.insert(id, held);
        }
    }

    fn stand_in_line(&mut self, fact: &ConversationFact) {
        self.waiting
            .entry(fact.queue)
            .or_default()
            .insert((fact.place, fact.id));
        self.hot.insert(fact.queue);
    }

    /// Out of the line, or out of the hands of the rep it is proposed to.
    fn take_out(&mut self, held: &HeldConversation) {
        if let Some((rep, deadline)) = held.proposed {
            self.proposals.remove(&(deadline, held.fact.id));
            self.add_load(rep, -1);
        } else if let Some(line) = self.waiting.get_mut(&held.fact.queue) {
            line.remove(&(held.fact.place, held.fact.id));
        }
    }

    fn add_load(&mut self, rep: UserId, more: i32) {
        if let Some(mut held) = self.reps.get(&rep).cloned() {
            held.proposed += more;
            self.replace_rep(held);
        }
    }

    /// Changes a rep and keeps the sets of the free true.
    fn replace_rep(&mut self, held: HeldRep) {
        if let Some(old) = self.reps.get(&held.fact.id)
            && let Some(seat) = seat(old)
        {
            for queue in &old.fact.queues {
                self.free.entry(*queue).or_default().remove(&seat);
            }
        }
        if let Some(seat) = seat(&held) {
            for queue in &held.fact.queues {
                self.free.entry(*queue).or_default().insert(seat);
                self.hot.insert(*queue);
            }
        }
        self.reps.insert(held.fact.id, held);
    }

    /// Rule 2, by rules 4 and 5.
    fn drain(&mut self, now: Moment) -> Vec<Proposal> {
        let mut made = Vec::new();
        loop {
            let (waiting, free) = (&self.waiting, &self.free);
            self.hot.retain(|queue| {
                waiting.get(queue).is_some_and(|line| !line.is_empty())
                    && free.get(queue).is_some_and(|free| !free.is_empty())
            });
            let pair = self
                .hot
                .iter()
                .filter_map(|queue| self.pair(*queue, now))
                .min();
            let Some((_, conversation, rep)) = pair else {
                return made;
            };
            self.reserve(conversation, rep, now + PROPOSAL_MS);
            made.push(Proposal { conversation, rep });
        }
    }

    /// The first in this queue whom a free rep may take, and the best such rep. Only pairs
    /// that rest are looked past.
    fn pair(&self, queue: QueueId, now: Moment) -> Option<(Moment, ConversationId, UserId)> {
        let free = self.free.get(&queue)?;
        self.waiting.get(&queue)?.iter().find_map(|&(place, id)| {
            let resting = self.refusals.get(&id).filter(|last| now < last.until);
            let mut reps = free.iter().map(|&(.., rep)| rep);
            let rep = reps.find(|rep| resting.is_none_or(|last| last.rep != *rep))?;
            Some((place, id, rep))
        })
    }

    fn reserve(&mut self, id: ConversationId, rep: UserId, deadline: Moment) {
        if let Some(mut held) = self.conversations.remove(&id) {
            self.take_out(&held);
            held.proposed = Some((rep, deadline));
            self.conversations.insert(id, held);
        }
        self.proposals.insert((deadline, id));
        self.add_load(rep, 1);
    }
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, Line> {
        self.0.lock().expect("no step of the line panics")
    }

    fn filled(&self) -> Result<MutexGuard<'_, Line>, EngineError> {
        let line = self.lock();
        if line.filled {
            Ok(line)
        } else {
            Err(EngineError::Unfilled)
        }
    }
}

#[async_trait::async_trait]
impl Engine for Memory {
    async fn put(&self, facts: Facts, now: Moment) -> Result<Step, EngineError> {
        let mut line = self.filled()?;
        let changed = line.take_in(facts, now);
        Ok(Step {
            proposals: line.drain(now),
            changed,
        })
    }

    async fn fill(&self, facts: Facts, now: Moment) -> Result<Step, EngineError> {
        let mut line = self.lock();
        let changed = line.take_in(facts, now);
        line.filled = true;
        Ok(Step {
            proposals: line.drain(now),
            changed,
        })
    }

    async fn tick(&self, now: Moment) -> Result<Step, EngineError> {
        let mut line = self.filled()?;
        line.take_back_overdue(now);
        Ok(Step {
            proposals: line.drain(now),
            changed: 0,
        })
    }

    async fn probe(&self) -> Result<(), EngineError> {
        Ok(())
    }

    async fn snapshot(&self) -> Result<Snapshot, EngineError> {
        let line = self.filled()?;
        Ok(Snapshot {
            conversations: line.conversations.values().cloned().collect(),
            reps: line.reps.values().cloned().collect(),
        })
    }
}
