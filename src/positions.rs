//! Where waiting customers stand, how long that will probably take, and whether their queue is
//! open: told to the sockets of this node when it changes, at most once a second, and held against
//! what came true.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::error::Result;
use crate::eta::{Eta, Outlook, Paces};
use crate::hours::HoursNow;
use crate::hub::{Hub, Note};
use crate::metrics::Metrics;
use crate::store::pace::{self, House, Pace};
use crate::store::waiting::Stands;
use crate::store::{Conn, Store, conversations, schedules, waiting};
use crate::words::{ConversationId, Moment, QueueId, now};

/// How often at most positions are told.
const EVERY: Duration = Duration::from_secs(1);
/// The larger the house, the longer its reps take to read: so many at a time, with a rest for
/// others in between, and not again before so many times as long have passed, but in time.
const REPS: i64 = 250;
const REST: Duration = Duration::from_millis(20);
const RESTS: u32 = 100;
const REST_MAX: Duration = Duration::from_secs(10);
/// Up to which place positions are exact; whoever stands behind is told when he gets here.
pub const POSITIONS_MAX: i64 = 1_000;

/// What tells positions.
pub struct Positions {
    store: Store,
    hub: Hub,
    metrics: Metrics,
    paces: Paces,
    /// The house as it was read last, and until when that is good enough.
    house: Option<(Instant, Arc<House>)>,
    /// The hours of the queues, as they were told last.
    hours: HashMap<QueueId, HoursNow>,
    /// When the queues open or close next.
    turns: HashMap<QueueId, Moment>,
}

/// What was told last of a queue.
type Line = HashMap<ConversationId, Told>;

/// What a customer knows.
#[derive(Clone, Copy)]
struct Told {
    ahead: i64,
    /// Since when he stood there: who has been away in between has heard of something else.
    queued_at: Moment,
    outlook: Outlook,
    /// When: a range that has passed is told anew, from then on.
    at: Moment,
    /// The first range that he was told, and when: it is held against what comes true.
    promise: Option<(Moment, Eta)>,
}

/// A queue as it is now: who waits, and how fast it moves.
type Now = (Vec<Stands>, Pace);

impl Positions {
    /// Reads which queues are open, to be compared with from now on.
    pub async fn begin(store: &Store, hub: &Hub, metrics: &Metrics, paces: &Paces) -> Result<Self> {
        let mut new = Self {
            store: store.clone(),
            hub: hub.clone(),
            metrics: metrics.clone(),
            paces: paces.clone(),
            house: None,
            hours: HashMap::new(),
            turns: HashMap::new(),
        };
        let read = |conn: &mut Conn| schedules::now_of_all(conn, now());
        for one in new.store.read(read).await? {
            new.hours.insert(one.queue, one.hours);
            new.expect(one.queue, Some(one.hours));
        }
        Ok(new)
    }

    /// Has a queue looked at in the moment in which it opens or closes.
    fn expect(&mut self, queue: QueueId, hours: Option<HoursNow>) {
        match hours.and_then(|hours| hours.until()) {
            Some(turn) => self.turns.insert(queue, turn),
            None => self.turns.remove(&queue),
        };
    }

    /// Waits until a queue opens or closes.
    async fn turn(&mut self) -> QueueId {
        let next = self.turns.iter().min_by_key(|(_, turn)| **turn);
        let Some((&queue, &turn)) = next else {
            return std::future::pending().await;
        };
        let rest = u64::try_from(turn - now()).unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(rest)).await;
        self.turns.remove(&queue);
        queue
    }

    /// Tells for ever. `lines` brings the queues whose line has changed.
    pub async fn tell(mut self, mut lines: mpsc::UnboundedReceiver<QueueId>) {
        let mut changed: HashSet<QueueId> = HashSet::new();
        let mut told = Instant::now() - EVERY;
        let mut known: HashMap<QueueId, Line> = HashMap::new();
        loop {
            let queue = tokio::select! {
                line = lines.recv() => line,
                queue = self.turn() => Some(queue),
            };
            let Some(queue) = queue else { return };
            changed.insert(queue);
            tokio::time::sleep_until(told + EVERY).await;
            while let Ok(queue) = lines.try_recv() {
                changed.insert(queue);
            }
            told = Instant::now();
            if self.hub.count() == 0 {
                changed.clear();
                known.clear();
                continue;
            }
            for queue in changed.drain() {
                if let Err(error) = self.look(queue, known.entry(queue).or_default()).await {
                    tracing::warn!(%error, "positions could not be read");
                }
            }
        }
    }

    /// The house, read a moment ago.
    async fn house(&mut self) -> Result<Arc<House>> {
        if let Some((until, house)) = &self.house
            && Instant::now() < *until
        {
            return Ok(house.clone());
        }
        let (mut house, mut after, mut took) = (House::default(), None, Duration::ZERO);
        loop {
            let begun = Instant::now();
            let read = move |conn: &mut Conn| pace::serving_after(conn, after, REPS);
            let (reps, next) = self.store.read(read).await?;
            took += begun.elapsed();
            house.add(reps);
            if next.is_none() {
                break;
            }
            after = next;
            tokio::time::sleep(REST).await;
        }
        if house.shares() {
            let begun = Instant::now();
            house.set_waiting(self.store.read(pace::waiting).await?);
            took += begun.elapsed();
        }
        let house = Arc::new(house);
        let until = Instant::now() + REST_MAX.min(took * RESTS);
        self.house = Some((until, house.clone()));
        Ok(house)
    }

    async fn look(&mut self, queue: QueueId, known: &mut Line) -> Result<()> {
        let house = self.house().await?;
        let read = move |conn: &mut Conn| -> Result<Now> {
            let line = waiting::line(conn, queue, POSITIONS_MAX)?;
            Ok((line, pace::of(conn, &house, queue, now())?))
        };
        let (line, pace) = self.store.read(read).await?;
        self.paces.set(queue, pace);
        self.tell_hours(queue, pace.hours);
        let mut next = Line::with_capacity(line.len());
        for (stands, ahead) in line.into_iter().zip(0..) {
            let told = self.tell_one(stands, ahead, &pace, known.remove(&stands.0));
            next.insert(stands.0, told);
        }
        // Who stands there no more has been served, or has given up.
        let promised = known
            .iter()
            .filter_map(|(id, told)| Some((*id, told.promise?)));
        let promised: HashMap<ConversationId, (Moment, Eta)> = promised.collect();
        *known = next;
        self.score(promised).await
    }

    /// Tells everybody who is here that a queue is open or closed, if that is news.
    fn tell_hours(&mut self, queue: QueueId, hours: Option<HoursNow>) {
        self.expect(queue, hours);
        let before = match hours {
            Some(hours) => self.hours.insert(queue, hours),
            None => self.hours.remove(&queue),
        };
        if before != hours {
            self.hub.tell_all(&Note::Hours { queue, hours });
        }
    }

    fn tell_one(
        &self,
        (conversation, customer, queued_at): Stands,
        ahead: i64,
        pace: &Pace,
        before: Option<Told>,
    ) -> Told {
        let outlook = Outlook::at(pace, ahead);
        let passed = |told: Told| {
            let eta = told.outlook.eta;
            eta.is_some_and(|eta| told.at + eta.to_ms < now())
        };
        let there = |told: Told| told.ahead == ahead && told.queued_at == queued_at;
        let there = |told: Told| there(told) && !outlook.differs(&told.outlook);
        let same = before.is_some_and(|told| there(told) && !passed(told));
        // Whoever has just come was told where he stands when he said hello.
        let here = match same {
            true => self.hub.is_here(customer),
            false => {
                let note = Note::Position {
                    conversation,
                    ahead,
                    outlook,
                };
                self.hub.tell(customer, note)
            }
        };
        let mut told = before.filter(|_| same).unwrap_or(Told {
            ahead,
            queued_at,
            outlook,
            at: now(),
            promise: before.and_then(|told| told.promise),
        });
        if pace.is_closed() {
            // Whatever he was told before, nobody serves him in that time now.
            told.promise = None;
        }
        if let (None, Some(eta), true) = (told.promise, told.outlook.eta, here) {
            told.promise = Some((now(), eta));
            self.metrics.eta_promised.inc();
        }
        told
    }

    /// Holds what was said against how long those who were served have really waited.
    async fn score(&self, promised: HashMap<ConversationId, (Moment, Eta)>) -> Result<()> {
        if promised.is_empty() {
            return Ok(());
        }
        let ids: Vec<ConversationId> = promised.keys().copied().collect();
        let read = move |conn: &mut Conn| Ok(conversations::assigned_at(conn, &ids)?);
        for (id, assigned_at) in self.store.read(read).await? {
            let (Some((said_at, eta)), Some(at)) = (promised.get(&id), assigned_at) else {
                continue;
            };
            if at >= *said_at {
                self.metrics.score_eta(eta.covers(at - said_at));
            }
        }
        Ok(())
    }
}
