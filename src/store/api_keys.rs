//! Keys of machines: what each may, how long it is good, when it was used last. Each acts as a
//! person of its own, under the same id, whom nobody can sign in as.

use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::schema::{api_keys, users};
use crate::error::Result;
use crate::words::{ApiKeyId, Moment, Role, Scope, UserId};

/// A key as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys)]
pub struct ApiKey {
    pub id: ApiKeyId,
    /// SHA-256 of the whole key, as hexadecimal digits.
    pub hash: String,
    /// How the key begins, for people to tell it by.
    pub hint: String,
    /// Words with spaces between: see [`ApiKey::scopes`].
    pub scopes: String,
    pub created_by: UserId,
    pub created_at: Moment,
    /// None: it does not run out.
    pub expires_at: Option<Moment>,
    pub last_used_at: Option<Moment>,
    pub revoked_at: Option<Moment>,
}

impl ApiKey {
    /// What it may be used for. A word that this release does not know allows nothing.
    pub fn scopes(&self) -> Vec<Scope> {
        let word = |word: &str| Scope::ALL.iter().copied().find(|one| one.as_str() == word);
        self.scopes.split(' ').filter_map(word).collect()
    }

    /// The words of scopes as they are stored, each once.
    pub fn words(scopes: &[Scope]) -> String {
        let given = Scope::ALL.iter().filter(|scope| scopes.contains(scope));
        given
            .map(|scope| scope.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

queries! {
    /// The person as whom a key acts. Disabled from birth, he can never sign in, and counts as no
    /// admin where admins are counted.
    fn insert_person(conn, id: UserId, number: i64, name: &str, at: Moment)
        -> QueryResult<usize>
    {
        diesel::insert_into(users::table)
            .values((
                users::id.eq(id),
                users::number.eq(number),
                users::role.eq(Role::Admin),
                users::display_name.eq(name),
                users::disabled_at.eq(Some(at)),
                users::created_at.eq(at),
            ))
            .on_conflict(users::id)
            .do_nothing()
            .execute(conn)
    }

    fn insert_key(conn, row: &ApiKey) -> QueryResult<usize> {
        diesel::insert_into(api_keys::table)
            .values(row)
            .on_conflict(api_keys::id)
            .do_nothing()
            .execute(conn)
    }

    /// The key of this hash, unless it was revoked or has run out, and its name.
    pub fn live(conn, hash: &str, now: Moment) -> QueryResult<Option<(ApiKey, String)>> {
        api_keys::table
            .inner_join(users::table)
            .filter(api_keys::hash.eq(hash))
            .filter(api_keys::revoked_at.is_null())
            .filter(
                api_keys::expires_at
                    .is_null()
                    .or(api_keys::expires_at.gt(now)),
            )
            .select((ApiKey::as_select(), users::display_name))
            .get_result(conn)
            .optional()
    }

    /// Those that were not revoked, with their names, in the order in which they were made.
    pub fn list(conn) -> QueryResult<Vec<(ApiKey, String)>> {
        api_keys::table
            .inner_join(users::table)
            .filter(api_keys::revoked_at.is_null())
            .order(api_keys::id)
            .select((ApiKey::as_select(), users::display_name))
            .load(conn)
    }

    /// How many were not revoked.
    pub fn count(conn) -> QueryResult<i64> {
        api_keys::table.filter(api_keys::revoked_at.is_null()).count().get_result(conn)
    }

    /// Writes down that it is used, if that was not written for so long.
    pub fn use_at(conn, id: ApiKeyId, at: Moment, every: Moment) -> QueryResult<usize> {
        let long_ago = api_keys::last_used_at
            .is_null()
            .or(api_keys::last_used_at.le(at - every));
        diesel::update(api_keys::table.find(id).filter(long_ago))
            .set(api_keys::last_used_at.eq(Some(at)))
            .execute(conn)
    }

    /// The keys of a person that were not revoked.
    pub fn made_by(conn, person: UserId) -> QueryResult<Vec<ApiKeyId>> {
        api_keys::table
            .filter(api_keys::created_by.eq(person).and(api_keys::revoked_at.is_null()))
            .order(api_keys::id)
            .select(api_keys::id)
            .load(conn)
    }

    /// Ends a key; answers it, if it was not ended before.
    pub fn revoke(conn, id: ApiKeyId, at: Moment) -> QueryResult<Option<ApiKey>> {
        diesel::update(api_keys::table.find(id).filter(api_keys::revoked_at.is_null()))
            .set(api_keys::revoked_at.eq(Some(at)))
            .returning(ApiKey::as_returning())
            .get_result(conn)
            .optional()
    }
}

/// Stores a new key and the person as whom it acts. `number` is his.
pub fn insert(conn: &mut Conn, row: &ApiKey, number: i64, name: &str) -> Result<()> {
    insert_person(conn, UserId(row.id.0), number, name, row.created_at)?;
    insert_key(conn, row)?;
    Ok(())
}
