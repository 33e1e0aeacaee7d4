//! Keys of machines: made, listed, revoked.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post};

use crate::app::App;
use crate::error::Result;
use crate::gate::body::Body;
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::people::keys::{KeyView, NewKey};
use crate::words::{ApiKeyId, Moment, Scope};

/// A key for a machine.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// For people to know it by, and for others as the name of who asks: 1 to 100 characters.
    pub name: String,
    /// What it may be used for; at least one.
    pub scopes: Vec<Scope>,
    /// When it runs out, in Unix ms; never if it is not given.
    pub expires_at: Option<Moment>,
}

/// A key that was just made.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct MadeApiKey {
    #[serde(flatten)]
    pub of: KeyView,
    /// Goes into `Authorization: Bearer ...`. It is shown this once.
    pub key: String,
}

/// Make an API key
///
/// For a machine: within its scopes it has the rights of an admin, and acts under its own name. It
/// opens no socket. Who asks with a key himself can give none of the scopes that it lacks.
#[utoipa::path(
    tag = "api keys", request_body = NewApiKey,
    responses(
        (status = 201, body = MadeApiKey), (status = 403, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)
    )
)]
#[post("/api-keys")]
pub async fn add(
    app: Data<App>,
    caller: Caller,
    Body(new): Body<NewApiKey>,
) -> Result<HttpResponse> {
    let NewApiKey {
        name,
        scopes,
        expires_at,
    } = new;
    let new = NewKey {
        name,
        scopes,
        expires_at,
    };
    let (by, his) = (caller.actor.id, caller.scopes.as_deref());
    let (of, key) = app.people.make_key(by, his, new).await?;
    Ok(HttpResponse::Created().json(MadeApiKey { of, key }))
}

/// List the API keys
///
/// Those that were not revoked; never the keys themselves.
#[utoipa::path(
    tag = "api keys",
    responses((status = 200, body = Vec<KeyView>), (status = 403, body = Problem))
)]
#[get("/api-keys")]
pub async fn list(app: Data<App>, _: Caller) -> Result<Json<Vec<KeyView>>> {
    Ok(Json(app.people.keys().await?))
}

/// Revoke an API key
///
/// The next request with it is refused. What was done with it stays, under its name.
#[utoipa::path(
    tag = "api keys", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 403, body = Problem), (status = 404, body = Problem)
    )
)]
#[delete("/api-keys/{id}")]
pub async fn revoke(app: Data<App>, caller: Caller, id: Path<ApiKeyId>) -> Result<HttpResponse> {
    app.people.revoke_key(caller.actor.id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
