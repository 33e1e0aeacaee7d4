//! Repair: the same call that fills an empty line, made every two seconds.
//!
//! Idempotent and without a leader: every node runs it. It compares the line with SQL and tells
//! it what it missed, takes back overdue proposals, and strikes out nodes whose lease has run
//! out. What it had to tell is counted: on a quiet day that is nothing.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use super::Desk;
use crate::dispatch::{
    COOLING_MAX, ConversationFact, Eligibility, Facts, RepFact, Snapshot, Standing,
};
use crate::error::{Error, Result};
use crate::store::{Conn, cooldowns, customer_sessions, line, nodes, sessions};
use crate::words::{ConversationId, Moment, NodeId, UserId, now};

/// How often at least, while Redis is away.
const AWAY: Duration = Duration::from_millis(500);

/// After a comparison that took long, because many wait, the next one waits so many times as long:
/// it takes a processor from those who are being served.
const RESTS: u32 = 100;
/// But no longer than that: what was lost meanwhile is missed until then.
const REST_MAX: Duration = Duration::from_secs(10);

/// How long it is known that a customer has left who has nothing open.
const LEFT_KEPT_MS: Moment = 60 * 60 * 1_000;

/// Runs the repair of one node.
pub struct Reconciler {
    desk: Desk,
    every: Duration,
}

impl Reconciler {
    pub fn new(desk: Desk, every: Duration) -> Self {
        Self { desk, every }
    }

    /// Repairs for ever.
    pub async fn run(self) {
        let mut next = Instant::now();
        loop {
            let begun = Instant::now();
            if begun >= next || self.desk.0.line.is_away() {
                if let Err(error) = self.desk.reconcile().await {
                    tracing::warn!(%error, "the line could not be compared with the database");
                }
                next = Instant::now() + REST_MAX.min(begun.elapsed() * RESTS);
            }
            if let Err(error) = self.desk.exits().await {
                tracing::warn!(%error, "what is due could not be read");
            }
            let pause = if self.desk.0.line.is_away() {
                AWAY.min(self.every)
            } else {
                self.every
            };
            // Spread by a fifth, so that nodes do not all ask at once.
            let pause = pause.mul_f64(rand::random_range(0.8..1.2));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.desk.0.repair.notified() => {
                    next = Instant::now();
                    // Several may notice the same; a moment's pause keeps a storm out.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        }
    }
}

impl Desk {
    /// What the line in use holds, for whoever compares it with the record; nothing while it is
    /// not filled.
    pub async fn held(&self) -> Option<Snapshot> {
        self.0.line.snapshot().await.ok()
    }

    /// Compares the line with the database once, and mends what differs.
    pub async fn reconcile(&self) -> Result<()> {
        self.sweep().await?;
        self.try_return().await?;
        let desk = self.clone();
        let read = move |conn: &mut Conn| {
            let facts = line::everything(conn)?;
            desk.measure(&facts);
            Ok(facts)
        };
        let facts = self.0.store.read(read).await?;
        let Ok(held) = self.0.line.snapshot().await else {
            return self.fill(facts).await;
        };
        // Many are compared aside: nobody is given anything by a thread that compares.
        let compared = tokio::task::spawn_blocking(move || compare(facts, &held)).await;
        let (mut facts, mut gone) = compared.map_err(Error::internal)?;
        if !gone.is_empty() {
            let ids: Vec<ConversationId> = gone.keys().copied().collect();
            let read = move |conn: &mut Conn| line::conversations(conn, &ids);
            let found = self.0.store.read(read).await?;
            // What SQL does not know cannot be served: the line forgets it.
            gone.retain(|id, _| !found.iter().any(|one| one.id == *id));
            facts.conversations.extend(found);
            facts
                .conversations
                .extend(gone.into_values().map(|held| ConversationFact {
                    version: held.version + 1,
                    standing: Standing::Gone,
                    ..held
                }));
        }
        if facts != Facts::default() {
            match self.0.line.put(facts, now()).await {
                Ok(step) => {
                    self.0.metrics.repairs.inc_by(step.changed as u64);
                    self.settle_all(step).await;
                }
                Err(_) => self.0.repair.notify_one(),
            }
        }
        match self.0.line.tick(now()).await {
            Ok(step) => self.settle_all(step).await,
            Err(_) => self.0.repair.notify_one(),
        }
        Ok(())
    }

    /// Goes back to the engine that was set, if it is away and does its work again.
    async fn try_return(&self) -> Result<()> {
        self.0.line.try_return().await;
        if self.0.line.is_broken() {
            let facts = self.0.store.read(line::everything).await?;
            if let Some(step) = self.0.line.return_filled(facts, now()).await {
                self.0.metrics.fills.inc();
                self.settle_all(step).await;
            }
        }
        Ok(())
    }

    async fn fill(&self, facts: Facts) -> Result<()> {
        tracing::info!(
            conversations = facts.conversations.len(),
            reps = facts.reps.len(),
            "filling the line"
        );
        self.0.metrics.fills.inc();
        let mut filled = self.0.line.fill(facts.clone(), now()).await;
        // Redis has just been found away: the line that takes its place is empty.
        if filled.is_err() && self.0.line.is_away() {
            filled = self.0.line.fill(facts, now()).await;
        }
        match filled {
            Ok(step) => self.settle_all(step).await,
            Err(_) => self.0.repair.notify_one(),
        }
        Ok(())
    }

    /// Takes the sockets of dead nodes away from their reps.
    async fn sweep(&self) -> Result<()> {
        let dead = self.0.store.read(|conn| Ok(nodes::expired(conn)?)).await?;
        for node in dead.into_iter().filter(|node| *node != self.0.node) {
            match self.0.store.write(move |conn| strike_out(conn, node)).await {
                Ok(reps) => {
                    self.0.metrics.node_losses.inc();
                    tracing::warn!(%node, reps = reps.len(), "a node is gone");
                    self.0.repair.notify_one();
                }
                // It was renewed, or another node was quicker.
                Err(error) if error.status() < 500 => {}
                Err(error) => return Err(error),
            }
        }
        let forget = |conn: &mut Conn| {
            cooldowns::delete_ended(conn, now())?;
            customer_sessions::delete_left(conn, now() - LEFT_KEPT_MS)?;
            Ok(sessions::delete_stale(conn, now())?)
        };
        self.0.store.write(forget).await.map(drop)
    }

    fn measure(&self, facts: &Facts) {
        let waiting = facts
            .conversations
            .iter()
            .filter(|one| one.standing == Standing::Waiting);
        let oldest = waiting.clone().map(|one| one.place).min();
        let metrics = &self.0.metrics;
        metrics.waiting.set(waiting.count() as i64);
        let age = oldest.map_or(0.0, |place| (now() - place).max(0) as f64 / 1_000.0);
        metrics.oldest_wait_seconds.set(age);
        metrics
            .load
            .set(facts.reps.iter().map(|rep| i64::from(rep.active)).sum());
        let eligible = |rep: &&RepFact| rep.eligibility == Eligibility::Eligible;
        let present = facts.reps.iter().filter(eligible);
        metrics
            .capacity
            .set(present.map(|rep| i64::from(rep.capacity)).sum());
        metrics.backlog.set(self.0.store.backlog() as i64);
    }
}

fn strike_out(conn: &mut Conn, node: NodeId) -> Result<Vec<UserId>> {
    let gone = nodes::remove_sockets(conn, node, now())?;
    if nodes::delete_expired(conn, node)? == 0 {
        return Err(Error::not_found("node"));
    }
    Ok(gone)
}

/// The facts that the line does not hold yet, and what it holds although that is not open.
fn compare(facts: Facts, held: &Snapshot) -> (Facts, HashMap<ConversationId, ConversationFact>) {
    let (facts, open) = news(facts, held);
    (facts, missing(&open, held))
}

/// The facts that the line does not hold yet, and the ids of all that are open. A conversation
/// that has only been talked in is no news to the line.
fn news(mut facts: Facts, held: &Snapshot) -> (Facts, HashSet<ConversationId>) {
    let conversations: HashMap<_, _> = held
        .conversations
        .iter()
        .map(|one| (one.fact.id, &one.fact))
        .collect();
    let queues: HashMap<_, _> = held
        .queues
        .iter()
        .map(|one| (one.id, one.version))
        .collect();
    let reps: HashMap<_, _> = held
        .reps
        .iter()
        .map(|one| (one.fact.id, one.fact.version))
        .collect();
    let open = facts.conversations.iter().map(|one| one.id).collect();
    let at = now();
    let lasts = |(_, until): &&(UserId, Moment)| at < *until;
    facts.conversations.retain(|one| {
        conversations.get(&one.id).is_none_or(|held| {
            let same = (one.standing, one.queue, one.place)
                == (held.standing, held.queue, held.place)
                && one.reserved == held.reserved
                && one
                    .cooling
                    .iter()
                    .take(COOLING_MAX)
                    .eq(held.cooling.iter().filter(lasts));
            !same && held.version < one.version
        })
    });
    facts.queues.retain(|one| {
        let held = queues.get(&one.id);
        held.is_none_or(|version| *version < one.version)
    });
    facts.reps.retain(|one| {
        reps.get(&one.id)
            .is_none_or(|version| *version < one.version)
    });
    (facts, open)
}

/// Those the line holds although they were not among the open ones. Each is read again by id
/// before it is believed: it may have been opened after the list was read.
fn missing(
    open: &HashSet<ConversationId>,
    held: &Snapshot,
) -> HashMap<ConversationId, ConversationFact> {
    let held = held
        .conversations
        .iter()
        .filter(|one| !open.contains(&one.fact.id));
    held.map(|one| (one.fact.id, one.fact.clone())).collect()
}
