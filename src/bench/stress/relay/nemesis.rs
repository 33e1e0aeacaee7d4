//! What breaks the nodes: they are killed, or told to go, and started again.

use std::time::{Duration, Instant};

use rand::RngExt;
use rand::rngs::StdRng;

use super::model::{Model, Wrong};
use crate::bench::processes::Node;

/// A node ends at least so many times in a run, and after so many messages at the latest.
const ENDS: u64 = 12;
const MESSAGES_MAX: u64 = 20_000;
/// How long nothing may be acknowledged.
const STALLED: Duration = Duration::from_secs(30);
/// How often it is told how things stand.
const TELL: Duration = Duration::from_secs(2);

/// Breaks nodes until so many messages are acknowledged, or it has taken too long.
pub async fn rage(
    nodes: &mut [Node],
    model: &Model,
    messages: u64,
    seconds_max: u64,
    mut dice: StdRng,
) -> anyhow::Result<()> {
    let step = (messages / ENDS).clamp(1, MESSAGES_MAX);
    let (began, lasts) = (Instant::now(), Duration::from_secs(seconds_max));
    let (mut next, mut told) = (step, Instant::now());
    let (mut before, mut moved) = (0, Instant::now());
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let done = model.acknowledged.get();
        if done > before {
            (before, moved) = (done, Instant::now());
        }
        if told.elapsed() > TELL {
            told = Instant::now();
            let after = began.elapsed().as_secs_f64();
            println!("{after:7.1} s  {done} of {messages} acknowledged");
        }
        if moved.elapsed() > STALLED {
            let says = format!("nothing was acknowledged for {STALLED:?}");
            model.wrong(Wrong::Lost, says);
            return Ok(());
        }
        if done >= messages || began.elapsed() > lasts {
            return Ok(());
        }
        if done >= next {
            next = done + step;
            let at = dice.random_range(0..nodes.len());
            end(&mut nodes[at], model, &mut dice).await?;
        }
    }
}

/// Ends a node in one way or the other, and starts it again.
async fn end(node: &mut Node, model: &Model, dice: &mut StdRng) -> anyhow::Result<()> {
    if dice.random_bool(0.7) {
        node.process.kill();
        model.count("nodes killed");
    } else {
        node.process.stop().await?;
        model.count("nodes told to go");
    }
    // Away for a while or hardly at all.
    let away = dice.random_range(0..500);
    tokio::time::sleep(Duration::from_millis(away)).await;
    node.again().await
}
