//! The live line on the sockets of staff who watch it: read once for all of them, at most once a
//! second, and told when it has changed.

use std::sync::Arc;
use std::time::Duration;

use crate::hub::{Hub, Note};
use crate::store::Store;
use crate::store::board::Board;
use crate::words::now;

/// How often it is looked at while anybody watches.
const EVERY: Duration = Duration::from_secs(1);

/// Shows it for ever.
pub async fn show(store: Store, hub: Hub) {
    let mut shown = Arc::new(Board::default());
    loop {
        tokio::time::sleep(EVERY).await;
        if !hub.is_watched() {
            continue;
        }
        match store.read(|conn| Board::read(conn, now())).await {
            Ok(board) => {
                let changed = board != *shown;
                shown = Arc::new(board);
                hub.show(Note::Board(shown.clone()), changed);
            }
            Err(error) => tracing::warn!(%error, "the live line could not be read"),
        }
    }
}
