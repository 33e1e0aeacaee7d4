//! How the Customer Support API shows people, conversations and messages.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::error::Result;
use crate::store::Conn;
use crate::store::attachments::{self, AttachmentView};
use crate::store::conversations::ConversationView;
use crate::store::events::Event;
use crate::store::users;
use crate::words::{Moment, UserId};

/// A person as these clients know people.
pub fn user(user: &users::User) -> Value {
    json!({
        "id": user.id,
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email.clone().unwrap_or_default(),
    })
}

fn moment(at: Moment) -> Value {
    jiff::Timestamp::from_millisecond(at).map_or(Value::Null, |at| json!(at.to_string()))
}

/// A conversation as this dialect shows it. `customer_rep` stays after the end: who served is
/// known.
pub fn conversation(view: &ConversationView) -> Value {
    let rep = view.last_rep.as_ref();
    json!({
        "id": view.id,
        "number": view.number,
        "subject": view.subject,
        "status": view.status,
        "customer": view.customer.id,
        "customer_name": view.customer.name,
        "customer_rep": rep.map(|rep| rep.id),
        "customer_rep_name": rep.map(|rep| &rep.name),
        "created_at": moment(view.created_at),
        "closed_at": view.closed_at.map(moment),
    })
}

/// Who wrote it, as both sides see him.
pub fn sender(view: &ConversationView, id: Option<UserId>) -> String {
    let people = [
        Some(&view.customer),
        view.rep.as_ref(),
        view.last_rep.as_ref(),
    ];
    let found = people.into_iter().flatten().find(|one| Some(one.id) == id);
    found.map_or_else(|| "Support".into(), |one| one.name.clone())
}

/// Usernames by person.
pub type Names = HashMap<UserId, Option<String>>;

/// The usernames of who has written these.
pub fn usernames(conn: &mut Conn, events: &[Event]) -> Result<Names> {
    let mut ids: Vec<UserId> = events.iter().filter_map(|event| event.sender_id).collect();
    ids.sort();
    ids.dedup();
    Ok(users::usernames(conn, &ids)?.into_iter().collect())
}

/// The words of a message. What it carries is named: these clients know no files.
pub fn words(text: Option<String>, carried: &[AttachmentView]) -> Option<String> {
    let names = carried.iter().map(|one| format!("[{}]", one.name));
    let lines = text.filter(|text| !text.is_empty() || carried.is_empty());
    let lines: Vec<String> = lines.into_iter().chain(names).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// A message as these clients read it.
pub fn message(names: &Names, event: &Event) -> Value {
    json!({
        "id": event.seq,
        "text": words(event.body.clone(), &attachments::carried(event)),
        "user": event.sender_id.and_then(|id| names.get(&id)),
        "conversation": event.conversation_id,
        "timestamp": moment(event.created_at),
    })
}
