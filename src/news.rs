//! What just happened, as nodes tell each other and sockets tell their people.
//!
//! The doorbell says "conversation C is at seq N, for this audience"; the event and the view are
//! a hint that saves a read. A lost one is a delay, never a loss.

use crate::store::attachments::{self, AttachmentView};
use crate::store::conversations::{ConversationView, PersonView};
use crate::store::events::Event;
use crate::store::marks::{Marks, Unread};
use crate::store::originals;
use crate::store::reps::RepState;
use crate::words::{ClientId, ConversationId, EventKind, Moment, QueueId, Role, SessionId, UserId};

/// An entry of a conversation's log as its participants see it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[schema(as = Event)]
pub struct EventView {
    pub conversation: ConversationId,
    /// 1, 2, 3, ... without holes.
    pub seq: i64,
    pub kind: EventKind,
    /// Who did it; none when the server did.
    pub sender_id: Option<UserId>,
    /// The id its sender gave the command.
    pub client_id: Option<ClientId>,
    /// Of a message, a note, an edit. None: it was deleted, or edited again since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What a message carries; its text may then be empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<AttachmentView>,
    /// What else there is to say, by kind: for `assigned` the rep, for `closed` the resolution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub data: Option<serde_json::Value>,
    pub created_at: Moment,
}

impl EventView {
    /// Who takes part beside the rep from this entry on, or not any more.
    pub fn joins(&self) -> Option<(UserId, bool)> {
        match self.kind {
            EventKind::Joined => Some((self.sender_id?, true)),
            EventKind::Left => Some((self.sender_id?, false)),
            _ => None,
        }
    }

    /// The entry as somebody of this role may see it, if he may. Customers are not told how much a
    /// rep has to do, nor what staff write to each other.
    pub fn seen_by(mut self, role: Role) -> Option<Self> {
        if role == Role::Customer && self.kind == EventKind::Note {
            return None;
        }
        if role == Role::Customer && self.kind == EventKind::Declined {
            self.sender_id = None;
        }
        if role == Role::Customer
            && let Some(data) = self
                .data
                .as_mut()
                .and_then(serde_json::Value::as_object_mut)
        {
            let told = for_customers(self.kind, self.sender_id.is_none());
            data.retain(|name, _| told.contains(&name.as_str()));
        }
        Some(self)
    }
}

/// What of an entry's data customers are told. A reason is told if it is the server's own.
fn for_customers(kind: EventKind, by_server: bool) -> &'static [&'static str] {
    match kind {
        EventKind::Assigned => &["rep_id", "epoch"],
        EventKind::Closed | EventKind::Wrapup => &["resolution", "reason"],
        EventKind::Suspect => &["rep_id", "held_until"],
        EventKind::Returned => &["rep_id"],
        EventKind::Held => &["until"],
        EventKind::Requeued if by_server => &["reason"],
        EventKind::Opened => &["queue_id", "priority", "left_message", "outside_hours"],
        EventKind::Reopened => &["outside_hours"],
        EventKind::Moved | EventKind::Transferred => &["queue_id", "to"],
        EventKind::Prioritized => &["to"],
        EventKind::Message => &["edited", "deleted"],
        EventKind::Edited => &["seq", "author_id"],
        EventKind::Deleted => &["seq", "author_id", "erased", "through"],
        EventKind::Joined | EventKind::Left => &["name"],
        EventKind::Rated => &["score"],
        EventKind::Renamed => &["customer_id", "was", "name"],
        _ => &[],
    }
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        let attachments = attachments::carried(&event);
        let carries = !attachments.is_empty();
        EventView {
            attachments,
            conversation: event.conversation_id,
            seq: event.seq,
            kind: event.kind,
            sender_id: event.sender_id,
            client_id: event.client_id,
            // A deleted message has none any more; one that carries files may have an empty one.
            text: event.body.filter(|text| carries || !text.is_empty()),
            data: originals::without(attachments::without_carried(event.data)),
            created_at: event.created_at,
        }
    }
}

/// One piece of news.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum News {
    /// A conversation's log has grown.
    Grown(Box<Grown>),
    /// The line of a queue has changed: positions may be others.
    Line { queue: QueueId },
    /// A rep's capacity, load, availability or presence has changed.
    Rep(RepState),
    /// Somebody has read further, or got more.
    Marked(Box<Marked>),
    /// Somebody types, or not any more. Never stored.
    Typing(Box<Typing>),
    /// Somebody's logins have ended: their sockets end, too.
    SignedOut(SignedOut),
    /// Settings were changed while the servers run.
    Settings,
}

/// Whose logins have ended, and which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SignedOut {
    pub user: UserId,
    pub which: Logins,
}

/// Some of a person's logins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Logins {
    All,
    One(SessionId),
    AllBut(SessionId),
}

impl Logins {
    pub fn has(self, session: SessionId) -> bool {
        match self {
            Logins::All => true,
            Logins::One(one) => one == session,
            Logins::AllBut(one) => one != session,
        }
    }
}

/// How far both sides of a conversation are now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Marked {
    pub conversation: ConversationId,
    pub audience: Vec<UserId>,
    pub marks: Marks,
    /// Whose mark has moved, and what he has not read now: for his own sockets.
    pub by: UserId,
    pub unread: Unread,
}

/// Who types where.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Typing {
    pub conversation: ConversationId,
    pub audience: Vec<UserId>,
    pub user: PersonView,
    pub on: bool,
}

/// A log that has grown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Grown {
    pub conversation: ConversationId,
    /// The last seq after it.
    pub seq: i64,
    /// Who may hear of it.
    pub audience: Vec<UserId>,
    /// The entries that were added, unless they are big; they end with `seq`.
    pub events: Vec<EventView>,
    /// The conversation after it, when more than a message changed it.
    pub view: Option<ConversationView>,
}

/// How long an entry is: its text, and what it carries.
fn bytes_of(event: &Event) -> usize {
    let data = event.data.as_ref().map(|data| data.to_string().len());
    event.body.as_ref().map_or(0, String::len) + data.unwrap_or(0)
}

/// Bytes of text up to which an entry travels with the doorbell. What waits for a slow socket
/// is bounded by it: see `hub/mailbox.rs`.
pub const HINT_BYTES_MAX: usize = 2_048;

/// Entries of one log, in as few parts as can travel with the doorbell. Where something else came
/// in between, which is told by whoever wrote it, a part ends: none has a hole.
pub fn parts<T>(entries: Vec<T>, event: impl Fn(&T) -> &Event) -> Vec<Vec<T>> {
    let (mut parts, mut bytes, mut next) = (Vec::<Vec<T>>::new(), 0, 0);
    for entry in entries {
        let (more, seq) = (bytes_of(event(&entry)), event(&entry).seq);
        match parts.last_mut() {
            Some(part) if seq == next && bytes + more <= HINT_BYTES_MAX => part.push(entry),
            _ => {
                bytes = 0;
                parts.push(vec![entry]);
            }
        }
        bytes += more;
        next = seq + 1;
    }
    parts
}

impl Grown {
    /// Whether something is missing in what was added.
    pub fn has_hole(&self) -> bool {
        let seqs = self.events.iter().map(|event| event.seq);
        let from = self.seq - self.events.len() as i64 + 1;
        !seqs.eq(from..=self.seq)
    }

    /// News of entries that were just committed.
    pub fn new(
        events: Vec<Event>,
        audience: impl IntoIterator<Item = UserId>,
        view: Option<ConversationView>,
    ) -> Option<Self> {
        let last = events.last()?;
        let (conversation, seq) = (last.conversation_id, last.seq);
        let bytes: usize = events.iter().map(bytes_of).sum();
        let events = if bytes > HINT_BYTES_MAX {
            Vec::new()
        } else {
            events
        };
        let mut audience: Vec<UserId> = audience.into_iter().collect();
        audience.sort();
        audience.dedup();
        let events = events.into_iter().map(EventView::from).collect();
        Some(Self {
            conversation,
            seq,
            audience,
            events,
            view,
        })
    }
}
