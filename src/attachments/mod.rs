//! Files that people attach: taken in a little at a time, looked at, put on the shelf, and given
//! out again. Who may read one, and with which message it goes, the record says.
//!
//! The bytes come first, then the row: what has a row is whole. A file without a row, and a row
//! that no message names in time, are swept.

mod intake;
mod kind;
mod name;
mod picture;
mod shelf;
mod sweep;

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::web::Bytes;
use futures_util::stream::BoxStream;

use crate::access::Actor;
use crate::current::Current;
use crate::error::{Code, Error, Result};
use crate::store::attachments::{self as rows, Attachment, Usage};
use crate::store::{Conn, Store};
use crate::words::{AttachmentId, Moment, Role, UserId, now};

pub use kind::is_image;
pub use picture::{PICTURE_BYTES_MAX, too_large as picture_too_large};
pub use shelf::{Shelf, lies_whole};
pub use sweep::keep;

/// What uploads may not exceed.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of one file.
    pub bytes_max: u64,
    /// Bytes of one that comes as text inside JSON.
    pub inline_bytes_max: usize,
    /// Files of one person within a day.
    pub per_day_max: i64,
    /// Bytes that are kept of one customer.
    pub total_bytes_max: i64,
    /// Media types that are taken.
    pub types: Vec<String>,
    /// Width times height of an image.
    pub pixels_max: u64,
    /// How long nothing may come of a file, and how long all of it may take.
    pub stall: Duration,
    pub whole: Duration,
    /// How long an upload waits to be sent, in ms.
    pub kept_ms: Moment,
}

/// Uploads of one person that may be under way at the same time, on one node.
const AT_ONCE: usize = 4;

const DAY: Moment = 24 * 60 * 60 * 1_000;

/// Who uploads.
#[derive(Debug, Clone, Copy)]
pub struct Uploader {
    pub id: UserId,
    pub role: Role,
}

impl Uploader {
    /// Whether it is limited what is kept of him: what staff send in years is the house's to keep.
    fn is_bounded(self) -> bool {
        self.role == Role::Customer
    }
}

/// The attachments of a server. Cheap to clone.
#[derive(Clone)]
pub struct Attachments(Arc<Inner>);

struct Inner {
    store: Store,
    shelf: Shelf,
    limits: Current<Limits>,
    /// How many uploads of each person are under way.
    under_way: Mutex<HashMap<UserId, usize>>,
}

/// One upload that is under way; it ends when this is dropped.
struct Turn(Attachments, UserId);

impl Drop for Turn {
    fn drop(&mut self) {
        let mut all = self.0.0.under_way.lock().expect("nothing panics under it");
        if let Some(count) = all.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.1);
            }
        }
    }
}

impl Attachments {
    /// Opens the folder where their bytes lie.
    pub fn open(store: &Store, folder: &Path, limits: Limits) -> anyhow::Result<Self> {
        Ok(Self(Arc::new(Inner {
            store: store.clone(),
            shelf: Shelf::open(folder)?,
            limits: Current::new(limits),
            under_way: Mutex::default(),
        })))
    }

    /// What uploads may not exceed now.
    pub fn limits(&self) -> Arc<Limits> {
        self.0.limits.get()
    }

    /// Has these limits count from now on.
    pub fn set_limits(&self, limits: Limits) {
        self.0.limits.set(limits);
    }

    /// One that this person may read; foreign is like unknown.
    pub async fn find(&self, actor: Actor, id: AttachmentId) -> Result<Attachment> {
        let read = move |conn: &mut Conn| rows::readable(conn, &actor, id);
        self.0.store.read(read).await
    }

    /// Some bytes of one, a little at a time.
    pub async fn read(
        &self,
        id: AttachmentId,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        self.0.shelf.read(id, range).await
    }

    fn turn(&self, person: UserId) -> Result<Turn> {
        let mut all = self.0.under_way.lock().expect("nothing panics under it");
        let count = all.entry(person).or_default();
        if *count >= AT_ONCE {
            let detail = format!("Upload at most {AT_ONCE} files at once. Wait for one to end.");
            return Err(Error::new(Code::RateLimited, detail));
        }
        *count += 1;
        Ok(Turn(self.clone(), person))
    }

    /// Refuses somebody who has uploaded enough, before he sends more for nothing.
    async fn check_room(&self, who: Uploader, bytes: u64) -> Result<()> {
        let since = now() - DAY;
        let read = move |conn: &mut Conn| rows::usage(conn, who.id, since, who.is_bounded());
        let usage = self.0.store.read(read).await?;
        self.limits().admit(usage, bytes)
    }

    /// Writes down a file that lies whole on the shelf.
    async fn enter(&self, row: Attachment, who: Uploader) -> Result<Attachment> {
        let limits = self.limits();
        let enter = move |conn: &mut Conn| {
            if rows::lock_uploader(conn, who.id)? == 0 {
                return Err(Error::not_found("person"));
            }
            let usage = rows::usage(conn, who.id, row.created_at - DAY, who.is_bounded())?;
            limits.admit(usage, row.bytes as u64)?;
            rows::insert(conn, &row)?;
            Ok(row.clone())
        };
        self.0.store.write(enter).await
    }
}

impl Limits {
    fn admit(&self, usage: Usage, bytes: u64) -> Result<()> {
        let most = self.per_day_max;
        if usage.recent >= most {
            let detail = format!("You may upload {most} files in a day. Try again tomorrow.");
            return Err(Error {
                retry_after_ms: Some(60 * 60 * 1_000),
                ..Error::new(Code::QuotaExceeded, detail)
            });
        }
        let all = usage.bytes.map(|kept| kept.saturating_add(bytes as i64));
        if all.is_some_and(|all| all > self.total_bytes_max) {
            let most = self.total_bytes_max;
            let detail = format!(
                "Your files may take {most} bytes in all, and this one would exceed that. Send \
                 a smaller one, or describe it in words."
            );
            return Err(Error::new(Code::QuotaExceeded, detail));
        }
        Ok(())
    }

    /// The refusal of a file that is too large.
    pub fn too_large(&self) -> Error {
        let most = self.bytes_max;
        let detail = format!("The file is too large: at most {most} bytes are allowed.");
        Error::new(Code::TooLarge, detail)
    }
}
