//! The end of a stress: everybody who is still there is served, and the record is counted against
//! what was acknowledged.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use rand::RngExt;
use rand::rngs::StdRng;

use super::house::House;
use super::tally::Wrong;
use crate::access::Actor;
use crate::desk::{Claim, Close};
use crate::error::Result;
use crate::settings::Settings;
use crate::store::checks::{self, Finding, Totals};
use crate::store::conversations::ConversationView;
use crate::store::{self};
use crate::words::{Availability, Mode, Status, UserId};

/// How long nothing may happen before those who are left count as lost.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many are served at a time.
const AT_ONCE: usize = 32;
/// What every rep may hold at the end.
const CAPACITY: i32 = 8;

/// All reps come and serve until nobody is left.
pub async fn serve_all(house: &std::rc::Rc<House>, dice: &mut StdRng) -> Result<()> {
    for (at, rep) in house.reps.iter().enumerate() {
        house.arrive(at, at % house.apps.len()).await?;
        let (desk, admin) = (&house.apps[0].desk, house.admin.clone());
        let id = rep.actor.id;
        desk.set_availability(admin.clone(), id, Availability::Available)
            .await?;
        desk.set_capacity(admin, id, CAPACITY).await?;
    }
    let (mut left, mut last) = (usize::MAX, Instant::now());
    loop {
        let open = house.open().await?;
        if open.is_empty() {
            return Ok(());
        }
        if open.len() < left {
            (left, last) = (open.len(), Instant::now());
        }
        if last.elapsed() > PATIENCE {
            let (many, one) = (open.len() as u64, &open[0]);
            let says = format!("{many} are never served, {one:?} among them");
            house.tally.borrow_mut().wrong_many(Wrong::Lost, many, says);
            return Ok(());
        }
        let steps: Vec<(ConversationView, usize)> = open
            .into_iter()
            .map(|view| (view, dice.random_range(0..house.reps.len())))
            .collect();
        stream::iter(steps)
            .for_each_concurrent(AT_ONCE, |(view, rep)| step(house, view, rep))
            .await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What brings one nearer to its end. What is refused is tried again in the next round.
async fn step(house: &House, view: ConversationView, rep: usize) {
    let desk = &house.apps[rep % house.apps.len()].desk;
    let (id, admin) = (view.id, house.admin.clone());
    let actor = |id: UserId| house.rep(id).map(|rep| rep.actor.clone());
    let holder: Option<Actor> = view.rep.or(view.offered_to).and_then(|rep| actor(rep.id));
    let queue = house.queues.iter().find(|queue| queue.id == view.queue.id);
    let by_hand = queue.is_none_or(|queue| queue.mode == Mode::Manual);
    let (command, answer) = match (view.status, holder) {
        (Status::Parked, _) => ("wake", desk.wake(admin, id).await),
        (Status::Offered, Some(rep)) => ("accept", desk.accept(rep, id).await),
        (Status::Active | Status::Wrapup, Some(rep)) => {
            let closed = desk.close(rep, id, Close::default()).await;
            ("close", closed.map(|(view, _)| view))
        }
        (Status::Waiting, _) if by_hand => {
            let claim = Claim {
                rep: Some(house.reps[rep].actor.id),
                over_capacity: false,
            };
            ("claim", desk.claim(admin, id, claim).await)
        }
        _ => return,
    };
    house.tally.borrow_mut().answered(command, answer);
}

/// What the doctor finds, and how much there is.
pub struct Record {
    pub findings: Vec<Finding>,
    /// Some conversations whose log tells otherwise.
    pub examples: Vec<String>,
    pub totals: Totals,
}

/// Asks the doctor, every log included. Blocks.
pub fn examine(settings: &Settings) -> anyhow::Result<Record> {
    let mut conn = store::open_existing(&settings.database())?;
    let (findings, examples) = checks::run_full(&mut conn)?;
    let totals = checks::totals(&mut conn)?;
    Ok(Record {
        findings,
        examples,
        totals,
    })
}

/// What the doctor finds while there is something of everything.
pub async fn sound(house: &House) -> anyhow::Result<()> {
    let settings = house.apps[0].settings.clone();
    let record = tokio::task::spawn_blocking(move || examine(&settings)).await??;
    judge(house, &record);
    Ok(())
}

/// Counts what the doctor has found.
fn judge(house: &House, record: &Record) {
    let mut tally = house.tally.borrow_mut();
    for example in &record.examples {
        tally.tell(example.clone());
    }
    for finding in record.findings.iter().filter(|one| !one.is_well()) {
        let what = match finding.name {
            "capacity_was_kept" => Wrong::OverCapacity,
            "epoch_counts_assignments" | "slot_has_rep" | "log_can_have_happened" => Wrong::Twice,
            _ => Wrong::Lost,
        };
        let told = finding.told.join("; ");
        let says = format!("{}: {} break it: {told}", finding.says, finding.broken);
        tally.wrong_many(what, finding.broken.max(1) as u64, says);
    }
}

/// Compares what there is at the end with what was acknowledged.
pub fn compare(house: &House, record: &Record) {
    judge(house, record);
    let (mut tally, totals) = (house.tally.borrow_mut(), record.totals);
    let acknowledged = [
        ("conversations", tally.opened, totals.conversations),
        ("messages", tally.said, totals.messages),
    ];
    for (what, acknowledged, there) in acknowledged {
        // What was answered with "busy" may have been done all the same.
        let most = acknowledged + tally.busy;
        let there = there as u64;
        let says = format!("{acknowledged} {what} were acknowledged, {there} are there");
        if there < acknowledged {
            tally.wrong_many(Wrong::Lost, acknowledged - there, says);
        } else if there > most {
            tally.wrong_many(Wrong::Twice, there - most, says);
        }
    }
}
