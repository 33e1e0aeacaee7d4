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
    whoever_gets_a_conversation_is_told_what_he_has_not_read,
    a_conversation_is_assigned_only_to_him_whose_it_is,
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

fn is_assigned(frame: &Value, id: &str, rep: &Person) -> bool {
    let conversation = &frame["conversation"];
    frame["type"] == "assigned"
        && conversation["id"] == id
        && conversation["rep"]["id"] == json!(rep.id)
}

/// That this one has become this rep's.
async fn assigned(socket: &mut Socket, id: &str, rep: &Person) -> Value {
    socket.wait_for(|frame| is_assigned(frame, id, rep)).await
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
    let counted = json!({ "unread_total": 3, "conversations": [
        { "id": ended, "unread": 2 }, { "id": kept, "unread": 1 },
    ]});
    assert_eq!(ann.get("/api/v1/unread").await.ok(200), counted);
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
        // Said before this has come, it would be counted in it, and its event say nothing new.
        assigned(&mut socket, &id, &rep).await;
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
        let counted = rep.get("/api/v1/unread").await.ok(200);
        assert_eq!(counted["unread_total"], 1, "{what}");
    }
}

async fn whoever_gets_a_conversation_is_told_what_he_has_not_read(world: &World) {
    by_hand(world).await;
    let (rep, other) = (world.rep(1, 9).await, world.rep(2, 9).await);
    let (ann, first) = chat(world, &rep).await;
    ann.say(&first, "one").await;
    let mut socket = rep.socket().await;
    let waiting = ann.open().await;
    for text in ["two", "three"] {
        ann.say(&waiting, text).await;
    }
    rep.claim(&waiting).await.ok(200);
    let frame = assigned(&mut socket, &waiting, &rep).await;
    assert_eq!(counts(&frame), (json!(2), json!(3)), "{frame}");
    // What he is told with it is what he begins with: its events say nothing else.
    ann.say(&waiting, "four").await;
    let like = |frame: &Value| frame["type"] == "event" && frame.get("unread").is_some();
    let next = socket.wait_for(like).await;
    assert_eq!(
        (&next["text"], counts(&next)),
        (&json!("four"), (json!(3), json!(4)))
    );
    // To another rep, who has something of his own.
    let (ben, his) = chat(world, &other).await;
    ben.say(&his, "five").await;
    let mut of_other = other.socket().await;
    let transfer = json!({ "rep": other.id });
    rep.act(&waiting, "transfer", transfer).await.ok(200);
    let frame = assigned(&mut of_other, &waiting, &other).await;
    assert_eq!(counts(&frame), (json!(3), json!(4)), "{frame}");
    // Whoever joins is told with the first event, because it is not assigned to him.
    other.act(&first, "join", json!({})).await.ok(200);
    let event = of_other.wait("event").await;
    let event = match event["conversation"] == json!(first) {
        true => event,
        false => {
            let like = |frame: &Value| frame["conversation"] == json!(first);
            of_other.wait_for(like).await
        }
    };
    assert_eq!(counts(&event), (json!(1), json!(5)), "{event}");
    other.act(&first, "leave", json!({})).await.ok(200);
    assert_eq!(of_other.wait("gone").await["unread_total"], 4);
}

async fn a_conversation_is_assigned_only_to_him_whose_it_is(world: &World) {
    by_hand(world).await;
    let (old, new) = (world.rep(1, 9).await, world.rep(2, 9).await);
    let admin = world.admin().await;
    let (ann, id) = chat(world, &old).await;
    admin.act(&id, "join", json!({})).await.ok(200);
    let mut of_ann = ann.socket().await;
    let (mut of_old, mut of_new) = (old.socket().await, new.socket().await);
    let mut of_admin = admin.socket().await;
    let transfer = json!({ "rep": new.id, "note": "knows her" });
    old.act(&id, "transfer", transfer).await.ok(200);
    for socket in [&mut of_ann, &mut of_new] {
        assigned(socket, &id, &new).await;
    }
    of_old.wait("gone").await;
    let like = |frame: &Value| frame["data"]["rep_id"] == json!(new.id);
    of_admin.wait_for(like).await;
    let to_the_new = |frame: &Value| is_assigned(frame, &id, &new);
    assert!(of_old.never(to_the_new) && of_admin.never(|frame| frame["type"] == "assigned"));
}
