//! Where there is little room: in a line, with a rep, in the time of an offer.

use futures_util::future::join_all;
use serde_json::json;
use switchboard::words::{Mode, now};

use crate::harness::{World, quick};
use crate::on_both;
use crate::queues::{self, is};

on_both!(with quick;
    a_line_is_never_longer_than_it_may_be,
    a_customer_never_has_more_open_than_he_may,
    what_goes_to_a_rep_who_is_away_goes_to_the_queue_that_is_named,
    time_that_was_served_is_no_wait,
    an_offer_is_his_until_it_is_taken_back,
    the_same_priority_again_is_no_news,
);

/// Also for those who come at the same moment, to different nodes.
async fn a_line_is_never_longer_than_it_may_be(world: &World) {
    let queue = world.change_queue(|queue| queue.waiting_max = 3).await;
    let queue = queue.to_string();
    let mut people = Vec::new();
    for turn in 0..12 {
        people.push(world.customer(turn).await);
    }
    let tries = people.iter().map(|one| queues::try_open(one, &queue));
    let statuses: Vec<u16> = join_all(tries)
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    let opened = statuses.iter().filter(|status| **status == 201).count();
    assert_eq!(opened, 3, "{statuses:?}");
}

async fn a_customer_never_has_more_open_than_he_may(world: &World) {
    let most = world.settings.open_per_customer_max;
    let ann = world.customer(0).await;
    let queue = queues::first(&ann).await;
    let everywhere: Vec<_> = (0..2 * most as usize)
        .map(|turn| ann.at(world.base(turn)))
        .collect();
    let tries = everywhere.iter().map(|one| queues::try_open(one, &queue));
    let answers = join_all(tries).await;
    let opened = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(opened as i64, most);
}

async fn what_goes_to_a_rep_who_is_away_goes_to_the_queue_that_is_named(world: &World) {
    let (rep, away, admin) = (
        world.rep(0, 1).await,
        world.rep(1, 1).await,
        world.admin().await,
    );
    let other = queues::make(&admin, json!({ "name": "Others" })).await;
    let _socket = rep.socket().await;
    let ann = world.customer(2).await;
    let id = ann.open().await;
    is(world, &id, "active").await;
    let to = json!({ "rep": away.id });
    let refused = rep.act(&id, "transfer", to).await;
    assert_eq!(refused.code(409), "rep_unavailable");
    let to = json!({ "rep": away.id, "queue": other });
    let view = rep.act(&id, "transfer", to).await.ok(200);
    let now = (&view["status"], &view["queue"]["id"]);
    assert_eq!(now, (&json!("waiting"), &json!(other)), "{view}");
}

async fn time_that_was_served_is_no_wait(world: &World) {
    let (one, two) = (world.rep(0, 1).await, world.rep(1, 1).await);
    let _first = one.socket().await;
    let (ann, admin) = (world.customer(2).await, world.admin().await);
    let id = ann.open().await;
    is(world, &id, "active").await;
    // She was served for an hour.
    world
        .pretend(&id, |row| {
            row.created_at -= 3_600_000;
            row.queued_at -= 3_600_000;
        })
        .await;
    let _second = two.socket().await;
    let waited = async || admin.last(&id, "assigned").await["data"]["waited_ms"].clone();
    let transfer = json!({ "rep": two.id });
    one.act(&id, "transfer", transfer).await.ok(200);
    assert_eq!(waited().await, json!(0));
    two.act(&id, "requeue", json!({})).await.ok(200);
    is(world, &id, "active").await;
    let waited = waited().await.as_i64().unwrap();
    assert!((0..600_000).contains(&waited), "{waited} ms");
}

/// What the screen shows can be accepted, be it late.
async fn an_offer_is_his_until_it_is_taken_back(world: &World) {
    world
        .change_queue(|queue| {
            queue.mode = Mode::Offer;
            queue.policy.offer_ms = 600_000;
        })
        .await;
    let rep = world.rep(0, 1).await;
    let _socket = rep.socket().await;
    let ann = world.customer(1).await;
    let id = ann.open().await;
    is(world, &id, "offered").await;
    let refused = rep
        .post(
            &format!("/api/v1/conversations/{id}/messages"),
            json!({ "client_id": crate::harness::client_id(), "text": "hello" }),
        )
        .await;
    assert_eq!(refused.code(409), "wrong_state", "he is asked first");
    // Its time is over, and nobody has taken it back yet, or somebody has just done so.
    world.pretend(&id, |row| row.due_at = Some(now() - 1)).await;
    let answer = rep.act(&id, "accept", json!({})).await;
    let kinds = rep.kinds(&id).await;
    let missed = kinds.iter().any(|kind| kind == "missed");
    assert_eq!(answer.status == 200, !missed, "{kinds:?}");
}

async fn the_same_priority_again_is_no_news(world: &World) {
    let (ann, admin) = (world.customer(0).await, world.admin().await);
    let id = ann.open().await;
    for _ in 0..2 {
        let high = json!({ "priority": "high" });
        let path = format!("/api/v1/conversations/{id}/priority");
        let view = admin.put(&path, high).await.ok(200);
        assert_eq!(view["priority"], "high");
    }
    assert_eq!(admin.kinds(&id).await, ["opened", "prioritized"]);
}
