//! The plain pages at `/`, `/chat`, `/console` and `/link`, embedded in the binary: HTML, one style
//! and ES modules just as they are written, on the API and the native wire like any other client.

use actix_web::http::header::{ALLOW, CACHE_CONTROL, ETAG, EntityTag, Header, IfNoneMatch};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

/// A file that is served: its address, its type, its text.
type File = (&'static str, &'static str, &'static str);

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Every file there is.
pub const FILES: &[File] = &[
    ("/", HTML, include_str!("index.html")),
    ("/chat", HTML, include_str!("chat.html")),
    ("/console", HTML, include_str!("console.html")),
    ("/link", HTML, include_str!("link.html")),
    ("/style.css", CSS, include_str!("style.css")),
    ("/icon.svg", SVG, include_str!("icon.svg")),
    ("/js/account.js", JS, include_str!("js/account.js")),
    ("/js/api.js", JS, include_str!("js/api.js")),
    ("/js/chat.js", JS, include_str!("js/chat.js")),
    ("/js/console.js", JS, include_str!("js/console.js")),
    (
        "/js/conversation.js",
        JS,
        include_str!("js/conversation.js"),
    ),
    (
        "/js/conversations.js",
        JS,
        include_str!("js/conversations.js"),
    ),
    ("/js/dom.js", JS, include_str!("js/dom.js")),
    ("/js/entries.js", JS, include_str!("js/entries.js")),
    ("/js/link.js", JS, include_str!("js/link.js")),
    ("/js/log.js", JS, include_str!("js/log.js")),
    ("/js/outbox.js", JS, include_str!("js/outbox.js")),
    ("/js/socket.js", JS, include_str!("js/socket.js")),
    ("/js/start.js", JS, include_str!("js/start.js")),
];

/// The addresses of the pages.
pub fn routes(config: &mut ServiceConfig) {
    for (path, kind, text) in FILES {
        let tag = tag(text);
        let file = move |request: HttpRequest| {
            let answer = answer(&request, kind, text, &tag);
            async move { answer }
        };
        config.service(
            web::resource(*path)
                .route(web::get().to(file))
                .default_service(web::to(wrong_method)),
        );
    }
}

/// A browser asks each time and is told in a word that it has the newest: a new version of this
/// program is a new version of all its files at once.
fn answer(request: &HttpRequest, kind: &str, text: &'static str, tag: &EntityTag) -> HttpResponse {
    let has_it = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => request.headers().contains_key("If-None-Match"),
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|one| one.weak_eq(tag)),
        Err(_) => false,
    };
    let mut answer = match has_it {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    answer
        .insert_header((ETAG, tag.to_string()))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .content_type(kind);
    match has_it {
        true => answer.finish(),
        false => answer.body(text),
    }
}

fn tag(text: &str) -> EntityTag {
    let digest = Sha256::digest(text.as_bytes());
    EntityTag::new_strong(
        digest[..12]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    )
}

async fn wrong_method() -> HttpResponse {
    HttpResponse::MethodNotAllowed()
        .insert_header((ALLOW, "GET, HEAD"))
        .finish()
}
