//! Texts that staff have ready: one person's own, and those for all of staff or of a queue.

use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::schema::{canned_replies, queues, rep_queues};
use super::views::QueueView;
use crate::access::Actor;
use crate::error::Result;
use crate::words::{CannedReplyId, Moment, QueueId, UserId};

/// A canned reply as it is stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = canned_replies, treat_none_as_null = true)]
pub struct CannedReply {
    pub id: CannedReplyId,
    /// Whose it is alone; none: it is shared.
    pub owner_id: Option<UserId>,
    /// Of a shared one: only those who serve this queue read it.
    pub queue_id: Option<QueueId>,
    pub name: String,
    /// The name folded, for comparing.
    pub name_key: String,
    pub text: String,
    pub created_at: Moment,
    pub updated_at: Moment,
}

/// A text that staff have ready, as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = CannedReply)]
pub struct CannedReplyView {
    pub id: CannedReplyId,
    /// The short word by which it is found.
    pub name: String,
    /// May have variables in it, which whoever fills it in replaces.
    pub text: String,
    /// Whether it is for others, too; else it is the caller's own.
    pub shared: bool,
    /// Of a shared one: whose queue it is for; null: for all.
    #[schema(required)]
    pub queue: Option<QueueView>,
    pub updated_at: Moment,
}

type Named = (CannedReply, Option<String>);

impl From<Named> for CannedReplyView {
    fn from((row, queue): Named) -> Self {
        let queue = row.queue_id.zip(queue);
        CannedReplyView {
            id: row.id,
            shared: row.owner_id.is_none(),
            queue: queue.map(|(id, name)| QueueView { id, name }),
            name: row.name,
            text: row.text,
            updated_at: row.updated_at,
        }
    }
}

queries! {
    pub fn find(conn, id: CannedReplyId) -> QueryResult<Option<CannedReply>> {
        canned_replies::table
            .find(id)
            .select(CannedReply::as_select())
            .get_result(conn)
            .optional()
    }

    /// The same, held until the commit: what is read may be written back.
    pub fn hold(conn, id: CannedReplyId) -> QueryResult<Option<CannedReply>> {
        diesel::update(canned_replies::table.find(id))
            .set(canned_replies::updated_at.eq(canned_replies::updated_at))
            .returning(CannedReply::as_returning())
            .get_result(conn)
            .optional()
    }

    fn named(conn, id: CannedReplyId) -> QueryResult<Named> {
        canned_replies::table
            .left_join(queues::table)
            .filter(canned_replies::id.eq(id))
            .select((CannedReply::as_select(), queues::name.nullable()))
            .get_result(conn)
    }

    fn own(conn, person: UserId) -> QueryResult<Vec<Named>> {
        canned_replies::table
            .left_join(queues::table)
            .filter(canned_replies::owner_id.eq(person))
            .order(canned_replies::id)
            .select((CannedReply::as_select(), queues::name.nullable()))
            .load(conn)
    }

    fn all_shared(conn) -> QueryResult<Vec<Named>> {
        canned_replies::table
            .left_join(queues::table)
            .filter(canned_replies::owner_id.is_null())
            .order(canned_replies::id)
            .select((CannedReply::as_select(), queues::name.nullable()))
            .load(conn)
    }

    fn served_by(conn, rep: UserId) -> QueryResult<Vec<QueueId>> {
        rep_queues::table.filter(rep_queues::rep_id.eq(rep)).select(rep_queues::queue_id).load(conn)
    }

    /// How many somebody has of his own, or there are shared.
    pub fn count(conn, owner: Option<UserId>) -> QueryResult<i64> {
        let all = canned_replies::table.count();
        match owner {
            Some(owner) => all.filter(canned_replies::owner_id.eq(owner)).get_result(conn),
            None => all.filter(canned_replies::owner_id.is_null()).get_result(conn),
        }
    }

    /// The one of this name among somebody's own, or among those that are shared.
    pub fn named_so(conn, owner: Option<UserId>, key: &str)
        -> QueryResult<Option<CannedReplyId>>
    {
        let so = canned_replies::table
            .filter(canned_replies::name_key.eq(key))
            .select(canned_replies::id);
        match owner {
            Some(owner) => so.filter(canned_replies::owner_id.eq(owner)).first(conn),
            None => so.filter(canned_replies::owner_id.is_null()).first(conn),
        }
        .optional()
    }

    /// Run again because the answer of its commit was lost, it changes nothing.
    pub fn insert(conn, row: &CannedReply) -> QueryResult<usize> {
        diesel::insert_into(canned_replies::table)
            .values(row)
            .on_conflict(canned_replies::id)
            .do_nothing()
            .execute(conn)
    }

    pub fn update(conn, row: &CannedReply) -> QueryResult<usize> {
        diesel::update(canned_replies::table.find(row.id)).set(row).execute(conn)
    }

    pub fn delete(conn, id: CannedReplyId) -> QueryResult<usize> {
        diesel::delete(canned_replies::table.find(id)).execute(conn)
    }

    /// All that are somebody's own.
    pub fn delete_of(conn, person: UserId) -> QueryResult<usize> {
        let own = canned_replies::table.filter(canned_replies::owner_id.eq(person));
        diesel::delete(own).execute(conn)
    }

    /// All that are for those who serve a queue.
    pub fn delete_of_queue(conn, queue: QueueId) -> QueryResult<usize> {
        let of_it = canned_replies::table.filter(canned_replies::queue_id.eq(queue));
        diesel::delete(of_it).execute(conn)
    }
}

/// One as staff see it.
pub fn view(conn: &mut Conn, id: CannedReplyId) -> Result<CannedReplyView> {
    Ok(named(conn, id)?.into())
}

/// Those that are somebody's own, in the order in which they were made.
pub fn own_views(conn: &mut Conn, person: UserId) -> Result<Vec<CannedReplyView>> {
    let own = own(conn, person)?.into_iter();
    Ok(own.map(CannedReplyView::from).collect())
}

/// Those that one of staff may read: his own first, then the shared ones; a rep those of the queues
/// that he serves.
pub fn views_for(conn: &mut Conn, actor: &Actor) -> Result<Vec<CannedReplyView>> {
    let mut views = own_views(conn, actor.id)?;
    let served = served_by(conn, actor.id)?;
    let his = |queue: QueueId| actor.is_admin() || served.contains(&queue);
    let shared = all_shared(conn)?.into_iter();
    let shared = shared.filter(|(row, _)| row.queue_id.is_none_or(his));
    views.extend(shared.map(CannedReplyView::from));
    Ok(views)
}

/// Whether one of staff may read this one.
pub fn is_read_by(conn: &mut Conn, row: &CannedReply, actor: &Actor) -> Result<bool> {
    Ok(match (row.owner_id, row.queue_id) {
        (Some(owner), _) => owner == actor.id,
        (None, Some(queue)) => actor.is_admin() || served_by(conn, actor.id)?.contains(&queue),
        (None, None) => true,
    })
}
