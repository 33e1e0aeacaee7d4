//! What somebody is, and what a rep is trusted with: changed by admins, in force at once, at open
//! sockets and on other nodes, too. What a rep may read is asked in three ways, one by one, in
//! lists and in the search, and all three must agree.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use switchboard::access::Actor;
use switchboard::desk::NewRole;
use switchboard::error::Code;
use switchboard::settings::Settings;
use switchboard::words::{Role, UserId};

use crate::harness::{World, client_id, until};
use crate::on_both_with;
use crate::person::Person;

fn doorbell_only(settings: &mut Settings) {
    settings.reps_may_join = true;
    settings.position_check_ms = 600_000;
}

on_both_with!(doorbell_only;
    a_rep_reads_what_he_is_trusted_with_in_every_way,
    who_may_not_claim_is_told_so_at_his_open_socket,
    a_trusted_rep_goes_over_his_capacity_and_exports_what_he_reads,
    who_is_no_rep_any_more_holds_nothing_and_hears_nothing,
    a_customer_becomes_a_rep_once_his_own_are_closed,
    nobody_changes_his_own_role,
    the_last_admin_stays_one,
    who_sees_only_his_own_learns_nothing_of_who_waits,
);

const SEES: [&str; 4] = ["own", "waiting", "queues", "all"];

fn rights(sees: &str) -> Value {
    json!({ "claim": true, "sees": sees, "over_capacity": false, "export": false })
}

async fn trust(admin: &Person, rep: &Person, rights: Value) -> Value {
    let path = format!("/api/v1/reps/{}/rights", rep.id);
    admin.put(&path, rights).await.ok(200)
}

async fn make(admin: &Person, person: &Person, role: Value) -> crate::person::Answer {
    admin
        .put(&format!("/api/v1/people/{}/role", person.id), role)
        .await
}

async fn availability(admin: &Person, rep: &Person, availability: &str) {
    let path = format!("/api/v1/reps/{}/availability", rep.id);
    admin
        .put(&path, json!({ "availability": availability }))
        .await
        .ok(200);
}

/// The conversations that he finds in a list.
async fn listed(person: &Person) -> BTreeSet<String> {
    let page = person.get("/api/v1/conversations?limit=200").await.ok(200);
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Those that he finds by a word.
async fn found(person: &Person, word: &str) -> BTreeSet<String> {
    let page = person
        .get(&format!("/api/v1/search?q={word}&limit=100"))
        .await
        .ok(200);
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|one| one["conversation"]["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn opened(customer: &Person, queue: &Value, word: &str) -> String {
    let body = json!({ "client_id": client_id(), "queue": queue, "text": word });
    let view = customer.post("/api/v1/conversations", body).await.ok(201);
    view["id"].as_str().unwrap().to_owned()
}

/// A queue that nobody serves yet, in which only who claims gets anything.
async fn queue(admin: &Person, name: &str) -> Value {
    let name = format!("{name} {}", uuid::Uuid::now_v7().simple());
    let body = json!({ "name": name, "mode": "manual", "reps": [] });
    admin.post("/api/v1/queues", body).await.ok(201)["id"].clone()
}

async fn serves(admin: &Person, rep: &Person, queues: &[&Value]) {
    let path = format!("/api/v1/reps/{}/queues", rep.id);
    admin.put(&path, json!({ "queues": queues })).await.ok(200);
}

async fn a_rep_reads_what_he_is_trusted_with_in_every_way(world: &World) {
    let admin = world.admin().await;
    let (his, foreign) = (queue(&admin, "His").await, queue(&admin, "Foreign").await);
    let (rep, other) = (world.rep(1, 9).await, world.rep(0, 9).await);
    serves(&admin, &rep, &[&his]).await;
    serves(&admin, &other, &[&his, &foreign]).await;
    let customer = world.customer(0).await;
    let word = format!("zebra{}", uuid::Uuid::now_v7().simple());
    let mut all = Vec::new();
    for queue in [&his, &foreign] {
        for _ in 0..4 {
            all.push(opened(&customer, queue, &word).await);
        }
    }
    // Of each queue one waits, one is another's, one is closed by another, one is or was his.
    for part in all.chunks(4) {
        other.claim(&part[1]).await.ok(200);
        other.claim(&part[2]).await.ok(200);
        other.close(&part[2]).await.ok(200);
    }
    rep.claim(&all[3]).await.ok(200);
    let expected: [&[usize]; 4] = [&[3], &[0, 3], &[0, 1, 2, 3], &[0, 1, 2, 3, 4, 5, 6, 7]];
    for (sees, expected) in SEES.iter().zip(expected) {
        trust(&admin, &rep, rights(sees)).await;
        let expected: BTreeSet<String> = expected.iter().map(|one| all[*one].clone()).collect();
        let mut read = BTreeSet::new();
        for id in &all {
            let answer = rep.get(&format!("/api/v1/conversations/{id}")).await;
            if answer.status == 200 {
                read.insert(id.clone());
            } else {
                assert_eq!(answer.code(404), "not_found");
            }
        }
        let listed: BTreeSet<String> = listed(&rep).await;
        let listed: BTreeSet<String> = listed.into_iter().filter(|id| all.contains(id)).collect();
        assert_eq!(read, expected, "one by one, {sees}");
        assert_eq!(listed, expected, "in a list, {sees}");
        until("all is indexed and found", async || {
            found(&rep, &word).await == expected
        })
        .await;
    }
}

async fn who_may_not_claim_is_told_so_at_his_open_socket(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(1, 9).await);
    let place = queue(&admin, "Claims").await;
    serves(&admin, &rep, &[&place]).await;
    let customer = world.customer(0).await;
    let id = opened(&customer, &place, "hello").await;
    let mut socket = rep.socket().await;
    let mut none = rights("waiting");
    none["claim"] = json!(false);
    let view = trust(&admin, &rep, none.clone()).await;
    assert_eq!(view["rights"], none);
    let told = socket
        .wait_for(|one| one["rep"]["rights"]["claim"] == false)
        .await;
    assert_eq!(told["type"], "rep");
    socket
        .say(json!({ "type": "claim", "conversation": id, "ref": "a" }))
        .await;
    assert_eq!(socket.wait("error").await["code"], "forbidden");
    assert_eq!(rep.claim(&id).await.code(403), "forbidden");
    trust(&admin, &rep, rights("waiting")).await;
    socket
        .wait_for(|one| one["rep"]["rights"]["claim"] == true)
        .await;
    socket
        .say(json!({ "type": "claim", "conversation": id, "ref": "b" }))
        .await;
    socket
        .wait_for(|one| one["type"] == "ack" && one["ref"] == "b")
        .await;
    let gone = uuid::Uuid::now_v7();
    let nobody = admin
        .put(&format!("/api/v1/reps/{gone}/rights"), rights("own"))
        .await;
    assert_eq!(nobody.code(404), "not_found");
    let path = format!("/api/v1/reps/{}/rights", rep.id);
    let wrong = admin.put(&path, rights("some")).await;
    assert_eq!(wrong.code(422), "validation_failed");
}

async fn a_trusted_rep_goes_over_his_capacity_and_exports_what_he_reads(world: &World) {
    let (admin, rep, other) = (
        world.admin().await,
        world.rep(1, 1).await,
        world.rep(0, 9).await,
    );
    let place = queue(&admin, "Over").await;
    serves(&admin, &rep, &[&place]).await;
    serves(&admin, &other, &[&place]).await;
    let customer = world.customer(0).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(opened(&customer, &place, "hello").await);
    }
    other.claim(&ids[2]).await.ok(200);
    rep.claim(&ids[0]).await.ok(200);
    let over = || rep.act(&ids[1], "claim", json!({ "over_capacity": true }));
    assert_eq!(over().await.code(403), "forbidden");
    assert_eq!(rep.get("/api/v1/export").await.code(403), "forbidden");
    let more = json!({ "claim": true, "sees": "waiting", "over_capacity": true, "export": true });
    trust(&admin, &rep, more).await;
    serves(&admin, &rep, &[&place]).await;
    over().await.ok(200);
    assert_eq!(rep.claim(&ids[2]).await.code(409), "already_claimed");
    let text = rep.get("/api/v1/export").await.ok(200);
    let told: BTreeSet<String> = text
        .as_str()
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["type"] == "conversation")
        .map(|line| line["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(told, BTreeSet::from([ids[0].clone(), ids[1].clone()]));
    assert_eq!(rep.get("/api/v1/audit/export").await.code(403), "forbidden");
}

async fn who_is_no_rep_any_more_holds_nothing_and_hears_nothing(world: &World) {
    let (admin, rep, other) = (
        world.admin().await,
        world.rep(1, 9).await,
        world.rep(0, 9).await,
    );
    let place = queue(&admin, "Turn").await;
    serves(&admin, &rep, &[&place]).await;
    serves(&admin, &other, &[&place]).await;
    let customer = world.customer(0).await;
    let (held, joined) = (
        opened(&customer, &place, "mine").await,
        opened(&customer, &place, "his").await,
    );
    rep.claim(&held).await.ok(200);
    other.claim(&joined).await.ok(200);
    rep.act(&joined, "join", json!({})).await.ok(200);
    let mut socket = rep.socket().await;
    let made = make(&admin, &rep, json!({ "role": "customer" }))
        .await
        .ok(200);
    assert_eq!(made["role"], "customer");
    // With its code, or cut off where that takes too long.
    let code = socket.closed().await;
    assert!(matches!(code, Some(4100) | None), "{code:?}");
    assert_eq!(rep.get("/api/v1/me").await.code(401), "session_ended");
    assert_eq!(world.status(&held).await, "waiting");
    assert_eq!(
        admin.last(&held, "requeued").await["data"]["reason"],
        "rep_demoted"
    );
    assert_eq!(
        customer.last(&joined, "left").await["sender_id"],
        json!(rep.id)
    );
    let path = format!("/api/v1/reps/{}/capacity", rep.id);
    assert_eq!(
        admin.put(&path, json!({ "capacity": 3 })).await.code(404),
        "not_found"
    );
    let body = json!({ "rep": rep.id });
    assert_eq!(
        admin.act(&held, "claim", body).await.code(422),
        "validation_failed"
    );
    let reps = admin.get("/api/v1/reps").await.ok(200);
    let ids = reps.as_array().unwrap().iter();
    assert!(ids.clone().all(|one| one["id"] != json!(rep.id)), "{reps}");

    // And back, with what is said of him now.
    let role = json!({ "role": "rep", "capacity": 2, "queues": [place] });
    make(&admin, &rep, role.clone()).await.ok(200);
    make(&admin, &rep, role).await.ok(200);
    let reps = admin.get("/api/v1/reps").await.ok(200);
    let mut ids = reps.as_array().unwrap().iter();
    let view = ids.find(|one| one["id"] == json!(rep.id)).unwrap();
    assert_eq!((&view["capacity"], &view["load"]), (&json!(2), &json!(0)));
    let acts = admin
        .get("/api/v1/audit?act=role_changed&limit=10")
        .await
        .ok(200);
    let of_him = acts["items"].as_array().unwrap().iter();
    let told: Vec<(&Value, &Value)> = of_him
        .filter(|one| one["object"]["id"] == json!(rep.id))
        .map(|one| (&one["before"]["role"], &one["after"]["role"]))
        .collect();
    let (rep, customer) = (json!("rep"), json!("customer"));
    assert_eq!(told, [(&customer, &rep), (&rep, &customer)]);
}

async fn a_customer_becomes_a_rep_once_his_own_are_closed(world: &World) {
    let (admin, customer) = (world.admin().await, world.customer(1).await);
    let place = queue(&admin, "Own").await;
    let id = opened(&customer, &place, "hello").await;
    let rep = || make(&admin, &customer, json!({ "role": "rep", "queues": [] }));
    assert_eq!(rep().await.code(409), "wrong_state");
    customer.close(&id).await.ok(200);
    rep().await.ok(200);
    let many = make(&admin, &customer, json!({ "role": "rep", "capacity": 101 })).await;
    assert_eq!(many.code(422), "validation_failed");
    let path = format!("/api/v1/people/{}/role", uuid::Uuid::now_v7());
    let unknown = admin.put(&path, json!({ "role": "rep" })).await;
    assert_eq!(unknown.code(404), "not_found");
    availability(&admin, &customer, "busy").await;
}

async fn nobody_changes_his_own_role(world: &World) {
    let (one, other) = (world.admin().await, world.admin().await);
    let himself = make(&one, &one, json!({ "role": "customer" })).await;
    assert_eq!(himself.code(409), "wrong_state");
    make(&one, &other, json!({ "role": "customer" }))
        .await
        .ok(200);
    assert_eq!(other.get("/api/v1/people").await.code(401), "session_ended");
    let rep = world.rep(1, 1).await;
    make(&one, &rep, json!({ "role": "admin" })).await.ok(200);
    let gone = make(&one, &one, json!({ "role": "admin" })).await;
    assert_eq!(gone.code(409), "wrong_state");
}

async fn who_sees_only_his_own_learns_nothing_of_who_waits(world: &World) {
    // He has no room, so it waits.
    let (admin, rep) = (world.admin().await, world.rep(1, 0).await);
    let name = format!("Own {}", uuid::Uuid::now_v7().simple());
    let new = json!({ "name": name, "reps": [] });
    let place = admin.post("/api/v1/queues", new).await.ok(201)["id"].clone();
    serves(&admin, &rep, &[&place]).await;
    let word = format!("canary{}", uuid::Uuid::now_v7().simple());
    let body = json!({
        "client_id": client_id(), "queue": place, "subject": word, "text": word,
    });
    let ann = world.customer(0).await;
    let view = ann.post("/api/v1/conversations", body);
    let id = view.await.ok(201)["id"].as_str().unwrap().to_owned();
    let idle = format!("/api/v1/reps/{}/why-idle", rep.id);
    let told = async || {
        let line = rep.get("/api/v1/line").await.ok(200).to_string();
        (
            line.contains(&word),
            rep.get(&idle).await.ok(200).to_string().contains(&id),
        )
    };
    until("it waits in his line", async || {
        told().await == (true, true)
    })
    .await;
    trust(&admin, &rep, rights("own")).await;
    assert_eq!(told().await, (false, false));
    let line = rep.get("/api/v1/line").await.ok(200);
    assert_eq!(
        line["queues"][0]["waiting"], 1,
        "how many wait, he knows: {line}"
    );
    assert_eq!(rep.claim(&id).await.code(404), "not_found");
    trust(&admin, &rep, rights("waiting")).await;
    assert_eq!(rep.claim(&id).await.code(409), "at_capacity");
}

async fn the_last_admin_stays_one(world: &World) {
    let (one, two) = (world.admin().await, world.admin().await);
    // At once, each the other: one stays.
    let (there, back) = (one.at(world.base(0)), two.at(world.base(1)));
    let role = || json!({ "role": "customer" });
    let (first, second) =
        futures_util::join!(make(&there, &two, role()), make(&back, &one, role()));
    let mut told = [first.status, second.status];
    told.sort_unstable();
    assert_eq!(told[0], 200, "{} {}", first.body, second.body);
    assert!([401, 403, 409].contains(&told[1]), "{told:?}");
    let left = if first.status == 200 { &one } else { &two };
    left.get("/api/v1/me").await.ok(200);
    // Who was let in as an admin just before that is one no more, and the last one is left.
    let late = Actor::new(UserId::new(), Role::Admin);
    let new = NewRole {
        role: Role::Customer,
        capacity: 0,
        queues: None,
    };
    let refused = world.nodes[0].app.desk.set_role(late, left.id, new).await;
    let refused = refused.expect_err("he is the last one");
    assert_eq!(refused.code, Code::WrongState);
    assert!(refused.detail.contains("last admin"), "{}", refused.detail);
    left.get("/api/v1/people").await.ok(200);
}
