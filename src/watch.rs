//! What a lost doorbell would have said: sockets are compared with the database.

use std::time::Duration;

use crate::bell::Bell;
use crate::error::Result;
use crate::hub::{Hub, Note};
use crate::news::{Grown, News};
use crate::store::reps::{self, RepState};
use crate::store::{Conn, Store, conversations, queues, sessions};
use crate::words::{Moment, now};

/// How long ends are told again, in ms: longer than any two checks are apart.
const ENDED_WITHIN: Moment = 60_000;
/// People asked about in one query.
const CHUNK: usize = 500;

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
    for reps in store.read(reps::standings).await?.chunks(CHUNK) {
        for rep in reps {
            hub.deliver(News::Rep(RepState::from(rep)));
        }
        // Others have something to say, too.
        tokio::task::yield_now().await;
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
