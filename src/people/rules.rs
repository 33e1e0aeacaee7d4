//! By which rules people register and sign in.

use super::limits::Limits;
use super::phones::PhoneRule;
use super::telegram::Bot;
use crate::words::Moment;

/// The rules of one server.
#[derive(Debug, Clone)]
pub struct Rules {
    /// How long an access token is good, and a refresh token, in seconds.
    pub access_s: i64,
    pub refresh_s: i64,
    /// How long a login lasts at most, in seconds.
    pub login_s: i64,
    /// Whether every new customer gets a rep of his own.
    pub personal_reps: bool,
    pub limits: Limits,
    pub strangers: Strangers,
    pub phones: PhoneRule,
    /// What the address of a link begins with, as `https://chat.example`.
    pub url: String,
}

/// Who is let in without an account here.
#[derive(Debug, Clone)]
pub struct Strangers {
    /// Whether visitors may come by no widget.
    pub visitors: bool,
    /// How long a visitor's token is good without being used, in ms.
    pub visitor_ms: Moment,
    /// Visitors in a window of the limits: from one address by one widget, or by none, and from
    /// all addresses.
    pub per_address: u32,
    pub per_widget: u32,
    /// The bot by which people sign in at Telegram, if there is one.
    pub telegram: Option<Bot>,
}
