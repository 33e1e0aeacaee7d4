//! This node's lease: one row that says it is alive, by the database's clock.
//!
//! While it is renewed the sockets of reps on this node make them present. A node that could not
//! renew in time is struck out by any other; when it comes back it writes itself and its sockets
//! down anew.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::desk::Desk;
use crate::error::Result;
use crate::hub::Hub;
use crate::store::nodes::Marks;
use crate::store::{Store, nodes};
use crate::words::{NodeId, now};

/// What keeps this node written down as alive.
#[derive(Clone)]
pub struct Lease {
    pub store: Store,
    pub hub: Hub,
    pub desk: Desk,
    pub id: NodeId,
    /// For people who look at the table.
    pub name: String,
    pub marks: Marks,
    /// How long it lasts without being renewed.
    pub lasts: Duration,
    /// Whether the newest try to renew it was stored. If not, nothing else is either.
    pub stored: Arc<AtomicBool>,
}

/// How soon it is tried again when it was not.
const AGAIN: Duration = Duration::from_secs(1);

impl Lease {
    /// Writes the node down.
    pub async fn begin(&self) -> Result<()> {
        let (id, name, lasts) = (self.id, self.name.clone(), self.lasts.as_millis() as i64);
        let marks = self.marks.clone();
        let write = move |conn: &mut crate::store::Conn| {
            Ok(nodes::insert(conn, id, &name, &marks, now(), lasts).map(drop)?)
        };
        self.store.write(write).await
    }

    /// Renews for ever, three times as often as needed.
    pub async fn keep(self) {
        loop {
            let pause = match self.stored.load(Ordering::Acquire) {
                true => self.lasts / 3,
                false => AGAIN.min(self.lasts / 3),
            };
            tokio::time::sleep(pause).await;
            if let Err(error) = self.renew().await {
                tracing::warn!(%error, "this node's lease could not be renewed");
            }
        }
    }

    async fn renew(&self) -> Result<()> {
        let (id, lasts) = (self.id, self.lasts.as_millis() as i64);
        let renewed = self
            .store
            .write(move |conn| Ok(nodes::renew(conn, id, lasts)?))
            .await;
        self.stored.store(renewed.is_ok(), Ordering::Release);
        let renewed = renewed?;
        if !renewed {
            tracing::warn!("this node's lease had run out; it writes itself down again");
            self.begin().await?;
        }
        // Whatever was missed, an arrival or a leaving, is mended here.
        let hub = self.hub.clone();
        self.desk
            .set_present(move || hub.rep_sockets(), !renewed)
            .await?;
        self.desk.customers_here(|| self.hub.sockets()).await
    }

    /// Strikes every node out. For a database that only one process uses: whoever is written down
    /// there has ended without a word.
    pub async fn end_all(&self) -> Result<()> {
        for id in self.store.read(|conn| Ok(nodes::all(conn)?)).await? {
            self.strike_out(id).await?;
        }
        Ok(())
    }

    /// Strikes the node out, with its reps' sockets: it leaves by itself.
    pub async fn end(&self) -> Result<()> {
        self.strike_out(self.id).await
    }

    async fn strike_out(&self, id: NodeId) -> Result<()> {
        self.store
            .write(move |conn| {
                nodes::remove_sockets(conn, id, now())?;
                Ok(nodes::delete(conn, id).map(drop)?)
            })
            .await
    }
}
