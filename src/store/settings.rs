//! What admins have set while the server runs.

use diesel::prelude::*;
use serde_json::Value;

use super::conn::queries;
use super::schema::settings;
use crate::words::{Moment, UserId};

/// A setting as it was set.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = settings)]
pub struct Setting {
    pub name: String,
    pub value: Value,
    pub changed_at: Moment,
    pub changed_by: UserId,
}

queries! {
    pub fn list(conn) -> QueryResult<Vec<Setting>> {
        settings::table.select(Setting::as_select()).load(conn)
    }

    pub fn set(conn, row: &Setting) -> QueryResult<usize> {
        diesel::insert_into(settings::table)
            .values(row)
            .on_conflict(settings::name)
            .do_update()
            .set((
                settings::value.eq(&row.value),
                settings::changed_at.eq(row.changed_at),
                settings::changed_by.eq(row.changed_by),
            ))
            .execute(conn)
    }

    pub fn remove(conn, name: &str) -> QueryResult<usize> {
        diesel::delete(settings::table.find(name)).execute(conn)
    }
}
