//! What every answer carries, whatever became of the request: what a browser may do with it, who
//! may keep it, and which other pages may read it.

use actix_cors::{Cors, CorsError};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    self, AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderName, HeaderValue, IF_NONE_MATCH, RANGE, RETRY_AFTER, STRICT_TRANSPORT_SECURITY,
};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::{address, problem};
use crate::app::App;
use crate::error::{Code, Error};

/// What a page may load and who may frame it: our own files and sockets, and nothing inline. No
/// text of anybody becomes markup or script, so there is no policy for trusted types.
const OF_PAGES: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     connect-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'self'; \
     require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors 'none'";
/// The same of the API's own page, which writes styles into itself.
const OF_API_PAGE: &str = "default-src 'self'; img-src 'self' data:; \
     style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'self'";
/// What is no page loads nothing, wherever somebody puts it.
pub(super) const OF_THE_REST: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The same for all. A handler that knows better says so itself, as for a file.
const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];

/// How long a browser may remember what a page of another origin may ask, in seconds.
const PREFLIGHT_S: usize = 600;

/// Puts onto an answer what every answer carries.
pub async fn add(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let lasts = lasts(&request);
    let mut response = next.call(request).await?.map_into_boxed_body();
    if let Some(refused) = response.response().error().and_then(refused) {
        let (request, old) = response.into_parts();
        let mut answer = problem::answer(&refused, None);
        if let Some(vary) = old.headers().get(header::VARY) {
            answer.headers_mut().insert(header::VARY, vary.clone());
        }
        response = ServiceResponse::new(request, answer);
    }
    let policy = policy(response.request().path(), response.headers());
    let headers = response.headers_mut();
    protect(policy, headers);
    // What may be read is told with who may: to nobody else.
    if !headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        headers.remove(header::ACCESS_CONTROL_EXPOSE_HEADERS);
    }
    if let Some(lasts) = lasts {
        headers.insert(STRICT_TRANSPORT_SECURITY, lasts);
    }
    Ok(response)
}

/// What goes onto every answer, whoever makes it.
pub(super) fn protect(policy: &'static str, headers: &mut HeaderMap) {
    let policy = (header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in ALWAYS.into_iter().chain([policy]) {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

/// For how long who came by HTTPS is to come by nothing else.
fn lasts(request: &ServiceRequest) -> Option<HeaderValue> {
    let app = request.app_data::<Data<App>>()?;
    let seconds = app.settings.hsts_s;
    let told = seconds > 0 && address::is_secure(app, request.request());
    told.then(|| HeaderValue::from_str(&format!("max-age={seconds}")).ok())?
}

fn policy(path: &str, headers: &HeaderMap) -> &'static str {
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    match kind {
        Some(kind) if kind.starts_with(b"text/html") && path.starts_with("/docs/") => OF_API_PAGE,
        Some(kind) if kind.starts_with(b"text/html") => OF_PAGES,
        _ => OF_THE_REST,
    }
}

/// What a page may that these sites may frame; nothing else than any other if there are none.
pub fn framed_by(sites: &[String]) -> Option<HeaderValue> {
    let ancestors = format!("frame-ancestors {}", sites.join(" "));
    let policy = OF_PAGES.replace("frame-ancestors 'none'", &ancestors);
    let framed = (!sites.is_empty()).then(|| HeaderValue::from_str(&policy).ok());
    framed.flatten()
}

/// Lets pages of the origins that the settings name, and of the sites of widgets, use the API, with
/// a token in a header: no cookie goes with their requests. Other pages may ask, and read no
/// answer.
pub fn cors(app: &App) -> Cors {
    let (allowed, people) = (app.settings.allowed_origins.clone(), app.people.clone());
    let is_allowed = move |origin: &HeaderValue| {
        let named = allowed
            .iter()
            .any(|one| one.as_bytes() == origin.as_bytes());
        named || origin.to_str().is_ok_and(|origin| people.is_site(origin))
    };
    Cors::default()
        .allowed_origin_fn(move |origin, _| is_allowed(origin))
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([AUTHORIZATION, CONTENT_TYPE, IF_NONE_MATCH, RANGE])
        .expose_headers([RETRY_AFTER, CONTENT_DISPOSITION, CONTENT_RANGE, ETAG])
        .max_age(PREFLIGHT_S)
}

/// The refusal of a question whether a page may ask something, in our words.
fn refused(error: &actix_web::Error) -> Option<Error> {
    let what = error.as_error::<CorsError>()?;
    let detail = format!(
        "Pages of this origin may not ask this here: {what}. An admin can allow an origin in the \
         setting allowed_origins, or as a site of a widget."
    );
    Some(Error::new(Code::OriginNotAllowed, detail))
}
