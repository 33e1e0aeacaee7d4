//! Taking a slot of a rep outside the line: whoever is given a conversation by a person, by an
//! accepted offer or by waking, under the same condition as by the line.

use serde_json::json;

use super::hold::Hold;
use crate::error::{Error, Result};
use crate::store::queues::Queue;
use crate::store::{Conn, reps};
use crate::words::{Availability, EventKind, Status, UserId};

/// Whether a rep is connected and available.
pub(super) fn is_there(conn: &mut Conn, rep: UserId) -> Result<bool> {
    let standing = reps::standings_of(conn, &[rep])?.pop();
    let standing = standing.ok_or_else(|| Error::invalid("rep", "There is no such rep."))?;
    Ok(standing.present && standing.rep.availability == Availability::Available)
}

/// Makes it active with this rep if he is there and has room. He need not serve its queue: a
/// person has chosen him.
pub(super) fn take(
    conn: &mut Conn,
    hold: &mut Hold,
    (rep, by): (UserId, Option<UserId>),
    queue: &Queue,
) -> Result<bool> {
    let by_hand = reps::Taking {
        there: true,
        any_queue: true,
        over_capacity: false,
    };
    let taken = reps::take_slot(conn, rep, queue.id, hold.at, by_hand)?;
    if taken.is_some() {
        activate(hold, (rep, by), queue);
    }
    Ok(taken.is_some())
}

/// Makes it active with a rep whose slot is taken, by whoever has chosen him.
pub(super) fn activate(hold: &mut Hold, (rep, by): (UserId, Option<UserId>), queue: &Queue) {
    let policy = &queue.policy;
    let row = &mut hold.row;
    row.status = Status::Active;
    row.rep_id = Some(rep);
    row.last_rep_id = Some(rep);
    row.epoch += 1;
    row.assigned_at = Some(hold.at);
    row.changed_by = by;
    row.held = false;
    row.preferred_rep_id = None;
    row.preferred_until = None;
    row.due_at = Some(hold.at + policy.first_reply_ms.unwrap_or(policy.idle_after_ms));
}

/// What a rep holds and may hold at this moment; nothing for nobody.
pub(super) fn load(conn: &mut Conn, rep: Option<UserId>) -> Result<(Option<i32>, Option<i32>)> {
    let rep = rep.map(|rep| reps::find(conn, rep)).transpose()?.flatten();
    Ok(rep.map(|rep| (rep.active, rep.capacity)).unzip())
}

/// Writes down who has it now, with what he held and might hold at that moment, and how many
/// `candidates` there were when he was asked. One that was offered before has had its slot since
/// then, so that its load may be more than he may hold now.
pub(super) fn log_assignment(
    conn: &mut Conn,
    hold: &mut Hold,
    by: Option<UserId>,
    candidates: Option<u64>,
) -> Result<()> {
    let Some(rep) = hold.row.rep_id else {
        return Ok(());
    };
    let (load, capacity) = load(conn, Some(rep))?;
    let data = json!({
        "rep_id": rep,
        "epoch": hold.row.epoch,
        "load": load,
        "capacity": capacity,
        "waited_ms": hold.waited(),
        "claimed": false,
        "preferred": hold.was_kept_for(rep),
        "candidates": candidates,
        "accepted": hold.was_offered(),
    });
    hold.log(EventKind::Assigned, by, data);
    Ok(())
}
