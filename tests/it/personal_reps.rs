//! A rep of his own for every new customer, where the setting says so.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use switchboard::settings::Settings;
use switchboard::store::reps;
use switchboard::words::UserId;

use crate::harness::{World, until};
use crate::on_both_with;
use crate::person::{Answer, Person};
use crate::queues::{change, first, is, open_in, rep_of};

on_both_with!(
    personal;
    a_new_customer_gets_a_rep_who_is_there,
    the_rep_is_drawn_among_all_who_are_there,
    if_nobody_was_there_the_first_opening_decides,
    an_admin_names_another_or_none,
);

fn personal(settings: &mut Settings) {
    settings.personal_reps = true;
    settings.reconcile_ms = 50;
}

/// Registers a customer as he does it himself.
async fn register(world: &World, name: &str) -> Person {
    let nobody = world.customer(0).await;
    let body = json!({ "username": name, "password": "correct horse" });
    let made = nobody.post("/api/v1/customers", body).await.ok(201);
    let id = made["user"]["id"].as_str().unwrap().parse().unwrap();
    let token = made["access_token"].as_str().unwrap().to_owned();
    let customer = Person::new(id, name.to_owned(), world.base(1), token);
    let me = customer.get("/api/v1/me").await.ok(200).to_string();
    assert!(!me.contains("rep_id") && !me.contains("personal"), "{me}");
    customer
}

async fn seen(staff: &Person, customer: &Person) -> Answer {
    staff
        .get(&format!("/api/v1/customers/{}", customer.id))
        .await
}

async fn rep_for(staff: &Person, customer: &Person) -> Value {
    seen(staff, customer).await.ok(200)["personal_rep"].clone()
}

async fn a_new_customer_gets_a_rep_who_is_there(world: &World) {
    let admin = world.admin().await;
    let (there, absent, away) = (
        world.rep(0, 5).await,
        world.rep(1, 5).await,
        world.rep(2, 5).await,
    );
    let path = format!("/api/v1/reps/{}/availability", away.id);
    away.put(&path, json!({ "availability": "away" }))
        .await
        .ok(200);
    let (_one, _two) = (there.socket().await, away.socket().await);
    let ann = register(world, "ann").await;
    let his = json!({ "id": there.id, "name": there.name });
    assert_eq!(rep_for(&admin, &ann).await, his);
    // Reps see him once they have to do with him, customers never.
    assert_eq!(seen(&absent, &ann).await.code(404), "not_found");
    let chat = open_in(&ann, &first(&ann).await).await;
    is(world, &chat, "active").await;
    let view = seen(&there, &ann).await.ok(200);
    assert_eq!(view["id"], json!(ann.id));
    assert_eq!(
        (&view["name"], &view["named"]),
        (&json!("ann"), &json!(true))
    );
    assert_eq!(view["personal_rep"], his);
    assert_eq!(seen(&absent, &ann).await.code(404), "not_found");
    assert_eq!(seen(&ann, &ann).await.code(403), "forbidden");
    assert_eq!(seen(&admin, &there).await.code(404), "not_found");
}

async fn the_rep_is_drawn_among_all_who_are_there(world: &World) {
    let (one, two) = (world.rep(0, 5).await, world.rep(1, 0).await);
    let (_a, _b) = (one.socket().await, two.socket().await);
    world.rep(2, 5).await;
    let mut drawn: BTreeSet<UserId> = BTreeSet::new();
    for _ in 0..60 {
        let rep = world.nodes[0].app.store.read(reps::draw).await.unwrap();
        drawn.insert(rep.unwrap());
    }
    assert_eq!(drawn, BTreeSet::from([one.id, two.id]));
}

async fn if_nobody_was_there_the_first_opening_decides(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(0, 9).await);
    let (early, late) = (
        register(world, "early").await,
        register(world, "late").await,
    );
    let queue = first(&admin).await;
    assert_eq!(rep_for(&admin, &early).await, json!(null));
    open_in(&early, &queue).await;
    assert_eq!(
        rep_for(&admin, &early).await,
        json!(null),
        "nobody was there"
    );
    let _socket = rep.socket().await;
    let chat = open_in(&late, &queue).await;
    assert_eq!(rep_for(&admin, &late).await["id"], json!(rep.id));
    is(world, &chat, "active").await;
    open_in(&early, &queue).await;
    assert_eq!(
        rep_for(&admin, &early).await,
        json!(null),
        "the first decides"
    );
}

async fn an_admin_names_another_or_none(world: &World) {
    let admin = world.admin().await;
    let (one, two) = (world.rep(0, 9).await, world.rep(1, 9).await);
    let queue = first(&admin).await;
    change(&admin, &queue, json!({ "prefer_ms": 3_600_000 })).await;
    let (_a, _b) = (one.socket().await, two.socket().await);
    let ann = register(world, "ann").await;
    let path = format!("/api/v1/customers/{}/personal-rep", ann.id);
    for rep in [&one, &two, &one] {
        let view = admin.put(&path, json!({ "rep": rep.id })).await.ok(200);
        assert_eq!(view["personal_rep"]["id"], json!(rep.id));
        let elsewhere = admin.at(world.base(2));
        assert_eq!(rep_for(&elsewhere, &ann).await["id"], json!(rep.id));
        let chat = open_in(&ann, &queue).await;
        is(world, &chat, "active").await;
        assert_eq!(rep_of(&ann, &chat).await, json!(rep.id));
    }
    // Opened again, it is for the personal rep first, and not for who had it.
    let chat = open_in(&ann, &queue).await;
    until("he has it", async || {
        rep_of(&ann, &chat).await == json!(one.id)
    })
    .await;
    ann.close(&chat).await.ok(200);
    admin.put(&path, json!({ "rep": two.id })).await.ok(200);
    let reopen = format!("/api/v1/conversations/{chat}/reopen");
    ann.post(&reopen, json!({})).await.ok(200);
    until("the other has it", async || {
        rep_of(&ann, &chat).await == json!(two.id)
    })
    .await;

    let none = admin.put(&path, json!({ "rep": null })).await.ok(200);
    assert_eq!(none["personal_rep"], json!(null));
    let bad = admin.put(&path, json!({ "rep": ann.id })).await;
    assert_eq!(bad.code(422), "validation_failed");
    for nobody in [UserId::new(), one.id] {
        let path = format!("/api/v1/customers/{nobody}/personal-rep");
        let answer = admin.put(&path, json!({ "rep": null })).await;
        assert_eq!(answer.code(404), "not_found");
    }
}

#[actix_web::test]
async fn nobody_gets_one_where_the_setting_is_off() {
    let world = World::embedded().await;
    let (admin, rep) = (world.admin().await, world.rep(0, 9).await);
    let _socket = rep.socket().await;
    let ann = register(&world, "ann").await;
    open_in(&ann, &first(&ann).await).await;
    assert_eq!(rep_for(&admin, &ann).await, json!(null));
    world.end().await;
}
