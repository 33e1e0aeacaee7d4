//! How many messages a conversation has: counted beside its last seq, where that grows, so that
//! nobody has to count its log.
//!
//! `heads.messages` and `heads.others` are the entries that were counted. A node of a release
//! before counts nothing: where they are less than the last seq, its log is counted when somebody
//! asks, and at the next start, for good.

use std::collections::HashMap;
use std::time::Duration;

use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use uuid::Uuid;

use super::conn::{Conn, Later, queries};
use super::message_rows::{self, Bump};
use super::prepared::prepared;
use super::schema::{events, heads};
use crate::error::Result;
use crate::words::{ConversationId, EventKind};

/// Logs that are counted in one transaction.
const PART: usize = 200;

/// How soon one is tried again that somebody else has locked.
const AGAIN: Duration = Duration::from_millis(20);

/// A conversation, its last seq, and what was counted of it.
type Counted = (ConversationId, i64, i64, i64);

queries! {
    /// Of the numbers that this transaction has taken for other entries, so many are for messages.
    pub(super) fn add(conn, id: ConversationId, messages: i64) -> QueryResult<()> {
        let head = diesel::update(heads::table.find(id)).set((
            heads::messages.eq(heads::messages + messages),
            heads::others.eq(heads::others - messages),
        ));
        conn.later(prepared(head))
    }

    fn counted(conn, ids: &[ConversationId]) -> QueryResult<Vec<Counted>> {
        heads::table
            .filter(heads::conversation_id.eq_any(ids))
            .select((heads::conversation_id, heads::last_seq, heads::messages, heads::others))
            .load(conn)
    }

    fn count(conn, ids: &[ConversationId]) -> QueryResult<Vec<(ConversationId, i64)>> {
        events::table
            .filter(events::conversation_id.eq_any(ids))
            .filter(events::kind.eq(EventKind::Message))
            .group_by(events::conversation_id)
            .select((events::conversation_id, diesel::dsl::count_star()))
            .load(conn)
    }

    fn any_uncounted(conn) -> QueryResult<bool> {
        let some = heads::table.filter((heads::messages + heads::others).ne(heads::last_seq));
        diesel::select(exists(some)).get_result(conn)
    }

    fn uncounted_after(conn, id: ConversationId) -> QueryResult<Vec<ConversationId>> {
        heads::table
            .filter(heads::conversation_id.gt(id))
            .filter((heads::messages + heads::others).ne(heads::last_seq))
            .order(heads::conversation_id)
            .limit(PART as i64)
            .select(heads::conversation_id)
            .load(conn)
    }

    /// Counts these logs anew, which are locked by having taken one number too many.
    fn set(conn, ids: &[ConversationId]) -> QueryResult<usize> {
        const MESSAGES: &str = "(SELECT count(*) FROM events e
            WHERE e.conversation_id = heads.conversation_id AND e.kind = 'message')";
        diesel::update(heads::table.filter(heads::conversation_id.eq_any(ids)))
            .set((
                heads::messages.eq(sql::<BigInt>(MESSAGES)),
                heads::others.eq(sql::<BigInt>("last_seq - 1 - ").sql(MESSAGES)),
                heads::last_seq.eq(heads::last_seq - 1),
            ))
            .execute(conn)
    }
}

/// How many messages there are in each of these conversations: without a look at their logs, but
/// for those that were not counted yet.
pub fn of(conn: &mut Conn, ids: &[ConversationId]) -> Result<HashMap<ConversationId, i64>> {
    let (mut found, mut unknown) = (HashMap::new(), Vec::new());
    for (id, last_seq, messages, others) in counted(conn, ids)? {
        if messages + others == last_seq {
            found.insert(id, messages);
        } else {
            unknown.push(id);
        }
    }
    if !unknown.is_empty() {
        found.extend(count(conn, &unknown)?);
    }
    Ok(found)
}

/// Counts what a release before has written, part by part, while nodes of it may write on.
pub(super) fn catch_up(conn: &mut Conn) -> Result<()> {
    if !any_uncounted(conn)? {
        return Ok(());
    }
    let mut behind = ConversationId(Uuid::nil());
    loop {
        let ids = uncounted_after(conn, behind)?;
        let Some(last) = ids.last() else {
            return Ok(());
        };
        let last = *last;
        let counted = conn.transaction(|conn| {
            // Locked first: what is counted then is all that there is.
            let one = |id: &ConversationId| Bump {
                conversation_id: *id,
                last_seq: 1,
            };
            let locks: Vec<Bump> = ids.iter().map(one).collect();
            let locked = message_rows::bump(conn, &locks)?.into_iter();
            let locked: Vec<ConversationId> = locked.map(|top| top.conversation_id).collect();
            set(conn, &locked)?;
            Ok(locked.len())
        })?;
        match counted == ids.len() {
            true => behind = last,
            // Somebody writes there at this moment.
            false => std::thread::sleep(AGAIN),
        }
    }
}
