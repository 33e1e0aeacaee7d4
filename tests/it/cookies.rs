//! Logins in cookies: no page of anybody else can use one, whatever the route; and they go on, end
//! and open sockets as any other.

use std::collections::BTreeMap;

use serde_json::json;
use switchboard::words::UserId;

use crate::access::{Scene, Who};
use crate::access_table::{DIALECT, ROUTES};
use crate::harness::World;
use crate::on_both;
use crate::person::Person;
use crate::process::Process;
use crate::wire::{Heard, RawSocket, Reply, Request, Wire};

on_both!(
    every_unsafe_route_wants_a_page_of_ours,
    a_login_in_cookies_begins_goes_on_and_ends,
    each_page_has_a_login_of_its_own,
    a_socket_opens_for_a_page_of_ours,
    a_header_wins_over_a_cookie,
    who_is_shut_out_is_so_with_a_cookie,
);

/// The origin of who asks for `Host: switchboard` by plain HTTP.
const OWN: &str = "http://switchboard";
const SHOP: &str = "https://shop.example";
const PASSWORD: &str = "correct horse";

/// A person's access token as his browser keeps it.
fn cookie(person: &Person) -> String {
    format!("other=1; switchboard_access={}", person.token)
}

/// What browsers, or whoever lies, say of pages that are not ours.
const FOREIGN: &[&[(&str, &str)]] = &[
    &[],
    &[("Origin", "")],
    &[("Origin", "null")],
    &[("Origin", "http://evil.example")],
    &[("Origin", "https://switchboard")],
    &[("Origin", "http://switchboard.evil.example")],
    &[("Origin", "http://evil-switchboard")],
    &[("Origin", "http://switchboard:8080")],
    &[("Origin", "http://switchboard@evil.example")],
    &[("Origin", "http://switchboard/")],
    &[("Origin", "switchboard")],
    &[("Origin", OWN), ("Origin", "http://evil.example")],
    &[("Origin", OWN), ("Sec-Fetch-Site", "cross-site")],
    &[("Origin", OWN), ("Sec-Fetch-Site", "same-site")],
    &[("Origin", OWN), ("Sec-Fetch-Site", "none")],
    &[("Sec-Fetch-Site", "same-origin")],
    &[("Referer", "http://switchboard/")],
];

fn with(request: Request, headers: &[(&str, &str)]) -> Request {
    let add = |request: Request, (name, value): &(&str, &str)| request.header(name, value);
    headers.iter().fold(request, add)
}

async fn every_unsafe_route_wants_a_page_of_ours(world: &World) {
    let (mut wrong, mut walked) = (Vec::new(), 0);
    for row in ROUTES.iter().chain(DIALECT) {
        let safe = row.route.starts_with("GET") || row.route.starts_with("SOCKET");
        if safe || row.answers[0] != "401 token_missing" {
            continue;
        }
        walked += 1;
        let scene = Scene::set(world, Who::Customer, walked).await;
        let ask = async |headers: &[(&str, &str)]| {
            let request = scene.request(row, &scene.conversation).await;
            let request = request.header("Cookie", &cookie(&scene.asking));
            with(request, headers).ask(&scene.asking.base).await.told()
        };
        for headers in FOREIGN {
            let told = ask(headers).await;
            if told != "403 origin_not_allowed" {
                wrong.push(format!("{} with {headers:?}: {told}", row.route));
            }
        }
        let own = [("Origin", OWN), ("Sec-Fetch-Site", "same-origin")];
        let told = ask(&own).await;
        if told != row.answers[2] {
            wrong.push(format!("{} from a page of ours: {told}", row.route));
        }
    }
    assert!(walked > 40, "{walked}");
    assert_eq!(wrong, Vec::<String>::new());
}

/// The cookies that an answer brings: each with its value and what is said of it.
fn brought(reply: &Reply) -> BTreeMap<String, (String, String)> {
    let lines = reply
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie");
    let cookie = |(_, line): &(String, String)| {
        let (pair, rest) = line.split_once("; ").unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), (value.to_owned(), rest.to_owned()))
    };
    lines.map(cookie).collect()
}

/// As a browser sends them back.
fn sent(cookies: &BTreeMap<String, (String, String)>) -> String {
    let pairs = cookies
        .iter()
        .map(|(name, (value, _))| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("; ")
}

/// Registers; answers the name.
async fn register(world: &World) -> String {
    let name = format!("n{}", UserId::new().0.simple());
    let body = json!({ "username": name, "password": PASSWORD });
    let made = Request::new("POST", "/api/v1/customers").json(&body);
    assert_eq!(made.ask(&world.base(0)).await.status, 201);
    name
}

fn sign_in(name: &str) -> Request {
    let body = json!({ "login": name, "password": PASSWORD, "cookie": true });
    Request::new("POST", "/api/v1/sessions").json(&body)
}

/// The headers of a way in, the origin of its pages, what its cookies begin with, and what is said
/// of them.
type Way = (
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
    &'static str,
);

async fn a_login_in_cookies_begins_goes_on_and_ends(world: &World) {
    let name = register(world).await;
    let ways: [Way; 2] = [
        (&[], OWN, "", "HttpOnly; SameSite=Lax; Path=/"),
        (
            &[("X-Forwarded-Proto", "https")],
            "https://switchboard",
            "__Host-",
            "HttpOnly; SameSite=Lax; Secure; Path=/",
        ),
    ];
    for (way, origin, prefix, said) in ways {
        let names = ["access", "refresh"].map(|one| format!("{prefix}switchboard_{one}"));
        let ask = async |request: Request, cookies: &str, turn: usize| {
            let request = with(request, way).header("Origin", origin);
            let request = match cookies {
                "" => request,
                cookies => request.header("Cookie", cookies),
            };
            request.ask(&world.base(turn)).await
        };
        for foreign in FOREIGN
            .iter()
            .filter(|one| !one.contains(&("Origin", origin)))
        {
            let reply = with(with(sign_in(&name), way), foreign);
            let reply = reply.ask(&world.base(0)).await;
            assert_eq!(reply.told(), "403 origin_not_allowed", "{foreign:?}");
        }
        let begun = ask(sign_in(&name), "", 0).await;
        assert_eq!(begun.status, 200, "{begun:?}");
        let first = brought(&begun);
        let lasts = [600, 604_800];
        for (name, lasts) in names.iter().zip(lasts) {
            let (value, rest) = &first[name];
            assert_eq!(*rest, format!("{said}; Max-Age={lasts}"));
            assert!(value.len() > 100, "{value}");
            // Out of reach of scripts: in the cookie, and nowhere else.
            assert!(!begun.text.contains(value.as_str()), "{}", begun.text);
        }
        assert!(begun.body()["access_token"].is_null() && begun.body()["refresh_token"].is_null());
        assert_eq!(begun.body()["expires_in"], 600);
        assert_eq!(begun.body()["user"]["username"], json!(name));

        let me = || Request::new("GET", "/api/v1/me");
        let mine = ask(me(), &sent(&first), 1).await;
        assert_eq!(mine.body()["username"], json!(name), "{mine:?}");

        let refresh = || Request::new("POST", "/api/v1/sessions/refresh").json(&json!({}));
        for foreign in FOREIGN
            .iter()
            .filter(|one| !one.contains(&("Origin", origin)))
        {
            let request = with(with(refresh(), way), foreign).header("Cookie", &sent(&first));
            let reply = request.ask(&world.base(0)).await;
            assert_eq!(reply.told(), "403 origin_not_allowed", "{foreign:?}");
        }
        let none = ask(refresh(), "", 0).await;
        assert_eq!(none.told(), "422 validation_failed");
        let next = ask(refresh(), &sent(&first), 1).await;
        assert_eq!(next.body(), json!({ "expires_in": 600 }), "{next:?}");
        let second = brought(&next);
        assert_ne!(second[&names[1]], first[&names[1]]);
        ask(refresh(), &sent(&second), 0).await;
        let again = ask(refresh(), &sent(&first), 0).await;
        assert_eq!(again.told(), "401 token_reused");
        assert_eq!(
            ask(me(), &sent(&second), 0).await.told(),
            "401 session_ended"
        );

        let begun = brought(&ask(sign_in(&name), "", 0).await);
        let out = || Request::new("DELETE", "/api/v1/sessions/current");
        let gone = ask(out(), &sent(&begun), 1).await;
        assert_eq!(gone.status, 204, "{gone:?}");
        for (value, rest) in brought(&gone).values() {
            assert_eq!((value.as_str(), rest), ("", &format!("{said}; Max-Age=0")));
        }
        assert_eq!(brought(&gone).len(), 2);
        assert_eq!(
            ask(me(), &sent(&begun), 0).await.told(),
            "401 session_ended"
        );
    }
}

const PAGE: &str = "Switchboard-Page";
const PAGES: [&str; 3] = ["console", "admin", "chat"];

/// Three people in one browser, each by another page: none is taken for another, and none ends
/// with another.
async fn each_page_has_a_login_of_its_own(world: &World) {
    let ask = async |request: Request, page: &str, cookies: &str| {
        let request = request.header("Origin", OWN).header(PAGE, page);
        let request = request.header("Cookie", cookies);
        request.ask(&world.base(0)).await
    };
    let me = || Request::new("GET", "/api/v1/me");
    let refresh = || Request::new("POST", "/api/v1/sessions/refresh").json(&json!({}));
    let out = || Request::new("DELETE", "/api/v1/sessions/current");
    let (mut names, mut jar) = (Vec::new(), BTreeMap::new());
    for page in PAGES {
        let name = register(world).await;
        let begun = brought(&ask(sign_in(&name), page, "other=1").await);
        let called = ["access", "refresh"].map(|one| format!("switchboard_{page}_{one}"));
        assert!(begun.keys().eq(called.iter()), "{begun:?}");
        names.push(name);
        jar.extend(begun);
    }
    for (page, name) in PAGES.iter().zip(&names) {
        let mine = ask(me(), page, &sent(&jar)).await;
        assert_eq!(mine.body()["username"], json!(name), "{page}: {mine:?}");
        for foreign in FOREIGN {
            let request = with(refresh().header(PAGE, page), foreign);
            let request = request.header("Cookie", &sent(&jar));
            let told = request.ask(&world.base(0)).await.told();
            assert_eq!(told, "403 origin_not_allowed", "{page}: {foreign:?}");
        }
    }
    // Whoever does not say which page it is has none of them.
    let nameless = me().header("Cookie", &sent(&jar));
    let told = nameless.ask(&world.base(0)).await.told();
    assert_eq!(told, "401 token_missing");

    let next = brought(&ask(refresh(), "admin", &sent(&jar)).await);
    let called = ["switchboard_admin_access", "switchboard_admin_refresh"];
    assert!(next.keys().eq(called), "{next:?}");
    jar.extend(next);
    let gone = ask(out(), "admin", &sent(&jar)).await;
    assert_eq!(gone.status, 204, "{gone:?}");
    assert!(brought(&gone).keys().eq(called), "{gone:?}");
    let told = async |page: &str| ask(me(), page, &sent(&jar)).await.told();
    assert_eq!(told("admin").await, "401 session_ended");
    assert_eq!(
        (told("console").await, told("chat").await),
        ("200".into(), "200".into())
    );

    // What is no page has no cookies, whatever is asked.
    for page in [
        "",
        "Console",
        "console ,admin",
        "console;",
        "link",
        "../chat",
    ] {
        let asked = [me(), sign_in(&names[0]), refresh(), out()];
        for request in asked {
            let told = ask(request, page, &sent(&jar)).await.told();
            assert_eq!(told, "400 invalid_request", "{page:?}");
        }
    }
    let twice = me().header(PAGE, "chat").header(PAGE, "console");
    let twice = twice.header("Cookie", &sent(&jar));
    let told = twice.ask(&world.base(0)).await.told();
    assert_eq!(told, "400 invalid_request");
    let socket = Request::new("GET", "/ws").upgrade().header("Origin", OWN);
    let socket = socket.header(PAGE, "none").header("Cookie", &sent(&jar));
    assert_eq!(
        socket.ask(&world.base(0)).await.told(),
        "400 invalid_request"
    );
}

async fn a_socket_opens_for_a_page_of_ours(world: &World) {
    let (ann, bob) = (world.customer(0).await, world.customer(0).await);
    let open = |headers: &[(&str, &str)]| {
        let request = Request::new("GET", "/ws").upgrade();
        with(request.header("Cookie", &cookie(&ann)), headers)
    };
    for headers in FOREIGN {
        let reply = open(headers).ask(&ann.base).await;
        assert_eq!(reply.told(), "403 origin_not_allowed", "{headers:?}");
    }
    // A ticket, which a page has asked for, and a header say who it is.
    let ticket = bob.post("/api/v1/socket-tickets", json!({})).await.ok(201);
    let ticket = format!(
        "switchboard.v1, ticket.{}",
        ticket["ticket"].as_str().unwrap()
    );
    let authorization = format!("Bearer {}", bob.token);
    for (says, whose) in [
        (vec![("Origin", OWN)], &ann),
        (vec![("Sec-WebSocket-Protocol", ticket.as_str())], &bob),
        (vec![("Authorization", authorization.as_str())], &bob),
    ] {
        let mut socket = RawSocket {
            wire: Wire::to(&ann.base).await,
        };
        socket.wire.send(&open(&says).bytes()).await;
        assert_eq!(socket.wire.reply().await.unwrap().status, 101, "{says:?}");
        socket.say(&json!({ "type": "hello" })).await;
        let ready = socket.wait(|frame| frame["type"] == "ready").await;
        assert_eq!(ready["user"]["id"], json!(whose.id));
        if whose.id != ann.id {
            continue;
        }
        // It ends with the login.
        let out = Request::new("DELETE", "/api/v1/sessions/current");
        let out = out.header("Cookie", &cookie(&ann)).header("Origin", OWN);
        assert_eq!(out.ask(&world.base(1)).await.status, 204);
        loop {
            match socket.next().await {
                Heard::Frame(_) => {}
                Heard::Closed(code) => break assert_eq!(code, 4100),
                Heard::Gone => panic!("it is cut off without a word"),
            }
        }
    }
    let ended = open(&[("Origin", OWN)]).ask(&ann.base).await;
    assert_eq!(ended.told(), "401 session_ended");
}

async fn a_header_wins_over_a_cookie(world: &World) {
    let (ann, bob) = (world.customer(0).await, world.customer(0).await);
    let change = |token: &str| {
        let body = json!({ "display_name": "Another" });
        let request = Request::new("PATCH", "/api/v1/me").json(&body).token(token);
        let request = request.header("Cookie", &cookie(&ann));
        request.header("Origin", "http://evil.example")
    };
    let done = change(&bob.token).ask(&ann.base).await;
    assert_eq!(done.body()["id"], json!(bob.id), "{done:?}");
    let forged = change("forged").ask(&ann.base).await;
    assert_eq!(forged.told(), "401 token_invalid");
    let basic = Request::new("GET", "/api/v1/me").header("Cookie", &cookie(&ann));
    let basic = basic.header("Authorization", "Basic YTpi");
    assert_eq!(basic.ask(&ann.base).await.told(), "401 token_missing");
    // What only reads is read whoever's page asks: another page cannot see it.
    let read = Request::new("GET", "/api/v1/me").header("Cookie", &cookie(&ann));
    let read = read.header("Origin", "http://evil.example");
    assert_eq!(read.ask(&ann.base).await.body()["id"], json!(ann.id));
    // No key is a cookie.
    let admin = world.admin().await;
    let key = json!({ "name": "a", "scopes": ["read"] });
    let key = admin.post("/api/v1/api-keys", key).await.ok(201);
    let key = format!("switchboard_access={}", key["key"].as_str().unwrap());
    let by_key = Request::new("GET", "/api/v1/me").header("Cookie", &key);
    assert_eq!(by_key.ask(&ann.base).await.told(), "401 token_invalid");
}

async fn who_is_shut_out_is_so_with_a_cookie(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let me = async || {
        let request = Request::new("GET", "/api/v1/me").header("Cookie", &cookie(&ann));
        request.ask(&world.base(1)).await.told()
    };
    assert_eq!(me().await, "200");
    let path = format!("/api/v1/people/{}/disable", ann.id);
    admin.post(&path, json!({})).await.ok(200);
    assert_eq!(me().await, "401 session_ended");
}

#[actix_web::test]
async fn by_plain_http_over_a_network_there_are_no_cookies() {
    let world = World::embedded().await;
    let (name, ann) = (register(&world).await, world.customer(0).await);
    for elsewhere in [
        &[("X-Forwarded-For", "203.0.113.7")][..],
        &[("X-Forwarded-Proto", "http")],
        &[
            ("X-Forwarded-For", "203.0.113.7"),
            ("X-Forwarded-Proto", "http"),
        ],
    ] {
        let asked = with(sign_in(&name).header("Origin", OWN), elsewhere);
        let asked = asked.ask(&ann.base).await;
        assert_eq!(asked.told(), "422 validation_failed", "{elsewhere:?}");
        assert_eq!(asked.body()["errors"][0]["field"], "cookie", "{asked:?}");
        let read = Request::new("GET", "/api/v1/me").header("Cookie", &cookie(&ann));
        let read = with(read, elsewhere).ask(&ann.base).await;
        assert_eq!(read.told(), "401 token_missing", "{elsewhere:?}");
    }
    // Neither name does for the other: a page by plain HTTP could have set the one.
    let secure = ("X-Forwarded-Proto", "https");
    let read = Request::new("GET", "/api/v1/me").header("Cookie", &cookie(&ann));
    let read = with(read, &[secure]).ask(&ann.base).await;
    assert_eq!(read.told(), "401 token_missing");
    let host = format!("__Host-switchboard_access={}", ann.token);
    let read = Request::new("GET", "/api/v1/me").header("Cookie", &host);
    assert_eq!(read.ask(&ann.base).await.told(), "401 token_missing");
    world.end().await;
}

#[actix_web::test]
async fn pages_that_may_ask_with_a_token_may_not_with_a_cookie() {
    let world = World::embedded_with(|settings| {
        settings.allowed_origins = vec![SHOP.into()];
        settings.public_url = "https://chat.example".into();
    })
    .await;
    let ann = world.customer(0).await;
    let change = |origin: &str| {
        let request = Request::new("PATCH", "/api/v1/me").json(&json!({ "city": "X" }));
        let cookie = format!("__Host-switchboard_access={}", ann.token);
        let request = request.header("X-Forwarded-Proto", "https");
        request.header("Cookie", &cookie).header("Origin", origin)
    };
    assert_eq!(
        change(SHOP).ask(&ann.base).await.told(),
        "403 origin_not_allowed"
    );
    let plain = change("http://chat.example").ask(&ann.base).await;
    assert_eq!(plain.told(), "403 origin_not_allowed");
    // A proxy may ask for another host than people do.
    for own in ["https://chat.example", "https://switchboard"] {
        assert_eq!(change(own).ask(&ann.base).await.told(), "200", "{own}");
    }
    // Who comes by HTTPS has no use for cookies by plain HTTP.
    let plain = Request::new("GET", "/api/v1/me").header("Cookie", &cookie(&ann));
    assert_eq!(plain.ask(&ann.base).await.told(), "401 token_missing");
    world.end().await;
}

#[actix_web::test]
async fn the_log_warns_of_cookies_by_plain_http() {
    let warning = "a cookie without Secure";
    for (settings, warned) in [
        (vec![], true),
        (
            vec![("PUBLIC_URL", "https://chat.example".to_owned())],
            false,
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let log = std::fs::File::create(&path).unwrap();
        drop(Process::logged(&folder.path().join("data"), &settings, log));
        let log = std::fs::read_to_string(&path).unwrap();
        assert_eq!(log.contains(warning), warned, "{log}");
    }
}

/// No GET says from which page it is asked, so none may change anything, whatever page has a
/// browser ask it. What is written is that it was asked: in the audit, and of keys.
#[actix_web::test]
async fn what_is_read_changes_nothing() {
    let tables = "users sessions socket_tickets password_links identities used_proofs widgets \
        arrivals visitors erasures email_links invitations queues reps rep_queues rep_sessions \
        customer_sessions conversations heads events counters cooldowns attachments marks joined \
        activity schedules settings canned_replies rep_hours";
    let world = World::embedded().await;
    let mut asked = Vec::new();
    for (who, column) in [(Who::Customer, 2), (Who::Rep, 3), (Who::Admin, 5)] {
        let scene = Scene::set(&world, who, column).await;
        for row in ROUTES.iter().chain(DIALECT) {
            if row.route.starts_with("GET ") {
                let request = scene.request(row, &scene.conversation).await;
                let request = request.token(&scene.asking.token);
                asked.push((row, who, request, row.answers[column]));
            }
        }
    }
    let run = async |sql: fn(&str, &str) -> String| {
        let acts = ["INSERT", "UPDATE", "DELETE"];
        let each = tables
            .split_whitespace()
            .flat_map(|table| acts.map(|act| sql(act, table)));
        let all: String = each.collect();
        let store = &world.nodes[0].app.store;
        store
            .write(move |conn| Ok(conn.execute(&all)?))
            .await
            .unwrap();
    };
    run(|act, table| {
        format!(
            "CREATE TRIGGER no_{act}_{table} BEFORE {act} ON {table} BEGIN
                 SELECT RAISE(ABORT, 'a reading writes'); END;"
        )
    })
    .await;
    let mut wrong = Vec::new();
    for (row, who, request, expected) in &asked {
        let told = request.ask(&world.base(0)).await.told();
        if told != *expected {
            wrong.push(format!("{} by {who:?}: {told}", row.route));
        }
    }
    run(|act, table| format!("DROP TRIGGER no_{act}_{table};")).await;
    assert!(asked.len() > 90, "{}", asked.len());
    assert_eq!(wrong, Vec::<String>::new());
    world.end().await;
}
