//! A customer opens a conversation and stands in line.

use super::{Actor, Change, Desk, check_text};
use crate::error::{Code, Error, Result};
use crate::news::{Grown, News};
use crate::store::conversations::{self, Conversation, ConversationView};
use crate::store::events::{self, Entry};
use crate::store::queues::{self, Queue};
use crate::store::{Conn, line, messages};
use crate::words::{
    ClientId, ConversationId, EventKind, Moment, Priority, QueueId, Role, Status, UserId, now,
};

/// What a customer says when he opens a conversation.
#[derive(Debug, Clone)]
pub struct Open {
    /// Made by the client, so that a retry opens nothing twice.
    pub client_id: ClientId,
    pub subject: String,
    /// The first message, if there is one.
    pub text: Option<String>,
    /// Where to wait; none takes the first queue.
    pub queue: Option<QueueId>,
    pub priority: Priority,
}

impl Desk {
    /// Opens a conversation. A retry with the same client id gets the first one's answer; the
    /// flag says whether it was one.
    pub async fn open(&self, actor: Actor, open: Open) -> Result<(ConversationView, bool)> {
        if actor.role != Role::Customer {
            let detail = "Only a customer can open a conversation. Sign in as one.";
            return Err(Error::new(Code::Forbidden, detail));
        }
        if !open.subject.is_empty() {
            check_text("subject", &open.subject, self.0.limits.subject_chars_max)?;
        }
        if let Some(text) = &open.text {
            self.check_text(text)?;
        }
        let most = self.0.limits.open_per_customer_max;
        let (id, at) = (ConversationId::new(), now());
        let number = self.0.numbers.next(&self.0.store).await?;
        let (customer, command) = (actor.id, open.clone());
        let insert = move |conn: &mut Conn| {
            let queue = admit(conn, &actor, &open, most)?;
            opened(conn, row(&actor, &open, &queue, (id, number, at)), &open)
        };
        let refused = match self.commit(insert).await {
            Ok(view) => {
                self.0.metrics.opened.inc();
                return Ok((view, false));
            }
            Err(refused) => refused,
        };
        // A command that was carried out before stands in its own way.
        if !(refused.is_already_there() || FULL.contains(&refused.code)) {
            return Err(refused);
        }
        let earlier = self
            .0
            .store
            .read(move |conn| again(conn, customer, &command));
        let earlier = earlier.await?.ok_or(refused)?;
        Ok((earlier, true))
    }
}

/// What a repetition may be told instead of its answer, because the first one counts.
const FULL: [Code; 2] = [Code::TooManyOpen, Code::QueueFull];

/// The conversation that this command has opened before, if it has.
fn again(conn: &mut Conn, customer: UserId, open: &Open) -> Result<Option<ConversationView>> {
    let Some(row) = conversations::find_opened(conn, customer, open.client_id)? else {
        return Ok(None);
    };
    let same = row.subject == open.subject
        && row.priority == open.priority
        && open.queue.is_none_or(|queue| queue == row.queue_id);
    if !same || first_text(conn, &row)? != open.text {
        return Err(messages::idempotency_mismatch());
    }
    conversations::view(conn, row).map(Some)
}

/// The message that a conversation was opened with: written in the same moment, just behind the
/// opening, and without an id of its own.
fn first_text(conn: &mut Conn, row: &Conversation) -> Result<Option<String>> {
    let second = events::after(conn, row.id, 1, 1)?.pop();
    let text = second.filter(|event| {
        event.kind == EventKind::Message
            && event.client_id.is_none()
            && event.created_at == row.created_at
    });
    Ok(text.and_then(|event| event.body))
}

/// The queue to wait in, if there is room for one more.
fn admit(conn: &mut Conn, actor: &Actor, open: &Open, most: i64) -> Result<Queue> {
    let admission = queues::admission(conn, open.queue, actor.id)?;
    let (queue, waiting, mine) =
        admission.ok_or_else(|| Error::invalid("queue", "There is no such queue."))?;
    if mine.unwrap_or_default() >= most {
        let detail = format!("You have {most} open conversations already. Close one first.");
        return Err(Error::new(Code::TooManyOpen, detail));
    }
    if waiting.unwrap_or_default() >= i64::from(queue.waiting_max) {
        let detail = "Too many are waiting already. Please come back later.";
        return Err(Error {
            retry_after_ms: Some(60_000),
            ..Error::new(Code::QueueFull, detail)
        });
    }
    Ok(queue)
}

fn row(
    actor: &Actor,
    open: &Open,
    queue: &Queue,
    (id, number, at): (ConversationId, i64, Moment),
) -> Conversation {
    Conversation {
        id,
        number,
        customer_id: actor.id,
        open_client_id: open.client_id,
        queue_id: queue.id,
        subject: open.subject.clone(),
        priority: open.priority,
        status: Status::Waiting,
        resolution: None,
        rep_id: None,
        last_rep_id: None,
        epoch: 0,
        place: at - open.priority.head_start(),
        held: false,
        created_at: at,
        updated_at: at,
        assigned_at: None,
        first_reply_at: None,
        closed_at: None,
        changed_by: Some(actor.id),
        preferred_rep_id: None,
        preferred_until: None,
        hops: 0,
        due_at: None,
        ending: None,
    }
}

fn opened(conn: &mut Conn, row: Conversation, open: &Open) -> Result<(ConversationView, Change)> {
    let (id, customer, queue, at) = (row.id, row.customer_id, row.queue_id, row.created_at);
    let beside = conversations::insert(conn, &row)?;
    let mut entries = vec![Entry {
        client_id: Some(open.client_id),
        ..Entry::new(EventKind::Opened, Some(customer))
    }];
    entries.extend(open.text.clone().map(|text| Entry {
        body: Some(text),
        ..Entry::new(EventKind::Message, Some(customer))
    }));
    let last_seq = entries.len() as i64;
    events::start(conn, id, last_seq)?;
    let log = events::append(conn, id, last_seq, at, entries)?;
    let fact = line::of_row(&row, last_seq, beside.mode);
    let view = conversations::view_of(row, beside, last_seq);
    let mut change = Change::default();
    change.conversation(fact, Grown::new(log, [customer], Some(view.clone())));
    change.news.push(News::Line { queue });
    Ok((view, change))
}
