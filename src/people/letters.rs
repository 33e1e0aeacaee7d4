//! What people are told outside of this server. It sends no mail: whoever runs it reads the letter
//! in the log, once, and passes it on. Mail will be sent from here, and from nowhere else.

use crate::words::{LinkKind, Moment, UserId};

/// A link for somebody.
pub struct Letter {
    pub to: UserId,
    pub kind: LinkKind,
    /// The whole address, with the token in it.
    pub link: String,
    /// How long it is good, in ms.
    pub lasts_ms: Moment,
}

/// Gives a letter to whoever passes it on.
pub fn send(letter: &Letter) {
    let Letter { to, kind, link, .. } = letter;
    let minutes = letter.lasts_ms / 60_000;
    // A warning, so that it is also there where only those are logged.
    tracing::warn!(letter = %kind, user = %to, link, minutes, "pass this link on to its owner");
}
