//! What no doorbell told, what it told too late, and what it told between two steps of a socket.
//! Nothing is compared with the record by itself here. Over one node on SQLite, and over three on
//! PostgreSQL and Redis.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::FutureExt;
use serde_json::{Value, json};
use switchboard::access::Rights;
use switchboard::hub::{Hub, Note};
use switchboard::news::{EventView, Grown, Marked, News, Typing};
use switchboard::settings::Settings;
use switchboard::store::Conn;
use switchboard::store::conversations::PersonView;
use switchboard::store::events::{self, Entry};
use switchboard::store::marks::{self, Mark, Marks, Reached, Unread};
use switchboard::store::reps::RepState;
use switchboard::words::{Availability, ClientId, ConversationId, EventKind, Mode, UserId, now};

use crate::harness::{World, until};
use crate::on_both_with;
use crate::socket::Socket;
use crate::speech::chat;
use crate::wire::{Heard, RawSocket};

fn change(settings: &mut Settings) {
    settings.position_check_ms = 600_000;
    settings.write_stall_ms = 60_000;
}

on_both_with!(change;
    a_foreign_client_is_told_all_that_he_missed,
    an_older_mark_that_is_told_later_changes_nothing,
    what_could_not_be_counted_is_counted_as_soon_as_it_can,
    what_could_not_be_read_is_read_as_soon_as_it_can,
    whoever_has_joined_misses_nothing_while_his_socket_begins,
    an_admin_who_has_left_is_told_no_more,
    what_one_socket_is_told_late_changes_nothing_for_another,
    of_what_is_not_his_a_rep_hears_no_marks,
    all_that_is_said_to_have_arrived_is_answered,
    nobody_types_in_what_has_ended,
);

/// Writes messages of somebody that no doorbell tells.
pub async fn write_unheard(world: &World, id: &str, sender: UserId, texts: &[String]) {
    let (id, texts): (ConversationId, _) = (id.parse().unwrap(), texts.to_vec());
    let write = move |conn: &mut Conn| {
        let last_seq = events::bump(conn, id, texts.len() as i64)?.unwrap();
        let entry = |text: &String| Entry {
            client_id: Some(ClientId::new()),
            body: Some(text.clone()),
            ..Entry::new(EventKind::Message, Some(sender))
        };
        let entries = texts.iter().map(entry).collect();
        events::append(conn, id, last_seq, now(), entries).map(drop)
    };
    world.nodes[0].app.store.write(write).await.unwrap();
}

/// Tells the sockets of all nodes.
fn deliver(world: &World, news: &News) {
    for node in &world.nodes {
        node.app.hub.deliver(news.clone());
    }
}

/// Takes a table away, or brings it back.
async fn rename(world: &World, from: &str, to: &str) {
    let rename = format!("ALTER TABLE {from} RENAME TO {to}");
    let rename = move |conn: &mut Conn| Ok(conn.execute(&rename)?);
    world.nodes[0].app.store.write(rename).await.unwrap();
}

fn marked(id: &str, audience: Vec<UserId>, by: UserId, marks: Marks, unread: Unread) -> News {
    News::Marked(Box::new(Marked {
        conversation: id.parse().unwrap(),
        audience,
        marks,
        by,
        unread,
    }))
}

/// A capacity that nobody has.
const MARKED: i32 = -1;

/// News that sockets pass on as it is: what was told before it has led to all that it leads to.
fn marker(id: UserId) -> News {
    News::Rep(RepState {
        id,
        version: i64::MAX,
        capacity: MARKED,
        load: 0,
        availability: Availability::Available,
        present: true,
        rights: Rights::default(),
    })
}

fn is_marker(frame: &Value) -> bool {
    frame["rep"]["capacity"] == MARKED
}

fn unread(frame: &Value) -> (&Value, &Value) {
    (&frame["unread"], &frame["unread_total"])
}

async fn a_foreign_client_is_told_all_that_he_missed(world: &World) {
    // More than a part, and more than other clients are told before they must read a page.
    let long = (0..5).map(|n| format!("{n}{}", "x".repeat(3_999)));
    let many = (0..600).map(|n| n.to_string());
    for texts in [long.collect::<Vec<_>>(), many.collect()] {
        let (ann, rep, id) = chat(world).await;
        let path = format!("/ws/customer_support/{id}/");
        let mut socket = Socket::connect(&ann.base, &path, &ann.token).await.unwrap();
        // He is there, and stands where the conversation stands.
        ann.say(&id, "before").await;
        socket.wait_for(|frame| frame["message"] == "before").await;
        write_unheard(world, &id, rep.id, &texts).await;
        world.nodes[0].app.hub.check_all();
        rep.close(&id).await.ok(200);
        let mut told = Vec::new();
        loop {
            let frame = socket.next().await;
            if frame["closed"] == true {
                break;
            }
            // Not what it says by itself: who is there, and who waits where.
            if frame["id"].is_i64() {
                told.push(frame["message"].as_str().unwrap().to_owned());
            }
        }
        assert!(told == texts, "{} of {} are told", told.len(), texts.len());
    }
}

async fn an_older_mark_that_is_told_later_changes_nothing(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let (mut of_ann, mut of_his) = (ann.socket().await, rep.socket().await);
    let mut last = 0;
    for text in ["one", "two", "three"] {
        last = ann.say(&id, text).await["seq"].as_i64().unwrap();
        let like = |frame: &Value| frame["type"] == "event" && frame["text"] == text;
        of_his.wait_for(like).await;
    }
    let path = format!("/api/v1/conversations/{id}/read");
    rep.put(&path, json!({ "seq": last })).await.ok(200);
    let read = json!({ "read": last, "delivered": last });
    for socket in [&mut of_ann, &mut of_his] {
        assert_eq!(socket.wait("marks").await["staff"], read);
    }
    let (mut again, _) = rep.resume(json!({ &id: last })).await;
    let staff = Reached {
        read: last - 2,
        delivered: last - 2,
    };
    let older = Marks {
        staff,
        ..Marks::default()
    };
    let unread_then = Unread {
        count: 2,
        counted: last,
        read: last - 2,
    };
    let older = marked(&id, vec![ann.id, rep.id], rep.id, older, unread_then);
    deliver(world, &older);
    for who in [ann.id, rep.id] {
        deliver(world, &marker(who));
    }
    for socket in [&mut of_ann, &mut of_his, &mut again] {
        socket.wait_for(is_marker).await;
        let older = |frame: &Value| frame["type"] == "marks" && frame["staff"] != read;
        assert!(socket.never(older));
    }
    ann.say(&id, "four").await;
    for socket in [&mut of_his, &mut again] {
        let told = socket.wait_for(|frame| frame["text"] == "four").await;
        assert_eq!(unread(&told), (&json!(1), &json!(1)));
    }
}

async fn what_could_not_be_counted_is_counted_as_soon_as_it_can(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let mut socket = rep.socket().await;
    let mut last = 0;
    for text in ["one", "two", "three"] {
        last = ann.say(&id, text).await["seq"].as_i64().unwrap();
    }
    let like = |frame: &Value| frame["type"] == "event" && frame["seq"] == last;
    assert_eq!(socket.wait_for(like).await["unread"], 3);
    let store = &world.nodes[0].app.store;
    let mark = Mark {
        conversation_id: id.parse().unwrap(),
        user_id: rep.id,
        staff: true,
        read_seq: last - 1,
        told_seq: last - 1,
        delivered_seq: last - 1,
    };
    let raise = move |conn: &mut Conn| Ok(marks::raise(conn, &mark).map(drop)?);
    store.write(raise).await.unwrap();
    rename(world, "marks", "marks_away").await;
    // Counted before the last were written: it has to be counted again.
    let stale = Unread {
        count: 0,
        counted: 1,
        read: last - 1,
    };
    let news = marked(&id, vec![rep.id], rep.id, Marks::default(), stale);
    deliver(world, &news);
    deliver(world, &marker(rep.id));
    socket.wait_for(is_marker).await;
    assert!(socket.never(|frame| frame["type"] == "marks"));
    rename(world, "marks_away", "marks").await;
    let told = socket.wait("marks").await;
    assert_eq!(unread(&told), (&json!(1), &json!(1)), "as it is");
}

async fn what_could_not_be_read_is_read_as_soon_as_it_can(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let other = ann.open().await;
    // More than fits between a server and a client who does not read.
    write_unheard(world, &id, rep.id, &vec!["😀".repeat(8_000); 16]).await;
    for id in [&id, &other] {
        ann.act(id, "close", json!({})).await.ok(200);
    }
    let last = ann.log(&id).await.len();
    let mut socket = RawSocket::open(&ann.base, "/ws", &ann.token).await;
    let stream = socket2::SockRef::from(&socket.wire.stream);
    stream.set_recv_buffer_size(4_096).unwrap();
    let resume = json!({ "type": "hello", "resume": { &id: 1, &other: 1 } });
    socket.say(&resume).await;
    socket.wait(|frame| frame["type"] == "ready").await;
    // The rest, and perhaps the other one, is still to be read.
    let errors = &world.nodes[0].app.metrics.errors;
    rename(world, "events", "events_away").await;
    let before = errors.get();
    let stream = socket2::SockRef::from(&socket.wire.stream);
    stream.set_recv_buffer_size(1 << 20).unwrap();
    let (mut closed, mut back) = (0, false);
    while closed < 2 {
        if !back && errors.get() > before {
            rename(world, "events_away", "events").await;
            back = true;
        }
        let next = tokio::time::timeout(Duration::from_millis(10), socket.next());
        match next.await {
            Ok(Heard::Frame(frame)) => {
                assert_ne!(frame["type"], "error", "{frame}");
                closed += usize::from(frame["kind"] == "closed");
            }
            Ok(other) => panic!("{other:?}"),
            Err(_) => {}
        }
    }
    assert!(back, "nothing has failed; {last} entries");
    // Also what a comparison should have found.
    let mut socket = ann.socket().await;
    let id = ann.open().await;
    socket.event("opened").await;
    write_unheard(world, &id, ann.id, &["unheard".to_owned()]).await;
    rename(world, "heads", "heads_away").await;
    let before = errors.get();
    world.nodes[0].app.hub.check_all();
    until("a failure", async || errors.get() > before).await;
    rename(world, "heads_away", "heads").await;
    socket.wait_for(|frame| frame["text"] == "unheard").await;
}

async fn whoever_has_joined_misses_nothing_while_his_socket_begins(world: &World) {
    let (ann, _, id) = chat(world).await;
    let admin = world.admin().await;
    admin.act(&id, "join", json!({})).await.ok(200);
    // More than fits between a server and a client who does not read.
    let texts = vec!["😀".repeat(8_000); 16];
    write_unheard(world, &id, ann.id, &texts).await;
    let mut socket = RawSocket::open(&admin.base, "/ws", &admin.token).await;
    let stream = socket2::SockRef::from(&socket.wire.stream);
    stream.set_recv_buffer_size(4_096).unwrap();
    socket.say(&json!({ "type": "hello" })).await;
    socket.wait(|frame| frame["type"] == "ready").await;
    // What was there is read, and being told.
    socket.wait(|frame| frame["seq"] == 1).await;
    ann.say(&id, "meanwhile").await;
    let stream = socket2::SockRef::from(&socket.wire.stream);
    stream.set_recv_buffer_size(1 << 20).unwrap();
    socket.wait(|frame| frame["text"] == "meanwhile").await;
}

async fn an_admin_who_has_left_is_told_no_more(world: &World) {
    let (ann, _, id) = chat(world).await;
    let admin = world.admin().await;
    let mut socket = admin.socket().await;
    admin.act(&id, "join", json!({})).await.ok(200);
    socket.event("joined").await;
    admin.act(&id, "leave", json!({})).await.ok(200);
    socket.event("left").await;
    ann.say(&id, "he is gone").await;
    world.nodes[0].app.hub.check_all();
    // It comes after all that the check has led to.
    deliver(world, &marker(admin.id));
    socket.wait_for(is_marker).await;
    assert!(socket.never(|frame| frame["text"] == "he is gone"));
    // Whoever joins again has it all again.
    admin.act(&id, "join", json!({})).await.ok(200);
    let like = |frame: &Value| frame["text"] == "he is gone";
    socket.wait_for(like).await;
    socket.event("joined").await;
    ann.say(&id, "he is back").await;
    socket.wait_for(|frame| frame["text"] == "he is back").await;
}

async fn what_one_socket_is_told_late_changes_nothing_for_another(world: &World) {
    let (ann, _, id) = chat(world).await;
    let admin = world.admin().await;
    admin.act(&id, "join", json!({})).await.ok(200);
    admin.act(&id, "leave", json!({})).await.ok(200);
    // More than fits between a server and a client who does not read.
    write_unheard(world, &id, ann.id, &vec!["😀".repeat(8_000); 16]).await;
    admin.act(&id, "join", json!({})).await.ok(200);
    let mut quick = admin.socket().await;
    quick.event("left").await;
    quick.event("joined").await;
    let mut slow = RawSocket::open(&admin.base, "/ws", &admin.token).await;
    let stream = socket2::SockRef::from(&slow.wire.stream);
    stream.set_recv_buffer_size(4_096).unwrap();
    slow.say(&json!({ "type": "hello" })).await;
    slow.wait(|frame| frame["kind"] == "left").await;
    ann.say(&id, "do you hear this?").await;
    let like = |frame: &Value| frame["text"] == "do you hear this?";
    quick.wait_for(like).await;
    let stream = socket2::SockRef::from(&slow.wire.stream);
    stream.set_recv_buffer_size(1 << 20).unwrap();
    slow.wait(like).await;
}

async fn of_what_is_not_his_a_rep_hears_no_marks(world: &World) {
    world.change_queue(|queue| queue.mode = Mode::Manual).await;
    let (ann, rep, id) = chat(world).await;
    let mut socket = rep.socket().await;
    rep.act(&id, "requeue", json!({})).await.ok(200);
    socket.wait("gone").await;
    // Read before he lost it, and told after that.
    let customer = Reached {
        read: 1,
        delivered: 1,
    };
    let marks = Marks {
        customer,
        ..Marks::default()
    };
    let news = marked(&id, vec![rep.id], ann.id, marks, Unread::default());
    deliver(world, &news);
    deliver(world, &marker(rep.id));
    socket.wait_for(is_marker).await;
    assert!(socket.never(|frame| frame["type"] == "marks"));
}

async fn all_that_is_said_to_have_arrived_is_answered(world: &World) {
    const SAID: usize = 300;
    let ann = world.customer(0).await;
    let mut socket = ann.socket().await;
    for _ in 0..SAID {
        let id = ConversationId::new();
        socket
            .say(json!({ "type": "delivered", "conversation": id, "seq": 1 }))
            .await;
    }
    for _ in 0..SAID {
        let answer = socket.wait("error").await;
        match answer["code"].as_str().unwrap() {
            "not_found" => {}
            "rate_limited" => assert_eq!(answer["retry_after_ms"], 1_000),
            other => panic!("{other}: {answer}"),
        }
    }
}

async fn nobody_types_in_what_has_ended(world: &World) {
    let (ann, rep, id) = chat(world).await;
    let mut socket = ann.socket().await;
    let typing = |who: UserId| {
        News::Typing(Box::new(Typing {
            conversation: id.parse().unwrap(),
            audience: vec![ann.id],
            user: PersonView::new(who, "somebody".into()),
            on: true,
        }))
    };
    deliver(world, &typing(rep.id));
    assert_eq!(socket.wait("typing").await["user"]["id"], json!(rep.id));
    rep.close(&id).await.ok(200);
    socket.event("closed").await;
    // Said before the end, and passed on after it.
    let late = UserId::new();
    deliver(world, &typing(late));
    ann.open().await;
    socket.event("opened").await;
    assert!(socket.never(|frame| frame["user"]["id"] == json!(late)));
}

/// An entry of a log, as the doorbell tells it.
fn told(id: ConversationId, seq: i64, kind: EventKind, by: UserId) -> News {
    let event = EventView {
        conversation: id,
        seq,
        kind,
        sender_id: Some(by),
        client_id: None,
        text: None,
        attachments: Vec::new(),
        data: None,
        created_at: 0,
    };
    News::Grown(Box::new(Grown {
        conversation: id,
        seq,
        audience: vec![by],
        events: vec![event],
        view: None,
    }))
}

#[test]
fn whoever_joins_hears_what_is_said_right_after_it() {
    let (hub, id) = (Hub::default(), ConversationId::new());
    let (who, other) = (UserId::new(), UserId::new());
    let mut seat = hub.seat(who, None, 5);
    for (seq, kind, by) in [
        (1, EventKind::Message, other),
        (2, EventKind::Joined, who),
        (3, EventKind::Message, other),
        (4, EventKind::Left, who),
        (5, EventKind::Message, other),
    ] {
        hub.deliver(told(id, seq, kind, by));
    }
    let mut heard = Vec::new();
    while let Some(Note::News(news)) = seat.next().now_or_never() {
        let News::Grown(grown) = &*news else { continue };
        heard.push(grown.seq);
    }
    assert_eq!(heard, [2, 3, 4]);
}

/// Where a socket resumes at the end of a log, nothing of that log is read.
#[actix_web::test]
async fn who_has_missed_nothing_costs_no_reading() {
    let change = |settings: &mut Settings| {
        change(settings);
        settings.reconcile_ms = 600_000;
    };
    let Some(world) = World::services_with(1, change).await else {
        return;
    };
    let ann = world.customer(0).await;
    let mut resume = serde_json::Map::new();
    let mut least = Vec::new();
    for count in [1, 5] {
        while resume.len() < count {
            resume.insert(ann.open().await, json!(1));
        }
        let mut trips = HashSet::new();
        for _ in 0..5 {
            let before = world.nodes[0].app.store.round_trips();
            let (mut socket, _) = ann.resume(Value::from(resume.clone())).await;
            // Answered when all of the first is done.
            socket.say(json!({ "type": "hello" })).await;
            let like = |frame: &Value| frame["code"] == "already_ready";
            socket.wait_for(like).await;
            trips.insert(world.nodes[0].app.store.round_trips() - before);
        }
        least.push(trips.into_iter().min().unwrap());
    }
    // Where each stands in line, and nothing else.
    assert!(least[1] - least[0] <= 2 * 4, "{least:?}");
    world.end().await;
}
