//! Coming back with cursors that fit nothing: of a log that is shorter, of what is another's by
//! now. Over one node on SQLite, and over three on PostgreSQL and Redis.

use serde_json::{Value, json};
use switchboard::words::{ConversationId, Mode};

use crate::harness::World;
use crate::on_both;

on_both!(
    a_cursor_beyond_the_log_is_none,
    a_rep_who_comes_back_is_told_what_has_gone,
);

/// What a socket knows of is bounded, however much its person opens and closes.
#[actix_web::test]
async fn of_what_has_ended_long_ago_all_is_told_again() {
    const KNOWN: usize = 500;
    let world = World::embedded().await;
    world.change_queue(|queue| queue.mode = Mode::Manual).await;
    let ann = world.customer(0).await;
    let mut socket = ann.socket().await;
    let mut ids = Vec::new();
    for _ in 0..KNOWN + 2 {
        let id = ann.open().await;
        ann.act(&id, "close", json!({})).await.ok(200);
        socket.event("closed").await;
        ids.push(id);
    }
    // The first two have made room; the third is known.
    for (id, after) in [(&ids[2], 2), (&ids[1], 0)] {
        ann.act(id, "reopen", json!({})).await.ok(200);
        let mut event = socket.wait("event").await;
        assert_eq!(event["conversation"], json!(id));
        assert_eq!(event["after"], after);
        while event["kind"] != "reopened" {
            event = socket.wait("event").await;
        }
    }
    world.end().await;
}

async fn a_cursor_beyond_the_log_is_none(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    ann.say(&id, "known").await;
    for beyond in [5, 1, i64::MAX - 100, -100, i64::MIN] {
        let last = ann.log(&id).await.len() as i64;
        let (mut socket, ready) = ann.resume(json!({ &id: last + beyond })).await;
        assert_eq!(ready["conversations"][0]["last_seq"], last);
        for seq in 1..=last {
            let event = socket.wait("event").await;
            assert_eq!(
                (&event["after"], &event["seq"]),
                (&json!(seq - 1), &json!(seq))
            );
        }
        for text in ["one", "two", "three"] {
            ann.say(&id, text).await;
            assert_eq!(socket.event("message").await["text"], text, "from {beyond}");
        }
    }
}

async fn a_rep_who_comes_back_is_told_what_has_gone(world: &World) {
    world.change_queue(|queue| queue.mode = Mode::Manual).await;
    let (rep, other, ann) = (
        world.rep(1, 9).await,
        world.rep(2, 9).await,
        world.customer(0).await,
    );
    let mut ids = Vec::new();
    for _ in 0..5 {
        let id = ann.open().await;
        rep.claim(&id).await.ok(200);
        ids.push(id);
    }
    let [kept, parked, closed, waiting, taken] = &ids[..] else {
        unreachable!("five were opened");
    };
    rep.act(parked, "park", json!({})).await.ok(200);
    rep.close(closed).await.ok(200);
    rep.act(waiting, "requeue", json!({})).await.ok(200);
    rep.act(taken, "requeue", json!({})).await.ok(200);
    other.claim(taken).await.ok(200);
    let never = ConversationId::new().to_string();
    let named = ids.iter().chain([&never]);
    let resume: Value = named
        .map(|id| (id.clone(), json!(1)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let (mut socket, ready) = rep.resume(resume.clone()).await;
    let listed = ready["conversations"].as_array().unwrap().iter();
    let mut listed: Vec<&str> = listed.map(|one| one["id"].as_str().unwrap()).collect();
    let mut his = [kept.as_str(), parked, closed];
    listed.sort();
    his.sort();
    assert_eq!(listed, his);
    let mut gone = Vec::new();
    for _ in 0..3 {
        gone.push(socket.wait("gone").await["conversation"].clone());
    }
    for id in [waiting, taken, &never] {
        assert!(gone.contains(&json!(id)), "{gone:?}");
    }
    // What he has is told as before, from where he stood.
    ann.say(kept, "hello").await;
    let like = |frame: &Value| frame["text"] == "hello";
    assert_eq!(socket.wait_for(like).await["conversation"], json!(kept));
    // Of what is not hers a customer hears nothing, whether it is there or not.
    let ben = world.customer(0).await;
    let (mut socket, ready) = ben.resume(resume).await;
    assert_eq!(ready["conversations"], json!([]));
    let id = ben.open().await;
    assert_eq!(socket.next().await["conversation"], json!(id));
}
