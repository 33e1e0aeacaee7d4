//! Keys of machines: shown once, good for their scopes and no more, gone at once.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use switchboard::gate::routes;
use switchboard::store::api_keys;
use switchboard::store::{Conn, users};
use switchboard::words::{ApiKeyId, Scope, UserId, now};

use crate::access::{Scene, Who};
use crate::access_table::{DIALECT, ROUTES, Row};
use crate::doctor::tamper;
use crate::harness::{World, until};
use crate::on_both;
use crate::person::Person;
use crate::wire::Request;

on_both!(
    every_route_wants_its_scope_and_no_other,
    a_key_is_shown_once_and_kept_as_its_hash,
    a_key_ends_at_the_next_request,
    a_key_ends_with_the_power_of_who_made_it,
    no_key_gives_more_than_it_has,
    what_a_key_does_stands_under_its_name,
    that_it_is_used_is_written_once_a_minute,
    there_are_so_many_keys_and_no_more,
    a_key_is_nobody_who_signs_in,
    an_old_login_makes_no_key_and_exports_nothing,
    what_gives_power_away_wants_a_young_login,
    no_key_becomes_a_person_with_power,
);

const PATH: &str = "/api/v1/api-keys";

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

async fn make(admin: &Person, scopes: &[Scope]) -> Value {
    let new = json!({ "name": "Shop", "scopes": scopes });
    admin.post(PATH, new).await.ok(201)
}

/// Who asks with this key.
fn machine(world: &World, turn: usize, key: &Value) -> Person {
    let id = text(&key["id"]).parse().unwrap();
    Person::new(
        id,
        "Shop".into(),
        world.base(turn),
        text(&key["key"]).into(),
    )
}

async fn every_route_wants_its_scope_and_no_other(world: &World) {
    let plain = |route: &'static str| route.split('?').next().unwrap();
    let mut known: Vec<&str> = routes::ROUTES.iter().map(|(route, ..)| *route).collect();
    let mut routes: Vec<&str> = ROUTES.iter().map(|row| plain(row.route)).collect();
    known.sort_unstable();
    routes.sort_unstable();
    assert_eq!(known, routes, "src/gate/routes.rs on the left");

    let (admin, mut wrong) = (world.admin().await, Vec::new());
    let mut ask = async |row: &Row, key: &Value, expected: &str| {
        let mut scene = Scene::set(world, Who::Admin, wrong.len()).await;
        scene.asking = machine(world, 0, key);
        let told = scene.ask(row, &scene.conversation).await.told();
        if told != expected {
            wrong.push(format!("{}: {told} for {expected}", row.route));
        }
    };
    for scope in Scope::ALL {
        let others = Scope::ALL.iter().filter(|one| *one != scope);
        let others: Vec<Scope> = others.copied().collect();
        let (key, others) = (make(&admin, &[*scope]).await, make(&admin, &others).await);
        for row in ROUTES {
            let known = routes::ROUTES
                .iter()
                .find(|(route, ..)| *route == plain(row.route));
            if known.unwrap().2 == Some(*scope) {
                ask(row, &key, row.answers[5]).await;
                ask(row, &others, "403 forbidden").await;
            }
        }
    }
    // For people alone: a login, a socket, a dialect. What is open to all asks nobody who he is.
    let every = make(&admin, Scope::ALL).await;
    for row in ROUTES {
        let known = routes::ROUTES
            .iter()
            .find(|(route, ..)| *route == plain(row.route));
        if known.unwrap().2.is_none() {
            let open = !row.answers[0].ends_with("token_missing");
            let expected = if open {
                row.answers[0]
            } else {
                "403 forbidden"
            };
            ask(row, &every, expected).await;
        }
    }
    for row in DIALECT
        .iter()
        .filter(|row| row.answers[0].ends_with("token_missing"))
    {
        ask(row, &every, "403 forbidden").await;
    }
    assert_eq!(wrong, Vec::<String>::new());
    let socket = Request::new("GET", "/ws")
        .token(text(&every["key"]))
        .upgrade();
    assert_eq!(socket.ask(&world.base(0)).await.told(), "403 forbidden");
}

async fn a_key_is_shown_once_and_kept_as_its_hash(world: &World) {
    let admin = world.admin().await;
    let made = make(&admin, &[Scope::Write, Scope::Read, Scope::Read]).await;
    let key = text(&made["key"]).to_owned();
    assert!(key.starts_with("sbk_") && key.len() == 68, "{key}");
    assert_eq!(made["scopes"], json!(["read", "write"]));
    let mut listed = made.clone();
    listed.as_object_mut().unwrap().remove("key");
    assert_eq!(admin.get(PATH).await.ok(200), json!([listed]));
    assert_eq!(
        (text(&made["hint"]), &made["last_used_at"]),
        (&key[..10], &Value::Null)
    );
    assert_ne!(
        make(&admin, &[Scope::Read]).await["key"],
        key,
        "each is another"
    );

    let read = |conn: &mut Conn| Ok(api_keys::list(conn)?);
    let rows = world.nodes[0].app.store.read(read).await.unwrap();
    let row = format!("{:?}", rows[0]);
    assert!(!row.contains(&key[10..]), "{row}");
    let digest = Sha256::digest(key.as_bytes());
    let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(rows[0].0.hash, hash);

    let long = "x".repeat(101);
    for (field, wrong) in [
        ("name", json!({ "name": " ", "scopes": ["read"] })),
        ("name", json!({ "name": "a\nb", "scopes": ["read"] })),
        ("name", json!({ "name": long, "scopes": ["read"] })),
        ("scopes", json!({ "name": "a", "scopes": [] })),
        (
            "scopes[0]",
            json!({ "name": "a", "scopes": ["everything"] }),
        ),
        (
            "expires_at",
            json!({ "name": "a", "scopes": ["read"], "expires_at": now() - 1 }),
        ),
    ] {
        let answer = admin.post(PATH, wrong).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert_eq!(answer.body["errors"][0]["field"], field, "{}", answer.body);
    }
}

async fn a_key_ends_at_the_next_request(world: &World) {
    let admin = world.admin().await;
    let key = make(&admin, &[Scope::Read]).await;
    let path = format!("{PATH}/{}", text(&key["id"]));
    for turn in 0..world.nodes.len() {
        machine(world, turn, &key).get("/api/v1/reps").await.ok(200);
    }
    admin.delete(&path).await.ok(204);
    for turn in 0..world.nodes.len() {
        let gone = machine(world, turn, &key).get("/api/v1/reps").await;
        assert_eq!(gone.code(401), "token_invalid");
    }
    assert_eq!(admin.delete(&path).await.code(404), "not_found");
    assert_eq!(admin.get(PATH).await.ok(200), json!([]));

    let new = json!({ "name": "a", "scopes": ["read"], "expires_at": now() + 1_500 });
    let short = admin.post(PATH, new).await.ok(201);
    let short = machine(world, 0, &short);
    until("its end", async || {
        short.get("/api/v1/reps").await.status == 401
    })
    .await;

    // Nobody learns which it is: revoked, run out, never there.
    let ended = machine(world, 0, &key).get("/api/v1/reps").await.body["detail"].clone();
    let of = |token: &str| Person {
        token: token.into(),
        ..admin.clone()
    };
    let whole = text(&key["key"]);
    let longer = format!("{whole}0");
    let upper = whole.to_uppercase();
    for token in ["sbk_", "sbk_x", &whole[..67], &longer, &upper] {
        let answer = of(token).get("/api/v1/reps").await;
        assert_eq!(answer.clone().code(401), "token_invalid", "{token}");
        if token.starts_with("sbk_") {
            assert_eq!(answer.body["detail"], ended);
        }
    }
    assert_eq!(short.get("/api/v1/reps").await.body["detail"], ended);
}

/// Nobody keeps by a machine what he may not do himself any more.
async fn a_key_ends_with_the_power_of_who_made_it(world: &World) {
    let boss = world.admin().await;
    let own = make(&boss, &[Scope::Read]).await;
    let (disabled, demoted) = (world.admin().await, world.admin().await);
    for (admin, what, body) in [
        (&disabled, "disable", None),
        (&demoted, "role", Some(json!({ "role": "rep" }))),
    ] {
        let key = make(admin, &[Scope::Read]).await;
        let there = machine(world, 1, &key);
        there.get("/api/v1/reps").await.ok(200);
        let path = format!("/api/v1/people/{}/{what}", admin.id);
        let done = match body {
            Some(body) => boss.put(&path, body).await,
            None => boss.post(&path, json!({})).await,
        };
        assert!([200, 204].contains(&done.status), "{}", done.body);
        let gone = there.get("/api/v1/reps").await;
        assert_eq!(gone.code(401), "token_invalid", "{what}");
        let entries = boss.get("/api/v1/audit?act=authn_token_revoked").await;
        let newest = entries.ok(200)["items"][0].clone();
        assert_eq!(newest["object"]["id"], key["id"], "{what}");
        assert_eq!(newest["actor"]["id"], json!(boss.id), "{what}");
    }
    machine(world, 0, &own).get("/api/v1/reps").await.ok(200);
}

async fn no_key_gives_more_than_it_has(world: &World) {
    let admin = world.admin().await;
    let keys = machine(world, 0, &make(&admin, &[Scope::Keys, Scope::Read]).await);
    for more in [
        vec![Scope::Write],
        vec![Scope::Read, Scope::People],
        Scope::ALL.to_vec(),
    ] {
        let answer = keys
            .post(PATH, json!({ "name": "a", "scopes": more }))
            .await;
        assert_eq!(answer.code(422), "validation_failed");
    }
    let less = make(&keys, &[Scope::Read]).await;
    assert_eq!(less["created_by"], json!(keys.id));
    machine(world, 0, &less).get("/api/v1/reps").await.ok(200);
    // It makes no people, and one that makes people makes no keys.
    let rep = json!({ "username": "someone", "password": "correct horse" });
    assert_eq!(
        keys.post("/api/v1/reps", rep.clone()).await.code(403),
        "forbidden"
    );
    let people = machine(world, 0, &make(&admin, &[Scope::People]).await);
    people.post("/api/v1/reps", rep).await.ok(201);
    let new = json!({ "name": "a", "scopes": ["people"] });
    assert_eq!(people.post(PATH, new).await.code(403), "forbidden");
}

async fn what_a_key_does_stands_under_its_name(world: &World) {
    let admin = world.admin().await;
    let key = make(&admin, &[Scope::Write, Scope::People, Scope::Read]).await;
    let shop = machine(world, 0, &key);
    let (ann, rep) = (world.customer(0).await, world.rep(0, 1).await);
    let path = format!("/api/v1/reps/{}/capacity", rep.id);
    shop.put(&path, json!({ "capacity": 3 })).await.ok(200);
    let page = admin
        .get(&format!("/api/v1/audit?actor={}", shop.id))
        .await
        .ok(200);
    let entry = &page["items"][0];
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(entry["act"], "capacity_changed");
    assert_eq!(entry["actor"], json!({ "id": key["id"], "name": "Shop" }));
    assert_eq!(entry["api_key"], key["id"]);

    let id = ann.open().await;
    let said = shop.say(&id, "Your parcel is on its way.").await;
    assert_eq!(said["sender_id"], key["id"]);
    let transcript = ann
        .get(&format!("/api/v1/conversations/{id}/transcript"))
        .await
        .ok(200);
    assert!(text(&transcript).contains("Shop"), "{transcript}");
    assert_eq!(shop.get("/api/v1/me").await.ok(200)["display_name"], "Shop");
    // What it has done stays when it is gone.
    admin
        .delete(&format!("{PATH}/{}", text(&key["id"])))
        .await
        .ok(204);
    let page = admin
        .get(&format!("/api/v1/audit?actor={}", shop.id))
        .await
        .ok(200);
    assert_eq!(page["items"][0], *entry);
}

async fn that_it_is_used_is_written_once_a_minute(world: &World) {
    let admin = world.admin().await;
    let key = make(&admin, &[Scope::Read]).await;
    let shop = machine(world, 0, &key);
    let id: ApiKeyId = text(&key["id"]).parse().unwrap();
    let used = async || admin.get(PATH).await.ok(200)[0]["last_used_at"].as_i64();
    let begun = now();
    assert_eq!(used().await, None);
    shop.get("/api/v1/reps").await.ok(200);
    let first = used().await.unwrap();
    assert!((begun - 1..=now()).contains(&first), "{first}");
    for turn in 0..world.nodes.len() {
        shop.at(world.base(turn)).get("/api/v1/reps").await.ok(200);
    }
    assert_eq!(used().await, Some(first));
    let age = format!(
        "UPDATE api_keys SET last_used_at = {} WHERE id = {{0}}",
        now() - 60_001
    );
    tamper(world, &age, &[id.0]).await;
    // Also a request that is refused is a use.
    assert_eq!(shop.get("/api/v1/audit").await.status, 403);
    assert!(used().await >= Some(first));
}

async fn there_are_so_many_keys_and_no_more(world: &World) {
    let admin = world.admin().await;
    let first = make(&admin, &[Scope::Read]).await;
    let new = |_| admin.post(PATH, json!({ "name": "a", "scopes": ["read"] }));
    for _ in 0..9 {
        let made = futures_util::future::join_all((0..10).map(new)).await;
        assert!(made.iter().all(|one| one.status == 201), "{made:?}");
    }
    let last = futures_util::future::join_all((0..15).map(new)).await;
    let made = last.iter().filter(|one| one.status == 201).count();
    assert_eq!(made, 9, "{last:?}");
    let refused = last.into_iter().find(|one| one.status != 201).unwrap();
    assert_eq!(refused.code(429), "quota_exceeded");
    admin
        .delete(&format!("{PATH}/{}", text(&first["id"])))
        .await
        .ok(204);
    make(&admin, &[Scope::Read]).await;
}

async fn a_key_is_nobody_who_signs_in(world: &World) {
    let admin = world.admin().await;
    let shop = machine(world, 0, &make(&admin, Scope::ALL).await);
    let store = &world.nodes[0].app.store;
    let id = UserId(shop.id.0);
    let row = move |conn: &mut Conn| Ok(users::find(conn, id)?.unwrap());
    let row = store.read(row).await.unwrap();
    assert!(
        row.disabled_at.is_some() && row.password_hash.is_none(),
        "{row:?}"
    );
    assert!(row.username.is_none() && row.email.is_none() && row.phone.is_none());
    // It is not counted where admins are.
    let gone = "UPDATE users SET disabled_at = 1 WHERE id = {0}";
    tamper(world, gone, &[admin.id.0]).await;
    let exists = |conn: &mut Conn| Ok(users::admin_exists(conn)?);
    assert!(!store.read(exists).await.unwrap());
}

async fn an_old_login_makes_no_key_and_exports_nothing(world: &World) {
    let admin = world.admin().await;
    let every = machine(world, 0, &make(&admin, Scope::ALL).await);
    let new = || json!({ "name": "a", "scopes": ["read"] });
    let age = async |seconds: i64| {
        let begun = now() - seconds * 1_000;
        let sql = format!("UPDATE sessions SET created_at = {begun} WHERE user_id = {{0}}");
        tamper(world, &sql, &[admin.id.0]).await;
    };
    age(890).await;
    admin.post(PATH, new()).await.ok(201);
    age(901).await;
    let exports = ["/api/v1/export", "/api/v1/audit/export"];
    let refused = admin.post(PATH, new()).await;
    assert!(refused.body["detail"].to_string().contains("Sign in again"));
    assert_eq!(refused.code(403), "login_too_old");
    for path in exports {
        assert_eq!(admin.get(path).await.code(403), "login_too_old", "{path}");
        every.get(path).await.ok(200);
    }
    every.post(PATH, new()).await.ok(201);
    // He may look, and end what he has made.
    admin.get("/api/v1/audit").await.ok(200);
    let path = format!("{PATH}/{}", every.id);
    admin.delete(&path).await.ok(204);
}

/// What gives power away or takes everything out, and whatever opens the way to that: a link is the
/// account, a right may be that to take all out, and how old a login may be is a setting.
const POWER: [&str; 13] = [
    "POST /api/v1/api-keys",
    "POST /api/v1/widgets",
    "POST /api/v1/widgets/{id}/secret",
    "POST /api/v1/identities",
    "GET /api/v1/export",
    "GET /api/v1/audit/export",
    "GET /api/v1/me/export",
    "GET /api/v1/people/{id}/export",
    "POST /api/v1/people/{id}/erase",
    "PUT /api/v1/people/{id}/role",
    "POST /api/v1/people/{id}/password-link",
    "PUT /api/v1/reps/{id}/rights",
    "PATCH /api/v1/settings",
];

async fn what_gives_power_away_wants_a_young_login(world: &World) {
    let mut wrong = Vec::new();
    for route in POWER {
        let row = ROUTES.iter().find(|row| row.route == route);
        let row = row.unwrap_or_else(|| panic!("there is no {route}"));
        let scene = Scene::set(world, Who::Admin, wrong.len()).await;
        tamper(world, "UPDATE sessions SET created_at = 1", &[]).await;
        let told = scene.ask(row, &scene.conversation).await.told();
        if told != "403 login_too_old" {
            wrong.push(format!("{route}: {told}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

async fn no_key_becomes_a_person_with_power(world: &World) {
    let (admin, boss, rep) = (
        world.admin().await,
        world.admin().await,
        world.rep(0, 1).await,
    );
    let people = machine(world, 0, &make(&admin, &[Scope::People]).await);
    for person in [&boss, &rep] {
        let path = format!("/api/v1/people/{}/password-link", person.id);
        let link = people.post(&path, json!({})).await;
        assert_eq!(link.code(403), "forbidden");
    }
    let all = json!({ "claim": true, "sees": "all", "over_capacity": false, "export": true });
    let path = format!("/api/v1/reps/{}/rights", rep.id);
    assert_eq!(people.put(&path, all).await.code(403), "forbidden");
}
