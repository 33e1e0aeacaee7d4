//! Brings what was said into the index of the search, beside all other work.

use std::time::{Duration, Instant};

use crate::error::Result;
use crate::store::Store;
use crate::store::search::{self, Indexed};

/// How long a text may wait when there is little to do. Who searches does not wait for it.
const PAUSE: Duration = Duration::from_millis(500);
/// How long it rests after work, by how long that took: it has a quarter of the time and no more.
const REST: u32 = 3;
/// How many steps somebody who searches waits for at most, and how long he gives another node that
/// is at it, so often.
const STEPS: usize = 5;
const WAIT: Duration = Duration::from_millis(20);
const WAITS: usize = 25;

/// Indexes for ever.
pub async fn keep(store: Store) {
    loop {
        let begun = Instant::now();
        match step(&store).await {
            // More waits, probably. A few at a time would cost as much as many.
            Ok(Some(Indexed { full: true, .. })) => {
                tokio::time::sleep(begun.elapsed() * REST).await
            }
            Ok(_) => tokio::time::sleep(PAUSE).await,
            Err(error) => {
                tracing::warn!(%error, "what was said could not be indexed; it is tried again");
                tokio::time::sleep(PAUSE * 10).await;
            }
        }
    }
}

/// Indexes some of what waits; answers how much, or none if nothing does. No texts: another has it.
async fn step(store: &Store) -> Result<Option<Indexed>> {
    let behind = store.read(|conn| Ok(search::is_behind(conn)?)).await?;
    if behind {
        return store.write(search::index).await.map(Some);
    }
    Ok(None)
}

/// Indexes what was acknowledged before this call, unless that is very much. If it cannot be done,
/// who reads is told what is there: what waits still is missing, and [`keep`] meets the same and
/// says why, now and then, however many read.
pub async fn catch_up(store: &Store) {
    let (mut steps, mut waits) = (0, 0);
    while steps < STEPS && waits < WAITS {
        match step(store).await {
            Ok(None) => break,
            Ok(Some(Indexed { texts: 0, .. })) => {
                waits += 1;
                tokio::time::sleep(WAIT).await;
            }
            Ok(Some(_)) => steps += 1,
            Err(error) => {
                tracing::debug!(%error, "somebody reads without what was said last");
                break;
            }
        }
    }
}
