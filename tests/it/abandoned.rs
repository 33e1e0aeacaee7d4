//! What is written although nobody waits for it any more is told all the same.

use std::sync::{Mutex, mpsc};
use std::time::Duration;

use switchboard::access::Actor;
use switchboard::desk::Close;
use switchboard::settings::Settings;
use switchboard::store::{Conn, events};
use switchboard::words::Role;

use crate::harness::World;

/// Nobody is looked after: only the doorbell tells.
fn change(settings: &mut Settings) {
    settings.position_check_ms = 3_600_000;
}

#[actix_web::test]
async fn embedded() {
    let world = World::embedded_with(change).await;
    what_is_written_later_is_told(&world).await;
    world.end().await;
}

#[actix_web::test]
async fn services() {
    if let Some(world) = World::services_with(1, change).await {
        what_is_written_later_is_told(&world).await;
        world.end().await;
    }
}

async fn what_is_written_later_is_told(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    let mut socket = ann.socket().await;
    let (app, conversation) = (world.nodes[0].app.clone(), id.parse().unwrap());
    // The disk stalls, or somebody else has it.
    let (release, held) = mpsc::channel::<()>();
    let (holds, is_held) = mpsc::channel();
    let held = Mutex::new((held, holds));
    let store = app.store.clone();
    let holding = tokio::spawn(async move {
        let hold = move |conn: &mut Conn| {
            events::bump(conn, conversation, 0)?;
            let (held, holds) = &*held.lock().unwrap();
            holds.send(()).unwrap();
            let _ = held.recv();
            Ok(())
        };
        store.write(hold).await
    });
    tokio::task::spawn_blocking(move || is_held.recv().unwrap())
        .await
        .unwrap();
    let actor = Actor::new(ann.id, Role::Customer);
    let close = app.desk.close(actor, conversation, Close::default());
    let waited = tokio::time::timeout(Duration::from_millis(100), close).await;
    assert!(waited.is_err(), "it could not be written yet");
    release.send(()).unwrap();
    holding.await.unwrap().unwrap();
    socket.event("closed").await;
}
