//! Random walks: a small SQL is changed at random, the engines hear of it late, doubled,
//! reordered or never. They must agree after each step, and the rules must hold.
//!
//! `WALKS` is how many; a failing walk names its seed, and `SEED` walks that one alone.

use switchboard::dispatch::{
    Engine, EngineError, Facts, HeldConversation, Memory, NO_END, PROPOSAL_MS, REFUSED_MS, Redis,
    Snapshot, Standing, Step,
};
use switchboard::words::Moment;

use crate::dispatch_lines::{RawRedis, nodes};
use crate::dispatch_rules::Rules;
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
            at_rest: false,
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
            let other = &nodes[1 - node];
            assert_eq!(other.snapshot().await.unwrap(), held, "Redis and memory");
            self.explain_alike(other, &held, now).await;
        }
        (step, held)
    }
}

impl Lines<'_> {
    /// The first that waits and the first rep, as each engine explains them.
    async fn explain_alike(&self, other: &Redis, held: &Snapshot, now: Moment) {
        let waits = |one: &&HeldConversation| one.proposed.is_none();
        if let Some(one) = held.conversations.iter().find(waits) {
            let ours = self.memory.explain(one.fact.id, now).await.unwrap();
            assert!(ours.is_some());
            assert_eq!(ours, other.explain(one.fact.id, now).await.unwrap());
        }
        if let Some(rep) = held.reps.first() {
            let ours = self.memory.why_idle(rep.fact.id, now).await.unwrap();
            assert!(ours.is_some());
            assert_eq!(ours, other.why_idle(rep.fact.id, now).await.unwrap());
        }
    }
}

struct Walk<'a> {
    world: World,
    rules: Rules,
    lines: Lines<'a>,
    /// The line has heard everything.
    at_rest: bool,
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

    async fn call(&mut self, call: Call<'_>, node: usize) -> Option<Moment> {
        let now = self.world.now;
        if let Call::Put(facts) = call {
            self.rules.refused(&facts.refused, now);
        }
        let ticks = matches!(call, Call::Tick);
        let (step, held) = self.lines.step(call, node, now).await;
        if ticks {
            self.rules.ticked = now;
        }
        self.rules.check(&step, &held, now);
        self.world.in_flight.extend(&step.proposals);
        if self.at_rest {
            self.world.is_held(&held);
            self.world.no_one_is_passed_over(&step.proposals);
        }
        step.wake
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
            6..80 => {
                self.call(Call::Tick, node).await;
            }
            _ => {}
        }
        for _ in 0..self.world.dice.roll(3) {
            if let Some(facts) = self.world.deliver() {
                self.call(Call::Put(&facts), node).await;
            }
        }
    }

    /// Once all is told and all proposals are settled, no one may wait whom a rep could serve,
    /// and whoever then looks again at each wake, and only then, misses nothing.
    async fn come_to_rest(&mut self) {
        self.call(Call::Tick, 1).await;
        let held = self.lines.memory.snapshot().await.unwrap();
        let facts = self.world.reconcile(&held);
        self.call(Call::Put(&facts), 0).await;
        self.world.now += PROPOSAL_MS + REFUSED_MS;
        self.world.in_flight.clear();
        self.at_rest = true;
        let mut wake = self.call(Call::Tick, 1).await;
        loop {
            while let Some(proposal) = self.world.in_flight.pop() {
                let facts = self.world.settle(proposal);
                assert_eq!(facts.refused, [], "the line knows what SQL knows");
                wake = self.call(Call::Put(&facts), 0).await;
            }
            self.world.no_one_waits_for_nothing();
            let Some(next) = wake else {
                break;
            };
            assert!(self.world.now < next, "at rest nothing is due");
            let before = self.lines.memory.snapshot().await.unwrap();
            self.world.now = next - 1;
            self.call(Call::Tick, 0).await;
            let after = self.lines.memory.snapshot().await.unwrap();
            assert_eq!(before, after, "before its wake nothing changes");
            self.world.now = next;
            wake = self.call(Call::Tick, 0).await;
        }
        self.nothing_is_left_to_time().await;
    }

    async fn nothing_is_left_to_time(&self) {
        let held = self.lines.memory.snapshot().await.unwrap();
        let waits = |one: &&HeldConversation| one.fact.standing == Standing::Waiting;
        for one in held.conversations.iter().filter(waits) {
            let cools = one.fact.cooling.iter();
            let mut ends = cools.chain(&one.fact.reserved).map(|(_, until)| *until);
            let ended = |until| until <= self.world.now || until == NO_END;
            assert!(ends.all(ended), "{one:?} waits for no wake");
        }
    }
}
