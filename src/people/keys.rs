//! Keys of machines: made by an admin, shown once, good for what their scopes say until they are
//! revoked or run out. Kept is only their SHA-256: 256 random bits need no slow hash.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{People, hex, random_hex};
use crate::error::{Code, Error, Result};
use crate::store::api_keys::{self, ApiKey};
use crate::store::audit::{self, Entry};
use crate::store::{Conn, sessions, visitors};
use crate::words::{Act, ApiKeyId, Moment, ObjectKind, Scope, SessionId, UserId, now};

/// What every key begins with, so that people and scanners tell one when they see it.
const PREFIX: &str = "sbk_";
/// How many digits behind that are kept, for people to tell keys apart.
const HINT_DIGITS: usize = 6;
/// Characters of a key's name.
const KEY_NAME_CHARS_MAX: usize = 100;
/// Keys that were not revoked.
const KEYS_MAX: i64 = 100;
/// How often it is written down that a key is used.
const USED_EVERY_MS: Moment = 60_000;
/// Whoever makes one is alone with this number, so that there are never more than allowed.
const MAKING: u128 = 0x5b6b;

/// What a new key is to be.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub name: String,
    pub scopes: Vec<Scope>,
    pub expires_at: Option<Moment>,
}

/// A key as admins see it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
#[schema(as = ApiKey)]
pub struct KeyView {
    pub id: ApiKeyId,
    pub name: String,
    /// How it begins.
    pub hint: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Who made it.
    pub created_by: UserId,
    pub created_at: Moment,
    /// Null: it does not run out.
    #[schema(required)]
    pub expires_at: Option<Moment>,
    /// Written once a minute at most; null: never.
    #[schema(required)]
    pub last_used_at: Option<Moment>,
}

impl KeyView {
    fn of((key, name): (ApiKey, String)) -> Self {
        KeyView {
            scopes: key.scopes(),
            id: key.id,
            name,
            hint: key.hint,
            created_by: key.created_by,
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
        }
    }
}

/// Who asks with a key.
#[derive(Debug, Clone)]
pub struct KeyBearer {
    pub id: ApiKeyId,
    pub name: String,
    pub scopes: Vec<Scope>,
}

impl People {
    /// Makes a key, and answers it whole, for the only time. One who asks with a key himself gives
    /// none of the scopes that are not `his`.
    pub async fn make_key(
        &self,
        by: UserId,
        his: Option<&[Scope]>,
        new: NewKey,
    ) -> Result<(KeyView, String)> {
        let name = check(&new, his)?;
        let key = format!("{PREFIX}{}", random_hex());
        let row = ApiKey {
            id: ApiKeyId::new(),
            hash: hash(&key),
            hint: key[..PREFIX.len() + HINT_DIGITS].to_owned(),
            scopes: ApiKey::words(&new.scopes),
            created_by: by,
            created_at: now(),
            expires_at: new.expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        let number = self.0.numbers.next(&self.0.store).await?;
        let view = KeyView::of((row.clone(), name.clone()));
        let entry = Entry::new(
            Some(by),
            Act::KeyCreated,
            ObjectKind::ApiKey,
            Some(row.id.0),
        );
        let write = move |conn: &mut Conn| {
            conn.alone_with(Uuid::from_u128(MAKING))?;
            if api_keys::count(conn)? >= KEYS_MAX {
                let detail = format!("There are {KEYS_MAX} keys. Revoke one that is not needed.");
                return Err(Error::new(Code::QuotaExceeded, detail));
            }
            api_keys::insert(conn, &row, number, &name)?;
            audit::record(conn, &entry, None, Some(told(&row)))
        };
        self.0.store.write(write).await?;
        tracing::info!(actor = %by, key = %view.id, scopes = ?view.scopes, "an API key was made");
        Ok((view, key))
    }

    /// The keys that were not revoked, in the order in which they were made.
    pub async fn keys(&self) -> Result<Vec<KeyView>> {
        let keys = self.0.store.read(|conn| Ok(api_keys::list(conn)?)).await?;
        Ok(keys.into_iter().map(KeyView::of).collect())
    }

    /// Ends a key: the next request with it is refused.
    pub async fn revoke_key(&self, by: UserId, id: ApiKeyId) -> Result<()> {
        let at = now();
        let entry = Entry::new(Some(by), Act::KeyRevoked, ObjectKind::ApiKey, Some(id.0));
        let write = move |conn: &mut Conn| {
            let key = api_keys::revoke(conn, id, at)?;
            let key = key.ok_or_else(|| Error::not_found("API key"))?;
            audit::record(conn, &entry, Some(told(&key)), None)
        };
        self.0.store.write(write).await?;
        tracing::info!(actor = %by, key = %id, "an API key was revoked");
        Ok(())
    }

    /// Whether this is meant to be a key, and no token of a login.
    pub fn is_key(&self, text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// When a login was begun, with a password.
    pub async fn login_begun(&self, session: SessionId) -> Result<Moment> {
        let find = move |conn: &mut Conn| {
            let Some(found) = sessions::find(conn, session)? else {
                return Ok(None);
            };
            // Who shows a visitor's token has nothing else to prove who he is.
            let anew = visitors::is_login(conn, found.user_id, session)?;
            Ok(Some(if anew { now() } else { found.created_at }))
        };
        let found = self.0.store.read_quickly(find).await?;
        found.ok_or_else(|| Error::not_found("login"))
    }

    /// Whose key this is, if it is good at this moment. Nobody learns why one is not.
    pub async fn key_bearer(&self, key: &str) -> Result<KeyBearer> {
        let (hash, at) = (hash(key), now());
        let find = move |conn: &mut Conn| Ok(api_keys::live(conn, &hash, at)?);
        let found = self.0.store.read_quickly(find).await?;
        let (key, name) = found.ok_or_else(|| {
            let detail = "This API key is not valid, or not any more. Ask an admin for another.";
            Error::new(Code::TokenInvalid, detail)
        })?;
        let id = key.id;
        if key
            .last_used_at
            .is_none_or(|used| used <= at - USED_EVERY_MS)
        {
            let used = move |conn: &mut Conn| Ok(api_keys::use_at(conn, id, at, USED_EVERY_MS)?);
            if let Err(error) = self.0.store.write(used).await {
                // Whoever only reads can do so while nothing can be written.
                tracing::warn!(%error, key = %id, "that a key is used could not be written down");
            }
        }
        let scopes = key.scopes();
        Ok(KeyBearer { id, name, scopes })
    }
}

/// What the audit tells of a key.
fn told(key: &ApiKey) -> Value {
    json!({ "scopes": key.scopes(), "expires_at": key.expires_at })
}

fn hash(key: &str) -> String {
    hex(&Sha256::digest(key.as_bytes()))
}

/// Refuses what no key can be; answers its name.
fn check(new: &NewKey, his: Option<&[Scope]>) -> Result<String> {
    let name = new.name.trim();
    let long = name.chars().count() > KEY_NAME_CHARS_MAX;
    if name.is_empty() || long || name.chars().any(char::is_control) {
        let detail = format!("Give 1 to {KEY_NAME_CHARS_MAX} characters on one line.");
        return Err(Error::invalid("name", detail));
    }
    if new.scopes.is_empty() {
        return Err(Error::invalid("scopes", "Name what it may be used for."));
    }
    let missing = |scope: &&Scope| his.is_some_and(|his| !his.contains(*scope));
    if let Some(scope) = new.scopes.iter().find(missing) {
        let detail = format!("Your own key lacks {scope}, so it cannot give that.");
        return Err(Error::invalid("scopes", detail));
    }
    if new.expires_at.is_some_and(|at| at <= now()) {
        let detail = "Give a moment in the future, in Unix ms, or leave it out.";
        return Err(Error::invalid("expires_at", detail));
    }
    Ok(name.to_owned())
}
