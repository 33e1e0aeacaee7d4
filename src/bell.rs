//! The doorbell: tells the sockets of this node and, over Redis, those of the others.
//!
//! What is published while nobody listens is lost; that is why sockets also compare themselves
//! with the database (see `watch.rs`), at once whenever the subscription was interrupted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use redis::aio::ConnectionManager;
use tokio::sync::mpsc;

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

/// Rings here and elsewhere. Cheap to clone.
#[derive(Clone)]
pub struct Bell {
    hub: Hub,
    out: Option<mpsc::Sender<News>>,
    lines: mpsc::UnboundedSender<QueueId>,
    heard: Arc<AtomicBool>,
}

impl Bell {
    /// A bell for one node only. Queues whose line has changed are told to `lines`.
    pub fn local(hub: Hub, lines: mpsc::UnboundedSender<QueueId>) -> Self {
        Self {
            hub,
            out: None,
            lines,
            heard: Arc::new(AtomicBool::new(true)),
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

    /// Whether news of other nodes arrives.
    pub fn is_heard(&self) -> bool {
        self.heard.load(Ordering::Acquire)
    }

    fn here(&self, news: News) {
        if let News::Line { queue } = news {
            self.line_here(queue);
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
    use futures_util::StreamExt;
    loop {
        if let Ok(mut link) = client.get_async_pubsub().await
            && link.subscribe(&channel).await.is_ok()
        {
            bell.heard.store(true, Ordering::Release);
            bell.hub.check_all();
            let mut letters = link.on_message();
            while let Some(letter) = letters.next().await {
                match serde_json::from_slice::<Letter>(letter.get_payload_bytes()) {
                    Ok(letter) if letter.node != node => bell.here(letter.news),
                    Ok(_) => {}
                    // A newer node may say what this one does not know yet.
                    Err(error) => tracing::debug!(%error, "news not understood"),
                }
            }
        }
        bell.heard.store(false, Ordering::Release);
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}
