//! Signing in as who one is elsewhere: as a user of a widget's host, by Telegram, or on the word of
//! a key. What proves nothing lets nobody in, and nobody becomes somebody else.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use switchboard::settings::Settings;
use switchboard::store::Conn;
use switchboard::store::identities::{self as rows, Identity};
use switchboard::words::{UserId, now};

use crate::harness::World;
use crate::on_both_with;
use crate::person::{Answer, Person};
use crate::visitors::{nobody, visitor, widget};

on_both_with!(
    with_a_bot;
    a_rep_sees_how_to_reach_whom_he_serves,
    a_hosts_user_is_the_same_each_time,
    nobody_is_found_by_an_e_mail_address,
    what_no_host_has_signed_lets_nobody_in,
    a_token_of_a_host_is_good_once,
    who_comes_twice_at_first_is_one,
    telegram_says_who_somebody_is,
    a_key_vouches_for_customers_and_for_nobody_else,
);

const BOT: &str = "1234567890:TEST-TOKEN-OF-NO-BOT";

fn with_a_bot(settings: &mut Settings) {
    settings.telegram_bot_token = BOT.into();
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.chain_update(text).finalize().into_bytes().to_vec()
}

pub fn jwt(header: &Value, claims: &Value, secret: &str) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(mac(secret.as_bytes(), &text));
    format!("{text}.{signature}")
}

pub fn head() -> Value {
    json!({ "typ": "identity+jwt", "alg": "HS256" })
}

/// What a host says of this user of its own. No two are the same.
pub fn claims(subject: &str) -> Value {
    let at = now() / 1_000;
    json!({
        "aud": "switchboard:identify", "sub": subject, "iat": at, "exp": at + 300,
        "jti": uuid::Uuid::now_v7(),
    })
}

/// A token of a host for this user of its own.
pub fn signed(secret: &str, subject: &str) -> String {
    jwt(&head(), &claims(subject), secret)
}

/// Shows a token of a host, at a node.
pub async fn identify(world: &World, turn: usize, widget: &Value, token: &str) -> Answer {
    let body = json!({ "widget": widget, "token": token });
    nobody(world, turn).post("/api/v1/identify", body).await
}

fn id_of(answer: &Value) -> &str {
    answer["user"]["id"].as_str().unwrap()
}

fn person(world: &World, turn: usize, answer: &Value) -> Person {
    let token = answer["access_token"].as_str().unwrap().to_owned();
    let id = id_of(answer).parse().unwrap();
    Person::new(id, String::new(), world.base(turn), token)
}

/// Of whose conversation he may read, and of nobody else.
async fn a_rep_sees_how_to_reach_whom_he_serves(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(0, 5).await);
    let shop = widget(&admin, json!({ "name": "Shop" })).await;
    let mut said = claims("7");
    said["name"] = json!("Ann of the shop");
    said["email"] = json!("ann@shop.example");
    let token = jwt(&head(), &said, shop["secret"].as_str().unwrap());
    let ann = person(
        world,
        0,
        &identify(world, 0, &shop["id"], &token).await.ok(200),
    );
    let path = format!("/api/v1/customers/{}", ann.id);
    rep.get(&path).await.code(404);
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    let told = rep.get(&path).await.ok(200);
    assert_eq!(
        (&told["account"], &told["widget"], &told["name"]),
        (&json!(true), &json!("Shop"), &said["name"])
    );
    let provider = format!("widget:{}", shop["id"].as_str().unwrap());
    let known = json!([{ "provider": provider, "name": said["name"], "email": said["email"] }]);
    assert_eq!(told["known_as"], known);

    // What somebody says of himself proves nothing.
    let vera = visitor(world, 0, None).await;
    let own = json!({ "city": "Rasht", "language": "fa-IR", "time_zone": "Asia/Tehran" });
    vera.patch("/api/v1/me", own).await.ok(200);
    rep.claim(&vera.open().await).await.ok(200);
    let path = format!("/api/v1/customers/{}", vera.id);
    let told = rep.get(&path).await.ok(200);
    assert_eq!(
        (&told["account"], &told["known_as"], &told["widget"]),
        (&json!(false), &json!([]), &Value::Null)
    );
    let place = ["city", "language", "time_zone"].map(|field| told[field].as_str().unwrap());
    assert_eq!(place, ["Rasht", "fa-IR", "Asia/Tehran"]);
    assert_eq!(told["email_confirmed_at"], Value::Null);
    ann.get(&path).await.code(403);
}

async fn a_hosts_user_is_the_same_each_time(world: &World) {
    let admin = world.admin().await;
    let (shop, forum) = (
        widget(&admin, json!({ "name": "Shop" })).await,
        widget(&admin, json!({ "name": "Forum" })).await,
    );
    let secret = |widget: &Value| widget["secret"].as_str().unwrap().to_owned();
    let says = async |turn: usize, subject: &str, more: Value| {
        let mut claims = claims(subject);
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let token = jwt(&head(), &claims, &secret(&shop));
        identify(world, turn, &shop["id"], &token).await.ok(200)
    };
    let said = json!({ "name": "Nilufar", "email": "n@shop.example" });
    let first = says(0, "7", said.clone()).await;
    assert_eq!(first["user"]["display_name"], "Nilufar");
    assert_eq!(
        (&first["user"]["email"], &first["user"]["username"]),
        (&Value::Null, &Value::Null)
    );
    let second = says(1, "7", json!({})).await;
    assert_eq!(id_of(&first), id_of(&second));
    assert_eq!(
        second["user"]["display_name"], "Nilufar",
        "what is not said stays"
    );
    assert_ne!(id_of(&first), id_of(&says(0, "8", json!({})).await));
    let elsewhere = identify(world, 0, &forum["id"], &signed(&secret(&forum), "7")).await;
    assert_ne!(id_of(&first), id_of(&elsewhere.ok(200)));

    // He goes on with it as with any other login.
    let he = person(world, 2, &second);
    let id = he.open().await;
    assert_eq!(person(world, 1, &first).view(&id).await["id"], id);
    let body = json!({ "refresh_token": second["refresh_token"] });
    let pair = nobody(world, 1)
        .post("/api/v1/sessions/refresh", body)
        .await;
    assert!(pair.ok(200)["access_token"].is_string());
    // A name of his own stays until the host has another for him.
    he.patch("/api/v1/me", json!({ "display_name": "Nilu" }))
        .await
        .ok(200);
    assert_eq!(says(0, "7", said).await["user"]["display_name"], "Nilu");
    let renamed = says(0, "7", json!({ "name": "Niloofar" })).await;
    assert_eq!(renamed["user"]["display_name"], "Niloofar");
    let of_him = format!("/api/v1/people/{}/identities", he.id);
    let known = admin.get(&of_him).await.ok(200);
    let provider = format!("widget:{}", shop["id"].as_str().unwrap());
    assert_eq!(known.as_array().unwrap().len(), 1);
    assert_eq!(
        (
            &known[0]["provider"],
            &known[0]["subject"],
            &known[0]["email"]
        ),
        (&json!(provider), &json!("7"), &json!("n@shop.example"))
    );
    // Who is disabled is let in by nobody.
    let path = format!("/api/v1/people/{}/disable", he.id);
    admin.post(&path, json!({})).await.ok(200);
    let refused = identify(world, 1, &shop["id"], &signed(&secret(&shop), "7")).await;
    assert_eq!(refused.code(401), "login_failed");
}

async fn nobody_is_found_by_an_e_mail_address(world: &World) {
    let (admin, nobody) = (world.admin().await, nobody(world, 0));
    let shop = widget(&admin, json!({ "name": "Shop" })).await;
    let mail = format!("{}@shop.example", UserId::new().0.simple());
    let new = json!({ "username": mail, "email": mail, "password": "correct horse" });
    let owner = nobody.post("/api/v1/customers", new).await.ok(201);
    let claim = async |subject: &str, email: &str| {
        let mut claims = claims(subject);
        claims["email"] = json!(email);
        let token = jwt(&head(), &claims, shop["secret"].as_str().unwrap());
        identify(world, 1, &shop["id"], &token).await.ok(200)
    };
    let stranger = claim("7", &mail).await;
    assert_ne!(id_of(&stranger), id_of(&owner));
    assert_ne!(id_of(&claim(&mail, &mail).await), id_of(&owner));
    let path = format!("/api/v1/people/{}", id_of(&owner));
    assert_eq!(admin.get(&path).await.ok(200)["email"], mail);
    let login = json!({ "login": mail, "password": "correct horse" });
    let again = nobody.post("/api/v1/sessions", login).await.ok(200);
    assert_eq!(id_of(&again), id_of(&owner));
    // What a host says takes no address from anybody.
    let free = format!("free-{mail}");
    claim("8", &free).await;
    let new = json!({ "username": free, "email": free, "password": "correct horse" });
    nobody.post("/api/v1/customers", new).await.ok(201);
}

async fn what_no_host_has_signed_lets_nobody_in(world: &World) {
    let admin = world.admin().await;
    let shop = widget(&admin, json!({ "name": "Shop" })).await;
    let forum = widget(&admin, json!({ "name": "Forum" })).await;
    let (secret, at) = (shop["secret"].as_str().unwrap(), now() / 1_000);
    let with = |name: &str, value: Value| {
        let mut claims = claims("7");
        claims[name] = value;
        jwt(&head(), &claims, secret)
    };
    let typed =
        |typ: &str, alg: &str| jwt(&json!({ "typ": typ, "alg": alg }), &claims("7"), secret);
    let unsigned = typed("identity+jwt", "none");
    let unsigned = unsigned.rsplit_once('.').unwrap().0;
    let own = nobody(world, 0)
        .post("/api/v1/visitors", json!({}))
        .await
        .ok(201);
    let cases = [
        ("forged", signed("sbw_another", "7"), "token_invalid"),
        (
            "of another widget",
            signed(forum["secret"].as_str().unwrap(), "7"),
            "token_invalid",
        ),
        ("alg none", format!("{unsigned}."), "token_invalid"),
        (
            "alg none, signed",
            typed("identity+jwt", "none"),
            "token_invalid",
        ),
        ("another type", typed("JWT", "HS256"), "token_invalid"),
        ("an access token", admin.token.clone(), "token_invalid"),
        (
            "a visitor's",
            own["token"].as_str().unwrap().into(),
            "token_invalid",
        ),
        (
            "for others",
            with("aud", json!("switchboard:access")),
            "token_invalid",
        ),
        ("expired", with("exp", json!(at - 10)), "token_expired"),
        ("without end", with("exp", Value::Null), "token_invalid"),
        (
            "for an hour",
            with("exp", json!(at + 3_600)),
            "token_invalid",
        ),
        (
            "of tomorrow",
            with("iat", json!(at + 86_400)),
            "token_invalid",
        ),
    ];
    for (what, token, code) in cases {
        let refused = identify(world, 0, &shop["id"], &token).await;
        assert_eq!(refused.code(401), code, "{what}");
    }
    let wrong = identify(world, 0, &shop["id"], &with("email", json!("nowhere"))).await;
    assert_eq!(wrong.ok(422)["errors"][0]["field"], "email");
    // A widget that is nobody's answers as any other.
    let told = async |widget: Value| {
        let mut body = identify(world, 0, &widget, &signed("sbw_x", "7"))
            .await
            .ok(401);
        body.as_object_mut().unwrap().remove("request_id");
        body
    };
    assert_eq!(
        told(shop["id"].clone()).await,
        told(json!(UserId::new())).await
    );
    let people = admin.get("/api/v1/people?role=customer").await.ok(200);
    assert_eq!(
        people["items"].as_array().unwrap().len(),
        1,
        "the visitor, and no more"
    );
}

async fn a_token_of_a_host_is_good_once(world: &World) {
    let admin = world.admin().await;
    let shop = widget(&admin, json!({ "name": "Shop" })).await;
    let token = signed(shop["secret"].as_str().unwrap(), "7");
    let tries = (0..6).map(async |turn| identify(world, turn, &shop["id"], &token).await.status);
    let mut answers = join_all(tries).await;
    answers.sort_unstable();
    assert_eq!(answers, [200, 401, 401, 401, 401, 401]);
    let replayed = identify(world, 1, &shop["id"], &token).await;
    assert_eq!(replayed.code(401), "token_reused");
    let fresh = signed(shop["secret"].as_str().unwrap(), "7");
    identify(world, 1, &shop["id"], &fresh).await.ok(200);
}

async fn who_comes_twice_at_first_is_one(world: &World) {
    let admin = world.admin().await;
    let shop = widget(&admin, json!({ "name": "Shop" })).await;
    let tries = (0..8).map(async |turn| {
        let token = signed(shop["secret"].as_str().unwrap(), "7");
        let answer = identify(world, turn, &shop["id"], &token).await.ok(200);
        id_of(&answer).to_owned()
    });
    let mut ids = join_all(tries).await;
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    let people = admin.get("/api/v1/people?role=customer").await.ok(200);
    assert_eq!(people["items"].as_array().unwrap().len(), 1);
}

/// The HMAC of fields, as Telegram makes it.
fn telegram_hash(fields: &Value, secret: &[u8]) -> String {
    let plain = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let fields = fields.as_object().unwrap().iter();
    let mut lines: Vec<_> = fields
        .map(|(name, one)| format!("{name}={}", plain(one)))
        .collect();
    lines.sort();
    let bytes = mac(secret, &lines.join("\n")).into_iter();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

/// What the Login Widget hands over.
fn login(id: i64, said_at: i64) -> Value {
    let mut fields = json!({
        "id": id, "first_name": "Niloofar", "username": "nobody", "auth_date": said_at,
    });
    fields["hash"] = json!(telegram_hash(&fields, &Sha256::digest(BOT)));
    fields
}

/// What a Mini App has as `initData`.
fn init_data(id: i64, said_at: i64) -> String {
    let user = json!({ "id": id, "first_name": "Niloofar & Co", "last_name": "" }).to_string();
    let fields = json!({ "query_id": "AAF", "user": user, "auth_date": said_at.to_string() });
    let hash = telegram_hash(&fields, &mac(b"WebAppData", BOT));
    let coded: String = user.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("query_id=AAF&user={coded}&auth_date={said_at}&hash={hash}")
}

async fn telegram_says_who_somebody_is(world: &World) {
    let admin = world.admin().await;
    let (one, other, at) = (7_000_000_001_i64, 7_000_000_002_i64, now() / 1_000);
    let by =
        async |turn: usize, body: Value| nobody(world, turn).post("/api/v1/telegram", body).await;
    let shown = json!({ "login": login(one, at) });
    let first = by(0, shown.clone()).await.ok(200);
    assert_eq!(first["user"]["display_name"], "Niloofar");
    person(world, 1, &first).open().await;
    assert_eq!(by(1, shown).await.code(401), "token_reused");
    let app = json!({ "init_data": init_data(one, at) });
    for turn in 0..2 {
        let again = by(turn, app.clone()).await.ok(200);
        assert_eq!(id_of(&again), id_of(&first), "as often as it is loaded");
    }
    let another = by(2, json!({ "init_data": init_data(other, at) }))
        .await
        .ok(200);
    assert_ne!(id_of(&another), id_of(&first));
    let path = format!("/api/v1/people/{}/identities", id_of(&first));
    let known = admin.get(&path).await.ok(200);
    assert_eq!(
        (&known[0]["provider"], &known[0]["subject"]),
        (&json!("telegram"), &json!(one.to_string()))
    );

    let mut forged = login(one, at);
    forged["id"] = json!(other);
    let long_ago = at - 3_700;
    for (body, code) in [
        (json!({ "login": forged }), "token_invalid"),
        (
            json!({ "login": { "id": one, "auth_date": at } }),
            "token_invalid",
        ),
        (json!({ "login": login(one, long_ago) }), "token_expired"),
        (json!({ "login": login(one, at + 60) }), "token_invalid"),
        (
            json!({ "init_data": init_data(one, long_ago) }),
            "token_expired",
        ),
        (
            json!({ "init_data": init_data(one, at).replace("AAF", "AAG") }),
            "token_invalid",
        ),
        (json!({ "init_data": "" }), "token_invalid"),
    ] {
        assert_eq!(by(0, body.clone()).await.code(401), code, "{body}");
    }
    for body in [
        json!({}),
        json!({ "login": login(one, at), "init_data": "" }),
        json!({ "telegram_id": one }),
        json!({ "login": { "id": [one] } }),
    ] {
        assert_eq!(
            by(0, body.clone()).await.code(422),
            "validation_failed",
            "{body}"
        );
    }
}

async fn bind(world: &World, subject: &str, to: UserId) {
    let row = Identity {
        provider: "telegram".into(),
        subject: subject.into(),
        user_id: to,
        name: None,
        email: None,
        created_at: now(),
    };
    let write = move |conn: &mut Conn| Ok(rows::insert(conn, &row).map(drop)?);
    world.nodes[0].app.store.write(write).await.unwrap();
}

async fn a_key_vouches_for_customers_and_for_nobody_else(world: &World) {
    let admin = world.admin().await;
    let key = async |scopes: Value| {
        let new = json!({ "name": "Bot", "scopes": scopes });
        let made = admin.post("/api/v1/api-keys", new).await.ok(201);
        let id = made["id"].as_str().unwrap().parse().unwrap();
        let token = made["key"].as_str().unwrap().to_owned();
        Person::new(id, "Bot".into(), world.base(1), token)
    };
    let bot = key(json!(["identities"])).await;
    let vouch = async |by: &Person, subject: &str| {
        let body = json!({
            "provider": "telegram", "subject": subject, "display_name": "Niloofar\u{202E}\n",
        });
        by.post("/api/v1/identities", body).await
    };
    let first = vouch(&bot, "7000000001").await.ok(200);
    assert_eq!(first["user"]["display_name"], "Niloofar");
    let he = person(world, 2, &first);
    he.open().await;
    // The same as by Telegram itself.
    let shown = json!({ "init_data": init_data(7_000_000_001, now() / 1_000) });
    let himself = nobody(world, 0)
        .post("/api/v1/telegram", shown)
        .await
        .ok(200);
    assert_eq!(id_of(&himself), id_of(&first));
    let query = format!("/api/v1/audit?act=identity_vouched&object={}", he.id);
    let entries = admin.get(&query).await.ok(200);
    let entries = entries["items"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(entries[0]["api_key"], json!(bot.id));
    assert!(
        !entries[0].to_string().contains("7000000001"),
        "{entries:?}"
    );

    let others = key(json!([
        "read", "write", "people", "queues", "export", "audit", "keys", "widgets"
    ]));
    assert_eq!(
        vouch(&others.await, "7000000001").await.code(403),
        "forbidden"
    );
    assert_eq!(vouch(&he, "7000000001").await.code(403), "forbidden");
    for subject in ["", "0", "-1", "07", "seven", "7000000001 "] {
        let refused = vouch(&bot, subject).await.ok(422);
        assert_eq!(refused["errors"][0]["field"], "subject", "{subject:?}");
    }
    let elsewhere = json!({ "provider": "widget:x", "subject": "7" });
    let refused = bot.post("/api/v1/identities", elsewhere).await;
    assert_eq!(refused.code(422), "validation_failed");
    // Whoever has power here is vouched for by nobody.
    for (subject, who) in [("71", admin.id), ("72", world.rep(0, 1).await.id)] {
        bind(world, subject, who).await;
        assert_eq!(vouch(&bot, subject).await.code(401), "login_failed");
    }
    assert_eq!(
        admin.get(&query).await.ok(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
