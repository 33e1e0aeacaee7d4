//! Bad contents of good requests: texts, numbers, names, and what the moment does not allow.

use serde_json::json;

use crate::bad_input::{expect, unharmed};
use crate::harness::{World, client_id};
use crate::on_both;
use crate::wire::Request;

on_both!(
    what_cannot_be_a_text_and_what_can,
    what_is_too_long_is_to_be_sent_in_parts_or_made_shorter,
    capacities_that_are_none,
    people_who_cannot_be,
    what_the_moment_does_not_allow,
    dialect_bodies,
);

async fn what_is_too_long_is_to_be_sent_in_parts_or_made_shorter(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    let long = "x".repeat(world.settings.text_chars_max + 1);
    let text = json!({ "client_id": client_id(), "text": long });
    let subject = json!({ "client_id": client_id(), "subject": long });
    for (path, body, does) in [
        (
            format!("/api/v1/conversations/{id}/messages"),
            text,
            "in parts",
        ),
        ("/api/v1/conversations".to_owned(), subject, "shorter"),
    ] {
        let refused = ann.post(&path, body).await.ok(422);
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.contains(does), "{detail}");
    }
}

async fn what_cannot_be_a_text_and_what_can(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    let most = world.settings.text_chars_max;
    let long = format!("\"{}\"", "é".repeat(most + 1));
    let refused = [
        ("\"\"", "422 text_empty"),
        ("\" \\n\\t \"", "422 text_empty"),
        ("\"\\u200b\\u200d\\ufeff\\u2060\"", "422 text_empty"),
        (long.as_str(), "422 text_too_long"),
        ("\"a\\u0000b\"", "422 invalid_character"),
        ("\"\\u0007\"", "422 invalid_character"),
        ("\"a\\u001b[31m\"", "422 invalid_character"),
        ("\"a\\u0085b\"", "422 invalid_character"),
        ("\"a\\ud800b\"", "422 invalid_character"),
        ("\"a\\udc00b\"", "422 invalid_character"),
        ("\"a\\ud800\\ud800\"", "422 invalid_character"),
        ("\"a\nb\"", "400 invalid_json"),
    ];
    let places = [
        ("/api/v1/conversations".to_owned(), "text"),
        (format!("/api/v1/conversations/{id}/messages"), "text"),
        (format!("/api/v1/conversations/{id}/close"), "text"),
        ("/api/v1/conversations".to_owned(), "subject"),
    ];
    for (path, name) in &places {
        for (text, expected) in refused {
            if (*name, text) == ("subject", "\"\"") {
                continue;
            }
            let body = format!("{{\"client_id\":{},\"{name}\":{text}}}", client_id());
            let request = Request::new("POST", path)
                .token(&ann.token)
                .body("application/json", body.as_bytes());
            expect(&ann, request, expected, &format!("{name} {text} to {path}")).await;
        }
    }
    assert_eq!(ann.log(&id).await.len(), 1, "nothing was stored");
    let mine = ann.get("/api/v1/conversations").await.ok(200);
    assert_eq!(
        mine["items"].as_array().unwrap().len(),
        1,
        "nothing was opened"
    );

    let exact = "é".repeat(most);
    let texts = [
        "\u{202E}drow\u{202C} \u{2066}x\u{2069}",
        "שלום \u{200F}עולם",
        "👨\u{200D}👩\u{200D}👧\u{200D}👦 🇩🇪 e\u{301} é",
        "<script>alert(1)</script> javascript:alert(1) &amp;",
        "'; DROP TABLE events; -- \\ \" \u{FFFD}",
        " leading and trailing \r\n\t ",
        "𝕏\u{10FFFF}",
        &exact,
    ];
    for text in texts {
        assert_eq!(ann.say(&id, text).await["text"], text);
    }
    let log = ann.log(&id).await;
    let stored: Vec<&str> = log
        .iter()
        .filter_map(|event| event["text"].as_str())
        .collect();
    assert_eq!(stored, texts, "as they were sent, byte for byte");
    unharmed(world).await;
}

async fn capacities_that_are_none(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(0, 5).await);
    let path = format!("/api/v1/reps/{}/capacity", rep.id);
    let wrong = [
        "-1",
        "101",
        "1.5",
        "\"5\"",
        "9223372036854775808",
        "1e3",
        "null",
        "2147483648",
    ];
    for number in wrong {
        let places = [
            ("PUT", path.as_str(), format!("{{\"capacity\":{number}}}")),
            (
                "POST",
                "/api/v1/reps",
                format!(
                    "{{\"username\":\"r\",\"password\":\"correct horse\",\"capacity\":{number}}}"
                ),
            ),
        ];
        for (method, path, body) in places {
            if (method, number) == ("POST", "null") {
                continue;
            }
            let request = Request::new(method, path)
                .token(&admin.token)
                .body("application/json", body.as_bytes());
            let reply = expect(&admin, request, "422 validation_failed", &body).await;
            assert_eq!(reply.body()["errors"][0]["field"], "capacity", "{reply:?}");
        }
    }
    for fine in [0, 100] {
        admin.put(&path, json!({ "capacity": fine })).await.ok(200);
    }
    unharmed(world).await;
}

async fn people_who_cannot_be(world: &World) {
    let admin = world.admin().await;
    let long = "x".repeat(151);
    let very_long = "x".repeat(1_025);
    let people = [
        ("username", ""),
        ("username", "a b"),
        ("username", "a\u{0}b"),
        ("username", &long),
        ("username", "<script>"),
        ("password", "1234567"),
        ("password", &very_long),
        ("password", "the-name"),
        ("email", "not an address"),
        ("email", "a@b.example\r\nBcc: c@d.example"),
        ("email", "a@b@c.example"),
        ("email", "a\u{0}@b.example"),
        ("phone", "12"),
        ("phone", "0123456789012345678"),
        ("phone", "+49\r\n123456"),
        ("display_name", "a\u{0}b"),
        ("display_name", "a\nb"),
        ("display_name", &long),
    ];
    for (name, value) in people {
        for path in ["/api/v1/customers", "/api/v1/reps"] {
            let mut body = json!({ "username": "the-name", "password": "correct horse" });
            body[name] = json!(value);
            let request = Request::new("POST", path).token(&admin.token).json(&body);
            let reply = expect(&admin, request, "422 validation_failed", value).await;
            let errors = reply.body()["errors"].clone();
            assert_eq!(errors[0]["field"], name, "{reply:?}");
        }
    }
    for login in ["nobody", "a\u{0}b", "", "' OR 1=1 --", &very_long] {
        let body = json!({ "login": login, "password": "correct\u{0}horse" });
        let request = Request::new("POST", "/api/v1/sessions").json(&body);
        expect(&admin, request, "401 login_failed", login).await;
        let body = json!({ "username": login, "password": "correct\u{0}horse" });
        let request = Request::new("POST", "/auth/token/").json(&body);
        expect(&admin, request, "401 login_failed", login).await;
    }
    unharmed(world).await;
}

async fn what_the_moment_does_not_allow(world: &World) {
    let (ann, rep, other) = (
        world.customer(0).await,
        world.rep(1, 2).await,
        world.rep(2, 2).await,
    );
    let id = ann.open().await;
    assert_eq!(rep.close(&id).await.code(409), "wrong_state", "not his yet");
    let assigned = || {
        world.nodes[1 % world.nodes.len()]
            .app
            .metrics
            .assigned
            .get()
    };
    let before = assigned();
    for _ in 0..3 {
        rep.claim(&id).await.ok(200);
    }
    assert_eq!(assigned(), before + 1, "again is not another assignment");
    let path = format!("/api/v1/conversations/{id}/messages");
    let message = json!({ "client_id": client_id(), "text": "x" });
    assert_eq!(
        other.post(&path, message.clone()).await.code(404),
        "not_found"
    );
    assert_eq!(other.claim(&id).await.code(409), "already_claimed");

    ann.post(&path, message.clone()).await.ok(201);
    let mut different = message;
    different["text"] = json!("y");
    assert_eq!(
        ann.post(&path, different).await.code(409),
        "idempotency_mismatch"
    );

    assert_eq!(rep.close(&id).await.ok(200)["already_closed"], false);
    for who in [&rep, &ann] {
        assert_eq!(who.close(&id).await.ok(200)["already_closed"], true);
        let late = json!({ "client_id": client_id(), "text": "x" });
        assert_eq!(who.post(&path, late).await.code(409), "conversation_closed");
    }
    assert_eq!(rep.claim(&id).await.code(409), "conversation_closed");
    let opening = json!({ "client_id": client_id(), "queue": uuid::Uuid::now_v7() });
    let answer = ann.post("/api/v1/conversations", opening).await;
    assert_eq!(answer.code(422), "validation_failed");
    let odd = json!({ "client_id": client_id(), "priority": "highest" });
    let answer = ann.post("/api/v1/conversations", odd).await;
    assert_eq!(answer.code(422), "validation_failed");
    unharmed(world).await;
}

/// The dialect's words for the same refusals; what is not understood opens nothing.
async fn dialect_bodies(world: &World) {
    let ann = world.customer(0).await;
    let cases: [(&str, &[u8], u16); 6] = [
        ("application/json", b"{\"subject\":", 400),
        ("application/json", b"[\"x\"]", 400),
        ("application/json", b"{\"subject\":1}", 400),
        ("application/json", b"{\"subject\":\"\\u0000\"}", 400),
        ("text/plain", b"hello", 415),
        ("application/json", &[b' '; 140_000], 413),
    ];
    for (kind, body, status) in cases {
        let request = Request::new("POST", "/api/conversations/")
            .token(&ann.token)
            .body(kind, body);
        let reply = request.ask(&ann.base).await;
        assert_eq!(reply.status, status, "{reply:?}");
    }
    let mine = ann.get("/api/conversations/").await.ok(200);
    assert_eq!(mine, json!([]), "nothing was opened");
    let none = Request::new("POST", "/api/conversations/").token(&ann.token);
    assert_eq!(none.ask(&ann.base).await.status, 201, "no body is fine");

    for id in ["1", "abc", "%00"] {
        let path = format!("/api/conversations/{id}/");
        let request = Request::new("GET", &path).token(&ann.token);
        expect(&ann, request, "404 not_found", &path).await;
    }
    let reply = Request::new("GET", "/api/conversations/")
        .ask(&ann.base)
        .await;
    assert_eq!(reply.told(), "401 token_missing");
    assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
    unharmed(world).await;
}
