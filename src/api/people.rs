//! Registering, signing in, and who one is.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};

use crate::app::App;
use crate::error::{Error, Result};
use crate::gate::address::Address;
use crate::gate::body::{Asked, Body, OptionalBody};
use crate::gate::caller::Caller;
use crate::gate::cookies::{self, Given, Keeping};
use crate::gate::problem::Problem;
use crate::people::{Device, NewPerson, Pair};
use crate::store::accounts::AccountView;
use crate::store::users::User;
use crate::words::Moment;

/// A new account.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// Letters, digits and . _ + - without spaces.
    pub username: String,
    /// At least 8 characters, and none of the passwords that everybody guesses first.
    pub password: String,
    /// What others see; the username if it is not given.
    pub display_name: Option<String>,
    pub email: Option<String>,
    /// With + and the code of its country, unless the server is set to take others.
    pub phone: Option<String>,
    /// Whether the tokens are to be kept in cookies: for a browser, by a page of this server.
    pub cookie: Option<bool>,
}

impl From<Registration> for NewPerson {
    fn from(one: Registration) -> Self {
        NewPerson {
            username: one.username,
            password: one.password,
            display_name: one.display_name,
            email: one.email,
            phone: one.phone,
            ..NewPerson::default()
        }
    }
}

/// The first admin.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// From the link that the server prints at its start.
    pub token: String,
    pub username: String,
    pub password: String,
    pub display_name: Option<String>,
    /// Whether the tokens are to be kept in cookies: for a browser, by a page of this server.
    pub cookie: Option<bool>,
}

/// By which link.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SetupQuery {
    /// The token of the link that brought somebody here.
    pub token: Option<String>,
}

/// Whether somebody must make the first admin.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct SetupState {
    pub needed: bool,
    /// Whether the token that was given makes him. Null: none was given.
    #[schema(required)]
    pub valid: Option<bool>,
}

/// Signing in.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// Username, e-mail address or phone number.
    pub login: String,
    pub password: String,
    /// Whether the tokens are to be kept in cookies: for a browser, by a page of this server.
    pub cookie: Option<bool>,
}

/// Asking for the next pair of tokens.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// Left out by whoever has it in a cookie.
    pub refresh_token: Option<String>,
}

/// Tokens, and whose they are.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct SignedIn {
    #[serde(flatten)]
    pub tokens: Given,
    pub user: AccountView,
}

/// A pass for a browser's socket.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct Ticket {
    /// Goes into the socket's second subprotocol, as `ticket.` and this.
    pub ticket: String,
    /// How long it is good, in ms.
    pub expires_in_ms: Moment,
}

/// The answer to somebody who has his tokens now.
fn signed_in(
    app: &App,
    keeping: Keeping,
    status: StatusCode,
    pair: Pair,
    user: User,
) -> HttpResponse {
    let mut answer = HttpResponse::build(status);
    let tokens = keeping.give(&app.settings, &mut answer, pair);
    answer.json(SignedIn {
        tokens,
        user: user.into(),
    })
}

/// The same of somebody who has just been made.
pub async fn made(app: &App, keeping: Keeping, user: User, device: Device) -> Result<HttpResponse> {
    let pair = app.people.start_session(&user, device).await?;
    Ok(signed_in(app, keeping, StatusCode::CREATED, pair, user))
}

/// Is there no admin yet
///
/// The link that makes the first one is in the server's log, and nowhere else.
#[utoipa::path(
    tag = "people", security(()), params(SetupQuery),
    responses((status = 200, body = SetupState), (status = 422, body = Problem))
)]
#[get("/setup")]
pub async fn setup_state(
    app: Data<App>,
    Asked(query): Asked<SetupQuery>,
) -> Result<web::Json<SetupState>> {
    let (needed, valid) = app.people.setup_state(query.token).await?;
    Ok(web::Json(SetupState { needed, valid }))
}

/// Make the first admin
#[utoipa::path(
    tag = "people", security(()), request_body = Setup,
    responses(
        (status = 201, body = SignedIn), (status = 403, body = Problem),
        (status = 401, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[post("/setup")]
pub async fn set_up(
    app: Data<App>,
    request: HttpRequest,
    device: Device,
    Address(from): Address,
    Body(setup): Body<Setup>,
) -> Result<HttpResponse> {
    let Setup {
        token,
        username,
        password,
        display_name,
        cookie,
    } = setup;
    let keeping = Keeping::asked(&app, &request, cookie)?;
    let person = NewPerson {
        username,
        password,
        display_name,
        ..NewPerson::default()
    };
    let user = app.people.set_up(&token, person, from).await?;
    made(&app, keeping, user, device).await
}

/// Register as a customer
#[utoipa::path(
    tag = "people", security(()), request_body = Registration,
    responses(
        (status = 201, body = SignedIn), (status = 403, body = Problem),
        (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)
    )
)]
#[post("/customers")]
pub async fn register(
    app: Data<App>,
    request: HttpRequest,
    device: Device,
    Address(from): Address,
    Body(new): Body<Registration>,
) -> Result<HttpResponse> {
    let keeping = Keeping::asked(&app, &request, new.cookie)?;
    let user = app.people.add_customer(new.into(), from).await?;
    made(&app, keeping, user, device).await
}

/// Sign in
///
/// After too many wrong passwords the answer is 429, for a name that is nobody's as for any other;
/// `Retry-After` says how long to wait. Who is signed in already is not concerned.
///
/// With `cookie` the tokens come as cookies that no script can read, and not in the body. Only a
/// page of this server may ask for that, as the browser says in `Origin`.
#[utoipa::path(
    tag = "people", security(()), request_body = Login,
    responses(
        (status = 200, body = SignedIn), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 429, body = Problem)
    )
)]
#[post("/sessions")]
pub async fn sign_in(
    app: Data<App>,
    request: HttpRequest,
    device: Device,
    Address(from): Address,
    Body(login): Body<Login>,
) -> Result<HttpResponse> {
    let keeping = Keeping::asked(&app, &request, login.cookie)?;
    let Login {
        login, password, ..
    } = login;
    let signing = app.people.sign_in(&login, password, from, device);
    let (pair, user) = signing.await?;
    Ok(signed_in(&app, keeping, StatusCode::OK, pair, user))
}

/// Get the next pair of tokens
///
/// A refresh token is good once. Used again, it ends the whole login; only within ten seconds
/// the current pair is given again, because the answer may have been lost. Who has it in a cookie
/// leaves it out, and has the next pair in cookies.
#[utoipa::path(
    tag = "people", security(()), request_body = Refresh,
    responses(
        (status = 200, body = Given), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[post("/sessions/refresh")]
pub async fn refresh(
    app: Data<App>,
    request: HttpRequest,
    Address(from): Address,
    Body(refresh): Body<Refresh>,
) -> Result<HttpResponse> {
    let (token, keeping) = match refresh.refresh_token {
        Some(token) => (token, Keeping::default()),
        None => cookies::refresh(&app, &request)?.ok_or_else(|| {
            let detail = "Give the refresh token, here or in a cookie.";
            Error::invalid("refresh_token", detail)
        })?,
    };
    let pair = app.people.refresh(&token, from).await?;
    let mut answer = HttpResponse::Ok();
    let tokens = keeping.give(&app.settings, &mut answer, pair);
    Ok(answer.json(tokens))
}

/// Sign out
#[utoipa::path(tag = "people", responses((status = 204), (status = 401, body = Problem)))]
#[delete("/sessions/current")]
pub async fn sign_out(
    app: Data<App>,
    request: HttpRequest,
    caller: Caller,
) -> Result<HttpResponse> {
    app.people.sign_out(caller.actor.id, caller.session).await?;
    let mut answer = HttpResponse::NoContent();
    if caller.by_cookie {
        cookies::forget(&app, &request, &mut answer);
    }
    Ok(answer.finish())
}

/// A body in which nothing is said.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Get a pass for a socket
///
/// Browsers cannot send a header with a WebSocket. They open it with the subprotocols
/// `switchboard.v1` and `ticket.` followed by this ticket, which is good once.
#[utoipa::path(
    tag = "people",
    responses(
        (status = 201, body = Ticket), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 429, body = Problem)
    )
)]
#[post("/socket-tickets")]
pub async fn ticket(
    app: Data<App>,
    caller: Caller,
    Address(from): Address,
    OptionalBody(_nothing): OptionalBody<Nothing>,
) -> Result<HttpResponse> {
    let (id, session) = (caller.actor.id, caller.session);
    let (ticket, expires_in_ms) = app.people.ticket(id, session, from).await?;
    Ok(HttpResponse::Created().json(Ticket {
        ticket,
        expires_in_ms,
    }))
}
