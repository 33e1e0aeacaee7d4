//! One's own account: its profile, its password and its logins.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post, put};

use crate::app::App;
use crate::error::Result;
use crate::gate::address::Address;
use crate::gate::body::{Body, given};
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::people::NewProfile;
use crate::store::accounts::AccountView;
use crate::store::sessions::Session;
use crate::words::{Moment, SessionId};

/// A profile as it is to be, with what else is asked for it.
macro_rules! profile {
    ($(#[$meta:meta])* $name:ident { $($(#[$more:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(serde::Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// What others see.
            pub display_name: Option<String>,
            pub first_name: Option<String>,
            pub last_name: Option<String>,
            /// Null: none any more.
            #[serde(default, deserialize_with = "given")]
            #[schema(value_type = Option<String>)]
            pub email: Option<Option<String>>,
            /// Null: none any more.
            #[serde(default, deserialize_with = "given")]
            #[schema(value_type = Option<String>)]
            pub phone: Option<Option<String>>,
            pub city: Option<String>,
            pub province: Option<String>,
            /// A tag as `fa-IR`; empty: none.
            pub language: Option<String>,
            /// A name as `Asia/Tehran`; empty: none.
            pub time_zone: Option<String>,
            $($(#[$more])* pub $field: $type,)*
        }

        impl From<$name> for NewProfile {
            fn from(one: $name) -> Self {
                NewProfile {
                    display_name: one.display_name,
                    first_name: one.first_name,
                    last_name: one.last_name,
                    email: one.email,
                    phone: one.phone,
                    city: one.city,
                    province: one.province,
                    language: one.language,
                    time_zone: one.time_zone,
                }
            }
        }
    };
}

profile! {
    /// What is to be another in somebody's profile. What is not given stays.
    Profile {}
}

profile! {
    /// What is to be another in one's own profile. What is not given stays.
    OwnProfile {
        /// One's own, as it is now: with a new `email` or `phone`.
        password: Option<String>,
    }
}

/// Another password.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// As it is now.
    pub password: String,
    /// At least 8 characters.
    pub new_password: String,
}

/// A new password for whoever has a link.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordByLink {
    /// What the link carries.
    pub token: String,
    /// At least 8 characters.
    pub password: String,
}

/// One login.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = OpenLogin)]
pub struct Login {
    pub id: SessionId,
    /// What its client called itself when it signed in; empty if it did not.
    pub agent: String,
    /// From where it came; empty if that is not known.
    pub address: String,
    pub created_at: Moment,
    /// When it last asked for a new pair of tokens.
    pub refreshed_at: Moment,
    pub expires_at: Moment,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// Logins as whoever has this one is told of them.
pub fn logins(found: Vec<Session>, current: SessionId) -> Vec<Login> {
    let login = |one: Session| Login {
        id: one.id,
        agent: one.agent,
        address: one.address,
        created_at: one.created_at,
        refreshed_at: one.rotated_at,
        expires_at: one.expires_at,
        current: one.id == current,
    };
    found.into_iter().map(login).collect()
}

/// Who am I
#[utoipa::path(
    tag = "people",
    responses((status = 200, body = AccountView), (status = 401, body = Problem))
)]
#[get("/me")]
pub async fn me(app: Data<App>, caller: Caller) -> Result<Json<AccountView>> {
    Ok(Json(app.people.find(caller.actor.id).await?.into()))
}

/// Change one's own profile
///
/// Another e-mail address or phone number wants the password, too.
#[utoipa::path(
    tag = "people", request_body = OwnProfile,
    responses(
        (status = 200, body = AccountView), (status = 401, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
#[patch("/me")]
pub async fn change(
    app: Data<App>,
    caller: Caller,
    Address(from): Address,
    Body(mut profile): Body<OwnProfile>,
) -> Result<Json<AccountView>> {
    let password = profile.password.take();
    let user = app
        .people
        .change_own(caller.actor.id, profile.into(), password, from)
        .await?;
    Ok(Json(user.into()))
}

/// Change one's own password
///
/// All other logins end.
#[utoipa::path(
    tag = "people", request_body = PasswordChange,
    responses(
        (status = 204), (status = 401, body = Problem), (status = 422, body = Problem)
    )
)]
#[put("/me/password")]
pub async fn change_password(
    app: Data<App>,
    caller: Caller,
    Address(from): Address,
    Body(new): Body<PasswordChange>,
) -> Result<HttpResponse> {
    let PasswordChange {
        password,
        new_password,
    } = new;
    app.people
        .change_password(
            caller.actor.id,
            caller.session,
            password,
            new_password,
            from,
        )
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Set a password by a link
///
/// An admin makes the link. It is good once; all logins end.
#[utoipa::path(
    tag = "people", security(()), request_body = PasswordByLink,
    responses(
        (status = 204), (status = 401, body = Problem), (status = 422, body = Problem)
    )
)]
#[post("/password")]
pub async fn use_link(
    app: Data<App>,
    Address(from): Address,
    Body(new): Body<PasswordByLink>,
) -> Result<HttpResponse> {
    app.people.use_link(&new.token, new.password, from).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List one's own logins
///
/// The newest 200.
#[utoipa::path(
    tag = "people",
    responses((status = 200, body = Vec<Login>), (status = 401, body = Problem))
)]
#[get("/me/sessions")]
pub async fn sessions(app: Data<App>, caller: Caller) -> Result<Json<Vec<Login>>> {
    let found = app.people.sessions(caller.actor.id).await?;
    Ok(Json(logins(found, caller.session)))
}

/// End all other logins of one's own
#[utoipa::path(tag = "people", responses((status = 204), (status = 401, body = Problem)))]
#[delete("/me/sessions")]
pub async fn end_others(app: Data<App>, caller: Caller) -> Result<HttpResponse> {
    app.people
        .end_others(caller.actor.id, caller.session)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// End one login of one's own
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 404, body = Problem)
    )
)]
#[delete("/me/sessions/{id}")]
pub async fn end_one(app: Data<App>, caller: Caller, id: Path<SessionId>) -> Result<HttpResponse> {
    app.people.end_session(caller.actor.id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
