//! A rep is present as long as a socket of his is open, a customer there: how one socket comes and
//! goes.

use crate::access::Actor;
use crate::app::App;
use crate::error::Result;
use crate::words::{Role, SocketId, UserId};

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

    /// A customer who has something open is there. Told once; one that fails is told again with
    /// the next news.
    pub async fn attend(&mut self, app: &App, customer: UserId, socket: SocketId) {
        if self.arrived {
            return;
        }
        match app.desk.customer_arrives(customer, socket).await {
            Ok(()) => self.arrived = true,
            Err(error) => tracing::warn!(%error, "a customer is here, unwritten"),
        }
    }

    /// The socket has closed.
    pub async fn leave(&self, app: &App, actor: &Actor, socket: SocketId) {
        app.hub.set_present(socket, false);
        // When the node goes down, its whole lease is given back at once.
        if !self.arrived || app.hub.is_closing() {
            return;
        }
        let left = match actor.role {
            Role::Customer => app.desk.customer_leaves(socket).await,
            _ => app.desk.leave(actor.id, socket).await,
        };
        if let Err(error) = left {
            tracing::warn!(%error, "a socket has closed and could not be struck out");
        }
    }
}
