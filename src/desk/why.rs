//! Why a conversation waits or has its rep, and why a rep gets nothing: what the line itself says,
//! with names.

use std::collections::HashMap;

use super::Desk;
use crate::access::{Action, Actor, Object, may};
use crate::dispatch::{NO_END, Verdict, Whose, Why};
use crate::error::{Code, Error, Result};
use crate::store::conversations::{self, Conversation, PersonView};
use crate::store::{Conn, events, reps, views};
use crate::words::{
    Availability, ConversationId, EventKind, Moment, QueueId, Sees, Status, UserId, now,
};

/// Whose line one stands in: a queue's, or that of the only rep who may have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InLine {
    Queue(QueueId),
    Rep(UserId),
}

/// What keeps a rep from a conversation, or from any.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Reason {
    /// `free` (the next step gives it to him, or to a better one), `ahead` (another one goes
    /// before it), `absent`, `busy`, `away`, `offline`, `full`, `not_serving`, `reserved`,
    /// `cooling_down`, `refused`.
    pub reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<i32>,
    /// When it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// What goes before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<ConversationId>,
}

/// One rep, and what keeps him from it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Candidate {
    pub rep: PersonView,
    #[serde(flatten)]
    pub reason: Reason,
}

/// How its rep was chosen, or is being asked.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Chosen {
    pub rep: Option<PersonView>,
    /// `line`, `offer` (he accepted), `claim`, `hand` (a transfer, or waking).
    pub how: &'static str,
    /// Who did it; none when the line did.
    pub by: Option<PersonView>,
    pub at: Moment,
    /// Free reps of the line at that moment.
    pub candidates: Option<i64>,
    /// What he held then, this one included, and might hold.
    pub load: Option<i64>,
    pub capacity: Option<i64>,
    pub waited_ms: Option<i64>,
    /// It was kept for him: he knows its customer, or somebody had sent it to him.
    pub preferred: bool,
    pub over_capacity: bool,
}

/// Why a conversation stands where it stands.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Why)]
pub struct WhyView {
    pub status: Status,
    /// While it waits.
    pub line: Option<InLine>,
    /// How many wait before it in that line.
    pub ahead: Option<usize>,
    /// Why the line gives it to nobody: `held` (its customer has gone), `manual` (people take it
    /// by hand), `settling` (it is being given to a rep right now).
    pub kept: Option<&'static str>,
    /// Every rep, while it waits.
    pub reps: Vec<Candidate>,
    /// While somebody has it or is asked.
    pub chosen: Option<Chosen>,
}

/// The first of a line, and why a rep has not got it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct FirstInLine {
    pub line: InLine,
    pub conversation: ConversationId,
    #[serde(flatten)]
    pub reason: Reason,
}

/// Why a rep gets nothing, if he gets nothing.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
#[schema(as = WhyIdle)]
pub struct WhyIdleView {
    pub load: i32,
    pub capacity: i32,
    /// About him alone: `free`, or what keeps him out.
    #[serde(flatten)]
    pub reason: Reason,
    /// The first of each of his lines where somebody waits. Empty: nobody waits for him.
    pub first: Vec<FirstInLine>,
}

impl Desk {
    /// Why it waits, or how its rep was chosen. For staff who may read it.
    pub async fn why(&self, actor: Actor, id: ConversationId) -> Result<WhyView> {
        let read = move |conn: &mut Conn| {
            let row = conversations::allowed(conn, &actor, Action::Explain, id)?;
            let chosen = chosen(conn, &row)?;
            Ok((row, chosen))
        };
        let (row, chosen) = self.0.store.read(read).await?;
        let mut view = WhyView {
            status: row.status,
            line: None,
            ahead: None,
            kept: None,
            reps: Vec::new(),
            chosen,
        };
        if row.status != Status::Waiting {
            return Ok(view);
        }
        view.kept = row.held.then_some("held");
        let snapshot = self.0.line.snapshot().await.map_err(|_| unfilled())?;
        match snapshot.why(id, now()) {
            Some(Why::Waits { line, ahead, reps }) => {
                view.line = Some(line.into());
                view.ahead = Some(ahead);
                view.reps = self.named(reps).await?;
            }
            Some(Why::Manual) => view.kept = Some("manual"),
            Some(Why::Proposed { .. }) => view.kept = Some("settling"),
            Some(Why::Served) | None => {}
        }
        Ok(view)
    }

    /// Why a rep gets nothing. Himself, or an admin about anybody.
    pub async fn why_idle(&self, actor: Actor, rep: UserId) -> Result<WhyIdleView> {
        may(&actor, Action::ExplainIdle, Object::Person(rep))?;
        let known = self.0.store.read(move |conn| Ok(reps::find(conn, rep)?));
        known.await?.ok_or_else(|| Error::not_found("rep"))?;
        let snapshot = self.0.line.snapshot().await.map_err(|_| unfilled())?;
        let why = snapshot.why_idle(rep, now()).ok_or_else(unfilled)?;
        let mut first = Vec::with_capacity(why.heads.len());
        for head in why.heads {
            first.push(FirstInLine {
                line: head.line.into(),
                conversation: head.conversation,
                reason: head.verdict.into(),
            });
        }
        let first = self.readable(actor, first).await?;
        Ok(WhyIdleView {
            load: why.load,
            capacity: why.capacity,
            reason: why.rep.into(),
            first,
        })
    }

    /// Those that he may read: he is not to know of others.
    async fn readable(&self, actor: Actor, all: Vec<FirstInLine>) -> Result<Vec<FirstInLine>> {
        if actor.rights.sees != Sees::Own {
            return Ok(all);
        }
        let read = move |conn: &mut Conn| {
            let mut seen = Vec::new();
            for one in all.clone() {
                if conversations::allowed(conn, &actor, Action::Read, one.conversation).is_ok() {
                    seen.push(one);
                }
            }
            Ok(seen)
        };
        self.0.store.read(read).await
    }

    async fn named(&self, reps: Vec<(UserId, Verdict)>) -> Result<Vec<Candidate>> {
        let ids: Vec<UserId> = reps.iter().map(|(id, _)| *id).collect();
        let read = move |conn: &mut Conn| views::people(conn, &ids);
        let names: HashMap<UserId, PersonView> = self.0.store.read(read).await?;
        let candidate = |(id, verdict): (UserId, Verdict)| {
            Some(Candidate {
                rep: names.get(&id)?.clone(),
                reason: verdict.into(),
            })
        };
        Ok(reps.into_iter().filter_map(candidate).collect())
    }
}

fn unfilled() -> Error {
    let detail = "The line has not heard of this yet. Ask again in a moment.";
    Error::new(Code::Unavailable, detail)
}

/// What the newest assignment or offer wrote down.
fn chosen(conn: &mut Conn, row: &Conversation) -> Result<Option<Chosen>> {
    let kind = match row.status {
        Status::Offered => EventKind::Offered,
        Status::Active | Status::Wrapup | Status::Closed => EventKind::Assigned,
        Status::Waiting | Status::Parked => return Ok(None),
    };
    let Some(event) = events::last_of(conn, row.id, kind)? else {
        return Ok(None);
    };
    let data = event.data.unwrap_or_default();
    let number = |name: &str| data.get(name).and_then(serde_json::Value::as_i64);
    let said = |name: &str| data.get(name) == Some(&true.into());
    let rep: Option<UserId> = data.get("rep_id").and_then(|id| id.as_str()?.parse().ok());
    let ids: Vec<UserId> = rep.into_iter().chain(event.sender_id).collect();
    let names = views::people(conn, &ids)?;
    let name = |id: Option<UserId>| id.and_then(|id| names.get(&id).cloned());
    let how = match event.sender_id {
        None => "line",
        Some(_) if said("claimed") => "claim",
        by if by == rep => "offer",
        Some(_) => "hand",
    };
    Ok(Some(Chosen {
        rep: name(rep),
        how,
        by: name(event.sender_id),
        at: event.created_at,
        candidates: number("candidates"),
        load: number("load"),
        capacity: number("capacity"),
        waited_ms: number("waited_ms"),
        preferred: said("preferred"),
        over_capacity: said("over_capacity"),
    }))
}

impl From<Whose> for InLine {
    fn from(line: Whose) -> Self {
        match line {
            Whose::Queue(id) => InLine::Queue(id),
            Whose::Rep(id) => InLine::Rep(id),
        }
    }
}

impl From<Verdict> for Reason {
    fn from(verdict: Verdict) -> Self {
        let reason = match verdict {
            Verdict::Free => "free",
            Verdict::AheadOfIt(_) => "ahead",
            Verdict::Absent => "absent",
            Verdict::Unavailable(Availability::Busy) => "busy",
            Verdict::Unavailable(Availability::Away) => "away",
            Verdict::Unavailable(_) => "offline",
            Verdict::Full { .. } => "full",
            Verdict::NotServing => "not_serving",
            Verdict::ReservedForAnother { .. } => "reserved",
            Verdict::Cooling { .. } => "cooling_down",
            Verdict::Refused { .. } => "refused",
        };
        let mut found = Reason {
            reason,
            ..Reason::default()
        };
        match verdict {
            Verdict::Full { load, capacity } => {
                found.load = Some(load);
                found.capacity = Some(capacity);
            }
            Verdict::Cooling { until } | Verdict::Refused { until } => found.until = Some(until),
            Verdict::ReservedForAnother { until } => {
                found.until = Some(until).filter(|until| *until < NO_END);
            }
            Verdict::AheadOfIt(other) => found.behind = Some(other),
            _ => {}
        }
        found
    }
}
