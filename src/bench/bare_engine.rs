//! What the line alone takes for an assignment: it hears that a rep is free, proposes, and hears
//! that it is settled. No database, no desk, one caller.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::dispatch::{
    self, ConversationFact, Eligibility, Engine, Facts, Proposal, RepFact, Standing,
};
use crate::settings::Settings;
use crate::shared_redis::SharedRedis;
use crate::words::{ConversationId, Moment, QueueId, UserId, now};

/// How many assignments, and for how long at most.
const PAIRS: usize = 2_000;
const LASTS: Duration = Duration::from_secs(2);

/// Times of each pair of steps, with so many waiting and so many reps, all but one of them full.
pub async fn measure(
    settings: &Settings,
    waiting: usize,
    reps: usize,
) -> anyhow::Result<Vec<Duration>> {
    if settings.redis_url.is_empty() {
        return pairs(&dispatch::Memory::default(), waiting, reps).await;
    }
    let SharedRedis {
        mut manager, pool, ..
    } = SharedRedis::open(&settings.redis_url, &settings.redis_ca).await?;
    let prefix = format!("{}-bench-{}", settings.redis_prefix, UserId::new());
    let engine = dispatch::Redis::new(manager.clone(), pool, &prefix);
    let times = pairs(&engine, waiting, reps).await;
    forget(&mut manager, &prefix).await?;
    times
}

async fn pairs(engine: &impl Engine, waiting: usize, reps: usize) -> anyhow::Result<Vec<Duration>> {
    let queue = QueueId::new();
    let mut place: Moment = 0;
    let mut waits = || {
        place += 1;
        conversation(queue, place)
    };
    let mut staff: Vec<RepFact> = (0..reps).map(|_| rep(queue)).collect();
    let facts = Facts {
        conversations: (0..waiting).map(|_| waits()).collect(),
        reps: staff.clone(),
        ..Facts::default()
    };
    engine.fill(facts, now()).await?;
    let (mut times, began) = (Vec::with_capacity(PAIRS), Instant::now());
    for turn in 0..PAIRS {
        if began.elapsed() > LASTS {
            break;
        }
        let rep = &mut staff[turn % reps];
        rep.version += 1;
        rep.active = 0;
        let free = Facts {
            // Whoever comes takes the place of whoever is served, so that as many wait.
            conversations: vec![waits()],
            reps: vec![rep.clone()],
            ..Facts::default()
        };
        let begun = Instant::now();
        let step = engine.put(free, now()).await?;
        let settled = settled(&step.proposals, rep, queue)?;
        let step = engine.put(settled, now()).await?;
        times.push(begun.elapsed());
        ensure!(step.proposals.is_empty(), "the line proposes a full rep");
    }
    Ok(times)
}

/// What is told when the only proposal of a step is settled.
fn settled(made: &[Proposal], rep: &mut RepFact, queue: QueueId) -> anyhow::Result<Facts> {
    let made = made.first().context("the line proposes nobody")?;
    rep.version += 1;
    rep.active = 1;
    rep.last_assigned_at = now();
    let served = ConversationFact {
        id: made.conversation,
        version: 2,
        standing: Standing::Served,
        ..conversation(queue, 0)
    };
    Ok(Facts {
        conversations: vec![served],
        reps: vec![rep.clone()],
        ..Facts::default()
    })
}

fn conversation(queue: QueueId, place: Moment) -> ConversationFact {
    ConversationFact {
        id: ConversationId::new(),
        version: 1,
        standing: Standing::Waiting,
        queue,
        place,
        reserved: None,
        cooling: Vec::new(),
    }
}

fn rep(queue: QueueId) -> RepFact {
    RepFact {
        id: UserId::new(),
        version: 1,
        capacity: 1,
        active: 1,
        eligibility: Eligibility::Eligible,
        queues: vec![queue],
        last_assigned_at: 0,
    }
}

/// Removes the keys of a line that nobody needs any more.
async fn forget(redis: &mut redis::aio::ConnectionManager, prefix: &str) -> anyhow::Result<()> {
    let mut cursor = 0_u64;
    loop {
        let mut scan = redis::cmd("SCAN");
        scan.arg(cursor).arg("MATCH").arg(format!("{{{prefix}*"));
        let (next, keys): (u64, Vec<String>) =
            scan.arg("COUNT").arg(1_000).query_async(redis).await?;
        for key in keys {
            let mut unlink = redis::cmd("UNLINK");
            unlink.arg(key).exec_async(redis).await?;
        }
        if next == 0 {
            return Ok(());
        }
        cursor = next;
    }
}
