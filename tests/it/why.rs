//! Why: each reason that keeps a rep from a conversation, asked over REST.

use serde_json::{Value, json};

use crate::harness::{World, quick, until};
use crate::on_both;
use crate::person::Person;
use crate::queues::all_is_told;

on_both!(with quick;
    each_reason_that_keeps_a_rep_out_is_told,
    how_a_rep_was_chosen_is_told,
    why_a_rep_gets_nothing_is_told,
);

async fn set(admin: &Person, rep: &Person, availability: &str) {
    let path = format!("/api/v1/reps/{}/availability", rep.id);
    let body = json!({ "availability": availability });
    admin.put(&path, body).await.ok(200);
}

async fn why(who: &Person, id: &str) -> Value {
    who.get(&format!("/api/v1/conversations/{id}/why"))
        .await
        .ok(200)
}

/// What the answer says of this rep.
fn of<'a>(why: &'a Value, rep: &Person) -> &'a Value {
    let reps = why["reps"].as_array().unwrap();
    let his = reps.iter().find(|one| one["rep"]["id"] == json!(rep.id));
    his.unwrap_or_else(|| panic!("nothing of {} in {why}", rep.name))
}

async fn each_reason_that_keeps_a_rep_out_is_told(world: &World) {
    let admin = world.admin().await;
    let (full, absent) = (world.rep(0, 1).await, world.rep(1, 1).await);
    let (busy, away, offline) = (
        world.rep(2, 1).await,
        world.rep(0, 1).await,
        world.rep(1, 1).await,
    );
    let cool = world.rep(2, 1).await;
    let _full = full.socket().await;
    let first = world.customer(0).await.open().await;
    until("the first is served", async || {
        world.status(&first).await == "active"
    })
    .await;
    set(&admin, &busy, "busy").await;
    set(&admin, &away, "away").await;
    set(&admin, &offline, "offline").await;
    // One hands it back, and is not given it again for a while.
    let id = world.customer(1).await.open().await;
    cool.claim(&id).await.ok(200);
    cool.act(&id, "requeue", json!({})).await.ok(200);
    all_is_told(world).await;
    let _cool = cool.socket().await;
    let behind = world.customer(2).await.open().await;
    until("the one behind is served", async || {
        world.status(&behind).await == "active"
    })
    .await;
    cool.close(&behind).await.ok(200);
    all_is_told(world).await;

    let why = why(&admin, &id).await;
    assert_eq!(
        (&why["status"], &why["ahead"]),
        (&json!("waiting"), &json!(0))
    );
    let queue = admin.view(&id).await["queue"]["id"].clone();
    assert_eq!(why["line"], json!({ "queue": queue }));
    let his = of(&why, &full);
    assert_eq!(his["reason"], "full");
    assert_eq!((&his["load"], &his["capacity"]), (&json!(1), &json!(1)));
    for (rep, reason) in [
        (&absent, "absent"),
        (&busy, "busy"),
        (&away, "away"),
        (&offline, "offline"),
    ] {
        assert_eq!(of(&why, rep)["reason"], reason, "{why}");
    }
    let his = of(&why, &cool);
    assert_eq!(his["reason"], "cooling_down");
    assert!(his["until"].as_i64().unwrap() > 0);
}

async fn how_a_rep_was_chosen_is_told(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let (one, two) = (world.rep(0, 2).await, world.rep(1, 2).await);
    let (_one, _two) = (one.socket().await, two.socket().await);
    all_is_told(world).await;
    let id = ann.open().await;
    until("it is served", async || world.status(&id).await == "active").await;
    let told = why(&admin, &id).await;
    let chosen = &told["chosen"];
    assert_eq!(
        (&chosen["how"], &chosen["by"]),
        (&json!("line"), &Value::Null)
    );
    assert_eq!(chosen["candidates"], 2);
    assert_eq!(
        (&chosen["load"], &chosen["capacity"]),
        (&json!(1), &json!(2))
    );
    assert!(chosen["waited_ms"].as_i64().unwrap() >= 0);
    let his = if chosen["rep"]["id"] == json!(one.id) {
        &one
    } else {
        &two
    };
    let other = if his.id == one.id { &two } else { &one };
    his.act(&id, "transfer", json!({ "rep": other.id }))
        .await
        .ok(200);
    let told = why(other, &id).await;
    assert_eq!(told["chosen"]["how"], "hand");
    assert_eq!(told["chosen"]["by"]["id"], json!(his.id));
    assert_eq!(told["chosen"]["rep"]["id"], json!(other.id));
}

async fn why_a_rep_gets_nothing_is_told(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(0, 1).await);
    let why_idle = async |who: &Person| {
        who.get(&format!("/api/v1/reps/{}/why-idle", rep.id))
            .await
            .ok(200)
    };
    let path = format!("/api/v1/reps/{}/why-idle", rep.id);
    until("the line has heard of him", async || {
        admin.get(&path).await.status == 200
    })
    .await;
    assert_eq!(why_idle(&admin).await["reason"], "absent");
    let _socket = rep.socket().await;
    until("he is free", async || {
        why_idle(&rep).await["reason"] == "free"
    })
    .await;
    assert_eq!(why_idle(&rep).await["first"], json!([]));
    let first = world.customer(0).await.open().await;
    until("it is served", async || {
        world.status(&first).await == "active"
    })
    .await;
    let second = world.customer(1).await.open().await;
    until("he is full", async || {
        why_idle(&admin).await["reason"] == "full"
    })
    .await;
    until("the line has heard of the second", async || {
        let told = why_idle(&admin).await;
        told["first"][0]["conversation"] == json!(second) && told["first"][0]["reason"] == "full"
    })
    .await;
}
