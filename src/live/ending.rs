//! How a socket ends: with which close frame, and when its connection is cut.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_ws::{CloseCode, CloseReason, ProtocolError};
use tokio::time::timeout;

use super::socket::{REPLACED, REVOKED, SLOW, Socket, Talk};
use super::wire::Wire;
use crate::hub::End;

/// With a close frame, or without one.
pub enum Ending {
    Close(u16, &'static str),
    Silent,
}

pub const NONSENSE: Ending = Ending::Close(1008, "too many frames that make no sense");

/// Closes the connection.
pub async fn end(socket: Socket, ending: Ending) {
    let Socket { wire, link, .. } = socket;
    let said_goodbye = matches!(ending, Ending::Close(1000, _));
    let reason = match ending {
        Ending::Close(code, text) => Some(CloseReason {
            code: CloseCode::from(code),
            description: Some(text.into()),
        }),
        Ending::Silent if wire.stalled => Some(CloseReason {
            code: CloseCode::from(SLOW),
            description: None,
        }),
        Ending::Silent => None,
    };
    let Wire {
        session, stalled, ..
    } = wire;
    // A close frame waits behind what the client does not read.
    let closed = timeout(Duration::from_millis(500), session.close(reason)).await;
    match link {
        Some(link) if stalled || closed.is_err() => link.cut(),
        // Nothing more will come; without this the connection stays for another second.
        Some(link) if said_goodbye => link.hear_no_more(),
        _ => {}
    }
}

/// Says why the server ends it; answers with which close frame.
pub async fn say_goodbye<T: Talk>(talk: &mut T, wire: &mut Wire, end: End) -> Ending {
    let _ = talk.bye(wire, end).await;
    match end {
        End::Restart { .. } => Ending::Close(1012, "the server restarts"),
        End::Replaced => Ending::Close(REPLACED, "opened elsewhere"),
        End::Revoked => Ending::Close(REVOKED, "the login has ended"),
    }
}

/// The close frame that a broken stream deserves; the library sends none.
pub fn judge(error: &ProtocolError, tripped: &AtomicBool) -> Ending {
    if tripped.load(Ordering::Acquire) {
        return Ending::Close(1009, "the frame is too big");
    }
    match error {
        ProtocolError::Overflow => Ending::Close(1009, "the frame is too big"),
        ProtocolError::Io(error) if error.to_string().contains("reserved bits") => {
            Ending::Close(1002, "no extension was agreed on")
        }
        ProtocolError::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Ending::Close(1007, "text must be UTF-8")
        }
        ProtocolError::Io(error) if error.to_string().contains("continuation") => {
            Ending::Close(1009, "the message is too big")
        }
        // The peer has vanished.
        ProtocolError::Io(_) => Ending::Silent,
        _ => Ending::Close(1002, "this is not WebSocket"),
    }
}
