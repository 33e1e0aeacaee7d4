//! One end of a conversation, whose connection breaks again and again: he resumes where he stood,
//! sends again what was not acknowledged, and sometimes what was.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use actix_web::web::Bytes;
use anyhow::{Context, bail};
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::model::{Model, Said, Wrong};
use crate::bench::couples::SAID_NOTHING;
use crate::client::{Site, Socket};
use crate::words::{ClientId, ConversationId};

/// Messages that may wait for their acknowledgement.
const UNDER_WAY: usize = 8;
/// Acknowledged messages that are kept to be sent again.
const RECENT: usize = 20;
/// A pause between two commands is up to so many ms.
const PAUSE_MS: u64 = 12;
/// What waits for its acknowledgement this long waits for nothing: the connection is left.
const SILENCE: Duration = Duration::from_secs(8);

/// A frame, as far as it is looked at.
#[derive(serde::Deserialize)]
struct Frame<'a> {
    #[serde(rename = "type")]
    what: &'a str,
    conversation: Option<Value>,
    seq: Option<i64>,
    after: Option<i64>,
    from: Option<i64>,
    to: Option<i64>,
    client_id: Option<ClientId>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    code: Option<&'a str>,
    #[serde(borrow)]
    message: Option<Cow<'a, str>>,
}

/// One of the people.
pub struct Talker {
    model: Rc<Model>,
    urls: Rc<[String]>,
    at: usize,
    side: usize,
    id: ConversationId,
    token: String,
    dice: StdRng,
    /// Not acknowledged yet, in the order they were first sent.
    outbox: VecDeque<(ClientId, String)>,
    /// Refused for now: to be sent again.
    again: bool,
    recent: VecDeque<(ClientId, String)>,
    cursor: i64,
    turn: u64,
    /// He has said that he has nothing more to send.
    finished: bool,
}

/// How a session ended.
enum Ended {
    /// The connection is gone, or was left.
    Cut,
    /// All is said and seen.
    Over,
}

impl Talker {
    pub fn new(model: Rc<Model>, urls: Rc<[String]>, at: usize, side: usize, dice: StdRng) -> Self {
        let couple = &model.couples[at];
        let (id, token) = (couple.conversation, couple.tokens[side].clone());
        Self {
            model,
            urls,
            at,
            side,
            id,
            token,
            dice,
            outbox: VecDeque::new(),
            again: false,
            recent: VecDeque::new(),
            cursor: SAID_NOTHING,
            turn: 0,
            finished: false,
        }
    }

    pub async fn run(mut self) {
        loop {
            match self.session().await {
                Ok(Ended::Over) => return,
                Ok(Ended::Cut) => self.model.count("connections left"),
                Err(_) => self.model.count("connections lost"),
            }
            let pause = self.dice.random_range(0..100);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    fn site(&mut self) -> Site {
        let at = self.dice.random_range(0..self.urls.len());
        Site::new(&self.urls[at])
    }

    /// From a connection to its end.
    async fn session(&mut self) -> anyhow::Result<Ended> {
        let site = self.site();
        // Sometimes he has forgotten the last of it, and is told it again.
        let forgotten = match self.dice.random_bool(0.2) {
            true => self.dice.random_range(0..30),
            false => 0,
        };
        self.cursor = (self.cursor - forgotten).max(SAID_NOTHING);
        let resume = HashMap::from([(self.id, self.cursor)]);
        let mut socket = site.socket(&self.token, &resume).await?;
        let ready = socket.hear_text().await?;
        let ready: Frame = serde_json::from_slice(&ready)?;
        if ready.what != "ready" {
            bail!("not ready: {:?}", ready.message);
        }
        self.model.count("connections made");
        self.again = true;
        loop {
            if self.is_over() {
                return Ok(Ended::Over);
            }
            let pause = Duration::from_millis(self.dice.random_range(0..PAUSE_MS));
            let heard = tokio::time::timeout(pause, socket.hear_text());
            match heard.await {
                Ok(text) => self.hear(&site, &text?).await?,
                Err(_) => {
                    if let Some(ended) = self.act(&site, &mut socket).await? {
                        return Ok(ended);
                    }
                }
            }
        }
    }

    /// Whether there is nothing more to say, for anybody, and all is seen.
    fn is_over(&mut self) -> bool {
        if self.model.enough.get() && self.outbox.is_empty() && !self.finished {
            self.finished = true;
            self.model.busy.set(self.model.busy.get() - 1);
        }
        let all_said = self.finished && self.model.busy.get() == 0;
        all_said && self.cursor >= self.model.head(self.at)
    }

    /// Does something, or nothing.
    async fn act(&mut self, site: &Site, socket: &mut Socket) -> anyhow::Result<Option<Ended>> {
        if std::mem::take(&mut self.again) {
            // In their order: what is not acknowledged may be stored or not.
            for (id, text) in self.outbox.clone() {
                self.send(socket, id, &text).await?;
            }
            return Ok(None);
        }
        match self.dice.random_range(0..200) {
            0..=1 => return Ok(Some(Ended::Cut)),
            2..=9 => self.repeat(socket).await?,
            10..=13 => self.repeat_elsewhere().await,
            14..=17 => self.overtake().await,
            18 => self.ask_head(site).await?,
            _ if self.outbox.len() < UNDER_WAY && !self.model.enough.get() => {
                let (id, text) = (ClientId::new(), format!("{} {}", self.side, self.turn));
                let said = Said {
                    conversation: self.at,
                    side: self.side,
                    turn: self.turn,
                    text: text.clone(),
                    loose: false,
                    acked: None,
                };
                self.turn += 1;
                self.model.say(id, said);
                self.outbox.push_back((id, text.clone()));
                self.send(socket, id, &text).await?;
            }
            _ if !self.outbox.is_empty() => return self.listen(site, socket).await,
            _ => {}
        }
        Ok(None)
    }

    /// Waits for an answer; who never gets one leaves.
    async fn listen(&mut self, site: &Site, socket: &mut Socket) -> anyhow::Result<Option<Ended>> {
        match tokio::time::timeout(SILENCE, socket.hear_text()).await {
            Ok(text) => {
                self.hear(site, &text?).await?;
                Ok(None)
            }
            Err(_) => {
                self.model.count("answers that never came");
                Ok(Some(Ended::Cut))
            }
        }
    }

    async fn send(&self, socket: &mut Socket, id: ClientId, text: &str) -> anyhow::Result<()> {
        let frame = json!({
            "type": "send", "conversation": self.id, "client_id": id, "text": text,
        });
        socket.say(&frame).await
    }

    /// Sends what was acknowledged once more: it must get the same answer.
    async fn repeat(&mut self, socket: &mut Socket) -> anyhow::Result<()> {
        let Some((id, text)) = self.any_recent() else {
            return Ok(());
        };
        self.model.count("repeated");
        self.send(socket, id, &text).await
    }

    fn any_recent(&mut self) -> Option<(ClientId, String)> {
        let many = self.recent.len();
        let at = (many > 0).then(|| self.dice.random_range(0..many))?;
        self.recent.get(at).cloned()
    }

    /// The same over REST, on any node.
    async fn repeat_elsewhere(&mut self) {
        if let Some((id, text)) = self.any_recent() {
            self.model.count("repeated on any node");
            self.post(id, &text).await;
        }
    }

    /// What waits for its answer here is sent on any node as well, at the same time.
    async fn overtake(&mut self) {
        if let Some((id, text)) = self.outbox.back().cloned() {
            // It may be stored before others that are still on their way.
            self.model.loosen(id);
            self.model.count("sent on two ways");
            self.post(id, &text).await;
        }
    }

    async fn post(&mut self, id: ClientId, text: &str) {
        let path = format!("/conversations/{}/messages", self.id);
        let body = json!({ "client_id": id, "text": text });
        let site = self.site();
        // A node that is away answers nothing; then it is as if it had not been sent.
        if let Ok(answer) = site.post(&path, Some(&self.token), &body).await
            && let Some(seq) = answer["event"]["seq"].as_i64()
        {
            self.acknowledged(id, seq);
        }
    }

    /// The head that a node names is not behind what was seen.
    async fn ask_head(&mut self, site: &Site) -> anyhow::Result<()> {
        let seen = self.model.head(self.at);
        let path = format!("/conversations/{}", self.id);
        let head = site.get(&path, &self.token).await?["last_seq"].as_i64();
        if head < Some(seen) {
            let says = format!(
                "conversation {} ends at {head:?}, and {seen} was seen",
                self.at
            );
            self.model.wrong(Wrong::History, says);
        }
        Ok(())
    }

    fn acknowledged(&mut self, id: ClientId, seq: i64) {
        self.model.ack(id, seq);
        let Some(at) = self.outbox.iter().position(|(one, _)| *one == id) else {
            return;
        };
        if let Some(one) = self.outbox.remove(at) {
            self.recent.push_back(one);
        }
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }

    async fn hear(&mut self, site: &Site, text: &Bytes) -> anyhow::Result<()> {
        let frame: Frame = serde_json::from_slice(text)?;
        match frame.what {
            "event" => self.event(&frame),
            "ack" => {
                let (Some(id), Some(seq)) = (frame.client_id, frame.seq) else {
                    return Ok(());
                };
                self.acknowledged(id, seq);
            }
            "gap" => self.pages(site, frame.from, frame.to).await?,
            "error" => match (frame.code, frame.client_id) {
                (Some("overloaded" | "unavailable"), Some(id)) => {
                    self.model.count("answers busy");
                    self.model.loosen(id);
                    self.again = true;
                }
                (Some("overloaded" | "unavailable"), None) => self.model.count("answers busy"),
                (code, _) => {
                    let says = format!("{code:?}: {:?}", frame.message);
                    self.model.wrong(Wrong::Answer, says);
                }
            },
            "gone" => {
                let says = format!("conversation {:?} was taken away", frame.conversation);
                self.model.wrong(Wrong::Answer, says);
            }
            "bye" => bail!("told to come back"),
            _ => {}
        }
        Ok(())
    }

    fn event(&mut self, frame: &Frame) {
        let (seq, at) = (frame.seq.unwrap_or_default(), self.at);
        if frame.after != Some(self.cursor) || seq != self.cursor + 1 {
            let (after, cursor) = (frame.after, self.cursor);
            let says = format!(
                "side {} of conversation {at} stood at {cursor} and was told {seq} after {after:?}",
                self.side
            );
            self.model.wrong(Wrong::Gap, says);
        }
        self.cursor = seq;
        let text = frame.text.as_deref().unwrap_or_default();
        self.model.see(at, self.side, seq, frame.client_id, text);
    }

    /// What is left to pages: reads it.
    async fn pages(
        &mut self,
        site: &Site,
        from: Option<i64>,
        to: Option<i64>,
    ) -> anyhow::Result<()> {
        self.model.count("read in pages");
        let to = to.context("a gap ends somewhere")?;
        if from != Some(self.cursor + 1) {
            let says = format!("a gap from {from:?} where {} was known", self.cursor);
            self.model.wrong(Wrong::Gap, says);
        }
        while self.cursor < to {
            let path = format!(
                "/conversations/{}/events?after={}&limit=200",
                self.id, self.cursor
            );
            let page = site.get(&path, &self.token).await?;
            let items = page["items"].as_array().context("a page has items")?;
            for item in items {
                let seq = item["seq"].as_i64().unwrap_or_default();
                if seq > to {
                    break;
                }
                if seq != self.cursor + 1 {
                    let says = format!("a page goes from {} to {seq}", self.cursor);
                    self.model.wrong(Wrong::Gap, says);
                }
                self.cursor = seq;
                let id = item["client_id"].as_str().and_then(|id| id.parse().ok());
                let text = item["text"].as_str().unwrap_or_default();
                self.model.see(self.at, self.side, seq, id, text);
            }
        }
        Ok(())
    }
}
