//! By which rules people register and sign in.

use regex::Regex;

use super::newcomer::{is_phone, plain_phone};
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
    pub phones: PhoneRule,
    /// What the address of a link begins with, as `https://chat.example`.
    pub url: String,
}

/// How much is allowed, within a window.
#[derive(Debug, Clone)]
pub struct Limits {
    pub window_ms: Moment,
    /// Wrong tries with one name from one address.
    pub tries: u32,
    /// Wrong tries from one address with any names.
    pub tries_per_address: u32,
    /// Wrong tries with one name from all addresses; then they are let in one by one, but for
    /// those from where its owner is known.
    pub tries_per_name: u32,
    /// Accounts that are registered, or the first admin, from one address.
    pub registrations: u32,
    /// Tokens and tickets that are asked for or shown, from one address.
    pub tokens: u32,
    /// Links that are asked for, from one address and with one name.
    pub links_per_address: u32,
    pub links_per_name: u32,
}

/// What phone numbers must be like.
#[derive(Debug, Clone)]
pub struct PhoneRule {
    /// Matches a whole one without spaces, brackets and dashes.
    pattern: Regex,
    /// What whoever gives another is told.
    pub detail: String,
}

impl PhoneRule {
    /// `shown` is the pattern as people read it; none if it is that of every country.
    pub fn new(pattern: Regex, shown: Option<&str>) -> Self {
        let detail = match shown {
            None => {
                "Give the number with + and the code of its country, like +49 30 123456.".into()
            }
            Some(shown) => {
                format!("Give 5 to 15 digits that fit to {shown} without spaces and dashes.")
            }
        };
        Self { pattern, detail }
    }

    /// Whether this is a phone number here, however it is written.
    pub fn takes(&self, phone: &str) -> bool {
        is_phone(phone) && self.pattern.is_match(&plain_phone(phone))
    }
}
