//! How far people have read, and what they have not: marks only grow, and what is unread is
//! counted from them.

use std::collections::{HashMap, HashSet};

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::conn::{Conn, queries};
use super::conversations::{self, Conversation, ConversationView};
use super::events::{self, not_deleted};
use super::schema::{heads, marks};
use crate::error::Result;
use crate::words::{ConversationId, Role, SqlId, UserId};

/// A person's mark in a conversation.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = marks)]
pub struct Mark {
    pub conversation_id: ConversationId,
    pub user_id: UserId,
    pub staff: bool,
    /// Up to where he has read.
    pub read_seq: i64,
    /// Of that, what the other side is told.
    pub told_seq: i64,
    /// Up to where it has reached a client of his.
    pub delivered_seq: i64,
}

/// Up to which seq a side has read, and got.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
pub struct Reached {
    pub read: i64,
    pub delivered: i64,
}

/// How far both sides are. Of staff, whoever has read furthest counts.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
pub struct Marks {
    pub customer: Reached,
    pub staff: Reached,
}

impl Marks {
    /// The further of both, one by one.
    pub fn furthest(self, other: Self) -> Self {
        let further = |one: Reached, other: Reached| Reached {
            read: one.read.max(other.read),
            delivered: one.delivered.max(other.delivered),
        };
        Marks {
            customer: further(self.customer, other.customer),
            staff: further(self.staff, other.staff),
        }
    }
}

impl From<&[Mark]> for Marks {
    /// How far both sides are by the marks of all who have any in one conversation.
    fn from(all: &[Mark]) -> Self {
        let side = |staff| {
            let of = || all.iter().filter(move |mark| mark.staff == staff);
            let read = of().map(|mark| mark.told_seq).max().unwrap_or(0);
            let delivered = of().map(|mark| mark.delivered_seq).max().unwrap_or(0);
            Reached {
                read,
                delivered: delivered.max(read),
            }
        };
        Marks {
            customer: side(false),
            staff: side(true),
        }
    }
}

/// What somebody has not read of a conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Unread {
    /// Messages of others that he may see; exact up to [`UNREAD_MAX`], among the newest
    /// [`NEWEST_MAX`] entries.
    pub count: i64,
    /// Entries up to this one were looked at.
    pub counted: i64,
    /// Up to where he has read.
    pub read: i64,
}

/// How far anybody counts what is unread.
pub const UNREAD_MAX: i64 = 1_000;
/// How many entries of a log are looked at for that: the newest ones.
pub const NEWEST_MAX: i64 = 2_000;

/// A conversation as one person sees it, with what is read of it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
#[schema(as = MarkedConversation)]
pub struct MarkedView {
    #[serde(flatten)]
    pub conversation: ConversationView,
    pub marks: Marks,
    /// Messages of others that he has not read; 1000 means that many or more.
    pub unread: i64,
}

type Sides = (ConversationId, bool, Option<i64>, Option<i64>);

/// The messages of others behind a person's mark, among the newest entries of a log whose head is
/// asked for: its numbers have no holes.
macro_rules! behind_mark {
    ($type:ty, $begin:literal, $user:expr, $kinds:expr, $end:literal) => {
        sql::<$type>(concat!(
            $begin,
            " FROM events e WHERE e.conversation_id = heads.conversation_id
              AND e.seq <= heads.last_seq AND e.seq > heads.last_seq - 2000 AND ",
            not_deleted!(),
            " AND e.kind IN "
        ))
        .sql($kinds)
        .sql(" AND e.sender_id <> ")
        .bind::<SqlId, _>($user)
        .sql(
            " AND e.seq > coalesce((SELECT m.read_seq FROM marks m
              WHERE m.conversation_id = heads.conversation_id AND m.user_id = ",
        )
        .bind::<SqlId, _>($user)
        .sql($end)
    };
}

queries! {
    pub fn find(conn, id: ConversationId, user: UserId) -> QueryResult<Option<Mark>> {
        marks::table.find((id, user)).select(Mark::as_select()).get_result(conn).optional()
    }

    /// Everybody's, in these conversations.
    pub fn among(conn, ids: &[ConversationId]) -> QueryResult<Vec<Mark>> {
        let some = marks::table.filter(marks::conversation_id.eq_any(ids));
        some.select(Mark::as_select()).load(conn)
    }

    /// Moves a mark on. What it is ahead of already stays.
    pub fn raise(conn, row: &Mark) -> QueryResult<usize> {
        let read = sql::<BigInt>(
            "CASE WHEN excluded.read_seq > marks.read_seq
             THEN excluded.read_seq ELSE marks.read_seq END",
        );
        let told = sql::<BigInt>(
            "CASE WHEN excluded.told_seq > marks.told_seq
             THEN excluded.told_seq ELSE marks.told_seq END",
        );
        let delivered = sql::<BigInt>(
            "CASE WHEN excluded.delivered_seq > marks.delivered_seq
             THEN excluded.delivered_seq ELSE marks.delivered_seq END",
        );
        diesel::insert_into(marks::table)
            .values(row)
            .on_conflict((marks::conversation_id, marks::user_id))
            .do_update()
            .set((
                marks::read_seq.eq(read),
                marks::told_seq.eq(told),
                marks::delivered_seq.eq(delivered),
            ))
            .execute(conn)
    }

    fn sides(conn, ids: &[ConversationId]) -> QueryResult<Vec<Sides>> {
        use diesel::dsl::max;
        marks::table
            .filter(marks::conversation_id.eq_any(ids))
            .group_by((marks::conversation_id, marks::staff))
            .select((
                marks::conversation_id, marks::staff,
                max(marks::told_seq), max(marks::delivered_seq),
            ))
            .load(conn)
    }

    /// Conversation, last seq, read up to, unread: one statement, so that they fit together.
    fn count(conn, ids: &[ConversationId], user: UserId, kinds: &'static str)
        -> QueryResult<Vec<(ConversationId, i64, i64, i64)>>
    {
        let read = sql::<BigInt>(
            "coalesce((SELECT m.read_seq FROM marks m
              WHERE m.conversation_id = heads.conversation_id AND m.user_id = ",
        )
        .bind::<SqlId, _>(user)
        .sql("), 0)");
        let unread = behind_mark!(
            BigInt,
            "(SELECT count(*) FROM (SELECT 1 AS one",
            user,
            kinds,
            "), 0) LIMIT 1000) found)"
        );
        heads::table
            .filter(heads::conversation_id.eq_any(ids))
            .select((heads::conversation_id, heads::last_seq, read, unread))
            .load(conn)
    }

    /// Those of these in which anything would be counted.
    fn some(conn, ids: &[ConversationId], user: UserId, kinds: &'static str)
        -> QueryResult<Vec<ConversationId>>
    {
        heads::table
            .filter(heads::conversation_id.eq_any(ids))
            .filter(behind_mark!(Bool, "EXISTS (SELECT 1", user, kinds, "), 0))"))
            .select(heads::conversation_id)
            .load(conn)
    }
}

/// How far both sides are in these conversations; where nobody has read, nothing is said.
pub fn of(conn: &mut Conn, ids: &[ConversationId]) -> Result<HashMap<ConversationId, Marks>> {
    let mut found: HashMap<ConversationId, Marks> = HashMap::new();
    for (id, staff, told, delivered) in sides(conn, ids)? {
        let (read, delivered) = (told.unwrap_or(0), delivered.unwrap_or(0));
        let marks = found.entry(id).or_default();
        let side = match staff {
            true => &mut marks.staff,
            false => &mut marks.customer,
        };
        *side = Reached {
            read,
            delivered: delivered.max(read),
        };
    }
    Ok(found)
}

/// How far both sides are in this conversation.
pub fn of_one(conn: &mut Conn, id: ConversationId) -> Result<Marks> {
    Ok(of(conn, &[id])?.remove(&id).unwrap_or_default())
}

/// The kinds of entries that are unread until somebody of this role has read them, as SQL.
fn counted_kinds(role: Role) -> &'static str {
    match role {
        Role::Customer => "('message')",
        Role::Rep | Role::Admin => "('message', 'note')",
    }
}

/// What this person has not read of these.
pub fn unread(
    conn: &mut Conn,
    user: UserId,
    role: Role,
    ids: &[ConversationId],
) -> Result<HashMap<ConversationId, Unread>> {
    let kinds = counted_kinds(role);
    let one = |(id, counted, read, count)| {
        let unread = Unread {
            count,
            counted,
            read,
        };
        (id, unread)
    };
    Ok(count(conn, ids, user, kinds)?
        .into_iter()
        .map(one)
        .collect())
}

/// Those of these of which this person has not read all.
pub(super) fn with_unread(
    conn: &mut Conn,
    user: UserId,
    role: Role,
    ids: &[ConversationId],
) -> QueryResult<HashSet<ConversationId>> {
    let found = some(conn, ids, user, counted_kinds(role))?;
    Ok(found.into_iter().collect())
}

/// A conversation as this person may see it. Customers are not told how long its log is with what
/// staff write to each other.
pub fn view(conn: &mut Conn, role: Role, row: Conversation) -> Result<ConversationView> {
    let mut views = seen(conn, role, vec![row])?;
    Ok(views.pop().expect("one row makes one view"))
}

/// The same of several, in four queries whatever their number.
pub fn seen(conn: &mut Conn, role: Role, rows: Vec<Conversation>) -> Result<Vec<ConversationView>> {
    let mut views = conversations::views(conn, rows)?;
    if role == Role::Customer {
        let ids: Vec<ConversationId> = views.iter().map(|view| view.id).collect();
        let told: HashMap<_, _> = events::last_told(conn, &ids)?.into_iter().collect();
        for view in &mut views {
            view.last_seq = told.get(&view.id).copied().unwrap_or(view.last_seq);
        }
    }
    let seen = |view: ConversationView| view.seen_by(role);
    Ok(views.into_iter().map(seen).collect())
}

/// Conversations as this person sees them, and how far what is unread was counted: in seven
/// queries whatever their number.
pub fn views(
    conn: &mut Conn,
    user: UserId,
    role: Role,
    rows: Vec<Conversation>,
) -> Result<(Vec<MarkedView>, HashMap<ConversationId, Unread>)> {
    if rows.is_empty() {
        return Ok(Default::default());
    }
    let ids: Vec<ConversationId> = rows.iter().map(|row| row.id).collect();
    let (marks, unread) = (of(conn, &ids)?, unread(conn, user, role, &ids)?);
    let marked = |view: ConversationView| MarkedView {
        marks: marks.get(&view.id).copied().unwrap_or_default(),
        unread: unread.get(&view.id).map_or(0, |one| one.count),
        conversation: view,
    };
    let views = seen(conn, role, rows)?;
    Ok((views.into_iter().map(marked).collect(), unread))
}
