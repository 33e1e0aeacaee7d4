//! A rep: he greets whom he is given, answers, closes with last words. One of them goes for a
//! while and comes back, another sets himself away.

use std::collections::HashMap;
use std::rc::Rc;

use rand::rngs::StdRng;
use tokio::time::{Instant, sleep_until};

use super::plan::{Dice, Plan};
use super::talker::Talker;
use super::tally::Shared;
use super::{labels, texts};
use crate::client::{Frame, Signed, Site};
use crate::words::{ConversationId, EventKind};

/// One conversation of a rep.
struct Chat {
    /// How often he answers yet before he closes.
    left: u32,
    is_greeted: bool,
    /// When he says his next words.
    due: Option<Instant>,
}

/// What a rep does besides answering, and when.
#[derive(Debug, Clone, Copy)]
enum Act {
    Leave { back: Instant },
    Away,
    Available,
}

/// A rep and what he holds.
pub struct Rep {
    index: usize,
    plan: Rc<Plan>,
    tally: Shared,
    talker: Talker,
    rng: StdRng,
    chats: HashMap<ConversationId, Chat>,
    /// In the order of time.
    acts: Vec<(Instant, Act)>,
}

impl Rep {
    pub fn new(index: usize, site: Site, me: Signed, plan: Rc<Plan>, tally: Shared) -> Self {
        let talker = Talker::new(site, me, labels::rep(index), tally.clone());
        let rng = plan.rng(Dice::Rep(index));
        Self {
            index,
            plan,
            tally,
            talker,
            rng,
            chats: HashMap::new(),
            acts: Vec::new(),
        }
    }

    /// Takes his seat; answers once the server knows that he is there.
    pub async fn sit_down(&mut self) -> anyhow::Result<()> {
        let ready = self.talker.hear().await?;
        self.heard(ready);
        Ok(())
    }

    /// Works for ever.
    pub async fn live(mut self, began: Instant) {
        let (leave, away) = (self.plan.leave, self.plan.away);
        if leave.rep == self.index {
            let back = began + leave.to;
            self.acts.push((began + leave.from, Act::Leave { back }));
        }
        if away.rep == self.index {
            self.acts.push((began + away.from, Act::Away));
            self.acts.push((began + away.to, Act::Available));
        }
        if let Err(error) = self.work().await {
            let text = format!("{}: {error:#}", labels::rep(self.index));
            self.tally.borrow_mut().trouble(text);
        }
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        loop {
            let next = self.next();
            let speak_at = next.map_or_else(Instant::now, |(at, _)| at);
            let act = self.acts.first().map(|(at, _)| *at);
            tokio::select! {
                // What is heard comes before what is said: his clock is the server's news.
                biased;
                frame = self.talker.hear() => self.heard(frame?),
                () = sleep_until(act.unwrap_or_else(Instant::now)), if act.is_some() => {
                    let (_, act) = self.acts.remove(0);
                    self.act(act).await?;
                }
                () = sleep_until(speak_at), if next.is_some() => {
                    if let Some((_, id)) = next {
                        self.speak(id).await;
                    }
                }
            }
        }
    }

    /// Whose turn it is next, and when.
    fn next(&self) -> Option<(Instant, ConversationId)> {
        let due = self
            .chats
            .iter()
            .filter_map(|(id, chat)| Some((chat.due?, *id)));
        let (at, id) = due.min()?;
        Some((at.max(self.talker.free_at), id))
    }

    fn heard(&mut self, frame: Frame) {
        match frame {
            Frame::Ready { conversations } => {
                // After a pause: what is not his any more is gone, what is new is greeted.
                self.chats
                    .retain(|id, _| conversations.iter().any(|one| one.id == *id));
                conversations.iter().for_each(|one| self.begin(one.id));
            }
            Frame::Assigned { conversation } => self.begin(conversation.id),
            Frame::Event { event, .. } => {
                let by_me = event.sender_id == Some(self.talker.me.id);
                match event.kind {
                    EventKind::Message if !by_me => self.wake(event.conversation),
                    EventKind::Closed => drop(self.chats.remove(&event.conversation)),
                    _ => {}
                }
            }
            Frame::Ack {
                conversation: Some(id),
                ..
            } => {
                self.tally.borrow_mut().slot_freed(id, self.talker.me.id);
            }
            _ => {}
        }
    }

    fn begin(&mut self, id: ConversationId) {
        let (due, left) = (
            self.plan.think(&mut self.rng),
            self.plan.answers(&mut self.rng),
        );
        self.chats.entry(id).or_insert_with(|| Chat {
            left,
            is_greeted: false,
            due: Some(Instant::now() + due),
        });
    }

    /// His customer has said something.
    fn wake(&mut self, id: ConversationId) {
        let think = self.plan.think(&mut self.rng);
        if let Some(chat) = self.chats.get_mut(&id)
            && chat.is_greeted
        {
            chat.due = Some(Instant::now() + think);
        }
    }

    async fn speak(&mut self, id: ConversationId) {
        let Some(chat) = self.chats.get_mut(&id) else {
            return;
        };
        chat.due = None;
        if !chat.is_greeted {
            chat.is_greeted = true;
            self.talker.send(id, texts::greeting(&mut self.rng)).await;
            return;
        }
        chat.left = chat.left.saturating_sub(1);
        if chat.left > 0 {
            self.talker.send(id, texts::help(&mut self.rng)).await;
            return;
        }
        let me = self.talker.me.id;
        self.tally.borrow_mut().closing(id, me);
        self.talker
            .close(id, texts::last_words(&mut self.rng))
            .await;
    }

    async fn act(&mut self, act: Act) -> anyhow::Result<()> {
        let (me, id) = (labels::rep(self.index), self.talker.me.id);
        match act {
            Act::Leave { back } => {
                self.says(format!("{me} closes his socket"));
                self.tally.borrow_mut().takes_none(id);
                self.talker.leave().await;
                sleep_until(back).await;
                self.sit_down().await?;
                self.says(format!(
                    "{me} is back, with {} conversations",
                    self.chats.len()
                ));
                self.tally.borrow_mut().takes_again(id);
            }
            Act::Away => {
                self.says(format!("{me} sets himself away"));
                self.tally.borrow_mut().takes_none(id);
                self.talker.set("away").await;
            }
            Act::Available => {
                self.says(format!("{me} is available again"));
                self.talker.set("available").await;
                self.tally.borrow_mut().takes_again(id);
            }
        }
        Ok(())
    }

    fn says(&self, text: String) {
        self.tally.borrow_mut().note(text);
    }
}
