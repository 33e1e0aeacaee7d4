//! The line and the record, compared part by part, and what differs is mended.
//!
//! All at once would take a processor, the database and the line from those who are being served,
//! the longer the more wait. So a few hundred rows are compared at a time, and the others have
//! their turn in between: first what the record has and the line lacks, then what the line holds
//! although it is not open.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::Desk;
use super::live_line::Unfilled;
use crate::dispatch::{
    COOLING_MAX, ConversationFact, Cursor, Eligibility, Facts, Ids, RepFact, Snapshot, Standing,
};
use crate::error::Result;
use crate::metrics::Metrics;
use crate::store::{Conn, line};
use crate::words::{ConversationId, Moment, UserId, now};

/// Rows of each kind that are compared at a time.
const PART: usize = 250;
/// Conversations that are read by id at a time: those cost more.
const FEW: usize = 50;
/// How long the others have their turn between two parts.
pub(super) const REST: Duration = Duration::from_millis(20);

impl Desk {
    /// Compares all of the line with the record once and mends what differs, with so long a rest
    /// between two parts. False: the line is not filled.
    pub(super) async fn compare(&self, rest: Duration) -> Result<bool> {
        let Some(open) = self.tell_what_lacks(rest).await? else {
            return Ok(false);
        };
        self.reconsider_the_rest(&open, rest).await
    }

    /// Answers the ids of all that are open, sorted.
    async fn tell_what_lacks(&self, rest: Duration) -> Result<Option<Vec<ConversationId>>> {
        let (mut tally, mut open, mut mark) = (Tally::default(), Vec::new(), line::Mark::default());
        loop {
            let read = move |conn: &mut Conn| line::next(conn, mark, PART as i64);
            let facts = self.0.store.read(read).await?;
            tally.add(&facts);
            open.extend(facts.conversations.iter().map(|one| one.id));
            mark = mark.behind(&facts);
            let more = facts.conversations.len() == PART || facts.reps.len() == PART;
            if self.mend(facts).await.is_err() {
                return Ok(None);
            }
            if !more {
                tally.show(&self.0.metrics);
                return Ok(Some(open));
            }
            pause(rest).await;
        }
    }

    /// Tells the line what of these it does not hold yet.
    async fn mend(&self, facts: Facts) -> Result<(), Unfilled> {
        let held = self.0.line.held(Ids::of(&facts)).await?;
        self.repair(news(facts, &held)).await
    }

    async fn repair(&self, news: Facts) -> Result<(), Unfilled> {
        if news != Facts::default() {
            let step = self.0.line.put(news, now()).await?;
            self.0.metrics.repairs.inc_by(step.changed as u64);
            self.settle_all(step).await;
        }
        Ok(())
    }

    /// Reads again, one by one, what the line holds and was not among the open ones: it may have
    /// been opened after those were read.
    async fn reconsider_the_rest(&self, open: &[ConversationId], rest: Duration) -> Result<bool> {
        let mut cursor = Cursor::default();
        loop {
            let Ok((ids, next)) = self.0.line.ids(cursor).await else {
                return Ok(false);
            };
            let strange = ids.into_iter().filter(|id| open.binary_search(id).is_err());
            for strange in strange.collect::<Vec<_>>().chunks(FEW) {
                if !self.reconsider(strange.to_vec()).await? {
                    return Ok(false);
                }
                pause(rest).await;
            }
            let Some(next) = next else {
                return Ok(true);
            };
            cursor = next;
            pause(rest).await;
        }
    }

    async fn reconsider(&self, strange: Vec<ConversationId>) -> Result<bool> {
        let ids = strange.clone();
        let read = move |conn: &mut Conn| line::conversations(conn, &ids);
        let conversations = self.0.store.read(read).await?;
        let ids = Ids {
            conversations: strange,
            ..Ids::default()
        };
        let Ok(held) = self.0.line.held(ids).await else {
            return Ok(false);
        };
        // What SQL does not know cannot be served: the line forgets it.
        let known: HashSet<_> = conversations.iter().map(|one| one.id).collect();
        let unknown = |one: &&ConversationFact| !known.contains(&one.id);
        let unknown: Vec<_> = held
            .conversations
            .iter()
            .map(|one| &one.fact)
            .filter(unknown)
            .map(|held| ConversationFact {
                version: held.version + 1,
                standing: Standing::Gone,
                ..held.clone()
            })
            .collect();
        let facts = Facts {
            conversations,
            ..Facts::default()
        };
        let mut news = news(facts, &held);
        news.conversations.extend(unknown);
        Ok(self.repair(news).await.is_ok())
    }
}

async fn pause(rest: Duration) {
    match rest.is_zero() {
        true => tokio::task::yield_now().await,
        false => tokio::time::sleep(rest).await,
    }
}

/// The facts that the line does not hold yet. A conversation that has only been talked in is no
/// news to the line.
fn news(mut facts: Facts, held: &Snapshot) -> Facts {
    let conversations: HashMap<_, _> = held
        .conversations
        .iter()
        .map(|one| (one.fact.id, &one.fact))
        .collect();
    let queues: HashMap<_, _> = held
        .queues
        .iter()
        .map(|one| (one.id, one.version))
        .collect();
    let reps: HashMap<_, _> = held
        .reps
        .iter()
        .map(|one| (one.fact.id, one.fact.version))
        .collect();
    let at = now();
    let lasts = |(_, until): &&(UserId, Moment)| at < *until;
    facts.conversations.retain(|one| {
        conversations.get(&one.id).is_none_or(|held| {
            let same = (one.standing, one.queue, one.place)
                == (held.standing, held.queue, held.place)
                && one.reserved == held.reserved
                && one
                    .cooling
                    .iter()
                    .take(COOLING_MAX)
                    .eq(held.cooling.iter().filter(lasts));
            !same && held.version < one.version
        })
    });
    facts.queues.retain(|one| {
        let held = queues.get(&one.id);
        held.is_none_or(|version| *version < one.version)
    });
    facts.reps.retain(|one| {
        reps.get(&one.id)
            .is_none_or(|version| *version < one.version)
    });
    facts
}

/// What the gauges say of the whole house.
#[derive(Default)]
pub(super) struct Tally {
    waiting: i64,
    oldest: Option<Moment>,
    load: i64,
    capacity: i64,
}

impl Tally {
    pub fn add(&mut self, facts: &Facts) {
        let waiting = facts
            .conversations
            .iter()
            .filter(|one| one.standing == Standing::Waiting);
        self.waiting += waiting.clone().count() as i64;
        let places = waiting.map(|one| one.place);
        self.oldest = places.chain(self.oldest).min();
        let load = facts.reps.iter().map(|rep| i64::from(rep.active));
        self.load += load.sum::<i64>();
        let eligible = |rep: &&RepFact| rep.eligibility == Eligibility::Eligible;
        let present = facts.reps.iter().filter(eligible);
        self.capacity += present.map(|rep| i64::from(rep.capacity)).sum::<i64>();
    }

    pub fn show(&self, metrics: &Metrics) {
        metrics.waiting.set(self.waiting);
        let waited = |place: Moment| (now() - place).max(0) as f64 / 1_000.0;
        metrics
            .oldest_wait_seconds
            .set(self.oldest.map_or(0.0, waited));
        metrics.load.set(self.load);
        metrics.capacity.set(self.capacity);
    }
}
