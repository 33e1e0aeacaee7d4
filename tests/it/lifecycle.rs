//! Every state has its exits, by a person and by time: the table of `docs/lifecycle.md`, walked.

use std::collections::BTreeSet;
use std::fs;

use serde_json::json;
use switchboard::store::queues::Queue;
use switchboard::words::{EventKind, Mode, Status, now};

use crate::harness::{World, quick, until};
use crate::on_both;
use crate::person::Person;
use crate::socket::Socket;

on_both!(with quick;
    every_state_is_left_by_a_person,
    every_state_is_left_by_time,
    nothing_said_for_long_ends_it_and_a_word_keeps_it,
    whoever_does_not_answer_hands_it_on,
);

/// The first cells of a table of the page.
fn cells(heading: &str) -> BTreeSet<String> {
    let page = fs::read_to_string("docs/lifecycle.md").unwrap();
    let table = page
        .split(heading)
        .nth(1)
        .unwrap()
        .split("\n\n")
        .next()
        .unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.split('`').nth(1).unwrap().to_owned())
        .collect()
}

#[test]
fn the_page_names_every_state_and_every_kind_of_entry_that_there_is() {
    let states: BTreeSet<String> = Status::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(cells("| state |"), states);
    // Reserved for what is not built yet.
    let later = ["tagged"];
    let kinds = EventKind::ALL.iter().map(ToString::to_string);
    let kinds: BTreeSet<String> = kinds
        .filter(|kind| !later.contains(&kind.as_str()))
        .collect();
    assert_eq!(cells("| event |"), kinds);
}

/// A conversation, and whom it concerns.
struct Scene {
    ann: Person,
    rep: Person,
    id: String,
    _socket: Option<Socket>,
}

impl Scene {
    /// Its rep is not to get what comes in the next one.
    async fn end(self) {
        let path = format!("/api/v1/reps/{}/availability", self.rep.id);
        let offline = json!({ "availability": "offline" });
        self.rep.put(&path, offline).await.ok(200);
        let _ = self.ann.close(&self.id).await;
    }
}

/// A conversation in each state. Time moves it on after a second, if
/// `hurried`.
async fn scene(world: &World, status: Status, hurried: bool) -> Scene {
    // Only what ends the state itself may come soon: the way there takes as long as it takes.
    let ends = move |state: Status| match hurried && status == state {
        true => 1_000,
        false => 60_000,
    };
    let change = move |queue: &mut Queue| {
        queue.mode = if status == Status::Offered {
            Mode::Offer
        } else {
            Mode::Auto
        };
        queue.policy.offer_ms = ends(Status::Offered);
        queue.policy.cooldown_ms = 60_000;
        queue.policy.fallback_after_ms = ends(Status::Waiting);
        queue.policy.idle_after_ms = ends(Status::Active);
        let wrap_ms = ends(Status::Wrapup);
        queue.policy.wrap_ms = if status == Status::Wrapup { wrap_ms } else { 0 };
        queue.policy.reopen_ms = 60_000;
    };
    world.change_queue(change).await;
    let (rep, ann) = (world.rep(1, 1).await, world.customer(0).await);
    let id = ann.open().await;
    if status == Status::Offered {
        let mut socket = rep.socket().await;
        socket.wait("offer").await;
        return Scene {
            ann,
            rep,
            id,
            _socket: Some(socket),
        };
    }
    if status != Status::Waiting {
        rep.claim(&id).await.ok(200);
    }
    // The moment must lie ahead when it is asked for.
    let wakes = if hurried { 3_000 } else { 60_000 };
    match status {
        Status::Parked => drop(
            rep.act(&id, "park", json!({ "wake_at": now() + wakes }))
                .await
                .ok(200),
        ),
        Status::Wrapup | Status::Closed => drop(rep.close(&id).await.ok(200)),
        _ => {}
    }
    if !hurried {
        assert_eq!(world.status(&id).await, status.as_str());
    }
    Scene {
        ann,
        rep,
        id,
        _socket: None,
    }
}

async fn every_state_is_left_by_a_person(world: &World) {
    for status in Status::ALL {
        let scene = scene(world, *status, false).await;
        let Scene { ann, rep, id, .. } = &scene;
        let (view, expected) = match status {
            Status::Waiting => (rep.claim(id).await, "active"),
            Status::Offered => (rep.act(id, "decline", json!({})).await, "waiting"),
            Status::Active => (rep.act(id, "requeue", json!({})).await, "waiting"),
            Status::Parked => (rep.act(id, "wake", json!({})).await, "waiting"),
            Status::Wrapup => {
                let mut answer = rep.close(id).await;
                answer.body = answer.body["conversation"].clone();
                (answer, "closed")
            }
            Status::Closed => (ann.act(id, "reopen", json!({})).await, "waiting"),
        };
        assert_eq!(view.ok(200)["status"], expected, "out of {status}");
        // And by its customer, from anywhere.
        ann.close(id).await.ok(200);
        assert_eq!(world.status(id).await, "closed", "out of {status}");
        scene.end().await;
    }
}

async fn every_state_is_left_by_time(world: &World) {
    let admin = world.admin().await;
    for status in Status::ALL {
        // The last state has no such exit.
        let exit = match status {
            Status::Waiting => "closed",
            Status::Offered => "missed",
            Status::Active => "closed",
            Status::Parked => "woken",
            Status::Wrapup => "closed",
            Status::Closed => continue,
        };
        let scene = scene(world, *status, true).await;
        let id = &scene.id;
        until(&format!("{status} is left: {exit}"), async || {
            admin.kinds(id).await.contains(&exit.to_owned())
        })
        .await;
        assert_eq!(
            admin.last(id, exit).await["sender_id"],
            json!(null),
            "time did it"
        );
        scene.end().await;
    }
}

async fn nothing_said_for_long_ends_it_and_a_word_keeps_it(world: &World) {
    world
        .change_queue(|queue| queue.policy.idle_after_ms = 5_000)
        .await;
    let (rep, ann) = (world.rep(1, 2).await, world.customer(0).await);
    let (quiet, lively) = (ann.open().await, ann.open().await);
    rep.claim(&quiet).await.ok(200);
    rep.claim(&lively).await.ok(200);
    until("the quiet one ends", async || {
        ann.say(&lively, "still here").await;
        world.status(&quiet).await == "closed"
    })
    .await;
    assert_eq!(world.status(&lively).await, "active");
    let end = ann.last(&quiet, "closed").await;
    assert_eq!(
        end["data"],
        json!({ "resolution": "unresolved", "reason": "idle" })
    );
}

async fn whoever_does_not_answer_hands_it_on(world: &World) {
    let change = |queue: &mut Queue| {
        queue.policy.first_reply_ms = Some(5_000);
        queue.policy.cooldown_ms = 60_000;
    };
    world.change_queue(change).await;
    let (mute, ann) = (world.rep(1, 2).await, world.customer(0).await);
    let _mute = mute.socket().await;
    let (first, second) = (ann.open().await, ann.open().await);
    until("both are his", async || {
        world.status(&first).await == "active" && world.status(&second).await == "active"
    })
    .await;
    mute.say(&second, "with you in a moment").await;
    let other = world.rep(2, 5).await;
    let _other = other.socket().await;
    let admin = world.admin().await;
    until("the other has it", async || {
        admin.view(&first).await["rep"]["id"] == json!(other.id)
    })
    .await;
    let why = ann.last(&first, "requeued").await;
    assert_eq!(why["data"]["reason"], "no_first_reply");
    let kept = admin.view(&second).await;
    assert_eq!(kept["rep"]["id"], json!(mute.id), "an answer keeps it");
}
