//! Invitations: whoever has the link makes his own account with it, once, as what he was invited
//! for.

use serde_json::{Value, json};
use switchboard::words::{QueueId, UserId};

use crate::doctor::tamper;
use crate::harness::World;
use crate::on_both;
use crate::person::{Answer, Person};

on_both!(
    a_rep_comes_by_his_link_once,
    an_admin_is_invited_by_a_young_login_and_no_key,
    what_is_revoked_or_old_or_of_nobody_lets_nobody_in,
    what_no_invitation_can_be_is_refused,
    there_are_so_many_and_no_more,
);

fn nobody(world: &World, turn: usize) -> Person {
    Person::new(
        UserId::new(),
        String::new(),
        world.base(turn),
        String::new(),
    )
}

async fn invite(admin: &Person, body: Value) -> Value {
    admin.post("/api/v1/invitations", body).await.ok(201)
}

async fn accept(world: &World, turn: usize, made: &Value, more: Value) -> Answer {
    let name = format!("n{}", UserId::new().0.simple());
    let mut body = json!({ "token": made["token"], "username": name, "password": "correct horse" });
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    let path = "/api/v1/invitations/accept";
    nobody(world, turn).post(path, body).await
}

async fn list(admin: &Person) -> Vec<Value> {
    let listed = admin.get("/api/v1/invitations").await.ok(200);
    listed.as_array().unwrap().clone()
}

async fn a_rep_comes_by_his_link_once(world: &World) {
    let admin = world.admin().await;
    let queue = admin
        .post("/api/v1/queues", json!({ "name": "Billing" }))
        .await
        .ok(201)["id"]
        .clone();
    let gone = admin
        .post("/api/v1/queues", json!({ "name": "Gone" }))
        .await
        .ok(201)["id"]
        .clone();
    let email = format!("rep.{}@example.org", UserId::new().0.simple());
    let made = invite(
        &admin,
        json!({
            "capacity": 3, "queues": [queue, gone], "display_name": "Reza", "email": email,
            "days": 2,
        }),
    )
    .await;
    let token = made["token"].as_str().unwrap();
    assert_eq!(token.len(), 64, "256 bits");
    let link = format!("{}/link#invitation={token}", world.base(0));
    assert_eq!(made["link"], json!(link));
    let lasts = made["expires_at"].as_i64().unwrap() - made["created_at"].as_i64().unwrap();
    assert_eq!(lasts, 2 * 24 * 3_600 * 1_000);
    let listed = list(&admin).await;
    assert_eq!(listed[0]["id"], made["id"]);
    assert!(!json!(listed).to_string().contains(token), "shown once");

    let path = format!("/api/v1/queues/{}", gone.as_str().unwrap());
    admin.delete(&path).await.ok(204);
    let weak = accept(world, 0, &made, json!({ "password": "password1" })).await;
    assert_eq!(weak.code(422), "validation_failed");
    let taken = accept(world, 0, &made, json!({ "username": admin.name })).await;
    assert_eq!(taken.code(409), "username_taken");
    let both = (
        accept(world, 0, &made, json!({})),
        accept(world, 1, &made, json!({ "email": "other@example.org" })),
    );
    let (one, other) = futures_util::future::join(both.0, both.1).await;
    let (came, late) = match one.status {
        201 => (one, other),
        _ => (other, one),
    };
    assert_eq!(late.code(401), "token_invalid");
    let came = came.ok(201);
    let user = &came["user"];
    assert_eq!(
        (&user["role"], &user["display_name"]),
        (&json!("rep"), &json!("Reza"))
    );
    assert_eq!(user["email_confirmed_at"], Value::Null);
    let reps = admin.get("/api/v1/reps").await.ok(200);
    let rep = &reps[0];
    assert_eq!((&rep["id"], &rep["capacity"]), (&user["id"], &json!(3)));
    assert_eq!(rep["queues"], json!([{ "id": queue, "name": "Billing" }]));
    // He serves at once.
    let id: UserId = user["id"].as_str().unwrap().parse().unwrap();
    let token = came["access_token"].as_str().unwrap().into();
    let rep = Person::new(id, String::new(), world.base(1), token);
    let mut socket = rep.socket().await;
    let ann = world.customer(0).await;
    let open = json!({ "client_id": crate::harness::client_id(), "queue": queue });
    ann.post("/api/v1/conversations", open).await.ok(201);
    socket.wait("assigned").await;

    let listed = list(&admin).await;
    assert_eq!((listed.len(), &listed[0]["used_by"]), (1, &user["id"]));
    let path = format!("/api/v1/invitations/{}", made["id"].as_str().unwrap());
    assert_eq!(admin.delete(&path).await.code(404), "not_found");
    let entries = admin.get("/api/v1/audit?act=user_created").await.ok(200);
    let entry = &entries["items"][0];
    assert_eq!(
        (&entry["actor"]["id"], &entry["object"]["id"]),
        (&user["id"], &user["id"])
    );
    let told = json!({
        "role": "rep", "capacity": 3, "queues": [queue], "invitation": made["id"],
    });
    assert_eq!(entry["after"], told);
}

async fn an_admin_is_invited_by_a_young_login_and_no_key(world: &World) {
    let admin = world.admin().await;
    let asked = json!({ "role": "admin" });
    let key = json!({ "name": "a", "scopes": ["people", "keys"] });
    let key = admin.post("/api/v1/api-keys", key).await.ok(201);
    let key = key["key"].as_str().unwrap().to_owned();
    let machine = Person::new(UserId::new(), String::new(), world.base(0), key);
    let refused = machine.post("/api/v1/invitations", asked.clone()).await;
    assert_eq!(refused.code(403), "forbidden");
    let by_key = invite(&machine, json!({})).await;
    assert_eq!(
        accept(world, 0, &by_key, json!({})).await.ok(201)["user"]["role"],
        "rep"
    );

    let made = invite(&admin, asked.clone()).await;
    let came = accept(world, 1, &made, json!({})).await.ok(201);
    assert_eq!(came["user"]["role"], "admin");
    let id = came["user"]["id"].as_str().unwrap().parse().unwrap();
    let token = came["access_token"].as_str().unwrap().into();
    let other = Person::new(id, String::new(), world.base(1), token);
    other.get("/api/v1/people").await.ok(200);

    let past = "UPDATE sessions SET created_at = created_at - 10000000";
    tamper(world, past, &[]).await;
    let old = admin.post("/api/v1/invitations", asked).await;
    assert_eq!(old.code(403), "login_too_old");
    invite(&admin, json!({ "role": "rep" })).await;
}

async fn what_is_revoked_or_old_or_of_nobody_lets_nobody_in(world: &World) {
    let (admin, other) = (world.admin().await, world.admin().await);
    let is_good = async |made: &Value| {
        let body = json!({ "kind": "invitation", "token": made["token"] });
        let told = nobody(world, 1).post("/api/v1/links/check", body).await;
        told.ok(200)["valid"].as_bool().unwrap()
    };
    let out = async |made: &Value| {
        assert!(!is_good(made).await);
        let late = accept(world, 1, made, json!({})).await;
        assert_eq!(late.code(401), "token_invalid");
    };
    let made = invite(&admin, json!({})).await;
    assert!(
        is_good(&made).await && is_good(&made).await,
        "asking uses nothing up"
    );
    let path = format!("/api/v1/invitations/{}", made["id"].as_str().unwrap());
    other.delete(&path).await.ok(204);
    assert_eq!(other.delete(&path).await.code(404), "not_found");
    out(&made).await;
    assert!(list(&admin).await[0]["revoked_at"].is_number());

    // Nobody's word outlives him.
    let made = invite(&other, json!({ "role": "admin" })).await;
    let path = format!("/api/v1/people/{}/disable", other.id);
    admin.post(&path, json!({})).await.ok(200);
    out(&made).await;
    let key = json!({ "name": "a", "scopes": ["people"] });
    let key = admin.post("/api/v1/api-keys", key).await.ok(201);
    let token = key["key"].as_str().unwrap().to_owned();
    let machine = Person::new(UserId::new(), String::new(), world.base(0), token);
    let made = invite(&machine, json!({})).await;
    tamper(world, "UPDATE api_keys SET expires_at = 1", &[]).await;
    out(&made).await;
    tamper(world, "UPDATE api_keys SET expires_at = NULL", &[]).await;
    let path = format!("/api/v1/api-keys/{}", key["id"].as_str().unwrap());
    admin.delete(&path).await.ok(204);
    out(&made).await;

    let made = invite(&admin, json!({})).await;
    tamper(world, "UPDATE invitations SET expires_at = 1", &[]).await;
    out(&made).await;
    out(&json!({ "token": "" })).await;
    assert_eq!(world.broken().await, Vec::<String>::new());
}

async fn what_no_invitation_can_be_is_refused(world: &World) {
    let admin = world.admin().await;
    for (field, body) in [
        ("role", json!({ "role": "customer" })),
        ("role", json!({ "role": "admin", "capacity": 3 })),
        ("role", json!({ "role": "admin", "queues": [] })),
        ("role", json!({ "role": "king" })),
        ("capacity", json!({ "capacity": 101 })),
        ("capacity", json!({ "capacity": -1 })),
        ("queues", json!({ "queues": [QueueId::new()] })),
        ("days", json!({ "days": 0 })),
        ("days", json!({ "days": 31 })),
        ("display_name", json!({ "display_name": "a\nb" })),
        ("email", json!({ "email": "nowhere" })),
    ] {
        let refused = admin
            .post("/api/v1/invitations", body.clone())
            .await
            .ok(422);
        assert_eq!(refused["errors"][0]["field"], field, "{body}");
    }
    assert_eq!(list(&admin).await, Vec::<Value>::new());
    let none = invite(&admin, json!({ "queues": [], "capacity": 0 })).await;
    accept(world, 0, &none, json!({})).await.ok(201);
    let reps = admin.get("/api/v1/reps").await.ok(200);
    assert_eq!(
        (&reps[0]["queues"], &reps[0]["capacity"]),
        (&json!([]), &json!(0))
    );
}

async fn there_are_so_many_and_no_more(world: &World) {
    let admin = world.admin().await;
    for turn in 0..100 {
        invite(&admin.at(world.base(turn)), json!({})).await;
    }
    let many = admin.post("/api/v1/invitations", json!({})).await;
    assert_eq!(many.code(429), "quota_exceeded");
    let first = list(&admin).await.remove(0);
    let path = format!("/api/v1/invitations/{}", first["id"].as_str().unwrap());
    admin.delete(&path).await.ok(204);
    invite(&admin, json!({})).await;
}
