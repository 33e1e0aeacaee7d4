//! What processes have used, by the operating system: servers, PostgreSQL and Redis apart.

use std::time::Duration;

use anyhow::Context;
use redis::aio::ConnectionManager;

use super::processes::Process;
use crate::settings::Settings;
use crate::shared_redis::SharedRedis;
use crate::store::{bulk, open_existing};

/// Parts of a second in which Linux counts a process's time for `/proc`.
const TICKS: f64 = 100.0;

/// A line of `/proc/PID/stat`, as far as it matters here.
struct Stat {
    name: String,
    parent: u32,
    /// Processor time of its own, and of its children that have ended.
    own: f64,
    ended: f64,
}

/// None if there is no such process, or it cannot be seen.
fn stat(process: &str) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name may contain anything, but ends with the last bracket.
    let (name, fields) = text.rsplit_once(')')?;
    let (_, name) = name.split_once('(')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some(Stat {
        name: name.into(),
        parent: fields.get(1)?.parse().ok()?,
        own: ticks(11)? + ticks(12)?,
        ended: ticks(13)? + ticks(14)?,
    })
}

/// What a process has used of the processor since its start: an id, or `self`.
pub fn cpu_of(process: &str) -> anyhow::Result<Duration> {
    let stat = stat(process).context("a process's time in /proc cannot be read")?;
    Ok(Duration::from_secs_f64(stat.own / TICKS))
}

/// Memory of a process that is not swapped out, in KiB.
pub fn memory_of(process: &str) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.context("a process's memory in /proc cannot be read")
}

/// Processor time in seconds, since some moment in the past. None where there is no such process,
/// or none that can be read.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
pub struct Cpu {
    pub server: f64,
    pub postgres: Option<f64>,
    pub redis: Option<f64>,
}

impl Cpu {
    /// What was used since an earlier reading.
    pub fn since(&self, before: &Self) -> Self {
        let part = |now: Option<f64>, then: Option<f64>| Some((now? - then?).max(0.0));
        Self {
            server: self.server - before.server,
            postgres: part(self.postgres, before.postgres),
            redis: part(self.redis, before.redis),
        }
    }

    /// The share of each of so many thousands.
    pub fn each(&self, thousands: f64) -> Self {
        Self {
            server: self.server / thousands,
            postgres: self.postgres.map(|one| one / thousands),
            redis: self.redis.map(|one| one / thousands),
        }
    }

    pub fn all(&self) -> f64 {
        self.server + self.postgres.unwrap_or(0.0) + self.redis.unwrap_or(0.0)
    }
}

/// Reads what the databases of the settings have used.
pub struct Databases {
    /// The first process of PostgreSQL, if it can be seen from here.
    postmaster: Option<u32>,
    redis: Option<ConnectionManager>,
    /// What cannot be read.
    pub unread: Option<&'static str>,
}

impl Databases {
    pub async fn of(settings: &Settings) -> anyhow::Result<Self> {
        let mut found = Self {
            postmaster: None,
            redis: None,
            unread: None,
        };
        if settings.database_url.starts_with("postgres") {
            let url = settings.database();
            let ask = move || {
                // Looked at while the connection is open: with it the process ends.
                let mut conn = open_existing(&url)?;
                let backend = bulk::backend(&mut conn)?;
                anyhow::Ok(backend.and_then(|id| stat(&id.to_string())))
            };
            let stat = tokio::task::spawn_blocking(ask).await??;
            let stat = stat.filter(|stat| stat.name.starts_with("postgres"));
            found.postmaster = stat.map(|stat| stat.parent);
            if found.postmaster.is_none() {
                found.unread = Some("PostgreSQL's processes cannot be read from here");
            }
        }
        if !settings.redis_url.is_empty() {
            let shared = SharedRedis::open(&settings.redis_url, &settings.redis_ca);
            found.redis = Some(shared.await?.manager);
        }
        Ok(found)
    }

    /// What they have used so far, and with them these processes of ours.
    pub async fn read<'a>(
        &mut self,
        servers: impl IntoIterator<Item = &'a Process>,
    ) -> anyhow::Result<Cpu> {
        let mut cpu = Cpu::default();
        for server in servers {
            cpu.server += cpu_of(&server.id().to_string())?.as_secs_f64();
        }
        cpu.postgres = self.postmaster.map(family);
        if let Some(redis) = &mut self.redis {
            let info: String = redis::cmd("INFO").arg("cpu").query_async(redis).await?;
            let number = |name: &str| -> Option<f64> {
                let line = info.lines().find_map(|line| line.strip_prefix(name))?;
                line.trim().parse().ok()
            };
            let (user, system) = (number("used_cpu_user:"), number("used_cpu_sys:"));
            cpu.redis = user.zip(system).map(|(user, system)| user + system);
        }
        Ok(cpu)
    }
}

/// Processor time of a process and of all its children, also of those that have ended.
fn family(first: u32) -> f64 {
    let mut ticks = stat(&first.to_string()).map_or(0.0, |stat| stat.own + stat.ended);
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        let stat = name.to_str().and_then(stat);
        ticks += stat
            .filter(|one| one.parent == first)
            .map_or(0.0, |one| one.own);
    }
    ticks / TICKS
}
