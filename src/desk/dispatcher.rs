//! From facts to assignments: the line proposes, SQL disposes.
//!
//! Each proposal is settled by one conditional transaction. What it changed, or why it was
//! refused, is told to the line at once, which may propose again.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::{Change, Desk};
use crate::dispatch::{Facts, Proposal, Step};
use crate::error::{Code, Error, Result};
use crate::news::{Grown, News};
use crate::store::events::{self, Entry};
use crate::store::reps::{self, Rep};
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
        let mut settling: FuturesUnordered<_> = step
            .proposals
            .into_iter()
            .map(|one| self.settle(one))
            .collect();
        while let Some(facts) = settling.next().await {
            let Some(facts) = facts else { continue };
            match self.0.line.put(facts, now()).await {
                Ok(step) => settling.extend(step.proposals.into_iter().map(|one| self.settle(one))),
                Err(_) => self.0.repair.notify_one(),
            }
        }
    }

    /// Settles one proposal; answers what the line must know now. Nothing when the database
    /// does not answer: the proposal then runs out by itself.
    async fn settle(&self, one: Proposal) -> Option<Facts> {
        let at = now();
        let begun = std::time::Instant::now();
        let settled = self
            .0
            .store
            .write(move |conn| assign(conn, one, None, at))
            .await;
        let error = match settled {
            Ok((mut change, waited)) => {
                self.0
                    .metrics
                    .commit_seconds
                    .observe(begun.elapsed().as_secs_f64());
                self.0.metrics.assigned.inc();
                self.0.metrics.wait_seconds.observe(waited as f64 / 1_000.0);
                self.ring(std::mem::take(&mut change.news));
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

/// The rows of a refused proposal as SQL has them.
fn as_they_are(conn: &mut Conn, one: Proposal) -> Result<Facts> {
    let conversations = line::conversations(conn, &[one.conversation])?;
    let reps = reps::standings_of(conn, &[one.rep])?;
    let reps = reps.into_iter().map(line::rep_fact).collect();
    Ok(Facts {
        conversations,
        reps,
        refused: vec![one],
    })
}

/// Gives a waiting conversation to a rep, if both still allow it: the only place where a slot is
/// taken. `by` is the rep who claims; without it the rep must be available and present.
/// Answers the change and how long the customer had waited, in ms.
///
/// Fails with `already_claimed` when it no longer waits and `at_capacity` when the rep may not
/// take it at this moment.
pub(super) fn assign(
    conn: &mut Conn,
    one: Proposal,
    by: Option<UserId>,
    at: Moment,
) -> Result<(Change, Moment)> {
    let Some(last_seq) = events::bump(conn, one.conversation, 1)? else {
        return Err(Error::not_found("conversation"));
    };
    let assigned = conversations::set_assigned(conn, one.conversation, one.rep, by, at)?;
    let Some((row, beside)) = assigned else {
        return Err(Error::new(
            Code::AlreadyClaimed,
            "This conversation does not wait any more.",
        ));
    };
    let rep = take_slot(conn, &row, one.rep, by.is_some(), at)?;
    let waited = (at - row.created_at).max(0);
    let entry = Entry {
        data: Some(serde_json::json!({
            "rep_id": one.rep,
            "epoch": row.epoch,
            "load": rep.active,
            "capacity": rep.capacity,
            "waited_ms": waited,
            "claimed": by.is_some(),
        })),
        ..Entry::new(EventKind::Assigned, by)
    };
    let log = events::append(conn, one.conversation, last_seq, at, vec![entry])?;
    let mut change = Change::default();
    change.reps.push(one.rep);
    let fact = line::of_row(&row, last_seq, beside.mode);
    let (customer, queue) = (row.customer_id, row.queue_id);
    let view = conversations::view_of(row, beside, last_seq);
    change.conversation(fact, Grown::new(log, [customer, one.rep], Some(view)));
    change.news.push(News::Line { queue });
    Ok((change, waited))
}

fn take_slot(
    conn: &mut Conn,
    row: &conversations::Conversation,
    rep: UserId,
    claimed: bool,
    at: Moment,
) -> Result<Rep> {
    let taken = match claimed {
        true => reps::claim_slot(conn, rep, row.queue_id, at)?,
        false => reps::take_slot(conn, rep, row.queue_id, at)?,
    };
    taken.ok_or_else(|| {
        let detail =
            "All your slots are taken. Close a conversation first, or ask an admin for more.";
        Error::new(Code::AtCapacity, detail)
    })
}
