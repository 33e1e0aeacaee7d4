//! A free slot and the next in line: how long from a close's acknowledgement until the socket of
//! the next customer is told.
//!
//! The line never empties: every customer opens again when his conversation is closed, and every
//! rep closes what he gets, at once or after a while (`--chat-ms`).

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
    /// How long a rep serves a conversation, on average. 0 closes it at once: as many closes are
    /// then under way as there are slots, and the machine is the limit.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=60_000))]
    chat_ms: u64,
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
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
            "{} customers, {} reps of capacity {}, chats of {} ms, {} s",
            self.customers, self.reps, self.capacity, self.chat_ms, self.seconds
        )
    }
}

/// What was measured.
pub struct Waits {
    pub slot_to_customer: Vec<Duration>,
    pub close: Vec<Duration>,
    pub assignments: usize,
    pub findings: Vec<Finding>,
    pub cost: Cost,
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
    let (slot_to_customer, close, assignments) = times;
    let cost = after.since(&before, assignments);
    Ok(Waits {
        cost,
        slot_to_customer,
        close,
        assignments,
        findings,
    })
}

/// What the people have seen, by rep.
#[derive(Default)]
struct Seen {
    /// When a slot of his became free: the close's acknowledgement.
    freed: HashMap<UserId, Vec<Instant>>,
    /// When a customer was told that he has him.
    told: HashMap<UserId, Vec<Instant>>,
    close: Vec<Duration>,
}

type Times = (Vec<Duration>, Vec<Duration>, usize);

async fn work(
    urls: Vec<String>,
    customers: Vec<Side>,
    reps: Vec<Side>,
    options: Options,
) -> anyhow::Result<Times> {
    let chat = Duration::from_millis(options.chat_ms);
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
        tasks.push(actix_web::rt::spawn(answer(
            rep,
            socket,
            chat,
            seen.clone(),
        )));
    }
    tokio::time::sleep(Duration::from_secs(options.seconds)).await;
    for task in &tasks {
        task.abort();
    }
    let mut ended = 0;
    for task in tasks {
        match task.await {
            Ok(Err(error)) => return Err(error),
            _ => ended += 1,
        }
    }
    anyhow::ensure!(ended > 0, "nobody took part");
    let seen = seen.borrow();
    let mut waits = Vec::new();
    for (rep, freed) in &seen.freed {
        let told = seen.told.get(rep).map(Vec::as_slice).unwrap_or_default();
        // The first so many assignments filled slots that were free from the start.
        let pairs = freed.iter().zip(told.iter().skip(options.capacity.into()));
        waits.extend(pairs.map(|(freed, told)| told.saturating_duration_since(*freed)));
    }
    let assignments = seen.told.values().map(Vec::len).sum();
    Ok((waits, seen.close.clone(), assignments))
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
        loop {
            match socket.hear().await? {
                Frame::Assigned { conversation } => {
                    let rep = conversation.rep.context("assigned to nobody")?;
                    seen.borrow_mut()
                        .told
                        .entry(rep.id)
                        .or_default()
                        .push(Instant::now());
                }
                Frame::Event { event, .. } if event.kind == EventKind::Closed => break,
                Frame::Error { code, message, .. } => bail!("{code}: {message}"),
                _ => {}
            }
        }
    }
}

/// A rep: closes what he gets after a while, between half of `chat` and one and a half.
async fn answer(
    me: Side,
    mut socket: Socket,
    chat: Duration,
    seen: Rc<RefCell<Seen>>,
) -> anyhow::Result<()> {
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
                let lasts = chat.mul_f64(rand::random_range(0.5..1.5));
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
                seen.close
                    .extend(asked.remove(&id).map(|asked| now - asked));
            }
            Frame::Error { code, message, .. } => bail!("{code}: {message}"),
            _ => {}
        }
    }
}
