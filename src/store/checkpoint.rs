//! What SQLite's log holds is brought into its file beside the commits.
//!
//! Left alone, SQLite does that every 1,000 pages, inside whichever commit comes then, and
//! everybody waits. Here a thread copies what is new every now and then, so that the commit that
//! begins the log anew, when it has grown long, finds almost nothing left to copy.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::SqliteConnection;

use super::place::Place;
use super::{Conn, lite};
use crate::error::Result;

/// How long the thread rests before it copies again: what is written twice meanwhile is copied
/// once.
const REST: Duration = Duration::from_millis(250);

/// One checkpoint at a time: SQLite refuses a second one instead of letting it wait.
#[derive(Clone, Default)]
pub struct Checkpoints(Arc<Mutex<()>>);

/// Tells the thread that something was written.
pub struct Written(SyncSender<()>);

impl Written {
    pub fn tell(&self) {
        // Told already, or the thread has ended: commits then begin the log anew alone.
        let _ = self.0.try_send(());
    }
}

impl Checkpoints {
    /// Starts the thread, which ends when nobody can tell it anything any more.
    pub fn start(&self, place: &Place) -> anyhow::Result<Written> {
        let conn = lite::open(place)?;
        let (tell, told) = sync_channel(1);
        let checkpoints = self.clone();
        std::thread::Builder::new()
            .name("checkpoints".into())
            .spawn(move || checkpoints.copy_what_comes(conn, &told))?;
        Ok(Written(tell))
    }

    fn copy_what_comes(&self, mut conn: SqliteConnection, told: &Receiver<()>) {
        while told.recv().is_ok() {
            let copied = self.alone(|| lite::copy_log(&mut conn));
            if let Err(error) = copied {
                tracing::debug!(%error, "the log could not be copied; it is tried again");
            }
            std::thread::sleep(REST);
        }
    }

    /// Brings all of the log into the file and empties it; answers whether nothing is left.
    pub fn complete(&self, conn: &mut Conn) -> Result<bool> {
        match conn {
            Conn::Lite(conn) => Ok(self.alone(|| lite::empty_log(conn))?),
            Conn::Pg(_) => Ok(true),
        }
    }

    fn alone<T>(&self, work: impl FnOnce() -> T) -> T {
        let _turn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        work()
    }
}
