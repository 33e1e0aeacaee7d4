//! The house under stress: its nodes, its queues, its people, and who of them is there.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use actix_web::rt::task::JoinHandle;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::board::Board;
use super::tally::{Tally, Wrong};
use crate::access::Actor;
use crate::app::App;
use crate::bench::people::{insert_rep, person};
use crate::error::Result;
use crate::hub::{Note, Seat};
use crate::news::{Grown, News};
use crate::store::conversations::{self, ConversationView, Filter};
use crate::store::lists::{Cursor, Whose};
use crate::store::queues::{self, Policy, Queue};
use crate::store::{Conn, users};
use crate::words::{ConversationId, Mode, QueueId, Role, SocketId, Status, UserId, now};

const CUSTOMERS: usize = 200;
const REPS: usize = 24;

/// A rep, and where he is connected.
pub struct Rep {
    pub actor: Actor,
    pub serves: Vec<QueueId>,
    seat: RefCell<Option<Present>>,
    /// He is coming or going at this moment.
    moves: Cell<bool>,
}

struct Present {
    node: usize,
    socket: SocketId,
    listens: JoinHandle<()>,
}

pub struct House {
    pub apps: Vec<App>,
    pub queues: Vec<Queue>,
    pub customers: Vec<Actor>,
    pub reps: Vec<Rep>,
    pub admin: Actor,
    pub board: RefCell<Board>,
    pub tally: RefCell<Tally>,
}

impl House {
    /// Makes its queues and its people. Nobody is there yet.
    pub async fn furnish(apps: Vec<App>, seed: u64) -> Result<Rc<Self>> {
        let mut dice = StdRng::seed_from_u64(seed);
        let store = apps[0].store.clone();
        let first = store.read(|conn| Ok(queues::list(conn)?)).await?;
        let queues = queues_beside(first);
        let rows = queues.clone();
        let make = move |conn: &mut Conn| {
            for queue in &rows {
                queues::insert(conn, queue)?;
                queues::update(conn, queue)?;
            }
            Ok(())
        };
        store.write(make).await?;
        let people = |role, count| (0..count).map(move |_| person(role)).collect::<Vec<_>>();
        let customers = people(Role::Customer, CUSTOMERS);
        let (reps, admins) = (people(Role::Rep, REPS), people(Role::Admin, 1));
        let serves: Vec<Vec<QueueId>> = reps.iter().map(|_| some(&queues, &mut dice)).collect();
        let capacities: Vec<i32> = reps.iter().map(|_| dice.random_range(1..8)).collect();
        let everybody = [customers.clone(), reps.clone(), admins.clone()].concat();
        let staff: Vec<_> = reps
            .iter()
            .map(|user| user.id)
            .zip(serves.clone())
            .collect();
        let make = move |conn: &mut Conn| {
            for user in &everybody {
                users::insert(conn, user)?;
            }
            for ((rep, serves), capacity) in staff.iter().zip(&capacities) {
                insert_rep(conn, *rep, *capacity, serves.iter().copied())?;
            }
            Ok(())
        };
        store.write(make).await?;
        let actor = |user: &users::User| Actor::new(user.id, user.role);
        let rep = |(user, serves): (&users::User, Vec<QueueId>)| Rep {
            actor: actor(user),
            serves,
            seat: RefCell::new(None),
            moves: Cell::new(false),
        };
        Ok(Rc::new(Self {
            apps,
            queues,
            customers: customers.iter().map(actor).collect(),
            reps: reps.iter().zip(serves).map(rep).collect(),
            admin: actor(&admins[0]),
            board: RefCell::default(),
            tally: RefCell::new(Tally::new()),
        }))
    }

    /// The rep with this id.
    pub fn rep(&self, id: UserId) -> Option<&Rep> {
        self.reps.iter().find(|rep| rep.actor.id == id)
    }

    /// Any node.
    pub fn node(&self, dice: &mut StdRng) -> &App {
        &self.apps[dice.random_range(0..self.apps.len())]
    }

    /// Who serves this queue, by their places in `reps`.
    pub fn who_serve(&self, queue: QueueId) -> Vec<usize> {
        let all = self.reps.iter().enumerate();
        all.filter(|(_, rep)| rep.serves.contains(&queue))
            .map(|(at, _)| at)
            .collect()
    }

    /// How many assignments the nodes have counted.
    pub fn won(&self) -> u64 {
        self.apps.iter().map(|app| app.metrics.assigned.get()).sum()
    }

    /// Those, and the claims by hand that came too late or were not allowed.
    pub fn claims(&self) -> u64 {
        let (_, lost) = self.tally.borrow().of("claim");
        self.won() + lost
    }

    /// Takes in how a conversation is now.
    pub fn learn(&self, view: &ConversationView) {
        if let Some(says) = self.board.borrow_mut().learn(view) {
            self.tally.borrow_mut().wrong(Wrong::Twice, says);
        }
    }

    /// Takes in how the record has this one now.
    pub async fn look_up(&self, id: ConversationId) {
        let read = move |conn: &mut Conn| match conversations::find(conn, id)? {
            Some(row) => conversations::view(conn, row).map(Some),
            None => Ok(None),
        };
        if let Ok(Some(view)) = self.apps[0].store.read(read).await {
            self.learn(&view);
        }
    }

    /// All that is open, by the record.
    pub async fn open(&self) -> Result<Vec<ConversationView>> {
        let admin = self.admin.id;
        let read = move |conn: &mut Conn| {
            let mut all = Vec::new();
            let mut filter = Filter {
                open: true,
                limit: 500,
                ..Filter::default()
            };
            loop {
                let rows = conversations::list(conn, &Actor::new(admin, Role::Admin), &filter)?;
                let Some(last) = rows.last() else {
                    return Ok(all);
                };
                let id = last.id;
                filter.behind = Some(Cursor { at: None, id });
                all.extend(conversations::views(conn, rows)?);
            }
        };
        self.apps[0].store.read(read).await
    }

    /// Whether a rep is connected.
    pub fn is_there(&self, rep: usize) -> bool {
        self.reps[rep].seat.borrow().is_some()
    }

    /// A rep connects, unless he is connected.
    pub async fn arrive(self: &Rc<Self>, rep: usize, node: usize) -> Result<()> {
        let one = &self.reps[rep];
        if self.is_there(rep) || one.moves.replace(true) {
            return Ok(());
        }
        let app = &self.apps[node];
        let seat = app.hub.seat(one.actor.id, None, 1);
        let socket = seat.id;
        app.hub.set_present(socket, true);
        let listens = actix_web::rt::spawn(listen(self.clone(), rep, seat));
        *one.seat.borrow_mut() = Some(Present {
            node,
            socket,
            listens,
        });
        let arrived = app.desk.arrive(one.actor.id, socket).await;
        one.moves.set(false);
        arrived
    }

    /// A rep's connection closes, if he has one.
    pub async fn leave(&self, rep: usize) -> Result<()> {
        let one = &self.reps[rep];
        if one.moves.replace(true) {
            return Ok(());
        }
        let present = one.seat.borrow_mut().take();
        let left = match present {
            Some(present) => {
                present.listens.abort();
                let app = &self.apps[present.node];
                app.hub.set_present(present.socket, false);
                app.desk.leave(one.actor.id, present.socket).await
            }
            None => Ok(()),
        };
        one.moves.set(false);
        left
    }

    /// Nobody listens any more.
    pub fn close(&self) {
        for rep in &self.reps {
            if let Some(present) = rep.seat.borrow_mut().take() {
                present.listens.abort();
            }
        }
    }

    fn hear(&self, grown: &Grown) {
        for event in &grown.events {
            self.tally.borrow_mut().judge(event);
        }
        if let Some(view) = &grown.view {
            self.learn(view);
        }
    }

    /// What a rep's mailbox had no room for.
    async fn catch_up(&self, rep: UserId) {
        let filter = Filter {
            rep: Some(Whose::Rep(rep)),
            open: true,
            limit: 200,
            ..Filter::default()
        };
        let read = move |conn: &mut Conn| {
            let rows = conversations::list(conn, &Actor::new(rep, Role::Rep), &filter)?;
            conversations::views(conn, rows)
        };
        for view in self.apps[0].store.read(read).await.unwrap_or_default() {
            self.learn(&view);
        }
    }
}

/// A rep's socket hears what it is told, as a client would.
async fn listen(house: Rc<House>, rep: usize, mut seat: Seat) {
    let id = house.reps[rep].actor.id;
    loop {
        match seat.next().await {
            Note::News(news) => match &*news {
                News::Grown(grown) => house.hear(grown),
                News::Line { .. }
                | News::Rep(_)
                | News::Marked(_)
                | News::Typing(_)
                | News::SignedOut(_)
                | News::Settings => {}
            },
            Note::Check => house.catch_up(id).await,
            Note::Position { .. }
            | Note::Ended { .. }
            | Note::OnHands(_)
            | Note::Board(_)
            | Note::Hours { .. } => {}
        }
    }
}

/// One queue of every kind, with short times, beside the one that is there.
fn queues_beside(first: Vec<Queue>) -> Vec<Queue> {
    let quick = Policy {
        cooldown_ms: 300,
        ..Policy::default()
    };
    let queue = |name: &str, mode, policy| Queue {
        id: QueueId::new(),
        name: name.into(),
        name_key: users::fold(name),
        description: String::new(),
        position: 1,
        mode,
        waiting_max: 10_000,
        created_at: now(),
        policy,
    };
    let auto = first.into_iter().take(1).map(|queue| Queue {
        policy: quick.clone(),
        ..queue
    });
    let mut all: Vec<Queue> = auto.collect();
    let moves = Policy {
        prefer_ms: 500,
        wrap_ms: 400,
        fallback_queue_id: all.first().map(|queue| queue.id),
        fallback_after_ms: 4_000,
        ..quick.clone()
    };
    let offers = Policy {
        offer_ms: 1_000,
        first_reply_ms: Some(3_000),
        ..quick.clone()
    };
    all.push(queue("Moves on", Mode::Auto, moves));
    all.push(queue("Offers", Mode::Offer, offers));
    all.push(queue("By hand", Mode::Manual, quick));
    all
}

/// Some of the queues, at least one.
fn some(queues: &[Queue], dice: &mut StdRng) -> Vec<QueueId> {
    let sure = dice.random_range(0..queues.len());
    let taken = |at: usize, dice: &mut StdRng| at == sure || dice.random_bool(0.7);
    let all = queues.iter().enumerate();
    all.filter(|(at, _)| taken(*at, dice))
        .map(|(_, queue)| queue.id)
        .collect()
}

/// The statuses in which somebody holds a slot.
pub const HOLDING: [Status; 3] = [Status::Offered, Status::Active, Status::Wrapup];
