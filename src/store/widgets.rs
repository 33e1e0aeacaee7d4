//! Widgets: the parts of somebody's own pages by which people come, and who came by which.

use diesel::prelude::*;

use super::conn::queries;
use super::schema::{arrivals, widgets};
use crate::words::{Moment, QueueId, UserId, WidgetId};

/// A widget as stored. Of its secret there is nothing here but which one it is.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = widgets, treat_none_as_null = true)]
pub struct Widget {
    pub id: WidgetId,
    pub name: String,
    /// Origins with spaces between: see [`Widget::sites`].
    pub sites: String,
    /// Where conversations go of who names no queue. One that was deleted counts as none.
    pub queue_id: Option<QueueId>,
    /// Whether people are let in who show no proof of who they are.
    pub visitors: bool,
    /// Counts its secrets.
    pub generation: i32,
    /// Since when the secret is this one.
    pub renewed_at: Moment,
    pub created_at: Moment,
    pub disabled_at: Option<Moment>,
    pub deleted_at: Option<Moment>,
}

impl Widget {
    /// The origins of the pages that it may be part of.
    pub fn sites(&self) -> Vec<&str> {
        self.sites
            .split(' ')
            .filter(|one| !one.is_empty())
            .collect()
    }
}

queries! {
    /// One that was not deleted.
    pub fn find(conn, id: WidgetId) -> QueryResult<Option<Widget>> {
        widgets::table
            .find(id)
            .filter(widgets::deleted_at.is_null())
            .select(Widget::as_select())
            .get_result(conn)
            .optional()
    }

    /// The same, held until the commit: what is read may be written back.
    pub fn hold(conn, id: WidgetId) -> QueryResult<Option<Widget>> {
        diesel::update(widgets::table.find(id).filter(widgets::deleted_at.is_null()))
            .set(widgets::generation.eq(widgets::generation))
            .returning(Widget::as_returning())
            .get_result(conn)
            .optional()
    }

    /// Those that were not deleted, in the order in which they were made.
    pub fn list(conn) -> QueryResult<Vec<Widget>> {
        widgets::table
            .filter(widgets::deleted_at.is_null())
            .order(widgets::id)
            .select(Widget::as_select())
            .load(conn)
    }

    pub fn count(conn) -> QueryResult<i64> {
        widgets::table.filter(widgets::deleted_at.is_null()).count().get_result(conn)
    }

    /// Run again because the answer of its commit was lost, it changes nothing.
    pub fn insert(conn, row: &Widget) -> QueryResult<usize> {
        diesel::insert_into(widgets::table)
            .values(row)
            .on_conflict(widgets::id)
            .do_nothing()
            .execute(conn)
    }

    pub fn update(conn, row: &Widget) -> QueryResult<usize> {
        diesel::update(widgets::table.find(row.id)).set(row).execute(conn)
    }

    /// The widget by which somebody has come, and its name, if he has come by one.
    pub fn arrival_of(conn, user: UserId) -> QueryResult<Option<(WidgetId, String)>> {
        arrivals::table
            .inner_join(widgets::table)
            .filter(arrivals::user_id.eq(user))
            .select((widgets::id, widgets::name))
            .get_result(conn)
            .optional()
    }

    /// Writes down by which widget somebody has come.
    pub fn arrive(conn, user: UserId, widget: WidgetId) -> QueryResult<usize> {
        diesel::insert_into(arrivals::table)
            .values((arrivals::user_id.eq(user), arrivals::widget_id.eq(widget)))
            .on_conflict(arrivals::user_id)
            .do_nothing()
            .execute(conn)
    }
}
