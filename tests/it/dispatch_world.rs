//! A small SQL for the random walks of `dispatch_walk.rs`: rows with versions, changed at
//! random, and the facts about them under way to the line.

use std::collections::BTreeMap;

use switchboard::dispatch::{
    ConversationFact, Eligibility, Facts, NO_END, Proposal, QueueFact, RepFact, Snapshot, Standing,
};
use switchboard::words::{Availability, ConversationId, Moment, QueueId, UserId};
use uuid::Uuid;

const REPS: usize = 5;

/// Of a linear congruence; only the high bits are used.
const MULTIPLIER: u64 = 6_364_136_223_846_793_005;

/// Chance from a seed, so that a walk can be walked again.
pub struct Dice(u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(MULTIPLIER).wrapping_add(1);
        (self.0 >> 33) as usize % sides
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.roll(100) < chance
    }

    fn id(&mut self) -> Uuid {
        Uuid::from_u128((0..8).fold(0, |id, _| id << 16 | self.roll(1 << 16) as u128))
    }

    fn some<T>(&mut self, list: &[T]) -> Option<usize> {
        (!list.is_empty()).then(|| self.roll(list.len()))
    }
}

/// The rows as SQL has them, and what is under way between SQL and the line.
pub struct World {
    pub dice: Dice,
    pub now: Moment,
    queues: Vec<QueueId>,
    modes: Vec<QueueFact>,
    pub conversations: Vec<ConversationFact>,
    holders: BTreeMap<ConversationId, UserId>,
    reps: Vec<RepFact>,
    pub mail: Vec<Facts>,
    pub in_flight: Vec<Proposal>,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let queues: Vec<_> = (0..3).map(|_| QueueId(dice.id())).collect();
        let mut rep = |at: usize| RepFact {
            id: UserId(dice.id()),
            version: 1,
            capacity: at as i32,
            active: 0,
            eligibility: Eligibility::Eligible,
            queues: vec![queues[at % 3]],
            last_assigned_at: 0,
        };
        let reps = (0..REPS).map(&mut rep).collect();
        let mode = |id: &QueueId| QueueFact {
            id: *id,
            version: 1,
            manual: false,
        };
        Self {
            dice,
            now: 1_000,
            modes: queues.iter().map(mode).collect(),
            queues,
            conversations: vec![],
            holders: BTreeMap::new(),
            reps,
            mail: vec![],
            in_flight: vec![],
        }
    }

    /// One change in SQL, told by mail.
    pub fn change(&mut self, opens: usize) {
        match self.dice.roll(100) {
            roll if roll < opens => self.open(),
            roll if roll < opens + 30 => {
                if let Some(at) = self.dice.some(&self.in_flight) {
                    let proposal = self.in_flight.swap_remove(at);
                    // A proposer that dies settles nothing.
                    if !self.dice.percent(8) {
                        let facts = self.settle(proposal);
                        self.post(facts);
                    }
                }
            }
            ..86 => self.move_conversation(),
            86..94 => self.change_rep(),
            94..97 => self.change_mode(),
            _ => self.refuse_for_no_reason(),
        }
    }

    fn post(&mut self, facts: Facts) {
        let Facts {
            queues,
            conversations,
            reps,
            refused,
        } = facts;
        if self.dice.percent(20) {
            self.mail.push(Facts {
                queues,
                conversations,
                ..Facts::default()
            });
            self.mail.push(Facts {
                reps,
                refused,
                ..Facts::default()
            });
        } else {
            self.mail.push(Facts {
                queues,
                conversations,
                reps,
                refused,
            });
        }
    }

    fn open(&mut self) {
        let fact = ConversationFact {
            id: ConversationId(self.dice.id()),
            version: 1,
            standing: Standing::Waiting,
            queue: self.queues[self.dice.roll(3)],
            place: self.now / 400 - self.dice.roll(3) as Moment,
            reserved: self.reservation(12),
            cooling: self.cool_downs(12),
        };
        self.conversations.push(fact.clone());
        self.post(Facts {
            conversations: vec![fact],
            ..Facts::default()
        });
    }

    /// For one rep alone: mostly for a while, some without end, some over before they are told.
    fn reservation(&mut self, chance: usize) -> Option<(UserId, Moment)> {
        let until = match self.dice.roll(10) {
            0 => NO_END,
            1 => self.now,
            _ => self.now + self.dice.roll(4_000) as Moment,
        };
        let rep = self.reps[self.dice.roll(REPS)].id;
        self.dice.percent(chance).then_some((rep, until))
    }

    fn cool_downs(&mut self, chance: usize) -> Vec<(UserId, Moment)> {
        let mut cooling = vec![];
        while self.dice.percent(chance) {
            let rep = self.reps[self.dice.roll(REPS)].id;
            cooling.push((rep, self.now - 500 + self.dice.roll(3_000) as Moment));
        }
        cooling
    }

    fn refuse_for_no_reason(&mut self) {
        if let Some(at) = self.dice.some(&self.in_flight) {
            let refused = vec![self.in_flight.swap_remove(at)];
            self.post(Facts {
                refused,
                ..Facts::default()
            });
        }
    }

    /// The conditional transaction of the desk, and what it tells the line after.
    pub fn settle(&mut self, proposal: Proposal) -> Facts {
        let declines = self.dice.percent(12);
        let until = self.now + self.dice.roll(3_000) as Moment;
        let here = |fact: &&mut ConversationFact| fact.id == proposal.conversation;
        let conversation = self.conversations.iter_mut().find(here);
        let conversation = conversation.expect("was opened");
        let mut reps = self.reps.iter_mut();
        let rep = reps.find(|rep| rep.id == proposal.rep);
        let rep = rep.expect("is known");
        let mode = self.modes.iter().find(|one| one.id == conversation.queue);
        let mode = *mode.expect("is known");
        let may = may(conversation, mode, rep, self.now);
        if may && declines {
            // Offered and declined: it waits again, and not for this rep.
            conversation.version += 2;
            conversation.cooling.retain(|(whose, _)| *whose != rep.id);
            conversation.cooling.push((rep.id, until));
        } else if may {
            let before = self.holders.insert(conversation.id, rep.id);
            assert_eq!(before, None, "served twice");
            conversation.version += 1;
            conversation.standing = Standing::Served;
            conversation.reserved = None;
            conversation.cooling = vec![];
            rep.version += 1;
            rep.active += 1;
            rep.last_assigned_at = self.now / 1_000;
        }
        let refused = if may { vec![] } else { vec![proposal] };
        Facts {
            queues: vec![mode],
            conversations: vec![conversation.clone()],
            reps: vec![rep.clone()],
            refused,
        }
    }

    /// Closed, put back in line, moved in it, reserved, or kept from some reps for a while.
    fn move_conversation(&mut self) {
        let (reserved, cooling) = (self.reservation(60), self.cool_downs(40));
        let live = |fact: &&mut ConversationFact| fact.standing != Standing::Gone;
        let mut live: Vec<_> = self.conversations.iter_mut().filter(live).collect();
        let Some(at) = self.dice.some(&live) else {
            return;
        };
        let conversation = &mut *live[at];
        conversation.version += 1;
        let waits = conversation.standing == Standing::Waiting;
        match self.dice.roll(14) {
            ..6 => conversation.standing = Standing::Gone,
            6..8 => conversation.standing = Standing::Waiting,
            8 if waits => conversation.queue = self.queues[self.dice.roll(3)],
            9 if waits => conversation.place += self.dice.roll(5) as Moment - 3,
            10..12 if waits => conversation.reserved = reserved,
            12 if waits => conversation.cooling = cooling,
            // Handed on by its rep to another, or away from some.
            10..13 => {
                conversation.standing = Standing::Waiting;
                (conversation.reserved, conversation.cooling) = (reserved, cooling);
            }
            _ => {}
        }
        let conversation = conversation.clone();
        let mut reps = vec![];
        if conversation.standing != Standing::Served
            && let Some(holder) = self.holders.remove(&conversation.id)
        {
            let rep = self
                .reps
                .iter_mut()
                .find(|rep| rep.id == holder)
                .expect("is known");
            rep.version += 1;
            rep.active -= 1;
            reps.push(rep.clone());
        }
        self.post(Facts {
            conversations: vec![conversation],
            reps,
            ..Facts::default()
        });
    }

    fn change_rep(&mut self) {
        let rep = &mut self.reps[self.dice.roll(REPS)];
        rep.version += 1;
        match self.dice.roll(3) {
            0 => rep.capacity = self.dice.roll(5) as i32,
            1 => {
                let any = Availability::ALL[self.dice.roll(Availability::ALL.len())];
                // Mostly back, whatever he was.
                let availability = match rep.eligibility {
                    Eligibility::Eligible => any,
                    _ => Availability::Available,
                };
                rep.eligibility = Eligibility::of(availability, self.dice.percent(75));
            }
            _ => {
                let dice = &mut self.dice;
                rep.queues = self
                    .queues
                    .iter()
                    .copied()
                    .filter(|_| dice.percent(60))
                    .collect();
            }
        }
        let reps = vec![rep.clone()];
        self.post(Facts {
            reps,
            ..Facts::default()
        });
    }

    fn change_mode(&mut self) {
        let queue = &mut self.modes[self.dice.roll(3)];
        queue.version += 1;
        queue.manual = !queue.manual && self.dice.percent(70);
        let queues = vec![*queue];
        self.post(Facts {
            queues,
            ..Facts::default()
        });
    }

    /// What reaches the line now: in any order, some twice, some never.
    pub fn deliver(&mut self) -> Option<Facts> {
        let at = self.dice.some(&self.mail)?;
        let facts = self.mail[at].clone();
        if !self.dice.percent(10) {
            self.mail.swap_remove(at);
        }
        (!self.dice.percent(7)).then_some(facts)
    }

    /// All that SQL knows, and the end of what only the line still holds.
    pub fn reconcile(&self, held: &Snapshot) -> Facts {
        let is_held = |id| held.conversations.iter().any(|held| held.fact.id == id);
        let told = |fact: &&ConversationFact| fact.standing != Standing::Gone || is_held(fact.id);
        let conversations = self.conversations.iter().filter(told).cloned().collect();
        Facts {
            queues: self.modes.clone(),
            conversations,
            reps: self.reps.clone(),
            refused: vec![],
        }
    }

    fn conversation(&self, id: ConversationId) -> &ConversationFact {
        let mut all = self.conversations.iter();
        all.find(|one| one.id == id).expect("was opened")
    }

    fn may(&self, conversation: &ConversationFact, rep: &RepFact) -> bool {
        let mode = self.modes.iter().find(|one| one.id == conversation.queue);
        may(conversation, *mode.expect("is known"), rep, self.now)
    }

    /// The line holds what SQL has, and nothing else.
    pub fn is_held(&self, held: &Snapshot) {
        for one in &held.conversations {
            assert_eq!(one.fact, *self.conversation(one.fact.id));
        }
        let open = self.conversations.iter();
        let open = open.filter(|one| one.standing != Standing::Gone);
        assert_eq!(held.conversations.len(), open.count());
        let mut reps = self.reps.clone();
        reps.sort_by_key(|rep| rep.id);
        let held: Vec<_> = held.reps.iter().map(|rep| rep.fact.clone()).collect();
        assert_eq!(held, reps);
    }

    /// Rule 4, by SQL: no one stands before the chosen whom their reps may serve, too.
    pub fn no_one_is_passed_over(&self, chosen: &[Proposal]) {
        let turn = |one: &ConversationFact| (one.place, one.id);
        for proposal in chosen {
            let one = self.conversation(proposal.conversation);
            let rep = self.reps.iter().find(|rep| rep.id == proposal.rep);
            let rep = rep.expect("is known");
            let before = |other: &&ConversationFact| {
                let mut in_flight = self.in_flight.iter();
                turn(other) < turn(one)
                    && self.may(other, rep)
                    && in_flight.all(|one| one.conversation != other.id)
            };
            let other = self.conversations.iter().find(before);
            assert!(
                other.is_none(),
                "{other:?} stands before {one:?} for {rep:?}"
            );
        }
    }

    /// Rule 2, by SQL.
    pub fn no_one_waits_for_nothing(&self) {
        for conversation in &self.conversations {
            let could = |rep: &&RepFact| self.may(conversation, rep);
            let rep = self.reps.iter().find(could);
            assert!(rep.is_none(), "{conversation:?} could go to {rep:?}");
        }
    }
}

/// Whether SQL would give it to him.
fn may(conversation: &ConversationFact, mode: QueueFact, rep: &RepFact, now: Moment) -> bool {
    let cools = |(whose, until): &(UserId, Moment)| *whose == rep.id && now < *until;
    let serves = match conversation.reserved {
        Some((whose, until)) if now < until => whose == rep.id,
        _ => rep.queues.contains(&conversation.queue),
    };
    conversation.standing == Standing::Waiting
        && !mode.manual
        && rep.eligibility == Eligibility::Eligible
        && rep.active < rep.capacity
        && serves
        && !conversation.cooling.iter().any(cools)
}
