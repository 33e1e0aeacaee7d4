//! What is kept of a person, taken out by himself or an admin; and that nothing is kept of him any
//! more.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post};

use super::export::made_by;
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::export::Personal;
use crate::gate::address::Address;
use crate::gate::body::Body;
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::store::erasures::Erasure;
use crate::words::{ErasureStep, Moment, UserId};

/// Whom an admin erases.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Erase {
    /// His username, or his number.
    pub confirm: String,
}

/// That it is he himself who wants to be erased.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseOwn {
    /// His password. Who has none leaves it out: his login must be young then.
    pub password: Option<String>,
}

/// How far the erasing of somebody has come.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Erasure)]
pub struct ErasureView {
    pub person: UserId,
    pub step: ErasureStep,
    /// Entries of conversations that were seen to.
    pub entries: i64,
    pub begun_at: Moment,
    /// Null: it goes on by itself.
    #[schema(required)]
    pub ended_at: Option<Moment>,
}

impl From<Erasure> for ErasureView {
    fn from(one: Erasure) -> Self {
        ErasureView {
            person: one.user_id,
            step: one.step,
            entries: one.entries,
            begun_at: one.begun_at,
            ended_at: one.ended_at,
        }
    }
}

fn personal(app: &App, person: UserId) -> HttpResponse {
    let state = Personal::new(person);
    HttpResponse::Ok()
        .content_type("application/jsonl")
        .streaming(made_by(app.store.clone(), state, Personal::step))
}

/// What is under way is answered 202, what is done 200.
fn told(erasure: Erasure) -> HttpResponse {
    let mut answer = match erasure.ended_at {
        Some(_) => HttpResponse::Ok(),
        None => HttpResponse::Accepted(),
    };
    answer.json(ErasureView::from(erasure))
}

/// Export what is kept of oneself
///
/// As JSON lines: `person`, each `login`, each `conversation` with its `event`s, each `mark`, each
/// `file` with its address, each `act` in the audit. The last line is `end` with the counts:
/// without it the export is not whole. Of staff it is what they have written and done themselves.
/// The login must be young.
#[utoipa::path(
    tag = "people",
    responses(
        (status = 200, content_type = "application/jsonl", body = String),
        (status = 401, body = Problem), (status = 403, body = Problem)
    )
)]
#[get("/me/export")]
pub async fn export_own(app: Data<App>, caller: Caller) -> Result<HttpResponse> {
    let id = caller.actor.id;
    tracing::info!(person = %id, "somebody takes out what is kept of him");
    Ok(personal(&app, id))
}

/// Export what is kept of a person
///
/// As he gets it himself. That an admin exports it stands in the audit.
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, content_type = "application/jsonl", body = String),
        (status = 403, body = Problem), (status = 404, body = Problem)
    )
)]
#[get("/people/{id}/export")]
pub async fn export_of(app: Data<App>, caller: Caller, id: Path<UserId>) -> Result<HttpResponse> {
    app.desk.note_personal_export(caller.actor, *id).await?;
    Ok(personal(&app, *id))
}

/// Erase a person
///
/// His name and all that is told of him, his password, his logins and his keys go at once. What he
/// has open is closed, or goes back into its line, and then a customer's conversations lose their
/// words and files, part by part. There is no way back. Said again, it answers how far that has
/// come. The last admin cannot be erased, and nobody himself. The login must be young.
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")), request_body = Erase,
    responses(
        (status = 200, body = ErasureView), (status = 202, body = ErasureView),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
#[post("/people/{id}/erase")]
pub async fn erase(
    app: Data<App>,
    caller: Caller,
    id: Path<UserId>,
    Body(asked): Body<Erase>,
) -> Result<HttpResponse> {
    let erased = app.desk.erase(caller.actor, *id, asked.confirm);
    Ok(told(erased.await?))
}

/// Erase oneself
///
/// For customers, where the settings let them. As an admin does it; all logins end at once.
#[utoipa::path(
    tag = "people", request_body = EraseOwn,
    responses(
        (status = 202, body = ErasureView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[post("/me/erase")]
pub async fn erase_own(
    app: Data<App>,
    caller: Caller,
    Address(from): Address,
    Body(asked): Body<EraseOwn>,
) -> Result<HttpResponse> {
    if !app.settings.customers_may_erase {
        let detail = "You cannot erase yourself here. Ask an admin.";
        return Err(Error::new(Code::Forbidden, detail));
    }
    let proving = app
        .people
        .prove_again(caller.actor.id, asked.password, from);
    if !proving.await? {
        caller.check_age(&app).await?;
    }
    Ok(told(app.desk.erase_own(caller.actor).await?))
}
