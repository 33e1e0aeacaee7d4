//! Who types on a socket, and how often that is passed on.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::desk::TYPING_MS;
use crate::words::ConversationId;

/// How often at most it is passed on that somebody types.
const EVERY: Duration = Duration::from_secs(2);
/// Conversations in which one socket may type at a time.
const MOST: usize = 16;

/// When it was passed on last that the person of this socket types, per conversation.
#[derive(Default)]
pub struct Typist(HashMap<ConversationId, Typed>);

struct Typed {
    at: Instant,
    on: bool,
}

impl Typed {
    fn holds(&self, now: Instant) -> bool {
        self.on && now - self.at < Duration::from_millis(TYPING_MS)
    }
}

impl Typist {
    /// Whether this is to be passed on: that he types, if it was not lately; that he does not any
    /// more, if the others still think so.
    pub fn says(&mut self, id: ConversationId, on: bool, now: Instant) -> bool {
        if !on {
            let typed = self.0.get_mut(&id).filter(|one| one.holds(now));
            return typed.map(|one| one.on = false).is_some();
        }
        self.0
            .retain(|_, one| now - one.at < EVERY || one.holds(now));
        let lately = self.0.get(&id).is_some_and(|one| now - one.at < EVERY);
        if lately || self.0.len() >= MOST && !self.0.contains_key(&id) {
            return false;
        }
        self.0.insert(id, Typed { at: now, on });
        true
    }

    /// He has said what he typed: the message itself ends it, and he may begin again at once.
    pub fn said(&mut self, id: ConversationId) {
        if !self.0.is_empty() {
            self.0.remove(&id);
        }
    }

    /// Where others still think that he types.
    pub fn left(&mut self, now: Instant) -> Vec<ConversationId> {
        let typed = std::mem::take(&mut self.0).into_iter();
        let holds = typed.filter(|(_, one)| one.holds(now));
        holds.map(|(id, _)| id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_passed_on_every_two_seconds_and_ended_once() {
        let (mut typist, id, start) = (Typist::default(), ConversationId::new(), Instant::now());
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
        assert!(typist.says(ConversationId::new(), true, ms(2_001)));
        assert_eq!(typist.left(ms(3_000)).len(), 2);
        assert!(typist.left(ms(3_000)).is_empty());
        assert!(typist.says(id, true, start));
        assert!(
            !typist.says(id, false, ms(TYPING_MS)),
            "it has ended by itself"
        );
        for _ in 0..MOST {
            typist.says(ConversationId::new(), true, ms(TYPING_MS));
        }
        assert!(!typist.says(ConversationId::new(), true, ms(TYPING_MS)));
    }
}
