//! A transcript tells everything, to whom it may, and nothing that is in it is more than text.

use serde_json::{Value, json};

use crate::attachments::uploaded;
use crate::harness::{World, client_id};
use crate::on_both;
use crate::person::Person;
use crate::wire::Request;

on_both!(
    a_transcript_tells_what_was_said_with_names_and_times,
    notes_are_told_to_staff_only,
    what_was_deleted_is_gone_and_files_are_named,
    a_page_runs_nothing_that_somebody_wrote,
    a_long_one_is_whole_and_in_order,
    what_cannot_be_asked_is_refused,
);

async fn read(person: &Person, conversation: &str, query: &str) -> Value {
    let path = format!("/api/v1/conversations/{conversation}/transcript?{query}");
    person.get(&path).await.ok(200)
}

async fn a_transcript_tells_what_was_said_with_names_and_times(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(0, 9).await);
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    let said = ann.say(&id, "Where is it?\n[forged] rep: I agree").await;
    rep.say(&id, "سلام، نزد همسایه است").await;
    rep.close(&id).await.ok(200);
    let head = format!(
        "Conversation {}\nSubject: help\n",
        ann.view(&id).await["number"]
    );
    let text = read(&ann, &id, "").await;
    let text = text.as_str().unwrap();
    assert!(text.starts_with(&head), "{text}");
    let asked = format!("{}: Where is it?\n    [forged] rep: I agree\n", ann.name);
    assert!(text.contains(&asked), "{text}");
    assert!(
        text.contains(&format!("{}: سلام، نزد همسایه است\n", rep.name)),
        "{text}"
    );
    assert!(
        text.contains(&format!("* {} closed it\n", rep.name)),
        "{text}"
    );
    assert!(text.contains(" +00:00] "), "{text}");

    let at = said["created_at"].as_i64().unwrap();
    let told = read(&ann, &id, "format=json&offset=210").await;
    let entries = told["entries"].as_array().unwrap();
    let asked = entries
        .iter()
        .find(|entry| entry["sender"] == ann.name && entry["text"].is_string());
    let asked = asked.unwrap();
    assert_eq!(asked["created_at"], at);
    let by_clock = asked["at"].as_str().unwrap();
    let by_clock = jiff::Timestamp::strptime("%Y-%m-%d %H:%M:%S %:z", by_clock).unwrap();
    assert_eq!(by_clock.as_second(), at / 1_000);
    assert!(asked["at"].as_str().unwrap().ends_with(" +03:30"));
    assert_eq!(told["conversation"]["id"], id.as_str());

    let page = read(&rep, &id, "format=html&offset=210").await;
    let page = page.as_str().unwrap();
    assert!(
        page.contains("<p dir=\"auto\">سلام، نزد همسایه است</p>"),
        "{page}"
    );
    assert!(page.ends_with("</html>\n"), "{page}");
}

async fn notes_are_told_to_staff_only(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(0, 9).await);
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    rep.note(&id, "he is impatient").await;
    for format in ["text", "json", "html"] {
        let query = format!("format={format}");
        let (his, ours) = (read(&ann, &id, &query).await, read(&rep, &id, &query).await);
        assert!(!his.to_string().contains("impatient"), "{his}");
        assert!(ours.to_string().contains("impatient"), "{ours}");
    }
}

async fn what_was_deleted_is_gone_and_files_are_named(world: &World) {
    let (ann, rep, admin) = (
        world.customer(0).await,
        world.rep(0, 9).await,
        world.admin().await,
    );
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    let seq = ann.say(&id, "a secret").await["seq"].as_i64().unwrap();
    let message = format!("/api/v1/conversations/{id}/messages/{seq}");
    ann.put(&message, json!({ "text": "another secret" }))
        .await
        .ok(200);
    for query in ["format=text", "format=html"] {
        let told = read(&rep, &id, query).await.to_string();
        assert_eq!(told.matches("secret").count(), 1, "{told}");
        assert!(told.contains("another secret"), "{told}");
    }
    ann.delete(&message).await.ok(200);
    let file = uploaded(&ann, "bill <b>.txt", b"hello").await;
    let body = json!({ "client_id": client_id(), "attachments": [file["id"]] });
    ann.act(&id, "messages", body).await.ok(201);
    for who in [&ann, &rep] {
        for query in ["format=text", "format=json", "format=html"] {
            let told = read(who, &id, query).await.to_string();
            assert!(!told.contains("secret"), "{told}");
        }
        let text = read(who, &id, "").await;
        let text = text.as_str().unwrap();
        let gone = format!("* {} wrote what was deleted\n", ann.name);
        assert!(text.contains(&gone), "{text}");
        let named = format!(
            "* {} attached {}\n",
            ann.name,
            file["name"].as_str().unwrap()
        );
        assert!(text.contains(&named), "{text}");
        let told = read(who, &id, "format=json").await;
        let told = told["entries"].as_array().unwrap();
        let carries = told.iter().find(|one| one["attachments"].is_array());
        assert_eq!(carries.unwrap()["attachments"][0]["url"], file["url"]);
        let page = read(who, &id, "format=html").await;
        let page = page.as_str().unwrap();
        assert!(
            page.contains("attached <bdi>bill ") && !page.contains("<b>."),
            "{page}"
        );
    }
    let export = admin.get("/api/v1/export").await.ok(200).to_string();
    assert!(!export.contains("secret"), "{export}");
    let list = rep.get("/api/v1/conversations").await.ok(200).to_string();
    assert!(!list.contains("secret"), "{list}");
}

async fn a_page_runs_nothing_that_somebody_wrote(world: &World) {
    let ann = world.customer(0).await;
    let evil = "</p></style><script>alert(1)</script><img src=x onerror=\"alert(1)\">'&";
    let body = json!({ "client_id": client_id(), "subject": evil, "text": evil });
    let view = ann.post("/api/v1/conversations", body).await.ok(201);
    let id = view["id"].as_str().unwrap();
    let page = read(&ann, id, "format=html").await;
    let page = page.as_str().unwrap();
    assert!(
        !page.contains("<script") && !page.contains("<img"),
        "{page}"
    );
    let safe = "&lt;/p&gt;&lt;/style&gt;&lt;script&gt;";
    assert_eq!(page.matches(safe).count(), 2, "{page}");
    let path = format!("/api/v1/conversations/{id}/transcript?format=html");
    let reply = Request::new("GET", &path)
        .token(&ann.token)
        .ask(&ann.base)
        .await;
    let policy = reply.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'unsafe-inline'"),
        "{policy}"
    );
    assert!(
        policy.contains("sandbox") && !policy.contains("script-src"),
        "{policy}"
    );
    assert_eq!(
        reply.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    let name = reply.header("content-disposition").unwrap();
    let number = &view["number"];
    assert_eq!(
        name,
        format!("inline; filename=\"conversation-{number}.html\"")
    );
}

async fn a_long_one_is_whole_and_in_order(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    // The last of them ends a page that is read at once.
    for count in [98, 99, 100, 101, 230] {
        let known = ann.view(&id).await["messages"].as_i64().unwrap();
        for number in known..count {
            ann.say(&id, &format!("message {number}")).await;
        }
        let told = read(&ann, &id, "format=json").await;
        let entries = told["entries"].as_array().unwrap().iter();
        let texts: Vec<&str> = entries.filter_map(|entry| entry["text"].as_str()).collect();
        let expected: Vec<String> = (0..count)
            .map(|number| format!("message {number}"))
            .collect();
        assert_eq!(texts, expected);
    }
}

async fn what_cannot_be_asked_is_refused(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    for wrong in [
        "format=pdf",
        "offset=841",
        "offset=-841",
        "offset=x",
        "page=1",
    ] {
        let path = format!("/api/v1/conversations/{id}/transcript?{wrong}");
        assert_eq!(
            ann.get(&path).await.code(422),
            "validation_failed",
            "{wrong}"
        );
    }
    for fine in ["offset=840", "offset=-840", "format=html"] {
        read(&ann, &id, fine).await;
    }
}
