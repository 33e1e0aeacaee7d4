//! A small client of the public API: REST, and the socket. It knows the wire, not the server.

use std::collections::HashMap;
use std::pin::Pin;
use std::time::Duration;

use actix_web::web::Bytes;
use anyhow::{Context, bail};
use awc::error::WsProtocolError;
use awc::ws;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use serde_json::Value;
use tokio::time::timeout;

use crate::live::protocol::SUBPROTOCOL;
use crate::news::EventView;
use crate::store::conversations::ConversationView;
use crate::store::reps::RepState;
use crate::words::{ClientId, ConversationId, UserId};

/// How long any answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections for REST at a time.
const CONNECTIONS: usize = 16;

/// Somebody's name and password.
#[derive(Clone)]
pub struct Login {
    pub login: String,
    pub password: String,
}

/// Who somebody is to the server.
#[derive(Debug, Clone)]
pub struct Signed {
    pub id: UserId,
    pub token: String,
}

/// What the server says on a socket, as far as it matters here.
#[derive(Debug, serde::Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Frame {
    Ready {
        conversations: Vec<ConversationView>,
    },
    Event {
        after: i64,
        #[serde(flatten)]
        event: EventView,
    },
    Ack {
        client_id: Option<ClientId>,
        conversation: Option<ConversationId>,
        seq: Option<i64>,
    },
    Assigned {
        conversation: Box<ConversationView>,
    },
    Rep {
        rep: RepState,
    },
    Error {
        client_id: Option<ClientId>,
        code: String,
        message: String,
    },
    Bye {
        reason: String,
        reconnect_in_ms: Option<u64>,
    },
    #[serde(other)]
    Other,
}

/// A server. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    url: String,
    rest: awc::Client,
    sockets: awc::Client,
}

impl Site {
    pub fn new(url: &str) -> Self {
        // Idle connections go before the server ends them.
        let rest = awc::Connector::new()
            .limit(CONNECTIONS)
            .conn_keep_alive(Duration::from_secs(2));
        let client = || awc::Client::builder().timeout(PATIENCE);
        Self {
            url: url.into(),
            rest: client().connector(rest).finish(),
            sockets: client().connector(awc::Connector::new().limit(0)).finish(),
        }
    }

    pub async fn get(&self, path: &str, token: &str) -> anyhow::Result<Value> {
        let request = self.rest.get(self.address(path)).bearer_auth(token);
        self.answer(request.send().await).await
    }

    pub async fn post(
        &self,
        path: &str,
        token: Option<&str>,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let mut request = self.rest.post(self.address(path));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        self.answer(request.send_json(body).await).await
    }

    pub async fn put(&self, path: &str, token: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.rest.put(self.address(path)).bearer_auth(token);
        self.answer(request.send_json(body).await).await
    }

    fn address(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.url)
    }

    /// The body of an answer; a problem becomes an error with its sentence.
    async fn answer<S>(
        &self,
        sent: Result<awc::ClientResponse<S>, awc::error::SendRequestError>,
    ) -> anyhow::Result<Value>
    where
        S: Stream<Item = Result<Bytes, awc::error::PayloadError>> + Unpin,
    {
        let mut answer =
            sent.map_err(|error| anyhow::anyhow!("{} does not answer: {error}", self.url))?;
        let body = answer.body().limit(4 << 20).await?;
        let value: Value = serde_json::from_slice(&body).unwrap_or_default();
        if answer.status().is_success() {
            return Ok(value);
        }
        match value.get("detail").and_then(Value::as_str) {
            Some(detail) => bail!("{detail}"),
            None => bail!(
                "{} answers {}, as no Switchboard does",
                self.url,
                answer.status()
            ),
        }
    }

    pub async fn sign_in(&self, who: &Login) -> anyhow::Result<Signed> {
        let body = serde_json::json!({ "login": who.login, "password": who.password });
        self.sign(self.post("/sessions", None, &body)).await
    }

    /// Who one is by an answer that signs in.
    pub async fn sign(
        &self,
        asked: impl Future<Output = anyhow::Result<Value>>,
    ) -> anyhow::Result<Signed> {
        let answer = asked.await?;
        let token = answer["access_token"].as_str();
        let token = token.context("the answer has no access_token")?.to_owned();
        let id = answer["user"]["id"].as_str();
        let id = id.context("the answer has no user")?.parse()?;
        Ok(Signed { id, token })
    }

    /// Opens a socket and says hello; what the server answers is to be heard.
    pub async fn socket(
        &self,
        token: &str,
        resume: &HashMap<ConversationId, i64>,
    ) -> anyhow::Result<Socket> {
        let mut socket = self.open("/ws", token).await?;
        let hello = serde_json::json!({ "type": "hello", "resume": resume });
        socket.say(&hello).await?;
        Ok(socket)
    }

    /// Opens a socket at any address, and says nothing.
    pub async fn open(&self, path: &str, token: &str) -> anyhow::Result<Socket> {
        let handshake = self
            .sockets
            .ws(format!("{}{path}", self.url))
            .protocols([SUBPROTOCOL])
            .bearer_auth(token)
            .max_frame_size(4 << 20);
        let (_, wire) = timeout(PATIENCE, handshake.connect())
            .await
            .context("the socket's handshake takes too long")?
            .map_err(|error| anyhow::anyhow!("no socket: {error}"))?;
        let (out, input) = wire.split();
        Ok(Socket {
            out: Box::pin(out),
            input: Box::pin(input),
        })
    }
}

/// An open socket.
pub struct Socket {
    out: Pin<Box<dyn Sink<ws::Message, Error = WsProtocolError>>>,
    input: Pin<Box<dyn Stream<Item = Result<ws::Frame, WsProtocolError>>>>,
}

impl Socket {
    pub async fn say(&mut self, frame: &Value) -> anyhow::Result<()> {
        self.say_text(frame.to_string()).await
    }

    /// Says a frame that is text already.
    pub async fn say_text(&mut self, text: String) -> anyhow::Result<()> {
        self.send(ws::Message::Text(text.into())).await
    }

    async fn send(&mut self, message: ws::Message) -> anyhow::Result<()> {
        timeout(PATIENCE, self.out.send(message))
            .await
            .context("the server does not read")?
            .map_err(|error| anyhow::anyhow!("the socket is broken: {error}"))
    }

    /// The next frame. May be dropped while it waits, without losing anything.
    pub async fn hear(&mut self) -> anyhow::Result<Frame> {
        let text = self.hear_text().await?;
        serde_json::from_slice(&text).context("a frame is not of this protocol")
    }

    /// The next frame as it came, for who reads it in his own way.
    pub async fn hear_text(&mut self) -> anyhow::Result<Bytes> {
        loop {
            let frame = self.input.next().await.context("the socket was cut")?;
            match frame.map_err(|error| anyhow::anyhow!("the socket is broken: {error}"))? {
                ws::Frame::Text(text) => return Ok(text),
                ws::Frame::Ping(payload) => self.send(ws::Message::Pong(payload)).await?,
                ws::Frame::Close(reason) => {
                    let code = reason.map(|one| u16::from(one.code));
                    bail!("the server closed the socket ({code:?})");
                }
                _ => {}
            }
        }
    }

    pub async fn close(mut self) {
        let _ = self.send(ws::Message::Close(None)).await;
    }
}
