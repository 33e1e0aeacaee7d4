//! What people look like. A picture is never given out as it came: it is decoded, made a small
//! square and encoded anew, so that nothing is left in it but what is seen. Its size is known
//! before it is decoded, and few are decoded at a time.

use std::io::Cursor;
use std::sync::LazyLock;

use actix_web::web::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Rgb, RgbImage};
use serde_json::json;
use tokio::sync::Semaphore;

use super::{Attachments, kind};
use crate::error::{Code, Error, Result};
use crate::store::audit::{self, Entry};
use crate::store::{Conn, pictures};
use crate::words::{Act, AttachmentId, ObjectKind, Role, UserId};

/// Bytes of a picture as it comes.
pub const PICTURE_BYTES_MAX: usize = 1_048_576;
/// Pixels of each of its sides.
const SIDE_MAX: u32 = 4_096;
/// What it may take of memory while it is decoded: 16 bits of four colours for each pixel, and what
/// the decoder needs beside.
const DECODED_BYTES_MAX: u64 = 167_772_160;
/// Pixels of a side of what is kept; a smaller one is not made larger.
const SIDE: u32 = 256;
/// How good it is, of 100.
const QUALITY: u8 = 85;
/// Pictures that wait to be decoded, on this node.
const WAITING_MAX: usize = 16;

/// One is decoded at a time: together they would take what one alone may.
static TURNS: Semaphore = Semaphore::const_new(1);
static WAITING: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(WAITING_MAX));

impl Attachments {
    /// Gives somebody this picture, and takes the one before it away: he himself, or an admin.
    pub async fn set_picture(&self, by: UserId, person: UserId, bytes: Bytes) -> Result<()> {
        let _upload = self.turn(by)?;
        let square = square_in_turn(bytes).await?;
        let id = AttachmentId::new();
        let mut writing = self.0.shelf.begin(id).await?;
        if let Err(error) = writing.write(&square).await {
            writing.give_up().await;
            return Err(error);
        }
        writing.finish().await?;
        match self.change_picture(by, person, Some(id)).await {
            Ok(()) => Ok(()),
            Err(error) => {
                // Whether it is written down nobody knows: if not, its file is swept.
                if error.code != Code::Unavailable {
                    self.0.shelf.delete(id).await?;
                }
                Err(error)
            }
        }
    }

    /// Takes somebody's picture away, if he has one.
    pub async fn remove_picture(&self, by: UserId, person: UserId) -> Result<()> {
        self.change_picture(by, person, None).await
    }

    async fn change_picture(
        &self,
        by: UserId,
        person: UserId,
        id: Option<AttachmentId>,
    ) -> Result<()> {
        let entry = Entry::new(Some(by), Act::UserUpdated, ObjectKind::User, Some(person.0));
        let change = move |conn: &mut Conn| {
            let before = pictures::change(conn, person, id)?;
            if by != person {
                let told = json!({ "fields": ["picture"] });
                audit::record(conn, &entry, None, Some(told))?;
            }
            Ok(before)
        };
        let before = self.0.store.write(change).await?;
        if let Some(before) = before
            && let Err(error) = self.delete_picture(before).await
        {
            // Nobody names it any more: the sweep finds it.
            tracing::warn!(%error, id = %before, "a picture could not be deleted yet");
        }
        Ok(())
    }

    /// Deletes the file of a picture that is nobody's any more.
    pub async fn delete_picture(&self, id: AttachmentId) -> Result<()> {
        self.0.shelf.delete(id).await
    }

    /// A picture, for somebody who may see its owner; foreign is like unknown. A JPEG.
    pub async fn picture(&self, person: UserId, role: Role, id: AttachmentId) -> Result<Bytes> {
        let read = move |conn: &mut Conn| pictures::readable(conn, person, role, id);
        self.0.store.read(read).await?;
        self.0.shelf.whole(id).await
    }
}

async fn square_in_turn(bytes: Bytes) -> Result<Vec<u8>> {
    let format = check(&bytes)?;
    let waiting = WAITING.try_acquire().map_err(|_| Error::overloaded())?;
    let turn = TURNS.acquire().await.map_err(Error::internal)?;
    let work = move || {
        // They go with the work, which lasts also if nobody waits for it any more.
        let _held = (waiting, turn);
        square(&bytes, format)
    };
    let made = tokio::task::spawn_blocking(work).await;
    match made {
        Ok(Ok(square)) => Ok(square),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a picture was refused");
            Err(damaged())
        }
        // The decoder has met what it does not know; that is the picture's fault.
        Err(error) => {
            tracing::warn!(%error, "a picture could not be decoded");
            Err(damaged())
        }
    }
}

/// What it is by its content, if it is small enough to be decoded.
fn check(bytes: &[u8]) -> Result<ImageFormat> {
    if bytes.is_empty() {
        let detail = "Send the bytes of a picture: a PNG, a JPEG, a WebP or a GIF.";
        return Err(Error::new(Code::FileTypeNotAllowed, detail));
    }
    let format = match kind::of(bytes, true).as_ref() {
        "image/png" => ImageFormat::Png,
        "image/jpeg" => ImageFormat::Jpeg,
        "image/webp" => ImageFormat::WebP,
        "image/gif" => ImageFormat::Gif,
        _ => {
            let detail = "By its content this is none of the pictures that are taken here. Send a \
                          PNG, a JPEG, a WebP or a GIF.";
            return Err(Error::new(Code::FileTypeNotAllowed, detail));
        }
    };
    let size = kind::size(bytes).filter(|size| size.width > 0 && size.height > 0);
    let size = size.ok_or_else(damaged)?;
    let most = SIDE_MAX as usize;
    if size.width > most || size.height > most {
        let detail = format!(
            "The picture has {} x {} pixels; a side may have {most}. Make it smaller.",
            size.width, size.height
        );
        return Err(Error::new(Code::TooLarge, detail));
    }
    Ok(format)
}

/// What is told of a picture that has more bytes.
pub fn too_large() -> Error {
    let detail = format!(
        "The picture is too large: at most {PICTURE_BYTES_MAX} bytes are allowed. Make it smaller."
    );
    Error::new(Code::TooLarge, detail)
}

fn damaged() -> Error {
    let detail = "This picture is damaged: it cannot be read. Send another.";
    Error::new(Code::FileTypeNotAllowed, detail)
}

/// The middle of it, as it is meant to be held, on white. Blocks.
fn square(bytes: &[u8], format: ImageFormat) -> Result<Vec<u8>, ImageError> {
    let mut decoder = ImageReader::with_format(Cursor::new(bytes), format).into_decoder()?;
    let mut limits = image::Limits::no_limits();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    let held = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut whole = DynamicImage::from_decoder(decoder)?;
    let least = whole.width().min(whole.height());
    if least > SIDE {
        let scaled = |side: u32| (u64::from(side) * u64::from(SIDE) / u64::from(least)) as u32;
        let (width, height) = (scaled(whole.width()), scaled(whole.height()));
        whole = whole.thumbnail_exact(width.max(SIDE), height.max(SIDE));
    }
    let side = least.min(SIDE);
    let (left, top) = ((whole.width() - side) / 2, (whole.height() - side) / 2);
    let mut middle = whole.crop_imm(left, top, side, side);
    middle.apply_orientation(held);
    let mut encoded = Vec::new();
    on_white(&middle).write_with_encoder(JpegEncoder::new_with_quality(&mut encoded, QUALITY))?;
    Ok(encoded)
}

fn on_white(picture: &DynamicImage) -> RgbImage {
    let seen = picture.to_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, alpha] = seen.get_pixel(x, y).0;
        let alpha = u32::from(alpha);
        let over = |colour: u8| ((u32::from(colour) * alpha + 255 * (255 - alpha)) / 255) as u8;
        Rgb([over(red), over(green), over(blue)])
    })
}
