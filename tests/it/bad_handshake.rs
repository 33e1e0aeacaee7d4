//! Who is not let in by a WebSocket's handshake, native and of the dialect alike.

use serde_json::json;

use crate::bad_input::{decent, unharmed};
use crate::harness::{World, until};
use crate::on_both;
use crate::person::Person;
use crate::wire::{Reply, Request};

on_both!(
    only_with_a_login_and_never_from_the_address,
    a_ticket_is_good_once_for_its_owner,
    only_from_pages_we_know,
    only_with_a_proper_handshake,
    only_in_a_language_that_is_spoken_here,
);

/// The addresses of sockets that this customer may open.
async fn addresses(ann: &Person) -> [String; 2] {
    let id = ann.open().await;
    ["/ws".to_owned(), format!("/ws/customer_support/{id}/")]
}

async fn refused(who: &Person, request: Request, expected: &str) -> Reply {
    let reply = request.ask(&who.base).await;
    assert_eq!(reply.told(), expected, "{reply:?}");
    decent(&reply);
    let kind = reply.header("content-type");
    assert_eq!(kind, Some("application/problem+json"), "{reply:?}");
    reply
}

fn open(path: &str) -> Request {
    Request::new("GET", path).upgrade()
}

async fn ticket(who: &Person) -> String {
    let made = who.post("/api/v1/socket-tickets", json!({})).await.ok(201);
    format!(
        "switchboard.v1, ticket.{}",
        made["ticket"].as_str().unwrap()
    )
}

async fn only_with_a_login_and_never_from_the_address(world: &World) {
    let ann = world.customer(0).await;
    for path in addresses(&ann).await {
        let reply = refused(&ann, open(&path), "401 token_missing").await;
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        for forged in ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
            refused(&ann, open(&path).token(forged), "401 token_invalid").await;
        }
        for name in ["token", "access_token"] {
            let path = format!("{path}?{name}={}", ann.token);
            refused(&ann, open(&path), "401 token_in_url").await;
            // Not even beside a good header: the address is in some log by now.
            refused(&ann, open(&path).token(&ann.token), "401 token_in_url").await;
        }
        assert_eq!(
            open(&path).token(&ann.token).ask(&ann.base).await.status,
            101
        );
    }
    unharmed(world).await;
}

async fn a_ticket_is_good_once_for_its_owner(world: &World) {
    let (ann, ben) = (world.customer(0).await, world.customer(1).await);
    let protocol = "Sec-WebSocket-Protocol";
    for path in addresses(&ann).await {
        for bad in [
            "ticket.",
            "ticket.00",
            "switchboard.v1, ticket.x, ticket.y",
            "ticket.\u{e9}",
        ] {
            let request = open(&path).header(protocol, bad);
            let reply = request.ask(&ann.base).await;
            assert_eq!(reply.status, 401, "{bad}: {reply:?}");
        }
        let good = ticket(&ann).await;
        // A handshake that fails by itself does not use it up.
        let plain = Request::new("GET", &path).header(protocol, &good);
        refused(&ann, plain, "426 upgrade_required").await;
        let there = ann.at(world.base(2));
        let opened = open(&path).header(protocol, &good).ask(&there.base).await;
        assert_eq!(opened.status, 101, "{opened:?}");
        let echoed = opened.header("sec-websocket-protocol");
        assert_eq!(echoed, Some("switchboard.v1"), "the ticket is not echoed");
        for node in [&ann, &there] {
            refused(
                node,
                open(&path).header(protocol, &good),
                "401 token_invalid",
            )
            .await;
        }
    }
    // Ben's ticket makes him Ben, not Ann.
    let [_, hers] = addresses(&ann).await;
    let his = ticket(&ben).await;
    refused(&ann, open(&hers).header(protocol, &his), "404 not_found").await;

    let late = ticket(&ben).await;
    let path = "/api/v1/sessions/current";
    ben.ask(awc::http::Method::DELETE, path, None).await.ok(204);
    refused(
        &ben,
        open("/ws").header(protocol, &late),
        "401 session_ended",
    )
    .await;
    unharmed(world).await;
}

async fn only_from_pages_we_know(world: &World) {
    let ann = world.customer(0).await;
    for path in addresses(&ann).await {
        let foreign = [
            "https://evil.example",
            "null",
            "",
            "switchboard",
            "http://switchboard.evil.example",
            "http://evil-switchboard",
            "http://switchboard:81",
            "http://evil.example/http://switchboard",
            "http://switchboard@evil.example",
        ];
        for origin in foreign {
            let request = open(&path).token(&ann.token).header("Origin", origin);
            refused(&ann, request, "403 origin_not_allowed").await;
        }
        let own = open(&path)
            .token(&ann.token)
            .header("Origin", "http://switchboard");
        assert_eq!(own.ask(&ann.base).await.status, 101, "the Host's own pages");
    }
    unharmed(world).await;
}

#[actix_web::test]
async fn other_pages_only_if_the_settings_say_so() {
    let shop = "https://shop.example";
    let world = World::embedded_with(|one| one.allowed_origins = vec![shop.into()]).await;
    let ann = world.customer(0).await;
    let ask = |origin: &str| open("/ws").token(&ann.token).header("Origin", origin);
    assert_eq!(ask(shop).ask(&ann.base).await.status, 101);
    for origin in [
        "https://shop.example.evil",
        "http://shop.example",
        "https://shop.example:444",
    ] {
        refused(&ann, ask(origin), "403 origin_not_allowed").await;
    }
    world.end().await;
}

async fn only_with_a_proper_handshake(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(1, 2).await);
    let [native, dialect] = addresses(&ann).await;
    let key = ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    let parts = [("Connection", "Upgrade"), ("Upgrade", "websocket"), key];
    let version = |path: &str, version: &str| {
        let request = Request::new("GET", path).token(&ann.token);
        let request = parts
            .iter()
            .fold(request, |one, (name, value)| one.header(name, value));
        request.header("Sec-WebSocket-Version", version)
    };
    for path in [&native, &dialect] {
        let plain = Request::new("GET", path).token(&ann.token);
        let reply = refused(&ann, plain, "426 upgrade_required").await;
        assert_eq!(
            reply.header("sec-websocket-version"),
            Some("13"),
            "{reply:?}"
        );
        assert_eq!(reply.header("upgrade"), Some("websocket"), "{reply:?}");
        for other in ["8", "14", "", "13, 8"] {
            refused(&ann, version(path, other), "426 upgrade_required").await;
        }
        assert_eq!(version(path, "13").ask(&ann.base).await.status, 101);
        for key in [
            "",
            "short",
            "bm90IHNpeHRlZW4gYnl0ZXM=",
            "!!!!!!!!!!!!!!!!!!!!!!==",
        ] {
            let request = Request::new("GET", path)
                .token(&ann.token)
                .header("Connection", "keep-alive, Upgrade")
                .header("Upgrade", "websocket")
                .header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", key);
            refused(&ann, request, "400 invalid_request").await;
        }
    }
    // A rep enters a waiting conversation by his socket: not by a socket that never was.
    let plain = Request::new("GET", &dialect).token(&rep.token);
    refused(&rep, plain, "426 upgrade_required").await;
    let id = dialect.trim_end_matches('/').rsplit('/').next().unwrap();
    assert_eq!(world.status(id).await, "waiting");
    unharmed(world).await;
}

#[actix_web::test]
async fn only_while_there_is_room() {
    let world = World::embedded_with(|one| one.sockets_max = 2).await;
    let ann = world.customer(0).await;
    let (first, second) = (ann.socket().await, ann.socket().await);
    let reply = refused(&ann, open("/ws").token(&ann.token), "503 overloaded").await;
    assert!(reply.header("retry-after").is_some(), "{reply:?}");
    drop(first);
    until("room for another", async || {
        open("/ws").token(&ann.token).ask(&ann.base).await.status == 101
    })
    .await;
    drop(second);
    world.end().await;
}

async fn only_in_a_language_that_is_spoken_here(world: &World) {
    let ann = world.customer(0).await;
    let protocol = "Sec-WebSocket-Protocol";
    let begin = || open("/ws").token(&ann.token);
    for foreign in [
        "switchboard.v2",
        "chat, superchat",
        "switchboard.v2, ticket.x",
    ] {
        let request = begin().header(protocol, foreign);
        refused(&ann, request, "400 invalid_request").await;
    }
    let both = begin().header(protocol, "switchboard.v2, switchboard.v1");
    for (request, echo) in [(begin(), None), (both, Some("switchboard.v1"))] {
        let opened = request.ask(&ann.base).await;
        assert_eq!(opened.status, 101, "{opened:?}");
        assert_eq!(opened.header("sec-websocket-protocol"), echo);
    }
    // The dialect names none, and does not mind.
    let [_, path] = addresses(&ann).await;
    let opened = open(&path).token(&ann.token).header(protocol, "chat");
    assert_eq!(opened.ask(&ann.base).await.status, 101);
    unharmed(world).await;
}

/// What is compressed tells by its length what stands in it, and may be a bomb.
#[actix_web::test]
async fn no_extension_is_agreed_on() {
    let world = World::embedded().await;
    let ann = world.customer(0).await;
    for path in addresses(&ann).await {
        let offered = "permessage-deflate; client_max_window_bits";
        let asked = open(&path).token(&ann.token);
        let asked = asked.header("Sec-WebSocket-Extensions", offered);
        let opened = asked.ask(&ann.base).await;
        assert_eq!(opened.status, 101, "{opened:?}");
        assert_eq!(opened.header("sec-websocket-extensions"), None, "{path}");
    }
    world.end().await;
}
