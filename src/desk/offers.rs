//! Offers: a conversation is a rep's for a while, to accept or to decline.
//!
//! It holds his slot meanwhile. Whoever declines or misses one is not offered it again for the
//! cool-down of its queue; whoever misses several running is set away.

use serde_json::json;

use super::hold::Hold;
use super::{Change, Desk, check_text, customers, slots};
use crate::access::{Action, Actor, Object, may};
use crate::dispatch::Proposal;
use crate::error::{Code, Error, Result};
use crate::store::conversations::{self, ConversationView};
use crate::store::{Conn, events, reps};
use crate::words::{Availability, ConversationId, EventKind, Mode, Moment, Status, UserId, now};

/// Characters of a reason.
const REASON_CHARS_MAX: usize = 500;

pub(super) fn check_reason(reason: Option<&str>) -> Result<()> {
    reason.map_or(Ok(()), |reason| {
        check_text("reason", reason, REASON_CHARS_MAX)
    })
}

impl Desk {
    /// The rep takes what he is offered. Accepting what is his already changes nothing.
    pub async fn accept(&self, actor: Actor, id: ConversationId) -> Result<ConversationView> {
        may(&actor, Action::AnswerOffer, Object::None)?;
        let at = now();
        let (view, waited) = self
            .commit(move |conn| {
                let Some(mut hold) = offer_to(conn, &actor, id, at)? else {
                    let row = conversations::find(conn, id)?.ok_or_else(offer_gone)?;
                    let view = conversations::view(conn, row)?;
                    return Ok(((view, None), Change::default()));
                };
                let queue = hold.queue(conn)?;
                reps::set_misses(conn, actor.id, 0)?;
                let waited = hold.waited();
                slots::activate(&mut hold, (actor.id, Some(actor.id)), &queue);
                let offer = events::last_of(conn, id, EventKind::Offered)?;
                let seen = offer.and_then(|event| event.data?.get("candidates")?.as_u64());
                slots::log_assignment(conn, &mut hold, Some(actor.id), seen)?;
                let (view, change) = hold.write(conn)?;
                Ok(((view, Some(waited)), change))
            })
            .await?;
        if let Some(waited) = waited {
            self.0.metrics.assigned.inc();
            self.0.metrics.wait_seconds.observe(waited as f64 / 1_000.0);
        }
        Ok(view)
    }

    /// The rep does not want it: the next one is asked.
    pub async fn decline(
        &self,
        actor: Actor,
        id: ConversationId,
        reason: Option<String>,
    ) -> Result<ConversationView> {
        may(&actor, Action::AnswerOffer, Object::None)?;
        check_reason(reason.as_deref())?;
        let at = now();
        self.commit(move |conn| {
            let hold = offer_to(conn, &actor, id, at)?.ok_or_else(offer_gone)?;
            let data = json!({ "reason": reason });
            reps::set_misses(conn, actor.id, 0)?;
            taken_back(conn, hold, EventKind::Declined, Some(actor.id), data)
        })
        .await
    }

    /// Takes back what a rep is offered, because he has gone or does not want anything.
    pub(super) async fn withdraw_all(&self, rep: UserId, reason: &'static str) -> Result<()> {
        let read = move |conn: &mut Conn| Ok(conversations::held_by(conn, rep, Status::Offered)?);
        for id in self.0.store.read(read).await? {
            let at = now();
            self.commit(move |conn| {
                let hold = Hold::take(conn, id, at)?;
                if hold.row.status != Status::Offered || hold.row.rep_id != Some(rep) {
                    return Ok(((), Change::default()));
                }
                let data = json!({ "reason": reason });
                let (_, change) = taken_back(conn, hold, EventKind::Withdrawn, None, data)?;
                Ok(((), change))
            })
            .await?;
        }
        Ok(())
    }
}

/// Offers a waiting conversation of an offering queue; none if it cannot be offered.
pub(super) fn make(conn: &mut Conn, one: Proposal, at: Moment) -> Result<Option<Change>> {
    let mut hold = Hold::take(conn, one.conversation, at)?;
    if hold.row.status != Status::Waiting || hold.row.held {
        return Ok(None);
    }
    let queue = hold.queue(conn)?;
    if queue.mode != Mode::Offer {
        return Ok(None);
    }
    let taking = reps::Taking {
        there: true,
        any_queue: hold.row.preferred_rep_id == Some(one.rep),
        over_capacity: false,
    };
    let Some(rep) = reps::take_slot(conn, one.rep, queue.id, at, taking)? else {
        return Err(Error::new(Code::AtCapacity, "This rep has no room now."));
    };
    hold.row.status = Status::Offered;
    hold.row.rep_id = Some(one.rep);
    hold.row.due_at = Some(at + queue.policy.offer_ms);
    let data = json!({
        "rep_id": one.rep,
        "load": rep.active,
        "capacity": rep.capacity,
        "candidates": one.seen.map(|seen| seen.candidates),
        "preferred": hold.was_kept_for(one.rep),
        "waited_ms": hold.waited(),
        "expires_at": hold.row.due_at,
    });
    hold.log(EventKind::Offered, None, data);
    let (_, change) = hold.write(conn)?;
    Ok(Some(change))
}

/// An offer has run out. Who has missed too many running is set away.
pub(super) fn missed(conn: &mut Conn, hold: Hold) -> Result<(ConversationView, Change)> {
    let Some(rep) = hold.row.rep_id else {
        return Err(Error::not_found("offer"));
    };
    let there = reps::standings_of(conn, &[rep])?.pop();
    if there.is_none_or(|one| !one.present) {
        // His node is gone, and he with it: he has not missed it.
        let data = json!({ "reason": "rep_absent" });
        return taken_back(conn, hold, EventKind::Withdrawn, None, data);
    }
    let queue = hold.queue(conn)?;
    let misses = reps::add_miss(conn, rep)?;
    let away = misses >= queue.policy.misses_max;
    if away {
        reps::set_availability(conn, rep, Availability::Away)?;
        reps::set_misses(conn, rep, 0)?;
    }
    let data = json!({ "misses": misses, "set_away": away });
    let (view, mut change) = taken_back(conn, hold, EventKind::Missed, None, data)?;
    change.staffing |= away;
    Ok((view, change))
}

/// The offer ends without being accepted: back in line, and not to him for a while.
fn taken_back(
    conn: &mut Conn,
    mut hold: Hold,
    how: EventKind,
    by: Option<UserId>,
    mut data: serde_json::Value,
) -> Result<(ConversationView, Change)> {
    let queue = hold.queue(conn)?;
    let (load, capacity) = slots::load(conn, hold.row.rep_id)?;
    data["rep_id"] = json!(hold.row.rep_id);
    data["load"] = json!(load);
    data["capacity"] = json!(capacity);
    data["waited_ms"] = json!(hold.waited());
    if let Some(rep) = hold.row.rep_id
        && how != EventKind::Withdrawn
    {
        hold.cool_down(conn, rep, &queue)?;
    }
    hold.put_in_line(&queue);
    hold.log(how, by, data);
    customers::keep_place_of_the_gone(conn, &mut hold, &queue)?;
    hold.write(conn)
}

/// The offer to this rep, locked. What is none of his is not told from what is not there.
fn offer_to(
    conn: &mut Conn,
    actor: &Actor,
    id: ConversationId,
    at: Moment,
) -> Result<Option<Hold>> {
    let hold = match Hold::take(conn, id, at) {
        Ok(hold) => hold,
        Err(error) if error.code == Code::NotFound => return Err(offer_gone()),
        Err(error) => return Err(error),
    };
    if hold.row.rep_id != Some(actor.id) {
        return Err(offer_gone());
    }
    // However late: until it is taken back, it is his to accept.
    let offered = hold.row.status == Status::Offered;
    Ok(Some(hold).filter(|_| offered))
}

fn offer_gone() -> Error {
    let detail = "This offer is gone. Refresh your list to see what there is.";
    Error::new(Code::OfferGone, detail)
}
