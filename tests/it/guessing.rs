//! Guessing passwords costs waiting, and keeps nobody out who is not guessing.

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use futures_util::future::join_all;
use serde_json::{Value, json};
use switchboard::settings::Settings;
use switchboard::store::Conn;
use switchboard::store::users::{self, User};
use switchboard::words::UserId;

use crate::bad_input::unharmed;
use crate::harness::World;
use crate::on_both_with;
use crate::wire::{Reply, Request};

on_both_with!(
    strict;
    wrong_passwords_wait_whether_or_not_the_name_is_somebodys,
    an_owner_is_not_kept_out_by_others_who_guess,
    an_address_has_its_share_of_wrong_passwords,
    who_must_wait_costs_nobody_anything,
    an_address_registers_so_many_and_no_more,
    an_address_gets_so_many_tokens_and_no_more,
    an_old_hash_is_replaced_when_its_owner_signs_in,
);

const PASSWORD: &str = "correct horse";

fn strict(settings: &mut Settings) {
    settings.login_tries_max = 3;
    settings.login_tries_per_address_max = 8;
    settings.login_tries_per_name_max = 6;
    settings.registrations_per_address_max = 3;
    settings.tokens_per_address_max = 5;
}

/// As our own proxy passes it on for a client of this address.
async fn ask(world: &World, path: &str, body: &Value, from: &str) -> Reply {
    let request = Request::new("POST", path).json(body);
    let request = request.header("X-Forwarded-For", from);
    request.ask(&world.base(0)).await
}

async fn sign_in(world: &World, name: &str, password: &str, from: &str) -> Reply {
    let body = json!({ "login": name, "password": password });
    ask(world, "/api/v1/sessions", &body, from).await
}

fn fresh() -> String {
    format!("p-{}", uuid::Uuid::now_v7().simple())
}

/// Registers somebody; answers his name and his tokens.
async fn register(world: &World, from: &str) -> (String, Value) {
    let name = fresh();
    let body = json!({ "username": name, "password": PASSWORD });
    let reply = ask(world, "/api/v1/customers", &body, from).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    (name, reply.body())
}

/// What tells answers apart, without what is another each time.
fn shown(reply: &Reply) -> Value {
    let mut body = reply.body();
    body.as_object_mut().unwrap().remove("request_id");
    let mut headers: Vec<_> = reply
        .headers
        .iter()
        .filter(|(name, _)| !["date", "content-length"].contains(&name.as_str()))
        .collect();
    headers.sort();
    json!([reply.status, body, headers])
}

#[track_caller]
fn waits(reply: &Reply) -> u64 {
    assert_eq!(reply.told(), "429 rate_limited", "{reply:?}");
    let seconds: u64 = reply.header("retry-after").unwrap().parse().unwrap();
    let detail = reply.body()["detail"].to_string();
    assert!(
        detail.contains(&format!("Wait {seconds} s")),
        "{seconds} s: {detail}"
    );
    seconds
}

async fn wrong_passwords_wait_whether_or_not_the_name_is_somebodys(world: &World) {
    let (known, _) = register(world, "203.0.113.1").await;
    let unknown = fresh();
    for turn in 0..3 {
        let mut shown_to = Vec::new();
        for name in [&known, &unknown] {
            let reply = sign_in(world, name, "wrong", "203.0.113.9").await;
            assert_eq!(reply.told(), "401 login_failed", "{turn}: {reply:?}");
            shown_to.push(shown(&reply));
        }
        assert_eq!(shown_to[0], shown_to[1]);
    }
    let mut refusals = Vec::new();
    for name in [&known, &unknown] {
        let reply = sign_in(world, name, PASSWORD, "203.0.113.9").await;
        assert!((8..=10).contains(&waits(&reply)), "{reply:?}");
        // How much of the wait is over depends on how fast this machine is.
        let mut shown = shown(&reply);
        shown[1].as_object_mut().unwrap().remove("detail");
        let headers = shown[2].as_array_mut().unwrap();
        headers.retain(|header| header[0] != "retry-after");
        refusals.push(shown);
    }
    assert_eq!(refusals[0], refusals[1]);
    // Another spelling of the name, and another way in, are the same name.
    let spelt = format!(" {} ", known.to_uppercase());
    waits(&sign_in(world, &spelt, PASSWORD, "203.0.113.9").await);
    let body = json!({ "username": known, "password": PASSWORD });
    let dialect = ask(world, "/auth/token/", &body, "203.0.113.9").await;
    assert_eq!(dialect.status, 429, "{dialect:?}");
    assert!(dialect.header("retry-after").is_some(), "{dialect:?}");
    assert_eq!(dialect.body()["code"], "rate_limited");
    unharmed(world).await;
}

async fn an_owner_is_not_kept_out_by_others_who_guess(world: &World) {
    let (home, elsewhere) = ("203.0.113.1", "198.51.100.77");
    let (name, made) = register(world, home).await;
    // Each of them as often as he may, and then all of them one by one.
    for guesser in ["203.0.113.8", "203.0.113.9"] {
        for _ in 0..3 {
            let reply = sign_in(world, &name, "wrong", guesser).await;
            assert_eq!(reply.told(), "401 login_failed", "{reply:?}");
        }
        waits(&sign_in(world, &name, "wrong", guesser).await);
    }
    let stranger = sign_in(world, &name, PASSWORD, elsewhere).await;
    let pace = waits(&stranger);
    assert!((90..=100).contains(&pace), "{pace} s");
    for _ in 0..5 {
        let owner = sign_in(world, &name, PASSWORD, home).await;
        assert_eq!(owner.status, 200, "{owner:?}");
    }
    // Who is signed in is not concerned, and takes the place where he is for one of his own.
    let token = made["access_token"].as_str().unwrap();
    let me = Request::new("GET", "/api/v1/me").token(token);
    assert_eq!(me.ask(&world.base(0)).await.status, 200);
    let body = json!({ "refresh_token": made["refresh_token"] });
    let kept = ask(world, "/api/v1/sessions/refresh", &body, elsewhere).await;
    assert_eq!(kept.status, 200, "{kept:?}");
    let owner = sign_in(world, &name, PASSWORD, elsewhere).await;
    assert_eq!(owner.status, 200, "{owner:?}");
    waits(&sign_in(world, &name, PASSWORD, "198.51.100.78").await);
}

async fn an_address_has_its_share_of_wrong_passwords(world: &World) {
    let (name, _) = register(world, "203.0.113.1").await;
    for _ in 0..8 {
        let reply = sign_in(world, &fresh(), "wrong", "203.0.113.9").await;
        assert_eq!(reply.told(), "401 login_failed", "{reply:?}");
    }
    for claimed in ["203.0.113.9", "198.51.100.1, 203.0.113.9"] {
        waits(&sign_in(world, &name, PASSWORD, claimed).await);
    }
    let other = sign_in(world, &name, PASSWORD, "203.0.113.10").await;
    assert_eq!(other.status, 200, "{other:?}");
}

/// As many at once as would fill the queue before the hashing several times.
async fn who_must_wait_costs_nobody_anything(world: &World) {
    let (name, _) = register(world, "203.0.113.1").await;
    for _ in 0..3 {
        sign_in(world, &name, "wrong", "203.0.113.9").await;
    }
    let flood = (0..300).map(|_| sign_in(world, &name, "wrong", "203.0.113.9"));
    let owner = sign_in(world, &name, PASSWORD, "203.0.113.1");
    let (refused, owner) = futures_util::join!(join_all(flood), owner);
    assert_eq!(owner.status, 200, "{owner:?}");
    for reply in refused {
        waits(&reply);
    }
    // Nor do many names from one address fill it.
    let flood = (0..100).map(|_| async { sign_in(world, &fresh(), "wrong", "203.0.113.10").await });
    for reply in join_all(flood).await {
        assert!([401, 429].contains(&reply.status), "{reply:?}");
    }
}

async fn an_address_registers_so_many_and_no_more(world: &World) {
    register(world, "203.0.113.1").await;
    let dialect = |name: String| {
        let user = json!({ "username": name });
        json!({ "user": user, "password": PASSWORD, "password1": PASSWORD })
    };
    let path = "/api/register_customer/";
    let made = ask(world, path, &dialect(fresh()), "203.0.113.1").await;
    assert_eq!(made.status, 201, "{made:?}");
    let body = json!({ "username": fresh(), "password": "short" });
    let short = ask(world, "/api/v1/customers", &body, "203.0.113.1").await;
    assert_eq!(short.told(), "422 validation_failed", "{short:?}");
    let body = json!({ "username": fresh(), "password": PASSWORD });
    waits(&ask(world, "/api/v1/customers", &body, "203.0.113.1").await);
    let refused = ask(world, path, &dialect(fresh()), "203.0.113.1").await;
    assert_eq!(refused.status, 429, "{refused:?}");
    assert!(refused.header("retry-after").is_some(), "{refused:?}");
    let setup = json!({ "token": "wrong", "username": "x", "password": PASSWORD });
    waits(&ask(world, "/api/v1/setup", &setup, "203.0.113.1").await);
    register(world, "203.0.113.2").await;
}

async fn an_address_gets_so_many_tokens_and_no_more(world: &World) {
    let (_, made) = register(world, "203.0.113.1").await;
    let token = made["access_token"].as_str().unwrap();
    let ticket = async |from: &str| {
        let request = Request::new("POST", "/api/v1/socket-tickets").token(token);
        let request = request.header("X-Forwarded-For", from);
        request
            .header("Content-Length", "0")
            .ask(&world.base(0))
            .await
    };
    let shown = async |ticket: &str, from: &str| {
        let request = Request::new("GET", "/ws").upgrade();
        let request = request.header("X-Forwarded-For", from);
        let protocols = format!("switchboard.v1, ticket.{ticket}");
        let request = request.header("Sec-WebSocket-Protocol", &protocols);
        request.ask(&world.base(0)).await
    };
    let got = ticket("203.0.113.1").await;
    assert_eq!(got.status, 201, "{got:?}");
    let good = got.body()["ticket"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        let reply = shown("nonsense", "203.0.113.1").await;
        assert_eq!(reply.told(), "401 token_invalid", "{reply:?}");
    }
    for path in ["/api/v1/sessions/refresh", "/auth/token/refresh/"] {
        let body = json!({ "refresh_token": "nonsense" });
        let dialect = json!({ "refresh": "nonsense" });
        let body = if path.starts_with("/api") {
            &body
        } else {
            &dialect
        };
        let reply = ask(world, path, body, "203.0.113.1").await;
        assert_eq!(reply.status, 401, "{reply:?}");
    }
    waits(&ticket("203.0.113.1").await);
    waits(&shown(&good, "203.0.113.1").await);
    let body = json!({ "refresh_token": made["refresh_token"] });
    waits(&ask(world, "/api/v1/sessions/refresh", &body, "203.0.113.1").await);
    // Nothing was used up by that.
    let reply = shown(&good, "203.0.113.2").await;
    assert_eq!(reply.status, 101, "{reply:?}");
    let reply = ask(world, "/api/v1/sessions/refresh", &body, "203.0.113.2").await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

/// A hash of a cost that nobody would choose today.
fn cheap_hash() -> String {
    let params = Params::new(64, 1, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password(PASSWORD.as_bytes()).unwrap();
    hash.to_string()
}

async fn an_old_hash_is_replaced_when_its_owner_signs_in(world: &World) {
    let store = &world.nodes[0].app.store;
    let ann = world.customer(0).await;
    let stored = async || -> User {
        let id: UserId = ann.id;
        let read = move |conn: &mut Conn| Ok(users::find(conn, id)?);
        store.read(read).await.unwrap().unwrap()
    };
    let (id, cheap) = (UserId::new(), cheap_hash());
    let old = User {
        id,
        number: stored().await.number ^ 1,
        username: Some(fresh()),
        ..stored().await
    };
    let name = old.username.clone().unwrap();
    let old = User {
        username_key: Some(name.clone()),
        password_hash: Some(cheap.clone()),
        ..old
    };
    let write = move |conn: &mut Conn| Ok(users::insert(conn, &old).map(drop)?);
    store.write(write).await.unwrap();
    let hash = async || {
        let read = move |conn: &mut Conn| Ok(users::find(conn, id)?);
        let found = store.read(read).await.unwrap().unwrap();
        found.password_hash.unwrap()
    };
    assert_eq!(
        sign_in(world, &name, "wrong", "203.0.113.1").await.status,
        401
    );
    assert_eq!(hash().await, cheap, "a wrong password changes nothing");
    assert_eq!(
        sign_in(world, &name, PASSWORD, "203.0.113.1").await.status,
        200
    );
    let fresh = hash().await;
    assert!(
        fresh.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{fresh}"
    );
    assert_eq!(
        sign_in(world, &name, PASSWORD, "203.0.113.1").await.status,
        200
    );
    assert_eq!(hash().await, fresh, "once is enough");
}

#[actix_web::test]
async fn what_nobody_of_ours_has_forwarded_is_not_believed() {
    let world = World::embedded_with(|settings| {
        strict(settings);
        settings.trusted_proxies = Vec::new();
    })
    .await;
    let name = fresh();
    for claimed in ["203.0.113.1", "203.0.113.2", "203.0.113.3"] {
        let reply = sign_in(&world, &name, "wrong", claimed).await;
        assert_eq!(reply.told(), "401 login_failed", "{reply:?}");
    }
    waits(&sign_in(&world, &name, "wrong", "203.0.113.4").await);
    world.end().await;
}
