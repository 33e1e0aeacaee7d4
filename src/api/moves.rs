//! What people do with a conversation between its opening and its end. `docs/lifecycle.md` says
//! when each is possible.

use actix_web::web::{Data, Json, Path};
use actix_web::{get, post, put};

use crate::access::Action;
use crate::app::App;
use crate::desk::Target;
use crate::error::Result;
use crate::gate::body::{Body, OptionalBody};
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::store::conversations::{self, ConversationView};
use crate::store::targets::Targets;
use crate::store::{Conn, targets};
use crate::words::{ConversationId, Moment, Priority, QueueId, UserId};

/// Why something is handed back or not wanted.
#[derive(Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GivenReason)]
pub struct Reason {
    pub reason: Option<String>,
}

/// Where a conversation is to go: give `rep` or `queue`.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    pub rep: Option<UserId>,
    /// With `rep`: where it goes if he has no room. Without: it waits for him, with its age.
    pub queue: Option<QueueId>,
    /// For whoever gets it.
    pub note: Option<String>,
}

/// Until when it is laid aside.
#[derive(Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Parking {
    /// Unix ms, at most a year from now. Else in 30 days.
    pub wake_at: Option<Moment>,
}

/// How urgent it is.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPriority {
    pub priority: Priority,
}

/// Accept an offer
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = ConversationView), (status = 403, body = Problem),
        (status = 409, body = Problem)
    )
)]
#[post("/conversations/{id}/accept")]
pub async fn accept(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
) -> Result<Json<ConversationView>> {
    Ok(Json(app.desk.accept(caller.actor, *id).await?))
}

/// Decline an offer
///
/// The next rep is asked; this one is not for a while.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    request_body = Option<Reason>,
    responses(
        (status = 200, body = ConversationView), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
#[post("/conversations/{id}/decline")]
pub async fn decline(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
    OptionalBody(why): OptionalBody<Reason>,
) -> Result<Json<ConversationView>> {
    let view = app.desk.decline(caller.actor, *id, why.reason).await?;
    Ok(Json(view))
}

/// Put a conversation back in line
///
/// In its old place. Whoever hands it back is not given it again at once.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    request_body = Option<Reason>,
    responses(
        (status = 200, body = ConversationView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
#[post("/conversations/{id}/requeue")]
pub async fn requeue(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
    OptionalBody(why): OptionalBody<Reason>,
) -> Result<Json<ConversationView>> {
    let view = app.desk.requeue(caller.actor, *id, why.reason).await?;
    Ok(Json(view))
}

/// Give a conversation to another rep or queue
///
/// Whoever had it is cut off at once. A rep without room gets it when he has some, before
/// anybody else; or it goes to the `queue` that is named beside him.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    request_body = Transfer,
    responses(
        (status = 200, body = ConversationView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[post("/conversations/{id}/transfer")]
pub async fn transfer(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
    Body(new): Body<Transfer>,
) -> Result<Json<ConversationView>> {
    let to = Target::of(new.rep, new.queue)?;
    let view = app.desk.transfer(caller.actor, *id, to, new.note).await?;
    Ok(Json(view))
}

/// List where a conversation may be transferred to
///
/// For whoever may do it: reps, with whether they are there and how much each holds, and queues.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = Targets), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
#[get("/conversations/{id}/targets")]
pub async fn list_targets(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
) -> Result<Json<Targets>> {
    let (actor, id) = (caller.actor, *id);
    let read = move |conn: &mut Conn| {
        let row = conversations::allowed(conn, &actor, Action::Direct, id)?;
        targets::of(conn, &row)
    };
    Ok(Json(app.store.read(read).await?))
}

/// Leave a message instead of waiting
///
/// Its customer does: it keeps its place, and is served whether he is there or not.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = ConversationView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
#[post("/conversations/{id}/leave-message")]
pub async fn leave_message(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
) -> Result<Json<ConversationView>> {
    Ok(Json(app.desk.leave_message(caller.actor, *id).await?))
}

/// Lay a conversation aside
///
/// It holds no slot, and wakes by itself.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    request_body = Option<Parking>,
    responses(
        (status = 200, body = ConversationView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[post("/conversations/{id}/park")]
pub async fn park(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
    OptionalBody(new): OptionalBody<Parking>,
) -> Result<Json<ConversationView>> {
    let view = app.desk.park(caller.actor, *id, new.wake_at).await?;
    Ok(Json(view))
}

/// Wake a parked conversation
///
/// It goes to the rep who had it if he is there and has room, else it waits in its place.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = ConversationView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
#[post("/conversations/{id}/wake")]
pub async fn wake(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
) -> Result<Json<ConversationView>> {
    Ok(Json(app.desk.wake(caller.actor, *id).await?))
}

/// Open a closed conversation again
///
/// By its customer, whoever served it last or an admin, while its queue's policy allows.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = ConversationView), (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
)]
#[post("/conversations/{id}/reopen")]
pub async fn reopen(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
) -> Result<Json<ConversationView>> {
    let role = caller.actor.role;
    Ok(Json(
        app.desk.reopen(caller.actor, *id).await?.seen_by(role),
    ))
}

/// Make a conversation more or less urgent
///
/// Its place moves by the difference of the head starts.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    request_body = NewPriority,
    responses(
        (status = 200, body = ConversationView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
#[put("/conversations/{id}/priority")]
pub async fn prioritize(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
    Body(new): Body<NewPriority>,
) -> Result<Json<ConversationView>> {
    let view = app.desk.prioritize(caller.actor, *id, new.priority).await?;
    Ok(Json(view))
}
