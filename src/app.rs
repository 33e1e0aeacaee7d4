//! What every handler can reach. One per server; nothing is global.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Mutex};

use prometheus_client::registry::Registry;

use crate::attachments::Attachments;
use crate::desk::Desk;
use crate::eta::Paces;
use crate::hub::Hub;
use crate::metrics::Metrics;
use crate::people::People;
use crate::settings::Settings;
use crate::store::Store;
use crate::tuning::Tuning;
use crate::words::NodeId;

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
    /// False until the line is filled, and again when the server goes down.
    pub ready: AtomicBool,
    /// False while this node's lease cannot be stored, and so nothing else either.
    pub stores: Arc<AtomicBool>,
    /// Sockets that are open, those still at their handshake included.
    pub sockets: AtomicUsize,
    /// How many of them come from each address.
    pub addresses: Mutex<HashMap<IpAddr, usize>>,
}

impl App {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
