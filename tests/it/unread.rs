//! What is unread in all: every socket of a person is told the same, whatever has become of his
//! conversations. Over one node on SQLite, and over three on PostgreSQL and Redis.

use serde_json::{Value, json};
use switchboard::settings::Settings;
use switchboard::words::Mode;

use crate::harness::World;
use crate::on_both_with;
use crate::person::Person;
use crate::socket::Socket;

fn change(settings: &mut Settings) {
    settings.reps_may_join = true;
}

on_both_with!(change;
    what_has_ended_is_out_of_the_sum_on_every_socket,
    what_a_rep_hands_over_is_out_of_his_sum,
);

/// Nothing is given out by itself: reps claim.
async fn by_hand(world: &World) {
    world.change_queue(|queue| queue.mode = Mode::Manual).await;
}

/// An active conversation of a new customer with this rep.
async fn chat(world: &World, rep: &Person) -> (Person, String) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    (ann, id)
}

/// What is unread here and in all, by the event with this text.
async fn told(socket: &mut Socket, text: &str) -> (Value, Value) {
    let like = |frame: &Value| frame["type"] == "event" && frame["text"] == text;
    counts(&socket.wait_for(like).await)
}

fn counts(frame: &Value) -> (Value, Value) {
    (frame["unread"].clone(), frame["unread_total"].clone())
}

async fn what_has_ended_is_out_of_the_sum_on_every_socket(world: &World) {
    by_hand(world).await;
    let rep = world.rep(1, 5).await;
    let (ann, kept) = chat(world, &rep).await;
    let ended = ann.open().await;
    rep.claim(&ended).await.ok(200);
    let mut old = ann.socket().await;
    rep.say(&ended, "one").await;
    rep.say(&ended, "two").await;
    assert_eq!(told(&mut old, "two").await, (json!(2), json!(2)));
    rep.close(&ended).await.ok(200);
    let closed = old.event("closed").await;
    assert_eq!(counts(&closed), (json!(2), json!(0)), "{closed}");
    // Also where the closed one is resumed.
    let (mut new, ready) = ann.resume(json!({ &ended: 1 })).await;
    assert_eq!(ready["unread_total"], 0);
    assert_eq!(ready["conversations"].as_array().unwrap().len(), 2);
    rep.say(&kept, "three").await;
    for socket in [&mut old, &mut new] {
        assert_eq!(told(socket, "three").await, (json!(1), json!(1)));
    }
    // Opened again, it counts again.
    ann.act(&ended, "reopen", json!({})).await.ok(200);
    for socket in [&mut old, &mut new] {
        let reopened = socket.event("reopened").await;
        assert_eq!(counts(&reopened), (json!(2), json!(3)), "{reopened}");
    }
    assert_eq!(ann.resume(json!({})).await.1["unread_total"], 3);
}

async fn what_a_rep_hands_over_is_out_of_his_sum(world: &World) {
    by_hand(world).await;
    let (rep, other) = (world.rep(1, 9).await, world.rep(2, 9).await);
    let (ann, kept) = chat(world, &rep).await;
    ann.say(&kept, "stays").await;
    let mut socket = rep.socket().await;
    let _there = other.socket().await;
    let transfer = json!({ "rep": other.id });
    for (what, body, gone) in [
        ("close", json!({}), false),
        ("park", json!({}), false),
        ("requeue", json!({}), true),
        ("transfer", transfer, true),
    ] {
        let (ben, id) = chat(world, &rep).await;
        ben.say(&id, what).await;
        assert_eq!(
            told(&mut socket, what).await,
            (json!(1), json!(2)),
            "{what}"
        );
        rep.act(&id, what, body).await.ok(200);
        let last = match gone {
            true => socket.wait("gone").await,
            false => socket.wait("event").await,
        };
        assert_eq!(last["conversation"], json!(id), "{last}");
        assert_eq!(last["unread_total"], 1, "{last}");
        assert_eq!(rep.resume(json!({})).await.1["unread_total"], 1, "{what}");
    }
}
