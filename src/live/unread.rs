//! What the person of a socket has not read: counted in the record once, then from what passes.

use std::collections::HashMap;

use crate::news::EventView;
use crate::store::marks::{UNREAD_MAX, Unread};
use crate::words::{ConversationId, EventKind, Role, UserId};

/// The counts of one socket's conversations, and their sum.
#[derive(Default)]
pub struct Counts {
    of: HashMap<ConversationId, Unread>,
    total: i64,
}

impl Counts {
    /// As the record has it.
    pub fn set(&mut self, id: ConversationId, unread: Unread) {
        self.forget(id);
        self.total += unread.count;
        self.of.insert(id, unread);
    }

    pub fn forget(&mut self, id: ConversationId) {
        self.total -= self.of.remove(&id).map_or(0, |one| one.count);
    }

    pub fn knows(&self, id: ConversationId) -> bool {
        self.of.contains_key(&id)
    }

    /// Of this conversation, and of all.
    pub fn now(&self, id: ConversationId) -> (i64, i64) {
        (self.of.get(&id).map_or(0, |one| one.count), self.total)
    }

    /// Up to which seq this conversation is counted.
    pub fn counted(&self, id: ConversationId) -> i64 {
        self.of.get(&id).map_or(0, |one| one.counted)
    }

    /// Takes in what passes; answers the counts if they are others now.
    pub fn hear(&mut self, event: &EventView, me: UserId, role: Role) -> Option<(i64, i64)> {
        let one = self.of.get_mut(&event.conversation)?;
        if event.seq <= one.counted {
            return None;
        }
        one.counted = event.seq;
        let data = |name: &str| event.data.as_ref().and_then(|data| data.get(name));
        let mine = event.sender_id == Some(me);
        let change = match event.kind {
            EventKind::Note if role == Role::Customer || mine => 0,
            EventKind::Message if mine => 0,
            EventKind::Note | EventKind::Message if one.count < UNREAD_MAX => 1,
            // Counted when it passed, its text gone or not.
            EventKind::Deleted if one.count > 0 => {
                let by_me = data("author_id").is_some_and(|id| *id == serde_json::json!(me));
                let seq = data("seq").and_then(serde_json::Value::as_i64);
                match !by_me && seq.is_some_and(|seq| seq > one.read) {
                    true => -1,
                    false => 0,
                }
            }
            _ => 0,
        };
        one.count += change;
        self.total += change;
        (change != 0).then_some((one.count, self.total))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(id: ConversationId, seq: i64, kind: EventKind, by: UserId, data: Value) -> EventView {
        EventView {
            conversation: id,
            seq,
            kind,
            sender_id: Some(by),
            client_id: None,
            text: Some("x".into()),
            attachments: Vec::new(),
            data: Some(data),
            created_at: 0,
        }
    }

    #[test]
    fn what_others_say_is_counted_once() {
        let (id, me, other) = (ConversationId::new(), UserId::new(), UserId::new());
        let mut counts = Counts::default();
        let said = |seq, kind, by| event(id, seq, kind, by, json!({}));
        let role = Role::Rep;
        let first = said(1, EventKind::Message, other);
        assert_eq!(counts.hear(&first, me, role), None, "nothing is known yet");
        let known = Unread {
            count: 2,
            counted: 3,
            read: 1,
        };
        counts.set(id, known);
        counts.set(ConversationId::new(), Unread { count: 5, ..known });
        let cases = [
            (said(3, EventKind::Message, other), None),
            (said(4, EventKind::Message, other), Some((3, 8))),
            (said(4, EventKind::Message, other), None),
            (said(5, EventKind::Message, me), None),
            (said(6, EventKind::Note, other), Some((4, 9))),
            (said(7, EventKind::Note, me), None),
            (said(8, EventKind::Parked, other), None),
        ];
        for (event, expected) in cases {
            assert_eq!(counts.hear(&event, me, role), expected, "{event:?}");
        }
        let gone = |seq, of, by: UserId| {
            let data = json!({ "seq": of, "author_id": by });
            event(id, seq, EventKind::Deleted, other, data)
        };
        assert_eq!(counts.hear(&gone(9, 4, other), me, role), Some((3, 8)));
        assert_eq!(counts.hear(&gone(10, 5, me), me, role), None, "my own");
        assert_eq!(counts.hear(&gone(11, 1, other), me, role), None, "read");
        let note = said(12, EventKind::Note, other);
        assert_eq!(counts.hear(&note, me, Role::Customer), None);
        counts.forget(id);
        assert_eq!(counts.now(id), (0, 5));
    }
}
