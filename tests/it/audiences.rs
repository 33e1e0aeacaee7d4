//! Who is told of what, by the doorbell alone: nothing is compared with the record meanwhile. Over
//! one node on SQLite, and over three on PostgreSQL and Redis.

use serde_json::{Value, json};
use switchboard::settings::Settings;
use switchboard::words::Mode;

use crate::harness::{World, client_id};
use crate::on_both_with;
use crate::person::Person;
use crate::socket::Socket;
use crate::speech::{chat, message};

fn change(settings: &mut Settings) {
    settings.position_check_ms = 600_000;
    settings.messages_burst = 10_000;
    settings.frames_burst = 10_000;
}

on_both_with!(change;
    whoever_closed_it_hears_what_is_taken_back_and_read,
    whoever_parked_it_hears_of_it_until_another_has_it,
    an_admin_who_has_not_joined_is_answered_and_no_more,
    a_gap_names_nothing_that_is_not_for_its_reader,
    who_has_lost_it_hears_nothing_of_its_end,
    who_was_not_there_hears_nothing_of_what_is_over,
);

async fn whoever_closed_it_hears_what_is_taken_back_and_read(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let mut of_rep = rep.socket().await;
    let seq = ann.say(&id, "a password").await["seq"].as_i64().unwrap();
    rep.close(&id).await.ok(200);
    let last = of_rep.event("closed").await["seq"].clone();
    ann.delete(&message(&id, seq)).await.ok(200);
    assert_eq!(of_rep.event("deleted").await["data"]["seq"], seq);
    let path = format!("/api/v1/conversations/{id}/read");
    ann.put(&path, json!({ "seq": last })).await.ok(200);
    let read = |frame: &Value| frame["type"] == "marks" && frame["customer"]["read"] == last;
    of_rep.wait_for(read).await;
    let admin = world.admin().await;
    admin.note(&id, "for the record").await;
    of_rep.event("note").await;
}

async fn whoever_parked_it_hears_of_it_until_another_has_it(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let (other, admin) = (world.rep(2, 5).await, world.admin().await);
    let (mut of_rep, _there) = (rep.socket().await, other.socket().await);
    let seq = ann.say(&id, "the frist").await["seq"].as_i64().unwrap();
    rep.act(&id, "park", json!({})).await.ok(200);
    of_rep.event("parked").await;
    let text = json!({ "text": "the first" });
    ann.put(&message(&id, seq), text).await.ok(200);
    assert_eq!(of_rep.event("edited").await["text"], "the first");
    let to = json!({ "rep": other.id });
    admin.act(&id, "transfer", to).await.ok(200);
    assert_eq!(of_rep.wait("gone").await["conversation"], json!(id));
}

/// Whatever was told to this socket until now, once it has all come.
async fn heard(socket: &mut Socket) -> usize {
    socket
        .say(json!({ "type": "watch", "on": false, "ref": "heard" }))
        .await;
    socket.wait_for(|frame| frame["ref"] == "heard").await;
    socket.count()
}

async fn an_admin_who_has_not_joined_is_answered_and_no_more(world: &World) {
    let (ann, _, id) = chat(world).await;
    let admin = world.admin().await;
    let mut socket = admin.socket().await;
    for (kind, text) in [("send", "from above"), ("note", "among us")] {
        let id =
            json!({ "type": kind, "conversation": id, "client_id": client_id(), "text": text });
        socket.say(id).await;
        socket.wait("ack").await;
    }
    assert!(ann.kinds(&id).await.contains(&"message".to_owned()));
    heard(&mut socket).await;
    assert!(socket.never(|frame| frame["type"] == "event"));
    // He hears of it while he has joined it, each entry once, and nothing after that.
    let join = json!({ "type": "join", "conversation": id, "ref": "j" });
    socket.say(join).await;
    socket.event("joined").await;
    admin.act(&id, "leave", json!({})).await.ok(200);
    assert_eq!(socket.wait("gone").await["conversation"], json!(id));
    let before = heard(&mut socket).await;
    for text in ["one more", "and another"] {
        admin.say(&id, text).await;
    }
    assert_eq!(heard(&mut socket).await, before + 1);
    // What he resumes and has not joined is not his to hear of.
    let (mut again, ready) = admin.resume(json!({ &id: 0 })).await;
    assert_eq!(ready["conversations"], json!([]));
    assert_eq!(again.wait("gone").await["conversation"], json!(id));
}

/// Everything that was told to a rep before this, on whichever node, has come.
async fn all_heard(world: &World, admin: &Person, rep: &Person, socket: &mut Socket) {
    for (turn, capacity) in (0..world.nodes.len()).zip(50..) {
        let admin = admin.at(world.base(turn));
        let path = format!("/api/v1/reps/{}/capacity", rep.id);
        admin
            .put(&path, json!({ "capacity": capacity }))
            .await
            .ok(200);
        let told = |frame: &Value| frame["type"] == "rep" && frame["rep"]["capacity"] == capacity;
        socket.wait_for(told).await;
    }
}

async fn who_has_lost_it_hears_nothing_of_its_end(world: &World) {
    world.change_queue(|queue| queue.mode = Mode::Manual).await;
    let (ann, rep, id) = chat(world).await;
    let admin = world.admin().await;
    let mut socket = rep.socket().await;
    for end in ["park", "close"] {
        admin.act(&id, "requeue", json!({})).await.ok(200);
        assert_eq!(socket.wait("gone").await["conversation"], json!(id));
        all_heard(world, &admin, &rep, &mut socket).await;
        let before = socket.count();
        admin.act(&id, end, json!({})).await.ok(200);
        all_heard(world, &admin, &rep, &mut socket).await;
        assert_eq!(socket.count(), before + world.nodes.len(), "{end}");
        if end == "park" {
            admin.act(&id, "wake", json!({})).await.ok(200);
            rep.claim(&id).await.ok(200);
            socket.event("assigned").await;
        }
    }
    assert_eq!(ann.view(&id).await["status"], "closed");
}

async fn who_was_not_there_hears_nothing_of_what_is_over(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let seq = ann.say(&id, "a password").await["seq"].as_i64().unwrap();
    rep.close(&id).await.ok(200);
    let admin = world.admin().await;
    let (mut socket, _) = rep.resume(json!({})).await;
    all_heard(world, &admin, &rep, &mut socket).await;
    let before = socket.count();
    admin.note(&id, "for the record").await;
    ann.delete(&message(&id, seq)).await.ok(200);
    all_heard(world, &admin, &rep, &mut socket).await;
    assert_eq!(socket.count(), before + world.nodes.len());
    // Who asks for it hears of it.
    let (mut again, _) = rep.resume(json!({ &id: 0 })).await;
    again.event("deleted").await;
    admin.note(&id, "and one more").await;
    again
        .wait_for(|frame| frame["text"] == "and one more")
        .await;
}

async fn a_gap_names_nothing_that_is_not_for_its_reader(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let at = ann.view(&id).await["last_seq"].as_i64().unwrap();
    ann.say(&id, "first").await;
    rep.note(&id, "not for her").await;
    let edge = rep.view(&id).await["last_seq"].as_i64().unwrap();
    let mut of_rep = rep.socket().await;
    for turn in 0..500 {
        let text = format!("so far {turn}");
        let send = json!({
            "type": "send", "conversation": id, "client_id": client_id(), "text": text,
        });
        of_rep.say(send).await;
        of_rep.wait("ack").await;
    }
    // The last entry before the newest 500 is the note.
    let (mut socket, _) = ann.resume(json!({ &id: at })).await;
    let gap = socket.wait("gap").await;
    assert_eq!(
        (&gap["from"], &gap["to"]),
        (&json!(at + 1), &json!(edge - 1))
    );
    let next = socket.event("message").await;
    assert_eq!(
        (&next["after"], &next["seq"]),
        (&gap["to"], &json!(edge + 1))
    );
    // Where only the note is left to pages there is nothing to be read there.
    let (mut socket, _) = ann.resume(json!({ &id: edge - 1 })).await;
    let next = socket.event("message").await;
    assert_eq!(
        (&next["after"], &next["seq"]),
        (&json!(edge - 1), &json!(edge + 1))
    );
    assert!(socket.never(|frame| frame["type"] == "gap"));
    // For staff there is.
    let (mut socket, _) = rep.resume(json!({ &id: edge - 1 })).await;
    let gap = socket.wait("gap").await;
    assert_eq!((&gap["from"], &gap["to"]), (&json!(edge), &json!(edge)));
}
