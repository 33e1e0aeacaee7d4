//! The engine in use: the one that was set, or, while Redis is away, one of this node's own.
//!
//! On standby each node fills a line from SQL and goes on. Two nodes may then propose the same
//! conversation; SQL lets one of them have it. Slower, not down.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use prometheus_client::metrics::gauge::Gauge;
use tokio::time::timeout;

use crate::dispatch::{Cursor, Engine, EngineError, Facts, Ids, Memory, Snapshot, Step};
use crate::words::{ConversationId, Moment, now};

/// How long Redis may take to say that it is back.
const RETURN_PATIENCE: Duration = Duration::from_millis(300);

pub struct Line {
    main: Arc<dyn Engine>,
    standby: RwLock<Option<Standby>>,
    /// Since when the one is in use that is.
    since: AtomicI64,
    gauge: Gauge,
}

/// In use while the engine that was set is not.
struct Standby {
    engine: Arc<Memory>,
    /// That one answers, but with errors.
    broken: bool,
}

impl Line {
    pub fn new(main: Arc<dyn Engine>, gauge: Gauge) -> Self {
        Self {
            main,
            standby: RwLock::default(),
            since: AtomicI64::new(now()),
            gauge,
        }
    }

    fn standby<T>(&self, ask: impl FnOnce(&Standby) -> T) -> Option<T> {
        let standby = self.standby.read();
        let standby = standby.expect("nothing panics under this lock");
        standby.as_ref().map(ask)
    }

    /// Whether the engine that was set is not in use.
    pub fn is_away(&self) -> bool {
        self.standby(|_| ()).is_some()
    }

    /// Since when the engine is in use that is.
    pub fn since(&self) -> Moment {
        self.since.load(Ordering::Relaxed)
    }

    /// Whether that is so because it answered with an error. That it answers is then no sign that
    /// it is well: see [`Line::return_filled`].
    pub fn is_broken(&self) -> bool {
        self.standby(|standby| standby.broken).unwrap_or(false)
    }

    fn engine(&self) -> Arc<dyn Engine> {
        match self.standby(|standby| standby.engine.clone()) {
            Some(standby) => standby,
            None => self.main.clone(),
        }
    }

    /// Turns an engine that cannot be used into one that must be filled.
    fn judge<T>(&self, answer: Result<T, EngineError>) -> Result<T, Unfilled> {
        answer.map_err(|error| {
            match error {
                EngineError::Unfilled => {}
                EngineError::Unreachable(why) => self.go_away(&why, false),
                EngineError::Broken(why) => self.go_away(&why, true),
            }
            Unfilled
        })
    }

    fn go_away(&self, why: &str, broken: bool) {
        let mut standby = self
            .standby
            .write()
            .expect("nothing panics under this lock");
        // Only the first to notice begins an empty one.
        if standby.is_none() {
            if broken {
                tracing::error!(
                    why,
                    "the line in Redis does not work; it is kept by this node alone until that \
                     has passed or Redis is wiped"
                );
            } else {
                tracing::warn!(
                    why,
                    "the line is kept by this node alone until Redis is back"
                );
            }
            let engine = Arc::default();
            *standby = Some(Standby { engine, broken });
            self.since.store(now(), Ordering::Relaxed);
            self.gauge.set(1);
        }
    }

    fn come_back(&self) {
        tracing::info!("the line is back in Redis");
        let standby = self.standby.write();
        *standby.expect("nothing panics under this lock") = None;
        self.since.store(now(), Ordering::Relaxed);
        self.gauge.set(0);
    }

    /// Goes back to the engine that was set as soon as it answers, if it did not.
    pub async fn try_return(&self) {
        if !self.is_away() || self.is_broken() {
            return;
        }
        if let Ok(Ok(())) = timeout(RETURN_PATIENCE, self.main.probe()).await {
            self.come_back();
        }
    }

    /// Goes back to a broken engine once it has taken in everything and can say what it holds.
    pub async fn return_filled(&self, facts: Facts, now: Moment) -> Option<Step> {
        let filled = match self.main.fill(facts, now).await {
            Ok(step) => self.main.snapshot().await.map(|_| step),
            Err(error) => Err(error),
        };
        let failed = |error: &EngineError| tracing::debug!(%error, "the line stays on standby");
        let step = filled.inspect_err(failed).ok()?;
        self.come_back();
        Some(step)
    }

    pub async fn put(&self, facts: Facts, now: Moment) -> Result<Step, Unfilled> {
        self.judge(self.engine().put(facts, now).await)
    }

    pub async fn fill(&self, facts: Facts, now: Moment) -> Result<Step, Unfilled> {
        self.judge(self.engine().fill(facts, now).await)
    }

    pub async fn tick(&self, now: Moment) -> Result<Step, Unfilled> {
        self.judge(self.engine().tick(now).await)
    }

    pub async fn held(&self, ids: Ids) -> Result<Snapshot, Unfilled> {
        self.judge(self.engine().held(ids).await)
    }

    pub async fn ids(
        &self,
        from: Cursor,
    ) -> Result<(Vec<ConversationId>, Option<Cursor>), Unfilled> {
        self.judge(self.engine().ids(from).await)
    }

    pub async fn snapshot(&self) -> Result<Snapshot, Unfilled> {
        self.judge(self.engine().snapshot().await)
    }
}

/// The line in use holds nothing yet, or nothing any more: fill it.
#[derive(Debug)]
pub struct Unfilled;
