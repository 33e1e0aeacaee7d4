//! Random walks: a small SQL is changed at random, the engines hear of it late, doubled,
//! reordered or never. They must agree after each step, and the rules must hold.
//!
//! `WALKS` is how many; a failing walk names its seed, and `SEED` walks that one alone.

use std::collections::BTreeMap;

use switchboard::dispatch::{
    ConversationFact, Eligibility, Engine, EngineError, Facts, HeldConversation, HeldRep, Memory,
    PROPOSAL_MS, Proposal, REFUSED_MS, Redis, Snapshot, Standing, Step,
};
use switchboard::words::{ConversationId, Moment, UserId};

use crate::dispatch_lines::{RawRedis, nodes};
use crate::dispatch_world::World;

const STEPS: usize = 250;

#[tokio::test]
async fn the_engines_agree_and_keep_the_rules() {
    let number = |name| std::env::var(name).ok().map(|text| text.parse().unwrap());
    let walks = number("WALKS").unwrap_or(24);
    let seeds = number("SEED").map_or(1..walks + 1, |seed| seed..seed + 1);
    let mut redis = nodes().await;
    for seed in seeds {
        println!("SEED={seed}");
        let lines = Lines {
            memory: Memory::default(),
            redis: redis.as_mut(),
        };
        let mut walk = Walk {
            world: World::new(seed),
            rules: Rules::default(),
            lines,
        };
        walk.fill().await;
        // Odd walks are busy: many wait. Even walks are quiet: reps are free, ties matter.
        let opens = if seed % 2 == 1 { 28 } else { 16 };
        for _ in 0..STEPS {
            walk.step(opens).await;
        }
        walk.come_to_rest().await;
    }
    if let Some((_, mut raw)) = redis {
        raw.wipe().await;
    }
}

/// What an engine is told to do.
enum Call<'a> {
    Put(&'a Facts),
    Fill(&'a Facts),
    Tick,
}

impl Call<'_> {
    async fn on(&self, line: &dyn Engine, now: Moment) -> Result<Step, EngineError> {
        match *self {
            Call::Put(facts) => line.put(facts.clone(), now).await,
            Call::Fill(facts) => line.fill(facts.clone(), now).await,
            Call::Tick => line.tick(now).await,
        }
    }
}

/// The engines under test: one in memory, and two nodes on one Redis if there is one.
struct Lines<'a> {
    memory: Memory,
    redis: Option<&'a mut ([Redis; 2], RawRedis)>,
}

impl Lines<'_> {
    /// The same step on each engine, on Redis by one of the nodes. All must agree.
    async fn step(&self, call: Call<'_>, node: usize, now: Moment) -> (Step, Snapshot) {
        let step = call.on(&self.memory, now).await.unwrap();
        let held = self.memory.snapshot().await.unwrap();
        if let Some((nodes, _)) = &self.redis {
            assert_eq!(
                call.on(&nodes[node], now).await.unwrap(),
                step,
                "Redis and memory"
            );
            assert_eq!(
                nodes[1 - node].snapshot().await.unwrap(),
                held,
                "Redis and memory"
            );
        }
        (step, held)
    }
}

struct Walk<'a> {
    world: World,
    rules: Rules,
    lines: Lines<'a>,
}

impl Walk<'_> {
    /// Loses the line and fills it again.
    async fn fill(&mut self) {
        self.lines.memory = Memory::default();
        let facts = self.world.reconcile(&Snapshot::default());
        if let Some((nodes, raw)) = &mut self.lines.redis {
            raw.wipe().await;
            for node in nodes.iter() {
                let answer = node.put(facts.clone(), self.world.now).await;
                assert!(matches!(answer, Err(EngineError::Unfilled)), "{answer:?}");
            }
            // This node starts the line, and the other one below adopts it.
            let answer = nodes[1].fill(Facts::default(), self.world.now).await;
            assert_eq!(answer.unwrap(), Step::default());
        }
        self.call(Call::Fill(&facts), 0).await;
    }

    async fn call(&mut self, call: Call<'_>, node: usize) {
        let now = self.world.now;
        if let Call::Put(facts) = call {
            self.rules.refused(&facts.refused, now);
        }
        let (step, held) = self.lines.step(call, node, now).await;
        self.rules.check(&step, &held, now);
        self.world.in_flight.extend(step.proposals);
    }

    async fn step(&mut self, opens: usize) {
        self.world.now += self.world.dice.roll(300) as Moment;
        let node = self.world.dice.roll(2);
        self.world.change(opens);
        match self.world.dice.roll(400) {
            0 => self.fill().await,
            1..6 => {
                let held = self.lines.memory.snapshot().await.unwrap();
                let facts = self.world.reconcile(&held);
                self.call(Call::Put(&facts), node).await;
            }
            6..80 => self.call(Call::Tick, node).await,
            _ => {}
        }
        for _ in 0..self.world.dice.roll(3) {
            if let Some(facts) = self.world.deliver() {
                self.call(Call::Put(&facts), node).await;
            }
        }
    }

    /// Once all is told and all proposals are settled, no one may wait whom a rep could serve.
    async fn come_to_rest(&mut self) {
        self.world.now += PROPOSAL_MS + REFUSED_MS;
        self.world.in_flight.clear();
        let held = self.lines.memory.snapshot().await.unwrap();
        let facts = self.world.reconcile(&held);
        self.call(Call::Put(&facts), 0).await;
        self.call(Call::Tick, 1).await;
        while let Some(proposal) = self.world.in_flight.pop() {
            let facts = self.world.settle(proposal);
            assert_eq!(facts.refused, [], "the line knows what SQL knows");
            self.call(Call::Put(&facts), 0).await;
        }
        self.world.no_one_waits_for_nothing();
    }
}

/// The rules, checked on what the line holds and on each choice it made.
#[derive(Default)]
struct Rules {
    refused: BTreeMap<(ConversationId, UserId), Vec<Moment>>,
}

type Seat = (f64, Moment, UserId);

fn seat(rep: &HeldRep) -> Option<Seat> {
    let load = rep.fact.active + rep.proposed;
    let ratio = f64::from(load) / f64::from(rep.fact.capacity);
    let free = rep.fact.eligibility == Eligibility::Eligible && load < rep.fact.capacity;
    free.then_some((ratio, rep.fact.last_assigned_at, rep.fact.id))
}

impl Rules {
    fn refused(&mut self, refused: &[Proposal], now: Moment) {
        for proposal in refused {
            self.refused
                .entry((proposal.conversation, proposal.rep))
                .or_default()
                .push(now);
        }
    }

    /// Whether the pair may be one that rests.
    fn may_rest(&self, conversation: ConversationId, rep: UserId, now: Moment) -> bool {
        let refused = self.refused.get(&(conversation, rep));
        refused.is_some_and(|at| at.len() > 1 && at.iter().any(|at| now < at + REFUSED_MS))
    }

    /// The free reps of a queue whose pair with this conversation does not rest.
    fn takers(&self, held: &Snapshot, fact: &ConversationFact, now: Moment) -> Vec<Seat> {
        let serve = |rep: &&HeldRep| {
            rep.fact.queues.contains(&fact.queue) && !self.may_rest(fact.id, rep.fact.id, now)
        };
        held.reps.iter().filter(serve).filter_map(seat).collect()
    }

    /// Who waits unproposed and could go, first in line first.
    fn could_go(&self, held: &Snapshot, now: Moment) -> Option<(Moment, ConversationId)> {
        let could = |one: &&HeldConversation| {
            one.fact.standing == Standing::Waiting
                && one.proposed.is_none()
                && !self.takers(held, &one.fact, now).is_empty()
        };
        let waits = held.conversations.iter().filter(could);
        waits.map(|one| (one.fact.place, one.fact.id)).min()
    }

    fn check(&self, step: &Step, held: &Snapshot, now: Moment) {
        for rep in &held.reps {
            let in_flight = held.conversations.iter().filter_map(|one| one.proposed);
            let mine = in_flight.filter(|(to, _)| *to == rep.fact.id).count();
            assert_eq!(rep.proposed as usize, mine, "reservations of {rep:?}");
        }
        let unserved = |one: &HeldConversation| one.fact.standing == Standing::Waiting;
        let in_flight = |one: &&HeldConversation| one.proposed.is_some();
        assert!(
            held.conversations.iter().filter(in_flight).all(unserved),
            "rule 1"
        );
        assert_eq!(self.could_go(held, now), None, "rule 2");
        // Undone one by one, last first, each proposal must be the best there was.
        let mut held = held.clone();
        for proposal in step.proposals.iter().rev() {
            let at = held
                .conversations
                .iter()
                .position(|one| one.fact.id == proposal.conversation);
            let conversation = &mut held.conversations[at.expect("proposed is held")];
            assert_eq!(
                conversation.proposed,
                Some((proposal.rep, now + PROPOSAL_MS))
            );
            assert_eq!(conversation.fact.standing, Standing::Waiting);
            conversation.proposed = None;
            let fact = conversation.fact.clone();
            let rep = held.reps.iter_mut().find(|rep| rep.fact.id == proposal.rep);
            let rep = rep.expect("chosen is held");
            rep.proposed -= 1;
            let chosen = seat(rep).expect("rule 3: the chosen is free");
            assert!(
                rep.fact.queues.contains(&fact.queue),
                "rule 3: the chosen serves the queue"
            );
            if let Some(first) = self.could_go(&held, now) {
                assert!(
                    (fact.place, fact.id) <= first,
                    "rule 4: {first:?} before {fact:?}"
                );
            }
            for other in self.takers(&held, &fact, now) {
                assert!(chosen <= other, "rule 5: {other:?} before {chosen:?}");
            }
        }
    }
}
