//! The engine in use: the one that was set, or, while Redis is away, one of this node's own.
//!
//! On standby each node fills a line from SQL and goes on. Two nodes may then propose the same
//! conversation; SQL lets one of them have it. Slower, not down.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use prometheus_client::metrics::gauge::Gauge;
use tokio::time::timeout;

use crate::dispatch::{Engine, EngineError, Facts, Memory, Snapshot, Step};
use crate::words::Moment;

/// How long Redis may take to say that it is back.
const RETURN_PATIENCE: Duration = Duration::from_millis(300);

pub struct Line {
    main: Arc<dyn Engine>,
    standby: RwLock<Arc<Memory>>,
    away: AtomicBool,
    gauge: Gauge,
}

impl Line {
    pub fn new(main: Arc<dyn Engine>, gauge: Gauge) -> Self {
        let standby = RwLock::new(Arc::new(Memory::default()));
        Self {
            main,
            standby,
            away: AtomicBool::new(false),
            gauge,
        }
    }

    /// Whether the engine that was set cannot be reached.
    pub fn is_away(&self) -> bool {
        self.away.load(Ordering::Acquire)
    }

    fn engine(&self) -> Arc<dyn Engine> {
        if !self.is_away() {
            return self.main.clone();
        }
        self.standby
            .read()
            .expect("nothing panics under this lock")
            .clone()
    }

    /// Turns an engine that cannot be reached into one that must be filled.
    fn judge<T>(&self, answer: Result<T, EngineError>) -> Result<T, Unfilled> {
        answer.map_err(|error| {
            if let EngineError::Unreachable(why) = error {
                self.go_away(&why);
            }
            Unfilled
        })
    }

    fn go_away(&self, why: &str) {
        // Only the first to notice empties the standby.
        let mut standby = self
            .standby
            .write()
            .expect("nothing panics under this lock");
        if !self.is_away() {
            tracing::warn!(
                why,
                "the line is kept by this node alone until Redis is back"
            );
            *standby = Arc::new(Memory::default());
            self.away.store(true, Ordering::Release);
            self.gauge.set(1);
        }
    }

    /// Goes back to the engine that was set as soon as it answers.
    pub async fn try_return(&self) {
        if !self.is_away() {
            return;
        }
        if let Ok(Ok(())) = timeout(RETURN_PATIENCE, self.main.probe()).await {
            tracing::info!("the line is back in Redis");
            self.away.store(false, Ordering::Release);
            self.gauge.set(0);
        }
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

    pub async fn snapshot(&self) -> Result<Snapshot, Unfilled> {
        self.judge(self.engine().snapshot().await)
    }
}

/// The line in use holds nothing yet, or nothing any more: fill it.
#[derive(Debug)]
pub struct Unfilled;
