//! Who gets in, and what becomes of those who do not: draining, full, messages that are left.

use serde_json::{Value, json};
use switchboard::settings::Settings;
use switchboard::store::conversations::{self, Conversation};
use switchboard::store::events::{self, Event};
use switchboard::store::{Conn, bulk};
use switchboard::words::{ClientId, ConversationId, now};

use crate::harness::{World, client_id, until};
use crate::on_both_with;
use crate::person::Person;
use crate::queues::{all_is_told, change, first, is, make, open_in, serve, try_open};

on_both_with!(
    quick;
    a_draining_queue_lets_nobody_in_and_serves_those_who_wait,
    a_full_queue_says_so_before_the_wait,
    a_line_that_was_far_from_full_is_counted_again,
    a_message_that_was_left_stands_in_line_later_in_its_place,
    reps_of_the_queue_see_what_was_left_and_take_or_wake_it,
    an_opening_may_be_repeated_whatever_has_become_of_it,
);

fn quick(settings: &mut Settings) {
    settings.reconcile_ms = 50;
}

fn leaving(queue: &str) -> Value {
    json!({
        "client_id": client_id(), "queue": queue, "text": "Call me.", "leave_message": true,
    })
}

async fn post(customer: &Person, body: &Value) -> String {
    let view = customer
        .post("/api/v1/conversations", body.clone())
        .await
        .ok(201);
    view["id"].as_str().unwrap().to_owned()
}

/// Whether everybody is told that he may wait in the first queue.
async fn is_open(anyone: &Person) -> bool {
    let list = anyone.get("/api/v1/queues").await.ok(200);
    list[0]["open"].as_bool().unwrap()
}

async fn a_draining_queue_lets_nobody_in_and_serves_those_who_wait(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(1, 5).await);
    let (ann, bob) = (world.customer(0).await, world.customer(1).await);
    let queue = first(&ann).await;
    let waits = open_in(&ann, &queue).await;
    change(&admin, &queue, json!({ "draining": true })).await;
    let bob = bob.at(world.base(2));
    assert!(!is_open(&bob).await);
    assert_eq!(try_open(&bob, &queue).await.code(409), "queue_closed");
    let left = post(&bob, &leaving(&queue)).await;
    let mut socket = rep.socket().await;
    let assigned = socket.wait("assigned").await;
    assert_eq!(assigned["conversation"]["id"], waits.as_str());

    // What staff send there comes in, and is served; what was left waits outside.
    let other = make(&admin, json!({ "name": "Other", "reps": [] })).await;
    let moved = open_in(&ann, &other).await;
    let transfer = format!("/api/v1/conversations/{moved}/transfer");
    admin
        .post(&transfer, json!({ "queue": queue }))
        .await
        .ok(200);
    is(world, &moved, "active").await;
    world.pretend(&left, |row| row.due_at = Some(now())).await;
    until("it is looked at", async || {
        world.row(&left).await.due_at > Some(now())
    })
    .await;
    assert_eq!(world.status(&left).await, "parked");

    change(&admin, &queue, json!({ "draining": false })).await;
    assert!(is_open(&bob).await);
    let new = open_in(&bob, &queue).await;
    is(world, &new, "active").await;
    world.pretend(&left, |row| row.due_at = Some(now())).await;
    is(world, &left, "active").await;
}

async fn a_full_queue_says_so_before_the_wait(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let bob = world.customer(1).await;
    let queue = first(&ann).await;
    change(&admin, &queue, json!({ "waiting_max": 2 })).await;
    let one = open_in(&ann, &queue).await;
    assert!(is_open(&bob).await);
    open_in(&ann, &queue).await;
    assert!(!is_open(&bob).await);
    let refused = try_open(&bob, &queue).await;
    assert!(
        refused.body["detail"]
            .as_str()
            .unwrap()
            .contains("leave_message")
    );
    assert_eq!(refused.code(503), "queue_full");
    let list = bob.get("/api/v1/conversations").await.ok(200);
    assert_eq!(list["items"], json!([]), "nothing has come of it");

    // The way out needs something to say, and takes nobody's place.
    let mut mute = leaving(&queue);
    mute["text"] = json!(null);
    let mute = bob.post("/api/v1/conversations", mute).await;
    assert_eq!(mute.code(422), "validation_failed");
    let left = post(&bob, &leaving(&queue)).await;
    assert_eq!(world.status(&left).await, "parked");
    let list = admin.get("/api/v1/line").await.ok(200);
    assert_eq!(list["queues"][0]["waiting"], 2);
    let log = bob.log(&left).await;
    assert_eq!(log[0]["data"]["left_message"], true);

    ann.close(&one).await.ok(200);
    assert!(is_open(&bob).await);
    open_in(&bob, &queue).await;
}

/// Counted while there was much room, and then filled by others.
async fn a_line_that_was_far_from_full_is_counted_again(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let queue = first(&ann).await;
    change(&admin, &queue, json!({ "waiting_max": 1_005 })).await;
    let id: ConversationId = open_in(&ann, &queue).await.parse().unwrap();
    let copy = move |conn: &mut Conn| {
        let row = conversations::find(conn, id)?.unwrap();
        let opened = events::after(conn, id, 0, 1)?.remove(0);
        for part in [0..502, 502..1_004] {
            let like = |number: i64| Conversation {
                id: ConversationId::new(),
                number: -1 - number,
                open_client_id: ClientId::new(),
                ..row.clone()
            };
            let rows: Vec<Conversation> = part.map(like).collect();
            let heads: Vec<_> = rows.iter().map(|row| (row.id, 1)).collect();
            let log = |row: &Conversation| Event {
                conversation_id: row.id,
                client_id: None,
                ..opened.clone()
            };
            bulk::insert_conversations(conn, &rows)?;
            bulk::insert_heads(conn, &heads)?;
            bulk::insert_events(conn, &rows.iter().map(log).collect::<Vec<_>>())?;
        }
        Ok(())
    };
    world.nodes[0].app.store.write(copy).await.unwrap();
    until("nobody more is let in", async || {
        let somebody = world.customer(0).await;
        try_open(&somebody, &queue).await.status == 503
    })
    .await;
}

async fn a_message_that_was_left_stands_in_line_later_in_its_place(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(1, 2).await);
    let (ann, bob) = (world.customer(0).await, world.customer(1).await);
    let queue = first(&ann).await;
    change(&admin, &queue, json!({ "waiting_max": 1 })).await;
    let before = open_in(&ann, &queue).await;
    let left = post(&bob, &leaving(&queue)).await;
    let place = world.row(&left).await.place;
    world.pretend(&left, |row| row.due_at = Some(now())).await;
    until("it is looked at", async || {
        world.row(&left).await.due_at > Some(now())
    })
    .await;
    assert_eq!(world.status(&left).await, "parked", "there is no room yet");

    change(&admin, &queue, json!({ "waiting_max": 9 })).await;
    let after = open_in(&ann, &queue).await;
    world.pretend(&left, |row| row.due_at = Some(now())).await;
    is(world, &left, "waiting").await;
    assert_eq!(world.row(&left).await.place, place);
    let _socket = rep.socket().await;
    is(world, &left, "active").await;
    is(world, &before, "active").await;
    all_is_told(world).await;
    assert_eq!(world.status(&after).await, "waiting", "it came later");
    let kinds: Vec<Value> = bob
        .log(&left)
        .await
        .iter()
        .map(|one| one["kind"].clone())
        .collect();
    assert_eq!(kinds, ["opened", "message", "woken", "assigned"]);
}

async fn reps_of_the_queue_see_what_was_left_and_take_or_wake_it(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let (his, others) = (world.rep(1, 5).await, world.rep(2, 5).await);
    let queue = first(&ann).await;
    let other = make(&admin, json!({ "name": "Other", "reps": [others.id] })).await;
    serve(&admin, &others, &[&other]).await;
    let (one, two) = (
        post(&ann, &leaving(&queue)).await,
        post(&ann, &leaving(&queue)).await,
    );
    let seen = async |rep: &Person| {
        let list = rep.get("/api/v1/conversations?status=parked").await.ok(200);
        let items = list["items"].as_array().unwrap().iter();
        items.map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(seen(&his).await, [two.as_str(), one.as_str()]);
    assert_eq!(seen(&others).await, Vec::<Value>::new());
    let path = |id: &str| format!("/api/v1/conversations/{id}");
    assert_eq!(others.get(&path(&one)).await.code(404), "not_found");
    assert_eq!(others.claim(&one).await.code(404), "not_found");
    let wake = format!("{}/wake", path(&two));
    assert_eq!(others.post(&wake, json!({})).await.code(404), "not_found");

    his.claim(&one).await.ok(200);
    assert_eq!(world.status(&one).await, "active");
    his.say(&one, "You wrote to us.").await;
    let mut socket = his.socket().await;
    his.post(&wake, json!({})).await.ok(200);
    let his_too =
        |frame: &Value| frame["type"] == "assigned" && frame["conversation"]["id"] == two.as_str();
    socket.wait_for(his_too).await;
    assert_eq!(ann.log(&two).await.last().unwrap()["kind"], "assigned");
}

async fn an_opening_may_be_repeated_whatever_has_become_of_it(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(1, 5).await);
    let ann = world.customer(0).await;
    let queue = first(&ann).await;
    let other = make(&admin, json!({ "name": "Other" })).await;
    let waiting = json!({
        "client_id": client_id(), "queue": queue, "text": "Call me.", "priority": "low",
    });
    for body in [waiting, leaving(&queue)] {
        let id = post(&ann, &body).await;
        let again = async |what: &str| {
            for turn in 0..2 {
                let ann = ann.at(world.base(turn));
                let answer = ann.post("/api/v1/conversations", body.clone()).await;
                assert_eq!(
                    (answer.status, &answer.body["id"]),
                    (200, &json!(id)),
                    "{what}"
                );
                let mut differs = body.clone();
                differs["text"] = json!("Write to me.");
                let answer = ann.post("/api/v1/conversations", differs).await;
                assert_eq!(answer.code(409), "idempotency_mismatch", "{what}");
            }
        };
        let path = |what: &str| format!("/api/v1/conversations/{id}/{what}");
        admin
            .post(&path("transfer"), json!({ "queue": other }))
            .await
            .ok(200);
        again("moved").await;
        admin
            .put(&path("priority"), json!({ "priority": "urgent" }))
            .await
            .ok(200);
        again("re-prioritized").await;
        for door in [
            json!({ "draining": true }),
            json!({ "draining": false, "waiting_max": 0 }),
        ] {
            change(&admin, &queue, door).await;
            again("behind a closed door").await;
        }
        change(&admin, &queue, json!({ "waiting_max": 9 })).await;
        let _ = rep.claim(&id).await;
        again("served").await;
        ann.close(&id).await.ok(200);
        again("closed").await;
        let log = ann.log(&id).await;
        let said = log.iter().filter(|one| one["kind"] == "message");
        assert_eq!(said.count(), 1, "nothing is said twice");
    }
    let list = ann.get("/api/v1/conversations").await.ok(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
}
