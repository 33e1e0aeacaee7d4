//! What sockets are told without anybody having rung: positions in line, and what a lost
//! doorbell would have said.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::bell::Bell;
use crate::error::Result;
use crate::hub::{Hub, Note};
use crate::news::{Grown, News};
use crate::store::reps::{self, RepState};
use crate::store::{Conn, Store, conversations, queues, sessions, waiting};
use crate::words::{ConversationId, Moment, QueueId, UserId, now};

/// How often at most positions are told.
const POSITIONS_EVERY: Duration = Duration::from_secs(1);
/// Up to which place positions are exact; whoever stands behind is told when he gets here.
pub const POSITIONS_MAX: i64 = 1_000;
/// How long ends are told again, in ms: longer than any two checks are apart.
const ENDED_WITHIN: Moment = 60_000;
/// People asked about in one query.
const CHUNK: usize = 500;

/// Tells waiting customers of this node how many stand ahead of them, at most once a second.
/// `lines` brings the queues whose line has changed.
pub async fn positions(store: Store, hub: Hub, mut lines: mpsc::UnboundedReceiver<QueueId>) {
    let mut changed: HashSet<QueueId> = HashSet::new();
    let mut told = Instant::now() - POSITIONS_EVERY;
    let mut known: HashMap<QueueId, Line> = HashMap::new();
    while let Some(queue) = lines.recv().await {
        changed.insert(queue);
        tokio::time::sleep_until(told + POSITIONS_EVERY).await;
        while let Ok(queue) = lines.try_recv() {
            changed.insert(queue);
        }
        told = Instant::now();
        if hub.count() == 0 {
            changed.clear();
            known.clear();
            continue;
        }
        for queue in changed.drain() {
            let read = move |conn: &mut Conn| Ok(waiting::line(conn, queue, POSITIONS_MAX)?);
            match store.read(read).await {
                Ok(line) => tell(&hub, line, known.entry(queue).or_default()),
                Err(error) => tracing::warn!(%error, "positions could not be read"),
            }
        }
    }
}

/// How many stand ahead of each in a queue, as was told last.
type Line = HashMap<ConversationId, i64>;

/// Tells those whose position is another than before.
fn tell(hub: &Hub, line: Vec<(ConversationId, UserId)>, known: &mut Line) {
    let mut now = Line::with_capacity(line.len());
    for ((conversation, customer), ahead) in line.into_iter().zip(0..) {
        if known.get(&conversation) != Some(&ahead) {
            hub.tell(
                customer,
                Note::Position {
                    conversation,
                    ahead,
                },
            );
        }
        now.insert(conversation, ahead);
    }
    *known = now;
}

/// Compares the sockets of this node with the database, every so often, and at a quicker pace
/// while the doorbell of other nodes is not heard.
pub async fn check(store: Store, hub: Hub, bell: Bell, every: Duration) {
    let quick = every.min(Duration::from_secs(1));
    loop {
        tokio::time::sleep(if bell.is_heard() { every } else { quick }).await;
        if let Err(error) = check_once(&store, &hub, &bell).await {
            tracing::warn!(%error, "sockets could not be compared with the database");
        }
    }
}

/// Rings again for every open conversation of the people here, without a hint: whoever stands
/// at that seq ignores it, whoever does not reads what he missed. Also ends sockets whose login
/// has ended.
async fn check_once(store: &Store, hub: &Hub, bell: &Bell) -> Result<()> {
    for people in hub.people().chunks(CHUNK) {
        let people = people.to_vec();
        let read = move |conn: &mut Conn| Ok(conversations::open_heads(conn, &people)?);
        for (conversation, customer, rep, seq) in store.read(read).await? {
            let audience = [Some(customer), rep].into_iter().flatten().collect();
            let grown = Grown {
                conversation,
                seq,
                audience,
                events: Vec::new(),
                view: None,
            };
            hub.deliver(News::Grown(Box::new(grown)));
        }
    }
    for people in hub.people().chunks(CHUNK) {
        let (people, since) = (people.to_vec(), now() - ENDED_WITHIN);
        let read = move |conn: &mut Conn| Ok(conversations::ended_since(conn, &people, since)?);
        for (conversation, customer, rep, seq) in store.read(read).await? {
            for person in [Some(customer), rep].into_iter().flatten() {
                hub.tell(person, Note::Ended { conversation, seq });
            }
        }
    }
    for rep in store.read(reps::standings).await? {
        hub.deliver(News::Rep(RepState::from(&rep)));
    }
    for queue in store.read(|conn| Ok(queues::list(conn)?)).await? {
        bell.line_here(queue.id);
    }
    for logins in hub.sessions().chunks(CHUNK) {
        let logins = logins.to_vec();
        let read = move |conn: &mut Conn| Ok(sessions::ended(conn, &logins, now())?);
        hub.end_sessions(&store.read(read).await?.into_iter().collect());
    }
    Ok(())
}
