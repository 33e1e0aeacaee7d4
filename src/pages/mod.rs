//! The plain pages at `/`, `/chat` and `/console`, embedded in the binary.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

/// A file that is served: its address, its type, its text.
type File = (&'static str, &'static str, &'static str);

const HTML: &str = "text/html; charset=utf-8";

const FILES: &[File] = &[("/", HTML, include_str!("index.html"))];

/// The addresses of the pages.
pub fn routes(config: &mut ServiceConfig) {
    for (path, _, _) in FILES {
        config.route(path, web::get().to(file));
    }
}

async fn file(request: HttpRequest) -> HttpResponse {
    match FILES.iter().find(|(path, _, _)| *path == request.path()) {
        Some((_, kind, text)) => HttpResponse::Ok().content_type(*kind).body(*text),
        None => HttpResponse::NotFound().finish(),
    }
}
