//! Many at once: random commands of many clients, and conflicts sought on purpose.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use crate::harness::{World, client_id, until};
use crate::on_both;
use crate::person::{Answer, Person};

/// The seed of this run: given, or new; printed, so that a failure can be run again.
pub fn seed() -> u64 {
    let given = std::env::var("SEED")
        .ok()
        .and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(rand::random);
    println!("SEED={seed}");
    seed
}

on_both!(
    ten_thousand_random_commands,
    conflicts_on_five_conversations
);

/// What the clients share: the conversations that may be open.
#[derive(Default)]
struct Shared {
    open: RefCell<Vec<(String, Person)>>,
    opened: RefCell<Vec<(String, Person)>>,
    /// Those who were told to come again later, as on a slow day.
    busy: Cell<usize>,
}

/// Whether it is a refusal for want of time, of which there may be a few.
fn is_busy(answer: &Answer) -> bool {
    let code = answer.body["code"].as_str();
    answer.status == 503 && [Some("overloaded"), Some("unavailable")].contains(&code)
}

const CLIENTS: usize = 24;
const COMMANDS: usize = 10_000;

async fn ten_thousand_random_commands(world: &World) {
    let seed = seed();
    let shared = Rc::new(Shared::default());
    let admin = world.admin().await;
    let mut reps = Vec::new();
    let mut sockets = Vec::new();
    for turn in 0..8 {
        let rep = world.rep(turn, 1 + turn as i32 % 4).await;
        sockets.push(rep.socket().await);
        reps.push(rep);
    }
    let reps = Rc::new(reps);
    let clients = (0..CLIENTS).map(|client| {
        let (shared, reps, admin) = (shared.clone(), reps.clone(), admin.clone());
        let bases: Vec<String> = (0..world.nodes.len())
            .map(|turn| world.base(turn))
            .collect();
        async move {
            let mut dice = StdRng::seed_from_u64(seed ^ client as u64);
            let mut customer = world.customer(client).await;
            for step in 0..COMMANDS / CLIENTS + 1 {
                if step % 15 == 14 {
                    // A person has only so many open conversations.
                    customer = world.customer(client).await;
                }
                let base = bases[dice.random_range(0..bases.len())].clone();
                command(
                    &mut dice,
                    &shared,
                    &reps,
                    &admin.at(base.clone()),
                    &customer.at(base),
                )
                .await;
            }
        }
    });
    join_all(clients).await;
    let busy = shared.busy.get();
    assert!(busy < COMMANDS / 20, "{busy} were told to come again");

    // With room for all, those who wait are served; then everything is closed, each served at
    // most once.
    for rep in reps.iter() {
        let path = format!("/api/v1/reps/{}/capacity", rep.id);
        admin.put(&path, json!({ "capacity": 100 })).await.ok(200);
        let path = format!("/api/v1/reps/{}/availability", rep.id);
        admin
            .put(&path, json!({ "availability": "available" }))
            .await
            .ok(200);
    }
    until("an empty line, or no room left", async || {
        let line = admin.get("/api/v1/line").await.ok(200);
        let full = |rep: &serde_json::Value| rep["load"] == 100;
        line["queues"][0]["waiting"] == 0 || line["reps"].as_array().unwrap().iter().all(full)
    })
    .await;
    let opened = shared.opened.borrow().clone();
    println!("{} conversations", opened.len());
    assert!(opened.len() > COMMANDS / 10, "most commands did nothing");
    let bases: Vec<String> = (0..world.nodes.len())
        .map(|turn| world.base(turn))
        .collect();
    for (n, (id, customer)) in opened.iter().enumerate() {
        admin
            .at(bases[n % bases.len()].clone())
            .close(id)
            .await
            .ok(200);
        let log = customer.log(id).await;
        let assigned = log
            .iter()
            .filter(|event| event["kind"] == "assigned")
            .count();
        assert!(assigned <= 1, "{id} was served {assigned} times");
        assert_eq!(log.last().unwrap()["kind"], "closed");
    }
    let list = admin.get("/api/v1/reps").await.ok(200);
    assert!(
        list.as_array().unwrap().iter().all(|rep| rep["load"] == 0),
        "{list}"
    );
}

/// One random command. What the server refuses must be a refusal, never a failure.
async fn command(
    dice: &mut StdRng,
    shared: &Shared,
    reps: &[Person],
    admin: &Person,
    customer: &Person,
) {
    let rep = reps[dice.random_range(0..reps.len())].at(admin.base.clone());
    let any = {
        let open = shared.open.borrow();
        (!open.is_empty()).then(|| open[dice.random_range(0..open.len())].clone())
    };
    let answer = match (dice.random_range(0..100), any) {
        (0..20, _) | (_, None) => {
            let body = json!({ "client_id": client_id(), "text": "hello" });
            let answer = customer.post("/api/v1/conversations", body).await;
            if answer.status == 201 {
                let id = answer.body["id"].as_str().unwrap().to_owned();
                shared
                    .open
                    .borrow_mut()
                    .push((id.clone(), customer.clone()));
                shared.opened.borrow_mut().push((id, customer.clone()));
            }
            answer
        }
        (20..45, Some((id, _))) => rep.claim(&id).await,
        (45..75, Some((id, owner))) => {
            let closer = match dice.random_range(0..3) {
                0 => owner.at(admin.base.clone()),
                1 => rep,
                _ => admin.clone(),
            };
            let answer = closer.close(&id).await;
            if answer.status == 200 {
                shared.open.borrow_mut().retain(|(one, _)| *one != id);
            }
            answer
        }
        (75..85, Some((id, owner))) => {
            let path = format!("/api/v1/conversations/{id}/messages");
            let body = json!({ "client_id": client_id(), "text": "and?" });
            owner.at(admin.base.clone()).post(&path, body).await
        }
        (85..95, _) => {
            let path = format!("/api/v1/reps/{}/capacity", rep.id);
            admin
                .put(&path, json!({ "capacity": dice.random_range(0..5) }))
                .await
        }
        _ => {
            let word = ["available", "available", "busy", "away"][dice.random_range(0..4)];
            let path = format!("/api/v1/reps/{}/availability", rep.id);
            rep.put(&path, json!({ "availability": word })).await
        }
    };
    match is_busy(&answer) {
        true => shared.busy.set(shared.busy.get() + 1),
        false => assert!(answer.status < 500, "{answer:?}"),
    }
}

async fn conflicts_on_five_conversations(world: &World) {
    const EACH: usize = 40;
    let seed = seed();
    let admin = world.admin().await;
    let mut chats = Vec::new();
    let mut sockets = Vec::new();
    for turn in 0..5 {
        let (rep, customer) = (world.rep(turn, 1).await, world.customer(turn).await);
        let id = customer.open().await;
        rep.claim(&id).await.ok(200);
        sockets.push(rep.socket().await);
        chats.push((id, rep, customer));
    }
    let (chats, busy) = (Rc::new(chats), Rc::new(Cell::new(0)));
    let clients = (0..CLIENTS).map(|client| {
        let (chats, admin, busy) = (chats.clone(), admin.clone(), busy.clone());
        let mut dice = StdRng::seed_from_u64(seed ^ client as u64);
        async move {
            for _ in 0..EACH {
                let base = world.base(dice.random_range(0..3));
                let (id, rep, customer) = &chats[dice.random_range(0..5)];
                let path = format!("/api/v1/conversations/{id}/messages");
                let body = json!({ "client_id": client_id(), "text": "hello" });
                let answer = match dice.random_range(0..100) {
                    0..40 => customer.at(base).post(&path, body).await,
                    40..70 => rep.at(base).post(&path, body).await,
                    70..98 => {
                        let path = format!("/api/v1/reps/{}/capacity", rep.id);
                        let capacity = dice.random_range(0..5);
                        admin
                            .at(base)
                            .put(&path, json!({ "capacity": capacity }))
                            .await
                    }
                    _ => customer.at(base).close(id).await,
                };
                match is_busy(&answer) {
                    true => busy.set(busy.get() + 1),
                    false => assert!([200, 201, 409].contains(&answer.status), "{answer:?}"),
                }
            }
        }
    });
    join_all(clients).await;
    let busy = busy.get();
    assert!(busy < CLIENTS * EACH / 20, "{busy} were told to come again");
    for (id, _, customer) in chats.iter() {
        let log = customer.log(id).await;
        let seqs: Vec<i64> = log
            .iter()
            .map(|event| event["seq"].as_i64().unwrap())
            .collect();
        assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>());
    }
}
