//! A node that is told to go while so many sockets are open: how long it takes, and whether all of
//! them are back elsewhere.

use std::time::{Duration, Instant};

use super::hold;
use crate::bench::couples::furnish_couples;
use crate::bench::place::Place;
use crate::bench::processes::Node;

/// A stop may take so long.
const GOAL: Duration = Duration::from_secs(10);

/// What was seen.
#[derive(Debug, serde::Serialize)]
pub struct Going {
    pub sockets: usize,
    /// Seconds from SIGTERM to the end of the process.
    pub stop: f64,
    /// Whether it ended by itself and without an error.
    pub ended_well: bool,
    /// Sockets that are open on the other node, and how long they took to come, in seconds.
    pub back: usize,
    pub back_after: f64,
}

/// Opens them on one node, stops it, and opens them again where a client would come to: on the
/// other node, or on the one that is started in its place.
pub async fn measure(place: &Place, sockets: usize) -> anyhow::Result<Going> {
    let (_, tokens) = furnish_couples(place, 0, sockets).await?;
    let mut first = Node::start(&place.settings, place.folder(), 0).await?;
    let shared = !place.settings.redis_url.is_empty();
    let second = match shared {
        true => Some(Node::start(&place.settings, place.folder(), 1).await?),
        false => None,
    };
    let (holder, held) = hold(&first.url, tokens.clone()).await?;
    let (stop, ended_well) = first.process.stop().await?;
    let begun = Instant::now();
    let next = match second {
        Some(node) => node,
        None => {
            first.again().await?;
            first
        }
    };
    let (again, back) = hold(&next.url, tokens).await?;
    let back_after = begun.elapsed().as_secs_f64();
    drop((holder, again));
    Ok(Going {
        sockets: held.opened,
        stop: stop.as_secs_f64(),
        ended_well,
        back: back.opened,
        back_after,
    })
}

impl Going {
    pub fn is_well(&self) -> bool {
        let in_time = self.stop <= GOAL.as_secs_f64();
        self.ended_well && in_time && self.back == self.sockets
    }

    pub fn lines(&self) -> String {
        format!(
            "told to go with {} sockets open, the server ended after {:.2} s; {} s are allowed\n\
             {} of them were back after {:.2} s more\n",
            self.sockets,
            self.stop,
            GOAL.as_secs(),
            self.back,
            self.back_after
        )
    }
}
