//! Goes on with the erasing of people, step by step, until nothing is left of them: also with what
//! another node has begun and not ended. Two nodes that are at it do each step once.

use std::time::{Duration, Instant};

use crate::attachments::Attachments;
use crate::desk::Desk;
use crate::error::Result;
use crate::store::erasures::{self, Erasure};
use crate::store::{Conn, Store};
use crate::words::{ErasureStep, UserId, now};

/// How often it looks for what another node has left.
const EVERY: Duration = Duration::from_secs(20);
/// How many it knows of at a time.
const PAGE: i64 = 100;

/// Erases whoever is to be erased, for ever.
pub async fn keep(desk: Desk, store: Store, attachments: Attachments) {
    loop {
        let page = |conn: &mut Conn| Ok(erasures::under_way(conn, PAGE)?);
        let people = match store.read(page).await {
            Ok(people) => people,
            Err(error) => {
                tracing::warn!(%error, "who is to be erased could not be read");
                Vec::new()
            }
        };
        for person in people {
            // It keeps back none of the others.
            if let Err(error) = finish(&desk, &store, &attachments, person).await {
                tracing::warn!(%error, %person, "he could not be erased; it is tried again");
            }
        }
        // The nodes a little apart.
        let wait = EVERY.mul_f64(rand::random_range(0.9..1.1));
        desk.erasing_begun(wait).await;
    }
}

async fn finish(
    desk: &Desk,
    store: &Store,
    attachments: &Attachments,
    person: UserId,
) -> Result<()> {
    loop {
        let begun = Instant::now();
        let read = move |conn: &mut Conn| Ok(erasures::find(conn, person)?);
        let Some(erasure) = store.read(read).await? else {
            return Ok(());
        };
        match erasure.step {
            ErasureStep::Hands | ErasureStep::Words | ErasureStep::Names => {
                desk.go_on_erasing(erasure).await?
            }
            ErasureStep::Files => {
                if !attachments.sweep_whole(erasure.picture_id, now()).await? {
                    // One that cannot be deleted is logged, and tried again.
                    return Ok(());
                }
                let to = erasure.at_step(ErasureStep::Index);
                advance(store, erasure, to).await?;
            }
            ErasureStep::Index => {
                let write = move |conn: &mut Conn| {
                    let mut to = erasures::index_part(conn, &erasure)?;
                    to.ended_at = (to.step == ErasureStep::Done).then(now);
                    Ok(erasures::advance(conn, &erasure, &to).map(drop)?)
                };
                store.write(write).await?;
            }
            ErasureStep::Done => {
                tracing::info!(%person, entries = erasure.entries, "somebody was erased");
                return Ok(());
            }
        }
        // Others have as much of the time.
        tokio::time::sleep(begun.elapsed()).await;
    }
}

async fn advance(store: &Store, from: Erasure, to: Erasure) -> Result<()> {
    let write = move |conn: &mut Conn| Ok(erasures::advance(conn, &from, &to).map(drop)?);
    store.write(write).await
}
