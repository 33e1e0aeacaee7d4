//! What people do with a conversation between its opening and its end.

use actix_web::http::Method;
use futures_util::future::join_all;
use serde_json::{Value, json};
use switchboard::words::now;

use crate::harness::{World, client_id, quick, until};
use crate::on_both;
use crate::person::Person;
use crate::queues::all_is_told;
use crate::socket::Socket;

on_both!(with quick;
    fifty_claims_of_one_conversation_have_one_winner,
    an_admin_may_go_over_a_capacity_and_the_log_tells,
    what_is_handed_back_keeps_its_place,
    where_nothing_needs_to_be_said_no_body_is_needed,
    a_transfer_to_a_full_rep_waits_for_him_and_cuts_the_old_one_off,
    a_transfer_to_a_full_rep_may_go_to_his_queue_instead,
    a_transfer_to_somebody_absent_is_refused,
    what_waits_for_a_rep_who_goes_is_anybodys_again,
    parked_ones_free_their_slots_and_wake_only_where_there_is_room,
    a_closed_one_is_reopened_within_its_policy_and_never_for_an_absent_rep,
    whoever_is_back_waits_since_then,
    a_wrap_up_keeps_the_slot_until_it_is_ended,
    last_words_into_a_closed_conversation_are_refused,
    the_tale_of_a_conversation_names_who_did_what,
);

const LINE: &str = "/api/v1/line";

/// A conversation that this rep serves, and the socket that makes him present.
async fn served(world: &World, rep: &Person) -> (Person, String) {
    let customer = world.customer(0).await;
    let id = customer.open().await;
    rep.claim(&id).await.ok(200);
    (customer, id)
}

async fn load_of(admin: &Person, rep: &Person) -> i64 {
    let line = admin.get(LINE).await.ok(200);
    let id = json!(rep.id);
    let found = line["reps"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == id);
    found.unwrap()["load"].as_i64().unwrap()
}

async fn assigned_to(admin: &Person, id: &str, rep: &Person) {
    let what = format!("{id} is with {}", rep.name);
    until(&what, async || {
        admin.view(id).await["rep"]["id"] == json!(rep.id)
    })
    .await;
}

async fn fifty_claims_of_one_conversation_have_one_winner(world: &World) {
    let id = world.customer(0).await.open().await;
    let mut reps = Vec::new();
    for turn in 0..50 {
        reps.push(world.rep(turn, 1).await);
    }
    let answers = join_all(reps.iter().map(|rep| rep.claim(&id))).await;
    let won: Vec<_> = answers.iter().filter(|one| one.status == 200).collect();
    assert_eq!(won.len(), 1);
    let winner = won[0].body["rep"]["name"].as_str().unwrap();
    for lost in answers.iter().filter(|one| one.status != 200) {
        assert_eq!(lost.clone().code(409), "already_claimed");
        let detail = lost.body["detail"].as_str().unwrap();
        assert!(detail.contains(winner), "{detail} does not name {winner}");
    }
}

async fn an_admin_may_go_over_a_capacity_and_the_log_tells(world: &World) {
    let (rep, admin) = (world.rep(1, 1).await, world.admin().await);
    let (ann, _first) = served(world, &rep).await;
    let id = ann.open().await;
    let full = rep.claim(&id).await;
    let says = full.body["detail"].to_string();
    assert!(says.contains("you hold 1 of 1"), "{says}");
    assert_eq!(full.code(409), "at_capacity");
    let over = json!({ "over_capacity": true });
    assert_eq!(rep.act(&id, "claim", over).await.code(403), "forbidden");
    let his = json!({ "rep": rep.id });
    assert_eq!(admin.act(&id, "claim", his).await.code(409), "at_capacity");
    let over = json!({ "rep": rep.id, "over_capacity": true });
    let view = admin.act(&id, "claim", over).await.ok(200);
    assert_eq!(view["rep"]["id"], json!(rep.id));
    let event = admin.last(&id, "assigned").await;
    assert_eq!(event["sender_id"], json!(admin.id));
    assert_eq!(event["data"]["over_capacity"], true);
    assert_eq!(event["data"]["serves_queue"], true);
    assert_eq!(
        (&event["data"]["load"], &event["data"]["capacity"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(load_of(&admin, &rep).await, 2);
}

async fn where_nothing_needs_to_be_said_no_body_is_needed(world: &World) {
    let rep = world.rep(1, 5).await;
    for (what, then) in [
        ("requeue", "waiting"),
        ("park", "parked"),
        ("close", "closed"),
    ] {
        let (_, id) = served(world, &rep).await;
        let path = format!("/api/v1/conversations/{id}/{what}");
        rep.ask(Method::POST, &path, None).await.ok(200);
        assert_eq!(world.status(&id).await, then);
    }
}

async fn what_is_handed_back_keeps_its_place(world: &World) {
    let (rep, admin) = (world.rep(1, 1).await, world.admin().await);
    let (_, old) = served(world, &rep).await;
    let young = world.customer(1).await.open().await;
    let view = rep
        .act(&old, "requeue", json!({ "reason": "not my field" }))
        .await
        .ok(200);
    assert_eq!(
        (&view["status"], &view["rep"]),
        (&json!("waiting"), &Value::Null)
    );
    let line = admin.get(LINE).await.ok(200);
    let first = line["queues"][0]["first"].as_array().unwrap();
    let ids: Vec<_> = first.iter().map(|one| one["id"].clone()).collect();
    assert_eq!(
        ids,
        [json!(old), json!(young)],
        "it came first and stands first"
    );
    // Another rep gets it, before the younger one.
    let other = world.rep(2, 1).await;
    all_is_told(world).await;
    let _socket = other.socket().await;
    assigned_to(&admin, &old, &other).await;
    all_is_told(world).await;
    assert_eq!(world.status(&young).await, "waiting");
    assert_eq!(load_of(&admin, &rep).await, 0);
}

async fn gone(socket: &mut Socket, id: &str) {
    let like = |frame: &Value| frame["type"] == "gone" && frame["conversation"] == id;
    socket.wait_for(like).await;
}

async fn a_transfer_to_a_full_rep_waits_for_him_and_cuts_the_old_one_off(world: &World) {
    let (old, new) = (world.rep(1, 1).await, world.rep(2, 1).await);
    let (ann, id) = served(world, &old).await;
    let (_, other) = served(world, &new).await;
    let mut old_socket = old.socket().await;
    let _new_socket = new.socket().await;
    let body = json!({ "rep": new.id, "note": "knows the customer" });
    let view = old.act(&id, "transfer", body).await.ok(200);
    assert_eq!(view["status"], "waiting");
    gone(&mut old_socket, &id).await;
    let write = json!({ "client_id": client_id(), "text": "still here?" });
    let refused = old.act(&id, "messages", write).await;
    assert_eq!(refused.code(409), "stale_assignment");
    // He has room again, but this one is not for him; the one for whom it waits is full.
    let admin = world.admin().await;
    let young = world.customer(1).await.open().await;
    assigned_to(&admin, &young, &old).await;
    all_is_told(world).await;
    assert_eq!(world.status(&id).await, "waiting");
    new.close(&other).await.ok(200);
    assigned_to(&admin, &id, &new).await;
    let note = admin.last(&id, "note").await;
    assert_eq!(note["text"], "knows the customer");
    assert_eq!(note["sender_id"], json!(old.id));
    let told = admin.last(&id, "transferred").await;
    assert_eq!(told["data"]["to"], json!(new.id));
    let log = json!(ann.log(&id).await).to_string();
    assert!(
        !log.contains("note") && !log.contains("knows"),
        "notes are for staff: {log}"
    );
}

async fn a_transfer_to_a_full_rep_may_go_to_his_queue_instead(world: &World) {
    let (old, new, third) = (
        world.rep(1, 1).await,
        world.rep(2, 1).await,
        world.rep(0, 1).await,
    );
    let (_, id) = served(world, &old).await;
    served(world, &new).await;
    let (_new, _third) = (new.socket().await, third.socket().await);
    let queue = old.view(&id).await["queue"]["id"].clone();
    let body = json!({ "rep": new.id, "queue": queue });
    old.act(&id, "transfer", body).await.ok(200);
    let admin = world.admin().await;
    assigned_to(&admin, &id, &third).await;
    assert_eq!(load_of(&admin, &old).await, 0);
}

async fn a_transfer_to_somebody_absent_is_refused(world: &World) {
    let (old, new) = (world.rep(1, 1).await, world.rep(2, 1).await);
    let (_, id) = served(world, &old).await;
    let body = json!({ "rep": new.id });
    let refused = old.act(&id, "transfer", body).await;
    assert_eq!(refused.code(409), "rep_unavailable");
    let himself = old.act(&id, "transfer", json!({ "rep": old.id })).await;
    assert_eq!(himself.code(422), "validation_failed");
    let nowhere = old
        .act(&id, "transfer", json!({ "queue": uuid::Uuid::now_v7() }))
        .await;
    assert_eq!(nowhere.code(422), "validation_failed");
    assert_eq!(old.view(&id).await["status"], "active", "nothing has moved");
}

async fn what_waits_for_a_rep_who_goes_is_anybodys_again(world: &World) {
    let (old, new) = (world.rep(1, 1).await, world.rep(2, 1).await);
    let (_, id) = served(world, &old).await;
    served(world, &new).await;
    let new_socket = new.socket().await;
    old.act(&id, "transfer", json!({ "rep": new.id }))
        .await
        .ok(200);
    drop(new_socket);
    // What the lost one held comes to him as well.
    let third = world.rep(0, 2).await;
    let _socket = third.socket().await;
    let admin = world.admin().await;
    assigned_to(&admin, &id, &third).await;
    let event = admin.last(&id, "requeued").await;
    assert_eq!(event["data"]["reason"], "rep_unavailable");
}

async fn parked_ones_free_their_slots_and_wake_only_where_there_is_room(world: &World) {
    let (rep, admin) = (world.rep(1, 2).await, world.admin().await);
    let mut socket = rep.socket().await;
    let (ann, one) = served(world, &rep).await;
    let (_, two) = served(world, &rep).await;
    for id in [&one, &two] {
        let wake_at = json!({ "wake_at": now() + 3_600_000 });
        let view = rep.act(id, "park", wake_at).await.ok(200);
        assert_eq!(view["status"], "parked");
    }
    assert_eq!(load_of(&admin, &rep).await, 0, "parked ones hold no slot");
    let write = json!({ "client_id": client_id(), "text": "well?" });
    // Nobody has it: each is told what he can do.
    for (who, what, does) in [
        (&ann, "messages", "open a new one"),
        (&rep, "messages", "Wake it before writing"),
        (&rep, "close", "Wake it before you close it"),
    ] {
        let body = if what == "close" {
            json!({})
        } else {
            write.clone()
        };
        let refused = who.act(&one, what, body).await;
        let detail = refused.body["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(does), "{detail}");
        assert_eq!(refused.code(409), "conversation_parked");
    }
    // Room for two, so two come.
    let (three, four) = (ann.open().await, ann.open().await);
    assigned_to(&admin, &three, &rep).await;
    assigned_to(&admin, &four, &rep).await;
    let view = rep.act(&one, "wake", json!({})).await.ok(200);
    assert_eq!(view["status"], "waiting", "nobody goes above his capacity");
    assert_eq!(load_of(&admin, &rep).await, 2);
    rep.close(&three).await.ok(200);
    assigned_to(&admin, &one, &rep).await;
    rep.close(&four).await.ok(200);
    let view = rep.act(&two, "wake", json!({})).await.ok(200);
    assert_eq!(view["status"], "active", "there is room");
    let back = |frame: &Value| {
        let his = frame["kind"] == "assigned" && frame["conversation"] == json!(two);
        his && frame["data"]["epoch"] == 2
    };
    socket.wait_for(back).await;
    // By itself, at its moment.
    let soon = json!({ "wake_at": now() + 3_000 });
    rep.act(&two, "park", soon).await.ok(200);
    assigned_to(&admin, &two, &rep).await;
    let past = rep.act(&two, "park", json!({ "wake_at": 1 })).await;
    assert_eq!(past.code(422), "validation_failed");
}

async fn a_closed_one_is_reopened_within_its_policy_and_never_for_an_absent_rep(world: &World) {
    world
        .change_queue(|queue| queue.policy.prefer_ms = 60_000)
        .await;
    let (rep, other) = (world.rep(1, 1).await, world.rep(2, 1).await);
    let (ann, id) = served(world, &rep).await;
    rep.close(&id).await.ok(200);
    let _other = other.socket().await;
    let admin = world.admin().await;
    let view = ann.act(&id, "reopen", json!({})).await.ok(200);
    assert_eq!(
        (&view["closed_at"], &view["resolution"]),
        (&Value::Null, &Value::Null)
    );
    assigned_to(&admin, &id, &other).await;
    let again = ann.act(&id, "reopen", json!({})).await;
    assert_eq!(again.code(409), "wrong_state");
    other.close(&id).await.ok(200);
    // Who served it last comes first, if he is there.
    let _rep = rep.socket().await;
    ann.act(&id, "reopen", json!({})).await.ok(200);
    assigned_to(&admin, &id, &other).await;
    assert_eq!(
        ann.kinds(&id)
            .await
            .iter()
            .filter(|kind| *kind == "closed")
            .count(),
        2
    );
    other.close(&id).await.ok(200);
    world.change_queue(|queue| queue.policy.reopen_ms = 0).await;
    let late = ann.act(&id, "reopen", json!({})).await;
    assert_eq!(late.code(409), "conversation_closed");
}

async fn whoever_is_back_waits_since_then(world: &World) {
    let rep = world.rep(1, 1).await;
    let admin = world.admin().await;
    let (ann, id) = served(world, &rep).await;
    assert_eq!(admin.view(&id).await.get("waits_since"), None);
    rep.close(&id).await.ok(200);
    let view = ann.act(&id, "reopen", json!({})).await.ok(200);
    assert_eq!(view["waits_since"], json!(world.row(&id).await.queued_at));
    assert!(view["waits_since"].as_i64() > view["created_at"].as_i64());
    let line = admin.get(LINE).await.ok(200);
    assert_eq!(line["queues"][0]["oldest_at"], view["waits_since"]);
}

async fn a_wrap_up_keeps_the_slot_until_it_is_ended(world: &World) {
    world
        .change_queue(|queue| queue.policy.wrap_ms = 3_000_000)
        .await;
    let (rep, admin) = (world.rep(1, 1).await, world.admin().await);
    let _socket = rep.socket().await;
    let (ann, id) = served(world, &rep).await;
    let next = world.customer(1).await.open().await;
    let closing = json!({ "resolution": "unresolved", "text": "Goodbye" });
    let view = rep.act(&id, "close", closing).await.ok(200)["conversation"].clone();
    assert_eq!(
        (&view["status"], &view["resolution"]),
        (&json!("wrapup"), &Value::Null)
    );
    assert_eq!(load_of(&admin, &rep).await, 1, "the slot is taken");
    all_is_told(world).await;
    assert_eq!(world.status(&next).await, "waiting");
    let write = json!({ "client_id": client_id(), "text": "one more thing" });
    let refused = ann.act(&id, "messages", write).await;
    assert_eq!(refused.code(409), "conversation_closed");
    let over = ann.close(&id).await.ok(200);
    assert_eq!(over["already_closed"], true, "for him it has ended");
    let view = rep.close(&id).await.ok(200)["conversation"].clone();
    assert_eq!(
        (&view["status"], &view["resolution"]),
        (&json!("closed"), &json!("unresolved"))
    );
    assigned_to(&admin, &next, &rep).await;
    // By itself.
    world.change_queue(|queue| queue.policy.wrap_ms = 300).await;
    ann.open().await;
    world.customer(2).await.close(&next).await.code(404);
    rep.close(&next).await.ok(200);
    until("the wrap-up ends", async || {
        world.status(&next).await == "closed"
    })
    .await;
    assert_eq!(
        admin.last(&next, "closed").await["data"]["reason"],
        "wrap_up"
    );
}

async fn last_words_into_a_closed_conversation_are_refused(world: &World) {
    let rep = world.rep(1, 1).await;
    let (ann, id) = served(world, &rep).await;
    let closing = json!({ "client_id": client_id(), "text": "bye" });
    rep.act(&id, "close", closing.clone()).await.ok(200);
    let again = rep.act(&id, "close", closing).await.ok(200);
    assert_eq!(again["already_closed"], true, "the same command");
    let late = json!({ "client_id": client_id(), "text": "IMPORTANT" });
    assert_eq!(
        ann.act(&id, "close", late).await.code(409),
        "conversation_closed"
    );
    let silent = ann
        .act(&id, "close", json!({ "client_id": client_id() }))
        .await
        .ok(200);
    assert_eq!(silent["already_closed"], true, "nothing is lost");
    assert_eq!(
        ann.kinds(&id).await,
        ["opened", "assigned", "message", "closed"]
    );
}

async fn the_tale_of_a_conversation_names_who_did_what(world: &World) {
    let (rep, admin) = (world.rep(1, 1).await, world.admin().await);
    let (ann, id) = served(world, &rep).await;
    admin
        .put(
            &format!("/api/v1/conversations/{id}/priority"),
            json!({ "priority": "high" }),
        )
        .await
        .ok(200);
    rep.act(&id, "park", json!({})).await.ok(200);
    admin.act(&id, "wake", json!({})).await.ok(200);
    admin.close(&id).await.ok(200);
    let log = ann.log(&id).await;
    let tale: Vec<_> = log
        .iter()
        .map(|event| (event["kind"].as_str().unwrap(), event["sender_id"].clone()))
        .collect();
    let (ann, rep, admin) = (json!(ann.id), json!(rep.id), json!(admin.id));
    let expected = [
        ("opened", ann),
        ("assigned", rep.clone()),
        ("prioritized", admin.clone()),
        ("parked", rep),
        ("woken", admin.clone()),
        ("closed", admin),
    ];
    assert_eq!(tale, expected);
}

mod doors {
    use super::*;

    on_both!(reopening_goes_through_the_same_door_as_opening);

    async fn reopening_goes_through_the_same_door_as_opening(world: &World) {
        let ann = world.customer(0).await;
        let (one, two) = (ann.open().await, ann.open().await);
        ann.close(&one).await.ok(200);
        ann.close(&two).await.ok(200);
        world.change_queue(|queue| queue.waiting_max = 1).await;
        ann.act(&one, "reopen", json!({})).await.ok(200);
        let full = ann.act(&two, "reopen", json!({})).await;
        assert_eq!(full.code(503), "queue_full");
    }
}
