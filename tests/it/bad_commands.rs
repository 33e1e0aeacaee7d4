//! Well-formed WebSocket frames whose text makes no sense: each gets an error with a code and a
//! sentence, the socket stays, and nothing is stored.

use std::time::Instant;

use serde_json::{Value, json};

use crate::bad_input::unharmed;
use crate::harness::{World, client_id};
use crate::on_both;
use crate::person::Person;
use crate::wire::{Heard, RawSocket};

on_both!(
    what_makes_no_sense_is_answered_and_not_stored,
    the_dialect_answers_too,
    hello_comes_first_and_once,
    a_resume_is_taken_as_far_as_it_goes,
    what_is_nobodys_is_to_be_claimed_first,
);

/// Texts with `ID` for a conversation and `NEW` for a fresh client id, and the code they get.
const TEXTS: &[(&str, &str)] = &[
    ("hello", "invalid_json"),
    ("", "invalid_json"),
    ("{", "invalid_json"),
    (r#"{"type":"hello"} {}"#, "invalid_json"),
    (r#"{"type":"send""#, "invalid_json"),
    (r#"["send",1]"#, "validation_failed"),
    (r#"["hello",{}]"#, "validation_failed"),
    ("null", "validation_failed"),
    ("1", "validation_failed"),
    (r#""hello""#, "validation_failed"),
    ("{}", "validation_failed"),
    (r#"{"type":1}"#, "validation_failed"),
    (r#"{"type":"dance"}"#, "unknown_type"),
    (r#"{"type":"Send"}"#, "unknown_type"),
    (r#"{"type":""}"#, "unknown_type"),
    (r#"{"type":"send"}"#, "validation_failed"),
    (
        r#"{"type":"send","conversation":"ID","text":"x"}"#,
        "validation_failed",
    ),
    (
        r#"{"type":"send","conversation":"ID","client_id":"NEW"}"#,
        "validation_failed",
    ),
    (
        r#"{"type":"send","client_id":"NEW","text":"x"}"#,
        "validation_failed",
    ),
    (
        r#"{"type":"send","conversation":"ID","client_id":"1","text":"x"}"#,
        "validation_failed",
    ),
    (
        r#"{"type":"send","conversation":"1","client_id":"NEW","text":"x"}"#,
        "validation_failed",
    ),
    (
        r#"{"type":"send","conversation":"ID","client_id":"NEW","text":1}"#,
        "validation_failed",
    ),
    (
        r#"{"type":"send","conversation":"ID","client_id":"NEW","text":"x","text":"y"}"#,
        "validation_failed",
    ),
    (
        r#"{"type":"send","type":"claim","conversation":"ID","client_id":"NEW","text":"x"}"#,
        "validation_failed",
    ),
    (
        r#"{"type":"send","conversation":"ID","client_id":"NEW","text":"x","role":"admin"}"#,
        "validation_failed",
    ),
    (
        r#"{"type":"send","conversation":"ID","client_id":"NEW","text":""}"#,
        "text_empty",
    ),
    (
        r#"{"type":"send","conversation":"ID","client_id":"NEW","text":"\u200b"}"#,
        "text_empty",
    ),
    (
        r#"{"type":"send","conversation":"ID","client_id":"NEW","text":"a\u0000b"}"#,
        "invalid_character",
    ),
    (
        r#"{"type":"send","conversation":"ID","client_id":"NEW","text":"a\ud800b"}"#,
        "invalid_character",
    ),
    (
        r#"{"type":"close","conversation":"ID","text":""}"#,
        "text_empty",
    ),
    (
        r#"{"type":"close","conversation":"ID","text":"\u0000"}"#,
        "invalid_character",
    ),
    (
        r#"{"type":"close","conversation":"ID","resolution":"won"}"#,
        "validation_failed",
    ),
    (
        r#"{"type":"close","conversation":"ID","resolution":5}"#,
        "validation_failed",
    ),
    (r#"{"type":"close"}"#, "validation_failed"),
    (r#"{"type":"claim"}"#, "validation_failed"),
    (r#"{"type":"claim","conversation":"ID"}"#, "forbidden"),
    (
        r#"{"type":"claim","conversation":"ID","ref":{}}"#,
        "validation_failed",
    ),
    (
        r#"{"type":"availability","availability":"asleep"}"#,
        "validation_failed",
    ),
    (
        r#"{"type":"availability","availability":1}"#,
        "validation_failed",
    ),
    (r#"{"type":"availability"}"#, "validation_failed"),
    (r#"{"type":"hello"}"#, "already_ready"),
    (r#"{"type":"hello","resume":[]}"#, "validation_failed"),
];

fn fill(text: &str, id: &str) -> String {
    text.replace("ID", id)
        .replace("NEW", client_id().as_str().unwrap())
}

#[track_caller]
fn told(error: &Value, code: &str, what: &str) {
    assert_eq!(error["code"], code, "{what}: {error}");
    let text = error["message"].as_str().unwrap();
    assert!(text.len() > 10, "a sentence: {error}");
    for word in ["src/", "SELECT", "diesel", "panicked"] {
        assert!(!text.contains(word), "{error}");
    }
    speaks_plainly(text);
}

/// Nothing that only a programmer of this server knows.
#[track_caller]
pub fn speaks_plainly(text: &str) {
    for word in [
        "struct ",
        "enum ",
        "i32",
        "i64",
        "u32",
        "u64",
        "usize",
        ", expected",
        "variant",
        "`",
    ] {
        assert!(!text.contains(word), "{text}");
    }
}

async fn what_makes_no_sense_is_answered_and_not_stored(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    let long = json!({ "type": "claim", "conversation": id, "ref": "x".repeat(65) }).to_string();
    let text = "x".repeat(world.settings.text_chars_max + 1);
    let too_long =
        json!({ "type": "send", "conversation": id, "client_id": client_id(), "text": text });
    let deep = format!(r#"{{"type":"hello","resume":{}"#, "[".repeat(20_000));
    let more = [
        (long, "validation_failed"),
        (too_long.to_string(), "text_too_long"),
        (deep, "invalid_json"),
    ];
    let fixed = TEXTS.iter().map(|(text, code)| (fill(text, &id), *code));
    for (text, code) in fixed.chain(more) {
        let mut socket = RawSocket::ready(&ann.base, &ann.token).await;
        socket.say_text(&text).await;
        let error = socket.wait(|frame| frame["type"] == "error").await;
        told(&error, code, &text);
        if let Ok(sent) = serde_json::from_str::<Value>(&text)
            && sent["client_id"].as_str().is_some_and(|id| id.len() == 36)
        {
            assert_eq!(error["client_id"], sent["client_id"], "{text}");
        }
        // The same socket goes on.
        socket
            .say(&json!({ "type": "claim", "conversation": id, "ref": "r" }))
            .await;
        let next = socket.wait(|frame| frame["ref"] == "r").await;
        assert_eq!(next["code"], "forbidden", "after {text}");
    }
    assert_eq!(ann.log(&id).await.len(), 1, "nothing was stored");
    unharmed(world).await;
}

async fn the_dialect_answers_too(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    let path = format!("/ws/customer_support/{id}/");
    let texts = [
        ("hello", "invalid_json"),
        ("[\"x\"]", "validation_failed"),
        ("null", "validation_failed"),
        ("{\"message\":1}", "validation_failed"),
        ("{\"message\":\"a\\u0000\"}", "invalid_character"),
        ("{\"message\":\"\\ud800\"}", "invalid_character"),
        ("{}", "text_empty"),
        ("{\"message\":\"  \"}", "text_empty"),
        ("{\"close_chat\":\"yes\"}", "validation_failed"),
    ];
    let mut socket = RawSocket::open(&ann.base, &path, &ann.token).await;
    for (text, code) in texts {
        socket.say_text(text).await;
        let error = socket.wait(|frame| frame["error"].is_string()).await;
        assert_eq!(error["error"], code, "{text}: {error}");
        assert!(
            error["detail"].as_str().is_some_and(|text| text.len() > 10),
            "{error}"
        );
    }
    assert_eq!(ann.log(&id).await.len(), 1, "nothing was stored");
    socket.say(&json!({ "message": "and now" })).await;
    socket.wait(|frame| frame["message"] == "and now").await;
    unharmed(world).await;
}

async fn hello_comes_first_and_once(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    let mut socket = RawSocket::open(&ann.base, "/ws", &ann.token).await;
    let early = [
        json!({ "type": "send", "conversation": id, "client_id": client_id(), "text": "x" }),
        json!({ "type": "close", "conversation": id }),
        json!({ "type": "claim", "conversation": id }),
        json!({ "type": "availability", "availability": "away" }),
    ];
    for frame in early {
        socket.say(&frame).await;
        let error = socket.next().await;
        let Heard::Frame(error) = error else {
            panic!("{error:?}")
        };
        told(&error, "hello_required", "early");
        assert_eq!(error["client_id"], frame["client_id"]);
    }
    socket.say(&json!({ "type": "hello" })).await;
    socket.wait(|frame| frame["type"] == "ready").await;
    socket.say(&json!({ "type": "hello" })).await;
    let error = socket.wait(|frame| frame["type"] == "error").await;
    told(&error, "already_ready", "again");
    assert_eq!(ann.log(&id).await.len(), 1, "nothing was stored");
    unharmed(world).await;
}

#[actix_web::test]
async fn who_does_not_say_hello_is_let_go() {
    let world = World::embedded().await;
    let ann = world.customer(0).await;
    let mut socket = RawSocket::open(&ann.base, "/ws", &ann.token).await;
    let begun = Instant::now();
    assert_eq!(socket.end().await, Heard::Closed(1008));
    let took = begun.elapsed().as_secs_f64();
    assert!(took > 4.5, "not even {took} s to say it");
    world.end().await;
}

async fn a_resume_is_taken_as_far_as_it_goes(world: &World) {
    let (ann, ben) = (world.customer(0).await, world.customer(1).await);
    let (hers, his) = (ann.open().await, ben.open().await);
    let many = |count: usize| -> Value {
        let ids = (0..count).map(|_| (uuid::Uuid::now_v7().to_string(), json!(0)));
        Value::Object(ids.collect())
    };
    let mut socket = RawSocket::open(&ann.base, "/ws", &ann.token).await;
    let wrong = [
        many(201),
        json!({ hers.clone(): "1" }),
        json!({ hers.clone(): 1.5 }),
        json!({ hers.clone(): 1e30 }),
        json!({ "x": 1 }),
        json!(7),
    ];
    for resume in wrong {
        socket
            .say(&json!({ "type": "hello", "resume": resume }))
            .await;
        let error = socket.wait(|frame| frame["type"] == "error").await;
        told(&error, "validation_failed", "resume");
    }
    // Unknown ones and foreign ones are silently absent; nonsense counts as nothing seen.
    let mut resume = many(198);
    resume[&his] = json!(0);
    resume[&hers] = json!(i64::MIN);
    socket
        .say(&json!({ "type": "hello", "resume": resume }))
        .await;
    let ready = socket.wait(|frame| frame["type"] == "ready").await;
    let listed = ready["conversations"].as_array().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["id"], hers);
    let event = socket.wait(|frame| frame["type"] == "event").await;
    assert_eq!(
        (&event["conversation"], &event["seq"]),
        (&json!(hers), &json!(1))
    );
    ben.say(&his, "not for her").await;
    ann.say(&hers, "for her").await;
    let next = socket.wait(|frame| frame["type"] == "event").await;
    assert_eq!(next["text"], "for her");

    let mut ahead = RawSocket::open(&ann.base, "/ws", &ann.token).await;
    ahead
        .say(&json!({ "type": "hello", "resume": { hers.clone(): i64::MAX } }))
        .await;
    ahead.wait(|frame| frame["type"] == "ready").await;
    unharmed(world).await;
}

async fn what_is_nobodys_is_to_be_claimed_first(world: &World) {
    let (ann, ben) = (world.customer(0).await, world.customer(1).await);
    let (rep, other) = (world.rep(0, 1).await, world.rep(1, 1).await);
    let id = ann.open().await;
    let view = format!("/api/v1/conversations/{id}");
    let message = json!({ "client_id": client_id(), "text": "hello" });
    let commands = [
        ("messages", message),
        ("close", json!({})),
        ("park", json!({})),
    ];
    for (command, body) in &commands {
        let ask = async |who: &Person| who.post(&format!("{view}/{command}"), body.clone()).await;
        let told = ask(&rep).await;
        assert_eq!(told.clone().code(409), "wrong_state", "{command}");
        assert!(told.body.to_string().contains("Claim it first"), "{told:?}");
        // Parking is for staff alone, whosever it is.
        if *command != "park" {
            assert_eq!(ask(&ben).await.code(404), "not_found", "{command}");
        }
    }
    rep.claim(&id).await.ok(200);
    rep.say(&id, "now I may").await;
    // Another's is none of his business, though he serves its queue.
    other.get(&view).await.code(404);
    for (command, body) in &commands {
        let told = other.post(&format!("{view}/{command}"), body.clone()).await;
        assert_eq!(told.code(404), "not_found", "{command}");
    }
    unharmed(world).await;
}
