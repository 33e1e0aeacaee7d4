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
