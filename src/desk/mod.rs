//! What happens to a conversation: the one place that changes it.
//!
//! REST, WebSocket and the dialects all come here. Every command is one SQL transaction; once it
//! is committed the doorbell rings, the caller has his answer, and the live line is told the rows
//! that changed (`dispatcher.rs`).

mod canned_replies;
mod claim;
mod close;
mod commit;
mod comparison;
mod customers;
mod disable;
mod dispatcher;
mod edits;
mod erase;
mod exits;
mod exporting;
mod hold;
mod hours;
mod joins;
mod lengths;
mod live_line;
mod lost;
mod marks;
mod merge;
mod moves;
mod notes;
mod offers;
mod open;
mod pace;
mod people;
mod queues;
mod ratings;
mod reconcile;
mod roles;
mod schedules;
mod send;
mod slots;
mod ticker;
mod typing;
mod why;

use std::sync::Arc;
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::access::Actor;
use crate::bell::Bell;
use crate::current::Current;
use crate::dispatch::{ConversationFact, Engine, Facts};
use crate::error::{Code, Error, Result};
use crate::metrics::Metrics;
use crate::news::{Grown, Logins, News, SignedOut};
use crate::store::counters::Numbers;
use crate::store::events::Event;
use crate::store::{Conn, Store, events, messages};
use crate::words::{
    ClientId, ConversationId, EventKind, HeadStarts, Moment, NodeId, Priority, QueueId, UserId, now,
};

pub use canned_replies::{NewReply, ReplyEdit};
pub use claim::Claim;
pub use close::Close;
use lengths::Lengths;
use live_line::Line;
pub use marks::Standing;
pub use moves::Target;
pub use open::Open;
use pace::Pace;
pub use people::check_capacity;
pub use queues::{LIMITS, Limit};
pub use ratings::SCORES;
pub use reconcile::Reconciler;
pub use roles::NewRole;
pub use schedules::ScheduleEdit;
pub use send::{Said, Sent};
pub use ticker::Ticker;
use ticker::Wake;
pub use typing::TYPING_MS;
pub use why::{WhyIdleView, WhyView};

/// What people may not exceed.
#[derive(Debug, Clone)]
pub struct Limits {
    pub text_chars_max: usize,
    pub subject_chars_max: usize,
    /// Attachments of one message.
    pub attachments_max: usize,
    pub open_per_customer_max: i64,
    /// Messages of one person at once, and then in a second; edits, deletions, notes, joining,
    /// opening, opening again, rating, closing by a customer or with last words, and changing
    /// canned replies count as such. As many marks, and as many searches.
    pub messages_burst: u32,
    pub messages_per_s: u32,
    /// How urgent a customer may call his own conversation.
    pub customer_priority_max: Priority,
    /// How long a message may be edited or deleted by who wrote it, in ms.
    pub edit_ms: Moment,
    /// Whether a rep may join what another serves in a queue of his.
    pub reps_may_join: bool,
}

/// What of the rules of dispatch is a setting.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    pub head_starts: HeadStarts,
    /// How long a rep may be gone before his customers are told, in ms.
    pub rep_suspect_ms: Moment,
    /// How long he may be gone before others get what he holds, in ms.
    pub rep_grace_ms: Moment,
    /// How long a waiting customer may be gone before he is offered to nobody, in ms.
    pub customer_grace_ms: Moment,
    /// Whether every new customer gets a rep of his own.
    pub personal_reps: bool,
}

/// What a committed command has changed.
#[derive(Debug, Default)]
struct Change {
    news: Vec<News>,
    facts: Facts,
    /// Reps to read again once it is committed, for the line and for their own sockets.
    reps: Vec<UserId>,
    /// They may have come or gone: whoever waits in their queues is told.
    staffing: bool,
}

impl Change {
    /// Adds what came after it in the same transaction.
    fn add(&mut self, later: Change) {
        self.news.extend(later.news);
        self.facts.queues.extend(later.facts.queues);
        self.facts.conversations.extend(later.facts.conversations);
        self.facts.reps.extend(later.facts.reps);
        self.reps.extend(later.reps);
        self.staffing |= later.staffing;
    }

    /// Adds that these queues may be served by others now: whoever waits there is told.
    fn lines(&mut self, queues: Vec<QueueId>) {
        let line = |queue| News::Line { queue };
        self.news.extend(queues.into_iter().map(line));
    }

    /// Adds that all logins of a person have ended, and what he is now.
    fn signed_out(&mut self, person: UserId) {
        let which = Logins::All;
        self.news.push(News::SignedOut(SignedOut {
            user: person,
            which,
        }));
        self.reps.push(person);
    }

    /// Adds a conversation as it was just written, and the entries that say so.
    fn conversation(&mut self, fact: ConversationFact, grown: Option<Grown>) {
        self.facts.conversations.push(fact);
        self.news
            .extend(grown.map(|one| News::Grown(Box::new(one))));
    }
}

/// What a desk stands on.
pub struct Needs {
    pub store: Store,
    pub engine: Arc<dyn Engine>,
    pub bell: Bell,
    pub metrics: Metrics,
    pub limits: Limits,
    pub rules: Rules,
    pub node: NodeId,
}

/// The desk. Cheap to clone.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    store: Store,
    line: Line,
    bell: Bell,
    metrics: Metrics,
    limits: Current<Limits>,
    rules: Rules,
    node: NodeId,
    numbers: Numbers,
    lengths: Lengths,
    pace: Pace,
    marking: Pace,
    searching: Pace,
    /// Work that outlives the request that caused it runs here, and is waited for at the end.
    tasks: TaskTracker,
    runtime: Handle,
    /// Wakes the reconcile loop before its time.
    repair: Notify,
    wake: Wake,
    /// Told when somebody is to be erased.
    erasing: Notify,
    started_at: Moment,
}

impl Desk {
    /// A desk over a database and a line. Must be called inside the runtime that outlives the
    /// requests.
    pub fn new(needs: Needs) -> Self {
        let Needs {
            store,
            engine,
            bell,
            metrics,
            limits,
            rules,
            node,
        } = needs;
        let numbers = Numbers::new("conversations", &store);
        let pace = |what| Pace::new(what, limits.messages_burst, limits.messages_per_s);
        Self(Arc::new(Inner {
            line: Line::new(engine, metrics.standby.clone()),
            store,
            bell,
            metrics,
            pace: pace("write"),
            marking: pace("mark"),
            searching: pace("search, or list by activity,"),
            limits: Current::new(limits),
            rules,
            node,
            numbers,
            lengths: Lengths::default(),
            tasks: TaskTracker::new(),
            runtime: Handle::current(),
            repair: Notify::new(),
            wake: Wake::default(),
            erasing: Notify::new(),
            started_at: now(),
        }))
    }

    /// Has these limits count from now on.
    pub fn set_limits(&self, limits: Limits) {
        let (burst, per_s) = (limits.messages_burst, limits.messages_per_s);
        for pace in [&self.0.pace, &self.0.marking, &self.0.searching] {
            pace.set(burst, per_s);
        }
        self.0.limits.set(limits);
    }

    /// What people may not exceed now.
    fn limits(&self) -> Arc<Limits> {
        self.0.limits.get()
    }

    /// Whether this node keeps the line alone, because Redis is away.
    pub fn is_on_standby(&self) -> bool {
        self.0.line.is_away()
    }

    /// Since when the line is kept where it is kept now.
    pub fn engine_since(&self) -> Moment {
        self.0.line.since()
    }

    /// Counts a search of somebody, or a list by activity, or says how long to wait with it.
    pub fn count_search(&self, person: UserId) -> Result<()> {
        self.0.searching.take(person, Instant::now())
    }

    /// Counts what somebody writes, or says how long to wait with it.
    fn count_words(&self, actor: &Actor) -> Result<()> {
        self.0.pace.take(actor.id, Instant::now())
    }

    /// Waits until the work that is under way has ended.
    pub async fn drain(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    /// What is wrong with a text, if anything: nothing in it, too much, or a character that no
    /// screen shows and PostgreSQL does not store.
    fn check_text(&self, text: &str) -> Result<()> {
        check_text("text", text, self.limits().text_chars_max)
    }
}

/// The entry of the command that this id was given to before, if it was one of these kinds.
fn repeated(
    conn: &mut Conn,
    conversation: ConversationId,
    client: Option<ClientId>,
    kinds: &[EventKind],
    sender: UserId,
) -> Result<Option<Event>> {
    let Some(client) = client else {
        return Ok(None);
    };
    match events::find_command(conn, conversation, client)? {
        None => Ok(None),
        Some(event) if kinds.contains(&event.kind) && event.sender_id == Some(sender) => {
            Ok(Some(event))
        }
        Some(_) => Err(messages::idempotency_mismatch()),
    }
}

/// Refuses what cannot be a text of people; see [`Desk::check_text`].
pub fn check_text(what: &'static str, text: &str, chars_max: usize) -> Result<()> {
    let blank = |c: char| c.is_whitespace() || is_invisible(c);
    if text.chars().all(blank) {
        return Err(Error::new(
            Code::TextEmpty,
            format!("The {what} is empty. Write something."),
        ));
    }
    let chars = text.chars().count();
    if chars > chars_max {
        let so = match what {
            "text" => "Send it in parts.",
            _ => "Make it shorter.",
        };
        let detail =
            format!("The {what} has {chars} characters; at most {chars_max} are allowed. {so}");
        return Err(Error::new(Code::TextTooLong, detail));
    }
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if let Some(found) = text.chars().find(|c| control(*c)) {
        let detail = format!(
            "The {what} contains the control character U+{:04X}. Remove it and send again.",
            found as u32
        );
        return Err(Error::new(Code::InvalidCharacter, detail));
    }
    Ok(())
}

/// Characters that show nothing: a text made of these alone says nothing.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{00AD}')
}
