//! WebSockets: what every socket shares, and the native protocol `switchboard.v1`.
//!
//! `upgrade.rs` lets a client in, `guard.rs` keeps big frames out, `socket.rs` is the loop,
//! `session.rs` the native conversation with it, `protocol.rs` the wire, exactly.

mod answer;
pub mod bucket;
mod catch_up;
mod clock;
mod command;
pub mod cursor;
mod ending;
mod guard;
pub mod hello;
pub mod link;
mod offers;
pub mod presence;
pub mod protocol;
mod session;
pub mod socket;
mod speech;
mod telling;
mod typing;
mod unread;
pub mod upgrade;
mod uploads;
pub mod wire;

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use crate::access::Actor;
use crate::app::App;
use crate::error::{Code, Error, Result};
use session::Session;

/// Counts and logs what failed in somebody's talk, before he is told in his client's language.
pub fn note_failure(app: &App, actor: &Actor, error: &Error) {
    if error.code == Code::Internal {
        app.metrics.errors.inc();
    }
    if error.code == Code::Forbidden {
        app.metrics.forbidden.inc();
        let event = "authz_fail";
        tracing::warn!(event, user = %actor.id, "he may not do this over his socket");
    }
    if let Some(cause) = &error.cause {
        tracing::error!(cause = format!("{cause:#}"), "a command of a socket failed");
    }
}

/// What somebody is told who says more than he may.
pub fn too_fast(wait_ms: u64) -> Error {
    let detail = "You send faster than is allowed. Wait a moment and send it again.";
    let mut error = Error::new(Code::RateLimited, detail);
    error.retry_after_ms = Some(wait_ms);
    error
}

/// Open a socket
pub async fn open(app: Data<App>, request: HttpRequest, body: Payload) -> Result<HttpResponse> {
    let app: App = (**app).clone();
    upgrade::check_subprotocol(&request)?;
    let caller = upgrade::authenticate(&app, &request).await?;
    let talk = Session::new(app.clone(), caller.clone());
    upgrade::upgrade(app, &request, body, caller, talk).await
}
