//! What staff watch: the live line as it changes, its minutes, and how long customers will wait.

use serde_json::{Value, json};
use switchboard::metrics::Metrics;
use switchboard::minutes;
use switchboard::store::minutes::MINUTE;
use switchboard::words::now;

use crate::harness::{World, quick, until};
use crate::on_both;

on_both!(with quick;
    the_live_line_is_shown_to_who_watches_it,
    a_rep_watches_his_own_queues_and_himself,
    minutes_say_what_happened,
    a_wait_that_nobody_can_foretell_is_unknown,
    how_long_it_will_take_is_told_and_scored,
);

async fn the_live_line_is_shown_to_who_watches_it(world: &World) {
    let (admin, rep, ann) = (
        world.admin().await,
        world.rep(1, 2).await,
        world.customer(0).await,
    );
    let mut socket = admin.at(world.base(2)).socket().await;
    socket
        .say(json!({ "type": "watch", "on": true, "ref": "w" }))
        .await;
    let board = socket.wait("board").await;
    assert_eq!(
        board["queues"][0]["waiting"], 0,
        "at once, though nothing has changed"
    );
    assert_eq!(board["reps"][0]["present"], false);
    let id = ann.open().await;
    let waits = |frame: &Value| frame["type"] == "board" && frame["queues"][0]["waiting"] == 1;
    let board = socket.wait_for(waits).await;
    assert!(board["queues"][0]["oldest_at"].as_i64().unwrap() > 0);
    let _rep = rep.socket().await;
    let served = |frame: &Value| {
        frame["type"] == "board"
            && frame["queues"][0]["waiting"] == 0
            && frame["reps"][0]["load"] == 1
    };
    let board = socket.wait_for(served).await;
    assert_eq!(
        (&board["reps"][0]["capacity"], &board["reps"][0]["present"]),
        (&json!(2), &json!(true))
    );
    // A tuned capacity is seen.
    let path = format!("/api/v1/reps/{}/capacity", rep.id);
    admin.put(&path, json!({ "capacity": 7 })).await.ok(200);
    socket
        .wait_for(|frame| frame["reps"][0]["capacity"] == 7)
        .await;
    // Not watching any more, it hears nothing of the next one.
    socket
        .say(json!({ "type": "watch", "on": false, "ref": "off" }))
        .await;
    socket.wait_for(|frame| frame["ref"] == "off").await;
    ann.close(&id).await.ok(200);
    until("nobody watches", async || {
        world.nodes.iter().all(|node| !node.app.hub.is_watched())
    })
    .await;
}

async fn a_rep_watches_his_own_queues_and_himself(world: &World) {
    let (admin, one, other) = (
        world.admin().await,
        world.rep(0, 1).await,
        world.rep(1, 1).await,
    );
    let path = format!("/api/v1/reps/{}/queues", one.id);
    admin.put(&path, json!({ "queues": [] })).await.ok(200);
    for (rep, queues) in [(&one, 0), (&other, 1)] {
        let mut socket = rep.socket().await;
        socket.say(json!({ "type": "watch", "on": true })).await;
        let board = socket.wait("board").await;
        assert_eq!(board["queues"].as_array().unwrap().len(), queues);
        let reps = board["reps"].as_array().unwrap();
        assert_eq!((reps.len(), &reps[0]["id"]), (1, &json!(rep.id)));
    }
}

async fn minutes_say_what_happened(world: &World) {
    let (admin, rep, ann) = (
        world.admin().await,
        world.rep(1, 5).await,
        world.customer(0).await,
    );
    let _socket = rep.socket().await;
    let (served, lost, open) = (ann.open().await, ann.open().await, ann.open().await);
    for id in [&served, &lost, &open] {
        until("it is served", async || world.status(id).await == "active").await;
    }
    rep.close(&served).await.ok(200);
    let unresolved = json!({ "resolution": "unresolved" });
    rep.act(&lost, "close", unresolved).await.ok(200);
    // As if the minute had ended; by two nodes at once.
    let (first, last) = (&world.nodes[0], &world.nodes[world.nodes.len() - 1]);
    let then = now() + MINUTE;
    let (one, two) = futures_util::join!(
        minutes::write(&first.app.store, then),
        minutes::write(&last.app.store, then)
    );
    one.unwrap();
    two.unwrap();
    let path = format!("/api/v1/line/history?from={}&to={then}", then - 3 * MINUTE);
    let told = admin.get(&path).await.ok(200);
    let all = told["minutes"].as_array().unwrap();
    let sum = |name: &str| {
        all.iter()
            .map(|one| one[name].as_i64().unwrap_or(0))
            .sum::<i64>()
    };
    assert_eq!(
        (sum("opened"), sum("assigned"), sum("in_target")),
        (3, 3, 3),
        "{told}"
    );
    assert_eq!(
        (sum("resolved"), sum("unresolved"), sum("abandoned")),
        (1, 1, 0),
        "{told}"
    );
    let newest = all.last().unwrap();
    assert_eq!(
        (&newest["waiting"], &newest["load"], &newest["capacity"]),
        (&json!(0), &json!(1), &json!(5))
    );
    let line = admin.get("/api/v1/line").await.ok(200);
    assert_eq!(line["queues"][0]["service_level"], 1.0);
    let wrong = admin.get("/api/v1/line/history?from=5&to=5").await;
    assert_eq!(wrong.code(422), "validation_failed");
}

async fn a_wait_that_nobody_can_foretell_is_unknown(world: &World) {
    let ann = world.customer(0).await;
    ann.open().await;
    let mut socket = ann.socket().await;
    assert_eq!(socket.wait("line").await["eta"], Value::Null);
}

async fn how_long_it_will_take_is_told_and_scored(world: &World) {
    let (rep, ann) = (world.rep(1, 1).await, world.customer(0).await);
    let _socket = rep.socket().await;
    // Enough have been served to know how long that takes.
    for _ in 0..5 {
        let id = ann.open().await;
        until("it is served", async || world.status(&id).await == "active").await;
        rep.close(&id).await.ok(200);
    }
    let busy = ann.open().await;
    until("it is served", async || {
        world.status(&busy).await == "active"
    })
    .await;
    let ben = world.customer(2).await;
    let waits = ben.open().await;
    let mut ben_socket = ben.socket().await;
    let told = ben_socket
        .wait_for(|frame| frame["type"] == "line" && !frame["eta"].is_null())
        .await;
    let (from, to) = (&told["eta"]["from_ms"], &told["eta"]["to_ms"]);
    assert!(from.as_i64().unwrap() <= to.as_i64().unwrap(), "{told}");
    // Nothing moves, and what was said has passed: it is said anew.
    ben_socket
        .wait_for(|frame| frame["type"] == "line" && !frame["eta"].is_null())
        .await;
    let count = |of: fn(&Metrics) -> u64| {
        let nodes = world.nodes.iter();
        nodes.map(|node| of(&node.app.metrics)).sum::<u64>()
    };
    until("a node has promised it", async || {
        count(|all| all.eta_promised.get()) > 0
    })
    .await;
    rep.close(&busy).await.ok(200);
    until("it is held against the truth", async || {
        count(|all| all.eta_scored.get()) > 0
    })
    .await;
    assert_eq!(world.status(&waits).await, "active");
}
