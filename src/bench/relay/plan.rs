//! What a generator is told to do and what it answers, as JSON between two processes.

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::bench::couples::Couple;
use crate::bench::figures::Figures;
use crate::words::{ClientId, ConversationId};

/// What a generator does.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Plan {
    /// Couples talk, and every message is followed.
    Talk(Talk),
    /// Sockets that are opened and kept, with nothing to say.
    Hold(Hold),
    /// Couples who write a lot and perhaps do not read.
    Crowd(Crowd),
}

/// Couples who talk for a while.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Talk {
    pub urls: Vec<String>,
    /// The server is the bare relay: no logins, no hello, no acks.
    pub bare: bool,
    pub couples: Vec<Couple>,
    /// Up to which seq each conversation is known; if not given, the server is asked.
    pub from_seq: Option<i64>,
    /// Messages that each side may have under way.
    pub under_way: usize,
    /// Messages a second of all together; as fast as it goes if not given.
    pub rate: Option<f64>,
    /// Bytes of a text.
    pub bytes: usize,
    pub warm_up: Duration,
    pub lasts: Duration,
}

/// Sockets that are opened and kept until the generator is ended.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Hold {
    pub url: String,
    pub tokens: Vec<String>,
}

/// Couples who write at a steady rate until the generator is ended.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Crowd {
    pub url: String,
    pub couples: Vec<Couple>,
    /// Messages a second of each side.
    pub rate: f64,
    pub bytes: usize,
    /// Half of them read nothing, the others a frame a second.
    pub stalls: bool,
}

/// What was seen of couples who talked.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Seen {
    /// Messages that reached the other side while it was measured.
    pub delivered: u64,
    /// Those that were acknowledged meanwhile.
    pub stored: u64,
    pub seconds: f64,
    /// From sending to the other side's having it.
    pub end_to_end: Figures,
    pub tallies: Vec<Tally>,
    /// What was not as it must be: how often, and some examples.
    pub wrong: u64,
    pub examples: Vec<String>,
}

/// One conversation, from its first message to its last.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Tally {
    pub conversation: ConversationId,
    /// Messages sent, and those that were acknowledged.
    pub sent: u64,
    pub acknowledged: u64,
    /// What the customer and the rep have seen.
    pub sides: [Print; 2],
}

/// Messages in their order, so that two who have seen the same can tell.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Print {
    pub count: u64,
    pub digest: String,
}

/// A [`Print`] that is being made.
#[derive(Default)]
pub struct Printer {
    count: u64,
    digest: Sha256,
}

impl Printer {
    pub fn add(&mut self, seq: i64, client: ClientId, text: &str) {
        self.count += 1;
        self.digest.update(seq.to_be_bytes());
        self.digest.update(client.0.as_bytes());
        self.digest.update(text.as_bytes());
    }

    pub fn print(&self) -> Print {
        let digest = self.digest.clone().finalize();
        Print {
            count: self.count,
            digest: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}
