//! What a command said at first, where its own words are there no longer: a fingerprint beside the
//! entry, so that a repetition is told from another command with the same id. Shown to nobody.
//!
//! It is short on purpose. Whoever uses an id twice is found out all but always, and whoever reads
//! the database cannot be sure that what he guesses is what was deleted.

use sha2::{Digest, Sha256};

use super::attachments;
use super::events::{self, Event};
use crate::words::{AttachmentId, ConversationId, Resolution};

/// Where an entry's data keeps it: behind `deleted` in the alphabet, which `marks.rs` looks for at
/// the beginning.
const IN_DATA: &str = "original";
/// Bytes of a fingerprint.
const BYTES: usize = 4;

/// The fingerprint of a message.
fn of_message(id: ConversationId, text: &str, carried: &[AttachmentId]) -> String {
    let mut hash = Sha256::new_with_prefix(id.0.as_bytes());
    for one in carried {
        hash.update(one.0.as_bytes());
    }
    hash.update(text.as_bytes());
    written(hash)
}

/// The fingerprint of a command to close: the last words, and how it was to end.
pub fn of_close(
    id: ConversationId,
    text: Option<&str>,
    resolution: Option<Resolution>,
) -> serde_json::Value {
    let mut hash = Sha256::new_with_prefix(id.0.as_bytes());
    hash.update(resolution.map_or("", Resolution::as_str));
    hash.update([0, u8::from(text.is_some())]);
    hash.update(text.unwrap_or_default());
    written(hash).into()
}

fn written(hash: Sha256) -> String {
    let digest = hash.finalize();
    let bytes = digest.iter().take(BYTES);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

/// Writes down beside a message that is being written over what it said at first.
pub fn keep(message: &Event, data: &mut serde_json::Value) {
    let kept = match events::rewritten(message) {
        true => kept(message).cloned(),
        false => {
            let text = message.body.as_deref().unwrap_or_default();
            let print = of_message(message.conversation_id, text, &carried(message));
            Some(print.into())
        }
    };
    if let Some(kept) = kept {
        data[IN_DATA] = kept;
    }
}

/// Writes down beside an entry what its command was.
pub fn mark(data: &mut serde_json::Value, print: serde_json::Value) {
    data[IN_DATA] = print;
}

/// The fingerprint beside an entry; what is older than fingerprints has none.
pub fn kept(event: &Event) -> Option<&serde_json::Value> {
    event.data.as_ref()?.get(IN_DATA)
}

/// Whether this is what a message said at first. Of what was written over without a fingerprint
/// anything may be true.
pub fn said_first(message: &Event, text: &str, sent_along: &[AttachmentId]) -> bool {
    if events::rewritten(message) {
        let print = of_message(message.conversation_id, text, sent_along);
        return kept(message).is_none_or(|kept| *kept == print);
    }
    message.body.as_deref() == Some(text) && carried(message) == sent_along
}

fn carried(message: &Event) -> Vec<AttachmentId> {
    let views = attachments::carried(message).into_iter();
    views.map(|view| view.id).collect()
}

/// An entry's data as people may see it.
pub fn without(mut data: Option<serde_json::Value>) -> Option<serde_json::Value> {
    if let Some(fields) = data.as_mut().and_then(serde_json::Value::as_object_mut) {
        fields.remove(IN_DATA);
    }
    data
}
