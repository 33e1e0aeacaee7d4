//! Who is asking.

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

use super::cookies;
use super::routes::{self, Route};
use crate::access::{Action, Actor, Object, may};
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::people::Bearer;
use crate::words::{Role, Scope, SessionId, UserId, now};

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

impl Caller {
    /// A person, by his login.
    pub fn new(bearer: Bearer, session: SessionId) -> Self {
        Caller {
            actor: bearer.actor,
            name: bearer.name,
            session,
            scopes: None,
            by_cookie: false,
        }
    }

    /// Reads the Authorization header, or the cookie if there is none, and asks the record.
    pub async fn of(request: &HttpRequest) -> Result<Self> {
        let app = app(request);
        if !request.headers().contains_key(AUTHORIZATION)
            && let Some(cookie) = cookies::access(app, request)?
        {
            return Self::by_cookie(app, request, &cookie).await;
        }
        let token = token(request)?;
        if !app.people.is_key(token) {
            let (bearer, session) = app.people.bearer(token).await?;
            return Ok(Caller::new(bearer, session));
        }
        // A machine: with the rights of an admin where its scopes reach.
        let key = app.people.key_bearer(token).await?;
        let (id, none) = (UserId(key.id.0), SessionId(key.id.0));
        Ok(Caller {
            actor: Actor::new(id, Role::Admin),
            name: key.name,
            session: none,
            scopes: Some(key.scopes),
            by_cookie: false,
        })
    }

    /// Somebody whose browser sends his token by itself, whatever page asks.
    async fn by_cookie(app: &App, request: &HttpRequest, token: &str) -> Result<Self> {
        if !request.method().is_safe() {
            cookies::check_origin(app, request)?;
        }
        let (bearer, session) = app.people.bearer(token).await?;
        let mut caller = Caller::new(bearer, session);
        caller.by_cookie = true;
        Ok(caller)
    }

    /// Refuses what he may not do, whatever it is done with, and says so to the log.
    pub fn check(&self, request: &HttpRequest, route: &Route) -> Result<()> {
        let (_, action, scope) = *route;
        let may = self.check_scope(scope);
        may.and_then(|()| may_at_all(&self.actor, action))
            .inspect_err(|_| {
                app(request).metrics.forbidden.inc();
                // By OWASP's word for it.
                let (event, method, path) =
                    ("authz_fail", request.method(), request.match_pattern());
                tracing::warn!(event, user = %self.actor.id, %method, path, "he may not do this");
            })
    }

    fn check_scope(&self, scope: Option<Scope>) -> Result<()> {
        let forbidden = |detail: String| Err(Error::new(Code::Forbidden, detail));
        match (&self.scopes, scope) {
            (None, _) => Ok(()),
            (Some(his), Some(scope)) if his.contains(&scope) => Ok(()),
            (Some(_), Some(scope)) => forbidden(format!(
                "This API key lacks the scope {scope}. Use one that has it."
            )),
            (Some(_), None) => forbidden("An API key cannot do this: sign in as a person.".into()),
        }
    }

    /// Refuses a login that is too old. A key has its scopes instead.
    pub async fn check_age(&self, app: &App) -> Result<()> {
        if self.scopes.is_some() {
            return Ok(());
        }
        let begun = app.people.login_begun(self.session).await?;
        let long = app.tuning.running().fresh_login_s;
        if now() - begun <= long * 1_000 {
            return Ok(());
        }
        let detail = format!(
            "For this your login must not be older than {long} s. Sign in again with your \
             password, and repeat it."
        );
        Err(Error::new(Code::LoginTooOld, detail))
    }
}

fn may_at_all(actor: &Actor, action: Action) -> Result<()> {
    may(actor, action, Object::None)
}

fn app(request: &HttpRequest) -> &App {
    let app = request.app_data::<Data<App>>();
    app.expect("every route has the app")
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

/// Who may do what this route is for.
impl FromRequest for Caller {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = Caller::of(&request).await?;
            let route = routes::of(&request)
                .ok_or_else(|| Error::internal(anyhow::anyhow!("a route without a row")))?;
            caller.check(&request, route)?;
            if caller.by_cookie && route.1.is_noted_reading() {
                cookies::check_site(&request)?;
            }
            if route.1.wants_young_login() {
                caller.check_age(app(&request)).await?;
            }
            Ok(caller)
        })
    }
}
