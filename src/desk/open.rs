//! A customer opens a conversation and stands in line.

use super::{Change, Desk, Said, check_text, hold, hours, slots};
use crate::access::{Action, Actor, Object, may};
use crate::dispatch::NO_END;
use crate::error::{Code, Error, Result};
use crate::news::{Grown, News};
use crate::store::conversations::{self, Conversation, ConversationView};
use crate::store::events::{self, Entry};
use crate::store::queues::{self, Queue};
use crate::store::{Conn, attachments, line, marks, messages, originals, reps, users};
use crate::words::{
    AttachmentId, ClientId, ConversationId, EventKind, Moment, Priority, QueueId, Role, Status,
    UserId, now,
};

/// What a customer says when he opens a conversation.
#[derive(Debug, Clone)]
pub struct Open {
    /// Made by the client, so that a retry opens nothing twice.
    pub client_id: ClientId,
    pub subject: String,
    /// The first message, if there is one.
    pub text: Option<String>,
    /// What the first message carries: uploads of his that were not sent yet.
    pub attachments: Vec<AttachmentId>,
    /// Where to wait; none takes the first queue.
    pub queue: Option<QueueId>,
    pub priority: Priority,
    /// To be answered when there is time: it does not wait in line now.
    pub leave_message: bool,
}

impl Open {
    /// The first message, if there is one.
    fn said(&self) -> Option<Said> {
        let there = self.text.is_some() || !self.attachments.is_empty();
        there.then(|| Said {
            text: self.text.clone().unwrap_or_default(),
            attachments: self.attachments.clone(),
        })
    }
}

/// How long a message that was left lies before it tries to stand in line, in ms.
pub(super) const LEFT_MS: Moment = 15 * 60_000;

impl Desk {
    /// Opens a conversation. A retry with the same client id gets the first one's answer; the
    /// flag says whether it was one.
    pub async fn open(&self, actor: Actor, open: Open) -> Result<(ConversationView, bool)> {
        may(&actor, Action::Open, Object::None)?;
        if !open.subject.is_empty() {
            check_text("subject", &open.subject, self.limits().subject_chars_max)?;
        }
        if let Some(said) = open.said() {
            self.check_said(&said)?;
        }
        let most_urgent = self.limits().customer_priority_max;
        if open.priority > most_urgent {
            let detail =
                format!("Ask for at most the priority `{most_urgent}`; staff may raise it.");
            return Err(Error::invalid("priority", detail));
        }
        if open.leave_message && open.said().is_none() {
            let detail = "Write the message that you want to leave.";
            return Err(Error::invalid("text", detail));
        }
        self.count_words(&actor)?;
        let personal_reps = self.0.rules.personal_reps;
        let (id, at) = (ConversationId::new(), now());
        let place = at - self.0.rules.head_starts.of(open.priority);
        let number = self.0.numbers.next(&self.0.store).await?;
        let (customer, command) = (actor.id, open.clone());
        let desk = self.clone();
        let insert = move |conn: &mut Conn| {
            let queue = desk.admit(conn, actor.id, open.queue, open.leave_message)?;
            if personal_reps {
                give_rep(conn, actor.id)?;
            }
            let mut row = row(&actor, &open, &queue, (id, number, at, place));
            let outside = hours::leaves_message(conn, &queue, at)?;
            row.left_message = outside || open.leave_message;
            if open.leave_message {
                row.status = Status::Parked;
                row.due_at = Some(at + LEFT_MS);
            } else if queue.policy.prefer_ms > 0 {
                prefer(conn, &mut row, &queue)?;
            }
            opened(conn, row, &open, outside)
        };
        let refused = match self.commit(insert).await {
            Ok(view) => {
                self.0.metrics.opened.inc();
                self.count_line(view.queue.id);
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

    /// The queue to wait in, if there is room for one more.
    pub(super) fn admit(
        &self,
        conn: &mut Conn,
        customer: UserId,
        queue: Option<QueueId>,
        leaves_message: bool,
    ) -> Result<Queue> {
        let (most, queue_named) = (self.limits().open_per_customer_max, queue.is_some());
        conn.alone_with(customer.0)?;
        let admission = queues::admission(conn, queue, customer)?;
        let (queue, mine, erased_at, role) = admission.ok_or_else(|| match queue_named {
            true => Error::invalid("queue", "There is no such queue."),
            // Some queue there always is: he was a visitor, and has just become somebody else.
            false => login_ended(),
        })?;
        if erased_at.is_some() {
            let detail = "This account was erased. Register again to open a conversation.";
            return Err(Error::new(Code::SessionEnded, detail));
        }
        // Somebody has just made him a rep or an admin: what he opened now would be nobody's.
        if role != Some(Role::Customer) {
            return Err(login_ended());
        }
        if mine.unwrap_or_default() >= most {
            let detail = format!("You have {most} open conversations already. Close one first.");
            return Err(Error::new(Code::TooManyOpen, detail));
        }
        if leaves_message {
            return Ok(queue);
        }
        if queue.policy.draining {
            let detail = "Nobody new is let in here. Choose another queue, or leave a message: \
                          send it again with `leave_message`.";
            return Err(Error::new(Code::QueueClosed, detail));
        }
        let longest = i64::from(queue.waiting_max);
        if !self.0.lengths.has_room(conn, queue.id, longest)? {
            let detail = "Too many are waiting already. Come back later, or leave a message: \
                          send it again with `leave_message`.";
            return Err(Error {
                retry_after_ms: Some(60_000),
                ..Error::new(Code::QueueFull, detail)
            });
        }
        Ok(queue)
    }
}

fn login_ended() -> Error {
    Error::new(Code::SessionEnded, "This login has ended. Sign in again.")
}

/// What a repetition may be told instead of its answer, because the first one counts.
const FULL: [Code; 5] = [
    Code::TooManyOpen,
    Code::QueueFull,
    Code::QueueClosed,
    Code::OutsideHours,
    // Its queue is no more.
    Code::ValidationFailed,
];

/// The conversation that this command has opened before, if it has. Compared with what was said
/// then, wherever it stands now.
fn again(conn: &mut Conn, customer: UserId, open: &Open) -> Result<Option<ConversationView>> {
    let Some(row) = conversations::find_opened(conn, customer, open.client_id)? else {
        return Ok(None);
    };
    let mut log = events::after(conn, row.id, 0, 2)?.into_iter();
    let mut said = log.next().and_then(|event| event.data).unwrap_or_default();
    // What was added to what was asked for.
    if let Some(said) = said.as_object_mut() {
        said.remove(OUTSIDE_HOURS);
    }
    // Written in the same moment, just behind the opening, and without an id of its own.
    let text = log.next().filter(|event| {
        event.kind == EventKind::Message
            && event.client_id.is_none()
            && event.created_at == row.created_at
    });
    let as_said = match (text, open.said()) {
        (Some(event), Some(said)) => originals::said_first(&event, &said.text, &said.attachments),
        (text, said) => text.is_none() && said.is_none(),
    };
    let same = row.subject == open.subject && said == asked(open) && as_said;
    match same {
        true => marks::view(conn, Role::Customer, row).map(Some),
        false => Err(messages::idempotency_mismatch()),
    }
}

/// What was asked for, as the log keeps it.
fn asked(open: &Open) -> serde_json::Value {
    serde_json::json!({
        "queue_id": open.queue,
        "priority": open.priority,
        "left_message": open.leave_message,
    })
}

/// Says in the log that nobody was expected then.
const OUTSIDE_HOURS: &str = "outside_hours";

/// A customer who registered while nobody was there gets a rep of his own at his first opening.
fn give_rep(conn: &mut Conn, customer: UserId) -> Result<()> {
    if users::personal_rep(conn, customer)?.is_none()
        && !conversations::any_of(conn, customer)?
        && let Some(rep) = reps::draw(conn)?
    {
        users::set_personal_rep(conn, customer, Some(rep))?;
    }
    Ok(())
}

/// Keeps it for the rep who knows this customer, if he is there and serves the queue: his personal
/// one, else who served him last.
fn prefer(conn: &mut Conn, row: &mut Conversation, queue: &Queue) -> Result<()> {
    let known = match users::personal_rep(conn, row.customer_id)? {
        None => users::last_rep(conn, row.customer_id)?,
        personal => personal,
    };
    if let Some(rep) = known
        && slots::is_there(conn, rep)?
        && conversations::serves(conn, rep, queue.id)?
    {
        let until = row.created_at.saturating_add(queue.policy.prefer_ms);
        row.preferred_rep_id = Some(rep);
        row.preferred_until = Some(until.min(NO_END));
    }
    Ok(())
}

fn row(
    actor: &Actor,
    open: &Open,
    queue: &Queue,
    (id, number, at, place): (ConversationId, i64, Moment, Moment),
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
        place,
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
        due_at: hold::patience(queue, at),
        ending: None,
        queued_at: at,
        left_message: false,
        rating: None,
        rating_text: None,
        rated_at: None,
    }
}

fn opened(
    conn: &mut Conn,
    row: Conversation,
    open: &Open,
    outside: bool,
) -> Result<(ConversationView, Change)> {
    let (id, customer, queue, at) = (row.id, row.customer_id, row.queue_id, row.created_at);
    let beside = conversations::insert(conn, &row)?;
    hold::check_queue(conn, queue)?;
    let carried = attachments::take(conn, customer, &open.attachments)?;
    let mut data = asked(open);
    if outside {
        data[OUTSIDE_HOURS] = true.into();
    }
    let mut entries = vec![Entry {
        client_id: Some(open.client_id),
        data: Some(data),
        ..Entry::new(EventKind::Opened, Some(customer))
    }];
    entries.extend(open.said().map(|said| Entry {
        body: Some(said.text),
        data: (!carried.is_empty()).then(|| attachments::told(&carried)),
        ..Entry::new(EventKind::Message, Some(customer))
    }));
    let last_seq = entries.len() as i64;
    let log = events::start(conn, id, at, entries)?;
    for one in carried {
        attachments::set_sent(conn, one.id, id, last_seq)?;
    }
    let fact = line::of_row(&row, last_seq, Vec::new());
    let view = conversations::view_of(row, beside, last_seq);
    let mut change = Change::default();
    change.conversation(fact, Grown::new(log, [customer], Some(view.clone())));
    if !open.leave_message {
        change.news.push(News::Line { queue });
    }
    Ok((view, change))
}
