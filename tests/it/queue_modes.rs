//! A queue changes its mode while customers wait and reps are free: the line goes by the new one
//! at once, on every node. Nothing is left to repair here: it comes only every ten minutes.

use serde_json::{Value, json};
use switchboard::error::{Code, Error};
use switchboard::settings::Settings;
use switchboard::store::{Conn, conversations};

use crate::harness::{World, client_id, until};
use crate::on_both_with;
use crate::person::Person;
use crate::queues::{all_is_told, change, first, is, make, open_in};

on_both_with!(
    without_repair;
    from_manual_to_auto_all_who_wait_are_given_out,
    from_auto_to_manual_nothing_more_is_given_out,
    from_auto_to_offer_those_who_wait_are_offered,
    from_offer_to_manual_an_offer_that_is_out_stays_out,
    who_waits_for_a_rep_in_a_manual_queue_is_his_to_take,
    flips_under_load_lose_nobody,
    the_patience_of_those_who_wait_goes_by_the_new_mode,
    sql_refuses_whatever_the_line_proposes,
);

fn without_repair(settings: &mut Settings) {
    settings.reconcile_ms = 600_000;
}

async fn mode(admin: &Person, queue: &str, mode: &str) {
    let now = change(admin, queue, json!({ "mode": mode })).await;
    assert_eq!(now["mode"], mode);
}

async fn capacity(admin: &Person, rep: &Person, capacity: i32) {
    let path = format!("/api/v1/reps/{}/capacity", rep.id);
    admin
        .put(&path, json!({ "capacity": capacity }))
        .await
        .ok(200);
}

async fn from_manual_to_auto_all_who_wait_are_given_out(world: &World) {
    let (admin, rep, ann) = (
        world.admin().await,
        world.rep(1, 3).await,
        world.customer(2).await,
    );
    let queue = first(&ann).await;
    let mut socket = rep.socket().await;
    mode(&admin, &queue, "manual").await;
    let mut waiting = Vec::new();
    for _ in 0..4 {
        waiting.push(open_in(&ann, &queue).await);
    }
    all_is_told(world).await;
    for id in &waiting {
        assert_eq!(world.status(id).await, "waiting");
    }
    mode(&admin.at(world.base(1)), &queue, "auto").await;
    // Told in any order: each is settled by itself.
    let mut given = Vec::new();
    for _ in 0..3 {
        let assigned = socket.wait("assigned").await;
        given.push(assigned["conversation"]["id"].as_str().unwrap().to_owned());
    }
    given.sort();
    assert_eq!(given, waiting[..3], "the first of the line");
    rep.close(&waiting[0]).await.ok(200);
    let assigned = socket.wait("assigned").await;
    assert_eq!(assigned["conversation"]["id"], waiting[3].as_str());
}

async fn from_auto_to_manual_nothing_more_is_given_out(world: &World) {
    let (admin, rep, ann) = (
        world.admin().await,
        world.rep(1, 1).await,
        world.customer(2).await,
    );
    let queue = first(&ann).await;
    let other = make(&admin, json!({ "name": "Other" })).await;
    let mut socket = rep.socket().await;
    let served = open_in(&ann, &queue).await;
    socket.wait("assigned").await;
    let waiting = [open_in(&ann, &queue).await, open_in(&ann, &queue).await];
    mode(&admin.at(world.base(2)), &queue, "manual").await;
    capacity(&admin, &rep, 3).await;
    rep.close(&served).await.ok(200);
    let new = open_in(&ann, &queue).await;
    // In another queue he gets what comes.
    let elsewhere = open_in(&ann, &other).await;
    let assigned = socket.wait("assigned").await;
    assert_eq!(assigned["conversation"]["id"], elsewhere.as_str());
    all_is_told(world).await;
    for id in waiting.iter().chain([&new]) {
        assert_eq!(world.status(id).await, "waiting");
    }
    // He takes what he wants, and not the first.
    rep.claim(&new).await.ok(200);
    mode(&admin, &queue, "auto").await;
    is(world, &waiting[0], "active").await;
    assert_eq!(world.status(&waiting[1]).await, "waiting", "no room");
}

async fn from_auto_to_offer_those_who_wait_are_offered(world: &World) {
    let (admin, rep, ann) = (
        world.admin().await,
        world.rep(1, 1).await,
        world.customer(2).await,
    );
    let queue = first(&ann).await;
    let waits = open_in(&ann, &queue).await;
    mode(&admin, &queue, "offer").await;
    let mut socket = rep.socket().await;
    let offer = socket.wait("offer").await;
    assert_eq!(offer["conversation"]["id"], waits.as_str());
    let path = format!("/api/v1/conversations/{waits}/accept");
    rep.post(&path, json!({})).await.ok(200);
    mode(&admin, &queue, "auto").await;
    let next = open_in(&ann, &queue).await;
    rep.close(&waits).await.ok(200);
    let assigned = socket
        .wait_for(|frame| {
            frame["type"] == "assigned" && frame["conversation"]["id"] == next.as_str()
        })
        .await;
    assert_eq!(assigned["conversation"]["status"], "active");
}

async fn from_offer_to_manual_an_offer_that_is_out_stays_out(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(2).await);
    let (one, two) = (world.rep(0, 1).await, world.rep(1, 1).await);
    let queue = first(&ann).await;
    mode(&admin, &queue, "offer").await;
    let (mut first_socket, mut second) = (one.socket().await, two.socket().await);
    let (a, b) = (open_in(&ann, &queue).await, open_in(&ann, &queue).await);
    first_socket.wait("offer").await;
    second.wait("offer").await;
    mode(&admin, &queue, "manual").await;
    // One of the two accepts, the other declines: that one is people's to take now.
    let had = |log: &[Value]| {
        let offered = log.iter().find(|event| event["kind"] == "offered").unwrap();
        offered["data"]["rep_id"] == json!(one.id)
    };
    let (of_one, of_two) = match had(&admin.log(&a).await) {
        true => (a, b),
        false => (b, a),
    };
    let path = format!("/api/v1/conversations/{of_one}/accept");
    one.post(&path, json!({})).await.ok(200);
    let path = format!("/api/v1/conversations/{of_two}/decline");
    two.post(&path, json!({})).await.ok(200);
    capacity(&admin, &one, 5).await;
    all_is_told(world).await;
    assert_eq!(world.status(&of_one).await, "active");
    assert_eq!(world.status(&of_two).await, "waiting");
    two.claim(&of_two).await.ok(200);
}

/// Transferred to a rep without room, in a queue that gives nothing out.
async fn who_waits_for_a_rep_in_a_manual_queue_is_his_to_take(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(2).await);
    let (one, two) = (world.rep(0, 5).await, world.rep(1, 1).await);
    let support = first(&ann).await;
    let hand = make(
        &admin,
        json!({ "name": "By hand", "mode": "manual", "reps": [one.id] }),
    )
    .await;
    let mut socket = two.socket().await;
    let busy = open_in(&ann, &support).await;
    socket.wait("assigned").await;
    let chat = open_in(&ann, &hand).await;
    assert_eq!(
        two.claim(&chat).await.code(404),
        "not_found",
        "not in his queue"
    );
    one.claim(&chat).await.ok(200);
    let transfer = format!("/api/v1/conversations/{chat}/transfer");
    one.post(&transfer, json!({ "rep": two.id })).await.ok(200);
    assert_eq!(world.status(&chat).await, "waiting");
    two.close(&busy).await.ok(200);
    all_is_told(world).await;
    assert_eq!(world.status(&chat).await, "waiting", "nothing is given out");
    let list = two
        .get("/api/v1/conversations?status=waiting")
        .await
        .ok(200);
    assert_eq!(list["items"][0]["id"], chat.as_str(), "he sees it");
    two.claim(&chat).await.ok(200);
}

async fn flips_under_load_lose_nobody(world: &World) {
    let admin = world.admin().await;
    let mut sockets = Vec::new();
    for turn in 0..4 {
        sockets.push(world.rep(turn, 5).await.socket().await);
    }
    let queue = first(&admin).await;
    let opening = async {
        let mut opened = Vec::new();
        for turn in 0..20 {
            let ann = world.customer(turn).await;
            opened.push(open_in(&ann, &queue).await);
        }
        opened
    };
    let flipping = async {
        for turn in 0..12 {
            let to = ["manual", "auto"][turn % 2];
            mode(&admin.at(world.base(turn)), &queue, to).await;
        }
    };
    let (opened, ()) = tokio::join!(opening, flipping);
    for id in &opened {
        is(world, id, "active").await;
        let log = admin.log(id).await;
        let assigned = log.iter().filter(|event| event["kind"] == "assigned");
        assert_eq!(assigned.count(), 1);
    }
}

async fn due(world: &World, conversation: &str) -> Option<i64> {
    let row = world.row(conversation).await;
    row.due_at.map(|due| due - row.created_at)
}

async fn the_patience_of_those_who_wait_goes_by_the_new_mode(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(2).await);
    let queue = first(&ann).await;
    const DAY: i64 = 86_400_000;
    let waits = open_in(&ann, &queue).await;
    let left = json!({
        "client_id": client_id(), "queue": queue, "text": "later", "leave_message": true,
    });
    let left = ann.post("/api/v1/conversations", left).await.ok(201);
    let left = left["id"].as_str().unwrap();
    let before = due(world, left).await;
    assert_eq!(due(world, &waits).await, Some(DAY));
    mode(&admin, &queue, "manual").await;
    assert_eq!(due(world, &waits).await, None, "people look after it");
    change(&admin, &queue, json!({ "fallback_after_ms": 5_000 })).await;
    assert_eq!(due(world, &waits).await, None);
    mode(&admin, &queue, "auto").await;
    assert_eq!(due(world, &waits).await, Some(5_000));
    change(
        &admin,
        &queue,
        json!({ "fallback_after_ms": 70_000, "offer_ms": 9_000 }),
    )
    .await;
    assert_eq!(due(world, &waits).await, Some(70_000));
    assert_eq!(due(world, left).await, before, "it does not wait");
    until("it is well", async || world.broken().await.is_empty()).await;
}

/// A line that has not heard of the mode yet does no harm.
async fn sql_refuses_whatever_the_line_proposes(world: &World) {
    let (admin, rep, ann) = (
        world.admin().await,
        world.rep(1, 3).await,
        world.customer(2).await,
    );
    let queue = first(&ann).await;
    let waits = open_in(&ann, &queue).await;
    let (id, his) = (waits.parse().unwrap(), rep.id);
    for (to, by_the_line) in [("manual", false), ("offer", false), ("auto", true)] {
        mode(&admin, &queue, to).await;
        for by in [None, Some(his)] {
            let given = move |conn: &mut Conn| {
                let given = conversations::set_assigned(conn, id, his, by, 1)?;
                // Nothing is to come of it.
                let given = if given.is_some() { "given" } else { "refused" };
                Err::<(), _>(Error::new(Code::Forbidden, given))
            };
            let answer = world.nodes[0]
                .app
                .store
                .write(given)
                .await
                .unwrap_err()
                .detail;
            let may = by.is_some() || by_the_line;
            assert_eq!(answer, if may { "given" } else { "refused" }, "{to} {by:?}");
        }
    }
    assert_eq!(world.status(&waits).await, "waiting");
}
