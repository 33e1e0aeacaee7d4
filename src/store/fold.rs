//! Every conversation told anew from its log alone, and held against its row.
//!
//! Both are read side by side in the order of their ids, page by page, so that the memory it takes
//! does not grow with the database.

use std::collections::{HashSet, VecDeque};

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use uuid::Uuid;

use super::conn::{Conn, queries};
use super::finding::Finding;
use super::schema::{conversations, events};
use crate::error::{Error, Result};
use crate::words::{
    ConversationId, EventKind, Priority, QueueId, Resolution, SqlId, Status, UserId,
};

/// Rows, and events, in one page.
const ROWS: i64 = 1_000;
pub(super) const EVENTS: i64 = 5_000;
/// How many of those that differ are told in full.
const EXAMPLES: usize = 10;

/// What of an event tells of the state.
#[derive(Debug, Clone, Queryable)]
pub(super) struct Logged {
    pub conversation: ConversationId,
    pub seq: i64,
    pub kind: EventKind,
    pub data: Option<serde_json::Value>,
}

/// What of a row the log tells, too.
#[derive(Debug, Clone, Queryable)]
struct Row {
    id: ConversationId,
    number: i64,
    status: Status,
    rep: Option<UserId>,
    last_rep: Option<UserId>,
    epoch: i64,
    queue: QueueId,
    priority: Priority,
    resolution: Option<Resolution>,
    held: bool,
    rating: Option<i32>,
}

queries! {
    /// Events of these kinds behind this one, in the order of conversations and seqs.
    pub(super) fn page(conn, behind: (ConversationId, i64), kinds: &[EventKind])
        -> QueryResult<Vec<Logged>>
    {
        let later = sql::<Bool>("(events.conversation_id, events.seq) > (")
            .bind::<SqlId, _>(behind.0)
            .sql(", ")
            .bind::<BigInt, _>(behind.1)
            .sql(")");
        events::table
            .filter(later)
            .filter(events::kind.eq_any(kinds))
            .order((events::conversation_id, events::seq))
            .limit(EVENTS)
            .select((events::conversation_id, events::seq, events::kind, events::data))
            .load(conn)
    }

    fn rows(conn, behind: ConversationId) -> QueryResult<Vec<Row>> {
        conversations::table
            .filter(conversations::id.gt(behind))
            .order(conversations::id)
            .limit(ROWS)
            .select((
                conversations::id, conversations::number, conversations::status,
                conversations::rep_id,
                conversations::last_rep_id, conversations::epoch, conversations::queue_id,
                conversations::priority, conversations::resolution, conversations::held,
                conversations::rating,
            ))
            .load(conn)
    }
}

/// Events of some kinds, one by one.
pub(super) struct Log {
    kinds: Vec<EventKind>,
    page: VecDeque<Logged>,
    behind: (ConversationId, i64),
    ended: bool,
}

impl Log {
    pub fn of(kinds: Vec<EventKind>) -> Self {
        Self {
            kinds,
            page: VecDeque::new(),
            behind: (ConversationId(Uuid::nil()), 0),
            ended: false,
        }
    }

    /// The next event, left where it is.
    pub fn peek(&mut self, conn: &mut Conn) -> Result<Option<&Logged>> {
        if self.page.is_empty() && !self.ended {
            self.page = page(conn, self.behind, &self.kinds)?.into();
            match self.page.back() {
                Some(last) => self.behind = (last.conversation, last.seq),
                None => self.ended = true,
            }
        }
        Ok(self.page.front())
    }

    pub fn next(&mut self, conn: &mut Conn) -> Result<Option<Logged>> {
        self.peek(conn)?;
        Ok(self.page.pop_front())
    }
}

/// A conversation as its log tells it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Told {
    status: Option<Status>,
    rep: Option<UserId>,
    last_rep: Option<UserId>,
    epoch: i64,
    /// Nothing as long as nobody said which: the first one then was another, perhaps.
    queue: Option<QueueId>,
    priority: Option<Priority>,
    resolution: Option<Resolution>,
    held: bool,
    /// The last one; none, too, once it was erased.
    rating: Option<i32>,
    /// The first step that cannot have happened as it stands there.
    impossible: Option<String>,
}

impl Told {
    /// Takes in the next event.
    fn hear(&mut self, event: &Logged) {
        use EventKind as Kind;
        use Status::{Active, Closed, Offered, Parked, Waiting, Wrapup};
        let from: &[Status] = match event.kind {
            Kind::Opened => &[],
            Kind::Assigned if self.status == Some(Offered) && event.rep() == self.rep => &[Offered],
            Kind::Assigned | Kind::Offered | Kind::Held | Kind::Moved => &[Waiting],
            Kind::Declined | Kind::Missed | Kind::Withdrawn => &[Offered],
            Kind::Requeued => &[Waiting, Offered, Active, Parked],
            Kind::Transferred => &[Waiting, Active, Parked],
            Kind::Prioritized => &[Waiting, Offered, Active, Parked, Wrapup],
            Kind::Parked => &[Waiting, Active],
            Kind::Woken => &[Parked],
            Kind::Wrapup => &[Active],
            Kind::Closed => &[Waiting, Offered, Active, Parked, Wrapup],
            Kind::Reopened => &[Closed],
            Kind::Rated => &[Wrapup, Closed],
            _ => return self.hear_more(event),
        };
        let opens = event.kind == Kind::Opened;
        if !self.status.map_or(opens, |status| from.contains(&status)) {
            let (seq, kind, status) = (event.seq, event.kind, word(self.status));
            let says = format!("event {seq} is `{kind}`, which cannot follow `{status}`");
            self.impossible.get_or_insert(says);
        }
        self.follow(event);
    }

    fn follow(&mut self, event: &Logged) {
        use EventKind as Kind;
        match event.kind {
            Kind::Opened => {
                let left = event
                    .data
                    .as_ref()
                    .is_some_and(|data| data["left_message"] == true);
                self.stand(if left {
                    Status::Parked
                } else {
                    Status::Waiting
                });
                self.queue = event.get("queue_id");
                self.priority = event.get("priority");
            }
            Kind::Assigned => {
                self.stand(Status::Active);
                (self.rep, self.last_rep) = (event.rep(), event.rep());
                self.epoch += 1;
                if event.get("epoch") != Some(self.epoch) {
                    let says = format!(
                        "event {} should be assignment {}, and says another",
                        event.seq, self.epoch
                    );
                    self.impossible.get_or_insert(says);
                }
            }
            Kind::Offered => {
                self.stand(Status::Offered);
                self.rep = event.rep();
            }
            Kind::Parked => self.stand(Status::Parked),
            Kind::Held => self.held = true,
            Kind::Prioritized => self.priority = event.get("to").or(self.priority),
            Kind::Wrapup => self.status = Some(Status::Wrapup),
            Kind::Rated => self.rating = event.get("score"),
            Kind::Closed => {
                self.stand(Status::Closed);
                self.resolution = event.get("resolution");
            }
            Kind::Moved => {
                self.stand(Status::Waiting);
                self.queue = event.get("to");
            }
            Kind::Transferred => {
                self.stand(Status::Waiting);
                self.queue = event.get("queue_id");
            }
            // What is no longer kept for one rep waits on, held or not.
            Kind::Requeued if self.status == Some(Status::Waiting) => {}
            _ => self.stand(Status::Waiting),
        }
    }

    /// In this state, with nobody yet.
    fn stand(&mut self, status: Status) {
        self.status = Some(status);
        self.rep = None;
        self.resolution = None;
        self.held = false;
    }

    /// What changes no state, but for a customer who is back.
    fn hear_more(&mut self, event: &Logged) {
        if event.kind == EventKind::Returned && event.rep().is_none() {
            self.held = false;
        }
        // What is erased loses its rating at once, and its log's entries part by part.
        if event.kind == EventKind::Deleted && event.get("erased") == Some(true) {
            self.rating = None;
        }
    }
}

impl Logged {
    /// A field of its data, if it is there and can be read.
    fn get<T: serde::de::DeserializeOwned>(&self, field: &str) -> Option<T> {
        let value = self.data.as_ref()?.get(field)?;
        serde_json::from_value(value.clone()).ok()
    }

    fn rep(&self) -> Option<UserId> {
        self.get("rep_id")
    }
}

/// A word, or none.
fn word<T: std::fmt::Display>(it: Option<T>) -> String {
    it.map_or_else(|| "none".into(), |it| it.to_string())
}

/// Where a row and its log differ, as a sentence for people.
fn told_of(row: &Row, told: &Told, holds: Option<UserId>) -> String {
    let mut parts: Vec<String> = told.impossible.iter().cloned().collect();
    let known = |log: Option<String>, row: &str| log.unwrap_or_else(|| row.to_owned());
    let (queue, priority) = (row.queue.to_string(), row.priority.to_string());
    let both = [
        ("status", row.status.to_string(), word(told.status)),
        ("resolution", word(row.resolution), word(told.resolution)),
        ("who has it", word(holds), word(told.rep)),
        ("who had it last", word(row.last_rep), word(told.last_rep)),
        ("epoch", row.epoch.to_string(), told.epoch.to_string()),
        (
            "queue",
            queue.clone(),
            known(told.queue.map(|one| one.to_string()), &queue),
        ),
        (
            "priority",
            priority.clone(),
            known(told.priority.map(|one| one.to_string()), &priority),
        ),
        ("held", row.held.to_string(), told.held.to_string()),
        ("rating", word(row.rating), word(told.rating)),
    ];
    for (what, row, log) in both {
        if row != log {
            parts.push(format!("{what} is {row} in its row, {log} by its log"));
        }
    }
    format!(
        "conversation {} ({}): {}",
        row.number,
        row.id,
        parts.join("; ")
    )
}

/// How many differ, and the first of them in full.
#[derive(Default)]
pub struct Differences {
    counts: [i64; 4],
    pub examples: Vec<String>,
}

const SAYS: [(&str, &str); 4] = [
    (
        "log_can_have_happened",
        "no log tells of a step that its state did not allow, as being given to a second rep",
    ),
    (
        "log_tells_status",
        "status, resolution and who has it are what the log tells",
    ),
    (
        "log_tells_epoch",
        "epoch, and who had it last, are what the log tells",
    ),
    (
        "log_tells_queue",
        "queue, priority, rating and whether its place is held are what the log tells",
    ),
];

impl Differences {
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        let counts = SAYS.iter().zip(self.counts);
        counts.map(|((name, says), broken)| Finding::of(name, says, broken, Vec::new()))
    }

    fn compare(&mut self, row: &Row, told: &Told) {
        let holds = row.rep.filter(|_| row.status.holds_slot());
        let alike = [
            told.impossible.is_none(),
            told.status == Some(row.status)
                && told.rep == holds
                && told.resolution == row.resolution,
            told.epoch == row.epoch && told.last_rep == row.last_rep,
            told.queue.is_none_or(|queue| queue == row.queue)
                && told
                    .priority
                    .is_none_or(|priority| priority == row.priority)
                && (told.held, told.rating) == (row.held, row.rating),
        ];
        for (count, alike) in self.counts.iter_mut().zip(alike) {
            *count += i64::from(!alike);
        }
        if alike.contains(&false) && self.examples.len() < EXAMPLES {
            self.examples.push(told_of(row, told, holds));
        }
    }
}

/// What is said of all of it if it cannot be told.
pub fn unasked(error: &Error) -> impl Iterator<Item = Finding> {
    SAYS.iter()
        .map(move |(name, says)| Finding::unasked(name, says, error))
}

/// Folds every log but of those that are on their way out. The caller keeps one snapshot open.
pub fn run(conn: &mut Conn, leaving: &HashSet<ConversationId>) -> Result<Differences> {
    let words = [EventKind::Message, EventKind::Note];
    let kinds = EventKind::ALL.iter().filter(|kind| !words.contains(kind));
    let mut log = Log::of(kinds.copied().collect());
    let mut differences = Differences::default();
    let mut behind = ConversationId(Uuid::nil());
    loop {
        let page = rows(conn, behind)?;
        let Some(last) = page.last() else {
            return Ok(differences);
        };
        behind = last.id;
        for row in &page {
            let mut told = Told::default();
            while log
                .peek(conn)?
                .is_some_and(|event| event.conversation <= row.id)
            {
                if let Some(event) = log.next(conn)?
                    && event.conversation == row.id
                {
                    told.hear(&event);
                }
            }
            if !leaving.contains(&row.id) {
                differences.compare(row, &told);
            }
        }
    }
}
