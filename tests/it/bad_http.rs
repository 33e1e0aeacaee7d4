//! HTTP that is none: smuggling, broken chunks, and those who take their time.

use std::time::{Duration, Instant};

use serde_json::json;
use switchboard::settings::Settings;

use crate::bad_input::unharmed;
use crate::harness::{World, client_id};
use crate::wire::{Request, Wire, trickle};

/// What would be a second request if the first one were misread.
const SMUGGLED: &str = "GET /healthz HTTP/1.1\r\nHost: switchboard\r\n\r\n";

fn post(headers: &str, body: &str) -> String {
    format!(
        "POST /api/v1/sessions HTTP/1.1\r\nHost: switchboard\r\nContent-Type: application/json\r\n\
         {headers}\r\n{body}"
    )
}

/// Bodies whose length can be read in two ways, or in none.
fn cases() -> Vec<(&'static str, String)> {
    let both = "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n";
    let chunked = "Transfer-Encoding: chunked\r\n";
    vec![
        ("both lengths", post(both, &format!("0\r\n\r\n{SMUGGLED}"))),
        (
            "both lengths, turned",
            post(
                "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
                "0\r\n\r\n",
            ),
        ),
        (
            "two lengths",
            post("Content-Length: 2\r\nContent-Length: 3\r\n", "{} "),
        ),
        ("a list of lengths", post("Content-Length: 2, 3\r\n", "{} ")),
        ("a signed length", post("Content-Length: +2\r\n", "{}")),
        ("a negative length", post("Content-Length: -2\r\n", "{}")),
        ("a length in hex", post("Content-Length: 0x2\r\n", "{}")),
        (
            "a huge length",
            post("Content-Length: 99999999999999999999999\r\n", "{}"),
        ),
        (
            "a space before the colon",
            post("Content-Length : 2\r\n", "{}"),
        ),
        (
            "an encoding that is none",
            post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
        ),
        (
            "a chunk without a number",
            post(chunked, "zz\r\n{}\r\n0\r\n\r\n"),
        ),
        ("a negative chunk", post(chunked, "-1\r\n{}\r\n0\r\n\r\n")),
        (
            "a chunk of 2^68",
            post(chunked, "fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
        ),
        (
            "a chunk longer than it says",
            post(chunked, "1\r\n{}\r\n0\r\n\r\n"),
        ),
        ("chunks ended by LF", post(chunked, "2\n{}\n0\n\n")),
    ]
}

/// Heads that are none, or too much.
fn heads() -> Vec<(&'static str, String)> {
    vec![
        ("a zero byte in a header", post("X-Odd: a\0b\r\n", "")),
        ("a header in two lines", post("X-Odd: a\r\n b\r\n", "")),
        ("a header without a colon", post("X-Odd\r\n", "")),
        ("a request that is none", "NONSENSE\r\n\r\n".into()),
        (
            "a version that is none",
            "GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n".into(),
        ),
        (
            "a path that is none",
            "GET healthz HTTP/1.1 x\r\nHost: x\r\n\r\n".into(),
        ),
        (
            "TLS",
            "\x16\x03\x01\x02\x00\x01\x00\x01\u{fc}\x03\x03\r\n\r\n".into(),
        ),
        (
            "two hundred headers",
            format!(
                "GET /healthz HTTP/1.1\r\n{}\r\n",
                "X-Many: x\r\n".repeat(200)
            ),
        ),
        (
            "a header of 200 KB",
            format!(
                "GET /healthz HTTP/1.1\r\nX-Long: {}\r\n\r\n",
                "x".repeat(200_000)
            ),
        ),
        (
            "an address of 200 KB",
            format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(200_000)),
        ),
    ]
}

#[actix_web::test]
async fn what_is_no_http_is_refused_and_ends_its_connection() {
    let world = World::embedded().await;
    for (what, text) in cases().into_iter().chain(heads()) {
        let mut wire = Wire::to(&world.base(0)).await;
        wire.send(text.as_bytes()).await;
        wire.send(SMUGGLED.as_bytes()).await;
        // Refused, or cut off without a word; but never read on.
        if let Some(reply) = wire.reply().await {
            assert!((400..500).contains(&reply.status), "{what}: {reply:?}");
        }
        let second = wire.reply().await;
        assert!(second.is_none(), "{what}: {second:?}");
    }
    unharmed(&world).await;
    world.end().await;
}

#[actix_web::test]
async fn a_body_that_takes_its_time_is_not_waited_for() {
    let body_timeout = Duration::from_millis(Settings::default().body_timeout_ms);
    let world = World::embedded_with(|one| one.body_timeout_ms = 300).await;
    let ann = world.customer(0).await;
    let head = Request::new("POST", "/api/v1/conversations")
        .token(&ann.token)
        .header("Content-Type", "application/json")
        .header("Content-Length", "60000");
    for drip in [&b""[..], b" "] {
        let mut wire = Wire::to(&ann.base).await;
        let begun = Instant::now();
        wire.send(&head.bytes()).await;
        wire.send(b"{").await;
        if !drip.is_empty() {
            trickle(&mut wire, drip, 20).await;
        }
        let reply = wire.reply().await.unwrap();
        assert_eq!(reply.told(), "408 timeout", "{reply:?}");
        assert!(begun.elapsed() < body_timeout, "as long as by default");
    }
    unharmed(&world).await;
    world.end().await;
}

#[actix_web::test]
async fn headers_that_take_their_time_are_not_waited_for() {
    let world = World::embedded().await;
    let mut wire = Wire::to(&world.base(0)).await;
    wire.send(b"GET /healthz HTTP/1.1\r\nX-Slow: ").await;
    // Others are served meanwhile.
    let ann = world.customer(0).await;
    let body = json!({ "client_id": client_id() });
    ann.post("/api/v1/conversations", body).await.ok(201);
    let reply = wire.reply().await;
    assert!(reply.is_none_or(|reply| reply.status == 408));
    world.end().await;
}

/// What comes along with a request is shown to no page.
#[actix_web::test]
async fn nothing_is_sent_back_as_it_came() {
    let world = World::embedded().await;
    for method in ["TRACE", "TRACK", "DEBUG"] {
        for path in ["/", "/ws", "/api/v1/me", "/metrics"] {
            let asked = Request::new(method, path).header("X-Odd", "canary");
            let reply = asked.ask(&world.base(0)).await;
            assert_eq!(reply.told(), "405 method_not_allowed", "{method} {path}");
            assert!(!reply.text.contains("canary"), "{reply:?}");
        }
    }
    unharmed(&world).await;
    world.end().await;
}
