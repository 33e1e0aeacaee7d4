//! All that is kept of one person, as JSON lines; at last a line that says how much there was. Made
//! step by step, as every export.
//!
//! A customer is told his conversations as he may read them: no note, nothing of what only staff
//! know. Of staff it is what they have written and done themselves; what others have said to them
//! is of those others. Files are named with the addresses where they can be got.

use serde_json::json;
use uuid::Uuid;

use super::{line, write_line};
use crate::error::Result;
use crate::news::EventView;
use crate::store::accounts::{self, AccountView};
use crate::store::attachments::{self, AttachmentView};
use crate::store::audit::{self, Filter};
use crate::store::events::Event;
use crate::store::personal::{self, Searched};
use crate::store::sessions::Session;
use crate::store::{
    Conn, answer, canned_replies, conversations, erasures, events, identities, marks, rep_hours,
    sessions, views, widgets,
};
use crate::words::{AttachmentId, AuditId, ConversationId, Role, SessionId, UserId};

/// Rows, and events, that are read at once.
const PAGE: i64 = 100;

/// How far it has come.
#[derive(Debug, Clone)]
pub struct Personal {
    person: UserId,
    role: Role,
    part: Part,
    told: Told,
}

/// What was told so far.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
struct Told {
    logins: u64,
    identities: u64,
    arrivals: u64,
    conversations: u64,
    events: u64,
    marks: u64,
    files: u64,
    canned_replies: u64,
    hours: u64,
    acts: u64,
}

/// What comes next, and behind what.
#[derive(Debug, Clone, Copy)]
enum Part {
    Profile,
    Logins(SessionId),
    /// Who he is elsewhere, and the widget by which he came.
    Origins,
    Conversations(ConversationId),
    /// Of a conversation with this number: behind this entry, up to the last.
    Events(ConversationId, i64, i64, i64),
    /// What staff have written, anywhere.
    Words(Searched),
    Marks(ConversationId),
    Files(AttachmentId),
    Replies,
    /// Those of his work.
    Hours,
    Acts(AuditId),
    End,
    Ended,
}

impl Personal {
    pub fn new(person: UserId) -> Self {
        Personal {
            person,
            role: Role::Customer,
            part: Part::Profile,
            told: Told::default(),
        }
    }

    /// The next lines, if it finds any at once, and how far it has come then; none behind the end.
    pub fn step(conn: &mut Conn, mut export: Personal) -> Result<(Personal, Option<Vec<u8>>)> {
        let mut lines = Vec::new();
        export.part = match export.part {
            Part::Profile => export.profile(conn, &mut lines)?,
            Part::Logins(after) => export.logins(conn, after, &mut lines)?,
            Part::Origins => export.origins(conn, &mut lines)?,
            Part::Conversations(after) => export.conversation(conn, after, &mut lines)?,
            Part::Events(id, number, seq, last) => {
                export.events(conn, (id, number, seq, last), &mut lines)?
            }
            Part::Words(searched) => export.words(conn, searched, &mut lines)?,
            Part::Marks(after) => export.marks(conn, after, &mut lines)?,
            Part::Files(after) => export.files(conn, after, &mut lines)?,
            Part::Replies => export.replies(conn, &mut lines)?,
            Part::Hours => export.hours(conn, &mut lines)?,
            Part::Acts(after) => export.acts(conn, after, &mut lines)?,
            Part::End => {
                write_line(&mut lines, &line("end", &export.told)?);
                Part::Ended
            }
            Part::Ended => return Ok((export, None)),
        };
        Ok((export, Some(lines)))
    }

    fn profile(&mut self, conn: &mut Conn, lines: &mut Vec<u8>) -> Result<Part> {
        let user = accounts::find(conn, self.person)?;
        self.role = user.role;
        write_line(lines, &line("person", &AccountView::from(user))?);
        Ok(Part::Logins(SessionId(Uuid::nil())))
    }

    fn logins(&mut self, conn: &mut Conn, after: SessionId, lines: &mut Vec<u8>) -> Result<Part> {
        let found = sessions::all_after(conn, self.person, after, PAGE)?;
        for one in &found {
            write_line(lines, &login(one));
        }
        self.told.logins += found.len() as u64;
        Ok(match found.last() {
            Some(last) => Part::Logins(last.id),
            None => Part::Origins,
        })
    }

    /// From where he comes: as who he is known elsewhere, and by which widget.
    fn origins(&mut self, conn: &mut Conn, lines: &mut Vec<u8>) -> Result<Part> {
        for one in identities::all_of(conn, self.person)? {
            let told = json!({
                "type": "identity", "provider": one.provider, "subject": one.subject,
                "name": one.name, "email": one.email, "created_at": one.created_at,
            });
            write_line(lines, &told);
            self.told.identities += 1;
        }
        if let Some((widget, name)) = widgets::arrival_of(conn, self.person)? {
            let told = json!({ "type": "arrival", "widget": widget, "name": name });
            write_line(lines, &told);
            self.told.arrivals += 1;
        }
        Ok(match self.role {
            Role::Customer => Part::Conversations(NO_CONVERSATION),
            _ => Part::Words(Searched {
                behind: (NO_CONVERSATION, 0),
                upto: NO_CONVERSATION,
            }),
        })
    }

    fn conversation(
        &mut self,
        conn: &mut Conn,
        after: ConversationId,
        lines: &mut Vec<u8>,
    ) -> Result<Part> {
        let Some(id) = erasures::next_of(conn, self.person, after)? else {
            return Ok(Part::Marks(NO_CONVERSATION));
        };
        // One that retention is taking away is nobody's any more.
        let Some(row) = conversations::find(conn, id)? else {
            return Ok(Part::Conversations(id));
        };
        let view = marks::view(conn, self.role, row)?;
        write_line(lines, &line("conversation", &view)?);
        self.told.conversations += 1;
        Ok(Part::Events(id, view.number, 0, view.last_seq))
    }

    /// What a customer may read of one conversation, up to the last that it had when it was read.
    fn events(
        &mut self,
        conn: &mut Conn,
        (id, number, seq, last): (ConversationId, i64, i64, i64),
        lines: &mut Vec<u8>,
    ) -> Result<Part> {
        let mut found = events::told_after(conn, id, seq, PAGE)?;
        found.retain(|event| event.seq <= last);
        let Some(end) = found.last().map(|event| event.seq) else {
            return Ok(Part::Conversations(id));
        };
        self.write_events(conn, found, Some(number), lines)?;
        Ok(Part::Events(id, number, end, last))
    }

    fn words(&mut self, conn: &mut Conn, searched: Searched, lines: &mut Vec<u8>) -> Result<Part> {
        match personal::next_entries(conn, self.person, searched, PAGE)? {
            None => Ok(Part::Marks(NO_CONVERSATION)),
            Some((found, next)) => {
                self.write_events(conn, found, None, lines)?;
                Ok(Part::Words(next))
            }
        }
    }

    fn write_events(
        &mut self,
        conn: &mut Conn,
        found: Vec<Event>,
        number: Option<i64>,
        lines: &mut Vec<u8>,
    ) -> Result<()> {
        let senders: Vec<UserId> = found.iter().filter_map(|event| event.sender_id).collect();
        let names = views::people(conn, &senders)?;
        for event in found {
            let Some(event) = EventView::from(event).seen_by(self.role) else {
                continue;
            };
            let mut told = line("event", &event)?;
            let sender = event.sender_id.and_then(|id| names.get(&id));
            told["sender"] = json!(sender.map(|person| &person.name));
            if let Some(number) = number {
                told["answer"] = json!(answer::address(number, event.seq));
            }
            write_line(lines, &told);
            self.told.events += 1;
        }
        Ok(())
    }

    fn marks(
        &mut self,
        conn: &mut Conn,
        after: ConversationId,
        lines: &mut Vec<u8>,
    ) -> Result<Part> {
        let found = personal::marks_of(conn, self.person, after, PAGE)?;
        for mark in &found {
            let (read, delivered) = match self.role {
                // How much staff write to each other is not told.
                Role::Customer => (mark.told_seq, mark.delivered_seq),
                _ => (mark.read_seq, mark.delivered_seq),
            };
            let told = json!({
                "type": "mark", "conversation": mark.conversation_id,
                "read": read, "delivered": delivered,
            });
            write_line(lines, &told);
        }
        self.told.marks += found.len() as u64;
        Ok(match found.last() {
            Some(last) => Part::Marks(last.conversation_id),
            None => Part::Files(AttachmentId(Uuid::nil())),
        })
    }

    fn files(&mut self, conn: &mut Conn, after: AttachmentId, lines: &mut Vec<u8>) -> Result<Part> {
        let found = attachments::of_uploader(conn, self.person, after, PAGE)?;
        for row in &found {
            let mut told = line("file", &AttachmentView::from(row))?;
            told["media_type"] = json!(row.media_type);
            told["conversation"] = json!(row.conversation_id);
            told["seq"] = json!(row.seq);
            told["created_at"] = json!(row.created_at);
            write_line(lines, &told);
        }
        self.told.files += found.len() as u64;
        Ok(match found.last() {
            Some(last) => Part::Files(last.id),
            None => Part::Replies,
        })
    }

    /// The texts that he has ready for himself.
    fn replies(&mut self, conn: &mut Conn, lines: &mut Vec<u8>) -> Result<Part> {
        for one in &canned_replies::own_views(conn, self.person)? {
            write_line(lines, &line("canned_reply", one)?);
            self.told.canned_replies += 1;
        }
        Ok(Part::Hours)
    }

    /// In which hours he was there for customers, and how full his slots were: 93 days at most.
    fn hours(&mut self, conn: &mut Conn, lines: &mut Vec<u8>) -> Result<Part> {
        for one in &rep_hours::of(conn, self.person)? {
            write_line(lines, &line("hour", one)?);
            self.told.hours += 1;
        }
        Ok(Part::Acts(AuditId(Uuid::nil())))
    }

    fn acts(&mut self, conn: &mut Conn, after: AuditId, lines: &mut Vec<u8>) -> Result<Part> {
        let filter = Filter {
            actor: Some(self.person),
            after: Some(after),
            ..Filter::default()
        };
        let found = audit::entries(conn, &filter, false, PAGE)?;
        for one in &found {
            write_line(lines, &line("act", one)?);
        }
        self.told.acts += found.len() as u64;
        Ok(match found.last() {
            Some(last) => Part::Acts(last.id),
            None => Part::End,
        })
    }
}

const NO_CONVERSATION: ConversationId = ConversationId(Uuid::nil());

/// A login, but for what is secret of it.
fn login(one: &Session) -> serde_json::Value {
    json!({
        "type": "login", "id": one.id, "agent": one.agent, "address": one.address,
        "created_at": one.created_at, "refreshed_at": one.rotated_at,
        "expires_at": one.expires_at, "ended_at": one.revoked_at,
    })
}
