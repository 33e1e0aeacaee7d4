//! The native wire, `switchboard.v1`: JSON text frames, exactly these.
//!
//! The client says `hello` first, with the seq up to which it knows each conversation; it gets
//! `ready`, then exactly the missing events. Each `event` carries `after`, the seq at which this
//! socket stood before it: a client that stands elsewhere has missed something and says `hello`
//! on a new socket.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, value::MapDeserializer};

use super::hello::Own;
use crate::error::Error;
use crate::eta::Outlook;
use crate::hours::HoursNow;
use crate::news::EventView;
use crate::store::attachments::AttachmentView;
use crate::store::board::Board;
use crate::store::conversations::{ConversationView, PersonView};
use crate::store::marks::{MarkedView, Marks};
use crate::store::reps::RepState;
use crate::words::{
    AttachmentId, Availability, ClientId, ConversationId, Moment, NodeId, Priority, QueueId,
    Resolution, Role, UserId,
};

/// What both sides call this protocol.
pub const SUBPROTOCOL: &str = "switchboard.v1";

/// What a client says. `ref` is any short text; it comes back with the answer.
#[derive(Debug, serde::Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    Hello {
        #[serde(default)]
        resume: HashMap<ConversationId, i64>,
    },
    Send {
        client_id: ClientId,
        conversation: ConversationId,
        text: Option<String>,
        #[serde(default)]
        attachments: Vec<AttachmentId>,
    },
    /// A small file, to be sent with a message then.
    Upload {
        name: String,
        /// Its bytes in base64.
        content: String,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    Claim {
        conversation: ConversationId,
        /// For whom, if an admin claims.
        rep: Option<UserId>,
        #[serde(default)]
        over_capacity: bool,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    Accept {
        conversation: ConversationId,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    Decline {
        conversation: ConversationId,
        reason: Option<String>,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    Requeue {
        conversation: ConversationId,
        reason: Option<String>,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    Transfer {
        conversation: ConversationId,
        rep: Option<UserId>,
        queue: Option<QueueId>,
        note: Option<String>,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    Park {
        conversation: ConversationId,
        wake_at: Option<Moment>,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    Wake {
        conversation: ConversationId,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    Reopen {
        conversation: ConversationId,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    Prioritize {
        conversation: ConversationId,
        priority: Priority,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    Close {
        conversation: ConversationId,
        client_id: Option<ClientId>,
        text: Option<String>,
        resolution: Option<Resolution>,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    /// Staff: be shown the live line when it changes, or not any more.
    Watch {
        on: bool,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    Availability {
        availability: Availability,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    /// Everything up to this seq is read.
    Read {
        conversation: ConversationId,
        seq: i64,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    /// Everything up to this seq has arrived. Stored and answered within a second.
    Delivered {
        conversation: ConversationId,
        seq: i64,
    },
    Typing {
        conversation: ConversationId,
        on: bool,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    /// Staff: what no customer hears of.
    Note {
        client_id: ClientId,
        conversation: ConversationId,
        text: String,
    },
    Edit {
        conversation: ConversationId,
        seq: i64,
        text: String,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    Delete {
        conversation: ConversationId,
        seq: i64,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    /// Staff: take part beside the rep.
    Join {
        conversation: ConversationId,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
    Leave {
        conversation: ConversationId,
        #[serde(rename = "ref")]
        reference: Option<String>,
    },
}

/// The types of frames there are. Their reader knows them, and tells when it is given none of them.
#[derive(Debug)]
struct Types(&'static [&'static str]);

impl fmt::Display for Types {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "one of {:?} is missing", self.0)
    }
}

impl std::error::Error for Types {}

impl de::Error for Types {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Types(&[])
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        Types(known)
    }
}

impl ClientFrame {
    /// What `type` may say.
    pub fn types() -> &'static [&'static str] {
        let none = MapDeserializer::new([("type", "")].into_iter());
        ClientFrame::deserialize(none).map_or_else(|Types(known)| known, |_| &[])
    }

    /// What its client gave it to be known by.
    pub fn reference(&self) -> Option<&str> {
        match self {
            ClientFrame::Hello { .. }
            | ClientFrame::Send { .. }
            | ClientFrame::Note { .. }
            | ClientFrame::Delivered { .. } => None,
            ClientFrame::Claim { reference, .. }
            | ClientFrame::Upload { reference, .. }
            | ClientFrame::Accept { reference, .. }
            | ClientFrame::Decline { reference, .. }
            | ClientFrame::Requeue { reference, .. }
            | ClientFrame::Transfer { reference, .. }
            | ClientFrame::Park { reference, .. }
            | ClientFrame::Wake { reference, .. }
            | ClientFrame::Reopen { reference, .. }
            | ClientFrame::Prioritize { reference, .. }
            | ClientFrame::Watch { reference, .. }
            | ClientFrame::Close { reference, .. }
            | ClientFrame::Availability { reference, .. }
            | ClientFrame::Read { reference, .. }
            | ClientFrame::Typing { reference, .. }
            | ClientFrame::Edit { reference, .. }
            | ClientFrame::Delete { reference, .. }
            | ClientFrame::Join { reference, .. }
            | ClientFrame::Leave { reference, .. } => reference.as_deref(),
        }
    }
}

/// What a command is known by to its client.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Reference {
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
}

/// Who is at this end of the socket.
#[derive(Debug, serde::Serialize)]
pub struct Myself {
    pub id: UserId,
    pub name: String,
    pub role: Role,
}

/// What the server says.
#[derive(Debug, serde::Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to `hello`: who you are, and your open conversations.
    Ready {
        node: NodeId,
        server_time: Moment,
        /// How often the server pings, in ms.
        heartbeat_ms: u64,
        user: Myself,
        #[serde(flatten)]
        own: Own,
        conversations: Vec<MarkedView>,
        /// What is unread in those that are open and his: `store/mine.rs` says which.
        unread_total: i64,
    },
    /// A conversation's log has grown; you stood at `after`.
    Event {
        after: i64,
        #[serde(flatten)]
        event: EventView,
        /// Messages of others that you have not read, here and in all, if that has changed.
        #[serde(skip_serializing_if = "Option::is_none")]
        unread: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        unread_total: Option<i64>,
    },
    /// How far both sides have read. With what is unread, if it was you who did.
    Marks {
        conversation: ConversationId,
        #[serde(flatten)]
        marks: Marks,
        #[serde(skip_serializing_if = "Option::is_none")]
        unread: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        unread_total: Option<i64>,
    },
    /// Somebody types, or not any more. Ends by itself after so many ms, and with his message.
    Typing {
        conversation: ConversationId,
        user: PersonView,
        on: bool,
        expires_in_ms: u64,
    },
    /// The command is carried out and on disk.
    Ack {
        #[serde(flatten)]
        reference: Reference,
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation: Option<ConversationId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        seq: Option<i64>,
        /// It was carried out before.
        duplicate: bool,
    },
    /// The file is taken in; send it with a message.
    Uploaded {
        #[serde(flatten)]
        reference: Reference,
        attachment: AttachmentView,
    },
    /// Where a waiting conversation stands: `position` 1 is next.
    Line {
        conversation: ConversationId,
        position: i64,
        ahead: i64,
        #[serde(flatten)]
        outlook: Outlook,
    },
    /// A queue has opened or closed, or its hours are others; null: it is always open now.
    Hours {
        queue: QueueId,
        hours: Option<HoursNow>,
    },
    /// It is yours, or your rep has it; the events follow.
    Assigned {
        conversation: Box<ConversationView>,
        /// What you have not read of it, and in all.
        unread: i64,
        unread_total: i64,
    },
    /// You are offered it: accept or decline before `expires_at`.
    Offer {
        conversation: Box<ConversationView>,
        expires_at: Option<Moment>,
    },
    /// What you were offered is yours, or not to be had any more.
    OfferGone {
        conversation: ConversationId,
        reason: &'static str,
    },
    /// It is no longer yours: nothing more is told of it.
    Gone {
        conversation: ConversationId,
        /// What is unread in the others.
        unread_total: i64,
    },
    /// Your capacity, load or availability is another.
    Rep { rep: RepState },
    /// The live line: for an admin all of it, for a rep his queues and himself.
    Board {
        #[serde(flatten)]
        board: Board,
    },
    /// Too much to send here: read these events at `url`.
    Gap {
        conversation: ConversationId,
        from: i64,
        to: i64,
        url: String,
    },
    Error {
        #[serde(flatten)]
        reference: Reference,
        code: &'static str,
        message: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// The server ends this socket; come back after so many ms, if at all.
    Bye {
        reason: &'static str,
        reconnect_in_ms: Option<u64>,
    },
}

impl ServerFrame {
    /// An error as the answer to a command.
    pub fn error(error: &Error, reference: Reference) -> Self {
        ServerFrame::Error {
            reference,
            code: error.code.as_str(),
            message: error.detail.to_string(),
            retry_after_ms: error.retry_after_ms,
        }
    }
}
