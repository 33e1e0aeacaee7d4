//! A rep is present as long as a socket of his is open: how one socket comes and goes.

use crate::app::App;
use crate::error::Result;
use crate::words::{SocketId, UserId};

/// Whether a socket was told to the desk.
#[derive(Default)]
pub struct Presence {
    arrived: bool,
}

impl Presence {
    /// Makes a rep present.
    pub async fn arrive(&mut self, app: &App, rep: UserId, socket: SocketId) -> Result<()> {
        // First, so that an arrival whose answer is lost is mended with the lease.
        app.hub.set_present(socket, true);
        self.arrived = true;
        app.desk.arrive(rep, socket).await
    }

    /// The socket has closed.
    pub async fn leave(&self, app: &App, rep: UserId, socket: SocketId) {
        app.hub.set_present(socket, false);
        // When the node goes down, its whole lease is given back at once.
        if self.arrived && !app.hub.is_closing() {
            let left = app.desk.leave(rep, socket).await;
            if let Err(error) = left {
                tracing::warn!(%error, "a rep's socket has closed and could not be struck out");
            }
        }
    }
}
