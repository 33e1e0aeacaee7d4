//! What may be set while the server runs, and within what range: limits of which nothing stored
//! depends, and texts. All else counts from the start.

use serde_json::{Map, Value};

use super::Settings;

/// Characters of a text that greets customers.
const GREETING_CHARS_MAX: usize = 1_000;
/// The most that such a count may be.
const COUNT_MAX: i64 = 1_000_000;

/// Where the value of a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// `settings.toml`.
    Default,
    /// Whatever has started this server, as the demo does.
    Program,
    File,
    Environment,
    /// An admin has set it while the server runs.
    Database,
}

/// What a setting may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    Number { least: i64, most: i64 },
    Text { chars_max: usize },
    Flag,
}

const fn count(least: i64) -> Range {
    Range::Number {
        least,
        most: COUNT_MAX,
    }
}

const TEXT: Range = Range::Text {
    chars_max: GREETING_CHARS_MAX,
};

/// Those that may change while the server runs.
pub const RUNNING: &[(&str, Range)] = &[
    ("welcome_text", TEXT),
    ("away_text", TEXT),
    ("open_per_customer_max", count(1)),
    ("messages_burst", count(1)),
    ("messages_per_s", count(1)),
    ("frames_burst", count(1)),
    ("frames_per_s", count(1)),
    ("sockets_per_user_max", count(1)),
    ("sockets_per_address_max", count(1)),
    ("sockets_max", count(1)),
    ("edit_window_s", count(0)),
    ("reps_may_join", Range::Flag),
    (
        "attachments_per_message_max",
        Range::Number {
            least: 0,
            most: 100,
        },
    ),
    ("attachments_per_day_max", count(0)),
    ("attachments_total_mib_max", count(0)),
    ("login_tries_max", count(1)),
    ("login_tries_per_address_max", count(1)),
    ("login_tries_per_name_max", count(1)),
    ("registrations_per_address_max", count(1)),
    ("tokens_per_address_max", count(1)),
    ("fresh_login_s", count(1)),
];

/// Those whose value is told to nobody, neither over the API nor where settings are printed.
pub const SECRET: &[&str] = &["secret", "database_url", "redis_url", "telegram_bot_token"];

/// What a setting may be while the server runs. None: it counts from the start.
pub fn range(name: &str) -> Option<Range> {
    let found = RUNNING.iter().find(|(one, _)| *one == name);
    found.map(|(_, range)| *range)
}

impl Range {
    /// What is wrong with a value, if anything.
    fn refuse(self, value: &Value) -> Option<String> {
        match self {
            Range::Number { least, most } => {
                let fits = value
                    .as_i64()
                    .is_some_and(|it| (least..=most).contains(&it));
                (!fits).then(|| format!("Give a whole number from {least} to {most}."))
            }
            Range::Flag => (!value.is_boolean()).then(|| "Give true or false.".into()),
            Range::Text { chars_max } => {
                let fits = |text: &str| {
                    let shown = |c: char| !c.is_control() || c == '\n';
                    text.chars().count() <= chars_max && text.chars().all(shown)
                };
                let fits = value.as_str().is_some_and(fits);
                let detail = format!("Give a text of at most {chars_max} characters, or \"\".");
                (!fits).then_some(detail)
            }
        }
    }
}

impl Settings {
    /// All of them by name.
    pub fn told(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(all)) => all,
            _ => Map::new(),
        }
    }

    /// Where one of them comes from.
    pub fn origin(&self, name: &str) -> Origin {
        let known = self.origins.get(name).copied();
        known.unwrap_or_else(
            || match self.told().get(name) == Self::default().told().get(name) {
                true => Origin::Default,
                false => Origin::Program,
            },
        )
    }

    /// The same with other values of some that may change while the server runs, or what is wrong:
    /// each field, and a sentence.
    pub fn with(&self, changes: &[(String, Value)]) -> Result<Self, Vec<(String, String)>> {
        let (mut all, mut wrong) = (self.told(), Vec::new());
        for (name, value) in changes {
            let refusal = match range(name) {
                Some(range) => range.refuse(value),
                None if all.contains_key(name) => {
                    Some("This counts from the start only: set it in the file.".into())
                }
                None => Some("There is no such setting.".into()),
            };
            match refusal {
                Some(detail) => wrong.push((name.clone(), detail)),
                None => drop(all.insert(name.clone(), value.clone())),
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let broken = |error: String| {
            let first = changes.first().map(|(name, _)| name.clone());
            vec![(first.unwrap_or_default(), error)]
        };
        let read = serde_json::from_value(Value::Object(all));
        let mut settings: Settings = read.map_err(|error| broken(error.to_string()))?;
        settings.origins = self.origins.clone();
        let names = changes.iter().map(|(name, _)| name.clone());
        settings
            .origins
            .extend(names.map(|name| (name, Origin::Database)));
        Ok(settings)
    }

    /// What of the greetings is wrong at the start.
    pub(super) fn check_texts(&self) -> anyhow::Result<()> {
        for (name, text) in [
            ("welcome_text", &self.welcome_text),
            ("away_text", &self.away_text),
        ] {
            if let Some(detail) = TEXT.refuse(&Value::from(text.as_str())) {
                anyhow::bail!("the setting `{name}` is wrong: {detail}");
            }
        }
        Ok(())
    }
}
