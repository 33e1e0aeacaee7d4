//! Settings that admins change while the server runs: kept in the record, over the file and the
//! environment, and in force on every node as soon as it hears of them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::attachments::Attachments;
use crate::bell::Bell;
use crate::current::Current;
use crate::desk::Desk;
use crate::error::{Error, FieldError, Result};
use crate::limits;
use crate::news::News;
use crate::people::People;
use crate::settings::Settings;
use crate::settings::running::{Origin, Range, SECRET, range};
use crate::store::audit::{self, Entry};
use crate::store::settings::{self as rows, Setting};
use crate::store::{Conn, Store};
use crate::words::{Act, ObjectKind, UserId, now};

/// Whoever changes some is alone with this number: what was so before is told as it was.
const CHANGING: u128 = 0x5e77;

/// A setting as admins see it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Setting)]
pub struct SettingView {
    pub name: String,
    /// What is in force at the node that answers; null: it is secret.
    #[schema(value_type = Option<Object>, required)]
    pub value: Option<Value>,
    /// What it is if nobody says anything; null: it is secret.
    #[schema(value_type = Option<Object>, required)]
    pub default: Option<Value>,
    /// Where the value comes from.
    pub origin: Origin,
    /// Whether it may change while the server runs.
    pub changeable: bool,
    /// Its value is told to nobody.
    pub secret: bool,
    /// Of a number that may change: from what to what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<i64>,
    /// Of a text that may change: so many characters at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chars_max: Option<usize>,
}

/// What customers are greeted with; empty: nothing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Texts {
    /// For who opens a chat.
    pub welcome: String,
    /// For who does so while nobody is there.
    pub away: String,
}

/// What tuning is about.
pub struct Needs {
    pub store: Store,
    pub bell: Bell,
    /// What the file and the environment of this node say.
    pub base: Settings,
    pub desk: Desk,
    pub people: People,
    pub attachments: Attachments,
}

/// The settings in force on this node. Cheap to clone.
#[derive(Clone)]
pub struct Tuning(Arc<Inner>);

struct Inner {
    needs: Needs,
    running: Current<Settings>,
    /// One at a time, so that no older reading comes over a newer one.
    applying: Mutex<()>,
}

impl Tuning {
    pub fn new(needs: Needs) -> Self {
        let running = Current::new(needs.base.clone());
        Self(Arc::new(Inner {
            needs,
            running,
            applying: Mutex::default(),
        }))
    }

    /// The settings as they are now.
    pub fn running(&self) -> Arc<Settings> {
        self.0.running.get()
    }

    pub fn texts(&self) -> Texts {
        let running = self.running();
        Texts {
            welcome: running.welcome_text.clone(),
            away: running.away_text.clone(),
        }
    }

    /// All settings by name, with what is in force here.
    pub fn list(&self) -> Vec<SettingView> {
        let (running, defaults) = (self.running(), Settings::default().told());
        let view = |(name, value): (String, Value)| {
            let (range, secret) = (range(&name), SECRET.contains(&name.as_str()));
            let (least, most, chars_max) = match range {
                Some(Range::Number { least, most }) => (Some(least), Some(most), None),
                Some(Range::Text { chars_max }) => (None, None, Some(chars_max)),
                Some(Range::Flag) | None => (None, None, None),
            };
            SettingView {
                value: (!secret).then_some(value),
                default: defaults.get(&name).filter(|_| !secret).cloned(),
                origin: running.origin(&name),
                changeable: range.is_some(),
                secret,
                least,
                most,
                chars_max,
                name,
            }
        };
        running.told().into_iter().map(view).collect()
    }

    /// Sets these; null is what the file and the environment say. All of them, or none.
    pub async fn change(&self, by: UserId, changes: Vec<(String, Value)>) -> Result<()> {
        let (at, base) = (now(), self.0.needs.base.clone());
        let (act, kind) = (Act::SettingsChanged, ObjectKind::Settings);
        let entry = Entry::new(Some(by), act, kind, None);
        let names: Vec<String> = changes.iter().map(|(name, _)| name.clone()).collect();
        let write = move |conn: &mut Conn| {
            conn.alone_with(Uuid::from_u128(CHANGING))?;
            let before = over(&base, rows::list(conn)?);
            check(&base, &changes)?;
            for (name, value) in &changes {
                if value.is_null() {
                    rows::remove(conn, name)?;
                    continue;
                }
                let row = Setting {
                    name: name.clone(),
                    value: value.clone(),
                    changed_at: at,
                    changed_by: by,
                };
                rows::set(conn, &row)?;
            }
            let after = over(&base, rows::list(conn)?);
            let (was, is) = audit::differing(before.told().into(), after.told().into());
            if was != is {
                audit::record(conn, &entry, Some(was), Some(is))?;
            }
            Ok(())
        };
        let store = &self.0.needs.store;
        store.write(write).await?;
        tracing::info!(actor = %by, ?names, "settings were changed");
        self.0.needs.bell.ring(News::Settings);
        self.read_again().await
    }

    /// Puts in force here what the record says.
    pub async fn read_again(&self) -> Result<()> {
        let _alone = self.0.applying.lock().await;
        let needs = &self.0.needs;
        let set = needs.store.read(|conn| Ok(rows::list(conn)?)).await?;
        let next = over(&needs.base, set);
        if next.told() == self.running().told() && next.origins == self.running().origins {
            return Ok(());
        }
        needs.desk.set_limits(limits::desk(&next));
        needs.people.set_limits(&limits::tries(&next));
        needs.attachments.set_limits(limits::attachments(&next));
        self.0.running.set(next);
        Ok(())
    }

    /// Reads again whenever another node has changed something, for ever; and every so often,
    /// should the doorbell not have been heard.
    pub async fn keep(self, every: Duration) {
        loop {
            let heard = self.0.needs.bell.settings_changed();
            let _ = tokio::time::timeout(every, heard).await;
            if let Err(error) = self.read_again().await {
                tracing::warn!(%error, "the settings in the record could not be read");
            }
        }
    }
}

/// Refuses what may not be set, with every field.
fn check(base: &Settings, changes: &[(String, Value)]) -> Result<()> {
    let known = base.told();
    let given = |(name, value): &&(String, Value)| {
        // What is taken back needs no value; but there must be such a thing.
        !value.is_null() || range(name).is_none() || !known.contains_key(name)
    };
    let given: Vec<(String, Value)> = changes.iter().filter(given).cloned().collect();
    let field = |(field, detail): (String, String)| FieldError {
        field: field.into(),
        detail,
    };
    let wrong = |wrong: Vec<(String, String)>| {
        Error::invalid_fields(wrong.into_iter().map(field).collect())
    };
    base.with(&given).map(drop).map_err(wrong)
}

/// The settings of this node with what was set in the record. What this release does not take, as
/// of a later one, is passed over.
fn over(base: &Settings, set: Vec<Setting>) -> Settings {
    let mut settings = base.clone();
    for one in set {
        let name = one.name.clone();
        match settings.with(&[(one.name, one.value)]) {
            Ok(next) => settings = next,
            Err(wrong) => tracing::warn!(name, ?wrong, "a setting in the record is not taken"),
        }
    }
    settings
}
