//! Schedules: when queues are open, as admins make them.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post};

use crate::app::App;
use crate::desk;
use crate::error::{Error, Result};
use crate::gate::body::{Body, given};
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::hours::{Day, Week};
use crate::store::Conn;
use crate::store::schedules::{self, ScheduleView};
use crate::words::{ScheduleId, now};

/// A schedule, or what to change of one: what is left out stays as it is. A new one needs a name
/// and a time zone.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleEdit {
    /// 1 to 100 characters.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false)]
    pub name: Option<String>,
    /// Its IANA name, as `Europe/Berlin`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false)]
    pub time_zone: Option<String>,
    /// The hours of each weekday, all of them; one that is not named has none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Week, required = false)]
    pub week: Option<Week>,
    /// All days that have other hours than their weekday, holidays among them.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<Day>, required = false)]
    pub days: Option<Vec<Day>>,
}

impl From<ScheduleEdit> for desk::ScheduleEdit {
    fn from(edit: ScheduleEdit) -> Self {
        desk::ScheduleEdit {
            name: edit.name,
            time_zone: edit.time_zone,
            week: edit.week,
            days: edit.days,
        }
    }
}

/// List the schedules
///
/// Each with the queues that go by it, and whether it is open now.
#[utoipa::path(
    tag = "queues",
    responses((status = 200, body = Vec<ScheduleView>), (status = 403, body = Problem))
)]
#[get("/schedules")]
pub async fn list(app: Data<App>, _: Caller) -> Result<Json<Vec<ScheduleView>>> {
    let read = |conn: &mut Conn| {
        let mut views = Vec::new();
        for one in schedules::list(conn)? {
            views.push(schedules::view(conn, one, now())?);
        }
        Ok(views)
    };
    Ok(Json(app.store.read(read).await?))
}

/// Read a schedule
#[utoipa::path(
    tag = "queues", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = ScheduleView), (status = 403, body = Problem),
        (status = 404, body = Problem)
    )
)]
#[get("/schedules/{id}")]
pub async fn find(app: Data<App>, _: Caller, id: Path<ScheduleId>) -> Result<Json<ScheduleView>> {
    let read = move |conn: &mut Conn| {
        let found = schedules::find(conn, *id)?;
        let found = found.ok_or_else(|| Error::not_found("schedule"))?;
        schedules::view(conn, found, now())
    };
    Ok(Json(app.store.read(read).await?))
}

/// Make a schedule
///
/// Hours in a time zone; a queue goes by it that names it as its `schedule_id`. Hours that do not
/// end later than they begin end on the next day.
#[utoipa::path(
    tag = "queues", request_body = ScheduleEdit,
    responses(
        (status = 201, body = ScheduleView), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[post("/schedules")]
pub async fn add(
    app: Data<App>,
    caller: Caller,
    Body(new): Body<ScheduleEdit>,
) -> Result<HttpResponse> {
    let view = app.desk.add_schedule(caller.actor, new.into()).await?;
    Ok(HttpResponse::Created().json(view))
}

/// Change a schedule
///
/// What is left out stays. It counts at once, for all queues that go by it.
#[utoipa::path(
    tag = "queues", params(("id" = String, Path, format = "uuid")), request_body = ScheduleEdit,
    responses(
        (status = 200, body = ScheduleView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[patch("/schedules/{id}")]
pub async fn change(
    app: Data<App>,
    caller: Caller,
    id: Path<ScheduleId>,
    Body(new): Body<ScheduleEdit>,
) -> Result<Json<ScheduleView>> {
    let changed = app.desk.change_schedule(caller.actor, *id, new.into());
    Ok(Json(changed.await?))
}

/// Delete a schedule
///
/// Not while a queue goes by it.
#[utoipa::path(
    tag = "queues", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
)]
#[delete("/schedules/{id}")]
pub async fn remove(app: Data<App>, caller: Caller, id: Path<ScheduleId>) -> Result<HttpResponse> {
    app.desk.delete_schedule(caller.actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
