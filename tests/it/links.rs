//! One-use links that people ask for themselves: who has one gives himself a new password or
//! confirms his e-mail address, once; and nobody learns from the answer who exists.

use serde_json::{Value, json};
use switchboard::settings::Settings;
use switchboard::store::{Conn, password_links};
use switchboard::words::{SessionId, UserId, now};

use crate::doctor::tamper;
use crate::harness::{World, until};
use crate::letters;
use crate::on_both_with;
use crate::person::{Answer, Person};
use crate::process::Process;
use crate::wire::{Reply, Request};

fn few(settings: &mut Settings) {
    settings.links_per_name_max = 3;
    settings.links_per_address_max = 6;
    // What ends a login reaches sockets by the doorbell.
    settings.position_check_ms = 600_000;
}

on_both_with!(few;
    a_link_gives_a_new_password_once,
    a_link_confirms_an_address_until_it_is_another,
    nobody_learns_who_exists,
    names_and_addresses_get_so_many_links,
    nobody_takes_the_links_of_another_away
);

const PASSWORD: &str = "correct horse";

fn nobody(world: &World, turn: usize) -> Person {
    Person::new(
        UserId::new(),
        String::new(),
        world.base(turn),
        String::new(),
    )
}

/// Registers with an e-mail address of his own.
async fn register(world: &World) -> (Person, String) {
    letters::open();
    let name = format!("n{}", UserId::new().0.simple());
    let email = format!("{name}@Example.org");
    let body = json!({ "username": name, "password": PASSWORD, "email": email });
    let made = nobody(world, 0)
        .post("/api/v1/customers", body)
        .await
        .ok(201);
    let id = made["user"]["id"].as_str().unwrap().parse().unwrap();
    let token = made["access_token"].as_str().unwrap().into();
    (Person::new(id, name, world.base(0), token), email)
}

async fn ask(world: &World, turn: usize, kind: &str, login: &str) -> Answer {
    let body = json!({ "kind": kind, "login": login });
    nobody(world, turn).post("/api/v1/links", body).await
}

async fn use_link(world: &World, turn: usize, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "password": password });
    nobody(world, turn).post("/api/v1/password", body).await
}

async fn is_good(world: &World, kind: &str, token: &str) -> bool {
    let body = json!({ "kind": kind, "token": token });
    let told = nobody(world, 1).post("/api/v1/links/check", body).await;
    told.ok(200)["valid"].as_bool().unwrap()
}

async fn confirm(world: &World, token: &str) -> Answer {
    let body = json!({ "token": token });
    nobody(world, 1)
        .post("/api/v1/email-confirmations", body)
        .await
}

async fn sign_in(world: &World, name: &str, password: &str) -> u16 {
    let body = json!({ "login": name, "password": password });
    nobody(world, 0).post("/api/v1/sessions", body).await.status
}

async fn a_link_gives_a_new_password_once(world: &World) {
    let (ann, email) = register(world).await;
    ask(world, 1, "password", &email.to_uppercase())
        .await
        .ok(202);
    let token = letters::token(ann.id, "password", 1).await;
    assert_eq!(token.len(), 64, "256 bits");
    // No token of one kind is of another.
    assert_eq!(confirm(world, &token).await.code(401), "token_invalid");
    assert!(is_good(world, "password", &token).await);
    assert!(!is_good(world, "email", &token).await);
    assert!(!is_good(world, "invitation", &token).await);
    assert!(!is_good(world, "password", "").await);
    let mut socket = ann.socket().await;
    let weak = use_link(world, 0, &token, "password1").await;
    assert_eq!(weak.code(422), "validation_failed");
    let both = (
        use_link(world, 0, &token, "battery staple"),
        use_link(world, 1, &token, "battery staple"),
    );
    let both = futures_util::future::join(both.0, both.1).await;
    let mut answers = [both.0.status, both.1.status];
    answers.sort();
    assert_eq!(answers, [204, 401]);
    assert!(!is_good(world, "password", &token).await, "used up");
    assert_eq!(socket.closed().await, Some(4100));
    assert_eq!(ann.get("/api/v1/me").await.code(401), "session_ended");
    assert_eq!(sign_in(world, &ann.name, PASSWORD).await, 401);
    assert_eq!(sign_in(world, &ann.name, "battery staple").await, 200);

    // An old one is good no more.
    ask(world, 0, "password", &ann.name).await.ok(202);
    let token = letters::token(ann.id, "password", 2).await;
    assert!(is_good(world, "password", &token).await);
    tamper(world, "UPDATE password_links SET expires_at = 1", &[]).await;
    assert!(!is_good(world, "password", &token).await, "too old");
    let late = use_link(world, 0, &token, "another staple").await;
    assert_eq!(late.code(401), "token_invalid");

    // Who may not sign in gets none.
    let (admin, path) = (
        world.admin().await,
        format!("/api/v1/people/{}/disable", ann.id),
    );
    admin.post(&path, json!({})).await.ok(200);
    let (bob, _) = register(world).await;
    ask(world, 0, "password", &ann.name).await.ok(202);
    ask(world, 0, "password", &bob.name).await.ok(202);
    letters::token(bob.id, "password", 1).await;
    assert_eq!(letters::got(ann.id, "password").len(), 2);
}

async fn a_link_confirms_an_address_until_it_is_another(world: &World) {
    let ((ann, email), admin) = (register(world).await, world.admin().await);
    let since = async || ann.get("/api/v1/me").await.ok(200)["email_confirmed_at"].clone();
    assert_eq!(since().await, Value::Null);
    ask(world, 0, "email", &email).await.ok(202);
    let token = letters::token(ann.id, "email", 1).await;
    let foreign = use_link(world, 0, &token, "battery staple").await;
    assert_eq!(foreign.code(401), "token_invalid");
    assert!(is_good(world, "email", &token).await);
    confirm(world, &token).await.ok(204);
    assert!(!is_good(world, "email", &token).await, "used up");
    assert_eq!(confirm(world, &token).await.code(401), "token_invalid");
    let at = since().await;
    assert!(at.as_i64().is_some_and(|at| at > 1_700_000_000_000), "{at}");
    let path = format!("/api/v1/people/{}", ann.id);
    assert_eq!(admin.get(&path).await.ok(200)["email_confirmed_at"], at);

    // Written in another way it is the same; any other change does not concern it.
    let change = async |email: Value| {
        let body = json!({ "email": email, "password": PASSWORD, "city": "X" });
        ann.patch("/api/v1/me", body).await.ok(200)["email_confirmed_at"].clone()
    };
    assert_eq!(change(json!(email.to_lowercase())).await, at);
    let other = format!("other.{email}");
    assert_eq!(change(json!(other)).await, Value::Null);

    // A link is for the address that there was when it was asked for.
    ask(world, 0, "email", &other).await.ok(202);
    let token = letters::token(ann.id, "email", 2).await;
    assert_eq!(change(json!(email)).await, Value::Null);
    assert!(!is_good(world, "email", &token).await, "of another address");
    assert_eq!(confirm(world, &token).await.code(401), "token_invalid");
    ask(world, 0, "email", &email).await.ok(202);
    let token = letters::token(ann.id, "email", 3).await;
    // An admin takes it from him as well.
    admin.patch(&path, json!({ "email": other })).await.ok(200);
    assert_eq!(confirm(world, &token).await.code(401), "token_invalid");
    assert_eq!(since().await, Value::Null);
}

/// All of an answer but what is different in each.
fn bare(reply: Reply) -> (u16, Vec<(String, String)>, String) {
    let mut headers = reply.headers;
    headers.retain(|(name, _)| name != "date");
    (reply.status, headers, reply.text)
}

async fn nobody_learns_who_exists(world: &World) {
    let (ann, email) = register(world).await;
    let bob = world.customer(0).await;
    for kind in ["password", "email"] {
        let mut answers = Vec::new();
        // Bob has neither an address nor a password.
        for login in [&ann.name, &email, &bob.name, "nobody", "a\0b", ""] {
            let body = json!({ "kind": kind, "login": login });
            let reply = Request::new("POST", "/api/v1/links").json(&body);
            answers.push(bare(reply.ask(&world.base(0)).await));
        }
        assert_eq!(answers[0].0, 202, "{answers:?}");
        assert!(answers.iter().all(|one| *one == answers[0]), "{answers:?}");
    }
    letters::token(ann.id, "email", 2).await;
    letters::token(ann.id, "password", 2).await;
    letters::token(bob.id, "password", 1).await;
    assert_eq!(letters::got(bob.id, "email"), Vec::<String>::new());
    let long = ask(world, 0, "password", &"x".repeat(1_025)).await;
    assert_eq!(long.code(422), "validation_failed");
    let no_kind = ask(world, 0, "phone", &ann.name).await;
    assert_eq!(no_kind.code(422), "validation_failed");
}

async fn names_and_addresses_get_so_many_links(world: &World) {
    let (ann, _) = register(world).await;
    let ask = async |login: &str, address: &str| {
        let body = json!({ "kind": "password", "login": login });
        let request = Request::new("POST", "/api/v1/links").json(&body);
        let request = request.header("X-Forwarded-For", address);
        request.ask(&world.base(0)).await
    };
    for name in [&ann.name, "nobody"] {
        for (turn, expected) in [202, 202, 202, 429].into_iter().enumerate() {
            let name = match turn % 2 {
                0 => name.to_owned(),
                _ => format!(" {} ", name.to_uppercase()),
            };
            let reply = ask(&name, &format!("203.0.113.{turn}")).await;
            assert_eq!(reply.status, expected, "{name}: {reply:?}");
        }
    }
    // They are made behind the answers.
    letters::token(ann.id, "password", 3).await;
    assert_eq!(letters::got(ann.id, "password").len(), 3);
    for number in 0..7 {
        let reply = ask(&format!("nobody{number}"), "198.51.100.1").await;
        let expected = if number < 6 { 202 } else { 429 };
        assert_eq!(reply.status, expected, "{reply:?}");
        assert_eq!(reply.header("retry-after").is_some(), expected == 429);
    }
}

async fn nobody_takes_the_links_of_another_away(world: &World) {
    let ((ann, email), admin) = (register(world).await, world.admin().await);
    let path = format!("/api/v1/people/{}/password-link", ann.id);
    let made = admin.post(&path, json!({})).await.ok(201);
    let by_admin = made["token"].as_str().unwrap();
    let there = async || {
        let count = move |conn: &mut Conn| {
            let none = SessionId::new();
            Ok(password_links::count_but(conn, ann.id, none, now())?)
        };
        world.nodes[0].app.store.read(count).await.unwrap()
    };
    // By name and by address, three each; with the admin's there may be five.
    for (turn, login) in [&ann.name, &email].into_iter().cycle().take(6).enumerate() {
        ask(world, 0, "password", login).await.ok(202);
        if turn < 4 {
            letters::token(ann.id, "password", turn + 1).await;
        }
    }
    // Another's, who asked later, is there: so would be hers.
    let (bob, _) = register(world).await;
    ask(world, 0, "password", &bob.name).await.ok(202);
    letters::token(bob.id, "password", 1).await;
    assert_eq!(
        (there().await, letters::got(ann.id, "password").len()),
        (5, 4)
    );
    use_link(world, 0, by_admin, "battery staple").await.ok(204);
    // And with it all others are used up.
    let token = letters::token(ann.id, "password", 1).await;
    let rest = use_link(world, 0, &token, "another staple").await;
    assert_eq!(rest.code(401), "token_invalid");
}

/// Once in the log, and in no file but that.
#[actix_web::test]
async fn a_link_is_told_once_and_kept_as_a_hash() {
    let folder = tempfile::tempdir().unwrap();
    let (path, data) = (folder.path().join("log"), folder.path().join("data"));
    let log = std::fs::File::create(&path).unwrap();
    let settings = [
        ("LOG", "debug,actix_http=off".to_owned()),
        ("PUBLIC_URL", "https://chat.example".to_owned()),
    ];
    let process = Process::logged(&data, &settings, log);
    let at = |base: &str| Person::new(UserId::new(), String::new(), base.into(), String::new());
    let nobody = at(&process.base);
    let new = json!({ "username": "canary-ann", "password": "canary-horse" });
    nobody.post("/api/v1/customers", new).await.ok(201);
    let asked = json!({ "kind": "password", "login": "canary-ann" });
    nobody.post("/api/v1/links", asked).await.ok(202);
    let read = || std::fs::read_to_string(&path).unwrap();
    let start = "https://chat.example/link#password=";
    until("the link", async || read().contains(start)).await;
    let token: String = read().split(start).nth(1).unwrap()[..64].to_owned();
    assert!(token.chars().all(|c| c.is_ascii_hexdigit()), "{token}");
    let files = ["switchboard.db", "switchboard.db-wal"].map(|name| data.join(name));
    for file in files.iter().filter(|file| file.exists()) {
        let bytes = std::fs::read(file).unwrap();
        let found = bytes.windows(64).any(|part| part == token.as_bytes());
        assert!(!found, "{}", file.display());
    }
    let used = json!({ "token": token, "password": "canary staple" });
    nobody.post("/api/v1/password", used).await.ok(204);
    drop(process);
    let log = read();
    assert_eq!(log.matches(&token).count(), 1, "{log}");
    assert!(!log.contains("canary"), "{log}");
    assert!(log.contains("authn_password_change"), "{log}");
}
