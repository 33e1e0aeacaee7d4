//! Who knows a customer is given him first, for a while and if he is there; then anybody is.

use serde_json::{Value, json};
use switchboard::settings::Settings;
use switchboard::words::now;

use crate::harness::World;
use crate::on_both_with;
use crate::person::Person;
use crate::queues::{all_is_told, change, first, is, open_in, rep_of};

on_both_with!(
    quick;
    the_preferred_rep_comes_first_then_anyone,
    a_preferred_rep_who_is_not_there_delays_nobody,
    who_returns_is_given_to_who_served_him_last,
    who_serves_the_queue_no_more_is_given_nothing_of_it,
);

const LONG: i64 = 3_600_000;

fn quick(settings: &mut Settings) {
    settings.reconcile_ms = 50;
}

async fn why(admin: &Person, chat: &str) -> Value {
    let path = format!("/api/v1/conversations/{chat}/why");
    admin.get(&path).await.ok(200)
}

async fn prefer(admin: &Person, customer: &Person, rep: &Person) {
    let path = format!("/api/v1/customers/{}/personal-rep", customer.id);
    admin.put(&path, json!({ "rep": rep.id })).await.ok(200);
}

async fn availability(rep: &Person, word: &str) {
    let path = format!("/api/v1/reps/{}/availability", rep.id);
    rep.put(&path, json!({ "availability": word }))
        .await
        .ok(200);
}

async fn served_by(world: &World, chat: &str, rep: &Person) {
    is(world, chat, "active").await;
    let admin = world.admin().await;
    assert_eq!(rep_of(&admin, chat).await, json!(rep.id));
}

async fn the_preferred_rep_comes_first_then_anyone(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let (his, idle) = (world.rep(1, 2).await, world.rep(2, 9).await);
    let queue = first(&ann).await;
    change(&admin, &queue, json!({ "prefer_ms": LONG })).await;
    prefer(&admin, &ann, &his).await;
    let (_a, _b) = (his.socket().await, idle.socket().await);
    let mut chats = Vec::new();
    for _ in 0..2 {
        // The other one has less to do, and is not asked.
        let chat = open_in(&ann, &queue).await;
        served_by(world, &chat, &his).await;
        assert_eq!(why(&admin, &chat).await["chosen"]["preferred"], true);
        chats.push(chat);
    }
    // Without room he is waited for, until the while is over.
    let kept = open_in(&ann, &queue).await;
    all_is_told(world).await;
    assert_eq!(world.status(&kept).await, "waiting");
    let waits = why(&admin, &kept).await;
    let verdicts = waits["reps"].as_array().unwrap();
    let others = verdicts
        .iter()
        .find(|one| one["rep"]["id"] == json!(idle.id));
    let others = others.unwrap();
    assert_eq!(others["reason"], "reserved");
    assert!(others["until"].as_i64() > Some(now()), "{others}");
    his.close(&chats[0]).await.ok(200);
    served_by(world, &kept, &his).await;
    change(&admin, &queue, json!({ "prefer_ms": 700 })).await;
    let anyones = open_in(&ann, &queue).await;
    served_by(world, &anyones, &idle).await;
    assert_eq!(why(&admin, &anyones).await["chosen"]["preferred"], false);
    let log = admin.log(&anyones).await;
    let waited = log.last().unwrap()["data"]["waited_ms"].as_i64().unwrap();
    assert!(waited >= 700, "{waited} ms");
}

async fn a_preferred_rep_who_is_not_there_delays_nobody(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let (his, idle) = (world.rep(1, 1).await, world.rep(2, 9).await);
    let queue = first(&ann).await;
    change(&admin, &queue, json!({ "prefer_ms": LONG })).await;
    prefer(&admin, &ann, &his).await;
    let _idle = idle.socket().await;
    let chat = open_in(&ann, &queue).await;
    served_by(world, &chat, &idle).await;

    let _his = his.socket().await;
    availability(&his, "busy").await;
    let chat = open_in(&ann, &queue).await;
    served_by(world, &chat, &idle).await;

    // He was there when it came, and goes while it waits for him.
    availability(&his, "available").await;
    let chat = open_in(&ann, &queue).await;
    served_by(world, &chat, &his).await;
    let kept = open_in(&ann, &queue).await;
    all_is_told(world).await;
    assert_eq!(world.status(&kept).await, "waiting");
    availability(&his, "away").await;
    served_by(world, &kept, &idle).await;
}

async fn who_returns_is_given_to_who_served_him_last(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let (last, idle) = (world.rep(1, 9).await, world.rep(2, 9).await);
    let queue = first(&ann).await;
    let served = open_in(&ann, &queue).await;
    last.claim(&served).await.ok(200);
    ann.close(&served).await.ok(200);
    let busy = open_in(&world.customer(1).await, &queue).await;
    last.claim(&busy).await.ok(200);
    let (_a, _b) = (last.socket().await, idle.socket().await);
    let chat = open_in(&ann, &queue).await;
    served_by(world, &chat, &idle).await;
    ann.close(&chat).await.ok(200);

    change(&admin, &queue, json!({ "prefer_ms": LONG })).await;
    // The idle one has served him last by now, and comes first, also when he has more to do.
    for _ in 0..3 {
        let again = open_in(&ann, &queue).await;
        served_by(world, &again, &idle).await;
    }
    // Whom nobody knows goes to who has least to do.
    let new = open_in(&world.customer(2).await, &queue).await;
    served_by(world, &new, &last).await;
}

async fn who_serves_the_queue_no_more_is_given_nothing_of_it(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let (his, other) = (world.rep(1, 5).await, world.rep(2, 5).await);
    let queue = first(&ann).await;
    change(&admin, &queue, json!({ "prefer_ms": LONG })).await;
    prefer(&admin, &ann, &his).await;
    let (_his, _other) = (his.socket().await, other.socket().await);
    let (parked, closed) = (open_in(&ann, &queue).await, open_in(&ann, &queue).await);
    for chat in [&parked, &closed] {
        served_by(world, chat, &his).await;
    }
    admin.act(&parked, "park", json!({})).await.ok(200);
    admin.act(&closed, "close", json!({})).await.ok(200);
    let path = format!("/api/v1/reps/{}/queues", his.id);
    admin.put(&path, json!({ "queues": [] })).await.ok(200);
    let new = open_in(&ann, &queue).await;
    admin.act(&parked, "wake", json!({})).await.ok(200);
    admin.act(&closed, "reopen", json!({})).await.ok(200);
    for chat in [&new, &parked, &closed] {
        served_by(world, chat, &other).await;
    }
}
