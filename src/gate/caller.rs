//! Who is asking.

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

use crate::app::App;
use crate::desk::Actor;
use crate::error::{Code, Error, Result};
use crate::words::{Role, SessionId};

/// Somebody who is signed in, by the record of this moment.
#[derive(Debug, Clone)]
pub struct Caller {
    pub actor: Actor,
    pub name: String,
    pub session: SessionId,
}

/// A rep or an admin.
pub struct Staff(pub Caller);

/// An admin.
pub struct Admin(pub Caller);

impl Caller {
    /// Reads the Authorization header and asks the record.
    pub async fn of(request: &HttpRequest) -> Result<Self> {
        let app = request
            .app_data::<Data<App>>()
            .expect("every route has the app");
        let (bearer, session) = app.people.bearer(token(request)?).await?;
        let actor = Actor {
            id: bearer.user,
            role: bearer.role,
        };
        Ok(Caller {
            actor,
            name: bearer.name,
            session,
        })
    }
}

fn token(request: &HttpRequest) -> Result<&str> {
    let missing = || {
        let detail = "Sign in first and send the header Authorization: Bearer ACCESS_TOKEN.";
        Error::new(Code::TokenMissing, detail)
    };
    let header = request.headers().get(AUTHORIZATION).ok_or_else(missing)?;
    let text = header.to_str().unwrap_or_default();
    let (scheme, token) = text.split_once(' ').ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(token.trim())
    } else {
        Err(missing())
    }
}

impl FromRequest for Caller {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Caller::of(&request).await })
    }
}

impl FromRequest for Staff {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = Caller::of(&request).await?;
            let staff = caller.actor.role != Role::Customer;
            if staff {
                Ok(Staff(caller))
            } else {
                Err(forbidden("a rep or an admin"))
            }
        })
    }
}

impl FromRequest for Admin {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = Caller::of(&request).await?;
            let admin = caller.actor.role == Role::Admin;
            if admin {
                Ok(Admin(caller))
            } else {
                Err(forbidden("an admin"))
            }
        })
    }
}

fn forbidden(who: &str) -> Error {
    Error::new(Code::Forbidden, format!("Only {who} may do this."))
}
