//! How a request becomes a socket: who it is, from where, and whether there is room.
//!
//! Programs send an Authorization header. Browsers cannot; they bring a single-use ticket as a
//! second subprotocol, and must come from an origin we know. Where they keep the login in a cookie
//! that goes along by itself, and only a page of this server may open one.

use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::http::header::{
    AUTHORIZATION, CONNECTION, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use actix_web::web::{Bytes, Payload};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev, error::PayloadError, rt};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures_util::Stream;
use futures_util::StreamExt;

use super::guard::FrameGuard;
use super::link::Link;
use super::protocol::SUBPROTOCOL;
use super::socket::{self, Socket, Talk};
use super::wire::{Outgoing, Wire};
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::gate::caller::Caller;
use crate::gate::{address, cookies, origin, routes};

/// What begins the subprotocol that is a ticket.
const TICKET: &str = "ticket.";

/// Who opens the socket.
pub async fn authenticate(app: &App, request: &HttpRequest) -> Result<Caller> {
    if in_query(request, "token") || in_query(request, "access_token") {
        let detail = "A token in the address ends up in logs. Send it in the Authorization header.";
        return Err(Error::new(Code::TokenInUrl, detail));
    }
    check_origin(app, request)?;
    check_handshake(request)?;
    if request.headers().contains_key(AUTHORIZATION) {
        let caller = Caller::of(request).await?;
        return caller.check(request, &routes::SOCKET).map(|()| caller);
    }
    let ticket = ticket(request);
    if ticket.is_none() && cookies::access(app, request)?.is_some() {
        cookies::check_origin(app, request)?;
        let caller = Caller::of(request).await?;
        return caller.check(request, &routes::SOCKET).map(|()| caller);
    }
    let Some(ticket) = ticket else {
        let detail = "Send the Authorization header, or a ticket as the subprotocol ticket.TICKET.";
        return Err(Error::new(Code::TokenMissing, detail));
    };
    let (bearer, session) = app
        .people
        .redeem(&ticket, address::of(app, request))
        .await?;
    Ok(Caller::new(bearer, session))
}

/// Refused before anything is done for it: a ticket is not used up, a rep claims nothing.
fn check_handshake(request: &HttpRequest) -> Result<()> {
    let text = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let says = |name, word| text(name).is_some_and(|text| text.to_lowercase().contains(word));
    if !says(UPGRADE, "websocket") || !says(CONNECTION, "upgrade") {
        let detail = "This address speaks WebSocket: connect with a WebSocket client.";
        return Err(Error::new(Code::UpgradeRequired, detail));
    }
    if text(SEC_WEBSOCKET_VERSION) != Some("13") {
        let detail = "This address speaks WebSocket version 13 only.";
        return Err(Error::new(Code::UpgradeRequired, detail));
    }
    let key = text(SEC_WEBSOCKET_KEY).and_then(|key| BASE64_STANDARD.decode(key).ok());
    if key.is_some_and(|key| key.len() == 16) {
        return Ok(());
    }
    let detail = "Sec-WebSocket-Key must be 16 bytes in base64.";
    Err(Error::new(Code::InvalidRequest, detail))
}

/// A client that offers only what is not spoken here would fail at its first frame, or worse,
/// understand it wrong. One that offers nothing is believed to know where it is.
pub fn check_subprotocol(request: &HttpRequest) -> Result<()> {
    let mut foreign = offered(request)
        .filter(|one| !one.starts_with(TICKET))
        .peekable();
    if foreign.peek().is_none() || foreign.any(|one| one == SUBPROTOCOL) {
        return Ok(());
    }
    let detail = format!("This address speaks the subprotocol {SUBPROTOCOL} and no other.");
    Err(Error::new(Code::InvalidRequest, detail))
}

fn in_query(request: &HttpRequest, name: &str) -> bool {
    let pairs = request.query_string().split('&');
    pairs
        .filter_map(|pair| pair.split_once('='))
        .any(|(key, _)| key == name)
}

/// Browsers name the page's origin: ours, one that the settings allow, or a site of a widget.
fn check_origin(app: &App, request: &HttpRequest) -> Result<()> {
    match origin::foreign(app, request) {
        Some(site) if !app.people.is_site(&site) => {
            let detail = "Pages of this origin may not open sockets here. An admin can allow it \
                          in the setting allowed_origins, or as a site of a widget.";
            Err(Error::new(Code::OriginNotAllowed, detail))
        }
        _ => Ok(()),
    }
}

fn ticket(request: &HttpRequest) -> Option<String> {
    offered(request).find_map(|one| one.strip_prefix(TICKET).map(str::to_owned))
}

/// The subprotocols that a client names.
fn offered(request: &HttpRequest) -> impl Iterator<Item = &str> {
    let all = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL);
    all.filter_map(|value| value.to_str().ok())
        .flat_map(|all| all.split(',').map(str::trim))
        .filter(|one| !one.is_empty())
}

/// Counts a socket from its handshake to its end.
struct Place {
    app: App,
    /// Where it is counted by its address, too.
    address: Option<IpAddr>,
}

impl Place {
    fn take(app: &App, address: Option<IpAddr>) -> Result<Self> {
        let taken = app.sockets.fetch_add(1, Ordering::AcqRel);
        let mut place = Place {
            app: app.clone(),
            address: None,
        };
        if app.hub.is_closing() {
            let detail = "This node is going down. Connect again, and you will reach another.";
            return Err(Error::new(Code::Unavailable, detail));
        }
        if taken >= app.tuning.running().sockets_max {
            return Err(Error::overloaded());
        }
        if let Some(address) = address {
            let mut all = app
                .addresses
                .lock()
                .expect("nothing panics under this lock");
            let most = app.tuning.running().sockets_per_address_max;
            let open = all.entry(address).or_default();
            if *open >= most {
                let detail = format!(
                    "Your address has {most} sockets open, which is all it may have. Close one, \
                     or come back later."
                );
                return Err(Error::new(Code::RateLimited, detail));
            }
            *open += 1;
            place.address = Some(address);
        }
        Ok(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.app.sockets.fetch_sub(1, Ordering::AcqRel);
        let Some(address) = self.address else { return };
        let all = self.app.addresses.lock();
        let mut all = all.expect("nothing panics under this lock");
        if let Entry::Occupied(mut open) = all.entry(address) {
            *open.get_mut() -= 1;
            if *open.get() == 0 {
                open.remove();
            }
        }
    }
}

/// Completes the handshake and runs the socket on this worker until it ends.
pub async fn upgrade(
    app: App,
    request: &HttpRequest,
    body: Payload,
    caller: Caller,
    talk: impl Talk + 'static,
) -> Result<HttpResponse> {
    let place = Place::take(&app, address::of(&app, request))?;
    let most = app.settings.frame_bytes_max;
    let tripped = Arc::new(AtomicBool::new(false));
    type Incoming = Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>;
    let guarded = FrameGuard::new(body.into_inner(), most, tripped.clone());
    let guarded: Incoming = guarded.boxed_local();
    let body = Payload::from_request(request, &mut dev::Payload::from(guarded)).await;
    let refused = |error: actix_web::Error| {
        let detail = format!("This address speaks WebSocket: {error}.");
        Error::new(Code::UpgradeRequired, detail)
    };
    let (answer, session, stream) =
        actix_ws::handle_with_protocols(request, body.map_err(refused)?, &[SUBPROTOCOL])
            .map_err(refused)?;
    let stream = stream
        .max_frame_size(most)
        .aggregate_continuations()
        .max_continuation_size(most);
    let outgoing = Outgoing::default();
    let answer = answer.map_body(|_, body| outgoing.watch(body));
    let link = request.conn_data::<Link>().cloned();
    if let Some(link) = &link {
        link.keep_little();
    }
    let stall = Duration::from_millis(app.settings.write_stall_ms);
    let socket = Socket {
        app,
        caller,
        wire: Wire::new(session, outgoing, stall),
        stream,
        link,
        tripped,
    };
    let (socket, talk) = (Box::new(socket), Box::new(talk));
    rt::spawn(async move {
        let _place = place;
        socket::run(socket, talk).await;
    });
    Ok(answer)
}
