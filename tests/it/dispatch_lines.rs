//! Lines for the tests of dispatch, and short words for facts.

use std::time::Duration;

use redis::AsyncCommands;
use redis::aio::ConnectionManagerConfig;
use switchboard::dispatch::redis::FORMAT;
use switchboard::dispatch::{
    ConversationFact, Eligibility, Engine, EngineError, Facts, Memory, Proposal, QueueFact, Redis,
    RepFact, Standing, Step,
};
use switchboard::words::{ConversationId, Moment, QueueId, UserId};
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(20);

/// Nodes on one new prefix; none where there is no Redis. The connection is for foul play.
pub async fn nodes<const N: usize>() -> Option<([Redis; N], RawRedis)> {
    let url = crate::services::redis_url()?;
    let client = redis::Client::open(url.as_str()).unwrap();
    // On a busy machine one long step may take longer than an answer usually may.
    let patient = ConnectionManagerConfig::new().set_response_timeout(Some(PATIENCE));
    let manager = client.get_connection_manager_with_config(patient);
    let manager = manager.await.unwrap();
    let pool = deadpool_redis::Config::from_url(url);
    let pool = pool
        .create_pool(Some(deadpool_redis::Runtime::Tokio1))
        .unwrap();
    let prefix = format!("test-{}", Uuid::new_v4());
    let nodes = [(); N].map(|()| Redis::new(manager.clone(), pool.clone(), &prefix));
    Some((nodes, RawRedis { manager, prefix }))
}

/// Redis behind the engine's back.
pub struct RawRedis {
    manager: redis::aio::ConnectionManager,
    prefix: String,
}

impl RawRedis {
    async fn keys(&mut self) -> Vec<String> {
        self.manager
            .keys(format!("{{{}}}:*", self.prefix))
            .await
            .unwrap()
    }

    pub async fn wipe(&mut self) {
        for key in self.keys().await {
            let _: () = self.manager.del(key).await.unwrap();
        }
    }

    fn key(&self, name: &str) -> String {
        format!("{{{}}}:{FORMAT}:{name}", self.prefix)
    }

    /// What a release left that kept no format in its keys, and wrote other rows.
    pub async fn leave_foreign_rows(&mut self) {
        let key = |name: &str| format!("{{{}}}:{name}", self.prefix);
        let (waiting, rep) = (waits(1, 0).id, user(1));
        let row = format!("1 W {} 0 - 0", queue(1));
        let mut write = redis::pipe();
        write
            .set(key("epoch"), "old")
            .hset(key("conversations"), waiting.to_string(), row)
            .hset(
                key("reps"),
                rep.to_string(),
                format!("1 1 0 1 {}", queue(1)),
            )
            .zadd(key(&format!("line:{}", queue(1))), waiting.to_string(), 0)
            .sadd(key("hot"), queue(1).to_string());
        let _: () = write.query_async(&mut self.manager).await.unwrap();
    }

    /// The rows of a hash as they are written.
    pub async fn rows(&mut self, hash: &str) -> Vec<String> {
        self.manager.hvals(self.key(hash)).await.unwrap()
    }

    pub async fn count(&mut self, hash: &str) -> usize {
        self.manager.hlen(self.key(hash)).await.unwrap()
    }

    /// Puts something else where the engine keeps a hash.
    pub async fn spoil(&mut self, hash: &str) {
        self.manager.set(self.key(hash), "?").await.unwrap()
    }

    pub async fn dump(&mut self) -> Vec<(String, Vec<u8>)> {
        let mut dump = Vec::new();
        for key in self.keys().await {
            let mut value = redis::cmd("DUMP");
            let value = value.arg(&key).query_async(&mut self.manager).await;
            dump.push((key, value.unwrap()));
        }
        dump
    }

    pub async fn restore(&mut self, dump: Vec<(String, Vec<u8>)>) {
        self.wipe().await;
        for (key, value) in dump {
            let mut restore = redis::cmd("RESTORE");
            restore.arg(key).arg(0).arg(value);
            restore.exec_async(&mut self.manager).await.unwrap();
        }
    }
}

/// Runs a test on each engine, filled with nothing.
pub async fn on_both(test: impl AsyncFn(&dyn Engine)) {
    let memory = Memory::default();
    memory.fill(Facts::default(), 0).await.unwrap();
    test(&memory).await;
    if let Some(([node], mut raw)) = nodes().await {
        node.fill(Facts::default(), 0).await.unwrap();
        test(&node).await;
        raw.wipe().await;
    }
}

pub fn waits(id: u128, place: Moment) -> ConversationFact {
    let (id, queue) = (ConversationId(Uuid::from_u128(id)), queue(1));
    ConversationFact {
        id,
        version: 1,
        standing: Standing::Waiting,
        queue,
        place,
        reserved: None,
        cooling: vec![],
    }
}

pub fn user(id: u128) -> UserId {
    UserId(Uuid::from_u128(id))
}

/// The same, as the rows say after the next change.
pub fn then(fact: ConversationFact) -> ConversationFact {
    let version = fact.version + 1;
    ConversationFact { version, ..fact }
}

/// For this rep alone until then.
pub fn reserved(rep: u128, until: Moment, fact: ConversationFact) -> ConversationFact {
    let reserved = Some((user(rep), until));
    ConversationFact { reserved, ..fact }
}

/// Declined or missed by these reps, each with the end of his cool-down.
pub fn cooling(reps: &[(u128, Moment)], fact: ConversationFact) -> ConversationFact {
    let cooling = reps.iter().map(|(rep, until)| (user(*rep), *until));
    let cooling = cooling.collect();
    ConversationFact { cooling, ..fact }
}

pub fn queue(id: u128) -> QueueId {
    QueueId(Uuid::from_u128(id))
}

/// A queue's change to this mode.
pub fn manual(id: u128, version: i64, manual: bool) -> Facts {
    let fact = QueueFact {
        id: queue(id),
        version,
        manual,
    };
    Facts {
        queues: vec![fact],
        ..Facts::default()
    }
}

pub fn rep(id: u128, capacity: i32) -> RepFact {
    RepFact {
        id: user(id),
        version: 1,
        capacity,
        active: 0,
        eligibility: Eligibility::Eligible,
        queues: vec![queue(1)],
        last_assigned_at: 0,
    }
}

fn pair((conversation, rep): (u128, u128)) -> Proposal {
    let (conversation, rep) = (Uuid::from_u128(conversation), Uuid::from_u128(rep));
    Proposal {
        conversation: ConversationId(conversation),
        rep: UserId(rep),
        seen: None,
    }
}

pub fn facts<const C: usize, const R: usize>(
    conversations: [ConversationFact; C],
    reps: [RepFact; R],
) -> Facts {
    Facts {
        conversations: conversations.into(),
        reps: reps.into(),
        ..Facts::default()
    }
}

pub fn refusal(refused: (u128, u128)) -> Facts {
    Facts {
        refused: vec![pair(refused)],
        ..Facts::default()
    }
}

/// What a step proposed, as (conversation, rep).
pub fn made(step: Result<Step, EngineError>) -> Vec<(u128, u128)> {
    let ids = |made: &Proposal| (made.conversation.0.as_u128(), made.rep.0.as_u128());
    step.unwrap().proposals.iter().map(ids).collect()
}

pub async fn proposed(line: &dyn Engine, rep: u128) -> i32 {
    let held = line.snapshot().await.unwrap().reps;
    held.iter()
        .find(|held| held.fact.id.0.as_u128() == rep)
        .unwrap()
        .proposed
}
