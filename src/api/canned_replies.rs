//! Texts that staff have ready.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post};

use crate::app::App;
use crate::desk;
use crate::error::Result;
use crate::gate::body::{Body, given};
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::store::Conn;
use crate::store::canned_replies::{self, CannedReplyView};
use crate::words::{CannedReplyId, QueueId};

/// A text to have ready.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCannedReply {
    /// The short word by which it is found: 1 to 40 letters and digits, of any script, `-`, `_` and
    /// `.`, without spaces.
    pub name: String,
    /// At most 4,000 characters.
    pub text: String,
    /// For others, too: only by an admin. Else it is one's own.
    #[serde(default)]
    pub shared: bool,
    /// Of a shared one: only for those who serve this queue.
    #[schema(value_type = Option<String>, format = "uuid")]
    pub queue: Option<QueueId>,
}

/// What to change of one: what is left out stays as it is.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CannedReplyEdit {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false)]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false)]
    pub text: Option<String>,
    /// Of a shared one; null: for all.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = "uuid", required = false)]
    pub queue: Option<Option<QueueId>>,
}

/// List canned replies
///
/// The caller's own, then those that are shared: of a rep, with all and with the queues that he
/// serves; of an admin, all of them.
#[utoipa::path(
    tag = "canned replies",
    responses((status = 200, body = Vec<CannedReplyView>), (status = 403, body = Problem))
)]
#[get("/canned-replies")]
pub async fn list(app: Data<App>, caller: Caller) -> Result<Json<Vec<CannedReplyView>>> {
    let read = move |conn: &mut Conn| canned_replies::views_for(conn, &caller.actor);
    Ok(Json(app.store.read(read).await?))
}

/// Make a canned reply
///
/// One's own; an admin also for all of staff, or for those who serve a queue. Its name is free
/// among those of the same owner, or among those that are shared.
#[utoipa::path(
    tag = "canned replies", request_body = NewCannedReply,
    responses(
        (status = 201, body = CannedReplyView), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[post("/canned-replies")]
pub async fn add(
    app: Data<App>,
    caller: Caller,
    Body(new): Body<NewCannedReply>,
) -> Result<HttpResponse> {
    let new = desk::NewReply {
        name: new.name,
        text: new.text,
        shared: new.shared,
        queue: new.queue,
    };
    let view = app.desk.add_reply(caller.actor, new).await?;
    Ok(HttpResponse::Created().json(view))
}

/// Change a canned reply
///
/// One's own; an admin also a shared one. Whether it is shared stays as it is.
#[utoipa::path(
    tag = "canned replies", params(("id" = String, Path, format = "uuid")),
    request_body = CannedReplyEdit,
    responses(
        (status = 200, body = CannedReplyView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)
    )
)]
#[patch("/canned-replies/{id}")]
pub async fn change(
    app: Data<App>,
    caller: Caller,
    id: Path<CannedReplyId>,
    Body(edit): Body<CannedReplyEdit>,
) -> Result<Json<CannedReplyView>> {
    let edit = desk::ReplyEdit {
        name: edit.name,
        text: edit.text,
        queue: edit.queue,
    };
    let changed = app.desk.change_reply(caller.actor, *id, edit);
    Ok(Json(changed.await?))
}

/// Delete a canned reply
///
/// One's own; an admin also a shared one.
#[utoipa::path(
    tag = "canned replies", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[delete("/canned-replies/{id}")]
pub async fn remove(
    app: Data<App>,
    caller: Caller,
    id: Path<CannedReplyId>,
) -> Result<HttpResponse> {
    app.desk.delete_reply(caller.actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
