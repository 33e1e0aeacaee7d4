//! Logs: lines for people, or JSON for machines. Never texts of people, never tokens.

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::EnvFilter;

use crate::settings::Settings;

/// Starts logging to stderr, as the settings say.
pub fn start(settings: &Settings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log)
        .with_context(|| format!("the setting `log` is not a log filter: {}", settings.log))?;
    let logger = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let started = match settings.log_format.as_str() {
        "json" => logger.json().try_init(),
        _ => logger.compact().try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("logging cannot be started: {error}"))
}
