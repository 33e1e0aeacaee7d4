//! Settings: the documented defaults of `settings.toml`, then a file, then the environment.
//! A wrong one stops the start with a sentence that says which, and where it was set.

mod layers;
mod networks;
mod people;
pub mod running;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use toml::Table;

use layers::{check_numbers, parse, set};
pub use networks::{is_origin, within};
use running::{Origin, SECRET};

/// The bottom layer, so that what is documented is what happens.
pub const DEFAULTS: &str = include_str!("settings.toml");

/// Of such texts all can be indexed: PostgreSQL takes 1 MiB, a character makes up to 25 bytes.
const TEXT_CHARS_MAX: i64 = 32_000;

/// What begins the name of every environment variable that is ours.
const PREFIX: &str = "SWITCHBOARD_";

/// Every setting; see `settings.toml` for what each means.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub listen: String,
    pub data_dir: PathBuf,
    pub database_url: String,
    pub database_connections: u32,
    pub redis_url: String,
    pub redis_prefix: String,
    pub redis_ca: String,
    pub secret: String,
    pub allowed_origins: Vec<String>,
    pub trusted_proxies: Vec<String>,
    pub public_url: String,
    pub attachments_dir: PathBuf,
    pub workers: usize,
    pub access_token_s: i64,
    pub refresh_token_s: i64,
    pub login_s: i64,
    pub login_window_s: i64,
    pub login_tries_max: u32,
    pub login_tries_per_address_max: u32,
    pub login_tries_per_name_max: u32,
    pub registrations_per_address_max: u32,
    pub tokens_per_address_max: u32,
    pub links_per_address_max: u32,
    pub links_per_name_max: u32,
    pub phone_pattern: String,
    pub hsts_s: i64,
    pub fresh_login_s: i64,
    pub customers_may_erase: bool,
    pub visitors: bool,
    pub visitor_token_s: i64,
    pub visitors_per_address_max: u32,
    pub visitors_per_widget_max: u32,
    pub telegram_bot_token: String,
    pub open_per_customer_max: i64,
    pub head_start_low_min: i64,
    pub head_start_high_min: i64,
    pub head_start_urgent_min: i64,
    pub customer_priority_max: String,
    pub rep_suspect_ms: i64,
    pub rep_grace_ms: i64,
    pub customer_grace_ms: i64,
    pub personal_reps: bool,
    pub reps_may_join: bool,
    pub retention_days: i64,
    pub text_chars_max: usize,
    pub subject_chars_max: usize,
    pub edit_window_s: i64,
    pub body_bytes_max: usize,
    pub frame_bytes_max: usize,
    pub body_timeout_ms: u64,
    pub attachment_bytes_max: u64,
    pub attachment_inline_bytes_max: usize,
    pub attachments_per_message_max: usize,
    pub attachments_per_day_max: i64,
    pub attachments_total_mib_max: i64,
    pub image_pixels_max: u64,
    pub upload_timeout_ms: u64,
    pub upload_kept_ms: i64,
    pub attachment_types: Vec<String>,
    pub sockets_per_user_max: usize,
    pub sockets_per_address_max: usize,
    pub sockets_max: usize,
    pub frames_burst: u32,
    pub frames_per_s: u32,
    pub messages_burst: u32,
    pub messages_per_s: u32,
    pub waiting_max: i32,
    pub rep_ping_ms: u64,
    pub customer_ping_ms: u64,
    pub pong_grace_ms: u64,
    pub lease_ms: i64,
    pub reconcile_ms: u64,
    pub position_check_ms: u64,
    pub write_stall_ms: u64,
    pub drain_ms: u64,
    pub log: String,
    pub log_format: String,
    pub pages: bool,
    pub welcome_text: String,
    pub away_text: String,
    /// Where those come from that are no defaults.
    #[serde(skip)]
    pub origins: BTreeMap<String, Origin>,
}

impl Default for Settings {
    fn default() -> Self {
        toml::from_str(DEFAULTS).expect("the defaults are tested")
    }
}

impl Settings {
    /// Reads all layers. `vars` is the environment.
    pub fn read(
        file: Option<&Path>,
        vars: impl Iterator<Item = (String, String)>,
    ) -> anyhow::Result<Self> {
        let mut table: Table = toml::from_str(DEFAULTS).expect("the defaults are tested");
        let mut origins = BTreeMap::new();
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("the settings file {} cannot be read", path.display()))?;
            let over: Table = toml::from_str(&text)
                .with_context(|| format!("the settings file {} is not TOML", path.display()))?;
            for (name, value) in over {
                set(&mut table, &name, value, &format!("in {}", path.display()))?;
                origins.insert(name, Origin::File);
            }
        }
        for (variable, text) in vars {
            let Some(name) = variable.strip_prefix(PREFIX) else {
                continue;
            };
            // These are not settings: where the file is, the demo's password, and what the
            // tests need.
            if ["CONFIG", "DEMO_PASSWORD"].contains(&name) || name.starts_with("TEST_") {
                continue;
            }
            let name = name.to_lowercase();
            let value = parse(&table, &name, &text, &variable)?;
            set(
                &mut table,
                &name,
                value,
                &format!("in the environment variable {variable}"),
            )?;
            origins.insert(name, Origin::Environment);
        }
        check_numbers(&table)?;
        let mut settings: Settings = table.try_into().context("a setting has the wrong type")?;
        settings.check()?;
        settings.origins = origins;
        Ok(settings)
    }

    fn check_dispatch(&self) -> anyhow::Result<()> {
        let starts = [
            self.head_start_low_min,
            0,
            self.head_start_high_min,
            self.head_start_urgent_min,
        ];
        if !starts.is_sorted() || starts.iter().any(|minutes| minutes.abs() > 10_080) {
            bail!(
                "the settings `head_start_low_min`, `head_start_high_min` and \
                 `head_start_urgent_min` must grow in this order, the first at most 0, each \
                 within a week (10080)"
            );
        }
        let words = ["low", "normal", "high", "urgent"];
        if !words.contains(&self.customer_priority_max.as_str()) {
            bail!(
                "the setting `customer_priority_max` must be one of {}",
                words.join(", ")
            );
        }
        if self.rep_suspect_ms < 0 || self.customer_grace_ms < 0 {
            bail!("the settings `rep_suspect_ms` and `customer_grace_ms` must be at least 0");
        }
        if self.rep_grace_ms < self.rep_suspect_ms {
            bail!("the setting `rep_grace_ms` must be at least `rep_suspect_ms`");
        }
        Ok(())
    }

    /// Pages and proxies that we trust, and Redis.
    fn check_neighbours(&self) -> anyhow::Result<()> {
        let mut origins = self.allowed_origins.iter();
        if let Some(wrong) = origins.find(|one| !is_origin(one)) {
            bail!("the setting `allowed_origins` holds {wrong:?}; write https://HOST, no more");
        }
        let here = IpAddr::from([127, 0, 0, 1]);
        let broken = |one: &&String| within(one, here).is_none();
        if let Some(wrong) = self.trusted_proxies.iter().find(broken) {
            bail!(
                "the setting `trusted_proxies` holds {wrong:?}; write an address, or a network as \
                 10.0.0.0/8"
            );
        }
        let redis = self.redis_url.as_str();
        if !redis.is_empty() && !redis.starts_with("redis:") && !redis.starts_with("rediss:") {
            bail!("the setting `redis_url` must begin with redis:// or rediss://");
        }
        if !self.redis_ca.is_empty() && !redis.starts_with("rediss:") {
            bail!(
                "the setting `redis_ca` is only for a `redis_url` that begins with rediss://: \
                 set that, or leave `redis_ca` empty"
            );
        }
        Ok(())
    }

    fn check_attachments(&self) -> anyhow::Result<()> {
        // What is older than an hour and has no row is swept.
        if self.upload_timeout_ms > 1_800_000 {
            bail!("the setting `upload_timeout_ms` must be at most 1800000, half an hour");
        }
        let kind = |one: &&String| {
            let token = |part: &str| {
                let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c);
                !part.is_empty() && part.chars().all(allowed)
            };
            let parts = one.split_once('/');
            !parts.is_some_and(|(kind, rest)| token(kind) && token(rest))
        };
        if let Some(wrong) = self.attachment_types.iter().find(kind) {
            bail!("the setting `attachment_types` holds {wrong:?}; write a type as image/png");
        }
        if self.attachment_bytes_max < 1 || self.upload_kept_ms < 1 {
            bail!("the settings `attachment_bytes_max` and `upload_kept_ms` must be at least 1");
        }
        Ok(())
    }

    /// What no type can say.
    fn check(&self) -> anyhow::Result<()> {
        let positive = [
            ("database_connections", self.database_connections as i64),
            ("access_token_s", self.access_token_s),
            ("refresh_token_s", self.refresh_token_s),
            ("fresh_login_s", self.fresh_login_s),
            ("text_chars_max", self.text_chars_max as i64),
            ("sockets_per_user_max", self.sockets_per_user_max as i64),
            (
                "sockets_per_address_max",
                self.sockets_per_address_max as i64,
            ),
            ("sockets_max", self.sockets_max as i64),
            ("frames_burst", self.frames_burst.into()),
            ("frames_per_s", self.frames_per_s.into()),
            ("messages_burst", self.messages_burst.into()),
            ("messages_per_s", self.messages_per_s.into()),
            ("reconcile_ms", self.reconcile_ms as i64),
            ("position_check_ms", self.position_check_ms as i64),
            ("rep_ping_ms", self.rep_ping_ms as i64),
            ("customer_ping_ms", self.customer_ping_ms as i64),
        ];
        at_least_one(&positive)?;
        self.check_logins()?;
        self.check_dispatch()?;
        self.check_attachments()?;
        self.check_texts()?;
        if !self.secret.is_empty() && self.secret.trim().len() < 32 {
            bail!(
                "the setting `secret` is too short: give at least 32 characters, not counting \
                 spaces around them, or none"
            );
        }
        self.check_neighbours()?;
        if self.lease_ms < 1_000 {
            bail!("the setting `lease_ms` must be at least 1000");
        }
        if !["text", "json"].contains(&self.log_format.as_str()) {
            bail!("the setting `log_format` must be \"text\" or \"json\"");
        }
        if self.frame_bytes_max < 1_024 || self.body_bytes_max < 1_024 {
            bail!("the settings `frame_bytes_max` and `body_bytes_max` must be at least 1024");
        }
        let shared = self.database_url.starts_with("postgres");
        if !self.redis_url.is_empty() && !shared {
            bail!(
                "redis_url is set but the database is SQLite, which serves one node only: set \
                 database_url to a postgres:// URL, or leave redis_url empty"
            );
        }
        if self.secret.is_empty() && !self.redis_url.is_empty() {
            bail!(
                "the setting `secret` is empty: nodes that share a Redis must share a secret of at \
                 least 32 characters, or each refuses the others' tokens"
            );
        }
        Ok(())
    }

    /// The database to open: the one that is set, else SQLite in the data folder.
    pub fn database(&self) -> String {
        if !self.database_url.is_empty() {
            return self.database_url.clone();
        }
        format!("sqlite:{}", self.data_dir.join("switchboard.db").display())
    }

    /// Where attachments lie: where it is set, else in the data folder.
    pub fn attachments(&self) -> PathBuf {
        match self.attachments_dir.as_os_str().is_empty() {
            true => self.data_dir.join("attachments"),
            false => self.attachments_dir.clone(),
        }
    }

    /// The effective settings as TOML, what is secret masked.
    pub fn masked(&self) -> String {
        let mut shown = Table::try_from(self).expect("settings are plain values");
        for name in SECRET {
            match shown.get_mut(*name) {
                Some(toml::Value::String(url)) if name.ends_with("_url") => *url = mask(url),
                Some(toml::Value::String(secret)) if !secret.is_empty() => *secret = "***".into(),
                _ => {}
            }
        }
        toml::to_string(&shown).expect("settings are plain values")
    }
}

/// Hides the password of a URL.
pub fn mask(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.into();
    };
    let Some((who, host)) = rest.rsplit_once('@') else {
        return url.into();
    };
    match who.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:***@{host}"),
        None => url.into(),
    }
}

fn at_least_one(settings: &[(&str, i64)]) -> anyhow::Result<()> {
    match settings.iter().find(|(_, value)| *value < 1) {
        Some((name, _)) => bail!("the setting `{name}` must be at least 1"),
        None => Ok(()),
    }
}
