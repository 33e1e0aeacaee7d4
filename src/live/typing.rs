//! Who types, on a socket and at its other side, and how often that is passed on.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

use crate::desk::TYPING_MS;

/// How often at most it is passed on that somebody types, and told; a little more often, so that
/// what one socket passes on is told each time.
pub const PASSES_EVERY: Duration = Duration::from_secs(2);
pub const HEARS_EVERY: Duration = Duration::from_millis(1_500);
/// Conversations in which a socket may type at a time, and hear somebody type.
pub const TYPES_MAX: usize = 16;
pub const HEARS_MAX: usize = 256;

/// When it was passed on last that somebody types: where, or who and where.
pub struct Typist<K> {
    typed: HashMap<K, Typed>,
    most: usize,
    every: Duration,
}

struct Typed {
    at: Instant,
    on: bool,
}

impl Typed {
    fn holds(&self, now: Instant) -> bool {
        self.on && now - self.at < Duration::from_millis(TYPING_MS)
    }
}

impl<K: Hash + Eq> Typist<K> {
    pub fn new(most: usize, every: Duration) -> Self {
        let typed = HashMap::new();
        Self { typed, most, every }
    }

    /// Whether this is to be passed on: that he types, if it was not lately; that he does not any
    /// more, if the others still think so.
    pub fn says(&mut self, id: K, on: bool, now: Instant) -> bool {
        if !on {
            let typed = self.typed.get_mut(&id).filter(|one| one.holds(now));
            return typed.map(|one| one.on = false).is_some();
        }
        let every = self.every;
        self.typed
            .retain(|_, one| now - one.at < every || one.holds(now));
        let lately = self.typed.get(&id).is_some_and(|one| now - one.at < every);
        if lately || self.typed.len() >= self.most && !self.typed.contains_key(&id) {
            return false;
        }
        self.typed.insert(id, Typed { at: now, on });
        true
    }

    /// Whether anybody may be thought to type.
    pub fn is_any(&self) -> bool {
        !self.typed.is_empty()
    }

    /// He has said what he typed: the message itself ends it, and he may begin again at once.
    pub fn said(&mut self, id: K) {
        if !self.typed.is_empty() {
            self.typed.remove(&id);
        }
    }

    /// It has ended for these, whoever they are; who others still think types among them.
    pub fn end(&mut self, like: impl Fn(&K) -> bool, now: Instant) -> Vec<K> {
        let ended = self.typed.extract_if(|id, _| like(id));
        let holds = ended.filter(|(_, one)| one.holds(now));
        holds.map(|(id, _)| id).collect()
    }

    /// Where others still think that he types.
    pub fn left(&mut self, now: Instant) -> Vec<K> {
        let typed = std::mem::take(&mut self.typed).into_iter();
        let holds = typed.filter(|(_, one)| one.holds(now));
        holds.map(|(id, _)| id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_passed_on_every_two_seconds_and_ended_once() {
        let (mut typist, id, start) = (Typist::new(3, PASSES_EVERY), 1, Instant::now());
        let ms = |ms| start + Duration::from_millis(ms);
        assert!(!typist.says(id, false, start), "nobody thinks that he does");
        assert!(typist.says(id, true, start));
        assert!(!typist.says(id, true, ms(1_999)));
        assert!(typist.says(id, false, ms(1_999)));
        assert!(!typist.says(id, false, ms(1_999)));
        assert!(!typist.says(id, true, ms(1_999)), "not faster by ending it");
        assert!(typist.says(id, true, ms(2_000)));
        typist.said(id);
        assert!(typist.says(id, true, ms(2_001)));
        assert!(typist.says(2, true, ms(2_001)));
        assert_eq!(typist.left(ms(3_000)).len(), 2);
        assert!(typist.left(ms(3_000)).is_empty());
        assert!(typist.says(id, true, start));
        assert!(
            !typist.says(id, false, ms(TYPING_MS)),
            "it has ended by itself"
        );
        for id in 1..=3 {
            assert!(typist.says(id, true, ms(TYPING_MS)));
        }
        assert!(!typist.says(4, true, ms(TYPING_MS)));
    }
}
