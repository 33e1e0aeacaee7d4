//! Reps: making them, how much each may hold, and what each wants.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post, put};

use super::people::Registration;
use super::queues::Queues;
use crate::access::Rights;
use crate::app::App;
use crate::desk;
use crate::error::{Error, Result};
use crate::gate::body::Body;
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::store::Conn;
use crate::store::rep_views::{self, RepView};
use crate::words::{Availability, QueueId, UserId};

/// A rep's capacity if nothing is said.
pub(super) const CAPACITY: i32 = 5;

/// A new rep.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRep {
    pub username: String,
    pub password: String,
    pub display_name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// How many conversations he may hold: 0 to 100, else 5.
    pub capacity: Option<i32>,
    /// The queues he serves; all there are if it is not given.
    pub queues: Option<Vec<QueueId>>,
}

/// How much a rep may hold.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// 0 to 100. Below his load nothing is taken away; above it he gets more at once.
    pub capacity: i32,
}

/// What a rep wants.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAvailability {
    pub availability: Availability,
}

/// Make a rep
#[utoipa::path(
    tag = "reps", request_body = NewRep,
    responses(
        (status = 201, body = RepView), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
#[post("/reps")]
pub async fn add(app: Data<App>, caller: Caller, Body(new): Body<NewRep>) -> Result<HttpResponse> {
    let capacity = new.capacity.unwrap_or(CAPACITY);
    desk::check_capacity(capacity)?;
    let NewRep {
        username,
        password,
        display_name,
        email,
        phone,
        queues,
        ..
    } = new;
    let person = Registration {
        username,
        password,
        display_name,
        email,
        phone,
        cookie: None,
    };
    let by = caller.actor.id;
    let rep = app
        .people
        .add_rep(by, person.into(), capacity, queues)
        .await?;
    app.desk.rep_changed(rep.id);
    let read = move |conn: &mut Conn| rep_views::views(conn, Some(rep.id));
    let view = app
        .store
        .read(read)
        .await?
        .pop()
        .ok_or_else(|| Error::not_found("rep"))?;
    Ok(HttpResponse::Created().json(view))
}

/// List the reps
#[utoipa::path(
    tag = "reps",
    responses((status = 200, body = Vec<RepView>), (status = 403, body = Problem))
)]
#[get("/reps")]
pub async fn list(app: Data<App>, _: Caller) -> Result<Json<Vec<RepView>>> {
    Ok(Json(
        app.store.read(|conn| rep_views::views(conn, None)).await?,
    ))
}

/// Set a rep's capacity
#[utoipa::path(
    tag = "reps", params(("id" = String, Path, format = "uuid")), request_body = Capacity,
    responses(
        (status = 200, body = RepView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
#[put("/reps/{id}/capacity")]
pub async fn set_capacity(
    app: Data<App>,
    caller: Caller,
    id: Path<UserId>,
    Body(new): Body<Capacity>,
) -> Result<Json<RepView>> {
    Ok(Json(
        app.desk
            .set_capacity(caller.actor, *id, new.capacity)
            .await?,
    ))
}

/// Set a rep's availability
///
/// His own, or as an admin anybody's. Only `available` gets new conversations by itself.
#[utoipa::path(
    tag = "reps", params(("id" = String, Path, format = "uuid")), request_body = NewAvailability,
    responses(
        (status = 200, body = RepView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
#[put("/reps/{id}/availability")]
pub async fn set_availability(
    app: Data<App>,
    caller: Caller,
    id: Path<UserId>,
    Body(new): Body<NewAvailability>,
) -> Result<Json<RepView>> {
    Ok(Json(
        app.desk
            .set_availability(caller.actor, *id, new.availability)
            .await?,
    ))
}

/// Set what a rep is trusted with
///
/// It counts at once, at his open sockets, too.
#[utoipa::path(
    tag = "reps", params(("id" = String, Path, format = "uuid")), request_body = Rights,
    responses(
        (status = 200, body = RepView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
#[put("/reps/{id}/rights")]
pub async fn set_rights(
    app: Data<App>,
    caller: Caller,
    id: Path<UserId>,
    Body(new): Body<Rights>,
) -> Result<Json<RepView>> {
    let view = app.desk.set_rights(caller.actor, *id, new).await?;
    Ok(Json(view))
}

/// Set the queues that a rep serves
///
/// These and no others. What he has stays his; from a queue that is new to him he gets the next
/// at once.
#[utoipa::path(
    tag = "reps", params(("id" = String, Path, format = "uuid")), request_body = Queues,
    responses(
        (status = 200, body = RepView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
#[put("/reps/{id}/queues")]
pub async fn set_queues(
    app: Data<App>,
    caller: Caller,
    id: Path<UserId>,
    Body(new): Body<Queues>,
) -> Result<Json<RepView>> {
    let view = app.desk.set_queues(caller.actor, *id, new.queues).await?;
    Ok(Json(view))
}
