//! What is found of one person in logs and marks that are ordered by conversation: looked for in
//! windows, so that no single question takes long however much there is.

use diesel::prelude::*;

use super::conn::{entries_behind, queries};
use super::events::Event;
use super::marks::Mark;
use super::schema::{events, heads, marks};
use crate::words::{ConversationId, UserId};

/// Logs that are looked through at a time.
const WINDOW: i64 = 100;

queries! {
    fn window(conn, behind: ConversationId) -> QueryResult<Vec<ConversationId>> {
        heads::table
            .filter(heads::conversation_id.gt(behind))
            .order(heads::conversation_id)
            .limit(WINDOW)
            .select(heads::conversation_id)
            .load(conn)
    }

    fn entries(
        conn, person: UserId, behind: (ConversationId, i64), upto: ConversationId, limit: i64,
    ) -> QueryResult<Vec<Event>> {
        events::table
            .filter(entries_behind!(behind))
            .filter(events::conversation_id.le(upto).and(events::sender_id.eq(person)))
            .order((events::conversation_id, events::seq))
            .limit(limit)
            .select(Event::as_select())
            .load(conn)
    }

    /// The marks of a person, by conversation, behind one.
    pub fn marks_of(conn, person: UserId, behind: ConversationId, limit: i64)
        -> QueryResult<Vec<Mark>>
    {
        marks::table
            .filter(marks::user_id.eq(person).and(marks::conversation_id.gt(behind)))
            .order(marks::conversation_id)
            .limit(limit)
            .select(Mark::as_select())
            .load(conn)
    }
}

/// Where a search in all logs has come: behind this entry, up to the end of this log.
#[derive(Debug, Clone, Copy)]
pub struct Searched {
    pub behind: (ConversationId, i64),
    pub upto: ConversationId,
}

/// The next entries that a person has made, at most so many, and how far the search has come then;
/// there may be none in a window. None: there are no more.
pub fn next_entries(
    conn: &mut super::Conn,
    person: UserId,
    mut searched: Searched,
    limit: i64,
) -> QueryResult<Option<(Vec<Event>, Searched)>> {
    if searched.behind.0 >= searched.upto {
        match window(conn, searched.upto)?.last() {
            None => return Ok(None),
            Some(last) => {
                let behind = (searched.upto, i64::MAX);
                searched = Searched {
                    behind,
                    upto: *last,
                };
            }
        }
    }
    let found = entries(conn, person, searched.behind, searched.upto, limit)?;
    searched.behind = match found.last() {
        Some(last) if found.len() as i64 == limit => (last.conversation_id, last.seq),
        _ => (searched.upto, i64::MAX),
    };
    Ok(Some((found, searched)))
}
