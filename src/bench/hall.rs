//! A house of any size at its busiest: every rep holds one and has room for no more, and so many
//! wait. Its people have no sockets; each rep listens at the hub, where a socket would.

use std::cell::RefCell;
use std::net::TcpListener;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::rt::task::JoinHandle;
use anyhow::{Context, ensure};
use rand::RngExt;
use tokio::sync::Notify;

use super::crowd::furnish;
use super::people::person;
use crate::access::Actor;
use crate::app::App;
use crate::desk::{Close, Open};
use crate::hub::{Note, Seat};
use crate::news::{Grown, News};
use crate::server::Server;
use crate::settings::Settings;
use crate::store::conversations;
use crate::store::users::User;
use crate::store::{Conn, bulk, queues};
use crate::words::{ClientId, ConversationId, EventKind, Priority, Role, Status};

/// How many customers open what is opened while it is measured, and wait from the start.
const CUSTOMERS: usize = 1_000;
/// How long what has begun may take to end.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is tried to empty a house.
const TRIES: u32 = 10;

/// An open hall.
pub struct Hall {
    server: Server,
    state: Rc<State>,
    listens: Vec<JoinHandle<()>>,
}

/// What its people know.
struct State {
    app: App,
    customers: Vec<Actor>,
    reps: Vec<Actor>,
    seen: RefCell<Vec<Seen>>,
    /// Reps who hold one that nobody closes yet.
    ready: RefCell<Vec<usize>>,
    more: Notify,
    waits: RefCell<Vec<Duration>>,
}

/// Where a rep stands.
#[derive(Clone, Copy, Default)]
struct Seen {
    holds: Option<ConversationId>,
    /// When the close was acknowledged, and when the next one was seen.
    freed: Option<Instant>,
    told: Option<Instant>,
}

impl Hall {
    /// Opens a node on a database without people and fills it.
    pub async fn open(settings: &Settings, waiting: usize, reps: usize) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(&settings.listen)?;
        let server = Server::start(settings.clone(), listener).await?;
        let app = server.app.clone();
        let used = app.store.read(|conn| Ok(bulk::anybody(conn)?)).await?;
        ensure!(
            !used,
            "there are people in this database; the bench wants an empty one"
        );
        let queue = app.store.read(|conn| Ok(queues::list(conn)?)).await?;
        let queue = queue.first().context("there is a first queue")?.id;
        let people = |role, count| (0..count).map(move |_| person(role)).collect::<Vec<User>>();
        let (customers, staff) = (people(Role::Customer, CUSTOMERS), people(Role::Rep, reps));
        let seats: Vec<Seat> = staff
            .iter()
            .map(|rep| app.hub.seat(rep.id, None, 1))
            .collect();
        for seat in &seats {
            app.hub.set_present(seat.id, true);
        }
        let sockets = seats.iter().zip(&staff);
        let sockets = sockets.map(|(seat, rep)| (seat.id, rep.id)).collect();
        let held = furnish(&app, queue, &customers, &staff, sockets, waiting).await?;
        app.desk.reconcile().await?;
        let state = Rc::new(State::new(app, &customers, &staff, held));
        let listen = |(rep, seat)| actix_web::rt::spawn(listen(state.clone(), rep, seat));
        let listens = seats.into_iter().enumerate().map(listen).collect();
        Ok(Self {
            server,
            state,
            listens,
        })
    }

    /// Everybody goes home, and nothing of them stays.
    pub async fn close(self) -> anyhow::Result<()> {
        let store = self.server.app.store.clone();
        for listens in self.listens {
            listens.abort();
        }
        self.server.stop().await;
        // So much may take longer than an answer may; then it is done all the same.
        let mut tries = 0;
        while let Err(error) = store.write(bulk::clear).await {
            tries += 1;
            ensure!(tries < TRIES, "the house cannot be emptied: {error}");
        }
        Ok(())
    }

    /// As many closes a second as come when so many at a time are asked for without a pause.
    pub async fn reachable(&self, at_once: usize, lasts: Duration) -> anyhow::Result<f64> {
        let begun = Instant::now();
        let mut busy = Vec::new();
        for _ in 0..at_once {
            let state = self.state.clone();
            busy.push(actix_web::rt::spawn(async move {
                while begun.elapsed() < lasts {
                    state.clone().turn().await;
                }
            }));
        }
        for one in busy {
            one.await.context("a turn has panicked")?;
        }
        self.settle(Vec::new()).await?;
        let closes = self.state.waits.take().len();
        Ok(closes as f64 / begun.elapsed().as_secs_f64())
    }

    /// From each close's acknowledgement until the next one is seen, at this rate, whatever they
    /// take.
    pub async fn measure(&self, per_second: f64, lasts: Duration) -> anyhow::Result<Vec<Duration>> {
        ensure!(
            per_second > 0.0,
            "nothing was closed while it was measured what can be reached"
        );
        let mut turns = Vec::new();
        let begun = tokio::time::Instant::now();
        for turn in 0.. {
            let due = Duration::from_secs_f64(f64::from(turn) / per_second);
            if due > lasts {
                break;
            }
            tokio::time::sleep_until(begun + due).await;
            turns.push(actix_web::rt::spawn(self.state.clone().turn()));
        }
        self.settle(turns).await?;
        Ok(self.state.waits.take())
    }

    /// Waits until these turns are over and every rep has something again.
    async fn settle(&self, turns: Vec<JoinHandle<()>>) -> anyhow::Result<()> {
        let all = async {
            for turn in turns {
                turn.await.context("a turn has panicked")?;
            }
            while self.state.ready.borrow().len() < self.state.reps.len() {
                self.state.more.notified().await;
            }
            Ok(())
        };
        let settled = tokio::time::timeout(PATIENCE, all).await;
        settled.context("some reps were given nothing for too long")?
    }
}

impl State {
    fn new(app: App, customers: &[User], staff: &[User], held: Vec<ConversationId>) -> Self {
        let actor = |user: &User| Actor::new(user.id, user.role);
        let seen = |id| Seen {
            holds: Some(id),
            ..Seen::default()
        };
        Self {
            app,
            customers: customers.iter().map(actor).collect(),
            reps: staff.iter().map(actor).collect(),
            ready: RefCell::new((0..held.len()).collect()),
            seen: RefCell::new(held.into_iter().map(seen).collect()),
            more: Notify::new(),
            waits: RefCell::default(),
        }
    }

    /// Somebody opens one, then a rep closes his and is given the next.
    async fn turn(self: Rc<Self>) {
        let customer = rand::random_range(0..self.customers.len());
        let open = Open {
            client_id: ClientId::new(),
            subject: String::new(),
            text: None,
            attachments: Vec::new(),
            queue: None,
            priority: Priority::Normal,
            leave_message: false,
        };
        let desk = &self.app.desk;
        if let Err(error) = desk.open(self.customers[customer].clone(), open).await {
            tracing::warn!(%error, "nobody opens");
        }
        let rep = loop {
            let ready = self.ready.borrow().len();
            if ready > 0 {
                let at = rand::rng().random_range(0..ready);
                break self.ready.borrow_mut().swap_remove(at);
            }
            self.more.notified().await;
        };
        let Some(holds) = self.seen.borrow()[rep].holds else {
            return;
        };
        let closed = desk.close(self.reps[rep].clone(), holds, Close::default());
        if let Err(error) = closed.await {
            tracing::warn!(%error, "a rep closes nothing");
            return self.is_ready(rep);
        }
        self.seen.borrow_mut()[rep].freed = Some(Instant::now());
        self.pair(rep);
    }

    /// A rep sees what he is given.
    fn tell(&self, rep: usize, conversation: ConversationId) {
        let mut seen = self.seen.borrow_mut();
        if seen[rep].holds == Some(conversation) {
            return;
        }
        seen[rep].holds = Some(conversation);
        seen[rep].told = Some(Instant::now());
        drop(seen);
        self.pair(rep);
    }

    /// Both have happened: that is one wait.
    fn pair(&self, rep: usize) {
        let mut seen = self.seen.borrow_mut();
        let (Some(freed), Some(told)) = (seen[rep].freed, seen[rep].told) else {
            return;
        };
        (seen[rep].freed, seen[rep].told) = (None, None);
        let wait = told.saturating_duration_since(freed);
        self.waits.borrow_mut().push(wait);
        self.is_ready(rep);
    }

    fn is_ready(&self, rep: usize) {
        self.ready.borrow_mut().push(rep);
        self.more.notify_waiters();
        self.more.notify_one();
    }

    fn hear(&self, rep: usize, grown: &Grown) {
        let assigned = |one: &crate::news::EventView| one.kind == EventKind::Assigned;
        if let Some(view) = &grown.view
            && grown.events.iter().any(assigned)
            && view.rep.as_ref().map(|rep| rep.id) == Some(self.reps[rep].id)
        {
            self.tell(rep, grown.conversation);
        }
    }

    /// What the mailbox had no room for.
    async fn catch_up(&self, rep: usize) {
        let id = self.reps[rep].id;
        let read = move |conn: &mut Conn| Ok(conversations::held_by(conn, id, Status::Active)?);
        let held = self.app.store.read(read).await.unwrap_or_default();
        if let Some(one) = held.first() {
            self.tell(rep, *one);
        }
    }
}

async fn listen(state: Rc<State>, rep: usize, mut seat: Seat) {
    loop {
        match seat.next().await {
            Note::News(news) => {
                if let News::Grown(grown) = &*news {
                    state.hear(rep, grown);
                }
            }
            Note::Check => state.catch_up(rep).await,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::growth::roomy;

    #[test]
    fn every_turn_is_waited_for_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        let settings = roomy(Settings {
            data_dir: folder.path().to_owned(),
            listen: "127.0.0.1:0".into(),
            ..Settings::default()
        });
        actix_web::rt::System::new().block_on(async {
            let hall = Hall::open(&settings, 5, 1).await.unwrap();
            // One rep has them all, one after the other: most are waiting for him at the end.
            let waits = hall.measure(1_000.0, Duration::from_millis(20)).await;
            assert_eq!(waits.unwrap().len(), 21);
            assert!(hall.measure(0.0, Duration::from_millis(20)).await.is_err());
            hall.close().await.unwrap();
        });
    }
}
