//! The generator's side of a talk: both ends of every conversation, each on a socket of its own,
//! and every message followed until both ends have it.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use anyhow::{Context, bail};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::plan::{Printer, Seen, Talk, Tally};
use crate::bench::couples::Couple;
use crate::bench::figures::Figures;
use crate::client::{Site, Socket};
use crate::words::{ClientId, ConversationId};

/// Sockets opened at a time.
const AT_ONCE: usize = 32;
/// How long the last messages may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);
/// What went wrong is told so many times.
const EXAMPLES: usize = 5;

/// A frame, as far as it is looked at.
#[derive(serde::Deserialize)]
struct Frame<'a> {
    #[serde(rename = "type")]
    what: &'a str,
    kind: Option<&'a str>,
    seq: Option<i64>,
    after: Option<i64>,
    client_id: Option<ClientId>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow)]
    message: Option<Cow<'a, str>>,
}

/// Where the bench stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    WarmUp,
    Measured,
    Over,
}

/// What all conversations share.
struct Room {
    plan: Talk,
    phase: Cell<Phase>,
    delivered: Cell<u64>,
    stored: Cell<u64>,
    times: RefCell<Vec<Duration>>,
    wrong: Cell<u64>,
    examples: RefCell<Vec<String>>,
}

impl Room {
    fn wrong(&self, says: String) {
        self.wrong.set(self.wrong.get() + 1);
        let mut examples = self.examples.borrow_mut();
        if examples.len() < EXAMPLES {
            examples.push(says);
        }
    }
}

/// A message on its way.
struct Flight {
    side: usize,
    since: Instant,
    acked: bool,
    /// Whether the customer and the rep have it.
    had: [bool; 2],
}

/// One end.
struct End {
    socket: Socket,
    cursor: i64,
    printer: Printer,
    /// Messages of this end that are not finished.
    under_way: usize,
}

/// Talks as planned; says `begin` and `end` around what is measured.
pub async fn talk(plan: Talk) -> anyhow::Result<Seen> {
    let room = Rc::new(Room {
        plan,
        phase: Cell::new(Phase::WarmUp),
        delivered: Cell::default(),
        stored: Cell::default(),
        times: RefCell::default(),
        wrong: Cell::default(),
        examples: RefCell::default(),
    });
    let plan = &room.plan;
    let opened = stream::iter(plan.couples.iter().enumerate())
        .map(|(turn, couple)| open(plan, turn, couple))
        .buffered(AT_ONCE);
    let opened: Vec<[End; 2]> = opened.try_collect().await?;
    let mut tasks = Vec::new();
    for (ends, couple) in opened.into_iter().zip(&plan.couples) {
        let pair = Pair {
            room: room.clone(),
            conversation: couple.conversation,
            ends,
            flights: HashMap::new(),
            sent: 0,
            acknowledged: 0,
            due: Instant::now(),
            turn: 0,
        };
        tasks.push(actix_web::rt::spawn(pair.run()));
    }
    tokio::time::sleep(plan.warm_up).await;
    println!("begin");
    let began = Instant::now();
    room.phase.set(Phase::Measured);
    tokio::time::sleep(plan.lasts).await;
    room.phase.set(Phase::Over);
    let seconds = began.elapsed().as_secs_f64();
    let (delivered, stored) = (room.delivered.get(), room.stored.get());
    println!("end");
    let mut tallies = Vec::new();
    for task in tasks {
        let ended = tokio::time::timeout(PATIENCE, task).await;
        let tally = ended.context("the last messages do not arrive")?;
        tallies.push(tally.context("a conversation of the bench broke off")??);
    }
    Ok(Seen {
        delivered,
        stored,
        seconds,
        end_to_end: Figures::of(&room.times.borrow()),
        tallies,
        wrong: room.wrong.get(),
        examples: room.examples.take(),
    })
}

/// Both sockets of a couple. With two nodes its ends sit on different ones.
async fn open(plan: &Talk, turn: usize, couple: &Couple) -> anyhow::Result<[End; 2]> {
    let end = async |side: usize| {
        let site = Site::new(&plan.urls[(turn + side) % plan.urls.len()]);
        let (token, conversation) = (&couple.tokens[side], couple.conversation);
        let cursor = match plan.from_seq {
            Some(seq) => seq,
            None => head(&site, token, conversation).await?,
        };
        let socket = match plan.bare {
            true => site.open(&format!("/room/{conversation}"), token).await?,
            false => {
                let resume = HashMap::from([(conversation, cursor)]);
                let mut socket = site.socket(token, &resume).await?;
                let ready = socket.hear_text().await?;
                let ready: Frame = serde_json::from_slice(&ready)?;
                if ready.what != "ready" {
                    bail!("not ready: {:?}", ready.message);
                }
                socket
            }
        };
        anyhow::Ok(End {
            socket,
            cursor,
            printer: Printer::default(),
            under_way: 0,
        })
    };
    Ok([end(0).await?, end(1).await?])
}

/// A `send` as text; the text in it needs no escapes.
pub fn send_frame(conversation: ConversationId, id: ClientId, text: &str) -> String {
    let head = format!(r#"{{"type":"send","conversation":"{conversation}","client_id":"{id}""#);
    format!(r#"{head},"text":"{text}"}}"#)
}

/// Where a conversation stands, by the server.
pub async fn head(site: &Site, token: &str, id: ConversationId) -> anyhow::Result<i64> {
    let view = site.get(&format!("/conversations/{id}"), token).await?;
    view["last_seq"]
        .as_i64()
        .context("a conversation has a last seq")
}

/// One conversation.
struct Pair {
    room: Rc<Room>,
    conversation: ConversationId,
    ends: [End; 2],
    flights: HashMap<ClientId, Flight>,
    sent: u64,
    acknowledged: u64,
    /// At a fixed rate: when the next message is to be sent, and whose turn it is.
    due: Instant,
    turn: usize,
}

impl Pair {
    async fn run(mut self) -> anyhow::Result<Tally> {
        let every = self.room.plan.rate.map(|rate| {
            let each = rate / self.room.plan.couples.len() as f64;
            Duration::from_secs_f64(1.0 / each)
        });
        // Not all at the same moment.
        self.due += every
            .unwrap_or_default()
            .mul_f64(rand::random_range(0.0..1.0));
        if every.is_none() {
            self.fill().await?;
        }
        while self.room.phase.get() != Phase::Over || !self.flights.is_empty() {
            let (due, [left, right]) = (self.due, &mut self.ends);
            let (side, text) = tokio::select! {
                text = left.socket.hear_text() => (0, text?),
                text = right.socket.hear_text() => (1, text?),
                () = tokio::time::sleep_until(due.into()), if every.is_some() => {
                    self.due += every.unwrap_or_default();
                    if self.room.phase.get() != Phase::Over {
                        self.turn = 1 - self.turn;
                        self.send(self.turn, due).await?;
                    }
                    continue;
                }
            };
            match self.room.plan.bare {
                true => self.hear_bare(side, &text)?,
                false => self.hear(side, &text)?,
            }
            if every.is_none() {
                self.fill().await?;
            }
        }
        Ok(Tally {
            conversation: self.conversation,
            sent: self.sent,
            acknowledged: self.acknowledged,
            sides: [0, 1].map(|side| self.ends[side].printer.print()),
        })
    }

    /// Each side has as much under way as it may.
    async fn fill(&mut self) -> anyhow::Result<()> {
        for side in [0, 1] {
            while self.ends[side].under_way < self.room.plan.under_way
                && self.room.phase.get() != Phase::Over
            {
                self.send(side, Instant::now()).await?;
            }
        }
        Ok(())
    }

    async fn send(&mut self, side: usize, since: Instant) -> anyhow::Result<()> {
        let id = ClientId::new();
        let (conversation, bytes) = (self.conversation, self.room.plan.bytes);
        let text = format!("{:x<bytes$}", format!("{}-{side} ", self.sent));
        let text = &text[..bytes];
        let frame = send_frame(conversation, id, text);
        self.sent += 1;
        let bare = self.room.plan.bare;
        let mut had = [false; 2];
        // The bare relay sends nothing back.
        had[side] = bare;
        let flight = Flight {
            side,
            since,
            acked: bare,
            had,
        };
        self.flights.insert(id, flight);
        self.ends[side].under_way += 1;
        self.ends[side].socket.say_text(frame).await
    }

    fn hear(&mut self, side: usize, text: &Bytes) -> anyhow::Result<()> {
        let frame: Frame = serde_json::from_slice(text)?;
        match frame.what {
            "event" => self.event(side, &frame),
            "ack" => {
                let Some(id) = frame.client_id else {
                    return Ok(());
                };
                self.acknowledged += 1;
                if self.room.phase.get() == Phase::Measured {
                    self.room.stored.set(self.room.stored.get() + 1);
                }
                match self.flights.get_mut(&id) {
                    Some(flight) => flight.acked = true,
                    None => self.room.wrong(format!("{id} was acknowledged again")),
                }
                self.land(id);
            }
            "error" | "gone" | "bye" => {
                bail!("a talk is disturbed: {} {:?}", frame.what, frame.message);
            }
            _ => {}
        }
        Ok(())
    }

    fn event(&mut self, side: usize, frame: &Frame) {
        let end = &mut self.ends[side];
        let seq = frame.seq.unwrap_or_default();
        if frame.after != Some(end.cursor) || seq != end.cursor + 1 {
            let (cursor, after, id) = (end.cursor, frame.after, self.conversation);
            self.room.wrong(format!(
                "{id}: seq {seq} after {after:?} where side {side} stood at {cursor}"
            ));
        }
        end.cursor = seq;
        let (Some("message"), Some(id)) = (frame.kind, frame.client_id) else {
            return;
        };
        end.printer
            .add(seq, id, frame.text.as_deref().unwrap_or_default());
        self.arrive(side, id);
    }

    fn hear_bare(&mut self, side: usize, text: &Bytes) -> anyhow::Result<()> {
        let frame: Frame = serde_json::from_slice(text)?;
        let id = frame.client_id.context("a frame that nobody sent")?;
        self.arrive(side, id);
        Ok(())
    }

    /// A message has reached an end.
    fn arrive(&mut self, side: usize, id: ClientId) {
        let Some(flight) = self.flights.get_mut(&id) else {
            self.room
                .wrong(format!("{id} came to side {side} once too often"));
            return;
        };
        if std::mem::replace(&mut flight.had[side], true) {
            self.room.wrong(format!("{id} came to side {side} twice"));
        }
        if side != flight.side && self.room.phase.get() == Phase::Measured {
            self.room.delivered.set(self.room.delivered.get() + 1);
            self.room.times.borrow_mut().push(flight.since.elapsed());
        }
        self.land(id);
    }

    /// A message that is acknowledged and that both ends have is finished.
    fn land(&mut self, id: ClientId) {
        let landed = |flight: &Flight| flight.acked && flight.had == [true, true];
        if self.flights.get(&id).is_some_and(landed)
            && let Some(flight) = self.flights.remove(&id)
        {
            self.ends[flight.side].under_way -= 1;
        }
    }
}
