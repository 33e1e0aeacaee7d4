//! Widgets: made, listed, changed, deleted, and their secrets renewed.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post};

use super::people::Nothing;
use crate::app::App;
use crate::error::Result;
use crate::gate::body::{Body, OptionalBody, given};
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::people::{WidgetChange, WidgetView};
use crate::words::{Moment, QueueId, WidgetId};

/// A widget that is to be.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWidget {
    /// For people to know it by: 1 to 100 characters.
    pub name: String,
    /// The origins of the pages that it may be part of, as `https://shop.example`; at most 20.
    #[serde(default)]
    pub sites: Vec<String>,
    /// Where conversations go of who names no queue; the first one there is if it is not given.
    #[schema(value_type = Option<String>, format = "uuid")]
    pub queue: Option<QueueId>,
    /// Whether people are let in who show no proof of who they are; yes if it is not given.
    pub visitors: Option<bool>,
}

/// What is to be another in a widget. What is not given stays.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WidgetEdit {
    pub name: Option<String>,
    pub sites: Option<Vec<String>>,
    /// Null: the first one there is.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub queue: Option<Option<QueueId>>,
    pub visitors: Option<bool>,
    /// `true`: nobody new is let in by it.
    pub disabled: Option<bool>,
}

/// A widget that was just made.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct MadeWidget {
    #[serde(flatten)]
    pub of: WidgetView,
    /// With this its host says who somebody is. It is shown this once.
    pub secret: String,
}

/// A widget's new secret.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct WidgetSecret {
    /// It is shown this once.
    pub secret: String,
    /// Until when the one before is good, too.
    pub previous_until: Moment,
}

/// Make a widget
///
/// A part of somebody's own pages by which customers come.
#[utoipa::path(
    tag = "widgets", request_body = NewWidget,
    responses(
        (status = 201, body = MadeWidget), (status = 403, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)
    )
)]
#[post("/widgets")]
pub async fn add(
    app: Data<App>,
    caller: Caller,
    Body(new): Body<NewWidget>,
) -> Result<HttpResponse> {
    let new = WidgetChange {
        name: Some(new.name),
        sites: Some(new.sites),
        queue: Some(new.queue),
        visitors: new.visitors,
        disabled: None,
    };
    let (of, secret) = app.people.make_widget(caller.actor.id, new).await?;
    Ok(HttpResponse::Created().json(MadeWidget { of, secret }))
}

/// List the widgets
///
/// Never their secrets.
#[utoipa::path(
    tag = "widgets",
    responses((status = 200, body = Vec<WidgetView>), (status = 403, body = Problem))
)]
#[get("/widgets")]
pub async fn list(app: Data<App>, _: Caller) -> Result<Json<Vec<WidgetView>>> {
    Ok(Json(app.people.widgets().await?))
}

/// Change a widget
///
/// Disabled, it lets nobody new in, with a proof or without. Who has come by it stays signed in.
#[utoipa::path(
    tag = "widgets", params(("id" = String, Path, format = "uuid")), request_body = WidgetEdit,
    responses(
        (status = 200, body = WidgetView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
#[patch("/widgets/{id}")]
pub async fn change(
    app: Data<App>,
    caller: Caller,
    id: Path<WidgetId>,
    Body(edit): Body<WidgetEdit>,
) -> Result<Json<WidgetView>> {
    let change = WidgetChange {
        name: edit.name,
        sites: edit.sites,
        queue: edit.queue,
        visitors: edit.visitors,
        disabled: edit.disabled,
    };
    let by = caller.actor.id;
    Ok(Json(app.people.change_widget(by, *id, change).await?))
}

/// Renew a widget's secret
///
/// The one before is good for a day more. Renewed once again, that is over at once.
#[utoipa::path(
    tag = "widgets", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = WidgetSecret), (status = 403, body = Problem),
        (status = 404, body = Problem)
    )
)]
#[post("/widgets/{id}/secret")]
pub async fn renew(
    app: Data<App>,
    caller: Caller,
    id: Path<WidgetId>,
    OptionalBody(_nothing): OptionalBody<Nothing>,
) -> Result<Json<WidgetSecret>> {
    let renewed = app.people.renew_widget(caller.actor.id, *id).await?;
    let (secret, previous_until) = renewed;
    Ok(Json(WidgetSecret {
        secret,
        previous_until,
    }))
}

/// Delete a widget
///
/// Who has come by it stays signed in.
#[utoipa::path(
    tag = "widgets", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 403, body = Problem), (status = 404, body = Problem)
    )
)]
#[delete("/widgets/{id}")]
pub async fn remove(app: Data<App>, caller: Caller, id: Path<WidgetId>) -> Result<HttpResponse> {
    app.people.delete_widget(caller.actor.id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
