//! One turn of somebody under stress: a command drawn at random, to a conversation drawn at random,
//! on any node.

use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;
use rand::RngExt;
use rand::rngs::StdRng;

use super::board::Known;
use super::house::House;
use crate::access::Actor;
use crate::desk::{Claim, Close, Open, Target};
use crate::error::Result;
use crate::store::conversations::ConversationView;
use crate::words::{Availability, ClientId, ConversationId, Priority, Status, UserId, now};

/// Above so many waiting ones nobody opens another.
const CROWD: usize = 300;

/// How many wait for a claim: the last of the queues is taken care of by hand.
const BY_HAND: f64 = 0.06;

/// What can be done, and how often of a hundred times.
const COMMANDS: &[(Command, u32)] = &[
    (Command::Open, 26),
    (Command::Close, 27),
    (Command::Answer, 8),
    (Command::Say, 4),
    (Command::Claim, 20),
    (Command::Requeue, 2),
    (Command::Transfer, 2),
    (Command::Park, 1),
    (Command::Wake, 1),
    (Command::Prioritize, 2),
    (Command::GiveUp, 1),
    (Command::Reopen, 1),
    (Command::Capacity, 2),
    (Command::Availability, 2),
    (Command::Presence, 1),
];

#[derive(Debug, Clone, Copy)]
enum Command {
    Open,
    Close,
    Answer,
    Say,
    Claim,
    Requeue,
    Transfer,
    Park,
    Wake,
    Prioritize,
    GiveUp,
    Reopen,
    Capacity,
    Availability,
    Presence,
}

/// Somebody who never rests.
pub struct Worker {
    pub house: Rc<House>,
    pub dice: StdRng,
}

impl Worker {
    pub async fn turn(&mut self) {
        let mut roll = self.dice.random_range(0..100);
        let drawn = COMMANDS.iter().find(|(_, weight)| {
            let found = roll < *weight;
            roll = roll.saturating_sub(*weight);
            found
        });
        let command = drawn.map_or(Command::Open, |(command, _)| *command);
        let done = match command {
            Command::Open => self.open().await,
            Command::Close => self.close().await,
            Command::Answer => self.answer().await,
            Command::Say => self.say().await,
            Command::Claim => self.claim().await,
            Command::Requeue => self.requeue().await,
            Command::Transfer => self.transfer().await,
            Command::Park => self.park().await,
            Command::Wake => self.wake().await,
            Command::Prioritize => self.prioritize().await,
            Command::GiveUp => self.give_up().await,
            Command::Reopen => self.reopen().await,
            Command::Capacity => self.capacity().await,
            Command::Availability => self.availability().await,
            Command::Presence => self.presence().await,
        };
        if done.is_none() {
            // There was nothing of the kind; others must have their turn.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn draw(&mut self, status: Status) -> Option<Known> {
        self.house.board.borrow().draw(status, &mut self.dice)
    }

    fn any_rep(&mut self) -> usize {
        self.dice.random_range(0..self.house.reps.len())
    }

    /// The rep who holds this one.
    fn holder(&self, one: &Known) -> Option<Actor> {
        Some(self.house.rep(one.rep?)?.actor.clone())
    }

    /// Counts an answer about a conversation and learns from it; from a refusal, how it stands.
    async fn learn(
        &self,
        command: &'static str,
        id: ConversationId,
        answer: Result<ConversationView>,
    ) -> Option<()> {
        let (view, refused) = self.house.tally.borrow_mut().answered(command, answer);
        if let Some(view) = view {
            self.house.learn(&view);
        }
        if refused {
            self.house.look_up(id).await;
        }
        Some(())
    }

    async fn open(&mut self) -> Option<()> {
        if self.house.board.borrow().count(Status::Waiting) >= CROWD {
            return None;
        }
        let (house, dice) = (&self.house, &mut self.dice);
        let customer = &house.customers[dice.random_range(0..house.customers.len())];
        let queue = match dice.random_bool(BY_HAND) {
            true => house.queues.len() - 1,
            false => dice.random_range(0..house.queues.len() - 1),
        };
        let open = Open {
            client_id: ClientId::new(),
            subject: String::new(),
            text: dice.random_bool(0.5).then(|| "hello".into()),
            attachments: Vec::new(),
            queue: Some(house.queues[queue].id),
            priority: match dice.random_range(0..20) {
                0 => Priority::Urgent,
                1 => Priority::High,
                2 => Priority::Low,
                _ => Priority::Normal,
            },
            leave_message: false,
        };
        let desk = &house.node(dice).desk;
        let answer = desk.open(customer.clone(), open.clone()).await;
        let (opened, _) = house.tally.borrow_mut().answered("open", answer);
        let (view, _) = opened?;
        house.tally.borrow_mut().opened += 1;
        house.tally.borrow_mut().said += u64::from(open.text.is_some());
        house.learn(&view);
        if self.dice.random_bool(0.02) {
            self.open_again(customer.clone(), open, view.id).await;
        }
        Some(())
    }

    /// The same command on any node, as after a lost answer.
    async fn open_again(&mut self, customer: Actor, open: Open, id: ConversationId) {
        let desk = self.house.node(&mut self.dice).desk.clone();
        let answer = desk.open(customer, open).await;
        let mut tally = self.house.tally.borrow_mut();
        let (again, _) = tally.answered("open again", answer);
        if let Some((view, repeated)) = again
            && (view.id != id || !repeated)
        {
            let says = format!("{id} was opened again as {}", view.id);
            tally.wrong(super::tally::Wrong::Twice, says);
        }
    }

    async fn close(&mut self) -> Option<()> {
        let wraps = self.dice.random_bool(0.2);
        let one = match wraps.then(|| self.draw(Status::Wrapup)).flatten() {
            Some(one) => one,
            None => self.draw(Status::Active)?,
        };
        let actor = self.holder(&one)?;
        let desk = self.house.node(&mut self.dice).desk.clone();
        let answer = desk.close(actor, one.id, Close::default()).await;
        let answer = answer.map(|(view, _)| view);
        self.learn("close", one.id, answer).await
    }

    async fn answer(&mut self) -> Option<()> {
        let one = self.draw(Status::Offered)?;
        let actor = self.holder(&one)?;
        let desk = self.house.node(&mut self.dice).desk.clone();
        if self.dice.random_bool(0.8) {
            let answer = desk.accept(actor, one.id).await;
            return self.learn("accept", one.id, answer).await;
        }
        let answer = desk.decline(actor, one.id, None).await;
        self.learn("decline", one.id, answer).await
    }

    async fn say(&mut self) -> Option<()> {
        let one = self.draw(Status::Active)?;
        let actor = self.holder(&one)?;
        let desk = self.house.node(&mut self.dice).desk.clone();
        let sent = desk
            .send(&actor, one.id, ClientId::new(), "hm".to_owned())
            .await;
        let mut tally = self.house.tally.borrow_mut();
        let (sent, _) = tally.answered("say", sent);
        tally.said += u64::from(sent.is_some());
        Some(())
    }

    /// One rep claims, or some, or everybody who serves its queue at once, on different nodes; an
    /// admin for one of them, sometimes beyond his capacity.
    async fn claim(&mut self) -> Option<()> {
        let one = self.draw(Status::Waiting)?;
        let reps = match self.dice.random_range(0..10) {
            0..5 => self.house.who_serve(one.queue),
            5..8 => (0..3).map(|_| self.any_rep()).collect(),
            // Now and then it is somebody who may not.
            _ => vec![self.any_rep()],
        };
        let claims: Vec<_> = reps.iter().map(|rep| self.claim_by(*rep, &one)).collect();
        let mut lost = false;
        for answer in join_all(claims).await {
            let (view, refused) = self.house.tally.borrow_mut().answered("claim", answer);
            lost |= refused;
            if let Some(view) = view {
                self.house.learn(&view);
            }
        }
        if lost {
            self.house.look_up(one.id).await;
        }
        Some(())
    }

    fn claim_by(
        &mut self,
        rep: usize,
        one: &Known,
    ) -> impl Future<Output = Result<ConversationView>> + use<> {
        let rep = self.house.reps[rep].actor.clone();
        let desk = self.house.node(&mut self.dice).desk.clone();
        let (actor, claim) = match self.dice.random_range(0..20) {
            0 => {
                let over_capacity = self.dice.random_bool(0.1);
                let rep = Some(rep.id);
                (self.house.admin.clone(), Claim { rep, over_capacity })
            }
            _ => (rep, Claim::default()),
        };
        let id = one.id;
        async move { desk.claim(actor, id, claim).await }
    }

    async fn requeue(&mut self) -> Option<()> {
        let one = self.draw(Status::Active)?;
        let actor = self.holder(&one)?;
        let desk = self.house.node(&mut self.dice).desk.clone();
        let answer = desk.requeue(actor, one.id, None).await;
        self.learn("requeue", one.id, answer).await
    }

    async fn transfer(&mut self) -> Option<()> {
        let one = self.draw(Status::Active)?;
        let actor = self.holder(&one)?;
        let rep = self.any_rep();
        let rep = self.house.reps[rep].actor.id;
        let queue = self.dice.random_range(0..self.house.queues.len());
        let queue = self.house.queues[queue].id;
        let to = match self.dice.random_range(0..3) {
            0 => Target::Queue(queue),
            1 => Target::Rep {
                rep,
                else_queue: Some(queue),
            },
            _ => Target::Rep {
                rep,
                else_queue: None,
            },
        };
        let desk = self.house.node(&mut self.dice).desk.clone();
        let answer = desk.transfer(actor, one.id, to, None).await;
        self.learn("transfer", one.id, answer).await
    }

    async fn park(&mut self) -> Option<()> {
        let one = self.draw(Status::Active)?;
        let actor = self.holder(&one)?;
        let wakes = now() + self.dice.random_range(500..5_000);
        let desk = self.house.node(&mut self.dice).desk.clone();
        let answer = desk.park(actor, one.id, Some(wakes)).await;
        self.learn("park", one.id, answer).await
    }

    async fn wake(&mut self) -> Option<()> {
        let one = self.draw(Status::Parked)?;
        let desk = self.house.node(&mut self.dice).desk.clone();
        let answer = desk.wake(self.house.admin.clone(), one.id).await;
        self.learn("wake", one.id, answer).await
    }

    async fn prioritize(&mut self) -> Option<()> {
        let one = self.draw(Status::Waiting)?;
        let priority = Priority::ALL[self.dice.random_range(0..Priority::ALL.len())];
        let desk = self.house.node(&mut self.dice).desk.clone();
        let admin = self.house.admin.clone();
        let answer = desk.prioritize(admin, one.id, priority).await;
        self.learn("prioritize", one.id, answer).await
    }

    /// A customer waits no longer.
    async fn give_up(&mut self) -> Option<()> {
        let one = self.draw(Status::Waiting)?;
        let customer = self.customer(one.customer)?;
        let desk = self.house.node(&mut self.dice).desk.clone();
        let answer = desk.close(customer, one.id, Close::default()).await;
        let answer = answer.map(|(view, _)| view);
        self.learn("give up", one.id, answer).await
    }

    async fn reopen(&mut self) -> Option<()> {
        let id = self.house.board.borrow().draw_ended(&mut self.dice)?;
        let desk = self.house.node(&mut self.dice).desk.clone();
        let answer = desk.reopen(self.house.admin.clone(), id).await;
        self.learn("reopen", id, answer).await
    }

    fn customer(&self, id: UserId) -> Option<Actor> {
        self.house
            .customers
            .iter()
            .find(|one| one.id == id)
            .cloned()
    }

    async fn capacity(&mut self) -> Option<()> {
        let rep = self.any_rep();
        let rep = self.house.reps[rep].actor.id;
        let capacity = self.dice.random_range(0..9);
        let desk = self.house.node(&mut self.dice).desk.clone();
        let admin = self.house.admin.clone();
        let answer = desk.set_capacity(admin, rep, capacity).await;
        self.house.tally.borrow_mut().answered("capacity", answer);
        Some(())
    }

    /// Two of three stay or become available.
    async fn availability(&mut self) -> Option<()> {
        let rep = self.any_rep();
        let actor = self.house.reps[rep].actor.clone();
        let wants = match self.dice.random_bool(0.7) {
            true => Availability::Available,
            false => Availability::ALL[self.dice.random_range(0..Availability::ALL.len())],
        };
        let desk = self.house.node(&mut self.dice).desk.clone();
        let id = actor.id;
        let answer = desk.set_availability(actor, id, wants).await;
        let mut tally = self.house.tally.borrow_mut();
        tally.answered("availability", answer);
        Some(())
    }

    async fn presence(&mut self) -> Option<()> {
        let rep = self.any_rep();
        let node = self.dice.random_range(0..self.house.apps.len());
        let (command, answer) = if !self.house.is_there(rep) {
            ("arrive", self.house.arrive(rep, node).await)
        } else if self.dice.random_bool(0.3) {
            ("leave", self.house.leave(rep).await)
        } else {
            return None;
        };
        self.house.tally.borrow_mut().answered(command, answer);
        Some(())
    }
}
