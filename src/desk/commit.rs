//! One command, one transaction, and then everyone is told: also if nobody waits for it any more.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use super::{Change, Desk};
use crate::dispatch::Facts;
use crate::error::Result;
use crate::news::News;
use crate::store::{Conn, in_time, line, reps};
use crate::words::QueueId;

type Work<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// What may change the record, until its end. Whoever waits for it may stop waiting: a disk that
/// stalls writes it later, and nobody else would tell of it.
struct Carried<T: Send + 'static> {
    desk: Desk,
    /// None once it has ended.
    work: Option<Work<T>>,
}

impl<T: Send + 'static> Future for Carried<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let work = self.work.as_mut().expect("nobody asks again after the end");
        let polled = work.as_mut().poll(context);
        if polled.is_ready() {
            self.work = None;
        }
        polled
    }
}

impl<T: Send + 'static> Drop for Carried<T> {
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            let desk = &self.desk.0;
            desk.tasks.spawn_on(work, &desk.runtime);
        }
    }
}

impl Desk {
    /// Runs a command in one transaction, then tells everyone.
    pub(super) async fn commit<T: Send + 'static>(
        &self,
        command: impl Fn(&mut Conn) -> Result<(T, Change)> + Send + 'static,
    ) -> Result<T> {
        let tell = |desk: &Desk, (answer, change)| {
            desk.tell(change);
            answer
        };
        self.carry(command, tell).await
    }

    /// Writes, and does what follows from it, at once. Fails after a while of waiting; what is
    /// written later is followed all the same.
    pub(super) async fn carry<W: Send + 'static, T: Send + 'static>(
        &self,
        write: impl Fn(&mut Conn) -> Result<W> + Send + 'static,
        follow: impl FnOnce(&Desk, W) -> T + Send + 'static,
    ) -> Result<T> {
        let (desk, begun) = (self.clone(), Instant::now());
        let work = async move {
            let written = desk.0.store.write_late(write).await?;
            let took = begun.elapsed().as_secs_f64();
            desk.0.metrics.commit_seconds.observe(took);
            Ok(follow(&desk, written))
        };
        let desk = self.clone();
        in_time(Carried {
            desk,
            work: Some(Box::pin(work)),
        })
        .await
    }

    /// Rings for what was committed and lets the line react, without keeping the caller waiting.
    pub(super) fn tell(&self, mut change: Change) {
        self.ring(std::mem::take(&mut change.news));
        if change.facts != Facts::default() || !change.reps.is_empty() {
            let desk = self.clone();
            let dispatch = async move {
                let facts = desk.facts(change).await;
                desk.dispatch(facts).await;
            };
            self.0.tasks.spawn_on(dispatch, &self.0.runtime);
        }
    }

    pub(super) fn ring(&self, news: Vec<News>) {
        news.into_iter().for_each(|one| self.0.bell.ring(one));
    }

    /// What a change tells the line, with the reps it names as they are now; their own sockets
    /// are told, too. Read after the commit, so that nobody waits for a rep's row meanwhile.
    pub(super) async fn facts(&self, change: Change) -> Facts {
        let Change {
            mut facts,
            reps,
            staffing,
            ..
        } = change;
        if reps.is_empty() {
            return facts;
        }
        let read = move |conn: &mut Conn| reps::standings_of(conn, &reps);
        match self.0.store.read(read).await {
            Ok(found) => {
                self.ring(found.iter().map(|one| News::Rep(one.into())).collect());
                if staffing {
                    let queues = found.iter().flat_map(|one| &one.queues);
                    let queues: BTreeSet<QueueId> = queues.copied().collect();
                    let mut told = Change::default();
                    told.lines(queues.into_iter().collect());
                    self.ring(told.news);
                }
                facts.reps.extend(found.into_iter().map(line::rep_fact));
            }
            Err(error) => {
                tracing::warn!(%error, "a rep could not be read; the line hears of him later");
                self.0.repair.notify_one();
            }
        }
        facts
    }
}
