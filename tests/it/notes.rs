//! Notes: what staff write to each other, and that no customer ever hears of it.

use serde_json::{Value, json};

use crate::harness::{World, client_id, quick};
use crate::on_both;
use crate::person::Person;
use crate::wire::{Heard, RawSocket, Request};

on_both!(with quick;
    no_customer_hears_of_a_note,
    a_note_is_written_once_and_at_any_time,
    a_note_that_was_kept_is_found_by_who_has_handed_it_on,
);

const SECRET: &str = "he-is-difficult";

async fn note(who: &Person, id: &str, client: &Value, text: &str) -> crate::person::Answer {
    let body = json!({ "client_id": client, "text": text });
    who.act(id, "notes", body).await
}

async fn a_note_that_was_kept_is_found_by_who_has_handed_it_on(world: &World) {
    let (ann, rep, other) = (
        world.customer(0).await,
        world.rep(1, 5).await,
        world.rep(2, 5).await,
    );
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    let (kept, foreign) = (client_id(), client_id());
    let first = note(&rep, &id, &kept, SECRET).await.ok(201);
    let _there = other.socket().await;
    let to = json!({ "rep": other.id });
    rep.act(&id, "transfer", to).await.ok(200);
    let again = note(&rep, &id, &kept, SECRET).await.ok(200);
    assert_eq!(again["event"], first["event"]);
    assert_eq!(again["duplicate"], true);
    let another = note(&rep, &id, &kept, "another text").await;
    assert_eq!(another.code(409), "idempotency_mismatch");
    assert_eq!(
        note(&rep, &id, &foreign, SECRET).await.code(404),
        "not_found"
    );
    note(&other, &id, &foreign, "mine").await.ok(201);
    assert_eq!(
        note(&rep, &id, &foreign, "mine").await.code(404),
        "not_found"
    );
}

/// Everything that the API tells this customer, as bytes.
async fn told(who: &Person, id: &str) -> Vec<String> {
    let one = format!("/api/v1/conversations/{id}");
    let mut told = Vec::new();
    for path in [
        "/api/v1/conversations".to_owned(),
        one.clone(),
        format!("{one}/events"),
        format!("{one}/events?after=0&limit=200"),
        format!("{one}/events?before=1000"),
        "/api/conversations".to_owned(),
        format!("/api/conversations/{id}"),
    ] {
        let reply = Request::new("GET", &path)
            .token(&who.token)
            .ask(&who.base)
            .await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        told.push(reply.text);
    }
    // What may be marked and changed: the same, too.
    for (method, path) in [
        ("PUT", "read"),
        ("PUT", "delivered"),
        ("DELETE", "messages/5"),
    ] {
        let request = Request::new(method, &format!("{one}/{path}")).token(&who.token);
        let request = match method {
            "PUT" => request.json(&json!({ "seq": 5 })),
            _ => request,
        };
        let mut body = request.ask(&who.base).await.body();
        body.as_object_mut().unwrap().remove("request_id");
        told.push(body.to_string());
    }
    told
}

async fn no_customer_hears_of_a_note(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(1, 5).await);
    let admin = world.admin().await;
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    let mut of_rep = rep.socket().await;
    let mut of_ann = RawSocket::ready(&ann.base, &ann.token).await;
    ann.say(&id, "hello").await;
    let hello = of_ann.wait(|frame| frame["text"] == "hello").await;
    rep.say(&id, "good day").await;
    let day = of_ann.wait(|frame| frame["text"] == "good day").await;
    assert_eq!(day["after"], hello["seq"]);
    assert_eq!(day["seq"], 4);
    // He has read everything, so that the mark of the note alone is what moves next.
    let read = format!("/api/v1/conversations/{id}/read");
    rep.put(&read, json!({ "seq": 4 })).await.ok(200);
    of_ann.wait(|frame| frame["type"] == "marks").await;
    let before = told(&ann, &id).await;

    let made = note(&rep, &id, &client_id(), SECRET).await.ok(201);
    assert_eq!(
        (&made["event"]["seq"], &made["event"]["kind"]),
        (&json!(5), &json!("note"))
    );
    assert_eq!(of_rep.event("note").await["text"], SECRET);
    note(&admin, &id, &client_id(), SECRET).await.ok(201);
    let heard = of_rep.wait_for(|frame| frame["seq"] == 6).await;
    assert_eq!(heard["unread"], 1, "the admin's note, not his own: {heard}");
    for who in [&rep, &admin] {
        who.put(&read, json!({ "seq": 6 })).await.ok(200);
        let path = format!("/api/v1/conversations/{id}/delivered");
        who.put(&path, json!({ "seq": 6 })).await.ok(200);
    }
    assert_eq!(told(&ann, &id).await, before, "to the byte");
    assert_eq!(rep.log(&id).await.len(), 6);
    assert_eq!(rep.view(&id).await["last_seq"], 6);

    // Her socket: nothing in between, and the next one says where she stands.
    rep.say(&id, "still there?").await;
    match of_ann.next().await {
        Heard::Frame(frame) => {
            assert_eq!(
                (&frame["text"], &frame["after"]),
                (&json!("still there?"), &json!(4))
            );
            assert_eq!((&frame["seq"], &frame["unread"]), (&json!(7), &json!(2)));
        }
        other => panic!("{other:?}"),
    }
    // One that resumes from before, and one that comes new.
    for resume in [json!({ &id: 2 }), json!({ &id: 4 }), json!({})] {
        let mut socket = RawSocket::open(&ann.base, "/ws", &ann.token).await;
        socket
            .say(&json!({ "type": "hello", "resume": resume }))
            .await;
        let mut text = String::new();
        loop {
            let Heard::Frame(frame) = socket.next().await else {
                panic!("it stays open")
            };
            text.push_str(&frame.to_string());
            if frame["seq"] == 7 {
                assert_eq!(frame["after"], 4);
                break;
            }
        }
        assert!(!text.contains("note") && !text.contains(SECRET), "{text}");
    }
    // A transfer's is one of them.
    let body = json!({ "queue": rep.view(&id).await["queue"]["id"], "note": SECRET });
    rep.act(&id, "transfer", body).await.ok(200);
    let frame = of_ann.wait(|frame| frame["kind"] == "transferred").await;
    assert_eq!((&frame["after"], &frame["seq"]), (&json!(7), &json!(9)));
    let all = told(&ann, &id).await.concat();
    assert!(!all.contains("note") && !all.contains(SECRET), "{all}");
}

async fn a_note_is_written_once_and_at_any_time(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(1, 5).await);
    let other = world.rep(2, 5).await;
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    let client = client_id();
    let first = note(&rep, &id, &client, "once").await.ok(201);
    let again = note(&rep.at(world.base(0)), &id, &client, "once")
        .await
        .ok(200);
    assert_eq!(
        (&again["event"], &again["duplicate"]),
        (&first["event"], &json!(true))
    );
    let mixed = note(&rep, &id, &client, "twice").await;
    assert_eq!(mixed.code(409), "idempotency_mismatch");
    assert_eq!(
        note(&other, &id, &client_id(), "x").await.code(404),
        "not_found"
    );
    assert_eq!(
        note(&ann, &id, &client_id(), "x").await.code(403),
        "forbidden"
    );
    assert_eq!(
        note(&rep, &id, &client_id(), "").await.code(422),
        "text_empty"
    );
    let long = "x".repeat(8_001);
    assert_eq!(
        note(&rep, &id, &client_id(), &long).await.code(422),
        "text_too_long"
    );
    // No message of the conversation: it cannot be edited, and nobody learns that it is there.
    let seq = first["event"]["seq"].as_i64().unwrap();
    let path = format!("/api/v1/conversations/{id}/messages/{seq}");
    assert_eq!(rep.delete(&path).await.code(409), "not_a_message");
    assert_eq!(ann.delete(&path).await.code(404), "not_found");
    rep.act(&id, "park", json!({})).await.ok(200);
    let parked = world.row(&id).await;
    note(&rep, &id, &client_id(), "while it is parked")
        .await
        .ok(201);
    assert_eq!(world.row(&id).await, parked, "it moves nothing else");
    ann.close(&id).await.ok(200);
    note(&rep, &id, &client_id(), "after its end").await.ok(201);
}
