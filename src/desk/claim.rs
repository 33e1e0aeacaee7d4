//! A waiting conversation is taken by hand: by a rep, or by an admin for a rep. Permission and
//! capacity count, presence does not; an admin may say that capacity does not count either.

use serde_json::json;

use super::hold::{self, Hold};
use super::{Change, Desk, dispatcher};
use crate::access::{Action, Actor, Object, may};
use crate::dispatch::Proposal;
use crate::error::{Code, Error, Result};
use crate::store::audit::{self, Entry};
use crate::store::conversations::{self, Conversation, ConversationView};
use crate::store::ties::may_with;
use crate::store::{Conn, accounts, reps};
use crate::words::{Act, ConversationId, EventKind, Moment, ObjectKind, Status, UserId, now};

/// How to claim.
#[derive(Debug, Clone, Copy, Default)]
pub struct Claim {
    /// For whom. None: for oneself.
    pub rep: Option<UserId>,
    /// Even if he has no room. Stands in the log, with whoever said so.
    pub over_capacity: bool,
}

impl Desk {
    /// Takes it, if it still waits; whoever comes second is told who was first. Taking what is
    /// one's own already changes nothing.
    pub async fn claim(
        &self,
        actor: Actor,
        id: ConversationId,
        claim: Claim,
    ) -> Result<ConversationView> {
        let rep = for_whom(&actor, claim)?;
        // Of many who want the same one most come too late: they do not wait for it in a row.
        let who = actor.clone();
        let look = move |conn: &mut Conn| {
            let row = conversations::find(conn, id)?;
            let row = row.ok_or_else(|| Error::not_found("conversation"))?;
            taken_already(conn, &who, rep, &row)
        };
        if let Some(view) = self.0.store.read(look).await? {
            return Ok(view);
        }
        let at = now();
        let (act, kind) = (Act::CapacityOverridden, ObjectKind::Conversation);
        let entry = Entry::new(Some(actor.id), act, kind, Some(id.0));
        let (view, taken) = self
            .commit(move |conn| {
                let (row, _) = hold::locked(conn, id)?;
                if let Some(view) = taken_already(conn, &actor, rep, &row)? {
                    return Ok(((view, false), Change::default()));
                }
                if rep != actor.id {
                    accounts::check_able(conn, rep)?;
                }
                let mut change = match row.status {
                    Status::Parked => into_line(conn, &actor, id, at)?,
                    _ => Change::default(),
                };
                let one = Proposal {
                    conversation: id,
                    rep,
                    seen: None,
                };
                let by = dispatcher::By::Person {
                    id: actor.id,
                    over_capacity: claim.over_capacity,
                };
                let (assigned, _) = dispatcher::assign(conn, one, by, at)?;
                change.add(assigned);
                if claim.over_capacity {
                    overridden(conn, &entry, rep)?;
                }
                let row = conversations::find(conn, id)?;
                let row = row.ok_or_else(|| Error::not_found("conversation"))?;
                Ok(((conversations::view(conn, row)?, true), change))
            })
            .await?;
        if taken {
            self.0.metrics.assigned.inc();
        }
        Ok(view)
    }
}

/// Writes down that a rep has got more than he may hold, if he has.
fn overridden(conn: &mut Conn, entry: &Entry, rep: UserId) -> Result<()> {
    let Some(now) = reps::find(conn, rep)?.filter(|rep| rep.active > rep.capacity) else {
        return Ok(());
    };
    let load = |load: i32| Some(json!({ "rep": rep, "load": load, "capacity": now.capacity }));
    audit::record(conn, entry, load(now.active - 1), load(now.active))
}

fn for_whom(actor: &Actor, claim: Claim) -> Result<UserId> {
    may(actor, Action::Claim, Object::None)?;
    if claim.over_capacity {
        may(actor, Action::OverrideCapacity, Object::None)?;
    }
    match claim.rep {
        Some(rep) if rep != actor.id => may(actor, Action::Assign, Object::None).map(|()| rep),
        None if actor.is_admin() => Err(Error::invalid("rep", "Name the rep who is to have it.")),
        _ => Ok(actor.id),
    }
}

/// A message that was left stands in line before it is taken: its log says so.
fn into_line(conn: &mut Conn, actor: &Actor, id: ConversationId, at: Moment) -> Result<Change> {
    let mut hold = Hold::take(conn, id, at)?;
    let queue = hold.queue(conn)?;
    hold.put_in_line(&queue);
    hold.log(EventKind::Woken, Some(actor.id), json!({}));
    Ok(hold.write(conn)?.1)
}

/// The view, if it is this rep's already; an error, if it cannot become his.
fn taken_already(
    conn: &mut Conn,
    actor: &Actor,
    rep: UserId,
    row: &Conversation,
) -> Result<Option<ConversationView>> {
    if (rep != actor.id || actor.is_admin()) && reps::find(conn, rep)?.is_none() {
        return Err(Error::invalid("rep", "There is no such rep."));
    }
    let action = match rep == actor.id {
        true => Action::Claim,
        false => Action::Assign,
    };
    may_with(conn, actor, action, row)?;
    match row.status {
        Status::Active | Status::Wrapup if row.rep_id == Some(rep) => {
            conversations::view(conn, row.clone()).map(Some)
        }
        Status::Waiting => Ok(None),
        Status::Parked if row.is_left_message() => Ok(None),
        Status::Parked => Err(Error::new(
            Code::ConversationParked,
            "This conversation is parked. Wake it first.",
        )),
        Status::Closed => Err(Error::new(
            Code::ConversationClosed,
            "This conversation is closed already.",
        )),
        Status::Offered if row.rep_id == Some(rep) => Err(Error::new(
            Code::WrongState,
            "This conversation is offered to you. Accept it.",
        )),
        Status::Offered => Err(Error::new(
            Code::AlreadyClaimed,
            "Somebody else is being asked about this conversation. Try again in a moment.",
        )),
        Status::Active | Status::Wrapup => {
            let view = conversations::view(conn, row.clone())?;
            let who = view.rep.map(|rep| rep.name);
            let who = who.unwrap_or_else(|| "Somebody else".into());
            let detail = format!("{who} has taken this conversation. Choose another.");
            Err(Error::new(Code::AlreadyClaimed, detail))
        }
    }
}
