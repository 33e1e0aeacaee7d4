//! One's own account: its profile, its password and its logins. An admin changes anybody's, but no
//! password: for that he makes a link.

use serde_json::json;

use super::links::whose_password;
use super::login::ticket_id;
use super::newcomer::Wrong;
use super::phones::{PhoneRule, plain_phone};
use super::throttle::{Door, Peer};
use super::{People, random_hex};
use crate::error::{Code, Error, Result};
use crate::news::Logins;
use crate::store::accounts::{self, Change, Filter};
use crate::store::audit::{self, Entry};
use crate::store::sessions::{self, Session};
use crate::store::users::{self, User};
use crate::store::{Conn, password_links};
use crate::words::{Act, Moment, ObjectKind, SessionId, UserId, now};

/// How long a link for a new password is good, in ms.
pub(super) const LINK_MS: Moment = 60 * 60 * 1_000;

/// What is to be another in a profile; nothing changes where nothing is given.
#[derive(Debug, Clone, Default)]
pub struct NewProfile {
    pub display_name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// None in it: he has none any more.
    pub email: Option<Option<String>>,
    pub phone: Option<Option<String>>,
    pub city: Option<String>,
    pub province: Option<String>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
}

impl NewProfile {
    /// Every field that is wrong, at once; what is right as it is stored.
    fn check(self, user: &User, phones: &PhoneRule) -> Result<Change> {
        let mut wrong = Wrong::default();
        let given = |text: &Option<String>| text.clone().unwrap_or_default();
        let lines = [
            ("first_name", given(&self.first_name)),
            ("last_name", given(&self.last_name)),
            ("city", given(&self.city)),
            ("province", given(&self.province)),
        ];
        wrong.unless_lines(
            &lines
                .each_ref()
                .map(|(field, text)| (*field, text.as_str())),
        );
        if let Some(name) = &self.display_name {
            wrong.unless_lines(&[("display_name", name)]);
            wrong.unless("display_name", !name.is_empty(), "Give a name.");
        }
        let (email, phone) = (self.email.clone().flatten(), self.phone.clone().flatten());
        wrong.unless_email(email.as_deref());
        // What he has already he may keep, also where the rule is another by now.
        let same = |phone: &String| Some(plain_phone(phone)) == user.phone;
        wrong.unless_phone(phone.filter(|phone| !same(phone)).as_deref(), phones);
        let name = user.username.as_deref().unwrap_or_default();
        let email_now = self.email.as_ref().unwrap_or(&user.email);
        let phone_now = self.phone.as_ref().unwrap_or(&user.phone);
        let field = match self.email.is_some() {
            true => "email",
            false => "phone",
        };
        wrong.unless_his_own(name, email_now.as_deref(), phone_now.as_deref(), field);
        let language = self.language.as_deref().unwrap_or_default();
        wrong.unless(
            "language",
            language.is_empty() || is_language(language),
            "Give a language tag like en or fa-IR.",
        );
        let zone = self.time_zone.as_deref().unwrap_or_default();
        wrong.unless(
            "time_zone",
            zone.is_empty() || jiff::tz::TimeZone::get(zone).is_ok(),
            "Give the name of a time zone like Europe/Berlin.",
        );
        wrong.result()?;
        Ok(Change {
            display_name: self.display_name,
            first_name: self.first_name,
            last_name: self.last_name,
            email_key: self
                .email
                .as_ref()
                .map(|one| one.as_deref().map(users::fold)),
            email: self.email,
            email_confirmed_at: None,
            phone: self.phone.map(|one| one.as_deref().map(plain_phone)),
            city: self.city,
            province: self.province,
            language: self.language,
            time_zone: self.time_zone,
        })
    }
}

/// A tag of RFC 5646 by its shape: its parts have 1 to 8 letters or digits, the first one letters.
fn is_language(tag: &str) -> bool {
    let part = |part: &str| {
        (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let first = tag.split('-').next().unwrap_or_default();
    let named = first.len() >= 2 && first.chars().all(|c| c.is_ascii_alphabetic());
    tag.len() <= 35 && named && tag.split('-').all(part)
}

impl People {
    /// Somebody changes his own profile. How he is reached, and so who he is when he signs in,
    /// changes with his password only.
    pub async fn change_own(
        &self,
        id: UserId,
        profile: NewProfile,
        password: Option<String>,
        from: Peer,
    ) -> Result<User> {
        let user = self.find(id).await?;
        if profile.email.is_some() || profile.phone.is_some() {
            self.prove_own(&user, password, from).await?;
        }
        self.change(id, profile, None).await
    }

    /// An admin changes anybody's.
    pub async fn change_profile(
        &self,
        actor: UserId,
        id: UserId,
        profile: NewProfile,
    ) -> Result<User> {
        let entry = about(actor, Act::UserUpdated, id);
        self.change(id, profile, Some(entry)).await
    }

    async fn change(&self, id: UserId, profile: NewProfile, entry: Option<Entry>) -> Result<User> {
        let phones = self.0.rules.phones.clone();
        let write = move |conn: &mut Conn| {
            let user = accounts::living(conn, id)?;
            let change = profile.clone().check(&user, &phones)?;
            if let Some(entry) = &entry {
                // What it is now would stay there for ever.
                let told = json!({ "fields": change.fields() });
                audit::record(conn, entry, None, Some(told))?;
            }
            accounts::change(conn, id, &change)
        };
        self.0.store.write(write).await
    }

    /// Somebody gives himself another password. His other logins end; this one goes on.
    pub async fn change_password(
        &self,
        id: UserId,
        session: SessionId,
        password: String,
        new: String,
        from: Peer,
    ) -> Result<()> {
        let user = self.find(id).await?;
        self.prove_own(&user, Some(password), from).await?;
        let hash = self.hash_for(&user, "new_password", new).await?;
        let at = now();
        let write = move |conn: &mut Conn| {
            accounts::set_password(conn, id, &hash)?;
            password_links::delete_of(conn, id)?;
            Ok(sessions::revoke_others(conn, id, Some(session), at).map(drop)?)
        };
        self.0.store.write(write).await?;
        let event = "authn_password_change";
        tracing::info!(event, user = %id, "a password was changed");
        self.signed_out(id, Logins::AllBut(session));
        Ok(())
    }

    /// A one-use link for somebody who cannot sign in: what it carries, the whole of it, and how
    /// long it is good, in ms. The ones
    /// before it are good no more.
    pub async fn password_link(
        &self,
        actor: UserId,
        id: UserId,
    ) -> Result<(String, String, Moment)> {
        let token = random_hex();
        let (link, expires_at) = (ticket_id(&token), now() + LINK_MS);
        let entry = about(actor, Act::PasswordLinkMade, id);
        let write = move |conn: &mut Conn| {
            let user = accounts::living(conn, id)?;
            if user.disabled_at.is_some() {
                let detail = "He may not sign in. Let him in again first.";
                return Err(Error::new(Code::WrongState, detail));
            }
            if !accounts::is_named(&user) {
                let detail = "He signs in without a password, and has no name to use one with.";
                return Err(Error::new(Code::WrongState, detail));
            }
            let told = json!({ "expires_at": expires_at });
            audit::record(conn, &entry, None, Some(told))?;
            password_links::delete_of(conn, id)?;
            Ok(password_links::insert(conn, link, id, expires_at).map(drop)?)
        };
        self.0.store.write(write).await?;
        tracing::info!(%actor, person = %id, "a link for a new password was made");
        let link = self.link("password", &token);
        Ok((token, link, LINK_MS))
    }

    /// Gives a new password to whoever has the link. It is used up, and all logins end.
    pub async fn use_link(&self, token: &str, new: String, from: Peer) -> Result<()> {
        self.0.throttle.pass(Door::Token, from, now())?;
        let _hashing = self.0.throttle.enter(from)?;
        let link = ticket_id(token);
        let read = move |conn: &mut Conn| whose_password(conn, link, now());
        let user = self.0.store.read(read).await?.ok_or_else(used_up)?;
        let (id, at) = (user.id, now());
        let hash = self.hash_for(&user, "password", new).await?;
        let write = move |conn: &mut Conn| {
            // Whoever was quicker with it has used it up.
            if password_links::find(conn, link, at)? != Some(id)
                || password_links::delete_of(conn, id)? == 0
            {
                return Err(used_up());
            }
            accounts::set_password(conn, id, &hash)?;
            Ok(sessions::revoke_others(conn, id, None, at).map(drop)?)
        };
        self.0.store.write(write).await?;
        let event = "authn_password_change";
        tracing::info!(event, user = %id, "a password was set by a link");
        self.signed_out(id, Logins::All);
        Ok(())
    }

    /// Refuses whoever does not know his own password, by his id, as below. False: he has none,
    /// and has said none.
    pub async fn prove_again(
        &self,
        id: UserId,
        password: Option<String>,
        from: Peer,
    ) -> Result<bool> {
        let user = self.find(id).await?;
        if user.password_hash.is_none() && password.is_none() {
            return Ok(false);
        }
        self.prove_own(&user, password, from).await.map(|()| true)
    }

    /// Refuses whoever does not know his own password, and lets him guess no faster than at a
    /// login: he may have found the login of somebody else open.
    async fn prove_own(&self, user: &User, password: Option<String>, from: Peer) -> Result<()> {
        let Some(password) = password else {
            return Err(Error::invalid("password", "Give your password for this."));
        };
        let name = user.id.to_string();
        let mut tried = self.0.throttle.begin(&name, from, now())?;
        tried.go_on(Some(user.id), now())?;
        let verified = self
            .0
            .passwords
            .verify(password, user.password_hash.clone());
        let right = verified.await;
        let outcome = match &right {
            Ok(true) => Ok(user.id),
            Ok(false) => Err(Code::LoginFailed),
            Err(error) => Err(error.code),
        };
        tried.end(outcome, now());
        match right? {
            true => Ok(()),
            false => Err(Error::invalid("password", "This is not your password.")),
        }
    }

    async fn hash_for(&self, user: &User, field: &'static str, new: String) -> Result<String> {
        let mut wrong = Wrong::default();
        let (name, email) = (user.username.as_deref(), user.email.as_deref());
        wrong.unless_password(field, &new, name, email);
        wrong.result()?;
        self.0.passwords.hash(new).await
    }

    /// Somebody's logins that live, the newest first.
    pub async fn sessions(&self, id: UserId) -> Result<Vec<Session>> {
        let read = move |conn: &mut Conn| {
            accounts::find(conn, id)?;
            Ok(sessions::live_of(conn, id, now())?)
        };
        self.0.store.read(read).await
    }

    /// Ends one login of somebody.
    pub async fn end_session(&self, id: UserId, session: SessionId) -> Result<()> {
        let write = move |conn: &mut Conn| Ok(sessions::revoke_his(conn, id, session, now())?);
        if self.0.store.write(write).await? == 0 {
            return Err(Error::not_found("session"));
        }
        self.signed_out(id, Logins::One(session));
        Ok(())
    }

    /// Ends somebody's own logins, but for this one.
    pub async fn end_others(&self, id: UserId, but: SessionId) -> Result<()> {
        let write = move |conn: &mut Conn| {
            Ok(sessions::revoke_others(conn, id, Some(but), now()).map(drop)?)
        };
        self.0.store.write(write).await?;
        self.signed_out(id, Logins::AllBut(but));
        Ok(())
    }

    /// An admin ends all logins of somebody.
    pub async fn end_sessions(&self, actor: UserId, id: UserId) -> Result<()> {
        let entry = about(actor, Act::SessionsEnded, id);
        let write = move |conn: &mut Conn| {
            accounts::find(conn, id)?;
            let ended = sessions::revoke_others(conn, id, None, now())?;
            audit::record(conn, &entry, Some(json!({ "sessions": ended })), None)
        };
        self.0.store.write(write).await?;
        self.signed_out(id, Logins::All);
        Ok(())
    }

    /// Lets somebody sign in again.
    pub async fn enable(&self, actor: UserId, id: UserId) -> Result<User> {
        let entry = about(actor, Act::UserEnabled, id);
        let write = move |conn: &mut Conn| {
            let before = accounts::living(conn, id)?.disabled_at;
            if before.is_some() {
                let told = |at: Option<Moment>| Some(json!({ "disabled_at": at }));
                audit::record(conn, &entry, told(before), told(None))?;
            }
            accounts::enable(conn, id)
        };
        let user = self.0.store.write(write).await?;
        tracing::info!(%actor, person = %id, "somebody may sign in again");
        Ok(user)
    }

    /// One account, for an admin.
    pub async fn account(&self, id: UserId) -> Result<User> {
        self.0
            .store
            .read(move |conn| accounts::find(conn, id))
            .await
    }

    /// Accounts for an admin: a page of them, the newest first.
    pub async fn list(&self, filter: Filter) -> Result<Vec<User>> {
        let read = move |conn: &mut Conn| Ok(accounts::list(conn, &filter)?);
        self.0.store.search(read).await
    }
}

/// Of an act about a person, before its transaction.
fn about(actor: UserId, act: Act, person: UserId) -> Entry {
    Entry::new(Some(actor), act, ObjectKind::User, Some(person.0))
}

pub(super) fn used_up() -> Error {
    let detail = "This link is used up or too old. Ask for a new one.";
    Error::new(Code::TokenInvalid, detail)
}

#[cfg(test)]
mod tests {
    use super::is_language;

    #[test]
    fn a_language_is_known_by_its_shape() {
        for tag in ["en", "fa-IR", "zh-Hant-TW", "es-419"] {
            assert!(is_language(tag), "{tag}");
        }
        for tag in [
            "e",
            "english language",
            "fa_IR",
            "fa-",
            "-fa",
            "12",
            "toolongtag",
        ] {
            assert!(!is_language(tag), "{tag}");
        }
    }
}
