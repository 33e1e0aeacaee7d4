//! A free slot and the next in line: how long from a close's acknowledgement until the socket of
//! the next customer is told.
//!
//! The line never empties: every customer opens again when his conversation is closed, and every
//! rep closes what he gets. At once, at first, so that the machine is the limit and the wait is
//! mostly that for a processor; then after a while, so that half of that is asked of it; then
//! after much longer, so that the machine is idle between two closes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::json;

use super::cost::{Cost, Reader};
use super::people::{self, Side};
use super::place::Place;
use crate::client::{Frame, Site, Socket};
use crate::store::checks::{self, Finding};
use crate::words::{ClientId, EventKind, Role, UserId};

/// What to measure.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Servers, all in this process. More than one needs PostgreSQL (settings database_url and
    /// redis_url).
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=8))]
    pub nodes: u16,
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=5_000))]
    customers: u16,
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=500))]
    reps: u16,
    /// How many conversations each rep holds.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=100))]
    capacity: u16,
    /// How long a rep serves a conversation in the last part, on average.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=60_000))]
    chat_ms: u64,
    /// How long each of the three parts is measured.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
}

impl Options {
    /// Conversations that are served at a time.
    pub fn slots(&self) -> usize {
        usize::from(self.reps) * usize::from(self.capacity)
    }

    /// Those who wait while all slots are taken.
    pub fn waiting(&self) -> usize {
        usize::from(self.customers).saturating_sub(self.slots())
    }

    /// What happens, in words.
    pub fn describe(&self) -> String {
        format!(
            "{} customers, {} reps of capacity {}, {} s each",
            self.customers, self.reps, self.capacity, self.seconds
        )
    }

    /// How long chats last so that half of `rate` assignments a second are asked for.
    fn half(&self, rate: f64) -> Duration {
        Duration::from_secs_f64(self.slots() as f64 * 2.0 / rate.max(1.0))
    }
}

/// What was measured.
pub struct Waits {
    /// With chats that are closed at once: the most that can be reached.
    pub busiest: Part,
    /// With chats so long that half of that is asked for.
    pub calmer: Part,
    /// With chats so long that the machine is idle most of the time.
    pub quiet: Part,
    pub findings: Vec<Finding>,
    pub cost: Cost,
}

/// What was seen while chats lasted so long.
pub struct Part {
    pub chat: Duration,
    pub slot_to_customer: Vec<Duration>,
    pub close: Vec<Duration>,
    pub assignments: usize,
    pub per_second: f64,
}

/// Starts the servers, lets the people work, and gathers the times.
pub async fn measure(place: &Place, options: &Options) -> anyhow::Result<Waits> {
    let servers = place.start().await?;
    let urls: Vec<String> = servers
        .iter()
        .map(|server| format!("http://{}", server.address))
        .collect();
    let app = &servers[0].app;
    let (mut customers, mut reps) = (Vec::new(), Vec::new());
    for _ in 0..options.customers {
        customers.push(people::add(app, Role::Customer, 0).await?);
    }
    for _ in 0..options.reps {
        reps.push(people::add(app, Role::Rep, options.capacity.into()).await?);
    }
    let mut reader = Reader::open(&place.settings).await?;
    let before = reader.read(&servers).await?;
    // The people have a thread of their own, as the servers have theirs.
    let (tell, told) = mpsc::channel();
    let options = options.clone();
    std::thread::spawn(move || {
        let work = work(urls, customers, reps, options);
        let _ = tell.send(actix_web::rt::System::new().block_on(work));
    });
    let times = loop {
        match told.try_recv() {
            Ok(times) => break times?,
            Err(mpsc::TryRecvError::Empty) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(mpsc::TryRecvError::Disconnected) => bail!("the people of the bench are gone"),
        }
    };
    let after = reader.read(&servers).await?;
    let findings = servers[0].app.store.read(checks::run).await?;
    for server in servers {
        server.stop().await;
    }
    let [busiest, calmer, quiet] = times;
    let assignments = busiest.assignments + calmer.assignments + quiet.assignments;
    Ok(Waits {
        cost: after.since(&before, assignments),
        busiest,
        calmer,
        quiet,
        findings,
    })
}

/// What the people share: how long chats last, and what they have seen, by rep.
#[derive(Default)]
struct Seen {
    chat: Duration,
    /// When a slot of his became free: the close's acknowledgement.
    freed: HashMap<UserId, Vec<Instant>>,
    /// When a customer was told that he has him.
    told: HashMap<UserId, Vec<Instant>>,
    /// When a close was acknowledged, and how long that took.
    close: Vec<(Instant, Duration)>,
}

impl Seen {
    /// A customer has just heard who serves him.
    fn tell(&mut self, rep: UserId) {
        self.told.entry(rep).or_default().push(Instant::now());
    }

    /// What began at `from` or later. Each rep has `capacity` slots.
    fn part(&self, from: Instant, capacity: usize) -> Part {
        let mut waits = Vec::new();
        for (rep, freed) in &self.freed {
            let told = self.told.get(rep).map(Vec::as_slice).unwrap_or_default();
            // The first so many assignments filled slots that were free from the start.
            let pairs = freed.iter().zip(told.iter().skip(capacity));
            let pairs = pairs.filter(|(freed, _)| **freed >= from);
            waits.extend(pairs.map(|(freed, told)| told.saturating_duration_since(*freed)));
        }
        let close = self.close.iter().filter(|(at, _)| *at >= from);
        let told = self.told.values().flatten().filter(|at| **at >= from);
        let assignments = told.count();
        Part {
            chat: self.chat,
            slot_to_customer: waits,
            close: close.map(|(_, took)| *took).collect(),
            assignments,
            per_second: assignments as f64 / from.elapsed().as_secs_f64(),
        }
    }
}

async fn work(
    urls: Vec<String>,
    customers: Vec<Side>,
    reps: Vec<Side>,
    options: Options,
) -> anyhow::Result<[Part; 3]> {
    let seen = Rc::new(RefCell::new(Seen::default()));
    let site = |turn: usize| Site::new(&urls[turn % urls.len()]);
    let mut tasks = Vec::new();
    for (turn, customer) in customers.into_iter().enumerate() {
        let socket = site(turn).socket(&customer.token, &HashMap::new()).await?;
        tasks.push(actix_web::rt::spawn(ask(
            site(turn),
            customer,
            socket,
            seen.clone(),
        )));
    }
    for (turn, rep) in reps.into_iter().enumerate() {
        // With two nodes, most pairs of rep and customer sit on different ones.
        let socket = site(turn + 1).socket(&rep.token, &HashMap::new()).await?;
        tasks.push(actix_web::rt::spawn(answer(rep, socket, seen.clone())));
    }
    let (lasts, capacity) = (
        Duration::from_secs(options.seconds),
        options.capacity.into(),
    );
    let measure = async |chat| {
        seen.borrow_mut().chat = chat;
        let from = Instant::now();
        tokio::time::sleep(lasts).await;
        seen.borrow().part(from, capacity)
    };
    let busiest = measure(Duration::ZERO).await;
    let calmer = measure(options.half(busiest.per_second)).await;
    let quiet = measure(Duration::from_millis(options.chat_ms)).await;
    for task in &tasks {
        task.abort();
    }
    for task in tasks {
        if let Ok(Err(error)) = task.await {
            return Err(error);
        }
    }
    Ok([busiest, calmer, quiet])
}

/// A customer: opens, is served, opens again.
async fn ask(
    site: Site,
    me: Side,
    mut socket: Socket,
    seen: Rc<RefCell<Seen>>,
) -> anyhow::Result<()> {
    loop {
        let body = json!({ "client_id": ClientId::new(), "text": "hello" });
        site.post("/conversations", Some(&me.token), &body).await?;
        let mut told = false;
        loop {
            match socket.hear().await? {
                Frame::Assigned { conversation } => {
                    let rep = conversation.rep.context("assigned to nobody")?;
                    seen.borrow_mut().tell(rep.id);
                    told = true;
                }
                Frame::Event { event, .. } if event.kind == EventKind::Closed => {
                    // Served and closed before he heard of either: he hears of both now.
                    if let Some(rep) = event.sender_id.filter(|_| !told) {
                        seen.borrow_mut().tell(rep);
                    }
                    break;
                }
                Frame::Error { code, message, .. } => bail!("{code}: {message}"),
                _ => {}
            }
        }
    }
}

/// A rep: closes what he gets after a while, between half of what chats last and one and a half.
async fn answer(me: Side, mut socket: Socket, seen: Rc<RefCell<Seen>>) -> anyhow::Result<()> {
    let mut asked = HashMap::new();
    let mut chats = FuturesUnordered::new();
    loop {
        let frame = tokio::select! {
            Some(id) = chats.next() => {
                asked.insert(id, Instant::now());
                socket.say(&json!({ "type": "close", "conversation": id })).await?;
                continue;
            }
            frame = socket.hear() => frame?,
        };
        match frame {
            Frame::Assigned { conversation } => {
                let lasts = seen.borrow().chat.mul_f64(rand::random_range(0.5..1.5));
                chats.push(async move {
                    if !lasts.is_zero() {
                        tokio::time::sleep(lasts).await;
                    }
                    conversation.id
                });
            }
            Frame::Ack {
                conversation: Some(id),
                ..
            } => {
                let now = Instant::now();
                let mut seen = seen.borrow_mut();
                seen.freed.entry(me.id).or_default().push(now);
                let took = asked.remove(&id).map(|asked| (now, now - asked));
                seen.close.extend(took);
            }
            Frame::Error { code, message, .. } => bail!("{code}: {message}"),
            _ => {}
        }
    }
}
