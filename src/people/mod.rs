//! People: registering, signing in, and the tokens they carry.

mod account;
mod counts;
mod host;
mod identities;
pub mod invitations;
pub mod keys;
mod letters;
mod limits;
mod links;
mod login;
mod newcomer;
mod password;
mod phones;
mod rules;
mod telegram;
mod throttle;
mod token;
mod visitors;
mod visits;
mod widgets;

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use crate::bell::Bell;
use crate::error::{Code, Error, Result};
use crate::metrics::Metrics;
use crate::store::audit::{self, Entry};
use crate::store::counters::Numbers;
use crate::store::reps::{self, Rep};
pub use crate::store::sessions::Bearer;
use crate::store::users::{self, User};
use crate::store::{Conn, Store, queues, serving};
use crate::words::{Act, ObjectKind, QueueId, Role, UserId, now};
pub use account::NewProfile;
pub use identities::Telegram;
pub use limits::Limits;
use links::LinkDoor;
pub use login::Device;
pub use newcomer::NewPerson;
use newcomer::check;
use password::Passwords;
pub use phones::PhoneRule;
use phones::plain_phone;
pub use rules::{Rules, Strangers};
pub use telegram::Bot;
pub use throttle::Peer;
use throttle::{Door, Throttle};
pub use token::Pair;
use token::Tokens;
pub use visitors::NewVisitor;
use visits::Visits;
use widgets::Sites;
pub use widgets::{WidgetChange, WidgetView};

/// What people stand on.
pub struct Needs<'a> {
    pub store: Store,
    pub bell: Bell,
    pub metrics: Metrics,
    /// Signs the tokens, and is what the secrets of widgets are made of.
    pub secret: &'a [u8],
    pub rules: Rules,
}

/// People and their logins. Cheap to clone.
#[derive(Clone)]
pub struct People(Arc<Inner>);

struct Inner {
    store: Store,
    bell: Bell,
    metrics: Metrics,
    tokens: Tokens,
    passwords: Passwords,
    throttle: Throttle,
    links: LinkDoor,
    numbers: Numbers,
    secret: Vec<u8>,
    rules: Rules,
    visits: Visits,
    sites: Sites,
}

impl People {
    pub fn new(needs: Needs<'_>) -> Self {
        let Needs {
            store,
            bell,
            metrics,
            secret,
            rules,
        } = needs;
        let numbers = Numbers::new("users", &store);
        let (limits, strangers) = (&rules.limits, &rules.strangers);
        Self(Arc::new(Inner {
            store,
            bell,
            metrics,
            throttle: Throttle::new(limits),
            links: LinkDoor::new(limits),
            tokens: Tokens::new(secret, rules.access_s, rules.refresh_s),
            passwords: Passwords::new(),
            visits: Visits::new(
                limits.window_ms,
                strangers.per_address,
                strangers.per_widget,
            ),
            numbers,
            secret: secret.to_vec(),
            rules,
            sites: Sites::default(),
        }))
    }

    /// Has these limits count from now on, but for the window.
    pub fn set_limits(&self, limits: &Limits) {
        self.0.throttle.set(limits);
        self.0.links.set(limits);
    }

    /// The address of a link: what stands behind `#` goes to no server and into no log of one.
    fn link(&self, what: &str, token: &str) -> String {
        format!("{}/link#{what}={token}", self.0.rules.url)
    }

    /// The token of the one-time link that makes the first admin; none once there is one.
    pub async fn setup_token(&self) -> Result<Option<String>> {
        let people = self.clone();
        let read = move |conn: &mut Conn| match users::admin_exists(conn)? {
            true => Ok(None),
            false => people.setup(conn).map(Some),
        };
        self.0.store.read(read).await
    }

    /// Whether somebody must make the first admin, and whether this token lets him.
    pub async fn setup_state(&self, token: Option<String>) -> Result<(bool, Option<bool>)> {
        let known = self.setup_token().await?;
        let valid = token.map(|token| {
            let known = known.as_deref().unwrap_or_default();
            !known.is_empty() && same(token.as_bytes(), known.as_bytes())
        });
        Ok((known.is_some(), valid))
    }

    /// Made of what every database has of its own and all its nodes share: its oldest queue. So
    /// the link of one opens no other that was given the same secret.
    fn setup(&self, conn: &mut Conn) -> Result<String> {
        let oldest = queues::list(conn)?.into_iter().map(|queue| queue.id).min();
        let oldest = oldest.ok_or_else(|| Error::not_found("queue"))?;
        let purpose = format!("the first admin of {oldest}");
        Ok(keyed(&self.0.secret, &purpose))
    }

    /// Makes the first admin, for whoever has the link.
    pub async fn set_up(&self, token: &str, person: NewPerson, from: Peer) -> Result<User> {
        self.0.throttle.pass(Door::Register, from, now())?;
        let people = self.clone();
        let known = self.0.store.read(move |conn| people.setup(conn)).await?;
        if !same(token.as_bytes(), known.as_bytes()) {
            let detail = "This link is not the one that the server printed at its start.";
            return Err(Error::new(Code::TokenInvalid, detail));
        }
        let _hashing = self.0.throttle.enter(from)?;
        let user = self.make(person, Role::Admin).await?;
        // By himself: who has the link is nobody yet.
        let entry = created(Some(user.id), user.id);
        self.insert(user, move |conn, user| {
            if users::admin_exists(conn)? {
                let detail = "There is an admin already. Sign in, or ask him for an account.";
                return Err(Error::new(Code::SetupDone, detail));
            }
            users::insert(conn, user).map_err(users::taken)?;
            audit::record(conn, &entry, None, Some(json!({ "role": Role::Admin })))
        })
        .await
    }

    /// Makes an admin. For the command line, which owns the machine anyway.
    pub async fn add_admin(&self, person: NewPerson) -> Result<User> {
        let user = self.make(person, Role::Admin).await?;
        let entry = created(None, user.id);
        self.insert(user, move |conn, user| {
            users::insert(conn, user).map_err(users::taken)?;
            audit::record(conn, &entry, None, Some(json!({ "role": Role::Admin })))
        })
        .await
    }

    /// A customer registers himself. A rep of his own is one who is there now; if nobody is, his
    /// first opening decides.
    pub async fn add_customer(&self, person: NewPerson, from: Peer) -> Result<User> {
        self.0.throttle.pass(Door::Register, from, now())?;
        let _hashing = self.0.throttle.enter(from)?;
        let user = self.make(person, Role::Customer).await?;
        let personal_reps = self.0.rules.personal_reps;
        let insert = move |conn: &mut Conn, user: &User| {
            let mut user = user.clone();
            if personal_reps {
                user.personal_rep_id = reps::draw(conn)?;
            }
            users::insert(conn, &user).map(drop).map_err(users::taken)
        };
        let made = self.insert(user, insert).await?;
        self.0.throttle.saw(made.id, from, now());
        Ok(made)
    }

    /// An admin makes a rep, who serves these queues, or all there are.
    pub async fn add_rep(
        &self,
        by: UserId,
        person: NewPerson,
        capacity: i32,
        queues: Option<Vec<QueueId>>,
    ) -> Result<User> {
        let user = self.make(person, Role::Rep).await?;
        let entry = created(Some(by), user.id);
        let insert = move |conn: &mut Conn, user: &User| {
            users::insert(conn, user).map_err(users::taken)?;
            reps::insert(conn, &Rep::new(user.id, capacity))?;
            let queues = serving::meant_queues(conn, queues.as_deref())?;
            serving::set_queues(conn, user.id, &queues)?;
            let made = json!({ "role": Role::Rep, "capacity": capacity, "queues": queues });
            audit::record(conn, &entry, None, Some(made))
        };
        let made = self.insert(user, insert).await?;
        tracing::info!(actor = %by, rep = %made.id, capacity, "a rep was made");
        Ok(made)
    }

    async fn insert(
        &self,
        user: User,
        insert: impl Fn(&mut Conn, &User) -> Result<()> + Send + 'static,
    ) -> Result<User> {
        let write = move |conn: &mut Conn| {
            // Run again because the answer of its commit was lost, it finds its own row.
            if let Some(made) = users::find(conn, user.id)? {
                return Ok(made);
            }
            insert(conn, &user).map(|()| user.clone())
        };
        self.0.store.write(write).await
    }

    async fn make(&self, person: NewPerson, role: Role) -> Result<User> {
        check(&person, &self.0.rules.phones)?;
        let named = format!("{} {}", person.first_name, person.last_name)
            .trim()
            .to_owned();
        let named = if named.is_empty() {
            person.username.clone()
        } else {
            named
        };
        let display_name = person.display_name.filter(|name| !name.trim().is_empty());
        let number = self.0.numbers.next(&self.0.store).await?;
        let name = display_name.unwrap_or(named);
        Ok(User {
            username_key: Some(users::fold(&person.username)),
            username: Some(person.username),
            email_key: person.email.as_deref().map(users::fold),
            email: person.email,
            phone: person.phone.as_deref().map(plain_phone),
            first_name: person.first_name,
            last_name: person.last_name,
            password_hash: Some(self.0.passwords.hash(person.password).await?),
            ..User::new(number, role, name)
        })
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

/// That somebody is made, by somebody or by who has the machine.
fn created(by: Option<UserId>, user: UserId) -> Entry {
    Entry::new(by, Act::UserCreated, ObjectKind::User, Some(user.0))
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

/// What only who has the secret can make, for one purpose.
pub fn keyed(secret: &[u8], purpose: &str) -> String {
    let mut text = keyed_whole(secret, purpose);
    text.truncate(32);
    text
}

/// The same, with all its 256 bits.
fn keyed_whole(secret: &[u8], purpose: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    hex(&mac.chain_update(purpose.as_bytes()).finalize().into_bytes())
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
