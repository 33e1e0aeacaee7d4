//! One-use links for a new password. Kept is a hash of each: see `email_links.rs`.

use diesel::prelude::*;

use super::conn::queries;
use super::schema::password_links;
use crate::words::{Moment, SessionId, UserId};

queries! {
    /// Run again because the answer of its commit was lost, it changes nothing.
    pub fn insert(conn, id: SessionId, user: UserId, expires_at: Moment)
        -> QueryResult<usize>
    {
        diesel::insert_into(password_links::table)
            .values((
                password_links::id.eq(id),
                password_links::user_id.eq(user),
                password_links::expires_at.eq(expires_at),
            ))
            .on_conflict(password_links::id)
            .do_nothing()
            .execute(conn)
    }

    /// How many links of a person are still good, but for this one.
    pub fn count_but(conn, user: UserId, but: SessionId, now: Moment) -> QueryResult<i64> {
        password_links::table
            .filter(password_links::user_id.eq(user).and(password_links::id.ne(but)))
            .filter(password_links::expires_at.gt(now))
            .count()
            .get_result(conn)
    }

    /// Whose link this is, if it is still good.
    pub fn find(conn, id: SessionId, now: Moment) -> QueryResult<Option<UserId>> {
        password_links::table
            .find(id)
            .filter(password_links::expires_at.gt(now))
            .select(password_links::user_id)
            .get_result(conn)
            .optional()
    }

    /// Takes back every link of a person: one is used, or another is given instead.
    pub fn delete_of(conn, user: UserId) -> QueryResult<usize> {
        diesel::delete(password_links::table.filter(password_links::user_id.eq(user)))
            .execute(conn)
    }

    /// Takes back every link of everybody: who made some of them is not trusted any more, and which
    /// they are is not kept. Whoever needs one asks again.
    pub fn delete_all(conn) -> QueryResult<usize> {
        diesel::delete(password_links::table).execute(conn)
    }

    /// Forgets the links that nobody has used.
    pub fn delete_stale(conn, now: Moment) -> QueryResult<usize> {
        diesel::delete(password_links::table.filter(password_links::expires_at.le(now)))
            .execute(conn)
    }
}
