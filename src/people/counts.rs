//! How often something was tried of late, in bounded room: what throttles count with.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use crate::words::Moment;

/// How long who is at his first try too many waits, in ms; with each further one twice as long.
const FIRST_WAIT_MS: Moment = 10_000;
/// Counts of one kind. Then the oldest are forgotten, first of those that are not full.
const COUNTS_MAX: usize = 20_000;

/// How often something was tried.
#[derive(Clone, Copy)]
pub struct Count {
    pub times: u32,
    pub begun: Moment,
    pub last: Moment,
}

/// Counts of one kind, each forgotten in its time.
pub struct Counts<K> {
    kept: HashMap<K, Count>,
    pub most: u32,
    pub window: Moment,
    /// How long after its last try a full one is kept.
    quiet: Moment,
}

impl<K: Eq + Hash> Counts<K> {
    pub fn new(most: u32, window: Moment, quiet: Moment) -> Self {
        Self {
            kept: HashMap::new(),
            most,
            window,
            quiet,
        }
    }

    fn counts(&self, count: &Count, at: Moment) -> bool {
        let full = count.times >= self.most;
        at - count.begun < self.window || full && at - count.last < self.quiet
    }

    /// The count, if it is full and not forgotten.
    pub fn full(&self, key: &K, at: Moment) -> Option<Count> {
        let found = self.kept.get(key).copied();
        found.filter(|count| count.times >= self.most && self.counts(count, at))
    }

    /// How long is still to wait after a try too many: at last as long as the window.
    pub fn wait(&self, key: &K, at: Moment) -> Option<Moment> {
        let count = self.full(key, at)?;
        let doublings = (count.times - self.most).min(20);
        let wait = (FIRST_WAIT_MS << doublings).min(self.window);
        Some(count.last + wait - at).filter(|ms| *ms > 0)
    }

    pub fn add(&mut self, key: K, at: Moment) {
        if self.kept.len() >= COUNTS_MAX && !self.kept.contains_key(&key) {
            self.make_room(at);
        }
        let fresh = Count {
            times: 0,
            begun: at,
            last: at,
        };
        let old = self.kept.get(&key).copied();
        let mut count = old.filter(|old| self.counts(old, at)).unwrap_or(fresh);
        count.times = count.times.saturating_add(1);
        count.last = at;
        self.kept.insert(key, count);
    }

    /// One of them was none.
    pub fn take_back(&mut self, key: K) {
        if let Entry::Occupied(mut kept) = self.kept.entry(key) {
            kept.get_mut().times -= 1;
            if kept.get().times == 0 {
                kept.remove();
            }
        }
    }

    /// Whatever was counted is forgotten.
    pub fn forget(&mut self, key: &K) {
        self.kept.remove(key);
    }

    fn make_room(&mut self, at: Moment) {
        let mut kept = std::mem::take(&mut self.kept);
        kept.retain(|_, count| self.counts(count, at));
        if kept.len() >= COUNTS_MAX {
            // Whoever floods with names has each of them once, and full ones stay.
            let worth = |count: &Count| (count.times.min(self.most), count.last);
            let mut all: Vec<_> = kept.values().map(worth).collect();
            let (_, middle, _) = all.select_nth_unstable(COUNTS_MAX / 2);
            let middle = *middle;
            kept.retain(|_, count| worth(count) > middle);
        }
        self.kept = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_forgotten_in_its_time() {
        let mut counts = Counts::new(2, 100, 300);
        counts.add("ann", 0);
        counts.add("ann", 100);
        assert!(counts.full(&"ann", 100).is_none(), "the first is forgotten");
        counts.add("ann", 150);
        assert_eq!(counts.full(&"ann", 449).map(|count| count.times), Some(2));
        assert!(counts.full(&"ann", 450).is_none());
        counts.add("ben", 500);
        counts.take_back("ben");
        counts.add("ben", 501);
        assert!(counts.full(&"ben", 501).is_none());
    }

    #[test]
    fn a_flood_of_names_displaces_no_full_count_and_takes_no_more_room() {
        let mut counts = Counts::new(3, 1_000, 1_000);
        (0..3).for_each(|at| counts.add(0, at));
        for name in 1..=3 * COUNTS_MAX {
            counts.add(name, 10);
            assert!(counts.kept.len() <= COUNTS_MAX);
        }
        assert!(counts.full(&0, 10).is_some());
    }
}
