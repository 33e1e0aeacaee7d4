//! Logins: families of refresh tokens, and the tickets that open a browser's socket.

use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::rights::RightsRow;
use super::schema::{reps, sessions, socket_tickets, users};
use crate::access::{Actor, Rights};
use crate::words::{Moment, Role, SessionId, UserId};

/// One login.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    /// Whether each refresh turns the token over; if not, one is kept for the whole login.
    pub rotates: bool,
    /// The generation of the refresh token that may be used next.
    pub generation: i32,
    pub rotated_at: Moment,
    pub created_at: Moment,
    pub expires_at: Moment,
    pub revoked_at: Option<Moment>,
    /// What its client called itself when it signed in, and from where it came; empty if unknown.
    pub agent: String,
    pub address: String,
}

/// The logins a person is told of: his newest ones.
pub const LISTED_MAX: i64 = 200;

/// Who a live session belongs to, as an access token needs it checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    pub actor: Actor,
    pub name: String,
    pub token_version: i32,
}

queries! {
    /// Run again because the answer of its commit was lost, it changes nothing.
    pub fn insert(conn, row: &Session) -> QueryResult<usize> {
        diesel::insert_into(sessions::table)
            .values(row)
            .on_conflict(sessions::id)
            .do_nothing()
            .execute(conn)
    }

    pub fn find(conn, id: SessionId) -> QueryResult<Option<Session>> {
        sessions::table.find(id).select(Session::as_select()).get_result(conn).optional()
    }

    /// Moves a family on from one generation to the next; false if another was quicker.
    pub fn rotate(conn, id: SessionId, from: i32, at: Moment, expires_at: Moment)
        -> QueryResult<bool>
    {
        let live = sessions::table
            .filter(sessions::id.eq(id))
            .filter(sessions::generation.eq(from))
            .filter(sessions::revoked_at.is_null());
        let moved = diesel::update(live)
            .set((
                sessions::generation.eq(from + 1),
                sessions::rotated_at.eq(at),
                sessions::expires_at.eq(expires_at),
            ))
            .execute(conn)?;
        Ok(moved > 0)
    }

    pub fn revoke(conn, id: SessionId, at: Moment) -> QueryResult<usize> {
        diesel::update(sessions::table.find(id))
            .filter(sessions::revoked_at.is_null())
            .set(sessions::revoked_at.eq(Some(at)))
            .execute(conn)
    }

    /// Ends the logins of a person, but for this one.
    pub fn revoke_others(conn, user: UserId, but: Option<SessionId>, at: Moment)
        -> QueryResult<usize>
    {
        // No login has this id.
        let but = but.unwrap_or(SessionId(uuid::Uuid::nil()));
        diesel::update(sessions::table.filter(sessions::user_id.eq(user)))
            .filter(sessions::id.ne(but).and(sessions::revoked_at.is_null()))
            .set(sessions::revoked_at.eq(Some(at)))
            .execute(conn)
    }

    /// A person's logins that live, the newest first.
    pub fn live_of(conn, user: UserId, now: Moment) -> QueryResult<Vec<Session>> {
        sessions::table
            .filter(sessions::user_id.eq(user))
            .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(now)))
            .order(sessions::id.desc())
            .limit(LISTED_MAX)
            .select(Session::as_select())
            .load(conn)
    }

    /// Ends one login of a person; 0 if he has none such.
    pub fn revoke_his(conn, user: UserId, id: SessionId, at: Moment) -> QueryResult<usize> {
        diesel::update(sessions::table.find(id).filter(sessions::user_id.eq(user)))
            .filter(sessions::revoked_at.is_null())
            .set(sessions::revoked_at.eq(Some(at)))
            .execute(conn)
    }

    /// The person behind a session that is neither ended nor expired nor disabled.
    pub fn bearer(conn, id: SessionId, now: Moment) -> QueryResult<Option<Bearer>> {
        let row = sessions::table
            .inner_join(users::table)
            .left_join(reps::table.on(reps::user_id.eq(users::id)))
            .filter(sessions::id.eq(id))
            .filter(sessions::revoked_at.is_null())
            .filter(sessions::expires_at.gt(now))
            .filter(users::disabled_at.is_null())
            .select((
                (users::id, users::role, users::display_name, users::token_version),
                Option::<RightsRow>::as_select(),
            ))
            .get_result::<((UserId, Role, String, i32), Option<RightsRow>)>(conn)
            .optional()?;
        Ok(row.map(|((id, role, name, token_version), row)| {
            let rights = row.map(Rights::from).unwrap_or_default();
            Bearer { actor: Actor { id, role, rights }, name, token_version }
        }))
    }

    /// Which of these sessions have ended.
    pub fn ended(conn, ids: &[SessionId], now: Moment) -> QueryResult<Vec<SessionId>> {
        sessions::table
            .inner_join(users::table)
            .filter(sessions::id.eq_any(ids))
            .filter(
                sessions::revoked_at
                    .is_not_null()
                    .or(users::disabled_at.is_not_null())
                    .or(sessions::expires_at.le(now).nullable().assume_not_null()),
            )
            .select(sessions::id)
            .load(conn)
    }

    fn delete_tickets(conn, user: UserId) -> QueryResult<usize> {
        diesel::delete(socket_tickets::table.filter(socket_tickets::user_id.eq(user)))
            .execute(conn)
    }

    fn empty_places(conn, user: UserId) -> QueryResult<usize> {
        diesel::update(sessions::table.filter(sessions::user_id.eq(user)))
            .set((sessions::agent.eq(""), sessions::address.eq("")))
            .execute(conn)
    }

    /// All logins of a person that are written down still, ended ones too, by id, after one.
    pub fn all_after(conn, user: UserId, after: SessionId, limit: i64)
        -> QueryResult<Vec<Session>>
    {
        sessions::table
            .filter(sessions::user_id.eq(user).and(sessions::id.gt(after)))
            .order(sessions::id)
            .limit(limit)
            .select(Session::as_select())
            .load(conn)
    }

    pub fn insert_ticket(
        conn, id: SessionId, user: UserId, session: SessionId, expires_at: Moment,
    ) -> QueryResult<usize> {
        diesel::insert_into(socket_tickets::table)
            .values((
                socket_tickets::id.eq(id),
                socket_tickets::user_id.eq(user),
                socket_tickets::session_id.eq(session),
                socket_tickets::expires_at.eq(expires_at),
            ))
            .execute(conn)
    }

    /// Uses a ticket up: answers its session if it was there and still good.
    pub fn take_ticket(conn, id: SessionId, now: Moment) -> QueryResult<Option<SessionId>> {
        let row = diesel::delete(socket_tickets::table.find(id))
            .returning((socket_tickets::session_id, socket_tickets::expires_at))
            .get_result::<(SessionId, Moment)>(conn)
            .optional()?;
        Ok(row.filter(|(_, expires_at)| *expires_at > now).map(|(session, _)| session))
    }

    /// Forgets tickets that nobody used, and logins that ran out a month ago.
    pub fn delete_stale(conn, now: Moment) -> QueryResult<usize> {
        const MONTH: Moment = 30 * 24 * 60 * 60 * 1_000;
        diesel::delete(socket_tickets::table.filter(socket_tickets::expires_at.le(now)))
            .execute(conn)?;
        diesel::delete(sessions::table.filter(sessions::expires_at.le(now - MONTH))).execute(conn)
    }
}

/// Ends all logins of a person, and forgets from where they came. The rows stay for a while: by
/// them sockets learn that they have ended.
pub fn empty_all(conn: &mut Conn, user: UserId, at: Moment) -> QueryResult<()> {
    delete_tickets(conn, user)?;
    revoke_others(conn, user, None, at)?;
    empty_places(conn, user)?;
    Ok(())
}
