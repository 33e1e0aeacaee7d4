//! Signing in without a password: somebody is let in as who he is elsewhere, once that is proved.
//!
//! Who he is here hangs on provider and subject alone. An e-mail address or a name that comes along
//! finds nobody: whoever can say it elsewhere would be somebody else here.

use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::login::{Device, ticket_id};
use super::throttle::{Door, Peer};
use super::visitors::{check_site, customer};
use super::{Pair, People, host, telegram};
use crate::error::{Code, Error, Result};
use crate::store::audit::{self, Entry};
use crate::store::identities::{self, Identity};
use crate::store::sessions::{self, Session};
use crate::store::users::{self, User};
use crate::store::{Conn, accounts, reps, widgets};
use crate::words::{Act, Moment, ObjectKind, Role, UserId, WidgetId, now};

/// The provider of who signs in by Telegram.
const TELEGRAM: &str = "telegram";

/// Who somebody is elsewhere, as was just proved.
struct Proven {
    provider: String,
    subject: String,
    name: Option<String>,
    email: Option<String>,
    /// The widget by which he comes.
    widget: Option<WidgetId>,
    /// What proves it, if that is good once, and until when it would be good at all.
    once: Option<(String, Moment)>,
    /// That somebody with power vouches for it.
    vouched: Option<Entry>,
}

/// What Telegram has handed to somebody's browser or Mini App.
#[derive(Debug, Clone)]
pub enum Telegram {
    /// The fields of the Login Widget.
    Login(Vec<(String, String)>),
    /// The fields of `initData`, decoded.
    App(Vec<(String, String)>),
}

impl People {
    /// Signs in whom the host of a widget names: `token` is signed with the widget's secret.
    pub async fn identify(
        &self,
        widget: WidgetId,
        token: &str,
        site: Option<String>,
        from: Peer,
        device: Device,
    ) -> Result<(Pair, User)> {
        self.0.throttle.pass(Door::Token, from, now())?;
        let found = self.open_widget(widget).await?;
        // Whether there is such a widget is told to who has its secret.
        let found = found.ok_or_else(host::invalid)?;
        let (at, secrets) = (now(), self.widget_secrets(&found, now()));
        let said = host::read(token, &secrets, at)?;
        check_site(site.as_deref(), &found.sites())?;
        let proven = Proven {
            provider: format!("widget:{widget}"),
            subject: said.subject,
            name: said.name,
            email: said.email,
            widget: Some(widget),
            once: Some((token.to_owned(), said.expires_at)),
            vouched: None,
        };
        self.enter(proven, from, device).await
    }

    /// Signs in whom Telegram names.
    pub async fn enter_by_telegram(
        &self,
        shown: Telegram,
        from: Peer,
        device: Device,
    ) -> Result<(Pair, User)> {
        self.0.throttle.pass(Door::Token, from, now())?;
        let Some(bot) = &self.0.rules.strangers.telegram else {
            let detail = "Nobody signs in by Telegram here. An admin can set telegram_bot_token.";
            return Err(Error::new(Code::Forbidden, detail));
        };
        let said = match &shown {
            Telegram::Login(fields) => telegram::of_login(bot, fields, now())?,
            Telegram::App(fields) => telegram::of_app(bot, fields, now())?,
        };
        // A Mini App shows the same again whenever it is loaded; a Login Widget is pressed anew.
        let once = match shown {
            Telegram::Login(_) => Some((said.hash, said.expires_at)),
            Telegram::App(_) => None,
        };
        let proven = Proven {
            provider: TELEGRAM.into(),
            subject: said.id.to_string(),
            name: Some(said.name).filter(|name| !name.is_empty()),
            email: None,
            widget: None,
            once,
            vouched: None,
        };
        self.enter(proven, from, device).await
    }

    /// Signs in somebody for whom a key, or an admin, vouches: that he is this one at Telegram.
    pub async fn vouch(
        &self,
        by: UserId,
        subject: &str,
        name: Option<String>,
        device: Device,
    ) -> Result<(Pair, User)> {
        let id = telegram::id(subject).ok_or_else(|| {
            Error::invalid("subject", "Give the number that Telegram has for him.")
        })?;
        let proven = Proven {
            provider: TELEGRAM.into(),
            subject: id.to_string(),
            name: name
                .map(|name| telegram::shown(&name))
                .filter(|name| !name.is_empty()),
            email: None,
            widget: None,
            once: None,
            vouched: Some(Entry::new(
                Some(by),
                Act::IdentityVouched,
                ObjectKind::User,
                None,
            )),
        };
        let (pair, user) = self.enter(proven, None, device).await?;
        tracing::info!(actor = %by, person = %user.id, "somebody was vouched for");
        Ok((pair, user))
    }

    /// Who somebody is elsewhere, for an admin.
    pub async fn identities(&self, id: UserId) -> Result<Vec<Identity>> {
        let read = move |conn: &mut Conn| {
            accounts::find(conn, id)?;
            Ok(identities::of(conn, id)?)
        };
        self.0.store.read(read).await
    }

    /// A login for who was proved to be this one; who is new is made a customer.
    async fn enter(&self, proven: Proven, from: Peer, device: Device) -> Result<(Pair, User)> {
        let number = self.0.numbers.next(&self.0.store).await?;
        let fresh = customer(number, proven.name.clone(), "Customer");
        let session = self.session(fresh.id, device);
        let personal_reps = self.0.rules.personal_reps;
        let write = move |conn: &mut Conn| {
            if let Some((proof, until)) = &proven.once
                && !identities::use_up(conn, ticket_id(proof), session.id, *until)?
            {
                return Err(used_up());
            }
            let user = known_or_new(conn, &proven, &fresh, personal_reps)?;
            if user.disabled_at.is_some() || user.role != Role::Customer {
                let detail = "Nobody is let in as this person. Ask an admin.";
                return Err(Error::new(Code::LoginFailed, detail));
            }
            let session = Session {
                user_id: user.id,
                ..session.clone()
            };
            sessions::insert(conn, &session)?;
            if let Some(entry) = &proven.vouched {
                let told = json!({ "provider": proven.provider, "session": session.id });
                audit::record(conn, &entry.about(user.id.0), None, Some(told))?;
            }
            Ok((user, session))
        };
        let (user, session) = self.0.store.write(write).await.inspect_err(|refused| {
            if refused.status() < 500 {
                let event = "authn_login_fail";
                tracing::warn!(event, code = refused.code.as_str(), "a proof let nobody in");
            }
        })?;
        tracing::info!(event = "authn_login_success", user = %user.id, "a proof let somebody in");
        self.0.throttle.saw(user.id, from, now());
        let pair = self
            .0
            .tokens
            .pair(&session, user.role, user.token_version)?;
        Ok((pair, user))
    }
}

/// Who this is here. Of two who come for the first time at once, the second finds the first.
fn known_or_new(
    conn: &mut Conn,
    proven: &Proven,
    fresh: &User,
    personal_reps: bool,
) -> Result<User> {
    let (provider, subject) = (proven.provider.as_str(), proven.subject.as_str());
    conn.alone_with(mark(provider, subject))?;
    let mut identity = Identity {
        provider: provider.into(),
        subject: subject.into(),
        user_id: fresh.id,
        name: proven.name.clone(),
        email: proven.email.clone(),
        created_at: fresh.created_at,
    };
    let mut found = identities::find(conn, provider, subject)?;
    if let Some((_, user)) = &found {
        // Who erases him has ended then, or waits: nothing is written of him in between.
        conn.alone_with(user.id.0)?;
        found = identities::find(conn, provider, subject)?;
    }
    if let Some((known, user)) = found {
        // What is not said now stays as it was said.
        identity.name = identity.name.or_else(|| known.name.clone());
        identity.email = identity.email.or_else(|| known.email.clone());
        identities::take_over(conn, &known, &identity)?;
        let now_so = users::find(conn, user.id)?;
        return now_so.ok_or_else(|| Error::not_found("person"));
    }
    let mut user = fresh.clone();
    if personal_reps {
        user.personal_rep_id = reps::draw(conn)?;
    }
    users::insert(conn, &user)?;
    identities::insert(conn, &identity)?;
    if let Some(widget) = proven.widget {
        widgets::arrive(conn, user.id, widget)?;
    }
    Ok(user)
}

/// A number for who somebody is elsewhere: the same on every node.
fn mark(provider: &str, subject: &str) -> Uuid {
    let digest = Sha256::new_with_prefix(provider.as_bytes())
        .chain_update([0])
        .chain_update(subject.as_bytes())
        .finalize();
    let half: [u8; 16] = digest[..16].try_into().expect("SHA-256 has 32 bytes");
    Uuid::from_bytes(half)
}

fn used_up() -> Error {
    let detail = "This proof was used before, and is good once. Ask for a new one.";
    Error::new(Code::TokenReused, detail)
}
