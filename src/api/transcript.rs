//! One conversation to keep or to print: as text, as JSON, or as a page. Made step by step.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};

use super::answers::Entry;
use super::export::made_by;
use super::transcript_text::{self as text, Line, Offset};
use crate::app::App;
use crate::error::{Error, Result};
use crate::gate::body::Asked;
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::store::conversations::{self, ConversationView};
use crate::store::{Conn, events, marks, views};
use crate::words::{ConversationId, EventKind, Moment, Role, UserId};

/// Entries that are read at once.
const PAGE: i64 = 100;
/// How far clocks on earth are from UTC, in minutes.
const OFFSET_MAX: i32 = 14 * 60;
/// What the page may load: nothing. Its own style is all it has.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'; sandbox allow-modals";

/// As what.
#[derive(Debug, Clone, Copy, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    #[default]
    Text,
    Json,
    Html,
}

/// How to write it.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TranscriptQuery {
    /// `text`, `json` or `html`; else `text`.
    pub format: Option<Format>,
    /// Minutes that the clock of times is ahead of UTC, -840 to 840; else 0.
    pub offset: Option<i32>,
}

/// How far a transcript has come.
#[derive(Clone)]
struct Transcript {
    view: ConversationView,
    role: Role,
    format: Format,
    offset: Offset,
    /// The seq that comes next.
    next: i64,
    begun: bool,
    ended: bool,
}

/// Read a transcript
///
/// Everything said in a conversation, with names and times, and what became of it; notes of staff
/// for staff only. It tells what was there when it was asked for. The page is for printing: it has
/// no scripts and loads nothing.
#[utoipa::path(
    tag = "conversations", params(("id" = String, Path, format = "uuid"), TranscriptQuery),
    responses(
        (status = 200, content(
            (String = "text/plain"), (String = "text/html"), (String = "application/json")
        )),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
#[get("/conversations/{id}/transcript")]
pub async fn transcript(
    app: Data<App>,
    caller: Caller,
    id: Path<ConversationId>,
    Asked(query): Asked<TranscriptQuery>,
) -> Result<HttpResponse> {
    let minutes = query.offset.unwrap_or(0);
    if !(-OFFSET_MAX..=OFFSET_MAX).contains(&minutes) {
        let detail = "Give minutes ahead of UTC: a whole number from -840 to 840.";
        return Err(Error::invalid("offset", detail));
    }
    let (actor, id) = (caller.actor, *id);
    let role = actor.role;
    let read = move |conn: &mut Conn| {
        let row = conversations::readable(conn, &actor, id)?;
        marks::view(conn, actor.role, row)
    };
    let view = app.store.read(read).await?;
    let format = query.format.unwrap_or_default();
    let (kind, ending) = match format {
        Format::Text => ("text/plain; charset=utf-8", "txt"),
        Format::Json => ("application/json", "json"),
        Format::Html => ("text/html; charset=utf-8", "html"),
    };
    let name = format!("inline; filename=\"conversation-{}.{ending}\"", view.number);
    let transcript = Transcript {
        view,
        role,
        format,
        offset: Offset::of(minutes),
        next: 1,
        begun: false,
        ended: false,
    };
    let mut answer = HttpResponse::Ok();
    if matches!(format, Format::Html) {
        answer.insert_header((CONTENT_SECURITY_POLICY, PAGE_POLICY));
    }
    answer.insert_header((CONTENT_DISPOSITION, name));
    let body = made_by(app.store.clone(), transcript, step);
    Ok(answer.content_type(kind).streaming(body))
}

/// The next part, and how far it has come then.
fn step(conn: &mut Conn, mut told: Transcript) -> Result<(Transcript, Option<Vec<u8>>)> {
    if told.ended {
        return Ok((told, None));
    }
    let mut part = String::new();
    if !told.begun {
        told.begin(&mut part)?;
    }
    let mut rows = events::after(conn, told.view.id, told.next - 1, PAGE)?;
    let more = rows.len() as i64 == PAGE;
    rows.retain(|row| row.seq <= told.view.last_seq);
    let senders: Vec<UserId> = rows.iter().filter_map(|row| row.sender_id).collect();
    let people = views::people(conn, &senders)?;
    let first = told.next == 1;
    told.next = rows.last().map_or(i64::MAX, |row| row.seq + 1);
    let mut written = !first;
    for row in rows {
        if !is_told(row.kind, told.role) {
            continue;
        }
        let Some(entry) = Entry::of(row, told.view.number, told.role) else {
            continue;
        };
        let sender = entry.event.sender_id.and_then(|id| people.get(&id));
        told.write(
            &mut part,
            &entry,
            sender.map(|one| one.name.as_str()),
            written,
        )?;
        written = true;
    }
    if !more || told.next > told.view.last_seq {
        told.end(&mut part);
    }
    Ok((told, Some(part.into_bytes())))
}

/// What a transcript tells: staff all, customers what was said and what became of it.
fn is_told(kind: EventKind, role: Role) -> bool {
    use EventKind::*;
    let for_all = matches!(
        kind,
        Opened
            | Message
            | Assigned
            | Requeued
            | Transferred
            | Moved
            | Joined
            | Left
            | Closed
            | Reopened
    );
    for_all || role != Role::Customer
}

impl Transcript {
    fn begin(&mut self, part: &mut String) -> Result<()> {
        self.begun = true;
        let view = &self.view;
        match self.format {
            Format::Text => text::begin_text(part, view, self.offset),
            Format::Html => text::begin_html(part, view, self.offset),
            Format::Json => {
                let view = serde_json::to_string(view).map_err(Error::internal)?;
                part.push_str(&format!("{{\"conversation\":{view},\"entries\":["));
            }
        }
        Ok(())
    }

    fn write(
        &self,
        part: &mut String,
        entry: &Entry,
        sender: Option<&str>,
        written: bool,
    ) -> Result<()> {
        let at: Moment = entry.event.created_at;
        let line = Line {
            at: self.offset.moment(at),
            sender,
            kind: entry.event.kind,
            // An edit stands where the message does.
            text: match entry.event.kind {
                EventKind::Message | EventKind::Note => entry.event.text.as_deref(),
                _ => None,
            },
            files: &entry.event.attachments,
            by_customer: entry.event.sender_id == Some(self.view.customer.id),
        };
        match self.format {
            Format::Text => text::text(part, &line),
            Format::Html => text::html(part, &line),
            Format::Json => {
                let mut value = serde_json::to_value(entry).map_err(Error::internal)?;
                value["sender"] = sender.into();
                value["at"] = line.at.into();
                if written {
                    part.push(',');
                }
                part.push_str(&value.to_string());
            }
        }
        Ok(())
    }

    fn end(&mut self, part: &mut String) {
        self.ended = true;
        match self.format {
            Format::Text => {}
            Format::Html => part.push_str("</ol>\n</main>\n</body>\n</html>\n"),
            Format::Json => part.push_str("]}\n"),
        }
    }
}
