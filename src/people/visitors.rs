//! Visitors: customers who have not said who they are. A visitor has one token, which opens what
//! is his; whoever has it is he. It is bound to a login like others, so that it can be listed and
//! ended, and lasts as long as it is used.

use sha2::{Digest, Sha256};

use super::login::{Device, session_ended};
use super::newcomer::Wrong;
use super::throttle::{Door, Peer};
use super::{People, hex, random_hex};
use crate::error::{Code, Error, Result};
use crate::store::sessions::{self, Bearer, Session};
use crate::store::users::{self, User};
use crate::store::visitors::{self, Visitor};
use crate::store::{Conn, reps, widgets};
use crate::words::{Moment, Role, SessionId, WidgetId, now};

/// What every token begins with, so that people and scanners tell one when they see it.
const PREFIX: &str = "sbv_";
/// How often it is written down that a token is used, in ms, if that is often enough.
const EXTENDED_EVERY_MS: Moment = 60 * 60 * 1_000;

/// How somebody comes who does not say who he is.
#[derive(Debug, Clone, Default)]
pub struct NewVisitor {
    pub widget: Option<WidgetId>,
    /// What others see of him.
    pub display_name: Option<String>,
    /// The page of another origin that asks for him, if it is one.
    pub site: Option<String>,
}

impl People {
    /// Makes a visitor; answers his token, and how long it is good without being used, in ms.
    pub async fn add_visitor(
        &self,
        new: NewVisitor,
        from: Peer,
        device: Device,
    ) -> Result<(String, Moment, User)> {
        let mut wrong = Wrong::default();
        let name = new.display_name.as_deref().unwrap_or_default();
        wrong.unless_lines(&[("display_name", name)]);
        wrong.result()?;
        let sites = self.let_in(new.widget).await?;
        check_site(new.site.as_deref(), &sites)?;
        self.0.visits.pass(new.widget, from, now())?;
        let (token, lasts) = (
            format!("{PREFIX}{}", random_hex()),
            self.0.rules.strangers.visitor_ms,
        );
        let number = self.0.numbers.next(&self.0.store).await?;
        let user = customer(number, new.display_name, "Visitor");
        let session = Session {
            rotates: false,
            expires_at: now() + lasts,
            ..self.session(user.id, device)
        };
        let visitor = Visitor {
            user_id: user.id,
            session_id: session.id,
            hash: hash(&token),
            merged_into: None,
        };
        let (widget, personal_reps) = (new.widget, self.0.rules.personal_reps);
        let insert = move |conn: &mut Conn, user: &User| {
            let mut user = user.clone();
            if personal_reps {
                user.personal_rep_id = reps::draw(conn)?;
            }
            users::insert(conn, &user)?;
            sessions::insert(conn, &session)?;
            visitors::insert(conn, &visitor)?;
            if let Some(widget) = widget {
                widgets::arrive(conn, user.id, widget)?;
            }
            Ok(())
        };
        let made = self.insert(user, insert).await?;
        tracing::info!(visitor = %made.id, widget = ?new.widget, "a visitor has come");
        Ok((token, lasts, made))
    }

    /// Whether somebody may come by this widget, or by none, without a proof; the sites of it.
    async fn let_in(&self, widget: Option<WidgetId>) -> Result<Vec<String>> {
        let Some(id) = widget else {
            let detail = "Visitors come here by a widget only. Name it in `widget`.";
            return match self.0.rules.strangers.visitors {
                true => Ok(Vec::new()),
                false => Err(Error::new(Code::Forbidden, detail)),
            };
        };
        let widget = self.open_widget(id).await?;
        let widget = widget.ok_or_else(|| Error::not_found("widget"))?;
        if !widget.visitors {
            let detail = "This widget lets in only whom its host names. Show a token of the host \
                          to /api/v1/identify.";
            return Err(Error::new(Code::Forbidden, detail));
        }
        Ok(widget.sites().into_iter().map(str::to_owned).collect())
    }

    /// Whether this is meant to be a visitor's token.
    pub(super) fn is_visitors(&self, token: &str) -> bool {
        token.starts_with(PREFIX)
    }

    /// Who carries this token. Its use makes it last.
    pub(super) async fn visitor_bearer(&self, token: &str) -> Result<(Bearer, SessionId)> {
        let (hash, at) = (hash(token), now());
        let find = move |conn: &mut Conn| visitors::carrier(conn, &hash, at);
        let found = self.0.store.read_quickly(find).await?;
        let (bearer, session, expires_at) = found.ok_or_else(unknown)?.ok_or_else(session_ended)?;
        let lasts = self.0.rules.strangers.visitor_ms;
        if expires_at - at <= lasts - EXTENDED_EVERY_MS.min(lasts / 4) {
            let extend =
                move |conn: &mut Conn| Ok(visitors::extend(conn, session, at, at + lasts)?);
            if let Err(error) = self.0.store.write(extend).await {
                // Whoever only reads can do so while nothing can be written.
                tracing::warn!(%error, visitor = %bearer.actor.id, "his token was not prolonged");
            }
        }
        Ok((bearer, session))
    }

    /// The fingerprint of a visitor's token, by which the desk finds whose it is.
    pub fn visitor_mark(&self, token: &str, from: Peer) -> Result<String> {
        self.0.throttle.pass(Door::Token, from, now())?;
        match self.is_visitors(token) {
            true => Ok(hash(token)),
            false => Err(unknown()),
        }
    }
}

/// A customer without a password. `name` is what others see of him; without one, what he is
/// `called`, and his number.
pub(super) fn customer(number: i64, name: Option<String>, called: &str) -> User {
    let name = name.filter(|name| !name.trim().is_empty());
    let name = name.unwrap_or_else(|| users::stand_in(called, number));
    User::new(number, Role::Customer, name)
}

/// Refuses a page of another origin that is none of these sites.
pub(super) fn check_site(site: Option<&str>, sites: &[impl AsRef<str>]) -> Result<()> {
    match site {
        Some(site) if !sites.iter().any(|one| one.as_ref() == site) => {
            let detail = "This page is no site of the widget. An admin can add its origin there.";
            Err(Error::new(Code::OriginNotAllowed, detail))
        }
        _ => Ok(()),
    }
}

fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

fn unknown() -> Error {
    let detail = "This visitor's token is not valid. Ask for a new one, or sign in.";
    Error::new(Code::TokenInvalid, detail)
}
