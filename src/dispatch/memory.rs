//! The engine for one process: plain collections behind one mutex.
//!
//! Its steps and their order are those of `redis.lua`: a change to one is a change to both.
//!
//! What is gone is forgotten with its version, so a fact from before that comes late enough
//! puts a ghost in line. SQL refuses it once, and the row told with the refusal ends it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard};

use uuid::Uuid;

use super::rules::Seat;
use super::wakes::Wakes;
use super::{
    COOLING_MAX, ConversationFact, Cursor, Engine, EngineError, Facts, HeldConversation, HeldRep,
    Ids, PROPOSAL_MS, Proposal, QueueFact, REFUSED_MS, Refusal, RepFact, Seen, Snapshot, Standing,
    Step, Whose,
};
use crate::words::{ConversationId, Moment, QueueId, UserId};

/// The line of one process. Starts unfilled.
#[derive(Default)]
pub struct Memory(Mutex<Line>);

/// How much of it is read in one go, of each kind.
const PART: usize = 1_000;

/// Who waits in a line, next first.
type Waiting = BTreeSet<(Moment, ConversationId)>;
/// Who may take more from a line, next first.
type Free = BTreeSet<Seat>;

#[derive(Default)]
struct Line {
    filled: bool,
    queues: BTreeMap<QueueId, QueueFact>,
    conversations: BTreeMap<ConversationId, HeldConversation>,
    reps: BTreeMap<UserId, HeldRep>,
    /// Only those who wait and are not proposed.
    waiting: BTreeMap<Whose, Waiting>,
    /// Only reps that rule 3 allows.
    free: BTreeMap<Whose, Free>,
    /// Lines that gained someone waiting or free since one of both was last lacking: the only
    /// ones a step has to look at.
    hot: BTreeSet<Whose>,
    wakes: Wakes,
}

impl Line {
    fn take_in(&mut self, facts: Facts, now: Moment) -> usize {
        let mut changed = 0;
        for fact in facts.queues {
            changed += usize::from(self.take_queue(fact));
        }
        for fact in facts.conversations {
            changed += usize::from(self.take_conversation(fact, now));
        }
        for fact in facts.reps {
            changed += usize::from(self.take_rep(fact));
        }
        for proposal in facts.refused {
            self.refuse(proposal, now);
        }
        changed
    }

    fn take_queue(&mut self, fact: QueueFact) -> bool {
        let held = self.queues.get(&fact.id);
        if held.is_some_and(|held| fact.version <= held.version) {
            return false;
        }
        if !fact.manual {
            // What is reserved for a rep stands in his own line, whatever its queue.
            let own = |line: &&Whose| matches!(line, Whose::Rep(_));
            self.hot.extend(self.waiting.keys().filter(own));
            self.hot.insert(Whose::Queue(fact.id));
        }
        self.queues.insert(fact.id, fact);
        true
    }

    fn is_manual(&self, queue: QueueId) -> bool {
        self.queues.get(&queue).is_some_and(|queue| queue.manual)
    }

    fn take_conversation(&mut self, mut fact: ConversationFact, now: Moment) -> bool {
        match self.conversations.get(&fact.id) {
            Some(held) if fact.version <= held.fact.version => return false,
            None if fact.standing == Standing::Gone => return false,
            _ => {}
        }
        fact.cooling.truncate(COOLING_MAX);
        let mut next = HeldConversation {
            line: fact.whose(now),
            fact,
            proposed: None,
            refused: None,
        };
        if let Some(held) = self.conversations.remove(&next.fact.id) {
            next.refused = held.refused;
            if held.proposed.is_some_and(|(rep, _)| {
                stands_alike(&held, &next) && next.cooling(rep, now).is_none()
            }) {
                next.proposed = held.proposed;
            } else {
                self.take_out(&held);
            }
        }
        if next.fact.standing != Standing::Waiting {
            next.refused = None;
        } else if next.proposed.is_none() {
            self.stand_in_line(&mut next, now);
        }
        if next.fact.standing != Standing::Gone {
            self.conversations.insert(next.fact.id, next);
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
        let Proposal {
            conversation, rep, ..
        } = proposal;
        let Some(held) = self.conversations.get_mut(&conversation) else {
            return;
        };
        if held.proposed.is_none_or(|(to, _)| to != rep) {
            return;
        }
        let last = held.refused.filter(|last| last.rep == rep);
        let count = last.map_or(1, |last| last.count + 1);
        let until = if count < 2 { 0 } else { now + REFUSED_MS };
        held.refused = Some(Refusal { rep, count, until });
        self.take_back(conversation, now);
    }

    /// Ends what time alone ends: what was due stands where it may stand now.
    fn pass_time(&mut self, now: Moment) {
        while let Some((wake, id)) = self.wakes.first()
            && wake <= now
        {
            self.take_back(id, now);
        }
    }

    /// Out of any hands: the conversation is in its place in line.
    fn take_back(&mut self, id: ConversationId, now: Moment) {
        if let Some(mut held) = self.conversations.remove(&id) {
            self.take_out(&held);
            held.proposed = None;
            self.stand_in_line(&mut held, now);
            self.conversations.insert(id, held);
        }
    }

    fn stand_in_line(&mut self, held: &mut HeldConversation, now: Moment) {
        held.line = held.fact.whose(now);
        self.waiting
            .entry(held.line)
            .or_default()
            .insert((held.fact.place, held.fact.id));
        self.hot.insert(held.line);
        self.wakes.set(held.fact.id, held.wake(now));
    }

    /// Out of the line, or out of the hands of the rep it is proposed to.
    fn take_out(&mut self, held: &HeldConversation) {
        self.wakes.set(held.fact.id, None);
        if let Some((rep, _)) = held.proposed {
            self.add_load(rep, -1);
        } else if let Some(line) = self.waiting.get_mut(&held.line) {
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
            && let Ok(seat) = old.seat()
        {
            for line in old.lines() {
                self.free.entry(line).or_default().remove(&seat);
            }
        }
        if let Ok(seat) = held.seat() {
            for line in held.lines() {
                self.free.entry(line).or_default().insert(seat);
                self.hot.insert(line);
            }
        }
        self.reps.insert(held.fact.id, held);
    }

    /// Rule 2, by rules 4 and 5.
    fn drain(&mut self, now: Moment) -> Vec<Proposal> {
        let mut made = Vec::new();
        loop {
            let mut hot = std::mem::take(&mut self.hot);
            hot.retain(|line| {
                let manual = matches!(line, Whose::Queue(queue) if self.is_manual(*queue));
                let waits = self.waiting.get(line).is_some_and(|line| !line.is_empty());
                let free = self.free.get(line).is_some_and(|free| !free.is_empty());
                !manual && waits && free
            });
            self.hot = hot;
            let pair = self
                .hot
                .iter()
                .filter_map(|line| self.pair(*line, now))
                .min();
            let Some((_, conversation, rep)) = pair else {
                return made;
            };
            made.push(self.reserve(conversation, rep, now));
        }
    }

    /// The first in this line whom a free rep may take, and the best such rep. Only who cools
    /// down is looked past, and in a rep's own line what waits in a manual queue.
    fn pair(&self, line: Whose, now: Moment) -> Option<(Moment, ConversationId, UserId)> {
        let free = self.free.get(&line)?;
        self.waiting.get(&line)?.iter().find_map(|&(place, id)| {
            let held = self.conversations.get(&id)?;
            if self.is_manual(held.fact.queue) {
                return None;
            }
            let mut reps = free.iter().map(|&(.., rep)| rep);
            let rep = reps.find(|rep| held.cooling(*rep, now).is_none())?;
            Some((place, id, rep))
        })
    }

    fn reserve(&mut self, conversation: ConversationId, rep: UserId, now: Moment) -> Proposal {
        let seen = self.seen(conversation, rep);
        if let Some(mut held) = self.conversations.remove(&conversation) {
            self.take_out(&held);
            held.proposed = Some((rep, now + PROPOSAL_MS));
            self.wakes.set(conversation, held.wake(now));
            self.conversations.insert(conversation, held);
        }
        self.add_load(rep, 1);
        Proposal {
            conversation,
            rep,
            seen,
        }
    }

    fn seen(&self, conversation: ConversationId, rep: UserId) -> Option<Seen> {
        let line = self.conversations.get(&conversation)?.line;
        let rep = self.reps.get(&rep)?;
        Some(Seen {
            load: rep.load(),
            capacity: rep.fact.capacity,
            candidates: self.free.get(&line)?.len(),
        })
    }

    /// Proposes all there is.
    fn step(&mut self, changed: usize, now: Moment) -> Step {
        Step {
            proposals: self.drain(now),
            changed,
            wake: self.wakes.first().map(|(wake, _)| wake),
        }
    }
}

/// Whether what was proposed as `held` may stay so.
fn stands_alike(held: &HeldConversation, next: &HeldConversation) -> bool {
    let stands = |one: &HeldConversation| (one.fact.standing, one.fact.queue, one.fact.place);
    stands(held) == stands(next) && held.line == next.line
}

/// All that follow this one, or all.
fn after<T>(id: Option<T>) -> (Bound<T>, Bound<T>) {
    (
        id.map_or(Bound::Unbounded, Bound::Excluded),
        Bound::Unbounded,
    )
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, Line> {
        self.0.lock().expect("no step of the line panics")
    }

    /// What follows what was read so far, if anything does.
    fn part(&self, read: &Snapshot) -> Result<Option<Snapshot>, EngineError> {
        let line = self.filled()?;
        let last = read.conversations.last().map(|one| one.fact.id);
        let conversations = line.conversations.range(after(last)).take(PART);
        let last = read.reps.last().map(|one| one.fact.id);
        let reps = line.reps.range(after(last)).take(PART);
        let part = Snapshot {
            queues: Vec::new(),
            conversations: conversations.map(|(_, one)| one.clone()).collect(),
            reps: reps.map(|(_, one)| one.clone()).collect(),
        };
        let more = !(part.conversations.is_empty() && part.reps.is_empty());
        Ok(more.then_some(part))
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
        Ok(line.step(changed, now))
    }

    async fn fill(&self, facts: Facts, now: Moment) -> Result<Step, EngineError> {
        let mut line = self.lock();
        let changed = line.take_in(facts, now);
        line.filled = true;
        Ok(line.step(changed, now))
    }

    async fn tick(&self, now: Moment) -> Result<Step, EngineError> {
        let mut line = self.filled()?;
        line.pass_time(now);
        Ok(line.step(0, now))
    }

    async fn probe(&self) -> Result<(), EngineError> {
        Ok(())
    }

    async fn held(&self, ids: Ids) -> Result<Snapshot, EngineError> {
        let line = self.filled()?;
        let queues = ids.queues.iter().filter_map(|id| line.queues.get(id));
        let conversations = ids.conversations.iter();
        let conversations = conversations.filter_map(|id| line.conversations.get(id));
        let reps = ids.reps.iter().filter_map(|id| line.reps.get(id));
        Ok(Snapshot {
            queues: queues.copied().collect(),
            conversations: conversations.cloned().collect(),
            reps: reps.cloned().collect(),
        })
    }

    async fn ids(
        &self,
        Cursor(from): Cursor,
    ) -> Result<(Vec<ConversationId>, Option<Cursor>), EngineError> {
        let line = self.filled()?;
        let last = ConversationId(Uuid::from_u128(from));
        let ids = line.conversations.range(after(Some(last))).take(PART);
        let ids: Vec<_> = ids.map(|(id, _)| *id).collect();
        let full = ids.last().filter(|_| ids.len() == PART);
        let next = full.map(|last| Cursor(last.0.as_u128()));
        Ok((ids, next))
    }

    async fn snapshot(&self) -> Result<Snapshot, EngineError> {
        // In parts, as from Redis: steps go on in between.
        let mut snapshot = Snapshot {
            queues: self.filled()?.queues.values().copied().collect(),
            ..Snapshot::default()
        };
        while let Some(part) = self.part(&snapshot)? {
            snapshot.conversations.extend(part.conversations);
            snapshot.reps.extend(part.reps);
            tokio::task::yield_now().await;
        }
        Ok(snapshot)
    }
}
