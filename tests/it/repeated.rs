//! A command that is sent again is the same command, whatever has become of what it said; another
//! one with its id is refused, so that nobody's words are lost in silence.

use serde_json::{Value, json};

use crate::harness::{World, client_id};
use crate::on_both;

on_both!(
    a_message_is_known_again_after_it_was_edited_or_deleted,
    an_opening_is_known_again_after_its_message_was_edited,
    last_words_are_not_lost_in_a_repetition,
);

async fn a_message_is_known_again_after_it_was_edited_or_deleted(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(1, 5).await);
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    let client = client_id();
    let send = async |text: &str| {
        let body = json!({ "client_id": client, "text": text });
        ann.act(&id, "messages", body).await
    };
    let seq = send("orig").await.ok(201)["event"]["seq"].clone();
    let path = format!("/api/v1/conversations/{id}/messages/{seq}");
    let mut socket = ann.socket().await;
    for step in ["edit", "edit again", "delete"] {
        match step {
            "delete" => ann.delete(&path).await.ok(200),
            text => ann.put(&path, json!({ "text": text })).await.ok(200),
        };
        let again = send("orig").await.ok(200);
        assert_eq!(
            (&again["event"]["seq"], &again["duplicate"]),
            (&seq, &json!(true)),
            "{step}"
        );
        for other in ["ARBITRARY NEW", step, ""] {
            let refused = send(other).await;
            let expected = match other {
                "" => (422, "text_empty"),
                _ => (409, "idempotency_mismatch"),
            };
            assert_eq!(refused.code(expected.0), expected.1, "{step}: {other}");
        }
        socket.send(&id, &client, "ARBITRARY NEW").await;
        let like = |frame: &Value| frame["type"] == "error" || frame["type"] == "ack";
        let answer = socket.wait_for(like).await;
        assert_eq!(answer["code"], "idempotency_mismatch", "{answer}");
        // Nobody is shown how that is known.
        let listed = ann.get("/api/v1/conversations").await.ok(200);
        let transcript = format!("/api/v1/conversations/{id}/transcript?format=json");
        let admin = world.admin().await;
        for told in [
            json!(rep.log(&id).await),
            json!(ann.log(&id).await),
            listed,
            again,
            rep.get(&transcript).await.ok(200),
            admin.get("/api/v1/export").await.ok(200),
        ] {
            assert!(!told.to_string().contains("original"), "{told}");
        }
    }
}

async fn an_opening_is_known_again_after_its_message_was_edited(world: &World) {
    let ann = world.customer(0).await;
    let client = client_id();
    let open = async |text: Option<&str>| {
        let body = json!({ "client_id": client, "subject": "help", "text": text });
        ann.post("/api/v1/conversations", body).await
    };
    let id = open(Some("orig")).await.ok(201)["id"].clone();
    let path = format!("/api/v1/conversations/{}/messages/2", id.as_str().unwrap());
    ann.put(&path, json!({ "text": "edited" })).await.ok(200);
    assert_eq!(open(Some("orig")).await.ok(200)["id"], id);
    for other in [Some("edited"), Some("ARBITRARY NEW"), None] {
        let refused = open(other).await;
        assert_eq!(refused.code(409), "idempotency_mismatch", "{other:?}");
    }
}

async fn last_words_are_not_lost_in_a_repetition(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(1, 5).await);
    for words in [Some("goodbye"), None] {
        let id = ann.open().await;
        rep.claim(&id).await.ok(200);
        let client = client_id();
        let close = async |more: Value| {
            let mut body = json!({ "client_id": client });
            let fields = more.as_object().unwrap().clone();
            body.as_object_mut().unwrap().extend(fields);
            rep.act(&id, "close", body).await
        };
        let said = words.map_or(json!({}), |words| json!({ "text": words }));
        assert_eq!(close(said.clone()).await.ok(200)["already_closed"], false);
        assert_eq!(close(said).await.ok(200)["already_closed"], true);
        for other in [
            json!({ "text": "something else" }),
            json!({ "text": "goodbye", "resolution": "unresolved" }),
        ] {
            let refused = close(other.clone()).await;
            assert_eq!(refused.code(409), "idempotency_mismatch", "{other}");
        }
        let closed = rep.last(&id, "closed").await;
        assert_eq!(closed["data"], json!({ "resolution": "resolved" }));
    }
}
