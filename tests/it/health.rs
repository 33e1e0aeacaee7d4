//! What admins see of how the house is.

use serde_json::{Value, json};
use switchboard::recent::{Level, Line, Recent};
use switchboard::store::{Conn, nodes};
use switchboard::words::{NodeId, UserId};

use crate::harness::{World, until};
use crate::on_both;
use crate::person::Person;
use crate::process::Process;

on_both!(
    admins_see_every_node_and_how_full_this_one_is,
    the_doctor_is_asked_when_an_admin_says_so,
    the_newest_lines_of_the_log_are_told,
);

async fn admins_see_every_node_and_how_full_this_one_is(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    // Nobody serves anybody.
    let ids = [ann.open().await, ann.open().await];
    let _socket = ann.socket().await;
    let gone = NodeId::new();
    let insert = move |conn: &mut Conn| {
        Ok(nodes::insert(
            conn,
            gone,
            "gone",
            &nodes::Marks::default(),
            5,
            -1,
        )?)
    };
    world.nodes[0].app.store.write(insert).await.unwrap();
    let told = admin.get("/api/v1/health").await.ok(200);
    let shared = world.nodes[0].app.store.shared();
    let kinds = match shared {
        true => ("postgresql", "redis"),
        false => ("sqlite", "memory"),
    };
    assert_eq!(told["database"]["kind"], kinds.0, "{told}");
    let engine = &told["engine"];
    assert_eq!(
        (&engine["set"], &engine["in_use"]),
        (&json!(kinds.1), &json!(kinds.1))
    );
    assert!(engine["since"].as_i64().unwrap() <= told["time"].as_i64().unwrap());
    assert_eq!(
        (&told["ready"], &told["database"]["stores"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(told["version"], env!("CARGO_PKG_VERSION"));
    let uptime = told["uptime_ms"].as_i64().unwrap();
    let began = told["started_at"].as_i64().unwrap();
    assert_eq!(told["time"].as_i64().unwrap() - began, uptime);
    // All of them run by one clock here.
    let ahead = told["database"]["ahead_ms"].as_i64().unwrap();
    let slack = told["database"]["answered_ms"].as_i64().unwrap() + 2;
    assert!(ahead.abs() <= slack, "{told}");

    let full = &told["full"];
    assert_eq!((&full["waiting"], &full["sockets"]), (&json!(2), &json!(1)));
    assert_eq!(full["sockets_max"], world.settings.sockets_max);
    assert_eq!(full["backlog_max"], 4_096);

    // One whose lease had run out may have been struck out by now.
    let all = told["nodes"].as_array().unwrap();
    let (dead, living): (Vec<&Value>, Vec<&Value>) =
        all.iter().partition(|one| one["id"] == json!(gone));
    assert!(dead.iter().all(|one| one["alive"] == false), "{told}");
    assert_eq!(living.len(), world.nodes.len(), "{told}");
    let time = told["database"]["time"].as_i64().unwrap();
    for one in &living {
        assert_eq!(one["alive"], true);
        assert!(one["lease_until"].as_i64().unwrap() > time);
    }
    let this: Vec<_> = living.iter().filter(|one| one["this"] == true).collect();
    assert_eq!(this.len(), 1);
    assert_eq!(this[0]["id"], json!(world.nodes[0].app.node));
    for id in ids {
        ann.close(&id).await.ok(200);
    }
}

async fn the_doctor_is_asked_when_an_admin_says_so(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(0, 3).await);
    let told = admin.get("/api/v1/health").await.ok(200);
    assert_eq!(told["verdict"], Value::Null);
    let break_it = |by: i32| {
        let id = rep.id;
        let write = move |conn: &mut Conn| {
            let id = id.0.simple();
            let change = match conn {
                Conn::Lite(_) => format!("x'{id}'"),
                Conn::Pg(_) => format!("'{id}'"),
            };
            let change = format!("UPDATE reps SET active = {by} WHERE user_id = {change}");
            Ok(conn.execute(&change)?)
        };
        world.nodes[0].app.store.write(write)
    };
    break_it(1).await.unwrap();
    let told = admin.get("/api/v1/health?check=true").await.ok(200);
    let verdict = &told["verdict"];
    let findings = verdict["findings"].as_array().unwrap();
    let broken: Vec<_> = findings.iter().filter(|one| one["broken"] != 0).collect();
    assert_eq!(
        (&verdict["well"], broken.len()),
        (&json!(false), 1),
        "{verdict}"
    );
    assert_eq!(broken[0]["name"], "active_counts_slots");
    assert!(
        broken[0]["told"][0]
            .as_str()
            .unwrap()
            .contains(&rep.id.to_string())
    );
    assert_eq!(findings.len(), 9, "{verdict}");
    assert!(
        findings.iter().all(|one| one["unasked"] == false),
        "{verdict}"
    );
    break_it(0).await.unwrap();
    // It is not asked again at once, and told until it is.
    for path in ["/api/v1/health?check=true", "/api/v1/health"] {
        let again = admin.get(path).await.ok(200);
        assert_eq!(&again["verdict"], verdict);
    }
    // As if it had been asked long ago.
    let last = &world.nodes[0].app.looks.verdict;
    last.lock().unwrap().as_mut().unwrap().at -= 10_000;
    let told = admin.get("/api/v1/health?check=true").await.ok(200);
    assert_eq!(told["verdict"]["well"], true, "{told}");
    let wrong = admin.get("/api/v1/health?full=true").await;
    assert_eq!(wrong.code(422), "validation_failed");
}

async fn the_newest_lines_of_the_log_are_told(world: &World) {
    let admin = world.admin().await;
    let recent = world.nodes[0].app.looks.recent.get_or_init(Recent::default);
    for count in 0..51 {
        recent.keep(Line {
            at: count,
            level: Level::Warn,
            part: "a".into(),
            text: format!("line {count}"),
        });
    }
    let told = admin.get("/api/v1/health").await.ok(200);
    let lines = told["log"].as_array().unwrap();
    assert_eq!(lines.len(), 50);
    let newest = json!({ "at": 50, "level": "warn", "part": "a", "text": "line 50" });
    assert_eq!(lines[0], newest);
    assert_eq!(lines[49]["text"], "line 1");
}

#[actix_web::test]
async fn an_engine_that_is_away_is_named_with_the_one_in_use() {
    let Some(mut redis) = crate::services::own_redis() else {
        return;
    };
    let url = redis.url();
    let world = World::services_with(1, |settings| {
        settings.redis_url = url;
        settings.reconcile_ms = 100;
    });
    let world = world.await.unwrap();
    let admin = world.admin().await;
    let engine = async || admin.get("/api/v1/health").await.ok(200)["engine"].clone();
    let began = engine().await["since"].as_i64().unwrap();
    redis.kill();
    until("this node keeps the line", async || {
        engine().await["in_use"] == "memory"
    })
    .await;
    let away = engine().await;
    assert_eq!(away["set"], "redis");
    let since = away["since"].as_i64().unwrap();
    assert!(since > began, "{away}");
    redis.restart();
    until("it is back", async || engine().await["in_use"] == "redis").await;
    assert!(engine().await["since"].as_i64().unwrap() > since);
    world.end().await;
}

/// A real process tells its admins what its log warns of, but for links that are somebody's alone.
#[actix_web::test]
async fn the_log_of_a_process_is_told_without_letters() {
    let folder = tempfile::tempdir().unwrap();
    let (path, data) = (folder.path().join("log"), folder.path().join("data"));
    let log = std::fs::File::create(&path).unwrap();
    // Even if it writes hardly anything, it knows.
    let settings = [("LOG", "off,switchboard::people=warn".to_owned())];
    let process = Process::logged(&data, &settings, log);
    let as_whom = |token: &str| {
        let base = process.base.clone();
        Person::new(UserId::new(), String::new(), base, token.into())
    };
    let token = process.welcome.split("?setup=").nth(1).unwrap();
    let setup = json!({
        "token": token.lines().next().unwrap(), "username": "boss", "password": "correct horse",
    });
    let made = as_whom("").post("/api/v1/setup", setup).await.ok(201);
    let admin = as_whom(made["access_token"].as_str().unwrap());
    let asked = json!({ "kind": "password", "login": "boss" });
    as_whom("").post("/api/v1/links", asked).await.ok(202);
    until("the letter is in the log", async || {
        std::fs::read_to_string(&path)
            .unwrap()
            .contains("#password=")
    })
    .await;
    let told = admin.get("/api/v1/health").await.ok(200);
    let lines = told["log"].as_array().unwrap();
    assert_eq!(lines.len(), 1, "{told}");
    assert_eq!(
        (&lines[0]["level"], &lines[0]["part"]),
        (&json!("warn"), &json!("switchboard::server"))
    );
    assert!(
        lines[0]["text"].as_str().unwrap().contains("public_url"),
        "{told}"
    );
}
