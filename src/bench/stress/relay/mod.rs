//! `switchboard stress relay`: couples talk while their connections break, commands are repeated
//! and nodes are killed and started again. Everything that is seen is held against a model, and at
//! the end the record is held against both.
//!
//! Nodes are processes of their own, killed as a crash would.

mod model;
mod nemesis;
mod talker;
mod verdict;

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::bench::couples::{furnish_couples, lasting};
use crate::bench::place::Place;
use crate::bench::processes;
use crate::doctor;
use crate::server::raise_descriptors;
use crate::settings::Settings;
use model::Model;
use talker::Talker;

/// How long all may take to see the last of it once nothing breaks any more.
const PATIENCE: Duration = Duration::from_secs(60);

/// What to do.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The same seed draws the same commands; a new one each time if it is not given.
    #[arg(long)]
    seed: Option<u64>,
    /// How many messages are to be acknowledged.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..))]
    messages: u64,
    /// Nodes, each a process. More than one needs PostgreSQL and Redis (settings database_url and
    /// redis_url). The database must be empty.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=8))]
    nodes: u16,
    /// Each has a customer and a rep.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=500))]
    conversations: u16,
    /// It ends after so long, however many messages there were.
    #[arg(long, default_value_t = 1_800, value_parser = clap::value_parser!(u64).range(1..))]
    seconds_max: u64,
}

/// Does it and prints what was found. Fails if anything is broken.
pub fn run(settings: Settings, options: &Options) -> anyhow::Result<()> {
    raise_descriptors();
    let seed = options
        .seed
        .unwrap_or_else(|| rand::random_range(1..=999_999));
    let place = Place::new(hurried(settings), options.nodes)?;
    println!(
        "switchboard stress relay: --seed {seed} --messages {} on {}",
        options.messages,
        place.describe()
    );
    let (model, lasted) = actix_web::rt::System::new().block_on(play(&place, options, seed))?;
    println!("the doctor is asked");
    let record = super::ending::examine(&place.settings)?;
    verdict::compare(&place.settings, &model, &record)?;
    print!("{}", verdict::report(&model, seed, lasted));
    print!("{}", doctor::report(&record.findings));
    ensure!(
        model.all_is_well(),
        "something is broken; the seed was {seed}"
    );
    Ok(())
}

/// Short times, so that a dead node is struck out soon.
fn hurried(settings: Settings) -> Settings {
    Settings {
        lease_ms: 3_000,
        reconcile_ms: 500,
        position_check_ms: 1_000,
        drain_ms: 2_000,
        sockets_per_user_max: 50,
        workers: 1,
        ..lasting(settings)
    }
}

/// Everybody talks until it is enough; answers how long that took.
async fn play(
    place: &Place,
    options: &Options,
    seed: u64,
) -> anyhow::Result<(Rc<Model>, Duration)> {
    let (couples, _) = furnish_couples(place, options.conversations.into(), 0).await?;
    let mut nodes = Vec::new();
    for turn in 0..usize::from(options.nodes) {
        // A fixed address, so that a node that is started again is where it was.
        let settings = Settings {
            listen: processes::kept_address()?.to_string(),
            ..place.settings.clone()
        };
        let node = processes::Node::start(&settings, place.folder(), turn);
        nodes.push(node.await?);
    }
    let urls: Rc<[String]> = nodes.iter().map(|node| node.url.clone()).collect();
    let model = Rc::new(Model::new(couples));
    let began = Instant::now();
    let mut talkers = Vec::new();
    for conversation in 0..model.couples.len() {
        for side in 0..2 {
            let dice = seed.wrapping_add((conversation * 2 + side) as u64 + 1);
            let dice = StdRng::seed_from_u64(dice);
            let talker = Talker::new(model.clone(), urls.clone(), conversation, side, dice);
            talkers.push(actix_web::rt::spawn(talker.run()));
        }
    }
    let dice = StdRng::seed_from_u64(seed);
    nemesis::rage(
        &mut nodes,
        &model,
        options.messages,
        options.seconds_max,
        dice,
    )
    .await?;
    model.enough.set(true);
    let lasted = began.elapsed();
    let all = async {
        for talker in talkers {
            // One that panicked has said so, and what it left undone is found.
            let _ = talker.await;
        }
    };
    if tokio::time::timeout(PATIENCE, all).await.is_err() {
        model.nobody_comes_to_rest(PATIENCE);
    }
    for node in &mut nodes {
        node.process.stop().await?;
    }
    Ok((model, lasted))
}
