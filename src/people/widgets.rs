//! Widgets: the parts of other people's pages by which customers come, as admins make them. Each
//! has a secret with which its host says who somebody is: see `host.rs`.
//!
//! The secret is made of the server's own, the id and the generation, so it is stored nowhere. It
//! is shown when it is made, and another when it is renewed; the one before is good for a day
//! then, in which the host changes over.

use std::collections::HashSet;
use std::sync::RwLock;
use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use super::newcomer::Wrong;
use super::{People, keyed_whole};
use crate::error::{Code, Error, Result};
use crate::settings::is_origin;
use crate::store::audit::{self, Entry};
use crate::store::widgets::{self, Widget};
use crate::store::{Conn, Runs, queues};
use crate::words::{Act, Moment, ObjectKind, QueueId, UserId, WidgetId, now};

/// What every secret begins with, so that people and scanners tell one when they see it.
const PREFIX: &str = "sbw_";
/// How long the secret before the current one is good, in ms.
const CHANGE_OVER_MS: Moment = 24 * 60 * 60 * 1_000;
/// Widgets that were not deleted.
const WIDGETS_MAX: i64 = 100;
/// Characters of a widget's name.
const WIDGET_NAME_CHARS_MAX: usize = 100;
/// Sites of a widget.
const SITES_MAX: usize = 20;
/// Whoever makes one is alone with this number, so that there are never more than allowed.
const MAKING: u128 = 0x5b77;

/// What of a widget is to be so; nothing changes where nothing is given.
#[derive(Debug, Clone, Default)]
pub struct WidgetChange {
    pub name: Option<String>,
    pub sites: Option<Vec<String>>,
    /// None in it: the first one there is.
    pub queue: Option<Option<QueueId>>,
    pub visitors: Option<bool>,
    pub disabled: Option<bool>,
}

/// A widget as admins see it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Widget)]
pub struct WidgetView {
    pub id: WidgetId,
    pub name: String,
    /// The origins of the pages that it may be part of.
    pub sites: Vec<String>,
    /// Where conversations go of who names no queue; null: the first one there is.
    #[schema(value_type = Option<String>, format = "uuid", required)]
    pub queue: Option<QueueId>,
    /// Whether people are let in who show no proof of who they are.
    pub visitors: bool,
    pub created_at: Moment,
    /// Since when its secret is this one.
    pub renewed_at: Moment,
    /// Since when nobody is let in by it.
    #[schema(required)]
    pub disabled_at: Option<Moment>,
}

impl From<Widget> for WidgetView {
    fn from(one: Widget) -> Self {
        WidgetView {
            sites: one.sites().into_iter().map(str::to_owned).collect(),
            id: one.id,
            name: one.name,
            queue: one.queue_id,
            visitors: one.visitors,
            created_at: one.created_at,
            renewed_at: one.renewed_at,
            disabled_at: one.disabled_at,
        }
    }
}

/// The sites of all widgets that let anybody in: their pages may ask here. As of a while ago.
#[derive(Default)]
pub(super) struct Sites(RwLock<HashSet<String>>);

impl People {
    /// Makes a widget, and answers its secret, for the first time.
    pub async fn make_widget(&self, by: UserId, new: WidgetChange) -> Result<(WidgetView, String)> {
        let at = now();
        let mut row = Widget {
            id: WidgetId::new(),
            name: String::new(),
            sites: String::new(),
            queue_id: None,
            visitors: true,
            generation: 1,
            renewed_at: at,
            created_at: at,
            disabled_at: None,
            deleted_at: None,
        };
        apply(&mut row, &new, at)?;
        let (entry, made) = (about(by, Act::WidgetCreated, row.id), row.clone());
        let write = move |conn: &mut Conn| {
            conn.alone_with(Uuid::from_u128(MAKING))?;
            if widgets::count(conn)? >= WIDGETS_MAX && widgets::find(conn, row.id)?.is_none() {
                let detail = format!("There are {WIDGETS_MAX} widgets. Delete one first.");
                return Err(Error::new(Code::QuotaExceeded, detail));
            }
            check_queue(conn, row.queue_id)?;
            widgets::insert(conn, &row)?;
            audit::record(conn, &entry, None, Some(told(&row)))
        };
        self.0.store.write(write).await?;
        tracing::info!(actor = %by, widget = %made.id, "a widget was made");
        self.sites_changed().await;
        let secret = self.widget_secret(made.id, made.generation);
        Ok((made.into(), secret))
    }

    /// Those that were not deleted, in the order in which they were made.
    pub async fn widgets(&self) -> Result<Vec<WidgetView>> {
        let all = self.0.store.read(|conn| Ok(widgets::list(conn)?)).await?;
        Ok(all.into_iter().map(WidgetView::from).collect())
    }

    /// Changes a widget. Disabled, it lets nobody new in; who is there already stays.
    pub async fn change_widget(
        &self,
        by: UserId,
        id: WidgetId,
        change: WidgetChange,
    ) -> Result<WidgetView> {
        let (at, entry) = (now(), about(by, Act::WidgetUpdated, id));
        let write = move |conn: &mut Conn| {
            let before = held(conn, id)?;
            let mut row = before.clone();
            apply(&mut row, &change, at)?;
            if change.queue.is_some() {
                check_queue(conn, row.queue_id)?;
            }
            if row != before {
                widgets::update(conn, &row)?;
                let (before, after) = audit::differing(told(&before), told(&row));
                audit::record(conn, &entry, Some(before), Some(after))?;
            }
            Ok(row)
        };
        let row = self.0.store.write(write).await?;
        tracing::info!(actor = %by, widget = %id, "a widget was changed");
        self.sites_changed().await;
        Ok(row.into())
    }

    /// Gives a widget another secret, and answers it, and until when the one before is good.
    pub async fn renew_widget(&self, by: UserId, id: WidgetId) -> Result<(String, Moment)> {
        let (at, entry) = (now(), about(by, Act::WidgetSecretRenewed, id));
        let write = move |conn: &mut Conn| {
            let before = held(conn, id)?;
            if before.renewed_at == at {
                // Run again because the answer of its commit was lost.
                return Ok(before);
            }
            let row = Widget {
                generation: before.generation + 1,
                renewed_at: at,
                ..before.clone()
            };
            widgets::update(conn, &row)?;
            let told = |row: &Widget| Some(json!({ "generation": row.generation }));
            audit::record(conn, &entry, told(&before), told(&row))?;
            Ok(row)
        };
        let row = self.0.store.write(write).await?;
        tracing::info!(actor = %by, widget = %id, "a widget's secret was renewed");
        let secret = self.widget_secret(id, row.generation);
        Ok((secret, row.renewed_at + CHANGE_OVER_MS))
    }

    /// Takes a widget away. Who has come by it stays.
    pub async fn delete_widget(&self, by: UserId, id: WidgetId) -> Result<()> {
        let (at, entry) = (now(), about(by, Act::WidgetDeleted, id));
        let runs = Runs::default();
        let write = move |conn: &mut Conn| {
            let again = runs.again();
            let before = match widgets::hold(conn, id)? {
                Some(before) => before,
                None if again => return Ok(()),
                None => return Err(no_widget()),
            };
            let row = Widget {
                deleted_at: Some(at),
                ..before.clone()
            };
            widgets::update(conn, &row)?;
            audit::record(conn, &entry, Some(told(&before)), None)
        };
        self.0.store.write(write).await?;
        tracing::info!(actor = %by, widget = %id, "a widget was deleted");
        self.sites_changed().await;
        Ok(())
    }

    /// A widget that lets people in; none if it was disabled or deleted, or there was never one.
    pub(super) async fn open_widget(&self, id: WidgetId) -> Result<Option<Widget>> {
        let find = move |conn: &mut Conn| Ok(widgets::find(conn, id)?);
        let found = self.0.store.read_quickly(find).await?;
        Ok(found.filter(|one| one.disabled_at.is_none()))
    }

    /// The sites of a widget that lets people in; none of any other.
    pub async fn sites_of(&self, id: WidgetId) -> Result<Vec<String>> {
        let widget = self.open_widget(id).await?;
        let sites = widget.iter().flat_map(Widget::sites);
        Ok(sites.map(str::to_owned).collect())
    }

    /// Whether people without a proof are let in by this widget, or by none, and where they wait
    /// if they name no queue.
    pub async fn door(&self, id: Option<WidgetId>) -> Result<(bool, Option<QueueId>)> {
        let Some(id) = id else {
            return Ok((self.0.rules.strangers.visitors, None));
        };
        let widget = self.open_widget(id).await?;
        let widget = widget.ok_or_else(|| Error::not_found("widget"))?;
        Ok((widget.visitors, widget.queue_id))
    }

    /// What the host of a widget may sign with at this moment.
    pub(super) fn widget_secrets(&self, widget: &Widget, at: Moment) -> Vec<String> {
        let before = widget.generation - 1;
        let in_time = at < widget.renewed_at + CHANGE_OVER_MS;
        let before = (before > 0 && in_time).then_some(before);
        let good = [Some(widget.generation), before].into_iter().flatten();
        good.map(|generation| self.widget_secret(widget.id, generation))
            .collect()
    }

    fn widget_secret(&self, id: WidgetId, generation: i32) -> String {
        let purpose = format!("the secret {generation} of the widget {id}");
        format!("{PREFIX}{}", keyed_whole(&self.0.secret, &purpose))
    }

    /// Whether pages of this origin may ask here because a widget is part of them.
    pub fn is_site(&self, origin: &str) -> bool {
        let sites = self.0.sites.0.read();
        sites
            .expect("nothing panics under this lock")
            .contains(origin)
    }

    /// Reads anew which sites there are.
    pub async fn read_sites(&self) -> Result<()> {
        let all = self.0.store.read(|conn| Ok(widgets::list(conn)?)).await?;
        let open = all.iter().filter(|one| one.disabled_at.is_none());
        let origins = open
            .flat_map(|one| one.sites())
            .map(str::to_owned)
            .collect();
        let mut sites = self
            .0
            .sites
            .0
            .write()
            .expect("nothing panics under this lock");
        *sites = origins;
        Ok(())
    }

    /// Reads them anew. That it fails undoes no change: they are read again soon.
    async fn sites_changed(&self) {
        if let Err(error) = self.read_sites().await {
            tracing::warn!(%error, "the sites of widgets could not be read");
        }
    }

    /// Keeps what is known of the sites up to date: another node may have changed a widget.
    pub async fn keep_sites(self, every: Duration) {
        loop {
            self.sites_changed().await;
            tokio::time::sleep(every).await;
        }
    }
}

fn about(by: UserId, act: Act, id: WidgetId) -> Entry {
    Entry::new(Some(by), act, ObjectKind::Widget, Some(id.0))
}

fn held(conn: &mut Conn, id: WidgetId) -> Result<Widget> {
    widgets::hold(conn, id)?.ok_or_else(no_widget)
}

fn no_widget() -> Error {
    Error::not_found("widget")
}

/// What the audit tells of a widget.
fn told(row: &Widget) -> Value {
    json!({
        "name": row.name, "sites": row.sites(), "queue": row.queue_id, "visitors": row.visitors,
        "disabled_at": row.disabled_at,
    })
}

fn check_queue(conn: &mut Conn, queue: Option<QueueId>) -> Result<()> {
    match queue {
        Some(queue) if !queues::is_there(conn, queue)? => {
            Err(Error::invalid("queue", "There is no such queue."))
        }
        _ => Ok(()),
    }
}

/// Changes a row as it is asked, or says everything that is wrong with that.
fn apply(row: &mut Widget, change: &WidgetChange, at: Moment) -> Result<()> {
    let mut wrong = Wrong::default();
    if let Some(name) = &change.name {
        name.trim().clone_into(&mut row.name);
    }
    if let Some(sites) = &change.sites {
        let long = format!("Give at most {SITES_MAX} sites.");
        wrong.unless("sites", sites.len() <= SITES_MAX, &long);
        let detail = "Write each site as a browser names its origin: https://shop.example, in \
                      small letters, with its port if it has one, and no more.";
        wrong.unless("sites", sites.iter().all(|one| is_origin(one)), detail);
        row.sites = sites.join(" ");
    }
    let chars = row.name.chars().count();
    let fits = (1..=WIDGET_NAME_CHARS_MAX).contains(&chars);
    let detail = format!("Give 1 to {WIDGET_NAME_CHARS_MAX} characters on one line.");
    let plain = !row.name.chars().any(char::is_control);
    wrong.unless("name", fits && plain, &detail);
    wrong.result()?;
    row.queue_id = change.queue.unwrap_or(row.queue_id);
    row.visitors = change.visitors.unwrap_or(row.visitors);
    match change.disabled {
        Some(true) if row.disabled_at.is_none() => row.disabled_at = Some(at),
        Some(false) => row.disabled_at = None,
        _ => {}
    }
    Ok(())
}
