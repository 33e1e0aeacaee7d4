//! Bad requests: what is refused, with which code, and that nothing comes of it.
//!
//! Each table is walked on every route or text it is about. After every case the server still
//! answers, has counted no failure of its own, and has said nothing of its inside.

use serde_json::{Value, json};

use crate::access_table::{Body, ROUTES, Row};
use crate::bad_commands::speaks_plainly;
use crate::harness::World;
use crate::on_both;
use crate::person::Person;
use crate::wire::{Reply, Request, Wire};

on_both!(
    no_such_address,
    bodies_that_are_no_json_of_ours,
    fields_that_are_wrong,
    bodies_where_there_should_be_none,
    a_length_that_is_too_large_is_refused_at_once,
    numbers_and_lists_where_they_do_not_belong,
    bodies_that_are_too_large,
    ids_queries_and_cursors,
);

/// An answer that nobody need be ashamed of: a problem of ours, and nothing of our inside.
#[track_caller]
pub fn decent(reply: &Reply) {
    let inside = [
        "src/", "SELECT", "INSERT", "diesel", "panicked", "/root", "sqlite", "postgres",
    ];
    for word in inside {
        assert!(!reply.text.contains(word), "{word} in {reply:?}");
    }
    if reply.status >= 400 && reply.status != 404 {
        assert!(
            reply.body()["detail"]
                .as_str()
                .is_some_and(|text| text.len() > 10),
            "{reply:?}"
        );
    }
    let nosniff = reply.header("x-content-type-options");
    assert_eq!(nosniff, Some("nosniff"), "{reply:?}");
}

/// No node has failed, and each still answers.
pub async fn unharmed(world: &World) {
    for (turn, node) in world.nodes.iter().enumerate() {
        assert_eq!(node.app.metrics.errors.get(), 0, "a failure of ours");
        let ready = Request::new("GET", "/readyz").ask(&world.base(turn)).await;
        assert_eq!(ready.status, 200, "{ready:?}");
    }
}

/// Asks, and compares status and code.
pub async fn expect(who: &Person, request: Request, expected: &str, what: &str) -> Reply {
    let reply = request.ask(&who.base).await;
    assert_eq!(reply.told(), expected, "{what}: {reply:?}");
    decent(&reply);
    reply
}

async fn no_such_address(world: &World) {
    let ann = world.customer(0).await;
    for path in [
        "/nothing",
        "/api/v1/nothing",
        "/api/v1",
        "/api/v1/me/",
        "/ws/nothing",
        "/%00",
    ] {
        let reply = expect(&ann, Request::new("GET", path), "404 not_found", path).await;
        assert_eq!(
            reply.header("content-type"),
            Some("application/problem+json")
        );
        assert!(reply.body()["request_id"].is_string(), "{reply:?}");
    }
    let dialect = [
        "GET /auth/token",
        "DELETE /api/conversations/",
        "POST /ws",
        "POST /metrics",
    ];
    let others = ROUTES.iter().map(|row| row.route).chain(dialect);
    for route in others {
        let (_, path) = route.split_once(' ').unwrap();
        let path = path.replace("{id}", &uuid::Uuid::now_v7().to_string());
        let reply = expect(
            &ann,
            Request::new("COPY", &path).token(&ann.token),
            "405 method_not_allowed",
            route,
        )
        .await;
        let allow = reply.header("allow").unwrap_or_default().to_owned();
        assert!(
            !allow.is_empty() && !allow.contains("COPY"),
            "{route}: {reply:?}"
        );
        for method in allow.split(", ") {
            let there = Request::new(method, &path).ask(&ann.base).await;
            assert_ne!(there.status, 405, "{method} {path} is said to be allowed");
        }
    }
    unharmed(world).await;
}

/// The routes that take a body, with somebody who may use each and the path to ask.
async fn writes(world: &World) -> Vec<(&'static Row, Person, String, Value)> {
    let (ann, rep, admin) = (
        world.customer(0).await,
        world.rep(1, 5).await,
        world.admin().await,
    );
    let id = ann.open().await;
    let queues = ann.get("/api/v1/queues").await.ok(200);
    let queue = queues[0]["id"].as_str().unwrap().to_owned();
    let mut all = Vec::new();
    for row in ROUTES {
        let Body::Json(make) = row.body else { continue };
        let (_, path) = row.route.split_once(' ').unwrap();
        let refused = |column: usize| row.answers[column].starts_with("403");
        let who = match (refused(2), refused(5)) {
            (false, _) => ann.clone(),
            (true, false) => admin.clone(),
            (true, true) => rep.clone(),
        };
        let of = match path.split('/').nth(3) {
            Some("reps") => rep.id.to_string(),
            Some("queues") => queue.clone(),
            Some("customers") => ann.id.to_string(),
            _ => id.clone(),
        };
        let path = path.replace("{id}", &of).replace("{seq}", "2");
        all.push((row, who, path, make()));
    }
    assert_eq!(all.len(), 52);
    all
}

fn method(row: &Row) -> &'static str {
    row.route.split_once(' ').unwrap().0
}

/// Where nothing needs to be said.
const MAY_BE_EMPTY: [&str; 4] = ["/close", "/decline", "/requeue", "/park"];

async fn bodies_that_are_no_json_of_ours(world: &World) {
    let deep = "[".repeat(20_000);
    let deep_in = format!("{{\"client_id\":{}", "[".repeat(5_000));
    for (row, who, path, good) in writes(world).await {
        let good = good.to_string();
        let ask = |kind: &str, body: &[u8]| {
            Request::new(method(row), &path)
                .token(&who.token)
                .body(kind, body)
        };
        let truncated = &good.as_bytes()[..good.len() - 1];
        let trailing = format!("{good} {{}}");
        let cases: [(&str, &[u8], &str); 12] = [
            ("empty", b"", "400 invalid_json"),
            ("text", b"hello", "400 invalid_json"),
            ("truncated", truncated, "400 invalid_json"),
            ("trailing", trailing.as_bytes(), "400 invalid_json"),
            ("deep", deep.as_bytes(), "400 invalid_json"),
            ("deep in a field", deep_in.as_bytes(), ""),
            ("not UTF-8", b"{\"text\":\"\xFF\"}", ""),
            ("NaN", b"{\"capacity\":NaN}", ""),
            ("a list", b"[1,2]", "422 validation_failed"),
            ("null", b"null", "422 validation_failed"),
            ("a text", b"\"x\"", "422 validation_failed"),
            ("a number", b"1e999", ""),
        ];
        for (what, body, expected) in cases {
            if body.is_empty() && MAY_BE_EMPTY.iter().any(|end| path.ends_with(end)) {
                continue;
            }
            let what = format!("{what} to {}", row.route);
            let reply = ask("application/json", body).ask(&who.base).await;
            decent(&reply);
            let either = ["400 invalid_json", "422 validation_failed"];
            let right = match expected {
                "" => either.contains(&reply.told().as_str()),
                expected => reply.told() == expected,
            };
            assert!(right, "{what}: {reply:?}");
            if reply.status == 422 {
                speaks_plainly(reply.body()["detail"].as_str().unwrap());
            }
            if reply.status == 400 {
                let text = reply.body()["detail"].to_string();
                assert!(
                    text.contains("line") && text.contains("column"),
                    "{reply:?}"
                );
            }
        }
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
            "",
        ] {
            let request = ask(kind, good.as_bytes());
            expect(&who, request, "415 unsupported_media_type", row.route).await;
        }
    }
    unharmed(world).await;
}

async fn fields_that_are_wrong(world: &World) {
    for (row, who, path, good) in writes(world).await {
        let ask = |body: &[u8]| {
            Request::new(method(row), &path)
                .token(&who.token)
                .body("application/json", body)
        };
        let field = |reply: &Reply| reply.body()["errors"][0]["field"].clone();
        let unknown = ["role", "is_staff", "number", "disabled_at"].into_iter();
        // Whom to invite is said by his role.
        let known = ("POST /api/v1/invitations", "role");
        for more in unknown.filter(|one| good.get(one).is_none() && (row.route, *one) != known) {
            let mut body = good.clone();
            body[more] = json!("admin");
            let request = ask(body.to_string().as_bytes());
            let reply = expect(&who, request, "422 validation_failed", row.route).await;
            assert_eq!(field(&reply), more, "{reply:?}");
        }
        for (name, value) in good.as_object().unwrap() {
            let text = good.to_string();
            let twice = format!("{},\"{name}\":{value}}}", &text[..text.len() - 1]);
            let reply = expect(&who, ask(twice.as_bytes()), "422 validation_failed", &twice).await;
            assert_eq!(field(&reply), name.as_str(), "{reply:?}");

            let mut without = good.clone();
            without.as_object_mut().unwrap().remove(name);
            // Who has no password leaves it out.
            if row.route == "POST /api/v1/me/erase" {
                continue;
            }
            let request = ask(without.to_string().as_bytes());
            let reply = expect(&who, request, "422 validation_failed", row.route).await;
            assert_eq!(field(&reply), name.as_str(), "{reply:?}");

            for wrong in [json!(true), json!({}), json!([[]]), json!(-1.5)] {
                if wrong.is_boolean() && value.is_boolean() {
                    continue;
                }
                let mut body = good.clone();
                body[name] = wrong;
                let request = ask(body.to_string().as_bytes());
                let reply = expect(&who, request, "422 validation_failed", row.route).await;
                let named = field(&reply);
                speaks_plainly(reply.body()["detail"].as_str().unwrap());
                // In a list it is one of its items.
                let named = named.as_str().unwrap().split('[').next();
                assert_eq!(named, Some(name.as_str()), "{reply:?}");
            }
        }
    }
    unharmed(world).await;
}

async fn bodies_that_are_too_large(world: &World) {
    let most = world.settings.body_bytes_max;
    for (row, who, path, _) in writes(world).await {
        let large = format!("{{\"text\":\"{}\"}}", "x".repeat(most));
        let ask = || Request::new(method(row), &path).token(&who.token);
        let request = ask().body("application/json", large.as_bytes());
        let reply = expect(&who, request, "413 too_large", row.route).await;
        assert!(reply.text.contains(&most.to_string()), "the limit is named");

        // Announced only, and in chunks without a length.
        let announced = ask()
            .header("Content-Type", "application/json")
            .header("Content-Length", "9999999999");
        let mut wire = Wire::to(&who.base).await;
        wire.send(&announced.bytes()).await;
        let reply = wire.reply().await.unwrap();
        assert_eq!(reply.told(), "413 too_large", "{}", row.route);

        let chunked = ask()
            .header("Content-Type", "application/json")
            .header("Transfer-Encoding", "chunked");
        let mut wire = Wire::to(&who.base).await;
        wire.send(&chunked.bytes()).await;
        for _ in 0..=most / 4_096 {
            wire.send(format!("1000\r\n{}\r\n", " ".repeat(4_096)).as_bytes())
                .await;
        }
        let reply = wire.reply().await.unwrap();
        assert_eq!(reply.told(), "413 too_large", "{}", row.route);
    }
    unharmed(world).await;
}

/// The list of conversations or the log of one, and values that a parameter cannot have.
const QUERIES: &[(&str, &str, &[&str])] = &[
    (
        "list",
        "limit",
        &[
            "-1",
            "0",
            "201",
            "1000000000",
            "abc",
            "1.5",
            "",
            "9223372036854775808",
        ],
    ),
    ("log", "limit", &["-1", "0", "201", "abc"]),
    ("list", "before", &["1", "abc", ""]),
    (
        "log",
        "before",
        &["-1", "abc", "1.5", "9223372036854775808"],
    ),
    ("log", "after", &["-1", "abc", "1.5", "9223372036854775808"]),
    ("list", "status", &["open", "Active", "1"]),
    ("list", "open", &["yes", "1"]),
    ("list", "order", &["oldest", "1", ""]),
    ("list", "resolution", &["done", "Resolved"]),
    ("list", "queue", &["1", "support"]),
    ("list", "priority", &["5", "urgent!"]),
    ("list", "rep", &["1", "nobody", ""]),
    ("list", "last_rep", &["none", "1"]),
    ("list", "customer", &["1", "ann"]),
    (
        "list",
        "opened_from",
        &["yesterday", "1.5", "9223372036854775808"],
    ),
    ("list", "opened_to", &["2026-11-26", ""]),
    ("list", "closed_from", &["x"]),
    ("list", "closed_to", &["x"]),
    ("list", "rating_from", &["0", "6", "-1", "1.5", "good"]),
    ("list", "rating_to", &["0", "6", ""]),
    ("list", "after", &["1", "abc", "1.x"]),
    ("list", "sort", &["subject"]),
    ("log", "filter", &["x"]),
];

async fn ids_queries_and_cursors(world: &World) {
    let (ann, admin) = (world.customer(0).await, world.admin().await);
    let (id, rep) = (ann.open().await, world.rep(1, 1).await);
    for row in ROUTES.iter().filter(|row| row.route.contains("{id}")) {
        let (_, path) = row.route.split_once(' ').unwrap();
        // Only reps are offered anything, and only customers rate.
        let refused = |column: usize| row.answers[column].starts_with("403");
        let who = match (refused(5), refused(3)) {
            (false, _) => &admin,
            (true, false) => &rep,
            (true, true) => &ann,
        };
        for bad in [
            "1",
            "abc",
            "018f-",
            "%27%3B--",
            "..%2F..%2Fetc%2Fpasswd",
            "%00",
            "-1",
        ] {
            let request = Request::new(method(row), &path.replace("{id}", bad)).token(&who.token);
            let request = match row.body {
                Body::Json(make) => request.json(&make()),
                Body::None | Body::File | Body::Picture => request,
            };
            expect(who, request, "400 invalid_id", &format!("{bad} in {path}")).await;
        }
    }
    let list = "/api/v1/conversations".to_owned();
    let log = format!("{list}/{id}/events");
    for (place, name, values) in QUERIES {
        for value in *values {
            let path = if *place == "list" { &list } else { &log };
            let path = format!("{path}?{name}={value}");
            let request = Request::new("GET", &path).token(&ann.token);
            let reply = expect(&ann, request, "422 validation_failed", &path).await;
            assert_eq!(reply.body()["errors"][0]["field"], *name, "{reply:?}");
            speaks_plainly(reply.body()["detail"].as_str().unwrap());
        }
    }
    let both = format!("{log}?after=1&before=2");
    let request = Request::new("GET", &both).token(&ann.token);
    expect(&ann, request, "422 validation_failed", &both).await;
    for fine in [
        "?after=9223372036854775807",
        "?before=0",
        "?limit=200",
        "?limit=1",
    ] {
        ann.get(&format!("{log}{fine}")).await.ok(200);
    }
    unharmed(world).await;
}

async fn bodies_where_there_should_be_none(world: &World) {
    let ann = world.customer(0).await;
    let path = "/api/v1/socket-tickets";
    let request = |body: &str| {
        Request::new("POST", path)
            .token(&ann.token)
            .body("application/json", body.as_bytes())
    };
    expect(&ann, request("{"), "400 invalid_json", path).await;
    let extra = request("{\"for\":\"ever\"}");
    expect(&ann, extra, "422 validation_failed", path).await;
    ann.post(path, json!({})).await.ok(201);
}

async fn a_length_that_is_too_large_is_refused_at_once(world: &World) {
    let ann = world.customer(0).await;
    let path = "/api/v1/conversations";
    // Not a byte of it ever comes.
    let request = Request::new("POST", path)
        .token(&ann.token)
        .header("Content-Type", "application/json")
        .header("Content-Length", "99999999999");
    // Had it been waited for, this were `408 timeout`.
    expect(&ann, request, "413 too_large", path).await;
}

async fn numbers_and_lists_where_they_do_not_belong(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(0, 1).await);
    let path = format!("/api/v1/reps/{}/capacity", rep.id);
    let says = [
        (json!(1.5), "Give a whole number, not 1.5."),
        (json!(99_999_999_999_i64), "is beyond every number"),
        (json!(101), "100"),
    ];
    for (capacity, says) in says {
        let refused = admin.put(&path, json!({ "capacity": capacity })).await;
        let told = refused.body["errors"][0]["detail"].to_string();
        assert_eq!(refused.status, 422, "{told}");
        assert!(told.contains(says), "{told}");
    }
    let person = json!({ "user": [], "password": "a long word", "password1": "a long word" });
    let refused = admin.post("/api/register_customer/", person).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.body["user"][0], "Give an object, not a list.");
}
