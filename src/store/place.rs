//! Whether a SQLite database still lies where it was opened.
//!
//! A file that was deleted or replaced takes writes as before, and nobody finds them again. And a
//! connection that is opened then reads another file with the log of this one beside it, which
//! SQLite throws away when it sees that the two do not belong together. So the identity of the
//! file is compared with that of whatever has its name now: at every read, write and opening.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Code, Error, Result};

/// A file as it was when it was opened. Cheap to clone.
#[derive(Clone)]
pub struct Place {
    path: Arc<Path>,
    /// Device and inode.
    file: (u64, u64),
    gone: Arc<AtomicBool>,
}

impl Place {
    /// Remembers the file that has this name now.
    pub fn of(path: PathBuf) -> std::io::Result<Self> {
        Ok(Self {
            file: file(&path)?,
            path: path.into(),
            gone: Arc::default(),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Fails while another file or none has the name. Put back, it is as good as before.
    pub fn check(&self) -> Result<()> {
        let gone = !file(&self.path).is_ok_and(|file| file == self.file);
        let was_gone = self.gone.swap(gone, Ordering::AcqRel);
        let path = self.path.display();
        if !gone {
            if was_gone {
                tracing::info!(%path, "the database file is back in its place");
            }
            return Ok(());
        }
        if !was_gone {
            tracing::error!(
                %path,
                "the database file was deleted or replaced under this server; nothing is read or \
                 stored any more: put it back, or stop, restore a backup and start again"
            );
        }
        Err(gone_error())
    }
}

/// What is answered while the file is not in its place.
pub fn gone_error() -> Error {
    let detail = "The database file is gone. The server's log says what to do.";
    Error::new(Code::Unavailable, detail)
}

fn file(path: &Path) -> std::io::Result<(u64, u64)> {
    let data = std::fs::metadata(path)?;
    Ok((data.dev(), data.ino()))
}
