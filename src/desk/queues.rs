//! Queues as admins make them: what is allowed in a policy, and what a change of it means for
//! those who wait.

use serde_json::{Value, json};

use super::{Change, Desk, canned_replies, hold};
use crate::access::{Action, Actor, Object, may};
use crate::error::{Code, Error, FieldError, Result};
use crate::news::News;
use crate::store::audit::{self, Entry};
use crate::store::queue_views::{self, ListedQueue, QueueInFull};
use crate::store::queues::{self, Policy, Queue};
use crate::store::{Conn, line, schedules, serving, users, waiting};
use crate::words::{Act, Mode, Moment, ObjectKind, QueueId, UserId, now};

/// Characters of a name and of a description.
const NAME_CHARS_MAX: usize = 100;
const DESCRIPTION_CHARS_MAX: usize = 1_000;
/// How many may wait in a new queue when nobody says.
const WAITING_MAX: i32 = 10_000;

/// What a number of a queue may be.
pub struct Limit {
    pub field: &'static str,
    pub least: i64,
    pub most: i64,
    of: fn(&Queue) -> Option<i64>,
}

const HOUR: Moment = 60 * 60 * 1_000;
/// The longest of what the database leaves open: sums with it stay far from any end.
const YEAR: Moment = 366 * 24 * HOUR;

const fn limit(field: &'static str, least: i64, most: i64, of: fn(&Queue) -> Option<i64>) -> Limit {
    Limit {
        field,
        least,
        most,
        of,
    }
}

/// The limits of the database, told to people before it refuses.
pub const LIMITS: &[Limit] = &[
    limit("waiting_max", 0, 1_000_000, |one| {
        Some(one.waiting_max.into())
    }),
    limit("offer_ms", 1_000, HOUR, |one| Some(one.policy.offer_ms)),
    limit("cooldown_ms", 0, HOUR, |one| Some(one.policy.cooldown_ms)),
    limit("misses_max", 1, 100, |one| {
        Some(one.policy.misses_max.into())
    }),
    limit("prefer_ms", 0, YEAR, |one| Some(one.policy.prefer_ms)),
    limit("abandon_after_ms", 0, YEAR, |one| {
        one.policy.abandon_after_ms
    }),
    limit("first_reply_ms", 1_000, YEAR, |one| {
        one.policy.first_reply_ms
    }),
    limit("idle_after_ms", 1_000, YEAR, |one| {
        Some(one.policy.idle_after_ms)
    }),
    limit("wrap_ms", 0, HOUR, |one| Some(one.policy.wrap_ms)),
    limit("reopen_ms", 0, YEAR, |one| Some(one.policy.reopen_ms)),
    limit("wait_target_ms", 1, YEAR, |one| {
        Some(one.policy.wait_target_ms)
    }),
    limit("fallback_after_ms", 1_000, YEAR, |one| {
        Some(one.policy.fallback_after_ms)
    }),
    limit("hops_max", 0, 100, |one| Some(one.policy.hops_max.into())),
];

impl Desk {
    /// Makes a queue, the last in the order, served by these reps, or by all.
    pub async fn add_queue(
        &self,
        actor: Actor,
        edit: impl Fn(&mut Queue),
        reps: Option<Vec<UserId>>,
    ) -> Result<QueueInFull> {
        may(&actor, Action::ChangeQueues, Object::None)?;
        let mut queue = Queue {
            id: QueueId::new(),
            name: String::new(),
            name_key: String::new(),
            description: String::new(),
            position: 0,
            mode: Mode::Auto,
            waiting_max: WAITING_MAX,
            created_at: now(),
            policy: Policy::default(),
        };
        edit(&mut queue);
        let entry = about(&actor, Act::QueueCreated, queue.id);
        let view = self
            .commit(move |conn| {
                let mut queue = queue.clone();
                check(conn, &mut queue)?;
                queues::hold_all(conn)?;
                let last = queues::list(conn)?
                    .into_iter()
                    .map(|one| one.position)
                    .max();
                queue.position = last.map_or(0, |last| last + 1);
                if queues::insert(conn, &queue)? == 0 {
                    return Err(name_taken());
                }
                let reps = serving::meant_reps(conn, reps.as_deref())?;
                let mut change = facts(conn, None)?;
                change.reps = serving::set_reps(conn, queue.id, &reps)?;
                change.staffing = true;
                let made = whole(conn, &queue)?;
                audit::record(conn, &entry, None, Some(made))?;
                Ok((queue_views::in_full(conn, queue.id)?, change))
            })
            .await?;
        let (queue, name) = (view.queue.id, &view.queue.name);
        tracing::info!(actor = %actor.id, %queue, name, mode = %view.mode, "a queue was made");
        Ok(view)
    }

    /// Changes a queue, and with `reps` who serves it. What waits in it goes by the new mode and
    /// patience at once; every other duration counts for what begins from now on.
    pub async fn change_queue(
        &self,
        actor: Actor,
        id: QueueId,
        edit: impl Fn(&mut Queue) + Send + 'static,
        reps: Option<Vec<UserId>>,
    ) -> Result<QueueInFull> {
        may(&actor, Action::ChangeQueues, Object::None)?;
        let entry = about(&actor, Act::QueueUpdated, id);
        let (view, changed) = self
            .commit(move |conn| {
                let before = queues::hold(conn, id)?;
                let before = before.ok_or_else(|| Error::not_found("queue"))?;
                let was = whole(conn, &before)?;
                let mut queue = before.clone();
                edit(&mut queue);
                check(conn, &mut queue)?;
                let taken = |error: Error| match error.is_already_there() {
                    true => name_taken(),
                    false => error,
                };
                queues::update(conn, &queue).map_err(|error| taken(error.into()))?;
                let lasts = |queue: &Queue| hold::patience(queue, 0);
                let hours = before.policy.schedule_id != queue.policy.schedule_id;
                if hours || lasts(&before) != lasts(&queue) {
                    waiting::set_patience(conn, id, lasts(&queue))?;
                }
                let mut change = facts(conn, Some(id))?;
                change
                    .news
                    .extend(hours.then_some(News::Line { queue: id }));
                let mut changed = differing(&before, &queue);
                if let Some(reps) = &reps {
                    let reps = serving::meant_reps(conn, Some(reps))?;
                    change.reps = serving::set_reps(conn, id, &reps)?;
                    // Also if those who served it serve nothing more.
                    change.news.push(News::Line { queue: id });
                    changed.extend((!change.reps.is_empty()).then_some("reps"));
                }
                let (was, is) = audit::differing(was, whole(conn, &queue)?);
                audit::record(conn, &entry, Some(was), Some(is))?;
                Ok(((queue_views::in_full(conn, id)?, changed), change))
            })
            .await?;
        tracing::info!(actor = %actor.id, queue = %id, ?changed, "a queue was changed");
        Ok(view)
    }

    /// Puts the queues in this order. The first is where those wait who name none.
    pub async fn order_queues(
        &self,
        actor: Actor,
        order: Vec<QueueId>,
    ) -> Result<Vec<ListedQueue>> {
        may(&actor, Action::ChangeQueues, Object::None)?;
        let said = order.clone();
        let entry = Entry::new(Some(actor.id), Act::QueuesOrdered, ObjectKind::Queue, None);
        let list = self
            .commit(move |conn| {
                queues::hold_all(conn)?;
                let mut known: Vec<_> = queues::list(conn)?.iter().map(|one| one.id).collect();
                let was = Some(json!({ "queues": known }));
                let mut named = order.clone();
                known.sort();
                named.sort();
                if known != named {
                    let detail = "Name every queue once. Read the list again, it may have changed.";
                    return Err(Error::invalid("queues", detail));
                }
                for (id, position) in order.iter().zip(0..) {
                    queues::set_position(conn, *id, position)?;
                }
                audit::record(conn, &entry, was, Some(json!({ "queues": order })))?;
                Ok((queue_views::list(conn)?, facts(conn, None)?))
            })
            .await?;
        tracing::info!(actor = %actor.id, queues = ?said, "the queues were put in order");
        Ok(list)
    }

    /// Strikes out a queue in which nothing is open. What has ended in it goes on by its name.
    pub async fn delete_queue(&self, actor: Actor, id: QueueId) -> Result<()> {
        may(&actor, Action::ChangeQueues, Object::None)?;
        let at = now();
        let entry = about(&actor, Act::QueueDeleted, id);
        self.commit(move |conn| {
            // All of them, so that two admins do not delete the last two.
            queues::hold_all(conn)?;
            if let Some(queue) = queues::find_there(conn, id)? {
                let mut was = whole(conn, &queue)?;
                let replies = canned_replies::go_with_queue(conn, id)?;
                if replies > 0 {
                    was["canned_replies"] = json!(replies);
                }
                audit::record(conn, &entry, Some(was), None)?;
            }
            if queues::set_deleted(conn, id, at)? == 0 {
                return Err(Error::not_found("queue"));
            }
            if queues::list(conn)?.is_empty() {
                let detail = "This is the last queue. Make another before you delete it.";
                return Err(Error::new(Code::LastQueue, detail));
            }
            if let Some(other) = queues::falling_back(conn, id)? {
                let detail =
                    format!("The queue {other} falls back to this one. Change that first.");
                return Err(Error::new(Code::QueueInUse, detail));
            }
            let open = queues::count_open(conn, id)?;
            if open > 0 {
                let detail = format!(
                    "Conversations are open in this queue: {open}. Set it to draining, so that \
                     nobody new comes, and delete it when they have ended or are elsewhere."
                );
                return Err(Error::new(Code::QueueNotEmpty, detail));
            }
            Ok(((), facts(conn, None)?))
        })
        .await?;
        tracing::info!(actor = %actor.id, queue = %id, "a queue was deleted");
        Ok(())
    }
}

/// What an admin is about to do to a queue.
fn about(actor: &Actor, act: Act, queue: QueueId) -> Entry {
    Entry::new(Some(actor.id), act, ObjectKind::Queue, Some(queue.0))
}

/// All that admins say of a queue, and who serves it, for the audit.
fn whole(conn: &mut Conn, queue: &Queue) -> Result<Value> {
    let mut told = serde_json::to_value(&queue.policy).map_err(Error::internal)?;
    told["name"] = json!(queue.name);
    told["description"] = json!(queue.description);
    told["mode"] = json!(queue.mode);
    told["waiting_max"] = json!(queue.waiting_max);
    told["reps"] = json!(serving::rep_ids_of(conn, queue.id)?);
    Ok(told)
}

/// What the line must hear of one queue that has become newer, or of all.
fn facts(conn: &mut Conn, one: Option<QueueId>) -> Result<Change> {
    let mut change = Change::default();
    change.facts.queues = line::queue_facts(conn, one.as_ref().map(std::slice::from_ref))?;
    Ok(change)
}

fn name_taken() -> Error {
    let detail = "There is a queue of this name already. Choose another.";
    Error::new(Code::QueueNameTaken, detail)
}

/// Names every field that is wrong, at once; makes the name's key.
fn check(conn: &mut Conn, queue: &mut Queue) -> Result<()> {
    let mut wrong: Vec<FieldError> = Vec::new();
    let mut refuse = |field: &'static str, detail: String| {
        wrong.push(FieldError {
            field: field.into(),
            detail,
        });
    };
    queue.name = queue.name.trim().to_owned();
    queue.name_key = users::fold(&queue.name);
    let long = queue.name.chars().count() > NAME_CHARS_MAX;
    if queue.name.is_empty() || long || queue.name.chars().any(char::is_control) {
        let detail = format!("Give 1 to {NAME_CHARS_MAX} characters on one line.");
        refuse("name", detail);
    }
    let control = |c: char| c.is_control() && c != '\n';
    let long = queue.description.chars().count() > DESCRIPTION_CHARS_MAX;
    if long || queue.description.chars().any(control) {
        let detail = format!("Give at most {DESCRIPTION_CHARS_MAX} characters that can be shown.");
        refuse("description", detail);
    }
    for limit in LIMITS {
        let allowed = limit.least..=limit.most;
        if (limit.of)(queue).is_some_and(|value| !allowed.contains(&value)) {
            let detail = format!(
                "Give a whole number from {} to {}.",
                limit.least, limit.most
            );
            refuse(limit.field, detail);
        }
    }
    match queue.policy.fallback_queue_id {
        Some(id) if id == queue.id => {
            let detail = "A queue cannot fall back to itself. Name another, or null for none.";
            refuse("fallback_queue_id", detail.into());
        }
        Some(id) if queues::find_there(conn, id)?.is_none() => {
            refuse("fallback_queue_id", "There is no such queue.".into());
        }
        _ => {}
    }
    // Held, so that nobody deletes it in the moment in which a queue begins to go by it.
    if let Some(id) = queue.policy.schedule_id
        && schedules::hold(conn, id)?.is_none()
    {
        refuse("schedule_id", "There is no such schedule.".into());
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(Error::invalid_fields(wrong)),
    }
}

/// What an admin has changed, for the log.
fn differing(before: &Queue, after: &Queue) -> Vec<&'static str> {
    let (old, new) = (&before.policy, &after.policy);
    let others = [
        ("name", before.name != after.name),
        ("description", before.description != after.description),
        ("mode", before.mode != after.mode),
        (
            "fallback_queue_id",
            old.fallback_queue_id != new.fallback_queue_id,
        ),
        ("draining", old.draining != new.draining),
        ("schedule_id", old.schedule_id != new.schedule_id),
        ("outside_hours", old.outside_hours != new.outside_hours),
    ];
    let others = others.into_iter().filter(|(_, differs)| *differs);
    let numbers = LIMITS
        .iter()
        .filter(|one| (one.of)(before) != (one.of)(after));
    others
        .map(|(field, _)| field)
        .chain(numbers.map(|one| one.field))
        .collect()
}
