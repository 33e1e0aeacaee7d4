//! The sending side of a socket: what it lets out at a time, and how long it waits for a client
//! that does not read.
//!
//! The library below keeps frames by their number, whatever their size, and takes them all at
//! once. So we count bytes: a frame is let out when those before it have reached the connection.
//! However much there is still to tell, nothing more is let out once the socket must end.

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use actix_ws::Message;
use futures_util::{FutureExt, SinkExt};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::hub::Farewell;

/// Bytes on their way to the connection. One frame alone may be longer.
const OUTGOING_BYTES_MAX: usize = 32 * 1024;

/// The client does not read or is gone: end the socket.
#[derive(Debug)]
pub struct Gone;

/// Bytes that were let out and have not reached the connection.
#[derive(Clone, Default)]
pub struct Outgoing(Rc<Under>);

#[derive(Default)]
struct Under {
    bytes: Cell<usize>,
    less: Notify,
}

impl Outgoing {
    /// The same body, watched.
    pub fn watch(&self, body: BoxBody) -> BoxBody {
        BoxBody::new(Watched {
            body,
            outgoing: self.clone(),
            taken: 0,
        })
    }

    /// Pings and the like have no bytes: for them there is always room.
    fn has_room_for(&self, bytes: usize) -> bool {
        let out = self.0.bytes.get();
        out == 0 || bytes == 0 || out + bytes <= OUTGOING_BYTES_MAX
    }

    /// Waits until there is room for a frame of this many bytes.
    async fn room_for(&self, bytes: usize) {
        while !self.has_room_for(bytes) {
            self.0.less.notified().await;
        }
    }

    /// Counts it.
    fn let_out(&self, bytes: usize) {
        self.0.bytes.set(self.0.bytes.get() + bytes);
    }

    fn left(&self, bytes: usize) {
        // Frames have heads, and there are pings: what leaves is more than what was counted.
        self.0.bytes.set(self.0.bytes.get().saturating_sub(bytes));
        self.0.less.notify_one();
    }
}

/// A response's body, whose bytes are seen leaving.
struct Watched {
    body: BoxBody,
    outgoing: Outgoing,
    /// Bytes that the connection took last. It asks for more when it has got rid of most of them.
    taken: usize,
}

impl MessageBody for Watched {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let taken = std::mem::take(&mut self.taken);
        if taken > 0 {
            self.outgoing.left(taken);
        }
        let next = Pin::new(&mut self.body).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &next {
            self.taken = bytes.len();
        }
        next
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // Nobody waits for a connection that is gone: the next frame finds out.
        self.outgoing.left(usize::MAX);
    }
}

/// A frame as text.
pub fn spelt(frame: impl serde::Serialize) -> String {
    serde_json::to_string(&frame).expect("frames are plain data")
}

/// The sending side.
pub struct Wire {
    pub(super) session: actix_ws::Session,
    outgoing: Outgoing,
    stall: Duration,
    pub(super) stalled: bool,
    /// Says that the socket must end. None while something is told nevertheless.
    pub(super) farewell: Option<Farewell>,
}

impl Wire {
    /// `stall` is how long a client may take to read.
    pub fn new(session: actix_ws::Session, outgoing: Outgoing, stall: Duration) -> Self {
        Self {
            session,
            outgoing,
            stall,
            stalled: false,
            farewell: None,
        }
    }

    /// Sends a frame; waits while the client reads, but not for ever. What waits is its text alone:
    /// the frame is gone by then.
    pub fn send(&mut self, frame: impl serde::Serialize) -> impl Future<Output = Result<(), Gone>> {
        self.send_text(spelt(frame))
    }

    /// Answers what was asked for, whatever has ended meanwhile.
    pub async fn answer(&mut self, text: String) -> Result<(), Gone> {
        let farewell = self.farewell.take();
        let told = self.send_text(text).await;
        self.farewell = farewell;
        told
    }

    /// Sends text as it is.
    pub async fn send_text(&mut self, text: String) -> Result<(), Gone> {
        let bytes = text.len();
        self.send_message(Message::Text(text.into()), bytes).await
    }

    /// Fails once the socket must end: whatever takes long asks now and then.
    pub fn go_on(&self) -> Result<(), Gone> {
        match &self.farewell {
            Some(farewell) if farewell.is_due() => Err(Gone),
            _ => Ok(()),
        }
    }

    pub(super) async fn control(&mut self, pong: Option<&[u8]>) -> Result<(), Gone> {
        let message = match pong {
            Some(payload) => Message::Pong(Bytes::copy_from_slice(payload)),
            None => Message::Ping(Bytes::new()),
        };
        self.send_message(message, 0).await
    }

    /// Mostly there is room at once. Only who waits has room made for that, and a clock set.
    async fn send_message(&mut self, message: Message, bytes: usize) -> Result<(), Gone> {
        self.go_on()?;
        let ready = match self.outgoing.has_room_for(bytes) {
            true => self.is_ready().now_or_never(),
            false => None,
        };
        match ready {
            Some(ready) => ready?,
            None => Box::pin(self.wait_for_room(bytes)).await?,
        }
        self.outgoing.let_out(bytes);
        self.session.start_send_unpin(message).map_err(|_| Gone)
    }

    async fn wait_for_room(&mut self, bytes: usize) -> Result<(), Gone> {
        let (stall, farewell) = (self.stall, self.farewell.take());
        let ended = async {
            match &farewell {
                Some(farewell) => farewell.ended().await,
                None => pending().await,
            }
        };
        let room = async {
            self.outgoing.room_for(bytes).await;
            self.is_ready().await
        };
        let ready = tokio::select! {
            _ = ended => Ok(Err(Gone)),
            ready = timeout(stall, room) => ready,
        };
        self.farewell = farewell;
        self.stalled |= ready.is_err();
        ready.map_err(|_| Gone)?
    }

    /// Waits until the library takes a frame.
    async fn is_ready(&mut self) -> Result<(), Gone> {
        let ready = poll_fn(|context| self.session.poll_ready_unpin(context)).await;
        ready.map_err(|_| Gone)
    }
}
