//! A customer opens a conversation and stands in line.

use super::{Actor, Change, Desk, check_text};
use crate::error::{Code, Error, Result};
use crate::news::{Grown, News};
use crate::store::conversations::{self, Conversation, ConversationView};
use crate::store::events::{self, Entry};
use crate::store::queues::{self, Queue};
use crate::store::{Conn, line, messages};
use crate::words::{
    ClientId, ConversationId, EventKind, Moment, Priority, QueueId, Role, Status, now,
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
        let insert = move |conn: &mut Conn| {
            if let Some(row) = conversations::find_opened(conn, actor.id, open.client_id)? {
                return Ok(((again(conn, row, &open)?, true), Change::default()));
            }
            let queue = admit(conn, &actor, &open, most)?;
            let row = row(&actor, &open, &queue, (id, number, at));
            let (view, change) = opened(conn, row, &open, &queue)?;
            Ok(((view, false), change))
        };
        let first = self.commit(insert.clone()).await;
        let answer = match first {
            // The same command came twice at once, over two nodes: the other one has made it.
            Err(error) if error.is_already_there() => self.commit(insert).await?,
            other => other?,
        };
        if !answer.1 {
            self.0.metrics.opened.inc();
        }
        Ok(answer)
    }
}

/// The conversation that this command has opened before.
fn again(conn: &mut Conn, row: Conversation, open: &Open) -> Result<ConversationView> {
    let same = row.subject == open.subject
        && row.priority == open.priority
        && open.queue.is_none_or(|queue| queue == row.queue_id);
    if !same || first_text(conn, &row)? != open.text {
        return Err(messages::idempotency_mismatch());
    }
    conversations::view(conn, row)
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
    if conversations::count_open(conn, actor.id)? >= most {
        let detail = format!("You have {most} open conversations already. Close one first.");
        return Err(Error::new(Code::TooManyOpen, detail));
    }
    let queue = queue(conn, open)?;
    if conversations::count_waiting(conn, queue.id)? >= i64::from(queue.waiting_max) {
        let detail = "Too many are waiting already. Please come back later.";
        return Err(Error {
            retry_after_ms: Some(60_000),
            ..Error::new(Code::QueueFull, detail)
        });
    }
    Ok(queue)
}

fn queue(conn: &mut Conn, open: &Open) -> Result<Queue> {
    let found = match open.queue {
        Some(id) => queues::find(conn, id)?,
        None => queues::list(conn)?.into_iter().next(),
    };
    found.ok_or_else(|| Error::invalid("queue", "There is no such queue."))
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
    }
}

fn opened(
    conn: &mut Conn,
    row: Conversation,
    open: &Open,
    queue: &Queue,
) -> Result<(ConversationView, Change)> {
    let (id, customer, at) = (row.id, row.customer_id, row.created_at);
    conversations::insert(conn, &row)?;
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
    let fact = line::of_row(&row, last_seq, queue);
    let view = conversations::view_of(conn, row, last_seq, queue)?;
    let mut change = Change::default();
    change.conversation(fact, Grown::new(log, [customer], Some(view.clone())));
    change.news.push(News::Line { queue: queue.id });
    Ok((view, change))
}
