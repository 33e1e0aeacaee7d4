//! Settings that admins change while the server runs: what is told of them, what is refused, and
//! that they are in force on every node.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard::settings::Settings;
use switchboard::settings::running::{RUNNING, Range};
use switchboard::store::Conn;
use switchboard::store::settings::{self as rows, Setting};
use switchboard::words::{UserId, now};

use crate::harness::{World, client_id, until};
use crate::on_both_with;
use crate::person::{Answer, Person};

on_both_with!(
    often;
    every_setting_is_told_and_no_secret,
    what_may_not_be_set_is_refused_with_every_field,
    what_is_set_is_in_force_on_every_node,
    what_is_taken_back_is_as_the_file_says,
    customers_are_greeted_with_the_texts,
    what_no_doorbell_has_told_is_found,
    each_part_goes_by_its_new_limits,
);

fn often(settings: &mut Settings) {
    settings.position_check_ms = 200;
}

const PATH: &str = "/api/v1/settings";

async fn set(admin: &Person, changes: Value) -> Value {
    admin.patch(PATH, changes).await.ok(200)
}

/// One of a list.
fn named(list: &Value, name: &str) -> Value {
    let mut all = list.as_array().unwrap().iter();
    let found = all.find(|one| one["name"] == name);
    found
        .unwrap_or_else(|| panic!("{name} is not told"))
        .clone()
}

async fn of(admin: &Person, name: &str) -> Value {
    named(&admin.get(PATH).await.ok(200), name)
}

fn fields(answer: Answer) -> Vec<String> {
    let body = answer.ok(422);
    let errors = body["errors"].as_array().unwrap().iter();
    errors
        .map(|one| one["field"].as_str().unwrap().to_owned())
        .collect()
}

async fn every_setting_is_told_and_no_secret(world: &World) {
    let admin = world.admin().await;
    let list = admin.get(PATH).await.ok(200);
    let told: BTreeSet<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    let defaults: toml::Table = toml::from_str(switchboard::settings::DEFAULTS).unwrap();
    let known: BTreeSet<&str> = defaults.keys().map(String::as_str).collect();
    assert_eq!(told, known);
    for secret in ["secret", "database_url", "redis_url"] {
        let one = named(&list, secret);
        assert_eq!(
            (&one["secret"], &one["value"], &one["default"]),
            (&json!(true), &json!(null), &json!(null))
        );
        assert_eq!(one["changeable"], false);
    }
    let text = list.to_string();
    for canary in [&world.settings.secret, &world.settings.database_url] {
        assert!(
            canary.is_empty() || !text.contains(canary.as_str()),
            "{text}"
        );
    }
    let one = named(&list, "open_per_customer_max");
    let like = json!({
        "name": "open_per_customer_max", "value": 20, "default": 20, "origin": "default",
        "changeable": true, "secret": false, "least": 1, "most": 1_000_000,
    });
    assert_eq!(one, like);
    let lease = named(&list, "lease_ms");
    assert_eq!(
        (&lease["changeable"], lease.get("least")),
        (&json!(false), None)
    );
    assert_eq!(named(&list, "welcome_text")["chars_max"], 1_000);
    // This test has set it.
    assert_eq!(named(&list, "workers")["origin"], "program");
}

async fn what_may_not_be_set_is_refused_with_every_field(world: &World) {
    let admin = world.admin().await;
    let wrong = json!({
        "messages_per_s": 0, "messages_burst": "60", "reps_may_join": 1,
        "lease_ms": 20_000, "secret": "x", "nothing": null, "away_text": "x".repeat(1_001),
        "edit_window_s": 10,
    });
    let mut named = fields(admin.patch(PATH, wrong).await);
    named.sort();
    let known = [
        "away_text",
        "lease_ms",
        "messages_burst",
        "messages_per_s",
        "nothing",
        "reps_may_join",
        "secret",
    ];
    assert_eq!(named, known);
    assert_eq!(
        of(&admin, "edit_window_s").await["value"],
        900,
        "all or none"
    );
    let cases = [
        json!({ "welcome_text": "a\u{7}" }),
        json!({ "messages_per_s": 1.5 }),
        json!({ "messages_per_s": 1_000_001 }),
        json!({ "attachments_per_message_max": 101 }),
        json!({ "lease_ms": null }),
        json!({ "welcome_text": ["x"] }),
    ];
    for case in cases {
        let name = case.as_object().unwrap().keys().next().unwrap().clone();
        assert_eq!(fields(admin.patch(PATH, case).await), [name]);
    }
    for (name, range) in RUNNING {
        let Range::Number { least, most } = range else {
            continue;
        };
        for beyond in [least - 1, most + 1] {
            let answer = admin.patch(PATH, json!({ *name: beyond })).await;
            assert_eq!(fields(answer), [*name]);
        }
    }
}

async fn what_is_set_is_in_force_on_every_node(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let list = set(&admin, json!({ "open_per_customer_max": 1 })).await;
    let one = named(&list, "open_per_customer_max");
    assert_eq!(
        (&one["value"], &one["origin"]),
        (&json!(1), &json!("database"))
    );
    ann.open().await;
    let begun = Instant::now();
    for turn in 0..3 {
        let (there, ann) = (admin.at(world.base(turn)), ann.at(world.base(turn)));
        until("it is in force", async || {
            of(&there, "open_per_customer_max").await["value"] == 1
        })
        .await;
        let body = json!({ "client_id": client_id() });
        let refused = ann.post("/api/v1/conversations", body).await;
        assert_eq!(refused.code(409), "too_many_open");
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "by the doorbell");
}

async fn what_is_taken_back_is_as_the_file_says(world: &World) {
    let admin = world.admin().await;
    let changes = json!({ "edit_window_s": 5, "reps_may_join": true });
    set(&admin, changes).await;
    let list = set(&admin, json!({ "edit_window_s": null })).await;
    let back = named(&list, "edit_window_s");
    assert_eq!(
        (&back["value"], &back["origin"]),
        (&json!(900), &json!("default"))
    );
    let other = named(&list, "reps_may_join");
    assert_eq!(
        (&other["value"], &other["origin"]),
        (&json!(true), &json!("database"))
    );
    // What this test has set comes from no file.
    let list = set(&admin, json!({ "frames_burst": 7 })).await;
    assert_eq!(named(&list, "frames_burst")["value"], 7);
    let list = set(&admin, json!({ "frames_burst": null })).await;
    let one = named(&list, "frames_burst");
    assert_eq!(
        (&one["value"], &one["origin"]),
        (&json!(10_000), &json!("program"))
    );
}

async fn customers_are_greeted_with_the_texts(world: &World) {
    let (admin, ann, rep) = (
        world.admin().await,
        world.customer(0).await,
        world.rep(0, 1).await,
    );
    let (_, ready) = ann.resume(json!({})).await;
    assert_eq!(ready.get("texts"), None, "{ready}");
    let texts = json!({ "welcome_text": "Hello!\nAsk us.", "away_text": "Back at nine." });
    set(&admin, texts).await;
    let known = json!({ "welcome": "Hello!\nAsk us.", "away": "Back at nine." });
    let (_, ready) = ann.resume(json!({})).await;
    assert_eq!(ready["texts"], known);
    assert_eq!(ann.get("/api/v1/texts").await.ok(200), known);
    let (_, ready) = rep.resume(json!({})).await;
    assert_eq!(ready.get("texts"), None, "{ready}");
    // At its longest, in characters and not in bytes.
    set(&admin, json!({ "away_text": "ü".repeat(1_000) })).await;
}

#[actix_web::test]
async fn a_new_node_begins_with_what_is_set() {
    // No doorbell tells it what was before it, and it looks for that much later.
    let seldom = |settings: &mut Settings| settings.position_check_ms = 600_000;
    let mut worlds = vec![World::embedded_with(seldom).await];
    worlds.extend(World::services_with(1, seldom).await);
    for mut world in worlds {
        let admin = world.admin().await;
        set(&admin, json!({ "edit_window_s": 77 })).await;
        let store = &world.nodes[0].app.store;
        let kept = store.read(|conn| Ok(rows::list(conn)?)).await.unwrap();
        assert_eq!((kept.len(), &kept[0].value), (1, &json!(77)));
        assert_eq!(kept[0].changed_by, admin.id);
        // On SQLite another comes when the first has gone.
        if !store.shared() {
            world.nodes.remove(0).stop().await;
        }
        world.add_node().await;
        let tuning = &world.nodes.last().unwrap().app.tuning;
        assert_eq!(tuning.running().edit_window_s, 77);
        world.end().await;
    }
}

/// What is in the record and this release does not take, as one of a later release, stops nothing.
async fn what_no_doorbell_has_told_is_found(world: &World) {
    let admin = world.admin().await;
    let write = |conn: &mut Conn| {
        let values = [
            ("of_later", json!(1)),
            ("messages_per_s", json!(0)),
            ("edit_window_s", json!(55)),
        ];
        for (name, value) in values {
            let row = Setting {
                name: name.into(),
                value,
                changed_at: now(),
                changed_by: UserId::new(),
            };
            rows::set(conn, &row)?;
        }
        Ok(())
    };
    world.nodes[0].app.store.write(write).await.unwrap();
    for turn in 0..3 {
        let there = admin.at(world.base(turn));
        until("it is found", async || {
            of(&there, "edit_window_s").await["value"] == 55
        })
        .await;
        assert_eq!(of(&there, "messages_per_s").await["value"], 20);
    }
}

async fn each_part_goes_by_its_new_limits(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let id = ann.open().await;
    ann.say(&id, "one").await;
    set(&admin, json!({ "messages_burst": 1, "messages_per_s": 1 })).await;
    // So many come in a minute, but not at once.
    let mut refused = None;
    for _ in 0..60 {
        let message = json!({ "client_id": client_id(), "text": "more" });
        let answer = ann.act(&id, "messages", message).await;
        if answer.status != 201 {
            refused = Some(answer.code(429));
            break;
        }
    }
    assert_eq!(refused.as_deref(), Some("rate_limited"));
    set(
        &admin,
        json!({ "messages_burst": null, "messages_per_s": null }),
    )
    .await;
    ann.say(&id, "four").await;

    // An edit that is too late, and files beyond a day's share.
    let said = ann.say(&id, "typo").await["seq"].clone();
    set(
        &admin,
        json!({ "edit_window_s": 0, "attachments_per_day_max": 0 }),
    )
    .await;
    world.nodes[0].app.tuning.read_again().await.unwrap();
    let path = format!("/api/v1/conversations/{id}/messages/{said}");
    let refused = ann.put(&path, json!({ "text": "type" })).await;
    assert_eq!(refused.code(409), "too_late");
    let file = json!({ "name": "a.txt", "content": "aGVsbG8=" });
    let refused = ann.post("/api/v1/attachments/inline", file).await;
    assert_eq!(refused.code(429), "quota_exceeded");

    // Sockets, as they open.
    set(&admin, json!({ "sockets_per_user_max": 1 })).await;
    let mut first = ann.socket().await;
    let _second = ann.socket().await;
    assert_eq!(first.wait("bye").await["reason"], "replaced");

    // What one machine may register.
    set(&admin, json!({ "registrations_per_address_max": 1 })).await;
    let here = switchboard::people::NewPerson {
        password: "correct horse".into(),
        ..Default::default()
    };
    let from = Some(std::net::IpAddr::from([203, 0, 113, 7]));
    let people = &world.nodes[0].app.people;
    let named = |name: &str| switchboard::people::NewPerson {
        username: name.into(),
        ..here.clone()
    };
    people.add_customer(named("one"), from).await.unwrap();
    let refused = people.add_customer(named("two"), from).await.unwrap_err();
    assert_eq!(refused.code.as_str(), "rate_limited");
}

#[test]
fn where_a_setting_comes_from_is_known() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "edit_window_s = 1\nmessages_burst = 2\n").unwrap();
    let vars = [("SWITCHBOARD_MESSAGES_BURST".to_owned(), "3".to_owned())];
    let settings = Settings::read(Some(file.path()), vars.into_iter()).unwrap();
    let origin = |name: &str| serde_json::to_value(settings.origin(name)).unwrap();
    assert_eq!(origin("edit_window_s"), "file");
    assert_eq!(
        (origin("messages_burst"), settings.messages_burst),
        (json!("environment"), 3)
    );
    assert_eq!(origin("listen"), "default");
    let tuned = settings
        .with(&[("edit_window_s".into(), json!(9))])
        .unwrap();
    assert_eq!(tuned.edit_window_s, 9);
    let origin = |name: &str| serde_json::to_value(tuned.origin(name)).unwrap();
    assert_eq!(
        (origin("edit_window_s"), origin("listen")),
        (json!("database"), json!("default"))
    );
    let long = "x".repeat(1_001);
    let vars = [("SWITCHBOARD_AWAY_TEXT".to_owned(), long)];
    let wrong = Settings::read(None, vars.into_iter()).unwrap_err();
    assert!(wrong.to_string().contains("`away_text`"), "{wrong:#}");
}

/// The page tells each that may change, with its range.
#[test]
fn the_page_names_what_may_change() {
    let page = fs::read_to_string("docs/settings.md").unwrap();
    let (_, table) = page.split_once("## What may change").unwrap();
    let mut documented = BTreeSet::new();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        for name in cells[0].split('`').filter(|name| !name.trim().is_empty()) {
            let range = RUNNING.iter().find(|(one, _)| *one == name);
            let (_, range) = range.unwrap_or_else(|| panic!("{name} may not change"));
            let told = match range {
                Range::Number { least, most } => (least.to_string(), most.to_string()),
                Range::Text { chars_max } => (String::new(), format!("{chars_max} characters")),
                Range::Flag => (String::new(), String::new()),
            };
            assert_eq!(
                (cells[1], cells[2]),
                (told.0.as_str(), told.1.as_str()),
                "{name}"
            );
            documented.insert(name.to_owned());
        }
    }
    let known: BTreeSet<String> = RUNNING.iter().map(|(name, _)| (*name).into()).collect();
    assert_eq!(documented, known);
}
