//! The connection under a socket, so that a client who does not read can be cut off.

use std::os::fd::AsFd;
use std::sync::Arc;

use actix_web::rt;

/// The TCP connection under a request, so that one that does not read can be cut: a close frame
/// would wait behind everything else.
#[derive(Clone)]
pub struct Link(Arc<std::net::TcpStream>);

impl Link {
    /// A second handle on a connection; none when there are no file descriptors left.
    pub fn of(stream: &rt::net::TcpStream) -> Option<Self> {
        let copy = stream.as_fd().try_clone_to_owned().ok()?;
        Some(Self(Arc::new(std::net::TcpStream::from(copy))))
    }

    /// Ends the client's side of the connection: what is still to be sent is sent, then it closes.
    pub fn hear_no_more(&self) {
        let _ = self.0.shutdown(std::net::Shutdown::Read);
    }

    /// Ends the connection without another word.
    pub fn cut(&self) {
        let _ = self.0.shutdown(std::net::Shutdown::Both);
    }
}
