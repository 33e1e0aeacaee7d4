//! What a customer thought of his conversation.

use actix_web::put;
use actix_web::web::{Data, Json, Path};

use crate::app::App;
use crate::error::Result;
use crate::gate::body::Body;
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::store::conversations::ConversationView;
use crate::words::ConversationId;

/// What he thought of it.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRating {
    /// 1 (bad) to 5 (good).
    #[schema(minimum = 1, maximum = 5)]
    pub score: i32,
    /// What he says to that: at most 1,000 characters. Left out, null or empty: nothing.
    pub text: Option<String>,
}

/// Rate a conversation
///
/// By its customer, once it is over for him. Said again, the newest counts; the same again changes
/// nothing.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid")),
    request_body = NewRating,
    responses(
        (status = 200, body = ConversationView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[put("/conversations/{id}/rating")]
pub async fn rate(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
    Body(new): Body<NewRating>,
) -> Result<Json<ConversationView>> {
    let role = caller.actor.role;
    let rated = app.desk.rate(caller.actor, *id, new.score, new.text);
    Ok(Json(rated.await?.seen_by(role)))
}
