//! Who somebody is elsewhere, and the proofs of that which were used up.

use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::schema::{identities, used_proofs, users};
use super::users::User;
use crate::error::Result;
use crate::words::{Moment, SessionId, UserId};

/// Somebody, as a provider knows him: nobody else here is the same.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = identities)]
pub struct Identity {
    /// `telegram`, or `widget:` and the id of one.
    pub provider: String,
    pub subject: String,
    pub user_id: UserId,
    /// As the provider has said last, if it has.
    pub name: Option<String>,
    pub email: Option<String>,
    pub created_at: Moment,
}

/// Who somebody is elsewhere, as admins see it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Identity)]
pub struct IdentityView {
    /// `telegram`, or `widget:` and the id of one.
    pub provider: String,
    /// What he is called there.
    pub subject: String,
    /// As it was said there last. Nobody here is found by it, and nobody has confirmed it.
    #[schema(required)]
    pub email: Option<String>,
    pub created_at: Moment,
}

impl From<Identity> for IdentityView {
    fn from(one: Identity) -> Self {
        IdentityView {
            provider: one.provider,
            subject: one.subject,
            email: one.email,
            created_at: one.created_at,
        }
    }
}

/// So many identities of one person are listed.
const IDENTITIES_MAX: i64 = 50;

queries! {
    /// The identity, and who it is here.
    pub fn find(conn, provider: &str, subject: &str) -> QueryResult<Option<(Identity, User)>> {
        identities::table
            .inner_join(users::table)
            .filter(identities::provider.eq(provider).and(identities::subject.eq(subject)))
            .select((Identity::as_select(), User::as_select()))
            .get_result(conn)
            .optional()
    }

    pub fn insert(conn, row: &Identity) -> QueryResult<usize> {
        diesel::insert_into(identities::table).values(row).execute(conn)
    }

    /// Writes down what the provider says now.
    fn set_said(conn, row: &Identity) -> QueryResult<usize> {
        let one = identities::table.find((&row.provider, &row.subject));
        diesel::update(one)
            .set((identities::name.eq(&row.name), identities::email.eq(&row.email)))
            .execute(conn)
    }

    fn set_name(conn, user: UserId, name: &str) -> QueryResult<usize> {
        diesel::update(users::table.find(user)).set(users::display_name.eq(name)).execute(conn)
    }

    /// Nobody is this person elsewhere any more.
    pub fn delete_of(conn, user: UserId) -> QueryResult<usize> {
        diesel::delete(identities::table.filter(identities::user_id.eq(user))).execute(conn)
    }

    /// All of a person: he is known in one place, or in few.
    pub fn all_of(conn, user: UserId) -> QueryResult<Vec<Identity>> {
        identities::table
            .filter(identities::user_id.eq(user))
            .order(identities::created_at)
            .select(Identity::as_select())
            .load(conn)
    }

    /// Those of a person, the first ones.
    pub fn of(conn, user: UserId) -> QueryResult<Vec<Identity>> {
        identities::table
            .filter(identities::user_id.eq(user))
            .order(identities::created_at)
            .limit(IDENTITIES_MAX)
            .select(Identity::as_select())
            .load(conn)
    }

    fn insert_used(conn, id: SessionId, session: SessionId, expires_at: Moment)
        -> QueryResult<usize>
    {
        diesel::insert_into(used_proofs::table)
            .values((
                used_proofs::id.eq(id),
                used_proofs::session_id.eq(session),
                used_proofs::expires_at.eq(expires_at),
            ))
            .on_conflict(used_proofs::id)
            .do_nothing()
            .execute(conn)
    }

    fn used_by(conn, id: SessionId) -> QueryResult<Option<SessionId>> {
        let one = used_proofs::table.find(id).select(used_proofs::session_id);
        one.get_result(conn).optional()
    }

    /// Forgets proofs that are good for nothing any more.
    pub fn delete_stale(conn, now: Moment) -> QueryResult<usize> {
        diesel::delete(used_proofs::table.filter(used_proofs::expires_at.le(now))).execute(conn)
    }
}

/// Uses up a proof for this login, until it is good for nothing anyway. Run again for the same
/// login it is still its own; `false`: another has had it.
pub fn use_up(
    conn: &mut Conn,
    id: SessionId,
    session: SessionId,
    expires_at: Moment,
) -> Result<bool> {
    let first = insert_used(conn, id, session, expires_at)? > 0;
    Ok(first || used_by(conn, id)? == Some(session))
}

/// Takes over what the provider says now. A name that is another there becomes his here; one that
/// he has chosen here himself stays as long as it is the same there.
pub fn take_over(conn: &mut Conn, was: &Identity, now: &Identity) -> Result<()> {
    if (&was.name, &was.email) == (&now.name, &now.email) {
        return Ok(());
    }
    set_said(conn, now)?;
    if let Some(name) = now.name.as_deref().filter(|_| was.name != now.name) {
        set_name(conn, was.user_id, name)?;
    }
    Ok(())
}
