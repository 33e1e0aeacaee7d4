//! The sockets that are open on this node, and what each is told.
//!
//! Every socket has a small mailbox. When it is full the news is dropped and the socket marked as
//! behind: it then asks the database, so a slow reader costs little and loses nothing.

mod following;
mod mailbox;

use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};

use crate::eta::Outlook;
use crate::hours::HoursNow;
use crate::news::News;
use crate::store::board::Board;
use crate::store::mine::Stand;
use crate::words::{ConversationId, QueueId, SessionId, SocketId, UserId};
use following::Following;
use mailbox::Mailbox;

/// What a socket is told.
#[derive(Debug, Clone)]
pub enum Note {
    News(Arc<News>),
    /// So many stand ahead of this waiting conversation, and what its customer may expect.
    Position {
        conversation: ConversationId,
        ahead: i64,
        outlook: Outlook,
    },
    /// A queue has opened or closed, or its hours are others. None: it is always open now.
    Hours {
        queue: QueueId,
        hours: Option<HoursNow>,
    },
    /// This conversation has ended at this seq; whoever knows it may have missed that.
    Ended {
        conversation: ConversationId,
        seq: i64,
    },
    /// What its person has on his hands by the record; whose client knows another thing has missed
    /// something.
    OnHands(Arc<Vec<Stand>>),
    /// The live line, for who watches it.
    Board(Arc<Board>),
    /// Compare with the database: something may have been missed.
    Check,
}

/// Why a socket must end, told beside the mailbox so that it cannot wait behind anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The node is going down; come back after so many ms.
    Restart { reconnect_in_ms: u64 },
    /// The same person has opened too many; this was the oldest.
    Replaced,
    /// The login behind it has ended.
    Revoked,
}

/// The hub's side of a socket.
struct Entry {
    id: SocketId,
    session: Option<SessionId>,
    mailbox: Arc<Mailbox>,
}

/// Whether a socket watches the live line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Watching {
    /// It has just begun to, and has not seen it yet.
    New,
    Yes,
}

/// The socket's side: its mailbox, and its place in the hub until it is dropped.
pub struct Seat {
    pub id: SocketId,
    user: UserId,
    mailbox: Arc<Mailbox>,
    hub: Hub,
}

impl Seat {
    /// The next note. After a mailbox that overflowed, `Check`.
    pub async fn next(&mut self) -> Note {
        poll_fn(|context| self.mailbox.poll_next(context)).await
    }

    /// The same if there is one already.
    pub fn next_waiting(&mut self) -> Option<Note> {
        self.mailbox.next()
    }

    /// What tells when the socket must end, to the task that listens to its news.
    pub fn farewell(&self) -> Farewell {
        Farewell(self.mailbox.clone())
    }
}

/// Tells when a socket must end, beside its news.
pub struct Farewell(Arc<Mailbox>);

impl Farewell {
    /// Why the socket must end, if it must already: nothing more is heard of its client, and
    /// nothing but answers told to him.
    pub fn due(&self) -> Option<End> {
        self.0.ended()
    }

    pub fn is_due(&self) -> bool {
        self.due().is_some()
    }

    /// Waits until the socket must end.
    pub async fn ended(&self) -> End {
        poll_fn(|context| self.0.poll_ended(context)).await
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub.remove(self.user, self.id);
    }
}

#[derive(Default)]
struct People {
    sockets: HashMap<UserId, Vec<Entry>>,
    /// Open sockets, and whether each makes a rep present.
    open: HashMap<SocketId, (UserId, bool)>,
    watching: HashMap<SocketId, Watching>,
    following: Following,
}

/// All sockets of this node. Cheap to clone.
#[derive(Clone, Default)]
pub struct Hub {
    people: Arc<RwLock<People>>,
    /// Set while no new sockets are wanted.
    closing: Arc<AtomicBool>,
}

impl Hub {
    /// Seats a new socket. If its person has too many, the oldest is told to go.
    pub fn seat(&self, user: UserId, session: Option<SessionId>, most: usize) -> Seat {
        let (id, mailbox) = (SocketId::new(), Arc::new(Mailbox::default()));
        let entry = Entry {
            id,
            session,
            mailbox: mailbox.clone(),
        };
        let mut people = self.people.write().expect("nothing panics under this lock");
        people.open.insert(id, (user, false));
        let sockets = people.sockets.entry(user).or_default();
        // Most people have one.
        sockets.reserve_exact(1);
        if let Some(oldest) = sockets.len().checked_sub(most) {
            sockets[..=oldest]
                .iter()
                .for_each(|one| one.mailbox.end(End::Replaced));
        }
        if self.is_closing() {
            // It came in between: those that were there have been told already.
            entry.mailbox.end(End::Restart { reconnect_in_ms: 0 });
        }
        sockets.push(entry);
        drop(people);
        Seat {
            id,
            user,
            mailbox,
            hub: self.clone(),
        }
    }

    fn remove(&self, user: UserId, id: SocketId) {
        let mut people = self.people.write().expect("nothing panics under this lock");
        people.open.remove(&id);
        people.watching.remove(&id);
        if let Some(sockets) = people.sockets.get_mut(&user) {
            sockets.retain(|one| one.id != id);
            if sockets.is_empty() {
                people.sockets.remove(&user);
                people.following.forget(user);
            }
        }
    }

    /// Hands news to whom it concerns here.
    pub fn deliver(&self, news: News) {
        if let News::Grown(grown) = &news {
            // Before the next is said there, and not when his socket comes to it.
            for event in &grown.events {
                if let Some((user, on)) = event.joins() {
                    self.follow(user, grown.conversation, on, event.seq);
                }
            }
        }
        let news = Arc::new(news);
        let people = self.people.read().expect("nothing panics under this lock");
        let tell = |user: &UserId| {
            for socket in people.sockets.get(user).into_iter().flatten() {
                socket.mailbox.tell(Note::News(news.clone()));
            }
        };
        match &*news {
            News::Grown(grown) => {
                grown.audience.iter().for_each(tell);
                let more = people.following.of(grown.conversation);
                more.filter(|user| !grown.audience.contains(user))
                    .for_each(tell);
            }
            News::Rep(rep) => tell(&rep.id),
            News::Marked(marked) => marked.audience.iter().for_each(tell),
            News::Typing(typing) => typing.audience.iter().for_each(tell),
            News::SignedOut(out) => {
                let sockets = people.sockets.get(&out.user).into_iter().flatten();
                let theirs = |one: &&Entry| one.session.is_some_and(|id| out.which.has(id));
                sockets
                    .filter(theirs)
                    .for_each(|one| one.mailbox.end(End::Revoked));
            }
            News::Line { .. } | News::Settings => {}
        }
    }

    /// Has somebody with a socket here told of a conversation he has joined, or not any more: so it
    /// stands in its log as of this seq.
    pub fn follow(&self, user: UserId, conversation: ConversationId, on: bool, seq: i64) {
        let mut people = self.people.write().expect("nothing panics under this lock");
        if people.sockets.contains_key(&user) {
            people.following.set(user, conversation, on, seq);
        }
    }

    /// Tells the sockets of one person; answers whether there are any.
    pub fn tell(&self, user: UserId, note: Note) -> bool {
        let people = self.people.read().expect("nothing panics under this lock");
        let sockets = people.sockets.get(&user);
        let sockets = sockets.into_iter().flatten();
        let mut any = false;
        for socket in sockets {
            socket.mailbox.tell(note.clone());
            any = true;
        }
        any
    }

    /// Has a socket watch the live line from now on, or not any more.
    pub fn watch(&self, id: SocketId, on: bool) {
        let mut people = self.people.write().expect("nothing panics under this lock");
        if on {
            people.watching.insert(id, Watching::New);
        } else {
            people.watching.remove(&id);
        }
    }

    /// Whether anybody watches the live line here.
    pub fn is_watched(&self) -> bool {
        let people = self.people.read().expect("nothing panics under this lock");
        !people.watching.is_empty()
    }

    /// Shows the live line to who watches it: to all if it has changed, else to who is new.
    pub fn show(&self, board: Note, changed: bool) {
        let mut people = self.people.write().expect("nothing panics under this lock");
        let People {
            sockets, watching, ..
        } = &mut *people;
        for socket in sockets.values().flatten() {
            if let Some(watching) = watching.get_mut(&socket.id)
                && (changed || *watching == Watching::New)
            {
                // Who has no room for it now is shown it the next time.
                *watching = match socket.mailbox.tell(board.clone()) {
                    true => Watching::Yes,
                    false => Watching::New,
                };
            }
        }
    }

    /// Whether this person has a socket here.
    pub fn is_here(&self, user: UserId) -> bool {
        let people = self.people.read().expect("nothing panics under this lock");
        people.sockets.contains_key(&user)
    }

    /// Tells every socket to compare itself with the database.
    pub fn check_all(&self) {
        self.tell_all(&Note::Check);
    }

    /// Tells every socket.
    pub fn tell_all(&self, note: &Note) {
        let people = self.people.read().expect("nothing panics under this lock");
        people.sockets.values().flatten().for_each(|one| {
            one.mailbox.tell(note.clone());
        });
    }

    /// Ends every socket, spreading their return over `spread_ms`, and lets no new one in.
    pub fn close(&self, spread_ms: u64) {
        self.closing.store(true, Ordering::Release);
        let people = self.people.read().expect("nothing panics under this lock");
        for socket in people.sockets.values().flatten() {
            let reconnect_in_ms = rand::random_range(0..=spread_ms);
            socket.mailbox.end(End::Restart { reconnect_in_ms });
        }
    }

    /// Whether this node is going down.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Ends the sockets of these logins.
    pub fn end_sessions(&self, ended: &HashSet<SessionId>) {
        let people = self.people.read().expect("nothing panics under this lock");
        let sockets = people.sockets.values().flatten();
        let theirs = |one: &&Entry| one.session.is_some_and(|session| ended.contains(&session));
        sockets
            .filter(theirs)
            .for_each(|one| one.mailbox.end(End::Revoked));
    }

    /// The logins that have sockets here.
    pub fn sessions(&self) -> Vec<SessionId> {
        let people = self.people.read().expect("nothing panics under this lock");
        let all: HashSet<SessionId> = people
            .sockets
            .values()
            .flatten()
            .filter_map(|one| one.session)
            .collect();
        all.into_iter().collect()
    }

    /// The people who have sockets here.
    pub fn people(&self) -> Vec<UserId> {
        let people = self.people.read().expect("nothing panics under this lock");
        people.sockets.keys().copied().collect()
    }

    /// The people here from whom something may be taken: reps, and who has joined something.
    pub fn may_lose(&self) -> HashSet<UserId> {
        let people = self.people.read().expect("nothing panics under this lock");
        let present = people.open.values().filter(|(_, present)| *present);
        present
            .map(|(user, _)| user)
            .chain(people.following.people())
            .copied()
            .collect()
    }

    /// How many sockets are open here.
    pub fn count(&self) -> usize {
        let people = self.people.read().expect("nothing panics under this lock");
        people.open.len()
    }

    /// A rep's socket that counts as his presence, from now on until it is dropped.
    pub fn set_present(&self, id: SocketId, present: bool) {
        let mut people = self.people.write().expect("nothing panics under this lock");
        if let Some((_, marked)) = people.open.get_mut(&id) {
            *marked = present;
        }
    }

    /// The sockets that are open here.
    pub fn sockets(&self) -> HashSet<SocketId> {
        let people = self.people.read().expect("nothing panics under this lock");
        people.open.keys().copied().collect()
    }

    /// The sockets that make reps present here, and whose they are.
    pub fn rep_sockets(&self) -> Vec<(SocketId, UserId)> {
        let people = self.people.read().expect("nothing panics under this lock");
        let present = people.open.iter().filter(|(_, (_, present))| *present);
        present.map(|(id, (user, _))| (*id, *user)).collect()
    }
}
