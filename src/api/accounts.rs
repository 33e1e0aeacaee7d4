//! Accounts of others, for admins: finding them, changing them, and whether they may sign in.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post, put};

use super::account::{Login, Profile, logins};
use super::people::Nothing;
use super::reps::CAPACITY;
use crate::app::App;
use crate::desk::NewRole;
use crate::error::{Code, Error, Result};
use crate::gate::body::{Asked, Body, OptionalBody, page_size};
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::store::accounts::{AccountView, Filter};
use crate::words::{Moment, QueueId, Role, UserId};

/// Characters of what is sought.
const SEARCH_CHARS_MAX: usize = 150;

/// Which accounts, and which page of them.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccountsQuery {
    pub role: Option<Role>,
    /// `true`: only those who may not sign in; `false`: only those who may.
    pub disabled: Option<bool>,
    /// A part of a name, an e-mail address or a phone number.
    pub search: Option<String>,
    /// The `next` of a page: what comes behind it.
    #[param(value_type = Option<String>, format = "uuid")]
    pub before: Option<UserId>,
    /// 1 to 200, else 50.
    pub limit: Option<i64>,
}

/// A page of accounts, the newest first.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct AccountPage {
    pub items: Vec<AccountView>,
    /// Give it as `before` for the next page; none on the last one.
    #[schema(value_type = Option<String>, format = "uuid")]
    pub next: Option<UserId>,
}

/// What somebody is to be.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleOf {
    pub role: Role,
    /// How many conversations he may hold as a rep: 0 to 100, else 5.
    pub capacity: Option<i32>,
    /// The queues he serves as a rep; all there are if it is not given.
    pub queues: Option<Vec<QueueId>>,
}

/// A link with which somebody gives himself a new password.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct PasswordLink {
    /// Shown this once. It is given to `POST /api/v1/password` with the new password.
    pub token: String,
    /// The address to go to with it.
    pub link: String,
    /// How long it is good, in ms.
    pub expires_in_ms: Moment,
}

/// Refuses a key that would shut an admin out.
async fn check_key(app: &App, caller: &Caller, person: UserId) -> Result<()> {
    if caller.scopes.is_some() && app.people.account(person).await?.role == Role::Admin {
        let detail = "An API key cannot do this to an admin: sign in as a person.";
        return Err(Error::new(Code::Forbidden, detail));
    }
    Ok(())
}

/// List accounts
#[utoipa::path(
    tag = "people", params(AccountsQuery),
    responses(
        (status = 200, body = AccountPage), (status = 403, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[get("/people")]
pub async fn list(
    app: Data<App>,
    _: Caller,
    Asked(query): Asked<AccountsQuery>,
) -> Result<Json<AccountPage>> {
    let limit = page_size(query.limit)?;
    let search = query.search.filter(|text| !text.trim().is_empty());
    if search
        .as_ref()
        .is_some_and(|text| text.chars().count() > SEARCH_CHARS_MAX || text.contains('\0'))
    {
        let detail =
            format!("Give at most {SEARCH_CHARS_MAX} characters, and none of them U+0000.");
        return Err(Error::invalid("search", detail));
    }
    let filter = Filter {
        role: query.role,
        disabled: query.disabled,
        search: search.map(|text| text.trim().to_owned()),
        behind: query.before,
        limit: limit + 1,
    };
    let mut found = app.people.list(filter).await?;
    let more = found.len() as i64 > limit;
    found.truncate(limit as usize);
    Ok(Json(AccountPage {
        next: found.last().map(|user| user.id).filter(|_| more),
        items: found.into_iter().map(AccountView::from).collect(),
    }))
}

/// Read an account
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = AccountView), (status = 403, body = Problem),
        (status = 404, body = Problem)
    )
)]
#[get("/people/{id}")]
pub async fn find(app: Data<App>, _: Caller, id: Path<UserId>) -> Result<Json<AccountView>> {
    Ok(Json(app.people.account(*id).await?.into()))
}

/// Change an account
///
/// All of a profile, but no password: for that there is a link.
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")), request_body = Profile,
    responses(
        (status = 200, body = AccountView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[patch("/people/{id}")]
pub async fn change(
    app: Data<App>,
    caller: Caller,
    id: Path<UserId>,
    Body(profile): Body<Profile>,
) -> Result<Json<AccountView>> {
    if caller.actor.id == *id {
        let detail = "Change your own account with PATCH /api/v1/me.";
        return Err(Error::new(Code::WrongState, detail));
    }
    // Whoever changes the address of staff can have a link sent there.
    if app.people.account(*id).await?.role != Role::Customer {
        caller.check_age(&app).await?;
    }
    let user = app
        .people
        .change_profile(caller.actor.id, *id, profile.into())
        .await?;
    tracing::info!(actor = %caller.actor.id, person = %id, "a profile was changed");
    Ok(Json(user.into()))
}

/// Say what somebody is
///
/// All his logins end. What a rep served goes back into its line; who becomes one gets the capacity
/// and the queues given here. The last admin stays one, and nobody changes his own role. A
/// customer closes his open conversations first.
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")), request_body = RoleOf,
    responses(
        (status = 200, body = AccountView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[put("/people/{id}/role")]
pub async fn set_role(
    app: Data<App>,
    caller: Caller,
    id: Path<UserId>,
    Body(new): Body<RoleOf>,
) -> Result<Json<AccountView>> {
    let role = NewRole {
        role: new.role,
        capacity: new.capacity.unwrap_or(CAPACITY),
        queues: new.queues,
    };
    let user = app.desk.set_role(caller.actor, *id, role).await?;
    Ok(Json(user.into()))
}

/// Keep somebody from signing in
///
/// His logins end everywhere, and what he serves goes back into its line. What he has said stays.
/// The last admin cannot go, and nobody himself.
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = AccountView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
#[post("/people/{id}/disable")]
pub async fn disable(
    app: Data<App>,
    caller: Caller,
    id: Path<UserId>,
    OptionalBody(_nothing): OptionalBody<Nothing>,
) -> Result<Json<AccountView>> {
    check_key(&app, &caller, *id).await?;
    app.desk.disable(caller.actor, *id).await?;
    Ok(Json(app.people.account(*id).await?.into()))
}

/// Let somebody sign in again
///
/// A rep is offline until he says otherwise.
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = AccountView), (status = 403, body = Problem),
        (status = 404, body = Problem)
    )
)]
#[post("/people/{id}/enable")]
pub async fn enable(
    app: Data<App>,
    caller: Caller,
    id: Path<UserId>,
    OptionalBody(_nothing): OptionalBody<Nothing>,
) -> Result<Json<AccountView>> {
    let user = app.people.enable(caller.actor.id, *id).await?;
    Ok(Json(user.into()))
}

/// Make a link for a new password
///
/// For somebody who cannot sign in. The links before it are good no more.
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 201, body = PasswordLink), (status = 403, body = Problem),
        (status = 404, body = Problem)
    )
)]
#[post("/people/{id}/password-link")]
pub async fn password_link(
    app: Data<App>,
    caller: Caller,
    id: Path<UserId>,
    OptionalBody(_nothing): OptionalBody<Nothing>,
) -> Result<HttpResponse> {
    let making = app.people.password_link(caller.actor.id, *id);
    let (token, link, expires_in_ms) = making.await?;
    Ok(HttpResponse::Created().json(PasswordLink {
        token,
        link,
        expires_in_ms,
    }))
}

/// List somebody's logins
///
/// The newest 200.
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = Vec<Login>), (status = 403, body = Problem),
        (status = 404, body = Problem)
    )
)]
#[get("/people/{id}/sessions")]
pub async fn sessions(
    app: Data<App>,
    caller: Caller,
    id: Path<UserId>,
) -> Result<Json<Vec<Login>>> {
    let found = app.people.sessions(*id).await?;
    Ok(Json(logins(found, caller.session)))
}

/// End somebody's logins
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 403, body = Problem), (status = 404, body = Problem)
    )
)]
#[delete("/people/{id}/sessions")]
pub async fn end_sessions(
    app: Data<App>,
    caller: Caller,
    id: Path<UserId>,
) -> Result<HttpResponse> {
    check_key(&app, &caller, *id).await?;
    app.people.end_sessions(caller.actor.id, *id).await?;
    tracing::info!(actor = %caller.actor.id, person = %id, "somebody's logins were ended");
    Ok(HttpResponse::NoContent().finish())
}
