//! Accounts as their owners and admins change and list them: profiles, passwords, and whether
//! somebody may sign in.

use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::schema::{api_keys, users};
use super::users::{Place, User, admin_exists, fold, forget_personal_rep, is_admin, taken};
use super::{canned_replies, email_links, invitations, password_links};
use super::{identities, pictures, reps, serving, sessions};
use crate::error::{Code, Error, Result};
use crate::words::{ApiKeyId, AttachmentId, Availability, Moment, Role, UserId};

/// What others read where somebody was called by his name.
pub const ERASED: &str = "erased";

/// What may change of an account; nothing of it where there is none.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = users)]
pub struct Change {
    pub display_name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<Option<String>>,
    pub email_key: Option<Option<String>>,
    /// Goes with the address that was confirmed: see [`change`].
    pub email_confirmed_at: Option<Option<Moment>>,
    pub phone: Option<Option<String>>,
    pub city: Option<String>,
    pub province: Option<String>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
}

/// Which accounts to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub role: Option<Role>,
    pub disabled: Option<bool>,
    /// A part of a name, an e-mail address or a phone number.
    pub search: Option<String>,
    /// Only those who are older than this one: the last of the page before.
    pub behind: Option<UserId>,
    pub limit: i64,
}

/// An account as its owner and admins see it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Account)]
pub struct AccountView {
    pub id: UserId,
    pub number: i64,
    pub role: Role,
    pub username: Option<String>,
    pub display_name: String,
    pub first_name: String,
    pub last_name: String,
    pub email: Option<String>,
    /// Since when he is known to read what goes to that address; null: he is not.
    #[schema(required)]
    pub email_confirmed_at: Option<Moment>,
    pub phone: Option<String>,
    pub city: String,
    pub province: String,
    /// A tag as `fa-IR`.
    pub language: String,
    /// A name as `Asia/Tehran`.
    pub time_zone: String,
    pub created_at: Moment,
    /// Since when he may not sign in.
    pub disabled_at: Option<Moment>,
    /// Since when nothing is left of him but this.
    pub erased_at: Option<Moment>,
    /// Where his picture can be got, with an access token; another address with each change.
    pub picture: Option<String>,
}

impl From<User> for AccountView {
    fn from(user: User) -> Self {
        let Place {
            city,
            province,
            language,
            time_zone,
        } = user.place;
        AccountView {
            id: user.id,
            number: user.number,
            role: user.role,
            username: user.username,
            display_name: user.display_name,
            first_name: user.first_name,
            last_name: user.last_name,
            email: user.email,
            email_confirmed_at: user.email_confirmed_at,
            phone: user.phone,
            city,
            province,
            language,
            time_zone,
            created_at: user.created_at,
            disabled_at: user.disabled_at,
            erased_at: user.erased_at,
            picture: user.picture_id.map(pictures::url),
        }
    }
}

queries! {
    fn is_key(conn, id: UserId) -> QueryResult<bool> {
        let key = api_keys::table.find(ApiKeyId(id.0));
        diesel::select(diesel::dsl::exists(key)).get_result(conn)
    }

    fn set(conn, id: UserId, change: &Change) -> QueryResult<usize> {
        diesel::update(users::table.find(id).filter(users::erased_at.is_null()))
            .set(change)
            .execute(conn)
    }

    /// Those whom a filter lets through, the newest first.
    pub fn list(conn, filter: &Filter) -> QueryResult<Vec<User>> {
        let keys = api_keys::table.select(api_keys::id);
        let mut query = users::table.select(User::as_select()).into_boxed();
        query = query.filter(users::id.ne_all(keys));
        if let Some(role) = filter.role {
            query = query.filter(users::role.eq(role));
        }
        match filter.disabled {
            Some(true) => query = query.filter(users::disabled_at.is_not_null()),
            Some(false) => query = query.filter(users::disabled_at.is_null()),
            None => {}
        }
        if let Some(text) = &filter.search {
            let (part, key) = (containing(text), containing(&fold(text)));
            let named = users::username_key
                .like(key.clone())
                .escape('\\')
                .or(users::email_key.like(key).escape('\\'))
                .or(users::phone.like(part.clone()).escape('\\'))
                .assume_not_null();
            query = query.filter(named.or(users::display_name.like(part).escape('\\')));
        }
        if let Some(behind) = filter.behind {
            query = query.filter(users::id.lt(behind));
        }
        query.order(users::id.desc()).limit(filter.limit).load(conn)
    }

    pub fn set_password(conn, id: UserId, hash: &str) -> QueryResult<usize> {
        diesel::update(users::table.find(id).filter(users::erased_at.is_null()))
            .set(users::password_hash.eq(hash))
            .execute(conn)
    }

    /// Has one who decides about admins wait for the other: they are counted after this.
    pub fn lock_admins(conn) -> QueryResult<usize> {
        diesel::update(users::table.filter(is_admin()))
            .set(users::token_version.eq(users::token_version))
            .execute(conn)
    }

    /// Every token of his is of another version from here on.
    pub fn set_role(conn, id: UserId, role: Role) -> QueryResult<usize> {
        let newer = users::token_version.eq(users::token_version + 1);
        diesel::update(users::table.find(id)).set((users::role.eq(role), newer)).execute(conn)
    }

    fn set_disabled(conn, id: UserId, at: Option<Moment>) -> QueryResult<usize> {
        diesel::update(users::table.find(id).filter(users::erased_at.is_null()))
            .set(users::disabled_at.eq(at))
            .execute(conn)
    }

    /// Takes out of somebody's row whatever is told of him. Who he was stays: his id, his number,
    /// his role.
    fn empty(conn, id: UserId, at: Moment) -> QueryResult<usize> {
        diesel::update(users::table.find(id))
            .set((
                (
                    users::username.eq(None::<String>),
                    users::username_key.eq(None::<String>),
                    users::email.eq(None::<String>),
                    users::email_key.eq(None::<String>),
                    users::phone.eq(None::<String>),
                    users::first_name.eq(""),
                    users::last_name.eq(""),
                    users::display_name.eq(ERASED),
                ),
                (
                    users::password_hash.eq(None::<String>),
                    users::token_version.eq(users::token_version + 1),
                    users::disabled_at.eq(Some(at)),
                    users::erased_at.eq(Some(at)),
                    users::email_confirmed_at.eq(None::<Moment>),
                    users::picture_id.eq(None::<AttachmentId>),
                    users::personal_rep_id.eq(None::<UserId>),
                ),
                (
                    users::city.eq(""),
                    users::province.eq(""),
                    users::language.eq(""),
                    users::time_zone.eq(""),
                ),
            ))
            .execute(conn)
    }

    /// Somebody is known to read what goes to his e-mail address.
    pub fn confirm_email(conn, id: UserId, at: Moment) -> QueryResult<usize> {
        diesel::update(users::table.find(id))
            .set(users::email_confirmed_at.eq(Some(at)))
            .execute(conn)
    }

}

/// A pattern for whatever has this text in it, taken as it is.
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Somebody's account. A key of a machine acts as a person, and has none.
pub fn find(conn: &mut Conn, id: UserId) -> Result<User> {
    match is_key(conn, id)? {
        true => None,
        false => super::users::find(conn, id)?,
    }
    .ok_or_else(|| Error::not_found("person"))
}

/// Changes an account, and answers it as it is now. Another e-mail address is not confirmed.
pub fn change(conn: &mut Conn, id: UserId, change: &Change) -> Result<User> {
    let before = find(conn, id)?;
    if change.is_empty() {
        return Ok(before);
    }
    let mut change = change.clone();
    if change
        .email_key
        .as_ref()
        .is_some_and(|key| *key != before.email_key)
    {
        change.email_confirmed_at = Some(None);
        email_links::delete_of(conn, id)?;
    }
    if set(conn, id, &change).map_err(taken)? == 0 {
        return Err(is_erased());
    }
    find(conn, id)
}

/// Keeps somebody from signing in. He is offered nothing any more; that his logins end is the
/// caller's. `false`: he is the last admin who may.
pub fn disable(conn: &mut Conn, id: UserId, at: Moment) -> Result<bool> {
    lock_admins(conn)?;
    let user = find(conn, id)?;
    if user.disabled_at.is_some() {
        return Ok(true);
    }
    set_disabled(conn, id, Some(at))?;
    reps::set_availability(conn, id, Availability::Offline)?;
    Ok(admin_exists(conn)?)
}

/// Whether he has a name to sign in with, and a password could be his. Visitors, and who comes as
/// who he is elsewhere, have none.
pub fn is_named(user: &User) -> bool {
    user.username.is_some() || user.email.is_some() || user.phone.is_some()
}

/// Leaves nothing of somebody in his row, and none of his links and logins. His picture's file is
/// nobody's from then on, and is swept away.
pub fn forget(conn: &mut Conn, id: UserId, at: Moment) -> QueryResult<()> {
    empty(conn, id, at)?;
    password_links::delete_of(conn, id)?;
    email_links::delete_of(conn, id)?;
    sessions::empty_all(conn, id, at)
}

/// Leaves nothing of somebody in his row and in what belongs to it; he cannot sign in any more. His
/// keys, what he said and what he serves are the caller's. `false`: he was the last admin.
pub fn erase(conn: &mut Conn, user: &User, at: Moment) -> Result<bool> {
    let id = user.id;
    forget(conn, id, at)?;
    invitations::forget(conn, user)?;
    identities::delete_of(conn, id)?;
    canned_replies::delete_of(conn, id)?;
    if user.role == Role::Customer {
        return Ok(true);
    }
    if reps::lock(conn, id)? > 0 {
        serving::set_queues(conn, id, &[])?;
        reps::set_availability(conn, id, Availability::Offline)?;
    }
    forget_personal_rep(conn, id)?;
    Ok(user.role != Role::Admin || admin_exists(conn)?)
}

/// The account of somebody of whom there is more than his row.
pub fn living(conn: &mut Conn, id: UserId) -> Result<User> {
    let user = find(conn, id)?;
    match user.erased_at {
        Some(_) => Err(is_erased()),
        None => Ok(user),
    }
}

/// Refuses whoever may not sign in: nothing is given to him.
pub fn check_able(conn: &mut Conn, id: UserId) -> Result<()> {
    match living(conn, id)?.disabled_at {
        None => Ok(()),
        Some(_) => {
            let detail = "This rep may not sign in. Let him in again first, or choose another.";
            Err(Error::new(Code::RepUnavailable, detail))
        }
    }
}

fn is_erased() -> Error {
    let detail = "This person was erased. Nothing can be changed of him any more.";
    Error::new(Code::WrongState, detail)
}

/// Lets somebody sign in again.
pub fn enable(conn: &mut Conn, id: UserId) -> Result<User> {
    living(conn, id)?;
    // He may be erased since he was read.
    if set_disabled(conn, id, None)? == 0 {
        return Err(is_erased());
    }
    find(conn, id)
}

impl Change {
    fn is_empty(&self) -> bool {
        self.fields().is_empty()
    }

    /// The names of what is given.
    pub fn fields(&self) -> Vec<&'static str> {
        let given = [
            ("display_name", self.display_name.is_some()),
            ("first_name", self.first_name.is_some()),
            ("last_name", self.last_name.is_some()),
            ("email", self.email.is_some()),
            ("phone", self.phone.is_some()),
            ("city", self.city.is_some()),
            ("province", self.province.is_some()),
            ("language", self.language.is_some()),
            ("time_zone", self.time_zone.is_some()),
        ];
        let names = given.into_iter().filter(|(_, given)| *given);
        names.map(|(name, _)| name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sought_is_no_pattern() {
        assert_eq!(containing("50%_a\\b"), "%50\\%\\_a\\\\b%");
    }
}
