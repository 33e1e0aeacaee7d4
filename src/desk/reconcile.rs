//! Repair: the same call that fills an empty line, made again and again.
//!
//! Idempotent and without a leader: every node runs it. It compares the line with SQL and tells
//! it what it missed, takes back overdue proposals, and strikes out nodes whose lease has run
//! out. What it had to tell is counted: on a quiet day that is nothing.

use std::time::{Duration, Instant};

use super::comparison::{REST, Tally};
use super::{Change, Desk};
use crate::dispatch::Snapshot;
use crate::error::{Error, Result};
use crate::store::{
    Conn, cooldowns, customer_sessions, email_links, identities, invitations, line, nodes,
    password_links, sessions,
};
use crate::words::{Moment, NodeId, UserId, now};

/// How often at least, while Redis is away.
const AWAY: Duration = Duration::from_millis(500);

/// How often what has ended is forgotten.
const FORGET: Duration = Duration::from_secs(60);
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
        tokio::join!(self.repair(), self.compare());
    }

    /// Looks for what is due every so often, and mends at once what is known to be amiss.
    async fn repair(&self) {
        let (mut amiss, mut forgot) = (false, None::<Instant>);
        loop {
            let done = match amiss || self.desk.0.line.is_away() {
                true => self.desk.reconcile().await,
                false => self.desk.go_round().await,
            };
            if let Err(error) = done {
                tracing::warn!(%error, "the line could not be compared with the database");
            }
            if let Err(error) = self.desk.exits().await {
                tracing::warn!(%error, "what is due could not be read");
            }
            if forgot.is_none_or(|at| at.elapsed() >= FORGET) {
                forgot = Some(Instant::now());
                if let Err(error) = self.desk.forget().await {
                    tracing::warn!(%error, "what has ended could not be forgotten");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(self.pause()) => amiss = false,
                () = self.desk.0.repair.notified() => {
                    amiss = true;
                    // Several may notice the same; a moment's pause keeps a storm out.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        }
    }

    /// Compares all there is at a pace that nobody feels. While Redis is away that is not quick
    /// enough: other nodes change what this one's line does not hear of.
    async fn compare(&self) {
        loop {
            tokio::time::sleep(self.pause()).await;
            if self.desk.0.line.is_away() {
                continue;
            }
            match self.desk.compare(REST).await {
                Ok(true) => {}
                Ok(false) => self.desk.0.repair.notify_one(),
                Err(error) => {
                    tracing::warn!(%error, "the line could not be compared with the database");
                }
            }
        }
    }

    /// Spread by a fifth, so that nodes do not all ask at once.
    fn pause(&self) -> Duration {
        let pause = match self.desk.0.line.is_away() {
            true => AWAY.min(self.every),
            false => self.every,
        };
        pause.mul_f64(rand::random_range(0.8..1.2))
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
        if !self.compare(Duration::ZERO).await? {
            return self.fill().await;
        }
        self.tick().await;
        Ok(())
    }

    /// What is done however well the line is known.
    async fn go_round(&self) -> Result<()> {
        self.0.metrics.backlog.set(self.0.store.backlog() as i64);
        self.sweep().await?;
        self.tick().await;
        Ok(())
    }

    async fn tick(&self) {
        match self.0.line.tick(now()).await {
            Ok(step) => self.settle_all(step).await,
            Err(_) => self.0.repair.notify_one(),
        }
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

    async fn fill(&self) -> Result<()> {
        let facts = self.0.store.read(line::everything).await?;
        tracing::info!(
            conversations = facts.conversations.len(),
            reps = facts.reps.len(),
            "filling the line"
        );
        let mut tally = Tally::default();
        tally.add(&facts);
        tally.show(&self.0.metrics);
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
                    self.tell(Change {
                        reps: reps.clone(),
                        staffing: true,
                        ..Change::default()
                    });
                    for rep in reps {
                        // What fails here runs out by itself.
                        if let Err(error) = self.withdraw_from_the_gone(rep).await {
                            tracing::warn!(%error, %rep, "his node is gone, and he is still asked");
                        }
                    }
                }
                // It was renewed, or another node was quicker.
                Err(error) if error.status() < 500 => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Forgets what has ended and concerns nobody any more.
    async fn forget(&self) -> Result<()> {
        let forget = |conn: &mut Conn| {
            cooldowns::delete_ended(conn, now())?;
            customer_sessions::delete_left(conn, now() - LEFT_KEPT_MS)?;
            password_links::delete_stale(conn, now())?;
            identities::delete_stale(conn, now())?;
            email_links::delete_stale(conn, now())?;
            invitations::delete_stale(conn, now())?;
            Ok(sessions::delete_stale(conn, now())?)
        };
        self.0.store.write(forget).await.map(drop)
    }
}

fn strike_out(conn: &mut Conn, node: NodeId) -> Result<Vec<UserId>> {
    let gone = nodes::remove_sockets(conn, node, now())?;
    if nodes::delete_expired(conn, node)? == 0 {
        return Err(Error::not_found("node"));
    }
    Ok(gone)
}
