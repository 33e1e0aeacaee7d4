//! Texts that staff have ready: one's own, which nobody else learns of, and those that admins
//! share.

use futures_util::future::join_all;
use serde_json::{Value, json};
use switchboard::store::Conn;
use switchboard::store::canned_replies::{self, CannedReply};
use switchboard::words::{CannedReplyId, QueueId};

use crate::erasing::{erase_whole, is_whole};
use crate::harness::World;
use crate::on_both;
use crate::person::Person;

on_both!(
    ones_own_are_nobody_elses,
    shared_ones_are_told_to_whom_they_are_for,
    a_name_belongs_to_one_of_each_owner,
    what_is_wrong_is_refused,
    one_person_has_so_many_and_all_together_so_many,
    they_go_with_their_queue,
    they_go_with_who_has_them,
);

const PATH: &str = "/api/v1/canned-replies";

async fn make(who: &Person, body: Value) -> Value {
    who.post(PATH, body).await.ok(201)
}

fn path(reply: &Value) -> String {
    format!("{PATH}/{}", reply["id"].as_str().unwrap())
}

/// The names of those that somebody reads, in their order.
async fn names(who: &Person) -> Vec<String> {
    let list = who.get(PATH).await.ok(200);
    let list = list.as_array().unwrap().iter();
    list.map(|one| one["name"].as_str().unwrap().to_owned())
        .collect()
}

/// A queue that nobody is given.
async fn queue(admin: &Person) -> Value {
    let name = format!("Queue {}", uuid::Uuid::now_v7().simple());
    let body = json!({ "name": name, "reps": [] });
    let made = admin.post("/api/v1/queues", body).await.ok(201);
    json!({ "id": made["id"], "name": made["name"] })
}

async fn ones_own_are_nobody_elses(world: &World) {
    let (rep, other, admin) = (
        world.rep(0, 1).await,
        world.rep(1, 1).await,
        world.admin().await,
    );
    let made = make(
        &rep,
        json!({ "name": "hi", "text": "Hello {customer|there}!" }),
    )
    .await;
    assert_eq!(
        (&made["shared"], &made["queue"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(rep.get(PATH).await.ok(200), json!([made]));
    for stranger in [&other, &admin] {
        assert_eq!(names(stranger).await, Vec::<String>::new());
        let unknown = format!("{PATH}/{}", CannedReplyId::new());
        for path in [path(&made), unknown] {
            let edit = stranger.patch(&path, json!({ "text": "mine" })).await;
            assert_eq!(edit.code(404), "not_found");
            assert_eq!(stranger.delete(&path).await.code(404), "not_found");
        }
    }
    let edit = json!({ "name": "سلام", "text": "Good day" });
    let edited = rep.patch(&path(&made), edit.clone()).await.ok(200);
    assert_eq!(
        (&edited["name"], &edited["text"]),
        (&edit["name"], &edit["text"])
    );
    assert!(edited["updated_at"].as_i64() >= made["updated_at"].as_i64());
    // What is so already is no change, also at another node; what is left out stays.
    let there = rep.at(world.base(2));
    for same in [edit, json!({}), json!({ "name": "سلام" })] {
        assert_eq!(there.patch(&path(&made), same).await.ok(200), edited);
    }
    let export = rep.get("/api/v1/me/export").await.ok(200);
    let export = export.as_str().unwrap();
    assert!(export.contains("\"type\":\"canned_reply\""), "{export}");
    assert!(
        export.contains("Good day") && export.contains("\"canned_replies\":1"),
        "{export}"
    );
    rep.delete(&path(&made)).await.ok(204);
    assert_eq!(rep.delete(&path(&made)).await.code(404), "not_found");
    assert_eq!(names(&rep).await, Vec::<String>::new());
    let ann = world.customer(0).await;
    assert_eq!(ann.get(PATH).await.code(403), "forbidden");
}

async fn shared_ones_are_told_to_whom_they_are_for(world: &World) {
    let (admin, queue) = (world.admin().await, queue(&world.admin().await).await);
    let (rep, other) = (world.rep(0, 1).await, world.rep(1, 1).await);
    let serves = format!("/api/v1/reps/{}/queues", rep.id);
    admin
        .put(&serves, json!({ "queues": [queue["id"]] }))
        .await
        .ok(200);
    let none = format!("/api/v1/reps/{}/queues", other.id);
    admin.put(&none, json!({ "queues": [] })).await.ok(200);
    let new = |name: &str| json!({ "name": name, "text": "Hello", "shared": true });
    for who in [&rep, &world.customer(0).await] {
        assert_eq!(who.post(PATH, new("all")).await.code(403), "forbidden");
    }
    let all = make(&admin, new("all")).await;
    assert_eq!(
        (&all["shared"], &all["queue"]),
        (&json!(true), &Value::Null)
    );
    let mut of_queue = new("some");
    of_queue["queue"] = queue["id"].clone();
    let some = make(&admin, of_queue).await;
    assert_eq!(some["queue"], queue);
    make(&rep, json!({ "name": "mine", "text": "x" })).await;
    assert_eq!(names(&rep).await, ["mine", "all", "some"]);
    assert_eq!(names(&other).await, ["all"]);
    assert_eq!(names(&admin).await, ["all", "some"]);
    // Who may read it is told that he may not change it; who may not, that there is none.
    let edit = json!({ "text": "Bye" });
    for (who, one, status) in [
        (&rep, &all, 403),
        (&rep, &some, 403),
        (&other, &all, 403),
        (&other, &some, 404),
    ] {
        assert_eq!(who.patch(&path(one), edit.clone()).await.status, status);
        assert_eq!(who.delete(&path(one)).await.status, status);
    }
    admin
        .patch(&path(&some), json!({ "queue": null }))
        .await
        .ok(200);
    assert_eq!(names(&other).await, ["all", "some"]);
    let back = json!({ "queue": queue["id"] });
    admin.patch(&path(&all), back).await.ok(200);
    assert_eq!(names(&other).await, ["some"]);
    // Who serves the queue no longer reads its texts no longer.
    admin.put(&serves, json!({ "queues": [] })).await.ok(200);
    assert_eq!(names(&rep).await, ["mine", "some"]);
    admin.delete(&path(&some)).await.ok(204);
    assert_eq!(names(&other).await, Vec::<String>::new());
}

async fn a_name_belongs_to_one_of_each_owner(world: &World) {
    let (rep, other, admin) = (
        world.rep(0, 1).await,
        world.rep(1, 1).await,
        world.admin().await,
    );
    let new = |name: &str, shared: bool| json!({ "name": name, "text": "x", "shared": shared });
    let first = make(&rep, new("Hello", false)).await;
    let again = rep.post(PATH, new("hELLO", false)).await;
    assert_eq!(again.code(409), "reply_name_taken");
    make(&other, new("hello", false)).await;
    make(&admin, new("hello", false)).await;
    make(&admin, new("hello", true)).await;
    let again = world.admin().await.post(PATH, new("HELLO", true)).await;
    assert_eq!(again.code(409), "reply_name_taken");
    let second = make(&rep, new("bye", false)).await;
    let taken = rep.patch(&path(&second), json!({ "name": "hello" })).await;
    assert_eq!(taken.code(409), "reply_name_taken");
    // Its own name in other letters is free.
    rep.patch(&path(&first), json!({ "name": "HELLO" }))
        .await
        .ok(200);
    // Of many at once, one gets it.
    let nodes = [rep.clone(), rep.at(world.base(1)), rep.at(world.base(2))];
    let at_once = nodes.iter().cycle().take(9);
    let made = join_all(at_once.map(|one| one.post(PATH, new("once", false)))).await;
    let count = |status: u16| made.iter().filter(|one| one.status == status).count();
    assert_eq!((count(201), count(409)), (1, 8), "{made:?}");
}

async fn what_is_wrong_is_refused(world: &World) {
    let (rep, admin) = (world.rep(0, 1).await, world.admin().await);
    let made = make(&rep, json!({ "name": "x", "text": "x" })).await;
    let long = "x".repeat(41);
    for name in ["", "two words", "/hi", "a\u{200B}", "{x}", "a\n", &long] {
        let new = rep.post(PATH, json!({ "name": name, "text": "x" })).await;
        let edit = rep.patch(&path(&made), json!({ "name": name })).await;
        for answer in [new, edit] {
            assert_eq!(answer.body["errors"][0]["field"], "name", "{name:?}");
            assert_eq!(answer.code(422), "validation_failed");
        }
    }
    let long = "é".repeat(4_001);
    for (text, code) in [
        ("", "text_empty"),
        (" \u{200B}\n", "text_empty"),
        (long.as_str(), "text_too_long"),
        ("a\u{0}", "invalid_character"),
    ] {
        let new = rep.post(PATH, json!({ "name": "y", "text": text })).await;
        let edit = rep.patch(&path(&made), json!({ "text": text })).await;
        assert_eq!((new.code(422), edit.code(422)), (code.into(), code.into()));
    }
    let queue = queue(&admin).await;
    let own = json!({ "name": "y", "text": "x", "queue": queue["id"] });
    let unknown = json!({ "name": "y", "text": "x", "shared": true, "queue": QueueId::new() });
    for body in [own, unknown] {
        let answer = admin.post(PATH, body).await;
        assert_eq!(answer.body["errors"][0]["field"], "queue");
        assert_eq!(answer.code(422), "validation_failed");
    }
    let mine = rep
        .patch(&path(&made), json!({ "queue": queue["id"] }))
        .await;
    assert_eq!(mine.code(422), "validation_failed");
    // Nobody makes his own one shared, nor a shared one his own.
    let shared = rep.patch(&path(&made), json!({ "shared": true })).await;
    assert_eq!(shared.code(422), "validation_failed");
    assert_eq!(rep.get(PATH).await.ok(200), json!([made]));
    assert_eq!(names(&admin).await, Vec::<String>::new());
    let most = json!({ "name": "x".repeat(40), "text": "é".repeat(4_000) });
    make(&rep, most).await;
}

/// Makes so many behind the API's back.
async fn fill(world: &World, owner: Option<&Person>, count: usize) {
    let owner = owner.map(|one| one.id);
    // In parts: a write has its time.
    for first in (0..count).step_by(50) {
        let write = move |conn: &mut Conn| {
            for number in first..count.min(first + 50) {
                let name = format!("filler-{number}");
                let row = CannedReply {
                    id: CannedReplyId::new(),
                    owner_id: owner,
                    queue_id: None,
                    name_key: name.clone(),
                    name,
                    text: "x".into(),
                    created_at: 0,
                    updated_at: 0,
                };
                canned_replies::insert(conn, &row)?;
            }
            Ok(())
        };
        world.nodes[0].app.store.write(write).await.unwrap();
    }
}

async fn one_person_has_so_many_and_all_together_so_many(world: &World) {
    let (rep, admin) = (world.rep(0, 1).await, world.admin().await);
    fill(world, Some(&rep), 98).await;
    fill(world, None, 298).await;
    for (who, shared) in [(&rep, false), (&admin, true)] {
        let nodes = [who.clone(), who.at(world.base(1)), who.at(world.base(2))];
        let new = |turn: usize| {
            let body = json!({ "name": format!("n{turn}"), "text": "x", "shared": shared });
            let node = nodes[turn % 3].clone();
            async move { node.post(PATH, body).await }
        };
        let made = join_all((0..6).map(new)).await;
        let ids: Vec<_> = made.iter().filter(|one| one.status == 201).collect();
        assert_eq!(ids.len(), 2, "{made:?}");
        let refused = made.iter().find(|one| one.status != 201).unwrap();
        assert_eq!(refused.clone().code(429), "quota_exceeded");
        who.delete(&path(&ids[0].body)).await.ok(204);
        make(
            who,
            json!({ "name": "last", "text": "x", "shared": shared }),
        )
        .await;
    }
    // An admin's own ones are counted apart.
    make(&admin, json!({ "name": "mine", "text": "x" })).await;
}

async fn they_go_with_their_queue(world: &World) {
    let (admin, queue) = (world.admin().await, queue(&world.admin().await).await);
    let new = json!({ "name": "some", "text": "x", "shared": true, "queue": queue["id"] });
    make(&admin, new.clone()).await;
    make(
        &admin,
        json!({ "name": "all", "text": "x", "shared": true }),
    )
    .await;
    let queue = format!("/api/v1/queues/{}", queue["id"].as_str().unwrap());
    admin.delete(&queue).await.ok(204);
    assert_eq!(names(&admin).await, ["all"]);
    let audit = admin.get("/api/v1/audit?act=queue_deleted").await.ok(200);
    assert_eq!(audit["items"][0]["before"]["canned_replies"], 1, "{audit}");
    // None comes to a queue that is gone.
    assert_eq!(admin.post(PATH, new).await.code(422), "validation_failed");
}

async fn they_go_with_who_has_them(world: &World) {
    let (rep, admin, boss) = (
        world.rep(0, 1).await,
        world.admin().await,
        world.admin().await,
    );
    let own = |name: &str| json!({ "name": name, "text": "canary" });
    make(&rep, own("mine")).await;
    make(&boss, own("mine")).await;
    make(&boss, json!({ "name": "all", "text": "x", "shared": true })).await;
    for gone in [&rep, &boss] {
        erase_whole(&admin, gone).await;
        let id = gone.id;
        let read = move |conn: &mut Conn| Ok(canned_replies::count(conn, Some(id))?);
        let left = world.nodes[0].app.store.read(read).await.unwrap();
        assert_eq!(left, 0);
    }
    assert_eq!(names(&admin).await, ["all"], "what he has shared stays");
    is_whole(world).await;
}
