//! A customer: he comes, asks, waits, talks, and goes when he is served.

use std::rc::Rc;

use anyhow::Context;
use rand::rngs::StdRng;
use serde_json::json;
use tokio::time::{Instant, sleep_until};

use super::plan::{Dice, Plan};
use super::talker::Talker;
use super::tally::Shared;
use super::{labels, texts};
use crate::client::{Frame, Signed, Site};
use crate::store::conversations::ConversationView;
use crate::words::{ClientId, ConversationId, EventKind};

/// A customer and what he knows.
pub struct Customer {
    index: usize,
    site: Site,
    plan: Rc<Plan>,
    tally: Shared,
    talker: Talker,
    rng: StdRng,
    conversation: Option<ConversationId>,
    /// When he says his next words.
    due: Option<Instant>,
    is_closed: bool,
}

impl Customer {
    pub fn new(index: usize, site: Site, me: Signed, plan: Rc<Plan>, tally: Shared) -> Self {
        let talker = Talker::new(site.clone(), me, labels::customer(index), tally.clone());
        let rng = plan.rng(Dice::Customer(index));
        Self {
            index,
            site,
            plan,
            tally,
            talker,
            rng,
            conversation: None,
            due: None,
            is_closed: false,
        }
    }

    /// Comes at his time and stays to the end.
    pub async fn live(mut self, began: Instant) {
        sleep_until(began + self.plan.arrivals[self.index]).await;
        match self.visit().await {
            Ok(()) => self.tally.borrow_mut().served += 1,
            Err(error) => {
                let text = format!("{}: {error:#}", labels::customer(self.index));
                self.tally.borrow_mut().trouble(text);
            }
        }
    }

    async fn visit(&mut self) -> anyhow::Result<()> {
        // `ready` comes first: the assignment may be quicker than the answer to the opening.
        self.talker.hear().await?;
        let (subject, text) = texts::question(&mut self.rng);
        let site = self.site.clone();
        let token = self.talker.me.token.clone();
        let client_id = ClientId::new();
        let body = json!({ "client_id": client_id, "subject": subject, "text": text });
        let opening = async move { site.post("/conversations", Some(&token), &body).await };
        tokio::pin!(opening);
        while !(self.is_closed && self.conversation.is_some() && self.talker.is_settled()) {
            let due = self.due;
            tokio::select! {
                opened = &mut opening, if self.conversation.is_none() => {
                    let at = Instant::now();
                    let view: ConversationView = serde_json::from_value(opened?)
                        .context("the opened conversation cannot be read")?;
                    self.conversation = Some(view.id);
                    self.tally.borrow_mut().opened(view.id, self.index, at);
                }
                frame = self.talker.hear() => self.heard(frame?),
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.answer().await;
                }
            }
        }
        self.talker.leave().await;
        Ok(())
    }

    fn heard(&mut self, frame: Frame) {
        match frame {
            Frame::Assigned { conversation } => {
                self.tally.borrow_mut().assigned(&conversation, self.index);
            }
            Frame::Event { event, .. } => {
                let by_me = event.sender_id == Some(self.talker.me.id);
                match event.kind {
                    EventKind::Message if !by_me => {
                        self.due = Some(Instant::now() + self.plan.think(&mut self.rng));
                    }
                    EventKind::Closed => {
                        self.is_closed = true;
                        self.due = None;
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    async fn answer(&mut self) {
        self.due = None;
        if let Some(id) = self.conversation {
            let text = texts::answer(&mut self.rng);
            self.talker.send(id, text).await;
        }
    }
}
