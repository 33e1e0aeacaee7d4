//! A conversation goes from queue to queue, with its log and its place, by the mode and the reps
//! of where it comes to.

use serde_json::{Value, json};

use crate::harness::World;
use crate::on_both;
use crate::person::Person;
use crate::queues::{all_is_told, first, is, make, open_in, serve};

on_both!(
    it_keeps_its_place_and_its_log_among_other_reps,
    it_goes_by_the_mode_of_where_it_comes_to,
    who_hands_it_on_has_it_no_more,
);

async fn transfer(who: &Person, conversation: &str, queue: &str) {
    let path = format!("/api/v1/conversations/{conversation}/transfer");
    let body = json!({ "queue": queue, "note": "about a bill" });
    who.post(&path, body).await.ok(200);
}

async fn it_keeps_its_place_and_its_log_among_other_reps(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let (one, two) = (world.rep(1, 5).await, world.rep(2, 1).await);
    let support = first(&ann).await;
    let billing = make(&admin, json!({ "name": "Billing", "reps": [two.id] })).await;
    serve(&admin, &two, &[&billing]).await;
    let mut of_two = two.socket().await;
    let busy = open_in(&ann, &billing).await;
    of_two.wait("assigned").await;
    let before = open_in(&ann, &billing).await;
    let chat = open_in(&ann, &support).await;
    let after = open_in(&ann, &billing).await;
    let mut of_one = one.socket().await;
    of_one.wait("assigned").await;
    ann.say(&chat, "I have a question.").await;
    one.say(&chat, "Others know more.").await;
    let place = world.row(&chat).await.place;
    transfer(&one, &chat, &billing).await;
    assert_eq!(world.row(&chat).await.place, place);
    all_is_told(world).await;

    let mut served = busy;
    for next in [&before, &chat, &after] {
        two.close(&served).await.ok(200);
        let frame = of_two.wait("assigned").await;
        assert_eq!(frame["conversation"]["id"], next.as_str());
        served.clone_from(next);
    }
    let log = two.log(&chat).await;
    let kinds: Vec<&str> = log
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    let whole = [
        "opened",
        "assigned",
        "message",
        "message",
        "note",
        "transferred",
        "assigned",
        "closed",
    ];
    assert_eq!(kinds, whole);
    assert_eq!(log[4]["text"], "about a bill");
    assert_eq!(log[5]["data"]["queue_id"], billing.as_str());
    let told: Vec<Value> = ann.log(&chat).await;
    assert_eq!(
        told[4]["data"],
        json!({ "queue_id": billing }),
        "a note is for staff"
    );
}

async fn it_goes_by_the_mode_of_where_it_comes_to(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let rep = world.rep(1, 5).await;
    let support = first(&ann).await;
    let hand = make(&admin, json!({ "name": "By hand", "mode": "manual" })).await;
    let offer = make(&admin, json!({ "name": "Offered", "mode": "offer" })).await;
    let mut socket = rep.socket().await;
    let chat = open_in(&ann, &hand).await;
    all_is_told(world).await;
    assert_eq!(world.status(&chat).await, "waiting");
    transfer(&admin, &chat, &offer).await;
    let frame = socket.wait("offer").await;
    assert_eq!(frame["conversation"]["id"], chat.as_str());
    let path = format!("/api/v1/conversations/{chat}/accept");
    rep.post(&path, json!({})).await.ok(200);
    transfer(&rep, &chat, &hand).await;
    all_is_told(world).await;
    assert_eq!(world.status(&chat).await, "waiting");
    // Whoever hands one back is not given it at once; somebody else is.
    let other = world.rep(2, 5).await;
    let mut of_other = other.socket().await;
    transfer(&admin, &chat, &support).await;
    let frame = of_other.wait("assigned").await;
    assert_eq!(frame["conversation"]["queue"]["id"], support.as_str());
    transfer(&other, &chat, &hand).await;
    rep.claim(&chat).await.ok(200);
    is(world, &chat, "active").await;
}

async fn who_hands_it_on_has_it_no_more(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let rep = world.rep(1, 1).await;
    let support = first(&ann).await;
    let billing = make(&admin, json!({ "name": "Billing", "reps": [] })).await;
    let mut socket = rep.socket().await;
    let chat = open_in(&ann, &support).await;
    socket.wait("assigned").await;
    let next = open_in(&ann, &support).await;
    transfer(&rep, &chat, &billing).await;
    let gone = socket.wait("gone").await;
    assert_eq!(gone["conversation"], chat.as_str());
    let frame = socket.wait("assigned").await;
    assert_eq!(
        frame["conversation"]["id"],
        next.as_str(),
        "his slot is free"
    );
    let path = format!("/api/v1/conversations/{chat}/messages");
    let body = json!({ "client_id": crate::harness::client_id(), "text": "One more thing." });
    assert_eq!(rep.post(&path, body).await.code(409), "stale_assignment");
    all_is_told(world).await;
    assert_eq!(
        world.status(&chat).await,
        "waiting",
        "nobody serves that queue"
    );
}
