//! Visitors: customers who have not said who they are, each with one token.

use diesel::prelude::*;

use super::accounts;
use super::conn::{Conn, queries};
use super::schema::{identities, sessions, visitors};
use super::sessions::{self as logins, Bearer};
use super::users::User;
use crate::error::Result;
use crate::words::{Moment, SessionId, UserId};

/// A visitor, and of his token what is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = visitors)]
pub struct Visitor {
    pub user_id: UserId,
    /// The login that his token is good for.
    pub session_id: SessionId,
    /// SHA-256 of the whole token, as hexadecimal digits.
    pub hash: String,
    /// Whose everything has become that was his.
    pub merged_into: Option<UserId>,
}

queries! {
    pub fn insert(conn, row: &Visitor) -> QueryResult<usize> {
        diesel::insert_into(visitors::table).values(row).execute(conn)
    }

    /// Whose token has this hash, whether it is good still or not.
    pub fn of_token(conn, hash: &str) -> QueryResult<Option<Visitor>> {
        visitors::table
            .filter(visitors::hash.eq(hash))
            .select(Visitor::as_select())
            .get_result(conn)
            .optional()
    }

    /// Has a login last until then, if it lives.
    pub fn extend(conn, session: SessionId, at: Moment, until: Moment) -> QueryResult<usize> {
        let live = sessions::table.find(session).filter(sessions::revoked_at.is_null());
        diesel::update(live)
            .set((sessions::expires_at.eq(until), sessions::rotated_at.eq(at)))
            .execute(conn)
    }

    /// Whether this login is that of a visitor's token.
    pub fn is_login(conn, user: UserId, session: SessionId) -> QueryResult<bool> {
        let his = visitors::table.find(user).filter(visitors::session_id.eq(session));
        diesel::select(diesel::dsl::exists(his)).get_result(conn)
    }

    fn has_identity(conn, user: UserId) -> QueryResult<bool> {
        let his = identities::table.filter(identities::user_id.eq(user));
        diesel::select(diesel::dsl::exists(his)).get_result(conn)
    }

    fn set_merged(conn, visitor: UserId, account: UserId) -> QueryResult<usize> {
        diesel::update(visitors::table.find(visitor))
            .set(visitors::merged_into.eq(Some(account)))
            .execute(conn)
    }
}

/// Who carries the token with this hash, if his login lives, and until when it does. The outer
/// none: there was never such a token.
pub type Carrier = Option<Option<(Bearer, SessionId, Moment)>>;

pub fn carrier(conn: &mut Conn, hash: &str, now: Moment) -> Result<Carrier> {
    let Some(visitor) = of_token(conn, hash)? else {
        return Ok(None);
    };
    let bearer = logins::bearer(conn, visitor.session_id, now)?;
    let login = logins::find(conn, visitor.session_id)?;
    let found = bearer.zip(login);
    Ok(Some(found.map(|(bearer, login)| {
        (bearer, login.id, login.expires_at)
    })))
}

/// Whether anybody could sign in as this person again: he has a password, or is known elsewhere.
pub fn is_account(conn: &mut Conn, user: &User) -> Result<bool> {
    Ok(user.password_hash.is_some() || user.username.is_some() || has_identity(conn, user.id)?)
}

/// A visitor is somebody's from now on: he himself is nobody any more, and his logins end. What he
/// said of himself goes, as of who is erased: else it outlived the account he has become.
pub fn end(conn: &mut Conn, visitor: UserId, account: UserId, at: Moment) -> Result<()> {
    set_merged(conn, visitor, account)?;
    Ok(accounts::forget(conn, visitor, at)?)
}
