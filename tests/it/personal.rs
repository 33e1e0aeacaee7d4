//! What is kept of a person, as he takes it out himself or an admin does: all of it, and nothing of
//! anybody else.

use serde_json::{Value, json};
use switchboard::store::Conn;
use switchboard::store::rep_hours::{self, RepHour};

use crate::attachments::uploaded;
use crate::doctor::tamper;
use crate::harness::{World, client_id};
use crate::identities::{claims, head, identify, jwt};
use crate::on_both;
use crate::person::Person;
use crate::visitors::widget;

on_both!(
    a_customer_gets_all_he_may_read,
    staff_get_what_they_have_written_and_done,
    who_he_is_elsewhere_is_told,
    it_wants_a_young_login,
);

/// The lines of an export, which is whole.
async fn lines(who: &Person, path: &str) -> Vec<Value> {
    let body = who.get(path).await.ok(200);
    let text = match &body {
        // One line alone would be read as JSON.
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<Value> = lines.collect();
    assert_eq!(lines.last().unwrap()["type"], "end", "{text}");
    let count = |kind: &str| lines.iter().filter(|one| one["type"] == kind).count();
    let end = lines.last().unwrap();
    for (kind, name) in [
        ("login", "logins"),
        ("identity", "identities"),
        ("arrival", "arrivals"),
        ("conversation", "conversations"),
        ("event", "events"),
        ("mark", "marks"),
        ("file", "files"),
        ("canned_reply", "canned_replies"),
        ("hour", "hours"),
        ("act", "acts"),
    ] {
        assert_eq!(end[name], json!(count(kind)), "{kind}: {text}");
    }
    lines
}

fn of<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|one| one["type"] == kind).collect()
}

async fn a_customer_gets_all_he_may_read(world: &World) {
    let (ann, bob, rep) = (
        world.customer(0).await,
        world.customer(1).await,
        world.rep(2, 5).await,
    );
    let (id, foreign) = (ann.open().await, bob.open().await);
    bob.say(&foreign, "a yak").await;
    rep.claim(&id).await.ok(200);
    // More than is read at once.
    for number in 0..110 {
        ann.say(&id, &format!("zebra {number}")).await;
    }
    rep.say(&id, "an answer").await;
    rep.note(&id, "a gnu of a note").await;
    let file = uploaded(&ann, "door.txt", b"a door").await;
    let with = json!({ "client_id": client_id(), "attachments": [file["id"]] });
    ann.act(&id, "messages", with).await.ok(201);
    let read = format!("/api/v1/conversations/{id}/read");
    ann.put(&read, json!({ "seq": 4 })).await.ok(200);
    let second = ann.open().await;

    let told = lines(&ann, "/api/v1/me/export").await;
    let profile = &told[0];
    assert_eq!(
        (&profile["type"], &profile["username"]),
        (&json!("person"), &json!(ann.name))
    );
    assert_eq!(of(&told, "login").len(), 1);
    let ids: Vec<_> = of(&told, "conversation")
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    assert_eq!(ids, [json!(id), json!(second)]);
    // As he reads it.
    let told_events = of(&told, "event").into_iter();
    let told_events = told_events.filter(|one| one["conversation"] == json!(id));
    let seqs: Vec<_> = told_events.map(|one| one["seq"].clone()).collect();
    let read: Vec<_> = ann
        .log(&id)
        .await
        .iter()
        .map(|one| one["seq"].clone())
        .collect();
    assert_eq!(seqs, read);
    assert_eq!(of(&told, "mark").len(), 1);
    let files = of(&told, "file");
    assert_eq!((files.len(), &files[0]["name"]), (1, &json!("door.txt")));
    let bytes = ann.get(files[0]["url"].as_str().unwrap()).await.ok(200);
    assert_eq!(bytes, json!("a door"));
    let plain = json!(told).to_string();
    assert!(plain.contains("an answer"));
    for foreign in ["a yak", "a gnu", "password", "hash", &ann.token] {
        assert!(!plain.contains(foreign), "{foreign}");
    }
    // An admin gets the same, and it is written down.
    let admin = world.admin().await;
    let path = format!("/api/v1/people/{}/export", ann.id);
    assert_eq!(lines(&admin, &path).await, told);
    let entries = admin.get("/api/v1/audit?act=user_exported").await.ok(200);
    assert_eq!(entries["items"][0]["object"]["id"], json!(ann.id));
    let nobody = format!("/api/v1/people/{}/export", uuid::Uuid::now_v7());
    assert_eq!(admin.get(&nobody).await.code(404), "not_found");
}

async fn staff_get_what_they_have_written_and_done(world: &World) {
    let (ann, rep, other) = (
        world.customer(0).await,
        world.rep(1, 9).await,
        world.rep(2, 9).await,
    );
    let mut mine = 0;
    for number in 0..5 {
        let id = ann.open().await;
        ann.say(&id, "a zebra of a customer").await;
        rep.claim(&id).await.ok(200);
        rep.say(&id, &format!("answer {number}")).await;
        rep.note(&id, &format!("note {number}")).await;
        mine += 2;
        if number == 0 {
            // Also where another has it now.
            let to = json!({ "rep": other.id, "note": "a note of a transfer" });
            let answer = rep.act(&id, "transfer", to).await;
            mine += usize::from(answer.status == 200);
        }
    }
    let hours = [(rep.id, 3_600_000), (rep.id, 7_200_000), (other.id, 0)].map(|(rep_id, hour)| {
        let (minutes, load, capacity) = (60, 90, 540);
        RepHour {
            hour,
            rep_id,
            minutes,
            load,
            capacity,
        }
    });
    let add = move |conn: &mut Conn| rep_hours::add(conn, &hours);
    world.nodes[0].app.store.write(add).await.unwrap();
    let told = lines(&rep, "/api/v1/me/export").await;
    let worked = of(&told, "hour");
    assert_eq!(worked.len(), 2, "his own alone");
    assert_eq!(
        (&worked[1]["hour"], &worked[1]["load"]),
        (&json!(7_200_000), &json!(90))
    );
    let words = ["message", "note"];
    let said = of(&told, "event").into_iter();
    let said = said.filter(|one| words.contains(&one["kind"].as_str().unwrap()));
    assert_eq!(said.count(), mine);
    assert!(
        of(&told, "event")
            .iter()
            .all(|one| one["sender_id"] == json!(rep.id))
    );
    assert!(!json!(told).to_string().contains("zebra"));
    assert_eq!(of(&told, "act").len(), 0);

    let admin = world.admin().await;
    let path = format!("/api/v1/reps/{}/capacity", rep.id);
    admin.put(&path, json!({ "capacity": 4 })).await.ok(200);
    let told = lines(&admin, "/api/v1/me/export").await;
    let acts: Vec<_> = of(&told, "act")
        .iter()
        .map(|one| one["act"].clone())
        .collect();
    assert_eq!(acts, [json!("capacity_changed")]);
}

async fn who_he_is_elsewhere_is_told(world: &World) {
    let admin = world.admin().await;
    let shop = widget(&admin, json!({ "name": "Shop" })).await;
    let mut said = claims("7");
    said["name"] = json!("Ann of the shop");
    said["email"] = json!("ann@shop.example");
    let token = jwt(&head(), &said, shop["secret"].as_str().unwrap());
    let he = identify(world, 0, &shop["id"], &token).await.ok(200);
    let id = he["user"]["id"].as_str().unwrap();
    let told = lines(&admin, &format!("/api/v1/people/{id}/export")).await;
    let identity = of(&told, "identity")[0];
    let provider = format!("widget:{}", shop["id"].as_str().unwrap());
    assert_eq!(
        (&identity["provider"], &identity["subject"]),
        (&json!(provider), &json!("7"))
    );
    assert_eq!(
        (&identity["name"], &identity["email"]),
        (&said["name"], &said["email"])
    );
    let arrival = of(&told, "arrival")[0];
    assert_eq!(
        (&arrival["widget"], &arrival["name"]),
        (&shop["id"], &json!("Shop"))
    );
}

async fn it_wants_a_young_login(world: &World) {
    let (ann, admin) = (world.customer(0).await, world.admin().await);
    tamper(world, "UPDATE sessions SET created_at = 1", &[]).await;
    let own = ann.get("/api/v1/me/export").await;
    assert_eq!(own.code(403), "login_too_old");
    let path = |what: &str| format!("/api/v1/people/{}/{what}", ann.id);
    assert_eq!(admin.get(&path("export")).await.code(403), "login_too_old");
    let erase = json!({ "confirm": ann.name });
    let answer = admin.post(&path("erase"), erase).await;
    assert_eq!(answer.code(403), "login_too_old");
}
