//! Who has waited too long goes to the fallback queue, so many times and no more, and then is
//! given up.

use serde_json::{Value, json};
use switchboard::settings::Settings;

use crate::harness::World;
use crate::on_both_with;
use crate::person::Person;
use crate::queues::{all_is_told, change, first, is, make, open_in, rep_of};

on_both_with!(
    quick;
    who_waits_too_long_is_served_where_the_queue_falls_back_to,
    two_queues_that_fall_back_to_each_other_end,
    without_a_fallback_it_ends_and_in_a_manual_queue_it_stays,
    a_manual_queue_falls_back_too,
    a_shorter_patience_counts_for_those_who_wait,
);

fn quick(settings: &mut Settings) {
    settings.reconcile_ms = 50;
}

/// The log without messages: each kind with its data.
async fn changes(anyone: &Person, conversation: &str) -> Vec<(String, Value)> {
    let log = anyone.log(conversation).await.into_iter();
    let what = |one: Value| {
        (
            one["kind"].as_str().unwrap().to_owned(),
            one["data"].clone(),
        )
    };
    log.map(what)
        .filter(|(kind, _)| kind != "message")
        .collect()
}

async fn who_waits_too_long_is_served_where_the_queue_falls_back_to(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let rep = world.rep(1, 1).await;
    let queue = first(&ann).await;
    let second = make(&admin, json!({ "name": "Second", "reps": [rep.id] })).await;
    let short = json!({ "fallback_queue_id": second, "fallback_after_ms": 1_000, "reps": [] });
    change(&admin, &queue, short).await;
    let mut socket = rep.socket().await;
    let busy = open_in(&ann, &second).await;
    socket.wait("assigned").await;
    let waits = open_in(&ann, &queue).await;
    let place = world.row(&waits).await.place;
    let later = open_in(&ann, &second).await;
    let moved = async || {
        changes(&admin, &waits)
            .await
            .iter()
            .any(|(kind, _)| kind == "moved")
    };
    crate::harness::until("it is moved", moved).await;
    let row = world.row(&waits).await;
    assert_eq!((row.place, row.hops), (place, 1), "its place goes with it");
    // He has waited in the queue before, too.
    let view = admin.view(&waits).await;
    assert_eq!(view["waits_since"], view["created_at"]);
    let line = admin.get("/api/v1/line").await.ok(200);
    let queues = line["queues"].as_array().unwrap();
    let there = queues
        .iter()
        .find(|one| one["queue"]["id"] == json!(second));
    assert_eq!(there.unwrap()["oldest_at"], view["created_at"]);
    all_is_told(world).await;
    rep.close(&busy).await.ok(200);
    let frame = socket.wait("assigned").await;
    assert_eq!(
        frame["conversation"]["id"],
        waits.as_str(),
        "before who came later"
    );
    all_is_told(world).await;
    assert_eq!(world.status(&later).await, "waiting");
    let log = changes(&admin, &waits).await;
    assert_eq!(log[1].1, json!({ "from": queue, "to": second, "hops": 1 }));
    let told = changes(&ann, &waits).await;
    assert_eq!(told[1].1, json!({ "to": second }));
}

async fn two_queues_that_fall_back_to_each_other_end(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let queue = first(&ann).await;
    let circle = json!({ "name": "Second", "fallback_queue_id": queue, "hops_max": 3 });
    let second = make(&admin, circle).await;
    change(&admin, &second, json!({ "fallback_after_ms": 1_000 })).await;
    let back = json!({
        "fallback_queue_id": second, "fallback_after_ms": 1_000, "hops_max": 3,
    });
    change(&admin, &queue, back).await;
    let waits = open_in(&ann, &queue).await;
    is(world, &waits, "closed").await;
    let log = changes(&admin, &waits).await;
    let hop = |from: &String, to: &String, hops| {
        (
            "moved".to_owned(),
            json!({ "from": from, "to": to, "hops": hops }),
        )
    };
    let end = json!({ "resolution": "abandoned", "reason": "waited" });
    let expected = [
        hop(&queue, &second, 1),
        hop(&second, &queue, 2),
        hop(&queue, &second, 3),
        ("closed".to_owned(), end),
    ];
    assert_eq!(log[1..], expected);
}

async fn without_a_fallback_it_ends_and_in_a_manual_queue_it_stays(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let queue = first(&ann).await;
    let hand = make(&admin, json!({ "name": "By hand", "mode": "manual" })).await;
    for queue in [&queue, &hand] {
        change(&admin, queue, json!({ "fallback_after_ms": 1_000 })).await;
    }
    let stays = open_in(&ann, &hand).await;
    let ends = open_in(&ann, &queue).await;
    let none = json!({ "hops_max": 0, "fallback_queue_id": hand });
    change(&admin, &queue, none).await;
    let ends_too = open_in(&ann, &queue).await;
    is(world, &ends, "closed").await;
    is(world, &ends_too, "closed").await;
    all_is_told(world).await;
    assert_eq!(world.status(&stays).await, "waiting");
    let row = world.row(&ends).await;
    assert_eq!(
        row.resolution.map(|how| how.to_string()).as_deref(),
        Some("abandoned")
    );
}

async fn a_manual_queue_falls_back_too(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let rep = world.rep(1, 1).await;
    let _socket = rep.socket().await;
    let queue = first(&ann).await;
    let hand = json!({
        "name": "By hand", "mode": "manual", "fallback_queue_id": queue,
        "fallback_after_ms": 1_000,
    });
    let hand = make(&admin, hand).await;
    let waits = open_in(&ann, &hand).await;
    is(world, &waits, "active").await;
    assert_eq!(rep_of(&ann, &waits).await, json!(rep.id));
}

async fn a_shorter_patience_counts_for_those_who_wait(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let queue = first(&ann).await;
    let waits = open_in(&ann, &queue).await;
    all_is_told(world).await;
    assert_eq!(world.status(&waits).await, "waiting");
    change(&admin, &queue, json!({ "fallback_after_ms": 1_000 })).await;
    is(world, &waits, "closed").await;
}
