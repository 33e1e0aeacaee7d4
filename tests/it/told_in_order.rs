//! What is said at once, on several threads, is told in the order of its numbers.

use switchboard::settings::Settings;

use crate::harness::{World, client_id};

/// Couples, and how much each of them says. Less than a mailbox holds.
const COUPLES: usize = 16;
const EACH: usize = 12;

/// Nobody is looked after meanwhile: on a slow day that would find what is still on its way.
fn change(settings: &mut Settings) {
    settings.workers = 4;
    settings.position_check_ms = 3_600_000;
}

#[actix_web::test]
async fn embedded() {
    let world = World::embedded_with(change).await;
    nobody_asks_the_database_for_what_he_is_told(&world).await;
    world.end().await;
}

#[actix_web::test]
async fn services() {
    if let Some(world) = World::services_with(1, change).await {
        nobody_asks_the_database_for_what_he_is_told(&world).await;
        world.end().await;
    }
}

async fn nobody_asks_the_database_for_what_he_is_told(world: &World) {
    let mut sockets = Vec::new();
    for _ in 0..COUPLES {
        let rep = world.rep(0, 1).await;
        let mut serving = rep.socket().await;
        let customer = world.customer(0).await;
        let id = customer.open().await;
        serving.event("assigned").await;
        let mut served = customer.socket().await;
        served.event("assigned").await;
        sockets.push((id.clone(), serving));
        sockets.push((id, served));
    }
    let before = world.nodes[0].app.metrics.catch_ups.get();
    for _ in 0..EACH {
        for (id, socket) in &sockets {
            socket.send(id, &client_id(), "at once").await;
        }
    }
    for (_, socket) in &mut sockets {
        let mut at = None;
        for _ in 0..2 * EACH {
            let told = socket.event("message").await;
            assert!(at.is_none_or(|at| told["after"] == at), "{told}");
            at = Some(told["seq"].clone());
        }
    }
    let asked = world.nodes[0].app.metrics.catch_ups.get() - before;
    assert_eq!(asked, 0, "gaps that were read");
}

mod between {
    use std::sync::mpsc;

    use serde_json::json;
    use switchboard::store::Conn;

    use super::*;
    use crate::harness::until;

    /// In one batch of the writer, which SQLite has for all. Whoever hears of the two messages is
    /// another after a transfer, and the same after a change of the priority.
    #[actix_web::test]
    async fn embedded() {
        for what in ["transferred", "prioritized"] {
            let world = World::embedded_with(change).await;
            what_comes_between_two_messages_is_told_between_them(&world, what).await;
            world.end().await;
        }
    }

    async fn what_comes_between_two_messages_is_told_between_them(world: &World, what: &str) {
        let (one, two) = (world.rep(0, 1).await, world.rep(1, 1).await);
        let mut first = one.socket().await;
        let ann = world.customer(0).await;
        let id = ann.open().await;
        first.event("assigned").await;
        let mut hers = ann.socket().await;
        hers.event("assigned").await;
        let _second = two.socket().await;
        // Nothing is written until all of it has come.
        let store = world.nodes[0].app.store.clone();
        let (release, held) = mpsc::channel::<()>();
        let (begin, begun) = mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        let holds = store.clone();
        let holding = tokio::spawn(async move {
            let hold = move |_: &mut Conn| {
                begin.send(()).unwrap();
                let _ = held.lock().unwrap().recv();
                Ok(())
            };
            holds.write(hold).await
        });
        let waits = async |count: usize| until("it waits", async || store.backlog() >= count).await;
        tokio::task::spawn_blocking(move || begun.recv())
            .await
            .unwrap()
            .unwrap();
        hers.send(&id, &client_id(), "before").await;
        waits(1).await;
        let in_between = async {
            match what {
                "transferred" => one.act(&id, "transfer", json!({ "rep": two.id })).await,
                _ => {
                    let path = format!("/api/v1/conversations/{id}/priority");
                    one.put(&path, json!({ "priority": "high" })).await
                }
            }
        };
        let and_so_on = async {
            waits(2).await;
            hers.send(&id, &client_id(), "behind").await;
            waits(3).await;
            release.send(()).unwrap();
        };
        let (given, ()) = tokio::join!(in_between, and_so_on);
        given.ok(200);
        holding.await.unwrap().unwrap();
        let (mut at, mut kinds) = (None, Vec::new());
        loop {
            let told = hers.wait("event").await;
            assert!(at.is_none_or(|at| told["after"] == at), "{told}");
            assert_eq!(
                told["after"].as_i64().map(|after| after + 1),
                told["seq"].as_i64()
            );
            at = Some(told["seq"].clone());
            kinds.push(told["kind"].clone());
            if told["text"] == "behind" {
                break;
            }
        }
        assert!(kinds.contains(&json!(what)), "{kinds:?}");
        if what == "prioritized" {
            return;
        }
        assert!(kinds.contains(&json!("assigned")), "{kinds:?}");
        first.wait("gone").await;
        let foreign = |frame: &serde_json::Value| frame["text"] == "behind";
        assert!(first.never(foreign), "it was said when he had it no more");
    }
}
