//! Who is asking.

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

use super::{cookies, scopes};
use crate::app::App;
use crate::desk::Actor;
use crate::error::{Code, Error, Result};
use crate::words::{Role, Scope, SessionId, UserId};

/// Somebody who is signed in, by the record of this moment.
#[derive(Debug, Clone)]
pub struct Caller {
    pub actor: Actor,
    pub name: String,
    /// His login. A key has none; what would end or need one is not for keys.
    pub session: SessionId,
    /// What his key is good for, if it is one that asks.
    pub scopes: Option<Vec<Scope>>,
    /// Whether his browser keeps his login in a cookie.
    pub by_cookie: bool,
}

/// A rep or an admin.
pub struct Staff(pub Caller);

/// An admin.
pub struct Admin(pub Caller);

impl Caller {
    pub fn new(id: UserId, role: Role, name: String, session: SessionId) -> Self {
        let actor = Actor { id, role };
        Caller {
            actor,
            name,
            session,
            scopes: None,
            by_cookie: false,
        }
    }

    /// Reads the Authorization header, or the cookie if there is none, and asks the record.
    pub async fn of(request: &HttpRequest) -> Result<Self> {
        let app = request
            .app_data::<Data<App>>()
            .expect("every route has the app");
        if !request.headers().contains_key(AUTHORIZATION)
            && let Some(cookie) = cookies::access(app, request)
        {
            return Self::by_cookie(app, request, &cookie).await;
        }
        let token = token(request)?;
        if app.people.is_key(token) {
            return Self::by_key(app, request, token).await;
        }
        let (bearer, session) = app.people.bearer(token).await?;
        let (id, role) = (bearer.user, bearer.role);
        Ok(Caller::new(id, role, bearer.name, session))
    }

    /// Somebody whose browser sends his token by itself, whatever page asks.
    async fn by_cookie(app: &App, request: &HttpRequest, token: &str) -> Result<Self> {
        if !request.method().is_safe() {
            cookies::check_origin(app, request)?;
        }
        let (bearer, session) = app.people.bearer(token).await?;
        let mut caller = Caller::new(bearer.user, bearer.role, bearer.name, session);
        caller.by_cookie = true;
        Ok(caller)
    }

    /// A machine, by its key: with the rights of an admin where its scopes reach.
    async fn by_key(app: &App, request: &HttpRequest, key: &str) -> Result<Self> {
        let key = app.people.key_bearer(key).await?;
        let (id, none) = (UserId(key.id.0), SessionId(key.id.0));
        let mut caller = Caller::new(id, Role::Admin, key.name, none);
        scopes::check(request, &key.scopes).inspect_err(|_| refused(request, &caller.actor))?;
        caller.scopes = Some(key.scopes);
        Ok(caller)
    }

    /// The same of one whose role may do it; `who` those are.
    async fn only(request: &HttpRequest, may: fn(Role) -> bool, who: &str) -> Result<Self> {
        let caller = Caller::of(request).await?;
        match may(caller.actor.role) {
            true => Ok(caller),
            false => {
                refused(request, &caller.actor);
                let detail = format!("Only {who} may do this.");
                Err(Error::new(Code::Forbidden, detail))
            }
        }
    }
}

/// Tells the log, by OWASP's word, that somebody has asked for what is not his.
fn refused(request: &HttpRequest, actor: &Actor) {
    if let Some(app) = request.app_data::<Data<App>>() {
        app.metrics.forbidden.inc();
    }
    let (event, method, path) = ("authz_fail", request.method(), request.match_pattern());
    tracing::warn!(event, user = %actor.id, %method, path, "he may not do this");
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
            let staff = |role| role != Role::Customer;
            let caller = Caller::only(&request, staff, "a rep or an admin");
            caller.await.map(Staff)
        })
    }
}

impl FromRequest for Admin {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let admin = |role| role == Role::Admin;
            Caller::only(&request, admin, "an admin").await.map(Admin)
        })
    }
}
