//! Who is there: customers whose place is held, reps whose conversations are, for a while.

use serde_json::{Value, json};
use switchboard::settings::Settings;
use switchboard::store::{Conn, nodes};
use switchboard::words::now;

use crate::harness::{World, quick, until};
use crate::person::Person;
use crate::queues::all_is_told;
use crate::socket::Socket;
use crate::wire::{Heard, RawSocket};
use crate::{on_both, on_both_with};

on_both!(with quick;
    a_waiting_customer_who_leaves_keeps_his_place_and_is_offered_to_nobody,
    a_held_place_is_given_up_after_its_time,
    who_never_had_a_socket_is_not_lost,
    leaving_the_line_at_any_state_leaves_no_ghost,
    a_lost_reps_customers_are_told_and_go_back_to_their_old_places,
    a_rep_without_a_socket_who_claimed_is_not_lost,
    tabs_that_come_and_go_leak_no_slot,
    nobody_but_the_available_is_chosen,
    what_a_state_that_was_left_had_to_come_does_not_come,
    a_rep_whose_node_is_not_written_down_is_told_to_come_again,
);

async fn status(world: &World, id: &str, expected: &str) {
    let what = format!("{id} is {expected}");
    until(&what, async || world.status(id).await == expected).await;
}

async fn held(who: &Person, id: &str, expected: bool) {
    let what = format!("{id} is held: {expected}");
    until(&what, async || {
        let kinds = who.kinds(id).await;
        let last = kinds
            .iter()
            .rfind(|kind| ["held", "returned"].contains(&kind.as_str()));
        last.is_some_and(|kind| (kind == "held") == expected)
    })
    .await;
}

async fn a_waiting_customer_who_leaves_keeps_his_place_and_is_offered_to_nobody(world: &World) {
    let (ann, ben) = (world.customer(0).await, world.customer(1).await);
    let (first, second) = (ann.open().await, ben.open().await);
    let ann_socket = ann.socket().await;
    let mut ben_socket = ben.socket().await;
    assert_eq!(ben_socket.wait("line").await["ahead"], 1);
    drop(ann_socket);
    let admin = world.admin().await;
    held(&admin, &first, true).await;
    all_is_told(world).await;
    // A rep comes: the one behind goes first, and the held one stays.
    let rep = world.rep(2, 1).await;
    let mut rep_socket = rep.socket().await;
    let told = rep_socket.wait("assigned").await;
    assert_eq!(told["conversation"]["id"], json!(second));
    // Behind him a third; then he is back, and stands where he stood.
    let third = world.customer(2).await.open().await;
    let mut ann_socket = ann.at(world.base(2)).socket().await;
    held(&admin, &first, false).await;
    assert_eq!(ann_socket.wait("line").await["position"], 1);
    all_is_told(world).await;
    rep.close(&second).await.ok(200);
    let told = ann_socket.wait("assigned").await;
    assert_eq!(told["conversation"]["id"], json!(first));
    all_is_told(world).await;
    assert_eq!(world.status(&third).await, "waiting");
}

async fn a_held_place_is_given_up_after_its_time(world: &World) {
    world
        .change_queue(|queue| queue.policy.abandon_after_ms = Some(300))
        .await;
    let ann = world.customer(0).await;
    let id = ann.open().await;
    drop(ann.socket().await);
    status(world, &id, "closed").await;
    let view = ann.view(&id).await;
    assert_eq!(view["resolution"], "abandoned");
    assert_eq!(ann.kinds(&id).await, ["opened", "held", "closed"]);
}

async fn who_never_had_a_socket_is_not_lost(world: &World) {
    world
        .change_queue(|queue| queue.policy.abandon_after_ms = Some(0))
        .await;
    let (ann, ben) = (world.customer(0).await, world.customer(1).await);
    // Ann's socket had gone before she opened.
    drop(ann.socket().await);
    until("the end of her socket", async || {
        !world.nodes[0].app.hub.is_here(ann.id)
    })
    .await;
    let (hers, his) = (ann.open().await, ben.open().await);
    // Somebody else's is held and given up meanwhile: time has passed.
    let eve = world.customer(2).await;
    let gone = eve.open().await;
    drop(eve.socket().await);
    status(world, &gone, "closed").await;
    assert_eq!(ann.kinds(&hers).await, ["opened"]);
    assert_eq!(ben.kinds(&his).await, ["opened"]);
    let rep = world.rep(1, 2).await;
    let _socket = rep.socket().await;
    status(world, &hers, "active").await;
    status(world, &his, "active").await;
}

async fn leaving_the_line_at_any_state_leaves_no_ghost(world: &World) {
    let (ann, admin, rep) = (
        world.customer(0).await,
        world.admin().await,
        world.rep(1, 1).await,
    );
    let waiting = ann.open().await;
    ann.close(&waiting).await.ok(200);
    let held_one = ann.open().await;
    drop(ann.socket().await);
    held(&admin, &held_one, true).await;
    ann.close(&held_one).await.ok(200);
    let _socket = rep.socket().await;
    let active = ann.open().await;
    status(world, &active, "active").await;
    ann.close(&active).await.ok(200);
    let parked = ann.open().await;
    status(world, &parked, "active").await;
    rep.act(&parked, "park", json!({})).await.ok(200);
    ann.close(&parked).await.ok(200);
    // Nobody waits, nothing is held, and the one slot is free for the next.
    let line = admin.get("/api/v1/line").await.ok(200);
    assert_eq!(
        (&line["queues"][0]["waiting"], &line["reps"][0]["load"]),
        (&json!(0), &json!(0))
    );
    let next = world.customer(2).await.open().await;
    status(world, &next, "active").await;
}

async fn a_lost_reps_customers_are_told_and_go_back_to_their_old_places(world: &World) {
    let (rep, ann) = (world.rep(1, 1).await, world.customer(0).await);
    let rep_socket = rep.socket().await;
    let id = ann.open().await;
    let mut ann_socket = ann.socket().await;
    ann_socket.wait("assigned").await;
    let young = world.customer(1).await.open().await;
    drop(rep_socket);
    let told = ann_socket.event("suspect").await;
    assert_eq!(told["data"]["rep_id"], json!(rep.id));
    assert!(told["data"]["held_until"].as_i64().unwrap() > told["created_at"].as_i64().unwrap());
    let told = ann_socket.event("requeued").await;
    assert_eq!(told["data"], json!({ "reason": "rep_lost" }));
    assert_eq!(told["sender_id"], Value::Null, "nobody did it");
    let (other, admin) = (world.rep(2, 1).await, world.admin().await);
    all_is_told(world).await;
    let mut other_socket = other.socket().await;
    let got = other_socket.wait("assigned").await;
    assert_eq!(
        got["conversation"]["id"],
        json!(id),
        "before the younger one"
    );
    all_is_told(world).await;
    assert_eq!(world.status(&young).await, "waiting");
    let line = admin.get("/api/v1/reps").await.ok(200);
    let lost = line
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == json!(rep.id));
    assert_eq!(lost.unwrap()["load"], 0, "his slot is free");
}

async fn a_rep_without_a_socket_who_claimed_is_not_lost(world: &World) {
    let (rep, ann) = (world.rep(1, 2).await, world.customer(0).await);
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    // Another one is lost and his are re-queued meanwhile: time has passed.
    let other = world.rep(2, 1).await;
    let socket = other.socket().await;
    let moved = world.customer(1).await.open().await;
    status(world, &moved, "active").await;
    drop(socket);
    let admin = world.admin().await;
    until("the other's goes back", async || {
        admin.kinds(&moved).await.contains(&"requeued".into())
    })
    .await;
    assert_eq!(admin.kinds(&id).await, ["opened", "assigned"]);
}

async fn tabs_that_come_and_go_leak_no_slot(world: &World) {
    let (rep, ann, admin) = (
        world.rep(1, 3).await,
        world.customer(0).await,
        world.admin().await,
    );
    let _stays = rep.socket().await;
    let id = ann.open().await;
    status(world, &id, "active").await;
    for turn in 0..30 {
        drop(rep.at(world.base(turn)).socket().await);
    }
    let reps = admin.get("/api/v1/reps").await.ok(200);
    assert_eq!(
        (&reps[0]["load"], &reps[0]["capacity"]),
        (&json!(1), &json!(3))
    );
    assert_eq!(reps[0]["present"], true);
}

async fn nobody_but_the_available_is_chosen(world: &World) {
    let admin = world.admin().await;
    let mut sockets = Vec::new();
    for word in ["busy", "away", "offline"] {
        let rep = world.rep(1, 5).await;
        let path = format!("/api/v1/reps/{}/availability", rep.id);
        admin
            .put(&path, json!({ "availability": word }))
            .await
            .ok(200);
        sockets.push((rep.socket().await, rep));
    }
    let id = world.customer(0).await.open().await;
    let chosen = world.rep(2, 1).await;
    let _socket = chosen.socket().await;
    status(world, &id, "active").await;
    assert_eq!(admin.view(&id).await["rep"]["id"], json!(chosen.id));
    let second = world.customer(0).await.open().await;
    all_is_told(world).await;
    assert_eq!(
        world.status(&second).await,
        "waiting",
        "he is full, the others want nothing"
    );
    // One of them changes his mind.
    let rep = &sockets[0].1;
    let path = format!("/api/v1/reps/{}/availability", rep.id);
    rep.put(&path, json!({ "availability": "available" }))
        .await
        .ok(200);
    status(world, &second, "active").await;
}

/// Time would move it on at one moment; in the state it is in now, not before a later one.
async fn has_more_time(world: &World, id: &str, before: i64) {
    let due = world.row(id).await.due_at;
    assert!(due.is_none_or(|due| due > before + 10_000), "{due:?}");
}

/// What a state had to come is its `due_at`: the clock is not waited for.
async fn what_a_state_that_was_left_had_to_come_does_not_come(world: &World) {
    let change = |queue: &mut switchboard::store::queues::Queue| {
        queue.policy.abandon_after_ms = Some(40_000);
        queue.policy.first_reply_ms = Some(40_000);
    };
    world.change_queue(change).await;
    let (admin, rep) = (world.admin().await, world.rep(1, 9).await);
    let due = async |id: &str| world.row(id).await.due_at.unwrap();
    // Held, and back in time.
    let ann = world.customer(0).await;
    let back = ann.open().await;
    drop(ann.socket().await);
    held(&admin, &back, true).await;
    let abandoned = due(&back).await;
    let _ann = ann.socket().await;
    held(&admin, &back, false).await;
    has_more_time(world, &back, abandoned).await;
    // Assigned, and handed on before he had to answer.
    let handed = world.customer(1).await.open().await;
    rep.claim(&handed).await.ok(200);
    let unanswered = due(&handed).await;
    rep.act(&handed, "requeue", json!({})).await.ok(200);
    has_more_time(world, &handed, unanswered).await;
    // Parked for a moment, and woken before it.
    let woken = world.customer(2).await.open().await;
    rep.claim(&woken).await.ok(200);
    let wake_at = now() + 40_000;
    let soon = json!({ "wake_at": wake_at });
    rep.act(&woken, "park", soon).await.ok(200);
    assert_eq!(due(&woken).await, wake_at);
    rep.act(&woken, "wake", json!({})).await.ok(200);
    has_more_time(world, &woken, wake_at).await;
    assert_eq!(admin.kinds(&back).await, ["opened", "held", "returned"]);
    assert_eq!(
        admin.kinds(&handed).await,
        ["opened", "assigned", "requeued"]
    );
    assert_eq!(
        admin.kinds(&woken).await,
        ["opened", "assigned", "parked", "woken"]
    );
}

/// Who comes back within a grace that no machine outlasts. That it would end by itself is seen in
/// the record: whoever is not lost there is not given up.
mod back_in_time {
    use switchboard::store::reps;

    use super::*;

    fn patient(settings: &mut Settings) {
        quick(settings);
        settings.rep_grace_ms = 60_000;
    }

    on_both!(with patient;
        a_rep_who_is_back_in_time_finds_everything_as_it_was,
        a_rep_who_flaps_moves_nothing_and_the_waiting_are_matched,
    );

    /// Nothing is to come of his having been away.
    async fn not_lost(world: &World, rep: &Person) {
        let id = rep.id;
        until("he is not lost", async || {
            let read = move |conn: &mut Conn| Ok(reps::find(conn, id)?);
            let row = world.nodes[0].app.store.read(read).await.unwrap().unwrap();
            row.lost_at.is_none() && !row.suspected
        })
        .await;
    }

    async fn a_rep_who_is_back_in_time_finds_everything_as_it_was(world: &World) {
        let (rep, ann) = (world.rep(1, 1).await, world.customer(0).await);
        let rep_socket = rep.socket().await;
        let id = ann.open().await;
        let mut ann_socket = ann.socket().await;
        ann_socket.wait("assigned").await;
        drop(rep_socket);
        ann_socket.event("suspect").await;
        let (_socket, ready) = rep.at(world.base(2)).resume(json!({})).await;
        assert_eq!(ready["conversations"][0]["id"], json!(id));
        let told = ann_socket.event("returned").await;
        assert_eq!(told["data"]["rep_id"], json!(rep.id));
        assert_eq!(
            ann.kinds(&id).await,
            ["opened", "assigned", "suspect", "returned"]
        );
        assert_eq!(world.status(&id).await, "active");
        not_lost(world, &rep).await;
    }

    async fn a_rep_who_flaps_moves_nothing_and_the_waiting_are_matched(world: &World) {
        let (rep, ann) = (world.rep(1, 2).await, world.customer(0).await);
        let first = rep.socket().await;
        let id = ann.open().await;
        status(world, &id, "active").await;
        drop(first);
        for turn in 0..20 {
            drop(rep.at(world.base(turn)).socket().await);
        }
        let second = ann.open().await;
        let _stays = rep.socket().await;
        status(world, &second, "active").await;
        not_lost(world, &rep).await;
        let admin = world.admin().await;
        let kinds = admin.kinds(&id).await;
        assert!(!kinds.contains(&"requeued".into()), "{kinds:?}");
        assert_eq!(admin.view(&id).await["epoch"], 1);
    }

    #[actix_web::test]
    async fn a_restart_requeues_nobody_who_comes_back() {
        let mut world = World::embedded_with(patient).await;
        let (rep, ann) = (world.rep(0, 1).await, world.customer(0).await);
        let rep_socket = rep.socket().await;
        let served = ann.open().await;
        status(&world, &served, "active").await;
        world.nodes.pop().unwrap().kill().await;
        drop(rep_socket);
        world.add_node().await;
        let _rep = rep.at(world.base(0)).socket().await;
        not_lost(&world, &rep).await;
        let kinds = world.admin().await.kinds(&served).await;
        assert!(!kinds.contains(&"requeued".into()), "{kinds:?}");
        assert_eq!(world.status(&served).await, "active");
        world.end().await;
    }
}

/// Whoever is not back soon after a restart is asked no more, long before he is given up.
mod asked {
    use super::*;

    fn long(settings: &mut Settings) {
        quick(settings);
        settings.rep_suspect_ms = 300;
        settings.rep_grace_ms = 600_000;
    }

    #[actix_web::test]
    async fn who_was_asked_before_a_restart_and_is_not_back_is_asked_no_more() {
        let mut world = World::embedded_with(long).await;
        let change = |queue: &mut switchboard::store::queues::Queue| {
            queue.mode = switchboard::words::Mode::Offer;
            queue.policy.offer_ms = 600_000;
        };
        world.change_queue(change).await;
        let (gone, other) = (world.rep(0, 1).await, world.rep(0, 1).await);
        let socket = gone.socket().await;
        let id = world.customer(0).await.open().await;
        status(&world, &id, "offered").await;
        world.nodes.pop().unwrap().kill().await;
        drop(socket);
        world.add_node().await;
        let mut other = other.at(world.base(0)).socket().await;
        let offer = |frame: &serde_json::Value| {
            frame["type"] == "offer" && frame["conversation"]["id"] == id.as_str()
        };
        other.wait_for(offer).await;
        let withdrawn = world.admin().await.last(&id, "withdrawn").await;
        assert_eq!(withdrawn["data"]["reason"], "rep_absent");
        world.end().await;
    }
}

/// Where packets just stop coming.
mod silent {
    use super::*;

    /// A dead socket is noticed by its missing pong; a slow one has the time to answer.
    fn restless(settings: &mut Settings) {
        quick(settings);
        settings.rep_ping_ms = 200;
        settings.pong_grace_ms = 5_000;
    }

    on_both!(with restless; a_rep_who_answers_no_ping_is_lost_and_one_who_does_stays);

    async fn a_rep_who_answers_no_ping_is_lost_and_one_who_does_stays(world: &World) {
        let (dead, alive) = (world.rep(1, 1).await, world.rep(2, 2).await);
        let admin = world.admin().await;
        // Nothing is closed: packets just stop coming.
        let mut dead_socket = RawSocket::ready(&dead.base, &dead.token).await;
        let id = world.customer(0).await.open().await;
        status(world, &id, "active").await;
        let _alive = alive.socket().await;
        let kept = world.customer(1).await.open().await;
        status(world, &kept, "active").await;
        until("what he had goes to the other", async || {
            admin.view(&id).await["rep"]["id"] == json!(alive.id)
        })
        .await;
        assert_eq!(
            admin.last(&id, "requeued").await["data"]["reason"],
            "rep_lost"
        );
        assert_eq!(dead_socket.end().await, Heard::Closed(1011));
        // Who answers pings, and says nothing at all, is there.
        assert_eq!(admin.kinds(&kept).await, ["opened", "assigned"]);
    }
}

/// What the reps said they want, and who is given what by it, after their node has died and they
/// have come back to another.
async fn what_reps_want_outlives_their_node(world: &mut World) {
    let last = world.nodes.len() - 1;
    let words = ["busy", "away", "available"];
    let (mut reps, mut sockets) = (Vec::new(), Vec::new());
    for word in words {
        let rep = world.rep(last, 2).await;
        let mut socket = rep.socket().await;
        let wish = json!({ "type": "availability", "availability": word, "ref": "w" });
        socket.say(wish).await;
        assert_eq!(socket.wait("ack").await["ref"], "w");
        reps.push(rep);
        sockets.push(socket);
    }
    let node = world.nodes.pop().unwrap();
    node.kill().await;
    sockets.clear();
    world.add_node().await;
    for (rep, word) in reps.iter().zip(words) {
        let (socket, ready) = rep.at(world.base(last)).resume(json!({})).await;
        assert_eq!(ready["rep"]["availability"], word);
        sockets.push(socket);
    }
    let mut ids = Vec::new();
    for turn in 0..3 {
        ids.push(world.customer(turn).await.open().await);
    }
    // Two that he has room for, whichever: they came at the same time.
    let served = (
        sockets[2].wait("assigned").await,
        sockets[2].wait("assigned").await,
    );
    assert_ne!(
        served.0["conversation"]["id"],
        served.1["conversation"]["id"]
    );
    all_is_told(world).await;
    let admin = world.admin().await;
    let all = admin.get("/api/v1/reps").await.ok(200);
    for ((rep, word), load) in reps.iter().zip(words).zip([0, 0, 2]) {
        let mut list = all.as_array().unwrap().iter();
        let one = list.find(|one| one["id"] == json!(rep.id)).unwrap();
        assert_eq!(
            (&one["availability"], &one["load"], &one["present"]),
            (&json!(word), &json!(load), &json!(true))
        );
    }
    let mut waiting = 0;
    for id in &ids {
        waiting += usize::from(world.status(id).await == "waiting");
    }
    assert_eq!(waiting, 1);
}

#[actix_web::test]
async fn what_reps_want_outlives_the_only_node() {
    let mut world = World::embedded().await;
    what_reps_want_outlives_their_node(&mut world).await;
    world.end().await;
}

#[actix_web::test]
async fn what_reps_want_outlives_one_of_three_nodes() {
    if let Some(mut world) = World::services(3).await {
        what_reps_want_outlives_their_node(&mut world).await;
        world.end().await;
    }
}

mod mute {
    //! A customer whose socket is open, and at whose end there is nobody.
    use super::*;

    on_both_with!(
        impatient;
        a_waiting_customer_who_answers_no_ping_is_held_and_comes_back_to_his_place,
    );

    /// Customers are asked soon whether they are there, and have long enough to answer.
    pub fn impatient(settings: &mut Settings) {
        quick(settings);
        settings.customer_ping_ms = 200;
        settings.pong_grace_ms = 3_000;
    }

    async fn a_waiting_customer_who_answers_no_ping_is_held_and_comes_back_to_his_place(
        world: &World,
    ) {
        let (admin, ann) = (world.admin().await, world.customer(0).await);
        let first = ann.open().await;
        let mut mute = RawSocket::ready(&ann.base, &ann.token).await;
        let second = world.customer(1).await.open().await;
        assert_eq!(mute.end().await, Heard::Closed(1011));
        held(&admin, &first, true).await;
        let rep = world.rep(2, 1).await;
        let mut of_rep = rep.socket().await;
        let told = of_rep.wait("assigned").await;
        assert_eq!(told["conversation"]["id"], json!(second));
        let third = world.customer(2).await.open().await;
        let ann = ann.at(world.base(2));
        let (mut of_ann, ready) = ann.resume(json!({ &first: 1 })).await;
        assert_eq!(ready["conversations"][0]["id"], json!(first));
        of_ann.event("returned").await;
        assert_eq!(of_ann.wait("line").await["position"], 1);
        rep.close(&second).await.ok(200);
        let told = of_rep.wait("assigned").await;
        assert_eq!(told["conversation"]["id"], json!(first));
        assert_eq!(
            admin.kinds(&first).await,
            ["opened", "held", "returned", "assigned"]
        );
        assert_eq!(admin.kinds(&second).await, ["opened", "assigned", "closed"]);
        assert_eq!(world.status(&third).await, "waiting");
    }
}

mod worked_out {
    //! What once went wrong, each for a reason of its own.
    use super::*;

    on_both!(with quick;
        a_rep_without_a_socket_is_not_suspected_for_what_he_claims_later,
        a_return_is_told_to_nobody_who_has_not_heard_of_the_loss,
        who_reopens_over_rest_is_not_held_for_a_socket_of_long_ago,
        what_a_customer_sees_names_nobody_who_is_only_asked,
    );

    async fn a_rep_without_a_socket_is_not_suspected_for_what_he_claims_later(world: &World) {
        let (rep, admin) = (world.rep(1, 3).await, world.admin().await);
        drop(rep.socket().await);
        // Another is lost, told of and given away: by then the first counts as lost, too.
        let other = world.rep(2, 1).await;
        let socket = other.socket().await;
        let moved = world.customer(1).await.open().await;
        status(world, &moved, "active").await;
        drop(socket);
        until("the other's goes back", async || {
            admin.kinds(&moved).await.contains(&"requeued".into())
        })
        .await;
        let id = world.customer(0).await.open().await;
        rep.claim(&id).await.ok(200);
        rep.claim(&moved).await.ok(200);
        // As much time again.
        let third = world.rep(0, 1).await;
        let socket = third.socket().await;
        let clock = world.customer(2).await.open().await;
        status(world, &clock, "active").await;
        drop(socket);
        until("the third's goes back", async || {
            admin.kinds(&clock).await.contains(&"requeued".into())
        })
        .await;
        assert_eq!(admin.kinds(&id).await, ["opened", "assigned"]);
    }

    async fn a_return_is_told_to_nobody_who_has_not_heard_of_the_loss(world: &World) {
        let (rep, admin) = (world.rep(1, 1).await, world.admin().await);
        let socket = rep.socket().await;
        let lost = world.customer(0).await.open().await;
        status(world, &lost, "active").await;
        drop(socket);
        until("what he had goes back", async || {
            admin.kinds(&lost).await.contains(&"requeued".into())
        })
        .await;
        admin.close(&lost).await.ok(200);
        // Before he is back another comes, who has never had to do with him.
        let fresh = world.customer(2).await.open().await;
        let _back = rep.socket().await;
        status(world, &fresh, "active").await;
        // Somebody else's is lost and given away: his return has been told by then.
        let other = world.rep(2, 1).await;
        let socket = other.socket().await;
        let clock = world.customer(1).await.open().await;
        status(world, &clock, "active").await;
        drop(socket);
        until("the other's goes back", async || {
            admin.kinds(&clock).await.contains(&"requeued".into())
        })
        .await;
        assert_eq!(admin.kinds(&fresh).await, ["opened", "assigned"]);
    }

    async fn who_reopens_over_rest_is_not_held_for_a_socket_of_long_ago(world: &World) {
        let (ann, admin) = (world.customer(0).await, world.admin().await);
        let id = ann.open().await;
        drop(ann.socket().await);
        held(&admin, &id, true).await;
        ann.close(&id).await.ok(200);
        ann.act(&id, "reopen", json!({})).await.ok(200);
        // Somebody else is held meanwhile: time has passed.
        let ben = world.customer(1).await;
        let his = ben.open().await;
        drop(ben.socket().await);
        held(&admin, &his, true).await;
        let kinds = ann.kinds(&id).await;
        assert_eq!(kinds, ["opened", "held", "closed", "reopened"]);
    }

    async fn what_a_customer_sees_names_nobody_who_is_only_asked(world: &World) {
        let change = |queue: &mut switchboard::store::queues::Queue| {
            queue.mode = switchboard::words::Mode::Offer;
            queue.policy.offer_ms = 60_000;
            queue.policy.cooldown_ms = 60_000;
        };
        world.change_queue(change).await;
        let (rep, ann) = (world.rep(1, 1).await, world.customer(0).await);
        let mut socket = rep.socket().await;
        let id = ann.open().await;
        socket.wait("offer").await;
        let (_ann, ready) = ann.resume(json!({})).await;
        let list = ann.get("/api/v1/conversations").await.ok(200);
        let view = ann.view(&id).await;
        rep.act(&id, "decline", json!({ "reason": "secret" }))
            .await
            .ok(200);
        let log = ann.log(&id).await;
        for told in [json!(log), view, list, ready] {
            let text = told.to_string();
            assert!(!text.contains(&rep.id.to_string()), "{text}");
            assert!(
                !text.contains("secret") && !text.contains("due_at"),
                "{text}"
            );
        }
    }
}

async fn a_rep_whose_node_is_not_written_down_is_told_to_come_again(world: &World) {
    let (node, rep) = (&world.nodes[0].app, world.rep(0, 1).await);
    let id = node.node;
    until("he comes in between", async || {
        let strike_out = move |conn: &mut Conn| Ok(nodes::delete(conn, id)?);
        node.store.write(strike_out).await.unwrap();
        let mut socket = Socket::connect(&rep.base, "/ws", &rep.token).await.unwrap();
        socket.say(json!({ "type": "hello" })).await;
        let told = socket.next().await;
        // It writes itself down again all the while.
        told["type"] != "ready" && {
            assert_eq!(told["code"], "unavailable", "{told}");
            true
        }
    })
    .await;
    assert_eq!(node.metrics.errors.get(), 0, "no failure of ours");
}
