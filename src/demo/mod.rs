//! `switchboard demo`: the main job on the screen in about a minute.
//!
//! Customers arrive in a burst and then steadily, reps of different capacity answer, close, leave
//! and come back, an admin raises a capacity in the middle. All of them are clients on real
//! sockets; the server runs in this process, or anywhere with `--url`. At the end stands what
//! they measured, and whether the record is sound.

mod admin;
mod audit;
mod board;
mod crowd;
mod customer;
mod host;
mod labels;
mod paint;
mod plain;
mod plan;
mod rep;
mod summary;
mod talker;
mod tally;
mod texts;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep, sleep_until, timeout};

use crowd::Crowd;
use host::Host;
use plan::Plan;
use summary::Verdict;
use tally::{Phase, Shared, Tally};

/// The environment variable with the admin's password for `--url`.
pub const PASSWORD: &str = "SWITCHBOARD_DEMO_PASSWORD";

/// How long after its time the story may still go on before it is ended.
const OVERTIME: Duration = Duration::from_secs(10);
/// A moment.
const MOMENT: Duration = Duration::from_millis(300);

/// How the demo is told.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The same seed makes the same plan and people; a new one each time if it is not given.
    #[arg(long)]
    pub seed: Option<u64>,
    /// How many customers come.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub customers: u32,
    /// How many reps answer.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub reps: u32,
    /// About how long it takes.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(5..=300))]
    pub seconds: u64,
    /// Plain lines instead of the live board, as when the output is no terminal.
    #[arg(long)]
    pub plain: bool,
    /// When it is over, let the server of the demo go on until it is stopped, to look around in it.
    #[arg(long, conflicts_with = "url")]
    pub stay: bool,
    /// Where the demo's own server listens; any free port of this machine if it is not given.
    #[arg(long, env = "SWITCHBOARD_LISTEN", value_name = "HOST:PORT")]
    pub listen: Option<String>,
    /// Play against a running server, http://HOST:PORT, instead of one of our own. Its people
    /// and conversations stay there, so take one for trying. The admin's password is read from
    /// SWITCHBOARD_DEMO_PASSWORD.
    #[arg(long, requires = "admin")]
    pub url: Option<String>,
    /// The admin to sign in as with --url.
    #[arg(long, value_name = "NAME", requires = "url")]
    pub admin: Option<String>,
}

/// Plays the demo. The exit code is 0 only when everything was as it should be.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let plan = Rc::new(Plan::new(&options)?);
    // Before anything is there that would have to be put away.
    let mut stop = Stop::new()?;
    let host = Host::new(&options).await?;
    let tally = Tally::new(&plan, host.url(), host.places());
    let ended = watched(&options, &plan, &host, &tally, &mut stop).await;
    if let Ok(ended @ Ended::Told(_)) = &ended
        && options.stay
    {
        report(&plan, &tally, ended);
        let places = host.places().join("\n");
        println!("\nit stays until you stop it (Ctrl+C):\n{places}");
        stop.asked().await;
    }
    host.stop().await;
    let ended = ended?;
    if !options.stay {
        report(&plan, &tally, &ended);
    }
    Ok(match ended {
        Ended::Stopped => ExitCode::from(130),
        Ended::Told(verdict) if verdict.is_good() => ExitCode::SUCCESS,
        Ended::Told(_) => ExitCode::FAILURE,
    })
}

fn report(plan: &Plan, tally: &Shared, ended: &Ended) {
    let report = summary::report(plan, &tally.borrow(), ended);
    // Whoever has stopped reading needs no summary.
    let _ = std::io::stdout().write_all(report.as_bytes());
}

/// How it ended.
pub enum Ended {
    /// By itself; and what was found then.
    Told(Verdict),
    /// Somebody stopped it.
    Stopped,
}

/// The signals that end it.
struct Stop([Signal; 3]);

impl Stop {
    fn new() -> std::io::Result<Self> {
        Ok(Self([
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ]))
    }

    async fn asked(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

/// Tells the story while somebody watches; ends early when he has had enough.
async fn watched(
    options: &Options,
    plan: &Rc<Plan>,
    host: &Host,
    tally: &Shared,
    stop: &mut Stop,
) -> anyhow::Result<Ended> {
    let plain = options.plain || !std::io::stdout().is_terminal();
    let board = if plain { None } else { board::Board::open() };
    let watching = async {
        match board {
            Some(board) => board.watch(plan, tally).await,
            // Ends only when nobody reads any more.
            None => drop(plain::watch(plan, tally).await),
        }
    };
    tokio::select! {
        verdict = story(plan, host, tally) => Ok(Ended::Told(verdict?)),
        () = watching => Ok(Ended::Stopped),
        () = stop.asked() => Ok(Ended::Stopped),
    }
}

async fn story(plan: &Rc<Plan>, host: &Host, tally: &Shared) -> anyhow::Result<Verdict> {
    let mut crowd = Crowd::gather(plan, host, tally).await?;
    tally.borrow_mut().begin();
    let deadline = Instant::now() + plan.lasts + OVERTIME;
    let mut sampling = JoinSet::new();
    sampling.spawn_local(sample(tally.clone()));
    crowd.play(plan, tally);
    let mut patience = Duration::from_secs(30);
    tokio::select! {
        () = crowd.finished() => {}
        () = sleep_until(deadline) => {
            tally.borrow_mut().overtime();
            patience = Duration::from_secs(5);
        }
    }
    // What is still on its way to a socket gets a moment to arrive.
    sleep(MOMENT).await;
    drop(sampling);
    tally.borrow_mut().phase = Phase::Reading;
    let reading = audit::read_back(&crowd.admin, tally);
    let read_back = timeout(patience, reading).await;
    let read_back = read_back.context("it takes too long").flatten();
    let findings = host.examine().await?;
    crowd.leave().await;
    // The last picture stands for a moment.
    sleep(MOMENT).await;
    Ok(Verdict::new(&tally.borrow(), read_back, findings))
}

/// Keeps the curves going.
async fn sample(tally: Shared) {
    let mut every = interval(tally::SAMPLE);
    loop {
        every.tick().await;
        tally.borrow_mut().sample();
    }
}
