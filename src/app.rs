//! What every handler can reach. One per server; nothing is global.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use prometheus_client::registry::Registry;
use tokio::sync::Semaphore;

use crate::attachments::Attachments;
use crate::desk::Desk;
use crate::eta::Paces;
use crate::hub::Hub;
use crate::metrics::Metrics;
use crate::people::People;
use crate::recent::Recent;
use crate::reports::Reports;
use crate::settings::Settings;
use crate::store::Store;
use crate::store::checks::Verdict;
use crate::tuning::Tuning;
use crate::words::{Moment, NodeId, now};

/// The parts of a running server. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    /// As they were at the start.
    pub settings: Settings,
    pub store: Store,
    pub desk: Desk,
    pub people: People,
    pub attachments: Attachments,
    /// The settings that may change while this server runs, as they are now.
    pub tuning: Tuning,
    pub hub: Hub,
    pub metrics: Metrics,
    pub registry: Registry,
    pub node: NodeId,
    pub paces: Paces,
    pub looks: Looks,
    /// False until the line is filled, and again when the server goes down.
    pub ready: AtomicBool,
    /// False while this node's lease cannot be stored, and so nothing else either.
    pub stores: Arc<AtomicBool>,
    /// Sockets that are open, those still at their handshake included.
    pub sockets: AtomicUsize,
    /// How many of them come from each address.
    pub addresses: Mutex<HashMap<IpAddr, usize>>,
}

/// What admins look at to see how the house is, and how it was.
pub struct Looks {
    /// The newest lines of the log of this process that somebody should read, where one is kept.
    pub recent: OnceLock<Recent>,
    /// When this node began.
    pub started_at: Moment,
    pub reports: Reports,
    /// Who has it asks the database whether it is sound.
    pub checking: Arc<Semaphore>,
    /// What it said last.
    pub verdict: Mutex<Option<Verdict>>,
}

impl Default for Looks {
    fn default() -> Self {
        Self {
            recent: OnceLock::new(),
            started_at: now(),
            reports: Reports::default(),
            checking: Arc::new(Semaphore::new(1)),
            verdict: Mutex::default(),
        }
    }
}

impl App {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Whether this node takes customers: it has begun, does not go down, and can store.
    pub fn takes_customers(&self) -> bool {
        self.is_up() && self.stores.load(Ordering::Acquire)
    }

    /// Whether it has begun and does not go down.
    pub fn is_up(&self) -> bool {
        self.ready.load(Ordering::Acquire) && !self.hub.is_closing()
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
