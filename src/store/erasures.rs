//! Erasing somebody: how far that has come, and what goes from the logs with each step.
//!
//! A step moves the row of the erasure on in its own transaction, and only from where it stood: of
//! two nodes that are at it, the second finds it moved and does nothing. What was said keeps its
//! place in the log, as a message that was deleted does.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde_json::{Value, json};
use uuid::Uuid;

use super::accounts::ERASED;
use super::conn::{Conn, entries_behind, queries};
use super::conversation_row::is_open;
use super::schema::{conversations, erasures, events};
use super::{attachments, search_lite};
use crate::error::Result;
use crate::words::{AttachmentId, ConversationId, ErasureStep, EventKind, Moment, UserId};

/// Entries of a log that lose their words in one transaction: few, because others wait for it in
/// SQLite.
pub const PART: i64 = 200;
/// Pages of the index of the search that SQLite writes in one transaction.
const PAGES: i64 = 250;
/// How often the whole index is written anew: what comes into it meanwhile can break the first
/// round off, and not the second.
const ROUNDS: i64 = 2;

/// The erasing of somebody, as far as it has come.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = erasures)]
pub struct Erasure {
    pub user_id: UserId,
    pub step: ErasureStep,
    /// The log that was seen to last, and up to where; 0: to its end.
    pub conversation_id: ConversationId,
    pub seq: i64,
    /// Entries of logs that were seen to.
    pub entries: i64,
    /// His picture, whose file goes with the others.
    pub picture_id: Option<AttachmentId>,
    pub begun_at: Moment,
    pub ended_at: Option<Moment>,
}

impl Erasure {
    pub fn new(user_id: UserId, picture_id: Option<AttachmentId>, at: Moment) -> Self {
        Erasure {
            user_id,
            step: ErasureStep::Hands,
            conversation_id: ConversationId(Uuid::nil()),
            seq: 0,
            entries: 0,
            picture_id,
            begun_at: at,
            ended_at: None,
        }
    }

    /// At the beginning of another step.
    pub fn at_step(&self, step: ErasureStep) -> Self {
        Erasure {
            step,
            conversation_id: ConversationId(Uuid::nil()),
            seq: 0,
            ..self.clone()
        }
    }
}

/// Entries that are seen to one by one: where each stands, who did it, what else it says.
type Told = (i64, EventKind, Option<UserId>, Option<Value>);

queries! {
    pub fn find(conn, person: UserId) -> QueryResult<Option<Erasure>> {
        erasures::table.find(person).select(Erasure::as_select()).get_result(conn).optional()
    }

    pub fn insert(conn, row: &Erasure) -> QueryResult<usize> {
        diesel::insert_into(erasures::table).values(row).execute(conn)
    }

    /// Whose erasing is under way, the longest first.
    pub fn under_way(conn, limit: i64) -> QueryResult<Vec<UserId>> {
        erasures::table
            .filter(erasures::ended_at.is_null())
            .order(erasures::begun_at)
            .limit(limit)
            .select(erasures::user_id)
            .load(conn)
    }

    /// Moves it on from where it stands; false: it stands there no longer.
    pub fn advance(conn, from: &Erasure, to: &Erasure) -> QueryResult<bool> {
        let there = erasures::table
            .find(from.user_id)
            .filter(erasures::step.eq(from.step))
            .filter(erasures::conversation_id.eq(from.conversation_id))
            .filter(erasures::seq.eq(from.seq));
        let moved = diesel::update(there)
            .set((
                erasures::step.eq(to.step),
                erasures::conversation_id.eq(to.conversation_id),
                erasures::seq.eq(to.seq),
                erasures::entries.eq(to.entries),
                erasures::ended_at.eq(to.ended_at),
            ))
            .execute(conn)?;
        Ok(moved > 0)
    }

    /// What a customer has open.
    pub fn open_of(conn, customer: UserId) -> QueryResult<Vec<ConversationId>> {
        conversations::table
            .filter(conversations::customer_id.eq(customer).and(is_open()))
            .filter(conversations::forgotten_at.is_null())
            .order(conversations::id)
            .select(conversations::id)
            .load(conn)
    }

    /// The next conversation of a customer behind one, also one that retention takes away.
    pub fn next_of(conn, customer: UserId, behind: ConversationId)
        -> QueryResult<Option<ConversationId>>
    {
        conversations::table
            .filter(conversations::customer_id.eq(customer))
            .filter(conversations::id.gt(behind))
            .order(conversations::id)
            .select(conversations::id)
            .first(conn)
            .optional()
    }

    /// The entry of a log that tells of its erasing, if there is one.
    pub fn telling(conn, id: ConversationId) -> QueryResult<Option<i64>> {
        events::table
            .filter(events::conversation_id.eq(id).and(events::kind.eq(EventKind::Deleted)))
            .filter(sql::<Bool>("CAST(data AS TEXT) LIKE '%\"erased\":true%'"))
            .order(events::seq.desc())
            .select(events::seq)
            .first(conn)
            .optional()
    }

    /// Its subject, and what its customer thought of it.
    fn empty_row(conn, id: ConversationId) -> QueryResult<usize> {
        diesel::update(conversations::table.find(id))
            .filter(conversations::subject.ne("").or(conversations::rating.is_not_null()))
            .set((
                conversations::subject.eq(""),
                conversations::rating.eq(None::<i32>),
                conversations::rating_text.eq(None::<String>),
                conversations::rated_at.eq(None::<Moment>),
            ))
            .execute(conn)
    }

    /// What was deleted before tells so already.
    fn empty_words(conn, id: ConversationId, from: i64, to: i64, instead: &Value)
        -> QueryResult<usize>
    {
        let words = [EventKind::Message, EventKind::Note];
        diesel::update(events::table)
            .filter(events::conversation_id.eq(id).and(events::seq.between(from, to)))
            .filter(events::kind.eq_any(words))
            .filter(sql::<Bool>(
                "(data IS NULL OR CAST(data AS TEXT) NOT LIKE '{\"deleted\"%')",
            ))
            .set((events::body.eq(Some("")), events::data.eq(Some(instead))))
            .execute(conn)
    }

    fn empty_edits(conn, id: ConversationId, from: i64, to: i64) -> QueryResult<usize> {
        diesel::update(events::table)
            .filter(events::conversation_id.eq(id).and(events::seq.between(from, to)))
            .filter(events::kind.ne_all([EventKind::Message, EventKind::Note]))
            .filter(events::body.is_not_null())
            .set(events::body.eq(None::<String>))
            .execute(conn)
    }

    /// Those that may tell what people have typed, or a fingerprint of it, or his name, or what he
    /// thought.
    fn telling_more(conn, id: ConversationId, from: i64, to: i64) -> QueryResult<Vec<Told>> {
        events::table
            .filter(events::conversation_id.eq(id).and(events::seq.between(from, to)))
            .filter(sql::<Bool>(
                "(kind IN ('renamed', 'rated') OR CAST(data AS TEXT) LIKE '%\"original\":%'
                  OR CAST(data AS TEXT) LIKE '%\"reason\":%')",
            ))
            .select((events::seq, events::kind, events::sender_id, events::data))
            .load(conn)
    }

    /// What an entry tells is another from now on.
    pub fn set_data(conn, id: ConversationId, seq: i64, data: &Value) -> QueryResult<usize> {
        diesel::update(events::table)
            .filter(events::conversation_id.eq(id).and(events::seq.eq(seq)))
            .set(events::data.eq(Some(data)))
            .execute(conn)
    }

    /// Entries that hold the name of this person behind one, by conversation and seq.
    fn naming(conn, person: UserId, behind: (ConversationId, i64))
        -> QueryResult<Vec<(ConversationId, i64, Option<Value>)>>
    {
        events::table
            .filter(events::sender_id.eq(person))
            .filter(sql::<Bool>("kind IN ('joined', 'left')"))
            .filter(entries_behind!(behind))
            .order((events::conversation_id, events::seq))
            .limit(PART)
            .select((events::conversation_id, events::seq, events::data))
            .load(conn)
    }
}

/// Takes the words out of some entries of a log whose head is held: those of everybody, because all
/// of them are about its customer. `told_by` is the entry that tells of it.
pub fn empty_part(
    conn: &mut Conn,
    id: ConversationId,
    (from, to): (i64, i64),
    told_by: i64,
) -> Result<()> {
    if from == 1 {
        empty_row(conn, id)?;
    }
    // `deleted` first: what has become of a message begins with it.
    let instead = json!({ "deleted": told_by, "erased": true });
    empty_words(conn, id, from, to, &instead)?;
    empty_edits(conn, id, from, to)?;
    for (seq, kind, sender, data) in telling_more(conn, id, from, to)? {
        let Some(mut data) = data else { continue };
        if let Some(fields) = data.as_object_mut() {
            fields.remove("original");
            fields.remove("score");
            // A reason of the server's own is a word.
            if sender.is_some() && fields.contains_key("reason") {
                fields.insert("reason".into(), Value::Null);
            }
            if kind == EventKind::Renamed {
                fields.insert("name".into(), ERASED.into());
            }
        }
        set_data(conn, id, seq, &data)?;
    }
    attachments::take_back(conn, id, from, to)?;
    Ok(())
}

/// Takes the name of somebody out of some entries, of where he has come and gone. Answers the last
/// of them, and how many there were.
pub fn unname_part(
    conn: &mut Conn,
    person: UserId,
    behind: (ConversationId, i64),
) -> Result<(Option<(ConversationId, i64)>, i64)> {
    let found = naming(conn, person, behind)?;
    let last = found.last().map(|(id, seq, _)| (*id, *seq));
    let count = found.len() as i64;
    for (id, seq, data) in found {
        let mut data = data.unwrap_or_else(|| json!({}));
        data["name"] = ERASED.into();
        set_data(conn, id, seq, &data)?;
    }
    Ok((last, count))
}

/// Writes a part of the index of the search anew, in a transaction, so that words which nobody has
/// said any more are in no byte of it; PostgreSQL does so itself. Answers how far it has come then.
pub fn index_part(conn: &mut Conn, from: &Erasure) -> Result<Erasure> {
    // Odd: a round goes on; even: one begins.
    let (begins, last) = (from.seq % 2 == 0, from.seq / 2 + 1 == ROUNDS);
    let more = match conn {
        Conn::Pg(_) => return Ok(from.at_step(ErasureStep::Done)),
        Conn::Lite(conn) => search_lite::merge(conn, PAGES, begins)?,
    };
    Ok(match (more, begins) {
        (true, false) => from.clone(),
        (false, true) => from.at_step(ErasureStep::Done),
        (false, false) if last => from.at_step(ErasureStep::Done),
        _ => Erasure {
            seq: from.seq + 1,
            ..from.clone()
        },
    })
}
