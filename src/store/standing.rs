//! How far an answer has come, in few words: as staff see it, and as the customer does. Derived
//! from what is stored, and stored nowhere.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use super::Conn;
use super::conn::queries;
use super::conversations::Conversation;
use super::events::{Event, not_deleted};
use super::schema::{conversations, events};
use crate::words::{ConversationId, Role, Status, UserId};

/// How far an answer has come.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Staff only: nobody has looked at what the customer said last.
    New,
    /// Staff only: somebody has it, and has not answered.
    Seen,
    /// Customers only: staff have not answered what he said last.
    Pending,
    /// The last word is of staff.
    Answered,
    Closed,
}

/// What it is derived from.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    pub status: Status,
    /// Whether the last message is of a rep or an admin.
    pub staff_spoke_last: bool,
    /// Whether staff know of what the customer said last.
    pub seen: bool,
}

/// The standing for somebody of this role.
pub fn standing(facts: Facts, role: Role) -> Standing {
    match (facts, role) {
        (
            Facts {
                status: Status::Closed | Status::Wrapup,
                ..
            },
            _,
        ) => Standing::Closed,
        (
            Facts {
                staff_spoke_last: true,
                ..
            },
            _,
        ) => Standing::Answered,
        (_, Role::Customer) => Standing::Pending,
        (Facts { seen: true, .. }, _) => Standing::Seen,
        _ => Standing::New,
    }
}

impl Facts {
    /// Of a conversation with its newest message that was not deleted, up to which seq staff have
    /// read (0: they have not said).
    pub fn of(row: &Conversation, latest: Option<&Event>, read: i64) -> Self {
        let by_staff = |by: UserId| by != row.customer_id;
        Facts {
            status: row.status,
            staff_spoke_last: latest
                .and_then(|event| event.sender_id)
                .is_some_and(by_staff),
            seen: match latest {
                Some(event) if read > 0 => read >= event.seq,
                _ => is_taken(row),
            },
        }
    }
}

/// Whether somebody has looked at it, where no mark tells: a rep has the conversation, or had it
/// before it was laid aside.
fn is_taken(row: &Conversation) -> bool {
    match row.status {
        Status::Active => true,
        Status::Parked => row.last_rep_id.is_some(),
        _ => false,
    }
}

/// The seq of the outermost message of a conversation that was not deleted: `ASC` the oldest,
/// `DESC` the newest.
macro_rules! outermost {
    ($order:literal) => {
        sql::<Nullable<BigInt>>(concat!(
            "(SELECT e.seq FROM events e WHERE e.conversation_id = conversations.id
              AND e.kind = 'message' AND ",
            not_deleted!(),
            " ORDER BY e.seq ",
            $order,
            " LIMIT 1)"
        ))
    };
}

queries! {
    /// The newest message of each of these conversations that was not deleted.
    fn newest_words(conn, ids: &[ConversationId]) -> QueryResult<Vec<Event>> {
        conversations::table
            .inner_join(events::table)
            .filter(conversations::id.eq_any(ids))
            .filter(events::seq.nullable().eq(outermost!("DESC")))
            .select(Event::as_select())
            .load(conn)
    }

    /// The oldest message of each of these conversations that was not deleted.
    fn oldest_words(conn, ids: &[ConversationId]) -> QueryResult<Vec<Event>> {
        conversations::table
            .inner_join(events::table)
            .filter(conversations::id.eq_any(ids))
            .filter(events::seq.nullable().eq(outermost!("ASC")))
            .select(Event::as_select())
            .load(conn)
    }
}

/// What each of these conversations was begun with, where anything is left of it.
pub fn first_words(
    conn: &mut Conn,
    ids: &[ConversationId],
) -> QueryResult<HashMap<ConversationId, Event>> {
    Ok(by_id(oldest_words(conn, ids)?))
}

fn by_id(found: Vec<Event>) -> HashMap<ConversationId, Event> {
    let found = found.into_iter();
    found.map(|event| (event.conversation_id, event)).collect()
}

/// Of those whose newest message was deleted, the newest that was not. Mostly nobody is asked.
pub fn last_words(
    conn: &mut Conn,
    latest: &HashMap<ConversationId, Event>,
) -> QueryResult<HashMap<ConversationId, Event>> {
    let deleted = latest
        .values()
        .filter(|event| super::events::was_deleted(event))
        .map(|event| event.conversation_id);
    let ids: Vec<ConversationId> = deleted.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(by_id(newest_words(conn, &ids)?))
}

/// The newest messages by their conversation, for [`Facts::of`].
pub fn by_conversation(
    conn: &mut Conn,
    ids: &[ConversationId],
) -> QueryResult<HashMap<ConversationId, Event>> {
    Ok(by_id(super::events::latest_messages(conn, ids)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_sees_how_far_the_answer_has_come() {
        use Standing::*;
        let told = |status, staff_spoke_last, seen| {
            let facts = Facts {
                status,
                staff_spoke_last,
                seen,
            };
            (standing(facts, Role::Rep), standing(facts, Role::Customer))
        };
        assert_eq!(told(Status::Waiting, false, false), (New, Pending));
        assert_eq!(told(Status::Active, false, true), (Seen, Pending));
        assert_eq!(told(Status::Active, true, true), (Answered, Answered));
        assert_eq!(told(Status::Waiting, true, false), (Answered, Answered));
        assert_eq!(told(Status::Closed, false, false), (Closed, Closed));
        assert_eq!(told(Status::Wrapup, true, true), (Closed, Closed));
        let facts = Facts {
            status: Status::Waiting,
            staff_spoke_last: false,
            seen: false,
        };
        assert_eq!(standing(facts, Role::Admin), New);
    }
}
