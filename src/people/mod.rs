//! People: registering, signing in, and the tokens they carry.

mod newcomer;
mod password;
mod token;

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::error::{Code, Error, Result};
use crate::store::counters::Numbers;
use crate::store::sessions::{self, Bearer, Session};
use crate::store::users::{self, User};
use crate::store::{Conn, Store, queues, reps};
use crate::words::{Availability, Moment, Role, SessionId, UserId, now};
pub use newcomer::NewPerson;
use newcomer::{check, plain_phone};
use password::Passwords;
pub use token::Pair;
use token::Tokens;

/// How long a ticket for a socket is good, in ms.
const TICKET_MS: Moment = 30_000;
/// How long the refresh token before the current one still gets the current pair, in ms: the
/// answer that brought it may have been lost on the way.
const LOST_ANSWER_MS: Moment = 10_000;

/// People and their logins. Cheap to clone.
#[derive(Clone)]
pub struct People(Arc<Inner>);

struct Inner {
    store: Store,
    tokens: Tokens,
    passwords: Passwords,
    numbers: Numbers,
    setup: String,
}

impl People {
    /// `secret` signs the tokens; lifetimes are in seconds.
    pub fn new(store: Store, secret: &[u8], access_s: i64, refresh_s: i64) -> Self {
        let numbers = Numbers::new("users", &store);
        let setup = keyed(secret, "the first admin");
        let tokens = Tokens::new(secret, access_s, refresh_s);
        let passwords = Passwords::new();
        Self(Arc::new(Inner {
            store,
            tokens,
            passwords,
            numbers,
            setup,
        }))
    }

    /// The token of the one-time link that makes the first admin; none once there is one.
    pub async fn setup_token(&self) -> Result<Option<String>> {
        let there = self
            .0
            .store
            .read(|conn| Ok(users::admin_exists(conn)?))
            .await?;
        Ok((!there).then(|| self.0.setup.clone()))
    }

    /// Makes the first admin, for whoever has the link.
    pub async fn set_up(&self, token: &str, person: NewPerson) -> Result<User> {
        if !same(token.as_bytes(), self.0.setup.as_bytes()) {
            let detail = "This link is not the one that the server printed at its start.";
            return Err(Error::new(Code::TokenInvalid, detail));
        }
        let user = self.make(person, Role::Admin).await?;
        self.insert(user, |conn, user| {
            if users::admin_exists(conn)? {
                let detail = "There is an admin already. Sign in, or ask him for an account.";
                return Err(Error::new(Code::SetupDone, detail));
            }
            users::insert(conn, user).map(drop).map_err(users::taken)
        })
        .await
    }

    /// Makes an admin. For the command line, which owns the machine anyway.
    pub async fn add_admin(&self, person: NewPerson) -> Result<User> {
        let user = self.make(person, Role::Admin).await?;
        self.insert(user, |conn, user| {
            users::insert(conn, user).map(drop).map_err(users::taken)
        })
        .await
    }

    /// A customer registers himself.
    pub async fn add_customer(&self, person: NewPerson) -> Result<User> {
        let user = self.make(person, Role::Customer).await?;
        self.insert(user, |conn, user| {
            users::insert(conn, user).map(drop).map_err(users::taken)
        })
        .await
    }

    /// An admin makes a rep, who serves every queue there is.
    pub async fn add_rep(&self, person: NewPerson, capacity: i32) -> Result<User> {
        let user = self.make(person, Role::Rep).await?;
        self.insert(user, move |conn, user| {
            users::insert(conn, user).map_err(users::taken)?;
            let rep = reps::Rep {
                user_id: user.id,
                capacity,
                active: 0,
                version: 1,
                availability: Availability::Available,
                last_assigned_at: 0,
            };
            reps::insert(conn, &rep)?;
            for queue in queues::list(conn)? {
                reps::insert_queue(conn, user.id, queue.id)?;
            }
            Ok(())
        })
        .await
    }

    async fn insert(
        &self,
        user: User,
        insert: impl Fn(&mut Conn, &User) -> Result<()> + Send + 'static,
    ) -> Result<User> {
        let write = move |conn: &mut Conn| insert(conn, &user).map(|()| user.clone());
        self.0.store.write(write).await
    }

    async fn make(&self, person: NewPerson, role: Role) -> Result<User> {
        check(&person)?;
        let named = format!("{} {}", person.first_name, person.last_name)
            .trim()
            .to_owned();
        let named = if named.is_empty() {
            person.username.clone()
        } else {
            named
        };
        let display_name = person.display_name.filter(|name| !name.trim().is_empty());
        Ok(User {
            id: UserId::new(),
            number: self.0.numbers.next(&self.0.store).await?,
            role,
            username_key: Some(users::fold(&person.username)),
            username: Some(person.username),
            email_key: person.email.as_deref().map(users::fold),
            email: person.email,
            phone: person.phone.as_deref().map(plain_phone),
            first_name: person.first_name,
            last_name: person.last_name,
            display_name: display_name.unwrap_or(named),
            password_hash: Some(self.0.passwords.hash(person.password).await?),
            token_version: 0,
            disabled_at: None,
            created_at: now(),
        })
    }

    /// Signs in with a username, an e-mail address or a phone number.
    pub async fn sign_in(&self, login: &str, password: String) -> Result<(Pair, User)> {
        let user = self.prove(login, password).await?;
        Ok((self.start_session(&user).await?, user))
    }

    /// Signs in a client that keeps one refresh token for its whole login: see [`Self::renew`].
    pub async fn sign_in_to_keep(&self, login: &str, password: String) -> Result<Pair> {
        let user = self.prove(login, password).await?;
        self.begin_session(&user, false).await
    }

    async fn prove(&self, login: &str, password: String) -> Result<User> {
        let key = login.trim().to_owned();
        let user = match key.contains('\0') {
            // Nobody's name; PostgreSQL would not even look.
            true => None,
            false => {
                let find = move |conn: &mut Conn| Ok(users::find_login(conn, &key)?);
                self.0.store.read(find).await?
            }
        };
        let hash = user.as_ref().and_then(|user| user.password_hash.clone());
        let right = self.0.passwords.verify(password, hash).await?;
        let Some(user) = user.filter(|user| right && user.disabled_at.is_none()) else {
            let detail = "This name and password do not go together. Check both and try again.";
            return Err(Error::new(Code::LoginFailed, detail));
        };
        Ok(user)
    }

    /// A fresh login for somebody who has proved who he is.
    pub async fn start_session(&self, user: &User) -> Result<Pair> {
        self.begin_session(user, true).await
    }

    async fn begin_session(&self, user: &User, rotates: bool) -> Result<Pair> {
        let at = now();
        let session = Session {
            id: SessionId::new(),
            user_id: user.id,
            rotates,
            generation: 1,
            rotated_at: at,
            created_at: at,
            expires_at: at + self.0.tokens.refresh_ms(),
            revoked_at: None,
        };
        let pair = self
            .0
            .tokens
            .pair(&session, user.role, user.token_version)?;
        self.0
            .store
            .write(move |conn| Ok(sessions::insert(conn, &session).map(drop)?))
            .await?;
        Ok(pair)
    }

    /// Trades a refresh token for the next pair. The one before the current one gets the current
    /// pair again for a moment; anything older means that somebody has copied it, and ends the
    /// whole login.
    pub async fn refresh(&self, token: &str) -> Result<Pair> {
        let claims = self.0.tokens.read_refresh(token)?;
        let (id, presented, at) = (claims.session, claims.generation, now());
        let expires_at = at + self.0.tokens.refresh_ms();
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
                self.0
                    .tokens
                    .pair(&session, bearer.role, bearer.token_version)
            }
            Turn::Ended => Err(session_ended()),
            Turn::Reused => {
                tracing::warn!(session = %id, "a refresh token was used twice; the login is ended");
                let detail = "This refresh token was used before, so the login was ended. Sign in \
                              again; if this was not you, change your password.";
                Err(Error::new(Code::TokenReused, detail))
            }
        }
    }

    /// A fresh access token for a refresh token that is kept: for logins of dialects, whose clients
    /// never turn theirs over. A token of any other login is refused here.
    pub async fn renew(&self, token: &str) -> Result<Pair> {
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
        self.0.tokens.pair(&session, bearer.role, version)
    }

    /// Ends a login.
    pub async fn sign_out(&self, session: SessionId) -> Result<()> {
        let at = now();
        self.0
            .store
            .write(move |conn| Ok(sessions::revoke(conn, session, at).map(drop)?))
            .await
    }

    /// Who carries this access token, if his login still lives.
    pub async fn bearer(&self, token: &str) -> Result<(Bearer, SessionId)> {
        let claims = self.0.tokens.read_access(token)?;
        let found = self.bearer_of(claims.session).await?;
        let fresh = found.token_version == claims.token_version && found.user == claims.user;
        if fresh {
            Ok((found, claims.session))
        } else {
            Err(session_ended())
        }
    }

    async fn bearer_of(&self, session: SessionId) -> Result<Bearer> {
        let read = move |conn: &mut Conn| Ok(sessions::bearer(conn, session, now())?);
        self.0.store.read(read).await?.ok_or_else(session_ended)
    }

    /// A single-use pass for a browser's socket, and how long it is good, in ms.
    pub async fn ticket(&self, user: UserId, session: SessionId) -> Result<(String, Moment)> {
        let ticket = random_hex();
        let (id, expires_at) = (ticket_id(&ticket), now() + TICKET_MS);
        let write = move |conn: &mut Conn| {
            Ok(sessions::insert_ticket(conn, id, user, session, expires_at).map(drop)?)
        };
        self.0.store.write(write).await?;
        Ok((ticket, TICKET_MS))
    }

    /// Uses a pass up.
    pub async fn redeem(&self, ticket: &str) -> Result<(Bearer, SessionId)> {
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

    /// A person by id.
    pub async fn find(&self, id: UserId) -> Result<User> {
        let found = self
            .0
            .store
            .read(move |conn| Ok(users::find(conn, id)?))
            .await?;
        found.ok_or_else(|| Error::not_found("person"))
    }
}

/// How a refresh ended.
enum Turn {
    Next(Session, Bearer),
    Ended,
    Reused,
}

fn session_ended() -> Error {
    Error::new(Code::SessionEnded, "This login has ended. Sign in again.")
}

/// The primary key under which a ticket is stored: half of its SHA-256, so that whoever reads
/// the table cannot use what he finds.
fn ticket_id(ticket: &str) -> SessionId {
    let digest = Sha256::digest(ticket.as_bytes());
    let half: [u8; 16] = digest[..16].try_into().expect("SHA-256 has 32 bytes");
    SessionId(uuid::Uuid::from_bytes(half))
}

/// 256 random bits as text.
pub fn random_hex() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system has random bytes");
    hex(&bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn keyed(secret: &[u8], purpose: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    hex(&mac.chain_update(purpose.as_bytes()).finalize().into_bytes()[..16])
}

/// Compares without telling by its time where the first difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |seen, (a, b)| seen | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_means_equal() {
        assert!(same(b"abc", b"abc") && !same(b"abc", b"abd") && !same(b"abc", b"ab"));
    }
}
