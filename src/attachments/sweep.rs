//! What nobody needs any more goes: uploads that were never sent, what deleted messages carried,
//! files without a row, and what a killed process has left half written. Every node does it; what
//! one has done the others find done.

use std::time::Duration;

use futures_util::TryStreamExt;
use uuid::Uuid;

use super::shelf::Lying;
use super::{Attachments, DAY};
use crate::error::{Error, Result};
use crate::store::attachments as rows;
use crate::store::{Conn, pictures};
use crate::words::{AttachmentId, Moment, now};

/// How often rows are swept.
const EVERY: Duration = Duration::from_secs(60);
/// How many times that the whole folder is, which takes longer.
const FOLDER_EVERY: u32 = 60;
/// How old a file without a row must be: younger ones may still get theirs.
const UNKNOWN_FOR: Duration = Duration::from_secs(60 * 60);
/// How many are asked for at a time.
const BATCH: usize = 500;

/// Sweeps for ever.
pub async fn keep(attachments: Attachments) {
    for round in 0u32.. {
        let sweep = async {
            attachments.sweep_rows(now()).await?;
            match round % FOLDER_EVERY {
                0 => attachments.sweep_folder(now()).await,
                _ => Ok(0),
            }
        };
        if let Err(error) = sweep.await {
            tracing::warn!(%error, "attachments could not be swept; it is tried again");
        }
        tokio::time::sleep(EVERY.mul_f64(rand::random_range(0.9..1.1))).await;
    }
}

impl Attachments {
    /// Deletes uploads that nobody has sent in time, and what deleted messages carried. Answers
    /// how many.
    pub async fn sweep_rows(&self, at: Moment) -> Result<usize> {
        Ok(self.sweep_unsent(at).await? + self.sweep_taken_back(at).await?)
    }

    /// Deletes what was taken back, and this picture; answers whether no file lies there still.
    pub async fn sweep_whole(&self, picture: Option<AttachmentId>, at: Moment) -> Result<bool> {
        if let Some(id) = picture {
            self.delete_picture(id).await?;
        }
        self.sweep_taken_back(at).await?;
        let first = |conn: &mut Conn| Ok(rows::taken_back(conn, AttachmentId(Uuid::nil()), 1)?);
        Ok(self.0.store.read(first).await?.is_empty())
    }

    /// First the row, so that nobody sends it now, then the file.
    async fn sweep_unsent(&self, at: Moment) -> Result<usize> {
        let before = at - self.limits().kept_ms;
        let mut swept = 0;
        loop {
            let delete = move |conn: &mut Conn| rows::sweep(conn, before, BATCH as i64);
            let ids = self.0.store.write(delete).await?;
            if ids.is_empty() {
                return Ok(swept);
            }
            swept += self.delete_files(ids).await.len();
        }
    }

    /// Deletes files; answers which are gone. One that cannot be deleted keeps back no other.
    async fn delete_files(&self, ids: Vec<AttachmentId>) -> Vec<AttachmentId> {
        let mut gone = Vec::with_capacity(ids.len());
        for id in ids {
            match self.0.shelf.delete(id).await {
                Ok(()) => gone.push(id),
                Err(error) => tracing::warn!(%error, %id, "a file could not be deleted"),
            }
        }
        gone
    }

    /// First the file, which nobody can get any more; then the row, when it need not be counted
    /// among the uploads of a day any more.
    async fn sweep_taken_back(&self, at: Moment) -> Result<usize> {
        let (mut swept, mut after) = (0, AttachmentId(Uuid::nil()));
        loop {
            let read = move |conn: &mut Conn| Ok(rows::taken_back(conn, after, BATCH as i64)?);
            let ids = self.0.store.read(read).await?;
            let Some(last) = ids.last() else { break };
            after = *last;
            let gone = self.delete_files(ids).await;
            swept += gone.len();
            let write = move |conn: &mut Conn| Ok(rows::set_bare(conn, &gone).map(drop)?);
            self.0.store.write(write).await?;
        }
        let delete = move |conn: &mut Conn| rows::sweep_bare(conn, at - DAY, BATCH as i64);
        while self.0.store.write(delete).await? > 0 {}
        Ok(swept)
    }

    /// Deletes files that have no row, and half written ones. Answers how many.
    pub async fn sweep_folder(&self, at: Moment) -> Result<usize> {
        let shelf = self.0.shelf.clone();
        let halves = move || shelf.delete_unfinished(UNKNOWN_FOR);
        let halves = tokio::task::spawn_blocking(halves).await;
        let mut swept = halves
            .map_err(Error::internal)?
            .map_err(Error::unavailable)?;
        let before = at - UNKNOWN_FOR.as_millis() as Moment;
        let old = |one: &Lying| std::future::ready(one.at < before);
        let old = self.0.shelf.list().try_filter(old);
        let mut batches = old.map_ok(|one| one.id).try_chunks(BATCH);
        while let Some(ids) = batches.try_next().await.map_err(|error| error.1)? {
            swept += self.delete_unknown(ids).await?;
        }
        Ok(swept)
    }

    async fn delete_unknown(&self, ids: Vec<AttachmentId>) -> Result<usize> {
        let asked = ids.clone();
        let read = move |conn: &mut Conn| {
            let mut known = rows::known(conn, &asked)?;
            known.extend(pictures::known(conn, &asked)?);
            Ok(known)
        };
        let known = self.0.store.read(read).await?;
        let unknown = ids.into_iter().filter(|id| !known.contains(id));
        Ok(self.delete_files(unknown.collect()).await.len())
    }
}
