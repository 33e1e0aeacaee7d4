//! Customers as staff see them: how to reach somebody, and how sure it is who he is.

use super::conn::Conn;
use super::users::{self, User};
use super::views::PersonView;
use super::{identities, pictures, visitors, widgets};
use crate::error::{Error, Result};
use crate::words::{Moment, Role, UserId};

/// A customer as staff see him.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Customer)]
pub struct CustomerView {
    pub id: UserId,
    pub name: String,
    /// Whether he has said his name, or is only called something as "Visitor 5".
    pub named: bool,
    /// Where his picture can be got, with an access token; another address with each change.
    pub picture: Option<String>,
    /// The rep whom he is given first.
    pub personal_rep: Option<PersonView>,
    /// Whether he has an account or is known elsewhere; a visitor may be anybody.
    pub account: bool,
    pub email: Option<String>,
    /// Since when he is known to read what goes to that address; null: he is not.
    #[schema(required)]
    pub email_confirmed_at: Option<Moment>,
    pub phone: Option<String>,
    pub city: String,
    pub province: String,
    /// A tag as `fa-IR`; empty if he has not said so.
    pub language: String,
    /// A name as `Asia/Tehran`; empty if he has not said so.
    pub time_zone: String,
    pub created_at: Moment,
    /// Who he is elsewhere, as was proved.
    pub known_as: Vec<KnownAs>,
    /// The name of the widget by which he came, if it was one.
    pub widget: Option<String>,
}

/// Who a customer is elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct KnownAs {
    /// `telegram`, or `widget:` and the id of one.
    pub provider: String,
    /// As it was said there last.
    pub name: Option<String>,
    /// The same; nobody here has confirmed it.
    pub email: Option<String>,
}

/// A customer. Who is something else is none.
pub fn view(conn: &mut Conn, id: UserId) -> Result<CustomerView> {
    let found = users::find(conn, id)?.filter(|user| user.role == Role::Customer);
    let user = found.ok_or_else(|| Error::not_found("customer"))?;
    let rep = match user.personal_rep_id {
        Some(rep) => users::find(conn, rep)?,
        None => None,
    };
    let known = identities::of(conn, id)?.into_iter().map(|one| KnownAs {
        provider: one.provider,
        name: one.name,
        email: one.email,
    });
    Ok(CustomerView {
        id,
        account: visitors::is_account(conn, &user)?,
        known_as: known.collect(),
        widget: widgets::arrival_of(conn, id)?.map(|(_, name)| name),
        personal_rep: rep.map(|rep| PersonView {
            picture: picture(&rep),
            ..PersonView::new(rep.id, rep.display_name)
        }),
        picture: picture(&user),
        named: user.is_named(),
        name: user.display_name,
        email: user.email,
        email_confirmed_at: user.email_confirmed_at,
        phone: user.phone,
        city: user.place.city,
        province: user.place.province,
        language: user.place.language,
        time_zone: user.place.time_zone,
        created_at: user.created_at,
    })
}

fn picture(user: &User) -> Option<String> {
    user.picture_id.map(pictures::url)
}
