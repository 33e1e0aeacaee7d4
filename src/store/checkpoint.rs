//! What SQLite's log holds is brought into its file beside the commits.
//!
//! Left alone, SQLite does that every 1,000 pages, inside whichever commit comes then, and
//! everybody waits. Here a thread copies what is new every now and then, so that the commit that
//! begins the log anew, when it has grown long, finds almost nothing left to copy.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::SqliteConnection;

use super::place::Place;
use super::{Conn, lite};
use crate::error::Result;

/// How long the thread rests before it copies again: what is written twice meanwhile is copied
/// once.
const REST: Duration = Duration::from_millis(250);

/// How often the log is emptied, so that what was deleted does not lie in it for long.
pub const EMPTIED: Duration = Duration::from_secs(600);
/// How long commits may wait for that; if somebody reads longer, it is tried again.
const PATIENCE_MS: u32 = 100;

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
    pub fn start(&self, place: &Place, emptied: Duration) -> anyhow::Result<Written> {
        let mut conn = lite::open(place)?;
        lite::wait_at_most(&mut conn, PATIENCE_MS)?;
        let (tell, told) = sync_channel(1);
        let checkpoints = self.clone();
        std::thread::Builder::new()
            .name("checkpoints".into())
            .spawn(move || checkpoints.copy_what_comes(conn, &told, emptied))?;
        Ok(Written(tell))
    }

    fn copy_what_comes(&self, mut conn: SqliteConnection, told: &Receiver<()>, every: Duration) {
        let (mut due, mut full) = (Instant::now() + every, false);
        loop {
            let left = due.saturating_duration_since(Instant::now());
            let news = match full {
                // Also while something is written all the time.
                true if left.is_zero() => Err(RecvTimeoutError::Timeout),
                true => told.recv_timeout(left),
                false => told.recv().map_err(Into::into),
            };
            let done = match news {
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    let emptied = self.alone(|| lite::empty_log(&mut conn));
                    full = !matches!(emptied, Ok(true));
                    let rest = if full { every / 10 } else { every };
                    due = Instant::now() + rest;
                    emptied.map(drop)
                }
                Ok(()) => {
                    full = true;
                    self.alone(|| lite::copy_log(&mut conn))
                }
            };
            if let Err(error) = done {
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

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;

    use super::*;

    #[test]
    fn the_log_does_not_keep_what_was_written_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        lite::make(path.to_str().unwrap()).unwrap();
        let place = Place::of(path).unwrap();
        let checkpoints = Checkpoints::default();
        let written = checkpoints.start(&place, Duration::from_millis(1)).unwrap();
        let mut conn = lite::open(&place).unwrap();
        let log = folder.path().join("a.db-wal");
        let length = || std::fs::metadata(&log).unwrap().len();
        let begun = Instant::now();
        for table in ["t", "u"] {
            let make = format!("CREATE TABLE {table} (n INTEGER)");
            conn.batch_execute(&make).unwrap();
            assert!(length() > 0);
            written.tell();
            while length() > 0 {
                assert!(
                    begun.elapsed() < Duration::from_secs(20),
                    "it is not emptied"
                );
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}
