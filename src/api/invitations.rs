//! Invitations: made, listed, revoked by admins; accepted by whoever has the link.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};

use super::people::{SignedIn, made};
use super::reps::CAPACITY;
use crate::app::App;
use crate::desk;
use crate::error::{Code, Error, Result};
use crate::gate::address::Address;
use crate::gate::body::Body;
use crate::gate::caller::Caller;
use crate::gate::cookies::Keeping;
use crate::gate::problem::Problem;
use crate::people::invitations::{InvitationView, NewInvitation};
use crate::people::{Device, NewPerson};
use crate::words::{InvitationId, QueueId, Role};

/// Whom to invite.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationAsked {
    /// `rep`, if it is not given, or `admin`, for which the login must be young.
    pub role: Option<Role>,
    /// How many conversations the rep may hold: 0 to 100, else 5.
    pub capacity: Option<i32>,
    /// The queues the rep serves; all there are when he comes, if it is not given.
    pub queues: Option<Vec<QueueId>>,
    /// His name and address, unless he gives others.
    pub display_name: Option<String>,
    pub email: Option<String>,
    /// For how many days it is good: 1 to 30, else 7.
    pub days: Option<i64>,
}

/// An invitation that was just made.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct MadeInvitation {
    #[serde(flatten)]
    pub of: InvitationView,
    /// Shown this once, alone and as the address to go to.
    pub token: String,
    pub link: String,
}

/// Coming by an invitation.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// What the link carries.
    pub token: String,
    /// Letters, digits and . _ + - without spaces.
    pub username: String,
    /// At least 8 characters, and none of the passwords that everybody guesses first.
    pub password: String,
    /// What others see; as the inviter has said, or the username.
    pub display_name: Option<String>,
    /// As the inviter has said, if it is not given.
    pub email: Option<String>,
    pub phone: Option<String>,
    /// Whether the tokens are to be kept in cookies: for a browser, by a page of this server.
    pub cookie: Option<bool>,
}

/// Who may invite an admin: an admin in person, whose login is young. A key gives no more than it
/// has.
async fn check_inviter(app: &App, caller: &Caller) -> Result<()> {
    if caller.scopes.is_some() {
        let detail = "An API key invites no admins: sign in as a person.";
        return Err(Error::new(Code::Forbidden, detail));
    }
    caller.check_age(app).await
}

/// Invite a rep or an admin
///
/// Whoever has the link makes his own username and password with it, once.
#[utoipa::path(
    tag = "people", request_body = InvitationAsked,
    responses(
        (status = 201, body = MadeInvitation), (status = 403, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)
    )
)]
#[post("/invitations")]
pub async fn add(
    app: Data<App>,
    caller: Caller,
    Body(asked): Body<InvitationAsked>,
) -> Result<HttpResponse> {
    let role = asked.role.unwrap_or(Role::Rep);
    let mut capacity = asked.capacity.unwrap_or(CAPACITY);
    desk::check_capacity(capacity)?;
    if role == Role::Admin {
        check_inviter(&app, &caller).await?;
        if asked.capacity.is_some() || asked.queues.is_some() {
            let detail = "An admin serves nobody: leave capacity and queues out.";
            return Err(Error::invalid("role", detail));
        }
        capacity = 0;
    }
    let new = NewInvitation {
        role,
        capacity,
        queues: asked.queues,
        display_name: asked.display_name,
        email: asked.email,
        days: asked.days,
    };
    let made = app.people.invite(caller.actor.id, new).await?;
    Ok(HttpResponse::Created().json(MadeInvitation {
        of: made.of,
        token: made.token,
        link: made.link,
    }))
}

/// List the invitations
///
/// The newest 200, whatever became of them; never what their links carry.
#[utoipa::path(
    tag = "people",
    responses((status = 200, body = Vec<InvitationView>), (status = 403, body = Problem))
)]
#[get("/invitations")]
pub async fn list(app: Data<App>, _: Caller) -> Result<Json<Vec<InvitationView>>> {
    Ok(Json(app.people.invitations().await?))
}

/// Revoke an invitation
///
/// One that nobody has used. Who has come by it stays.
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 403, body = Problem), (status = 404, body = Problem)
    )
)]
#[delete("/invitations/{id}")]
pub async fn revoke(
    app: Data<App>,
    caller: Caller,
    id: Path<InvitationId>,
) -> Result<HttpResponse> {
    app.people.revoke_invitation(caller.actor.id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Accept an invitation
///
/// It is used up. The answer signs in.
#[utoipa::path(
    tag = "people", security(()), request_body = Acceptance,
    responses(
        (status = 201, body = SignedIn), (status = 403, body = Problem),
        (status = 401, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[post("/invitations/accept")]
pub async fn accept(
    app: Data<App>,
    request: HttpRequest,
    device: Device,
    Address(from): Address,
    Body(new): Body<Acceptance>,
) -> Result<HttpResponse> {
    let keeping = Keeping::asked(&app, &request, new.cookie)?;
    let person = NewPerson {
        username: new.username,
        password: new.password,
        display_name: new.display_name,
        email: new.email,
        phone: new.phone,
        ..NewPerson::default()
    };
    let user = app.people.accept(&new.token, person, from).await?;
    if user.role == Role::Rep {
        app.desk.rep_changed(user.id);
    }
    made(&app, keeping, user, device).await
}
