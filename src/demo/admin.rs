//! The admin: he watches the line, and raises a capacity in the middle.

use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::labels;
use super::plan::Plan;
use super::tally::Shared;
use crate::client::Site;
use crate::store::conversations::ConversationView;
use crate::store::rep_views::RepView;

/// How often he looks at the line.
const LOOK: Duration = Duration::from_millis(200);
/// So many next ones are shown.
const NEXT: usize = 12;

/// The line as REST tells it.
#[derive(serde::Deserialize)]
pub struct Line {
    pub queues: Vec<Queue>,
    pub reps: Vec<RepView>,
}

#[derive(serde::Deserialize)]
pub struct Queue {
    pub waiting: i64,
    first: Vec<ConversationView>,
}

/// The admin.
#[derive(Clone)]
pub struct Admin {
    site: Site,
    token: String,
    plan: Rc<Plan>,
    tally: Shared,
}

impl Admin {
    pub fn new(site: Site, token: String, plan: Rc<Plan>, tally: Shared) -> Self {
        Self {
            site,
            token,
            plan,
            tally,
        }
    }

    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.site.get(path, &self.token).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.site.post(path, Some(&self.token), body).await
    }

    pub async fn line(&self) -> anyhow::Result<Line> {
        Ok(serde_json::from_value(self.get("/line").await?)?)
    }

    /// Watches for ever; the longer a look takes, the less often.
    pub async fn live(self, began: Instant) {
        let raise_at = began + self.plan.raise.at;
        let mut is_raised = false;
        loop {
            if !is_raised && Instant::now() >= raise_at {
                is_raised = true;
                self.told(self.raise().await);
            }
            let since = Instant::now();
            self.told(self.look().await);
            sleep(LOOK.max(4 * since.elapsed())).await;
        }
    }

    fn told(&self, done: anyhow::Result<()>) {
        if let Err(error) = done {
            self.tally.borrow_mut().trouble(format!("admin: {error:#}"));
        }
    }

    async fn look(&self) -> anyhow::Result<()> {
        let line = self.line().await?;
        let waiting = line.queues.iter().map(|one| one.waiting as usize).sum();
        let first = line.queues.into_iter().flat_map(|one| one.first);
        let next = first.take(NEXT).map(|one| one.customer.name).collect();
        self.tally.borrow_mut().looked(waiting, next, line.reps);
        Ok(())
    }

    async fn raise(&self) -> anyhow::Result<()> {
        let raise = self.plan.raise;
        let id = self.tally.borrow().team[raise.rep];
        let (who, from, to) = (labels::rep(raise.rep), raise.from, raise.to);
        {
            let mut tally = self.tally.borrow_mut();
            tally.note(format!(
                "the admin raises the capacity of {who}: {from} to {to}"
            ));
            tally.raised(id, (to - from) as usize, Instant::now());
        }
        let body = json!({ "capacity": to });
        let path = format!("/reps/{id}/capacity");
        self.site.put(&path, &self.token, &body).await.map(drop)
    }
}
