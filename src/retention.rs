//! Deletes conversations that were kept long enough, if the settings say how long that is. Every
//! node does so; whoever comes second finds nothing to do.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::json;

use crate::error::{Error, Result};
use crate::metrics::Metrics;
use crate::store::audit::{self, Entry};
use crate::store::{Conn, Store, retention};
use crate::words::{Act, Moment, ObjectKind, now};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(60);
/// How many are deleted between two looks, and how many are looked up at once. Each is a
/// transaction of its own, so nobody waits for more than one.
const MOST: usize = 1_000;
const PAGE: i64 = 100;

/// How long a conversation lies there, in ms, after it was deleted for everybody: longer than
/// anybody takes to read who has found it before. So nobody sees a part of it.
const REST: Moment = 600_000;

/// Deletes for ever what was closed so many days ago.
pub async fn keep(store: Store, metrics: Metrics, days: i64) {
    const DAY: Moment = 24 * 60 * 60 * 1_000;
    if days == 0 {
        return std::future::pending().await;
    }
    loop {
        let before = now() - days * DAY;
        if let Err(error) = sweep(&store, &metrics, before, REST).await {
            tracing::warn!(%error, "old conversations could not be deleted; it is tried again");
        }
        // The nodes a little apart.
        tokio::time::sleep(EVERY + Duration::from_millis(rand::random_range(0..5_000))).await;
    }
}

/// Deletes what was closed before a moment for everybody, not without end, and takes away what was
/// deleted `rest` ms ago. Answers how many were deleted here.
pub async fn sweep(
    store: &Store,
    metrics: &Metrics,
    before: Moment,
    rest: Moment,
) -> Result<usize> {
    let mut deleted = 0;
    let forgotten = forget(store, metrics, before, &mut deleted).await;
    if deleted > 0 {
        note(store, before, deleted).await?;
    }
    forgotten?;
    remove(store, rest).await?;
    Ok(deleted)
}

/// One entry of the audit for a whole round, also for one that was broken off: each conversation is
/// a transaction of its own, and who cares for one finds it in the log.
async fn note(store: &Store, closed_before: Moment, count: usize) -> Result<()> {
    let (act, kind) = (Act::ConversationsDeleted, ObjectKind::Conversation);
    let entry = Entry::new(None, act, kind, None);
    let gone = json!({ "count": count, "closed_before": closed_before });
    let write = move |conn: &mut Conn| audit::record(conn, &entry, Some(gone.clone()), None);
    store.write(write).await
}

async fn forget(
    store: &Store,
    metrics: &Metrics,
    before: Moment,
    deleted: &mut usize,
) -> Result<()> {
    let mut seen = 0;
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
                // It is no more, or it is not as it should be.
                Ok(None) => {
                    failed.insert(id);
                }
                Ok(Some((id, number, closed_at))) => {
                    tracing::info!(%id, number, closed_at, "a conversation was kept long enough");
                    metrics.deleted.inc();
                    *deleted += 1;
                }
                // It keeps back none of the others.
                Err(error) => {
                    tracing::warn!(%error, conversation = %id, "it could not be deleted");
                    failed.insert(id);
                }
            }
        }
    }
    Ok(())
}

/// Takes away what was deleted so long ago, part by part.
async fn remove(store: &Store, rest: Moment) -> Result<()> {
    // Those whose turn has come, but for those that are gone since.
    let mut done = HashSet::new();
    loop {
        let limit = PAGE + done.len() as i64;
        let page = move |conn: &mut Conn| Ok(retention::hidden(conn, rest, limit)?);
        let listed = store.read(page).await?;
        done.retain(|id| listed.contains(id));
        let ids: Vec<_> = listed.into_iter().filter(|id| !done.contains(id)).collect();
        if ids.is_empty() {
            return Ok(());
        }
        for id in ids {
            let part = move |conn: &mut Conn| retention::remove_part(conn, id);
            let gone = async {
                while store.write(part).await? {}
                Ok::<_, Error>(())
            };
            // It keeps back none of the others, nor does one that lies there still: it has no head.
            if let Err(error) = gone.await {
                tracing::warn!(%error, conversation = %id, "what it was could not be taken away");
            }
            done.insert(id);
        }
    }
}
