//! Which page asks, where a browser says so: one of ours, one that the settings allow, or one of
//! another origin, which may be a site of a widget.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HOST, HeaderValue, ORIGIN};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use crate::app::App;

/// The origin of the page that asks, unless that is ours or one that the settings allow. Programs
/// name none.
pub struct Site(pub Option<String>);

impl FromRequest for Site {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<Data<App>>();
        ready(Ok(Site(foreign(
            app.expect("every route has the app"),
            request,
        ))))
    }
}

/// The same of a request.
pub fn foreign(app: &App, request: &HttpRequest) -> Option<String> {
    let origin = text(request.headers().get(ORIGIN)?);
    let own = origin.split_once("://").map(|(_, rest)| rest);
    let host = request.headers().get(HOST).map(text);
    let settings = &app.settings;
    let mut named = settings
        .allowed_origins
        .iter()
        .chain([&settings.public_url]);
    // By which scheme a proxy was asked is not always known here; cookies want to know it.
    let known = own.is_some() && own == host || named.any(|one| one == origin);
    (!known).then(|| origin.to_owned())
}

fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or_default()
}
