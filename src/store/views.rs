//! Conversations as people see them: with the names of who takes part.

use std::collections::HashMap;

use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::conversation_row::{Conversation, its_rep};
use super::pictures;
use super::schema::{queues, users};
use crate::error::Result;
use crate::words::{
    AttachmentId, ConversationId, Moment, Priority, QueueId, Resolution, Role, Status, UserId,
};

/// What stands beside a conversation's row, as an expression to select or to return.
macro_rules! beside {
    () => {{
        use $crate::store::schema::{conversations, queues, users};
        let queue = queues::table.filter(queues::id.eq(conversations::queue_id));
        let customer = users::table.filter(users::id.eq(conversations::customer_id));
        let rep = users::table.filter(users::id.nullable().eq(conversations::rep_id));
        let last_rep = users::table.filter(users::id.nullable().eq(conversations::last_rep_id));
        let shown = users::table.filter(users::id.nullable().eq(conversations::rep_id));
        let last_shown = users::table.filter(users::id.nullable().eq(conversations::last_rep_id));
        (
            queue.select(queues::name).single_value().assume_not_null(),
            customer
                .select(users::display_name)
                .single_value()
                .assume_not_null(),
            rep.select(users::display_name).single_value(),
            last_rep.select(users::display_name).single_value(),
            shown.select(users::picture_id).single_value(),
            last_shown.select(users::picture_id).single_value(),
        )
    }};
}
pub(super) use beside;

/// What stands beside a conversation's row: its queue, and the names of who takes part.
#[derive(Debug, Clone, Queryable)]
pub struct Beside {
    queue: String,
    customer: String,
    rep: Option<String>,
    last_rep: Option<String>,
    rep_picture: Option<AttachmentId>,
    last_rep_picture: Option<AttachmentId>,
}

queries! {
    fn names(conn, ids: &[UserId]) -> QueryResult<Vec<(UserId, Called)>> {
        users::table
            .filter(users::id.eq_any(ids))
            .select((users::id, (users::display_name, users::picture_id)))
            .load(conn)
    }

    fn queue_names(conn, ids: &[QueueId]) -> QueryResult<Vec<(QueueId, String)>> {
        queues::table.filter(queues::id.eq_any(ids)).select((queues::id, queues::name)).load(conn)
    }
}

/// A person as others see him.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
pub struct PersonView {
    pub id: UserId,
    pub name: String,
    /// Where his picture can be got, with an access token, if he has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}

/// How somebody is called, and what he looks like.
#[derive(Debug, Clone, Default, Queryable)]
struct Called {
    name: String,
    picture: Option<AttachmentId>,
}

impl PersonView {
    /// Somebody whose picture is not at hand.
    pub fn new(id: UserId, name: String) -> Self {
        PersonView {
            id,
            name,
            picture: None,
        }
    }

    fn of(id: UserId, called: Called) -> Self {
        PersonView {
            picture: called.picture.map(pictures::url),
            ..Self::new(id, called.name)
        }
    }
}

/// A queue as others see it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct QueueView {
    pub id: QueueId,
    pub name: String,
}

/// What a customer thought of his conversation.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[schema(as = Rating)]
pub struct RatingView {
    /// 1 (bad) to 5 (good).
    pub score: i32,
    /// What he said to that.
    #[schema(required)]
    pub text: Option<String>,
    /// When he said so last.
    pub rated_at: Moment,
}

impl RatingView {
    /// That of a row, if it has one.
    fn of(row: &Conversation) -> Option<Self> {
        Some(RatingView {
            score: row.rating?,
            text: row.rating_text.clone(),
            rated_at: row.rated_at?,
        })
    }
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
    /// Whom it is offered to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_to: Option<PersonView>,
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
    /// When its state ends by itself: the offer, the wrap-up, the parking, the patience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Moment>,
    /// It waits, but its customer has gone: its place is kept until he is back, or `due_at`.
    #[serde(default)]
    pub held: bool,
    /// Its customer has left it as a message: he does not wait to be served.
    #[serde(default)]
    pub left_message: bool,
    /// While it waits or is offered: since when its customer has been waiting, this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_since: Option<Moment>,
    /// What its customer thought of it, once it was over.
    #[serde(default)]
    #[schema(required)]
    pub rating: Option<RatingView>,
}

/// These people, by id.
pub fn people(conn: &mut Conn, ids: &[UserId]) -> Result<HashMap<UserId, PersonView>> {
    let found = names(conn, ids)?.into_iter();
    Ok(found
        .map(|(id, called)| (id, PersonView::of(id, called)))
        .collect())
}

impl ConversationView {
    /// Whether somebody takes part in it: see [`Conversation::has_part`].
    pub fn has_part(&self, person: UserId) -> bool {
        let id = |one: &Option<PersonView>| one.as_ref().map(|one| one.id);
        let rep = its_rep(self.status, id(&self.rep), id(&self.last_rep));
        self.customer.id == person || rep == Some(person)
    }

    /// The conversation as somebody of this role may see it: whom else it is offered to, and when
    /// its state ends by itself, is not told to customers.
    pub fn seen_by(mut self, role: Role) -> Self {
        if role == Role::Customer {
            self.offered_to = None;
            self.due_at = None;
        }
        self
    }
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

/// A row just written, with what stood beside it and its last seq.
pub fn view_of(row: Conversation, beside: Beside, last_seq: i64) -> ConversationView {
    let called = |name: Option<String>, picture| name.map(|name| Called { name, picture });
    let names = [
        row.rep_id.zip(called(beside.rep, beside.rep_picture)),
        row.last_rep_id
            .zip(called(beside.last_rep, beside.last_rep_picture)),
        Some(row.customer_id).zip(called(Some(beside.customer), None)),
    ];
    let names = names.into_iter().flatten().collect();
    named(row, beside.queue, last_seq, &names)
}

type Names = HashMap<UserId, Called>;

fn names_in(conn: &mut Conn, rows: &[Conversation]) -> Result<Names> {
    let people = rows
        .iter()
        .flat_map(|row| [Some(row.customer_id), row.rep_id, row.last_rep_id]);
    let mut people: Vec<UserId> = people.flatten().collect();
    people.sort();
    people.dedup();
    Ok(names(conn, &people)?.into_iter().collect())
}

fn named(row: Conversation, queue: String, last_seq: i64, names: &Names) -> ConversationView {
    let person = |id: UserId| PersonView::of(id, names.get(&id).cloned().unwrap_or_default());
    let offered = row.status == Status::Offered;
    let waits = offered || row.status == Status::Waiting;
    ConversationView {
        waits_since: waits.then(|| row.waits_since(row.epoch > 0)),
        rating: RatingView::of(&row),
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
        // His picture stands in his account: no row that is written brings it along.
        customer: PersonView {
            picture: None,
            ..person(row.customer_id)
        },
        rep: row.rep_id.filter(|_| !offered).map(person),
        offered_to: row.rep_id.filter(|_| offered).map(person),
        last_rep: row.last_rep_id.map(person),
        epoch: row.epoch,
        last_seq,
        created_at: row.created_at,
        updated_at: row.updated_at,
        assigned_at: row.assigned_at,
        first_reply_at: row.first_reply_at,
        closed_at: row.closed_at,
        due_at: row.due_at,
        held: row.held,
        left_message: row.left_message,
    }
}
