//! How the house is, for admins: this node and the others, what is full, what the doctor says of
//! the database, and the newest lines of the log that somebody should look at.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use actix_web::get;
use actix_web::web::{Data, Json};

use crate::app::App;
use crate::error::Result;
use crate::gate::body::Asked;
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::recent::{Line, Recent};
use crate::store::checks::{self, Verdict};
use crate::store::nodes::{self, Lease};
use crate::store::{ANSWER, Conn, pace};
use crate::words::{Moment, NodeId, now};

/// How long the database may be asked whether it is sound, in ms; what is under way then is
/// finished.
const CHECKING_MS: Moment = 3_000;
/// How old an answer to that may be, in ms, for another who asks.
const YOUNG_MS: Moment = 10_000;

/// What to look at.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HealthQuery {
    /// `true`: ask the database now whether it is sound; else tell what it said last.
    pub check: Option<bool>,
}

/// A node, whether it is this one or another.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct NodeNow {
    pub id: NodeId,
    /// Where it listens.
    pub name: String,
    pub started_at: Moment,
    /// When its lease runs out, by the database's clock: each node renews its own long before.
    pub lease_until: Moment,
    /// Whether that is still to come: what has run out is struck out by whoever sees it first.
    pub alive: bool,
    /// Whether it is the node that answers.
    pub this: bool,
}

/// Which database or engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EngineKind)]
pub enum Kind {
    Sqlite,
    Postgresql,
    Memory,
    Redis,
}

/// The database, as this node sees it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DatabaseNow {
    pub kind: Kind,
    /// How long it took to answer the simplest question, in ms.
    pub answered_ms: i64,
    /// Whether the newest try to store something went well.
    pub stores: bool,
    /// Its clock, and by how many ms it is ahead of this machine's.
    pub time: Moment,
    pub ahead_ms: i64,
}

/// What says who serves whom.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EngineNow {
    /// The one of the settings.
    pub set: Kind,
    /// The one in use: `memory` while Redis is away.
    pub in_use: Kind,
    /// Since when.
    pub since: Moment,
}

/// How full this node is.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Fullness {
    /// Conversations that wait, in all queues.
    pub waiting: i64,
    pub sockets: i64,
    pub sockets_max: i64,
    /// Writes that wait for the disk.
    pub backlog: i64,
    pub backlog_max: i64,
}

/// How the house is.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Health {
    /// Of this program.
    pub version: String,
    /// Of this machine's clock.
    pub time: Moment,
    pub started_at: Moment,
    pub uptime_ms: i64,
    /// Whether this node takes customers, as `GET /readyz` tells it.
    pub ready: bool,
    /// All nodes, this one too, in the order in which they began.
    pub nodes: Vec<NodeNow>,
    pub database: DatabaseNow,
    pub engine: EngineNow,
    pub full: Fullness,
    /// What this node has found when it was last asked to. Null: it was not asked since it began.
    #[schema(required)]
    pub verdict: Option<Verdict>,
    /// The last 50 warnings and the last 50 errors of this node since it began, the newest first.
    pub log: Vec<Line>,
}

/// See how the house is
///
/// This node and the others, the database and the engine, how full it is, what was found when the
/// database was last asked whether it is sound, and the newest warnings and errors of the log of
/// this node. With `check` it is asked now, at most every 10 s: the questions that are answered
/// soon, for about 3 s. If that takes longer, what was found before is told, and the new verdict to
/// whoever asks after it.
#[utoipa::path(
    tag = "health", params(HealthQuery),
    responses(
        (status = 200, body = Health), (status = 403, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[get("/health")]
pub async fn health(
    app: Data<App>,
    _: Caller,
    Asked(query): Asked<HealthQuery>,
) -> Result<Json<Health>> {
    if query.check == Some(true) {
        check(&app).await;
    }
    let begun = now();
    let ask = |conn: &mut Conn| {
        let time = nodes::time(conn)?;
        Ok((time, nodes::leases(conn)?))
    };
    let (time, leases) = app.store.read_quickly(ask).await?;
    let ended = now();
    let waiting = app.store.read(pace::waiting).await?;
    let node = |one: Lease| NodeNow {
        alive: one.expires_at > time,
        this: one.id == app.node,
        id: one.id,
        name: one.name,
        started_at: one.started_at,
        lease_until: one.expires_at,
    };
    let (started_at, recent) = (app.looks.started_at, app.looks.recent.get());
    Ok(Json(Health {
        version: env!("CARGO_PKG_VERSION").into(),
        time: ended,
        started_at,
        uptime_ms: ended - started_at,
        ready: app.takes_customers(),
        nodes: leases.into_iter().map(node).collect(),
        database: DatabaseNow {
            kind: match app.store.shared() {
                true => Kind::Postgresql,
                false => Kind::Sqlite,
            },
            answered_ms: ended - begun,
            stores: app.stores.load(Ordering::Acquire),
            time,
            // It was read somewhere in between.
            ahead_ms: time - (begun + ended) / 2,
        },
        engine: engine(&app),
        full: Fullness {
            waiting: waiting.values().sum(),
            sockets: app.hub.count() as i64,
            sockets_max: app.tuning.running().sockets_max as i64,
            backlog: app.store.backlog() as i64,
            backlog_max: app.store.backlog_max() as i64,
        },
        verdict: last(&app),
        log: recent.map(Recent::lines).unwrap_or_default(),
    }))
}

fn engine(app: &App) -> EngineNow {
    let set = match app.settings.redis_url.is_empty() {
        true => Kind::Memory,
        false => Kind::Redis,
    };
    EngineNow {
        set,
        in_use: match app.desk.is_on_standby() {
            true => Kind::Memory,
            false => set,
        },
        since: app.desk.engine_since(),
    }
}

fn last(app: &App) -> Option<Verdict> {
    let verdict = app.looks.verdict.lock();
    verdict.unwrap_or_else(PoisonError::into_inner).clone()
}

/// Asks the database whether it is sound, unless somebody has just done so. What takes longer than
/// anybody waits for goes on, and is told to who asks next.
async fn check(app: &Data<App>) {
    let turn = tokio::time::timeout(ANSWER, app.looks.checking.clone().acquire_owned()).await;
    let Some(turn) = turn.ok().and_then(|turn| turn.ok()) else {
        return;
    };
    if last(app).is_some_and(|verdict| now() - verdict.at < YOUNG_MS) {
        return;
    }
    let looks = app.clone();
    let ask = move |conn: &mut Conn| {
        let _turn = &turn;
        let found = checks::run_quick(conn, now() + CHECKING_MS)?;
        let verdict = looks.looks.verdict.lock();
        *verdict.unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(())
    };
    // A database that is gone says so to what is asked of it after this.
    if let Err(error) = app.store.search(ask).await {
        tracing::warn!(%error, "whether the database is sound was not told in time");
    }
}
