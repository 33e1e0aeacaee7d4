//! Conversations: opening, reading, writing, claiming, closing.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, HttpResponseBuilder, get, post};
use serde::Deserialize;

use super::answers::Entry;
use super::lists::{Listed, listed};
use crate::app::App;
use crate::desk::{self, Sent};
use crate::error::{Error, Result};
use crate::gate::body::{Asked, Body, OptionalBody, page_size};
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::store::Conn;
use crate::store::conversations::{self, ConversationView};
use crate::store::events::{self, Event};
use crate::store::marks::{self, Marks};
use crate::store::views::{self, PersonView};
use crate::words::{
    AttachmentId, ClientId, ConversationId, EventKind, Priority, QueueId, Resolution, Role, UserId,
};

/// What to open.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// A UUID (version 7 is best) made by the client, so that a retry opens nothing twice.
    pub client_id: ClientId,
    pub subject: Option<String>,
    /// The first message.
    pub text: Option<String>,
    /// What it carries: uploads of yours that were not sent yet.
    #[serde(default)]
    pub attachments: Vec<AttachmentId>,
    /// Where to wait; the first queue if it is not given.
    pub queue: Option<QueueId>,
    pub priority: Option<Priority>,
    /// Leave a message instead of waiting: it stands in line later, by itself.
    #[serde(default)]
    pub leave_message: bool,
}

/// A message to send.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// A UUID made by the client, so that a retry stores nothing twice.
    pub client_id: ClientId,
    /// May be left out if something is attached.
    pub text: Option<String>,
    /// Uploads of yours that were not sent yet.
    #[serde(default)]
    pub attachments: Vec<AttachmentId>,
}

/// How to claim.
#[derive(serde::Deserialize, utoipa::ToSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct Claiming {
    /// For whom, if an admin claims.
    pub rep: Option<UserId>,
    /// Even if he has no room; only an admin may say so, and the log tells who did.
    #[serde(default)]
    pub over_capacity: bool,
}

/// How to close.
#[derive(serde::Deserialize, utoipa::ToSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    pub client_id: Option<ClientId>,
    /// Last words, stored as a message before the end.
    pub text: Option<String>,
    pub resolution: Option<Resolution>,
}

/// A stored message.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct SentMessage {
    pub event: Entry,
    /// It was stored before, by an earlier try of the same command.
    pub duplicate: bool,
}

impl From<Sent> for SentMessage {
    fn from(sent: Sent) -> Self {
        SentMessage {
            event: Entry::seen(sent.event, sent.number),
            duplicate: sent.duplicate,
        }
    }
}

/// The answer to what makes something: 201, or 200 if it was made before.
pub(super) fn made(before: bool) -> HttpResponseBuilder {
    match before {
        true => HttpResponse::Ok(),
        false => HttpResponse::Created(),
    }
}

/// A closed conversation.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct ClosedConversation {
    pub conversation: ConversationView,
    /// It was closed before; nothing has changed.
    pub already_closed: bool,
}

/// A page of a conversation's log, oldest first.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct EventPage {
    pub items: Vec<Entry>,
    /// The newest event of the conversation, on this page or not.
    pub last_seq: i64,
    /// Give it as `before` for what is older than this page; none if nothing is.
    pub previous: Option<i64>,
    /// Give it as `after` for what is newer than this page; none if nothing is.
    pub next: Option<i64>,
    /// How far both sides have read: a message up to there has been viewed.
    pub marks: Marks,
    /// How those are called who wrote these entries or are named by them.
    pub people: Vec<PersonView>,
}

/// Who wrote these entries, and whom they name: to a customer, who speaks with him and who has him.
fn people(conn: &mut Conn, role: Role, entries: &[Entry]) -> Result<Vec<PersonView>> {
    use EventKind::{Joined, Left, Message};
    let is_staff = role != Role::Customer;
    let named = |entry: &Entry| {
        let event = &entry.event;
        let id = |key| UserId::deserialize(event.data.as_ref()?.get(key)?).ok();
        let speaks = is_staff || matches!(event.kind, Message | Joined | Left);
        let sender = event.sender_id.filter(|_| speaks);
        let others = ["from", "to"].map(|key| id(key).filter(|_| is_staff));
        [sender, id("rep_id")].into_iter().chain(others).flatten()
    };
    let mut ids: Vec<UserId> = entries.iter().flat_map(named).collect();
    ids.sort();
    ids.dedup();
    let mut found = views::people(conn, &ids)?;
    // In the order of their ids: the same page is the same bytes.
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Which part of the log.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Only events after this seq, from there on.
    pub after: Option<i64>,
    /// Only events before this seq, the nearest ones.
    pub before: Option<i64>,
    /// 1 to 200, else 50.
    pub limit: Option<i64>,
}

/// Open a conversation
///
/// It waits in line until a rep has room. Repeating the request with the same `client_id`
/// answers 200 with what the first one made.
#[utoipa::path(
    tag = "conversations", request_body = Opening,
    responses(
        (status = 201, body = ConversationView), (status = 200, body = ConversationView),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 503, body = Problem)
    )
)]
#[post("/conversations")]
pub async fn open(
    app: Data<App>,
    caller: Caller,
    Body(new): Body<Opening>,
) -> Result<HttpResponse> {
    let open = desk::Open {
        client_id: new.client_id,
        subject: new.subject.unwrap_or_default(),
        text: new.text,
        attachments: new.attachments,
        queue: new.queue,
        priority: new.priority.unwrap_or(Priority::Normal),
        leave_message: new.leave_message,
    };
    let (view, again) = app.desk.open(caller.actor, open).await?;
    Ok(made(again).json(view.seen_by(Role::Customer)))
}

/// Read a conversation
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Listed), (status = 404, body = Problem))
)]
#[get("/conversations/{id}")]
pub async fn find(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
) -> Result<Json<Listed>> {
    let actor = caller.actor;
    let read = move |conn: &mut Conn| {
        let row = conversations::readable(conn, &actor, *id)?;
        let mut one = listed(conn, actor.id, actor.role, vec![row])?;
        Ok(one.pop().expect("one row is listed as one"))
    };
    Ok(Json(app.store.read(read).await?))
}

/// The last seq of a log, and a part of it, oldest first, as this role may know of them: for
/// customers as if there were no notes.
fn page(
    conn: &mut Conn,
    role: Role,
    id: ConversationId,
    (after, before): (Option<i64>, Option<i64>),
    limit: i64,
) -> Result<(i64, Vec<Event>)> {
    let back = before.unwrap_or(i64::MAX);
    let (last, mut rows) = match (role, after) {
        (Role::Customer, Some(seq)) => (
            events::last_told(conn, &[id])?,
            events::told_after(conn, id, seq, limit)?,
        ),
        (Role::Customer, None) => (
            events::last_told(conn, &[id])?,
            events::told_before(conn, id, back, limit)?,
        ),
        (_, Some(seq)) => (
            events::last_seqs(conn, &[id])?,
            events::after(conn, id, seq, limit)?,
        ),
        (_, None) => (
            events::last_seqs(conn, &[id])?,
            events::before(conn, id, back, limit)?,
        ),
    };
    if after.is_none() {
        rows.reverse();
    }
    Ok((last.first().map_or(0, |(_, seq)| *seq), rows))
}

/// Read a conversation's log
///
/// With `after` from there on, with `before` the nearest ones before it, without either the
/// newest ones; oldest first in any case.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid"), EventQuery),
    responses(
        (status = 200, body = EventPage), (status = 404, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[get("/conversations/{id}/events")]
pub async fn log(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
    Asked(query): Asked<EventQuery>,
) -> Result<Json<EventPage>> {
    let limit = page_size(query.limit)?;
    let (after, before) = (query.after, query.before);
    for (field, seq) in [("after", after), ("before", before)] {
        if seq.is_some_and(|seq| seq < 0) {
            return Err(Error::invalid(
                field,
                "Give a seq: a whole number, 0 or more.",
            ));
        }
    }
    if after.is_some() && before.is_some() {
        return Err(Error::invalid(
            "before",
            "Give `after` or `before`, not both.",
        ));
    }
    let role = caller.actor.role;
    let read = move |conn: &mut Conn| {
        let row = conversations::readable(conn, &caller.actor, *id)?;
        let (last_seq, rows) = page(conn, role, *id, (after, before), limit)?;
        // From what was read, so that a page of what one may not see is no end.
        let first = rows.first().map(|event| event.seq);
        let last = rows.last().map(|event| event.seq);
        // Beyond either end the way back is still there.
        let beyond_end = after.map(|seq| seq.min(last_seq) + 1);
        let before_all = before.map(|seq| (seq - 1).max(0));
        let entry = |event| Entry::of(event, row.number, role);
        let items: Vec<Entry> = rows.into_iter().filter_map(entry).collect();
        Ok(EventPage {
            people: people(conn, role, &items)?,
            previous: first.or(beyond_end).filter(|seq| *seq > 1),
            next: last.or(before_all).filter(|seq| *seq < last_seq),
            items,
            last_seq,
            marks: marks::of_one(conn, *id)?,
        })
    };
    Ok(Json(app.store.read(read).await?))
}

/// Write a message
///
/// Answers once it is on disk. Repeating the request with the same `client_id` answers 200
/// with the same event.
#[utoipa::path(
    tag = "conversations", request_body = NewMessage,
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 201, body = SentMessage), (status = 200, body = SentMessage),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[post("/conversations/{id}/messages")]
pub async fn send(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
    Body(new): Body<NewMessage>,
) -> Result<HttpResponse> {
    let said = desk::Said::of(new.text, new.attachments)?;
    let sent = app
        .desk
        .send(&caller.actor, *id, new.client_id, said)
        .await?;
    Ok(made(sent.duplicate).json(SentMessage::from(sent)))
}

/// Take a waiting conversation
///
/// For oneself; an admin takes it for a `rep`. The body may be left out.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    request_body = Option<Claiming>,
    responses(
        (status = 200, body = ConversationView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[post("/conversations/{id}/claim")]
pub async fn claim(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
    OptionalBody(claiming): OptionalBody<Claiming>,
) -> Result<Json<ConversationView>> {
    let claim = desk::Claim {
        rep: claiming.rep,
        over_capacity: claiming.over_capacity,
    };
    Ok(Json(app.desk.claim(caller.actor, *id, claim).await?))
}

/// Close a conversation
///
/// By its rep, its customer or an admin. The next in line gets the freed slot at once. The body may
/// be left out.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    request_body = Option<Closing>,
    responses(
        (status = 200, body = ClosedConversation), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
#[post("/conversations/{id}/close")]
pub async fn close(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
    OptionalBody(closing): OptionalBody<Closing>,
) -> Result<Json<ClosedConversation>> {
    let Closing {
        client_id,
        text,
        resolution,
    } = closing;
    let close = desk::Close {
        client_id,
        text,
        resolution,
    };
    let role = caller.actor.role;
    let (conversation, already_closed) = app.desk.close(caller.actor, *id, close).await?;
    Ok(Json(ClosedConversation {
        conversation: conversation.seen_by(role),
        already_closed,
    }))
}
