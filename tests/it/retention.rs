//! What was kept long enough is deleted whole, once, and nothing else is.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use switchboard::doctor;
use switchboard::retention::sweep;
use switchboard::store::events::{self, Entry};
use switchboard::store::retention::{self, BELONGING};
use switchboard::store::{Conn, checks};
use switchboard::words::{ClientId, ConversationId, EventKind, now};

use crate::attachments::{lying, uploaded};
use crate::doctor::tamper;
use crate::harness::{World, client_id, until, within};
use crate::on_both;
use crate::person::Person;

const DAY: i64 = 24 * 60 * 60 * 1_000;

on_both!(
    what_was_closed_long_ago_is_deleted_whole_and_once,
    every_table_of_conversations_is_known_to_the_deletion,
    one_that_cannot_be_deleted_keeps_back_no_other,
    one_that_has_no_head_is_looked_at_once_and_no_more,
    a_long_one_goes_part_by_part_and_nobody_sees_a_part_of_it,
);

/// A conversation that was closed so many days ago.
async fn closed(world: &World, customer: &Person, rep: &Person, days: i64) -> String {
    let id = customer.open().await;
    customer.say(&id, "zebra").await;
    rep.claim(&id).await.ok(200);
    rep.close(&id).await.ok(200);
    let at = now() - days * DAY;
    world.pretend(&id, |row| row.closed_at = Some(at)).await;
    id
}

async fn what_was_closed_long_ago_is_deleted_whole_and_once(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(0, 9).await);
    let mut old = Vec::new();
    for _ in 0..6 {
        old.push(closed(world, &ann, &rep, 10).await);
    }
    let young = closed(world, &ann, &rep, 3).await;
    // One with a file, a mark and somebody who takes part.
    let attachment = uploaded(&ann, "a.txt", b"hello").await;
    let attachment = attachment["id"].as_str().unwrap().to_owned();
    let busy = ann.open().await;
    let body = serde_json::json!({ "client_id": client_id(), "attachments": [attachment] });
    ann.act(&busy, "messages", body).await.ok(201);
    rep.claim(&busy).await.ok(200);
    let mark = format!("/api/v1/conversations/{busy}/read");
    rep.put(&mark, serde_json::json!({ "seq": 2 }))
        .await
        .ok(200);
    let admin = world.admin().await;
    admin
        .act(&busy, "join", serde_json::json!({}))
        .await
        .ok(200);
    rep.close(&busy).await.ok(200);
    let at = now() - 10 * DAY;
    world.pretend(&busy, |row| row.closed_at = Some(at)).await;
    old.push(busy);
    let open = ann.open().await;
    // Opened again, after it was closed long ago.
    let again = closed(world, &ann, &rep, 6).await;
    ann.act(&again, "reopen", serde_json::json!({}))
        .await
        .ok(200);

    let before = now() - 5 * DAY;
    let sweeps = world
        .nodes
        .iter()
        .map(|node| sweep(&node.app.store, &node.app.metrics, before, 0));
    let deleted = futures_util::future::join_all(sweeps).await;
    let deleted: usize = deleted.into_iter().map(Result::unwrap).sum();
    assert_eq!(deleted, old.len());
    let counted: u64 = world
        .nodes
        .iter()
        .map(|node| node.app.metrics.deleted.get())
        .sum();
    assert_eq!(counted, old.len() as u64);
    for id in &old {
        assert_eq!(
            ann.get(&format!("/api/v1/conversations/{id}"))
                .await
                .code(404),
            "not_found"
        );
    }
    for id in [&young, &open, &again] {
        ann.view(id).await;
    }
    let rows = async |table: &'static str| -> i64 {
        let read = move |conn: &mut Conn| Ok(count(conn, table));
        world.nodes[0].app.store.read(read).await.unwrap()
    };
    for table in BELONGING.iter().chain(&["conversations"]) {
        let column = if *table == "conversations" {
            "id"
        } else {
            "conversation_id"
        };
        let left = format!("(SELECT {column} FROM {table} GROUP BY {column}) kept");
        let left = rows(String::leak(left)).await;
        assert!(left <= 3, "{table}: {left}");
    }
    // Nobody gets the file from then on, and its bytes go with the next round.
    let path = format!("/api/v1/attachments/{attachment}");
    assert_eq!(ann.get(&path).await.code(404), "not_found");
    // Every node makes such rounds: who is quicker is all the same.
    let attachments = &world.nodes[0].app.attachments;
    attachments.sweep_rows(now()).await.unwrap();
    until("its bytes are gone", async || lying(world).is_empty()).await;
    until("all that is left is found", async || {
        let found = ann.get("/api/v1/search?q=zebra").await.ok(200);
        found["items"].as_array().unwrap().len() == 2
    })
    .await;
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(conn: &mut Conn, from: &str) -> i64 {
    let ask = sql_query(format!("SELECT count(*) AS count FROM {from}"));
    let found: Count = match conn {
        Conn::Lite(conn) => ask.get_result(conn).unwrap(),
        Conn::Pg(conn) => ask.get_result(&mut **conn).unwrap(),
    };
    found.count
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

async fn one_that_cannot_be_deleted_keeps_back_no_other(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(0, 9).await);
    let oldest = closed(world, &ann, &rep, 20).await;
    let other = closed(world, &ann, &rep, 10).await;
    // Somebody's own table holds on to the first.
    let table = "CREATE TABLE held_on_to (one UUID NOT NULL REFERENCES conversations (id))";
    tamper(world, table, &[]).await;
    let hold = "INSERT INTO held_on_to VALUES ({0})";
    tamper(world, hold, &[oldest.parse().unwrap()]).await;
    let node = &world.nodes[0].app;
    for deleted in [2, 0] {
        let sweep = sweep(&node.store, &node.metrics, now() - 5 * DAY, 0);
        assert_eq!(sweep.await.unwrap(), deleted);
    }
    for id in [&oldest, &other] {
        let path = format!("/api/v1/conversations/{id}");
        assert_eq!(ann.get(&path).await.code(404), "not_found");
    }
    let left = |conn: &mut Conn| Ok(count(conn, "conversations"));
    assert_eq!(node.store.read(left).await.unwrap(), 1);
}

async fn one_that_has_no_head_is_looked_at_once_and_no_more(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(0, 9).await);
    let broken = closed(world, &ann, &rep, 20).await;
    let other = closed(world, &ann, &rep, 10).await;
    let node = &world.nodes[0].app;
    let before = now() - 5 * DAY;
    let hide = sweep(&node.store, &node.metrics, before, DAY)
        .await
        .unwrap();
    assert_eq!(hide, 2);
    let id: ConversationId = broken.parse().unwrap();
    let behead = "DELETE FROM heads WHERE conversation_id = {0}";
    tamper(world, behead, &[id.0]).await;
    let swept = within("the sweep", sweep(&node.store, &node.metrics, before, 0)).await;
    assert_eq!(swept.unwrap(), 0);
    let left = |conn: &mut Conn| Ok(count(conn, "conversations"));
    assert_eq!(node.store.read(left).await.unwrap(), 1);
    assert_eq!(
        ann.get(&format!("/api/v1/conversations/{other}"))
            .await
            .status,
        404
    );
}

/// What anybody is answered of a conversation, whatever he asks.
async fn is_nowhere(world: &World, ann: &Person, id: &str, attachment: &str) {
    let admin = world.admin().await;
    let path = |rest: &str| format!("/api/v1/conversations/{id}{rest}");
    for person in [ann, &admin] {
        for rest in ["", "/events", "/events?after=3&limit=5", "/transcript"] {
            assert_eq!(
                person.get(&path(rest)).await.code(404),
                "not_found",
                "{rest}"
            );
        }
        let attachment = format!("/api/v1/attachments/{attachment}");
        assert_eq!(person.get(&attachment).await.code(404), "not_found");
        for list in ["", "?unread=true", "?order=activity", "?open=false"] {
            let page = person
                .get(&format!("/api/v1/conversations{list}"))
                .await
                .ok(200);
            assert_eq!(page["items"], serde_json::json!([]), "{list}");
        }
        let search = person.get("/api/v1/search?q=zebra").await.ok(200);
        assert_eq!(search["items"], serde_json::json!([]));
        let body = || serde_json::json!({ "client_id": client_id(), "text": "more" });
        for act in ["messages", "reopen", "close"] {
            let body = match act {
                "messages" => body(),
                _ => serde_json::json!({}),
            };
            assert_eq!(
                person.act(id, act, body).await.code(404),
                "not_found",
                "{act}"
            );
        }
        let mark = person
            .put(&path("/read"), serde_json::json!({ "seq": 1 }))
            .await;
        assert_eq!(mark.code(404), "not_found");
        let edit = person
            .put(&path("/messages/3"), serde_json::json!({ "text": "a" }))
            .await;
        assert_eq!(edit.code(404), "not_found");
    }
    assert_eq!(admin.act(id, "notes", note()).await.code(404), "not_found");
    let export = admin.get("/api/v1/export").await.ok(200).to_string();
    assert!(!export.contains(id), "{export}");
}

fn note() -> serde_json::Value {
    serde_json::json!({ "client_id": client_id(), "text": "a note" })
}

async fn a_long_one_goes_part_by_part_and_nobody_sees_a_part_of_it(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    let attachment = uploaded(&ann, "a.txt", b"hello").await;
    let attachment = attachment["id"].as_str().unwrap().to_owned();
    let body = serde_json::json!({ "client_id": client_id(), "attachments": [attachment] });
    ann.act(&id, "messages", body).await.ok(201);
    let conversation: ConversationId = id.parse().unwrap();
    let sender = ann.id;
    let lengthen = move |conn: &mut Conn| {
        let more = retention::PART * 2;
        let last = events::bump(conn, conversation, more)?.unwrap();
        let said = (0..more).map(|_| Entry {
            client_id: Some(ClientId::new()),
            body: Some("zebra".into()),
            ..Entry::new(EventKind::Message, Some(sender))
        });
        events::append(conn, conversation, last, now(), said.collect()).map(drop)
    };
    let node = &world.nodes[0].app;
    node.store.write(lengthen).await.unwrap();
    until("it is in the search", async || {
        let found = ann.get("/api/v1/search?q=zebra").await.ok(200);
        !found["items"].as_array().unwrap().is_empty()
    })
    .await;
    ann.close(&id).await.ok(200);
    world.pretend(&id, |row| row.closed_at = Some(1)).await;
    let rows = async || {
        let read = |conn: &mut Conn| Ok((count(conn, "events"), count(conn, "conversations")));
        node.store.read(read).await.unwrap()
    };
    let (all, _) = rows().await;
    // Nothing is taken away before nobody can be reading it any more.
    let before = now() - DAY;
    for deleted in [1, 0] {
        let sweep = sweep(&node.store, &node.metrics, before, DAY);
        assert_eq!(sweep.await.unwrap(), deleted);
        assert_eq!(rows().await, (all, 1));
        is_nowhere(world, &ann, &id, &attachment).await;
    }
    // Between two parts, as after a crash.
    let part = move |conn: &mut Conn| retention::remove_part(conn, conversation);
    for gone in 1..=2 {
        assert!(node.store.write(part).await.unwrap());
        assert_eq!(rows().await, (all - gone * retention::PART, 1));
        is_nowhere(world, &ann, &id, &attachment).await;
        let findings = node.store.read(checks::run_full).await.unwrap();
        assert_eq!(findings.1, Vec::<String>::new());
        assert!(
            doctor::is_well(&findings.0),
            "{}",
            doctor::report(&findings.0)
        );
    }
    assert_eq!(
        sweep(&node.store, &node.metrics, before, 0).await.unwrap(),
        0
    );
    assert_eq!(rows().await, (0, 0));
    assert!(!node.store.write(part).await.unwrap(), "it is all done");
    for table in BELONGING.iter().chain(&["search_texts", "activity"]) {
        if *table == "attachments" {
            continue;
        }
        let left = move |conn: &mut Conn| Ok(count(conn, table));
        assert_eq!(node.store.read(left).await.unwrap(), 0, "{table}");
    }
    is_nowhere(world, &ann, &id, &attachment).await;
}

async fn every_table_of_conversations_is_known_to_the_deletion(world: &World) {
    let read = |conn: &mut Conn| -> switchboard::error::Result<Vec<Name>> {
        Ok(match conn {
            Conn::Lite(conn) => sql_query(
                "SELECT DISTINCT m.name AS name
                 FROM sqlite_master m, pragma_foreign_key_list(m.name) f
                 WHERE m.type = 'table' AND f.\"table\" = 'conversations'",
            )
            .load(conn)?,
            Conn::Pg(conn) => sql_query(
                "SELECT DISTINCT CAST(conrelid::regclass AS TEXT) AS name FROM pg_constraint
                 WHERE contype = 'f' AND confrelid = 'conversations'::regclass",
            )
            .load(&mut **conn)?,
        })
    };
    let found = world.nodes[0].app.store.read(read).await.unwrap();
    let found: BTreeSet<String> = found.into_iter().map(|one| one.name).collect();
    let known: BTreeSet<String> = BELONGING.iter().map(|one| (*one).to_owned()).collect();
    assert_eq!(
        found, known,
        "the database on the left, BELONGING on the right"
    );
}

#[actix_web::test]
async fn a_node_deletes_by_itself_what_its_settings_say() {
    let Some(mut world) = World::services(1).await else {
        return;
    };
    let (ann, rep) = (world.customer(0).await, world.rep(0, 9).await);
    let old = closed(&world, &ann, &rep, 2).await;
    let young = closed(&world, &ann, &rep, 0).await;
    world.settings.retention_days = 1;
    world.add_node().await;
    let path = format!("/api/v1/conversations/{old}");
    until("the old one is gone", async || {
        ann.get(&path).await.status == 404
    })
    .await;
    ann.view(&young).await;
    world.end().await;
}
