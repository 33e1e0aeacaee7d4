//! From facts to assignments: the line proposes, SQL disposes.
//!
//! Each proposal is settled by one conditional transaction. What it changed, or why it was
//! refused, is told to the line at once, which may propose again.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::{Change, Desk, offers};
use crate::dispatch::{Facts, Proposal, Step};
use crate::error::{Code, Error, Result};
use crate::news::{Grown, News};
use crate::store::events::{self, Entry};
use crate::store::reps::{self, Rep, Taking};
use crate::store::{Conn, conversations, line};
use crate::words::{EventKind, Moment, UserId, now};

impl Desk {
    /// Tells the line and settles what it proposes, until it proposes nothing more.
    pub(super) async fn dispatch(&self, facts: Facts) {
        let Ok(step) = self.0.line.put(facts, now()).await else {
            // The reconcile loop fills it, and proposes then.
            return self.0.repair.notify_one();
        };
        self.settle_all(step).await;
    }

    /// Settles the proposals of a step, and those that follow from them.
    pub(super) async fn settle_all(&self, step: Step) {
        self.0.wake.expect(step.wake);
        let mut settling: FuturesUnordered<_> = step
            .proposals
            .into_iter()
            .map(|one| self.settle(one))
            .collect();
        while let Some(facts) = settling.next().await {
            let Some(facts) = facts else { continue };
            match self.0.line.put(facts, now()).await {
                Ok(step) => {
                    self.0.wake.expect(step.wake);
                    settling.extend(step.proposals.into_iter().map(|one| self.settle(one)));
                }
                Err(_) => self.0.repair.notify_one(),
            }
        }
    }

    /// Settles one proposal; answers what the line must know now. Nothing when the database
    /// does not answer: the proposal then runs out by itself.
    async fn settle(&self, one: Proposal) -> Option<Facts> {
        let at = now();
        let assign = move |conn: &mut Conn| assign(conn, one, By::Line, at);
        let rung = |desk: &Desk, (mut change, waited): (Change, Option<Moment>)| {
            if let Some(waited) = waited {
                desk.0.metrics.assigned.inc();
                desk.0.metrics.wait_seconds.observe(waited as f64 / 1_000.0);
            }
            desk.ring(std::mem::take(&mut change.news));
            change
        };
        let error = match self.carry(assign, rung).await {
            Ok(mut change) => {
                // It is over, also if the line has heard of something later before these rows and
                // leaves them out: else the slot would stay reserved until time ends it.
                change.facts.refused.push(one);
                return Some(self.facts(change).await);
            }
            Err(error) => error,
        };
        if !matches!(
            error.code,
            Code::AlreadyClaimed | Code::AtCapacity | Code::NotFound
        ) {
            tracing::error!(%error, ?one, "a proposal could not be settled");
            return None;
        }
        self.0.metrics.refused.inc();
        let read = self.0.store.read(move |conn| as_they_are(conn, one)).await;
        read.inspect_err(|error| tracing::error!(%error, ?one, "refused, and unread"))
            .ok()
    }
}

/// The rows of a refused proposal as SQL has them, and the queue's.
fn as_they_are(conn: &mut Conn, one: Proposal) -> Result<Facts> {
    let conversations = line::conversations(conn, &[one.conversation])?;
    let queues: Vec<_> = conversations.iter().map(|one| one.queue).collect();
    let queues = line::queue_facts(conn, Some(&queues))?;
    let reps = reps::standings_of(conn, &[one.rep])?;
    let reps = reps.into_iter().map(line::rep_fact).collect();
    Ok(Facts {
        queues,
        conversations,
        reps,
        refused: vec![one],
    })
}

/// Who chose the rep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The line: the rep must be available and present.
    Line,
    /// Somebody: the rep himself, or an admin for him.
    Person { id: UserId, over_capacity: bool },
}

impl By {
    fn person(self) -> Option<UserId> {
        match self {
            By::Line => None,
            By::Person { id, .. } => Some(id),
        }
    }

    fn over_capacity(self) -> bool {
        matches!(
            self,
            By::Person {
                over_capacity: true,
                ..
            }
        )
    }
}

/// Gives a waiting conversation to a rep, if both still allow it. Answers the change and how long
/// the customer had waited, in ms; nothing, if it is only offered.
///
/// Fails with `already_claimed` when it no longer waits and `at_capacity` when the rep may not
/// take it at this moment.
pub(super) fn assign(
    conn: &mut Conn,
    one: Proposal,
    by: By,
    at: Moment,
) -> Result<(Change, Option<Moment>)> {
    let Some(last_seq) = events::bump(conn, one.conversation, 1)? else {
        return Err(Error::not_found("conversation"));
    };
    let assigned = conversations::set_assigned(conn, one.conversation, one.rep, by.person(), at)?;
    let Some((row, beside)) = assigned else {
        return offered(conn, one, by, at);
    };
    let rep = take_slot(conn, &row, one.rep, by, at)?;
    let waited = (at - row.waits_since(row.epoch > 1)).max(0);
    let serves = match by.person() {
        Some(id) if id != one.rep => Some(conversations::serves(conn, one.rep, row.queue_id)?),
        _ => None,
    };
    let entry = Entry {
        data: Some(serde_json::json!({
            "rep_id": one.rep,
            "epoch": row.epoch,
            "load": rep.active,
            "capacity": rep.capacity,
            "waited_ms": waited,
            "claimed": by.person().is_some(),
            "preferred": row.preferred_rep_id == Some(one.rep),
            "over_capacity": by.over_capacity(),
            "serves_queue": serves,
            "candidates": one.seen.map(|seen| seen.candidates),
        })),
        ..Entry::new(EventKind::Assigned, by.person())
    };
    let log = events::append(conn, one.conversation, last_seq, at, vec![entry])?;
    let mut change = Change::default();
    change.reps.push(one.rep);
    let fact = line::of_row(&row, last_seq, Vec::new());
    let (customer, queue) = (row.customer_id, row.queue_id);
    let view = conversations::view_of(row, beside, last_seq);
    change.conversation(fact, Grown::new(log, [customer, one.rep], Some(view)));
    change.news.push(News::Line { queue });
    Ok((change, Some(waited)))
}

/// What is not simply given out is offered, if its queue says so.
fn offered(conn: &mut Conn, one: Proposal, by: By, at: Moment) -> Result<(Change, Option<Moment>)> {
    let offer = match by {
        // Its number is given back: an offer takes its own.
        By::Line => {
            events::bump(conn, one.conversation, -1)?;
            offers::make(conn, one, at)?
        }
        By::Person { .. } => None,
    };
    let refused = || {
        Error::new(
            Code::AlreadyClaimed,
            "This conversation does not wait any more.",
        )
    };
    Ok((offer.ok_or_else(refused)?, None))
}

fn take_slot(
    conn: &mut Conn,
    row: &conversations::Conversation,
    rep: UserId,
    by: By,
    at: Moment,
) -> Result<Rep> {
    let how = Taking {
        there: by == By::Line,
        // Kept for him, or given to him by somebody else.
        any_queue: row.preferred_rep_id == Some(rep) || by.person().is_some_and(|id| id != rep),
        over_capacity: by.over_capacity(),
    };
    let taken = reps::take_slot(conn, rep, row.queue_id, at, how)?;
    if let Some(taken) = taken {
        return Ok(taken);
    }
    let detail = match by.person() {
        Some(id) if id != rep => {
            "This rep has no room now. Choose another, or say `over_capacity`.".into()
        }
        _ => why_not(conn, rep)?,
    };
    Err(Error::new(Code::AtCapacity, detail))
}

/// Why a rep could not take one himself: the first that is true.
fn why_not(conn: &mut Conn, rep: UserId) -> Result<String> {
    let rep = reps::find(conn, rep)?;
    Ok(match rep {
        Some(rep) if rep.active >= rep.capacity => format!(
            "All your slots are taken: you hold {} of {}. Close one, or ask an admin for more.",
            rep.active, rep.capacity
        ),
        _ => "You do not serve its queue any more. Ask an admin.".into(),
    })
}
