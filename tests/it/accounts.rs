//! Accounts: one's own, and those of others for an admin. Over one node on SQLite, and over three
//! on PostgreSQL and Redis; what ends a login reaches sockets by the doorbell, without the position
//! check.

use std::time::Instant;

use serde_json::{Value, json};
use switchboard::settings::Settings;
use switchboard::words::UserId;

use crate::harness::World;
use crate::on_both_with;
use crate::person::{Answer, Person};
use crate::wire::Request;

fn doorbell_only(settings: &mut Settings) {
    settings.position_check_ms = 600_000;
}

on_both_with!(doorbell_only;
    a_new_password_ends_all_other_logins,
    logins_are_listed_and_ended_one_by_one,
    a_profile_is_checked_field_by_field,
    how_one_is_reached_changes_with_the_password,
    who_is_disabled_is_out_and_his_work_goes_on,
    of_two_admins_one_stays,
    a_link_sets_a_password_once,
    accounts_are_found_page_by_page
);

const PASSWORD: &str = "correct horse";

/// Registers, at a node.
async fn register(world: &World, turn: usize, more: Value) -> Person {
    let name = format!("n{}", UserId::new().0.simple());
    let mut body = json!({ "username": name, "password": PASSWORD });
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    let nobody = nobody(world, turn);
    let made = nobody.post("/api/v1/customers", body).await.ok(201);
    signed(&nobody, name, &made)
}

fn nobody(world: &World, turn: usize) -> Person {
    Person::new(
        UserId::new(),
        String::new(),
        world.base(turn),
        String::new(),
    )
}

fn signed(at: &Person, name: String, body: &Value) -> Person {
    let id = body["user"]["id"].as_str().unwrap().parse().unwrap();
    let token = body["access_token"].as_str().unwrap().into();
    Person::new(id, name, at.base.clone(), token)
}

async fn try_sign_in(world: &World, turn: usize, name: &str, password: &str) -> Answer {
    let body = json!({ "login": name, "password": password });
    nobody(world, turn).post("/api/v1/sessions", body).await
}

/// Signs in once more, at a node.
async fn again(world: &World, turn: usize, person: &Person) -> Person {
    let body = json!({ "login": person.name, "password": PASSWORD });
    let request = Request::new("POST", "/api/v1/sessions").header("User-Agent", "A browser/7");
    let reply = request.json(&body).ask(&world.base(turn)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    signed(&nobody(world, turn), person.name.clone(), &reply.body())
}

/// The fields that a refusal names.
#[track_caller]
fn wrong(answer: Answer) -> Vec<String> {
    let fields = answer.ok(422)["errors"].as_array().unwrap().clone();
    let name = |one: &Value| one["field"].as_str().unwrap().to_owned();
    fields.iter().map(name).collect()
}

async fn a_new_password_ends_all_other_logins(world: &World) {
    let ann = register(world, 0, json!({})).await;
    let other = again(world, 1, &ann).await;
    let (mut here, mut there) = (ann.socket().await, other.socket().await);
    let change = |password: &str, new: &str| {
        let body = json!({ "password": password, "new_password": new });
        let ann = ann.clone();
        async move { ann.put("/api/v1/me/password", body).await }
    };
    assert_eq!(
        wrong(change("wrong horse", "battery staple").await),
        ["password"]
    );
    assert_eq!(wrong(change(PASSWORD, "short").await), ["new_password"]);
    assert_eq!(wrong(change(PASSWORD, &ann.name).await), ["new_password"]);
    other.get("/api/v1/me").await.ok(200);

    change(PASSWORD, "battery staple").await.ok(204);
    let begun = Instant::now();
    assert_eq!(there.closed().await, Some(4100));
    println!("the other socket ended after {:?}", begun.elapsed());
    assert_eq!(other.get("/api/v1/me").await.code(401), "session_ended");
    ann.get("/api/v1/me").await.ok(200);
    let id = ann.open().await;
    ann.say(&id, "still here").await;
    here.event("message").await;
    let old = try_sign_in(world, 1, &ann.name, PASSWORD).await;
    assert_eq!(old.code(401), "login_failed");
    try_sign_in(world, 1, &ann.name, "battery staple")
        .await
        .ok(200);
}

async fn logins_are_listed_and_ended_one_by_one(world: &World) {
    let (ann, stranger) = (register(world, 0, json!({})).await, world.customer(0).await);
    let (second, third) = (again(world, 1, &ann).await, again(world, 2, &ann).await);
    let list = ann.get("/api/v1/me/sessions").await.ok(200);
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), 3);
    let current: Vec<&Value> = list.iter().map(|one| &one["current"]).collect();
    assert_eq!(current, [false, false, true], "the newest comes first");
    let agents: Vec<&Value> = list.iter().map(|one| &one["agent"]).collect();
    assert_eq!(agents, ["A browser/7", "A browser/7", ""]);
    let second_id = list[1]["id"].as_str().unwrap();

    let mut socket = second.socket().await;
    let path = format!("/api/v1/me/sessions/{second_id}");
    assert_eq!(stranger.delete(&path).await.code(404), "not_found");
    second.get("/api/v1/me").await.ok(200);
    third.delete(&path).await.ok(204);
    assert_eq!(socket.closed().await, Some(4100));
    assert_eq!(second.get("/api/v1/me").await.code(401), "session_ended");
    assert_eq!(third.delete(&path).await.code(404), "not_found");

    let mut socket = third.socket().await;
    ann.delete("/api/v1/me/sessions").await.ok(204);
    assert_eq!(socket.closed().await, Some(4100));
    let left = ann.get("/api/v1/me/sessions").await.ok(200);
    assert_eq!(left.as_array().unwrap().len(), 1);

    // An admin sees and ends them, too.
    let (admin, path) = (
        world.admin().await,
        format!("/api/v1/people/{}/sessions", ann.id),
    );
    let seen = admin.get(&path).await.ok(200);
    assert_eq!(seen[0]["id"], left[0]["id"]);
    assert_eq!(seen[0]["current"], false);
    let mut socket = ann.socket().await;
    admin.delete(&path).await.ok(204);
    assert_eq!(socket.closed().await, Some(4100));
    assert_eq!(admin.get(&path).await.ok(200), json!([]));
}

async fn a_profile_is_checked_field_by_field(world: &World) {
    let (ann, admin) = (world.customer(0).await, world.admin().await);
    let profile = json!({
        "display_name": "نیلوفر", "first_name": "Nilufar", "last_name": "O'Brien",
        "city": "شیراز", "province": "فارس", "language": "fa-IR", "time_zone": "Asia/Tehran",
    });
    let mine = ann.patch("/api/v1/me", profile.clone()).await.ok(200);
    for (field, value) in profile.as_object().unwrap() {
        assert_eq!(&mine[field], value);
    }
    assert_eq!(ann.patch("/api/v1/me", json!({})).await.ok(200), mine);
    assert_eq!(ann.get("/api/v1/me").await.ok(200), mine);
    let path = format!("/api/v1/people/{}", ann.id);
    assert_eq!(admin.get(&path).await.ok(200), mine);

    let long = "x".repeat(151);
    for (field, value) in [
        ("display_name", ""),
        ("display_name", " "),
        ("display_name", "a\u{202E}b"),
        ("first_name", "\u{200B}"),
        ("last_name", "two\nlines"),
        ("city", long.as_str()),
        ("province", "\u{0}"),
        ("language", "the language of angels"),
        ("time_zone", "Mars/Olympus"),
        ("email", "nowhere"),
        ("phone", "911x"),
    ] {
        let body = json!({ field: value });
        let refused = admin.patch(&path, body).await;
        assert_eq!(wrong(refused), [field], "{value:?}");
    }
    assert_eq!(ann.get("/api/v1/me").await.ok(200), mine);
    let both = json!({ "language": "?", "time_zone": "?" });
    assert_eq!(
        wrong(ann.patch("/api/v1/me", both).await),
        ["language", "time_zone"]
    );
    let unknown = admin.patch(&path, json!({ "role": "admin" })).await;
    assert_eq!(wrong(unknown), ["role"]);
    let unknown = ann.patch("/api/v1/me", json!({ "role": "admin" })).await;
    assert_eq!(wrong(unknown), ["role"]);
    // What conversations tell of him is as new.
    let id = ann.open().await;
    assert_eq!(ann.view(&id).await["customer"]["name"], "نیلوفر");
}

async fn how_one_is_reached_changes_with_the_password(world: &World) {
    let tag = UserId::new().0.simple().to_string();
    let mail = |name: &str| format!("{name}.{tag}@Example.org");
    let bob = register(world, 0, json!({ "email": mail("bob") })).await;
    let ann = register(world, 0, json!({ "email": mail("ann") })).await;
    let change = |body: Value| {
        let ann = ann.clone();
        async move { ann.patch("/api/v1/me", body).await }
    };
    let new = mail("annie");
    assert_eq!(wrong(change(json!({ "email": new })).await), ["password"]);
    let guess = json!({ "email": new, "password": "wrong horse" });
    assert_eq!(wrong(change(guess).await), ["password"]);
    let taken = json!({ "email": mail("BOB"), "password": PASSWORD });
    assert_eq!(change(taken).await.code(409), "email_taken");
    let right = json!({ "email": new, "phone": "+49 (30) 123-456", "password": PASSWORD });
    let mine = change(right).await.ok(200);
    assert_eq!(
        (&mine["email"], &mine["phone"]),
        (&json!(new), &json!("+4930123456"))
    );

    try_sign_in(world, 1, &new.to_lowercase(), PASSWORD)
        .await
        .ok(200);
    try_sign_in(world, 1, "+4930123456", PASSWORD).await.ok(200);
    let old = try_sign_in(world, 1, &mail("ann"), PASSWORD).await;
    assert_eq!(old.code(401), "login_failed");
    let none = change(json!({ "phone": null, "password": PASSWORD })).await;
    assert_eq!(none.ok(200)["phone"], Value::Null);
    let gone = try_sign_in(world, 1, "+4930123456", PASSWORD).await;
    assert_eq!(gone.code(401), "login_failed");

    // A name that is an address stays its owner's.
    let own = mail("own");
    let own = register(world, 0, json!({ "username": own, "email": own })).await;
    let body = json!({ "email": null, "password": PASSWORD });
    assert_eq!(wrong(own.patch("/api/v1/me", body).await), ["email"]);
    bob.get("/api/v1/me").await.ok(200);
}

async fn who_is_disabled_is_out_and_his_work_goes_on(world: &World) {
    let admin = world.admin().await;
    let (rep, ann) = (world.rep(1, 3).await, register(world, 0, json!({})).await);
    let mut of_rep = rep.socket().await;
    let id = ann.open().await;
    let mut of_ann = ann.socket().await;
    if ann.view(&id).await["status"] != "active" {
        of_ann.event("assigned").await;
    }
    let path = |person: &Person, what: &str| format!("/api/v1/people/{}/{what}", person.id);
    let told = admin.post(&path(&rep, "disable"), json!({})).await.ok(200);
    assert!(told["disabled_at"].as_i64().is_some());
    assert_eq!(of_rep.closed().await, Some(4100));
    assert_eq!(rep.get("/api/v1/me").await.code(401), "session_ended");
    let requeued = of_ann.event("requeued").await;
    assert_eq!(
        requeued["data"],
        json!({}),
        "why is none of a customer's business"
    );
    let logged = admin.last(&id, "requeued").await;
    assert_eq!(logged["data"]["reason"], "rep_disabled");
    assert_eq!(logged["sender_id"], admin.id.to_string());
    assert_eq!(ann.view(&id).await["status"], "waiting");
    let shown = admin.get("/api/v1/reps").await.ok(200);
    let his = shown.as_array().unwrap().iter();
    let his = his
        .clone()
        .find(|one| one["id"] == rep.id.to_string())
        .unwrap();
    assert_eq!(
        (&his["availability"], &his["load"]),
        (&json!("offline"), &json!(0))
    );
    // Once more changes nothing.
    let once_more = admin.post(&path(&rep, "disable"), json!({})).await.ok(200);
    assert_eq!(once_more["disabled_at"], told["disabled_at"]);
    // Another goes on with it.
    let other = world.rep(2, 3).await;
    let _present = other.socket().await;
    of_ann.event("assigned").await;
    other.say(&id, "I have taken over").await;

    // A customer, and who cannot sign in is told no more than who has mistyped.
    admin.post(&path(&ann, "disable"), json!({})).await.ok(200);
    assert_eq!(of_ann.closed().await, Some(4100));
    let out = try_sign_in(world, 1, &ann.name, PASSWORD).await;
    let mistyped = try_sign_in(world, 1, &ann.name, "wrong horse").await;
    assert_eq!(out.body["detail"], mistyped.body["detail"]);
    assert_eq!(out.code(401), mistyped.code(401));
    let listed = admin.get("/api/v1/people?disabled=true").await.ok(200);
    let names: Vec<&Value> = listed["items"].as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 2);
    let back = admin.post(&path(&ann, "enable"), json!({})).await.ok(200);
    assert_eq!(back["disabled_at"], Value::Null);
    let ann = again(world, 0, &ann).await;
    ann.say(&id, "I am back").await;

    let own = admin.post(&path(&admin, "disable"), json!({})).await;
    assert_eq!(own.code(409), "wrong_state");
    let unknown = format!("/api/v1/people/{}/disable", UserId::new());
    assert_eq!(admin.post(&unknown, json!({})).await.code(404), "not_found");
    assert_eq!(world.broken().await, Vec::<String>::new());
}

async fn of_two_admins_one_stays(world: &World) {
    let (ada, eve) = (world.admin().await, world.admin().await.at(world.base(1)));
    let out = |by: &Person, whom: &Person| {
        let (by, path) = (by.clone(), format!("/api/v1/people/{}/disable", whom.id));
        async move { by.post(&path, json!({})).await.status }
    };
    let (one, other) = futures_util::future::join(out(&ada, &eve), out(&eve, &ada)).await;
    let done = [one, other].iter().filter(|status| **status == 200).count();
    assert_eq!(done, 1, "{one} {other}");
    let mut left = 0;
    for admin in [&ada, &eve] {
        left += usize::from(admin.get("/api/v1/people").await.status == 200);
    }
    assert_eq!(left, 1);
}

async fn a_link_sets_a_password_once(world: &World) {
    let (ann, admin) = (register(world, 0, json!({})).await, world.admin().await);
    let path = format!("/api/v1/people/{}/password-link", ann.id);
    let link = || async {
        let made = admin.post(&path, json!({})).await.ok(201);
        assert_eq!(made["expires_in_ms"], 3_600_000);
        made["token"].as_str().unwrap().to_owned()
    };
    let using = |token: &str, password: &str| {
        let body = json!({ "token": token, "password": password });
        let nobody = nobody(world, 1);
        async move { nobody.post("/api/v1/password", body).await }
    };
    let (old, token) = (link().await, link().await);
    let replaced = using(&old, "battery staple").await;
    assert_eq!(replaced.code(401), "token_invalid");
    assert_eq!(wrong(using(&token, "short").await), ["password"]);
    let mut socket = ann.socket().await;
    let both = (
        using(&token, "battery staple"),
        using(&token, "battery staple"),
    );
    let both = futures_util::future::join(both.0, both.1).await;
    let mut answers = [both.0.status, both.1.status];
    answers.sort();
    assert_eq!(answers, [204, 401]);
    assert_eq!(socket.closed().await, Some(4100));
    assert_eq!(ann.get("/api/v1/me").await.code(401), "session_ended");
    let old = try_sign_in(world, 0, &ann.name, PASSWORD).await;
    assert_eq!(old.code(401), "login_failed");
    try_sign_in(world, 0, &ann.name, "battery staple")
        .await
        .ok(200);

    let token = link().await;
    let out = format!("/api/v1/people/{}/disable", ann.id);
    admin.post(&out, json!({})).await.ok(200);
    let disabled = using(&token, "another staple").await;
    assert_eq!(disabled.code(401), "token_invalid");
    let nobody = format!("/api/v1/people/{}/password-link", UserId::new());
    assert_eq!(admin.post(&nobody, json!({})).await.code(404), "not_found");
}

async fn accounts_are_found_page_by_page(world: &World) {
    let admin = world.admin().await;
    let tag = UserId::new().0.simple().to_string();
    let mut made = Vec::new();
    for number in 0..5 {
        let more = json!({
            "display_name": format!("Zoë {number}% of_{tag}"),
            "email": format!("ZOE{number}.{tag}@example.org"),
        });
        made.push(register(world, number, more).await.id.to_string());
    }
    made.reverse();
    let ids = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let list = |query: String| {
        let admin = admin.clone();
        async move { admin.get(&format!("/api/v1/people?{query}")).await.ok(200) }
    };
    let first = list(format!("search={tag}&limit=3")).await;
    assert_eq!(ids(&first), made[..3]);
    let next = first["next"].as_str().unwrap();
    let second = list(format!("search={tag}&limit=3&before={next}")).await;
    assert_eq!(ids(&second), made[3..]);
    assert_eq!(second["next"], Value::Null);
    assert_eq!(
        ids(&list(format!("search=zoe4.{tag}@EXAMPLE")).await),
        made[..1]
    );
    assert_eq!(
        ids(&list(format!("search=3%25%20of_{tag}")).await),
        made[1..2]
    );
    // A character that means anything in a pattern is itself here.
    assert_eq!(ids(&list(format!("search=3_%20of_{tag}")).await), [""; 0]);
    assert_eq!(ids(&list(format!("search=ofx{tag}")).await), [""; 0]);
    assert_eq!(ids(&list(format!("search={tag}&role=rep")).await), [""; 0]);
    assert_eq!(
        ids(&list(format!("search={tag}&role=customer")).await),
        made
    );
    assert_eq!(
        ids(&list(format!("search={tag}&disabled=true")).await),
        [""; 0]
    );
    assert_eq!(
        ids(&list("role=admin".into()).await),
        [admin.id.to_string()]
    );
    for wrong_query in ["limit=0", "role=king", "search=%00", "nonsense=1"] {
        let refused = admin.get(&format!("/api/v1/people?{wrong_query}")).await;
        assert_eq!(refused.code(422), "validation_failed", "{wrong_query}");
    }
}
