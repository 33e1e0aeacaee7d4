//! The log of a conversation: what every change and every message leaves behind.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};

use super::conn::{Conn, Later, queries};
use super::message_counts;
use super::prepared::prepared;
use super::schema::{conversations, events, heads};
use crate::error::Result;
use crate::words::{ClientId, ConversationId, EventKind, Moment, UserId};

/// One entry of a log.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub struct Event {
    pub conversation_id: ConversationId,
    pub seq: i64,
    pub kind: EventKind,
    /// Who did it; none when the server did.
    pub sender_id: Option<UserId>,
    pub client_id: Option<ClientId>,
    pub body: Option<String>,
    pub data: Option<serde_json::Value>,
    pub created_at: Moment,
}

/// The condition that an entry `e` was not deleted, in SQL: the rule of [`was_deleted`]. What has
/// become of a message begins with it.
macro_rules! not_deleted {
    () => {
        "(e.data IS NULL OR CAST(e.data AS TEXT) NOT LIKE '{\"deleted\"%')"
    };
}
pub(super) use not_deleted;

queries! {
    /// Takes the next `count` numbers of a conversation and locks it: answers the last one, or
    /// none if there is no such conversation. They count as other entries than messages, until
    /// [`append`] sees what they are.
    pub fn bump(conn, id: ConversationId, count: i64) -> QueryResult<Option<i64>> {
        let bumped = diesel::update(heads::table.find(id))
            .set((
                heads::last_seq.eq(heads::last_seq + count),
                heads::others.eq(heads::others + count),
            ))
            .returning(heads::last_seq);
        prepared(bumped).get_result(conn).optional()
    }

    fn insert_head(conn, id: ConversationId, last_seq: i64, messages: i64) -> QueryResult<()> {
        let head = (
            heads::conversation_id.eq(id),
            heads::last_seq.eq(last_seq),
            heads::messages.eq(messages),
            heads::others.eq(last_seq - messages),
        );
        conn.later(diesel::insert_into(heads::table).values(head))
    }

    fn insert(conn, row: Event) -> QueryResult<()> {
        conn.later(diesel::insert_into(events::table).values(row))
    }

    /// The entry that a command made, if it was carried out before.
    pub fn find_command(conn, conversation: ConversationId, client: ClientId)
        -> QueryResult<Option<Event>>
    {
        events::table
            .filter(events::client_id.eq(client).and(events::conversation_id.eq(conversation)))
            .select(Event::as_select())
            .get_result(conn)
            .optional()
    }

    /// Entries after a cursor, oldest first.
    pub fn after(conn, id: ConversationId, seq: i64, limit: i64) -> QueryResult<Vec<Event>> {
        events::table
            .filter(events::conversation_id.eq(id).and(events::seq.gt(seq)))
            .order(events::seq)
            .limit(limit)
            .select(Event::as_select())
            .load(conn)
    }

    /// Bytes of the entries after a cursor, oldest first. Neither database reads a text for its
    /// length.
    fn lengths_after(conn, id: ConversationId, seq: i64, limit: i64) -> QueryResult<Vec<i32>> {
        events::table
            .filter(events::conversation_id.eq(id).and(events::seq.gt(seq)))
            .order(events::seq)
            .limit(limit)
            .select(sql::<Integer>(
                "coalesce(octet_length(body), 0) + coalesce(octet_length(CAST(data AS TEXT)), 0)",
            ))
            .load(conn)
    }

    /// Entries before a cursor, newest first.
    pub fn before(conn, id: ConversationId, seq: i64, limit: i64) -> QueryResult<Vec<Event>> {
        events::table
            .filter(events::conversation_id.eq(id).and(events::seq.lt(seq)))
            .order(events::seq.desc())
            .limit(limit)
            .select(Event::as_select())
            .load(conn)
    }

    /// As [`after`], without what only staff may know.
    pub fn told_after(conn, id: ConversationId, seq: i64, limit: i64) -> QueryResult<Vec<Event>> {
        events::table
            .filter(events::conversation_id.eq(id).and(events::seq.gt(seq)))
            .filter(events::kind.ne(EventKind::Note))
            .order(events::seq)
            .limit(limit)
            .select(Event::as_select())
            .load(conn)
    }

    /// As [`before`], without what only staff may know.
    pub fn told_before(conn, id: ConversationId, seq: i64, limit: i64) -> QueryResult<Vec<Event>> {
        events::table
            .filter(events::conversation_id.eq(id).and(events::seq.lt(seq)))
            .filter(events::kind.ne(EventKind::Note))
            .order(events::seq.desc())
            .limit(limit)
            .select(Event::as_select())
            .load(conn)
    }

    pub fn find(conn, id: ConversationId, seq: i64) -> QueryResult<Option<Event>> {
        events::table
            .filter(events::conversation_id.eq(id).and(events::seq.eq(seq)))
            .select(Event::as_select())
            .get_result(conn)
            .optional()
    }

    /// Whether somebody has written into a conversation since a moment.
    pub fn spoke_since(conn, id: ConversationId, sender: UserId, since: Moment)
        -> QueryResult<bool>
    {
        let said = events::table
            .filter(events::conversation_id.eq(id).and(events::sender_id.eq(sender)))
            .filter(events::kind.eq(EventKind::Message).and(events::created_at.ge(since)));
        diesel::select(diesel::dsl::exists(said)).get_result(conn)
    }

    /// Whether there is an entry of a kind after a cursor.
    pub fn any_after(conn, id: ConversationId, seq: i64, kind: EventKind) -> QueryResult<bool> {
        let found = events::table
            .filter(events::conversation_id.eq(id).and(events::seq.gt(seq)))
            .filter(events::kind.eq(kind));
        diesel::select(diesel::dsl::exists(found)).get_result(conn)
    }

    /// The newest entry of a kind.
    pub fn last_of(conn, id: ConversationId, kind: EventKind) -> QueryResult<Option<Event>> {
        events::table
            .filter(events::conversation_id.eq(id).and(events::kind.eq(kind)))
            .order(events::seq.desc())
            .select(Event::as_select())
            .first(conn)
            .optional()
    }

    /// The kind of the newest entry of these kinds.
    pub fn last_kind(conn, id: ConversationId, kinds: &[EventKind])
        -> QueryResult<Option<EventKind>>
    {
        events::table
            .filter(events::conversation_id.eq(id).and(events::kind.eq_any(kinds)))
            .order(events::seq.desc())
            .select(events::kind)
            .first(conn)
            .optional()
    }

    /// When somebody last said something that everybody may hear.
    pub fn last_said_at(conn, id: ConversationId) -> QueryResult<Option<Moment>> {
        events::table
            .filter(events::conversation_id.eq(id).and(events::kind.eq(EventKind::Message)))
            .order(events::seq.desc())
            .limit(1)
            .select(events::created_at)
            .first(conn)
            .optional()
    }

    /// The last seq of each of these conversations.
    pub fn last_seqs(conn, ids: &[ConversationId]) -> QueryResult<Vec<(ConversationId, i64)>> {
        heads::table
            .filter(heads::conversation_id.eq_any(ids))
            .select((heads::conversation_id, heads::last_seq))
            .load(conn)
    }

    /// The last seq of each of these conversations that customers are told.
    pub fn last_told(conn, ids: &[ConversationId]) -> QueryResult<Vec<(ConversationId, i64)>> {
        let last = sql::<BigInt>(
            "(SELECT e.seq FROM events e WHERE e.conversation_id = heads.conversation_id
              AND e.kind <> 'note' ORDER BY e.seq DESC LIMIT 1)",
        );
        heads::table
            .filter(heads::conversation_id.eq_any(ids))
            .select((heads::conversation_id, last))
            .load(conn)
    }

    /// The last seq up to this one that customers are told.
    pub fn told_at(conn, id: ConversationId, seq: i64) -> QueryResult<Option<i64>> {
        events::table
            .filter(events::conversation_id.eq(id).and(events::seq.le(seq)))
            .filter(events::kind.ne(EventKind::Note))
            .order(events::seq.desc())
            .select(events::seq)
            .first(conn)
            .optional()
    }

    /// Writes another text over a message, and what has become of it.
    pub fn rewrite(conn, id: ConversationId, seq: i64, text: &str, data: serde_json::Value)
        -> QueryResult<usize>
    {
        diesel::update(events::table)
            .filter(events::conversation_id.eq(id).and(events::seq.eq(seq)))
            .set((events::body.eq(Some(text)), events::data.eq(Some(data))))
            .execute(conn)
    }

    /// Takes the text out of an entry.
    pub fn empty(conn, id: ConversationId, seq: i64) -> QueryResult<()> {
        let entry = diesel::update(events::table)
            .filter(events::conversation_id.eq(id).and(events::seq.eq(seq)))
            .set(events::body.eq(None::<String>));
        conn.later(prepared(entry))
    }

    /// The newest message of each of these conversations. Notes of staff are none.
    pub fn latest_messages(conn, ids: &[ConversationId]) -> QueryResult<Vec<Event>> {
        let messages = diesel::alias!(events as messages);
        let newest = messages
            .filter(messages.field(events::conversation_id).eq(conversations::id))
            .filter(messages.field(events::kind).eq(EventKind::Message))
            .order(messages.field(events::seq).desc())
            .limit(1)
            .select(messages.field(events::seq))
            .single_value();
        conversations::table
            .inner_join(events::table)
            .filter(conversations::id.eq_any(ids))
            .filter(events::seq.nullable().eq(newest))
            .select(Event::as_select())
            .load(conn)
    }
}

/// Bytes of one part, and its entries: what a reader who stalls may hold.
const PART_BYTES_MAX: i64 = 16_384;
const PART_ENTRIES_MAX: i64 = 100;

/// Entries after a cursor, oldest first: as many as make a part that is not too much to hold, and
/// at least one if there is one.
pub fn part_after(
    conn: &mut Conn,
    id: ConversationId,
    seq: i64,
    limit: i64,
) -> QueryResult<Vec<Event>> {
    let mut bytes = 0;
    let lengths = lengths_after(conn, id, seq, limit.min(PART_ENTRIES_MAX))?;
    let fits = lengths.into_iter().take_while(|length| {
        bytes += i64::from(*length);
        bytes <= PART_BYTES_MAX
    });
    let count = fits.count().max(1) as i64;
    after(conn, id, seq, count)
}

/// Whether a message was edited or deleted after it was written: see `desk/edits.rs`.
pub fn rewritten(message: &Event) -> bool {
    let said = |what: &str| {
        message
            .data
            .as_ref()
            .is_some_and(|data| data.get(what).is_some())
    };
    said("edited") || was_deleted(message)
}

/// Whether a message was deleted after it was written.
pub fn was_deleted(message: &Event) -> bool {
    let data = message.data.as_ref();
    data.is_some_and(|data| data.get("deleted").is_some())
}

/// An entry without its number, on its way into [`append`].
#[derive(Debug, Clone)]
pub struct Entry {
    pub kind: EventKind,
    pub sender: Option<UserId>,
    pub client_id: Option<ClientId>,
    pub body: Option<String>,
    pub data: Option<serde_json::Value>,
}

impl Entry {
    /// An entry with nothing but its kind and who did it.
    pub fn new(kind: EventKind, sender: Option<UserId>) -> Self {
        Entry {
            kind,
            sender,
            client_id: None,
            body: None,
            data: None,
        }
    }
}

fn numbered(id: ConversationId, first: i64, at: Moment, entries: Vec<Entry>) -> Vec<Event> {
    let row = |(entry, seq): (Entry, i64)| Event {
        conversation_id: id,
        seq,
        kind: entry.kind,
        sender_id: entry.sender,
        client_id: entry.client_id,
        body: entry.body,
        data: entry.data,
        created_at: at,
    };
    entries.into_iter().zip(first..).map(row).collect()
}

fn messages_among(rows: &[Event]) -> i64 {
    let messages = rows.iter().filter(|row| row.kind == EventKind::Message);
    messages.count() as i64
}

/// Writes the first entries of a conversation that is being opened.
pub fn start(
    conn: &mut Conn,
    id: ConversationId,
    at: Moment,
    entries: Vec<Entry>,
) -> Result<Vec<Event>> {
    let rows = numbered(id, 1, at, entries);
    insert_head(conn, id, rows.len() as i64, messages_among(&rows))?;
    for row in &rows {
        insert(conn, row.clone())?;
    }
    Ok(rows)
}

/// Writes entries under the numbers that end with `last_seq`, which [`bump`] has taken.
pub fn append(
    conn: &mut Conn,
    id: ConversationId,
    last_seq: i64,
    at: Moment,
    entries: Vec<Entry>,
) -> Result<Vec<Event>> {
    let first = last_seq - entries.len() as i64 + 1;
    let rows = numbered(id, first, at, entries);
    match messages_among(&rows) {
        0 => {}
        some => message_counts::add(conn, id, some)?,
    }
    for row in &rows {
        insert(conn, row.clone())?;
    }
    Ok(rows)
}
