//! Which reps serve which queues.

use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::prepared::prepared;
use super::reps::touch;
use super::schema::{queues, rep_queues, reps, users};
use super::views::{PersonView, QueueView};
use crate::error::{Error, Result};
use crate::words::{QueueId, Role, UserId};

queries! {
    /// Every queue of a rep, or of all reps, in the order people see.
    fn load_queues(conn, rep: Option<UserId>) -> QueryResult<Vec<(UserId, QueueId, String)>> {
        let mut query = rep_queues::table
            .inner_join(queues::table.on(queues::id.eq(rep_queues::queue_id)))
            .filter(queues::deleted_at.is_null())
            .order((queues::position, queues::id))
            .select((rep_queues::rep_id, queues::id, queues::name))
            .into_boxed();
        if let Some(rep) = rep {
            query = query.filter(rep_queues::rep_id.eq(rep));
        }
        query.load(conn)
    }

    /// The reps of a queue, in the order of their ids.
    fn load_reps(conn, queue: QueueId) -> QueryResult<Vec<(UserId, String)>> {
        let serve = rep_queues::table
            .inner_join(users::table.on(users::id.eq(rep_queues::rep_id)))
            .filter(rep_queues::queue_id.eq(queue))
            .order(users::id)
            .select((users::id, users::display_name));
        prepared(serve).load(conn)
    }

    /// All reps there are, or which of these there are, in the order of their ids.
    fn known_reps(conn, some: Option<&[UserId]>) -> QueryResult<Vec<UserId>> {
        let mut query = reps::table
            .inner_join(users::table)
            .filter(users::role.eq(Role::Rep))
            .select(reps::user_id)
            .order(reps::user_id)
            .into_boxed();
        if let Some(ids) = some {
            query = query.filter(reps::user_id.eq_any(ids));
        }
        query.load(conn)
    }

    /// All queues there are, or which of these there are.
    fn known_queues(conn, some: Option<&[QueueId]>) -> QueryResult<Vec<QueueId>> {
        let mut query = queues::table
            .filter(queues::deleted_at.is_null())
            .select(queues::id)
            .order(queues::id)
            .into_boxed();
        if let Some(ids) = some {
            query = query.filter(queues::id.eq_any(ids));
        }
        query.load(conn)
    }

    /// A rep serves one queue more.
    pub fn insert(conn, rep: UserId, queue: QueueId) -> QueryResult<usize> {
        diesel::insert_into(rep_queues::table)
            .values((rep_queues::rep_id.eq(rep), rep_queues::queue_id.eq(queue)))
            .on_conflict_do_nothing()
            .execute(conn)
    }

    fn remove(conn, rep: UserId, queue: QueueId) -> QueryResult<usize> {
        prepared(diesel::delete(rep_queues::table.find((rep, queue)))).execute(conn)
    }

    fn remove_all(conn, rep: UserId) -> QueryResult<usize> {
        let his = rep_queues::table.filter(rep_queues::rep_id.eq(rep));
        prepared(diesel::delete(his)).execute(conn)
    }
}

/// The queues of a rep.
pub fn queue_ids_of(conn: &mut Conn, rep: UserId) -> Result<Vec<QueueId>> {
    let queues = load_queues(conn, Some(rep))?;
    Ok(queues.into_iter().map(|(_, id, _)| id).collect())
}

/// Those who serve a queue, by their ids.
pub fn rep_ids_of(conn: &mut Conn, queue: QueueId) -> Result<Vec<UserId>> {
    Ok(load_reps(conn, queue)?
        .into_iter()
        .map(|(id, _)| id)
        .collect())
}

/// The queues of each rep, or of one, each list in the order people see.
pub fn queues_of(conn: &mut Conn, rep: Option<UserId>) -> Result<Vec<(UserId, QueueView)>> {
    let view = |(rep, id, name)| (rep, QueueView { id, name });
    Ok(load_queues(conn, rep)?.into_iter().map(view).collect())
}

/// Those who serve a queue.
pub fn reps_of(conn: &mut Conn, queue: QueueId) -> Result<Vec<PersonView>> {
    let view = |(id, name)| PersonView::new(id, name);
    Ok(load_reps(conn, queue)?.into_iter().map(view).collect())
}

/// The queues that are meant: these, each once, or all. Refuses what is none.
pub fn meant_queues(conn: &mut Conn, some: Option<&[QueueId]>) -> Result<Vec<QueueId>> {
    let known = known_queues(conn, some)?;
    let unknown = |id: &&QueueId| !known.contains(id);
    match some.unwrap_or_default().iter().find(unknown) {
        Some(id) => Err(Error::invalid("queues", format!("There is no queue {id}."))),
        None => Ok(known),
    }
}

/// The reps that are meant: these, each once, or all. Refuses who is none.
pub fn meant_reps(conn: &mut Conn, some: Option<&[UserId]>) -> Result<Vec<UserId>> {
    let known = known_reps(conn, some)?;
    let unknown = |id: &&UserId| !known.contains(id);
    match some.unwrap_or_default().iter().find(unknown) {
        Some(id) => Err(Error::invalid("reps", format!("There is no rep {id}."))),
        None => Ok(known),
    }
}

/// From now on a rep serves these queues and no other. His row is held.
pub fn set_queues(conn: &mut Conn, rep: UserId, queues: &[QueueId]) -> Result<()> {
    remove_all(conn, rep)?;
    for queue in queues {
        insert(conn, rep, *queue)?;
    }
    Ok(())
}

/// From now on these reps serve a queue and no other. Answers for whom that is new.
pub fn set_reps(conn: &mut Conn, queue: QueueId, reps: &[UserId]) -> Result<Vec<UserId>> {
    let before = rep_ids_of(conn, queue)?;
    let gone = before.iter().filter(|rep| !reps.contains(rep));
    let new = reps.iter().filter(|rep| !before.contains(rep));
    let mut changed: Vec<UserId> = gone.chain(new).copied().collect();
    // Two who do this at once hold them in the same order.
    changed.sort();
    for rep in &changed {
        touch(conn, *rep)?;
        match before.contains(rep) {
            true => remove(conn, *rep, queue)?,
            false => insert(conn, *rep, queue)?,
        };
    }
    Ok(changed)
}
