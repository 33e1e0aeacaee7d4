//! Somebody who uses the API over HTTP, and opens sockets.

use awc::http::Method;
use serde_json::{Value, json};
use switchboard::words::UserId;

use crate::harness::{PATIENCE, client_id, within};
use crate::socket::Socket;

thread_local! {
    /// Connections are kept: each test has a thread of its own.
    static CLIENT: awc::Client = awc::Client::builder().timeout(PATIENCE).finish();
}

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// The body, if the answer was this status.
    #[track_caller]
    pub fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The code of the problem, if the answer was this status.
    #[track_caller]
    pub fn code(self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        self.body["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A person who is signed in, at one node.
#[derive(Clone)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    pub base: String,
    pub token: String,
}

impl Person {
    pub fn new(id: UserId, name: String, base: String, token: String) -> Self {
        Self {
            id,
            name,
            base,
            token,
        }
    }

    /// The same person, asking another node.
    pub fn at(&self, base: String) -> Self {
        Self {
            base,
            ..self.clone()
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let url = format!("{}{path}", self.base);
        let request = awc::Client::default()
            .request(method, url)
            .bearer_auth(&self.token);
        let sending = match body {
            Some(body) => request.send_json(&body),
            None => request.send(),
        };
        let mut answer = within("an answer", sending).await.unwrap();
        let bytes = answer.body().limit(10_000_000).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer {
            status: answer.status().as_u16(),
            body,
        }
    }

    /// Opens a conversation; answers its id.
    pub async fn open(&self) -> String {
        let body = json!({ "client_id": client_id(), "subject": "help" });
        let view = self.post("/api/v1/conversations", body).await.ok(201);
        view["id"].as_str().unwrap().to_owned()
    }

    /// Writes a message over HTTP; answers its event.
    pub async fn say(&self, conversation: &str, text: &str) -> Value {
        let path = format!("/api/v1/conversations/{conversation}/messages");
        let answer = self
            .post(&path, json!({ "client_id": client_id(), "text": text }))
            .await;
        answer.ok(201)["event"].clone()
    }

    /// Writes a note over HTTP.
    pub async fn note(&self, conversation: &str, text: &str) {
        let note = json!({ "client_id": client_id(), "text": text });
        self.act(conversation, "notes", note).await.ok(201);
    }

    /// Closes a conversation over HTTP.
    pub async fn close(&self, conversation: &str) -> Answer {
        self.post(
            &format!("/api/v1/conversations/{conversation}/close"),
            json!({}),
        )
        .await
    }

    /// Claims a conversation over HTTP.
    pub async fn claim(&self, conversation: &str) -> Answer {
        self.post(
            &format!("/api/v1/conversations/{conversation}/claim"),
            json!({}),
        )
        .await
    }

    /// Does something with a conversation over HTTP: `park`, `transfer` and so on.
    pub async fn act(&self, conversation: &str, what: &str, body: Value) -> Answer {
        let path = format!("/api/v1/conversations/{conversation}/{what}");
        self.post(&path, body).await
    }

    /// A conversation as this person sees it.
    pub async fn view(&self, conversation: &str) -> Value {
        let path = format!("/api/v1/conversations/{conversation}");
        self.get(&path).await.ok(200)
    }

    /// The kinds of a conversation's log.
    pub async fn kinds(&self, conversation: &str) -> Vec<String> {
        let log = self.log(conversation).await;
        let kind = |event: &Value| event["kind"].as_str().unwrap().to_owned();
        log.iter().map(kind).collect()
    }

    /// The newest entry of a kind in a conversation's log.
    pub async fn last(&self, conversation: &str, kind: &str) -> Value {
        let log = self.log(conversation).await;
        let found = log.into_iter().rfind(|event| event["kind"] == kind);
        found.unwrap_or_else(|| panic!("no {kind} in the log"))
    }

    /// The whole log of a conversation, as this person reads it.
    pub async fn log(&self, conversation: &str) -> Vec<Value> {
        let mut log: Vec<Value> = Vec::new();
        loop {
            // Customers are not told of every entry.
            let after = log.last().map_or(0, |event| event["seq"].as_i64().unwrap());
            let path = format!("/api/v1/conversations/{conversation}/events");
            let page = self
                .get(&format!("{path}?after={after}&limit=200"))
                .await
                .ok(200);
            let items = page["items"].as_array().unwrap().clone();
            if items.is_empty() {
                return log;
            }
            log.extend(items);
        }
    }

    /// A socket that has said hello and is ready.
    pub async fn socket(&self) -> Socket {
        self.resume(json!({})).await.0
    }

    /// A socket that resumes; and the `ready` it got.
    pub async fn resume(&self, resume: Value) -> (Socket, Value) {
        let mut socket = Socket::connect(&self.base, "/ws", &self.token)
            .await
            .unwrap();
        socket
            .say(json!({ "type": "hello", "resume": resume }))
            .await;
        let ready = socket.wait("ready").await;
        (socket, ready)
    }
}
