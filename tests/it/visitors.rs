//! Visitors: customers who have not said who they are. One token opens what is theirs, lasts while
//! it is used, and ends as logins do.

use futures_util::future::join_all;
use serde_json::{Value, json};
use switchboard::settings::Settings;
use switchboard::store::visitors as rows;
use switchboard::store::{Conn, sessions};
use switchboard::words::{SessionId, UserId, now};

use crate::doctor::tamper;
use crate::harness::World;
use crate::on_both_with;
use crate::person::Person;
use crate::wire::{Reply, Request};

on_both_with!(
    few;
    a_visitor_talks_and_sees_only_his_own,
    a_token_ends_and_its_socket_with_it,
    a_token_lasts_as_long_as_it_is_used,
    a_flood_by_one_widget_blocks_no_other,
    what_is_wrong_makes_nobody,
    who_has_no_password_takes_his_data_out_and_goes,
);

const LASTS_S: i64 = 1_000;

fn few(settings: &mut Settings) {
    settings.visitors_per_address_max = 3;
    settings.visitors_per_widget_max = 7;
    settings.visitor_token_s = LASTS_S;
    // Only the doorbell tells that a login has ended.
    settings.position_check_ms = 600_000;
}

/// Whoever asks without a login, at a node.
pub fn nobody(world: &World, turn: usize) -> Person {
    let base = world.base(turn);
    Person::new(UserId::new(), String::new(), base, String::new())
}

/// A visitor, who has come by this widget or by none.
pub async fn visitor(world: &World, turn: usize, widget: Option<&Value>) -> Person {
    let nobody = nobody(world, turn);
    let body = json!({ "widget": widget, "display_name": "Somebody" });
    let made = nobody.post("/api/v1/visitors", body).await.ok(201);
    let id = made["user"]["id"].as_str().unwrap().parse().unwrap();
    let token = made["token"].as_str().unwrap().to_owned();
    Person::new(id, "Somebody".into(), nobody.base, token)
}

/// A widget as it is answered to who makes it.
pub async fn widget(admin: &Person, body: Value) -> Value {
    admin.post("/api/v1/widgets", body).await.ok(201)
}

/// As our own proxy passes it on for a client of this address.
async fn come(world: &World, widget: Option<&Value>, from: &str) -> Reply {
    let request = Request::new("POST", "/api/v1/visitors").json(&json!({ "widget": widget }));
    let request = request.header("X-Forwarded-For", from);
    request.ask(&world.base(0)).await
}

async fn a_visitor_talks_and_sees_only_his_own(world: &World) {
    let (vera, other) = (visitor(world, 0, None).await, visitor(world, 1, None).await);
    assert!(vera.token.starts_with("sbv_") && vera.token.len() == 68);
    let me = vera.get("/api/v1/me").await.ok(200);
    assert_eq!(me["display_name"], "Somebody");
    assert_eq!(
        (&me["role"], &me["username"]),
        (&json!("customer"), &Value::Null)
    );
    let rep = world.rep(1, 3).await;
    let mut of_rep = rep.socket().await;
    let id = vera.open().await;
    of_rep.wait("assigned").await;
    // By the header at one node, by a ticket at another.
    let mut socket = vera.at(world.base(2)).socket().await;
    let ticket = vera.post("/api/v1/socket-tickets", json!({})).await.ok(201);
    let offered = format!(
        "switchboard.v1, ticket.{}",
        ticket["ticket"].as_str().unwrap()
    );
    let opened = Request::new("GET", "/ws").upgrade();
    let opened = opened.header("Sec-WebSocket-Protocol", &offered);
    assert_eq!(opened.ask(&world.base(1)).await.status, 101);
    rep.say(&id, "what can I do for you?").await;
    socket.event("message").await;
    vera.say(&id, "my parcel").await;
    of_rep.event("message").await;

    // Foreign is unknown, and he is no one who could sign in or rule.
    let path = format!("/api/v1/conversations/{id}");
    assert_eq!(other.get(&path).await.code(404), "not_found");
    assert_eq!(
        other.get("/api/v1/conversations").await.ok(200)["items"],
        json!([])
    );
    assert_eq!(vera.get("/api/v1/people").await.code(403), "forbidden");
    let change = json!({ "email": "v@shop.example", "password": "correct horse" });
    assert_eq!(
        vera.patch("/api/v1/me", change).await.code(422),
        "validation_failed"
    );
    let logins = vera.get("/api/v1/me/sessions").await.ok(200);
    assert_eq!(logins.as_array().unwrap().len(), 1);
    assert_eq!(logins[0]["current"], true);
    let unnamed = nobody(world, 0)
        .post("/api/v1/visitors", json!({}))
        .await
        .ok(201);
    let name = format!("Visitor {}", unnamed["user"]["number"]);
    assert_eq!(unnamed["user"]["display_name"], name);
    // Staff can tell that from a name of his own.
    let admin = world.admin().await;
    for (id, named) in [(&json!(vera.id), true), (&unnamed["user"]["id"], false)] {
        let path = format!("/api/v1/customers/{}", id.as_str().unwrap());
        assert_eq!(admin.get(&path).await.ok(200)["named"], named);
    }
    assert_eq!(unnamed["expires_in"], LASTS_S);
}

async fn a_token_ends_and_its_socket_with_it(world: &World) {
    let admin = world.admin().await;
    let ended = async |visitor: &Person| {
        assert_eq!(visitor.get("/api/v1/me").await.code(401), "session_ended");
        let elsewhere = visitor
            .at(world.base(1))
            .post("/api/v1/socket-tickets", json!({}))
            .await;
        assert_eq!(elsewhere.code(401), "session_ended");
    };
    let vera = visitor(world, 1, None).await;
    let mut socket = vera.socket().await;
    vera.delete("/api/v1/sessions/current").await.ok(204);
    assert_eq!(socket.closed().await, Some(4100));
    ended(&vera).await;

    let vera = visitor(world, 1, None).await;
    let mut socket = vera.socket().await;
    let path = format!("/api/v1/people/{}", vera.id);
    let logins = admin.get(&format!("{path}/sessions")).await.ok(200);
    assert_eq!(logins.as_array().unwrap().len(), 1);
    admin.delete(&format!("{path}/sessions")).await.ok(204);
    assert_eq!(socket.closed().await, Some(4100));
    ended(&vera).await;

    let vera = visitor(world, 1, None).await;
    let mut socket = vera.socket().await;
    let path = format!("/api/v1/people/{}/disable", vera.id);
    admin.post(&path, json!({})).await.ok(200);
    assert_eq!(socket.closed().await, Some(4100));
    ended(&vera).await;
    // His old token is no refresh token, and no other is one of his.
    let body = json!({ "refresh_token": vera.token });
    let refresh = nobody(world, 0)
        .post("/api/v1/sessions/refresh", body)
        .await;
    assert_eq!(refresh.code(401), "token_invalid");
    for token in [
        "sbv_",
        "sbv_00",
        &format!("{}0", vera.token),
        &vera.token.to_uppercase(),
    ] {
        let mut other = vera.clone();
        other.token = token.to_owned();
        assert_eq!(
            other.get("/api/v1/me").await.code(401),
            "token_invalid",
            "{token}"
        );
    }
}

/// The login of a visitor, and until when it lasts.
async fn lasts_until(world: &World, visitor: &Person) -> (SessionId, i64) {
    let id = visitor.id;
    let read = move |conn: &mut Conn| Ok(sessions::live_of(conn, id, 0)?);
    let found = world.nodes[0].app.store.read(read).await.unwrap();
    (found[0].id, found[0].expires_at)
}

async fn set_end(world: &World, session: SessionId, end: i64) {
    let write = move |conn: &mut Conn| Ok(rows::extend(conn, session, 0, end).map(drop)?);
    world.nodes[0].app.store.write(write).await.unwrap();
}

async fn a_token_lasts_as_long_as_it_is_used(world: &World) {
    let vera = visitor(world, 0, None).await;
    let (session, first) = lasts_until(world, &vera).await;
    let whole = LASTS_S * 1_000;
    assert!(
        (whole - 60_000..=whole).contains(&(first - now())),
        "{first}"
    );
    // Used soon after, nothing is written; some time later, it is.
    vera.get("/api/v1/me").await.ok(200);
    assert_eq!(lasts_until(world, &vera).await.1, first);
    set_end(world, session, now() + whole / 2).await;
    vera.get("/api/v1/me").await.ok(200);
    let left = lasts_until(world, &vera).await.1 - now();
    assert!((whole - 60_000..=whole).contains(&left), "{left}");
    set_end(world, session, now() + whole / 2).await;
    let _socket = vera.socket().await;
    let left = lasts_until(world, &vera).await.1 - now();
    assert!(
        (whole - 60_000..=whole).contains(&left),
        "opening a socket is a use: {left}"
    );
    // What has run out comes back by nothing.
    set_end(world, session, now()).await;
    for _ in 0..2 {
        assert_eq!(vera.get("/api/v1/me").await.code(401), "session_ended");
    }
}

async fn a_flood_by_one_widget_blocks_no_other(world: &World) {
    let admin = world.admin().await;
    let shop = widget(&admin, json!({ "name": "Shop" })).await["id"].clone();
    let forum = widget(&admin, json!({ "name": "Forum" })).await["id"].clone();
    let home = "203.0.113.1";
    for _ in 0..3 {
        assert_eq!(come(world, Some(&shop), home).await.status, 201);
    }
    let refused = come(world, Some(&shop), home).await;
    assert_eq!(refused.told(), "429 rate_limited", "{refused:?}");
    assert!(refused.header("retry-after").is_some(), "{refused:?}");
    // From there by another widget and by none, and from elsewhere by this one.
    assert_eq!(come(world, Some(&forum), home).await.status, 201);
    assert_eq!(come(world, None, home).await.status, 201);
    assert_eq!(come(world, Some(&shop), "203.0.113.2").await.status, 201);
    // From everywhere: seven of the shop, at once or not.
    let from = |last: usize| format!("198.51.100.{last}");
    let flood = (1..=10).map(async |last| come(world, Some(&shop), &from(last)).await.status);
    let mut answers = join_all(flood).await;
    answers.sort_unstable();
    assert_eq!(answers, [201, 201, 201, 429, 429, 429, 429, 429, 429, 429]);
    assert_eq!(come(world, Some(&forum), &from(1)).await.status, 201);
    assert_eq!(come(world, None, &from(1)).await.status, 201);
}

async fn what_is_wrong_makes_nobody(world: &World) {
    let (admin, asks) = (world.admin().await, nobody(world, 1));
    let count = async || {
        let people = admin
            .get("/api/v1/people?role=customer&limit=200")
            .await
            .ok(200);
        people["items"].as_array().unwrap().len()
    };
    let shop = widget(&admin, json!({ "name": "Shop" })).await["id"].clone();
    for (name, widget) in [
        ("a\nb", &shop),
        ("\u{200B}", &shop),
        (&"x".repeat(151), &shop),
    ] {
        let body = json!({ "display_name": name, "widget": widget });
        let refused = asks.post("/api/v1/visitors", body).await.ok(422);
        assert_eq!(refused["errors"][0]["field"], "display_name");
    }
    // Unknown, disabled and deleted are the same.
    let path = format!("/api/v1/widgets/{}", shop.as_str().unwrap());
    let told = async |widget: Value| {
        let mut body = asks
            .post("/api/v1/visitors", json!({ "widget": widget }))
            .await
            .ok(404);
        body.as_object_mut().unwrap().remove("request_id");
        body
    };
    let unknown = told(json!(UserId::new())).await;
    admin
        .patch(&path, json!({ "disabled": true }))
        .await
        .ok(200);
    assert_eq!(told(shop.clone()).await, unknown);
    admin
        .patch(&path, json!({ "disabled": false }))
        .await
        .ok(200);
    admin
        .patch(&path, json!({ "visitors": false }))
        .await
        .ok(200);
    let refused = asks
        .post("/api/v1/visitors", json!({ "widget": shop }))
        .await;
    assert_eq!(refused.code(403), "forbidden");
    admin.delete(&path).await.ok(204);
    assert_eq!(told(shop).await, unknown);
    assert_eq!(count().await, 0);
}

#[actix_web::test]
async fn without_a_widget_only_if_the_settings_say_so() {
    let world = World::embedded_with(|settings| settings.visitors = false).await;
    let refused = nobody(&world, 0).post("/api/v1/visitors", json!({})).await;
    assert_eq!(refused.code(403), "forbidden");
    let admin = world.admin().await;
    let shop = widget(&admin, json!({ "name": "Shop" })).await;
    visitor(&world, 0, Some(&shop["id"]))
        .await
        .get("/api/v1/me")
        .await
        .ok(200);
    world.end().await;
}

async fn who_has_no_password_takes_his_data_out_and_goes(world: &World) {
    let vera = visitor(world, 0, None).await;
    let number = UserId::new().0.as_u128() % 1_000_000_000;
    let one = json!({ "provider": "telegram", "subject": number.to_string() });
    let came = world
        .admin()
        .await
        .post("/api/v1/identities", one)
        .await
        .ok(200);
    let token = came["access_token"].as_str().unwrap().to_owned();
    let id = came["user"]["id"].as_str().unwrap().parse().unwrap();
    let tim = Person::new(id, String::new(), world.base(0), token);
    let export = async |who: &Person| {
        let request = Request::new("GET", "/api/v1/me/export").token(&who.token);
        request.ask(&who.base).await.told()
    };
    let erase = async |who: &Person| who.post("/api/v1/me/erase", json!({})).await;
    let guess = vera
        .post("/api/v1/me/erase", json!({ "password": "x" }))
        .await;
    assert_eq!(guess.code(422), "validation_failed");
    tamper(world, "UPDATE sessions SET created_at = 1", &[]).await;
    // A visitor shows his token each time; another has to come again.
    assert_eq!(export(&vera).await, "200");
    assert_eq!(export(&tim).await, "403 login_too_old");
    assert_eq!(erase(&tim).await.code(403), "login_too_old");
    tim.get("/api/v1/me").await.ok(200);
    assert_eq!(erase(&vera).await.ok(202)["person"], json!(vera.id));
    assert_eq!(vera.get("/api/v1/me").await.code(401), "session_ended");
    tamper(
        world,
        &format!("UPDATE sessions SET created_at = {}", now()),
        &[],
    )
    .await;
    erase(&tim).await.ok(202);
}
