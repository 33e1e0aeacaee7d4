//! Keeps the minutes: what happened in each queue, written down once a minute by whichever node
//! comes first, and kept for 30 days. Minutes in which no node ran are written later, without the
//! levels that nobody saw. With it goes what each rep had to do, by the hour.

use std::time::Duration;

use crate::error::Result;
use crate::store::minutes::{self, MINUTE};
use crate::store::{Conn, Store, rep_hours};
use crate::words::{Moment, now};

/// How long they are kept.
const KEPT: Moment = 30 * 24 * 60 * MINUTE;
/// How long it is kept what reps had to do: as long as reports reach back, and a day.
const REPS_KEPT: Moment = 93 * 24 * 60 * MINUTE;
/// How far back a minute that is missing is written, once somebody runs again.
const BACK: Moment = 60 * MINUTE;

/// Keeps them for ever.
pub async fn keep(store: Store) {
    loop {
        let at = now();
        // Just behind the end of the minute; the nodes a little apart.
        let rest = MINUTE - at.rem_euclid(MINUTE) + rand::random_range(50..500);
        tokio::time::sleep(Duration::from_millis(rest as u64)).await;
        if let Err(error) = write(&store, now()).await {
            tracing::warn!(%error, "the minute could not be written down");
        }
    }
}

/// Writes down the minute that has just ended and those of the last hour that are missing.
pub async fn write(store: &Store, at: Moment) -> Result<()> {
    let this = at - at.rem_euclid(MINUTE);
    let known = store
        .read(move |conn| Ok(minutes::known(conn, this - BACK)?))
        .await?;
    // What was before the first of all is nobody's business: an empty table begins now.
    let first = known.iter().min().copied().unwrap_or(this - MINUTE);
    let missing = (1..=BACK / MINUTE).map(|back| this - back * MINUTE);
    for minute in missing.filter(|one| *one >= first && !known.contains(one)) {
        let newest = minute == this - MINUTE;
        // Read beside what is written: many minutes' work would keep everybody waiting.
        let read = move |conn: &mut Conn| minutes::read(conn, minute, newest);
        let ended = store.read(read).await?;
        store
            .write(move |conn| minutes::write(conn, &ended))
            .await?;
    }
    let forget = move |conn: &mut Conn| {
        minutes::delete_before(conn, at - KEPT)?;
        rep_hours::delete_before(conn, at - REPS_KEPT)?;
        Ok(())
    };
    store.write(forget).await
}
