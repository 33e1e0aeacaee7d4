//! The live line: who waits, in order, and who has room.

use actix_web::get;
use actix_web::web::{Data, Json};

use crate::app::App;
use crate::error::Result;
use crate::gate::caller::{Caller, Staff};
use crate::gate::problem::Problem;
use crate::store::conversations::{self, ConversationView, QueueView};
use crate::store::reps::{self, RepView};
use crate::store::{Conn, queues, waiting};
use crate::words::Role;

/// How many waiting ones are shown of each queue.
const SHOWN: i64 = 100;

/// One queue's line.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct QueueLine {
    pub queue: QueueView,
    /// How many wait.
    pub waiting: i64,
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

/// List the queues
///
/// Where a customer may wait, in the order to show them in.
#[utoipa::path(
    tag = "line",
    responses((status = 200, body = Vec<QueueView>), (status = 401, body = Problem))
)]
#[get("/queues")]
pub async fn list_queues(app: Data<App>, _: Caller) -> Result<Json<Vec<QueueView>>> {
    let rows = app.store.read(|conn| Ok(queues::list(conn)?)).await?;
    Ok(Json(
        rows.into_iter()
            .map(|one| QueueView {
                id: one.id,
                name: one.name,
            })
            .collect(),
    ))
}

/// Watch the line
///
/// For reps the queues they serve, for admins all.
#[utoipa::path(
    tag = "line",
    responses((status = 200, body = LiveLine), (status = 403, body = Problem))
)]
#[get("/line")]
pub async fn line(app: Data<App>, Staff(caller): Staff) -> Result<Json<LiveLine>> {
    let (id, role) = (caller.actor.id, caller.actor.role);
    let read = move |conn: &mut Conn| {
        let mut lines = Vec::new();
        for queue in queues::list(conn)? {
            if role == Role::Rep && !conversations::serves(conn, id, queue.id)? {
                continue;
            }
            let ids = waiting::line(conn, queue.id, SHOWN)?;
            let mut rows = Vec::with_capacity(ids.len());
            for (id, _) in ids {
                rows.extend(conversations::find(conn, id)?);
            }
            lines.push(QueueLine {
                waiting: waiting::count_waiting(conn, queue.id)?,
                first: conversations::views(conn, rows)?,
                queue: QueueView {
                    id: queue.id,
                    name: queue.name,
                },
            });
        }
        let reps = reps::views(conn, Some(id).filter(|_| role == Role::Rep))?;
        Ok(LiveLine {
            queues: lines,
            reps,
        })
    };
    Ok(Json(app.store.read(read).await?))
}
