//! What must be true when everybody stands still: the line says what the record says, nobody waits
//! whom a free rep may serve, and the next free slot goes to the first in line.
//!
//! Time still passes, and what it does (an offer that runs out, a wrap-up that ends) happens in
//! between. So a state is asked for until it is there, and an assignment is judged only if the one
//! who was passed over stood in line before and stands there after.

use std::time::{Duration, Instant};

use rand::RngExt;
use rand::rngs::StdRng;

use super::ending;
use super::house::{HOLDING, House};
use super::tally::Wrong;
use crate::desk::Close;
use crate::dispatch::{
    ConversationFact, Eligibility, Facts, HeldConversation, RepFact, Snapshot, Standing, Whose,
};
use crate::error::Result;
use crate::store::{Conn, conversations, line};
use crate::words::{ConversationId, Mode, Moment, QueueId, Status, UserId, now};

/// How long it may take until nobody waits in vain.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often is looked.
const LOOK: Duration = Duration::from_millis(20);
/// How many closes each time, and how many tries for them.
const TURNS: usize = 8;
const TRIES: usize = 40;

/// Everybody stands still; looks at all of it, then lets a few close, one by one.
pub async fn look(house: &House, dice: &mut StdRng) -> anyhow::Result<()> {
    settle(house).await?;
    let mut seen = 0;
    for _ in 0..TRIES {
        if seen < TURNS && next_in_line(house, dice).await? {
            seen += 1;
        }
    }
    settle(house).await?;
    if house.tally.borrow().rests == 0 {
        // At the end all of it is closed: here it stands in every state.
        ending::sound(house).await?;
    }
    house.tally.borrow_mut().rests += 1;
    // What the bell has lost is read again.
    let open = house.open().await?;
    house.board.borrow_mut().forget_open();
    open.iter().for_each(|view| house.learn(view));
    Ok(())
}

/// Waits until all is told and given out.
async fn settle(house: &House) -> Result<()> {
    let (began, mut last) = (Instant::now(), String::new());
    loop {
        for app in &house.apps {
            app.desk.drain().await;
        }
        let facts = everything(house).await?;
        let held = house.apps[0].desk.held().await;
        let wrong = match (idle(house, &facts, now()), held) {
            (Some((one, rep)), _) => (
                Wrong::Idle,
                format!("{one:?} waits although {rep:?} is free"),
            ),
            (None, None) => (Wrong::Astray, "the line is not filled".into()),
            (None, Some(held)) => match astray(&facts, &held, now()) {
                Some(says) => (Wrong::Astray, says),
                None => break,
            },
        };
        if began.elapsed() > PATIENCE {
            house.tally.borrow_mut().wrong(wrong.0, wrong.1);
            break;
        }
        last = wrong.1;
        tokio::time::sleep(LOOK).await;
    }
    house.tally.borrow_mut().settled(began.elapsed(), last);
    Ok(())
}

async fn everything(house: &House) -> Result<Facts> {
    house.apps[0].store.read(line::everything).await
}

/// Rules 3 and 5 for a pair, but for the room he has.
fn may(house: &House, one: &ConversationFact, rep: &RepFact, at: Moment) -> bool {
    let his = match one.reserved {
        Some((whose, until)) if at < until => whose == rep.id,
        _ => rep.queues.contains(&one.queue),
    };
    let cools = |(whose, until): &(UserId, Moment)| *whose == rep.id && at < *until;
    one.standing == Standing::Waiting
        && !by_hand(house, one.queue)
        && rep.eligibility == Eligibility::Eligible
        && his
        && !one.cooling.iter().any(cools)
}

fn by_hand(house: &House, queue: QueueId) -> bool {
    let manual = |mode: Mode| mode == Mode::Manual;
    let mut queues = house.queues.iter();
    queues.any(|one| one.id == queue && manual(one.mode))
}

/// Somebody who waits for nothing, and who could serve him.
fn idle<'a>(
    house: &House,
    facts: &'a Facts,
    at: Moment,
) -> Option<(&'a ConversationFact, &'a RepFact)> {
    facts.conversations.iter().find_map(|one| {
        let free = |rep: &&RepFact| rep.active < rep.capacity && may(house, one, rep, at);
        facts.reps.iter().find(free).map(|rep| (one, rep))
    })
}

/// Whose line it stands in at this moment.
fn whose(one: &ConversationFact, at: Moment) -> Whose {
    match one.reserved {
        Some((rep, until)) if at < until => Whose::Rep(rep),
        _ => Whose::Queue(one.queue),
    }
}

/// What the line holds otherwise than the record, if anything. That somebody has only been talked
/// to is no news to it.
fn astray(facts: &Facts, held: &Snapshot, at: Moment) -> Option<String> {
    let line = |id| held.conversations.iter().find(|held| held.fact.id == id);
    for one in &facts.conversations {
        let stands = |one: &ConversationFact| (one.standing, one.queue, one.place);
        let alike = |held: &HeldConversation| {
            let lasting = held.fact.cooling.iter().filter(|(_, until)| at < *until);
            let waits = one.standing == Standing::Waiting;
            stands(&held.fact) == stands(one)
                && held.proposed.is_none()
                && (!waits || held.line == whose(one, at) && lasting.count() == one.cooling.len())
        };
        let held = line(one.id);
        if !held.is_some_and(alike) {
            return Some(format!("the record has {one:?}, the line {held:?}"));
        }
    }
    for rep in &facts.reps {
        let held = held.reps.iter().find(|held| held.fact.id == rep.id);
        let alike = held.is_some_and(|held| held.fact == *rep && held.proposed == 0);
        if !alike {
            return Some(format!("the record has {rep:?}, the line {held:?}"));
        }
    }
    let many = held.conversations.len();
    (many != facts.conversations.len()).then(|| {
        let open = facts.conversations.len();
        format!("the line holds {many} conversations, the record {open}")
    })
}

/// Rule 4: who is served next by this rep.
fn first<'a>(
    house: &House,
    facts: &'a Facts,
    rep: &RepFact,
    at: Moment,
) -> Option<&'a ConversationFact> {
    let all = facts.conversations.iter();
    let his = all.filter(|one| may(house, one, rep, at));
    his.min_by_key(|one| turn(one))
}

fn turn(one: &ConversationFact) -> (Moment, ConversationId) {
    (one.place, one.id)
}

/// A rep who is just full closes one; who is first in line for him must be next. False if nothing
/// can be said.
async fn next_in_line(house: &House, dice: &mut StdRng) -> Result<bool> {
    let (facts, at) = (everything(house).await?, now());
    let full = |rep: &&RepFact| rep.active == rep.capacity && rep.active > 0;
    let full = facts.reps.iter().filter(full);
    let pairs = full.filter_map(|rep| Some((rep, first(house, &facts, rep, at)?)));
    let pairs: Vec<_> = pairs.collect();
    if pairs.is_empty() {
        return Ok(false);
    }
    let (rep, next) = pairs[dice.random_range(0..pairs.len())];
    let before = holds(house, rep.id, &HOLDING).await?;
    let active = holds(house, rep.id, &[Status::Active]).await?;
    let Some(closing) = active.first() else {
        return Ok(false);
    };
    if !stands(house, next, at).await {
        return Ok(false);
    }
    let refused_before = refused(house);
    let desk = house.node(dice).desk.clone();
    desk.close(house.admin.clone(), *closing, Close::default())
        .await?;
    desk.drain().await;
    let after = holds(house, rep.id, &HOLDING).await?;
    let got = after.iter().find(|id| !before.contains(id));
    let waited = |id| facts.conversations.iter().find(|one| one.id == id);
    let Some(got) = got.and_then(|id| waited(*id)) else {
        return Ok(false);
    };
    // Who is proposed stands in no line for that moment, also if the record refuses it: as while a
    // lease is renewed late.
    if refused(house) > refused_before {
        return Ok(false);
    }
    // It stood in line then and now: it was there to be taken.
    if turn(got) > turn(next) && stands(house, next, at).await {
        let says = format!("{got:?} came to {rep:?} before {next:?}");
        house.tally.borrow_mut().wrong(Wrong::OutOfTurn, says);
    }
    house.tally.borrow_mut().turns += 1;
    Ok(true)
}

/// How often the record has refused what the line proposed.
fn refused(house: &House) -> u64 {
    let refused = house.apps.iter().map(|app| app.metrics.refused.get());
    refused.sum()
}

/// Whether the line of Redis or of memory has this one in its place, unproposed and unrefused, and
/// its row is as it was.
async fn stands(house: &House, one: &ConversationFact, at: Moment) -> bool {
    let own_line = |app: &crate::app::App| app.metrics.standby.get() == 1;
    if house.apps.iter().any(own_line) {
        return false;
    }
    let Some(held) = house.apps[0].desk.held().await else {
        return false;
    };
    let held = held
        .conversations
        .iter()
        .find(|held| held.fact.id == one.id);
    held.is_some_and(|held| {
        held.fact.version == one.version
            && held.line == whose(one, at)
            && held.proposed.is_none()
            && held.refused.is_none_or(|refused| refused.until <= at)
    })
}

/// What holds a slot of his, in these statuses.
async fn holds(
    house: &House,
    rep: UserId,
    statuses: &'static [Status],
) -> Result<Vec<ConversationId>> {
    let read = move |conn: &mut Conn| {
        let mut held = Vec::new();
        for status in statuses {
            held.extend(conversations::held_by(conn, rep, *status)?);
        }
        Ok(held)
    };
    house.apps[0].store.read(read).await
}
