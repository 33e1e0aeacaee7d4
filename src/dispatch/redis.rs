//! The engine for many processes: every step runs inside Redis, in `redis.lua`.
//!
//! Any node may lead the line, all share it. An epoch says which filling of Redis is meant:
//! a node whose Redis was wiped or replaced hears `Unfilled` on its next call. One brought
//! back from an old dump with the same epoch is not seen at once, and does no harm: what it
//! holds is older by version, what it proposes SQL refuses, and reconciling puts the rest.
//! Redis must not evict keys (`maxmemory-policy noeviction`): half a line looks like a line.

use std::collections::HashMap;
use std::sync::Mutex;

use deadpool_redis::{Connection, PoolError};
use redis::aio::ConnectionManager;
use redis::{AsyncCommands, RedisError};
use uuid::Uuid;

use super::rows::{held_conversation, held_queue, held_rep, pack, proposal};
use super::{
    Cursor, Engine, EngineError, Facts, Ids, PROPOSAL_MS, Proposal, REFUSED_MS, Snapshot, Step,
};
use crate::words::{ConversationId, Moment};

/// Facts, and proposals, per script call. Redis serves no one else meanwhile, so a call must
/// stay short. Between two calls of a large step another node may go on with what is in so far.
const CHUNK: usize = 500;
/// How long an abandoned fill leaves its mark, in seconds.
const FILL_MARK_S: u64 = 600;

/// Grows with every change of how rows are written: by `redis.lua`, or by `rows.rs` for it. A
/// release that writes them otherwise keeps a line of its own, and never reads a foreign row.
pub const FORMAT: u32 = 2;

/// The line of all nodes that share one Redis, one prefix and one format. Starts unfilled.
pub struct Redis {
    script: redis::Script,
    manager: ConnectionManager,
    pool: deadpool_redis::Pool,
    /// What every key begins with: the prefix in braces, which is the hash tag, and the format.
    tag: String,
    /// The epoch this node filled or adopted.
    epoch: Mutex<Option<String>>,
}

impl Redis {
    /// Steps go over `manager`; `pool` is for what is large enough to hold up a connection.
    pub fn new(manager: ConnectionManager, pool: deadpool_redis::Pool, prefix: &str) -> Self {
        Self {
            script: redis::Script::new(include_str!("redis.lua")),
            manager,
            pool,
            tag: format!("{{{prefix}}}:{FORMAT}"),
            epoch: Mutex::default(),
        }
    }

    fn key(&self, name: &str) -> String {
        format!("{}:{name}", self.tag)
    }

    fn epoch(&self) -> Result<String, EngineError> {
        let epoch = self
            .epoch
            .lock()
            .expect("no one panics with the epoch in hand");
        epoch.clone().ok_or(EngineError::Unfilled)
    }

    /// One run of the script. Answers with the epoch and what the step led to.
    async fn run(
        &self,
        kind: &str,
        epoch: &str,
        now: Moment,
        facts: &[String],
    ) -> Result<(String, Step), EngineError> {
        let mut call = self.script.key(&self.tag);
        call.arg(kind).arg(epoch).arg(now);
        call.arg(now + PROPOSAL_MS).arg(now + REFUSED_MS).arg(CHUNK);
        call.arg(facts);
        let reply: Vec<String> = call.invoke_async(&mut self.manager.clone()).await?;
        let [epoch, changed, wake, made @ ..] = &reply[..] else {
            return Err(EngineError::Unfilled);
        };
        let proposals: Option<Vec<Proposal>> = made.chunks(5).map(proposal).collect();
        let wake = match wake.as_str() {
            "" => Ok(None),
            wake => wake.parse().map(Some),
        };
        match (proposals, changed.parse(), wake) {
            (Some(proposals), Ok(changed), Ok(wake)) => {
                let step = Step {
                    proposals,
                    changed,
                    wake,
                };
                Ok((epoch.clone(), step))
            }
            _ => Err(unreadable("answer", &reply.join(" "))),
        }
    }

    /// Takes in all facts, `part` for every chunk but the last, `last` for that.
    async fn run_all(
        &self,
        [part, last]: [&str; 2],
        epoch: &str,
        now: Moment,
        facts: &Facts,
    ) -> Result<(String, Step), EngineError> {
        let facts = pack(facts);
        let tail = facts.len().saturating_sub(1) / CHUNK * CHUNK;
        let mut changed = 0;
        for chunk in facts[..tail].chunks(CHUNK) {
            changed += self.run(part, epoch, now, chunk).await?.1.changed;
        }
        let (epoch, mut step) = self.run_out(last, epoch, now, &facts[tail..]).await?;
        step.changed += changed;
        Ok((epoch, step))
    }

    /// One run, and as many more as it takes to propose all there is.
    async fn run_out(
        &self,
        kind: &str,
        epoch: &str,
        now: Moment,
        facts: &[String],
    ) -> Result<(String, Step), EngineError> {
        let (epoch, mut step) = self.run(kind, epoch, now, facts).await?;
        self.propose_all(&mut step, &epoch, now).await?;
        Ok((epoch, step))
    }

    async fn propose_all(
        &self,
        step: &mut Step,
        epoch: &str,
        now: Moment,
    ) -> Result<(), EngineError> {
        let mut more = step.proposals.len();
        while more == CHUNK {
            let (_, next) = self.run("put", epoch, now, &[]).await?;
            more = next.proposals.len();
            step.proposals.extend(next.proposals);
            step.wake = next.wake;
        }
        Ok(())
    }
}

/// Fields of a hash, with their texts.
type Rows = HashMap<String, String>;

/// What [`Redis::held`] is answered: the epoch, and each row asked for, if there is one.
type Held = (
    Option<String>,
    Vec<Option<String>>,
    Vec<Option<String>>,
    Vec<Option<String>>,
);

/// Those of these fields that there are.
fn found<T: ToString>(ids: Vec<T>, rows: Vec<Option<String>>) -> Rows {
    let pairs = ids.into_iter().zip(rows);
    pairs
        .filter_map(|(id, row)| Some((id.to_string(), row?)))
        .collect()
}

/// For a connection of the pool that there is none of.
fn poolless(error: PoolError) -> EngineError {
    match error {
        PoolError::Backend(error) => error.into(),
        error => EngineError::Unreachable(error.to_string()),
    }
}

impl Redis {
    /// Whether Redis still holds the filling that this node knows.
    async fn is_mine(&self, redis: &mut Connection, mine: &str) -> Result<(), EngineError> {
        let epoch: Option<String> = redis.get(self.key("epoch")).await?;
        match epoch.as_deref() == Some(mine) {
            true => Ok(()),
            false => Err(EngineError::Unfilled),
        }
    }

    /// Asks for some fields of a hash; for one without a name instead of none, which Redis refuses.
    fn ask<T: ToString>(&self, pipe: &mut redis::Pipeline, name: &str, ids: &[T]) {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        pipe.cmd("HMGET").arg(self.key(name));
        match ids.is_empty() {
            true => pipe.arg(""),
            false => pipe.arg(ids),
        };
    }

    /// A whole hash, in parts, so that Redis serves others in between: each row is of its own
    /// moment.
    async fn rows(&self, redis: &mut Connection, name: &str) -> Result<Rows, EngineError> {
        let (key, mut cursor, mut rows) = (self.key(name), 0_u64, Rows::new());
        loop {
            let mut scan = redis::cmd("HSCAN");
            scan.arg(&key).arg(cursor).arg("COUNT").arg(CHUNK);
            let (next, part): (u64, Vec<(String, String)>) = scan.query_async(redis).await?;
            rows.extend(part);
            if next == 0 {
                return Ok(rows);
            }
            cursor = next;
        }
    }
}

#[async_trait::async_trait]
impl Engine for Redis {
    async fn put(&self, facts: Facts, now: Moment) -> Result<Step, EngineError> {
        Ok(self
            .run_all(["add", "put"], &self.epoch()?, now, &facts)
            .await?
            .1)
    }

    async fn fill(&self, facts: Facts, now: Moment) -> Result<Step, EngineError> {
        let fill = Uuid::new_v4().to_string();
        // Every later call of this fill looks for the mark: Redis wiped halfway is seen.
        let mut mark = redis::cmd("SET");
        mark.arg(self.key(&format!("fill:{fill}")))
            .arg(now)
            .arg("EX")
            .arg(FILL_MARK_S);
        mark.exec_async(&mut self.manager.clone()).await?;
        let (epoch, step) = self.run_all(["stage", "open"], &fill, now, &facts).await?;
        *self
            .epoch
            .lock()
            .expect("no one panics with the epoch in hand") = Some(epoch);
        Ok(step)
    }

    async fn tick(&self, now: Moment) -> Result<Step, EngineError> {
        let epoch = self.epoch()?;
        let mut step = self.run("tick", &epoch, now, &[]).await?.1;
        while step.changed == CHUNK {
            step = self.run("tick", &epoch, now, &[]).await?.1;
        }
        self.propose_all(&mut step, &epoch, now).await?;
        step.changed = 0;
        Ok(step)
    }

    async fn probe(&self) -> Result<(), EngineError> {
        let mut probe = redis::cmd("SET");
        probe.arg(self.key("probe")).arg(1).arg("PX").arg(5_000);
        Ok(probe.exec_async(&mut self.manager.clone()).await?)
    }

    async fn held(&self, ids: Ids) -> Result<Snapshot, EngineError> {
        let mine = self.epoch()?;
        let mut connection = self.pool.get().await.map_err(poolless)?;
        let mut asked = redis::pipe();
        asked.atomic().get(self.key("epoch"));
        self.ask(&mut asked, "queues", &ids.queues);
        self.ask(&mut asked, "conversations", &ids.conversations);
        self.ask(&mut asked, "reps", &ids.reps);
        let answer: Held = asked.query_async(&mut connection).await?;
        let (epoch, queues, conversations, reps) = answer;
        if epoch.as_deref() != Some(&mine) {
            return Err(EngineError::Unfilled);
        }
        // Many are read aside: this thread has others to propose meanwhile.
        let read = move || {
            let queues = found(ids.queues, queues);
            let conversations = found(ids.conversations, conversations);
            held(&queues, &conversations, &found(ids.reps, reps))
        };
        let read = tokio::task::spawn_blocking(read).await;
        read.map_err(|error| EngineError::Broken(error.to_string()))?
    }

    async fn ids(
        &self,
        Cursor(from): Cursor,
    ) -> Result<(Vec<ConversationId>, Option<Cursor>), EngineError> {
        let mine = self.epoch()?;
        let mut connection = self.pool.get().await.map_err(poolless)?;
        let mut asked = redis::pipe();
        asked.atomic().get(self.key("epoch"));
        asked
            .cmd("HSCAN")
            .arg(self.key("conversations"))
            // A cursor of another engine is as good as any: what it leaves out comes the next time.
            .arg(from as u64)
            .arg("COUNT")
            .arg(CHUNK);
        type Part = (Option<String>, (u64, Vec<(String, String)>));
        let answer: Part = asked.query_async(&mut connection).await?;
        let (epoch, (next, rows)) = answer;
        if epoch.as_deref() != Some(&mine) {
            return Err(EngineError::Unfilled);
        }
        let id = |(id, row): (String, String)| id.parse().map_err(|_| unreadable(&id, &row));
        let ids = rows.into_iter().map(id).collect::<Result<_, _>>()?;
        Ok((ids, (next != 0).then_some(Cursor(next.into()))))
    }

    async fn snapshot(&self) -> Result<Snapshot, EngineError> {
        let mine = self.epoch()?;
        let mut connection = self.pool.get().await.map_err(poolless)?;
        self.is_mine(&mut connection, &mine).await?;
        let queues = self.rows(&mut connection, "queues").await?;
        let conversations = self.rows(&mut connection, "conversations").await?;
        let reps = self.rows(&mut connection, "reps").await?;
        // Once more: a line that was wiped in between may look like a short one.
        self.is_mine(&mut connection, &mine).await?;
        // Many are read aside: this thread has others to propose meanwhile.
        let read = tokio::task::spawn_blocking(move || held(&queues, &conversations, &reps));
        read.await
            .map_err(|error| EngineError::Broken(error.to_string()))?
    }
}

/// Rows of Redis as a snapshot, each kind in the order of its ids.
fn held(queues: &Rows, conversations: &Rows, reps: &Rows) -> Result<Snapshot, EngineError> {
    let queue =
        |(id, row): (&String, &String)| held_queue(id, row).ok_or_else(|| unreadable("queue", row));
    let conversation = |(id, row): (&String, &String)| {
        held_conversation(id, row).ok_or_else(|| unreadable("conversation", row))
    };
    let rep =
        |(id, row): (&String, &String)| held_rep(id, row).ok_or_else(|| unreadable("rep", row));
    let mut snapshot = Snapshot {
        queues: queues.iter().map(queue).collect::<Result<_, _>>()?,
        conversations: conversations
            .iter()
            .map(conversation)
            .collect::<Result<_, _>>()?,
        reps: reps.iter().map(rep).collect::<Result<_, _>>()?,
    };
    snapshot.queues.sort_by_key(|held| held.id);
    snapshot.conversations.sort_by_key(|held| held.fact.id);
    snapshot.reps.sort_by_key(|held| held.fact.id);
    Ok(snapshot)
}

impl From<RedisError> for EngineError {
    fn from(error: RedisError) -> Self {
        match error.is_io_error() {
            true => Self::Unreachable(error.to_string()),
            false => Self::Broken(error.to_string()),
        }
    }
}

fn unreadable(what: &str, text: &str) -> EngineError {
    EngineError::Broken(format!("unreadable {what} in Redis: {text:?}"))
}
