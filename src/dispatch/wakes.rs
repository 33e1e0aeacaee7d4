//! What time alone will change: each conversation once, the earliest first.

use std::collections::{BTreeMap, BTreeSet};

use crate::words::{ConversationId, Moment};

#[derive(Default)]
pub struct Wakes {
    by_moment: BTreeSet<(Moment, ConversationId)>,
    of: BTreeMap<ConversationId, Moment>,
}

impl Wakes {
    pub fn set(&mut self, id: ConversationId, wake: Option<Moment>) {
        if let Some(old) = self.of.remove(&id) {
            self.by_moment.remove(&(old, id));
        }
        if let Some(wake) = wake {
            self.of.insert(id, wake);
            self.by_moment.insert((wake, id));
        }
    }

    pub fn first(&self) -> Option<(Moment, ConversationId)> {
        self.by_moment.first().copied()
    }
}
