//! Visitors, who do not say who they are; and what becomes of what they began once they do.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};

use crate::app::App;
use crate::error::Result;
use crate::gate::address::Address;
use crate::gate::body::Body;
use crate::gate::caller::Caller;
use crate::gate::origin::Site;
use crate::gate::problem::Problem;
use crate::people::{self, Device};
use crate::store::accounts::AccountView;
use crate::words::WidgetId;

/// Somebody who does not say who he is.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVisitor {
    /// The widget by which he comes, if he does.
    #[schema(value_type = Option<String>, format = "uuid")]
    pub widget: Option<WidgetId>,
    /// What others see; `Visitor` and a number if it is not given.
    pub display_name: Option<String>,
}

/// A visitor and his token.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct MadeVisitor {
    /// Goes into `Authorization: Bearer ...`. It is shown this once; whoever has it is he.
    pub token: String,
    /// How long it is good without being used, in seconds.
    pub expires_in: i64,
    pub user: AccountView,
}

/// What shows which visitor somebody was.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WasVisitor {
    /// The visitor's token.
    pub token: String,
}

/// Come as a visitor
///
/// A customer without a name and a password. His token opens what is his, and nothing else.
#[utoipa::path(
    tag = "people", security(()), request_body = NewVisitor,
    responses(
        (status = 201, body = MadeVisitor), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[post("/visitors")]
pub async fn add(
    app: Data<App>,
    device: Device,
    Address(from): Address,
    Site(site): Site,
    Body(new): Body<NewVisitor>,
) -> Result<HttpResponse> {
    let new = people::NewVisitor {
        widget: new.widget,
        display_name: new.display_name,
        site,
    };
    let (token, lasts_ms, user) = app.people.add_visitor(new, from, device).await?;
    Ok(HttpResponse::Created().json(MadeVisitor {
        token,
        expires_in: lasts_ms / 1_000,
        user: user.into(),
    }))
}

/// Take over what one began as a visitor
///
/// His conversations become those of the account that asks, once. They keep their numbers, their
/// logs and their places; the visitor's token is good no more. Said again, it changes nothing.
#[utoipa::path(
    tag = "people", request_body = WasVisitor,
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 429, body = Problem)
    )
)]
#[post("/me/visitor")]
pub async fn merge(
    app: Data<App>,
    caller: Caller,
    Address(from): Address,
    Body(was): Body<WasVisitor>,
) -> Result<HttpResponse> {
    let mark = app.people.visitor_mark(&was.token, from)?;
    app.desk.merge(caller.actor, mark).await?;
    Ok(HttpResponse::NoContent().finish())
}
