//! What the hours of a queue mean for who waits in it. They say what customers are told and when
//! patience runs; a rep who is there serves whenever he likes.

use super::hold::Hold;
use crate::error::{Code, Error, Result};
use crate::hours::AHEAD_MS;
use crate::store::queues::Queue;
use crate::store::{Conn, schedules};
use crate::words::{Moment, OutsideHours};

/// When what has no end in sight is looked at again, in ms: hours may be others by then.
const LOOK_AGAIN_MS: Moment = 24 * 60 * 60 * 1_000;

/// Whether nobody is expected in this queue at a moment.
pub(super) fn is_closed(conn: &mut Conn, queue: &Queue, at: Moment) -> Result<bool> {
    let hours = schedules::hours_of(conn, queue)?;
    Ok(hours.is_some_and(|hours| !hours.at(at).open))
}

/// Whether who comes now leaves a message. Refuses him where that is the queue's policy.
pub(super) fn leaves_message(conn: &mut Conn, queue: &Queue, at: Moment) -> Result<bool> {
    let Some(hours) = schedules::hours_of(conn, queue)? else {
        return Ok(false);
    };
    let now = hours.at(at);
    if now.open || queue.policy.outside_hours == OutsideHours::LeaveMessage {
        return Ok(!now.open);
    }
    let detail = match now.opens_at {
        Some(opens_at) => format!(
            "Nobody is there now. Come back when it opens: {}.",
            hours.spell(opens_at)
        ),
        None => "Nobody is there now, and it is not known when it opens again.".into(),
    };
    Err(Error {
        retry_after_ms: now
            .opens_at
            .and_then(|opens| u64::try_from(opens - at).ok()),
        ..Error::new(Code::OutsideHours, detail)
    })
}

/// When a place that is held from now on is given up: so long of opening later.
pub(super) fn held_until(
    conn: &mut Conn,
    queue: &Queue,
    at: Moment,
    lasts: Moment,
) -> Result<Moment> {
    let Some(hours) = schedules::hours_of(conn, queue)? else {
        return Ok(at + lasts);
    };
    let due = hours.after(at, lasts, at + AHEAD_MS);
    Ok(due.unwrap_or(at + lasts.max(LOOK_AGAIN_MS)))
}

/// When to look at one that waits again, if it does not end now: patience counts only while its
/// queue is open, and nothing is given up while nobody is expected.
pub(super) fn not_before(conn: &mut Conn, hold: &Hold, queue: &Queue) -> Result<Option<Moment>> {
    let (row, at) = (&hold.row, hold.at);
    let Some(hours) = schedules::hours_of(conn, queue)? else {
        return Ok(None);
    };
    let again = at + LOOK_AGAIN_MS;
    if row.held {
        let now = hours.at(at);
        return Ok((!now.open).then(|| now.opens_at.unwrap_or(again)));
    }
    let lasts = queue.policy.fallback_after_ms;
    match hours.after(row.queued_at, lasts, at + AHEAD_MS) {
        Some(due) if due <= at => Ok(None),
        due => Ok(Some(due.unwrap_or(again))),
    }
}
