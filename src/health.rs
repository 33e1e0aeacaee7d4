//! `switchboard health`: what a container's health check runs.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::bail;

const PATIENCE: Duration = Duration::from_secs(3);

/// Where a server that listens there is asked from the same machine.
pub fn url_of(listen: &str) -> anyhow::Result<String> {
    let (host, port) = listen.rsplit_once(':').unwrap_or_default();
    let host = match host {
        "0.0.0.0" => "127.0.0.1",
        "[::]" => "[::1]",
        host => host,
    };
    if host.is_empty() || port.parse().is_ok_and(|port: u16| port == 0) {
        bail!("the setting `listen` is {listen:?}, which names no port to ask; give --url");
    }
    Ok(format!("http://{host}:{port}"))
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_asked_where_it_listens() {
        let cases = [
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            ("[::]:80", "http://[::1]:80"),
            ("chat.example:80", "http://chat.example:80"),
        ];
        for (listen, url) in cases {
            assert_eq!(url_of(listen).unwrap(), url);
        }
        for none in ["127.0.0.1:0", "8080", ""] {
            assert!(url_of(none).is_err(), "{none:?}");
        }
    }
}
