//! Logs: lines for people, or JSON for machines. Never texts of people, never tokens.

use std::io::IsTerminal;

use anyhow::{Context, bail};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::settings::Settings;

/// What the lines of this program are called in a filter.
const OURS: &str = "switchboard";

/// Others' lines that are left out, unless a filter names their library: whatever nonsense a
/// stranger sends is an error to it. We answer that, and it is no error of ours.
const NOISE: [(&str, &str); 1] = [("actix_http", "actix_http::h1=off,actix_http::ws=off")];

/// Starts logging to stderr, as the settings say.
pub fn start(settings: &Settings) -> anyhow::Result<()> {
    let logger = tracing_subscriber::fmt()
        .with_env_filter(filter(&settings.log)?)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        // It would say so on stderr, and panic because that cannot be written to.
        .log_internal_errors(false);
    let started = match settings.log_format.as_str() {
        "json" => logger.json().try_init(),
        _ => logger.compact().try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("logging cannot be started: {error}"))?;
    // By default it is a line of another form, with whatever stands in its message.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a panic");
    }));
    Ok(())
}

/// A word alone is a level for everything, or names lines of ours; what the library takes for
/// the name of somebody else's lines is a misspelt level, and would silence all of ours.
fn filter(text: &str) -> anyhow::Result<EnvFilter> {
    let wrong = format!(
        "the setting `log` is {text:?}: give error, warn, info, debug or trace, or a filter such \
         as \"info,{OURS}=debug\""
    );
    let is_level = |part: &str| part.parse::<LevelFilter>().is_ok();
    let parts = || text.split(',').filter(|part| !part.is_empty());
    let misspelt = |part: &str| !part.contains('=') && !part.starts_with(OURS) && !is_level(part);
    if parts().any(misspelt) || !parts().any(|part| part.starts_with(OURS) || is_level(part)) {
        bail!(wrong);
    }
    let noise = NOISE.iter().filter(|(library, _)| !text.contains(library));
    let without: Vec<&str> = noise.map(|(_, without)| *without).chain([text]).collect();
    EnvFilter::try_new(without.join(",")).context(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_names_nothing_of_ours_is_refused() {
        for right in [
            "info",
            "WARN",
            "off",
            "switchboard",
            "info,switchboard=debug",
            "actix_server=warn,switchboard::desk=trace",
        ] {
            assert!(filter(right).is_ok(), "{right:?}");
        }
        for wrong in [
            "",
            "foo",
            "inof",
            "inof,switchboard=debug",
            "actix_server=debug",
            "switchboard=debgu",
        ] {
            let error = filter(wrong).unwrap_err().to_string();
            assert!(error.contains(&format!("`log` is {wrong:?}")), "{error}");
        }
    }
}
