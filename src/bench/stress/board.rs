//! What is known of the open conversations, from answers and from the bell: enough to choose what
//! to do next, and to see if one was ever given to two.

use std::collections::{HashMap, VecDeque};

use rand::RngExt;
use rand::rngs::StdRng;

use crate::store::conversations::ConversationView;
use crate::words::{ConversationId, QueueId, Status, UserId};

/// How many closed ones are kept in mind, so that late news opens none of them again.
const ENDED_MAX: usize = 20_000;

/// A conversation as it was heard of last.
#[derive(Debug, Clone)]
pub struct Known {
    pub id: ConversationId,
    pub seq: i64,
    pub status: Status,
    pub queue: QueueId,
    pub customer: UserId,
    /// Who holds a slot for it.
    pub rep: Option<UserId>,
    /// Who had it, by the epoch of the assignment.
    had: Vec<(i64, UserId)>,
}

/// Ids in no order, of which one can be drawn.
#[derive(Default)]
struct Bag {
    ids: Vec<ConversationId>,
    at: HashMap<ConversationId, usize>,
}

impl Bag {
    fn add(&mut self, id: ConversationId) {
        self.at.insert(id, self.ids.len());
        self.ids.push(id);
    }

    fn remove(&mut self, id: ConversationId) {
        if let Some(at) = self.at.remove(&id) {
            self.ids.swap_remove(at);
            if let Some(moved) = self.ids.get(at) {
                self.at.insert(*moved, at);
            }
        }
    }
}

/// Everything that is known.
#[derive(Default)]
pub struct Board {
    known: HashMap<ConversationId, Known>,
    bags: HashMap<Status, Bag>,
    ended: HashMap<ConversationId, i64>,
    ended_in_order: VecDeque<ConversationId>,
}

impl Board {
    /// Takes in how a conversation is now, if that is news. Answers with what is wrong, if two
    /// reps were given the same epoch of it.
    pub fn learn(&mut self, view: &ConversationView) -> Option<String> {
        if self
            .ended
            .get(&view.id)
            .is_some_and(|seq| view.last_seq <= *seq)
        {
            return None;
        }
        let before = self.known.remove(&view.id);
        let mut next = Known {
            id: view.id,
            seq: view.last_seq,
            status: view.status,
            queue: view.queue.id,
            customer: view.customer.id,
            rep: view
                .rep
                .as_ref()
                .or(view.offered_to.as_ref())
                .map(|one| one.id),
            had: Vec::new(),
        };
        let serving = [Status::Active, Status::Wrapup].contains(&view.status);
        let holder = next.rep.filter(|_| serving);
        let mut twice = None;
        if let Some(mut before) = before {
            if let Some(rep) = holder {
                twice = before.gave(view.epoch, rep);
            }
            if before.seq > view.last_seq {
                self.known.insert(view.id, before);
                return twice;
            }
            self.bag(before.status).remove(view.id);
            next.had = before.had;
        } else if let Some(rep) = holder {
            next.had.push((view.epoch, rep));
        }
        if view.status == Status::Closed {
            self.end(view.id, view.last_seq);
        } else {
            self.bag(view.status).add(view.id);
            self.known.insert(view.id, next);
        }
        twice
    }

    fn bag(&mut self, status: Status) -> &mut Bag {
        self.bags.entry(status).or_default()
    }

    fn end(&mut self, id: ConversationId, seq: i64) {
        if self.ended.insert(id, seq).is_none() {
            self.ended_in_order.push_back(id);
        }
        if self.ended_in_order.len() > ENDED_MAX
            && let Some(oldest) = self.ended_in_order.pop_front()
        {
            self.ended.remove(&oldest);
        }
    }

    pub fn count(&self, status: Status) -> usize {
        self.bags.get(&status).map_or(0, |bag| bag.ids.len())
    }

    /// Any one in this status.
    pub fn draw(&self, status: Status, dice: &mut StdRng) -> Option<Known> {
        let ids = &self.bags.get(&status)?.ids;
        let at = (!ids.is_empty()).then(|| dice.random_range(0..ids.len()))?;
        self.known.get(&ids[at]).cloned()
    }

    /// One of those that were closed lately.
    pub fn draw_ended(&self, dice: &mut StdRng) -> Option<ConversationId> {
        let many = self.ended_in_order.len();
        let at = (many > 0).then(|| dice.random_range(many.saturating_sub(100)..many))?;
        self.ended_in_order.get(at).copied()
    }

    /// Forgets all that is open: it is told anew.
    pub fn forget_open(&mut self) {
        self.known.clear();
        self.bags.clear();
    }
}

impl Known {
    /// Writes down who was given it; answers with what is wrong if that was somebody else.
    fn gave(&mut self, epoch: i64, rep: UserId) -> Option<String> {
        match self.had.iter().find(|(other, _)| *other == epoch) {
            None => self.had.push((epoch, rep)),
            Some((_, other)) if *other != rep => {
                let id = self.id;
                return Some(format!(
                    "{id} was given to {other} and to {rep} as epoch {epoch}"
                ));
            }
            Some(_) => {}
        }
        None
    }
}
