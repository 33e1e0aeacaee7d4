//! The live line on the sockets of staff who watch it: read once for all of them, at most once a
//! second, and told when it has changed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::hub::{Hub, Note};
use crate::store::Store;
use crate::store::board::Board;
use crate::words::now;

/// How often it is looked at while anybody watches.
const EVERY: Duration = Duration::from_secs(1);
/// In a large house more seldom: after so many times as long as that takes, but in time.
const RESTS: u32 = 20;
const REST_MAX: Duration = Duration::from_secs(5);

/// Shows it for ever.
pub async fn show(store: Store, hub: Hub) {
    let mut shown = Arc::new(Board::default());
    let mut rest = EVERY;
    loop {
        tokio::time::sleep(rest).await;
        rest = EVERY;
        if !hub.is_watched() {
            continue;
        }
        let begun = Instant::now();
        match store.read(|conn| Board::read(conn, now())).await {
            Ok(board) => {
                rest = EVERY.max(REST_MAX.min(begun.elapsed() * RESTS));
                let changed = board != *shown;
                shown = Arc::new(board);
                hub.show(Note::Board(shown.clone()), changed);
            }
            Err(error) => tracing::warn!(%error, "the live line could not be read"),
        }
    }
}
