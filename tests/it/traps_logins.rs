//! Tokens that must not pass, and refresh tokens that come twice.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use switchboard::words::UserId;
use switchboard::words::now;

use crate::bad_input::unharmed;
use crate::doctor::tamper;
use crate::harness::{World, until};
use crate::on_both;
use crate::person::Person;
use crate::wire::{Heard, RawSocket, Reply, Request};

on_both!(
    forged_tokens_open_nothing,
    a_lost_answer_is_given_again_and_a_copied_token_ends_the_login,
    two_tabs_refresh_at_once,
    a_token_is_good_only_where_its_login_began,
    a_login_ends_however_often_it_is_refreshed,
    a_lost_answer_is_given_again_for_ten_seconds_only,
);

async fn register(world: &World) -> Value {
    let name = format!("c-{}", uuid::Uuid::now_v7().simple());
    let body = json!({ "username": name, "password": "correct horse" });
    let request = Request::new("POST", "/api/v1/customers").json(&body);
    request.ask(&world.base(0)).await.body()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn parts(token: &str) -> [Value; 2] {
    let mut parts = token.split('.');
    [(); 2].map(|()| {
        let bytes = BASE64.decode(parts.next().unwrap()).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    })
}

fn signed(header: &Value, claims: &Value, secret: &str) -> String {
    let part = |value: &Value| BASE64.encode(value.to_string());
    let body = format!("{}.{}", part(header), part(claims));
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let signature = mac.chain_update(&body).finalize().into_bytes();
    format!("{body}.{}", BASE64.encode(signature))
}

fn with(value: &Value, name: &str, new: Value) -> Value {
    let mut value = value.clone();
    value[name] = new;
    value
}

/// Tokens that are wrong in one thing each, made from a good one's parts.
fn forgeries(
    header: &Value,
    claims: &Value,
    hers: &Value,
    secret: &str,
) -> Vec<(String, &'static str)> {
    let none = signed(&with(header, "alg", json!("none")), claims, secret);
    let unsigned = none.rsplit_once('.').unwrap().0.to_owned() + ".";
    let jwk = json!({ "kty": "oct", "k": BASE64.encode("x") });
    let at = now() / 1_000;
    vec![
        (none, "401 token_invalid"),
        (unsigned, "401 token_invalid"),
        (signed(header, claims, "x"), "401 token_invalid"),
        (
            signed(&with(header, "jwk", jwk), claims, "x"),
            "401 token_invalid",
        ),
        (
            signed(&with(header, "alg", json!("RS256")), claims, secret),
            "401 token_invalid",
        ),
        (
            signed(&with(header, "typ", json!("JWT")), claims, secret),
            "401 token_invalid",
        ),
        (
            signed(header, &with(claims, "exp", json!(at - 60)), secret),
            "401 token_expired",
        ),
        (
            signed(header, &with(claims, "nbf", json!(at + 60)), secret),
            "401 token_invalid",
        ),
        (
            signed(header, &with(claims, "aud", json!("x")), secret),
            "401 token_invalid",
        ),
        // Well signed, but of nobody: another's session, a session that never was, an old version.
        (
            signed(header, &with(claims, "sid", hers["sid"].clone()), secret),
            "401 session_ended",
        ),
        (
            signed(
                header,
                &with(claims, "sid", json!(uuid::Uuid::now_v7())),
                secret,
            ),
            "401 session_ended",
        ),
        (
            signed(header, &with(claims, "ver", json!(7)), secret),
            "401 session_ended",
        ),
    ]
}

async fn forged_tokens_open_nothing(world: &World) {
    let tokens = register(world).await;
    let good = text(&tokens, "access_token");
    let [header, claims] = parts(good);
    let secret = &world.settings.secret;
    assert_eq!(
        me(world, &signed(&header, &claims, secret)).await.status,
        200,
        "the test can sign"
    );

    let [_, hers] = parts(text(&register(world).await, "access_token"));
    let mut forged = forgeries(&header, &claims, &hers, secret);
    forged.extend([
        (
            text(&tokens, "refresh_token").to_owned(),
            "401 token_invalid",
        ),
        (format!("{good}x"), "401 token_invalid"),
        (good.replace('.', ".."), "401 token_invalid"),
    ]);
    // A key that the token itself names or brings is nobody's.
    let keys = [
        ("kid", json!("another")),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/key")),
        ("x5c", json!(["x"])),
    ];
    for (name, value) in keys {
        let token = signed(&with(&header, name, value), &claims, "x");
        forged.push((token, "401 token_invalid"));
    }
    let issuer = with(&claims, "iss", json!("elsewhere"));
    forged.push((signed(&header, &issuer, secret), "401 token_invalid"));
    for (token, expected) in forged {
        let reply = me(world, &token).await;
        assert_eq!(reply.told(), expected, "{token}");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        for path in ["/ws", "/ws/customer_support/x"] {
            let open = Request::new("GET", path).upgrade().token(&token);
            assert_eq!(open.ask(&world.base(1)).await.told(), expected, "{path}");
        }
    }
    // What the token says of the role counts for nothing: the record does.
    let admin = signed(&header, &with(&claims, "role", json!("admin")), secret);
    let request = Request::new("GET", "/api/v1/reps").token(&admin);
    assert_eq!(request.ask(&world.base(0)).await.told(), "403 forbidden");

    let access = json!({ "refresh_token": good });
    let refresh = Request::new("POST", "/api/v1/sessions/refresh").json(&access);
    assert_eq!(
        refresh.ask(&world.base(0)).await.told(),
        "401 token_invalid"
    );
    unharmed(world).await;
}

async fn me(world: &World, token: &str) -> Reply {
    let request = Request::new("GET", "/api/v1/me").token(token);
    request.ask(&world.base(0)).await
}

async fn refresh(world: &World, turn: usize, token: &str) -> Reply {
    let body = json!({ "refresh_token": token });
    let request = Request::new("POST", "/api/v1/sessions/refresh").json(&body);
    request.ask(&world.base(turn)).await
}

fn generation(pair: &Value) -> i64 {
    parts(text(pair, "refresh_token"))[1]["gen"]
        .as_i64()
        .unwrap()
}

async fn a_lost_answer_is_given_again_and_a_copied_token_ends_the_login(world: &World) {
    let first = register(world).await;
    let other = register(world).await;
    let mut socket = RawSocket::ready(&world.base(0), text(&first, "access_token")).await;
    let mut witness = RawSocket::ready(&world.base(0), text(&other, "access_token")).await;

    let second = refresh(world, 1, text(&first, "refresh_token"))
        .await
        .body();
    let again = refresh(world, 2, text(&first, "refresh_token")).await;
    assert_eq!(
        again.status, 200,
        "the answer may have been lost: {again:?}"
    );
    assert_eq!(
        generation(&again.body()),
        generation(&second),
        "the current pair"
    );
    let third = refresh(world, 0, text(&second, "refresh_token"))
        .await
        .body();
    assert_eq!(me(world, text(&third, "access_token")).await.status, 200);

    // Two generations old: somebody has copied it.
    let copied = refresh(world, 1, text(&first, "refresh_token")).await;
    assert_eq!(copied.told(), "401 token_reused");
    assert_eq!(copied.header("www-authenticate"), Some("Bearer"));
    for pair in [&first, &second, &third] {
        assert_eq!(
            me(world, text(pair, "access_token")).await.told(),
            "401 session_ended"
        );
        let next = refresh(world, 0, text(pair, "refresh_token")).await;
        assert_eq!(next.told(), "401 session_ended");
    }
    let bye = socket.wait(|frame| frame["type"] == "bye").await;
    assert_eq!(bye["reason"], "session_ended");
    assert_eq!(socket.end().await, Heard::Closed(4100));
    witness.say(&json!({ "type": "hello" })).await;
    witness.wait(|frame| frame["code"] == "already_ready").await;
    unharmed(world).await;
}

async fn a_login_ends_however_often_it_is_refreshed(world: &World) {
    const DAYS_30_MS: i64 = 30 * 24 * 60 * 60 * 1_000;
    let pair = register(world).await;
    let session = parts(text(&pair, "access_token"))[1]["sid"].clone();
    let session: uuid::Uuid = session.as_str().unwrap().parse().unwrap();
    let begun = async |ago: i64| {
        let sql = format!(
            "UPDATE sessions SET created_at = {} WHERE id = {{0}}",
            now() - ago
        );
        tamper(world, &sql, &[session]).await;
    };
    let lasts = async |token: &str| {
        let request = Request::new("GET", "/api/v1/me/sessions").token(token);
        let listed = request.ask(&world.base(1)).await.body();
        listed[0]["expires_at"].as_i64().unwrap() - now()
    };
    // As long as a refresh token, but no longer than the login.
    let week = lasts(text(&pair, "access_token")).await;
    assert!((604_700_000..=604_800_000).contains(&week), "{week}");
    begun(DAYS_30_MS - 60_000).await;
    let next = refresh(world, 1, text(&pair, "refresh_token")).await;
    assert_eq!(next.status, 200, "{next:?}");
    let left = lasts(text(&next.body(), "access_token")).await;
    assert!((1..=60_000).contains(&left), "{left}");
    begun(DAYS_30_MS).await;
    let over = refresh(world, 0, text(&next.body(), "refresh_token")).await;
    assert_eq!(over.told(), "401 session_ended");
    unharmed(world).await;
}

async fn two_tabs_refresh_at_once(world: &World) {
    let mut pair = register(world).await;
    for round in 0..10 {
        let token = text(&pair, "refresh_token").to_owned();
        let (one, two, three) = futures_util::join!(
            refresh(world, 0, &token),
            refresh(world, 1, &token),
            refresh(world, 2, &token),
        );
        for reply in [&one, &two, &three] {
            assert_eq!(reply.status, 200, "round {round}: {reply:?}");
            assert_eq!(generation(&reply.body()), generation(&pair) + 1);
        }
        pair = two.body();
    }
    unharmed(world).await;
}

async fn a_token_is_good_only_where_its_login_began(world: &World) {
    let nobody = Person::new(UserId::new(), String::new(), world.base(0), String::new());
    let name = format!("c-{}", uuid::Uuid::now_v7().simple());
    let body = json!({ "username": name, "password": "correct horse" });
    let native = nobody.post("/api/v1/customers", body.clone()).await.ok(201);
    let native = native["refresh_token"].as_str().unwrap().to_owned();
    let kept = nobody.post("/auth/token/", body).await.ok(200);
    let kept = kept["refresh"].as_str().unwrap().to_owned();

    // A rotating token cannot be used twice by going through the dialect.
    let sneaked = nobody
        .post("/auth/token/refresh/", json!({ "refresh": native }))
        .await;
    assert_eq!(sneaked.code(401), "session_ended");
    let turned = nobody
        .post(
            "/api/v1/sessions/refresh",
            json!({ "refresh_token": native }),
        )
        .await;
    turned.ok(200);
    // A kept one can be used again and again, and is not turned over by the native route.
    for _ in 0..3 {
        nobody
            .post("/auth/token/refresh/", json!({ "refresh": kept }))
            .await
            .ok(200);
    }
    let turned = nobody
        .post("/api/v1/sessions/refresh", json!({ "refresh_token": kept }))
        .await;
    assert_eq!(turned.code(401), "session_ended");
    nobody
        .post("/auth/token/refresh/", json!({ "refresh": kept }))
        .await
        .ok(200);
}

#[actix_web::test]
async fn a_setup_link_is_good_for_its_own_database_on_every_node() {
    // Tests give every world the same secret.
    let (here, there) = (World::embedded().await, World::embedded().await);
    let link = async |world: &World, node: usize| {
        let made = world.nodes[node].app.people.setup_token().await;
        made.unwrap().unwrap()
    };
    let set_up = async |token: String| {
        let body = json!({ "token": token, "username": "adm", "password": "correct horse" });
        let request = Request::new("POST", "/api/v1/setup").json(&body);
        request.ask(&here.base(0)).await
    };
    let foreign = set_up(link(&there, 0).await).await;
    assert_eq!(foreign.told(), "401 token_invalid");
    assert_eq!(set_up(link(&here, 0).await).await.status, 201);
    if let Some(many) = World::services(2).await {
        assert_eq!(link(&many, 0).await, link(&many, 1).await);
        many.end().await;
    }
}

async fn a_lost_answer_is_given_again_for_ten_seconds_only(world: &World) {
    let first = register(world).await;
    let second = refresh(world, 1, text(&first, "refresh_token"))
        .await
        .body();
    let session = parts(text(&first, "access_token"))[1]["sid"].clone();
    let session: uuid::Uuid = session.as_str().unwrap().parse().unwrap();
    let turned = async |ago: i64| {
        let sql = format!(
            "UPDATE sessions SET rotated_at = {} WHERE id = {{0}}",
            now() - ago
        );
        tamper(world, &sql, &[session]).await;
    };
    turned(3_000).await;
    let again = refresh(world, 2, text(&first, "refresh_token")).await;
    assert_eq!(again.status, 200, "{again:?}");
    assert_eq!(generation(&again.body()), generation(&second));
    turned(10_001).await;
    let late = refresh(world, 0, text(&first, "refresh_token")).await;
    assert_eq!(late.told(), "401 token_reused");
    let next = refresh(world, 1, text(&second, "refresh_token")).await;
    assert_eq!(next.told(), "401 session_ended");
    unharmed(world).await;
}

#[actix_web::test]
async fn a_socket_lasts_as_long_as_its_login_and_not_as_its_token() {
    let world = World::embedded_with(|one| {
        one.access_token_s = 1;
        one.position_check_ms = 300;
    })
    .await;
    let pair = register(&world).await;
    let token = text(&pair, "access_token");
    let mut socket = RawSocket::ready(&world.base(0), token).await;
    until("the end of the token", async || {
        me(&world, token).await.told() == "401 token_expired"
    })
    .await;
    socket.say(&json!({ "type": "hello" })).await;
    socket.wait(|frame| frame["code"] == "already_ready").await;
    let session = parts(token)[1]["sid"].clone();
    let session: uuid::Uuid = session.as_str().unwrap().parse().unwrap();
    let sql = format!(
        "UPDATE sessions SET expires_at = {} WHERE id = {{0}}",
        now() - 1
    );
    tamper(&world, &sql, &[session]).await;
    assert_eq!(socket.end().await, Heard::Closed(4100));
    world.end().await;
}
