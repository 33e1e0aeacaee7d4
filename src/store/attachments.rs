//! Attachments: who uploaded what, and with which message it was sent. Their bytes lie elsewhere.
//!
//! What a message carries stands in its event, so that a log is read without asking here. A row
//! belongs to one message for ever; one that belongs to none can be sent by its uploader, once,
//! or is swept.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::conn::{Conn, queries};
use super::conversations;
use super::events::Event;
use super::schema::{attachments, events, queues, users};
use crate::access::Actor;
use crate::error::{Code, Error, Result};
use crate::words::{AttachmentId, ConversationId, EventKind, Moment, QueueId, UserId};

/// One uploaded file.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = attachments, treat_none_as_default_value = false)]
pub struct Attachment {
    pub id: AttachmentId,
    pub uploader_id: UserId,
    /// The message it was sent with, if it was.
    pub conversation_id: Option<ConversationId>,
    pub seq: Option<i64>,
    /// What its uploader called it, cleaned: for people to read, never a path.
    pub name: String,
    /// By its content.
    pub media_type: String,
    pub bytes: i64,
    /// Of an image, in pixels.
    pub width: Option<i32>,
    pub height: Option<i32>,
    /// When it was uploaded. Its message or its conversation was deleted: the same, below 0.
    pub created_at: Moment,
}

/// An attachment as people see it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct AttachmentView {
    pub id: AttachmentId,
    pub name: String,
    /// Its media type, by its content.
    #[serde(rename = "type")]
    pub media_type: String,
    pub bytes: i64,
    /// Of an image, in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<i32>,
    /// Where it can be got, with an access token.
    #[serde(default)]
    pub url: String,
}

impl From<&Attachment> for AttachmentView {
    fn from(row: &Attachment) -> Self {
        Self {
            id: row.id,
            name: row.name.clone(),
            media_type: row.media_type.clone(),
            bytes: row.bytes,
            width: row.width,
            height: row.height,
            url: url(row.id),
        }
    }
}

fn url(id: AttachmentId) -> String {
    format!("/api/v1/attachments/{id}")
}

/// Where an event's data keeps what it carries.
const IN_DATA: &str = "attachments";

/// What a message carries, as its event keeps it: everything but the address, which may change.
pub fn told(rows: &[Attachment]) -> serde_json::Value {
    let one = |row: &Attachment| {
        serde_json::json!({
            "id": row.id,
            "name": row.name,
            "type": row.media_type,
            "bytes": row.bytes,
            "width": row.width,
            "height": row.height,
        })
    };
    serde_json::json!({ IN_DATA: rows.iter().map(one).collect::<Vec<_>>() })
}

/// What an event carries.
pub fn carried(event: &Event) -> Vec<AttachmentView> {
    let list = event.data.as_ref().and_then(|data| data.get(IN_DATA));
    let Some(list) = list.and_then(serde_json::Value::as_array) else {
        return Vec::new();
    };
    let one = |value: &serde_json::Value| {
        let view = serde_json::from_value::<AttachmentView>(value.clone()).ok()?;
        Some(AttachmentView {
            url: url(view.id),
            ..view
        })
    };
    list.iter().filter_map(one).collect()
}

/// What else an event's data says.
pub fn without_carried(mut data: Option<serde_json::Value>) -> Option<serde_json::Value> {
    if let Some(fields) = data.as_mut().and_then(serde_json::Value::as_object_mut)
        && fields.remove(IN_DATA).is_some()
        && fields.is_empty()
    {
        return None;
    }
    data
}

/// How much somebody has uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Files since the moment that was asked for.
    pub recent: i64,
    /// All that is kept of him for somebody to read, in bytes; none if that was not asked for.
    pub bytes: Option<i64>,
}

queries! {
    pub fn find(conn, id: AttachmentId) -> QueryResult<Option<Attachment>> {
        attachments::table.find(id).select(Attachment::as_select()).get_result(conn).optional()
    }

    pub fn insert(conn, row: &Attachment) -> QueryResult<usize> {
        diesel::insert_into(attachments::table).values(row).execute(conn)
    }

    /// Lets one upload of a person at a time be counted, on all nodes. 0: he was erased.
    pub fn lock_uploader(conn, id: UserId) -> QueryResult<usize> {
        diesel::update(users::table.find(id).filter(users::erased_at.is_null()))
            .set(users::token_version.eq(users::token_version))
            .execute(conn)
    }

    fn recent(conn, uploader: UserId, since: Moment) -> QueryResult<i64> {
        attachments::table
            .filter(attachments::uploader_id.eq(uploader))
            .filter(attachments::created_at.ge(since).or(attachments::created_at.le(-since)))
            .count()
            .get_result(conn)
    }

    /// Of an index alone, which holds all that is read here.
    fn kept(conn, uploader: UserId) -> QueryResult<i64> {
        attachments::table
            .filter(attachments::uploader_id.eq(uploader).and(attachments::created_at.gt(0)))
            .select(sql::<BigInt>("CAST(coalesce(sum(bytes), 0) AS BIGINT)"))
            .get_result(conn)
    }

    /// Locks and reads those of these that there are: nobody else sends them until the commit.
    pub fn hold(conn, ids: &[AttachmentId]) -> QueryResult<Vec<Attachment>> {
        diesel::update(attachments::table.filter(attachments::id.eq_any(ids)))
            .set(attachments::bytes.eq(attachments::bytes))
            .returning(Attachment::as_select())
            .get_results(conn)
    }

    /// Writes down with which message one was sent.
    pub fn set_sent(conn, id: AttachmentId, conversation: ConversationId, seq: i64)
        -> QueryResult<usize>
    {
        diesel::update(attachments::table.find(id))
            .set((attachments::conversation_id.eq(conversation), attachments::seq.eq(seq)))
            .execute(conn)
    }

    /// Takes away what these messages of a conversation carry, from the first seq to the last:
    /// nobody can read it from the commit on, and its bytes are swept within minutes.
    pub fn take_back(conn, conversation: ConversationId, from: i64, to: i64)
        -> QueryResult<usize>
    {
        diesel::update(attachments::table)
            .filter(attachments::conversation_id.eq(conversation))
            .filter(attachments::seq.between(from, to))
            .set((
                attachments::conversation_id.eq(None::<ConversationId>),
                attachments::seq.eq(None::<i64>),
                attachments::name.eq(""),
                attachments::created_at.eq(sql::<BigInt>("-created_at")),
            ))
            .execute(conn)
    }

    /// Takes away what somebody has uploaded and not sent.
    pub fn take_back_unsent(conn, uploader: UserId) -> QueryResult<usize> {
        diesel::update(attachments::table)
            .filter(attachments::uploader_id.eq(uploader).and(attachments::created_at.gt(0)))
            .filter(attachments::conversation_id.is_null())
            .set((
                attachments::name.eq(""),
                attachments::created_at.eq(sql::<BigInt>("-created_at")),
            ))
            .execute(conn)
    }

    /// What somebody has uploaded and not taken back, by id, after one.
    pub fn of_uploader(conn, uploader: UserId, after: AttachmentId, limit: i64)
        -> QueryResult<Vec<Attachment>>
    {
        attachments::table
            .filter(attachments::uploader_id.eq(uploader).and(attachments::created_at.gt(0)))
            .filter(attachments::id.gt(after))
            .order(attachments::id)
            .limit(limit)
            .select(Attachment::as_select())
            .load(conn)
    }

    /// Some of those that were uploaded before a moment and never sent.
    fn unsent(conn, before: Moment, limit: i64) -> QueryResult<Vec<AttachmentId>> {
        attachments::table
            .filter(attachments::conversation_id.is_null())
            .filter(attachments::created_at.lt(before).and(attachments::created_at.gt(0)))
            .limit(limit)
            .select(attachments::id)
            .load(conn)
    }

    /// Some of those whose message was deleted, and whose bytes may lie there still.
    pub fn taken_back(conn, after: AttachmentId, limit: i64) -> QueryResult<Vec<AttachmentId>> {
        attachments::table
            .filter(attachments::conversation_id.is_null())
            .filter(attachments::created_at.le(0).and(attachments::media_type.ne("")))
            .filter(attachments::id.gt(after))
            .order(attachments::id)
            .limit(limit)
            .select(attachments::id)
            .load(conn)
    }

    /// Writes down that the bytes of these are gone. The rows stay for a while: whoever deletes
    /// what he has sent has uploaded it all the same.
    pub fn set_bare(conn, ids: &[AttachmentId]) -> QueryResult<usize> {
        diesel::update(attachments::table.filter(attachments::id.eq_any(ids)))
            .filter(attachments::conversation_id.is_null())
            .set(attachments::media_type.eq(""))
            .execute(conn)
    }

    /// Some of those without bytes that were uploaded before a moment.
    fn bare(conn, before: Moment, limit: i64) -> QueryResult<Vec<AttachmentId>> {
        attachments::table
            .filter(attachments::conversation_id.is_null())
            .filter(attachments::created_at.le(0).and(attachments::created_at.gt(-before)))
            .filter(attachments::media_type.eq(""))
            .limit(limit)
            .select(attachments::id)
            .load(conn)
    }

    fn delete_unsent(conn, ids: &[AttachmentId]) -> QueryResult<Vec<AttachmentId>> {
        diesel::delete(attachments::table.filter(attachments::id.eq_any(ids)))
            .filter(attachments::conversation_id.is_null())
            .returning(attachments::id)
            .get_results(conn)
    }

    /// Those of these that there are.
    pub fn known(conn, ids: &[AttachmentId]) -> QueryResult<Vec<AttachmentId>> {
        attachments::table
            .filter(attachments::id.eq_any(ids))
            .select(attachments::id)
            .load(conn)
    }

    fn sent_page(conn, after: Option<AttachmentId>, limit: i64)
        -> QueryResult<Vec<(AttachmentId, i64)>>
    {
        attachments::table
            .filter(attachments::id.gt(after.unwrap_or(AttachmentId(uuid::Uuid::nil()))))
            .filter(attachments::conversation_id.is_not_null())
            .order(attachments::id)
            .limit(limit)
            .select((attachments::id, attachments::bytes))
            .load(conn)
    }

    fn first_queue(conn) -> QueryResult<Option<QueueId>> {
        queues::table.order(queues::id).select(queues::id).first(conn).optional()
    }

    fn kind(conn, conversation: ConversationId, seq: i64) -> QueryResult<Option<EventKind>> {
        events::table
            .filter(events::conversation_id.eq(conversation).and(events::seq.eq(seq)))
            .select(events::kind)
            .get_result(conn)
            .optional()
    }
}

/// What this database calls its part of the folder: the id of its first queue, whose row stays for
/// ever. Two databases that were given one folder by mistake do not sweep each other's files.
pub fn home(conn: &mut Conn) -> Result<String> {
    let first = first_queue(conn)?.ok_or_else(|| Error::not_found("queue"))?;
    Ok(first.to_string())
}

/// Those that were sent, with their bytes, by id, after one.
pub fn sent_after(
    conn: &mut Conn,
    after: Option<AttachmentId>,
    limit: i64,
) -> Result<Vec<(AttachmentId, i64)>> {
    Ok(sent_page(conn, after, limit)?)
}

/// How much somebody has uploaded since a moment, and `in_all` if that is asked for: it takes the
/// longer the more it is.
pub fn usage(conn: &mut Conn, uploader: UserId, since: Moment, in_all: bool) -> Result<Usage> {
    let recent = recent(conn, uploader, since)?;
    let bytes = in_all.then(|| kept(conn, uploader)).transpose()?;
    Ok(Usage { recent, bytes })
}

/// One that a person may read: sent in a conversation of his, or his own that is not sent yet.
/// What staff write to each other is nothing for customers.
pub fn readable(conn: &mut Conn, actor: &Actor, id: AttachmentId) -> Result<Attachment> {
    let none = || Error::not_found("attachment");
    let row = find(conn, id)?.ok_or_else(none)?;
    let (Some(conversation), Some(seq)) = (row.conversation_id, row.seq) else {
        return match row.uploader_id == actor.id && row.created_at > 0 {
            true => Ok(row),
            false => Err(none()),
        };
    };
    let readable = conversations::readable(conn, actor, conversation);
    readable.map_err(|error| match error.code {
        Code::NotFound => none(),
        _ => error,
    })?;
    let told = !actor.is_customer() || kind(conn, conversation, seq)? == Some(EventKind::Message);
    match told {
        true => Ok(row),
        false => Err(none()),
    }
}

/// Deletes the rows of some of those that were never sent. Answers which: their bytes are next.
pub fn sweep(conn: &mut Conn, before: Moment, limit: i64) -> Result<Vec<AttachmentId>> {
    let ids = unsent(conn, before, limit)?;
    match ids.is_empty() {
        true => Ok(ids),
        // One that was sent meanwhile stays.
        false => Ok(delete_unsent(conn, &ids)?),
    }
}

/// Deletes some rows of what was uploaded before a moment and taken back, once its bytes are gone.
/// Answers how many.
pub fn sweep_bare(conn: &mut Conn, before: Moment, limit: i64) -> Result<usize> {
    let ids = bare(conn, before, limit)?;
    match ids.is_empty() {
        true => Ok(0),
        false => Ok(delete_unsent(conn, &ids)?.len()),
    }
}

/// What somebody sends with a message that is about to be written, locked: all of it or nothing.
pub fn take(conn: &mut Conn, sender: UserId, ids: &[AttachmentId]) -> Result<Vec<Attachment>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut held = hold(conn, ids)?;
    held.retain(|row| may_send(row, sender));
    let in_order = ids.iter().map(|id| {
        let row = held.iter().find(|row| row.id == *id).cloned();
        row.ok_or_else(|| not_to_be_sent(*id))
    });
    in_order.collect()
}

/// Whether somebody may send this one now.
pub fn may_send(row: &Attachment, sender: UserId) -> bool {
    row.uploader_id == sender && row.conversation_id.is_none() && row.created_at > 0
}

/// What somebody is told who sends what he has not uploaded, or has sent already.
pub fn not_to_be_sent(id: AttachmentId) -> Error {
    let detail = format!(
        "There is no upload {id} of yours that waits to be sent. Upload the file, and send it once."
    );
    Error::invalid(IN_DATA, detail)
}
