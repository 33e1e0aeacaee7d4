//! Invitations: one-use links with which somebody makes his own account as a rep or an admin.

use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::schema::{api_keys, invitations, users};
use super::users::{User, fold};
use crate::error::Result;
use crate::words::{ApiKeyId, InvitationId, Moment, QueueId, Role, SessionId, UserId};

/// The invitations an admin is told of: the newest ones.
pub const LISTED_MAX: i64 = 200;

/// An invitation as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = invitations)]
pub struct Invitation {
    pub id: InvitationId,
    /// Half of the SHA-256 of what the link carries.
    pub token_id: SessionId,
    pub role: Role,
    /// How much a rep may hold; 0 for an admin.
    pub capacity: i32,
    /// Ids with spaces between: see [`Invitation::queues`].
    pub queues: Option<String>,
    /// For whom it is, as far as the inviter has said.
    pub display_name: Option<String>,
    pub email: Option<String>,
    pub created_by: UserId,
    pub created_at: Moment,
    pub expires_at: Moment,
    pub used_by: Option<UserId>,
    pub used_at: Option<Moment>,
    pub revoked_at: Option<Moment>,
}

impl Invitation {
    /// The queues that the rep will serve; none: all there are then.
    pub fn queues(&self) -> Option<Vec<QueueId>> {
        let ids = self.queues.as_ref()?.split(' ');
        Some(ids.filter_map(|id| id.parse().ok()).collect())
    }

    /// Queues as they are stored.
    pub fn words(queues: &[QueueId]) -> String {
        let ids: Vec<String> = queues.iter().map(ToString::to_string).collect();
        ids.join(" ")
    }
}

/// An invitation that tells for whom it is: who came by it, and an address.
type Addressed = (InvitationId, Option<UserId>, Option<String>);

queries! {
    /// Run again because the answer of its commit was lost, it changes nothing.
    pub fn insert(conn, row: &Invitation) -> QueryResult<usize> {
        diesel::insert_into(invitations::table)
            .values(row)
            .on_conflict(invitations::id)
            .do_nothing()
            .execute(conn)
    }

    /// The invitation of this link, if it is still good.
    fn open(conn, token: SessionId, now: Moment) -> QueryResult<Option<Invitation>> {
        invitations::table
            .filter(invitations::token_id.eq(token))
            .filter(invitations::used_at.is_null().and(invitations::revoked_at.is_null()))
            .filter(invitations::expires_at.gt(now))
            .select(Invitation::as_select())
            .get_result(conn)
            .optional()
    }

    /// Whether this admin may still sign in.
    fn is_admin(conn, id: UserId) -> QueryResult<bool> {
        let admin = users::table
            .find(id)
            .filter(users::role.eq(Role::Admin).and(users::disabled_at.is_null()));
        diesel::select(diesel::dsl::exists(admin)).get_result(conn)
    }

    /// Whether this key was not revoked, and has not run out.
    fn is_key(conn, id: UserId, now: Moment) -> QueryResult<bool> {
        let good = api_keys::expires_at.is_null().or(api_keys::expires_at.gt(now));
        let key = api_keys::table
            .find(ApiKeyId(id.0))
            .filter(api_keys::revoked_at.is_null())
            .filter(good);
        diesel::select(diesel::dsl::exists(key)).get_result(conn)
    }

    /// How many are open, but for this one.
    pub fn count_but(conn, but: InvitationId, now: Moment) -> QueryResult<i64> {
        invitations::table
            .filter(invitations::id.ne(but))
            .filter(invitations::used_at.is_null().and(invitations::revoked_at.is_null()))
            .filter(invitations::expires_at.gt(now))
            .count()
            .get_result(conn)
    }

    /// The newest first, whatever became of them.
    pub fn list(conn) -> QueryResult<Vec<Invitation>> {
        invitations::table
            .order(invitations::id.desc())
            .limit(LISTED_MAX)
            .select(Invitation::as_select())
            .load(conn)
    }

    /// Uses one up; 0 if somebody was quicker.
    pub fn use_up(conn, id: InvitationId, by: UserId, at: Moment) -> QueryResult<usize> {
        let open = invitations::table.find(id).filter(invitations::used_at.is_null());
        diesel::update(open.filter(invitations::revoked_at.is_null()))
            .set((invitations::used_by.eq(Some(by)), invitations::used_at.eq(Some(at))))
            .execute(conn)
    }

    /// Takes one back that nobody has used; answers it, if there was one.
    pub fn revoke(conn, id: InvitationId, at: Moment) -> QueryResult<Option<Invitation>> {
        let open = invitations::table.find(id).filter(invitations::used_at.is_null());
        diesel::update(open.filter(invitations::revoked_at.is_null()))
            .set(invitations::revoked_at.eq(Some(at)))
            .returning(Invitation::as_returning())
            .get_result(conn)
            .optional()
    }

    fn addressed(conn) -> QueryResult<Vec<Addressed>> {
        invitations::table
            .filter(invitations::email.is_not_null().or(invitations::display_name.is_not_null()))
            .select((invitations::id, invitations::used_by, invitations::email))
            .load(conn)
    }

    fn empty(conn, ids: &[InvitationId]) -> QueryResult<usize> {
        diesel::update(invitations::table.filter(invitations::id.eq_any(ids)))
            .set((
                invitations::display_name.eq(None::<String>),
                invitations::email.eq(None::<String>),
            ))
            .execute(conn)
    }

    /// Forgets those that ran out a month ago.
    pub fn delete_stale(conn, now: Moment) -> QueryResult<usize> {
        const MONTH: Moment = 30 * 24 * 60 * 60 * 1_000;
        diesel::delete(invitations::table.filter(invitations::expires_at.le(now - MONTH)))
            .execute(conn)
    }
}

/// Leaves neither name nor address of somebody in what he was invited by.
pub fn forget(conn: &mut Conn, user: &User) -> QueryResult<usize> {
    let his = |email: &String| Some(fold(email)) == user.email_key;
    let mut ids = addressed(conn)?;
    ids.retain(|(_, by, email)| *by == Some(user.id) || email.as_ref().is_some_and(his));
    let ids: Vec<InvitationId> = ids.into_iter().map(|(id, _, _)| id).collect();
    empty(conn, &ids)
}

/// The invitation of this link, if it is still good. It is so no longer than its inviter is.
pub fn find_open(conn: &mut Conn, token: SessionId, now: Moment) -> Result<Option<Invitation>> {
    let Some(found) = open(conn, token, now)? else {
        return Ok(None);
    };
    let (admin, key) = (
        is_admin(conn, found.created_by)?,
        is_key(conn, found.created_by, now)?,
    );
    Ok(Some(found).filter(|_| admin || key))
}
