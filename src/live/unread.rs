//! What the person of a socket has not read: counted in the record once, then from what passes.
//! And how far both sides have, as far as he was told.

use std::collections::HashMap;

use crate::news::EventView;
use crate::store::marks::{Marks, UNREAD_MAX, Unread};
use crate::words::{ConversationId, EventKind, Role, UserId};

/// The counts of one socket's conversations, their sum, and what of both its client was told.
#[derive(Default)]
pub struct Counts {
    of: HashMap<ConversationId, One>,
    total: i64,
    told: i64,
    /// What has to be counted again, because it could not be when it had to.
    doubts: Vec<ConversationId>,
}

#[derive(Default)]
struct One {
    unread: Unread,
    marks: Marks,
    /// Whether it is in the total: what is closed, or another's by now, is not.
    counts: bool,
    told: i64,
}

impl One {
    fn share(&self) -> i64 {
        if self.counts { self.unread.count } else { 0 }
    }
}

impl Counts {
    /// As the record has it.
    pub fn set(&mut self, id: ConversationId, unread: Unread) {
        self.change(id, |one| one.unread = unread);
    }

    /// Has it be in the total, or not any more.
    pub fn weigh(&mut self, id: ConversationId, counts: bool) {
        self.change(id, |one| one.counts = counts);
    }

    fn change(&mut self, id: ConversationId, change: impl FnOnce(&mut One)) {
        let one = self.of.entry(id).or_default();
        self.total -= one.share();
        change(one);
        self.total += one.share();
    }

    pub fn forget(&mut self, id: ConversationId) {
        self.total -= self.of.remove(&id).map_or(0, |one| one.share());
    }

    /// Whether it is in the total: it is open, and he takes part in it.
    pub fn counts(&self, id: ConversationId) -> bool {
        self.of.get(&id).is_some_and(|one| one.counts)
    }

    /// What is in it.
    pub fn on_hands(&self) -> Vec<ConversationId> {
        let open = self.of.iter().filter(|(_, one)| one.counts);
        open.map(|(id, _)| *id).collect()
    }

    pub fn knows(&self, id: ConversationId) -> bool {
        self.of.contains_key(&id)
    }

    /// The sum, which the client is told now.
    pub fn tell_total(&mut self) -> i64 {
        self.told = self.total;
        self.total
    }

    /// Of this conversation, and of all; the client is told both now.
    pub fn tell(&mut self, id: ConversationId) -> (i64, i64) {
        let one = self.of.get_mut(&id).map_or(0, |one| {
            one.told = one.unread.count;
            one.told
        });
        (one, self.tell_total())
    }

    /// The same, if the client was told something else before.
    pub fn tell_news(&mut self, id: ConversationId) -> Option<(i64, i64)> {
        let one = self.of.get(&id);
        let changed = one.is_some_and(|one| one.told != one.unread.count);
        (changed || self.told != self.total).then(|| self.tell(id))
    }

    /// What is unread of this one.
    pub fn unread(&self, id: ConversationId) -> Unread {
        self.of
            .get(&id)
            .map_or_else(Unread::default, |one| one.unread)
    }

    /// How far both sides are by all that was heard of it: marks only grow, and news of an older
    /// one may come later.
    pub fn reach(&mut self, id: ConversationId, marks: Marks) -> Marks {
        let Some(one) = self.of.get_mut(&id) else {
            return marks;
        };
        one.marks = one.marks.furthest(marks);
        one.marks
    }

    /// Has it be counted again later.
    pub fn doubt(&mut self, id: ConversationId) {
        if !self.doubts.contains(&id) {
            self.doubts.push(id);
        }
    }

    pub fn has_doubts(&self) -> bool {
        !self.doubts.is_empty()
    }

    /// What is to be counted again now.
    pub fn doubted(&mut self) -> Vec<ConversationId> {
        let mut doubts = std::mem::take(&mut self.doubts);
        doubts.retain(|id| self.knows(*id));
        doubts
    }

    /// Takes in what passes; answers whether the record has to be asked now, because so much is
    /// unread that it was not counted to its end.
    pub fn hear(&mut self, event: &EventView, me: UserId, role: Role) -> bool {
        let Some(one) = self.of.get(&event.conversation).map(|one| one.unread) else {
            return false;
        };
        if event.seq <= one.counted {
            return false;
        }
        let data = |name: &str| event.data.as_ref().and_then(|data| data.get(name));
        let mine = event.sender_id == Some(me);
        let change = match event.kind {
            EventKind::Note if role == Role::Customer || mine => 0,
            EventKind::Message if mine => 0,
            EventKind::Note | EventKind::Message if one.count < UNREAD_MAX => 1,
            // Its customer is erased: nothing has a text any more.
            EventKind::Deleted if data("erased").is_some() => -one.count,
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
        let unsure = change < 0 && one.count >= UNREAD_MAX;
        let count = if unsure {
            one.count
        } else {
            one.count + change
        };
        let heard = Unread {
            count,
            counted: event.seq,
            ..one
        };
        self.set(event.conversation, heard);
        unsure
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
    fn what_others_say_is_counted_once_and_told_when_it_changes() {
        let (id, me, other) = (ConversationId::new(), UserId::new(), UserId::new());
        let mut counts = Counts::default();
        let said = |seq, kind, by| event(id, seq, kind, by, json!({}));
        let role = Role::Rep;
        counts.hear(&said(1, EventKind::Message, other), me, role);
        assert_eq!(counts.tell_news(id), None, "nothing is known yet");
        let known = Unread {
            count: 2,
            counted: 3,
            read: 1,
        };
        let more = ConversationId::new();
        counts.set(id, known);
        counts.set(more, Unread { count: 5, ..known });
        counts.weigh(id, true);
        counts.weigh(more, true);
        assert_eq!(counts.tell_news(id), Some((2, 7)), "what it began with");
        let gone = |seq, of, by: UserId| {
            let data = json!({ "seq": of, "author_id": by });
            event(id, seq, EventKind::Deleted, other, data)
        };
        let cases = [
            (said(3, EventKind::Message, other), None),
            (said(4, EventKind::Message, other), Some((3, 8))),
            (said(4, EventKind::Message, other), None),
            (said(5, EventKind::Message, me), None),
            (said(6, EventKind::Note, other), Some((4, 9))),
            (said(7, EventKind::Note, me), None),
            (said(8, EventKind::Parked, other), None),
            (gone(9, 4, other), Some((3, 8))),
            (gone(10, 5, me), None),
            (gone(11, 1, other), None),
        ];
        for (event, expected) in cases {
            assert!(!counts.hear(&event, me, role));
            assert_eq!(counts.tell_news(id), expected, "{event:?}");
        }
        counts.hear(&said(12, EventKind::Note, other), me, Role::Customer);
        assert_eq!(counts.tell_news(id), None);
        counts.weigh(id, false);
        assert_eq!(counts.tell_news(id), Some((3, 5)), "out of the total");
        counts.weigh(id, true);
        counts.forget(id);
        assert_eq!(counts.tell_news(more), Some((5, 5)));
    }

    #[test]
    fn what_was_not_counted_to_its_end_is_not_counted_down() {
        let (id, me, other) = (ConversationId::new(), UserId::new(), UserId::new());
        let mut counts = Counts::default();
        let full = Unread {
            count: UNREAD_MAX,
            ..Unread::default()
        };
        counts.set(id, full);
        let gone = event(
            id,
            2,
            EventKind::Deleted,
            other,
            json!({ "seq": 1, "author_id": other }),
        );
        assert!(counts.hear(&gone, me, Role::Rep));
        assert_eq!(counts.tell(id), (UNREAD_MAX, 0));
    }
}
