//! The message writer: a batch of messages of any conversations, in five statements.
//!
//! The heads are bumped first, in the order of ids, so that every node takes its locks in one
//! order and whoever holds them may trust status, rep and epoch. A message that is refused gives
//! its number back before anyone can see it, so seqs have no holes.

use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::attachments::{self, Attachment};
use super::conn::{Conn, queries};
use super::conversations as rows;
use super::events::{self as logs, Event};
use super::joined;
use super::prepared::prepared;
use super::schema::{conversations, events, heads};
use crate::error::{Code, Error, Result};
use crate::words::{
    AttachmentId, ClientId, ConversationId, EventKind, Moment, Role, Status, UserId,
};

/// A message to store.
#[derive(Debug, Clone)]
pub struct Append {
    pub conversation: ConversationId,
    pub sender: UserId,
    /// The sender's role: what he may write to follows from it and from the conversation.
    pub role: Role,
    pub client_id: ClientId,
    /// May be empty if something is attached.
    pub text: String,
    /// Uploads of the sender that were not sent yet.
    pub attachments: Vec<AttachmentId>,
    pub at: Moment,
}

/// A message that is stored.
#[derive(Debug, Clone)]
pub struct Appended {
    pub event: Event,
    /// The number of its conversation.
    pub number: i64,
    pub customer: UserId,
    pub rep: Option<UserId>,
    /// It was stored before, by an earlier try of the same command.
    pub duplicate: bool,
}

/// What of a conversation decides who may write into it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = conversations)]
struct Door {
    id: ConversationId,
    number: i64,
    customer_id: UserId,
    rep_id: Option<UserId>,
    last_rep_id: Option<UserId>,
    status: Status,
    first_reply_at: Option<Moment>,
}

#[derive(Insertable)]
#[diesel(table_name = heads, treat_none_as_default_value = false)]
struct Bump {
    conversation_id: ConversationId,
    last_seq: i64,
}

queries! {
    fn stored_before(conn, clients: &[ClientId]) -> QueryResult<Vec<Event>> {
        events::table
            .filter(events::client_id.eq_any(clients))
            .select(Event::as_select())
            .load(conn)
    }

    fn known(conn, ids: &[ConversationId]) -> QueryResult<Vec<ConversationId>> {
        heads::table
            .filter(heads::conversation_id.eq_any(ids))
            .select(heads::conversation_id)
            .load(conn)
    }

    /// Adds to each head what its row says, and answers with the new values.
    fn bump(conn, rows: &[Bump]) -> QueryResult<Vec<(ConversationId, i64)>> {
        diesel::insert_into(heads::table)
            .values(rows)
            .on_conflict(heads::conversation_id)
            .do_update()
            .set(heads::last_seq.eq(heads::last_seq + excluded(heads::last_seq)))
            .returning((heads::conversation_id, heads::last_seq))
            .get_results(conn)
    }

    fn give_back(conn, id: ConversationId, count: i64) -> QueryResult<usize> {
        let lowered = diesel::update(heads::table.find(id))
            .set(heads::last_seq.eq(heads::last_seq - count));
        prepared(lowered).execute(conn)
    }

    fn doors(conn, ids: &[ConversationId]) -> QueryResult<Vec<Door>> {
        conversations::table
            .filter(conversations::id.eq_any(ids))
            .select(Door::as_select())
            .load(conn)
    }

    fn insert(conn, rows: &[Event]) -> QueryResult<usize> {
        diesel::insert_into(events::table).values(rows).execute(conn)
    }

    fn set_first_reply(conn, ids: &[ConversationId], at: Moment) -> QueryResult<usize> {
        diesel::update(conversations::table)
            .filter(conversations::id.eq_any(ids))
            .filter(conversations::first_reply_at.is_null())
            .set(conversations::first_reply_at.eq(at))
            .execute(conn)
    }
}

type Key = (ConversationId, ClientId);

/// Stores a batch inside an open transaction. One answer per message, in order.
///
/// Errors of a single message (not found, closed, not his to write) are its own answer; an error
/// of the whole means that nothing of the batch is stored.
pub fn append(conn: &mut Conn, batch: &[Append]) -> Result<Vec<Result<Appended>>> {
    let clients: Vec<ClientId> = batch.iter().map(|one| one.client_id).collect();
    let mut before: HashMap<Key, Event> = HashMap::new();
    for event in stored_before(conn, &clients)? {
        before.extend(
            event
                .client_id
                .map(|id| ((event.conversation_id, id), event)),
        );
    }
    // How many numbers each conversation needs at most.
    let mut counts: BTreeMap<ConversationId, i64> = BTreeMap::new();
    let mut keys: HashSet<Key> = HashSet::new();
    for one in batch {
        let key = (one.conversation, one.client_id);
        let fresh = !before.contains_key(&key) && keys.insert(key);
        *counts.entry(one.conversation).or_default() += i64::from(fresh);
    }
    let ids: Vec<ConversationId> = counts.keys().copied().collect();
    let known = known(conn, &ids)?;
    counts.retain(|id, count| *count > 0 && known.contains(id));
    let bumps = counts.iter().map(|(id, count)| Bump {
        conversation_id: *id,
        last_seq: *count,
    });
    let bumps: Vec<Bump> = bumps.collect();
    let tops = if bumps.is_empty() {
        Vec::new()
    } else {
        bump(conn, &bumps)?
    };
    let next = tops
        .iter()
        .map(|(id, top)| (*id, top - counts[id]))
        .collect();
    let doors = doors(conn, &ids)?.into_iter();
    let doors: HashMap<_, _> = doors.map(|door| (door.id, door)).collect();
    let mut admission = Admission {
        before,
        joined: joined_by(conn, batch, &doors)?,
        doors,
        next,
        uploads: uploads(conn, batch)?,
        ..Admission::default()
    };

    let answers = batch.iter().map(|one| match admission.admit(one) {
        Err(error) if error.code == Code::NotFound => Err(not_his(conn, one, error)),
        answer => answer,
    });
    let answers = answers.collect();

    for (id, top) in tops {
        let unused = top - admission.next[&id];
        if unused > 0 {
            give_back(conn, id, unused)?;
        }
    }
    if let Some(first) = admission.rows.first() {
        let at = first.created_at;
        insert(conn, &admission.rows)?;
        mark_sent(conn, &admission.sent)?;
        if !admission.replied.is_empty() {
            set_first_reply(conn, &admission.replied, at)?;
        }
    }
    Ok(answers)
}

/// What the batch wants to send along, locked; mostly nothing, and then nobody is asked.
fn uploads(conn: &mut Conn, batch: &[Append]) -> Result<HashMap<AttachmentId, Attachment>> {
    let ids: Vec<AttachmentId> = batch
        .iter()
        .flat_map(|one| one.attachments.iter().copied())
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let held = attachments::hold(conn, &ids)?;
    Ok(held.into_iter().map(|row| (row.id, row)).collect())
}

fn mark_sent(conn: &mut Conn, sent: &[(AttachmentId, ConversationId, i64)]) -> Result<()> {
    for (id, conversation, seq) in sent {
        attachments::set_sent(conn, *id, *conversation, *seq)?;
    }
    Ok(())
}

/// Of the reps in this batch, who has joined what is not his. Nothing is asked if all is theirs.
fn joined_by(
    conn: &mut Conn,
    batch: &[Append],
    doors: &HashMap<ConversationId, Door>,
) -> Result<HashSet<(ConversationId, UserId)>> {
    let foreign = |one: &&Append| {
        let rep = doors.get(&one.conversation).and_then(|door| door.rep_id);
        one.role == Role::Rep && rep != Some(one.sender)
    };
    let foreign = batch.iter().filter(foreign).map(|one| one.conversation);
    let ids: Vec<ConversationId> = foreign.collect();
    match ids.is_empty() {
        true => Ok(HashSet::new()),
        false => Ok(joined::among(conn, &ids)?.into_iter().collect()),
    }
}

/// What somebody is told who may not write here.
fn not_his(conn: &mut Conn, one: &Append, error: Error) -> Error {
    match rows::find(conn, one.conversation) {
        Ok(Some(row)) => rows::not_his(conn, one.sender, one.role, &row),
        Ok(None) => error,
        Err(error) => error.into(),
    }
}

/// A batch on its way in.
#[derive(Default)]
struct Admission {
    before: HashMap<Key, Event>,
    doors: HashMap<ConversationId, Door>,
    joined: HashSet<(ConversationId, UserId)>,
    /// The last seq given out per conversation.
    next: HashMap<ConversationId, i64>,
    rows: Vec<Event>,
    /// What is to be sent along, and what was: with which message.
    uploads: HashMap<AttachmentId, Attachment>,
    sent: Vec<(AttachmentId, ConversationId, i64)>,
    /// Where in `rows` a command of this batch is, so that its repetition gets the same answer.
    row_of: HashMap<Key, usize>,
    /// Conversations whose rep has just spoken for the first time.
    replied: Vec<ConversationId>,
}

impl Admission {
    fn admit(&mut self, one: &Append) -> Result<Appended> {
        let key = (one.conversation, one.client_id);
        let Some(door) = self.doors.get(&one.conversation) else {
            return Err(Error::not_found("conversation"));
        };
        let earlier = self.row_of.get(&key).map(|row| &self.rows[*row]);
        if let Some(event) = self.before.get(&key).or(earlier) {
            return same_again(one, event, door);
        }
        let joined = self.joined.contains(&(one.conversation, one.sender));
        may_write(one, door, joined)?;
        let carried = take(&mut self.uploads, one)?;
        let seq = self
            .next
            .get_mut(&one.conversation)
            .expect("a known conversation was bumped");
        *seq += 1;
        let event = Event {
            conversation_id: one.conversation,
            seq: *seq,
            kind: EventKind::Message,
            sender_id: Some(one.sender),
            client_id: Some(one.client_id),
            body: Some(one.text.clone()),
            data: (!carried.is_empty()).then(|| attachments::told(&carried)),
            created_at: one.at,
        };
        let sent = carried
            .iter()
            .map(|row| (row.id, one.conversation, event.seq));
        self.sent.extend(sent);
        if door.first_reply_at.is_none() && door.rep_id == Some(one.sender) {
            self.replied.push(one.conversation);
        }
        self.row_of.insert(key, self.rows.len());
        self.rows.push(event.clone());
        Ok(stored(event, door, false))
    }
}

/// The uploads that a message carries, all or none: no other can have them after this one.
fn take(held: &mut HashMap<AttachmentId, Attachment>, one: &Append) -> Result<Vec<Attachment>> {
    let may = |id: &AttachmentId| {
        let row = held.get(id);
        row.is_some_and(|row| attachments::may_send(row, one.sender))
    };
    if let Some(id) = one.attachments.iter().find(|id| !may(id)) {
        return Err(attachments::not_to_be_sent(*id));
    }
    Ok(one
        .attachments
        .iter()
        .filter_map(|id| held.remove(id))
        .collect())
}

fn stored(event: Event, door: &Door, duplicate: bool) -> Appended {
    Appended {
        event,
        number: door.number,
        customer: door.customer_id,
        rep: door.rep_id,
        duplicate,
    }
}

/// The answer to a command that was carried out before: the same, if it is the same command.
fn same_again(one: &Append, event: &Event, door: &Door) -> Result<Appended> {
    let same = event.sender_id == Some(one.sender)
        && event.kind == EventKind::Message
        // What was edited or deleted since says so, and is another one now.
        && (logs::rewritten(event)
            || event.body.as_deref() == Some(&one.text)
                && carried(event).eq(one.attachments.iter().copied()));
    if same {
        Ok(stored(event.clone(), door, true))
    } else {
        Err(idempotency_mismatch())
    }
}

fn carried(event: &Event) -> impl Iterator<Item = AttachmentId> {
    attachments::carried(event).into_iter().map(|view| view.id)
}

/// The answer to a client id that comes again with another command.
pub fn idempotency_mismatch() -> Error {
    Error::new(
        Code::IdempotencyMismatch,
        "This client_id was used before for something else. Make a new one for each command.",
    )
}

/// Writers are the customer, the assigned rep, who has joined and an admin; nobody writes into a
/// closed or parked conversation, nor into one that is only being wrapped up.
fn may_write(one: &Append, door: &Door, joined: bool) -> Result<()> {
    let may = match one.role {
        Role::Customer => door.customer_id == one.sender,
        Role::Rep if joined => true,
        Role::Rep => door.rep_id == Some(one.sender) && door.status != Status::Offered,
        Role::Admin => true,
    };
    if !may && door.last_rep_id == Some(one.sender) && door.status != Status::Closed {
        return Err(stale_assignment());
    }
    if !may && door.last_rep_id != Some(one.sender) {
        return Err(Error::not_found("conversation"));
    }
    match door.status {
        Status::Closed | Status::Wrapup => Err(Error::new(
            Code::ConversationClosed,
            "This conversation is closed. Open a new one to go on.",
        )),
        Status::Parked => Err(Error::new(
            Code::ConversationParked,
            "This conversation is parked. Wake it before writing.",
        )),
        _ => Ok(()),
    }
}

/// The answer to a rep who acts on what is no longer his.
pub fn stale_assignment() -> Error {
    Error::new(
        Code::StaleAssignment,
        "This conversation is no longer yours. Refresh your list to see who has it.",
    )
}
