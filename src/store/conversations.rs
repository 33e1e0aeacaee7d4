//! Conversations: finding, listing, and the changes that only the desk makes.

use std::collections::HashMap;

use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::queues::Queue;
use super::schema::{conversations, heads, queues, rep_queues, users};
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
}

/// An open conversation: its id, its customer, its rep, its last seq.
pub type OpenHead = (ConversationId, UserId, Option<UserId>, i64);

/// Which conversations to list. Newest first, by id.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub status: Option<Status>,
    /// Only those not closed.
    pub open: bool,
    /// Only ids smaller than this one: the cursor of the page before.
    pub before: Option<ConversationId>,
    pub limit: i64,
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

    pub fn insert(conn, row: &Conversation) -> QueryResult<usize> {
        diesel::insert_into(conversations::table).values(row).execute(conn)
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
        conversations::table
            .filter(conversations::queue_id.eq(queue))
            .filter(conversations::status.eq(Status::Waiting))
            .count()
            .get_result(conn)
    }

    /// The waiting one becomes this rep's, if it still waits. The desk takes the slot beside it.
    pub fn set_assigned(conn, id: ConversationId, rep: UserId, by: Option<UserId>, at: Moment)
        -> QueryResult<Option<Conversation>>
    {
        let waiting = conversations::table
            .filter(conversations::id.eq(id))
            .filter(conversations::status.eq(Status::Waiting))
            .filter(conversations::held.eq(false));
        diesel::update(waiting)
            .set((
                conversations::status.eq(Status::Active),
                conversations::rep_id.eq(Some(rep)),
                conversations::last_rep_id.eq(Some(rep)),
                conversations::epoch.eq(conversations::epoch + 1),
                conversations::assigned_at.eq(Some(at)),
                conversations::updated_at.eq(at),
                conversations::changed_by.eq(by),
            ))
            .returning(Conversation::as_returning())
            .get_result(conn)
            .optional()
    }

    /// Closes it, if it is open. The desk gives the slot back beside it.
    pub fn set_closed(conn, id: ConversationId, how: Resolution, by: Option<UserId>, at: Moment)
        -> QueryResult<Option<Conversation>>
    {
        let open = conversations::table
            .filter(conversations::id.eq(id))
            .filter(conversations::status.ne(Status::Closed));
        diesel::update(open)
            .set((
                conversations::status.eq(Status::Closed),
                conversations::resolution.eq(Some(how)),
                conversations::rep_id.eq(None::<UserId>),
                conversations::held.eq(false),
                conversations::closed_at.eq(Some(at)),
                conversations::updated_at.eq(at),
                conversations::changed_by.eq(by),
            ))
            .returning(Conversation::as_returning())
            .get_result(conn)
            .optional()
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

    /// The first of a queue's line, with their customers: at most `limit`, held ones included.
    pub fn line(conn, queue: QueueId, limit: i64) -> QueryResult<Vec<(ConversationId, UserId)>> {
        conversations::table
            .filter(conversations::queue_id.eq(queue))
            .filter(conversations::status.eq(Status::Waiting))
            .order((conversations::place, conversations::id))
            .limit(limit)
            .select((conversations::id, conversations::customer_id))
            .load(conn)
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
        conversations::table
            .filter(conversations::queue_id.eq(queue))
            .filter(conversations::status.eq(Status::Waiting))
            .filter(before)
            .count()
            .get_result(conn)
            .map(Some)
    }

    fn names(conn, ids: &[UserId]) -> QueryResult<Vec<(UserId, String)>> {
        users::table
            .filter(users::id.eq_any(ids))
            .select((users::id, users::display_name))
            .load(conn)
    }

    fn queue_names(conn, ids: &[QueueId]) -> QueryResult<Vec<(QueueId, String)>> {
        queues::table.filter(queues::id.eq_any(ids)).select((queues::id, queues::name)).load(conn)
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

/// A person as others see him.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct PersonView {
    pub id: UserId,
    pub name: String,
}

/// A queue as others see it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct QueueView {
    pub id: QueueId,
    pub name: String,
}

/// A conversation as its participants see it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[schema(as = Conversation)]
pub struct ConversationView {
    pub id: ConversationId,
    /// For people: "number 42".
    pub number: i64,
    pub subject: String,
    pub queue: QueueView,
    pub priority: Priority,
    pub status: Status,
    pub resolution: Option<Resolution>,
    pub customer: PersonView,
    /// Who serves it now.
    pub rep: Option<PersonView>,
    /// Who serves it, or served it last.
    pub last_rep: Option<PersonView>,
    /// Grows by one per assignment.
    pub epoch: i64,
    /// The number of its newest event.
    pub last_seq: i64,
    pub created_at: Moment,
    pub updated_at: Moment,
    pub assigned_at: Option<Moment>,
    pub first_reply_at: Option<Moment>,
    pub closed_at: Option<Moment>,
}

/// Rows with the names and last seqs that people see, in three queries whatever their number.
pub fn views(conn: &mut Conn, rows: Vec<Conversation>) -> Result<Vec<ConversationView>> {
    let mut queues: Vec<QueueId> = rows.iter().map(|row| row.queue_id).collect();
    queues.sort();
    queues.dedup();
    let ids: Vec<ConversationId> = rows.iter().map(|row| row.id).collect();
    let queues: HashMap<_, _> = queue_names(conn, &queues)?.into_iter().collect();
    let seqs: HashMap<_, _> = super::events::last_seqs(conn, &ids)?.into_iter().collect();
    let names = names_in(conn, &rows)?;
    let known = |row: Conversation| {
        let queue = queues.get(&row.queue_id).cloned().unwrap_or_default();
        let last_seq = seqs.get(&row.id).copied().unwrap_or_default();
        named(row, queue, last_seq, &names)
    };
    Ok(rows.into_iter().map(known).collect())
}

/// One row with its names.
pub fn view(conn: &mut Conn, row: Conversation) -> Result<ConversationView> {
    let mut views = views(conn, vec![row])?;
    Ok(views.pop().expect("one row makes one view"))
}

/// A row just written, whose last seq and queue are at hand.
pub fn view_of(
    conn: &mut Conn,
    row: Conversation,
    last_seq: i64,
    queue: &Queue,
) -> Result<ConversationView> {
    let names = names_in(conn, std::slice::from_ref(&row))?;
    Ok(named(row, queue.name.clone(), last_seq, &names))
}

type Names = HashMap<UserId, String>;

fn names_in(conn: &mut Conn, rows: &[Conversation]) -> Result<Names> {
    let people = rows
        .iter()
        .flat_map(|row| [Some(row.customer_id), row.last_rep_id]);
    let mut people: Vec<UserId> = people.flatten().collect();
    people.sort();
    people.dedup();
    Ok(names(conn, &people)?.into_iter().collect())
}

fn named(row: Conversation, queue: String, last_seq: i64, names: &Names) -> ConversationView {
    let person = |id: UserId| PersonView {
        id,
        name: names.get(&id).cloned().unwrap_or_default(),
    };
    ConversationView {
        id: row.id,
        number: row.number,
        subject: row.subject,
        queue: QueueView {
            id: row.queue_id,
            name: queue,
        },
        priority: row.priority,
        status: row.status,
        resolution: row.resolution,
        customer: person(row.customer_id),
        rep: row.rep_id.map(person),
        last_rep: row.last_rep_id.map(person),
        epoch: row.epoch,
        last_seq,
        created_at: row.created_at,
        updated_at: row.updated_at,
        assigned_at: row.assigned_at,
        first_reply_at: row.first_reply_at,
        closed_at: row.closed_at,
    }
}
