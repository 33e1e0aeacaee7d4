//! What all nodes of one database must have in common: the secret, and where the line is kept.
//!
//! Each writes down beside its lease a hash of both, salted with its id: others can compare it with
//! what they have, and nobody can read it.

use crate::people::keyed;
use crate::settings::Settings;
use crate::store::nodes::{Living, Marks};
use crate::words::NodeId;

/// What this node has.
pub struct Kin {
    secret: String,
    /// Nothing: it keeps the line alone.
    redis_prefix: Option<String>,
}

impl Kin {
    pub fn of(settings: &Settings, secret: &str) -> Self {
        let shares = !settings.redis_url.is_empty();
        Self {
            secret: secret.to_owned(),
            redis_prefix: shares.then(|| settings.redis_prefix.clone()),
        }
    }

    /// As this node would write it down, if that were its id.
    pub fn marks(&self, node: NodeId) -> Marks {
        Marks {
            secret_mark: Some(self.keyed(&format!("the secret of {node}"))),
            line_mark: Some(self.line_mark(node, self.redis_prefix.as_deref())),
        }
    }

    fn line_mark(&self, node: NodeId, prefix: Option<&str>) -> String {
        match prefix {
            Some(prefix) => self.keyed(&format!("the line of {node} at {prefix}")),
            None => self.keyed(&format!("the line of {node} alone")),
        }
    }

    fn keyed(&self, purpose: &str) -> String {
        keyed(self.secret.as_bytes(), purpose)
    }

    /// What does not fit to a node that runs, as a sentence for whoever starts this one.
    pub fn misfit(&self, others: &[Living]) -> Option<String> {
        others.iter().find_map(|other| self.differs(other))
    }

    fn differs(&self, other: &Living) -> Option<String> {
        let (mine, name) = (self.marks(other.id), &other.name);
        let differs =
            |mine: &Option<String>, theirs: &Option<String>| theirs.is_some() && mine != theirs;
        let what = if differs(&mine.secret_mark, &other.marks.secret_mark) {
            "the setting `secret` is another one than on that node"
        } else if !differs(&mine.line_mark, &other.marks.line_mark) {
            return None;
        } else if self.redis_prefix.is_none() {
            "the setting `redis_url` is empty, and on that node it is not"
        } else if other.marks.line_mark == Some(self.line_mark(other.id, None)) {
            "the setting `redis_url` is set, and on that node it is empty"
        } else {
            "the setting `redis_prefix` is another one than on that node"
        };
        Some(format!(
            "a node that runs on this database ({name}) does not fit: {what}. All nodes need the \
             same; to change it, stop them all first. One that was killed counts until its lease \
             has run out (`lease_ms`)"
        ))
    }
}
