//! A message that is on disk, and who hears of it.

use std::sync::{Arc, OnceLock};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::messages::{Append, Appended};
use crate::error::Result;

/// Who waits to hear what became of a message.
pub(super) type Sender = oneshot::Sender<Result<Appended>>;

/// A message on its way.
pub(super) type Message = (Append, Sender);

/// A new message that is on disk, and who waits to hear so.
pub struct Kept {
    pub message: Appended,
    sender: Sender,
}

impl Kept {
    /// Tells its sender.
    pub fn acknowledge(self) {
        // He may have gone.
        let _ = self.sender.send(Ok(self.message));
    }
}

/// Batches of messages that may wait to be told before one is dropped.
const SAID_MAX: usize = 64;

/// Who is given new messages, if anybody listens.
pub type Listener = Arc<OnceLock<mpsc::Sender<Vec<Kept>>>>;

/// Listens from now on, if nobody does already.
pub fn listen(listener: &Listener) -> Option<mpsc::Receiver<Vec<Kept>>> {
    let (tell, said) = mpsc::channel(SAID_MAX);
    listener.set(tell).ok().map(|()| said)
}

/// Tells each sender what became of his message. What is new goes to who listens, who tells its
/// senders, too: so that they are told of it and that it is stored at once, in one piece. In doubt
/// what was there before is new, too: it may have come with a commit whose answer was lost.
pub(super) fn tell(stored: Vec<(Sender, Result<Appended>)>, said: &Listener, doubt: bool) {
    let mut fresh = Vec::new();
    for (sender, answer) in stored {
        match answer {
            Ok(message) if doubt || !message.duplicate => fresh.push(Kept { message, sender }),
            // Whoever sent it may have gone.
            answer => drop(sender.send(answer)),
        }
    }
    let untold = match said.get() {
        Some(said) if !fresh.is_empty() => said.try_send(fresh).err().map(|full| match full {
            // Who listens is behind: sockets find it by their position.
            TrySendError::Full(fresh) | TrySendError::Closed(fresh) => fresh,
        }),
        _ => Some(fresh),
    };
    for one in untold.into_iter().flatten() {
        one.acknowledge();
    }
}
