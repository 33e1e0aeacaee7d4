//! What the record says and no doorbell told: how far people have read, and what was taken from
//! them. The position check finds it. Over one node on SQLite, and over several on PostgreSQL and
//! Redis.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

use serde_json::json;
use switchboard::hub::Note;
use switchboard::settings::Settings;
use switchboard::store::marks::{self, Mark};
use switchboard::store::{Conn, Store};
use switchboard::words::{Mode, UserId};

use crate::harness::{World, until, within};
use crate::on_both_with;
use crate::services::own_redis;

/// Compared often.
fn change(settings: &mut Settings) {
    settings.position_check_ms = 200;
    settings.reconcile_ms = 300;
}

on_both_with!(change;
    how_far_people_have_read_is_told_without_a_doorbell,
    whoever_has_much_is_told_in_one_note,
);

/// Nothing is given out by itself: reps claim.
async fn by_hand(world: &World) {
    world.change_queue(|queue| queue.mode = Mode::Manual).await;
}

/// He has read it up to here, and no doorbell tells.
async fn read_unheard(world: &World, id: &str, (user, staff): (UserId, bool), seq: i64) {
    let mark = Mark {
        conversation_id: id.parse().unwrap(),
        user_id: user,
        staff,
        read_seq: seq,
        told_seq: seq,
        delivered_seq: seq,
    };
    let raise = move |conn: &mut Conn| Ok(marks::raise(conn, &mark).map(drop)?);
    world.nodes[0].app.store.write(raise).await.unwrap();
}

async fn how_far_people_have_read_is_told_without_a_doorbell(world: &World) {
    by_hand(world).await;
    let (ann, rep) = (world.customer(0).await, world.rep(1, 5).await);
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    let (mut of_ann, mut of_rep) = (ann.socket().await, rep.socket().await);
    let mut last = 0;
    for text in ["one", "two", "three"] {
        last = ann.say(&id, text).await["seq"].as_i64().unwrap();
    }
    let like = |frame: &serde_json::Value| frame["type"] == "event" && frame["seq"] == last;
    assert_eq!(of_rep.wait_for(like).await["unread"], 3);
    // On his phone.
    read_unheard(world, &id, (rep.id, true), last - 1).await;
    let told = of_rep.wait("marks").await;
    assert_eq!(told["conversation"], json!(id));
    assert_eq!(
        (&told["unread"], &told["unread_total"]),
        (&json!(1), &json!(1))
    );
    let read = json!({ "read": last - 1, "delivered": last - 1 });
    assert_eq!(of_ann.wait("marks").await["staff"], read);
    // And the other way.
    read_unheard(world, &id, (ann.id, false), last).await;
    let told = of_rep.wait("marks").await;
    let read = json!({ "read": last, "delivered": last });
    assert_eq!((&told["customer"], told.get("unread")), (&read, None));
    // Each is told once.
    ann.say(&id, "four").await;
    let four = of_rep.wait_for(|frame| frame["text"] == "four").await;
    assert_eq!(four["unread"], 2);
    read_unheard(world, &id, (rep.id, true), last + 1).await;
    let told = of_rep.wait_for(|frame| frame["type"] != "rep").await;
    assert_eq!(
        (&told["type"], &told["unread"]),
        (&json!("marks"), &json!(0))
    );
}

async fn whoever_has_much_is_told_in_one_note(world: &World) {
    const MANY: usize = 40;
    by_hand(world).await;
    let rep = world.rep(0, MANY as i32).await;
    let mut ann = world.customer(0).await;
    for turn in 0..MANY {
        if turn % 10 == 0 {
            ann = world.customer(0).await;
        }
        let id = ann.open().await;
        rep.claim(&id).await.ok(200);
    }
    // A socket that comes to nothing for a while.
    let mut seat = world.nodes[0].app.hub.seat(rep.id, None, 5);
    let mut rounds = 0;
    while rounds < 2 {
        match within("a note", seat.next()).await {
            Note::OnHands(stands) => {
                assert_eq!(stands.len(), MANY);
                rounds += 1;
            }
            Note::News(_) => {}
            other => panic!("{other:?}: there was no room for all of it"),
        }
    }
}

#[actix_web::test]
async fn what_another_node_could_not_tell_is_told() {
    let Some(redis) = own_redis() else {
        return;
    };
    let url = redis.url();
    let changed = |one: &mut Settings| {
        change(one);
        one.redis_url = url;
    };
    let Some(world) = World::services_with(2, changed).await else {
        return;
    };
    by_hand(&world).await;
    let (ann, rep) = (world.customer(0).await, world.rep(1, 5).await);
    let admin = world.admin().await.at(world.base(1));
    let (taken, kept) = (ann.open().await, ann.open().await);
    for id in [&taken, &kept] {
        rep.claim(id).await.ok(200);
    }
    admin.act(&kept, "join", json!({})).await.ok(200);
    let (mut of_rep, mut of_admin) = (rep.socket().await, admin.socket().await);
    let said = ann.say(&kept, "do you read this?").await;
    for socket in [&mut of_rep, &mut of_admin] {
        socket.event("message").await;
    }
    redis.pause();
    // He goes on at another node.
    let elsewhere = rep.at(world.base(0));
    elsewhere.act(&taken, "requeue", json!({})).await.ok(200);
    assert_eq!(of_rep.wait("gone").await["conversation"], json!(taken));
    let path = format!("/api/v1/conversations/{kept}/read");
    let read = json!({ "seq": said["seq"] });
    elsewhere.put(&path, read).await.ok(200);
    assert_eq!(of_rep.wait("marks").await["unread"], 0);
    let elsewhere = admin.at(world.base(0));
    elsewhere.act(&kept, "leave", json!({})).await.ok(200);
    assert_eq!(of_admin.wait("gone").await["conversation"], json!(kept));
    redis.resume();
    world.end().await;
}

#[actix_web::test]
async fn an_offer_that_is_gone_is_told_without_a_doorbell() {
    let Some(redis) = own_redis() else {
        return;
    };
    let url = redis.url();
    let changed = |one: &mut Settings| {
        change(one);
        one.redis_url = url;
    };
    let Some(world) = World::services_with(2, changed).await else {
        return;
    };
    let offers = |queue: &mut switchboard::store::queues::Queue| {
        queue.mode = Mode::Offer;
        queue.policy.offer_ms = 600_000;
        queue.policy.cooldown_ms = 600_000;
    };
    world.change_queue(offers).await;
    let rep = world.rep(1, 5).await;
    let mut socket = rep.socket().await;
    let id = world.customer(0).await.open().await;
    socket.wait("offer").await;
    redis.pause();
    let elsewhere = rep.at(world.base(0));
    elsewhere.act(&id, "decline", json!({})).await.ok(200);
    assert_eq!(socket.wait("offer_gone").await["conversation"], json!(id));
    redis.resume();
    world.end().await;
}

/// Work under way at the store that lasts until it is told to end.
async fn hold(store: &Store, writes: bool) -> Sender<()> {
    let (end, ended) = channel::<()>();
    let (begin, begun) = channel::<()>();
    let both = Arc::new(Mutex::new((begin, ended)));
    let work = move |_: &mut Conn| {
        let both = both.lock().unwrap();
        both.0.send(()).unwrap();
        let _ = both.1.recv();
        Ok(())
    };
    let store = store.clone();
    actix_web::rt::spawn(async move {
        let _ = match writes {
            true => store.write(work).await,
            false => store.read(work).await,
        };
    });
    until("its beginning", async || begun.try_recv().is_ok()).await;
    end
}

#[actix_web::test]
async fn what_is_read_is_told_though_nothing_more_can_be_asked() {
    let world = World::embedded_with(|settings| {
        settings.position_check_ms = 3_600_000;
        settings.reconcile_ms = 3_600_000;
        settings.database_connections = 1;
    });
    let world = world.await;
    by_hand(&world).await;
    let (ann, rep) = (world.customer(0).await, world.rep(0, 5).await);
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    let seq = ann.say(&id, "do you read this?").await["seq"].clone();
    let mut socket = ann.socket().await;
    let store = &world.nodes[0].app.store;
    let writing = hold(store, true).await;
    let path = format!("/api/v1/conversations/{id}/read");
    let read = rep.clone();
    let body = json!({ "seq": seq });
    let reading = actix_web::rt::spawn(async move { read.put(&path, body).await });
    until("his mark before the disk", async || store.backlog() > 0).await;
    // From here on nobody else reads.
    let asking = hold(store, false).await;
    writing.send(()).unwrap();
    let told = socket.wait("marks").await;
    assert_eq!(told["staff"]["read"], seq);
    asking.send(()).unwrap();
    within("his answer", reading).await.unwrap().ok(200);
    world.end().await;
}
