//! The faces: the pages at `/`, `/chat`, `/console` and `/link`, and the loader of the chat inside
//! other pages. HTML, styles and ES modules just as they are written, embedded in the binary, on
//! the API and the native wire like any other client.
//!
//! They are sent without comments, and what a page needs at once as one file: see `pack.rs`.
//!
//! A browser that asks for what is nowhere gets the start page, which says so.
//!
//! What pages load stands under `/assets/VERSION/`, where it never changes: a new version of this
//! program is a new version of all its files at once. The modules name each other relatively.

mod files;
mod pack;

use actix_web::http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONTENT_ENCODING,
    CONTENT_SECURITY_POLICY, ETAG, EntityTag, Header, HeaderValue, IfNoneMatch, LINK, VARY,
};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

pub use files::{File, all};

use crate::app::App;
use crate::gate::{headers, problem};
use crate::words::WidgetId;

/// The page that widgets show in their frames, too.
const CHAT: &str = "/chat";
/// The page that leads to all others, and stands for those that are not there.
const START: &str = "/";
/// What the start page hangs on there; a problem is kept by nobody.
const VARY_NOWHERE: HeaderValue =
    HeaderValue::from_static("Accept, Accept-Encoding, Accept-Language");

/// The addresses of the pages and of what they load.
pub fn routes(config: &mut ServiceConfig) {
    for file in all() {
        let get = move |request: HttpRequest| async move { answer(&request, file) };
        config.service(
            web::resource(file.address.as_str())
                .route(web::get().to(get))
                .default_service(web::to(wrong_method)),
        );
    }
    config.service(
        web::resource("/chat/{widget}")
            .route(web::get().to(chat_of_widget))
            .default_service(web::to(wrong_method)),
    );
    config.default_service(web::to(nowhere));
}

/// Where nothing is: who looks there with a browser, and not for the API, is told so by the start
/// page.
async fn nowhere(request: HttpRequest, known: Data<problem::Known>) -> HttpResponse {
    let accepted = request.headers().get(ACCEPT);
    let reads_pages = accepted.is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
        && !request.path().starts_with("/api/");
    if request.method() != Method::GET || !reads_pages {
        return problem::no_route(request, known).await;
    }
    let mut answer = answer(&request, page(START));
    answer.headers_mut().remove(ETAG);
    answer.headers_mut().insert(VARY, VARY_NOWHERE);
    *answer.status_mut() = StatusCode::NOT_FOUND;
    answer
}

fn page(address: &str) -> &'static File {
    let page = all().iter().find(|file| file.address == address);
    page.expect("it is one of the files")
}

/// The chat of a widget. Pages of its sites may frame it, and nobody else's.
async fn chat_of_widget(
    request: HttpRequest,
    app: Data<App>,
    widget: Path<String>,
) -> HttpResponse {
    let sites = match widget.parse::<WidgetId>() {
        Ok(id) => app.people.sites_of(id).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let mut answer = answer(&request, page(CHAT));
    if let Some(policy) = headers::framed_by(&sites) {
        answer.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    answer
}

/// A browser asks for a page each time, and is told in a word that it has the newest.
fn answer(request: &HttpRequest, file: &'static File) -> HttpResponse {
    let tag = EntityTag::new_weak(file.tag.clone());
    let has_it = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => request.headers().contains_key("If-None-Match"),
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|one| one.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut answer = match has_it {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    answer
        .insert_header((ETAG, tag.to_string()))
        .insert_header((CACHE_CONTROL, file.kept))
        .insert_header((VARY, "Accept-Encoding, Accept-Language"))
        .content_type(file.kind);
    if let Some(texts) = texts_for(request, file) {
        let link = format!("<{}>; rel=modulepreload", texts.address);
        answer.insert_header((LINK, link));
    }
    if file.is_for_others {
        answer.insert_header(("Cross-Origin-Resource-Policy", "cross-origin"));
    }
    if has_it {
        return answer.finish();
    }
    if !takes_brotli(request) {
        return answer.body(file.text.as_bytes());
    }
    answer
        .insert_header((CONTENT_ENCODING, "br"))
        .body(file.brotli())
}

/// What the chat will say first, in the language that the browser wants most: so it is fetched
/// beside the rest, and not after it.
fn texts_for(request: &HttpRequest, file: &File) -> Option<&'static File> {
    let wanted = request.headers().get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let tags = wanted.split(',').filter_map(|one| one.trim().get(..2));
    let named = |tag: &str| {
        let end = format!("/i18n/chat.{tag}.js");
        all().iter().find(|file| file.address.ends_with(&end))
    };
    let texts = tags
        .map(str::to_ascii_lowercase)
        .find_map(|tag| named(&tag));
    (file.address == CHAT).then_some(texts).flatten()
}

fn takes_brotli(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(ACCEPT_ENCODING);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    accepted.is_some_and(|list| list.split(',').any(|one| one.trim() == "br"))
}

async fn wrong_method() -> HttpResponse {
    HttpResponse::MethodNotAllowed()
        .insert_header((ALLOW, "GET, HEAD"))
        .finish()
}
