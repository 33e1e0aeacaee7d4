//! All that was said, for admins, as it grows out of the database.

use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, get};
use futures_util::{Stream, stream};

use super::filters::ExportQuery;
use crate::app::App;
use crate::error::{Error, Result};
use crate::export::Export;
use crate::gate::body::Asked;
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::store::{Conn, Store};

/// The next part of a body and how far it has come then; no part behind the end.
type Step<S> = fn(&mut Conn, S) -> Result<(S, Option<Vec<u8>>)>;

/// A body that is made step by step, each in a read of its own, when the client has taken what was
/// before. A failure on the way cuts the connection.
pub(super) fn made_by<S: Clone + Send + 'static>(
    store: Store,
    state: S,
    step: Step<S>,
) -> impl Stream<Item = Result<Bytes>> {
    stream::try_unfold((store, state), move |(store, state)| async move {
        let read = move |conn: &mut Conn| step(conn, state.clone());
        let (state, bytes) = store.read(read).await?;
        Ok(bytes.map(|bytes| (Bytes::from(bytes), (store, state))))
    })
}

/// Export conversations
///
/// As JSON lines: `conversation`, then each `event` of it, oldest first; then the next. The last
/// line is `end` with both counts: without it the export is not whole. Each conversation is told as
/// it is when it is read; `switchboard export` tells all as they are at one moment. That somebody
/// exports them stands in the audit.
#[utoipa::path(
    tag = "conversations", params(ExportQuery),
    responses(
        (status = 200, content_type = "application/jsonl", body = String),
        (status = 403, body = Problem), (status = 422, body = Problem)
    )
)]
#[get("/export")]
pub async fn export(
    app: Data<App>,
    caller: Caller,
    Asked(query): Asked<ExportQuery>,
) -> Result<HttpResponse> {
    let export = Export::new(caller.actor.clone(), query.filter()?);
    let asked = serde_json::to_value(&query).map_err(Error::internal)?;
    app.desk.note_export(caller.actor, asked).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/jsonl")
        .streaming(made_by(app.store.clone(), export, Export::step)))
}
