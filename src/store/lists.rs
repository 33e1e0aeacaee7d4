//! Lists of conversations: which, in what order, and from where on.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::conn::queries;
use super::conversation_row::{Conversation, first_id_of, is_open};
use super::marks;
use super::schema::{activity, conversations, joined, rep_queues};
use super::waiting::waits;
use crate::access::Actor;
use crate::words::{
    ConversationId, Moment, Priority, QueueId, Resolution, Role, Sees, SqlId, Status, UserId,
};

/// In what order. Each ends with the id, so that it is one order and a cursor stands still.
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
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The one opened last comes first.
    #[default]
    Newest,
    /// The one in which something was said last comes first.
    Activity,
    /// Only those who wait: the one that has waited longest comes first.
    Waiting,
}

/// Where a page ends: the moment it is ordered by, and the id. Text is `ID` or `MOMENT.ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// None where ids are the order.
    pub at: Option<Moment>,
    pub id: ConversationId,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.at {
            Some(at) => write!(out, "{at}.{}", self.id),
            None => self.id.fmt(out),
        }
    }
}

impl std::str::FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, id) = match text.split_once('.') {
            Some((at, id)) => (Some(at.parse().map_err(drop)?), id),
            None => (None, text),
        };
        let id = id.parse().map_err(drop)?;
        Ok(Cursor { at, id })
    }
}

/// Whose: one rep's, or nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Rep(UserId),
    Nobody,
}

/// Moments, both included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    pub from: Option<Moment>,
    pub to: Option<Moment>,
}

/// Which conversations to list: those of which all of this is true.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub status: Option<Status>,
    /// Only those not closed.
    pub open: bool,
    /// Only those closed.
    pub over: bool,
    /// Only those with messages of others that this person has not read, or only those without.
    /// For [`page`], which sifts what is found by all else.
    pub unread: Option<bool>,
    pub resolution: Option<Resolution>,
    pub queue: Option<QueueId>,
    pub priority: Option<Priority>,
    /// Only those of this customer.
    pub customer: Option<UserId>,
    /// Only those that a rep serves or is offered now, or nobody.
    pub rep: Option<Whose>,
    /// Only those that this rep serves or served last.
    pub last_rep: Option<UserId>,
    pub opened: Span,
    pub closed: Span,
    /// Only those whose rating is so high at least, and so low at most.
    pub rating: (Option<i32>, Option<i32>),
    pub order: Order,
    /// Only what comes behind this one in the order: the cursor of the page before.
    pub behind: Option<Cursor>,
    /// Only what comes ahead of this one, the nearest first.
    pub ahead: Option<Cursor>,
    pub limit: i64,
}

impl Filter {
    /// Where a row stands in this order.
    pub fn cursor(&self, (row, said_at): &Listed) -> Cursor {
        let at = match self.order {
            Order::Newest => None,
            Order::Activity => Some(*said_at),
            Order::Waiting => Some(row.queued_at),
        };
        Cursor { at, id: row.id }
    }
}

/// A conversation, and when something was last said in it; the latter only where it is the order.
pub type Listed = (Conversation, Moment);

/// How far the clock that made an id may be from the one that wrote the moment beside it.
const APART: Moment = 60 * 60 * 1_000;

/// The filters, for whichever tables are asked. What an index holds alone is spelt as it spells it.
macro_rules! narrowed {
    ($query:expr, $actor:expr, $filter:expr) => {{
        let (mut query, actor, filter): (_, &Actor, &Filter) = ($query, $actor, $filter);
        let person = actor.id;
        query = query.filter(conversations::forgotten_at.is_null());
        query = match (actor.role, actor.rights.sees) {
            (Role::Customer, _) => query.filter(conversations::customer_id.eq(person)),
            (Role::Admin, _) | (Role::Rep, Sees::All) => query,
            (Role::Rep, sees) => {
                let his = conversations::last_rep_id
                    .eq(person)
                    .or(conversations::rep_id.eq(person));
                let kept = conversations::status
                    .eq(Status::Waiting)
                    .and(conversations::preferred_rep_id.eq(person));
                let joined = conversations::id.eq_any(
                    joined::table
                        .filter(joined::user_id.eq(person))
                        .select(joined::conversation_id),
                );
                let his = his.or(kept).or(joined);
                let served = rep_queues::table
                    .filter(rep_queues::rep_id.eq(person))
                    .select(rep_queues::queue_id);
                let served = conversations::queue_id.eq_any(served);
                let left = conversations::status
                    .eq(Status::Parked)
                    .and(conversations::last_rep_id.is_null());
                match sees {
                    Sees::Own => query.filter(his),
                    Sees::Queues => query.filter(his.or(served.assume_not_null().nullable())),
                    _ => {
                        let for_all = waits().or(left).and(served);
                        query.filter(his.or(for_all.assume_not_null().nullable()))
                    }
                }
            }
        };
        query = match filter.status {
            Some(Status::Waiting) => query.filter(waits()),
            Some(status) if status.holds_slot() => query
                .filter(conversations::status.eq(status))
                .filter(conversations::rep_id.is_not_null()),
            Some(status) => query.filter(conversations::status.eq(status)),
            None => query,
        };
        // SQLite does not see by itself that who waits is not closed.
        let open = filter.status.is_some_and(|status| status != Status::Closed);
        if filter.open || open {
            query = query.filter(is_open());
        }
        if filter.over {
            query = query.filter(conversations::status.eq(Status::Closed));
        }
        if let Some(resolution) = filter.resolution {
            query = query.filter(conversations::resolution.eq(resolution));
        }
        if let Some(queue) = filter.queue {
            query = query.filter(conversations::queue_id.eq(queue));
        }
        if let Some(priority) = filter.priority {
            query = query.filter(conversations::priority.eq(priority));
        }
        if let Some(customer) = filter.customer {
            query = query.filter(conversations::customer_id.eq(customer));
        }
        query = match filter.rep {
            Some(Whose::Rep(rep)) => query.filter(conversations::rep_id.eq(rep)),
            Some(Whose::Nobody) => query.filter(conversations::rep_id.is_null()),
            None => query,
        };
        if let Some(rep) = filter.last_rep {
            query = query.filter(conversations::last_rep_id.eq(rep));
        }
        // Ids begin with the moment they were made at, so their index finds the day.
        if let Some(from) = filter.opened.from {
            query = query
                .filter(conversations::id.ge(first_id_of(from.saturating_sub(APART))))
                .filter(conversations::created_at.ge(from));
        }
        if let Some(to) = filter.opened.to {
            query = query
                .filter(conversations::id.le(first_id_of(to.saturating_add(APART))))
                .filter(conversations::created_at.le(to));
        }
        if let Some(from) = filter.closed.from {
            query = query.filter(conversations::closed_at.ge(from));
        }
        if let Some(to) = filter.closed.to {
            query = query.filter(conversations::closed_at.le(to));
        }
        let (low, high) = filter.rating;
        if low.is_some() || high.is_some() {
            // In numbers, as one plan for any two would use no index. With the best score they are
            // most of all that are rated, which are gone through newest first and not sorted.
            let (low, high) = (low.unwrap_or(1), high.unwrap_or(5));
            let among = match (low, high) {
                (low, high) if low == high => format!("conversations.rating = {low}"),
                (low, 5) => {
                    format!("conversations.rating IS NOT NULL AND +conversations.rating >= {low}")
                }
                _ => format!("conversations.rating BETWEEN {low} AND {high}"),
            };
            query = query.filter(sql::<Bool>(&among));
        }
        query
    }};
}

/// Compares the two columns of an order with a cursor, as an index can: `columns` and the sign.
macro_rules! beyond {
    ($columns:literal, $sign:literal, $at:expr, $id:expr) => {
        sql::<Bool>(concat!("(", $columns, ") ", $sign, " ("))
            .bind::<BigInt, _>($at)
            .sql(", ")
            .bind::<SqlId, _>($id)
            .sql(")")
    };
}

queries! {
    /// The page of conversations that this person may read, in the order of their ids.
    pub fn list(conn, actor: &Actor, filter: &Filter)
        -> QueryResult<Vec<Conversation>>
    {
        let all = conversations::table.select(Conversation::as_select()).into_boxed();
        let mut query = narrowed!(all, actor, filter);
        if let Some(Cursor { id, .. }) = filter.behind {
            query = query.filter(conversations::id.lt(id));
        }
        query = match filter.ahead {
            Some(Cursor { id, .. }) => {
                query.filter(conversations::id.gt(id)).order(conversations::id)
            }
            None => query.order(conversations::id.desc()),
        };
        query.limit(filter.limit).load(conn)
    }

    fn by_activity(conn, actor: &Actor, filter: &Filter)
        -> QueryResult<Vec<Listed>>
    {
        let all = conversations::table
            .inner_join(activity::table)
            .select((Conversation::as_select(), activity::said_at))
            .into_boxed();
        let mut query = narrowed!(all, actor, filter);
        if let Some(Cursor { at: Some(at), id }) = filter.behind {
            query = query
                .filter(beyond!("activity.said_at, activity.conversation_id", "<", at, id));
        }
        query = match filter.ahead {
            Some(Cursor { at, id }) => {
                let at = at.unwrap_or_default();
                query
                    .filter(beyond!("activity.said_at, activity.conversation_id", ">", at, id))
                    .order((activity::said_at, activity::conversation_id))
            }
            None => query.order((activity::said_at.desc(), activity::conversation_id.desc())),
        };
        query.limit(filter.limit).load(conn)
    }

    fn by_wait(conn, actor: &Actor, filter: &Filter) -> QueryResult<Vec<Conversation>>
    {
        let all = conversations::table.select(Conversation::as_select());
        let all = all.filter(waits());
        let mut query = narrowed!(all.into_boxed(), actor, filter);
        if let Some(Cursor { at: Some(at), id }) = filter.behind {
            query = query
                .filter(beyond!("conversations.queued_at, conversations.id", ">", at, id));
        }
        query = match filter.ahead {
            Some(Cursor { at, id }) => {
                let at = at.unwrap_or_default();
                query
                    .filter(beyond!("conversations.queued_at, conversations.id", "<", at, id))
                    .order((conversations::queued_at.desc(), conversations::id.desc()))
            }
            None => query.order((conversations::queued_at, conversations::id)),
        };
        query.limit(filter.limit).load(conn)
    }
}

/// Some of a list.
#[derive(Debug, Default)]
pub struct Page {
    pub rows: Vec<Listed>,
    /// Where looking ended before the page was full, if it did: there may be more beyond.
    pub stopped: Option<Cursor>,
}

/// Conversations that are sifted for one page by what is unread of them, and at a time.
const SIFTED_MAX: i64 = 1_000;
const SIFTED: i64 = 200;

/// The page of conversations that this person may read, in the order that is asked for. With
/// `ahead` the nearest come first.
///
/// What is unread has no index: it is looked for in so many conversations and no more, so that a
/// page of those who have read nearly all, or nothing, costs as much as any other.
pub fn page(conn: &mut super::Conn, actor: &Actor, filter: &Filter) -> QueryResult<Page> {
    let mut page = Page::default();
    let Some(wanted) = filter.unread else {
        page.rows = in_order(conn, actor, filter)?;
        return Ok(page);
    };
    let mut filter = filter.clone();
    let most = std::mem::replace(&mut filter.limit, SIFTED) as usize;
    for _ in 0..SIFTED_MAX / SIFTED {
        let some = in_order(conn, actor, &filter)?;
        let ended = (some.len() as i64) < SIFTED;
        let ids: Vec<ConversationId> = some.iter().map(|(row, _)| row.id).collect();
        let unread = marks::with_unread(conn, actor.id, actor.role, &ids)?;
        page.stopped = some.last().map(|last| filter.cursor(last));
        let kept = |(row, _): &Listed| unread.contains(&row.id) == wanted;
        page.rows.extend(some.into_iter().filter(kept));
        if ended || page.rows.len() >= most {
            page.rows.truncate(most);
            page.stopped = None;
            break;
        }
        match filter.ahead {
            Some(_) => filter.ahead = page.stopped,
            None => filter.behind = page.stopped,
        }
    }
    Ok(page)
}

fn in_order(conn: &mut super::Conn, actor: &Actor, filter: &Filter) -> QueryResult<Vec<Listed>> {
    let bare = |rows: Vec<Conversation>| rows.into_iter().map(|row| (row, 0)).collect();
    match filter.order {
        Order::Newest => list(conn, actor, filter).map(bare),
        Order::Activity => by_activity(conn, actor, filter),
        Order::Waiting => by_wait(conn, actor, filter).map(bare),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let id = ConversationId::new();
        for at in [None, Some(0), Some(1_790_000_000_000)] {
            let cursor = Cursor { at, id };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for wrong in [
            "",
            "1",
            "x",
            "1.",
            ".",
            "x.0190b7a6-7e5c-7c3e-9d1f-1f6a2b3c4d5e",
        ] {
            assert_eq!(wrong.parse::<Cursor>(), Err(()), "{wrong:?}");
        }
    }
}
