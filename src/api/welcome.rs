//! What a customer is told before he is anybody: where he can wait, and what he may send.

use actix_web::get;
use actix_web::web::{Data, Json};

use crate::app::App;
use crate::error::Result;
use crate::gate::body::Asked;
use crate::gate::problem::Problem;
use crate::store::queue_views::{self, ListedQueue};
use crate::tuning::Texts;
use crate::words::{QueueId, WidgetId};

/// By which way he comes.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WelcomeQuery {
    /// The widget by which he comes, if he does.
    #[param(value_type = Option<String>, format = "uuid")]
    pub widget: Option<WidgetId>,
}

/// What a newcomer finds.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct Welcome {
    /// Whether he is let in without saying who he is.
    pub visitors: bool,
    /// Where he waits if he does not choose; null: in the first one.
    #[schema(value_type = Option<String>, format = "uuid", required)]
    pub queue: Option<QueueId>,
    /// Where he may wait.
    pub queues: Vec<ListedQueue>,
    pub texts: Texts,
    pub files: FilesMay,
    /// For so many seconds whoever has written a message may change or delete it.
    pub edit_window_s: i64,
}

/// What files may be.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct FilesMay {
    /// Bytes of one file.
    pub bytes_max: u64,
    /// Files of one message.
    pub per_message_max: usize,
}

/// Come to the door
///
/// What the chat shows before somebody has written: by a widget, or by none.
#[utoipa::path(
    tag = "people", security(()), params(WelcomeQuery),
    responses(
        (status = 200, body = Welcome), (status = 404, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[get("/welcome")]
pub async fn welcome(app: Data<App>, Asked(query): Asked<WelcomeQuery>) -> Result<Json<Welcome>> {
    let (visitors, queue) = app.people.door(query.widget).await?;
    let running = app.tuning.running();
    Ok(Json(Welcome {
        visitors,
        queue,
        queues: app.store.read(queue_views::list).await?,
        texts: app.tuning.texts(),
        files: FilesMay {
            bytes_max: app.attachments.limits().bytes_max,
            per_message_max: running.attachments_per_message_max,
        },
        edit_window_s: running.edit_window_s,
    }))
}
