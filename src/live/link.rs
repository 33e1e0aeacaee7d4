//! The connection under a socket, so that a client who does not read can be cut off.

use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::sync::{Arc, OnceLock};

use actix_web::rt;
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
use socket2::SockRef;

/// Bytes that the kernel is asked to keep for a socket that does not read; it takes twice that.
/// Bounds what one such costs.
const SEND_BUFFER: usize = 32 * 1024;

/// Bounds what the kernel keeps for this connection's client.
pub fn keep_little(socket: &SockRef<'_>) {
    let _ = socket.set_send_buffer_size(SEND_BUFFER);
}

/// This process, as the system hands it out; none where that is not allowed.
static PROCESS: OnceLock<Option<OwnedFd>> = OnceLock::new();

/// The TCP connection under a request, so that one that does not read can be cut: a close frame
/// would wait behind everything else.
#[derive(Clone)]
pub struct Link(Arc<Way>);

/// How the connection is found when it must be cut.
enum Way {
    /// By its number, so that a socket costs one descriptor and not two. The number may be
    /// another's by then, so it counts only together with both addresses.
    Named {
        number: RawFd,
        ends: (SocketAddr, SocketAddr),
    },
    /// By a second handle, where the system does not hand out the first one again.
    Held(TcpStream),
}

impl Link {
    /// A way to a connection; none when there are no file descriptors left.
    pub fn of(stream: &rt::net::TcpStream) -> Option<Self> {
        let number = stream.as_raw_fd();
        let ends = (stream.local_addr().ok()?, stream.peer_addr().ok()?);
        if named(number, ends).is_some() {
            return Some(Self(Arc::new(Way::Named { number, ends })));
        }
        let copy = stream.as_fd().try_clone_to_owned().ok()?;
        Some(Self(Arc::new(Way::Held(TcpStream::from(copy)))))
    }

    /// Bounds what the kernel keeps for its client: it is a socket from now on.
    pub fn keep_little(&self) {
        match &*self.0 {
            Way::Held(stream) => keep_little(&SockRef::from(stream)),
            Way::Named { number, ends } => {
                if let Some(stream) = named(*number, *ends) {
                    keep_little(&SockRef::from(&stream));
                }
            }
        }
    }

    /// Ends the client's side of the connection: what is still to be sent is sent, then it closes.
    pub fn hear_no_more(&self) {
        self.shut(Shutdown::Read);
    }

    /// Ends the connection without another word.
    pub fn cut(&self) {
        self.shut(Shutdown::Both);
    }

    fn shut(&self, how: Shutdown) {
        let _ = match &*self.0 {
            Way::Held(stream) => stream.shutdown(how),
            Way::Named { number, ends } => {
                named(*number, *ends).map_or(Ok(()), |stream| stream.shutdown(how))
            }
        };
    }
}

/// The connection of this process that has this number, if it is the one between these two.
fn named(number: RawFd, ends: (SocketAddr, SocketAddr)) -> Option<TcpStream> {
    let process = PROCESS.get_or_init(|| pidfd_open(getpid(), PidfdFlags::empty()).ok());
    let found = pidfd_getfd(process.as_ref()?, number, PidfdGetfdFlags::empty()).ok()?;
    let stream = TcpStream::from(found);
    let real = (stream.local_addr().ok()?, stream.peer_addr().ok()?);
    (real == ends).then_some(stream)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[actix_web::test]
    async fn a_connection_is_cut_by_its_number_and_no_other_is() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connect = || {
            let client = TcpStream::connect(address).unwrap();
            let (server, _) = listener.accept().unwrap();
            server.set_nonblocking(true).unwrap();
            (client, rt::net::TcpStream::from_std(server).unwrap())
        };
        let (mut client, server) = connect();
        let link = Link::of(&server).unwrap();
        link.cut();
        assert_eq!(client.read(&mut [0; 8]).unwrap(), 0, "it is cut");

        // Its number is another's now: that one is left alone.
        let ends = (server.local_addr().unwrap(), client.local_addr().unwrap());
        let (mut other, another) = connect();
        let number = another.as_raw_fd();
        let stale = Link(Arc::new(Way::Named { number, ends }));
        stale.cut();
        other.set_nonblocking(true).unwrap();
        let kind = other.read(&mut [0; 8]).unwrap_err().kind();
        assert_eq!(kind, std::io::ErrorKind::WouldBlock, "it is open");
        drop((server, another));
    }
}
