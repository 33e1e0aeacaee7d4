//! People: customers, reps and admins.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::conn::queries;
use super::schema::{conversations, users};
use crate::error::{Code, Error};
use crate::words::{AttachmentId, Moment, Role, UserId, now};

/// A person as stored. `..._key` is the name folded for comparing, see [`fold`].
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = users)]
pub struct User {
    pub id: UserId,
    /// For people and for systems that know only integers.
    pub number: i64,
    pub role: Role,
    pub username: Option<String>,
    pub username_key: Option<String>,
    pub email: Option<String>,
    pub email_key: Option<String>,
    pub phone: Option<String>,
    pub first_name: String,
    pub last_name: String,
    pub display_name: String,
    /// Argon2id, as a PHC string.
    pub password_hash: Option<String>,
    /// Grows when all tokens given out so far must end.
    pub token_version: i32,
    pub disabled_at: Option<Moment>,
    pub created_at: Moment,
    /// The rep whom he is given first, if he has one.
    pub personal_rep_id: Option<UserId>,
    /// Since when he is known to read what goes to his e-mail address.
    pub email_confirmed_at: Option<Moment>,
    #[diesel(embed)]
    pub place: Place,
    /// Since when nothing is left of him but his row.
    pub erased_at: Option<Moment>,
    /// The name of his picture on the shelf, if he has one.
    pub picture_id: Option<AttachmentId>,
}

/// How somebody is called until he says his name, as "Visitor 5".
const STAND_INS: [&str; 2] = ["Visitor", "Customer"];

/// The name of the person with this number who has said none.
pub fn stand_in(called: &str, number: i64) -> String {
    debug_assert!(STAND_INS.contains(&called));
    format!("{called} {number}")
}

impl User {
    /// Whether he, or somebody for him, has said his name.
    pub fn is_named(&self) -> bool {
        let is_it = |called: &&str| self.display_name == stand_in(called, self.number);
        !STAND_INS.iter().any(is_it)
    }

    /// Somebody new, of whom nothing more is known.
    pub fn new(number: i64, role: Role, display_name: String) -> Self {
        Self {
            id: UserId::new(),
            number,
            role,
            username: None,
            username_key: None,
            email: None,
            email_key: None,
            phone: None,
            first_name: String::new(),
            last_name: String::new(),
            display_name,
            password_hash: None,
            token_version: 0,
            disabled_at: None,
            created_at: now(),
            personal_rep_id: None,
            email_confirmed_at: None,
            place: Place::default(),
            erased_at: None,
            picture_id: None,
        }
    }
}

/// Where somebody is, and what he speaks; each empty if nobody has said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = users)]
pub struct Place {
    pub city: String,
    pub province: String,
    /// A tag as `fa-IR`.
    pub language: String,
    /// A name as `Asia/Tehran`.
    pub time_zone: String,
}

/// A name as it is compared: lower case of every alphabet, not only of ASCII.
pub fn fold(name: &str) -> String {
    name.to_lowercase()
}

/// Who is an admin. Said as their index says it: they are few among all.
pub fn is_admin() -> SqlLiteral<Bool> {
    sql("role = 'admin'")
}

queries! {
    pub fn find(conn, id: UserId) -> QueryResult<Option<User>> {
        users::table.find(id).select(User::as_select()).get_result(conn).optional()
    }

    /// By username, e-mail or phone, whichever matches. `phone` is the login as phones are stored.
    pub fn find_login(conn, login: &str, phone: &str) -> QueryResult<Option<User>> {
        let key = fold(login);
        users::table
            .filter(
                users::username_key
                    .eq(&key)
                    .or(users::email_key.eq(&key))
                    .or(users::phone.eq(phone)),
            )
            .order(users::id)
            .select(User::as_select())
            .first(conn)
            .optional()
    }

    /// The rep whom a customer is given first, if he has one.
    pub fn personal_rep(conn, customer: UserId) -> QueryResult<Option<UserId>> {
        let personal = users::table.find(customer).select(users::personal_rep_id);
        personal.get_result::<Option<UserId>>(conn).optional().map(Option::flatten)
    }

    /// Nobody's personal rep is this one any more.
    pub fn forget_personal_rep(conn, rep: UserId) -> QueryResult<usize> {
        diesel::update(users::table.filter(users::personal_rep_id.eq(rep)))
            .set(users::personal_rep_id.eq(None::<UserId>))
            .execute(conn)
    }

    /// Gives a customer this rep for his own, or none. 0, if there is no such customer.
    pub fn set_personal_rep(conn, customer: UserId, rep: Option<UserId>) -> QueryResult<usize> {
        let his = users::table.find(customer).filter(users::role.eq(Role::Customer));
        diesel::update(his).set(users::personal_rep_id.eq(rep)).execute(conn)
    }

    /// Who served the newest conversation of a customer that anybody has served.
    pub fn last_rep(conn, customer: UserId) -> QueryResult<Option<UserId>> {
        conversations::table
            .filter(conversations::customer_id.eq(customer))
            .filter(conversations::last_rep_id.is_not_null())
            .order(conversations::id.desc())
            .select(conversations::last_rep_id)
            .first::<Option<UserId>>(conn)
            .optional()
            .map(Option::flatten)
    }

    pub fn insert(conn, row: &User) -> QueryResult<usize> {
        diesel::insert_into(users::table).values(row).execute(conn)
    }

    /// Another hash of the same password, unless the password is another by now.
    pub fn replace_hash(conn, id: UserId, old: &str, fresh: &str) -> QueryResult<usize> {
        let still = users::table.find(id).filter(users::password_hash.eq(old));
        diesel::update(still).set(users::password_hash.eq(fresh)).execute(conn)
    }

    /// Whether somebody was erased.
    pub fn is_erased(conn, id: UserId) -> QueryResult<bool> {
        let erased = users::table.find(id).filter(users::erased_at.is_not_null());
        diesel::select(diesel::dsl::exists(erased)).get_result(conn)
    }

    /// Whether there is an admin who may sign in.
    pub fn admin_exists(conn) -> QueryResult<bool> {
        let may = users::table.filter(is_admin()).filter(users::disabled_at.is_null());
        diesel::select(diesel::dsl::exists(may)).get_result(conn)
    }

    /// The usernames of these people.
    pub fn usernames(conn, ids: &[UserId]) -> QueryResult<Vec<(UserId, Option<String>)>> {
        users::table.filter(users::id.eq_any(ids)).select((users::id, users::username)).load(conn)
    }
}

/// Tells a person which of his names is taken, instead of an internal error.
pub fn taken(error: diesel::result::Error) -> Error {
    use diesel::result::{DatabaseErrorKind, Error::DatabaseError};
    let DatabaseError(DatabaseErrorKind::UniqueViolation, info) = &error else {
        return error.into();
    };
    let what = format!(
        "{} {}",
        info.constraint_name().unwrap_or_default(),
        info.message()
    );
    let (code, name) = match what {
        what if what.contains("username") => (Code::UsernameTaken, "username"),
        what if what.contains("email") => (Code::EmailTaken, "e-mail address"),
        what if what.contains("phone") => (Code::PhoneTaken, "phone number"),
        _ => return error.into(),
    };
    Error::new(
        code,
        format!("This {name} is taken. Choose another, or sign in."),
    )
}
