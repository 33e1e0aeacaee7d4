//! An export tells everything that is there, or everything that was asked for, and says so.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use switchboard::access::Actor;
use switchboard::export::Export;
use switchboard::store::conversations::Filter;
use switchboard::store::{Conn, retention};
use switchboard::words::{ConversationId, Role, UserId, now};

use crate::harness::{PATIENCE, World};
use crate::on_both;
use crate::person::Person;
use crate::process::{shown, switchboard};

on_both!(
    an_export_tells_everything,
    an_export_tells_what_was_asked_for,
    the_command_line_exports_the_same,
    each_is_told_as_it_is_when_its_turn_comes,
);

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The conversations of an export, each with its events; its last line must count them.
fn told(lines: &[Value]) -> BTreeMap<String, Vec<Value>> {
    let (end, rest) = lines.split_last().unwrap();
    let (mut told, mut events): (BTreeMap<String, Vec<Value>>, _) = (BTreeMap::new(), 0);
    let mut current = String::new();
    for line in rest {
        match line["type"].as_str().unwrap() {
            "conversation" => {
                current = line["id"].as_str().unwrap().to_owned();
                assert!(
                    told.insert(current.clone(), Vec::new()).is_none(),
                    "told once"
                );
            }
            "event" => {
                assert_eq!(line["conversation"], current.as_str());
                told.get_mut(&current).unwrap().push(line.clone());
                events += 1;
            }
            other => panic!("{other}"),
        }
    }
    let counts = json!({ "type": "end", "conversations": told.len(), "events": events });
    assert_eq!(*end, counts);
    told
}

async fn export(admin: &Person, query: &str) -> BTreeMap<String, Vec<Value>> {
    let text = admin.get(&format!("/api/v1/export?{query}")).await.ok(200);
    // One line alone is read as JSON.
    told(&text.as_str().map_or_else(|| vec![text.clone()], lines))
}

async fn a_house(world: &World) -> (Person, Vec<String>) {
    let (ann, ben, admin) = (
        world.customer(0).await,
        world.customer(1).await,
        world.admin().await,
    );
    let rep = world.rep(0, 9).await;
    let mut ids = Vec::new();
    for customer in [&ann, &ben, &ann] {
        let id = customer.open().await;
        customer.say(&id, "hello\nthere").await;
        rep.claim(&id).await.ok(200);
        ids.push(id);
    }
    // Longer than what is read at once.
    for number in 0..230 {
        ann.say(&ids[0], &format!("message {number}")).await;
    }
    rep.close(&ids[1]).await.ok(200);
    (admin, ids)
}

async fn an_export_tells_everything(world: &World) {
    let admin = world.admin().await;
    assert_eq!(export(&admin, "").await.len(), 0);
    let (admin, ids) = a_house(world).await;
    let told = export(&admin, "").await;
    let mut expected = ids.clone();
    expected.sort();
    assert!(told.keys().eq(expected.iter()));
    for id in &ids {
        let log = admin.log(id).await;
        let events = told[id].iter().cloned().map(|mut event| {
            assert!(
                event["sender"].is_string() || event["sender_id"].is_null(),
                "{event}"
            );
            let fields = event.as_object_mut().unwrap();
            fields.remove("sender");
            fields.remove("type");
            event
        });
        assert_eq!(events.collect::<Vec<_>>(), log);
    }
}

async fn an_export_tells_what_was_asked_for(world: &World) {
    let (admin, ids) = a_house(world).await;
    let closed = export(&admin, "status=closed").await;
    assert_eq!(closed.keys().collect::<Vec<_>>(), [&ids[1]]);
    let customer = admin.view(&ids[0]).await["customer"]["id"].clone();
    let his = format!("customer={}", customer.as_str().unwrap());
    assert_eq!(export(&admin, &his).await.len(), 2);
    for wrong in ["limit=5", "order=newest", "before=x", "status=gone"] {
        let answer = admin.get(&format!("/api/v1/export?{wrong}")).await;
        assert_eq!(answer.code(422), "validation_failed", "{wrong}");
    }
}

async fn the_command_line_exports_the_same(world: &World) {
    let (admin, ids) = a_house(world).await;
    let over_rest = export(&admin, "").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.jsonl");
    let run = |arguments: Vec<std::ffi::OsString>| {
        let mut command = switchboard();
        command
            .arg("export")
            .args(arguments)
            .env("SWITCHBOARD_DATABASE_URL", world.settings.database());
        let run = tokio::task::spawn_blocking(move || command.output().unwrap());
        async move { tokio::time::timeout(PATIENCE, run).await.unwrap().unwrap() }
    };
    let output = run(vec!["--to".into(), path.clone().into()]).await;
    assert!(output.status.success(), "{}", shown(&output));
    assert_eq!(
        told(&lines(&std::fs::read_to_string(&path).unwrap())),
        over_rest
    );
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let again = run(vec!["--to".into(), path.into()]).await;
    assert!(!again.status.success() && shown(&again).contains("cannot be made"));

    let some = run(vec!["--status".into(), "closed".into()]).await;
    let some = told(&lines(std::str::from_utf8(&some.stdout).unwrap()));
    assert_eq!(some.keys().collect::<Vec<_>>(), [&ids[1]]);
    let wrong = run(vec!["--status".into(), "gone".into()]).await;
    assert!(!wrong.status.success());
    // Whatever narrows it over REST does so here.
    let rep = admin.view(&ids[1]).await["last_rep"]["id"].clone();
    for query in [
        "open=true",
        "open=false",
        "resolution=resolved",
        "priority=urgent",
        "rep=none",
        &format!("rep={}", rep.as_str().unwrap()),
        &format!("last_rep={}", rep.as_str().unwrap()),
    ] {
        let (name, value) = query.split_once('=').unwrap();
        let name = format!("--{}", name.replace('_', "-"));
        let some = run(vec![name.into(), value.into()]).await;
        assert!(some.status.success(), "{query}: {}", shown(&some));
        let some = told(&lines(std::str::from_utf8(&some.stdout).unwrap()));
        assert_eq!(some, export(&admin, query).await, "{query}");
    }
    for what in ["opened", "closed"] {
        let (from, to) = (format!("--{what}-from"), format!("--{what}-to"));
        let wrong = run(vec![from.into(), "2".into(), to.into(), "1".into()]).await;
        assert!(!wrong.status.success());
        assert!(shown(&wrong).contains("is behind"), "{}", shown(&wrong));
    }
}

async fn each_is_told_as_it_is_when_its_turn_comes(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(0, 9).await);
    let mut ids = Vec::new();
    for _ in 0..3 {
        let id = ann.open().await;
        rep.claim(&id).await.ok(200);
        ids.push(id);
    }
    ids.sort();
    rep.close(&ids[1]).await.ok(200);
    let store = &world.nodes[0].app.store;
    let mut export = Export::new(Actor::new(UserId::new(), Role::Admin), Filter::default());
    let (mut all, mut changed) = (String::new(), false);
    loop {
        let state = export;
        let step = move |conn: &mut Conn| Export::step(conn, state.clone());
        let (next, lines) = store.read(step).await.unwrap();
        export = next;
        let Some(lines) = lines else { break };
        all += std::str::from_utf8(&lines).unwrap();
        // The first is told: all that happens now is told of the others.
        if !std::mem::replace(&mut changed, true) {
            let gone: ConversationId = ids[1].parse().unwrap();
            let forget = move |conn: &mut Conn| retention::forget(conn, gone, now() + 1);
            store.write(forget).await.unwrap().unwrap();
            let remove = move |conn: &mut Conn| retention::remove_part(conn, gone);
            assert!(!store.write(remove).await.unwrap());
            for id in [&ids[0], &ids[2]] {
                ann.say(id, "zebra").await;
            }
        }
    }
    let told = told(&lines(&all));
    assert!(told.keys().eq([&ids[0], &ids[2]]), "{all}");
    let said = |id: &String| told[id].iter().any(|event| event["text"] == "zebra");
    assert_eq!((said(&ids[0]), said(&ids[2])), (false, true), "{all}");
}
