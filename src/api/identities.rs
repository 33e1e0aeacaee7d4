//! Signing in without a password, as who one is elsewhere.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{get, post};

use super::people::SignedIn;
use crate::app::App;
use crate::error::{Error, Result};
use crate::gate::address::Address;
use crate::gate::body::Body;
use crate::gate::caller::Caller;
use crate::gate::origin::Site;
use crate::gate::problem::Problem;
use crate::people::{Device, Pair, Telegram};
use crate::store::identities::IdentityView;
use crate::store::users::User;
use crate::words::{UserId, WidgetId};

/// Whom the host of a widget names.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Identify {
    #[schema(value_type = String, format = "uuid")]
    pub widget: WidgetId,
    /// Signed by the host with the widget's secret; good once, for ten minutes at most.
    pub token: String,
}

/// A text or a whole number, as browsers have it from Telegram.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Field {
    Text(String),
    Number(i64),
}

/// Whom Telegram names: either of both.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ByTelegram {
    /// What the Login Widget hands to the page, all of it.
    pub login: Option<BTreeMap<String, Field>>,
    /// What a Mini App has as `initData`, as it is.
    pub init_data: Option<String>,
}

/// The one provider for which a machine can vouch.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    Telegram,
}

/// Who somebody is elsewhere, on the word of who asks.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Vouched {
    #[serde(rename = "provider")]
    pub _provider: Provider,
    /// His number there.
    pub subject: String,
    /// What others see, if that is known.
    pub display_name: Option<String>,
}

fn signed_in((pair, user): (Pair, User)) -> Json<SignedIn> {
    Json(SignedIn {
        tokens: pair.into(),
        user: user.into(),
    })
}

/// Sign in as a user of a widget's host
///
/// The host says who it is with a token of its own: see docs/visitors.md.
#[utoipa::path(
    tag = "people", security(()), request_body = Identify,
    responses(
        (status = 200, body = SignedIn), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[post("/identify")]
pub async fn identify(
    app: Data<App>,
    device: Device,
    Address(from): Address,
    Site(site): Site,
    Body(Identify { widget, token }): Body<Identify>,
) -> Result<Json<SignedIn>> {
    let entering = app.people.identify(widget, &token, site, from, device);
    Ok(signed_in(entering.await?))
}

/// Sign in by Telegram
///
/// With what its Login Widget, or a Mini App, was given for the bot of this server.
#[utoipa::path(
    tag = "people", security(()), request_body = ByTelegram,
    responses(
        (status = 200, body = SignedIn), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[post("/telegram")]
pub async fn telegram(
    app: Data<App>,
    device: Device,
    Address(from): Address,
    Body(shown): Body<ByTelegram>,
) -> Result<Json<SignedIn>> {
    let either = "Give `login` or `init_data`, and not both.";
    let shown = match (shown.login, shown.init_data) {
        (Some(fields), None) => Telegram::Login(fields.into_iter().map(spelt).collect()),
        (None, Some(text)) => Telegram::App(decoded(&text)?),
        _ => return Err(Error::invalid("init_data", either)),
    };
    let entering = app.people.enter_by_telegram(shown, from, device);
    Ok(signed_in(entering.await?))
}

fn spelt((name, value): (String, Field)) -> (String, String) {
    match value {
        Field::Text(text) => (name, text),
        Field::Number(number) => (name, number.to_string()),
    }
}

fn decoded(text: &str) -> Result<Vec<(String, String)>> {
    let pairs = Query::<Vec<(String, String)>>::from_query(text);
    let detail = "Give the text that Telegram has made, as it is.";
    pairs
        .map(Query::into_inner)
        .map_err(|_| Error::invalid("init_data", detail))
}

/// Sign somebody in on one's own word
///
/// For a back end that knows who he is at Telegram, as that of a bot: with the scope `identities`.
/// Each time is written into the audit.
#[utoipa::path(
    tag = "people", request_body = Vouched,
    responses(
        (status = 200, body = SignedIn), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)
    )
)]
#[post("/identities")]
pub async fn vouch(
    app: Data<App>,
    device: Device,
    caller: Caller,
    Body(one): Body<Vouched>,
) -> Result<Json<SignedIn>> {
    let (by, name) = (caller.actor.id, one.display_name);
    let entering = app.people.vouch(by, &one.subject, name, device);
    Ok(signed_in(entering.await?))
}

/// List who somebody is elsewhere
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = Vec<IdentityView>), (status = 403, body = Problem),
        (status = 404, body = Problem)
    )
)]
#[get("/people/{id}/identities")]
pub async fn list(app: Data<App>, _: Caller, id: Path<UserId>) -> Result<Json<Vec<IdentityView>>> {
    let found = app.people.identities(*id).await?;
    Ok(Json(found.into_iter().map(IdentityView::from).collect()))
}
