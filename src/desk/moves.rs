//! What people do with a conversation between its opening and its end: hand it back, give it to
//! somebody else, park it and wake it, open it again, make it more or less urgent.

use serde_json::json;

use super::hold::{self, Hold};
use super::{Change, Desk, check_text, hours, offers, slots};
use crate::access::{Action, Actor};
use crate::dispatch::NO_END;
use crate::error::{Code, Error, Result};
use crate::store::conversations::{self, ConversationView};
use crate::store::events::Entry;
use crate::store::ties::may_with;
use crate::store::{Conn, customer_sessions, queues, users};
use crate::words::{ConversationId, EventKind, Moment, Priority, QueueId, Status, UserId, now};

/// How long a conversation stays parked when nobody says.
const PARKED_MS: Moment = 30 * 24 * 60 * 60 * 1_000;
/// How long it may stay parked at most.
const PARKED_MS_MAX: Moment = 366 * 24 * 60 * 60 * 1_000;
/// Characters of the note of a transfer.
const NOTE_CHARS_MAX: usize = 1_000;

/// Where a conversation is to go.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    Queue(QueueId),
    /// A rep; if he has no room it waits for him alone, or with `else_queue` for anybody there.
    Rep {
        rep: UserId,
        else_queue: Option<QueueId>,
    },
}

impl Target {
    /// By what a client names.
    pub fn of(rep: Option<UserId>, queue: Option<QueueId>) -> Result<Self> {
        match (rep, queue) {
            (Some(rep), else_queue) => Ok(Target::Rep { rep, else_queue }),
            (None, Some(queue)) => Ok(Target::Queue(queue)),
            (None, None) => Err(Error::invalid("rep", "Give a rep, a queue or both.")),
        }
    }
}

impl Desk {
    /// Puts it back in line, in its old place. Whoever hands it back is not given it again at
    /// once.
    pub async fn requeue(
        &self,
        actor: Actor,
        id: ConversationId,
        reason: Option<String>,
    ) -> Result<ConversationView> {
        offers::check_reason(reason.as_deref())?;
        let at = now();
        self.commit(move |conn| {
            let mut hold = Hold::take(conn, id, at)?;
            may_with(conn, &actor, Action::Direct, &hold.row)?;
            let from = hold.row.rep_id;
            hold::expect(&hold.row, &[Status::Active, Status::Parked])?;
            let queue = hold.queue(conn)?;
            if let Some(rep) = from {
                hold.cool_down(conn, rep, &queue)?;
            }
            hold.put_in_line(&queue);
            let (load, capacity) = slots::load(conn, from)?;
            let data =
                json!({ "from": from, "reason": reason, "load": load, "capacity": capacity });
            hold.log(EventKind::Requeued, Some(actor.id), data);
            hold.write(conn)
        })
        .await
    }

    /// Gives it to another rep or another queue. Whoever had it is cut off at once.
    pub async fn transfer(
        &self,
        actor: Actor,
        id: ConversationId,
        to: Target,
        note: Option<String>,
    ) -> Result<ConversationView> {
        check_note(note.as_deref())?;
        let at = now();
        self.commit(move |conn| {
            let mut hold = Hold::take(conn, id, at)?;
            may_with(conn, &actor, Action::Direct, &hold.row)?;
            hold::expect(
                &hold.row,
                &[Status::Waiting, Status::Active, Status::Parked],
            )?;
            let from = hold.row.rep_id;
            let mut data = json!({ "from": from });
            if let Some(note) = &note {
                hold.add(Entry {
                    body: Some(note.clone()),
                    ..Entry::new(EventKind::Note, Some(actor.id))
                });
            }
            match to {
                Target::Queue(queue) => to_queue(conn, &mut hold, queue)?,
                Target::Rep { rep, .. } if from == Some(rep) => {
                    return Err(Error::invalid("rep", "He has it already."));
                }
                Target::Rep { rep, else_queue } => {
                    data["to"] = json!(rep);
                    to_rep(conn, &mut hold, (rep, actor.id), else_queue)?;
                }
            }
            data["queue_id"] = json!(hold.row.queue_id);
            hold.log(EventKind::Transferred, Some(actor.id), data);
            if hold.row.status == Status::Active {
                slots::log_assignment(conn, &mut hold, Some(actor.id), None)?;
            }
            hold.write(conn)
        })
        .await
    }

    /// Lays it aside: it holds no slot and wakes by itself.
    pub async fn park(
        &self,
        actor: Actor,
        id: ConversationId,
        wake_at: Option<Moment>,
    ) -> Result<ConversationView> {
        let at = now();
        let wakes = wake_at.unwrap_or(at + PARKED_MS);
        if wakes <= at || wakes > at + PARKED_MS_MAX {
            let detail = "Give a moment in the future, at most a year from now, in Unix ms.";
            return Err(Error::invalid("wake_at", detail));
        }
        self.commit(move |conn| {
            let mut hold = Hold::take(conn, id, at)?;
            may_with(conn, &actor, Action::Direct, &hold.row)?;
            hold::expect(&hold.row, &[Status::Waiting, Status::Active])?;
            hold.row.status = Status::Parked;
            hold.row.rep_id = None;
            hold.row.held = false;
            hold.row.due_at = Some(wakes);
            hold.log(
                EventKind::Parked,
                Some(actor.id),
                json!({ "wake_at": wakes }),
            );
            hold.write(conn)
        })
        .await
    }

    /// Wakes a parked one: it goes to the rep who had it if he has room now and serves its queue
    /// still, or wakes it himself; else in line.
    pub async fn wake(&self, actor: Actor, id: ConversationId) -> Result<ConversationView> {
        let at = now();
        self.commit(move |conn| {
            let hold = Hold::take(conn, id, at)?;
            may_with(conn, &actor, Action::Wake, &hold.row)?;
            hold::expect(&hold.row, &[Status::Parked])?;
            woken(conn, hold, Some(actor.id))
        })
        .await
    }

    /// Opens a closed one again, while its queue's policy allows. It stands in line anew, first
    /// for its customer's personal rep, else for the rep who had it, if he is there.
    pub async fn reopen(&self, actor: Actor, id: ConversationId) -> Result<ConversationView> {
        self.count_words(&actor)?;
        let (at, starts) = (now(), self.0.rules.head_starts);
        let desk = self.clone();
        self.commit(move |conn| {
            let mut hold = Hold::take(conn, id, at)?;
            may_with(conn, &actor, Action::Reopen, &hold.row)?;
            let his_own = actor.id == hold.row.customer_id;
            hold::expect(&hold.row, &[Status::Closed])?;
            hold::of_somebody(conn, &hold.row)?;
            let queue = queues::find_there(conn, hold.row.queue_id)?.ok_or_else(|| {
                let detail = "Its queue is no more. Open a new conversation.";
                Error::new(Code::QueueClosed, detail)
            })?;
            let closed_at = hold.row.closed_at.unwrap_or(at);
            if at - closed_at > queue.policy.reopen_ms {
                let detail = "It was closed too long ago. Open a new conversation.";
                return Err(Error::new(Code::ConversationClosed, detail));
            }
            let mut outside = false;
            if his_own {
                let admitted = desk.admit(conn, actor.id, Some(queue.id), false);
                admitted.map_err(not_now)?;
                outside = hours::leaves_message(conn, &queue, at)?;
                // Whether he is there counts from now on: he may ask over REST.
                customer_sessions::forget_left(conn, actor.id)?;
            }
            hold.put_in_line(&queue);
            hold.row.place = at - starts.of(hold.row.priority);
            hold.row.hops = 0;
            hold.row.left_message = outside;
            hold.row.resolution = None;
            hold.row.closed_at = None;
            let personal = users::personal_rep(conn, hold.row.customer_id)?;
            if let Some(rep) = personal.or(hold.row.last_rep_id)
                && conversations::serves(conn, rep, queue.id)?
            {
                prefer(conn, &mut hold, rep, queue.policy.prefer_ms)?;
            }
            let data = match outside {
                true => json!({ "outside_hours": true }),
                false => json!({}),
            };
            hold.log(EventKind::Reopened, Some(actor.id), data);
            hold.write(conn)
        })
        .await
    }

    /// Makes it more or less urgent: its place moves by the difference of the head starts.
    pub async fn prioritize(
        &self,
        actor: Actor,
        id: ConversationId,
        priority: Priority,
    ) -> Result<ConversationView> {
        let (at, starts) = (now(), self.0.rules.head_starts);
        self.commit(move |conn| {
            let mut hold = Hold::take(conn, id, at)?;
            may_with(conn, &actor, Action::Direct, &hold.row)?;
            if hold.row.status == Status::Closed {
                return Err(hold::closed());
            }
            let from = hold.row.priority;
            if from == priority {
                return Ok((hold.leave(conn, actor.role)?, Change::default()));
            }
            hold.row.place += starts.of(from) - starts.of(priority);
            hold.row.priority = priority;
            let data = json!({ "from": from, "to": priority });
            hold.log(EventKind::Prioritized, Some(actor.id), data);
            hold.write(conn)
        })
        .await
    }
}

/// A parked one becomes active with the rep who had it, if he is there and has room, else waits.
pub(super) fn woken(
    conn: &mut Conn,
    mut hold: Hold,
    by: Option<UserId>,
) -> Result<(ConversationView, Change)> {
    let queue = hold.queue(conn)?;
    hold.put_in_line(&queue);
    hold.log(EventKind::Woken, by, json!({}));
    if let Some(rep) = hold.row.last_rep_id
        && (by == Some(rep) || conversations::serves(conn, rep, queue.id)?)
        && slots::take(conn, &mut hold, (rep, by), &queue)?
    {
        slots::log_assignment(conn, &mut hold, by, None)?;
    }
    hold.write(conn)
}

/// Why nobody comes in, for who cannot leave a message instead.
fn not_now(refused: Error) -> Error {
    let detail = match refused.code {
        Code::QueueClosed => "Nobody is let in here now. Open a new one in another queue.",
        Code::QueueFull => "Too many are waiting already. Try again later.",
        _ => return refused,
    };
    Error {
        detail: detail.into(),
        ..refused
    }
}

fn to_queue(conn: &mut Conn, hold: &mut Hold, queue: QueueId) -> Result<()> {
    let queue = queues::find_there(conn, queue)?;
    let queue = queue.ok_or_else(|| Error::invalid("queue", "There is no such queue."))?;
    if let Some(rep) = hold.row.rep_id {
        hold.cool_down(conn, rep, &queue)?;
    }
    hold.put_in_line(&queue);
    Ok(())
}

/// To a rep who is there: at once if he has room; else it waits for him, or in a queue.
fn to_rep(
    conn: &mut Conn,
    hold: &mut Hold,
    (rep, by): (UserId, UserId),
    else_queue: Option<QueueId>,
) -> Result<()> {
    if !slots::is_there(conn, rep)? {
        if let Some(queue) = else_queue {
            return to_queue(conn, hold, queue);
        }
        let detail = "This rep is not there. Choose another, or a queue.";
        return Err(Error::new(Code::RepUnavailable, detail));
    }
    let queue = hold.queue(conn)?;
    if slots::take(conn, hold, (rep, Some(by)), &queue)? {
        return Ok(());
    }
    match else_queue {
        Some(queue) => to_queue(conn, hold, queue),
        None => {
            hold.put_in_line(&queue);
            prefer(conn, hold, rep, NO_END)
        }
    }
}

/// Reserves it for a rep for a while, if he is there.
fn prefer(conn: &mut Conn, hold: &mut Hold, rep: UserId, for_ms: Moment) -> Result<()> {
    if for_ms > 0 && slots::is_there(conn, rep)? {
        hold.row.preferred_rep_id = Some(rep);
        hold.row.preferred_until = Some(hold.at.saturating_add(for_ms).min(NO_END));
    }
    Ok(())
}

fn check_note(note: Option<&str>) -> Result<()> {
    note.map_or(Ok(()), |note| check_text("note", note, NOTE_CHARS_MAX))
}
