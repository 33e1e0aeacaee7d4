//! Pages of conversations, with what stands beside each: a constant number of queries whatever
//! their number.

use actix_web::get;
use actix_web::web::{Data, Json};

use super::answers::Entry;
use super::filters::{ListQuery, cursor, written};
use crate::app::App;
use crate::error::{Error, Result};
use crate::gate::body::{Asked, page_size};
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::indexer;
use crate::store::conversations::Conversation;
use crate::store::lists::{self, Cursor, Order, Page};
use crate::store::marks::{self, MarkedView};
use crate::store::standing::{self, Facts, Standing};
use crate::store::{Conn, events, message_counts};
use crate::words::{ConversationId, Role, UserId};

/// A conversation with what stands beside it.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct Listed {
    #[serde(flatten)]
    pub conversation: MarkedView,
    /// What it was begun with: the oldest message that was not deleted.
    #[schema(required)]
    pub first_message: Option<Entry>,
    /// The newest message. Notes of staff are none.
    pub latest_message: Option<Entry>,
    /// How many messages there are.
    pub messages: i64,
    /// How far the answer has come: `new`, `seen`, `answered`, `closed` for staff; `pending`,
    /// `answered`, `closed` for customers.
    pub standing: Standing,
}

/// A page of conversations, in the order that was asked for.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct ConversationPage {
    pub items: Vec<Listed>,
    /// Give it as `before` for the next page; none on the last one. With `unread` a page may have
    /// few items or none before the last one.
    pub next: Option<String>,
    /// Give it as `after` for what comes ahead of this page, now or later; none where the list is
    /// empty.
    pub previous: Option<String>,
}

/// Rows as this person sees them, with what stands beside each.
pub fn listed(
    conn: &mut Conn,
    person: UserId,
    role: Role,
    rows: Vec<Conversation>,
) -> Result<Vec<Listed>> {
    let ids: Vec<ConversationId> = rows.iter().map(|row| row.id).collect();
    let mut latest = standing::by_conversation(conn, &ids)?;
    let last_words = standing::last_words(conn, &latest)?;
    let mut first = standing::first_words(conn, &ids)?;
    // Whoever adds a counter adds its query here: one for all of these ids.
    let messages = message_counts::of(conn, &ids)?;
    let (views, _) = marks::views(conn, person, role, rows.clone())?;
    let one = |(view, row): (MarkedView, Conversation)| {
        let latest = latest.remove(&row.id);
        let words = match &latest {
            Some(event) if events::was_deleted(event) => last_words.get(&row.id),
            latest => latest.as_ref(),
        };
        let facts = Facts::of(&row, words, view.marks.staff.read);
        let entry = |event| Entry::of(event, row.number, role);
        Listed {
            first_message: first.remove(&row.id).and_then(entry),
            latest_message: latest.and_then(entry),
            messages: messages.get(&row.id).copied().unwrap_or_default(),
            standing: standing::standing(facts, role),
            conversation: view,
        }
    };
    Ok(views.into_iter().zip(rows).map(one).collect())
}

/// List conversations
///
/// A customer's own; a rep's, and those waiting in his queues; all of them for an admin. What
/// narrows the list may be combined. `order=activity` is paced as a search is.
#[utoipa::path(
    tag = "conversations", params(ListQuery),
    responses(
        (status = 200, body = ConversationPage), (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[get("/conversations")]
pub async fn list(
    app: Data<App>,
    caller: Caller,
    Asked(query): Asked<ListQuery>,
) -> Result<Json<ConversationPage>> {
    let limit = page_size(query.limit)?;
    let mut filter = query.filter()?;
    filter.order = query.order.unwrap_or_default();
    filter.unread = query.unread;
    filter.behind = cursor("before", query.before.as_deref(), filter.order)?;
    filter.ahead = cursor("after", query.after.as_deref(), filter.order)?;
    filter.limit = limit + 1;
    if filter.behind.is_some() && filter.ahead.is_some() {
        return Err(Error::invalid(
            "before",
            "Give `after` or `before`, not both.",
        ));
    }
    if filter.order == Order::Activity {
        app.desk.count_search(caller.actor.id)?;
        indexer::catch_up(&app.store).await;
    }
    let actor = caller.actor;
    let read = move |conn: &mut Conn| {
        let Page { mut rows, stopped } = lists::page(conn, &actor, &filter)?;
        let more = rows.len() as i64 > limit;
        rows.truncate(limit as usize);
        if filter.ahead.is_some() {
            rows.reverse();
        }
        // Going back, what is behind the page is known to be there.
        let back = filter.ahead.is_some();
        let last = rows.last().map(|row| filter.cursor(row));
        let next = match stopped {
            Some(_) if !back => stopped,
            _ => last.filter(|_| more || back),
        };
        // Ahead of an empty page is what will come ahead of the same place.
        let first = rows.first().map(|row| filter.cursor(row)).or(filter.ahead);
        let previous = stopped.filter(|_| back).or(first);
        let written = |cursor: Option<Cursor>| cursor.map(|one| written(one, filter.order));
        let (next, previous) = (written(next), written(previous));
        let rows = rows.into_iter().map(|(row, _)| row).collect();
        Ok(ConversationPage {
            items: listed(conn, actor.id, actor.role, rows)?,
            next,
            previous,
        })
    };
    Ok(Json(app.store.read(read).await?))
}
