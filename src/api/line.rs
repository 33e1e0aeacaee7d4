//! The live line: who waits, in order, and who has room.

use actix_web::get;
use actix_web::web::{Data, Json};

use crate::access::Action;
use crate::app::App;
use crate::error::{Error, Result};
use crate::gate::body::Asked;
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::store::board::{Board, QueueNow};
use crate::store::conversations::{self, ConversationView};
use crate::store::minutes::{self, MINUTE, Minute};
use crate::store::rep_views::RepView;
use crate::store::{Conn, ties, waiting};
use crate::words::{Moment, QueueId, Role, Sees, now};

/// How many waiting ones are shown of each queue.
const SHOWN: i64 = 100;
/// How many minutes are told at once.
const MINUTES: i64 = 10_000;

/// The first who wait in a queue.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct QueueLine {
    #[serde(flatten)]
    pub now: QueueNow,
    /// The first 100 of them, in the order in which they are served.
    pub first: Vec<ConversationView>,
}

/// Everything that is live.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct LiveLine {
    pub queues: Vec<QueueLine>,
    /// All reps for an admin, oneself for a rep.
    pub reps: Vec<RepView>,
}

/// Which minutes.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// From when, in Unix ms; else the last hour.
    pub from: Option<Moment>,
    /// Until when; else now.
    pub to: Option<Moment>,
    /// Of this queue only.
    pub queue: Option<QueueId>,
}

/// What happened, minute by minute.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct History {
    /// At most 10,000, oldest first. If there are more, ask again from the last one on.
    pub minutes: Vec<Minute>,
}

/// Watch the line
///
/// For reps the queues they serve, for admins all.
#[utoipa::path(
    tag = "line",
    responses((status = 200, body = LiveLine), (status = 403, body = Problem))
)]
#[get("/line")]
pub async fn line(app: Data<App>, caller: Caller) -> Result<Json<LiveLine>> {
    let actor = caller.actor;
    let read = move |conn: &mut Conn| {
        let mut board = Board::read(conn, now())?;
        if actor.role == Role::Rep {
            board = board.of_rep(actor.id);
        }
        let mut queues = Vec::with_capacity(board.queues.len());
        for now in board.queues {
            let ids = waiting::line(conn, now.queue.id, SHOWN)?;
            let mut rows = Vec::with_capacity(ids.len());
            for (id, ..) in ids {
                rows.extend(conversations::find(conn, id)?);
            }
            if actor.rights.sees == Sees::Own {
                rows.retain(|row| ties::may_with(conn, &actor, Action::Read, row).is_ok());
            }
            let first = conversations::views(conn, rows)?;
            queues.push(QueueLine { now, first });
        }
        Ok(LiveLine {
            queues,
            reps: board.reps,
        })
    };
    Ok(Json(app.store.read(read).await?))
}

/// Read what happened in the queues
///
/// Minute by minute, for 30 days: how many waited, how much the reps held and might hold, how many
/// came, were served, within what time, and how conversations ended.
#[utoipa::path(
    tag = "line", params(HistoryQuery),
    responses(
        (status = 200, body = History), (status = 403, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[get("/line/history")]
pub async fn history(
    app: Data<App>,
    _: Caller,
    Asked(query): Asked<HistoryQuery>,
) -> Result<Json<History>> {
    let to = query.to.unwrap_or_else(now);
    let from = query.from.unwrap_or(to.saturating_sub(60 * MINUTE));
    if from >= to {
        return Err(Error::invalid(
            "from",
            "Give a moment before `to`, in Unix ms.",
        ));
    }
    let read = move |conn: &mut Conn| Ok(minutes::list(conn, query.queue, from, to, MINUTES)?);
    let minutes = app.store.read(read).await?;
    Ok(Json(History { minutes }))
}
