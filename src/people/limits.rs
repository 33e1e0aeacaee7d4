//! How often somebody may try to sign in, to register, and to ask for tokens
//! and links.

use crate::words::Moment;

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
