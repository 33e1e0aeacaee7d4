//! What time would have done with a conversation does not happen once the state was left for
//! which it was due.

use serde_json::{Value, json};
use switchboard::store::queues::Queue;
use switchboard::words::{Mode, now};

use crate::harness::{World, quick, until, within};
use crate::on_both;
use crate::person::Person;
use crate::queues::{make, open_in};

on_both!(with quick;
    an_offer_that_was_answered_is_not_missed,
    what_is_parked_is_not_ended_for_silence,
    who_is_served_has_not_waited_too_long,
    what_is_reopened_is_not_wrapped_up,
);

/// How long the states last that are left before.
const BRIEF: i64 = 1_000;
const LONG: i64 = 3_600_000;

/// Does it until it is done before its time, which a busy machine may let pass.
async fn in_time(mut attempt: impl AsyncFnMut() -> Option<String>) -> String {
    within("leaving it before its time", async {
        loop {
            if let Some(id) = attempt().await {
                return id;
            }
        }
    })
    .await
}

/// Time passes all that was due before: that of another conversation, which comes later, has come.
/// Whoever looks at what is due takes it in the order of its time.
async fn time_passes(world: &World) {
    let (admin, eve) = (world.admin().await, world.customer(2).await);
    let body = json!({ "name": "Elsewhere", "mode": "manual", "reps": [] });
    let elsewhere = make(&admin, body).await;
    let clock = open_in(&eve, &elsewhere).await;
    let wakes = json!({ "wake_at": now() + BRIEF + 300 });
    admin.act(&clock, "park", wakes).await.ok(200);
    until("the end of the clock", async || {
        world.status(&clock).await == "waiting"
    })
    .await;
}

/// The tale of it is this, and no more.
async fn is_told(admin: &Person, id: &str, kinds: &[&str]) {
    assert_eq!(admin.kinds(id).await, kinds);
}

async fn an_offer_that_was_answered_is_not_missed(world: &World) {
    let change = |queue: &mut Queue| {
        queue.mode = Mode::Offer;
        queue.policy.offer_ms = BRIEF;
        queue.policy.cooldown_ms = LONG;
        queue.policy.misses_max = 100;
    };
    world.change_queue(change).await;
    let (admin, rep) = (world.admin().await, world.rep(1, 50).await);
    let ann = world.customer(0).await;
    let mut socket = rep.socket().await;
    let mut answered = async |who: &Person, what: &str| {
        in_time(async || {
            let id = ann.open().await;
            let like = |frame: &Value| frame["conversation"]["id"] == json!(id);
            socket
                .wait_for(|frame| frame["type"] == "offer" && like(frame))
                .await;
            who.act(&id, what, json!({})).await;
            let last = admin.kinds(&id).await.pop().unwrap();
            ["assigned", "declined", "closed"]
                .contains(&last.as_str())
                .then_some(id)
        })
        .await
    };
    let accepted = answered(&rep, "accept").await;
    let declined = answered(&rep, "decline").await;
    let closed = answered(&ann, "close").await;
    time_passes(world).await;
    is_told(&admin, &accepted, &["opened", "offered", "assigned"]).await;
    is_told(&admin, &declined, &["opened", "offered", "declined"]).await;
    is_told(&admin, &closed, &["opened", "offered", "closed"]).await;
    let view = admin.view(&accepted).await;
    assert_eq!(
        (&view["status"], &view["rep"]["id"]),
        (&json!("active"), &json!(rep.id))
    );
}

async fn what_is_parked_is_not_ended_for_silence(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(1, 50).await);
    let ann = world.customer(0).await;
    let kinds = ["opened", "assigned", "parked"];
    let mut parked = Vec::new();
    // Nobody answers within the time for a first reply; nobody says anything for too long.
    for first_reply_ms in [Some(BRIEF), None] {
        let change = move |queue: &mut Queue| {
            queue.policy.first_reply_ms = first_reply_ms;
            queue.policy.idle_after_ms = first_reply_ms.map_or(BRIEF, |_| LONG);
        };
        world.change_queue(change).await;
        let one = in_time(async || {
            let id = ann.open().await;
            rep.claim(&id).await.ok(200);
            rep.act(&id, "park", json!({})).await;
            (admin.kinds(&id).await == kinds).then_some(id)
        });
        parked.push(one.await);
    }
    time_passes(world).await;
    for id in &parked {
        is_told(&admin, id, &kinds).await;
        assert_eq!(world.status(id).await, "parked");
    }
}

async fn who_is_served_has_not_waited_too_long(world: &World) {
    world
        .change_queue(|queue| queue.policy.fallback_after_ms = BRIEF)
        .await;
    let (admin, rep) = (world.admin().await, world.rep(1, 50).await);
    let ann = world.customer(0).await;
    let claimed = in_time(async || {
        let id = ann.open().await;
        let claimed = rep.claim(&id).await;
        (claimed.status == 200).then_some(id)
    })
    .await;
    // And whom the line has given to somebody.
    let other = world.rep(2, 50).await;
    let _socket = other.socket().await;
    let given = in_time(async || {
        let id = ann.open().await;
        until("its end or its rep", async || {
            world.status(&id).await != "waiting"
        })
        .await;
        (world.status(&id).await == "active").then_some(id)
    })
    .await;
    time_passes(world).await;
    for id in [&claimed, &given] {
        is_told(&admin, id, &["opened", "assigned"]).await;
        assert_eq!(world.status(id).await, "active");
    }
}

async fn what_is_reopened_is_not_wrapped_up(world: &World) {
    world
        .change_queue(|queue| queue.policy.wrap_ms = BRIEF)
        .await;
    let (admin, rep) = (world.admin().await, world.rep(1, 50).await);
    let ann = world.customer(0).await;
    let wrapped_up = async || {
        in_time(async || {
            let id = ann.open().await;
            rep.claim(&id).await.ok(200);
            rep.close(&id).await.ok(200);
            rep.close(&id).await.ok(200);
            let by = admin.last(&id, "closed").await["sender_id"].clone();
            (by == json!(rep.id)).then_some(id)
        })
        .await
    };
    let (closed, reopened) = (wrapped_up().await, wrapped_up().await);
    ann.act(&reopened, "reopen", json!({})).await.ok(200);
    time_passes(world).await;
    let kinds = ["opened", "assigned", "wrapup", "closed", "reopened"];
    is_told(&admin, &closed, &kinds[..4]).await;
    is_told(&admin, &reopened, &kinds).await;
    assert_eq!(world.status(&closed).await, "closed");
    assert_eq!(world.status(&reopened).await, "waiting");
}
