//! What people say to each other beside plain messages: marks, typing, edits, joining. Over one
//! node on SQLite, and over three on PostgreSQL and Redis.

use serde_json::{Value, json};
use switchboard::settings::Settings;
use switchboard::store::Conn;

use crate::harness::{World, client_id, until};
use crate::on_both_with;
use crate::person::Person;
use crate::socket::Socket;

fn change(settings: &mut Settings) {
    settings.reps_may_join = true;
    settings.position_check_ms = 300;
}

on_both_with!(change;
    marks_only_grow_and_the_other_side_sees_them,
    whoever_only_looks_on_leaves_no_mark,
    what_is_unread_is_told_as_it_changes,
    that_somebody_types_reaches_the_others_and_is_not_stored,
    nobody_is_told_to_type_in_what_is_closed,
    who_leaves_or_hands_it_on_types_no_more,
    an_edit_reaches_whoever_comes_from_anywhere,
    a_deleted_text_is_nowhere,
    what_may_not_be_changed_is_said_why,
    whoever_joins_is_seen_and_heard_until_he_leaves,
    a_rep_joins_only_where_he_serves,
);

/// An active conversation, of a customer on the first node with a rep on the second.
pub async fn chat(world: &World) -> (Person, Person, String) {
    let (ann, rep) = (world.customer(0).await, world.rep(1, 5).await);
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    (ann, rep, id)
}

async fn read(who: &Person, id: &str, seq: i64) -> Value {
    let path = format!("/api/v1/conversations/{id}/read");
    who.put(&path, json!({ "seq": seq })).await.ok(200)
}

/// Where a message is edited and deleted.
pub fn message(id: &str, seq: i64) -> String {
    format!("/api/v1/conversations/{id}/messages/{seq}")
}

/// Tells a frame of this type that stands in for a command's answer.
async fn command(socket: &mut Socket, frame: Value) -> Value {
    socket.say(frame).await;
    socket
        .wait_for(|frame| frame["type"] == "ack" || frame["type"] == "error")
        .await
}

async fn marks_only_grow_and_the_other_side_sees_them(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let (mut of_ann, mut of_rep) = (ann.socket().await, rep.socket().await);
    let first = ann.say(&id, "one").await["seq"].as_i64().unwrap();
    let second = ann.say(&id, "two").await["seq"].as_i64().unwrap();
    let say = |kind: &str, seq: i64| json!({ "type": kind, "conversation": id, "seq": seq });
    let ack = command(&mut of_rep, say("delivered", second)).await;
    assert_eq!((&ack["type"], &ack["seq"]), (&json!("ack"), &json!(second)));
    let told = of_ann.wait("marks").await;
    assert_eq!(told["staff"], json!({ "read": 0, "delivered": second }));
    assert!(told.get("unread").is_none(), "that is the rep's: {told}");
    let ack = command(&mut of_rep, say("read", first)).await;
    assert_eq!(ack["duplicate"], false);
    let told = of_ann.wait("marks").await;
    assert_eq!(told["staff"], json!({ "read": first, "delivered": second }));
    // An older mark, and the same again, change nothing.
    assert_eq!(read(&rep, &id, second).await["duplicate"], false);
    for seq in [first, second] {
        let answer = read(&rep, &id, seq).await;
        assert_eq!(answer["duplicate"], true);
        assert_eq!(answer["marks"]["staff"]["read"], second);
    }
    let view = ann.view(&id).await;
    assert_eq!(
        view["marks"]["staff"],
        json!({ "read": second, "delivered": second })
    );
    assert_eq!(view["marks"]["customer"]["read"], 0);
    let page = format!("/api/v1/conversations/{id}/events");
    assert_eq!(ann.get(&page).await.ok(200)["marks"], view["marks"]);
    for seq in [-1, second + 1, i64::MAX] {
        let path = format!("/api/v1/conversations/{id}/read");
        let refused = rep.put(&path, json!({ "seq": seq })).await;
        assert!(
            refused.body["detail"]
                .as_str()
                .unwrap()
                .contains(&format!("up to {second}."))
        );
        assert_eq!(refused.code(422), "validation_failed");
    }
    let nothing_yet = read(&rep, &id, 0).await;
    assert_eq!(
        nothing_yet["marks"]["staff"]["read"], second,
        "an older one changes nothing"
    );
    // Many at once, over two nodes: the furthest holds.
    let path = format!("/api/v1/conversations/{id}/read");
    let elsewhere = ann.at(world.base(1));
    let one = async |who: &Person, seq: i64| who.put(&path, json!({ "seq": seq })).await.ok(200);
    let both = (1..=second).map(|seq| match seq % 2 {
        0 => one(&ann, seq),
        _ => one(&elsewhere, seq),
    });
    futures_util::future::join_all(both).await;
    assert_eq!(rep.view(&id).await["marks"]["customer"]["read"], second);
}

async fn whoever_only_looks_on_leaves_no_mark(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let admin = world.admin().await;
    let mut of_ann = ann.socket().await;
    let seq = ann.say(&id, "is anybody there?").await["seq"]
        .as_i64()
        .unwrap();
    of_ann.event("message").await;
    let answer = read(&admin, &id, seq).await;
    assert_eq!(
        (&answer["unread"], &answer["duplicate"]),
        (&json!(0), &json!(false))
    );
    assert_eq!(
        answer["marks"]["staff"],
        json!({ "read": 0, "delivered": 0 })
    );
    assert_eq!(ann.view(&id).await["marks"]["staff"]["read"], 0);
    read(&rep, &id, seq).await;
    let told = of_ann.wait("marks").await;
    assert_eq!(told["staff"]["read"], seq, "the first that she hears of");
}

async fn what_is_unread_is_told_as_it_changes(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let other = ann.open().await;
    rep.claim(&other).await.ok(200);
    ann.say(&id, "one").await;
    rep.say(&id, "my own").await;
    ann.say(&other, "elsewhere").await;
    let (mut socket, ready) = rep.resume(json!({})).await;
    assert_eq!(ready["unread_total"], 2);
    let listed = rep.get("/api/v1/conversations?open=true").await.ok(200);
    for list in [&ready["conversations"], &listed["items"]] {
        for one in list.as_array().unwrap() {
            assert_eq!(one["unread"], 1, "{one}");
        }
    }
    let seq = ann.say(&id, "two").await["seq"].as_i64().unwrap();
    let like = |frame: &Value| frame["type"] == "event" && frame["text"] == "two";
    let told = socket.wait_for(like).await;
    assert_eq!(
        (&told["unread"], &told["unread_total"]),
        (&json!(2), &json!(3))
    );
    let own = rep.say(&id, "mine again").await;
    let told = socket.wait_for(|frame| frame["seq"] == own["seq"]).await;
    assert!(told.get("unread").is_none(), "{told}");
    // Deleted before it was read: it is not waiting to be.
    ann.delete(&message(&id, seq)).await.ok(200);
    let told = socket.event("deleted").await;
    assert_eq!(
        (&told["unread"], &told["unread_total"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(rep.view(&id).await["unread"], 1);
    // Read on another socket, at another node.
    let last = rep.view(&id).await["last_seq"].as_i64().unwrap();
    assert_eq!(read(&rep.at(world.base(0)), &id, last).await["unread"], 0);
    let told = socket.wait("marks").await;
    assert_eq!(
        (&told["unread"], &told["unread_total"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(ann.view(&id).await["unread"], 2, "she has read nothing");
}

/// Whether this person is said to type, or not any more, as it is told next.
async fn typist(socket: &mut Socket, who: &Person) -> bool {
    let frame = socket.wait("typing").await;
    assert_eq!(frame["user"], json!({ "id": who.id, "name": who.name }));
    assert_eq!(frame["expires_in_ms"], 5_000);
    frame["on"] == true
}

async fn that_somebody_types_reaches_the_others_and_is_not_stored(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let (mut of_ann, mut of_rep) = (ann.socket().await, rep.socket().await);
    let stranger = world.customer(2).await;
    let mut of_stranger = stranger.socket().await;
    let before = rep.view(&id).await["last_seq"].clone();
    let typing = |on: bool| json!({ "type": "typing", "conversation": id, "on": on, "ref": "t" });
    let mut elsewhere = ann.socket().await;
    let refused = command(&mut of_stranger, typing(true)).await;
    assert_eq!(refused["code"], "not_found");
    // Said ten times at once, on two sockets, told every 1.5 s at most; then ended, once.
    let begun = std::time::Instant::now();
    for _ in 0..5 {
        command(&mut of_ann, typing(true)).await;
        command(&mut elsewhere, typing(true)).await;
    }
    let mut heard = vec![typist(&mut of_rep, &ann).await];
    command(&mut of_ann, typing(true)).await;
    for _ in 0..2 {
        command(&mut of_ann, typing(false)).await;
    }
    while heard.last() == Some(&true) {
        heard.push(typist(&mut of_rep, &ann).await);
    }
    let told = heard.iter().filter(|on| **on).count() as u128;
    let most = 1 + begun.elapsed().as_millis() / 1_500;
    assert!(
        (1..=most).contains(&told),
        "{told} times, and {most} at most"
    );
    ann.say(&id, "here I am").await;
    let mut next = of_rep.next().await;
    while next["text"] != "here I am" {
        assert_ne!(next["type"], "typing", "it had ended: {next}");
        next = of_rep.next().await;
    }
    // Whoever goes does not type any more.
    of_rep
        .say(json!({ "type": "typing", "conversation": id, "on": true }))
        .await;
    let on = of_ann.wait("typing").await;
    assert_eq!(
        (&on["on"], &on["user"]["id"]),
        (&json!(true), &json!(rep.id))
    );
    drop(of_rep);
    assert_eq!(of_ann.wait("typing").await["on"], false);
    let after = rep.view(&id).await["last_seq"].as_i64().unwrap();
    assert_eq!(json!(after - 1), before, "one message, and nothing else");
    ann.close(&id).await.ok(200);
    let refused = command(&mut ann.socket().await, typing(true)).await;
    assert_eq!(refused["code"], "conversation_closed");
}

async fn who_leaves_or_hands_it_on_types_no_more(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let admin = world.admin().await;
    let (mut of_ann, mut of_rep) = (ann.socket().await, rep.socket().await);
    let mut of_admin = admin.socket().await;
    let named = |kind: &str| json!({ "type": kind, "conversation": id, "ref": kind });
    of_admin.say(named("join")).await;
    of_admin.event("joined").await;
    let typing = json!({ "type": "typing", "conversation": id, "on": true, "ref": "t" });
    command(&mut of_admin, typing.clone()).await;
    command(&mut of_rep, typing).await;
    for _ in 0..2 {
        assert_eq!(of_ann.wait("typing").await["on"], true);
    }
    of_admin.say(named("leave")).await;
    let off = |who: &Person| {
        let id = json!(who.id);
        move |frame: &Value| {
            frame["type"] == "typing" && frame["user"]["id"] == id && frame["on"] == false
        }
    };
    of_ann.wait_for(off(&admin)).await;
    of_rep.wait_for(off(&admin)).await;
    assert!(of_ann.never(off(&rep)), "he has not left");
    rep.act(&id, "requeue", json!({})).await.ok(200);
    of_ann.wait_for(off(&rep)).await;
}

async fn nobody_is_told_to_type_in_what_is_closed(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let (mut of_ann, mut of_rep) = (ann.socket().await, rep.socket().await);
    let mut elsewhere = rep.socket().await;
    let typing = |id: &str| json!({ "type": "typing", "conversation": id, "on": true, "ref": "t" });
    command(&mut of_rep, typing(&id)).await;
    assert_eq!(of_ann.wait("typing").await["on"], true);
    of_ann
        .say(json!({ "type": "close", "conversation": id }))
        .await;
    of_ann.event("closed").await;
    of_rep.event("closed").await;
    // He goes on, on both sockets, and leaves one of them without having ended it.
    command(&mut of_rep, typing(&id)).await;
    let refused = command(&mut elsewhere, typing(&id)).await;
    assert_eq!(refused["code"], "conversation_closed");
    drop(of_rep);
    // The next thing she hears of his typing is in her next conversation.
    let next = ann.open().await;
    of_ann.wait("assigned").await;
    let told = command(&mut elsewhere, typing(&next)).await;
    assert_eq!(told["type"], "ack");
    let told = of_ann.wait("typing").await;
    assert_eq!(
        (&told["conversation"], &told["on"]),
        (&json!(next), &json!(true))
    );
}

/// What a client shows that takes in these entries.
fn shown(log: &[Value], from: i64) -> Vec<(i64, Option<String>)> {
    let text = |event: &Value| event["text"].as_str().map(str::to_owned);
    let mut shown: Vec<(i64, Option<String>)> = Vec::new();
    for event in log
        .iter()
        .filter(|event| event["seq"].as_i64() > Some(from))
    {
        let target = event["data"]["seq"].as_i64();
        let place = |(seq, _): &&mut (i64, _)| Some(*seq) == target;
        match event["kind"].as_str().unwrap() {
            "message" => shown.push((event["seq"].as_i64().unwrap(), text(event))),
            "edited" if event.get("text").is_some() => {
                shown
                    .iter_mut()
                    .filter(place)
                    .for_each(|one| one.1 = text(event));
            }
            "deleted" => shown.iter_mut().filter(place).for_each(|one| one.1 = None),
            _ => {}
        }
    }
    shown
}

async fn an_edit_reaches_whoever_comes_from_anywhere(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let mut of_rep = rep.socket().await;
    let seq = ann.say(&id, "teh parcel").await["seq"].as_i64().unwrap();
    let mut of_ann = ann.socket().await;
    let edit = |text: &str| json!({ "type": "edit", "conversation": id, "seq": seq, "text": text });
    for (text, duplicate) in [
        ("the parsel", false),
        ("the parsel", true),
        ("the parcel", false),
    ] {
        let ack = command(&mut of_ann, edit(text)).await;
        assert_eq!(ack["duplicate"], duplicate, "{ack}");
        if duplicate {
            continue;
        }
        // Before the next one: whoever reads an edit later finds no text any more.
        let told = of_rep.event("edited").await;
        assert_eq!(
            (&told["data"]["seq"], &told["text"]),
            (&json!(seq), &json!(text))
        );
    }
    for who in [&ann, &rep] {
        let log = who.log(&id).await;
        let text = json!(log).to_string();
        assert!(!text.contains("teh") && !text.contains("parsel"), "{text}");
        assert_eq!(shown(&log, 0), [(seq, Some("the parcel".into()))]);
        assert!(
            log.iter()
                .any(|one| one["seq"] == seq && one["data"]["edited"].is_i64())
        );
        // Resuming from every cursor, what was known before made right by what came after.
        let last = log.last().unwrap()["seq"].as_i64().unwrap();
        for from in seq..last {
            let (mut socket, _) = who.resume(json!({ &id: from })).await;
            let mut known = vec![json!({ "seq": seq, "kind": "message", "text": "whatever" })];
            loop {
                let frame = socket.wait("event").await;
                known.push(frame.clone());
                if frame["seq"] == last {
                    break;
                }
            }
            assert_eq!(
                shown(&known, 0),
                [(seq, Some("the parcel".into()))],
                "from {from}"
            );
        }
    }
    // A retry of what was sent first is still the same message.
    let client = client_id();
    let body = json!({ "client_id": client, "text": "first" });
    let sent = ann.act(&id, "messages", body.clone()).await.ok(201);
    let seq = sent["event"]["seq"].as_i64().unwrap();
    ann.put(&message(&id, seq), json!({ "text": "second" }))
        .await
        .ok(200);
    let again = ann.act(&id, "messages", body).await.ok(200);
    assert_eq!(
        (&again["event"]["seq"], &again["duplicate"]),
        (&json!(seq), &json!(true))
    );
}

/// Every text that is stored of a conversation.
async fn stored(world: &World, id: &str) -> String {
    let id = id.parse().unwrap();
    let read = move |conn: &mut Conn| Ok(switchboard::store::events::after(conn, id, 0, 500)?);
    format!("{:?}", world.nodes[0].app.store.read(read).await.unwrap())
}

async fn a_deleted_text_is_nowhere(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let mut of_rep = rep.socket().await;
    let seq = ann.say(&id, "password-one").await["seq"].as_i64().unwrap();
    let text = json!({ "text": "password-two" });
    ann.put(&message(&id, seq), text.clone()).await.ok(200);
    let first = ann.delete(&message(&id, seq)).await.ok(200);
    assert_eq!(
        (&first["event"]["kind"], &first["duplicate"]),
        (&json!("deleted"), &json!(false))
    );
    let told = of_rep.event("deleted").await;
    let data = json!({ "seq": seq, "author_id": ann.id });
    assert_eq!((&told["data"], told.get("text")), (&data, None));
    let again = ann.delete(&message(&id, seq)).await.ok(200);
    assert_eq!(
        (&again["event"], &again["duplicate"]),
        (&first["event"], &json!(true))
    );
    assert!(!stored(world, &id).await.contains("password"));
    for who in [&ann, &rep] {
        let log = who.log(&id).await;
        assert!(!json!(log).to_string().contains("password"));
        assert_eq!(shown(&log, 0), [(seq, None)]);
        let tombstone = log.iter().find(|one| one["seq"] == seq).unwrap();
        assert!(tombstone["data"]["deleted"].is_i64() && tombstone.get("text").is_none());
        let listed = who.get("/api/v1/conversations").await.ok(200);
        let latest = &listed["items"][0]["latest_message"];
        assert!(
            latest["seq"] == seq && latest.get("text").is_none(),
            "{latest}"
        );
    }
    let refused = ann.put(&message(&id, seq), text).await;
    assert_eq!(refused.code(409), "wrong_state");
    // After the end nothing is said any more, but it may be taken back.
    let seq = rep.say(&id, "oops").await["seq"].as_i64().unwrap();
    rep.close(&id).await.ok(200);
    let refused = rep.put(&message(&id, seq), json!({ "text": "x" })).await;
    assert_eq!(refused.code(409), "conversation_closed");
    rep.delete(&message(&id, seq)).await.ok(200);
    assert!(!stored(world, &id).await.contains("oops"));
}

async fn what_may_not_be_changed_is_said_why(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let (admin, stranger) = (world.admin().await, world.customer(2).await);
    let seq = ann.say(&id, "hers").await["seq"].as_i64().unwrap();
    let text = || json!({ "text": "his" });
    assert_eq!(
        rep.put(&message(&id, seq), text()).await.code(403),
        "forbidden"
    );
    assert_eq!(rep.delete(&message(&id, seq)).await.code(403), "forbidden");
    assert_eq!(
        admin.put(&message(&id, seq), text()).await.code(403),
        "forbidden"
    );
    assert_eq!(
        stranger.delete(&message(&id, seq)).await.code(404),
        "not_found"
    );
    assert_eq!(
        ann.put(&message(&id, 1), text()).await.code(409),
        "not_a_message"
    );
    assert_eq!(
        ann.delete(&message(&id, seq + 1)).await.code(404),
        "not_found"
    );
    let empty = ann.put(&message(&id, seq), json!({ "text": " " })).await;
    assert_eq!(empty.code(422), "text_empty");
    let long = json!({ "text": "x".repeat(8_001) });
    assert_eq!(
        ann.put(&message(&id, seq), long).await.code(422),
        "text_too_long"
    );
    // As if it had been written a quarter of an hour ago.
    let (key, at) = (id.parse().unwrap(), switchboard::words::now() - 900_001);
    let age = move |conn: &mut Conn| age(conn, key, seq, at);
    world.nodes[0].app.store.write(age).await.unwrap();
    for refused in [
        ann.put(&message(&id, seq), text()).await,
        ann.delete(&message(&id, seq)).await,
    ] {
        assert!(
            refused.body["detail"]
                .as_str()
                .unwrap()
                .contains("15 minutes")
        );
        assert_eq!(refused.code(409), "too_late");
    }
    admin.delete(&message(&id, seq)).await.ok(200);
    assert!(!stored(world, &id).await.contains("hers"));
}

/// Has an entry written at another moment.
fn age(
    conn: &mut Conn,
    id: switchboard::words::ConversationId,
    seq: i64,
    at: i64,
) -> switchboard::error::Result<()> {
    let literal = match conn {
        Conn::Lite(_) => format!("X'{}'", id.0.simple()),
        Conn::Pg(_) => format!("'{id}'"),
    };
    Ok(conn.execute(&format!(
        "UPDATE events SET created_at = {at} WHERE seq = {seq} AND conversation_id = {literal}"
    ))?)
}

async fn whoever_joins_is_seen_and_heard_until_he_leaves(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let admin = world.admin().await.at(world.base(2));
    let (mut of_ann, mut of_rep) = (ann.socket().await, rep.socket().await);
    let mut of_admin = admin.socket().await;
    ann.say(&id, "before").await;
    let join = json!({ "type": "join", "conversation": id, "ref": "j" });
    of_admin.say(join.clone()).await;
    let told = of_ann.event("joined").await;
    assert_eq!(told["sender_id"], json!(admin.id));
    assert_eq!(told["data"], json!({ "name": admin.name }));
    of_rep.event("joined").await;
    // He gets the whole of it, and from now on what is said.
    let like = |frame: &Value| frame["type"] == "event" && frame["text"] == "before";
    of_admin.wait_for(like).await;
    of_admin.event("joined").await;
    let ack = command(&mut of_admin, join).await;
    assert_eq!(ack["type"], "ack", "again changes nothing");
    let like =
        |text: &'static str| move |frame: &Value| frame["type"] == "event" && frame["text"] == text;
    ann.say(&id, "to both").await;
    of_admin.wait_for(like("to both")).await;
    of_rep.wait_for(like("to both")).await;
    admin.say(&id, "from the third").await;
    of_ann.wait_for(like("from the third")).await;
    let seq = of_rep.wait_for(like("from the third")).await["seq"]
        .as_i64()
        .unwrap();
    // What he reads is told now.
    read(&admin, &id, seq).await;
    assert_eq!(of_ann.wait("marks").await["staff"]["read"], seq);
    // Coming back, he has it still.
    let (mut again, ready) = admin.resume(json!({})).await;
    assert_eq!(ready["conversations"][0]["id"], id.as_str());
    ann.say(&id, "once more").await;
    again.wait_for(like("once more")).await;
    admin.act(&id, "leave", json!({})).await.ok(200);
    let told = of_ann.event("left").await;
    assert_eq!(told["data"], json!({ "name": admin.name }));
    again.event("left").await;
    of_admin.event("left").await;
    let refused = admin.act(&id, "leave", json!({})).await;
    assert_eq!(refused.code(409), "wrong_state");
    // At his own node, so that it would come to him before the answer below.
    let there = ann.at(world.base(2));
    there.say(&id, "he is gone").await;
    of_rep.wait_for(like("he is gone")).await;
    let kinds = ann.kinds(&id).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "joined").count(), 1);
    // Nothing of it has come to him: what he hears next is the answer to this.
    let ack = command(
        &mut again,
        json!({ "type": "watch", "on": false, "ref": "w" }),
    )
    .await;
    assert_eq!(ack["ref"], "w");
    assert!(again.never(|frame| frame["text"] == "he is gone"));
}

async fn a_rep_joins_only_where_he_serves(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let (other, outside) = (world.rep(2, 1).await, world.rep(0, 1).await);
    let admin = world.admin().await;
    let none = format!("/api/v1/reps/{}/queues", outside.id);
    admin.put(&none, json!({ "queues": [] })).await.ok(200);
    let refused = outside.act(&id, "join", json!({})).await;
    assert_eq!(refused.code(404), "not_found");
    let refused = rep.act(&id, "join", json!({})).await;
    assert_eq!(refused.code(409), "wrong_state");
    let write = || json!({ "client_id": client_id(), "text": "from another" });
    let refused = other.act(&id, "messages", write()).await;
    assert_eq!(refused.code(404), "not_found");
    other.act(&id, "join", json!({})).await.ok(200);
    other.act(&id, "messages", write()).await.ok(201);
    other.view(&id).await;
    let refused = other.act(&id, "park", json!({})).await;
    assert_eq!(refused.code(409), "wrong_state");
    let mut socket = other.socket().await;
    ann.say(&id, "hear me").await;
    let like = |frame: &Value| frame["type"] == "event" && frame["text"] == "hear me";
    socket.wait_for(like).await;
    let leave = json!({ "type": "leave", "conversation": id });
    command(&mut socket, leave).await;
    socket.wait("gone").await;
    let refused = other.act(&id, "messages", write()).await;
    assert_eq!(refused.code(404), "not_found");
    let waiting = ann.open().await;
    let refused = other.act(&waiting, "join", json!({})).await;
    assert!(["wrong_state", "already_claimed"].contains(&refused.code(409).as_str()));
    until("nobody has it any more", async || {
        other
            .get(&format!("/api/v1/conversations/{id}"))
            .await
            .status
            == 404
    })
    .await;
}
