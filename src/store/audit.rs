//! The audit: what those with power have done, each entry written in the transaction of the act
//! itself, and never changed: triggers of the database refuse it.
//!
//! An entry tells ids, numbers and words. Names, texts of people, passwords and keys do not belong
//! in it: whoever is erased would stay there for ever. Names are looked up when it is read.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Bool;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::conn::{Conn, queries};
use super::schema::{api_keys, audit};
use super::views::{self, PersonView};
use crate::error::Result;
use crate::words::{Act, ApiKeyId, AuditId, Moment, ObjectKind, UserId};

/// An act that is about to be done: who does it, and to what. Made before its transaction, so that
/// one that is run again is written down once.
#[derive(Debug, Clone)]
pub struct Entry {
    id: AuditId,
    /// None: this machine, by itself or from its command line.
    actor: Option<UserId>,
    act: Act,
    kind: ObjectKind,
    /// None: all of that kind, or some.
    object: Option<Uuid>,
}

impl Entry {
    pub fn new(actor: Option<UserId>, act: Act, kind: ObjectKind, object: Option<Uuid>) -> Self {
        Entry {
            id: AuditId::new(),
            actor,
            act,
            kind,
            object,
        }
    }

    /// The same entry, about what is known in its transaction only.
    pub fn about(&self, object: Uuid) -> Self {
        Entry {
            object: Some(object),
            ..self.clone()
        }
    }
}

/// An entry as stored. Words are text: a node of a later release may write one that is new.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit)]
struct Row {
    id: AuditId,
    at: Moment,
    actor_id: Option<UserId>,
    api_key_id: Option<ApiKeyId>,
    act: String,
    object_kind: String,
    /// The id of a thing of any kind.
    object_id: Option<AuditId>,
    before: Option<Value>,
    after: Option<Value>,
}

/// What an act was done to.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct ObjectView {
    #[schema(value_type = ObjectKind)]
    pub kind: String,
    /// Null: all of that kind, or some.
    #[schema(value_type = Option<String>, format = "uuid", required)]
    pub id: Option<Uuid>,
}

/// One act of somebody with power.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = AuditEntry)]
pub struct EntryView {
    pub id: AuditId,
    pub at: Moment,
    /// Who did it, by the name he has now; null: the server itself, or its command line.
    #[schema(required)]
    pub actor: Option<PersonView>,
    /// The key, if it was one of a machine.
    #[schema(required)]
    pub api_key: Option<ApiKeyId>,
    #[schema(value_type = Act)]
    pub act: String,
    pub object: ObjectView,
    /// What was so before; null: nothing.
    #[schema(value_type = Option<Object>, required)]
    pub before: Option<Value>,
    /// What is so since then; null: nothing.
    #[schema(value_type = Option<Object>, required)]
    pub after: Option<Value>,
}

/// Which entries.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// A person or a key.
    pub actor: Option<UserId>,
    pub act: Option<Act>,
    pub kind: Option<ObjectKind>,
    pub object: Option<Uuid>,
    /// From this moment on.
    pub from: Option<Moment>,
    /// Up to this moment.
    pub to: Option<Moment>,
    /// Only those that were written before this one.
    pub before: Option<AuditId>,
    /// Only those that were written after this one.
    pub after: Option<AuditId>,
}

/// Moments take 48 bits of an id.
const LAST_MOMENT: Moment = (1 << 48) - 1;

/// The moment of an id.
fn moment(id: AuditId) -> Moment {
    (id.0.as_u128() >> 80) as Moment
}

/// The least id of a moment.
fn least(at: Moment) -> AuditId {
    AuditId(Uuid::from_u128((at.clamp(0, LAST_MOMENT) as u128) << 80))
}

queries! {
    /// An entry that is there already, because its transaction is run again, stays as it is.
    fn insert(conn, row: &Row) -> QueryResult<usize> {
        diesel::insert_into(audit::table)
            .values(row)
            .on_conflict(audit::id)
            .do_nothing()
            .execute(conn)
    }

    /// The key that acts as this person, if he is one.
    fn key_of(conn, person: UserId) -> QueryResult<Option<ApiKeyId>> {
        let key = api_keys::table.find(ApiKeyId(person.0)).select(api_keys::id);
        key.get_result(conn).optional()
    }

    fn load(conn, filter: &Filter, newest: bool, limit: i64) -> QueryResult<Vec<Row>> {
        let mut query = audit::table.select(Row::as_select()).limit(limit).into_boxed();
        if let Some(actor) = filter.actor {
            query = query.filter(audit::actor_id.eq(actor));
        }
        if let Some(act) = filter.act {
            query = query.filter(audit::act.eq(act.as_str()));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(audit::object_kind.eq(kind.as_str()));
        }
        if let Some(object) = filter.object {
            query = query.filter(audit::object_id.eq(AuditId(object)));
        }
        if let Some(from) = filter.from {
            query = query.filter(audit::id.ge(least(from)));
        }
        if let Some(to) = filter.to {
            query = query.filter(audit::id.lt(least(to.saturating_add(1))));
        }
        if let Some(before) = filter.before {
            query = query.filter(audit::id.lt(before));
        }
        if let Some(after) = filter.after {
            query = query.filter(audit::id.gt(after));
        }
        match newest {
            true => query.order(audit::id.desc()).load(conn),
            false => query.order(audit::id).load(conn),
        }
    }
}

/// Writes down an act, in its own transaction: what was so before, and what is so from now on.
pub fn record(
    conn: &mut Conn,
    entry: &Entry,
    before: Option<Value>,
    after: Option<Value>,
) -> Result<()> {
    let api_key_id = match entry.actor {
        Some(actor) => key_of(conn, actor)?,
        None => None,
    };
    let row = Row {
        id: entry.id,
        at: moment(entry.id),
        actor_id: entry.actor,
        api_key_id,
        act: entry.act.as_str().into(),
        object_kind: entry.kind.as_str().into(),
        object_id: entry.object.map(AuditId),
        before,
        after,
    };
    insert(conn, &row)?;
    Ok(())
}

/// What differs between two records: of each only those fields.
pub fn differing(before: Value, after: Value) -> (Value, Value) {
    let fields = |value: Value| match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let (mut before, mut after) = (fields(before), fields(after));
    let same = |before: &Map<String, Value>, after: &Map<String, Value>| -> Vec<String> {
        let both = before
            .iter()
            .filter(|(name, value)| after.get(*name) == Some(*value));
        both.map(|(name, _)| name.clone()).collect()
    };
    for name in same(&before, &after) {
        before.remove(&name);
        after.remove(&name);
    }
    (before.into(), after.into())
}

/// The newest entries first, or the oldest.
pub fn entries(
    conn: &mut Conn,
    filter: &Filter,
    newest: bool,
    limit: i64,
) -> Result<Vec<EntryView>> {
    let rows = load(conn, filter, newest, limit)?;
    let mut actors: Vec<UserId> = rows.iter().filter_map(|row| row.actor_id).collect();
    actors.sort();
    actors.dedup();
    let names = views::people(conn, &actors)?;
    // One whose row is gone keeps his id.
    let person = |id: UserId| {
        let nameless = PersonView::new(id, String::new());
        names.get(&id).cloned().unwrap_or(nameless)
    };
    let view = |row: Row| EntryView {
        id: row.id,
        at: row.at,
        actor: row.actor_id.map(person),
        api_key: row.api_key_id,
        act: row.act,
        object: ObjectView {
            kind: row.object_kind,
            id: row.object_id.map(|id| id.0),
        },
        before: row.before,
        after: row.after,
    };
    Ok(rows.into_iter().map(view).collect())
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

/// Has the database refuse every change of what is written, if it does not yet.
pub fn close(conn: &mut Conn) -> Result<()> {
    if is_closed(conn)? {
        return Ok(());
    }
    let script = match conn {
        Conn::Lite(_) => include_str!("audit_lite.sql"),
        Conn::Pg(_) => include_str!("audit_postgres.sql"),
    };
    conn.transaction(|conn| Ok(conn.execute(script)?))
}

/// Whether the database refuses every change of what is written. One of a release before, which
/// has no audit, does.
pub fn is_closed(conn: &mut Conn) -> QueryResult<bool> {
    let found: Found = match conn {
        Conn::Lite(conn) => sql_query(
            "SELECT NOT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'audit')
                 OR count(*) = 3 AS found
             FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'",
        )
        .get_result(conn)?,
        Conn::Pg(conn) => sql_query(
            "SELECT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = 'audit_is_append_only'
             AND tgrelid = to_regclass('audit') AND tgenabled = 'A')
                 OR to_regclass('audit') IS NULL AS found",
        )
        .get_result(&mut **conn)?,
    };
    Ok(found.found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_id_lies_in_its_moment() {
        let id = AuditId::new();
        let at = moment(id);
        assert!(least(at) <= id && id < least(at + 1));
        assert!((crate::words::now() - at).abs() < 10_000);
        assert_eq!(least(-5), AuditId(Uuid::nil()));
        assert!(least(Moment::MAX) > id);
    }

    #[test]
    fn only_what_differs_is_told() {
        let before = json!({ "a": 1, "b": [1], "c": null });
        let after = json!({ "a": 2, "b": [1], "c": null, "d": 5 });
        let told = (json!({ "a": 1 }), json!({ "a": 2, "d": 5 }));
        assert_eq!(differing(before, after), told);
    }
}
