//! What people write, in whatever way, is paid for from one purse; marks and searches from others.

use serde_json::{Value, json};
use switchboard::settings::Settings;

use crate::bad_input::unharmed;
use crate::harness::{World, client_id, until};
use crate::person::Person;

/// Many at once, so that a purse of its own would be seen; then one a second.
fn change(settings: &mut Settings) {
    settings.messages_burst = 40;
    settings.messages_per_s = 1;
    settings.open_per_customer_max = 50;
}

#[actix_web::test]
async fn embedded() {
    let world = World::embedded_with(change).await;
    all_words_are_paid_for_from_one_purse(&world).await;
    world.end().await;
}

#[actix_web::test]
async fn services() {
    // Each node counts by itself.
    if let Some(world) = World::services_with(1, change).await {
        all_words_are_paid_for_from_one_purse(&world).await;
        world.end().await;
    }
}

/// Says something until that is too much. Answers how it is refused.
async fn empty(person: &Person, id: &str) -> Value {
    loop {
        let send = json!({ "client_id": client_id(), "text": "x" });
        let answer = person.act(id, "messages", send).await;
        if answer.status == 429 {
            return answer.body;
        }
    }
}

/// Whether it is refused to him who has just emptied his purse. There may be one more in it by
/// then, so it is tried a few times.
async fn is_paid_for(
    person: &Person,
    id: &str,
    what: &str,
    path: &str,
    body: Option<&Value>,
) -> bool {
    for _ in 0..8 {
        let refused = empty(person, id).await;
        assert_eq!(refused["code"], "rate_limited");
        let method = what.parse().unwrap();
        if person.ask(method, path, body.cloned()).await.status == 429 {
            return true;
        }
    }
    false
}

async fn all_words_are_paid_for_from_one_purse(world: &World) {
    let (rep, admin) = (world.rep(0, 5).await, world.admin().await);
    let (ann, ben) = (world.customer(0).await, world.customer(0).await);
    let (id, other) = (ann.open().await, ann.open().await);
    let (his, own) = (ben.open().await, ben.open().await);
    ann.act(&other, "close", json!({})).await.ok(200);
    rep.claim(&id).await.ok(200);
    rep.claim(&own).await.ok(200);
    let seq = ann.say(&id, "x").await["seq"].clone();
    let path = |id: &str| format!("/api/v1/conversations/{id}");
    let (message, text) = (
        format!("{}/messages/{seq}", path(&id)),
        json!({ "text": "again" }),
    );
    let note = json!({ "client_id": client_id(), "text": "x" });
    let open = json!({ "client_id": client_id() });
    let last_words = json!({ "text": "bye" });
    for (person, talks, what, path, body) in [
        (&ann, &id, "PUT", message.clone(), Some(&text)),
        (&ann, &id, "DELETE", message, None),
        (
            &ann,
            &id,
            "POST",
            "/api/v1/conversations".into(),
            Some(&open),
        ),
        (&ann, &id, "POST", path(&other) + "/reopen", None),
        (&ann, &id, "POST", path(&id) + "/close", None),
        (&rep, &own, "POST", path(&own) + "/notes", Some(&note)),
        (&rep, &own, "POST", path(&own) + "/close", Some(&last_words)),
        (&admin, &his, "POST", path(&his) + "/join", None),
        (&admin, &his, "POST", path(&his) + "/leave", None),
    ] {
        let paid = is_paid_for(person, talks, what, &path, body).await;
        assert!(paid, "{what} {path}");
    }
    let mut socket = rep.socket().await;
    until("an edit over the socket", async || {
        let edit = json!({ "type": "edit", "conversation": own, "seq": 3, "text": "again" });
        socket.say(edit).await;
        let answer = |frame: &Value| frame["type"] == "ack" || frame["type"] == "error";
        socket.wait_for(answer).await["code"] == "rate_limited"
    })
    .await;
    // Who has no words left reads and searches all the same.
    let mark = json!({ "seq": 1 });
    for (method, path, body) in [
        ("PUT", path(&id) + "/read", Some(mark)),
        ("GET", "/api/v1/search?q=turn".to_owned(), None),
    ] {
        empty(&ann, &id).await;
        let ask = async || {
            let method = method.parse().unwrap();
            ann.ask(method, &path, body.clone()).await
        };
        ask().await.ok(200);
        until("the end of the purse", async || ask().await.status == 429).await;
        until("some more of it", async || ask().await.status == 200).await;
    }
    // It indexes what waits, as a search does.
    until("a list that is too much", async || {
        let list = ann.get("/api/v1/conversations?order=activity").await;
        list.status == 429 && list.code(429) == "rate_limited"
    })
    .await;
    let newest = ann.get("/api/v1/conversations?order=newest").await;
    assert_eq!(newest.status, 200);
    unharmed(world).await;
}
