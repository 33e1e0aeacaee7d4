//! Entries of a log with the number that alone leads to each: see `store/answer.rs`.

use actix_web::get;
use actix_web::web::{Data, Json, Path};

use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::news::EventView;
use crate::store::events::{self, Event};
use crate::store::{Conn, answer, conversations, ties};
use crate::words::{EventKind, Role};

/// An entry of a log, with its number.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct Entry {
    #[serde(flatten)]
    pub event: EventView,
    /// What `/api/v1/answers/{number}` takes: the number of the conversation times 1,048,576, plus
    /// the seq. None for the 1,048,576th entry of a conversation and those behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<i64>,
}

impl Entry {
    /// Of a conversation with this number, as this role sees it, if he may.
    pub fn of(event: Event, number: i64, role: Role) -> Option<Self> {
        let event = EventView::from(event).seen_by(role)?;
        Some(Self::seen(event, number))
    }

    /// The same of one that is as it may be seen.
    pub fn seen(event: EventView, number: i64) -> Self {
        let answer = answer::address(number, event.seq);
        Entry { event, answer }
    }
}

/// Read one message by its number
///
/// For systems that know an answer by a whole number alone. Other entries of a log are not found
/// here.
#[utoipa::path(
    tag = "conversations", params(("number" = i64, Path)),
    responses(
        (status = 200, body = Entry), (status = 400, body = Problem),
        (status = 404, body = Problem)
    )
)]
#[get("/answers/{number}")]
pub async fn find(app: Data<App>, caller: Caller, number: Path<String>) -> Result<Json<Entry>> {
    let Ok(address) = number.parse::<i64>() else {
        let detail = "The address of an answer ends with a whole number.";
        return Err(Error::new(Code::InvalidId, detail));
    };
    let Some((number, seq)) = answer::place(address) else {
        return Err(Error::not_found("answer"));
    };
    let actor = caller.actor;
    let read = move |conn: &mut Conn| {
        let unknown = || Error::not_found("answer");
        let row = conversations::find_number(conn, number)?.ok_or_else(unknown)?;
        if !ties::tie(conn, &actor, &row)?.is_read_by(&actor) {
            return Err(unknown());
        }
        let event = events::find(conn, row.id, seq)?.ok_or_else(unknown)?;
        match event.kind {
            EventKind::Message | EventKind::Note => {
                Entry::of(event, number, actor.role).ok_or_else(unknown)
            }
            _ => Err(unknown()),
        }
    };
    Ok(Json(app.store.read(read).await?))
}
