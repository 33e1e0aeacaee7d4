//! Refuses a WebSocket frame by its announced length, before any of it is kept.
//!
//! The parser below us waits for a whole frame before it looks at its size limit, so a client
//! that announces two gigabytes would fill our memory. This walks the frame headers as the bytes
//! pass by.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::Stream;

/// Bytes of the longest header before the mask: two, and a length of eight.
const HEADER_MAX: usize = 10;
const MASK_BYTES: u64 = 4;
/// Pieces of one message. Empty ones add nothing to its size, so they are counted.
const PIECES_MAX: u32 = 1_024;

/// Follows frame headers through a stream of bytes cut anywhere.
struct Headers {
    most: u64,
    header: [u8; HEADER_MAX],
    have: usize,
    /// Bytes of the current frame's mask and payload still to pass.
    pass: u64,
    /// Pieces so far of a message that is not whole yet.
    pieces: u32,
}

impl Headers {
    fn new(most: u64) -> Self {
        Self {
            most,
            header: [0; HEADER_MAX],
            have: 0,
            pass: 0,
            pieces: 0,
        }
    }

    /// Whether every frame that begins in these bytes announces an allowed length.
    fn allow(&mut self, mut bytes: &[u8]) -> bool {
        while let Some((first, rest)) = bytes.split_first() {
            if self.pass > 0 {
                let skipped = self.pass.min(bytes.len() as u64);
                self.pass -= skipped;
                bytes = &bytes[skipped as usize..];
                continue;
            }
            self.header[self.have] = *first;
            self.have += 1;
            bytes = rest;
            let Some(length) = self.length() else {
                continue;
            };
            self.count_piece();
            if length > self.most || self.pieces > PIECES_MAX {
                return false;
            }
            let masked = self.header[1] & 0x80 != 0;
            self.pass = length + if masked { MASK_BYTES } else { 0 };
            self.have = 0;
        }
        true
    }

    fn count_piece(&mut self) {
        let (last, control) = (self.header[0] & 0x80 != 0, self.header[0] & 0x08 != 0);
        match (last, control) {
            (_, true) => {}
            (true, false) => self.pieces = 0,
            (false, false) => self.pieces += 1,
        }
    }

    /// The payload's length, once enough of the header is here.
    fn length(&self) -> Option<u64> {
        if self.have < 2 {
            return None;
        }
        let long = &self.header[2..];
        match self.header[1] & 0x7F {
            126 if self.have < 4 => None,
            126 => Some(u16::from_be_bytes([long[0], long[1]]).into()),
            127 if self.have < HEADER_MAX => None,
            127 => Some(u64::from_be_bytes(long.try_into().expect("eight bytes"))),
            short => Some(short.into()),
        }
    }
}

/// The guard around a request's payload.
pub struct FrameGuard<S> {
    inner: S,
    headers: Headers,
    tripped: Arc<AtomicBool>,
}

impl<S> FrameGuard<S> {
    /// `tripped` is set when a frame was refused, so that the socket can say why it closes.
    pub fn new(inner: S, most: usize, tripped: Arc<AtomicBool>) -> Self {
        Self {
            inner,
            headers: Headers::new(most as u64),
            tripped,
        }
    }
}

impl<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin> Stream for FrameGuard<S> {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.tripped.load(Ordering::Acquire) {
            return Poll::Ready(None);
        }
        match Pin::new(&mut self.inner).poll_next(context) {
            Poll::Ready(Some(Ok(bytes))) if !self.headers.allow(&bytes) => {
                self.tripped.store(true, Ordering::Release);
                Poll::Ready(Some(Err(PayloadError::Overflow)))
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A masked text frame that announces `length` and carries `carried` bytes.
    fn frame(length: u64, carried: usize) -> Vec<u8> {
        let mut bytes = vec![0x81];
        match length {
            0..=125 => bytes.push(0x80 | length as u8),
            126..=65_535 => {
                bytes.push(0x80 | 126);
                bytes.extend((length as u16).to_be_bytes());
            }
            _ => {
                bytes.push(0x80 | 127);
                bytes.extend(length.to_be_bytes());
            }
        }
        bytes.extend([1, 2, 3, 4]);
        bytes.extend(std::iter::repeat_n(0xFF, carried));
        bytes
    }

    #[test]
    fn lengths_up_to_the_limit_pass_however_they_are_cut() {
        for cut in [1, 2, 3, 7, 64, 100_000] {
            let mut headers = Headers::new(65_536);
            for length in [0, 1, 125, 126, 127, 65_535, 65_536, 5] {
                let bytes = frame(length, length as usize);
                assert!(
                    bytes.chunks(cut).all(|part| headers.allow(part)),
                    "{length} by {cut}"
                );
            }
        }
    }

    #[test]
    fn a_message_has_so_many_pieces_at_most() {
        let piece = |first: u8| [first, 0x80, 1, 2, 3, 4];
        let mut headers = Headers::new(65_536);
        for _ in 0..2 {
            assert!(headers.allow(&piece(0x01)));
            for _ in 1..PIECES_MAX {
                assert!(headers.allow(&piece(0x00)) && headers.allow(&piece(0x89)));
            }
            assert!(headers.allow(&piece(0x80)), "the last one begins anew");
        }
        assert!((0..PIECES_MAX).all(|_| headers.allow(&piece(0x00))));
        assert!(!headers.allow(&piece(0x00)));
    }

    #[test]
    fn a_longer_one_is_refused_from_its_header_alone() {
        for length in [65_537, 1 << 31, 1 << 63] {
            let bytes = frame(length, 0);
            let mut headers = Headers::new(65_536);
            assert!(headers.allow(&frame(3, 3)));
            let refused_at = bytes.iter().position(|byte| !headers.allow(&[*byte]));
            assert_eq!(refused_at, Some(HEADER_MAX - 1), "{length}");
        }
    }
}
