//! The search in subjects and messages.

use std::collections::HashMap;

use actix_web::get;
use actix_web::web::{Data, Json};

use crate::app::App;
use crate::error::{Error, Result};
use crate::gate::body::{Asked, page_size};
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::indexer;
use crate::store::conversations::{self, ConversationView};
use crate::store::search::{self, HITS_MAX, Hit, Wanted};
use crate::store::terms::{self, Part, Term};
use crate::store::{ANSWER, Conn, answer, marks, views};
use crate::words::{ConversationId, Moment, Role, now};

/// What to search for.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words, of which all must stand in one subject or message: whole, or as the beginning of a
    /// longer word. At most 200 characters and 16 words; any text will do.
    pub q: String,
    /// The `next` of the page before.
    pub skip: Option<i64>,
    /// 1 to 200, else 50.
    pub limit: Option<i64>,
}

/// Where something was found.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct Finding {
    pub conversation: ConversationView,
    /// The entry of its log; none if it is the subject.
    pub seq: Option<i64>,
    /// See `/api/v1/answers/{number}`.
    pub answer: Option<i64>,
    /// Who wrote it, as others see him; none for a subject.
    pub sender: Option<conversations::PersonView>,
    /// When it was written.
    pub said_at: Moment,
    /// Whether it is a note of staff, which no customer reads.
    pub note: bool,
    /// What stands around the first match, in parts; it is plain text.
    pub snippet: Vec<Part>,
}

/// A page of what was found: the best first, and among equals the newest.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct FindingPage {
    pub items: Vec<Finding>,
    /// Give it as `skip` for the next page; none on the last one.
    pub next: Option<i64>,
}

/// Search subjects and messages
///
/// In what one may read: a customer his own, a rep what he may read now, an admin all. Case,
/// accents and the Arabic forms of Persian letters make no difference. Of what matches, the newest
/// 1,000 are weighed against each other. What was stored before the request is found, unless very
/// much is still to be indexed.
#[utoipa::path(
    tag = "conversations", params(SearchQuery),
    responses(
        (status = 200, body = FindingPage), (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[get("/search")]
pub async fn find(
    app: Data<App>,
    caller: Caller,
    Asked(query): Asked<SearchQuery>,
) -> Result<Json<FindingPage>> {
    let limit = page_size(query.limit)?;
    let skip = query.skip.unwrap_or(0);
    if !(0..=HITS_MAX).contains(&skip) {
        let detail = format!("Give a whole number from 0 to {HITS_MAX}.");
        return Err(Error::invalid("skip", detail));
    }
    let terms = terms::terms_of(&query.q)?;
    app.desk.count_search(caller.actor.id)?;
    indexer::catch_up(&app.store).await;
    let actor = caller.actor;
    let read = move |conn: &mut Conn| {
        let wanted = Wanted {
            skip,
            limit: limit + 1,
            until: now() + ANSWER.as_millis() as Moment,
        };
        let mut hits = search::find(conn, &actor, &terms, wanted)?;
        let more = hits.len() as i64 > limit;
        hits.truncate(limit as usize);
        let items = findings(conn, hits, &terms, actor.role)?;
        Ok(FindingPage {
            items,
            next: more.then_some(skip + limit),
        })
    };
    Ok(Json(app.store.search(read).await?))
}

/// Hits with their conversations and names, in three queries more. What has changed meanwhile, so
/// that it says nothing of the kind any more, is left out.
fn findings(conn: &mut Conn, hits: Vec<Hit>, terms: &[Term], role: Role) -> Result<Vec<Finding>> {
    let mut ids: Vec<ConversationId> = hits.iter().map(|hit| hit.conversation_id).collect();
    ids.sort();
    ids.dedup();
    let rows = conversations::find_all(conn, &ids)?;
    let shown = marks::seen(conn, role, rows)?.into_iter();
    let shown: HashMap<_, _> = shown.map(|view| (view.id, view)).collect();
    let senders: Vec<_> = hits.iter().filter_map(|hit| hit.sender_id).collect();
    let people = views::people(conn, &senders)?;
    let finding = |hit: Hit| {
        let conversation = shown.get(&hit.conversation_id)?.clone();
        let seq = Some(hit.seq).filter(|seq| *seq > 0);
        Some(Finding {
            answer: seq.and_then(|seq| answer::address(conversation.number, seq)),
            snippet: terms::snippet(hit.text.as_deref()?, terms)?,
            sender: hit.sender_id.and_then(|id| people.get(&id).cloned()),
            said_at: hit.said_at,
            note: hit.for_staff,
            conversation,
            seq,
        })
    };
    Ok(hits.into_iter().filter_map(finding).collect())
}
