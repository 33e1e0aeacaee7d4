//! What people look like: sent as it is, and got again as a small square.

use std::time::Duration;

use actix_web::http::header::{self, Header};
use actix_web::web::{Bytes, BytesMut, Data, Json, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, delete, get, put};
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::app::App;
use crate::attachments::{PICTURE_BYTES_MAX, picture_too_large};
use crate::error::{Code, Error, Result};
use crate::gate::caller::Caller;
use crate::gate::cookies;
use crate::gate::problem::Problem;
use crate::store::accounts::AccountView;
use crate::words::{AttachmentId, UserId};

/// A copy is only for who got it. It never changes, and is asked for again after an hour: he may
/// not be allowed any more.
const CACHING: &str = "private, max-age=3600, immutable";

/// The bytes of a picture, in time and no more than are allowed.
async fn read(app: &App, request: &HttpRequest, mut payload: Payload) -> Result<Bytes> {
    let given = request.headers().get(header::CONTENT_LENGTH);
    let given = given.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if given.is_some_and(|length| length > 2 * PICTURE_BYTES_MAX) {
        return Err(picture_too_large());
    }
    let reading = async {
        let mut bytes = BytesMut::new();
        while let Some(part) = payload.next().await {
            let part = part.map_err(|error| {
                let detail = format!("The picture could not be read: {error}. Send it again.");
                Error::new(Code::InvalidRequest, detail)
            })?;
            if bytes.len() + part.len() > PICTURE_BYTES_MAX {
                return Err(picture_too_large());
            }
            bytes.extend_from_slice(&part);
        }
        Ok(bytes.freeze())
    };
    let long = Duration::from_millis(app.settings.body_timeout_ms);
    let late = |_| {
        let detail = "The picture took too long to arrive. Send it again over a better connection.";
        Error::new(Code::Timeout, detail)
    };
    timeout(long, reading).await.map_err(late)?
}

async fn change(app: &App, by: UserId, person: UserId, bytes: Bytes) -> Result<Json<AccountView>> {
    app.people.account(person).await?;
    app.attachments.set_picture(by, person, bytes).await?;
    Ok(Json(app.people.account(person).await?.into()))
}

/// Set one's own picture
///
/// The body is the picture itself: a PNG, JPEG, WebP or GIF by its content, of at most 1 MiB and
/// 4,096 pixels a side. Kept is a square of its middle, of at most 256 pixels a side.
#[utoipa::path(
    tag = "people", request_body(content = Vec<u8>, content_type = "image/png"),
    responses(
        (status = 200, body = AccountView), (status = 401, body = Problem),
        (status = 408, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 503, body = Problem)
    )
)]
#[put("/me/picture")]
pub async fn set_own(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    payload: Payload,
) -> Result<Json<AccountView>> {
    let bytes = read(&app, &request, payload).await?;
    change(&app, caller.actor.id, caller.actor.id, bytes).await
}

/// Take one's own picture away
#[utoipa::path(tag = "people", responses((status = 204), (status = 401, body = Problem)))]
#[delete("/me/picture")]
pub async fn remove_own(app: Data<App>, caller: Caller) -> Result<HttpResponse> {
    let id = caller.actor.id;
    app.attachments.remove_picture(id, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Set somebody's picture
///
/// As one's own.
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")),
    request_body(content = Vec<u8>, content_type = "image/png"),
    responses(
        (status = 200, body = AccountView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 408, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 503, body = Problem)
    )
)]
#[put("/people/{id}/picture")]
pub async fn set(
    app: Data<App>,
    caller: Caller,
    id: Path<UserId>,
    request: HttpRequest,
    payload: Payload,
) -> Result<Json<AccountView>> {
    let bytes = read(&app, &request, payload).await?;
    change(&app, caller.actor.id, *id, bytes).await
}

/// Take somebody's picture away
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
)]
#[delete("/people/{id}/picture")]
pub async fn remove(app: Data<App>, caller: Caller, id: Path<UserId>) -> Result<HttpResponse> {
    app.people.account(*id).await?;
    app.attachments.remove_picture(caller.actor.id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Get a picture
///
/// At the address that an account tells. Staff see everybody; a customer sees himself, and whoever
/// serves a conversation of his, served it last or has joined it.
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, content_type = "image/jpeg", body = Vec<u8>),
        (status = 304, description = "It is what the client has"),
        (status = 404, body = Problem), (status = 503, body = Problem)
    )
)]
#[get("/pictures/{id}")]
pub async fn find(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    id: Path<AttachmentId>,
) -> Result<HttpResponse> {
    let actor = caller.actor;
    let bytes = app.attachments.picture(actor.id, actor.role, *id).await?;
    let tag = header::EntityTag::new_strong(id.to_string());
    let known = match header::IfNoneMatch::parse(&request) {
        Ok(header::IfNoneMatch::Any) => true,
        Ok(header::IfNoneMatch::Items(tags)) => tags.iter().any(|one| one.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut answer = match known {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    answer
        .insert_header(header::ETag(tag))
        .insert_header((header::CACHE_CONTROL, CACHING))
        .insert_header((header::VARY, cookies::VARY))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'",
        ))
        .insert_header(("Cross-Origin-Resource-Policy", "same-origin"));
    if known {
        return Ok(answer.finish());
    }
    Ok(answer.content_type("image/jpeg").body(bytes))
}
