//! The floor in the same run: the bare relay and the bare insert, and how far above their sum the
//! server is.

use std::collections::HashMap;
use std::time::Duration;

use super::plan::Talk;
use super::{bare, talked};
use crate::bench::aside;
use crate::bench::figures::Figures;
use crate::bench::meters::{Databases, cpu_of};
use crate::bench::place::Place;
use crate::bench::processes::Process;
use crate::words::ConversationId;

/// How long the bare insert is measured.
const INSERT: Duration = Duration::from_secs(3);
/// What the server puts into one transaction at most; the bare insert does no better.
const GROUP_MAX: usize = 512;

/// What the least costs, in seconds of processor for 1,000 messages.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Floor {
    pub relay_cpu: f64,
    pub relay_per_second: f64,
    pub relay_end_to_end: Figures,
    pub insert_cpu: f64,
    pub inserts_per_second: f64,
    /// Rows in one transaction of the bare insert.
    pub group: usize,
    /// The server may use so many times the sum of both.
    pub goal: f64,
}

impl Floor {
    pub fn sum(&self) -> f64 {
        self.relay_cpu + self.insert_cpu
    }
}

/// Measures both, with the same couples and texts.
pub async fn measure(
    place: &Place,
    talk: &Talk,
    heads: &HashMap<ConversationId, i64>,
    databases: &mut Databases,
) -> anyhow::Result<Floor> {
    let workers = place.settings.workers.to_string();
    let arguments = ["bench", "bare-relay", "--workers", &workers];
    let (mut relay, url) = Process::serve(&arguments).await?;
    let talk = Talk {
        urls: vec![url],
        bare: true,
        ..talk.clone()
    };
    let (seen, used) = talked(&talk, databases, || [&relay].into_iter()).await?;
    relay.kill();
    let delivered = seen.delivered.max(1) as f64;

    // As many rows as can wait at once while the couples talk.
    let under_way = talk.couples.len() * 2 * talk.under_way;
    let group = under_way.clamp(1, GROUP_MAX);
    let before = (cpu_of("self")?, databases.read([]).await?);
    let settings = &place.settings;
    let insert = || bare::insert(settings, &talk.couples, heads, group, talk.bytes, INSERT);
    let inserted = aside(insert)?;
    let after = (cpu_of("self")?, databases.read([]).await?);
    let own = after.0.saturating_sub(before.0).as_secs_f64();
    let insert = own + after.1.since(&before.1).postgres.unwrap_or(0.0);
    Ok(Floor {
        relay_cpu: used.server / delivered * 1_000.0,
        relay_per_second: delivered / seen.seconds,
        relay_end_to_end: seen.end_to_end,
        insert_cpu: insert / inserted.rows as f64 * 1_000.0,
        inserts_per_second: inserted.rows as f64 / inserted.took.as_secs_f64(),
        group,
        goal: match settings.database_url.starts_with("postgres") {
            true => 2.5,
            false => 2.0,
        },
    })
}
