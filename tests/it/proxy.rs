//! A way to a server that breaks at the worst moment: between a command and its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Passes bytes on, and watches for connections on which these words are said, one after the
/// other.
pub struct Proxy {
    pub port: u16,
    plan: Arc<Plan>,
}

struct Plan {
    words: &'static [&'static str],
    losing: AtomicBool,
    /// How often connections were silenced.
    silences: AtomicUsize,
}

impl Proxy {
    pub async fn before(target: u16, words: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let plan = Arc::new(Plan {
            words,
            losing: AtomicBool::new(false),
            silences: AtomicUsize::new(0),
        });
        let shared = plan.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
                tokio::spawn(carry(client, server, shared.clone()));
            }
        });
        Self { port, plan }
    }

    /// The next time the words are said, the server hears them, and its answer is lost together
    /// with the connection.
    pub fn lose_next_answer(&self) {
        self.plan.losing.store(true, Ordering::Release);
    }

    /// Connections on which the words were said stay open and carry nothing any more.
    pub fn silence(&self) {
        self.plan.silences.fetch_add(1, Ordering::AcqRel);
    }

    /// Whether an answer was lost since.
    pub fn has_lost(&self) -> bool {
        !self.plan.losing.load(Ordering::Acquire)
    }
}

async fn carry(mut client: TcpStream, mut server: TcpStream, plan: Arc<Plan>) {
    let (mut up, mut down) = (vec![0; 16_384], vec![0; 16_384]);
    let (mut said, mut lost, mut marked) = (0, false, false);
    let begun = plan.silences.load(Ordering::Acquire);
    loop {
        let silent = || plan.silences.load(Ordering::Acquire) > begun;
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(count @ 1..) = read else { return };
                while plan.words.get(said).is_some_and(|word| contains(&up[..count], word)) {
                    said += 1;
                }
                if said == plan.words.len() {
                    lost = plan.losing.swap(false, Ordering::AcqRel);
                    (said, marked) = (0, true);
                }
                if marked && silent() {
                    continue;
                }
                if server.write_all(&up[..count]).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut down) => {
                let Ok(count @ 1..) = read else { return };
                if marked && silent() {
                    continue;
                }
                if lost || client.write_all(&down[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes
        .windows(word.len())
        .any(|part| part == word.as_bytes())
}
