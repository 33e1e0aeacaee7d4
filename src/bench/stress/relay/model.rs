//! What is known of the messages: who sent them, where they were seen, and what was acknowledged.
//! Whatever contradicts it is wrong.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::bench::couples::{Couple, SAID_NOTHING};
use crate::words::ClientId;

/// How many of the wrong things are told in full.
const TOLD: usize = 20;

/// What must never happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// Acknowledged, and not in the record; or somebody never gets it.
    Lost,
    /// In the record, or told, under two numbers.
    Doubled,
    /// Not in the order in which it was sent, or in another than the others have seen.
    OutOfOrder,
    /// A socket was told something that does not follow what it was told before.
    Gap,
    /// The record is not what was seen, or the doctor finds something.
    History,
    /// An answer that nobody should get.
    Answer,
}

/// Every kind, with its name in the report.
pub const KINDS: [(Wrong, &str); 6] = [
    (Wrong::Lost, "lost"),
    (Wrong::Doubled, "doubled"),
    (Wrong::OutOfOrder, "out of order"),
    (Wrong::Gap, "gaps"),
    (Wrong::History, "history"),
    (Wrong::Answer, "wrong answers"),
];

/// A message as its sender knows it.
#[derive(Debug, Clone)]
pub struct Said {
    pub conversation: usize,
    pub side: usize,
    /// The how manieth of its sender.
    pub turn: u64,
    pub text: String,
    /// It went another way than the sender's socket, or was refused once: its order is not given.
    pub loose: bool,
    pub acked: Option<i64>,
}

/// A conversation as its two ends have seen it.
#[derive(Debug, Default, Clone)]
pub struct Log {
    /// By seq.
    pub seen: BTreeMap<i64, (Option<ClientId>, String)>,
    /// Up to where each side has seen it.
    pub upto: [i64; 2],
    /// The highest seq that was told or acknowledged.
    pub head: i64,
}

/// What everybody shares.
pub struct Model {
    pub couples: Vec<Couple>,
    pub said: RefCell<HashMap<ClientId, Said>>,
    pub logs: RefCell<Vec<Log>>,
    pub acknowledged: Cell<u64>,
    /// Nobody says anything new any more.
    pub enough: Cell<bool>,
    /// Those who still have something to send.
    pub busy: Cell<usize>,
    pub counts: RefCell<BTreeMap<&'static str, u64>>,
    wrong: RefCell<BTreeMap<Wrong, u64>>,
    told: RefCell<Vec<String>>,
}

impl Model {
    pub fn new(couples: Vec<Couple>) -> Self {
        let log = Log {
            upto: [SAID_NOTHING; 2],
            head: SAID_NOTHING,
            ..Log::default()
        };
        Self {
            busy: Cell::new(couples.len() * 2),
            logs: RefCell::new(vec![log; couples.len()]),
            couples,
            said: RefCell::default(),
            acknowledged: Cell::default(),
            enough: Cell::default(),
            counts: RefCell::default(),
            wrong: RefCell::default(),
            told: RefCell::default(),
        }
    }

    pub fn wrong(&self, what: Wrong, says: String) {
        *self.wrong.borrow_mut().entry(what).or_default() += 1;
        let mut told = self.told.borrow_mut();
        if told.len() < TOLD {
            told.push(format!("{what:?}: {says}"));
        }
    }

    /// Something happened that is worth counting.
    pub fn count(&self, what: &'static str) {
        *self.counts.borrow_mut().entry(what).or_default() += 1;
    }

    pub fn wrongs(&self, what: Wrong) -> u64 {
        self.wrong.borrow().get(&what).copied().unwrap_or_default()
    }

    pub fn told(&self) -> Vec<String> {
        self.told.borrow().clone()
    }

    pub fn all_is_well(&self) -> bool {
        self.wrong.borrow().is_empty()
    }

    /// Somebody is about to send this.
    pub fn say(&self, id: ClientId, said: Said) {
        self.said.borrow_mut().insert(id, said);
    }

    /// The order of this one is not given any more.
    pub fn loosen(&self, id: ClientId) {
        if let Some(said) = self.said.borrow_mut().get_mut(&id) {
            said.loose = true;
        }
    }

    /// Its sender was told that it is stored under this number.
    pub fn ack(&self, id: ClientId, seq: i64) {
        let mut all = self.said.borrow_mut();
        let Some(said) = all.get_mut(&id) else {
            drop(all);
            let says = format!("{id} was acknowledged, and nobody sent it");
            return self.wrong(Wrong::Answer, says);
        };
        let head = &mut self.logs.borrow_mut()[said.conversation].head;
        *head = seq.max(*head);
        match said.acked {
            None => {
                said.acked = Some(seq);
                self.acknowledged.set(self.acknowledged.get() + 1);
            }
            Some(before) if before != seq => {
                let says = format!("{id} was acknowledged as {before} and as {seq}");
                self.wrong(Wrong::Doubled, says);
            }
            Some(_) => self.count("acknowledged again"),
        }
    }

    /// An end was told an entry of its log. Its own cursor is its own to check.
    pub fn see(&self, at: usize, side: usize, seq: i64, id: Option<ClientId>, text: &str) {
        let mut logs = self.logs.borrow_mut();
        let log = &mut logs[at];
        log.upto[side] = log.upto[side].max(seq);
        log.head = log.head.max(seq);
        match log.seen.get(&seq) {
            None => {
                log.seen.insert(seq, (id, text.to_owned()));
            }
            Some((other, said)) if *other != id || said != text => {
                let says = format!("seq {seq} of conversation {at} is {other:?} and {id:?}");
                drop(logs);
                self.wrong(Wrong::OutOfOrder, says);
            }
            Some(_) => {}
        }
    }

    /// The last seq of a conversation that anybody knows of.
    pub fn head(&self, at: usize) -> i64 {
        self.logs.borrow()[at].head
    }

    /// Somebody does not come to an end.
    pub fn nobody_comes_to_rest(&self, within: Duration) {
        let busy = self.busy.get();
        let says = format!("not everybody has seen all within {within:?}; {busy} still send");
        self.wrong(Wrong::Lost, says);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{ConversationId, UserId};

    fn model() -> (Model, ClientId) {
        let couple = Couple {
            conversation: ConversationId::new(),
            people: [UserId::new(), UserId::new()],
            tokens: [String::new(), String::new()],
        };
        let (model, id) = (Model::new(vec![couple]), ClientId::new());
        let said = Said {
            conversation: 0,
            side: 0,
            turn: 0,
            text: "hello".into(),
            loose: false,
            acked: None,
        };
        model.say(id, said);
        (model, id)
    }

    #[test]
    fn what_fits_together_is_well() {
        let (model, id) = model();
        model.ack(id, 3);
        model.see(0, 0, 3, Some(id), "hello");
        model.see(0, 1, 3, Some(id), "hello");
        model.ack(id, 3);
        assert!(model.all_is_well(), "{:?}", model.told());
        assert_eq!((model.acknowledged.get(), model.head(0)), (1, 3));
    }

    #[test]
    fn what_contradicts_is_wrong() {
        let (model, id) = model();
        model.ack(id, 3);
        model.ack(id, 4);
        assert_eq!(model.wrongs(Wrong::Doubled), 1);
        model.see(0, 0, 3, Some(id), "hello");
        model.see(0, 1, 3, Some(ClientId::new()), "hello");
        model.see(0, 1, 3, Some(id), "hallo");
        assert_eq!(model.wrongs(Wrong::OutOfOrder), 2);
        model.ack(ClientId::new(), 5);
        assert_eq!(model.wrongs(Wrong::Answer), 1);
        assert!(!model.all_is_well());
    }
}
