//! A log has an end, which is said before it is reached, and leaves room to go.

use serde_json::json;

use crate::harness::{World, client_id};
use crate::on_both;

on_both!(nobody_writes_into_a_full_log);

/// Pretends that a log has so many entries more.
async fn lengthen(world: &World, id: &str, by: i64) {
    let id: switchboard::words::ConversationId = id.parse().unwrap();
    let write = move |conn: &mut switchboard::store::Conn| {
        Ok(switchboard::store::events::bump(conn, id, by).map(drop)?)
    };
    world.nodes[0].app.store.write(write).await.unwrap();
}

async fn nobody_writes_into_a_full_log(world: &World) {
    const FULL: i64 = 1_000_000;
    let (ann, rep) = (world.customer(0).await, world.rep(1, 5).await);
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    let seq = ann.say(&id, "first").await["seq"].as_i64().unwrap();
    let filled = FULL - 1 - seq;
    lengthen(world, &id, filled).await;
    let last = ann.say(&id, "the last").await;
    assert_eq!(last["seq"], FULL);
    let text = || json!({ "client_id": client_id(), "text": "more" });
    let message = format!("/api/v1/conversations/{id}/messages/{seq}");
    for refused in [
        ann.act(&id, "messages", text()).await,
        rep.act(&id, "messages", text()).await,
        rep.act(&id, "notes", text()).await,
        ann.put(&message, json!({ "text": "another" })).await,
    ] {
        let detail = refused.body["detail"].to_string();
        assert!(detail.contains("open a new one"), "{detail}");
        assert_eq!(refused.code(409), "conversation_full");
    }
    // It can be taken out what was said, and it can end.
    ann.delete(&message).await.ok(200);
    rep.close(&id).await.ok(200);
    assert_eq!(rep.view(&id).await["last_seq"], FULL + 2);
    // The doctor does not like holes.
    let gone: switchboard::words::ConversationId = id.parse().unwrap();
    let forget = move |conn: &mut switchboard::store::Conn| {
        let before = switchboard::words::now() + 1_000;
        Ok(switchboard::store::retention::forget(conn, gone, before)?.is_some())
    };
    assert!(world.nodes[0].app.store.write(forget).await.unwrap());
}
