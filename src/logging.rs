//! Logs: lines for people, or JSON for machines; the newest that somebody should look at are kept.
//! Never texts of people, never tokens.

use std::fmt::{Debug, Write};
use std::io::IsTerminal;

use anyhow::{Context, bail};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{self, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::recent::{Level, Line, Recent};
use crate::settings::Settings;
use crate::words::now;

/// What the lines of this program are called in a filter.
const OURS: &str = "switchboard";

/// Others' lines that are left out, unless a filter names their library: whatever nonsense a
/// stranger sends is an error to it. We answer that, and it is no error of ours.
const NOISE: [(&str, &str); 1] = [("actix_http", "actix_http::h1=off,actix_http::ws=off")];

/// Which lines are kept, whatever is written: no letter, whose link is for one person alone and
/// for who reads the log of this machine.
const KEPT: &str = "warn,switchboard::people::letters=off";
/// What is never kept, whoever writes it.
const SECRET: [&str; 4] = ["link", "token", "secret", "password"];

/// Starts logging to stderr, as the settings say. Answers where the newest lines are kept.
pub fn start(settings: &Settings) -> anyhow::Result<Recent> {
    let recent = Recent::default();
    let written = filter(&settings.log)?;
    let lines = fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        // It would say so on stderr, and panic because that cannot be written to.
        .log_internal_errors(false);
    let lines = match settings.log_format.as_str() {
        "json" => lines.json().boxed(),
        _ => lines.compact().boxed(),
    };
    let kept = Keeper(recent.clone()).with_filter(filter(KEPT)?);
    let started = tracing_subscriber::registry()
        .with(lines.with_filter(written))
        .with(kept)
        .try_init();
    started.map_err(|error| anyhow::anyhow!("logging cannot be started: {error}"))?;
    // By default it is a line of another form, with whatever stands in its message.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a panic");
    }));
    Ok(recent)
}

/// Keeps what is a warning or worse.
struct Keeper(Recent);

impl<S: Subscriber> Layer<S> for Keeper {
    fn on_event(&self, event: &Event<'_>, _: layer::Context<'_, S>) {
        let level = match *event.metadata().level() {
            tracing::Level::ERROR => Level::Error,
            tracing::Level::WARN => Level::Warn,
            _ => return,
        };
        // What strangers try, and fail at, is for who reads the log: of the house it says nothing.
        if event.fields().any(|field| field.name() == "event") {
            return;
        }
        let mut said = Said::default();
        event.record(&mut said);
        self.0.keep(Line {
            at: now(),
            level,
            part: said
                .part
                .unwrap_or_else(|| event.metadata().target().to_owned()),
            text: said.message + &said.fields,
        });
    }
}

/// What an event says, and its details.
#[derive(Default)]
struct Said {
    message: String,
    fields: String,
    /// Whose line it is, if he logs by other macros than ours: all of theirs go by one name here.
    part: Option<String>,
}

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "log.target" {
            self.part = Some(value.to_owned());
        }
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Nothing fails that is written to a text.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            // What another library logs by its own macros tells also where it was.
            name if name.starts_with("log.") => Ok(()),
            name if SECRET.contains(&name) => write!(self.fields, " {name}=***"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
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
    fn the_newest_warnings_and_errors_are_kept() {
        let recent = Recent::default();
        let keeper = Keeper(recent.clone()).with_filter(filter(KEPT).unwrap());
        let logs = tracing_subscriber::registry().with(keeper);
        tracing::subscriber::with_default(logs, || {
            for count in 0..60 {
                tracing::warn!(count, why = "nobody knows", "it happened");
            }
            tracing::info!("nobody need look at this");
            tracing::warn!(event = "authn_login_fail", "a sign-in failed");
            tracing::error!(target: "actix_http::h1", "nonsense of a stranger");
            let error = anyhow::anyhow!("the disk is full");
            tracing::error!(%error, "nothing is stored");
            tracing::warn!(target: "switchboard::people::letters", "a letter");
            tracing::warn!(
                link = "https://chat.example/link#password=0",
                "another letter"
            );
            let long = "x".repeat(2_000);
            tracing::event!(
                target: "log",
                tracing::Level::ERROR,
                { log.target = "actix_server" },
                "{long}"
            );
        });
        let lines = recent.lines();
        assert_eq!(lines.len(), 52, "50 of warnings, and both errors");
        assert_eq!(lines[0].text.len(), 1_000, "a long one is cut off");
        assert_eq!(lines[0].part, "actix_server", "by whom, not by which way");
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts[1], "another letter link=***");
        assert_eq!(texts[2], "nothing is stored error=the disk is full");
        assert_eq!(lines[2].level, Level::Error);
        assert_eq!(texts[3], "it happened count=59 why=nobody knows");
        // Of the errors none makes room for a warning.
        assert_eq!(texts[51], "it happened count=11 why=nobody knows");
        let (level, part) = (lines[3].level, lines[3].part.as_str());
        assert_eq!((level, part), (Level::Warn, module_path!()));
    }

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
