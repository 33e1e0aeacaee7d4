//! Reps: capacity, load, availability, and whether they are there.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::conn::{Conn, Later, clock, queries};
use super::prepared::prepared;
use super::rights::RightsRow;
use super::schema::{nodes, rep_queues, rep_sessions, reps, users};
use crate::access::Rights;
use crate::error::Result;
use crate::words::{Availability, Moment, NodeId, QueueId, Role, SocketId, UserId};

/// A rep as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = reps)]
pub struct Rep {
    pub user_id: UserId,
    pub capacity: i32,
    /// Conversations that hold a slot.
    pub active: i32,
    pub version: i64,
    pub availability: Availability,
    pub last_assigned_at: Moment,
    /// Offers missed in a row.
    pub misses: i32,
    /// Since when nobody of his is connected any more. None: he is, or never was.
    pub lost_at: Option<Moment>,
    /// His customers have been told that he is lost.
    pub suspected: bool,
    #[diesel(embed)]
    pub rights: RightsRow,
}

impl Rep {
    /// One who is new: available, with nothing yet.
    pub fn new(user_id: UserId, capacity: i32) -> Self {
        Rep {
            user_id,
            capacity,
            active: 0,
            version: 1,
            availability: Availability::Available,
            last_assigned_at: 0,
            misses: 0,
            lost_at: None,
            suspected: false,
            rights: Rights::default().into(),
        }
    }
}

/// What is asked of a rep besides room.
#[derive(Debug, Clone, Copy)]
pub struct Taking {
    /// He must be available and present. A claim asks for neither.
    pub there: bool,
    /// He need not serve the queue: the conversation is meant for him.
    pub any_queue: bool,
    /// He need not have room: an admin says so.
    pub over_capacity: bool,
}

/// The change that makes a rep's row newer, and no more.
macro_rules! newer {
    ($id:expr) => {
        prepared(diesel::update(reps::table.find($id)).set(reps::version.eq(reps::version + 1)))
    };
}

queries! {
    /// Who was one and is none any more keeps his row, and is not found.
    pub fn find(conn, id: UserId) -> QueryResult<Option<Rep>> {
        let his = reps::table.inner_join(users::table).filter(reps::user_id.eq(id));
        let rep = his.filter(users::role.eq(Role::Rep)).select(Rep::as_select());
        rep.get_result(conn).optional()
    }

    pub fn insert(conn, row: &Rep) -> QueryResult<usize> {
        diesel::insert_into(reps::table).values(row).execute(conn)
    }

    /// Those with a socket on a node whose lease has not run out, each once.
    pub(super) fn present(conn) -> QueryResult<Vec<UserId>> {
        let now = clock(conn);
        let query = rep_sessions::table
            .inner_join(nodes::table)
            .filter(nodes::expires_at.gt(now))
            .select(rep_sessions::rep_id)
            .distinct();
        prepared(query).load(conn)
    }

    /// Those who are available and present.
    fn all_there(conn) -> QueryResult<Vec<UserId>> {
        let now = clock(conn);
        let there = rep_sessions::table
            .inner_join(nodes::table)
            .filter(rep_sessions::rep_id.eq(reps::user_id).and(nodes::expires_at.gt(now)));
        let query = reps::table
            .filter(reps::availability.eq(Availability::Available))
            .filter(diesel::dsl::exists(there))
            .select(reps::user_id);
        prepared(query).load(conn)
    }

    /// These reps, whether they are present, and each queue they serve: a row per queue, at least
    /// one per rep, in the order of their ids.
    fn load_standings(conn, ids: &[UserId]) -> QueryResult<Vec<(Rep, bool, Option<QueueId>)>> {
        let now = clock(conn);
        let there = rep_sessions::table
            .inner_join(nodes::table)
            .filter(rep_sessions::rep_id.eq(reps::user_id).and(nodes::expires_at.gt(now)));
        let query = reps::table
            .left_join(rep_queues::table)
            .filter(reps::user_id.eq_any(ids))
            .order((reps::user_id, rep_queues::queue_id))
            .select((
                Rep::as_select(),
                diesel::dsl::exists(there),
                rep_queues::queue_id.nullable(),
            ));
        prepared(query).load(conn)
    }

    /// Takes a slot, if the rep is below his capacity at this very moment. That he is lost stands
    /// in his own row: PostgreSQL judges that again after it has waited for whoever writes him
    /// off, but looks for his sessions where they were before.
    pub fn take_slot(conn, id: UserId, queue: QueueId, at: Moment, how: Taking)
        -> QueryResult<Option<Rep>>
    {
        let now = clock(conn);
        let there = rep_sessions::table
            .inner_join(nodes::table)
            .filter(rep_sessions::rep_id.eq(id).and(nodes::expires_at.gt(now)));
        let available = reps::availability
            .eq(Availability::Available)
            .and(reps::lost_at.is_null());
        let serves = diesel::dsl::exists(rep_queues::table.find((id, queue)));
        let free = reps::table
            .filter(reps::user_id.eq(id))
            .filter(how.over_capacity.into_sql::<Bool>().or(reps::active.lt(reps::capacity)))
            .filter((!how.there).into_sql::<Bool>().or(available.and(diesel::dsl::exists(there))))
            .filter(how.any_queue.into_sql::<Bool>().or(serves));
        let taken = diesel::update(free)
            .set((
                reps::active.eq(reps::active + 1),
                reps::version.eq(reps::version + 1),
                reps::last_assigned_at.eq(at),
            ))
            .returning(Rep::as_returning());
        prepared(taken).get_result(conn).optional()
    }

    /// One more offer missed; answers how many running.
    pub fn add_miss(conn, id: UserId) -> QueryResult<i32> {
        let missed = diesel::update(reps::table.find(id))
            .set(reps::misses.eq(reps::misses + 1))
            .returning(reps::misses);
        prepared(missed).get_result(conn)
    }

    pub fn set_misses(conn, id: UserId, misses: i32) -> QueryResult<usize> {
        let change = diesel::update(reps::table.find(id).filter(reps::misses.ne(misses)))
            .set(reps::misses.eq(misses));
        prepared(change).execute(conn)
    }

    /// Gives a slot back.
    pub fn free_slot(conn, id: UserId) -> QueryResult<()> {
        let free = diesel::update(reps::table.find(id))
            .set((reps::active.eq(reps::active - 1), reps::version.eq(reps::version + 1)));
        conn.later(prepared(free))
    }

    pub fn set_capacity(conn, id: UserId, capacity: i32) -> QueryResult<usize> {
        let change = diesel::update(reps::table.find(id))
            .set((reps::capacity.eq(capacity), reps::version.eq(reps::version + 1)));
        prepared(change).execute(conn)
    }

    pub fn set_availability(conn, id: UserId, availability: Availability) -> QueryResult<usize> {
        let change = diesel::update(reps::table.find(id))
            .set((reps::availability.eq(availability), reps::version.eq(reps::version + 1)));
        prepared(change).execute(conn)
    }

    /// Makes the rep's row newer, because something beside it changes, and holds it; answers
    /// whether there is one.
    pub fn lock(conn, id: UserId) -> QueryResult<usize> {
        newer!(id).execute(conn)
    }

    /// The same, of a rep who is known to be there, without waiting for it.
    pub fn touch(conn, id: UserId) -> QueryResult<()> {
        conn.later(newer!(id))
    }

    /// Writes down since when nobody of a rep's is connected, if nobody is. His row is held.
    pub fn set_lost(conn, id: UserId, at: Moment) -> QueryResult<()> {
        let sockets = rep_sessions::table.filter(rep_sessions::rep_id.eq(id));
        let gone = reps::table
            .filter(reps::user_id.eq(id).and(reps::lost_at.is_null()))
            .filter(diesel::dsl::not(diesel::dsl::exists(sockets)));
        conn.later(prepared(diesel::update(gone).set(reps::lost_at.eq(at))))
    }

    /// Somebody of his is connected.
    pub fn set_found(conn, id: UserId) -> QueryResult<()> {
        let lost = reps::table.filter(reps::user_id.eq(id).and(reps::lost_at.is_not_null()));
        conn.later(prepared(diesel::update(lost).set(reps::lost_at.eq(None::<Moment>))))
    }

    /// Writes down that his customers are told whether he is lost. False if that was so before,
    /// or if he is not as `lost` says: another node tells them.
    pub fn set_suspected(conn, id: UserId, lost: bool) -> QueryResult<bool> {
        let his = reps::table.filter(reps::user_id.eq(id).and(reps::suspected.ne(lost)));
        let his = his.filter(reps::lost_at.is_not_null().eq(lost));
        let changed = prepared(diesel::update(his).set(reps::suspected.eq(lost))).execute(conn)?;
        Ok(changed > 0)
    }

    /// Those who are back and whose customers have not been told so.
    pub fn found_again(conn) -> QueryResult<Vec<UserId>> {
        let back = reps::table
            .filter(reps::lost_at.is_null().and(reps::suspected.eq(true)))
            .order(reps::user_id)
            .select(reps::user_id);
        prepared(back).load(conn)
    }

    /// Those who hold something and have been lost since before a moment.
    pub fn lost_before(conn, moment: Moment) -> QueryResult<Vec<UserId>> {
        let lost = reps::table
            .filter(reps::lost_at.le(moment).and(reps::active.gt(0)))
            .select(reps::user_id);
        let mut ids: Vec<UserId> = prepared(lost).load(conn)?;
        // Asked for them in this order, SQLite would look at all reps.
        ids.sort_unstable();
        Ok(ids)
    }

    /// The sockets that a node is written down with, and whose they are.
    pub fn sessions_of_node(conn, node: NodeId) -> QueryResult<Vec<(SocketId, UserId)>> {
        rep_sessions::table
            .filter(rep_sessions::node_id.eq(node))
            .select((rep_sessions::id, rep_sessions::rep_id))
            .load(conn)
    }

    pub fn insert_session(conn, id: SocketId, rep: UserId, node: NodeId, at: Moment)
        -> QueryResult<usize>
    {
        diesel::insert_into(rep_sessions::table)
            .values((
                rep_sessions::id.eq(id),
                rep_sessions::rep_id.eq(rep),
                rep_sessions::node_id.eq(node),
                rep_sessions::created_at.eq(at),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
    }

    /// Forgets a socket; answers whose it was.
    pub fn delete_session(conn, id: SocketId) -> QueryResult<Option<UserId>> {
        diesel::delete(rep_sessions::table.find(id))
            .returning(rep_sessions::rep_id)
            .get_result(conn)
            .optional()
    }

    /// Forgets every socket of a node; answers whose they were.
    pub fn delete_sessions_of_node(conn, node: NodeId) -> QueryResult<Vec<UserId>> {
        diesel::delete(rep_sessions::table.filter(rep_sessions::node_id.eq(node)))
            .returning(rep_sessions::rep_id)
            .get_results(conn)
    }
}

/// One of those who are available and present, by chance; none, if nobody is.
pub fn draw(conn: &mut Conn) -> Result<Option<UserId>> {
    let there = all_there(conn)?;
    Ok((!there.is_empty()).then(|| there[rand::random_range(0..there.len())]))
}

/// What of a rep changes while he works, as his own sockets are told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RepState {
    pub id: UserId,
    /// Grows with every change, so that late news can be told from fresh.
    pub version: i64,
    /// How many conversations he may hold.
    pub capacity: i32,
    /// How many he holds.
    pub load: i32,
    pub availability: Availability,
    /// Whether he is connected.
    pub present: bool,
    /// What he is trusted with.
    #[serde(default)]
    pub rights: Rights,
}

impl From<&Standing> for RepState {
    fn from(one: &Standing) -> Self {
        RepState {
            id: one.rep.user_id,
            version: one.rep.version,
            capacity: one.rep.capacity,
            load: one.rep.active,
            availability: one.rep.availability,
            present: one.present,
            rights: one.rep.rights.into(),
        }
    }
}

/// A rep with all that decides whether he may be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub rep: Rep,
    pub present: bool,
    /// Sorted by id.
    pub queues: Vec<QueueId>,
}

/// The standings of these reps, in one statement: a row is never newer than what stands beside it.
pub fn standings_of(conn: &mut Conn, ids: &[UserId]) -> Result<Vec<Standing>> {
    let mut found: Vec<Standing> = Vec::with_capacity(ids.len());
    for (rep, present, queue) in load_standings(conn, ids)? {
        match found.last_mut() {
            Some(last) if last.rep.user_id == rep.user_id => last.queues.extend(queue),
            _ => found.push(Standing {
                rep,
                present,
                queues: queue.into_iter().collect(),
            }),
        }
    }
    Ok(found)
}
