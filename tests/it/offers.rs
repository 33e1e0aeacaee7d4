//! Offers: asked, accepted, declined, missed and withdrawn.

use serde_json::{Value, json};
use switchboard::words::{Mode, now};

use crate::harness::{World, quick, until};
use crate::on_both;
use crate::person::Person;
use crate::queues::{all_is_told, is};
use crate::socket::Socket;
use crate::wire::RawSocket;

on_both!(with quick;
    accepting_in_one_tab_silences_the_others,
    a_single_rep_who_declines_or_misses_is_asked_again_after_his_cool_down,
    any_move_out_of_available_withdraws_what_is_offered,
    who_misses_too_many_running_is_set_away_and_told,
    one_rep_at_a_time_is_asked_and_an_offer_holds_a_slot,
    an_offer_that_is_gone_cannot_be_accepted,
    a_customer_who_closes_while_offered_leaves_no_ghost,
    everybody_declines_and_nobody_is_lost,
    an_offer_is_told_again_after_a_reconnect,
    an_acceptance_whose_answer_nobody_reads_counts_once,
    who_accepts_and_is_lost_may_accept_again_and_else_is_followed,
    who_comes_and_goes_is_asked_once_at_a_time_and_in_the_end,
    a_rep_who_is_set_away_is_asked_no_more_and_another_is,
    whoever_misses_too_many_loses_what_else_he_is_offered,
);

/// The first queue offers, for so long, with so long a cool-down.
async fn offering(world: &World, offer_ms: i64, cooldown_ms: i64, misses_max: i32) {
    let change = move |queue: &mut switchboard::store::queues::Queue| {
        queue.mode = Mode::Offer;
        queue.policy.offer_ms = offer_ms;
        queue.policy.cooldown_ms = cooldown_ms;
        queue.policy.misses_max = misses_max;
    };
    world.change_queue(change).await;
}

async fn offer(socket: &mut Socket, id: &str) -> Value {
    let like = |frame: &Value| frame["type"] == "offer" && frame["conversation"]["id"] == id;
    socket.wait_for(like).await
}

async fn gone(socket: &mut Socket, id: &str) -> Value {
    let like = |frame: &Value| frame["type"] == "offer_gone" && frame["conversation"] == id;
    socket.wait_for(like).await["reason"].clone()
}

/// Gone for this reason. Whoever is told by the comparison with the database, because the news is
/// late, only hears that it was withdrawn.
async fn gone_as(socket: &mut Socket, id: &str, reason: &str) {
    let told = gone(socket, id).await;
    assert!(told == reason || told == "withdrawn", "{told} for {reason}");
}

async fn load(admin: &Person, rep: &Person) -> i64 {
    let reps = admin.get("/api/v1/reps").await.ok(200);
    let id = json!(rep.id);
    let found = reps.as_array().unwrap().iter().find(|one| one["id"] == id);
    found.unwrap()["load"].as_i64().unwrap()
}

async fn accepting_in_one_tab_silences_the_others(world: &World) {
    offering(world, 60_000, 1_000, 3).await;
    let (rep, ann) = (world.rep(1, 2).await, world.customer(0).await);
    let (mut one, mut two) = (rep.socket().await, rep.at(world.base(2)).socket().await);
    let id = ann.open().await;
    let told = offer(&mut one, &id).await;
    assert_eq!(told["conversation"]["status"], "offered");
    assert!(told["expires_at"].as_i64().unwrap() > 0, "{told}");
    offer(&mut two, &id).await;
    let view = ann.view(&id).await;
    assert_eq!(view["rep"], Value::Null, "the customer has no rep yet");

    one.say(json!({ "type": "accept", "conversation": id, "ref": "a" }))
        .await;
    gone_as(&mut two, &id, "accepted").await;
    two.wait("assigned").await;
    assert_eq!(two.event("opened").await["seq"], 1, "he hears it all");
    one.wait("assigned").await;
    assert_eq!(ann.view(&id).await["rep"]["name"], rep.name);
    let admin = world.admin().await;
    let offered = admin.last(&id, "offered").await;
    assert_eq!(offered["data"]["rep_id"], json!(rep.id));
    assert_eq!(offered["data"]["candidates"], 1);
    assert_eq!(admin.kinds(&id).await, ["opened", "offered", "assigned"]);
    let again = rep.act(&id, "accept", json!({})).await.ok(200);
    assert_eq!(again["last_seq"], 3, "accepting again changes nothing");
    let seen = ann.last(&id, "offered").await;
    assert_eq!(seen["data"], json!({}), "who was asked is not told");
}

async fn a_single_rep_who_declines_or_misses_is_asked_again_after_his_cool_down(world: &World) {
    offering(world, 60_000, 300, 100).await;
    let (rep, ann) = (world.rep(1, 2).await, world.customer(0).await);
    let mut socket = rep.socket().await;
    let id = ann.open().await;
    offer(&mut socket, &id).await;
    // The next one runs out by itself.
    offering(world, 1_000, 300, 100).await;
    let frame = json!({ "type": "decline", "conversation": id, "reason": "lunch", "ref": "d" });
    socket.say(frame).await;
    gone_as(&mut socket, &id, "declined").await;
    offer(&mut socket, &id).await;
    // And those that are made from now on last until they are accepted.
    offering(world, 60_000, 300, 100).await;
    gone_as(&mut socket, &id, "expired").await;
    let lasting = now() + 30_000;
    let like =
        |frame: &Value| frame["type"] == "offer" && frame["expires_at"].as_i64() > Some(lasting);
    socket.wait_for(like).await;
    rep.act(&id, "accept", json!({})).await.ok(200);
    let admin = world.admin().await;
    // On a slow day more than one has run out.
    let mut kinds = admin.kinds(&id).await;
    while kinds[4..].starts_with(&["missed", "offered", "missed"].map(str::to_owned)) {
        kinds.drain(4..6);
    }
    let expected = [
        "opened", "offered", "declined", "offered", "missed", "offered", "assigned",
    ];
    assert_eq!(kinds, expected);
    assert_eq!(admin.last(&id, "declined").await["data"]["reason"], "lunch");
    let log = admin.log(&id).await;
    for two in log.windows(2).skip(2).step_by(2) {
        let at = |n: usize| two[n]["created_at"].as_i64().unwrap();
        assert!(at(1) - at(0) >= 300, "{log:?}");
    }
    assert_eq!(load(&admin, &rep).await, 1);
}

async fn any_move_out_of_available_withdraws_what_is_offered(world: &World) {
    offering(world, 60_000, 60_000, 3).await;
    let (one, two) = (world.rep(1, 2).await, world.rep(2, 1).await);
    let (mut one_socket, ann) = (one.socket().await, world.customer(0).await);
    let id = ann.open().await;
    offer(&mut one_socket, &id).await;
    let mut two_socket = two.socket().await;
    let busy = json!({ "type": "availability", "availability": "busy", "ref": "b" });
    one_socket.say(busy).await;
    assert_eq!(gone(&mut one_socket, &id).await, "withdrawn");
    offer(&mut two_socket, &id).await;
    // Leaving is a move out of it, too.
    drop(two_socket);
    let admin = world.admin().await;
    until("the second withdrawal", async || {
        admin
            .kinds(&id)
            .await
            .iter()
            .filter(|kind| *kind == "withdrawn")
            .count()
            == 2
    })
    .await;
    all_is_told(world).await;
    assert_eq!(world.status(&id).await, "waiting");
    assert_eq!((load(&admin, &one).await, load(&admin, &two).await), (0, 0));
}

async fn who_misses_too_many_running_is_set_away_and_told(world: &World) {
    offering(world, 1_000, 0, 2).await;
    let (rep, ann) = (world.rep(1, 5).await, world.customer(0).await);
    let mut socket = rep.socket().await;
    let id = ann.open().await;
    // In which order he hears of both is not said.
    let (mut away, mut reasons) = (false, Vec::new());
    while !away || reasons.len() < 2 {
        let frame = socket.next().await;
        away |= frame["type"] == "rep" && frame["rep"]["availability"] == "away";
        reasons.extend((frame["type"] == "offer_gone").then(|| frame["reason"].clone()));
    }
    for (told, reason) in reasons.iter().zip(["expired", "set_away"]) {
        assert!(*told == reason || *told == "withdrawn", "{reasons:?}");
    }
    assert_eq!(world.status(&id).await, "waiting");
    let admin = world.admin().await;
    let kinds = ["opened", "offered", "missed", "offered", "missed"];
    assert_eq!(admin.kinds(&id).await, kinds);
    let missed = admin.last(&id, "missed").await["data"].clone();
    assert_eq!(
        (&missed["misses"], &missed["set_away"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(
        (&missed["load"], &missed["capacity"]),
        (&json!(1), &json!(5))
    );
    assert!(missed["waited_ms"].as_i64().unwrap() >= 2_000, "{missed}");
    // Back, he begins anew.
    let back = json!({ "type": "availability", "availability": "available", "ref": "b" });
    socket.say(back).await;
    offer(&mut socket, &id).await;
}

async fn one_rep_at_a_time_is_asked_and_an_offer_holds_a_slot(world: &World) {
    offering(world, 60_000, 60_000, 100).await;
    let (one, two) = (world.rep(1, 1).await, world.rep(2, 1).await);
    let (_one, _two) = (one.socket().await, two.socket().await);
    let ann = world.customer(0).await;
    let first = ann.open().await;
    let second = ann.open().await;
    let admin = world.admin().await;
    until("two offers", async || {
        (load(&admin, &one).await, load(&admin, &two).await) == (1, 1)
    })
    .await;
    let third = ann.open().await;
    all_is_told(world).await;
    assert_eq!(world.status(&third).await, "waiting", "both are full");
    let asked = &admin.last(&second, "offered").await["data"]["rep_id"];
    let declines = if *asked == json!(one.id) { &one } else { &two };
    declines.act(&second, "decline", json!({})).await.ok(200);
    until("the third is offered, after a decline", async || {
        admin.kinds(&third).await.contains(&"offered".into())
    })
    .await;
    // Each goes to one rep at a time: an offer is followed by its end before the next.
    for id in [&first, &second, &third] {
        let kinds = admin.kinds(id).await;
        assert!(
            kinds.windows(2).all(|two| two != ["offered", "offered"]),
            "{kinds:?}"
        );
    }
}

async fn an_offer_that_is_gone_cannot_be_accepted(world: &World) {
    offering(world, 60_000, 60_000, 100).await;
    let (rep, other) = (world.rep(1, 2).await, world.rep(2, 2).await);
    let (mut socket, ann) = (rep.socket().await, world.customer(0).await);
    let id = ann.open().await;
    offer(&mut socket, &id).await;
    let refused = other.act(&id, "accept", json!({})).await;
    assert_eq!(refused.code(409), "offer_gone");
    assert_eq!(rep.close(&id).await.code(409), "wrong_state");
    let message = json!({ "client_id": uuid::Uuid::now_v7(), "text": "hello" });
    assert_eq!(
        rep.act(&id, "messages", message).await.code(409),
        "wrong_state"
    );
    // As if its time had come.
    world.pretend(&id, |row| row.due_at = Some(now())).await;
    gone_as(&mut socket, &id, "expired").await;
    let late = rep.act(&id, "accept", json!({})).await;
    assert_eq!(late.code(409), "offer_gone");
    // What waits may be taken all the same.
    rep.claim(&id).await.ok(200);
}

async fn a_customer_who_closes_while_offered_leaves_no_ghost(world: &World) {
    offering(world, 60_000, 1_000, 3).await;
    let (rep, ann) = (world.rep(1, 1).await, world.customer(0).await);
    let mut socket = rep.socket().await;
    let id = ann.open().await;
    offer(&mut socket, &id).await;
    let view = ann.close(&id).await.ok(200);
    assert_eq!(view["conversation"]["resolution"], "abandoned");
    gone_as(&mut socket, &id, "closed").await;
    // His slot is free: the next one comes.
    let next = ann.open().await;
    offer(&mut socket, &next).await;
}

async fn everybody_declines_and_nobody_is_lost(world: &World) {
    offering(world, 60_000, 200, 3).await;
    let reps = [world.rep(0, 1).await, world.rep(1, 1).await];
    let _sockets = [reps[0].socket().await, reps[1].socket().await];
    let id = world.customer(2).await.open().await;
    let admin = world.admin().await;
    for round in 1..=4 {
        is(world, &id, "offered").await;
        let asked = admin.last(&id, "offered").await["data"]["rep_id"].clone();
        let rep = reps.iter().find(|rep| json!(rep.id) == asked).unwrap();
        rep.act(&id, "decline", json!({})).await.ok(200);
        let declined = admin.kinds(&id).await;
        let declined = declined.iter().filter(|kind| *kind == "declined").count();
        assert_eq!(declined, round);
    }
    is(world, &id, "offered").await;
}

async fn an_offer_is_told_again_after_a_reconnect(world: &World) {
    offering(world, 60_000, 1_000, 3).await;
    let (rep, ann) = (world.rep(1, 1).await, world.customer(0).await);
    let mut stays = rep.socket().await;
    let id = ann.open().await;
    offer(&mut stays, &id).await;
    let (mut comes, ready) = rep.resume(json!({})).await;
    assert_eq!(ready["conversations"], json!([]), "it is not his yet");
    offer(&mut comes, &id).await;
}

/// He is offered it on this socket, accepts there and is gone, and has read no answer.
async fn accept_and_go(world: &World, mut socket: RawSocket, id: &str) {
    let offered = |frame: &Value| frame["type"] == "offer" && frame["conversation"]["id"] == id;
    socket.wait(offered).await;
    let accept = json!({ "type": "accept", "conversation": id });
    assert!(socket.say(&accept).await);
    // It ends when he is heard: what is under way when a connection breaks may not arrive.
    until("his acceptance", async || {
        world.status(id).await == "active"
    })
    .await;
}

async fn an_acceptance_whose_answer_nobody_reads_counts_once(world: &World) {
    offering(world, 60_000, 60_000, 3).await;
    let (rep, ann) = (world.rep(1, 1).await, world.customer(0).await);
    let mut of_ann = ann.socket().await;
    let of_rep = RawSocket::ready(&rep.base, &rep.token).await;
    let id = ann.open().await;
    accept_and_go(world, of_rep, &id).await;
    let told = of_ann.wait("assigned").await;
    assert_eq!(told["conversation"]["rep"]["id"], json!(rep.id));
    of_ann.event("suspect").await;
    of_ann.event("requeued").await;
    let admin = world.admin().await;
    let kinds = ["opened", "offered", "assigned", "suspect", "requeued"];
    assert_eq!(admin.kinds(&id).await, kinds);
    assert_eq!(load(&admin, &rep).await, 0);
}

async fn who_accepts_and_is_lost_may_accept_again_and_else_is_followed(world: &World) {
    offering(world, 60_000, 60_000, 3).await;
    let (rep, ann) = (world.rep(1, 1).await, world.customer(0).await);
    let admin = world.admin().await;
    let mut of_ann = ann.socket().await;
    let of_rep = RawSocket::ready(&rep.base, &rep.token).await;
    let mut elsewhere = rep.at(world.base(2)).socket().await;
    let id = ann.open().await;
    accept_and_go(world, of_rep, &id).await;
    elsewhere.wait("assigned").await;
    for turn in 0..3 {
        let rep = rep.at(world.base(turn));
        let again = rep.act(&id, "accept", json!({})).await.ok(200);
        assert_eq!(
            (&again["last_seq"], &again["epoch"]),
            (&json!(3), &json!(1))
        );
    }
    assert_eq!(admin.kinds(&id).await, ["opened", "offered", "assigned"]);
    assert_eq!(load(&admin, &rep).await, 1);
    drop(elsewhere);
    of_ann.event("suspect").await;
    of_ann.event("requeued").await;
    let late = rep.act(&id, "accept", json!({})).await;
    assert_eq!(late.code(409), "offer_gone");
}

async fn who_comes_and_goes_is_asked_once_at_a_time_and_in_the_end(world: &World) {
    offering(world, 60_000, 60_000, 3).await;
    let (rep, ann) = (world.rep(1, 2).await, world.customer(0).await);
    let admin = world.admin().await;
    let id = ann.open().await;
    for turn in 0..20 {
        let mut socket = rep.at(world.base(turn)).socket().await;
        // Now and then he stays until he is asked.
        if turn % 5 == 0 {
            offer(&mut socket, &id).await;
        }
    }
    let mut stays = rep.socket().await;
    offer(&mut stays, &id).await;
    // The end of a socket of before may still take one back, and he is asked anew.
    until("his acceptance", async || {
        rep.act(&id, "accept", json!({})).await.status == 200
    })
    .await;
    let kinds = admin.kinds(&id).await;
    let count = |kind: &str| kinds.iter().filter(|one| *one == kind).count();
    assert!(
        kinds.windows(2).all(|two| two != ["offered", "offered"]),
        "{kinds:?}"
    );
    assert_eq!(count("offered"), count("withdrawn") + 1, "{kinds:?}");
    assert_eq!(count("assigned"), 1, "{kinds:?}");
    assert!(count("offered") >= 4, "{kinds:?}");
    assert_eq!(load(&admin, &rep).await, 1);
}

async fn a_rep_who_is_set_away_is_asked_no_more_and_another_is(world: &World) {
    offering(world, 60_000, 60_000, 3).await;
    let (one, two) = (world.rep(1, 2).await, world.rep(2, 2).await);
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let mut of_one = one.socket().await;
    let id = ann.open().await;
    offer(&mut of_one, &id).await;
    let mut of_two = two.socket().await;
    let path = format!("/api/v1/reps/{}/availability", one.id);
    let away = json!({ "availability": "away" });
    admin.put(&path, away).await.ok(200);
    assert_eq!(gone(&mut of_one, &id).await, "withdrawn");
    offer(&mut of_two, &id).await;
    assert_eq!((load(&admin, &one).await, load(&admin, &two).await), (0, 1));
    let kinds = ["opened", "offered", "withdrawn", "offered"];
    assert_eq!(admin.kinds(&id).await, kinds);
    let late = one.act(&id, "accept", json!({})).await;
    assert_eq!(late.code(409), "offer_gone");
}

async fn whoever_misses_too_many_loses_what_else_he_is_offered(world: &World) {
    offering(world, 600_000, 0, 2).await;
    let (rep, ann) = (world.rep(1, 2).await, world.customer(0).await);
    let admin = world.admin().await;
    let mut socket = rep.socket().await;
    let lasting = ann.open().await;
    offer(&mut socket, &lasting).await;
    offering(world, 1_000, 0, 2).await;
    let missed = ann.open().await;
    assert_eq!(gone(&mut socket, &lasting).await, "withdrawn");
    let kinds = ["opened", "offered", "withdrawn"];
    assert_eq!(admin.kinds(&lasting).await, kinds);
    let kinds = ["opened", "offered", "missed", "offered", "missed"];
    assert_eq!(admin.kinds(&missed).await, kinds);
    let reps = admin.get("/api/v1/reps").await.ok(200);
    assert_eq!(
        (&reps[0]["availability"], &reps[0]["load"]),
        (&json!("away"), &json!(0))
    );
    // Somebody else is asked for both.
    offering(world, 600_000, 0, 2).await;
    let other = world.rep(2, 2).await;
    let mut of_other = other.socket().await;
    let mut asked = [
        of_other.wait("offer").await["conversation"]["id"].clone(),
        of_other.wait("offer").await["conversation"]["id"].clone(),
    ];
    asked.sort_by_key(Value::to_string);
    let mut both = [json!(lasting), json!(missed)];
    both.sort_by_key(Value::to_string);
    assert_eq!(asked, both);
}

/// Where nothing is compared for minutes, what the line itself knows of time still happens.
mod without_repair {
    use super::*;

    on_both!(with |settings: &mut switchboard::settings::Settings| settings.reconcile_ms = 600_000;
        the_end_of_a_cool_down_is_not_waited_for_twice);

    async fn the_end_of_a_cool_down_is_not_waited_for_twice(world: &World) {
        offering(world, 60_000, 500, 3).await;
        let (rep, ann) = (world.rep(1, 1).await, world.customer(0).await);
        let mut socket = rep.socket().await;
        let id = ann.open().await;
        for _ in 0..3 {
            offer(&mut socket, &id).await;
            rep.act(&id, "decline", json!({})).await.ok(200);
            gone(&mut socket, &id).await;
        }
        offer(&mut socket, &id).await;
    }
}
