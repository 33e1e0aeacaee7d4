//! What people say beside plain messages: notes, edits, marks, joining.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, post, put};

use super::conversations::{SentMessage, made};
use crate::app::App;
use crate::desk::Standing;
use crate::error::Result;
use crate::gate::body::Body;
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::store::conversations::ConversationView;
use crate::store::marks::Marks;
use crate::words::{ClientId, ConversationId};

/// How far somebody has read.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMark {
    /// The seq of the newest entry that he has read.
    pub seq: i64,
}

/// How far both sides have read.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct Marked {
    pub marks: Marks,
    /// Messages of others that the caller has not read.
    pub unread: i64,
    /// The mark stood there before, or further; nothing has changed.
    pub duplicate: bool,
}

/// Another text for a message.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewText {
    pub text: String,
}

impl From<Standing> for Marked {
    fn from(standing: Standing) -> Self {
        Marked {
            marks: standing.marks,
            unread: standing.unread,
            duplicate: standing.again,
        }
    }
}

/// Say how far one has read
///
/// Marks are absolute and only grow: an older one changes nothing.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    request_body = NewMark,
    responses(
        (status = 200, body = Marked), (status = 404, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[put("/conversations/{id}/read")]
pub async fn read(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
    Body(mark): Body<NewMark>,
) -> Result<Json<Marked>> {
    let standing = app.desk.mark_read(caller.actor, *id, mark.seq).await?;
    Ok(Json(standing.into()))
}

/// Say how much has arrived
///
/// For clients that show it before anybody has read it. Marks are absolute and only grow.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    request_body = NewMark,
    responses(
        (status = 200, body = Marked), (status = 404, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[put("/conversations/{id}/delivered")]
pub async fn delivered(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
    Body(mark): Body<NewMark>,
) -> Result<Json<Marked>> {
    let standing = app
        .desk
        .count_delivered(caller.actor, *id, mark.seq)
        .await?;
    Ok(Json(standing.into()))
}

/// A note to write.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// A UUID made by the client, so that a retry stores nothing twice.
    pub client_id: ClientId,
    pub text: String,
}

/// Write a note
///
/// For staff: no customer hears of it. Also into what is parked or closed. Repeating the request
/// with the same `client_id` answers 200 with the same event.
#[utoipa::path(
    tag = "conversations", request_body = NewNote,
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 201, body = SentMessage), (status = 200, body = SentMessage),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
#[post("/conversations/{id}/notes")]
pub async fn note(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
    Body(new): Body<NewNote>,
) -> Result<HttpResponse> {
    let noted = app
        .desk
        .note(caller.actor, *id, new.client_id, new.text)
        .await?;
    Ok(made(noted.duplicate).json(SentMessage::from(noted)))
}

/// Edit a message
///
/// One's own, for a while after it was written (`edit_window_s`). Answers with the event that tells
/// the others.
#[utoipa::path(
    tag = "conversations", request_body = NewText,
    params(("id" = String, Path, format = "uuid"), ("seq" = i64, Path)),
    responses(
        (status = 200, body = SentMessage), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[put("/conversations/{id}/messages/{seq}")]
pub async fn edit(
    app: Data<App>,
    caller: Caller,
    path: Path<(ConversationId, i64)>,
    Body(new): Body<NewText>,
) -> Result<Json<SentMessage>> {
    let (id, seq) = path.into_inner();
    let edited = app.desk.edit(caller.actor, id, seq, new.text).await?;
    Ok(Json(edited.into()))
}

/// Delete a message
///
/// One's own, for a while after it was written (`edit_window_s`); an admin any, at any time. Its
/// text is gone; its place in the log stays.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid"), ("seq" = i64, Path)),
    responses(
        (status = 200, body = SentMessage), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
#[delete("/conversations/{id}/messages/{seq}")]
pub async fn remove(
    app: Data<App>,
    caller: Caller,
    path: Path<(ConversationId, i64)>,
) -> Result<Json<SentMessage>> {
    let (id, seq) = path.into_inner();
    let deleted = app.desk.delete(caller.actor, id, seq).await?;
    Ok(Json(deleted.into()))
}

/// Join a conversation
///
/// Take part in what another serves, and be seen to: its customer is told who has joined. An admin
/// may, and a rep of its queue where the settings say so (`reps_may_join`).
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = ConversationView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
#[post("/conversations/{id}/join")]
pub async fn join(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
) -> Result<Json<ConversationView>> {
    Ok(Json(app.desk.join(caller.actor, *id).await?))
}

/// Leave a conversation that one has joined
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = ConversationView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
#[post("/conversations/{id}/leave")]
pub async fn leave(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
) -> Result<Json<ConversationView>> {
    Ok(Json(app.desk.leave_conversation(caller.actor, *id).await?))
}
