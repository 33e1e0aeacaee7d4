//! What a lost doorbell would have said: sockets are compared with the database.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::bell::Bell;
use crate::error::Result;
use crate::hub::{Hub, Note};
use crate::news::News;
use crate::store::reps::RepState;
use crate::store::{Conn, Store, conversations, mine, queues, roster, sessions};
use crate::words::{Moment, UserId, now};

/// How much later than its own moment an end may be seen, in ms: it has to be committed, and
/// another node's clock may be slow.
const LATE: Moment = 15_000;
/// People asked about in one query, or told at a time.
const CHUNK: usize = 200;
/// How long others have their turn between two such.
const BETWEEN: Duration = Duration::from_millis(10);

/// Compares the sockets of this node with the database, every so often, and at a quicker pace
/// while the doorbell of other nodes is not heard.
pub async fn check(store: Store, hub: Hub, bell: Bell, every: Duration) {
    let quick = every.min(Duration::from_secs(1));
    let mut last = now();
    loop {
        tokio::time::sleep(if bell.is_heard() { every } else { quick }).await;
        let begun = now();
        match check_once(&store, &hub, &bell, last - LATE).await {
            Ok(()) => last = begun,
            Err(error) => {
                tracing::warn!(%error, "sockets could not be compared with the database");
            }
        }
    }
}

/// Tells the people here what they have on their hands: whoever knows it ignores that, whoever does
/// not reads what he missed. It is one note for each, whatever he has, so that his mailbox has room
/// for it. Also ends sockets whose login has ended. `ended_since` is from when on ends are told
/// again.
async fn check_once(store: &Store, hub: &Hub, bell: &Bell, ended_since: Moment) -> Result<()> {
    let may_lose = hub.may_lose();
    for people in hub.people().chunks(CHUNK) {
        let asked = people.to_vec();
        let read = move |conn: &mut Conn| mine::stands(conn, &asked);
        let mut stands = store.read(read).await?;
        for person in people {
            // A customer who has nothing has lost nothing but what has ended.
            let has = stands.remove(person);
            if has.is_some() || may_lose.contains(person) {
                hub.tell(*person, Note::OnHands(Arc::new(has.unwrap_or_default())));
            }
        }
        tokio::time::sleep(BETWEEN).await;
    }
    let read = move |conn: &mut Conn| Ok(conversations::ended_since(conn, ended_since)?);
    for ended in store.read(read).await?.chunks(CHUNK) {
        for &(conversation, customer, rep, seq) in ended {
            for person in [Some(customer), rep].into_iter().flatten() {
                hub.tell(person, Note::Ended { conversation, seq });
            }
        }
        tokio::time::sleep(BETWEEN).await;
    }
    let mut after = UserId(Uuid::nil());
    loop {
        let read = move |conn: &mut Conn| roster::standings_after(conn, after, CHUNK as i64);
        let reps = store.read(read).await?;
        let Some(last) = reps.last() else { break };
        after = last.rep.user_id;
        for rep in &reps {
            hub.deliver(News::Rep(RepState::from(rep)));
        }
        tokio::time::sleep(BETWEEN).await;
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
