//! What the server has people told outside of it, read where whoever runs it reads it: in the log.

use std::fmt::Debug;
use std::sync::{Mutex, Once};

use switchboard::words::UserId;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry;

use crate::harness::until;

/// A link, to whom it went, and what for.
#[derive(Debug, Clone, Default)]
struct Letter {
    user: String,
    kind: String,
    link: String,
}

impl Visit for Letter {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}").trim_matches('"').to_owned();
        match field.name() {
            "user" => self.user = text,
            "letter" => self.kind = text,
            "link" => self.link = text,
            _ => {}
        }
    }
}

/// All of this process, whichever test they belong to.
static LETTERS: Mutex<Vec<Letter>> = Mutex::new(Vec::new());

struct Reader;

impl<S: Subscriber> Layer<S> for Reader {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut letter = Letter::default();
        event.record(&mut letter);
        LETTERS.lock().unwrap().push(letter);
    }
}

/// Begins to read. What was written before is lost.
pub fn open() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let only = Targets::new().with_target("switchboard::people::letters", tracing::Level::WARN);
        let reader = registry().with(Reader.with_filter(only));
        tracing::subscriber::set_global_default(reader).unwrap();
    });
}

/// The links of a kind that somebody has got so far, the oldest first.
pub fn got(person: UserId, kind: &str) -> Vec<String> {
    let all = LETTERS.lock().unwrap();
    let his = all
        .iter()
        .filter(|one| one.user == person.to_string() && one.kind == kind);
    his.map(|one| one.link.clone()).collect()
}

/// What the link carries that is the so-manieth of a kind for somebody.
pub async fn token(person: UserId, kind: &str, count: usize) -> String {
    until("a letter", async || got(person, kind).len() >= count).await;
    let link = got(person, kind).remove(count - 1);
    let (_, token) = link.split_once(&format!("/link#{kind}=")).unwrap();
    token.to_owned()
}
