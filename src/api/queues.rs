//! Queues: who may wait where, and what admins make of them.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post, put};

use crate::app::App;
use crate::error::Result;
use crate::gate::body::{Body, given};
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::store::queue_views::{self, ListedQueue, QueueInFull};
use crate::store::queues::Queue;
use crate::words::{Mode, OutsideHours, QueueId, ScheduleId, UserId};

/// A queue, or what to change of one: what is left out stays as it is, in a new queue as
/// `docs/queues.md` says. Durations are in ms.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueEdit {
    /// 1 to 100 characters. A new queue needs one.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false)]
    pub name: Option<String>,
    /// At most 1000 characters.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false)]
    pub description: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Mode, required = false)]
    pub mode: Option<Mode>,
    /// How many may wait in it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i32, required = false)]
    pub waiting_max: Option<i32>,
    /// How long an offer lasts.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i64, required = false)]
    pub offer_ms: Option<i64>,
    /// How long a rep who declined or missed a conversation is not given it again.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i64, required = false)]
    pub cooldown_ms: Option<i64>,
    /// After so many misses in a row a rep is set away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i32, required = false)]
    pub misses_max: Option<i32>,
    /// How long the preferred rep comes first; 0: he does not.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i64, required = false)]
    pub prefer_ms: Option<i64>,
    /// How long the place of a lost customer is held; null: for ever.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>, required = false)]
    pub abandon_after_ms: Option<Option<i64>>,
    /// How soon a rep must answer; null: whenever.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>, required = false)]
    pub first_reply_ms: Option<Option<i64>>,
    /// How long nobody may say anything.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i64, required = false)]
    pub idle_after_ms: Option<i64>,
    /// How long the slot stays taken after a close; 0: no wrap-up.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i64, required = false)]
    pub wrap_ms: Option<i64>,
    /// How long after its end a conversation may be opened again.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i64, required = false)]
    pub reopen_ms: Option<i64>,
    /// How long a customer should wait at most.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i64, required = false)]
    pub wait_target_ms: Option<i64>,
    /// Where those go who have waited too long here; null: nowhere.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<QueueId>, required = false)]
    pub fallback_queue_id: Option<Option<QueueId>>,
    /// How long is too long.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i64, required = false)]
    pub fallback_after_ms: Option<i64>,
    /// How often a conversation may go to a fallback queue.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i32, required = false)]
    pub hops_max: Option<i32>,
    /// Lets nobody new in.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool, required = false)]
    pub draining: Option<bool>,
    /// When it is open: a schedule; null: always.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<ScheduleId>, required = false)]
    pub schedule_id: Option<Option<ScheduleId>>,
    /// Whether who comes while it is closed leaves a message or is refused.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = OutsideHours, required = false)]
    pub outside_hours: Option<OutsideHours>,
    /// The reps who serve it, and no others. A new queue is served by all if it is not said.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<UserId>, required = false)]
    pub reps: Option<Vec<UserId>>,
}

impl QueueEdit {
    fn apply(&self, queue: &mut Queue) {
        fn set<T: Clone>(field: &mut T, given: &Option<T>) {
            if let Some(given) = given {
                field.clone_from(given);
            }
        }
        let policy = &mut queue.policy;
        set(&mut queue.name, &self.name);
        set(&mut queue.description, &self.description);
        set(&mut queue.mode, &self.mode);
        set(&mut queue.waiting_max, &self.waiting_max);
        set(&mut policy.offer_ms, &self.offer_ms);
        set(&mut policy.cooldown_ms, &self.cooldown_ms);
        set(&mut policy.misses_max, &self.misses_max);
        set(&mut policy.prefer_ms, &self.prefer_ms);
        set(&mut policy.abandon_after_ms, &self.abandon_after_ms);
        set(&mut policy.first_reply_ms, &self.first_reply_ms);
        set(&mut policy.idle_after_ms, &self.idle_after_ms);
        set(&mut policy.wrap_ms, &self.wrap_ms);
        set(&mut policy.reopen_ms, &self.reopen_ms);
        set(&mut policy.wait_target_ms, &self.wait_target_ms);
        set(&mut policy.fallback_queue_id, &self.fallback_queue_id);
        set(&mut policy.fallback_after_ms, &self.fallback_after_ms);
        set(&mut policy.hops_max, &self.hops_max);
        set(&mut policy.draining, &self.draining);
        set(&mut policy.schedule_id, &self.schedule_id);
        set(&mut policy.outside_hours, &self.outside_hours);
    }
}

/// Queues, by their ids.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Queues {
    pub queues: Vec<QueueId>,
}

/// List the queues
///
/// Where a customer may wait, in the order to show them in, and their hours. One that is not `open`
/// refuses an opening with `queue_closed` or `queue_full`, or takes it as a message.
#[utoipa::path(
    tag = "queues",
    responses((status = 200, body = Vec<ListedQueue>), (status = 401, body = Problem))
)]
#[get("/queues")]
pub async fn list(app: Data<App>, _: Caller) -> Result<Json<Vec<ListedQueue>>> {
    Ok(Json(app.store.read(queue_views::list).await?))
}

/// Read a queue
///
/// With its whole policy, and who serves it.
#[utoipa::path(
    tag = "queues", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = QueueInFull), (status = 403, body = Problem),
        (status = 404, body = Problem)
    )
)]
#[get("/queues/{id}")]
pub async fn find(app: Data<App>, _: Caller, id: Path<QueueId>) -> Result<Json<QueueInFull>> {
    let read = move |conn: &mut _| queue_views::in_full(conn, *id);
    Ok(Json(app.store.read(read).await?))
}

/// Make a queue
///
/// It is the last in the order, and served by all reps unless `reps` says by whom.
#[utoipa::path(
    tag = "queues", request_body = QueueEdit,
    responses(
        (status = 201, body = QueueInFull), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
#[post("/queues")]
pub async fn add(
    app: Data<App>,
    caller: Caller,
    Body(new): Body<QueueEdit>,
) -> Result<HttpResponse> {
    let reps = new.reps.clone();
    let edit = |queue: &mut Queue| new.apply(queue);
    let view = app.desk.add_queue(caller.actor, edit, reps).await?;
    Ok(HttpResponse::Created().json(view))
}

/// Change a queue
///
/// What is left out stays. Those who wait go by a new `mode` at once, and by a new
/// `fallback_after_ms`; the other durations count for what begins from now on.
#[utoipa::path(
    tag = "queues", params(("id" = String, Path, format = "uuid")), request_body = QueueEdit,
    responses(
        (status = 200, body = QueueInFull), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[patch("/queues/{id}")]
pub async fn change(
    app: Data<App>,
    caller: Caller,
    id: Path<QueueId>,
    Body(new): Body<QueueEdit>,
) -> Result<Json<QueueInFull>> {
    let reps = new.reps.clone();
    let edit = move |queue: &mut Queue| new.apply(queue);
    let view = app.desk.change_queue(caller.actor, *id, edit, reps).await?;
    Ok(Json(view))
}

/// Put the queues in order
///
/// All of them, each once. Whoever names no queue waits in the first.
#[utoipa::path(
    tag = "queues", request_body = Queues,
    responses(
        (status = 200, body = Vec<ListedQueue>), (status = 403, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[put("/queues/order")]
pub async fn order(
    app: Data<App>,
    caller: Caller,
    Body(new): Body<Queues>,
) -> Result<Json<Vec<ListedQueue>>> {
    let ordered = app.desk.order_queues(caller.actor, new.queues).await?;
    Ok(Json(ordered))
}

/// Delete a queue
///
/// Not the last one, not while another falls back to it, and not while a conversation is open in
/// it: set it to draining first. What has ended in it keeps its name.
#[utoipa::path(
    tag = "queues", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
)]
#[delete("/queues/{id}")]
pub async fn remove(app: Data<App>, caller: Caller, id: Path<QueueId>) -> Result<HttpResponse> {
    app.desk.delete_queue(caller.actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
