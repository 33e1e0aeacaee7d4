//! What time does: every state but the last ends by itself. `docs/lifecycle.md` has the table.

use std::collections::HashSet;

use serde_json::json;

use super::hold::{Hold, patience};
use super::{Change, Desk, customers, hours, moves, offers, open, slots};
use crate::error::{Error, Result};
use crate::store::queues::Queue;
use crate::store::{Conn, conversations, events, queues, waiting};
use crate::words::{ConversationId, EventKind, Mode, Moment, Resolution, Status, UserId, now};

/// How many are moved on in one round.
const ROUND: i64 = 100;

impl Desk {
    /// Moves on every conversation whose state has ended. Every node does so: whoever comes second
    /// finds nothing to do. One that fails keeps back none of the others.
    pub(super) async fn exits(&self) -> Result<()> {
        let at = now();
        let mut failed = HashSet::new();
        loop {
            let limit = ROUND + failed.len() as i64;
            let read = move |conn: &mut Conn| Ok(conversations::due(conn, at, limit)?);
            let mut due = self.0.store.read(read).await?;
            due.retain(|id| !failed.contains(id));
            for id in &due {
                if let Err(error) = self.leave_state(*id, at).await {
                    tracing::warn!(%error, conversation = %id, "its state has ended and remains");
                    failed.insert(*id);
                }
            }
            if (due.len() as i64) < ROUND || failed.len() as i64 >= ROUND {
                break;
            }
        }
        let endless = |conn: &mut Conn| Ok(waiting::endless(conn)?);
        for id in self.0.store.read(endless).await? {
            if let Err(error) = self.commit(move |conn| give_time(conn, id, at)).await {
                tracing::warn!(%error, conversation = %id, "it waits without end");
            }
        }
        self.hold_places(at).await?;
        self.follow_the_lost(at).await
    }

    async fn leave_state(&self, id: ConversationId, at: Moment) -> Result<()> {
        let desk = self.clone();
        let away = self.commit(move |conn| exit(&desk, conn, id, at)).await?;
        if let Some(rep) = away
            && let Err(error) = self.withdraw_all(rep, "rep_unavailable").await
        {
            tracing::warn!(%error, %rep, "set away, and still asked");
        }
        Ok(())
    }
}

/// Answers with the rep who was set away by it, if one was.
fn exit(
    desk: &Desk,
    conn: &mut Conn,
    id: ConversationId,
    at: Moment,
) -> Result<(Option<UserId>, Change)> {
    let hold = Hold::take(conn, id, at)?;
    if hold.row.due_at.is_none_or(|due| due > at) {
        return Ok((None, Change::default()));
    }
    let offered_to = hold
        .row
        .rep_id
        .filter(|_| hold.row.status == Status::Offered);
    let (_, change) = match hold.row.status {
        Status::Waiting => tired_of_waiting(conn, hold)?,
        Status::Offered => offers::missed(conn, hold)?,
        Status::Active => silent(conn, hold)?,
        Status::Parked if full(desk, conn, &hold)? => later(conn, hold)?,
        Status::Parked => moves::woken(conn, hold, None)?,
        Status::Wrapup => {
            let how = hold.row.ending.unwrap_or(Resolution::Resolved);
            ended(conn, hold, how, None, "wrap_up")?
        }
        Status::Closed => {
            // Nothing is due any more.
            let mut hold = hold;
            hold.row.due_at = None;
            hold.write(conn)?
        }
    };
    let away = match offered_to {
        Some(rep) if !slots::is_there(conn, rep)? => Some(rep),
        _ => None,
    };
    Ok((away, change))
}

/// Gives one that waits without end the time of its queue.
fn give_time(conn: &mut Conn, id: ConversationId, at: Moment) -> Result<((), Change)> {
    let mut hold = Hold::take(conn, id, at)?;
    if hold.row.status != Status::Waiting || hold.row.held || hold.row.due_at.is_some() {
        return Ok(((), Change::default()));
    }
    let queue = hold.queue(conn)?;
    hold.row.due_at = patience(&queue, hold.row.queued_at);
    let (_, change) = hold.write(conn)?;
    Ok(((), change))
}

/// Whether it is a message that was left, and its queue has no room for it yet.
fn full(desk: &Desk, conn: &mut Conn, hold: &Hold) -> Result<bool> {
    if !hold.row.is_left_message() {
        return Ok(false);
    }
    let queue = hold.queue(conn)?;
    let longest = i64::from(queue.waiting_max);
    Ok(queue.policy.draining || !desk.0.lengths.has_room(conn, queue.id, longest)?)
}

fn later(conn: &mut Conn, mut hold: Hold) -> Result<Moved> {
    hold.row.due_at = Some(hold.at + open::LEFT_MS);
    hold.write(conn)
}

type Moved = (conversations::ConversationView, Change);

/// It has waited too long here, if its queue was open for so long: on to the fallback queue, or it
/// is given up.
fn tired_of_waiting(conn: &mut Conn, mut hold: Hold) -> Result<Moved> {
    let queue = hold.queue(conn)?;
    if let Some(later) = hours::not_before(conn, &hold, &queue)? {
        hold.row.due_at = Some(later);
        return hold.write(conn);
    }
    let policy = &queue.policy;
    let next = match policy.fallback_queue_id {
        Some(id) if hold.row.hops < policy.hops_max && !hold.row.held => {
            queues::find_there(conn, id)?
        }
        _ => None,
    };
    if let Some(next) = next {
        hold.put_in_line(&next);
        hold.row.hops += 1;
        let data = json!({ "from": queue.id, "to": next.id, "hops": hold.row.hops });
        hold.log(EventKind::Moved, None, data);
        return hold.write(conn);
    }
    if hold.row.left_message && !hold.row.held {
        // Nobody has grown tired of waiting: it stays until somebody looks after it.
        hold.row.due_at = Some(hold.at + open::LEFT_MS.max(policy.fallback_after_ms));
        return hold.write(conn);
    }
    if queue.mode == Mode::Manual && !hold.row.held {
        // People look after these.
        hold.row.due_at = None;
        return hold.write(conn);
    }
    ended(conn, hold, Resolution::Abandoned, None, "waited")
}

/// An active one has come to its time: did its rep say anything, did anybody lately?
fn silent(conn: &mut Conn, mut hold: Hold) -> Result<Moved> {
    let queue = hold.queue(conn)?;
    let assigned_at = hold.row.assigned_at.unwrap_or(hold.row.created_at);
    let rep = hold.row.rep_id;
    let replied = match (rep, queue.policy.first_reply_ms) {
        (Some(rep), Some(_)) => events::spoke_since(conn, hold.row.id, rep, assigned_at)?,
        _ => true,
    };
    if !replied {
        return not_answered(conn, hold, &queue);
    }
    let last = events::last_said_at(conn, hold.row.id)?.unwrap_or(assigned_at);
    let until = last.max(assigned_at) + queue.policy.idle_after_ms;
    if until <= hold.at {
        return ended(conn, hold, Resolution::Unresolved, None, "idle");
    }
    hold.row.due_at = Some(until);
    hold.write(conn)
}

/// Its rep has not said a word: somebody else shall have it.
fn not_answered(conn: &mut Conn, mut hold: Hold, queue: &Queue) -> Result<Moved> {
    let rep = hold.row.rep_id;
    if let Some(rep) = rep {
        hold.cool_down(conn, rep, queue)?;
    }
    hold.put_in_line(queue);
    let (load, capacity) = slots::load(conn, rep)?;
    let data =
        json!({ "from": rep, "reason": "no_first_reply", "load": load, "capacity": capacity });
    hold.log(EventKind::Requeued, None, data);
    customers::keep_place_of_the_gone(conn, &mut hold, queue)?;
    hold.write(conn)
}

/// Closes it.
pub(super) fn ended(
    conn: &mut Conn,
    mut hold: Hold,
    how: Resolution,
    by: Option<UserId>,
    why: &str,
) -> Result<Moved> {
    if hold.row.status == Status::Closed {
        return Err(Error::not_found("conversation"));
    }
    let at = hold.at;
    close_row(&mut hold.row, how, by, at);
    let data = json!({ "resolution": how, "reason": why });
    hold.log(EventKind::Closed, by, data);
    hold.write(conn)
}

/// What of a row changes when it is closed.
pub(super) fn close_row(
    row: &mut conversations::Conversation,
    how: Resolution,
    by: Option<UserId>,
    at: Moment,
) {
    row.status = Status::Closed;
    row.resolution = Some(how);
    row.ending = None;
    row.rep_id = None;
    row.held = false;
    row.closed_at = Some(at);
    row.changed_by = by;
    row.preferred_rep_id = None;
    row.preferred_until = None;
    row.due_at = None;
}
