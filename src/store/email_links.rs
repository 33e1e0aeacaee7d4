//! One-use links that confirm an e-mail address. Kept is a hash of each, and the address that it is
//! for, as it is compared.

use diesel::prelude::*;

use super::conn::queries;
use super::schema::email_links;
use crate::words::{Moment, SessionId, UserId};

queries! {
    /// Run again because the answer of its commit was lost, it changes nothing.
    pub fn insert(conn, id: SessionId, user: UserId, email_key: &str, expires_at: Moment)
        -> QueryResult<usize>
    {
        diesel::insert_into(email_links::table)
            .values((
                email_links::id.eq(id),
                email_links::user_id.eq(user),
                email_links::email_key.eq(email_key),
                email_links::expires_at.eq(expires_at),
            ))
            .on_conflict(email_links::id)
            .do_nothing()
            .execute(conn)
    }

    /// How many of somebody's are still good, but for this one.
    pub fn count_but(conn, user: UserId, but: SessionId, now: Moment) -> QueryResult<i64> {
        email_links::table
            .filter(email_links::user_id.eq(user).and(email_links::id.ne(but)))
            .filter(email_links::expires_at.gt(now))
            .count()
            .get_result(conn)
    }

    /// Whose link this is, and the address that it confirms, if it is still good.
    pub fn find(conn, id: SessionId, now: Moment) -> QueryResult<Option<(UserId, String)>> {
        email_links::table
            .find(id)
            .filter(email_links::expires_at.gt(now))
            .select((email_links::user_id, email_links::email_key))
            .get_result(conn)
            .optional()
    }

    /// Takes back every link of a person: one is used, or his address is another.
    pub fn delete_of(conn, user: UserId) -> QueryResult<usize> {
        diesel::delete(email_links::table.filter(email_links::user_id.eq(user))).execute(conn)
    }

    /// Forgets the links that nobody has used.
    pub fn delete_stale(conn, now: Moment) -> QueryResult<usize> {
        diesel::delete(email_links::table.filter(email_links::expires_at.le(now))).execute(conn)
    }
}
