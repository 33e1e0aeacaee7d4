//! The main job, once through, and the rules of dispatch seen from outside.

use serde_json::json;

use crate::harness::{World, client_id, until};
use crate::on_both;
use crate::queues::all_is_told;

on_both!(
    a_customer_waits_is_served_and_the_next_one_follows,
    fifty_customers_for_fifteen_slots,
    a_raised_capacity_is_filled_at_once_and_a_lowered_one_drains,
    a_rep_who_is_not_there_gets_nothing,
    a_rep_takes_a_waiting_one_himself,
    retries_change_nothing,
    what_was_missed_is_resumed,
    a_rep_hears_of_his_load_and_a_customer_does_not,
);

async fn a_customer_waits_is_served_and_the_next_one_follows(world: &World) {
    let (rep, ann, ben) = (
        world.rep(1, 1).await,
        world.customer(0).await,
        world.customer(2).await,
    );
    let first = ann.open().await;
    let mut ann_socket = ann.socket().await;
    assert_eq!(ann_socket.wait("line").await["position"], 1);
    let second = ben.open().await;
    let mut ben_socket = ben.socket().await;
    assert_eq!(ben_socket.wait("line").await["position"], 2);
    all_is_told(world).await;

    let mut rep_socket = rep.socket().await;
    let told = rep_socket.wait("assigned").await;
    assert_eq!(told["conversation"]["id"], first);
    assert_eq!(told["conversation"]["customer"]["name"], ann.name);
    let told = ann_socket.wait("assigned").await;
    assert_eq!(told["conversation"]["rep"]["name"], rep.name);
    // Whoever has just come may be told twice where he stands.
    ben_socket
        .wait_for(|frame| frame["type"] == "line" && frame["position"] == 1)
        .await;

    let id = client_id();
    ann_socket.send(&first, &id, "my order is late").await;
    assert_eq!(ann_socket.wait("ack").await["seq"], 3);
    assert_eq!(
        rep_socket.event("message").await["text"],
        "my order is late"
    );
    rep_socket.send(&first, &client_id(), "let me see").await;
    let heard = ann_socket
        .wait_for(|frame| frame["text"] == "let me see")
        .await;
    assert_eq!((&heard["seq"], &heard["after"]), (&json!(4), &json!(3)));

    assert_eq!(rep_socket.wait("ack").await["seq"], 4);
    let close = json!({ "type": "close", "conversation": first, "text": "it is on its way" });
    rep_socket.say(close).await;
    assert_eq!(rep_socket.wait("ack").await["seq"], 6);
    let last = ann_socket.event("closed").await;
    assert_eq!(last["data"]["resolution"], "resolved");
    let told = rep_socket
        .wait_for(|frame| frame["type"] == "assigned" && frame["conversation"]["id"] == second)
        .await;
    assert_eq!(told["conversation"]["epoch"], 1);
    ben_socket.wait("assigned").await;

    let kinds: Vec<String> = ann
        .log(&first)
        .await
        .iter()
        .map(|event| event["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        kinds,
        [
            "opened", "assigned", "message", "message", "message", "closed"
        ]
    );
    let view = ann
        .get(&format!("/api/v1/conversations/{first}"))
        .await
        .ok(200);
    assert_eq!(view["last_rep"]["name"], rep.name, "who served stays known");
}

async fn fifty_customers_for_fifteen_slots(world: &World) {
    let mut reps = Vec::new();
    for turn in 0..5 {
        let rep = world.rep(turn, 3).await;
        let socket = rep.socket().await;
        reps.push((rep, socket));
    }
    let mut customers = Vec::new();
    for turn in 0..50 {
        customers.push(world.customer(turn).await);
    }
    let opening = customers.iter().map(|customer| customer.open());
    let ids = futures_util::future::join_all(opening).await;
    let admin = world.admin().await;
    let line = async || admin.get("/api/v1/line").await.ok(200);
    until("fifteen assignments", async || {
        line().await["reps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|rep| rep["load"] == 3)
    })
    .await;
    let seen = line().await;
    assert_eq!(seen["queues"][0]["waiting"], 35);
    assert!(
        seen["reps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|rep| rep["capacity"] == 3)
    );
    let waiting = in_line(&seen);
    let mut sorted = waiting.clone();
    sorted.sort();
    assert_eq!(
        waiting, sorted,
        "the line is ordered by (place, id) as stored"
    );

    // Each close hands out exactly the head of the line.
    let mut expected = waiting;
    let mut served = 15;
    while !expected.is_empty() {
        let head = expected.remove(0).1;
        let rep = &mut reps[served % 5];
        let mine = rep
            .0
            .get("/api/v1/conversations?status=active")
            .await
            .ok(200);
        let one = mine["items"][0]["id"].as_str().unwrap().to_owned();
        rep.0.close(&one).await.ok(200);
        until("the next assignment", async || {
            world.status(&head).await == "active"
        })
        .await;
        served += 1;
        let left: Vec<_> = in_line(&line().await)
            .into_iter()
            .map(|(_, id)| id)
            .collect();
        let should: Vec<_> = expected.iter().map(|(_, id)| id.clone()).collect();
        assert_eq!(left, should);
    }
    for (rep, _) in &reps {
        let mine = rep.get("/api/v1/conversations?status=active").await.ok(200);
        for one in mine["items"].as_array().unwrap() {
            rep.close(one["id"].as_str().unwrap()).await.ok(200);
        }
    }
    for (customer, id) in customers.iter().zip(&ids) {
        let log = customer.log(id).await;
        let assigned = log
            .iter()
            .filter(|event| event["kind"] == "assigned")
            .count();
        assert_eq!(assigned, 1, "served once");
    }
}

/// The line as the API shows it: (created_at, id). Places are opening moments here.
fn in_line(line: &serde_json::Value) -> Vec<(i64, String)> {
    let first = line["queues"][0]["first"].as_array().unwrap();
    let one = |view: &serde_json::Value| {
        (
            view["created_at"].as_i64().unwrap(),
            view["id"].as_str().unwrap().to_owned(),
        )
    };
    first.iter().map(one).collect()
}

async fn a_raised_capacity_is_filled_at_once_and_a_lowered_one_drains(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(0, 0).await);
    let mut socket = rep.socket().await;
    let (ann, ben) = (world.customer(1).await, world.customer(2).await);
    let (first, second) = (ann.open().await, ben.open().await);
    let path = format!("/api/v1/reps/{}/capacity", rep.id);
    let view = admin.put(&path, json!({ "capacity": 2 })).await.ok(200);
    assert_eq!(view["capacity"], 2);
    // Both are settled at the same time; either may be told first.
    let mut told = [socket.wait("assigned").await, socket.wait("assigned").await];
    told.sort_by_key(|frame| frame["conversation"]["number"].as_i64());
    assert_eq!(told[0]["conversation"]["id"], first);
    assert_eq!(told[1]["conversation"]["id"], second);

    admin.put(&path, json!({ "capacity": 0 })).await.ok(200);
    let third = world.customer(0).await;
    let waiting = third.open().await;
    rep.close(&first).await.ok(200);
    all_is_told(world).await;
    assert_eq!(
        world.status(&second).await,
        "active",
        "nothing is taken away"
    );
    rep.close(&second).await.ok(200);
    all_is_told(world).await;
    assert_eq!(
        world.status(&waiting).await,
        "waiting",
        "and nothing is added"
    );
    admin.put(&path, json!({ "capacity": 1 })).await.ok(200);
    socket
        .wait_for(|frame| frame["conversation"]["id"] == waiting)
        .await;
}

async fn a_rep_who_is_not_there_gets_nothing(world: &World) {
    let rep = world.rep(0, 3).await;
    let first = world.customer(1).await.open().await;
    let mut socket = rep.socket().await;
    socket.wait("assigned").await;

    let away = json!({ "type": "availability", "availability": "away", "ref": "a" });
    socket.say(away).await;
    assert_eq!(socket.wait("ack").await["ref"], "a");
    let ann = world.customer(2).await;
    let second = ann.open().await;
    let mut ann_socket = ann.socket().await;
    ann_socket.wait("line").await;
    all_is_told(world).await;
    assert_eq!(world.status(&second).await, "waiting");
    assert_eq!(world.status(&first).await, "active");

    socket
        .say(json!({ "type": "availability", "availability": "available" }))
        .await;
    ann_socket.wait("assigned").await;
    drop(socket);
    let admin = world.admin().await;
    until("the rep's absence", async || {
        admin.get("/api/v1/reps").await.ok(200)[0]["present"] == false
    })
    .await;
    let third = world.customer(0).await.open().await;
    all_is_told(world).await;
    assert_eq!(world.status(&third).await, "waiting");
    let _back = rep.socket().await;
    until("his return", async || {
        world.status(&third).await == "active"
    })
    .await;
}

async fn a_rep_takes_a_waiting_one_himself(world: &World) {
    let (one, two) = (world.rep(0, 1).await, world.rep(1, 1).await);
    let ann = world.customer(2).await;
    let id = ann.open().await;
    // Neither is present, so nobody is assigned by itself.
    let (first, second) = futures_util::join!(one.claim(&id), two.claim(&id));
    let (winner, loser) = if first.status == 200 {
        (first, second)
    } else {
        (second, first)
    };
    let name = winner.ok(200)["rep"]["name"].as_str().unwrap().to_owned();
    assert_eq!(loser.status, 409);
    assert_eq!(loser.body["code"], "already_claimed");
    assert!(
        loser.body["detail"].as_str().unwrap().contains(&name),
        "told who won"
    );
    let (winner, loser) = if name == one.name {
        (&one, &two)
    } else {
        (&two, &one)
    };
    assert_eq!(
        winner.claim(&id).await.ok(200)["epoch"],
        1,
        "again changes nothing"
    );

    let other = world.customer(0).await.open().await;
    assert_eq!(winner.claim(&other).await.code(409), "at_capacity");
    loser.claim(&other).await.ok(200);
    assert_eq!(ann.claim(&id).await.code(403), "forbidden");
}

async fn retries_change_nothing(world: &World) {
    let ann = world.customer(0).await;
    let body = json!({ "client_id": client_id(), "subject": "a", "text": "b" });
    let first = ann
        .post("/api/v1/conversations", body.clone())
        .await
        .ok(201);
    let there = ann.at(world.base(1));
    let again = there
        .post("/api/v1/conversations", body.clone())
        .await
        .ok(200);
    assert_eq!(first["id"], again["id"]);
    let mut other = body;
    other["subject"] = json!("c");
    assert_eq!(
        ann.post("/api/v1/conversations", other).await.code(409),
        "idempotency_mismatch"
    );

    let path = format!(
        "/api/v1/conversations/{}/messages",
        first["id"].as_str().unwrap()
    );
    let body = json!({ "client_id": client_id(), "text": "hello" });
    let sending = (0..20).map(|turn| {
        let (person, path, body) = (ann.at(world.base(turn)), path.clone(), body.clone());
        async move { person.post(&path, body).await }
    });
    let answers = futures_util::future::join_all(sending).await;
    let fresh = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(fresh, 1, "stored once: {answers:?}");
    assert!(
        answers
            .iter()
            .all(|answer| answer.body["event"]["seq"] == 3),
        "{answers:?}"
    );
    let mut other = body;
    other["text"] = json!("goodbye");
    assert_eq!(
        ann.post(&path, other).await.code(409),
        "idempotency_mismatch"
    );

    let path = format!(
        "/api/v1/conversations/{}/close",
        first["id"].as_str().unwrap()
    );
    let body = json!({ "client_id": client_id(), "text": "never mind" });
    let closed = ann.post(&path, body.clone()).await.ok(200);
    assert_eq!(closed["conversation"]["resolution"], "abandoned");
    let again = there.post(&path, body).await.ok(200);
    assert_eq!(again["already_closed"], true);
    assert_eq!(ann.log(first["id"].as_str().unwrap()).await.len(), 5);
}

async fn what_was_missed_is_resumed(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(1, 1).await);
    let id = ann.open().await;
    let mut rep_socket = rep.socket().await;
    rep_socket.wait("assigned").await;
    let mut socket = ann.socket().await;
    socket.event("assigned").await;
    drop(socket);
    for n in 0..30 {
        rep.say(&id, &format!("message {n}")).await;
    }
    let (mut socket, ready) = ann
        .at(world.base(2))
        .resume(json!({ id.clone(): 12 }))
        .await;
    assert_eq!(ready["conversations"][0]["last_seq"], 32);
    for seq in 13..=32 {
        let event = socket.wait("event").await;
        assert_eq!(
            (event["seq"].as_i64(), event["after"].as_i64()),
            (Some(seq), Some(seq - 1))
        );
    }
    rep.say(&id, "and one more").await;
    assert_eq!(socket.wait("event").await["seq"], 33);

    // Closed meanwhile: named in the resume, it comes all the same; its cursor may be nonsense.
    drop(socket);
    rep.close(&id).await.ok(200);
    let (mut socket, _) = ann.resume(json!({ id.clone(): 33 })).await;
    assert_eq!(socket.wait("event").await["kind"], "closed");
    for nonsense in [-5, 1_000_000] {
        let (mut socket, _) = ann.resume(json!({ id.clone(): nonsense })).await;
        assert_eq!(socket.wait("event").await["seq"], 1, "from {nonsense}");
    }
    let (socket, _) = ann.resume(json!({ id.clone(): 34 })).await;
    socket.say(json!({ "type": "hello" })).await;
    let (mut socket, stranger) = (socket, world.customer(0).await);
    assert_eq!(
        socket.next().await["code"],
        "already_ready",
        "nothing else was sent"
    );
    let (_, ready) = stranger.resume(json!({ id: 0 })).await;
    assert_eq!(
        ready["conversations"],
        json!([]),
        "what is foreign is silently absent"
    );
}

async fn a_rep_hears_of_his_load_and_a_customer_does_not(world: &World) {
    let (rep, ann) = (world.rep(0, 2).await, world.customer(1).await);
    let (mut socket, ready) = rep.resume(json!({})).await;
    assert_eq!(
        (&ready["rep"]["load"], &ready["rep"]["present"]),
        (&json!(0), &json!(true))
    );
    let id = ann.open().await;
    let mut ann_socket = ann.socket().await;
    socket
        .wait_for(|frame| frame["type"] == "rep" && frame["rep"]["load"] == 1)
        .await;
    let seen_by_rep = rep.log(&id).await[1]["data"].clone();
    assert_eq!(
        (&seen_by_rep["load"], &seen_by_rep["capacity"]),
        (&json!(1), &json!(2))
    );
    let told = ann_socket.event("assigned").await["data"].clone();
    let read = ann.log(&id).await[1]["data"].clone();
    assert_eq!(told, read);
    assert_eq!(
        told,
        json!({ "rep_id": rep.id, "epoch": 1 }),
        "how busy he is is not her concern"
    );
    rep.close(&id).await.ok(200);
    socket
        .wait_for(|frame| frame["type"] == "rep" && frame["rep"]["load"] == 0)
        .await;
}
