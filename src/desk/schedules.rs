//! Schedules as admins make them: when queues are open. A change counts at once for who waits.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Change, Desk, hold};
use crate::access::{Action, Actor, Object, may};
use crate::error::{Code, Error, FieldError, Result};
use crate::hours::{Day, Plan, Week, zone};
use crate::news::News;
use crate::store::audit::{self, Entry};
use crate::store::schedules::{self, Schedule, ScheduleView};
use crate::store::{Conn, Runs, users, waiting};
use crate::words::{Act, ObjectKind, ScheduleId, now};

/// Characters of a schedule's name.
const NAME_CHARS_MAX: usize = 100;
/// Schedules that there are.
const SCHEDULES_MAX: i64 = 200;
/// Whoever makes one is alone with this number, so that there are never more than allowed.
const MAKING: u128 = 0x5ced;

/// A schedule, or what to change of one: what is not given stays.
#[derive(Debug, Clone, Default)]
pub struct ScheduleEdit {
    pub name: Option<String>,
    pub time_zone: Option<String>,
    pub week: Option<Week>,
    pub days: Option<Vec<Day>>,
}

impl Desk {
    /// Makes a schedule. No queue goes by it yet.
    pub async fn add_schedule(&self, actor: Actor, edit: ScheduleEdit) -> Result<ScheduleView> {
        may(&actor, Action::ChangeSchedules, Object::None)?;
        let mut row = Schedule {
            id: ScheduleId::new(),
            name: String::new(),
            name_key: String::new(),
            time_zone: String::new(),
            plan: json!(Plan::default()),
            created_at: now(),
        };
        change(&mut row, &edit)?;
        let entry = about(&actor, Act::ScheduleCreated, row.id);
        let (id, at) = (row.id, now());
        let make = move |conn: &mut Conn| {
            conn.alone_with(Uuid::from_u128(MAKING))?;
            // Run again because the answer of its commit was lost, it finds its own.
            let made = schedules::find(conn, row.id)?.is_some();
            if !made && schedules::count(conn)? >= SCHEDULES_MAX {
                let detail = format!("There are {SCHEDULES_MAX} schedules. Delete one first.");
                return Err(Error::new(Code::QuotaExceeded, detail));
            }
            if !made && schedules::insert(conn, &row)? == 0 {
                return Err(name_taken());
            }
            audit::record(conn, &entry, None, Some(whole(&row)))?;
            schedules::view(conn, row.clone(), at)
        };
        let view = self.0.store.write(make).await?;
        tracing::info!(actor = %actor.id, schedule = %id, "a schedule was made");
        Ok(view)
    }

    /// Changes a schedule. The patience of those who wait counts anew by it.
    pub async fn change_schedule(
        &self,
        actor: Actor,
        id: ScheduleId,
        edit: ScheduleEdit,
    ) -> Result<ScheduleView> {
        may(&actor, Action::ChangeSchedules, Object::None)?;
        let entry = about(&actor, Act::ScheduleUpdated, id);
        let at = now();
        let view = self
            .commit(move |conn| {
                let before = schedules::hold(conn, id)?;
                let before = before.ok_or_else(|| Error::not_found("schedule"))?;
                let mut row = before.clone();
                change(&mut row, &edit)?;
                let taken = |error: Error| match error.is_already_there() {
                    true => name_taken(),
                    false => error,
                };
                schedules::update(conn, &row).map_err(|error| taken(error.into()))?;
                let mut told = Change::default();
                for queue in schedules::queues_of(conn, id)? {
                    waiting::set_patience(conn, queue.id, hold::patience(&queue, 0))?;
                    told.news.push(News::Line { queue: queue.id });
                }
                let (was, is) = audit::differing(whole(&before), whole(&row));
                audit::record(conn, &entry, Some(was), Some(is))?;
                Ok((schedules::view(conn, row, at)?, told))
            })
            .await?;
        tracing::info!(actor = %actor.id, schedule = %id, "a schedule was changed");
        Ok(view)
    }

    /// Deletes a schedule by which no queue goes.
    pub async fn delete_schedule(&self, actor: Actor, id: ScheduleId) -> Result<()> {
        may(&actor, Action::ChangeSchedules, Object::None)?;
        let entry = about(&actor, Act::ScheduleDeleted, id);
        let runs = Runs::default();
        let delete = move |conn: &mut Conn| {
            let again = runs.again();
            let row = match schedules::hold(conn, id)? {
                Some(row) => row,
                None if again => return Ok(()),
                None => return Err(Error::not_found("schedule")),
            };
            if let Some(queue) = schedules::queues_of(conn, id)?.first() {
                let name = &queue.name;
                let detail = format!("The queue {name} goes by this schedule. Change that first.");
                return Err(Error::new(Code::ScheduleInUse, detail));
            }
            audit::record(conn, &entry, Some(whole(&row)), None)?;
            schedules::delete(conn, id)?;
            Ok(())
        };
        self.0.store.write(delete).await?;
        tracing::info!(actor = %actor.id, schedule = %id, "a schedule was deleted");
        Ok(())
    }
}

fn about(actor: &Actor, act: Act, id: ScheduleId) -> Entry {
    Entry::new(Some(actor.id), act, ObjectKind::Schedule, Some(id.0))
}

/// All that admins say of a schedule, for the audit.
fn whole(row: &Schedule) -> Value {
    let mut told = row.plan.clone();
    told["name"] = json!(row.name);
    told["time_zone"] = json!(row.time_zone);
    told
}

fn name_taken() -> Error {
    let detail = "There is a schedule of this name already. Choose another.";
    Error::new(Code::ScheduleNameTaken, detail)
}

/// Takes over what is given, or names every field that is wrong.
fn change(row: &mut Schedule, edit: &ScheduleEdit) -> Result<()> {
    if let Some(name) = &edit.name {
        row.name = name.trim().to_owned();
        row.name_key = users::fold(&row.name);
    }
    let mut plan = row.plan()?;
    if let Some(week) = &edit.week {
        plan.week = week.clone();
    }
    if let Some(days) = &edit.days {
        plan.days = days.clone();
    }
    let mut wrong = plan.check();
    let mut refuse = |field: &'static str, detail: String| {
        wrong.push(FieldError {
            field: field.into(),
            detail,
        });
    };
    let long = row.name.chars().count() > NAME_CHARS_MAX;
    if row.name.is_empty() || long || row.name.chars().any(char::is_control) {
        let detail = format!("Give 1 to {NAME_CHARS_MAX} characters on one line.");
        refuse("name", detail);
    }
    let named = edit.time_zone.as_deref().unwrap_or(&row.time_zone);
    match zone(named) {
        // As its list spells it, whatever the letters' case.
        Some(zone) => row.time_zone = zone.iana_name().unwrap_or(named).to_owned(),
        None => refuse(
            "time_zone",
            "Give a zone by its name, as Europe/Berlin.".into(),
        ),
    }
    plan.days.sort_by(|a, b| a.date.cmp(&b.date));
    row.plan = json!(plan);
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(Error::invalid_fields(wrong)),
    }
}
