//! What has been handed on is the next one's alone, and comes in where customers find no room.

use serde_json::{Value, json};

use crate::harness::{World, client_id};
use crate::on_both;
use crate::person::Person;
use crate::queues::{first, make, open_in, try_open};
use crate::socket::Socket;

on_both!(
    who_handed_it_on_hears_and_reads_nothing_more_of_it,
    a_full_line_takes_what_staff_send_there_and_no_customer,
);

/// Whether a frame is about this conversation.
fn about(frame: &Value, id: &str) -> bool {
    frame["conversation"] == id || frame["conversation"]["id"] == id
}

/// All that is heard until each of these texts was.
async fn heard_until(socket: &mut Socket, texts: &[&str]) -> Vec<Value> {
    let mut missing = texts.to_vec();
    let mut heard = Vec::new();
    while !missing.is_empty() {
        let frame = socket.next().await;
        missing.retain(|text| frame["text"] != *text);
        heard.push(frame);
    }
    heard
}

/// Both sides say that they type, and what, until the other has heard it.
async fn talk(id: &str, ann: &mut Socket, rep: &mut Socket) {
    let typing = json!({ "type": "typing", "conversation": id, "on": true });
    ann.say(typing.clone()).await;
    rep.wait("typing").await;
    rep.say(typing).await;
    ann.wait("typing").await;
    ann.send(id, &client_id(), "between us").await;
    let told = rep.wait_for(|frame| frame["text"] == "between us").await;
    let read = json!({ "type": "read", "conversation": id, "seq": told["seq"], "ref": "r" });
    rep.say(read).await;
    rep.wait("ack").await;
    rep.send(id, &client_id(), "and no one else").await;
    ann.wait_for(|frame| frame["text"] == "and no one else")
        .await;
}

async fn who_handed_it_on_hears_and_reads_nothing_more_of_it(world: &World) {
    let (old, new) = (world.rep(0, 2).await, world.rep(1, 1).await);
    let (ann, ben) = (world.customer(2).await, world.customer(0).await);
    let mut of_old = Vec::new();
    for turn in 0..3 {
        of_old.push(old.at(world.base(turn)).socket().await);
    }
    let (id, kept) = (ann.open().await, ben.open().await);
    for socket in &mut of_old {
        socket.wait("assigned").await;
        socket.wait("assigned").await;
    }
    let (mut of_new, mut of_ann) = (new.socket().await, ann.socket().await);
    let view = old
        .act(&id, "transfer", json!({ "rep": new.id }))
        .await
        .ok(200);
    assert_eq!(view["rep"]["id"], json!(new.id));
    for socket in &mut of_old {
        let told = socket.wait("gone").await;
        assert!(about(&told, &id), "{told}");
    }
    of_new.wait("assigned").await;
    let again = |frame: &Value| frame["type"] == "assigned" && frame["conversation"]["epoch"] == 2;
    of_ann.wait_for(again).await;
    talk(&id, &mut of_ann, &mut of_new).await;

    // What is said after it, at every node, is heard after it.
    let later = ["one", "two", "three"];
    for (turn, text) in later.iter().enumerate() {
        ben.at(world.base(turn)).say(&kept, text).await;
    }
    for socket in &mut of_old {
        for frame in heard_until(socket, &later).await {
            assert!(!about(&frame, &id), "{frame}");
        }
        assert!(socket.never(|frame| frame["text"] == "between us"));
    }
    drop(of_old);
    for turn in 0..3 {
        let old = old.at(world.base(turn));
        let (mut socket, ready) = old.resume(json!({ &id: 1, &kept: 1 })).await;
        let his = ready["conversations"].as_array().unwrap();
        assert_eq!(his.len(), 1, "{ready}");
        assert_eq!(his[0]["id"], kept.as_str());
        assert!(about(&socket.wait("gone").await, &id));
        for path in ["", "/events", "/transcript"] {
            let path = format!("/api/v1/conversations/{id}{path}");
            assert_eq!(old.get(&path).await.code(404), "not_found", "{path}");
        }
    }
}

async fn load_of(admin: &Person, rep: &Person) -> Value {
    let reps = admin.get("/api/v1/reps").await.ok(200);
    let his = |one: &&Value| one["id"] == json!(rep.id);
    reps.as_array().unwrap().iter().find(his).unwrap()["load"].clone()
}

/// Who waits in a queue, in order.
async fn line(admin: &Person, queue: &str) -> Vec<Value> {
    let line = admin.get("/api/v1/line").await.ok(200);
    let it = |one: &&Value| one["queue"]["id"] == queue;
    let found = line["queues"].as_array().unwrap().iter().find(it).unwrap();
    let first: &Vec<Value> = found["first"].as_array().unwrap();
    assert_eq!(found["waiting"], first.len());
    first.iter().map(|one| one["id"].clone()).collect()
}

async fn a_full_line_takes_what_staff_send_there_and_no_customer(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(1, 1).await);
    let (ann, ben, eve) = (
        world.customer(0).await,
        world.customer(1).await,
        world.customer(2).await,
    );
    let support = first(&ann).await;
    let mut socket = rep.socket().await;
    let chat = open_in(&ann, &support).await;
    socket.wait("assigned").await;
    let small = json!({ "name": "Billing", "reps": [], "waiting_max": 1 });
    let billing = make(&admin, small).await;
    let waits = open_in(&ben, &billing).await;
    let place = world.row(&chat).await.place;

    let to = json!({ "queue": billing });
    let view = rep.act(&chat, "transfer", to).await.ok(200);
    assert_eq!(view["status"], "waiting");
    assert_eq!(world.row(&chat).await.place, place);
    let both = [json!(chat), json!(waits)];
    assert_eq!(line(&admin, &billing).await, both, "it came first");
    assert_eq!(load_of(&admin, &rep).await, 0);
    let write = json!({ "client_id": client_id(), "text": "One more thing." });
    let refused = rep.act(&chat, "messages", write).await;
    assert_eq!(refused.code(409), "stale_assignment");
    // Customers find no room, at whatever node they ask; his slot is for the next one.
    for turn in 0..3 {
        let refused = try_open(&eve.at(world.base(turn)), &billing).await;
        assert_eq!(refused.code(503), "queue_full");
    }
    let next = open_in(&eve, &support).await;
    let told = socket.wait("assigned").await;
    assert_eq!(told["conversation"]["id"], next.as_str());
    assert_eq!(load_of(&admin, &rep).await, 1);
    assert_eq!(line(&admin, &billing).await, both);
}
