//! What waits for one socket: its news, whether it has missed some, and why it must end.
//!
//! It costs next to nothing while nothing waits, as for most of the sockets most of the time.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use super::{End, Note};

/// Pieces of news that may wait for one socket: with the hint's limit, at most 64 KiB.
pub const MAILBOX: usize = 32;
/// Pieces for which room is kept when none waits any more.
const KEPT: usize = 4;

/// A mailbox. One task listens to it, in whatever way.
#[derive(Default)]
pub struct Mailbox(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    notes: VecDeque<Note>,
    /// There was no room for something.
    behind: bool,
    end: Option<End>,
    /// Who listens, as long as it waits.
    listener: Option<Waker>,
}

impl Mailbox {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().expect("nothing panics under this lock")
    }

    /// Answers whether there was room for it.
    pub fn tell(&self, note: Note) -> bool {
        let mut inside = self.inside();
        let room = inside.notes.len() < MAILBOX;
        match room {
            true => inside.notes.push_back(note),
            false => inside.behind = true,
        }
        wake(inside);
        room
    }

    /// The first reason counts.
    pub fn end(&self, why: End) {
        let mut inside = self.inside();
        inside.end.get_or_insert(why);
        wake(inside);
    }

    /// Why the socket must end, if it must.
    pub fn ended(&self) -> Option<End> {
        self.inside().end
    }

    /// The next note if there is one. After a mailbox that overflowed, `Check`.
    pub fn next(&self) -> Option<Note> {
        self.inside().next()
    }

    pub fn poll_next(&self, context: &Context<'_>) -> Poll<Note> {
        let mut inside = self.inside();
        match inside.next() {
            Some(note) => Poll::Ready(note),
            None => inside.wait(context),
        }
    }

    pub fn poll_ended(&self, context: &Context<'_>) -> Poll<End> {
        let mut inside = self.inside();
        match inside.end {
            Some(why) => Poll::Ready(why),
            None => inside.wait(context),
        }
    }
}

impl Inside {
    fn next(&mut self) -> Option<Note> {
        let Some(note) = self.notes.pop_front() else {
            return std::mem::take(&mut self.behind).then_some(Note::Check);
        };
        if self.notes.is_empty() && self.notes.capacity() > KEPT {
            self.notes = VecDeque::new();
        }
        Some(note)
    }

    fn wait<T>(&mut self, context: &Context<'_>) -> Poll<T> {
        match &mut self.listener {
            Some(listener) => listener.clone_from(context.waker()),
            None => self.listener = Some(context.waker().clone()),
        }
        Poll::Pending
    }
}

/// Wakes who listens, once the mailbox is closed again.
fn wake(mut inside: MutexGuard<'_, Inside>) {
    let listener = inside.listener.take();
    drop(inside);
    if let Some(listener) = listener {
        listener.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::ConversationId;

    fn ended(seq: i64) -> Note {
        let conversation = ConversationId::new();
        Note::Ended { conversation, seq }
    }

    fn seq(note: Option<Note>) -> Option<i64> {
        match note {
            Some(Note::Ended { seq, .. }) => Some(seq),
            Some(Note::Check) => Some(-1),
            _ => None,
        }
    }

    #[test]
    fn what_overflows_is_asked_for_behind_what_did_not() {
        let mailbox = Mailbox::default();
        let most = MAILBOX as i64;
        assert!((0..most).all(|seq| mailbox.tell(ended(seq))));
        assert!(!mailbox.tell(ended(most)) && !mailbox.tell(ended(most)));
        for wanted in (0..most).chain([-1]) {
            assert_eq!(seq(mailbox.next()), Some(wanted));
        }
        assert!(mailbox.next().is_none(), "it is asked for once");
        assert!(mailbox.tell(ended(7)), "and there is room again");
        assert_eq!(seq(mailbox.next()), Some(7));
    }

    #[tokio::test]
    async fn who_listens_hears_of_news_and_of_the_end() {
        let mailbox = std::sync::Arc::new(Mailbox::default());
        let told = mailbox.clone();
        let listens = tokio::spawn(async move {
            let note = std::future::poll_fn(|context| told.poll_next(context)).await;
            let end = std::future::poll_fn(|context| told.poll_ended(context)).await;
            (seq(Some(note)), end)
        });
        tokio::task::yield_now().await;
        mailbox.tell(ended(1));
        tokio::task::yield_now().await;
        mailbox.end(End::Replaced);
        mailbox.end(End::Revoked);
        let limit = std::time::Duration::from_secs(10);
        let heard = tokio::time::timeout(limit, listens).await.unwrap().unwrap();
        assert_eq!(heard, (Some(1), End::Replaced), "the first reason counts");
    }
}
