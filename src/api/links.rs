//! One-use links: asked for by people themselves, for a new password or to confirm an e-mail
//! address; and whether any is still good, an invitation's, too.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, post};

use crate::app::App;
use crate::error::{Error, Result};
use crate::gate::address::Address;
use crate::gate::body::Body;
use crate::gate::problem::Problem;
use crate::words::{LinkKind, LinkUse};

/// Bytes of what may be anybody's name.
const LOGIN_BYTES_MAX: usize = 1_024;

/// Asking for a link.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkAsked {
    /// What it is for: a new `password`, or to confirm an `email` address.
    pub kind: LinkKind,
    /// Username, e-mail address or phone number.
    pub login: String,
}

/// Which link is asked about.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkQuestion {
    /// What it is for: a new `password`, to confirm an `email` address, or an `invitation`.
    pub kind: LinkUse,
    /// What it carries.
    pub token: String,
}

/// What is to be known of a link.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct LinkState {
    /// Whether it would still do what it is for; not: used up, taken back, too old or nobody's.
    pub valid: bool,
}

/// What a link carries.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailLink {
    pub token: String,
}

/// Ask for a link
///
/// The answer is the same whether anybody has this name or not. The link is good for an hour and
/// once. This server sends no mail: whoever runs it finds the link in its log, and passes it on.
#[utoipa::path(
    tag = "people", security(()), request_body = LinkAsked,
    responses(
        (status = 202), (status = 422, body = Problem), (status = 429, body = Problem)
    )
)]
#[post("/links")]
pub async fn ask(
    app: Data<App>,
    Address(from): Address,
    Body(asked): Body<LinkAsked>,
) -> Result<HttpResponse> {
    let LinkAsked { kind, login } = asked;
    if login.len() > LOGIN_BYTES_MAX {
        let detail = format!("Give at most {LOGIN_BYTES_MAX} bytes.");
        return Err(Error::invalid("login", detail));
    }
    app.people.ask_link(kind, &login, from).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Ask whether a link is still good
///
/// Before a form is filled in for nothing. The question does not use it up.
#[utoipa::path(
    tag = "people", security(()), request_body = LinkQuestion,
    responses(
        (status = 200, body = LinkState), (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[post("/links/check")]
pub async fn check(
    app: Data<App>,
    Address(from): Address,
    Body(asked): Body<LinkQuestion>,
) -> Result<Json<LinkState>> {
    let valid = app
        .people
        .is_link_good(asked.kind, &asked.token, from)
        .await?;
    Ok(Json(LinkState { valid }))
}

/// Confirm an e-mail address by a link
///
/// It confirms the address that its owner had when he asked, and is good once.
#[utoipa::path(
    tag = "people", security(()), request_body = EmailLink,
    responses(
        (status = 204), (status = 401, body = Problem), (status = 429, body = Problem)
    )
)]
#[post("/email-confirmations")]
pub async fn confirm_email(
    app: Data<App>,
    Address(from): Address,
    Body(link): Body<EmailLink>,
) -> Result<HttpResponse> {
    app.people.confirm_email(&link.token, from).await?;
    Ok(HttpResponse::NoContent().finish())
}
