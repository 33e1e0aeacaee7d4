//! What a run costs besides time: processor, round trips to PostgreSQL, and what Redis has done.

use std::time::Duration;

use redis::aio::ConnectionManager;

use super::meters::cpu_of;
use crate::server::Server;
use crate::settings::Settings;
use crate::shared_redis::SharedRedis;

/// The meters, read so far.
#[derive(Debug, Clone, Copy)]
pub struct Meters {
    cpu: Duration,
    sql: u64,
    /// Steps of the line, and how often Redis has read from any client.
    redis: Option<(u64, u64)>,
}

/// What was used between two readings, for each assignment.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct Cost {
    /// Processor time of this process, servers and people.
    pub cpu_ms: f64,
    /// How often PostgreSQL was waited for. None on SQLite, which is in the process.
    pub sql_round_trips: Option<f64>,
    /// Calls of the script that keeps the line. None without Redis.
    pub redis_steps: Option<f64>,
    /// How often Redis has read from a client, by its own count: round trips and the doorbell, also
    /// of whoever else uses it.
    pub redis_reads: Option<f64>,
}

/// Reads the meters of these servers.
pub struct Reader {
    redis: Option<ConnectionManager>,
}

impl Reader {
    pub async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let redis = match settings.redis_url.is_empty() {
            true => None,
            false => {
                let shared = SharedRedis::open(&settings.redis_url, &settings.redis_ca);
                Some(shared.await?.manager)
            }
        };
        Ok(Self { redis })
    }

    pub async fn read(&mut self, servers: &[Server]) -> anyhow::Result<Meters> {
        let redis = match &mut self.redis {
            Some(redis) => Some(redis_meters(redis).await?),
            None => None,
        };
        let stores = servers.iter().map(|server| &server.app.store);
        Ok(Meters {
            cpu: cpu_of("self")?,
            sql: stores.map(|store| store.round_trips()).sum(),
            redis,
        })
    }
}

impl Meters {
    /// What each of so many assignments has used since an earlier reading.
    pub fn since(&self, before: &Self, assignments: usize) -> Cost {
        let each = |now: u64, then: u64| (now - then) as f64 / assignments.max(1) as f64;
        let redis = self.redis.zip(before.redis);
        let cpu = self.cpu.saturating_sub(before.cpu).as_secs_f64();
        Cost {
            cpu_ms: cpu * 1_000.0 / assignments.max(1) as f64,
            sql_round_trips: (self.sql > 0).then(|| each(self.sql, before.sql)),
            redis_steps: redis.map(|(now, then)| each(now.0, then.0)),
            redis_reads: redis.map(|(now, then)| each(now.1, then.1)),
        }
    }
}

impl Cost {
    /// Lines for people.
    pub fn lines(&self) -> String {
        let mut text = format!(
            "for each assignment, with its opening, its close and all that goes on beside:\n  \
             {:.2} ms of processor in this process, servers and people\n",
            self.cpu_ms
        );
        match self.sql_round_trips {
            Some(trips) => text.push_str(&format!("  {trips:.1} round trips to PostgreSQL\n")),
            None => text.push_str("  no round trip to SQLite, which is in the process\n"),
        }
        if let (Some(steps), Some(reads)) = (self.redis_steps, self.redis_reads) {
            text.push_str(&format!(
                "  {steps:.1} steps of the line in Redis; {reads:.1} reads by Redis in all, the \
                 doorbell and other users of it included\n"
            ));
        }
        text
    }
}

async fn redis_meters(redis: &mut ConnectionManager) -> anyhow::Result<(u64, u64)> {
    let mut info = redis::cmd("INFO");
    let info: String = info.arg("everything").query_async(redis).await?;
    let number = |name: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(name));
        let digits = line?.split(',').next()?.trim();
        digits.parse::<u64>().ok()
    };
    let steps = number("cmdstat_evalsha:calls=").unwrap_or_default();
    let reads = number("total_reads_processed:").unwrap_or_default();
    Ok((steps, reads))
}
