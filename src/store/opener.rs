//! How connections are opened, of either kind, and found to have broken.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use diesel::r2d2::{HandleError, ManageConnection};

use super::place::Place;
use super::{Conn, lite, postgres};
use crate::error::{Error, Result};

/// Opens connections of one of the two kinds, and never makes a database.
#[derive(Clone)]
pub(crate) enum Opener {
    Lite(Place),
    Pg(Box<postgres::Target>),
}

impl Opener {
    /// By the scheme of the URL, so that a misspelt one is refused and not made into a file.
    pub fn of(url: &str) -> anyhow::Result<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Opener::Pg(Box::new(postgres::Target::parse(url)?)));
        }
        let Some(path) = url.strip_prefix("sqlite:") else {
            bail!("database_url must begin with sqlite: or postgres://");
        };
        let place = Place::of(path.into());
        let missing = || format!("there is no database at {path}");
        Ok(Opener::Lite(place.with_context(missing)?))
    }

    /// The same, after making the file of SQLite if there is none.
    pub fn make(url: &str) -> anyhow::Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            lite::make(path)?;
        }
        Self::of(url)
    }

    /// The connection to write with: the one there was, or a new one if that has broken, as after
    /// a commit that found the disk full.
    pub fn write_with<'a>(&self, slot: &'a mut Option<Conn>) -> Result<&'a mut Conn> {
        if slot.as_mut().is_none_or(Conn::is_broken) {
            *slot = None;
            let mut conn = self.open().map_err(Error::unavailable)?;
            conn.prepare_to_write()?;
            *slot = Some(conn);
        }
        Ok(slot.as_mut().expect("opened above"))
    }

    /// Fails while the file of SQLite is not in its place.
    pub fn check(&self) -> Result<()> {
        match self {
            Opener::Lite(place) => place.check(),
            Opener::Pg(_) => Ok(()),
        }
    }

    /// Opens one connection. Blocks.
    pub fn open(&self) -> anyhow::Result<Conn> {
        match self {
            Opener::Lite(place) => Ok(Conn::Lite(lite::open(place)?)),
            Opener::Pg(target) => Ok(Conn::Pg(Box::new(target.connect()?))),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub(crate) struct OpenError(anyhow::Error);

impl ManageConnection for Opener {
    type Connection = Conn;
    type Error = OpenError;

    fn connect(&self) -> Result<Conn, OpenError> {
        self.open().map_err(OpenError)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), OpenError> {
        conn.execute("SELECT 1")
            .map_err(|error| OpenError(error.into()))
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        conn.is_broken()
    }
}

/// Says why connections cannot be opened: now and then, however often it is tried.
#[derive(Debug, Default)]
pub(super) struct Told(Mutex<Option<Instant>>);

impl HandleError<OpenError> for Told {
    fn handle_error(&self, error: OpenError) {
        const AGAIN: Duration = Duration::from_secs(30);
        let mut last = self.0.lock().expect("nothing panics under this lock");
        if last.is_none_or(|last| last.elapsed() > AGAIN) {
            tracing::warn!(%error, "the database cannot be connected to; it is tried again");
            *last = Some(Instant::now());
        }
    }
}
