//! The HTTP side: which addresses there are, what wraps them, and how connections are set up.

use std::any::Any;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Extensions, Server, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::UPGRADE;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data};
use actix_web::{App as ActixApp, HttpMessage, HttpServer};
use socket2::SockRef;
use tracing::Span;
use tracing_actix_web::{RequestId, RootSpanBuilder, TracingLogger};
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::SwaggerUi;

use crate::api;
use crate::app::App;
use crate::gate::{body, headers, problem};
use crate::{dialects, live, pages};

/// Bytes that the kernel keeps for a client that does not read, beyond what is on the wire. The
/// buffer is not made smaller than that for answers: one that is smaller than what the client's
/// machine acknowledges at once waits for each of its delayed acknowledgements. See `live/link.rs`
/// for sockets.
const UNSENT: u32 = 128 * 1024;
/// How long sent bytes may stay unacknowledged before the connection is given up.
const USER_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves on a listener until its handle stops it.
pub fn serve(app: App, listener: TcpListener) -> std::io::Result<Server> {
    let workers = match app.settings.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    };
    let factory = move || {
        let pages = app.settings.pages;
        let (routes, document) = ActixApp::new()
            .into_utoipa_app()
            .openapi(api::Document::openapi())
            .configure(api::routes)
            .split_for_parts();
        let document = api::document(document);
        let docs = SwaggerUi::new("/docs/{_:.*}").url("/api/openapi.json", document.clone());
        routes
            .app_data(Data::new(app.clone()))
            .app_data(Data::new(problem::Known::of(&document)))
            .app_data(body::path_config())
            .service(docs)
            .service(web::redirect("/docs", "/docs/"))
            .service(web::resource("/ws").route(web::get().to(live::open)))
            .configure(dialects::routes)
            .default_service(web::to(problem::no_route))
            // They have another answer where nothing is, so they come after ours.
            .configure(move |config| {
                if pages {
                    pages::routes(config);
                }
            })
            .wrap(from_fn(head_as_get))
            .wrap(from_fn(problem::finish))
            .wrap(TracingLogger::<Spans>::new())
            .wrap(headers::cors(&app))
            .wrap(from_fn(headers::add))
    };
    Ok(HttpServer::new(factory)
        .workers(workers)
        .on_connect(prepare)
        .client_request_timeout(Duration::from_secs(5))
        .shutdown_timeout(2)
        .disable_signals()
        .listen(listener)?
        .run())
}

/// What can be got can be asked for without its body, which actix leaves out by itself. A
/// handshake stays what it is: the socket behind it would be cut off.
async fn head_as_get(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if request.method() == Method::HEAD && !request.headers().contains_key(UPGRADE) {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}

/// Bounds what a client that stops reading can hold, and lets a socket cut its connection.
fn prepare(connection: &dyn Any, data: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() else {
        return;
    };
    let _ = stream.set_nodelay(true);
    let socket = SockRef::from(stream);
    let _ = socket.set_tcp_notsent_lowat(UNSENT);
    let _ = socket.set_tcp_user_timeout(Some(USER_TIMEOUT));
    match live::link::Link::of(stream) {
        Some(link) => drop(data.insert(link)),
        // No socket could bound it later.
        None => live::link::keep_little(&socket),
    }
}

/// One span per request with its id, and one line when it ends. Never a body, never a token.
struct Spans;

impl RootSpanBuilder for Spans {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = request
            .extensions()
            .get::<RequestId>()
            .map(ToString::to_string);
        // Without the query: tickets and links may stand there.
        tracing::info_span!("http", id, method = %request.method(), path = request.path())
    }

    fn on_request_end<B: MessageBody>(
        span: Span,
        outcome: &Result<ServiceResponse<B>, actix_web::Error>,
    ) {
        let Ok(response) = outcome else { return };
        let status = response.status().as_u16();
        match response.request().path() {
            "/healthz" | "/readyz" | "/metrics" => {
                tracing::debug!(parent: &span, status, "answered");
            }
            _ => tracing::info!(parent: &span, status, "answered"),
        }
    }
}
