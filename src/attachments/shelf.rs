//! Where the bytes lie: one file per attachment, called by its id, in a folder that only we can
//! read. Behind a library that could as well keep them elsewhere.
//!
//! A file appears under its name when all of it is on disk; until then it has another, and goes
//! when whoever writes it gives up.

use std::io::ErrorKind;
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use actix_web::web::Bytes;
use anyhow::Context;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, WriteMultipart};

use crate::error::{Code, Error, Result};
use crate::words::{AttachmentId, Moment};

/// How much is written at a time, and so what an upload takes of memory, twice.
const CHUNK: usize = 64 * 1024;

/// What the library puts between the name of a file and a number while it is being written.
const UNFINISHED: char = '#';

/// The folder. Cheap to clone.
#[derive(Clone)]
pub struct Shelf {
    store: Arc<dyn ObjectStore>,
    folder: PathBuf,
}

/// A file on its way to the shelf. Dropped, it leaves nothing.
pub struct Writing {
    parts: WriteMultipart,
    path: PathBuf,
}

/// A file that lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lying {
    pub id: AttachmentId,
    /// When it was written.
    pub at: Moment,
}

impl Shelf {
    /// Opens the folder, made for its owner alone if it is not there.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let mut making = std::fs::DirBuilder::new();
        let made = making.recursive(true).mode(0o700).create(folder);
        let failed = || {
            format!(
                "the folder for attachments {} cannot be made",
                folder.display()
            )
        };
        made.with_context(failed)?;
        let store = LocalFileSystem::new_with_prefix(folder)
            .with_context(failed)?
            .with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
            folder: folder.to_owned(),
        })
    }

    /// Begins a file.
    pub async fn begin(&self, id: AttachmentId) -> Result<Writing> {
        let upload = self.store.put_multipart(&place(id)).await.map_err(failed)?;
        Ok(Writing {
            parts: WriteMultipart::new_with_chunk_size(upload, CHUNK),
            path: self.folder.join(id.to_string()),
        })
    }

    /// Some bytes of a file, a little at a time.
    pub async fn read(
        &self,
        id: AttachmentId,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let got = self.store.get_opts(&place(id), options).await;
        Ok(got.map_err(failed)?.into_stream().map_err(failed).boxed())
    }

    /// All of a small file, at once.
    pub async fn whole(&self, id: AttachmentId) -> Result<Bytes> {
        let got = self.store.get(&place(id)).await.map_err(failed)?;
        got.bytes().await.map_err(failed)
    }

    /// The first bytes of a file, at once.
    pub async fn head(&self, id: AttachmentId, bytes: u64) -> Result<Bytes> {
        let got = self.store.get_range(&place(id), 0..bytes).await;
        got.map_err(failed)
    }

    /// Deletes a file, if it is there.
    pub async fn delete(&self, id: AttachmentId) -> Result<()> {
        match self.store.delete(&place(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    /// Every whole file of ours.
    pub fn list(&self) -> BoxStream<'static, Result<Lying>> {
        let lying = |meta: object_store::ObjectMeta| {
            let id = meta.location.as_ref().parse().ok()?;
            let at = meta.last_modified.timestamp_millis();
            Some(Lying { id, at })
        };
        let listed = self.store.list(None).map_err(failed);
        listed
            .try_filter_map(move |meta| std::future::ready(Ok(lying(meta))))
            .boxed()
    }

    /// Deletes what a process that was killed has left half written. Blocks. Answers how many.
    pub fn delete_unfinished(&self, age: Duration) -> std::io::Result<usize> {
        let mut deleted = 0;
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let ours = name.to_str().and_then(|name| name.split_once(UNFINISHED));
            if ours.is_none_or(|(id, _)| id.parse::<AttachmentId>().is_err()) {
                continue;
            }
            // Another node may be quicker.
            let Ok(written) = entry.metadata().and_then(|meta| meta.modified()) else {
                continue;
            };
            let lies = SystemTime::now().duration_since(written);
            if lies.is_ok_and(|lies| lies > age) && std::fs::remove_file(entry.path()).is_ok() {
                deleted += 1;
            }
        }
        Ok(deleted)
    }
}

/// Whether a file lies in such a folder, with so many bytes. For looking from outside a server.
pub fn lies_whole(folder: &Path, id: AttachmentId, bytes: u64) -> bool {
    let meta = std::fs::metadata(folder.join(id.to_string()));
    meta.is_ok_and(|meta| meta.is_file() && meta.len() == bytes)
}

impl Writing {
    /// Adds to it; waits while the disk is slower than the network.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        for chunk in bytes.chunks(CHUNK) {
            self.parts.wait_for_capacity(1).await.map_err(failed)?;
            self.parts.write(chunk);
        }
        Ok(())
    }

    /// Puts it under its name, once all of it is on disk.
    pub async fn finish(self) -> Result<()> {
        self.parts.finish().await.map_err(failed)?;
        // The folder is closed to others as it is; this is for whoever copies what is in it.
        let owner_only = std::fs::Permissions::from_mode(0o600);
        let set = move || std::fs::set_permissions(&self.path, owner_only);
        let set = tokio::task::spawn_blocking(set).await;
        set.map_err(Error::internal)?.map_err(|error| {
            failed(object_store::Error::Generic {
                store: "permissions",
                source: error.into(),
            })
        })
    }

    /// Gives it up: nothing is left when this returns.
    pub async fn give_up(self) {
        if let Err(error) = self.parts.abort().await {
            tracing::warn!(%error, "half a file stays until it is swept");
        }
    }
}

fn place(id: AttachmentId) -> object_store::path::Path {
    object_store::path::Path::from(id.to_string())
}

/// What somebody is told when the shelf fails; why, the log says.
fn failed(error: object_store::Error) -> Error {
    tracing::error!(%error, "attachments cannot be kept or read");
    let detail = if let object_store::Error::NotFound { .. } = error {
        "The file of this attachment is not where it should be. Tell whoever runs this server: \
         all nodes must share one folder of attachments."
    } else if is_full(&error) {
        "The disk for attachments is full, so no file can be taken in. Whoever runs this server \
         must make room on it; then all goes on by itself."
    } else {
        "Files cannot be stored or read right now. Please try again in a moment."
    };
    Error {
        cause: Some(error.into()),
        ..Error::new(Code::Unavailable, detail)
    }
}

fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    let full = error.downcast_ref::<std::io::Error>().is_some_and(|error| {
        matches!(
            error.kind(),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded
        )
    });
    full || error.source().is_some_and(is_full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_known_from_any_depth() {
        let full = std::io::Error::from(ErrorKind::StorageFull);
        let generic = |source: Box<dyn std::error::Error + Send + Sync>| {
            let store = "test";
            object_store::Error::Generic { store, source }
        };
        let told = failed(generic(Box::new(generic(full.into()))));
        assert!(
            told.detail.contains("disk for attachments is full"),
            "{told}"
        );
        assert_eq!(told.code, Code::Unavailable);
        let other = std::io::Error::from(ErrorKind::PermissionDenied);
        assert!(!failed(generic(other.into())).detail.contains("full"));
    }
}
