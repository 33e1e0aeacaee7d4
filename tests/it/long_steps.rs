//! What a socket tells for long, to a client that reads slowly: it can be ended meanwhile, and is
//! not taken for dead after it. Over one node on SQLite, and over three on PostgreSQL and Redis.

use std::time::Duration;

use serde_json::json;
use switchboard::settings::Settings;

use crate::harness::World;
use crate::missed::write_unheard;
use crate::on_both_with;
use crate::person::Person;
use crate::wire::{Heard, RawSocket};

/// Silent so long, a client is dead.
const DEAD: Duration = Duration::from_secs(4);

fn change(settings: &mut Settings) {
    settings.position_check_ms = 3_600_000;
    settings.write_stall_ms = 60_000;
    settings.customer_ping_ms = DEAD.as_millis() as u64 / 2;
    settings.pong_grace_ms = DEAD.as_millis() as u64 / 2;
}

on_both_with!(change;
    a_login_that_has_ended_is_told_nothing_more,
    who_is_told_for_long_is_not_taken_for_dead,
);

/// More than fits between a server and a client who does not read.
fn much() -> Vec<String> {
    vec!["😀".repeat(8_000); 16]
}

/// A socket that has said hello and is being told of it, and whose client does not read.
async fn stalled(who: &Person) -> RawSocket {
    let mut socket = RawSocket::open(&who.base, "/ws", &who.token).await;
    let stream = socket2::SockRef::from(&socket.wire.stream);
    stream.set_recv_buffer_size(4_096).unwrap();
    socket.say(&json!({ "type": "hello" })).await;
    socket.wait(|frame| frame["type"] == "ready").await;
    socket.wait(|frame| frame["seq"] == 1).await;
    socket
}

/// Its client reads again.
fn go_on(socket: &RawSocket) {
    let stream = socket2::SockRef::from(&socket.wire.stream);
    stream.set_recv_buffer_size(1 << 20).unwrap();
}

async fn a_login_that_has_ended_is_told_nothing_more(world: &World) {
    let ann = world.customer(0).await;
    // The newest is told first.
    let (later, first) = (ann.open().await, ann.open().await);
    write_unheard(world, &first, ann.id, &much()).await;
    let mut socket = stalled(&ann).await;
    ann.delete("/api/v1/sessions/current").await.ok(204);
    write_unheard(world, &later, ann.id, &["secret".to_owned()]).await;
    go_on(&socket);
    let mut told = 0;
    let end = loop {
        match socket.next().await {
            Heard::Frame(frame) if frame["type"] == "bye" => {
                assert_eq!(frame["reason"], "session_ended");
            }
            Heard::Frame(frame) => {
                assert_eq!(frame["conversation"], json!(first), "{frame}");
                told += 1;
            }
            end => break end,
        }
    };
    assert_eq!(end, Heard::Closed(4100));
    assert!(told < much().len(), "only what was on its way is told");
}

async fn who_is_told_for_long_is_not_taken_for_dead(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    write_unheard(world, &id, ann.id, &much()).await;
    let mut socket = stalled(&ann).await;
    // So long nothing is heard of him, and nothing was asked.
    tokio::time::sleep(DEAD + Duration::from_secs(2)).await;
    go_on(&socket);
    let last = 1 + much().len();
    socket.wait(|frame| frame["seq"] == last).await;
    socket.say(&json!({ "type": "hello" })).await;
    socket.wait(|frame| frame["code"] == "already_ready").await;
}
