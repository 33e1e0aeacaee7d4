//! All that was said, as JSON lines: a conversation, then its events, then the next; at last a line
//! that says how much there was, so that whoever reads it knows that nothing is missing. Made step
//! by step, so the memory it takes does not grow with what is exported.

mod person;

use std::collections::VecDeque;
use std::io::Write;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::access::Actor;
use crate::error::{Code, Error, Result};
use crate::news::EventView;
use crate::settings::Settings;
use crate::store::conn::in_snapshot;
use crate::store::conversations::{self, Conversation, ConversationView, Filter};
use crate::store::lists::Cursor;
use crate::store::{self, Conn, answer, events, views};
use crate::words::{ConversationId, Role, UserId};

pub use person::Personal;

/// Conversations, and events, that are read at once.
const CONVERSATIONS: i64 = 100;
const EVENTS: i64 = 100;

/// How far an export has come.
#[derive(Debug, Clone)]
pub struct Export {
    /// Who takes it out: nothing but what he may read.
    by: Actor,
    filter: Filter,
    /// Those whose turn comes next.
    waiting: VecDeque<ConversationId>,
    /// The one being told, and the seq that comes next.
    telling: Option<(ConversationView, i64)>,
    /// The conversations and events told so far.
    told: (u64, u64),
    ended: bool,
}

impl Export {
    /// Of what passes this filter, in the order in which it was opened.
    pub fn new(by: Actor, filter: Filter) -> Self {
        let first = Cursor {
            at: None,
            id: ConversationId(Uuid::nil()),
        };
        Export {
            by,
            filter: Filter {
                ahead: Some(first),
                limit: CONVERSATIONS,
                ..filter
            },
            waiting: VecDeque::new(),
            telling: None,
            told: (0, 0),
            ended: false,
        }
    }

    /// The next lines, and how far it has come then; no lines behind the end.
    pub fn step(conn: &mut Conn, mut export: Export) -> Result<(Export, Option<Vec<u8>>)> {
        if export.ended {
            return Ok((export, None));
        }
        let mut lines = Vec::new();
        if let Some((view, next)) = export.telling.take() {
            export.tell(conn, view, next, &mut lines)?;
            return Ok((export, Some(lines)));
        }
        match export.next(conn)? {
            Some(view) => {
                let line = line("conversation", &view)?;
                write_line(&mut lines, &line);
                export.told.0 += 1;
                export.tell(conn, view, 1, &mut lines)?;
            }
            None => {
                let (conversations, events) = export.told;
                let end =
                    json!({ "type": "end", "conversations": conversations, "events": events });
                write_line(&mut lines, &end);
                export.ended = true;
            }
        }
        Ok((export, Some(lines)))
    }

    /// The one whose turn it is, as it is now. One that was deleted
    /// meanwhile has none, nor one that he may not read any more.
    fn next(&mut self, conn: &mut Conn) -> Result<Option<ConversationView>> {
        loop {
            if self.waiting.is_empty() {
                let rows = conversations::list(conn, &self.by, &self.filter)?;
                if let Some(Conversation { id, .. }) = rows.last() {
                    self.filter.ahead = Some(Cursor { at: None, id: *id });
                }
                self.waiting = rows.into_iter().map(|row| row.id).collect();
            }
            let Some(id) = self.waiting.pop_front() else {
                return Ok(None);
            };
            match conversations::readable(conn, &self.by, id) {
                Ok(row) => return Ok(Some(conversations::view(conn, row)?)),
                Err(error) if error.code == Code::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Tells some events of a conversation, up to the last that it had when it was read.
    fn tell(
        &mut self,
        conn: &mut Conn,
        view: ConversationView,
        next: i64,
        lines: &mut Vec<u8>,
    ) -> Result<()> {
        let events = events::after(conn, view.id, next - 1, EVENTS)?;
        let senders: Vec<UserId> = events.iter().filter_map(|event| event.sender_id).collect();
        let names = views::people(conn, &senders)?;
        let mut next = next;
        let mut more = events.len() as i64 == EVENTS;
        for event in events {
            if event.seq > view.last_seq {
                more = false;
                break;
            }
            next = event.seq + 1;
            let sender = event.sender_id.and_then(|id| names.get(&id));
            let event = EventView::from(event);
            let mut line = line("event", &event)?;
            line["sender"] = sender.map_or(Value::Null, |person| json!(person.name));
            line["answer"] = json!(answer::address(view.number, event.seq));
            write_line(lines, &line);
            self.told.1 += 1;
        }
        if more && next <= view.last_seq {
            self.telling = Some((view, next));
        }
        Ok(())
    }
}

fn line(kind: &str, what: &impl serde::Serialize) -> Result<Value> {
    let mut line = serde_json::to_value(what).map_err(Error::internal)?;
    line["type"] = json!(kind);
    Ok(line)
}

fn write_line(lines: &mut Vec<u8>, line: &Value) {
    lines.extend_from_slice(line.to_string().as_bytes());
    lines.push(b'\n');
}

/// Writes an export of the database of the settings, as it is at one moment. Blocks.
pub fn write(settings: &Settings, filter: Filter, out: &mut impl Write) -> anyhow::Result<()> {
    let mut conn = store::open_existing(&settings.database())?;
    let told = in_snapshot(&mut conn, |conn| {
        let whoever_has_the_file = Actor::new(UserId(Uuid::nil()), Role::Admin);
        let mut export = Export::new(whoever_has_the_file, filter.clone());
        loop {
            let (next, lines) = Export::step(conn, export)?;
            export = next;
            let Some(lines) = lines else { break };
            if let Err(error) = out.write_all(&lines) {
                return Ok(Err(error));
            }
        }
        Ok(out.flush())
    });
    Ok(told??)
}
