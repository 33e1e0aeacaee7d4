//! `switchboard health`: what a container's health check runs.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(3);

/// Whether the server at this address says that it is ready. Says on stderr why not.
pub fn ask(url: &str) -> bool {
    match status(url) {
        Ok(line) if line.contains(" 200 ") => true,
        Ok(line) => {
            eprintln!("switchboard: not ready: {line}");
            false
        }
        Err(error) => {
            eprintln!("switchboard: {url} does not answer: {error:#}");
            false
        }
    }
}

/// The first line of the answer of `/readyz`.
fn status(url: &str) -> anyhow::Result<String> {
    let host = url
        .strip_prefix("http://")
        .unwrap_or(url)
        .trim_end_matches('/');
    let address = host.to_socket_addrs()?.next();
    let address = address.ok_or_else(|| anyhow::anyhow!("the name has no address"))?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET /readyz HTTP/1.0\r\nHost: {host}\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(4_096).read_to_string(&mut answer)?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}
