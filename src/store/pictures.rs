//! What people look like: the name under which somebody's picture lies on the shelf stands in his
//! row. Another picture has another name, so an address always shows the same.

use diesel::prelude::*;

use super::attachments::lock_uploader;
use super::conn::{Conn, queries};
use super::schema::{conversations, joined, users};
use crate::error::{Error, Result};
use crate::words::{AttachmentId, Role, UserId};

/// Where a picture can be got, with an access token.
pub fn url(id: AttachmentId) -> String {
    format!("/api/v1/pictures/{id}")
}

queries! {
    fn of(conn, person: UserId) -> QueryResult<Option<AttachmentId>> {
        users::table.find(person).select(users::picture_id).get_result(conn)
    }

    fn set(conn, person: UserId, id: Option<AttachmentId>) -> QueryResult<usize> {
        diesel::update(users::table.find(person)).set(users::picture_id.eq(id)).execute(conn)
    }

    /// Whose picture this is.
    fn owner(conn, id: AttachmentId) -> QueryResult<Option<UserId>> {
        users::table
            .filter(users::picture_id.eq(id))
            .select(users::id)
            .first(conn)
            .optional()
    }

    /// Those of these that somebody has.
    pub fn known(conn, ids: &[AttachmentId]) -> QueryResult<Vec<AttachmentId>> {
        let known = users::table
            .filter(users::picture_id.eq_any(ids))
            .select(users::picture_id.assume_not_null());
        known.load(conn)
    }

    /// Whether somebody serves a conversation of this customer, served it last, or has joined it.
    fn serves(conn, person: UserId, customer: UserId) -> QueryResult<bool> {
        let has_joined = joined::table
            .filter(joined::user_id.eq(person))
            .select(joined::conversation_id);
        let his = conversations::rep_id
            .eq(person)
            .or(conversations::last_rep_id.eq(person))
            .assume_not_null();
        let served = conversations::table
            .filter(conversations::customer_id.eq(customer))
            .filter(conversations::forgotten_at.is_null())
            .filter(his.or(conversations::id.eq_any(has_joined)));
        diesel::select(diesel::dsl::exists(served)).get_result(conn)
    }
}

/// Gives somebody another picture, or none, in a transaction. Answers the one before it: its file
/// is next.
pub fn change(
    conn: &mut Conn,
    person: UserId,
    id: Option<AttachmentId>,
) -> Result<Option<AttachmentId>> {
    super::accounts::living(conn, person)?;
    if lock_uploader(conn, person)? == 0 {
        return Err(Error::not_found("person"));
    }
    let before = of(conn, person)?;
    set(conn, person, id)?;
    // Run again because the answer of its commit was lost, it finds its own.
    Ok(before.filter(|before| Some(*before) != id))
}

/// Refuses a picture of whom this person has nothing to do with, as one that is not there: staff
/// see everybody, a customer himself and who serves him.
pub fn readable(conn: &mut Conn, person: UserId, role: Role, id: AttachmentId) -> Result<()> {
    let none = || Error::not_found("picture");
    let owner = owner(conn, id)?.ok_or_else(none)?;
    let may = role != Role::Customer || owner == person || serves(conn, owner, person)?;
    may.then_some(()).ok_or_else(none)
}
