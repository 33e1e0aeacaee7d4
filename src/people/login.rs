//! Logins: signing in, tokens turned over or kept, tickets for sockets, signing out.

use sha2::{Digest, Sha256};

use super::newcomer::{is_phone, plain_phone};
use super::throttle::{Door, Peer, Try};
use super::{Pair, People, password, random_hex};
use crate::error::{Code, Error, Result};
use crate::news::{Logins, News, SignedOut};
use crate::store::Conn;
use crate::store::sessions::{self, Bearer, Session};
use crate::store::users::{self, User};
use crate::words::{Moment, SessionId, UserId, now};

/// How long a ticket for a socket is good, in ms.
const TICKET_MS: Moment = 30_000;
/// How long the refresh token before the current one still gets the current pair, in ms: the
/// answer that brought it may have been lost on the way.
const LOST_ANSWER_MS: Moment = 10_000;

/// From where somebody signs in, as he is told of it later: what his client calls itself, and his
/// address. Empty if unknown.
#[derive(Debug, Clone, Default)]
pub struct Device {
    pub agent: String,
    pub address: String,
}

impl People {
    /// Signs in with a username, an e-mail address or a phone number.
    pub async fn sign_in(
        &self,
        login: &str,
        password: String,
        from: Peer,
        device: Device,
    ) -> Result<(Pair, User)> {
        let user = self.prove(login, password, from).await?;
        Ok((self.start_session(&user, device).await?, user))
    }

    /// Signs in a client that keeps one refresh token for its whole login: see [`Self::renew`].
    pub async fn sign_in_to_keep(
        &self,
        login: &str,
        password: String,
        from: Peer,
        device: Device,
    ) -> Result<Pair> {
        let user = self.prove(login, password, from).await?;
        self.begin_session(&user, false, device).await
    }

    /// Who has this name, if he has this password. Whoever tries too often waits first.
    async fn prove(&self, login: &str, password: String, from: Peer) -> Result<User> {
        let login = read_login(login);
        let proven = match self.0.throttle.begin(&login.name, from, now()) {
            Ok(mut tried) => {
                let proven = self.compare(login, password, &mut tried).await;
                let outcome = proven.as_ref().map(|user| user.id);
                tried.end(outcome.map_err(|error| error.code), now());
                proven
            }
            Err(error) => Err(error),
        };
        match proven.as_ref().map_err(|error| error.code) {
            Ok(user) => {
                self.0.metrics.sign_ins.inc();
                let event = "authn_login_success";
                tracing::info!(event, user = %user.id, "a sign-in succeeded");
            }
            Err(Code::RateLimited) => {
                self.0.metrics.sign_ins_throttled.inc();
                let event = "authn_login_fail_max";
                tracing::warn!(event, "somebody has to wait before he may try again");
            }
            // It was said where it is known whose name it was.
            Err(_) => {}
        }
        proven
    }

    async fn compare(&self, login: Login, password: String, tried: &mut Try<'_>) -> Result<User> {
        let find = move |conn: &mut Conn| login.find(conn);
        let user = self.0.store.read(find).await?;
        tried.go_on(user.as_ref().map(|user| user.id), now())?;
        let hash = user.as_ref().and_then(|user| user.password_hash.clone());
        let verified = self.0.passwords.verify(password.clone(), hash.clone());
        let right = verified.await?;
        let whose = user.as_ref().map(|user| user.id);
        let Some(user) = user.filter(|user| right && user.disabled_at.is_none()) else {
            // Not what was given: people type a password where a name belongs.
            self.0.metrics.sign_ins_failed.inc();
            tracing::warn!(event = "authn_login_fail", user = ?whose, "a sign-in failed");
            let detail = "This name and password do not go together. Check both and try again.";
            return Err(Error::new(Code::LoginFailed, detail));
        };
        if let Some(old) = hash.filter(|hash| password::is_outdated(hash))
            && let Err(error) = self.hash_anew(user.id, old, password).await
        {
            tracing::warn!(%error, user = %user.id, "an old password hash is still there");
        }
        Ok(user)
    }

    /// A password that is known for this moment gets a hash of today's cost.
    async fn hash_anew(&self, user: UserId, old: String, password: String) -> Result<()> {
        let fresh = self.0.passwords.hash(password).await?;
        let write = move |conn: &mut Conn| Ok(users::replace_hash(conn, user, &old, &fresh)?);
        self.0.store.write(write).await.map(drop)
    }

    /// A fresh login for somebody who has proved who he is.
    pub async fn start_session(&self, user: &User, device: Device) -> Result<Pair> {
        self.begin_session(user, true, device).await
    }

    /// A login of this moment that is not written yet.
    pub(super) fn session(&self, user: UserId, device: Device) -> Session {
        let at = now();
        Session {
            id: SessionId::new(),
            user_id: user,
            rotates: true,
            generation: 1,
            rotated_at: at,
            created_at: at,
            expires_at: self.expires_at(at, at),
            revoked_at: None,
            agent: device.agent,
            address: device.address,
        }
    }

    async fn begin_session(&self, user: &User, rotates: bool, device: Device) -> Result<Pair> {
        let session = Session {
            rotates,
            ..self.session(user.id, device)
        };
        let pair = self
            .0
            .tokens
            .pair(&session, user.role, user.token_version)?;
        self.0
            .store
            .write(move |conn| {
                sessions::insert(conn, &session)?;
                // Its row holds on to his: nobody is erased between this and the commit.
                match users::is_erased(conn, session.user_id)? {
                    true => Err(session_ended()),
                    false => Ok(()),
                }
            })
            .await?;
        Ok(pair)
    }

    /// When a login ends that is used now: in a while, but no later than it may.
    fn expires_at(&self, begun: Moment, at: Moment) -> Moment {
        let end = begun + self.0.rules.login_s * 1_000;
        end.min(at + self.0.tokens.refresh_ms())
    }

    /// Trades a refresh token for the next pair. The one before the current one gets the current
    /// pair again for a moment; anything older means that somebody has copied it, and ends the
    /// whole login.
    pub async fn refresh(&self, token: &str, from: Peer) -> Result<Pair> {
        self.0.throttle.pass(Door::Token, from, now())?;
        let claims = self.0.tokens.read_refresh(token)?;
        let (id, presented, at) = (claims.session, claims.generation, now());
        let people = self.clone();
        let turn = move |conn: &mut Conn| {
            let Some(session) = sessions::find(conn, id)? else {
                return Ok(Turn::Ended);
            };
            if !session.rotates {
                return Ok(Turn::Ended);
            }
            let Some(bearer) = sessions::bearer(conn, id, at)? else {
                return Ok(Turn::Ended);
            };
            if bearer.token_version != claims.token_version {
                return Ok(Turn::Ended);
            }
            let expires_at = people.expires_at(session.created_at, at);
            if expires_at <= at {
                return Ok(Turn::Ended);
            }
            if presented == session.generation
                && sessions::rotate(conn, id, presented, at, expires_at)?
            {
                let generation = presented + 1;
                return Ok(Turn::Next(
                    Session {
                        generation,
                        rotated_at: at,
                        ..session
                    },
                    bearer,
                ));
            }
            // Somebody else may have moved it on since it was read, on another node.
            let session = sessions::find(conn, id)?.unwrap_or(session);
            let recent = at - session.rotated_at <= LOST_ANSWER_MS;
            if presented + 1 == session.generation && recent {
                return Ok(Turn::Next(session, bearer));
            }
            sessions::revoke(conn, id, at)?;
            Ok(Turn::Reused)
        };
        match self.0.store.write(turn).await? {
            Turn::Next(session, bearer) => {
                self.0.throttle.saw(session.user_id, from, at);
                self.0
                    .tokens
                    .pair(&session, bearer.actor.role, bearer.token_version)
            }
            Turn::Ended => Err(session_ended()),
            Turn::Reused => {
                self.0.metrics.tokens_reused.inc();
                let event = "authn_token_reuse";
                tracing::warn!(event, session = %id, "a refresh token came twice; the login ends");
                let detail = "This refresh token was used before, so the login was ended. Sign in \
                              again; if this was not you, change your password.";
                Err(Error::new(Code::TokenReused, detail))
            }
        }
    }

    /// A fresh access token for a refresh token that is kept: for logins of dialects, whose clients
    /// never turn theirs over. A token of any other login is refused here.
    pub async fn renew(&self, token: &str, from: Peer) -> Result<Pair> {
        self.0.throttle.pass(Door::Token, from, now())?;
        let claims = self.0.tokens.read_refresh(token)?;
        let (id, at) = (claims.session, now());
        let read = move |conn: &mut Conn| {
            let session = sessions::find(conn, id)?;
            Ok(session.zip(sessions::bearer(conn, id, at)?))
        };
        let (session, bearer) = self.0.store.read(read).await?.ok_or_else(session_ended)?;
        let version = bearer.token_version;
        if session.rotates || version != claims.token_version {
            return Err(session_ended());
        }
        self.0.throttle.saw(session.user_id, from, at);
        self.0.tokens.pair(&session, bearer.actor.role, version)
    }

    /// Ends a login.
    pub async fn sign_out(&self, user: UserId, session: SessionId) -> Result<()> {
        let write = move |conn: &mut Conn| Ok(sessions::revoke(conn, session, now()).map(drop)?);
        self.0.store.write(write).await?;
        self.signed_out(user, Logins::One(session));
        Ok(())
    }

    /// Has the sockets of logins that have ended end, on every node.
    pub(super) fn signed_out(&self, user: UserId, which: Logins) {
        self.0.bell.ring(News::SignedOut(SignedOut { user, which }));
    }

    /// Who carries this access token, or visitor's token, if his login still lives.
    pub async fn bearer(&self, token: &str) -> Result<(Bearer, SessionId)> {
        if self.is_visitors(token) {
            return self.visitor_bearer(token).await;
        }
        let claims = self.0.tokens.read_access(token)?;
        let found = self.bearer_of(claims.session).await?;
        let fresh = found.token_version == claims.token_version && found.actor.id == claims.user;
        if fresh {
            Ok((found, claims.session))
        } else {
            Err(session_ended())
        }
    }

    async fn bearer_of(&self, session: SessionId) -> Result<Bearer> {
        let read = move |conn: &mut Conn| Ok(sessions::bearer(conn, session, now())?);
        let found = self.0.store.read_quickly(read).await?;
        found.ok_or_else(session_ended)
    }

    /// A single-use pass for a browser's socket, and how long it is good, in ms.
    pub async fn ticket(
        &self,
        user: UserId,
        session: SessionId,
        from: Peer,
    ) -> Result<(String, Moment)> {
        self.0.throttle.pass(Door::Token, from, now())?;
        let ticket = random_hex();
        let (id, expires_at) = (ticket_id(&ticket), now() + TICKET_MS);
        let write = move |conn: &mut Conn| {
            Ok(sessions::insert_ticket(conn, id, user, session, expires_at).map(drop)?)
        };
        self.0.store.write(write).await?;
        Ok((ticket, TICKET_MS))
    }

    /// Uses a pass up.
    pub async fn redeem(&self, ticket: &str, from: Peer) -> Result<(Bearer, SessionId)> {
        self.0.throttle.pass(Door::Token, from, now())?;
        let id = ticket_id(ticket);
        let write = move |conn: &mut Conn| Ok(sessions::take_ticket(conn, id, now())?);
        let session = self.0.store.write(write).await?;
        let session = session.ok_or_else(|| {
            Error::new(
                Code::TokenInvalid,
                "This ticket is used up or too old. Ask for a new one.",
            )
        })?;
        Ok((self.bearer_of(session).await?, session))
    }
}

/// What somebody has given as his name.
pub(super) struct Login {
    /// As it counts: a phone number is one however it is written.
    pub name: String,
    written: String,
}

/// Reads a username, an e-mail address or a phone number.
pub(super) fn read_login(text: &str) -> Login {
    let written = text.trim().to_owned();
    let name = match is_phone(&written) {
        true => plain_phone(&written),
        false => written.clone(),
    };
    Login { name, written }
}

impl Login {
    /// Whose it is, if it is anybody's.
    pub fn find(&self, conn: &mut Conn) -> Result<Option<User>> {
        match self.written.contains('\0') {
            // Nobody's name; PostgreSQL would not even look.
            true => Ok(None),
            false => Ok(users::find_login(conn, &self.written, &self.name)?),
        }
    }
}

/// How a refresh ended.
enum Turn {
    Next(Session, Bearer),
    Ended,
    Reused,
}

pub(super) fn session_ended() -> Error {
    Error::new(Code::SessionEnded, "This login has ended. Sign in again.")
}

/// The primary key under which a ticket, or another pass for one use, is stored: half of its
/// SHA-256, so that whoever reads the table cannot use what he finds.
pub(super) fn ticket_id(ticket: &str) -> SessionId {
    let digest = Sha256::digest(ticket.as_bytes());
    let half: [u8; 16] = digest[..16].try_into().expect("SHA-256 has 32 bytes");
    SessionId(uuid::Uuid::from_bytes(half))
}
