//! For machines that watch this one.

use std::sync::atomic::Ordering;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};

use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::metrics;

/// Is the process alive
#[utoipa::path(tag = "health", security(()), responses((status = 200, body = String)))]
#[get("/healthz")]
pub async fn alive() -> &'static str {
    "ok\n"
}

/// Is it ready for customers
///
/// `ready`, or `degraded` while Redis is away and each node keeps the line alone. 503 while the
/// line is being filled, while the database does not answer, its file is gone or nothing can be
/// stored in it, and while the server goes down.
#[utoipa::path(
    tag = "health", security(()),
    responses((status = 200, body = String), (status = 503, body = Problem))
)]
#[get("/readyz")]
pub async fn ready(app: Data<App>) -> Result<&'static str> {
    if !app.is_up() {
        return Err(Error::new(
            Code::Unavailable,
            "This node is starting or going down.",
        ));
    }
    app.store.check_place()?;
    app.store.read(|conn| Ok(conn.execute("SELECT 1")?)).await?;
    if !app.stores.load(Ordering::Acquire) {
        let detail = "Nothing can be stored. The server's log says why.";
        return Err(Error::new(Code::Unavailable, detail));
    }
    Ok(match app.desk.is_on_standby() {
        true => "degraded\n",
        false => "ready\n",
    })
}

/// Figures for Prometheus
///
/// For admins and keys with the scope `metrics`: they tell how busy the house is.
#[utoipa::path(
    tag = "health", responses((status = 200, body = String), (status = 403, body = Problem))
)]
#[get("/metrics")]
pub async fn figures(app: Data<App>, _: Caller) -> HttpResponse {
    app.metrics.sockets.set(app.hub.count() as i64);
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(metrics::render(&app.registry))
}
