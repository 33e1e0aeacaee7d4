//! Many who send at once, at the door of the store: messages in groups, as the server writes them,
//! against one transaction for each message on the same disk.

use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::sync::oneshot;

use crate::access::Actor;
use crate::bench::aside;
use crate::bench::couples::Couple;
use crate::bench::figures::Figures;
use crate::settings::Settings;
use crate::store::messages::{self, Append, Look};
use crate::store::{Conn, Options, Store, open_existing};
use crate::words::{ClientId, Role, now};

/// What came of it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Rate {
    pub per_second: f64,
    /// From handing a message over to its being on disk.
    pub takes: Figures,
}

/// Both ways, with so many senders.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Senders {
    pub senders: usize,
    pub in_groups: Rate,
    pub one_by_one: Rate,
    /// Connections that commit one by one.
    pub connections: usize,
}

/// The next message of a sender.
fn message(couples: &[Couple], sender: usize, bytes: usize) -> Append {
    let couple = &couples[sender / 2 % couples.len()];
    Append {
        conversation: couple.conversation,
        sender: Actor::new(
            couple.people[sender % 2],
            [Role::Customer, Role::Rep][sender % 2],
        ),
        client_id: ClientId::new(),
        text: "x".repeat(bytes),
        attachments: Vec::new(),
        at: now(),
    }
}

/// Measures both, each for so long.
pub async fn measure(
    settings: &Settings,
    couples: &[Couple],
    senders: usize,
    bytes: usize,
    lasts: Duration,
) -> anyhow::Result<Senders> {
    let options = Options {
        url: settings.database(),
        connections: settings.database_connections,
    };
    let store = tokio::task::spawn_blocking(move || Store::open(&options)).await??;
    let send = |message| store.append(message);
    let in_groups = crowd(couples, senders, bytes, lasts, |one| {
        let stored = send(one);
        async move { anyhow::Ok(stored.await.map(drop)?) }
    });
    let in_groups = in_groups.await?;
    // SQLite lets one write at a time: more connections would only wait for each other.
    let connections = match store.shared() {
        true => settings.database_connections as usize,
        false => 1,
    };
    drop(store);
    let door = aside(|| Door::open(settings, connections))?;
    let one_by_one = crowd(couples, senders, bytes, lasts, |one| door.store(one)).await?;
    Ok(Senders {
        senders,
        in_groups,
        one_by_one,
        connections,
    })
}

/// So many send, each the next as soon as the one before is stored.
async fn crowd<F: Future<Output = anyhow::Result<()>> + 'static>(
    couples: &[Couple],
    senders: usize,
    bytes: usize,
    lasts: Duration,
    store: impl Fn(Append) -> F,
) -> anyhow::Result<Rate> {
    let begun = Instant::now();
    let one = async |sender: usize| {
        let mut times = Vec::new();
        while begun.elapsed() < lasts {
            let since = Instant::now();
            store(message(couples, sender, bytes)).await?;
            times.push(since.elapsed());
        }
        anyhow::Ok(times)
    };
    let all = futures_util::future::try_join_all((0..senders).map(one)).await?;
    let took = begun.elapsed();
    let times: Vec<Duration> = all.into_iter().flatten().collect();
    Ok(Rate {
        per_second: times.len() as f64 / took.as_secs_f64(),
        takes: Figures::of(&times),
    })
}

type Asked = (Append, oneshot::Sender<anyhow::Result<()>>);

/// Connections that take one message at a time.
struct Door(mpsc::Sender<Asked>);

impl Door {
    fn open(settings: &Settings, connections: usize) -> anyhow::Result<Self> {
        let (ask, asked) = mpsc::channel::<Asked>();
        let asked = Arc::new(Mutex::new(asked));
        for _ in 0..connections {
            let (asked, mut conn) = (asked.clone(), open_existing(&settings.database())?);
            std::thread::spawn(move || {
                loop {
                    let next = asked.lock().expect("nothing panics under this lock").recv();
                    let Ok((message, reply)) = next else { break };
                    let _ = reply.send(alone(&mut conn, message));
                }
            });
        }
        Ok(Self(ask))
    }

    fn store(&self, message: Append) -> impl Future<Output = anyhow::Result<()>> + 'static {
        let (reply, answer) = oneshot::channel();
        let handed = self.0.send((message, reply));
        async move {
            handed.map_err(|_| anyhow::anyhow!("nobody commits any more"))?;
            answer.await?
        }
    }
}

/// One message, one transaction.
fn alone(conn: &mut Conn, message: Append) -> anyhow::Result<()> {
    let batch = [message];
    loop {
        let mut outcomes = conn.transaction(|conn| messages::append(conn, &batch, Look::First))?;
        if let Some(answer) = outcomes.pop().context("one outcome for each message")? {
            answer?;
            return Ok(());
        }
        // Another of these has locked the conversation.
        std::thread::yield_now();
    }
}
