//! The other things a generator does: sockets that only stay open, and couples who write a lot and
//! do not read.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};

use super::plan::{Crowd, Hold};
use super::talk::{head, send_frame};
use crate::bench::couples::Couple;
use crate::client::{Site, Socket};
use crate::words::ClientId;

/// Handshakes at a time.
const AT_ONCE: usize = 64;
/// A slow reader takes a frame this often.
const SLOW: Duration = Duration::from_secs(1);
/// How long somebody who was cut off stays away.
const AWAY: Duration = Duration::from_millis(200);

/// What came of opening sockets.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Held {
    pub opened: usize,
    pub refused: usize,
    pub seconds: f64,
    /// Why the first one was refused.
    pub because: Option<String>,
}

/// Opens them all; answers what came of it and keeps them open as long as this runs.
pub async fn hold(plan: Hold) -> Held {
    let site = Rc::new(Site::new(&plan.url));
    println!("begin");
    let begun = Instant::now();
    let open = |token: String| {
        let site = site.clone();
        async move {
            let mut socket = site.socket(&token, &HashMap::new()).await?;
            // `ready`: the server has done all it does for somebody who comes.
            socket.hear_text().await?;
            anyhow::Ok(socket)
        }
    };
    let mut opened = stream::iter(plan.tokens)
        .map(open)
        .buffer_unordered(AT_ONCE);
    let mut held = Held {
        opened: 0,
        refused: 0,
        seconds: 0.0,
        because: None,
    };
    while let Some(socket) = opened.next().await {
        match socket {
            Ok(mut socket) => {
                held.opened += 1;
                // Answers pings.
                actix_web::rt::spawn(async move { while socket.hear_text().await.is_ok() {} });
            }
            Err(error) => {
                held.refused += 1;
                held.because.get_or_insert(format!("{error:#}"));
            }
        }
    }
    held.seconds = begun.elapsed().as_secs_f64();
    println!("end");
    held
}

/// Writes until this process is ended.
pub async fn crowd(plan: Crowd) -> anyhow::Result<()> {
    let plan = Rc::new(plan);
    let mut all = Vec::new();
    for (turn, couple) in plan.couples.iter().enumerate() {
        let site = Site::new(&plan.url);
        let head = head(&site, &couple.tokens[0], couple.conversation).await?;
        let said = Rc::new(Cell::new(head));
        for side in 0..2 {
            let one = Writer {
                plan: plan.clone(),
                couple: couple.clone(),
                side,
                // Of those who stall, every other one reads a little.
                slow: turn % 2 == 0,
                said: said.clone(),
            };
            all.push(actix_web::rt::spawn(one.run()));
        }
    }
    println!("begin");
    for one in all {
        let _ = one.await;
    }
    Ok(())
}

/// One side that writes.
struct Writer {
    plan: Rc<Crowd>,
    couple: Couple,
    side: usize,
    slow: bool,
    /// About where the conversation stands, so that who comes back asks for little.
    said: Rc<Cell<i64>>,
}

impl Writer {
    async fn run(self) {
        let site = Site::new(&self.plan.url);
        loop {
            let resume = HashMap::from([(self.couple.conversation, self.said.get())]);
            if let Ok(mut socket) = site.socket(&self.couple.tokens[self.side], &resume).await {
                // Cut off by the server, mostly: then he comes back, and is no better.
                let _ = self.write(&mut socket).await;
                println!("cut");
            }
            tokio::time::sleep(AWAY).await;
        }
    }

    async fn write(&self, socket: &mut Socket) -> anyhow::Result<()> {
        let mut writes = tokio::time::interval(Duration::from_secs_f64(1.0 / self.plan.rate));
        let mut reads = tokio::time::interval(SLOW);
        for clock in [&mut writes, &mut reads] {
            clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        }
        let (all, slow) = (!self.plan.stalls, self.plan.stalls && self.slow);
        let text = "x".repeat(self.plan.bytes);
        loop {
            tokio::select! {
                _ = writes.tick() => {
                    let (conversation, id) = (self.couple.conversation, ClientId::new());
                    self.said.set(self.said.get() + 1);
                    socket.say_text(send_frame(conversation, id, &text)).await?;
                }
                heard = socket.hear_text(), if all => drop(heard?),
                _ = reads.tick(), if slow => drop(socket.hear_text().await?),
            }
        }
    }
}
