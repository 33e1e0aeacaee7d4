//! Conversations: finding, listing, and the changes that only the desk makes.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::conn::{Conn, queries};
use super::prepared::prepared;
use super::schema::{conversations, heads, rep_queues};
use super::views::beside;
pub use super::views::{Beside, ConversationView, PersonView, QueueView, view, view_of, views};
use crate::error::{Error, Result};
use crate::words::{
    ClientId, ConversationId, Moment, Priority, QueueId, Resolution, Role, Status, UserId,
};

/// A conversation as it is stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = conversations, treat_none_as_default_value = false)]
pub struct Conversation {
    pub id: ConversationId,
    pub number: i64,
    pub customer_id: UserId,
    pub open_client_id: ClientId,
    pub queue_id: QueueId,
    pub subject: String,
    pub priority: Priority,
    pub status: Status,
    pub resolution: Option<Resolution>,
    pub rep_id: Option<UserId>,
    pub last_rep_id: Option<UserId>,
    pub epoch: i64,
    pub place: Moment,
    pub held: bool,
    pub created_at: Moment,
    pub updated_at: Moment,
    pub assigned_at: Option<Moment>,
    pub first_reply_at: Option<Moment>,
    pub closed_at: Option<Moment>,
    pub changed_by: Option<UserId>,
    /// Until then, only this rep may be given it.
    pub preferred_rep_id: Option<UserId>,
    pub preferred_until: Option<Moment>,
    /// How often it has gone to a fallback queue.
    pub hops: i32,
    /// When time itself moves it on: see `desk/exits.rs`.
    pub due_at: Option<Moment>,
    /// The resolution it will have once its wrap-up has ended.
    pub ending: Option<Resolution>,
}

/// An open conversation: its id, its customer, its rep, its last seq.
pub type OpenHead = (ConversationId, UserId, Option<UserId>, i64);

/// Which conversations to list. Newest first, by id.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub status: Option<Status>,
    /// Only those not closed.
    pub open: bool,
    /// Only those that this rep serves now.
    pub served_by: Option<UserId>,
    /// Only ids smaller than this one: the cursor of the page before.
    pub before: Option<ConversationId>,
    pub limit: i64,
}

/// Who waits, spelt as the index of the line spells it: with a parameter PostgreSQL could not
/// use that index in a plan that it keeps.
pub(super) fn waits() -> SqlLiteral<Bool> {
    sql("conversations.status = 'waiting'")
}

queries! {
    pub fn find(conn, id: ConversationId) -> QueryResult<Option<Conversation>> {
        conversations::table.find(id).select(Conversation::as_select()).first(conn).optional()
    }

    /// The conversation that this customer opened with this command.
    pub fn find_opened(conn, customer: UserId, client: ClientId)
        -> QueryResult<Option<Conversation>>
    {
        conversations::table
            .filter(conversations::customer_id.eq(customer))
            .filter(conversations::open_client_id.eq(client))
            .select(Conversation::as_select())
            .first(conn)
            .optional()
    }

    pub fn insert(conn, row: &Conversation) -> QueryResult<Beside> {
        diesel::insert_into(conversations::table)
            .values(row)
            .returning(beside!())
            .get_result(conn)
    }

    /// Whether there is any conversation at all.
    pub fn any(conn) -> QueryResult<bool> {
        let first = conversations::table.select(conversations::id).limit(1);
        let first = first.first::<ConversationId>(conn).optional()?;
        Ok(first.is_some())
    }

    /// How many conversations this customer has that are not closed.
    pub fn count_open(conn, customer: UserId) -> QueryResult<i64> {
        conversations::table
            .filter(conversations::customer_id.eq(customer))
            .filter(conversations::status.ne(Status::Closed))
            .count()
            .get_result(conn)
    }

    /// How many wait in a queue.
    pub fn count_waiting(conn, queue: QueueId) -> QueryResult<i64> {
        let line = conversations::table.filter(conversations::queue_id.eq(queue)).filter(waits());
        prepared(line.count()).get_result(conn)
    }

    /// The waiting one becomes this rep's, if it still waits. The desk takes the slot beside it.
    pub fn set_assigned(conn, id: ConversationId, rep: UserId, by: Option<UserId>, at: Moment)
        -> QueryResult<Option<(Conversation, Beside)>>
    {
        let waiting = conversations::table
            .filter(conversations::id.eq(id))
            .filter(conversations::status.eq(Status::Waiting))
            .filter(conversations::held.eq(false));
        let changed = diesel::update(waiting)
            .set((
                conversations::status.eq(Status::Active),
                conversations::rep_id.eq(Some(rep)),
                conversations::last_rep_id.eq(Some(rep)),
                conversations::epoch.eq(conversations::epoch + 1),
                conversations::assigned_at.eq(Some(at)),
                conversations::updated_at.eq(at),
                conversations::changed_by.eq(by),
            ))
            .returning((Conversation::as_returning(), beside!()));
        prepared(changed).get_result(conn).optional()
    }

    /// Closes it, if it is open. The desk gives the slot back beside it.
    pub fn set_closed(conn, id: ConversationId, how: Resolution, by: Option<UserId>, at: Moment)
        -> QueryResult<Option<(Conversation, Beside)>>
    {
        let open = conversations::table
            .filter(conversations::id.eq(id))
            .filter(conversations::status.ne(Status::Closed));
        let changed = diesel::update(open)
            .set((
                conversations::status.eq(Status::Closed),
                conversations::resolution.eq(Some(how)),
                conversations::rep_id.eq(None::<UserId>),
                conversations::held.eq(false),
                conversations::closed_at.eq(Some(at)),
                conversations::updated_at.eq(at),
                conversations::changed_by.eq(by),
            ))
            .returning((Conversation::as_returning(), beside!()));
        prepared(changed).get_result(conn).optional()
    }

    /// The open ones of these people, as customer or rep, with their last seqs.
    pub fn open_heads(conn, people: &[UserId])
        -> QueryResult<Vec<OpenHead>>
    {
        conversations::table
            .inner_join(heads::table.on(heads::conversation_id.eq(conversations::id)))
            .filter(conversations::status.ne(Status::Closed))
            .filter(
                conversations::customer_id
                    .eq_any(people)
                    .or(conversations::rep_id.eq_any(people)),
            )
            .select((
                conversations::id,
                conversations::customer_id,
                conversations::rep_id,
                heads::last_seq,
            ))
            .load(conn)
    }

    /// Those of these people that were closed since a moment, with whom they concern and their
    /// last seqs.
    pub fn ended_since(conn, people: &[UserId], since: Moment) -> QueryResult<Vec<OpenHead>> {
        conversations::table
            .inner_join(heads::table.on(heads::conversation_id.eq(conversations::id)))
            .filter(conversations::closed_at.gt(since))
            .filter(
                conversations::customer_id
                    .eq_any(people)
                    .or(conversations::last_rep_id.eq_any(people)),
            )
            .select((
                conversations::id,
                conversations::customer_id,
                conversations::last_rep_id,
                heads::last_seq,
            ))
            .load(conn)
    }

    /// The first of a queue's line, with their customers: at most `limit`, held ones included.
    pub fn line(conn, queue: QueueId, limit: i64) -> QueryResult<Vec<(ConversationId, UserId)>> {
        let line = conversations::table
            .filter(conversations::queue_id.eq(queue))
            .filter(waits())
            .order((conversations::place, conversations::id))
            .limit(limit)
            .select((conversations::id, conversations::customer_id));
        prepared(line).load(conn)
    }

    /// How many stand ahead in the same queue, held ones included; none if this one does not wait.
    pub fn ahead(conn, id: ConversationId) -> QueryResult<Option<i64>> {
        let mine = conversations::table
            .filter(conversations::id.eq(id))
            .filter(conversations::status.eq(Status::Waiting))
            .select((conversations::queue_id, conversations::place))
            .first::<(QueueId, Moment)>(conn)
            .optional()?;
        let Some((queue, place)) = mine else { return Ok(None) };
        let before = conversations::place
            .lt(place)
            .or(conversations::place.eq(place).and(conversations::id.lt(id)));
        let ahead = conversations::table
            .filter(conversations::queue_id.eq(queue))
            .filter(waits())
            .filter(before)
            .count();
        prepared(ahead).get_result(conn).map(Some)
    }

    /// The page of conversations that this person may read.
    pub fn list(conn, person: UserId, role: Role, filter: &Filter)
        -> QueryResult<Vec<Conversation>>
    {
        let mut query = conversations::table.select(Conversation::as_select()).into_boxed();
        query = match role {
            Role::Customer => query.filter(conversations::customer_id.eq(person)),
            Role::Rep => {
                let served = rep_queues::table
                    .filter(rep_queues::rep_id.eq(person))
                    .select(rep_queues::queue_id);
                query.filter(
                    conversations::last_rep_id.eq(person).or(conversations::status
                        .eq(Status::Waiting)
                        .and(conversations::queue_id.eq_any(served))
                        .assume_not_null()
                        .nullable()),
                )
            }
            Role::Admin => query,
        };
        if let Some(status) = filter.status {
            query = query.filter(conversations::status.eq(status));
        }
        if let Some(rep) = filter.served_by {
            query = query.filter(conversations::rep_id.eq(rep));
        }
        if filter.open {
            query = query.filter(conversations::status.ne(Status::Closed));
        }
        if let Some(before) = filter.before {
            query = query.filter(conversations::id.lt(before));
        }
        query.order(conversations::id.desc()).limit(filter.limit).load(conn)
    }

    /// Whether a rep serves a queue.
    pub fn serves(conn, rep: UserId, queue: QueueId) -> QueryResult<bool> {
        diesel::select(diesel::dsl::exists(rep_queues::table.find((rep, queue)))).get_result(conn)
    }
}

/// Whether this person may read this conversation: his own, one he serves or served last, one
/// that waits in a queue he serves; an admin reads all.
pub fn may_read(conn: &mut Conn, person: UserId, role: Role, row: &Conversation) -> Result<bool> {
    Ok(match role {
        Role::Admin => true,
        Role::Customer => row.customer_id == person,
        Role::Rep => {
            row.last_rep_id == Some(person)
                || row.status == Status::Waiting && serves(conn, person, row.queue_id)?
        }
    })
}

/// The row, if this person may read it; what is foreign is answered as what is not there.
pub fn readable(
    conn: &mut Conn,
    person: UserId,
    role: Role,
    id: ConversationId,
) -> Result<Conversation> {
    let row = find(conn, id)?.ok_or_else(|| Error::not_found("conversation"))?;
    match may_read(conn, person, role, &row)? {
        true => Ok(row),
        false => Err(Error::not_found("conversation")),
    }
}
