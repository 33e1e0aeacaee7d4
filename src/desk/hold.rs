//! A conversation held by a transaction: read, changed, and written with its log in one go.
//!
//! Whoever has bumped the head may trust the row until the commit. What follows from a change of
//! the row (the slot that becomes free, the line that moves, who is told) follows here, once.

use super::Change;
use crate::access::{Action, Actor};
use crate::error::{Code, Error, Result};
use crate::news::{Grown, News};
use crate::store::conversations::{self, Conversation, ConversationView};
use crate::store::events::{self, Entry};
use crate::store::queues::{self, Queue};
use crate::store::{Conn, cooldowns, line, marks, reps, users};
use crate::words::{ConversationId, EventKind, Mode, Moment, QueueId, Role, Status, UserId};

/// A held conversation: as it was, and as it will be.
pub(super) struct Hold {
    before: Conversation,
    pub row: Conversation,
    pub at: Moment,
    log: Vec<Entry>,
    /// The last number of its log that is taken, and how many of these are for what is added.
    last_seq: i64,
    ahead: i64,
}

impl Hold {
    /// Locks and reads it.
    pub fn take(conn: &mut Conn, id: ConversationId, at: Moment) -> Result<Self> {
        let (row, last_seq) = locked(conn, id)?;
        Ok(Self::of(row, at, last_seq, 0))
    }

    /// Locks it and takes the numbers of `ahead` entries: one statement less than to ask for them
    /// later. Answers the last number.
    pub fn lock(conn: &mut Conn, id: ConversationId, ahead: i64) -> Result<i64> {
        events::bump(conn, id, ahead)?.ok_or_else(|| Error::not_found("conversation"))
    }

    /// A row that was read after it was locked.
    pub fn of(row: Conversation, at: Moment, last_seq: i64, ahead: i64) -> Self {
        Self {
            before: row.clone(),
            row,
            at,
            log: Vec::new(),
            last_seq,
            ahead,
        }
    }

    /// Leaves it as it was; answers how somebody of this role sees it.
    pub fn leave(self, conn: &mut Conn, role: Role) -> Result<ConversationView> {
        if self.ahead > 0 {
            events::bump(conn, self.before.id, -self.ahead)?;
        }
        marks::view(conn, role, self.before)
    }

    /// Whether its slot was taken by an offer, before this change.
    pub fn was_offered(&self) -> bool {
        self.before.status == Status::Offered
    }

    /// Whether it was kept for this rep, at first or alone, before this change.
    pub fn was_kept_for(&self, rep: UserId) -> bool {
        self.before.preferred_rep_id == Some(rep)
    }

    /// How long its customer had waited before this change, in ms.
    pub fn waited(&self) -> Moment {
        match self.before.status {
            Status::Waiting | Status::Offered => {
                let since = self.before.waits_since(self.before.epoch > 0);
                (self.at - since).max(0)
            }
            _ => 0,
        }
    }

    pub fn queue(&self, conn: &mut Conn) -> Result<Queue> {
        let queue = queues::find(conn, self.row.queue_id)?;
        queue.ok_or_else(|| Error::not_found("queue"))
    }

    /// Adds an entry to its log.
    pub fn log(&mut self, kind: EventKind, by: Option<UserId>, data: serde_json::Value) {
        self.add(Entry {
            data: Some(data),
            ..Entry::new(kind, by)
        });
    }

    /// Adds any entry to its log.
    pub fn add(&mut self, entry: Entry) {
        self.log.push(entry);
    }

    /// Puts it back in line, in its place; it is nobody's any more.
    pub fn put_in_line(&mut self, queue: &Queue) {
        // Who was only offered has waited all the while.
        let waits = matches!(self.row.status, Status::Waiting | Status::Offered);
        let new_here = self.row.queue_id != queue.id || !waits;
        if new_here {
            self.row.queued_at = self.at;
        }
        self.row.queue_id = queue.id;
        self.row.status = Status::Waiting;
        self.row.rep_id = None;
        self.row.held = false;
        self.row.preferred_rep_id = None;
        self.row.preferred_until = None;
        self.row.due_at = patience(queue, self.row.queued_at);
    }

    /// Keeps it away from a rep for a while.
    pub fn cool_down(&self, conn: &mut Conn, rep: UserId, queue: &Queue) -> Result<()> {
        let ends_at = self.at + queue.policy.cooldown_ms;
        cooldowns::set(conn, self.row.id, rep, ends_at)?;
        Ok(())
    }

    /// Writes what has changed. A slot it held and holds no longer becomes free.
    pub fn write(mut self, conn: &mut Conn) -> Result<(ConversationView, Change)> {
        let (id, customer) = (self.row.id, self.row.customer_id);
        self.row.updated_at = self.at;
        let last_seq = match self.log.len() as i64 - self.ahead {
            0 => self.last_seq,
            more => Self::lock(conn, id, more)?,
        };
        let beside = conversations::set_state(conn, &self.row)?;
        if self.row.queue_id != self.before.queue_id {
            check_queue(conn, self.row.queue_id)?;
        }
        let log = events::append(conn, id, last_seq, self.at, self.log)?;
        let mut change = Change::default();
        let held = |row: &Conversation| row.rep_id.filter(|_| row.status.holds_slot());
        let (had, has) = (held(&self.before), held(&self.row));
        // Last, because everything else of this rep waits for it until the commit.
        if let Some(rep) = had.filter(|rep| has != Some(*rep)) {
            reps::free_slot(conn, rep)?;
        }
        change.reps.extend([had, has].into_iter().flatten());
        change.reps.dedup();
        let cooling = match self.row.status {
            Status::Waiting => cooldowns::of(conn, id, self.at)?,
            _ => Vec::new(),
        };
        let fact = line::of_row(&self.row, last_seq, cooling);
        for row in [&self.before, &self.row] {
            if row.status == Status::Waiting {
                change.news.push(News::Line {
                    queue: row.queue_id,
                });
            }
        }
        let [before, after] = [&self.before, &self.row];
        // Also who is only offered it, and who lays it aside: not who has served it once.
        let did = |rep: &UserId| log.iter().any(|one| one.sender_id == Some(*rep));
        let audience = [
            Some(customer),
            before.rep_id,
            after.rep_id,
            before.its_rep(),
            after.its_rep().filter(did),
        ];
        let view = conversations::view_of(self.row, beside, last_seq);
        let grown = Grown::new(log, audience.into_iter().flatten(), Some(view.clone()));
        change.conversation(fact, grown);
        Ok((view, change))
    }
}

/// Locks a conversation and reads it; with its last seq.
pub(super) fn locked(conn: &mut Conn, id: ConversationId) -> Result<(Conversation, i64)> {
    let last_seq = Hold::lock(conn, id, 0)?;
    let row = conversations::find(conn, id)?;
    let row = row.ok_or_else(|| Error::not_found("conversation"))?;
    Ok((row, last_seq))
}

/// Locks a conversation and reads it, if this person may do this with it.
pub(super) fn allowed(
    conn: &mut Conn,
    actor: &Actor,
    action: Action,
    id: ConversationId,
) -> Result<Conversation> {
    Hold::lock(conn, id, 0)?;
    conversations::allowed(conn, actor, action, id)
}

/// Refuses what does not make sense in this state.
pub(super) fn expect(row: &Conversation, states: &[Status]) -> Result<()> {
    if states.contains(&row.status) {
        return Ok(());
    }
    if row.status == Status::Closed {
        return Err(closed());
    }
    let detail = format!(
        "This conversation is {}; that cannot be done with it now.",
        row.status
    );
    Err(Error::new(Code::WrongState, detail))
}

pub(super) fn closed() -> Error {
    Error::new(
        Code::ConversationClosed,
        "This conversation is closed already.",
    )
}

/// Refuses to write of a customer who was erased. The head is held: what is written before he is
/// goes with the rest.
pub(super) fn of_somebody(conn: &mut Conn, row: &Conversation) -> Result<()> {
    match users::is_erased(conn, row.customer_id)? {
        true => {
            let detail = "The customer of this conversation was erased. It stays as it is.";
            Err(Error::new(Code::WrongState, detail))
        }
        false => Ok(()),
    }
}

/// Refuses a queue that was deleted in the moment in which a conversation came to it: once the
/// conversation names it, nobody else deletes it.
pub(super) fn check_queue(conn: &mut Conn, queue: QueueId) -> Result<()> {
    match queues::is_there(conn, queue)? {
        true => Ok(()),
        false => Err(Error::invalid("queue", "There is no such queue.")),
    }
}

/// Until when a conversation that came at `queued_at` waits in this queue before it goes
/// elsewhere, if it ever does.
pub(super) fn patience(queue: &Queue, queued_at: Moment) -> Option<Moment> {
    let policy = &queue.policy;
    let leaves = queue.mode != Mode::Manual || policy.fallback_queue_id.is_some();
    leaves.then_some(queued_at + policy.fallback_after_ms)
}
