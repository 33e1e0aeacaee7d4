//! Quick reads of SQLite: one thread with a connection of its own takes them in their turn. So
//! where many come at once, as sockets do, not each of them wakes a thread, and there is one cache.
//!
//! Whoever is in this line waits for all before him: what may take long goes through the pool.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::patience::retrying;
use super::{Conn, Opener};
use crate::error::{Error, Result};

/// Reads that may wait here before new ones are refused.
const WAITING_MAX: usize = 4_096;

type Job = Box<dyn FnOnce(&mut Reader) + Send>;

/// Hands reads to the thread. Cheap to clone; the thread ends with the last clone.
#[derive(Clone)]
pub struct Quick(mpsc::Sender<Job>);

/// The connection, opened when it is needed first and anew when it has broken.
struct Reader {
    opener: Opener,
    conn: Option<Conn>,
}

impl Quick {
    pub fn start(opener: Opener) -> anyhow::Result<Self> {
        let (jobs, mut queue) = mpsc::channel::<Job>(WAITING_MAX);
        let mut reader = Reader { opener, conn: None };
        let run = move || {
            while let Some(job) = queue.blocking_recv() {
                // A panic is one query's; who asked is told when his answer is dropped.
                let _ = catch_unwind(AssertUnwindSafe(|| job(&mut reader)));
            }
        };
        std::thread::Builder::new()
            .name("reader".into())
            .spawn(run)?;
        Ok(Self(jobs))
    }

    pub async fn read<T: Send + 'static>(
        &self,
        query: impl Fn(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |reader| {
            // Whoever asked may have gone.
            let _ = reply.send(retrying(1, || query(reader.conn()?)));
        });
        self.0.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => Error::overloaded(),
            TrySendError::Closed(_) => {
                Error::unavailable(anyhow::anyhow!("the thread that reads has ended"))
            }
        })?;
        let panicked = |_| Error::internal(anyhow::anyhow!("a read panicked"));
        answer.await.map_err(panicked)?
    }
}

impl Reader {
    fn conn(&mut self) -> Result<&mut Conn> {
        if self.conn.as_mut().is_none_or(Conn::is_broken) {
            self.conn = None;
            self.conn = Some(self.opener.open().map_err(Error::unavailable)?);
        }
        Ok(self.conn.as_mut().expect("opened above"))
    }
}
