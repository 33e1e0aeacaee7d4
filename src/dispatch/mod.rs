//! Who serves whom: the live line, in one process or in Redis.
//!
//! The engine is told facts (rows as SQL has them, each with its version) and
//! answers with proposals; the desk settles each in one conditional transaction.
//! A stale line costs time, never correctness. It knows no SQL, no HTTP and no
//! clock: time is an argument.
//!
//! The rules, numbered as everywhere in this project. `memory.rs` and `redis.lua`
//! are the same steps in the same order.
//!
//! 1. A conversation stands in one place only: waiting, proposed to one rep, served, or gone. One
//!    that is offered is served: the offer holds a slot.
//! 2. After every step, no one waits whom a rep below capacity may serve by rule 3.
//! 3. A rep is chosen only if eligible (available and present), with load < capacity, for a line he
//!    serves, and not in a cool-down for this very conversation; load = active in SQL + proposals
//!    in flight. What waits in a manual queue is people's to take: no one is chosen for it.
//! 4. The smallest place goes first among those the free slot may serve, ties by id. A head that
//!    nobody may serve keeps its place and blocks nobody behind it.
//! 5. The least loaded rep (load / capacity) is taken, among equals the one idle longest, then
//!    the smallest id. What is reserved for one rep stands in his own line until its moment, in its
//!    place, and after that in its queue's, in the same place. A rep serves the lines of his
//!    queues and his own.
//! 6. Load is counted in one place: the rep's row, plus the proposals in flight.
//! 7. Capacity below the load drains: nothing new, nothing taken away. Raising it proposes at once.
//!
//! A proposal holds a slot until [`PROPOSAL_MS`] from now. It ends when the conversation is put as
//! one that stands elsewhere or cools down for that rep, when it is refused, or when `tick` finds
//! it overdue; the last two put the conversation back in its place.
//!
//! A rep cools down for a conversation that he has just declined or missed, as SQL says, and for
//! [`REFUSED_MS`] when the pair was refused twice running. Such pairs are looked past in a line,
//! and in a rep's own line what waits in a manual queue; nothing else is.
//!
//! Time passes in `tick`: it ends reservations and what is overdue. [`Step::wake`] says when the
//! next is due.

pub mod memory;
pub mod redis;
mod rows;
mod rules;
mod wakes;
pub mod why;

pub use self::memory::Memory;
pub use self::redis::Redis;
pub use self::why::{Head, Verdict, Why, WhyIdle};

use crate::words::{Availability, ConversationId, Moment, QueueId, UserId};

/// How long a proposal may be in flight before any node takes it back, in ms.
pub const PROPOSAL_MS: Moment = 5_000;
/// How long a rep cools down for a conversation after two refusals running, in ms.
pub const REFUSED_MS: Moment = 1_000;
/// The `until` of what ends by no clock. Redis counts in floats, which are exact up to here.
pub const NO_END: Moment = (1 << 53) - 1;
/// How many cool-downs of one conversation the line takes in; it leaves out those behind.
pub const COOLING_MAX: usize = 16;

/// Where a conversation stands, as far as the line cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In line: may be proposed to a rep, unless its queue is manual.
    Waiting,
    /// With a rep. Kept for its version, so that a late fact cannot put it back in line.
    Served,
    /// Closed, parked or otherwise out of the line: forgotten.
    Gone,
}

/// Whose line it is that a conversation stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    Queue(QueueId),
    Rep(UserId),
}

/// A conversation as SQL has it. `version` is its last seq.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationFact {
    pub id: ConversationId,
    pub version: i64,
    pub standing: Standing,
    pub queue: QueueId,
    pub place: Moment,
    /// Until then only this rep may take it, whatever queues he serves.
    pub reserved: Option<(UserId, Moment)>,
    /// Until then it is not proposed to these reps: they have just declined or missed it.
    pub cooling: Vec<(UserId, Moment)>,
}

/// Whether a rep may be chosen at all, and if not, what keeps him out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eligibility {
    /// Available, and present on a live node.
    Eligible,
    /// He says he is available, but no socket of his is open.
    Absent,
    /// What he says himself; never `Available`.
    Unavailable(Availability),
}

impl Eligibility {
    /// What a rep says weighs more than where he is: whoever is away need not be connected.
    pub fn of(availability: Availability, present: bool) -> Self {
        match availability {
            Availability::Available if present => Self::Eligible,
            Availability::Available => Self::Absent,
            _ => Self::Unavailable(availability),
        }
    }
}

/// A rep as SQL has it. `version` grows with every change of any of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepFact {
    pub id: UserId,
    pub version: i64,
    pub capacity: i32,
    /// Conversations that hold a slot, by SQL.
    pub active: i32,
    pub eligibility: Eligibility,
    /// The queues this rep serves, sorted.
    pub queues: Vec<QueueId>,
    /// 0 when never assigned.
    pub last_assigned_at: Moment,
}

/// This conversation to this rep, please.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposal {
    pub conversation: ConversationId,
    pub rep: UserId,
    /// For the log. Nothing, when nobody chose but the rep himself.
    pub seen: Option<Seen>,
}

/// What the engine saw when it chose a rep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Of the chosen rep, before this one came to it.
    pub load: i32,
    pub capacity: i32,
    /// How many reps of the line were free, those who cool down for this one among them.
    pub candidates: usize,
}

/// A queue as SQL has it. `version` grows with every change of it. One the line has not heard of is
/// not manual; SQL knows better, and refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueFact {
    pub id: QueueId,
    pub version: i64,
    /// Its conversations are people's to take: none is proposed.
    pub manual: bool,
}

/// What one step of the desk tells the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub queues: Vec<QueueFact>,
    pub conversations: Vec<ConversationFact>,
    pub reps: Vec<RepFact>,
    /// Proposals that are over: SQL refused them, and the rows above say why; or they were settled,
    /// and stand no more unless those rows came too late.
    pub refused: Vec<Proposal>,
}

/// What a step led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// In the order made.
    pub proposals: Vec<Proposal>,
    /// How many of the facts were news.
    pub changed: usize,
    /// The earliest moment at which time alone may allow something new. `tick` then; a moment
    /// that has passed means now.
    pub wake: Option<Moment>,
}

/// How often running one rep was refused for a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    pub rep: UserId,
    pub count: u32,
    /// The rep cools down until then; 0 after the first time.
    pub until: Moment,
}

/// A conversation as the engine holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldConversation {
    pub fact: ConversationFact,
    /// Whose line it stands in, or stood in when it was proposed.
    pub line: Whose,
    /// The rep it is proposed to, and until when.
    pub proposed: Option<(UserId, Moment)>,
    pub refused: Option<Refusal>,
}

/// A rep as the engine holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRep {
    pub fact: RepFact,
    /// Proposals in flight.
    pub proposed: i32,
}

/// Everything the engine holds, each list sorted by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub queues: Vec<QueueFact>,
    pub conversations: Vec<HeldConversation>,
    pub reps: Vec<HeldRep>,
}

/// Which rows are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    pub queues: Vec<QueueId>,
    pub conversations: Vec<ConversationId>,
    pub reps: Vec<UserId>,
}

impl Ids {
    /// Those that these facts are about.
    pub fn of(facts: &Facts) -> Self {
        Self {
            queues: facts.queues.iter().map(|one| one.id).collect(),
            conversations: facts.conversations.iter().map(|one| one.id).collect(),
            reps: facts.reps.iter().map(|one| one.id).collect(),
        }
    }
}

/// How far the ids of what is held have been read. Each engine has its own way to count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursor(u128);

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The line was never filled, or was wiped or replaced since: fill it from SQL.
    #[error("the line is not filled")]
    Unfilled,
    #[error("the line cannot be reached: {0}")]
    Unreachable(String),
    /// It answers, and with an error: what it holds cannot be used as it is.
    #[error("the line does not work: {0}")]
    Broken(String),
}

/// The live line. All steps are atomic, and harmless when late, doubled, reordered or lost.
#[async_trait::async_trait]
pub trait Engine: Send + Sync {
    /// Takes in facts; those older than what is held are ignored. Answers with what can now
    /// be matched.
    async fn put(&self, facts: Facts, now: Moment) -> Result<Step, EngineError>;

    /// Takes in everything SQL knows, then marks the line as filled and proposes. Until then
    /// every other call answers `Unfilled`: a half-filled line would serve the wrong one first.
    async fn fill(&self, facts: Facts, now: Moment) -> Result<Step, EngineError>;

    /// Lets time pass: takes back overdue proposals, ends reservations, and proposes again.
    async fn tick(&self, now: Moment) -> Result<Step, EngineError>;

    /// Whether the line takes writes: a Redis that is full, or only a replica, still reads.
    async fn probe(&self) -> Result<(), EngineError>;

    /// What is held of these, in the order asked. For repair, a few hundred at a time.
    async fn held(&self, ids: Ids) -> Result<Snapshot, EngineError>;

    /// Some hundred conversations that are held, and where to go on unless these were the last.
    /// From the first cursor to the end, each that is held all the while comes at least once.
    async fn ids(&self, from: Cursor)
    -> Result<(Vec<ConversationId>, Option<Cursor>), EngineError>;

    /// What is held, for people who ask and for tests. Where others step meanwhile, each
    /// row is of its own moment.
    async fn snapshot(&self) -> Result<Snapshot, EngineError>;

    /// Why this conversation stands where it stands; nothing, if it is not held. Costs a
    /// snapshot, as does the next: for people who ask, not for each step.
    async fn explain(
        &self,
        conversation: ConversationId,
        now: Moment,
    ) -> Result<Option<Why>, EngineError> {
        Ok(self.snapshot().await?.why(conversation, now))
    }

    /// Why this rep gets nothing; nothing, if he is not held.
    async fn why_idle(&self, rep: UserId, now: Moment) -> Result<Option<WhyIdle>, EngineError> {
        Ok(self.snapshot().await?.why_idle(rep, now))
    }
}
