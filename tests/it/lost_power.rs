//! Who loses power leaves no way back, and nothing is given to whom nobody lets in.

use serde_json::json;
use switchboard::words::UserId;

use crate::harness::World;
use crate::on_both;
use crate::person::Person;
use crate::visitors::visitor;

on_both!(
    what_an_admin_has_made_ends_with_his_power,
    nothing_is_given_to_who_may_not_sign_in,
    who_has_no_name_gets_neither_a_role_nor_a_password,
    a_key_shuts_no_admin_out,
);

async fn what_an_admin_has_made_ends_with_his_power(world: &World) {
    let (boss, two) = (world.admin().await, world.admin().await);
    let path = format!("/api/v1/people/{}/password-link", boss.id);
    let made = two.post(&path, json!({})).await.ok(201);
    let token = made["token"].as_str().unwrap();
    let link = made["link"].as_str().unwrap();
    assert!(link.ends_with(&format!("/link#password={token}")), "{link}");
    let invited = two.post("/api/v1/invitations", json!({})).await.ok(201);
    let role = format!("/api/v1/people/{}/role", two.id);
    boss.put(&role, json!({ "role": "customer" })).await.ok(200);

    let nobody = Person::new(UserId::new(), String::new(), world.base(1), String::new());
    let new = json!({ "token": token, "password": "battery staple" });
    let answer = nobody.post("/api/v1/password", new).await;
    assert_eq!(answer.code(401), "token_invalid");
    let find = async || {
        let all = boss.get("/api/v1/invitations").await.ok(200);
        let mut all = all.as_array().unwrap().clone().into_iter();
        all.find(|one| one["id"] == invited["id"]).unwrap()
    };
    assert!(find().await["revoked_at"].is_i64());
    boss.put(&role, json!({ "role": "admin" })).await.ok(200);
    assert!(
        find().await["revoked_at"].is_i64(),
        "it does not live again"
    );
}

async fn nothing_is_given_to_who_may_not_sign_in(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(1, 3).await);
    let ann = world.customer(0).await;
    let id = ann.open().await;
    let of = |what: &str| format!("/api/v1/people/{}/{what}", rep.id);
    admin.post(&of("disable"), json!({})).await.ok(200);
    let claim = admin.act(&id, "claim", json!({ "rep": rep.id })).await;
    assert_eq!(claim.code(409), "rep_unavailable");
    let path = format!("/api/v1/reps/{}/availability", rep.id);
    let available = json!({ "availability": "available" });
    let refused = admin.put(&path, available.clone()).await;
    assert_eq!(refused.code(409), "rep_unavailable");
    let personal = format!("/api/v1/customers/{}/personal-rep", ann.id);
    let his = admin.put(&personal, json!({ "rep": rep.id })).await;
    assert_eq!(his.code(409), "rep_unavailable");
    let link = admin.post(&of("password-link"), json!({})).await;
    assert_eq!(link.code(409), "wrong_state");
    assert_eq!(world.status(&id).await, "waiting");

    admin.post(&of("enable"), json!({})).await.ok(200);
    admin.put(&path, available).await.ok(200);
    admin
        .act(&id, "claim", json!({ "rep": rep.id }))
        .await
        .ok(200);
}

async fn who_has_no_name_gets_neither_a_role_nor_a_password(world: &World) {
    let (admin, vera) = (world.admin().await, visitor(world, 0, None).await);
    let role = format!("/api/v1/people/{}/role", vera.id);
    for one in ["rep", "admin"] {
        let refused = admin.put(&role, json!({ "role": one })).await;
        assert_eq!(refused.code(409), "wrong_state");
    }
    let path = format!("/api/v1/people/{}/password-link", vera.id);
    let refused = admin.post(&path, json!({})).await;
    assert_eq!(refused.code(409), "wrong_state");
    vera.get("/api/v1/me").await.ok(200);
    // One's own account is changed by the rules for it.
    let own = format!("/api/v1/people/{}", admin.id);
    let mine = admin
        .patch(&own, json!({ "email": "a@shop.example" }))
        .await;
    assert_eq!(mine.code(409), "wrong_state");
}

async fn a_key_shuts_no_admin_out(world: &World) {
    let (admin, boss, ann) = (
        world.admin().await,
        world.admin().await,
        world.customer(1).await,
    );
    let new = json!({ "name": "Shop", "scopes": ["people"] });
    let key = admin.post("/api/v1/api-keys", new).await.ok(201);
    let id = key["id"].as_str().unwrap().parse().unwrap();
    let text = key["key"].as_str().unwrap().to_owned();
    let machine = Person::new(id, "Shop".into(), world.base(0), text);
    let of = |who: &Person, what: &str| format!("/api/v1/people/{}/{what}", who.id);
    let disabled = machine.post(&of(&boss, "disable"), json!({})).await;
    assert_eq!(disabled.code(403), "forbidden");
    let ended = machine.delete(&of(&boss, "sessions")).await;
    assert_eq!(ended.code(403), "forbidden");
    boss.get("/api/v1/me").await.ok(200);
    machine.delete(&of(&ann, "sessions")).await.ok(204);
    machine.post(&of(&ann, "disable"), json!({})).await.ok(200);
}
