//! Everybody who takes part: how they get their accounts, begin, and go.

use std::rc::Rc;

use anyhow::{Context, bail};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

use super::admin::Admin;
use super::customer::Customer;
use super::host::Host;
use super::labels;
use super::plan::Plan;
use super::rep::Rep;
use super::tally::{Phase, Shared};
use crate::client::{Login, Signed, Site};
use crate::people::random_hex;
use crate::store::rep_views::RepView;
use crate::words::UserId;

/// Accounts made at a time: passwords cost time, and the server lets only so many wait.
const AT_A_TIME: usize = 8;

/// All people of the story.
pub struct Crowd {
    pub admin: Admin,
    customers: Vec<Customer>,
    reps: Vec<Rep>,
    /// Both end when they are dropped, so that a stopped story leaves nobody behind.
    guests: JoinSet<()>,
    staff: JoinSet<()>,
    tally: Shared,
}

impl Crowd {
    /// Makes the accounts; the reps take their seats.
    pub async fn gather(plan: &Rc<Plan>, host: &Host, tally: &Shared) -> anyhow::Result<Self> {
        let site = Site::new(host.url());
        let token = host.admin(&site).await?;
        let admin = Admin::new(site.clone(), token, plan.clone(), tally.clone());
        if let Host::Running { .. } = host {
            free(&admin).await?;
        }
        let run = &Uuid::new_v4().simple().to_string()[..6];
        let (site, admin) = (&site, &admin);
        let login = |index| match host.guest() {
            Some(guest) if index == plan.steady() => guest,
            _ => Login {
                login: format!("demo-{run}-rep-{}", index + 1),
                password: random_hex(),
            },
        };
        let reps: Vec<Signed> = stream::iter(0..plan.capacities.len())
            .map(|index| add_rep(site, admin, login(index), index, plan.capacities[index]))
            .buffered(AT_A_TIME)
            .inspect_ok(|_| counted(tally))
            .try_collect()
            .await?;
        let customers: Vec<Signed> = stream::iter(0..plan.arrivals.len())
            .map(|index| add_customer(site, run, index))
            .buffered(AT_A_TIME)
            .inspect_ok(|_| counted(tally))
            .try_collect()
            .await?;
        tally.borrow_mut().team = reps.iter().map(|one| one.id).collect();
        let mut seated = Vec::new();
        for (index, me) in reps.into_iter().enumerate() {
            let mut rep = Rep::new(index, site.clone(), me, plan.clone(), tally.clone());
            let seat = rep.sit_down().await;
            seat.with_context(|| format!("{} gets no socket", labels::rep(index)))?;
            seated.push(rep);
        }
        let customer =
            |(index, me)| Customer::new(index, site.clone(), me, plan.clone(), tally.clone());
        Ok(Self {
            admin: admin.clone(),
            customers: customers.into_iter().enumerate().map(customer).collect(),
            reps: seated,
            guests: JoinSet::new(),
            staff: JoinSet::new(),
            tally: tally.clone(),
        })
    }

    /// Everybody does what he came for.
    pub fn play(&mut self, plan: &Plan, tally: &Shared) {
        let began = Instant::now();
        let text = match plan.burst {
            1 => "the first customer comes".to_owned(),
            many => format!("{many} customers come at once"),
        };
        tally.borrow_mut().note(text);
        self.staff.spawn_local(self.admin.clone().live(began));
        for rep in self.reps.drain(..) {
            self.staff.spawn_local(rep.live(began));
        }
        for customer in self.customers.drain(..) {
            self.guests.spawn_local(customer.live(began));
        }
    }

    /// Waits until the last customer has gone.
    pub async fn finished(&mut self) {
        while let Some(gone) = self.guests.join_next().await {
            if let Err(error) = gone {
                self.tally
                    .borrow_mut()
                    .trouble(format!("a customer broke: {error}"));
            }
        }
        let mut tally = self.tally.borrow_mut();
        tally.ended = Some(Instant::now());
    }

    /// Everybody goes home.
    pub async fn leave(mut self) {
        self.guests.shutdown().await;
        self.staff.shutdown().await;
    }
}

fn counted(tally: &Shared) {
    let mut tally = tally.borrow_mut();
    if let Phase::Gathering(count) = &mut tally.phase {
        *count += 1;
    }
}

/// Strangers would be served by our reps, and our customers by theirs.
async fn free(admin: &Admin) -> anyhow::Result<()> {
    let line = admin.line().await?;
    let waiting: i64 = line.queues.iter().map(|one| one.waiting).sum();
    let present = line.reps.iter().filter(|one| one.present).count();
    if waiting > 0 || present > 0 {
        bail!(
            "this server is in use ({waiting} waiting, {present} reps present) and the demo would \
             mix with it; give one that is free"
        );
    }
    Ok(())
}

async fn add_rep(
    site: &Site,
    admin: &Admin,
    login: Login,
    index: usize,
    capacity: i32,
) -> anyhow::Result<Signed> {
    let body = json!({
        "username": login.login, "password": login.password, "display_name": labels::rep(index),
        "capacity": capacity,
    });
    let made: RepView = serde_json::from_value(admin.post("/reps", &body).await?)?;
    let signed = site.sign_in(&login).await?;
    let same: UserId = made.id;
    if same != signed.id {
        bail!("{} was made as another", login.login);
    }
    Ok(signed)
}

async fn add_customer(site: &Site, run: &str, index: usize) -> anyhow::Result<Signed> {
    let body = json!({
        "username": format!("demo-{run}-customer-{}", index + 1), "password": random_hex(),
        "display_name": labels::customer(index),
    });
    site.sign(site.post("/customers", None, &body)).await
}
