//! What everybody saw, counted together.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use super::labels;
use super::plan::Plan;
use crate::store::conversations::ConversationView;
use crate::store::rep_views::RepView;
use crate::words::{ClientId, ConversationId, UserId};

/// One thread plays all people, so a plain cell is enough.
pub type Shared = Rc<RefCell<Tally>>;

/// How often the curves get a point.
pub const SAMPLE: Duration = Duration::from_millis(500);
/// Troubles kept in words; the others are counted.
const TROUBLES: usize = 10;

/// What is going on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Phase {
    /// So many people have an account.
    Gathering(usize),
    Playing,
    /// Everything is read back and compared.
    Reading,
}

/// One conversation as its people saw it.
#[derive(Default)]
pub struct Course {
    pub opened: Option<Instant>,
    pub assigned: Option<Instant>,
    /// What was acknowledged, with its seq.
    pub acknowledged: Vec<(ClientId, i64)>,
    /// Where its closing was said, and whether somebody waited then.
    closing: Option<bool>,
}

/// An assignment for the board.
pub struct Assignment {
    pub customer: String,
    pub rep: String,
    pub wait: Duration,
}

/// What the raised capacity brought.
pub struct Raised {
    pub at: Instant,
    pub rep: UserId,
    pub waiting: usize,
    /// So many new slots.
    pub slots: usize,
    /// How long after it each of the new slots was filled.
    pub filled: Vec<Duration>,
}

/// Everything together.
pub struct Tally {
    pub url: String,
    /// Where to look at it in a browser, a line each.
    pub places: Vec<String>,
    pub phase: Phase,
    pub people: usize,
    pub began: Option<Instant>,
    pub ended: Option<Instant>,
    pub courses: HashMap<ConversationId, Course>,
    waiting: HashSet<ConversationId>,
    pub waits: Vec<Duration>,
    freed: HashMap<UserId, VecDeque<Option<Instant>>>,
    taking_none: HashSet<UserId>,
    pub slot_waits: Vec<Duration>,
    pub served: usize,
    pub sent: u64,
    /// Messages that have come to the other side.
    delivered: HashSet<(ConversationId, i64)>,
    pub holes: u64,
    pub over_capacity: u64,
    /// The newest, newest first, and how many there were in all.
    pub assignments: VecDeque<Assignment>,
    pub assigned_all: usize,
    /// Conversations that each rep was given.
    pub given: HashMap<UserId, u32>,
    /// Our reps, in the order of the plan.
    pub team: Vec<UserId>,
    /// The reps as the admin sees them.
    pub reps: Vec<RepView>,
    /// The line as the admin sees it: how many, and who is next.
    pub line: usize,
    pub next: Vec<String>,
    pub longest: (usize, Duration),
    pub raised: Option<Raised>,
    pub line_curve: VecDeque<u64>,
    pub message_curve: VecDeque<u64>,
    sampled: u64,
    /// What happened, and when.
    pub notes: Vec<(Duration, String)>,
    pub troubles: Vec<String>,
    pub trouble_count: usize,
}

impl Tally {
    pub fn new(plan: &Plan, url: &str, places: Vec<String>) -> Shared {
        Rc::new(RefCell::new(Self {
            url: url.into(),
            places,
            phase: Phase::Gathering(0),
            people: plan.arrivals.len() + plan.capacities.len(),
            began: None,
            ended: None,
            courses: HashMap::new(),
            waiting: HashSet::new(),
            waits: Vec::new(),
            freed: HashMap::new(),
            taking_none: HashSet::new(),
            slot_waits: Vec::new(),
            served: 0,
            sent: 0,
            delivered: HashSet::new(),
            holes: 0,
            over_capacity: 0,
            assignments: VecDeque::new(),
            assigned_all: 0,
            given: HashMap::new(),
            team: Vec::new(),
            reps: Vec::new(),
            line: 0,
            next: Vec::new(),
            longest: (0, Duration::ZERO),
            raised: None,
            line_curve: VecDeque::new(),
            message_curve: VecDeque::new(),
            sampled: 0,
            notes: Vec::new(),
            troubles: Vec::new(),
            trouble_count: 0,
        }))
    }

    pub fn begin(&mut self) {
        self.began = Some(Instant::now());
        self.phase = Phase::Playing;
    }

    /// How long the story has gone on.
    pub fn elapsed(&self) -> Duration {
        let until = self.ended.unwrap_or_else(Instant::now);
        self.began.map_or(Duration::ZERO, |began| until - began)
    }

    pub fn note(&mut self, text: String) {
        self.notes.push((self.elapsed(), text));
    }

    /// Something that should not have happened.
    pub fn trouble(&mut self, text: String) {
        self.trouble_count += 1;
        if self.troubles.len() < TROUBLES {
            self.note(format!("trouble: {text}"));
            self.troubles.push(text);
        }
    }

    /// The time is up and somebody is still there.
    pub fn overtime(&mut self) {
        let waiting = self.waiting.len();
        let talking = self.courses.len() - waiting - self.served;
        let text = format!("the time was up; {waiting} still waited, {talking} still talked");
        self.trouble(text);
    }

    /// The opening was answered.
    pub fn opened(&mut self, id: ConversationId, customer: usize, at: Instant) {
        let course = self.courses.entry(id).or_default();
        course.opened = Some(at);
        self.sent += 1;
        if course.assigned.is_some() {
            // The assignment was heard before the answer.
            self.waited(customer, Duration::ZERO);
        } else {
            self.waiting.insert(id);
        }
    }

    fn waited(&mut self, customer: usize, wait: Duration) {
        self.waits.push(wait);
        let name = labels::customer(customer);
        if let Some(one) = self.assignments.iter_mut().find(|one| one.customer == name) {
            one.wait = wait;
        }
    }

    /// A customer was told who serves him.
    pub fn assigned(&mut self, view: &ConversationView, customer: usize) {
        let at = Instant::now();
        let course = self.courses.entry(view.id).or_default();
        if course.assigned.replace(at).is_some() {
            return;
        }
        let opened = course.opened;
        self.waiting.remove(&view.id);
        let Some(rep) = &view.rep else { return };
        *self.given.entry(rep.id).or_default() += 1;
        self.assignments.push_front(Assignment {
            customer: labels::customer(customer),
            rep: rep.name.clone(),
            wait: Duration::ZERO,
        });
        self.assignments.truncate(50);
        self.assigned_all += 1;
        if let Some(opened) = opened {
            self.waited(customer, at - opened);
        }
        self.slot_taken(rep.id, at);
        if self.waiting.is_empty() {
            // The slots that are free now wait for the next customer, not he for them.
            self.freed.clear();
        }
    }

    fn slot_taken(&mut self, rep: UserId, at: Instant) {
        if let Some(raised) = &mut self.raised
            && raised.rep == rep
            && self.freed.get(&rep).is_none_or(VecDeque::is_empty)
        {
            raised.filled.push(at - raised.at);
            if raised.filled.len() == raised.slots {
                let took = labels::short(at - raised.at);
                self.note(format!("the new slots are filled {took} later"));
            }
        }
        let freed = self.freed.get_mut(&rep).and_then(VecDeque::pop_front);
        if let Some(acknowledged) = freed {
            // Taken even before the close was acknowledged: no time at all.
            let at = acknowledged.map_or(Duration::ZERO, |since| at - since);
            self.slot_waits.push(at);
        }
    }

    /// A rep says the end of a conversation.
    pub fn closing(&mut self, id: ConversationId, rep: UserId) {
        let somebody = !self.waiting.is_empty() && !self.taking_none.contains(&rep);
        self.courses.entry(id).or_default().closing = Some(somebody);
        if somebody {
            self.freed.entry(rep).or_default().push_back(None);
        }
    }

    /// An acknowledgement came; if it was that of a closing, a slot is free from now on.
    pub fn slot_freed(&mut self, id: ConversationId, rep: UserId) {
        let closing = self.courses.get_mut(&id).and_then(|one| one.closing.take());
        if closing == Some(true)
            && let Some(freed) = self.freed.get_mut(&rep)
            && let Some(one) = freed.iter_mut().find(|one| one.is_none())
        {
            *one = Some(Instant::now());
        }
    }

    /// A rep gets nothing new for now: his free slots are nobody's wait.
    pub fn takes_none(&mut self, rep: UserId) {
        self.taking_none.insert(rep);
        self.freed.remove(&rep);
    }

    pub fn takes_again(&mut self, rep: UserId) {
        self.taking_none.remove(&rep);
    }

    /// A command that adds to a log was acknowledged.
    pub fn acknowledged(&mut self, id: ConversationId, client_id: ClientId, seq: i64) {
        self.sent += 1;
        let course = self.courses.entry(id).or_default();
        course.acknowledged.push((client_id, seq));
    }

    /// A message came to somebody. It counts once, when somebody of the other side hears it: to
    /// whoever takes a conversation over, all of it comes once more.
    pub fn came(&mut self, to: UserId, id: ConversationId, seq: i64, from: UserId) {
        if self.team.contains(&to) != self.team.contains(&from) {
            self.delivered.insert((id, seq));
        }
    }

    pub fn delivered(&self) -> u64 {
        self.delivered.len() as u64
    }

    /// What the admin sees.
    pub fn looked(&mut self, line: usize, next: Vec<String>, reps: Vec<RepView>) {
        self.over_capacity += reps.iter().filter(|one| one.load > one.capacity).count() as u64;
        if line > self.longest.0 {
            self.longest = (line, self.elapsed());
        }
        (self.line, self.next, self.reps) = (line, next, reps);
    }

    /// A capacity was raised at this moment.
    pub fn raised(&mut self, rep: UserId, slots: usize, at: Instant) {
        self.raised = Some(Raised {
            at,
            rep,
            waiting: self.waiting.len(),
            slots,
            filled: Vec::new(),
        });
    }

    pub fn sample(&mut self) {
        self.line_curve.push_back(self.line as u64);
        self.message_curve.push_back(self.sent - self.sampled);
        self.sampled = self.sent;
    }

    /// Messages in the last second.
    pub fn rate(&self) -> u64 {
        let points = (1_000 / SAMPLE.as_millis()) as usize;
        self.message_curve.iter().rev().take(points).sum()
    }

    /// A rep of ours as the admin sees him.
    pub fn rep(&self, id: UserId) -> Option<&RepView> {
        self.reps.iter().find(|one| one.id == id)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::demo::Options;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    #[test]
    fn what_a_second_rep_is_told_again_is_delivered_once() {
        let plan = Plan::new(&Line::parse_from(["demo"]).options).unwrap();
        let tally = Tally::new(&plan, "", Vec::new());
        let mut tally = tally.borrow_mut();
        let (one, other, customer) = (UserId::new(), UserId::new(), UserId::new());
        tally.team = vec![one, other];
        let id = ConversationId::new();
        tally.came(one, id, 2, customer);
        tally.came(customer, id, 3, one);
        assert_eq!(tally.delivered(), 2);
        // The second takes over: he is told what both have said.
        tally.came(other, id, 2, customer);
        tally.came(other, id, 3, one);
        assert_eq!(tally.delivered(), 2);
        // What only another rep has heard has not come to the customer.
        tally.came(one, id, 4, other);
        assert_eq!(tally.delivered(), 2);
    }
}
