//! Logins that a browser keeps in cookies, where no script reads them, and what keeps the pages of
//! others from using them.
//!
//! A cookie goes along whoever's page asks. So who is known by one changes something, and opens a
//! socket, from a page of this server only: the browser says from which, and it must say so.
//! `__Host-` has the browser take the cookie over HTTPS only, for this host alone. On the machine
//! itself there is no HTTPS to begin with: there plain names do, see [`Way::Plain`].
//!
//! An admin, a rep and a customer can be three tabs of one browser: a page that says which it is
//! has cookies of its own, see [`Jar`].

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{HOST, ORIGIN};
use actix_web::{HttpRequest, HttpResponseBuilder};

use super::address;
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::people::Pair;
use crate::settings::Settings;

/// What a browser says of where the page stands that asks.
const SITE: &str = "Sec-Fetch-Site";

/// In which header a page says which it is.
const PAGE: &str = "Switchboard-Page";
/// What an answer hangs on that is for one person only.
pub const VARY: &str = "Authorization, Cookie, Switchboard-Page";
/// The pages that may each have a login of their own.
const PAGES: [&str; 3] = ["console", "admin", "chat"];

/// How cookies go to and from who asks.
#[derive(Clone, Copy)]
pub enum Way {
    /// Over HTTPS, as our own proxy says.
    Secure,
    /// By plain HTTP, on this machine itself and past every proxy.
    Plain,
}

impl Way {
    /// None: by plain HTTP over a network, where anybody reads along.
    fn of(app: &App, request: &HttpRequest) -> Option<Self> {
        if address::is_secure(app, request) {
            return Some(Way::Secure);
        }
        let here = address::is_here(request) && app.settings.plain_cookies();
        here.then_some(Way::Plain)
    }

    fn scheme(self) -> &'static str {
        match self {
            Way::Secure => "https",
            Way::Plain => "http",
        }
    }
}

/// The cookies of one login: how they go, and of which page they are, if it has said so.
#[derive(Clone, Copy)]
struct Jar {
    way: Way,
    page: Option<&'static str>,
}

impl Jar {
    /// None where there are no cookies. What is no page's name is refused, as it would be somebody
    /// else's login otherwise.
    fn of(app: &App, request: &HttpRequest) -> Result<Option<Self>> {
        let page = page(request)?;
        Ok(Way::of(app, request).map(|way| Jar { way, page }))
    }

    fn access(self) -> String {
        self.named("access")
    }

    fn refresh(self) -> String {
        self.named("refresh")
    }

    fn named(self, token: &str) -> String {
        let prefix = match self.way {
            Way::Secure => "__Host-",
            Way::Plain => "",
        };
        match self.page {
            Some(page) => format!("{prefix}switchboard_{page}_{token}"),
            None => format!("{prefix}switchboard_{token}"),
        }
    }

    fn cookie(self, name: String, value: String, lasts_s: i64) -> Cookie<'static> {
        Cookie::build(name, value)
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(matches!(self.way, Way::Secure))
            .max_age(Duration::seconds(lasts_s))
            .finish()
    }
}

/// Which page asks, if it says so.
fn page(request: &HttpRequest) -> Result<Option<&'static str>> {
    let mut said = request.headers().get_all(PAGE);
    let (first, more) = (said.next(), said.next());
    let Some(first) = first else {
        return Ok(None);
    };
    let known = PAGES
        .into_iter()
        .find(|page| page.as_bytes() == first.as_bytes());
    if known.is_some() && more.is_none() {
        return Ok(known);
    }
    let detail = format!("{PAGE} is one of {}, once, or left out.", PAGES.join(", "));
    Err(Error::new(Code::InvalidRequest, detail))
}

/// The access token that somebody has in a cookie.
pub fn access(app: &App, request: &HttpRequest) -> Result<Option<String>> {
    let jar = Jar::of(app, request)?;
    let cookie = jar.and_then(|jar| request.cookie(&jar.access()));
    Ok(cookie.map(|cookie| cookie.value().to_owned()))
}

/// The refresh token that somebody has in a cookie, if a page of ours asks.
pub fn refresh(app: &App, request: &HttpRequest) -> Result<Option<(String, Keeping)>> {
    let Some(jar) = Jar::of(app, request)? else {
        return Ok(None);
    };
    let Some(cookie) = request.cookie(&jar.refresh()) else {
        return Ok(None);
    };
    check_origin(app, request)?;
    Ok(Some((cookie.value().to_owned(), Keeping(Some(jar)))))
}

/// Refuses who is known by a cookie, unless his browser says that a page of this server asks.
pub fn check_origin(app: &App, request: &HttpRequest) -> Result<()> {
    let host = request.headers().get(HOST);
    let host = host.and_then(|host| host.to_str().ok());
    let way = Way::of(app, request);
    let own = way.zip(host);
    let own = own.map(|(way, host)| format!("{}://{host}", way.scheme()));
    let public = Some(&app.settings.public_url).filter(|url| !url.is_empty());
    let is_ours = |origin: &[u8]| {
        let mut ours = own.iter().chain(public);
        ours.any(|one| one.as_bytes() == origin)
    };
    let mut origins = request.headers().get_all(ORIGIN).peekable();
    let mut sites = request.headers().get_all(SITE);
    let from_here = origins.peek().is_some()
        && origins.all(|origin| is_ours(origin.as_bytes()))
        && sites.all(|site| site.as_bytes() == b"same-origin");
    if from_here {
        return Ok(());
    }
    let detail = "With a cookie only pages of this server may do this, and the browser must say \
                  so in the header Origin. Programs send the header Authorization instead.";
    Err(Error::new(Code::OriginNotAllowed, detail))
}

/// Refuses reading of which the audit tells, where a page of others has the browser ask for it.
pub fn check_site(request: &HttpRequest) -> Result<()> {
    let mut sites = request.headers().get_all(SITE).peekable();
    let ours = |site: &[u8]| site == b"same-origin" || site == b"none";
    if sites.peek().is_some() && sites.all(|site| ours(site.as_bytes())) {
        return Ok(());
    }
    let detail = "With a cookie this is taken out from a page of this server, or by its address \
                  typed in. Programs send the header Authorization instead.";
    Err(Error::new(Code::OriginNotAllowed, detail))
}

/// Where somebody who signs in keeps his tokens: in cookies, or wherever he likes.
#[derive(Clone, Copy, Default)]
pub struct Keeping(Option<Jar>);

/// What somebody gets who signs in.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Tokens)]
pub struct Given {
    /// Goes into `Authorization: Bearer ...`. Left out if it is in a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// Gets the next pair; good once. Left out if it is in a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// How long the access token is good, in seconds.
    pub expires_in: i64,
}

impl From<Pair> for Given {
    fn from(pair: Pair) -> Self {
        Given {
            access_token: Some(pair.access_token),
            refresh_token: Some(pair.refresh_token),
            expires_in: pair.expires_in,
        }
    }
}

impl Keeping {
    /// What somebody asks for who signs in. It is asked before anything is done for him: nobody
    /// else's page signs him in.
    pub fn asked(app: &App, request: &HttpRequest, cookie: Option<bool>) -> Result<Self> {
        if cookie != Some(true) {
            return Ok(Keeping::default());
        }
        let Some(jar) = Jar::of(app, request)? else {
            let detail = "Cookies are given over HTTPS only: come by HTTPS, through a proxy that \
                          this server trusts, or leave this out and keep the tokens.";
            return Err(Error::invalid("cookie", detail));
        };
        check_origin(app, request)?;
        Ok(Keeping(Some(jar)))
    }

    /// Puts a pair where it belongs; what is left of it goes into the body.
    pub fn give(self, settings: &Settings, answer: &mut HttpResponseBuilder, pair: Pair) -> Given {
        let Some(jar) = self.0 else {
            return pair.into();
        };
        let Pair {
            access_token,
            refresh_token,
            expires_in,
        } = pair;
        let lasts = settings.refresh_token_s;
        answer.cookie(jar.cookie(jar.access(), access_token, expires_in));
        answer.cookie(jar.cookie(jar.refresh(), refresh_token, lasts));
        Given {
            access_token: None,
            refresh_token: None,
            expires_in,
        }
    }
}

/// Has a browser forget the login that it has in cookies.
pub fn forget(app: &App, request: &HttpRequest, answer: &mut HttpResponseBuilder) {
    let Ok(Some(jar)) = Jar::of(app, request) else {
        return;
    };
    for name in [jar.access(), jar.refresh()] {
        answer.cookie(jar.cookie(name, String::new(), 0));
    }
}
