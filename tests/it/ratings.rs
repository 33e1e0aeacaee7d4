//! What customers thought of their conversations: said once they are over, told to whom it
//! concerns, and gone with who has said it.

use serde_json::{Value, json};
use switchboard::store::checks;
use switchboard::words::ConversationId;

use crate::doctor::tamper;
use crate::erasing::{erase_whole, is_whole, register};
use crate::harness::World;
use crate::on_both;
use crate::person::{Answer, Person};
use crate::visitors::visitor;

on_both!(
    a_customer_rates_what_is_over,
    it_is_told_to_whom_it_concerns_and_to_nobody_else,
    what_is_only_wrapped_up_is_over_for_him,
    a_visitor_rates_and_what_is_wrong_is_refused,
    opened_again_it_keeps_its_rating,
    transcripts_and_exports_tell_it,
    it_goes_with_who_has_said_it,
    a_rating_that_no_log_tells_is_found,
);

const TEXT: &str = "quick-and-kind";

async fn rate(who: &Person, id: &str, body: Value) -> Answer {
    who.put(&format!("/api/v1/conversations/{id}/rating"), body)
        .await
}

/// A conversation that a rep has closed.
async fn over(ann: &Person, rep: &Person) -> String {
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    rep.close(&id).await.ok(200);
    id
}

async fn count(who: &Person, id: &str) -> usize {
    let kinds = who.kinds(id).await;
    kinds.iter().filter(|kind| *kind == "rated").count()
}

async fn a_customer_rates_what_is_over(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(1, 5).await);
    let id = ann.open().await;
    let early = json!({ "score": 4, "text": TEXT });
    assert_eq!(
        rate(&ann, &id, early.clone()).await.code(409),
        "wrong_state"
    );
    rep.claim(&id).await.ok(200);
    assert_eq!(rate(&ann, &id, early).await.code(409), "wrong_state");
    rep.close(&id).await.ok(200);
    assert_eq!(ann.view(&id).await["rating"], Value::Null);
    let before = world.row(&id).await;

    let said = json!({ "score": 4, "text": format!("  {TEXT}\n") });
    let first = rate(&ann, &id, said.clone()).await.ok(200);
    let rating = &first["rating"];
    assert_eq!(
        (&rating["score"], &rating["text"]),
        (&json!(4), &json!(TEXT))
    );
    assert!(rating["rated_at"].as_i64() >= before.closed_at, "{first}");
    let entry = ann.last(&id, "rated").await;
    assert_eq!(entry["data"], json!({ "score": 4 }));
    assert_eq!(entry["sender_id"], json!(ann.id));
    assert_eq!(entry.get("text"), None, "{entry}");

    // At another node, too, the same changes nothing.
    let again = rate(&ann.at(world.base(1)), &id, said).await.ok(200);
    assert_eq!(again, first);
    assert_eq!(count(&ann, &id).await, 1);

    let other = rate(&ann, &id, json!({ "score": 2 })).await.ok(200);
    assert_eq!(
        (&other["rating"]["score"], &other["rating"]["text"]),
        (&json!(2), &Value::Null)
    );
    assert_eq!(count(&ann, &id).await, 2);
    let log = json!(rep.log(&id).await).to_string();
    assert!(
        !log.contains(TEXT),
        "what he has taken back is nowhere: {log}"
    );
    // It moves nothing else.
    let mut row = world.row(&id).await;
    assert_eq!((row.rating, row.rating_text.take()), (Some(2), None));
    (row.rating, row.rated_at) = (None, None);
    assert_eq!(row, before);
}

async fn it_is_told_to_whom_it_concerns_and_to_nobody_else(world: &World) {
    let (ann, rep, admin) = (
        world.customer(0).await,
        world.rep(1, 5).await,
        world.admin().await,
    );
    let (ben, other) = (world.customer(2).await, world.rep(2, 5).await);
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    // Whose sockets know it from before its end.
    let (mut of_rep, mut of_ann) = (rep.socket().await, ann.socket().await);
    rep.close(&id).await.ok(200);
    let said = json!({ "score": 5, "text": TEXT });
    let rating = rate(&ann, &id, said.clone()).await.ok(200)["rating"].clone();
    for socket in [&mut of_rep, &mut of_ann] {
        let event = socket.event("rated").await;
        assert_eq!(event["conversation"], json!(id));
        assert_eq!(event["data"], json!({ "score": 5 }));
    }
    for who in [&ann, &rep, &admin] {
        assert_eq!(who.view(&id).await["rating"], rating);
        let list = who.get("/api/v1/conversations").await.ok(200);
        let items = list["items"].as_array().unwrap();
        let item = items.iter().find(|one| one["id"] == json!(id)).unwrap();
        assert_eq!(item["rating"], rating);
    }
    // Who may not read it is told of none, as of one that is not there.
    let unknown = ConversationId::new().to_string();
    for id in [&id, &unknown] {
        assert_eq!(rate(&ben, id, said.clone()).await.code(404), "not_found");
    }
    let path = format!("/api/v1/conversations/{id}");
    assert_eq!(other.get(&path).await.code(404), "not_found");
    for who in [&rep, &other, &admin] {
        assert_eq!(rate(who, &id, said.clone()).await.code(403), "forbidden");
    }
}

async fn what_is_only_wrapped_up_is_over_for_him(world: &World) {
    world
        .change_queue(|queue| queue.policy.wrap_ms = 3_600_000)
        .await;
    let (ann, rep) = (world.customer(0).await, world.rep(1, 5).await);
    let id = over(&ann, &rep).await;
    assert_eq!(world.status(&id).await, "wrapup");
    rate(&ann, &id, json!({ "score": 3 })).await.ok(200);
    assert_eq!(world.status(&id).await, "wrapup");
    rep.close(&id).await.ok(200);
    let view = rep.view(&id).await;
    assert_eq!(
        (&view["status"], &view["rating"]["score"]),
        (&json!("closed"), &json!(3))
    );
    is_whole(world).await;
}

async fn a_visitor_rates_and_what_is_wrong_is_refused(world: &World) {
    let ann = visitor(world, 0, None).await;
    let id = ann.open().await;
    ann.close(&id).await.ok(200);
    for score in [
        json!(0),
        json!(6),
        json!(-1),
        json!(2.5),
        json!("5"),
        Value::Null,
    ] {
        let answer = rate(&ann, &id, json!({ "score": score })).await;
        assert_eq!(answer.body["errors"][0]["field"], "score", "{score}");
        assert_eq!(answer.code(422), "validation_failed");
    }
    let text = |text: String| json!({ "score": 1, "text": text });
    let long = rate(&ann, &id, text("é".repeat(1_001))).await;
    assert_eq!(long.code(422), "text_too_long");
    let control = rate(&ann, &id, text("a\u{7}".into())).await;
    assert_eq!(control.code(422), "invalid_character");
    assert_eq!(count(&ann, &id).await, 0);
    let most = "é".repeat(1_000);
    let rated = rate(&ann, &id, text(most.clone())).await.ok(200);
    assert_eq!(rated["rating"]["text"], json!(most));
    // A field that he leaves empty says nothing.
    let rated = rate(&ann, &id, text(" \n".into())).await.ok(200);
    assert_eq!(rated["rating"]["text"], Value::Null);
}

async fn opened_again_it_keeps_its_rating(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(1, 5).await);
    let id = over(&ann, &rep).await;
    let said = json!({ "score": 1, "text": TEXT });
    let rating = rate(&ann, &id, said.clone()).await.ok(200)["rating"].clone();
    ann.act(&id, "reopen", json!({})).await.ok(200);
    assert_eq!(rep.view(&id).await["rating"], rating);
    let better = json!({ "score": 5 });
    assert_eq!(
        rate(&ann, &id, better.clone()).await.code(409),
        "wrong_state"
    );
    // What is so already is no change.
    rate(&ann, &id, said).await.ok(200);
    ann.close(&id).await.ok(200);
    rate(&ann, &id, better).await.ok(200);
    assert_eq!(rep.view(&id).await["rating"]["score"], 5);
    is_whole(world).await;
}

async fn transcripts_and_exports_tell_it(world: &World) {
    let (ann, rep, admin) = (
        world.customer(0).await,
        world.rep(1, 5).await,
        world.admin().await,
    );
    let id = over(&ann, &rep).await;
    let forged = format!("{TEXT}\nStatus: <b>fine");
    rate(&ann, &id, json!({ "score": 4, "text": forged }))
        .await
        .ok(200);
    let path = |format: &str| format!("/api/v1/conversations/{id}/transcript?format={format}");
    let text = rep.get(&path("text")).await.ok(200);
    let text = text.as_str().unwrap();
    let line = format!("\nRating: 4 of 5: {TEXT}\n    Status: <b>fine\n");
    assert!(text.contains(&line), "{text}");
    assert!(
        text.contains(&format!("* {} rated it\n", ann.name)),
        "{text}"
    );
    let page = rep.get(&path("html")).await.ok(200);
    let page = page.as_str().unwrap();
    assert!(
        page.contains("<dt>Rating</dt>") && !page.contains("<b>fine"),
        "{page}"
    );
    let told = rep.get(&path("json")).await.ok(200);
    assert_eq!(told["conversation"]["rating"]["text"], json!(forged));
    for (who, path) in [
        (&admin, format!("/api/v1/export?customer={}", ann.id)),
        (&admin, format!("/api/v1/people/{}/export", ann.id)),
        (&ann, "/api/v1/me/export".to_owned()),
    ] {
        let lines = who.get(&path).await.ok(200).as_str().unwrap().to_owned();
        let lines = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        let lines: Vec<Value> = lines.collect();
        let told = lines.iter().find(|one| one["type"] == "conversation");
        assert_eq!(told.unwrap()["rating"]["text"], json!(forged), "{path}");
        let rated = lines.iter().find(|one| one["kind"] == "rated");
        assert_eq!(rated.unwrap()["data"], json!({ "score": 4 }), "{path}");
    }
    let some = admin.get("/api/v1/export?rating_to=3").await.ok(200);
    assert_eq!(some["conversations"], 0, "{some}");
}

async fn it_goes_with_who_has_said_it(world: &World) {
    let (admin, ann) = (world.admin().await, register(world, 1).await);
    let rep = world.rep(0, 5).await;
    let id = over(&ann, &rep).await;
    for score in [2, 3] {
        let said = json!({ "score": score, "text": TEXT });
        rate(&ann, &id, said).await.ok(200);
    }
    erase_whole(&admin, &ann).await;
    assert_eq!(admin.view(&id).await["rating"], Value::Null);
    let row = world.row(&id).await;
    assert_eq!(
        (row.rating, row.rating_text, row.rated_at),
        (None, None, None)
    );
    let log = admin.log(&id).await;
    let rated = log.iter().filter(|one| one["kind"] == "rated");
    let data: Vec<_> = rated.map(|one| one["data"].clone()).collect();
    assert_eq!(data, [json!({}), json!({})]);
    is_whole(world).await;
}

async fn a_rating_that_no_log_tells_is_found(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(1, 5).await);
    let id = over(&ann, &rep).await;
    rate(&ann, &id, json!({ "score": 2 })).await.ok(200);
    let ids = [id.parse::<ConversationId>().unwrap().0];
    let broken = async || {
        let store = &world.nodes[0].app.store;
        let (findings, examples) = store.read(checks::run_full).await.unwrap();
        let broken = findings.iter().filter(|one| !one.is_well());
        let names: Vec<_> = broken.map(|one| one.name).collect();
        (names, examples.concat())
    };
    let better = "UPDATE conversations SET rating = 5 WHERE id = {0}";
    tamper(world, better, &ids).await;
    let (names, said) = broken().await;
    assert_eq!(names, ["log_tells_queue"]);
    assert!(
        said.contains("rating is 5 in its row, 2 by its log"),
        "{said}"
    );
    let back = "UPDATE conversations SET rating = 2 WHERE id = {0}";
    tamper(world, back, &ids).await;
    // One of what was not over cannot have happened.
    let early = "UPDATE events SET kind = 'tagged' WHERE conversation_id = {0} AND kind = 'closed'";
    tamper(world, early, &ids).await;
    assert!(broken().await.0.contains(&"log_can_have_happened"));
    let back = "UPDATE events SET kind = 'closed' WHERE conversation_id = {0} AND kind = 'tagged'";
    tamper(world, back, &ids).await;
}
