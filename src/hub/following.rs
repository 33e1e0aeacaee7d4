//! Who has joined what, of those with a socket here: they hear of it beside those whom news names.

use std::collections::HashMap;

use crate::words::{ConversationId, UserId};

/// Whether somebody has joined it, and as of which seq of its log that is so: what was read may be
/// told later than what has come since.
#[derive(Debug, Clone, Copy)]
struct Follows {
    on: bool,
    since: i64,
}

#[derive(Default)]
pub(super) struct Following(HashMap<ConversationId, HashMap<UserId, Follows>>);

impl Following {
    /// Somebody has joined it, or not any more, as of this seq. What is known of later counts more.
    pub fn set(&mut self, user: UserId, conversation: ConversationId, on: bool, seq: i64) {
        let users = self.0.entry(conversation).or_default();
        let now = users.entry(user).or_insert(Follows { on, since: seq });
        if now.since <= seq {
            *now = Follows { on, since: seq };
        }
    }

    /// Who has joined this one.
    pub fn of(&self, conversation: ConversationId) -> impl Iterator<Item = &UserId> {
        joined(self.0.get(&conversation))
    }

    /// Who has joined any; somebody may be named twice.
    pub fn people(&self) -> impl Iterator<Item = &UserId> {
        self.0.values().flat_map(|users| joined(Some(users)))
    }

    /// His last socket here has gone.
    pub fn forget(&mut self, user: UserId) {
        self.0.retain(|_, users| {
            users.remove(&user);
            !users.is_empty()
        });
    }
}

fn joined(users: Option<&HashMap<UserId, Follows>>) -> impl Iterator<Item = &UserId> {
    let users = users.into_iter().flatten();
    users.filter(|(_, one)| one.on).map(|(user, _)| user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_he_left_does_not_bring_him_back() {
        let (mut following, user, id) =
            (Following::default(), UserId::new(), ConversationId::new());
        let mut now = |on, seq| {
            following.set(user, id, on, seq);
            (following.of(id).count(), following.people().count())
        };
        assert_eq!(now(true, 5), (1, 1));
        assert_eq!(now(false, 7), (0, 0));
        assert_eq!(now(true, 6), (0, 0), "it was read before");
        assert_eq!(now(true, 9), (1, 1));
        following.forget(user);
        assert_eq!(following.people().count(), 0);
        assert!(following.0.is_empty());
    }
}
