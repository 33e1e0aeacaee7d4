//! From where somebody signs in, as he is told of it in the list of his logins.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::USER_AGENT;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use super::address;
use crate::app::App;
use crate::people::Device;

/// Characters of what a client calls itself; the rest is left out.
const AGENT_CHARS_MAX: usize = 200;

impl FromRequest for Device {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request
            .app_data::<Data<App>>()
            .expect("every route has the app");
        let agent = request.headers().get(USER_AGENT);
        let agent = agent.and_then(|text| text.to_str().ok());
        let agent = agent.unwrap_or_default().chars().take(AGENT_CHARS_MAX);
        let address = address::of(app, request);
        ready(Ok(Device {
            agent: agent.collect(),
            address: address.map(|one| one.to_string()).unwrap_or_default(),
        }))
    }
}
