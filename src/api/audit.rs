//! The audit, for admins: a page of it, or all of it as it grows out of the database.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get};
use serde_json::{Value, json};
use uuid::Uuid;

use super::export::made_by;
use super::filters::span;
use crate::app::App;
use crate::error::{Error, Result};
use crate::gate::body::{Asked, page_size};
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::store::Conn;
use crate::store::audit::{self, EntryView, Filter};
use crate::store::lists::Span;
use crate::words::{Act, AuditId, Moment, ObjectKind, UserId};

/// Entries that are read at once for an export.
const AT_ONCE: i64 = 200;

/// A query that says which entries, with what else it asks.
macro_rules! narrowing {
    ($(#[$meta:meta])* $name:ident { $($(#[$more:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(serde::Deserialize, serde::Serialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            /// Who did it: the id of a person, or of an API key.
            #[param(value_type = Option<String>, format = "uuid")]
            pub actor: Option<UserId>,
            pub act: Option<Act>,
            /// What kind of thing it was done to.
            pub object_kind: Option<ObjectKind>,
            /// The id of the thing.
            #[param(value_type = Option<String>, format = "uuid")]
            pub object: Option<Uuid>,
            /// At this moment or later.
            pub from: Option<Moment>,
            /// At this moment or earlier.
            pub to: Option<Moment>,
            $($(#[$more])* pub $field: $type,)*
        }

        impl $name {
            /// What is asked for; what contradicts itself is refused.
            fn filter(&self) -> Result<Filter> {
                let Span { from, to } = span("from", self.from, self.to)?;
                Ok(Filter {
                    actor: self.actor,
                    act: self.act,
                    kind: self.object_kind,
                    object: self.object,
                    from,
                    to,
                    ..Filter::default()
                })
            }
        }
    };
}

narrowing! {
    /// Which entries, and which page of them.
    AuditQuery {
        /// The `next` of a page: what comes behind it.
        #[param(value_type = Option<String>, format = "uuid")]
        before: Option<AuditId>,
        /// 1 to 200, else 50.
        limit: Option<i64>,
    }
}

narrowing! {
    /// Which entries; all of them without any of these.
    AuditExportQuery {}
}

/// A page of the audit, the newest entry first.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct AuditPage {
    pub items: Vec<EntryView>,
    /// Give it as `before` for the next page; none on the last one.
    #[schema(required)]
    pub next: Option<AuditId>,
}

/// Read the audit
///
/// What admins, keys and the server itself have done: who, to what, and what was so before and
/// after. The newest first. Nothing changes an entry or deletes it.
#[utoipa::path(
    tag = "audit", params(AuditQuery),
    responses(
        (status = 200, body = AuditPage), (status = 403, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[get("/audit")]
pub async fn list(
    app: Data<App>,
    _: Caller,
    Asked(query): Asked<AuditQuery>,
) -> Result<Json<AuditPage>> {
    let limit = page_size(query.limit)?;
    let filter = Filter {
        before: query.before,
        ..query.filter()?
    };
    let read = move |conn: &mut Conn| audit::entries(conn, &filter, true, limit + 1);
    let mut items = app.store.read(read).await?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = items.last().map(|last| last.id).filter(|_| more);
    Ok(Json(AuditPage { items, next }))
}

/// How far an export has come.
#[derive(Clone)]
struct Trail {
    filter: Filter,
    told: u64,
    ended: bool,
}

impl Trail {
    /// The next lines, and how far it has come then; no lines behind the end.
    fn step(conn: &mut Conn, mut trail: Trail) -> Result<(Trail, Option<Vec<u8>>)> {
        if trail.ended {
            return Ok((trail, None));
        }
        let entries = audit::entries(conn, &trail.filter, false, AT_ONCE)?;
        let mut lines = String::new();
        let mut write = |line: Value| {
            lines.push_str(&line.to_string());
            lines.push('\n');
        };
        for entry in &entries {
            let mut line = serde_json::to_value(entry).map_err(Error::internal)?;
            line["type"] = json!("entry");
            write(line);
        }
        trail.told += entries.len() as u64;
        trail.ended = (entries.len() as i64) < AT_ONCE;
        if trail.ended {
            write(json!({ "type": "end", "entries": trail.told }));
        }
        if let Some(last) = entries.last() {
            trail.filter.after = Some(last.id);
        }
        Ok((trail, Some(lines.into_bytes())))
    }
}

/// Export the audit
///
/// As JSON lines, the oldest entry first. The last line is `end` with their count: without it the
/// export is not whole. Its own entry is one of them.
#[utoipa::path(
    tag = "audit", params(AuditExportQuery),
    responses(
        (status = 200, content_type = "application/jsonl", body = String),
        (status = 403, body = Problem), (status = 422, body = Problem)
    )
)]
#[get("/audit/export")]
pub async fn export(
    app: Data<App>,
    caller: Caller,
    Asked(query): Asked<AuditExportQuery>,
) -> Result<HttpResponse> {
    let trail = Trail {
        filter: query.filter()?,
        told: 0,
        ended: false,
    };
    let asked = serde_json::to_value(&query).map_err(Error::internal)?;
    app.desk.note_audit_export(caller.actor, asked).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/jsonl")
        .streaming(made_by(app.store.clone(), trail, Trail::step)))
}
