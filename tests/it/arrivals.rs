//! Customers and reps who come, go and come back: who is served, and in which order.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use switchboard::settings::Settings;

use crate::harness::{World, until};
use crate::many::seed;
use crate::on_both_with;
use crate::person::Person;
use crate::queues::all_is_told;
use crate::socket::Socket;

on_both_with!(
    unhurried;
    a_rep_who_comes_is_filled_by_what_is_told_alone,
    whoever_comes_and_goes_is_served_in_the_order_of_opening,
    a_rep_made_without_a_capacity_holds_five,
);

/// Nothing is compared or renewed for minutes, and nobody is given up.
fn unhurried(settings: &mut Settings) {
    settings.reconcile_ms = 600_000;
    settings.lease_ms = 600_000;
    settings.position_check_ms = 600_000;
    settings.customer_grace_ms = 600_000;
}

async fn assigned(socket: &mut Socket) -> String {
    let told = socket.wait("assigned").await;
    told["conversation"]["id"].as_str().unwrap().to_owned()
}

async fn a_rep_who_comes_is_filled_by_what_is_told_alone(world: &World) {
    let mut ids = Vec::new();
    for turn in 0..5 {
        ids.push(world.customer(turn).await.open().await);
    }
    until("a line of five at every node", async || {
        for node in &world.nodes {
            let held = node.app.desk.held().await;
            if held.is_none_or(|held| held.conversations.len() != 5) {
                return false;
            }
        }
        true
    })
    .await;
    let fills = || -> u64 {
        let nodes = world.nodes.iter();
        nodes.map(|node| node.app.metrics.fills.get()).sum()
    };
    let before = fills();
    let rep = world.rep(2, 5).await;
    let mut socket = rep.at(world.base(1)).socket().await;
    let mut told = Vec::new();
    for _ in 0..5 {
        told.push(assigned(&mut socket).await);
    }
    told.sort();
    ids.sort();
    assert_eq!(told, ids);
    for id in &ids {
        assert_eq!(world.status(id).await, "active");
    }
    assert_eq!(fills(), before, "the line was filled anew");
}

async fn whoever_comes_and_goes_is_served_in_the_order_of_opening(world: &World) {
    let mut dice = StdRng::seed_from_u64(seed());
    let (mut customers, mut ids) = (Vec::new(), Vec::new());
    for turn in 0..10 {
        let customer = world.customer(turn).await;
        ids.push(customer.open().await);
        customers.push(customer);
    }
    let mut sockets: Vec<Option<Socket>> = customers.iter().map(|_| None).collect();
    for _ in 0..120 {
        let who = dice.random_range(0..customers.len());
        let customer = customers[who].at(world.base(dice.random_range(0..3)));
        match dice.random_range(0..10) {
            0..4 => sockets[who] = Some(customer.socket().await),
            4..7 => sockets[who] = None,
            7 => drop(customer.get("/api/v1/conversations").await.ok(200)),
            8 => drop(customer.log(&ids[who]).await),
            _ => assert_eq!(customer.view(&ids[who]).await["status"], "waiting"),
        }
    }
    drop(sockets);
    let mut back = Vec::new();
    for (n, customer) in customers.iter().enumerate() {
        let mut socket = customer
            .at(world.base(dice.random_range(0..3)))
            .socket()
            .await;
        assert_eq!(socket.wait("line").await["position"], n + 1);
        back.push(socket);
    }
    all_is_told(world).await;
    let rep = world.rep(1, 1).await;
    let mut socket = rep.socket().await;
    for id in &ids {
        assert_eq!(&assigned(&mut socket).await, id);
        rep.close(id).await.ok(200);
    }
    for (customer, id) in customers.iter().zip(&ids) {
        let kinds = customer.kinds(id).await;
        assert_eq!(kinds, ["opened", "assigned", "closed"]);
    }
}

async fn a_rep_made_without_a_capacity_holds_five(world: &World) {
    let admin = world.admin().await;
    let account = json!({ "username": "newcomer", "password": "correct horse" });
    let made = admin.post("/api/v1/reps", account).await.ok(201);
    assert_eq!((&made["capacity"], &made["load"]), (&json!(5), &json!(0)));
    let login = json!({ "login": "newcomer", "password": "correct horse" });
    let signed_in = admin.post("/api/v1/sessions", login).await.ok(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rep = Person::new(
        text(&made["id"]).parse().unwrap(),
        text(&made["name"]),
        world.base(1),
        text(&signed_in["access_token"]),
    );
    let mut ids = Vec::new();
    for turn in 0..6 {
        ids.push(world.customer(turn).await.open().await);
    }
    all_is_told(world).await;
    let mut socket = rep.socket().await;
    let mut told = Vec::new();
    for _ in 0..5 {
        told.push(assigned(&mut socket).await);
    }
    let mut first = ids[..5].to_vec();
    first.sort();
    told.sort();
    assert_eq!(told, first);
    all_is_told(world).await;
    assert_eq!(world.status(&ids[5]).await, "waiting");
    rep.close(&ids[0]).await.ok(200);
    assert_eq!(assigned(&mut socket).await, ids[5]);
}
