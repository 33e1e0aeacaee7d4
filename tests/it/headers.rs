//! What every answer carries, whatever was asked and whatever became of it; and which pages of
//! other origins may ask.

use serde_json::json;
use switchboard::settings::Settings;

use crate::access_table::{DIALECT, ROUTES};
use crate::harness::{World, client_id};
use crate::person::Person;
use crate::wire::{RawSocket, Reply, Request, Wire};

const SHOP: &str = "https://shop.example";
/// Where somebody comes from who has as many sockets as he may.
const ADDRESS: &str = "203.0.113.7";

/// What no answer lacks. What may be kept, and by whom, is another with files.
#[track_caller]
fn carries_all(reply: &Reply, what: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        let times = reply.headers.iter().filter(|(one, _)| one == name).count();
        assert_eq!(
            (reply.header(name), times),
            (Some(value), 1),
            "{what}: {reply:?}"
        );
    }
    let policy = reply.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("default-src '"), "{what}: {reply:?}");
    assert!(!policy.contains("unsafe-eval"), "{what}: {policy}");
    let scripts = policy
        .split("; ")
        .filter(|part| !part.starts_with("style-src"));
    for part in scripts {
        assert!(!part.contains("unsafe-inline"), "{what}: {policy}");
    }
    let kept = reply.header("cache-control").unwrap_or_default();
    let page = what.starts_with("page ");
    let expected = if page { "no-cache" } else { "no-store" };
    assert_eq!(kept, expected, "{what}: {reply:?}");
    // We name no server and no version.
    assert_eq!(reply.header("server"), None, "{what}");
}

/// Requests that are answered in every way there is, and the status each must get.
async fn cases(ann: &Person, body_max: usize) -> Vec<(&'static str, Request, u16)> {
    let conversation = ann.open().await;
    let post = |path: &str| Request::new("POST", path).token(&ann.token);
    let get = |path: &str| Request::new("GET", path).token(&ann.token);
    let messages = format!("/api/v1/conversations/{conversation}/messages");
    let message = json!({ "client_id": client_id(), "text": "x" });
    let large = vec![b' '; body_max + 1];
    let login = json!({ "login": "nobody", "password": "wrong word" });
    vec![
        (
            "one socket too many",
            get("/ws").upgrade().header("X-Forwarded-For", ADDRESS),
            429,
        ),
        ("what is there", get("/api/v1/me"), 200),
        ("what is made", post(&messages).json(&message), 201),
        (
            "a forged token",
            Request::new("DELETE", "/api/v1/sessions/current").token("x"),
            401,
        ),
        ("page /", get("/"), 200),
        ("page /chat", get("/chat"), 200),
        ("page /icon.svg", get("/icon.svg"), 200),
        ("the API's page", get("/docs/"), 200),
        ("the way to it", get("/docs"), 307),
        ("the API's document", get("/api/openapi.json"), 200),
        ("alive", get("/healthz"), 200),
        ("ready", get("/readyz"), 200),
        ("figures", get("/metrics"), 403),
        (
            "HEAD",
            Request::new("HEAD", "/api/v1/me").token(&ann.token),
            200,
        ),
        (
            "not JSON",
            post(&messages).body("application/json", b"{"),
            400,
        ),
        ("no id", get("/api/v1/conversations/none"), 400),
        ("nobody", Request::new("GET", "/api/v1/me"), 401),
        ("a wrong login", post("/api/v1/sessions").json(&login), 401),
        ("not his", get("/api/v1/line"), 403),
        ("no such address", get("/nothing"), 404),
        ("no such script", get("/js/nothing.js"), 404),
        (
            "no such conversation",
            get(&format!("/api/v1/conversations/{}", uuid::Uuid::now_v7())),
            404,
        ),
        ("no such method", Request::new("COPY", "/api/v1/me"), 405),
        (
            "no such method of a page",
            Request::new("POST", "/chat"),
            405,
        ),
        ("OPTIONS", Request::new("OPTIONS", "/api/v1/me"), 405),
        (
            "too slow",
            post(&messages)
                .header("Content-Type", "application/json")
                .header("Content-Length", "9"),
            408,
        ),
        (
            "too large",
            post(&messages).body("application/json", &large),
            413,
        ),
        (
            "no JSON type",
            post(&messages).body("text/plain", b"{}"),
            415,
        ),
        (
            "a wrong field",
            post(&messages).json(&json!({ "x": 1 })),
            422,
        ),
        ("a socket without an upgrade", get("/ws"), 426),
        (
            "a socket of nobody",
            Request::new("GET", "/ws").upgrade(),
            401,
        ),
        (
            "a socket of another page",
            get("/ws")
                .upgrade()
                .header("Origin", "https://evil.example"),
            403,
        ),
        ("a socket", get("/ws").upgrade(), 101),
        (
            "the dialect's login",
            Request::new("POST", "/auth/token/").json(&json!({ "username": "a", "password": "b" })),
            401,
        ),
        (
            "the dialect's list",
            Request::new("GET", "/api/conversations/"),
            401,
        ),
    ]
}

fn few(settings: &mut Settings) {
    settings.sockets_per_address_max = 1;
    settings.body_timeout_ms = 300;
}

#[actix_web::test]
async fn every_answer_carries_what_protects_its_reader() {
    let world = World::embedded_with(few).await;
    let ann = world.customer(0).await;
    let mut held = RawSocket {
        wire: Wire::to(&ann.base).await,
    };
    let socket = Request::new("GET", "/ws").token(&ann.token).upgrade();
    let socket = socket.header("X-Forwarded-For", ADDRESS);
    held.wire.send(&socket.bytes()).await;
    assert_eq!(held.wire.reply().await.unwrap().status, 101);
    held.say(&json!({ "type": "hello" })).await;
    for (what, request, status) in cases(&ann, world.settings.body_bytes_max).await {
        let reply = request.ask(&ann.base).await;
        assert_eq!(reply.status, status, "{what}: {reply:?}");
        carries_all(&reply, what);
        assert_eq!(reply.header("strict-transport-security"), None, "{what}");
    }
    for row in ROUTES.iter().chain(DIALECT) {
        let (method, path) = row.route.split_once(' ').unwrap();
        let path = path.replace("{id}", &uuid::Uuid::now_v7().to_string());
        let path = path.replace("{seq}", "1").replace("{number}", "1");
        for method in [method, "COPY"] {
            let reply = Request::new(method, &path).ask(&ann.base).await;
            carries_all(&reply, row.route);
        }
    }
    drop(held);
    world.end().await;
}

/// A page runs its own scripts only; what is no page runs and shows nothing, wherever it is put.
#[actix_web::test]
async fn only_pages_may_load_anything() {
    let world = World::embedded().await;
    let ann = world.customer(0).await;
    for (path, frames) in [
        ("/", "'none'"),
        ("/chat", "'none'"),
        ("/console", "'none'"),
        ("/docs/", "'self'"),
        ("/api/v1/me", "'none'"),
        ("/api/openapi.json", "'none'"),
        ("/nothing", "'none'"),
        ("/docs/nothing", "'none'"),
        ("/icon.svg", "'none'"),
        ("/metrics", "'none'"),
    ] {
        let reply = Request::new("GET", path)
            .token(&ann.token)
            .ask(&ann.base)
            .await;
        let policy = reply.header("content-security-policy").unwrap();
        let framed = format!("frame-ancestors {frames}");
        assert!(policy.ends_with(&framed), "{path}: {policy}");
        assert!(
            policy.starts_with(&format!("default-src {frames}")),
            "{path}: {policy}"
        );
        let inline = policy.contains("'unsafe-inline'");
        assert_eq!(inline, path == "/docs/", "{path}: {policy}");
    }
    world.end().await;
}

#[actix_web::test]
async fn who_came_by_https_is_told_to_stay_there() {
    let proxied = World::embedded_with(|settings| settings.hsts_s = 60).await;
    let open = World::embedded_with(|settings| settings.trusted_proxies = Vec::new()).await;
    let never = World::embedded_with(|settings| settings.hsts_s = 0).await;
    let told = async |world: &World, path: &str, scheme: &str| {
        let request = Request::new("GET", path).header("X-Forwarded-Proto", scheme);
        let reply = request.ask(&world.base(0)).await;
        let told = reply.header("strict-transport-security");
        told.map(str::to_owned)
    };
    for path in ["/", "/api/v1/me", "/nothing", "/ws", "/healthz"] {
        let minute = Some("max-age=60".to_owned());
        assert_eq!(told(&proxied, path, "https").await, minute, "{path}");
        assert_eq!(told(&proxied, path, "http").await, None, "{path}");
        assert_eq!(
            told(&open, path, "https").await,
            None,
            "anybody may say that"
        );
        assert_eq!(told(&never, path, "https").await, None, "{path}");
    }
    for world in [proxied, open, never] {
        world.end().await;
    }
}

/// The headers by which a browser lets a page read what it asked for.
fn granted(reply: &Reply) -> Vec<&str> {
    let names = reply.headers.iter().map(|(name, _)| name.as_str());
    names
        .filter(|name| name.starts_with("access-control-"))
        .collect()
}

fn preflight(path: &str, origin: &str, method: &str, headers: &str) -> Request {
    Request::new("OPTIONS", path)
        .header("Origin", origin)
        .header("Access-Control-Request-Method", method)
        .header("Access-Control-Request-Headers", headers)
}

#[actix_web::test]
async fn pages_of_allowed_origins_may_ask_and_read() {
    let world = World::embedded_with(|one| one.allowed_origins = vec![SHOP.into()]).await;
    let ann = world.customer(0).await;
    let headers = "authorization, content-type";
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        let reply = preflight("/api/v1/conversations", SHOP, method, headers);
        let reply = reply.ask(&ann.base).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.header("access-control-allow-origin"), Some(SHOP));
        let methods = reply.header("access-control-allow-methods").unwrap();
        assert!(methods.contains(method), "{methods}");
        let allowed = reply.header("access-control-allow-headers").unwrap();
        let allowed = allowed.to_lowercase();
        assert!(allowed.contains("authorization") && allowed.contains("content-type"));
        assert_eq!(reply.header("access-control-max-age"), Some("600"));
        // No cookie goes along, or any page there could use whoever is signed in here.
        assert_eq!(reply.header("access-control-allow-credentials"), None);
        let vary = reply.header("vary").unwrap_or_default().to_lowercase();
        assert!(vary.contains("origin"), "{reply:?}");
        carries_all(&reply, "a preflight");
    }
    // What went well and what did not can both be read.
    for (path, token, status) in [
        ("/api/v1/me", ann.token.as_str(), 200),
        ("/api/v1/me", "", 401),
        ("/nothing", "", 404),
        ("/ws", &ann.token, 426),
    ] {
        let ask = Request::new("GET", path)
            .token(token)
            .header("Origin", SHOP);
        let reply = ask.ask(&ann.base).await;
        assert_eq!(reply.status, status, "{reply:?}");
        assert_eq!(
            reply.header("access-control-allow-origin"),
            Some(SHOP),
            "{path}"
        );
        let exposed = reply.header("access-control-expose-headers").unwrap();
        assert!(exposed.to_lowercase().contains("retry-after"), "{exposed}");
        carries_all(&reply, path);
    }
    world.end().await;
}

#[actix_web::test]
async fn pages_of_other_origins_read_nothing() {
    let world = World::embedded_with(|one| one.allowed_origins = vec![SHOP.into()]).await;
    let ann = world.customer(0).await;
    for origin in [
        "https://shop.example.evil",
        "https://evil-shop.example",
        "http://shop.example",
        "https://shop.example:444",
        "https://SHOP.example.",
        "null",
        "http://switchboard",
    ] {
        let asked = preflight("/api/v1/me", origin, "GET", "authorization");
        let asked = asked.ask(&ann.base).await;
        assert_eq!(
            asked.told(),
            "403 origin_not_allowed",
            "{origin}: {asked:?}"
        );
        let ask = Request::new("GET", "/api/v1/me").token(&ann.token);
        let got = ask.header("Origin", origin).ask(&ann.base).await;
        // As an answer to a program; the browser keeps it from the page.
        assert_eq!(got.status, 200, "{got:?}");
        for reply in [&asked, &got] {
            assert_eq!(
                reply.header("access-control-allow-origin"),
                None,
                "{origin}"
            );
            carries_all(reply, origin);
        }
    }
    for (method, headers) in [("COPY", "authorization"), ("GET", "x-other")] {
        let asked = preflight("/api/v1/me", SHOP, method, headers);
        let asked = asked.ask(&ann.base).await;
        assert_eq!(asked.told(), "403 origin_not_allowed", "{asked:?}");
    }
    world.end().await;
}

#[actix_web::test]
async fn by_default_no_page_of_another_origin_may_ask() {
    let world = World::embedded().await;
    let ann = world.customer(0).await;
    let asked = preflight("/api/v1/me", SHOP, "GET", "authorization");
    let asked = asked.ask(&ann.base).await;
    assert_eq!(asked.told(), "403 origin_not_allowed", "{asked:?}");
    let ask = Request::new("GET", "/api/v1/me").token(&ann.token);
    let got = ask.header("Origin", SHOP).ask(&ann.base).await;
    for reply in [asked, got] {
        assert_eq!(granted(&reply), Vec::<&str>::new(), "{reply:?}");
    }
    world.end().await;
}
