//! HTTP and WebSocket byte by byte over plain TCP, for what no decent client would send.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::within;

/// What the server answered, headers and all.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter();
        all.find(|(one, _)| one == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null if it is none.
    pub fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// Status and code, as the tables write them: `404 not_found`.
    pub fn told(&self) -> String {
        match self.body()["code"].as_str() {
            Some(code) => format!("{} {code}", self.status),
            None => self.status.to_string(),
        }
    }
}

/// A request as it is written on the wire.
pub struct Request {
    text: String,
    body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            text: format!("{method} {path} HTTP/1.1\r\nHost: switchboard\r\n"),
            body: Vec::new(),
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.text.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// Who asks; nobody if the token is empty.
    pub fn token(self, token: &str) -> Self {
        match token {
            "" => self,
            token => self.header("Authorization", &format!("Bearer {token}")),
        }
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string().as_bytes())
    }

    pub fn body(self, kind: &str, body: &[u8]) -> Self {
        let with = self
            .header("Content-Type", kind)
            .header("Content-Length", &body.len().to_string());
        Self {
            body: body.to_vec(),
            ..with
        }
    }

    /// The headers of a proper WebSocket handshake.
    pub fn upgrade(self) -> Self {
        self.header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
    }

    pub fn bytes(&self) -> Vec<u8> {
        [self.text.as_bytes(), b"\r\n", &self.body].concat()
    }

    /// Sends it over a connection of its own.
    pub async fn ask(&self, base: &str) -> Reply {
        let mut wire = Wire::to(base).await;
        wire.send(&self.bytes()).await;
        wire.reply().await.expect("an answer")
    }
}

/// A plain TCP connection to a server.
pub struct Wire {
    pub stream: TcpStream,
    read: Vec<u8>,
}

impl Wire {
    pub async fn to(base: &str) -> Self {
        let address = base.trim_start_matches("http://");
        let stream = within("a connection", TcpStream::connect(address)).await;
        Self {
            stream: stream.unwrap(),
            read: Vec::new(),
        }
    }

    /// Sends bytes; false if the server has cut the connection.
    pub async fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// Says that nothing more will come.
    pub async fn shut(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Reads some more; false at the end.
    async fn more(&mut self) -> bool {
        let reading = self.stream.read_buf(&mut self.read);
        matches!(within("more bytes", reading).await, Ok(count) if count > 0)
    }

    /// The next answer; none if the connection ends before.
    pub async fn reply(&mut self) -> Option<Reply> {
        let head = loop {
            let end = self.read.windows(4).position(|four| four == b"\r\n\r\n");
            match end {
                Some(end) => break end + 4,
                None if self.more().await => {}
                None => return None,
            }
        };
        let head = String::from_utf8(self.read.drain(..head).collect()).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let mut reply = Reply {
            status: status.parse().unwrap(),
            headers,
            text: String::new(),
        };
        let length = reply.header("content-length").unwrap_or("0");
        let length: usize = length.parse().unwrap();
        while self.read.len() < length && self.more().await {}
        let end = length.min(self.read.len());
        // A picture is no text.
        let body: Vec<u8> = self.read.drain(..end).collect();
        reply.text = String::from_utf8_lossy(&body).into_owned();
        Some(reply)
    }

    /// Whether the server has ended the connection, with nothing more said.
    pub async fn ended(&mut self) -> bool {
        while self.more().await {}
        true
    }
}

/// What a WebSocket hears.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    Frame(Value),
    Closed(u16),
    Gone,
}

/// A WebSocket whose frames are written by hand.
pub struct RawSocket {
    pub wire: Wire,
}

/// The first byte of a whole text frame, a ping and a close.
pub const TEXT: u8 = 0x81;
pub const PING: u8 = 0x89;
pub const CLOSE: u8 = 0x88;

/// A masked frame that announces `length`, and carries what it is given.
pub fn frame(first: u8, length: u64, payload: &[u8]) -> Vec<u8> {
    const MASK: [u8; 4] = [7, 77, 177, 250];
    let mut bytes = vec![first];
    match length {
        0..=125 => bytes.push(0x80 | length as u8),
        126..=65_535 => {
            bytes.push(0x80 | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes.extend(MASK);
    let masked = payload.iter().zip(MASK.iter().cycle());
    bytes.extend(masked.map(|(byte, mask)| byte ^ mask));
    bytes
}

/// A whole frame.
pub fn whole(first: u8, payload: &[u8]) -> Vec<u8> {
    frame(first, payload.len() as u64, payload)
}

impl RawSocket {
    /// Opens a socket that has said nothing yet.
    pub async fn open(base: &str, path: &str, token: &str) -> Self {
        let request = Request::new("GET", path).token(token).upgrade();
        let mut wire = Wire::to(base).await;
        wire.send(&request.bytes()).await;
        let reply = wire.reply().await.unwrap();
        assert_eq!(reply.status, 101, "{reply:?}");
        Self { wire }
    }

    /// Opens one that has said hello and is ready.
    pub async fn ready(base: &str, token: &str) -> Self {
        let mut socket = Self::open(base, "/ws", token).await;
        socket.say(&json!({ "type": "hello" })).await;
        socket.wait(|frame| frame["type"] == "ready").await;
        socket
    }

    pub async fn say(&mut self, value: &Value) -> bool {
        self.say_text(&value.to_string()).await
    }

    pub async fn say_text(&mut self, text: &str) -> bool {
        self.wire.send(&whole(TEXT, text.as_bytes())).await
    }

    /// What comes next, pings and pongs apart.
    pub async fn next(&mut self) -> Heard {
        loop {
            let Some((first, payload)) = self.frame().await else {
                return Heard::Gone;
            };
            match first & 0x0F {
                1 => return Heard::Frame(serde_json::from_slice(&payload).unwrap()),
                8 if payload.len() < 2 => return Heard::Closed(1005),
                8 => return Heard::Closed(u16::from_be_bytes([payload[0], payload[1]])),
                _ => {}
            }
        }
    }

    /// The next frame like this; those before it are passed over.
    pub async fn wait(&mut self, like: impl Fn(&Value) -> bool) -> Value {
        loop {
            match self.next().await {
                Heard::Frame(frame) if like(&frame) => return frame,
                Heard::Frame(_) => {}
                other => panic!("{other:?} instead of the frame waited for"),
            }
        }
    }

    /// How the server ends it: with a close code, or without a word.
    pub async fn end(&mut self) -> Heard {
        loop {
            match self.next().await {
                Heard::Frame(_) => {}
                end => return end,
            }
        }
    }

    async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let read = |at: usize, bytes: &[u8]| -> usize {
            bytes[at..]
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte))
        };
        self.have(2).await?;
        let extra = match self.wire.read[1] & 0x7F {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        self.have(2 + extra).await?;
        let length = match extra {
            0 => usize::from(self.wire.read[1] & 0x7F),
            _ => read(2, &self.wire.read[..2 + extra]),
        };
        self.have(2 + extra + length).await?;
        let bytes: Vec<u8> = self.wire.read.drain(..2 + extra + length).collect();
        Some((bytes[0], bytes[2 + extra..].to_vec()))
    }

    async fn have(&mut self, count: usize) -> Option<()> {
        while self.wire.read.len() < count {
            if !self.wire.more().await {
                return None;
            }
        }
        Some(())
    }
}

/// Writes slowly, a byte at a time, until the server has had enough or `most` are written.
pub async fn trickle(wire: &mut Wire, byte: &[u8], most: usize) {
    for _ in 0..most {
        if !wire.send(byte).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
