//! A WebSocket client that keeps every frame it got, so that a failed test can show them.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::harness::{PATIENCE, within};

/// One open socket. It reads, and answers pings, all by itself.
pub struct Socket {
    say: mpsc::UnboundedSender<Message>,
    heard: mpsc::UnboundedReceiver<Value>,
    /// Frames read so far and not asked for.
    seen: Vec<Value>,
}

impl Socket {
    /// Opens a socket with an access token; the error is the handshake's.
    pub async fn connect(base: &str, path: &str, token: &str) -> Result<Self, Box<Error>> {
        let mut request = format!("{}{path}", base.replace("http://", "ws://"))
            .into_client_request()
            .unwrap();
        let headers = request.headers_mut();
        headers.insert("Authorization", format!("Bearer {token}").parse().unwrap());
        headers.insert("Sec-WebSocket-Protocol", "switchboard.v1".parse().unwrap());
        let connecting = tokio_tungstenite::connect_async(request);
        let (stream, _) = within("a handshake", connecting).await?;
        let (mut sink, mut stream) = stream.split();
        let (say, mut to_say) = mpsc::unbounded_channel();
        let (tell, heard) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    message = to_say.recv() => {
                        let Some(message) = message else { break };
                        if sink.send(message).await.is_err() { break }
                    }
                    message = stream.next() => {
                        let frame = match message {
                            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
                            Some(Ok(Message::Close(frame))) => {
                                let code = frame.map(|frame| u16::from(frame.code));
                                json!({ "type": "closed", "code": code })
                            }
                            Some(Ok(_)) => continue,
                            Some(Err(_)) | None => {
                                let _ = tell.send(json!({ "type": "gone" }));
                                break;
                            }
                        };
                        if tell.send(frame).is_err() { break }
                    }
                }
            }
        });
        Ok(Self {
            say,
            heard,
            seen: Vec::new(),
        })
    }

    /// Says a frame.
    pub async fn say(&self, frame: Value) {
        self.say_raw(Message::text(frame.to_string())).await;
    }

    /// Says anything.
    pub async fn say_raw(&self, message: Message) {
        // A socket that is gone is noticed when its end is waited for.
        let _ = self.say.send(message);
    }

    /// Sends a message with this client id.
    pub async fn send(&self, conversation: &str, client_id: &Value, text: &str) {
        self.say(json!({
            "type": "send", "conversation": conversation, "client_id": client_id, "text": text,
        }))
        .await;
    }

    /// The next frame, whatever it is.
    pub async fn next(&mut self) -> Value {
        match tokio::time::timeout(PATIENCE, self.heard.recv()).await {
            Ok(Some(frame)) => {
                self.seen.push(frame.clone());
                frame
            }
            Ok(None) => panic!("the socket is gone; seen: {:#?}", self.seen),
            Err(_) => panic!("nothing came within {PATIENCE:?}; seen: {:#?}", self.seen),
        }
    }

    /// The next frame of a type; those before it are passed over.
    pub async fn wait(&mut self, kind: &str) -> Value {
        self.wait_for(|frame| frame["type"] == kind).await
    }

    /// The next frame like this; those before it are passed over.
    pub async fn wait_for(&mut self, like: impl Fn(&Value) -> bool) -> Value {
        loop {
            let frame = self.next().await;
            if like(&frame) {
                return frame;
            }
        }
    }

    /// How many frames were heard so far.
    pub fn count(&self) -> usize {
        self.seen.len()
    }

    /// Whether nothing like this was among what was heard so far.
    pub fn never(&self, like: impl Fn(&Value) -> bool) -> bool {
        !self.seen.iter().any(like)
    }

    /// The next event of a kind.
    pub async fn event(&mut self, kind: &str) -> Value {
        self.wait_for(|frame| frame["type"] == "event" && frame["kind"] == kind)
            .await
    }

    /// The code with which the server closes it, or nothing if it just goes.
    pub async fn closed(&mut self) -> Option<u16> {
        let last = self.wait_for(|frame| frame["type"] == "closed" || frame["type"] == "gone");
        last.await["code"].as_u64().map(|code| code as u16)
    }
}
