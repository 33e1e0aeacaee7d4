//! Errors on their way out: `application/problem+json` (RFC 9457), whatever went wrong.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ResourceDef, ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER, SEC_WEBSOCKET_VERSION, UPGRADE, WWW_AUTHENTICATE,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError};
use futures_util::FutureExt;
use tracing_actix_web::RequestId;

use super::headers;
use crate::app::App;
use crate::error::{Code, Error, FieldError};

/// What a client reads of an error.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Always `about:blank`: `code` says which problem it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The status in words.
    pub title: &'static str,
    pub status: u16,
    /// Stable; for programs.
    pub code: &'static str,
    /// A sentence for people that says what to do.
    pub detail: String,
    /// The wrong fields, if it is about fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// To find it in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        answer(self, None)
    }
}

/// What is left of a request whose handler panicked: nothing but this to answer it with.
#[derive(Debug)]
struct Broken(Option<String>);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a handler panicked")
    }
}

impl ResponseError for Broken {
    fn error_response(&self) -> HttpResponse {
        let mut answer = answer(&Error::internal(anyhow::anyhow!("{self}")), self.0.clone());
        headers::protect(headers::OF_THE_REST, answer.headers_mut());
        answer
    }
}

/// An error as its answer. It finds its request id by itself if a handler returns the error.
pub fn answer(error: &Error, request_id: Option<String>) -> HttpResponse {
    let status = error.status_code();
    let problem = Problem {
        kind: "about:blank",
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        code: error.code.as_str(),
        detail: error.detail.to_string(),
        errors: error.fields.clone(),
        request_id,
    };
    let mut answer = begin(error, status);
    answer.content_type("application/problem+json");
    answer.body(serde_json::to_string(&problem).expect("a problem is plain text"))
}

/// An answer with the headers that an error brings, whatever its body will be.
pub fn begin(error: &Error, status: StatusCode) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    if let Some(wait) = error.retry_after_ms {
        answer.insert_header((RETRY_AFTER, wait.div_ceil(1_000)));
    }
    if status == StatusCode::UNAUTHORIZED {
        answer.insert_header((WWW_AUTHENTICATE, "Bearer"));
    }
    if status == StatusCode::UPGRADE_REQUIRED {
        answer.insert_header((UPGRADE, "websocket"));
        answer.insert_header((SEC_WEBSOCKET_VERSION, "13"));
    }
    answer
}

/// Gives every error its request id, and those that actix made itself our form. A failure of
/// ours is logged here, once, with its cause.
pub async fn finish(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = request
        .extensions()
        .get::<RequestId>()
        .map(ToString::to_string);
    let app = request.app_data::<actix_web::web::Data<App>>().cloned();
    let Ok(called) = AssertUnwindSafe(next.call(request)).catch_unwind().await else {
        if let Some(app) = app {
            app.metrics.errors.inc();
        }
        tracing::error!("a handler panicked");
        return Err(Broken(id).into());
    };
    let response = called?.map_into_boxed_body();
    let status = response.status();
    if status.is_success() || status.is_redirection() || status.is_informational() {
        return Ok(response);
    }
    if status.as_u16() == 500
        && let Some(app) = app
    {
        app.metrics.errors.inc();
    }
    let error = response.response().error();
    let ours = error.and_then(|error| error.as_error::<Error>());
    let answer = match ours {
        Some(error) => {
            if status.as_u16() == 500 {
                let cause = error.cause.as_ref().map(|cause| format!("{cause:#}"));
                tracing::error!(cause, "a request failed");
            }
            Some(answer(error, id))
        }
        // A handler's own words, as a dialect's.
        None if error.is_none() && response.headers().contains_key(CONTENT_TYPE) => None,
        None => Some(answer(&from_status(status), id)),
    };
    Ok(match answer {
        Some(mut fresh) => {
            let allow = response.headers().get(ALLOW).cloned();
            if let Some(allow) = allow {
                fresh.headers_mut().insert(ALLOW, allow);
            }
            let (request, _) = response.into_parts();
            ServiceResponse::new(request, fresh)
        }
        None => response,
    })
}

/// What actix refused before any of our code ran.
fn from_status(status: StatusCode) -> Error {
    match status.as_u16() {
        404 => Error::new(Code::NotFound, "There is nothing at this address."),
        405 => Error::new(
            Code::MethodNotAllowed,
            "This address does not take this method.",
        ),
        408 => Error::new(
            Code::Timeout,
            "The request took too long to arrive. Send it again.",
        ),
        413 => Error::new(Code::TooLarge, "The request is too large."),
        426 => Error::new(
            Code::UpgradeRequired,
            "This address speaks WebSocket version 13.",
        ),
        500.. => Error::internal(anyhow::anyhow!("an answer with status {status}")),
        _ => Error::new(
            Code::InvalidRequest,
            "The request is not valid HTTP for this address.",
        ),
    }
}

/// The answer where no route matched: 405 with `Allow` if the path is known under other
/// methods, 404 if it is not.
pub async fn no_route(request: HttpRequest, known: actix_web::web::Data<Known>) -> HttpResponse {
    let allowed = known
        .0
        .iter()
        .find(|(path, _)| path.is_match(request.path()));
    match allowed {
        Some((_, methods)) => {
            let error = from_status(StatusCode::METHOD_NOT_ALLOWED);
            let mut answer = HttpResponse::from_error(error);
            if let Ok(methods) = HeaderValue::from_str(&methods.join(", ")) {
                answer.headers_mut().insert(ALLOW, methods);
            }
            answer
        }
        None => HttpResponse::from_error(from_status(StatusCode::NOT_FOUND)),
    }
}

/// The paths there are, with their methods: read from the API's own document.
pub struct Known(Vec<(ResourceDef, Vec<String>)>);

impl Known {
    pub fn of(document: &utoipa::openapi::OpenApi) -> Self {
        let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (path, item) in &document.paths.paths {
            let methods = [
                (Method::GET, item.get.is_some()),
                (Method::POST, item.post.is_some()),
                (Method::PUT, item.put.is_some()),
                (Method::PATCH, item.patch.is_some()),
                (Method::DELETE, item.delete.is_some()),
            ];
            let there = methods.into_iter().filter(|(_, there)| *there);
            known
                .entry(path.clone())
                .or_default()
                .extend(there.map(|(one, _)| one.to_string()));
        }
        let paths = known
            .into_iter()
            .map(|(path, methods)| (ResourceDef::new(path), methods));
        Self(paths.collect())
    }
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::{App, test, web};

    use super::*;

    async fn breaks() -> HttpResponse {
        panic!("with a canary")
    }

    async fn works() -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    #[actix_web::test]
    async fn a_handler_that_panics_is_answered_and_the_next_is_served() {
        let app = App::new()
            .route("/breaks", web::get().to(breaks))
            .route("/works", web::get().to(works))
            .wrap(from_fn(finish));
        let service = test::init_service(app).await;
        let request = |path| test::TestRequest::get().uri(path).to_request();
        let broken = test::try_call_service(&service, request("/breaks")).await;
        let broken = broken.expect_err("no answer of its own").error_response();
        assert_eq!(broken.status(), StatusCode::INTERNAL_SERVER_ERROR);
        for name in ["x-content-type-options", "content-security-policy"] {
            assert!(broken.headers().contains_key(name), "{name}");
        }
        let body = actix_web::body::to_bytes(broken.into_body()).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(
            text.contains("\"internal\"") && !text.contains("canary"),
            "{text}"
        );
        let next = test::try_call_service(&service, request("/works")).await;
        assert_eq!(next.unwrap().status(), StatusCode::OK);
    }
}
