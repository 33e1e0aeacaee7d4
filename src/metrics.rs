//! What Prometheus reads at `/metrics`. One registry per server, nothing global.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// Every figure. Clones share what they count.
#[derive(Clone)]
pub struct Metrics {
    pub opened: Counter,
    pub assigned: Counter,
    pub closed: Counter,
    /// Conversations that were kept long enough.
    pub deleted: Counter,
    pub messages: Counter,
    pub duplicates: Counter,
    /// Proposals that SQL refused.
    pub refused: Counter,
    /// Facts that the reconcile loop had to tell the line: what no step had told it.
    pub repairs: Counter,
    /// Times the whole line was filled from SQL.
    pub fills: Counter,
    /// Sockets that had to ask the database for what the doorbell did not bring.
    pub catch_ups: Counter,
    pub node_losses: Counter,
    pub errors: Counter,
    /// Passwords that were right, those that were wrong, and those that had to wait.
    pub sign_ins: Counter,
    pub sign_ins_failed: Counter,
    pub sign_ins_throttled: Counter,
    /// Refresh tokens that came again, so that their login was ended.
    pub tokens_reused: Counter,
    /// Requests and commands of people who may not do that.
    pub forbidden: Counter,
    /// Waits that were foretold to customers; those held against the truth; those that came true.
    pub eta_promised: Counter,
    pub eta_scored: Counter,
    pub eta_covered: Counter,
    pub eta_coverage: Gauge<f64, AtomicU64>,
    pub waiting: Gauge,
    pub load: Gauge,
    pub capacity: Gauge,
    pub sockets: Gauge,
    pub backlog: Gauge,
    /// 1 while Redis is away and each node keeps the line by itself.
    pub standby: Gauge,
    pub wait_seconds: Histogram,
    pub commit_seconds: Histogram,
    pub oldest_wait_seconds: Gauge<f64, AtomicU64>,
}

impl Metrics {
    /// New figures and the registry that names them.
    pub fn new() -> (Self, Registry) {
        let latency = || Histogram::new(exponential_buckets(0.0005, 2.0, 16));
        let metrics = Metrics {
            opened: Counter::default(),
            assigned: Counter::default(),
            closed: Counter::default(),
            deleted: Counter::default(),
            messages: Counter::default(),
            duplicates: Counter::default(),
            refused: Counter::default(),
            repairs: Counter::default(),
            fills: Counter::default(),
            catch_ups: Counter::default(),
            node_losses: Counter::default(),
            errors: Counter::default(),
            sign_ins: Counter::default(),
            sign_ins_failed: Counter::default(),
            sign_ins_throttled: Counter::default(),
            tokens_reused: Counter::default(),
            forbidden: Counter::default(),
            eta_promised: Counter::default(),
            eta_scored: Counter::default(),
            eta_covered: Counter::default(),
            eta_coverage: Gauge::default(),
            waiting: Gauge::default(),
            load: Gauge::default(),
            capacity: Gauge::default(),
            sockets: Gauge::default(),
            backlog: Gauge::default(),
            standby: Gauge::default(),
            wait_seconds: Histogram::new(exponential_buckets(0.01, 2.5, 14)),
            commit_seconds: latency(),
            oldest_wait_seconds: Gauge::default(),
        };
        // Nothing was scored yet: no share, and no cause for alarm.
        metrics.eta_coverage.set(f64::NAN);
        let registry = metrics.register();
        (metrics, registry)
    }

    /// Counts a wait, and whether it was as its customer had been told.
    pub fn score_eta(&self, covered: bool) {
        self.eta_scored.inc();
        if covered {
            self.eta_covered.inc();
        }
        let (covered, scored) = (self.eta_covered.get() as f64, self.eta_scored.get() as f64);
        self.eta_coverage.set(covered / scored);
    }

    fn register(&self) -> Registry {
        let mut all = Registry::with_prefix("switchboard");
        self.register_counters(&mut all);
        self.register_logins(&mut all);
        self.register_levels(&mut all);
        all
    }

    /// What only grows.
    fn register_counters(&self, all: &mut Registry) {
        all.register(
            "conversations_opened",
            "Conversations opened",
            self.opened.clone(),
        );
        all.register(
            "conversations_assigned",
            "Assignments made",
            self.assigned.clone(),
        );
        all.register(
            "conversations_closed",
            "Conversations closed",
            self.closed.clone(),
        );
        all.register(
            "conversations_deleted",
            "Conversations deleted because they were kept long enough",
            self.deleted.clone(),
        );
        all.register("messages_stored", "Messages stored", self.messages.clone());
        all.register(
            "messages_repeated",
            "Retries of stored messages",
            self.duplicates.clone(),
        );
        all.register(
            "proposals_refused",
            "Proposals that SQL refused",
            self.refused.clone(),
        );
        all.register(
            "line_repairs",
            "Facts the line had missed",
            self.repairs.clone(),
        );
        all.register("line_fills", "Fills of the whole line", self.fills.clone());
        all.register(
            "socket_catch_ups",
            "Gaps read from the database",
            self.catch_ups.clone(),
        );
        all.register(
            "nodes_lost",
            "Nodes whose lease ran out",
            self.node_losses.clone(),
        );
        all.register("errors", "Answers with status 500", self.errors.clone());
        all.register(
            "eta_promised",
            "Waits foretold to customers",
            self.eta_promised.clone(),
        );
        all.register(
            "eta_scored",
            "Waits held against what was foretold",
            self.eta_scored.clone(),
        );
        all.register(
            "eta_covered",
            "Waits that were as foretold",
            self.eta_covered.clone(),
        );
    }

    /// Who comes in, and who does not.
    fn register_logins(&self, all: &mut Registry) {
        all.register("sign_ins", "Right passwords", self.sign_ins.clone());
        all.register(
            "sign_ins_failed",
            "Wrong passwords and unknown names",
            self.sign_ins_failed.clone(),
        );
        all.register(
            "sign_ins_throttled",
            "Tries to sign in that had to wait",
            self.sign_ins_throttled.clone(),
        );
        all.register(
            "tokens_reused",
            "Refresh tokens used twice",
            self.tokens_reused.clone(),
        );
        all.register(
            "forbidden",
            "What somebody asked for who may not",
            self.forbidden.clone(),
        );
    }

    /// What goes up and down, and how long things take.
    fn register_levels(&self, all: &mut Registry) {
        all.register(
            "eta_coverage_ratio",
            "Share of waits that were as foretold",
            self.eta_coverage.clone(),
        );
        all.register("line_length", "Conversations waiting", self.waiting.clone());
        all.register("reps_load", "Slots taken", self.load.clone());
        all.register(
            "reps_capacity",
            "Slots of present reps",
            self.capacity.clone(),
        );
        all.register("sockets", "Open sockets on this node", self.sockets.clone());
        all.register(
            "write_backlog",
            "Writes waiting for the disk",
            self.backlog.clone(),
        );
        all.register(
            "line_standby",
            "1 while Redis is away",
            self.standby.clone(),
        );
        all.register(
            "wait_seconds",
            "From opening to assignment",
            self.wait_seconds.clone(),
        );
        all.register(
            "commit_seconds",
            "One write, queueing included",
            self.commit_seconds.clone(),
        );
        all.register(
            "oldest_wait_seconds",
            "Age of the one waiting longest",
            self.oldest_wait_seconds.clone(),
        );
    }
}

/// All figures in Prometheus' text format.
pub fn render(registry: &Registry) -> String {
    let mut text = String::new();
    encode(&mut text, registry).expect("writing to a string cannot fail");
    text
}
