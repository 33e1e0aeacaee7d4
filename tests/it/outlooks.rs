//! What people are told before they decide: customers, whether anybody is there and what a queue
//! takes now; staff, whom they may hand a conversation to; and whoever has a setup link, its worth.

use awc::http::Method;
use serde_json::{Value, json};
use switchboard::words::Status;

use crate::harness::{World, client_id, until};
use crate::on_both_with;
use crate::opening_hours::{closed, schedule};
use crate::person::Person;
use crate::queues::{change, first, is, open_in};

on_both_with!(
    soon;
    whether_anybody_is_there_is_told_before_and_while_waiting,
    a_queue_that_refuses_says_so_beforehand,
    whom_it_may_go_to_is_told_to_who_may_send_it,
    that_a_customer_has_gone_stands_in_the_view,
    who_leaves_a_message_need_not_stay,
    what_is_left_in_a_full_queue_is_not_given_up_for_its_customer,
);

fn soon(settings: &mut switchboard::settings::Settings) {
    crate::harness::quick(settings);
    settings.customer_grace_ms = 100;
}

async fn first_queue(person: &Person) -> Value {
    person.get("/api/v1/welcome").await.ok(200)["queues"][0].clone()
}

async fn whether_anybody_is_there_is_told_before_and_while_waiting(world: &World) {
    let (rep, full, ann) = (
        world.rep(0, 0).await,
        world.rep(1, 0).await,
        world.customer(0).await,
    );
    let _full = full.socket().await;
    assert_eq!(first_queue(&ann).await["staffed"], false);
    ann.open().await;
    let mut socket = ann.socket().await;
    let told = socket.wait("line").await;
    assert_eq!(
        (&told["staffed"], &told["eta"]),
        (&json!(false), &Value::Null)
    );
    // Somebody who takes none does not help.
    let here = rep.socket().await;
    let path = format!("/api/v1/reps/{}/availability", rep.id);
    rep.put(&path, json!({ "availability": "away" }))
        .await
        .ok(200);
    let ben = world.customer(1).await;
    ben.open().await;
    let capacity = format!("/api/v1/reps/{}/capacity", rep.id);
    let admin = world.admin().await;
    admin.put(&capacity, json!({ "capacity": 1 })).await.ok(200);
    assert_eq!(first_queue(&ann).await["staffed"], false);
    // He takes the first; the other hears that somebody is there now.
    let mut other = ben.socket().await;
    rep.put(&path, json!({ "availability": "available" }))
        .await
        .ok(200);
    other.wait_for(|frame| frame["staffed"] == true).await;
    assert_eq!(first_queue(&ann).await["staffed"], true);
    // As an admin says who serves it, at the queue or at the rep.
    let queue = first(&ann).await;
    let all = [rep.id, full.id];
    for (path, body, whether) in [
        (
            format!("queues/{queue}"),
            json!({ "reps": [full.id] }),
            false,
        ),
        (format!("queues/{queue}"), json!({ "reps": all }), true),
        (
            format!("reps/{}/queues", rep.id),
            json!({ "queues": [] }),
            false,
        ),
        (
            format!("reps/{}/queues", rep.id),
            json!({ "queues": [queue] }),
            true,
        ),
    ] {
        let method = match path.starts_with("reps") {
            true => Method::PUT,
            false => Method::PATCH,
        };
        let path = format!("/api/v1/{path}");
        admin.ask(method, &path, Some(body)).await.ok(200);
        other.wait_for(|frame| frame["staffed"] == whether).await;
    }
    drop(here);
    let told = other.wait_for(|frame| frame["staffed"] == false).await;
    assert_eq!((&told["position"], &told["eta"]), (&json!(1), &Value::Null));
    assert_eq!(first_queue(&ann).await["staffed"], false);
}

async fn a_queue_that_refuses_says_so_beforehand(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let queue = first(&ann).await;
    let is = async || {
        let told = first_queue(&ann).await;
        (told["open"] == true, told["takes_messages"] == true)
    };
    assert_eq!(is().await, (true, true));
    let shut = schedule(&admin, closed()).await;
    change(&admin, &queue, json!({ "schedule_id": shut })).await;
    assert_eq!(is().await, (false, true));
    change(&admin, &queue, json!({ "outside_hours": "refuse" })).await;
    assert_eq!(is().await, (false, false));
    let said = json!({ "client_id": client_id(), "leave_message": true, "text": "x" });
    let refused = ann.post("/api/v1/conversations", said).await;
    assert_eq!(refused.code(409), "outside_hours");
    change(
        &admin,
        &queue,
        json!({ "schedule_id": null, "draining": true }),
    )
    .await;
    assert_eq!(is().await, (false, true));
}

async fn whom_it_may_go_to_is_told_to_who_may_send_it(world: &World) {
    let (his, absent) = (world.rep(0, 2).await, world.rep(1, 9).await);
    let (full, away, free) = (
        world.rep(0, 0).await,
        world.rep(1, 3).await,
        world.rep(0, 1).await,
    );
    let _his = his.socket().await;
    let ann = world.customer(1).await;
    let id = open_in(&ann, &first(&ann).await).await;
    is(world, &id, "active").await;
    let _sockets = (
        full.socket().await,
        away.socket().await,
        free.socket().await,
    );
    let path = format!("/api/v1/reps/{}/availability", away.id);
    away.put(&path, json!({ "availability": "away" }))
        .await
        .ok(200);
    let path = format!("/api/v1/reps/{}/queues", free.id);
    let admin = world.admin().await;
    admin.put(&path, json!({ "queues": [] })).await.ok(200);
    let path = format!("/api/v1/conversations/{id}/targets");
    let told = his.get(&path).await.ok(200);
    let reps = told["reps"].as_array().unwrap();
    let seen: Vec<Value> = reps.iter().map(|rep| rep["id"].clone()).collect();
    assert_eq!(
        seen,
        [&free, &full, &away, &absent].map(|rep| json!(rep.id))
    );
    assert_eq!(
        reps[0],
        json!({
            "id": free.id, "name": free.name, "present": true, "availability": "available",
            "capacity": 1, "load": 0, "serves": false,
        })
    );
    assert_eq!(
        (&reps[2]["availability"], &reps[2]["serves"]),
        (&json!("away"), &json!(true))
    );
    assert_eq!(reps[3]["present"], false);
    let queue = &told["queues"][0];
    assert_eq!(
        (&queue["open"], &queue["waiting"]),
        (&json!(true), &json!(0))
    );
    // What is nobody's of his is not his to send.
    assert_eq!(full.get(&path).await.code(404), "not_found");
    assert_eq!(ann.get(&path).await.code(403), "forbidden");
    admin.get(&path).await.ok(200);
}

async fn that_a_customer_has_gone_stands_in_the_view(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let socket = ann.socket().await;
    let id = ann.open().await;
    assert_eq!(admin.view(&id).await["held"], false);
    drop(socket);
    until("his place is held", async || {
        admin.view(&id).await["held"] == true
    })
    .await;
    let line = admin.get("/api/v1/line").await.ok(200);
    assert_eq!(line["queues"][0]["first"][0]["held"], true);
    let _socket = ann.socket().await;
    until("he is back", async || {
        admin.view(&id).await["held"] == false
    })
    .await;
}

/// Goes, and is seen to have gone: `other`, who only waits, is held.
async fn all_have_gone(world: &World, sockets: Vec<crate::socket::Socket>, other: &str) {
    drop(sockets);
    until("who only waits is held", async || {
        world.row(other).await.held
    })
    .await;
}

async fn who_leaves_a_message_need_not_stay(world: &World) {
    let (ann, ben) = (world.customer(0).await, world.customer(0).await);
    let sockets = vec![ann.socket().await, ben.socket().await];
    let (left, waits) = (ann.open().await, ben.open().await);
    let path = format!("/api/v1/conversations/{left}/leave-message");
    for _ in 0..2 {
        let view = ann.post(&path, json!({})).await.ok(200);
        assert_eq!(
            (&view["left_message"], &view["status"]),
            (&json!(true), &json!("waiting"))
        );
    }
    assert_eq!(ben.post(&path, json!({})).await.code(404), "not_found");
    all_have_gone(world, sockets, &waits).await;
    assert!(!world.row(&left).await.held);
    let rep = world.rep(1, 2).await;
    let _socket = rep.socket().await;
    is(world, &left, "active").await;
    assert!(world.row(&waits).await.held);
    assert_eq!(ann.post(&path, json!({})).await.code(409), "wrong_state");
}

async fn what_is_left_in_a_full_queue_is_not_given_up_for_its_customer(world: &World) {
    let (admin, ann, ben) = (
        world.admin().await,
        world.customer(0).await,
        world.customer(1).await,
    );
    let queue = first(&ann).await;
    let sockets = vec![ann.socket().await, ben.socket().await];
    let waits = open_in(&ben, &queue).await;
    change(&admin, &queue, json!({ "draining": true })).await;
    let said = json!({ "client_id": client_id(), "leave_message": true, "text": "call me" });
    let view = ann.post("/api/v1/conversations", said).await.ok(201);
    assert_eq!(
        (&view["left_message"], &view["status"]),
        (&json!(true), &json!("parked"))
    );
    let id = view["id"].as_str().unwrap();
    assert!(ann.log(id).await[0]["data"].get("outside_hours").is_none());
    change(&admin, &queue, json!({ "draining": false })).await;
    admin.act(id, "wake", json!({})).await.ok(200);
    all_have_gone(world, sockets, &waits).await;
    let row = world.row(id).await;
    assert_eq!((row.status, row.held), (Status::Waiting, false));
}

#[actix_web::test]
async fn a_setup_link_is_told_whether_it_is_good() {
    let world = World::embedded().await;
    let nobody = world.customer(0).await;
    let state = async |token: &str| {
        let told = nobody.get(&format!("/api/v1/setup{token}")).await.ok(200);
        (told["needed"].clone(), told["valid"].clone())
    };
    let token = world.nodes[0]
        .app
        .people
        .setup_token()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(state("").await, (json!(true), Value::Null));
    assert_eq!(state("?token=").await, (json!(true), json!(false)));
    assert_eq!(state("?token=wrong").await, (json!(true), json!(false)));
    let link = format!("?token={token}");
    assert_eq!(state(&link).await, (json!(true), json!(true)));
    world.admin().await;
    assert_eq!(state(&link).await, (json!(false), json!(false)));
    assert_eq!(state("?token=").await, (json!(false), json!(false)));
    world.end().await;
}
