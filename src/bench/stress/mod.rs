//! `switchboard stress dispatch`: random commands on several nodes at once, until there were so
//! many claims, and what must hold however they meet.
//!
//! The commands go to the desks of the nodes as those of REST and WebSockets do, without HTTP in
//! between, so that there can be a million of them.

mod board;
mod ending;
mod house;
pub mod relay;
mod rest;
mod tally;
mod work;

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::RwLock;

use super::place::Place;
use crate::doctor;
use crate::logging;
use crate::server::Server;
use crate::settings::Settings;
use crate::words::Status;
use ending::Record;
use house::House;
use tally::Wrong;
use work::Worker;

/// How often everybody stands still, at least, and at least so many times in all.
const REST_EVERY: Duration = Duration::from_secs(30);
const RESTS: u64 = 4;
/// A rest that took longer to settle is explained.
const NOTABLE: Duration = Duration::from_secs(2);
/// How long nobody may be given anything.
const STALLED: Duration = Duration::from_secs(30);
/// How many never rest.
const WORKERS: u64 = 40;

/// What to do.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The same seed draws the same commands; a new one each time if it is not given.
    #[arg(long)]
    seed: Option<u64>,
    /// How many claims there are to be: conversations given to a rep, by the line or by hand, and
    /// those claimed by a rep who came too late or might not have them.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..))]
    claims: u64,
    /// Nodes, all in this process. More than one needs PostgreSQL and Redis (settings
    /// database_url and redis_url). The database must be empty.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=8))]
    nodes: u16,
    /// It ends after so long, however many claims there were.
    #[arg(long, default_value_t = 1_800, value_parser = clap::value_parser!(u64).range(1..))]
    seconds_max: u64,
}

/// Does it and prints what was found. Fails if anything is broken.
pub fn dispatch(settings: Settings, options: &Options) -> anyhow::Result<()> {
    let seed = options
        .seed
        .unwrap_or_else(|| rand::random_range(1..=999_999));
    let place = Place::new(hurried(settings), options.nodes)?;
    logging::start(&place.settings)?;
    println!(
        "switchboard stress dispatch: --seed {seed} --claims {} on {}",
        options.claims,
        place.describe()
    );
    let (house, lasted) = actix_web::rt::System::new().block_on(play(&place, options, seed))?;
    println!("the doctor is asked");
    let record = ending::examine(&place.settings)?;
    ending::compare(&house, &record);
    print!("{}", report(&house, seed, lasted, &record));
    let well = house.tally.borrow().all_is_well();
    ensure!(well, "something is broken; the seed was {seed}");
    Ok(())
}

/// Short times, so that what time does happens often.
fn hurried(settings: Settings) -> Settings {
    Settings {
        rep_suspect_ms: 500,
        rep_grace_ms: 1_500,
        reconcile_ms: 500,
        open_per_customer_max: 10_000,
        workers: 1,
        log: "warn".into(),
        ..settings
    }
}

/// Everybody works until it is enough; answers how long that took, rests not counted.
async fn play(
    place: &Place,
    options: &Options,
    seed: u64,
) -> anyhow::Result<(Rc<House>, Duration)> {
    let servers = place.start().await?;
    let apps = servers.iter().map(|server| server.app.clone()).collect();
    let house = House::furnish(apps, seed).await?;
    for rep in 0..house.reps.len() {
        house.arrive(rep, rep % house.apps.len()).await?;
    }
    let mut dice = StdRng::seed_from_u64(seed);
    let crew = Crew::begin(&house, seed);
    let worked = watch(&house, &crew, options, &mut dice).await?;
    crew.end().await;
    rest::look(&house, &mut dice).await?;
    ending::serve_all(&house, &mut dice).await?;
    house.close();
    for server in servers {
        Server::stop(server).await;
    }
    Ok((house, worked))
}

/// Those who never rest, and the gate at which they can be stopped between two commands.
struct Crew {
    gate: Rc<RwLock<()>>,
    enough: Rc<Cell<bool>>,
    workers: Vec<actix_web::rt::task::JoinHandle<()>>,
}

impl Crew {
    fn begin(house: &Rc<House>, seed: u64) -> Self {
        let (gate, enough) = (Rc::new(RwLock::new(())), Rc::new(Cell::new(false)));
        let work = |worker: u64| {
            let (gate, enough) = (gate.clone(), enough.clone());
            let mut worker = Worker {
                house: house.clone(),
                dice: StdRng::seed_from_u64(seed.wrapping_add(worker)),
            };
            actix_web::rt::spawn(async move {
                while !enough.get() {
                    let _turn = gate.read().await;
                    worker.turn().await;
                }
            })
        };
        let workers = (1..=WORKERS).map(work).collect();
        Self {
            gate,
            enough,
            workers,
        }
    }

    async fn end(self) {
        self.enough.set(true);
        for worker in self.workers {
            // One that panicked has said so, and what it left undone is found.
            let _ = worker.await;
        }
    }
}

/// Tells how it goes, and looks around at rest from time to time.
async fn watch(
    house: &House,
    crew: &Crew,
    options: &Options,
    dice: &mut StdRng,
) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let mut rested = Duration::ZERO;
    let mut next_rest = (options.claims / RESTS, Instant::now() + REST_EVERY);
    let (mut before, mut moved) = (0, Instant::now());
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let (claims, won) = (house.claims(), house.won());
        tell(house, options, began.elapsed(), won - before);
        if won > before {
            moved = Instant::now();
        }
        before = won;
        if moved.elapsed() > STALLED {
            let says = format!("nobody was given anything for {STALLED:?}");
            house.tally.borrow_mut().wrong(Wrong::Idle, says);
        }
        let over = began.elapsed() >= Duration::from_secs(options.seconds_max);
        if claims >= options.claims || over || moved.elapsed() > STALLED {
            println!();
            return Ok(began.elapsed() - rested);
        }
        if claims >= next_rest.0 || Instant::now() >= next_rest.1 {
            let still = crew.gate.write().await;
            let rest = Instant::now();
            rest::look(house, dice).await?;
            drop(still);
            rested += rest.elapsed();
            before = house.won();
            let later = next_rest.0.max(claims) + options.claims / RESTS;
            next_rest = (later, Instant::now() + REST_EVERY);
            moved = Instant::now();
        }
    }
}

fn tell(house: &House, options: &Options, after: Duration, rate: u64) {
    let board = house.board.borrow();
    let holding: usize = house::HOLDING.iter().map(|one| board.count(*one)).sum();
    let line = format!(
        "{:7.1} s  claims {} of {}; won {}, {rate}/s; waiting {}, held {holding}, parked {}",
        after.as_secs_f64(),
        house.claims(),
        options.claims,
        house.won(),
        board.count(Status::Waiting),
        board.count(Status::Parked),
    );
    let mut out = std::io::stdout();
    // Nobody may be reading; that is no reason to stop.
    let _ = match out.is_terminal() {
        true => write!(out, "\r{line}\x1b[K").and_then(|()| out.flush()),
        false => writeln!(out, "{line}"),
    };
}

fn report(house: &House, seed: u64, lasted: Duration, record: &Record) -> String {
    let totals = record.totals;
    let tally = house.tally.borrow();
    let repairs: u64 = house.apps.iter().map(|app| app.metrics.repairs.get()).sum();
    let refused: u64 = house.apps.iter().map(|app| app.metrics.refused.get()).sum();
    let mut text = String::new();
    for (command, (done, refused)) in &tally.commands {
        text.push_str(&format!("{command:13} {done:9} done {refused:9} refused\n"));
    }
    let rate = house.claims() as f64 / lasted.as_secs_f64();
    text.push_str(&format!(
        "seed {seed}: {} claims, {rate:.0} a second over {:.1} s; {} of them won, {} assignments \
         in the log, {} conversations, {} left open\n",
        house.claims(),
        lasted.as_secs_f64(),
        house.won(),
        totals.assigned,
        totals.conversations,
        totals.open,
    ));
    text.push_str(&format!(
        "at rest {} times, at most {:.1} s until all was given out; {} turns foretold; {refused} \
         proposals refused, {repairs} facts repaired, {} answers busy\n",
        tally.rests,
        tally.longest_rest.0.as_secs_f64(),
        tally.turns,
        tally.busy,
    ));
    if tally.longest_rest.0 > NOTABLE {
        // It was all right in the end, or it would be counted below.
        text.push_str(&format!(
            "what that one waited for last, until it was so no more: {}\n",
            tally.longest_rest.1
        ));
    }
    for (what, says) in [
        (Wrong::OverCapacity, "over capacity"),
        (Wrong::Twice, "served twice"),
        (Wrong::Lost, "lost"),
        (Wrong::Idle, "left waiting"),
        (Wrong::Astray, "line astray"),
        (Wrong::OutOfTurn, "out of turn"),
        (Wrong::Answer, "wrong answers"),
    ] {
        text.push_str(&format!("{says:14} {}\n", tally.count(what)));
    }
    for says in tally.told() {
        text.push_str(&format!("BROKEN {says}\n"));
    }
    text.push_str(&doctor::report(&record.findings));
    text
}
