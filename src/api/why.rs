//! Why: what the line says of one conversation, or of one rep.

use actix_web::get;
use actix_web::web::{Data, Json, Path};

use crate::app::App;
use crate::desk::{WhyIdleView, WhyView};
use crate::error::Result;
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::words::{ConversationId, UserId};

/// Ask why a conversation waits, or has its rep
///
/// While it waits: each rep with the reason that keeps him from it. While somebody has it: how he
/// was chosen, among how many, after what wait.
#[utoipa::path(
    tag = "line", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = WhyView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 503, body = Problem)
    )
)]
#[get("/conversations/{id}/why")]
pub async fn why(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
) -> Result<Json<WhyView>> {
    Ok(Json(app.desk.why(caller.actor, *id).await?))
}

/// Ask why a rep gets nothing
#[utoipa::path(
    tag = "line", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = WhyIdleView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 503, body = Problem)
    )
)]
#[get("/reps/{id}/why-idle")]
pub async fn why_idle(
    app: Data<App>,
    caller: Caller,
    id: Path<UserId>,
) -> Result<Json<WhyIdleView>> {
    Ok(Json(app.desk.why_idle(caller.actor, *id).await?))
}
