//! A file comes in: a little at a time, looked at as soon as its head is there, refused as soon
//! as it is known that it will be, and then nothing is left of it.

use actix_web::web::Bytes;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::{Stream, StreamExt};
use imagesize::ImageSize;
use tokio::time::{Instant, timeout, timeout_at};

use super::shelf::Writing;
use super::{Attachments, Limits, Uploader, kind, name};
use crate::error::{Code, Error, Result};
use crate::store::attachments::{Attachment, AttachmentView};
use crate::words::{AttachmentId, now};

/// How much of a file is looked at, and kept in memory for that.
const HEAD: usize = 64 * 1024;
/// How much of an image is looked at, if that does not tell its size: some carry much before it.
const LONG_HEAD: u64 = 1024 * 1024;

/// What a file is, by its head.
struct Look {
    kind: String,
    size: Option<ImageSize>,
}

/// What has come of a file.
struct Received {
    bytes: u64,
    look: Look,
}

impl Attachments {
    /// Takes in a file that a person sends. He can send it with a message then, once.
    pub async fn take_in(
        &self,
        who: Uploader,
        called: &str,
        mut contents: impl Stream<Item = Result<Bytes>> + Unpin,
    ) -> Result<AttachmentView> {
        let _turn = self.turn(who.id)?;
        self.check_room(who, 1).await?;
        let (id, called) = (AttachmentId::new(), name::clean(called));
        let mut writing = self.0.shelf.begin(id).await?;
        let received = receive(&mut writing, &self.limits(), &called, &mut contents).await;
        let received = match received {
            Ok(received) => received,
            Err(error) => {
                writing.give_up().await;
                return Err(error);
            }
        };
        writing.finish().await?;
        match self.keep(id, who, called, received).await {
            Ok(row) => Ok(AttachmentView::from(&row)),
            Err(error) => {
                // Its row, if there is one after all, is swept with the rest.
                if error.code != Code::Unavailable {
                    self.0.shelf.delete(id).await?;
                }
                Err(error)
            }
        }
    }

    /// Takes in a small file that came as text.
    pub async fn take_in_text(
        &self,
        who: Uploader,
        called: &str,
        base64: &str,
    ) -> Result<AttachmentView> {
        let most = self.limits().inline_bytes_max;
        // Four characters say three bytes.
        if base64.len() / 4 > most.div_ceil(3) {
            return Err(self.limits().too_large_inline());
        }
        let bytes = BASE64_STANDARD.decode(base64.trim()).map_err(|error| {
            let detail = format!("Give the file in base64, with padding: {error}.");
            Error::invalid("content", detail)
        })?;
        if bytes.len() > most {
            return Err(self.limits().too_large_inline());
        }
        let contents = std::future::ready(Ok(Bytes::from(bytes)));
        let contents = futures_util::stream::once(contents);
        let taken = self.take_in(who, called, contents).await;
        taken.map_err(|error| match error.fields.first() {
            // There is no form here.
            Some(wrong) if wrong.field == "file" => Error::invalid("content", wrong.detail.clone()),
            _ => error,
        })
    }

    async fn keep(
        &self,
        id: AttachmentId,
        who: Uploader,
        called: String,
        received: Received,
    ) -> Result<Attachment> {
        let Received { bytes, mut look } = received;
        if look.size.is_none() && kind::is_image(&look.kind) {
            let head = self.0.shelf.head(id, bytes.min(LONG_HEAD)).await?;
            look.size = Some(self.limits().measure(&look.kind, &head)?);
        }
        let size = look.size.as_ref();
        let row = Attachment {
            id,
            uploader_id: who.id,
            conversation_id: None,
            seq: None,
            name: called,
            media_type: look.kind,
            bytes: bytes as i64,
            // Both are small: their product is below `pixels_max`.
            width: size.map(|size| size.width as i32),
            height: size.map(|size| size.height as i32),
            created_at: now(),
        };
        self.enter(row, who).await
    }
}

/// Writes what comes, and looks at its head.
async fn receive(
    writing: &mut Writing,
    limits: &Limits,
    called: &str,
    contents: &mut (impl Stream<Item = Result<Bytes>> + Unpin),
) -> Result<Received> {
    let late = |_| {
        let detail = "The file took too long to arrive. Send it again over a better connection.";
        Error::new(Code::Timeout, detail)
    };
    let end = Instant::now() + limits.whole;
    let (mut head, mut look, mut bytes) = (Vec::new(), None, 0);
    loop {
        let next = timeout_at(end, timeout(limits.stall, contents.next())).await;
        let Some(part) = next.map_err(late)?.map_err(late)? else {
            break;
        };
        let part = part?;
        bytes += part.len() as u64;
        if bytes > limits.bytes_max {
            return Err(limits.too_large());
        }
        if look.is_none() {
            head.extend_from_slice(&part[..part.len().min(HEAD - head.len())]);
            if head.len() == HEAD {
                look = Some(limits.look(called, &head, false)?);
            }
        }
        writing.write(&part).await?;
    }
    if bytes == 0 {
        return Err(Error::invalid("file", "The file is empty. Choose another."));
    }
    let look = match look {
        Some(look) => look,
        None => limits.look(called, &head, true)?,
    };
    Ok(Received { bytes, look })
}

impl Limits {
    /// Looks at the head of a file: is it of a type that is taken, and is that what it is called?
    fn look(&self, called: &str, head: &[u8], whole: bool) -> Result<Look> {
        let kind = kind::of(head, whole).into_owned();
        let refused = |detail: String| Err(Error::new(Code::FileTypeNotAllowed, detail));
        if !self.types.contains(&kind) {
            if kind == kind::UNKNOWN && kind::is_foreign_text(head) {
                let detail = "This file looks like a text that is not in UTF-8. Save it as UTF-8 \
                              and send it again.";
                return refused(detail.into());
            }
            let all = self.types.iter().map(|kind| kind::usual_ending(kind));
            let all = all.collect::<Vec<_>>().join(", ");
            let what = match kind.as_str() {
                kind::UNKNOWN => "of no type that is known here".to_owned(),
                kind => format!("{kind}, which is not taken here"),
            };
            return refused(format!(
                "By its content this file is {what}. Send one of: {all}."
            ));
        }
        if let Err(ending) = kind::check_ending(called, &kind, head) {
            return refused(format!(
                "By its content this file is {kind}, but it is called {called:?}. Give it a name \
                 that ends with .{ending}."
            ));
        }
        let size = match kind::is_image(&kind) && (whole || kind::size(head).is_some()) {
            true => Some(self.measure(&kind, head)?),
            false => None,
        };
        Ok(Look { kind, size })
    }

    /// The size of an image, if it has one that screens can bear.
    fn measure(&self, kind: &str, head: &[u8]) -> Result<ImageSize> {
        let Some(size) = kind::size(head).filter(|size| size.width > 0 && size.height > 0) else {
            let detail = format!("This {kind} is damaged: its size cannot be read. Send another.");
            return Err(Error::new(Code::FileTypeNotAllowed, detail));
        };
        let (ImageSize { width, height }, most) = (size, self.pixels_max);
        if (width as u64).saturating_mul(height as u64) > most {
            let detail = format!(
                "The image is too large: it has {width} x {height} pixels, and at most {most} in \
                 all are allowed. Make it smaller."
            );
            return Err(Error::new(Code::TooLarge, detail));
        }
        Ok(size)
    }

    fn too_large_inline(&self) -> Error {
        let most = self.inline_bytes_max;
        let detail = format!(
            "The file is too large to come as text: at most {most} bytes are allowed. Send it to \
             POST /api/v1/attachments as multipart/form-data."
        );
        Error::new(Code::TooLarge, detail)
    }
}
