//! The doorbell: tells the sockets of this node and, over Redis, those of the others.
//!
//! What is published while nobody listens is lost; that is why sockets also compare themselves
//! with the database (see `watch.rs`), at once whenever the subscription was interrupted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::{ConnectionManager, PubSubSink, PubSubStream};
use tokio::sync::{Notify, mpsc};
use tokio::time::{sleep, timeout};

use crate::hub::Hub;
use crate::news::News;
use crate::words::{NodeId, QueueId};

/// What nodes tell each other: who says it, and what.
#[derive(serde::Serialize, serde::Deserialize)]
struct Letter {
    node: NodeId,
    news: News,
}

/// News that may wait to be published before it is dropped.
const OUTBOX: usize = 4_096;

/// How long Redis may take to answer.
const ANSWER: Duration = Duration::from_secs(2);
/// How often it is asked whether it is still there.
const PING_EVERY: Duration = Duration::from_secs(3);
/// When a lost subscription is tried again.
const AGAIN: Duration = Duration::from_millis(500);

/// Rings here and elsewhere. Cheap to clone.
#[derive(Clone)]
pub struct Bell {
    hub: Hub,
    out: Option<mpsc::Sender<News>>,
    lines: mpsc::UnboundedSender<QueueId>,
    heard: Arc<AtomicBool>,
    settings: Arc<Notify>,
}

impl Bell {
    /// A bell for one node only. Queues whose line has changed are told to `lines`.
    pub fn local(hub: Hub, lines: mpsc::UnboundedSender<QueueId>) -> Self {
        Self {
            hub,
            out: None,
            lines,
            heard: Arc::new(AtomicBool::new(true)),
            settings: Arc::default(),
        }
    }

    /// A bell for all nodes that share this Redis and prefix, and what carries its sound: a task
    /// that never ends.
    pub fn shared(
        hub: Hub,
        lines: mpsc::UnboundedSender<QueueId>,
        node: NodeId,
        prefix: &str,
        redis: ConnectionManager,
        client: redis::Client,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let channel = format!("{{{prefix}}}:bell");
        let (out, queue) = mpsc::channel(OUTBOX);
        let heard = Arc::new(AtomicBool::new(false));
        let bell = Self {
            hub,
            out: Some(out),
            lines,
            heard,
            settings: Arc::default(),
        };
        let publish = publish(redis, channel.clone(), node, queue);
        let listen = listen(client, channel, node, bell.clone());
        let carry = async {
            tokio::join!(publish, listen);
        };
        (bell, carry)
    }

    /// Tells everyone. Never waits: what does not fit is found by the position check.
    pub fn ring(&self, news: News) {
        if let Some(out) = &self.out {
            let _ = out.try_send(news.clone());
        }
        self.here(news);
    }

    /// Has the positions of this node's customers in a queue looked at again.
    pub fn line_here(&self, queue: QueueId) {
        // Nobody looks any more when the node goes down.
        let _ = self.lines.send(queue);
    }

    /// Waits until settings were changed, here or elsewhere. One at a time may wait for it.
    pub async fn settings_changed(&self) {
        self.settings.notified().await;
    }

    /// Whether news of other nodes arrives.
    pub fn is_heard(&self) -> bool {
        self.heard.load(Ordering::Acquire)
    }

    fn here(&self, news: News) {
        match news {
            News::Line { queue } => self.line_here(queue),
            News::Settings => self.settings.notify_one(),
            _ => {}
        }
        self.hub.deliver(news);
    }
}

async fn publish(
    mut redis: ConnectionManager,
    channel: String,
    node: NodeId,
    mut queue: mpsc::Receiver<News>,
) {
    let mut batch = Vec::new();
    while queue.recv_many(&mut batch, 64).await > 0 {
        let mut pipe = redis::pipe();
        for news in batch.drain(..) {
            match serde_json::to_string(&Letter { node, news }) {
                Ok(text) => drop(pipe.publish(&channel, text).ignore()),
                Err(error) => tracing::error!(%error, "news that cannot be written as JSON"),
            }
        }
        if let Err(error) = pipe.query_async::<()>(&mut redis).await {
            tracing::debug!(%error, "the doorbell was not heard elsewhere");
        }
    }
}

/// Listens for ever; after every interruption all sockets compare themselves with the database.
async fn listen(client: redis::Client, channel: String, node: NodeId, bell: Bell) {
    loop {
        let subscribed = timeout(ANSWER, subscribe(&client, &channel)).await;
        if let Ok(Ok((link, letters))) = subscribed {
            bell.heard.store(true, Ordering::Release);
            bell.hub.check_all();
            tokio::select! {
                () = hear(letters, node, &bell) => {}
                () = silence(link) => {}
            }
            tracing::warn!("the doorbell of other nodes is not heard");
        }
        bell.heard.store(false, Ordering::Release);
        sleep(AGAIN).await;
    }
}

async fn subscribe(
    client: &redis::Client,
    channel: &str,
) -> redis::RedisResult<(PubSubSink, PubSubStream)> {
    let (mut link, letters) = client.get_async_pubsub().await?.split();
    link.subscribe(channel).await?;
    Ok((link, letters))
}

async fn hear(mut letters: PubSubStream, node: NodeId, bell: &Bell) {
    while let Some(letter) = letters.next().await {
        match serde_json::from_slice::<Letter>(letter.get_payload_bytes()) {
            Ok(letter) if letter.node != node => bell.here(letter.news),
            Ok(_) => {}
            // A newer node may say what this one does not know yet.
            Err(error) => tracing::debug!(%error, "news not understood"),
        }
    }
}

/// Comes when Redis does not answer on this connection any more. Nobody ringing and a connection
/// that died without a word sound the same, so somebody has to ask.
async fn silence(mut link: PubSubSink) {
    let mut answers = async || timeout(ANSWER, link.ping::<redis::Value>()).await;
    while matches!(answers().await, Ok(Ok(_))) {
        sleep(PING_EVERY).await;
    }
}
