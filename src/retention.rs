//! Deletes conversations that were kept long enough, if the settings say how long that is. Every
//! node does so; whoever comes second finds nothing to do.

use std::collections::HashSet;
use std::time::Duration;

use crate::error::Result;
use crate::metrics::Metrics;
use crate::store::{Conn, Store, retention};
use crate::words::{Moment, now};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(60);
/// How many are deleted between two looks, and how many are looked up at once. Each is a
/// transaction of its own, so nobody waits for more than one.
const MOST: usize = 1_000;
const PAGE: i64 = 100;

/// Deletes for ever what was closed so many days ago.
pub async fn keep(store: Store, metrics: Metrics, days: i64) {
    const DAY: Moment = 24 * 60 * 60 * 1_000;
    if days == 0 {
        return std::future::pending().await;
    }
    loop {
        if let Err(error) = sweep(&store, &metrics, now() - days * DAY).await {
            tracing::warn!(%error, "old conversations could not be deleted; it is tried again");
        }
        // The nodes a little apart.
        tokio::time::sleep(EVERY + Duration::from_millis(rand::random_range(0..5_000))).await;
    }
}

/// Deletes what was closed before a moment, not without end; answers how many were deleted here.
pub async fn sweep(store: &Store, metrics: &Metrics, before: Moment) -> Result<usize> {
    let (mut seen, mut deleted) = (0, 0);
    let mut failed = HashSet::new();
    while seen < MOST {
        let limit = PAGE + failed.len() as i64;
        let page = move |conn: &mut Conn| Ok(retention::outlived(conn, before, limit)?);
        let mut ids = store.read(page).await?;
        ids.retain(|id| !failed.contains(id));
        if ids.is_empty() {
            break;
        }
        seen += ids.len();
        for id in ids {
            let forget = move |conn: &mut Conn| retention::forget(conn, id, before);
            match store.write(forget).await {
                Ok(None) => {}
                Ok(Some((id, number, closed_at))) => {
                    tracing::info!(%id, number, closed_at, "a conversation was kept long enough");
                    metrics.deleted.inc();
                    deleted += 1;
                }
                // It keeps back none of the others.
                Err(error) => {
                    tracing::warn!(%error, conversation = %id, "it could not be deleted");
                    failed.insert(id);
                }
            }
        }
    }
    Ok(deleted)
}
