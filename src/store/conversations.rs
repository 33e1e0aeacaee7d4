//! Conversations: finding, listing, and the changes that only the desk makes.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable};

use super::conn::{Conn, queries};
pub use super::conversation_row::Conversation;
use super::conversation_row::is_open;
pub use super::lists::{Filter, list};
use super::prepared::prepared;
use super::schema::{conversations, heads, queues, rep_queues, reps};
use super::ties;
use super::views::beside;
pub use super::views::{Beside, ConversationView, PersonView, QueueView, view, view_of, views};
use crate::access::{Action, Actor};
use crate::error::{Error, Result};
use crate::words::{ClientId, ConversationId, Mode, Moment, QueueId, Status, UserId};

/// An open conversation: its id, its customer, its rep, its last seq.
pub type OpenHead = (ConversationId, UserId, Option<UserId>, i64);

queries! {
    // What is deleted may lie there still, and is found by none of these: see `retention.rs`.

    pub fn find(conn, id: ConversationId) -> QueryResult<Option<Conversation>> {
        conversations::table
            .find(id)
            .filter(conversations::forgotten_at.is_null())
            .select(Conversation::as_select())
            .get_result(conn)
            .optional()
    }

    /// These, in any order.
    pub fn find_all(conn, ids: &[ConversationId]) -> QueryResult<Vec<Conversation>> {
        conversations::table
            .filter(conversations::id.eq_any(ids))
            .filter(conversations::forgotten_at.is_null())
            .select(Conversation::as_select())
            .load(conn)
    }

    /// By its human number.
    pub fn find_number(conn, number: i64) -> QueryResult<Option<Conversation>> {
        conversations::table
            .filter(conversations::number.eq(number))
            .filter(conversations::forgotten_at.is_null())
            .select(Conversation::as_select())
            .get_result(conn)
            .optional()
    }

    /// A conversation, and how long the wrap-up of its queue lasts, in ms.
    pub fn find_to_close(conn, id: ConversationId) -> QueryResult<Option<(Conversation, i64)>> {
        conversations::table
            .inner_join(queues::table)
            .filter(conversations::id.eq(id))
            .filter(conversations::forgotten_at.is_null())
            .select((Conversation::as_select(), queues::wrap_ms))
            .get_result(conn)
            .optional()
    }

    /// The conversation that this customer opened with this command.
    pub fn find_opened(conn, customer: UserId, client: ClientId)
        -> QueryResult<Option<Conversation>>
    {
        conversations::table
            .filter(conversations::customer_id.eq(customer))
            .filter(conversations::open_client_id.eq(client))
            .select(Conversation::as_select())
            .get_result(conn)
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

    /// Whether this customer has opened any.
    pub fn any_of(conn, customer: UserId) -> QueryResult<bool> {
        let his = conversations::table.filter(conversations::customer_id.eq(customer));
        diesel::select(diesel::dsl::exists(his)).get_result(conn)
    }

    /// The waiting one becomes this rep's, if it still waits and its queue gives out by itself:
    /// whoever claims it needs neither. The desk takes the slot beside it.
    pub fn set_assigned(conn, id: ConversationId, rep: UserId, by: Option<UserId>, at: Moment)
        -> QueryResult<Option<(Conversation, Beside)>>
    {
        let patience = sql::<Nullable<BigInt>>(
            "(SELECT coalesce(q.first_reply_ms, q.idle_after_ms) + ",
        )
        .bind::<BigInt, _>(at)
        .sql(" FROM queues q WHERE q.id = conversations.queue_id)");
        let gives_out = queues::table
            .filter(queues::id.eq(conversations::queue_id).and(queues::mode.eq(Mode::Auto)));
        let waiting = conversations::table
            .filter(conversations::id.eq(id))
            .filter(conversations::status.eq(Status::Waiting))
            .filter(conversations::held.eq(false).or(by.is_some().into_sql::<Bool>()))
            .filter(diesel::dsl::exists(gives_out).or(by.is_some().into_sql::<Bool>()));
        let changed = diesel::update(waiting)
            .set((
                conversations::status.eq(Status::Active),
                conversations::rep_id.eq(Some(rep)),
                conversations::last_rep_id.eq(Some(rep)),
                conversations::epoch.eq(conversations::epoch + 1),
                conversations::assigned_at.eq(Some(at)),
                conversations::updated_at.eq(at),
                conversations::changed_by.eq(by),
                conversations::held.eq(false),
                conversations::preferred_until.eq(None::<Moment>),
                conversations::due_at.eq(patience),
            ))
            .returning((Conversation::as_returning(), beside!()));
        prepared(changed).get_result(conn).optional()
    }

    /// Writes what the desk has changed in a row whose head it holds.
    pub fn set_state(conn, row: &Conversation) -> QueryResult<Beside> {
        let changed = diesel::update(conversations::table.find(row.id))
            .set((
                (
                    conversations::queue_id.eq(row.queue_id),
                    conversations::priority.eq(row.priority),
                    conversations::status.eq(row.status),
                    conversations::resolution.eq(row.resolution),
                    conversations::rep_id.eq(row.rep_id),
                    conversations::last_rep_id.eq(row.last_rep_id),
                    conversations::epoch.eq(row.epoch),
                    conversations::place.eq(row.place),
                    conversations::held.eq(row.held),
                ),
                (
                    conversations::updated_at.eq(row.updated_at),
                    conversations::assigned_at.eq(row.assigned_at),
                    conversations::first_reply_at.eq(row.first_reply_at),
                    conversations::closed_at.eq(row.closed_at),
                    conversations::changed_by.eq(row.changed_by),
                    conversations::preferred_rep_id.eq(row.preferred_rep_id),
                    conversations::preferred_until.eq(row.preferred_until),
                    conversations::hops.eq(row.hops),
                    conversations::due_at.eq(row.due_at),
                    conversations::ending.eq(row.ending),
                    conversations::queued_at.eq(row.queued_at),
                    conversations::left_message.eq(row.left_message),
                ),
            ))
            .returning(beside!());
        prepared(changed).get_result(conn)
    }

    /// Writes what its customer thinks of it, and answers the row.
    pub fn set_rating(conn, id: ConversationId, score: i32, text: Option<&str>, at: Moment)
        -> QueryResult<Conversation>
    {
        diesel::update(conversations::table.find(id))
            .set((
                conversations::rating.eq(Some(score)),
                conversations::rating_text.eq(text),
                conversations::rated_at.eq(Some(at)),
            ))
            .returning(Conversation::as_returning())
            .get_result(conn)
    }

    /// Makes it another customer's, as if he had opened it with this command.
    pub fn set_customer(conn, id: ConversationId, customer: UserId, client: ClientId)
        -> QueryResult<usize>
    {
        diesel::update(conversations::table.find(id))
            .set((
                conversations::customer_id.eq(customer),
                conversations::open_client_id.eq(client),
            ))
            .execute(conn)
    }

    /// When each of these was assigned, if it was.
    pub fn assigned_at(conn, ids: &[ConversationId])
        -> QueryResult<Vec<(ConversationId, Option<Moment>)>>
    {
        conversations::table
            .filter(conversations::id.eq_any(ids))
            .select((conversations::id, conversations::assigned_at))
            .load(conn)
    }

    /// Those whose state time has ended, the longest overdue first.
    pub fn due(conn, now: Moment, limit: i64) -> QueryResult<Vec<ConversationId>> {
        let due = conversations::table
            .filter(conversations::due_at.le(now))
            .order(conversations::due_at)
            .limit(limit)
            .select(conversations::id);
        prepared(due).load(conn)
    }

    /// What a lost rep had got before he was lost, or is asked. Who works without a socket is not
    /// lost to what he took since. The line gives him nothing then: what it gave came before,
    /// whatever the clocks of two nodes say.
    pub fn held_by_lost(conn, rep: UserId) -> QueryResult<Vec<ConversationId>> {
        let before = conversations::assigned_at.le(reps::lost_at);
        let by_line = conversations::changed_by.is_null();
        let before = before.assume_not_null().or(by_line);
        let active = conversations::status.eq(Status::Active).and(before);
        let held = conversations::table
            .inner_join(reps::table.on(conversations::rep_id.eq(reps::user_id.nullable())))
            .filter(conversations::rep_id.eq(rep))
            .filter(active.or(conversations::status.eq(Status::Offered)))
            .order(conversations::id)
            .select(conversations::id);
        prepared(held).load(conn)
    }

    /// What a rep holds in this status.
    pub fn held_by(conn, rep: UserId, status: Status) -> QueryResult<Vec<ConversationId>> {
        conversations::table
            .filter(conversations::rep_id.eq(rep).and(conversations::status.eq(status)))
            .order(conversations::id)
            .select(conversations::id)
            .load(conn)
    }

    /// The open ones of these people, as customer or rep, with their last seqs. Asked for both at
    /// once, SQLite would look at all that a customer ever opened.
    pub fn open_heads(conn, people: &[UserId])
        -> QueryResult<Vec<OpenHead>>
    {
        let open = || {
            conversations::table
                .inner_join(heads::table.on(heads::conversation_id.eq(conversations::id)))
                .select((
                    conversations::id,
                    conversations::customer_id,
                    conversations::rep_id,
                    heads::last_seq,
                ))
        };
        let asked = conversations::customer_id.eq_any(people);
        let mut found: Vec<OpenHead> = open().filter(is_open().and(asked)).load(conn)?;
        let serving = conversations::rep_id.eq_any(people);
        found.extend(open().filter(serving).load::<OpenHead>(conn)?);
        found.sort_unstable_by_key(|(id, ..)| *id);
        found.dedup_by_key(|(id, ..)| *id);
        Ok(found)
    }

    /// Those that were closed since a moment, with whom they concern and their last seqs.
    pub fn ended_since(conn, since: Moment) -> QueryResult<Vec<OpenHead>> {
        let ended = conversations::table
            .inner_join(heads::table.on(heads::conversation_id.eq(conversations::id)))
            .filter(conversations::closed_at.gt(since))
            .select((
                conversations::id,
                conversations::customer_id,
                conversations::last_rep_id,
                heads::last_seq,
            ));
        prepared(ended).load(conn)
    }

    /// How many a customer has that are not closed.
    pub fn count_open_of(conn, customer: UserId) -> QueryResult<i64> {
        let his = conversations::table.filter(conversations::customer_id.eq(customer));
        his.filter(is_open()).count().get_result(conn)
    }

    /// Whether a rep serves a queue.
    pub fn serves(conn, rep: UserId, queue: QueueId) -> QueryResult<bool> {
        diesel::select(diesel::dsl::exists(rep_queues::table.find((rep, queue)))).get_result(conn)
    }
}

/// The row, if this person may do this with it.
pub fn allowed(
    conn: &mut Conn,
    actor: &Actor,
    action: Action,
    id: ConversationId,
) -> Result<Conversation> {
    let row = find(conn, id)?.ok_or_else(|| Error::not_found("conversation"))?;
    ties::may_with(conn, actor, action, &row)?;
    Ok(row)
}

/// The row, if this person may read it; what is foreign is answered as what is not there.
pub fn readable(conn: &mut Conn, actor: &Actor, id: ConversationId) -> Result<Conversation> {
    allowed(conn, actor, Action::Read, id)
}
