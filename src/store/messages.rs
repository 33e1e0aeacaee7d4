//! The message writer: a batch of messages of any conversations, in three statements.
//!
//! The heads are bumped first: whoever holds them may trust status, rep and epoch. What somebody
//! else holds is left out, so nobody waits for another's lock. Nearly every message is new, so a
//! batch is first stored without looking whether one was stored before: the constraints would
//! refuse it. Then it is undone and done again, looking. A message that is refused gives its number
//! back before anyone can see it, so seqs have no holes.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::answer;
use super::attachments::{self, Attachment};
use super::conn::Conn;
use super::conversation_row::its_rep;
use super::conversations;
use super::events::Event;
use super::joined;
use super::message_rows::{self as rows, Bump, Door};
use super::originals;
use super::ties;
use crate::access::{self, Action, Actor, Object, Tie};
use crate::error::{Code, Error, Result};
use crate::words::{AttachmentId, ClientId, ConversationId, EventKind, Moment, Role, UserId};

/// A message to store.
#[derive(Debug, Clone)]
pub struct Append {
    pub conversation: ConversationId,
    pub sender: Actor,
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
    /// Whose it is; not who is only offered it.
    pub rep: Option<UserId>,
    /// It was stored before, by an earlier try of the same command.
    pub duplicate: bool,
    /// Its place is being held for a customer who was thought to be gone.
    pub held: bool,
}

type Key = (ConversationId, ClientId);

/// What becomes of one message of a batch. None: somebody else holds its conversation at this
/// moment; it is as if it had not come yet.
pub type Outcome = Option<Result<Appended>>;

/// How a batch is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Every message is taken to be new, as nearly all are. One that is not makes the whole an
    /// error: nothing of it is stored, and it is done again, looking.
    Hopefully,
    /// Each is first looked for, after whoever else might store it is locked out.
    First,
}

/// Stores a batch inside an open transaction. One outcome per message, in order.
///
/// Errors of a single message (not found, closed, not his to write) are its own answer; an error
/// of the whole means that nothing of the batch is stored.
pub fn append(conn: &mut Conn, batch: &[Append], look: Look) -> Result<Vec<Outcome>> {
    let (mut admission, counts) = (Admission::default(), counts(batch));
    let ids: Vec<ConversationId> = counts.keys().copied().collect();
    let tops = admission.open(conn, batch, &ids, &counts)?;
    if look == Look::First {
        admission.look_for(conn, &batch.iter().collect::<Vec<_>>())?;
    }
    let mut outcomes: Vec<Outcome> = batch.iter().map(|one| admission.outcome(one)).collect();
    let refused = || batch.iter().zip(&outcomes).filter(|(_, it)| is_refused(it));
    if look == Look::Hopefully && refused().next().is_some() {
        // What was stored before is answered as then, whatever is allowed now.
        let refused: Vec<&Append> = refused().map(|(one, _)| one).collect();
        admission.look_for(conn, &refused)?;
    }
    for (one, outcome) in batch.iter().zip(&mut outcomes) {
        if is_refused(outcome) {
            *outcome = Some(admission.admit(one).map_err(|error| match error.code {
                Code::NotFound => not_his(conn, one, error),
                _ => error,
            }));
        }
    }
    for top in tops {
        let unused = top.last_seq - admission.next[&top.conversation_id];
        if unused > 0 {
            rows::give_back(conn, top.conversation_id, unused)?;
        }
    }
    admission.store(conn)?;
    Ok(outcomes)
}

fn is_refused(outcome: &Outcome) -> bool {
    matches!(outcome, Some(Err(_)))
}

/// How many numbers each conversation needs at most, in the order of ids.
fn counts(batch: &[Append]) -> BTreeMap<ConversationId, i64> {
    let mut counts: BTreeMap<ConversationId, i64> = BTreeMap::new();
    let mut keys: HashSet<Key> = HashSet::new();
    for one in batch {
        let fresh = keys.insert((one.conversation, one.client_id));
        *counts.entry(one.conversation).or_default() += i64::from(fresh);
    }
    counts
}

/// What the batch wants to send along, locked; mostly nothing, and then nobody is asked.
fn uploads<'a>(
    conn: &mut Conn,
    batch: impl Iterator<Item = &'a Append>,
) -> Result<HashMap<AttachmentId, Attachment>> {
    let ids: Vec<AttachmentId> = batch
        .flat_map(|one| one.attachments.iter().copied())
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let held = attachments::hold(conn, &ids)?;
    Ok(held.into_iter().map(|row| (row.id, row)).collect())
}

/// Of the reps in this batch, who has joined what is not his. Nothing is asked if all is theirs.
fn joined_by(
    conn: &mut Conn,
    batch: &[Append],
    doors: &HashMap<ConversationId, Door>,
) -> Result<HashSet<(ConversationId, UserId)>> {
    let foreign = |one: &&Append| {
        let rep = doors.get(&one.conversation).and_then(|door| door.rep_id);
        one.sender.role == Role::Rep && rep != Some(one.sender.id)
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
    match conversations::find(conn, one.conversation) {
        Ok(Some(row)) => match ties::may_with(conn, &one.sender, Action::Write, &row) {
            Err(told) => told,
            // It has become his in this moment: he tries again.
            Ok(()) => error,
        },
        Ok(None) => error,
        Err(error) => error.into(),
    }
}

/// A batch on its way in.
#[derive(Default)]
struct Admission {
    before: HashMap<Key, Event>,
    /// Conversations that somebody else holds at this moment.
    held: HashSet<ConversationId>,
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
    /// Conversations whose rep has just spoken for the first time, and when.
    replied: Vec<(ConversationId, Moment)>,
}

impl Admission {
    /// Locks the conversations of the batch that nobody else holds, takes the numbers it may need
    /// and reads what decides who may write. Answers the last number taken of each.
    fn open(
        &mut self,
        conn: &mut Conn,
        batch: &[Append],
        ids: &[ConversationId],
        counts: &BTreeMap<ConversationId, i64>,
    ) -> Result<Vec<Bump>> {
        let wanted = counts.iter().map(|(id, count)| Bump {
            conversation_id: *id,
            last_seq: *count,
        });
        let wanted: Vec<Bump> = wanted.collect();
        let tops = rows::bump(conn, &wanted)?;
        if tops.len() < wanted.len() {
            let locked: HashSet<_> = tops.iter().map(|top| top.conversation_id).collect();
            let mut left = ids.to_vec();
            left.retain(|id| !locked.contains(id));
            self.held = rows::known(conn, &left)?.into_iter().collect();
        }
        let next = tops.iter().map(|top| {
            let id = top.conversation_id;
            (id, top.last_seq - counts[&id])
        });
        self.next = next.collect();
        let doors = rows::doors(conn, ids)?.into_iter();
        self.doors = doors.map(|door| (door.id, door)).collect();
        self.joined = joined_by(conn, batch, &self.doors)?;
        // Whoever holds a conversation may hold what was sent into it, too.
        let free = batch
            .iter()
            .filter(|one| !self.held.contains(&one.conversation));
        self.uploads = uploads(conn, free)?;
        Ok(tops)
    }

    /// Writes what was admitted.
    fn store(self, conn: &mut Conn) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        rows::insert(conn, self.rows)?;
        for (id, conversation, seq) in self.sent {
            attachments::set_sent(conn, id, conversation, seq)?;
        }
        if !self.replied.is_empty() {
            rows::set_first_replies(conn, &self.replied)?;
        }
        Ok(())
    }

    /// Looks for these in what was stored before.
    fn look_for(&mut self, conn: &mut Conn, some: &[&Append]) -> Result<()> {
        let ids: Vec<ConversationId> = some.iter().map(|one| one.conversation).collect();
        let clients: Vec<ClientId> = some.iter().map(|one| one.client_id).collect();
        for event in rows::stored_before(conn, &ids, &clients)? {
            let key = event.client_id.map(|id| (event.conversation_id, id));
            self.before.extend(key.map(|key| (key, event)));
        }
        Ok(())
    }

    fn outcome(&mut self, one: &Append) -> Outcome {
        match self.held.contains(&one.conversation) {
            true => None,
            false => Some(self.admit(one)),
        }
    }

    fn admit(&mut self, one: &Append) -> Result<Appended> {
        let key = (one.conversation, one.client_id);
        let Some(door) = self.doors.get_mut(&one.conversation) else {
            return Err(Error::not_found("conversation"));
        };
        let earlier = self.row_of.get(&key).map(|row| &self.rows[*row]);
        if let Some(event) = self.before.get(&key).or(earlier) {
            return same_again(one, event, door);
        }
        let joined = self.joined.contains(&(one.conversation, one.sender.id));
        let tie = tie_of(&one.sender, door, joined);
        access::may(&one.sender, Action::Write, Object::Conversation(&tie))?;
        answer::check_room(self.next[&one.conversation] + 1, EventKind::Message)?;
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
            sender_id: Some(one.sender.id),
            client_id: Some(one.client_id),
            body: Some(one.text.clone()),
            data: (!carried.is_empty()).then(|| attachments::told(&carried)),
            created_at: one.at,
        };
        let sent = carried
            .iter()
            .map(|row| (row.id, one.conversation, event.seq));
        self.sent.extend(sent);
        if door.first_reply_at.is_none() && door.rep_id == Some(one.sender.id) {
            door.first_reply_at = Some(one.at);
            self.replied.push((one.conversation, one.at));
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
        row.is_some_and(|row| attachments::may_send(row, one.sender.id))
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
        rep: its_rep(door.status, door.rep_id, door.last_rep_id),
        duplicate,
        held: door.held,
    }
}

/// The answer to a command that was carried out before: the same, if it is the same command.
fn same_again(one: &Append, event: &Event, door: &Door) -> Result<Appended> {
    let same = event.sender_id == Some(one.sender.id)
        && event.kind == EventKind::Message
        && originals::said_first(event, &one.text, &one.attachments);
    if same {
        Ok(stored(event.clone(), door, true))
    } else {
        Err(idempotency_mismatch())
    }
}

/// The answer to a client id that comes again with another command.
pub fn idempotency_mismatch() -> Error {
    Error::new(
        Code::IdempotencyMismatch,
        "This client_id was used before for something else. Make a new one for each command.",
    )
}

/// As far as the row tells it: of a rep who may not write by this, the rest is read.
fn tie_of(sender: &Actor, door: &Door, joined: bool) -> Tie {
    let me = Some(sender.id);
    let rep = sender.role == Role::Rep;
    Tie {
        status: door.status,
        customer: sender.is_customer() && door.customer_id == sender.id,
        rep: rep && door.rep_id == me,
        last: rep && door.last_rep_id == me,
        its_rep: rep && its_rep(door.status, door.rep_id, door.last_rep_id) == me,
        kept: false,
        joined,
        serves: false,
        left: false,
        taken: door.rep_id.is_some(),
    }
}
