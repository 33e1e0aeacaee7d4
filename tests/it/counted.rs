//! What is counted and looked for without going through all there is: how many messages there are,
//! what is unread, when a rep has first replied.

use serde_json::{Value, json};
use switchboard::access::Actor;
use switchboard::store::conversations::{self, Conversation};
use switchboard::store::events::{self, Event};
use switchboard::store::messages::Append;
use switchboard::store::{Conn, bulk, checks};
use switchboard::words::{ClientId, ConversationId, Moment, Role, now};

use crate::doctor::tamper;
use crate::harness::{World, client_id};
use crate::on_both;
use crate::person::Person;

on_both!(
    messages_are_counted_however_they_come,
    a_log_that_nobody_has_counted_is_counted_when_asked,
    a_count_that_is_wrong_is_found,
    what_is_unread_far_back_is_found_page_by_page,
    a_first_reply_is_as_old_as_the_message_that_is_it,
);

/// How many messages a list says that there are in the newest conversation.
async fn told(person: &Person) -> i64 {
    let page = person.get("/api/v1/conversations").await.ok(200);
    page["items"][0]["messages"].as_i64().unwrap()
}

async fn messages_are_counted_however_they_come(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(1, 5).await);
    let body = json!({ "client_id": client_id(), "subject": "a", "text": "the first" });
    let opened = ann.post("/api/v1/conversations", body).await.ok(201);
    let id = opened["id"].as_str().unwrap();
    assert_eq!(told(&ann).await, 1);
    rep.claim(id).await.ok(200);
    // Together, one of them twice, and one that is refused: its number is given back.
    let (twice, other) = (client_id(), world.customer(0).await);
    let say = |client, text: &str| json!({ "client_id": client, "text": text });
    let (one, again, foreign, third) = tokio::join!(
        ann.act(id, "messages", say(twice.clone(), "the second")),
        ann.act(id, "messages", say(twice.clone(), "the second")),
        other.act(id, "messages", say(client_id(), "not mine")),
        rep.act(id, "messages", say(client_id(), "the third")),
    );
    assert_eq!(one.status + again.status, 201 + 200);
    assert_eq!((foreign.status, third.status), (404, 201));
    assert_eq!(told(&ann).await, 3);
    // Notes, edits and deletions are no messages.
    rep.note(id, "be kind").await;
    let seq = ann.say(id, "the fourth").await["seq"].clone();
    let path = format!("/api/v1/conversations/{id}/messages/{seq}");
    ann.put(&path, json!({ "text": "another" })).await.ok(200);
    ann.delete(&path).await.ok(200);
    assert_eq!(told(&ann).await, 4);
    let close = json!({ "text": "the last words" });
    rep.act(id, "close", close.clone()).await.ok(200);
    rep.act(id, "close", json!({})).await.ok(200);
    assert_eq!((told(&ann).await, told(&rep).await), (5, 5));
    ann.act(id, "reopen", json!({})).await.ok(200);
    let said = ann.log(id).await;
    let said = said.iter().filter(|one| one["kind"] == "message").count();
    assert_eq!(told(&ann).await, said as i64);
}

/// As a node of a release before leaves it, which counts nothing.
pub const UNCOUNTED: &str = "UPDATE heads SET messages = 0, others = 1 WHERE conversation_id = {0}";

async fn a_log_that_nobody_has_counted_is_counted_when_asked(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    ann.say(&id, "one").await;
    tamper(world, UNCOUNTED, &[id.parse().unwrap()]).await;
    assert_eq!(world.broken().await, Vec::<String>::new());
    assert_eq!(told(&ann).await, 1);
    // What is counted from now on does not hide what was not.
    ann.say(&id, "two").await;
    assert_eq!(told(&ann).await, 2);
    assert_eq!(world.broken().await, Vec::<String>::new());
}

async fn a_count_that_is_wrong_is_found(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    ann.say(&id, "one").await;
    for (wrong, right) in [
        (
            "messages = messages + 1, others = others - 1",
            "messages = messages - 1, others = others + 1",
        ),
        ("messages = messages + 1", "messages = messages - 1"),
    ] {
        let set = |what: &str| format!("UPDATE heads SET {what} WHERE conversation_id = {{0}}");
        tamper(world, &set(wrong), &[id.parse().unwrap()]).await;
        let findings = world.nodes[0].app.store.read(checks::run).await.unwrap();
        let broken = findings
            .iter()
            .filter(|one| !one.is_well())
            .map(|one| one.name);
        assert_eq!(
            broken.collect::<Vec<_>>(),
            ["messages_are_counted"],
            "{wrong}"
        );
        tamper(world, &set(right), &[id.parse().unwrap()]).await;
    }
}

/// Copies of a closed conversation, opened later.
async fn copies(world: &World, closed: &str, count: i64) {
    let id: ConversationId = closed.parse().unwrap();
    let copy = move |conn: &mut Conn| {
        let row = conversations::find(conn, id)?.unwrap();
        let log = events::after(conn, id, 0, 10)?;
        let numbers: Vec<i64> = (1..=count).collect();
        for part in numbers.chunks(300) {
            let like = |number: &i64| Conversation {
                id: ConversationId::new(),
                number: -number,
                open_client_id: ClientId::new(),
                ..row.clone()
            };
            let rows: Vec<Conversation> = part.iter().map(like).collect();
            let heads: Vec<_> = rows.iter().map(|row| (row.id, log.len() as i64)).collect();
            let logs = rows.iter().flat_map(|row| {
                log.iter().map(|event| Event {
                    conversation_id: row.id,
                    client_id: None,
                    ..event.clone()
                })
            });
            bulk::insert_conversations(conn, &rows)?;
            bulk::insert_heads(conn, &heads)?;
            bulk::insert_events(conn, &logs.collect::<Vec<_>>())?;
        }
        Ok(())
    };
    world.nodes[0].app.store.write(copy).await.unwrap();
}

async fn what_is_unread_far_back_is_found_page_by_page(world: &World) {
    const LIST: &str = "/api/v1/conversations?unread=true";
    let (ann, admin) = (world.customer(0).await, world.admin().await);
    let asked = ann.open().await;
    ann.say(&asked, "anybody?").await;
    let closed = ann.open().await;
    ann.close(&closed).await.ok(200);
    copies(world, &closed, 2_100).await;
    for (direction, cursor, begin) in [
        ("before", "next", String::new()),
        // From the newest back there is nothing, and a place to go on from.
        ("after", "previous", format!("&after={asked}")),
    ] {
        let (mut found, mut pages, mut query) = (Vec::new(), 0, begin);
        loop {
            let page = admin.get(&format!("{LIST}{query}")).await.ok(200);
            let items = page["items"].as_array().unwrap().iter();
            found.extend(items.map(|item| item["id"].as_str().unwrap().to_owned()));
            pages += 1;
            let next = page[cursor].as_str().map(|at| format!("&{direction}={at}"));
            match next {
                Some(next) if next != query => query = next,
                _ => break,
            }
        }
        let expected = match direction {
            "before" => vec![asked.clone()],
            _ => Vec::new(),
        };
        assert_eq!(
            (found, pages >= 3),
            (expected, true),
            "{direction}: {pages}"
        );
    }
    // So it is where something was said last.
    let last = admin.get(&format!("{LIST}&order=waiting")).await.ok(200);
    assert_eq!(
        (&last["items"][0]["id"], &last["next"]),
        (&json!(asked), &json!(null))
    );
}

async fn a_first_reply_is_as_old_as_the_message_that_is_it(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(0, 50).await);
    let mut open = Vec::new();
    for _ in 0..8 {
        let id = ann.open().await;
        rep.claim(&id).await.ok(200);
        open.push(id);
    }
    let begun = now();
    let message = |turn: usize, person: &Person, role: Role| Append {
        conversation: open[turn % open.len()].parse().unwrap(),
        sender: Actor::new(person.id, role),
        client_id: ClientId::new(),
        text: "hello".into(),
        attachments: Vec::new(),
        at: begun + turn as Moment,
    };
    // All are in the queue before the first is awaited: they share their batches.
    let store = &world.nodes[0].app.store;
    let said = (0..64).map(|turn| {
        let by_rep = turn >= 32 && turn % 3 > 0;
        store.append(match by_rep {
            true => message(turn, &rep, Role::Rep),
            false => message(turn, &ann, Role::Customer),
        })
    });
    let said: Vec<_> = said.collect();
    for one in futures_util::future::join_all(said).await {
        one.unwrap();
    }
    for id in &open {
        let log = rep.log(id).await;
        let by_rep =
            |event: &&Value| event["kind"] == "message" && event["sender_id"] == json!(rep.id);
        let first = log.iter().find(by_rep).unwrap();
        assert_eq!(rep.view(id).await["first_reply_at"], first["created_at"]);
    }
    // His last words may be his first.
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    let close = json!({ "text": "That is all." });
    rep.act(&id, "close", close).await.ok(200);
    let last = rep.last(&id, "message").await;
    assert_eq!(rep.view(&id).await["first_reply_at"], last["created_at"]);
}
