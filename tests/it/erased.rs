//! What was deleted is in no byte of SQLite's files.

use serde_json::json;
use switchboard::retention;
use switchboard::words::now;

use crate::harness::{World, until};

#[actix_web::test]
async fn what_was_deleted_is_in_no_byte_of_the_file() {
    const PHRASE: &str = "Secret Phrase";
    let world = World::embedded().await;
    let (ann, rep) = (world.customer(0).await, world.rep(0, 5).await);
    let (id, old) = (ann.open().await, ann.open().await);
    let long = format!("{PHRASE} ").repeat(500);
    for conversation in [&id, &old] {
        rep.claim(conversation).await.ok(200);
        for text in [PHRASE, &long, "harmless"] {
            let seq = ann.say(conversation, text).await["seq"].clone();
            let path = format!("/api/v1/conversations/{conversation}/messages/{seq}");
            if *conversation == id && text != "harmless" {
                let other = json!({ "text": format!("{text}, again") });
                ann.put(&path, other).await.ok(200);
                // So that it was in the index, too.
                ann.get("/api/v1/search?q=secret").await.ok(200);
                ann.delete(&path).await.ok(200);
            }
        }
    }
    rep.close(&old).await.ok(200);
    world.pretend(&old, |row| row.closed_at = Some(1)).await;
    let app = &world.nodes[0].app;
    let swept = retention::sweep(&app.store, &app.metrics, now() - 1_000, 0);
    assert_eq!(swept.await.unwrap(), 1);
    until("the end of the log", async || {
        app.store.checkpoint().await.unwrap()
    })
    .await;
    let database = world.settings.database();
    let path = database.strip_prefix("sqlite:").unwrap();
    for (file, holds) in [(path.to_owned(), true), (format!("{path}-wal"), false)] {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let has = |text: &str| {
            let mut windows = bytes.windows(text.len());
            windows.any(|window| window == text.as_bytes())
        };
        assert_eq!(has("harmless"), holds, "{file}");
        assert!(!has(PHRASE), "{file}");
    }
    world.end().await;
}
