//! Reports, for admins: see [`crate::reports`] for what they tell, `reports/figures.rs` for how.

use actix_web::get;
use actix_web::web::{Data, Json};

use crate::app::App;
use crate::error::Result;
use crate::gate::body::Asked;
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::reports::{DAY, Report, Wanted};
use crate::words::{Moment, QueueId, now};

/// Of what span of time, and of which queue.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// From when, in Unix ms; else seven days before `to`. At most 92 days before it.
    pub from: Option<Moment>,
    /// Until when: the first moment that does not count; else now.
    pub to: Option<Moment>,
    /// Of this queue only: of what is in it now.
    #[param(value_type = Option<String>, format = "uuid")]
    pub queue: Option<QueueId>,
    /// Minutes that the reader's clock is ahead of UTC, -840 to 840; else 0. It says where days
    /// and hours begin.
    pub offset: Option<i32>,
}

/// Read a report
///
/// Of what was opened in a span of time: how many, how long they waited, who served them and how
/// that ended, as it stands now. In all, by hour (up to three days) or by day, by queue and by rep;
/// and when customers come, by weekday and hour. More than 300,000 conversations are refused: give
/// a shorter span, or a queue. A report counts as a search.
#[utoipa::path(
    tag = "reports", params(ReportQuery),
    responses(
        (status = 200, body = Report), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[get("/reports")]
pub async fn report(
    app: Data<App>,
    caller: Caller,
    Asked(query): Asked<ReportQuery>,
) -> Result<Json<Report>> {
    let to = query.to.unwrap_or_else(now);
    let wanted = Wanted {
        from: query.from.unwrap_or(to.saturating_sub(7 * DAY)),
        to,
        queue: query.queue,
        offset: query.offset.unwrap_or(0),
    };
    wanted.check()?;
    app.desk.count_search(caller.actor.id)?;
    Ok(Json(app.looks.reports.make(&app.store, wanted).await?))
}
