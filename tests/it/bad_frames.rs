//! Bad WebSocket frames: how each ends, and that the others notice nothing.

use serde_json::{Value, json};

use crate::bad_input::unharmed;
use crate::harness::{World, client_id, until};
use crate::on_both;
use crate::person::Person;
use crate::wire::{CLOSE, Heard, PING, RawSocket, TEXT, frame, whole};

on_both!(broken_frames_end_their_own_socket_only);

/// A way to break the protocol, and the code with which it ends.
type Case = (&'static str, Vec<u8>, u16);

fn unmasked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first, payload.len() as u8];
    bytes.extend(payload);
    bytes
}

fn shapes() -> Vec<Case> {
    vec![
        ("unmasked", unmasked(TEXT, b"{}"), 1002),
        ("unmasked ping", unmasked(PING, b""), 1002),
        ("first reserved bit", whole(TEXT | 0x40, b"{}"), 1002),
        ("second reserved bit", whole(TEXT | 0x20, b"{}"), 1002),
        ("third reserved bit", whole(PING | 0x10, b""), 1002),
        ("opcode 3", whole(0x83, b"{}"), 1002),
        ("opcode 7", whole(0x87, b""), 1002),
        ("opcode 11", whole(0x8B, b""), 1002),
        ("opcode 15", whole(0x8F, b""), 1002),
        ("a ping in pieces", whole(0x09, b"x"), 1002),
        ("a close in pieces", whole(0x08, b""), 1002),
        ("a long ping", whole(PING, &[0; 126]), 1002),
        ("a long close", whole(CLOSE, &[3; 126]), 1002),
        ("the end of nothing", whole(0x80, b"x"), 1002),
        ("the middle of nothing", whole(0x00, b"x"), 1002),
        (
            "a text in the middle of another",
            [whole(0x01, b"a"), whole(TEXT, b"{}")].concat(),
            1002,
        ),
        ("not UTF-8", whole(TEXT, b"\"\xC3\x28\""), 1007),
        (
            "a surrogate in UTF-8",
            whole(TEXT, b"\"\xED\xA0\x80\""),
            1007,
        ),
        (
            "not UTF-8 in pieces",
            [whole(0x01, b"\"\xC3"), whole(0x80, b"\x28\"")].concat(),
            1007,
        ),
        ("binary", whole(0x82, b"{}"), 1003),
        (
            "binary in pieces",
            [whole(0x02, b"{"), whole(0x80, b"}")].concat(),
            1003,
        ),
    ]
}

fn sizes() -> Vec<Case> {
    let piece = whole(0x00, &[b' '; 4_096]);
    let empty = whole(0x00, b"");
    vec![
        (
            "one byte too many, announced",
            frame(TEXT, 131_073, b""),
            1009,
        ),
        ("2^31, announced", frame(TEXT, 1 << 31, b""), 1009),
        ("2^63-1, announced", frame(TEXT, i64::MAX as u64, b""), 1009),
        ("2^64-1, announced", frame(TEXT, u64::MAX, b""), 1009),
        ("a huge ping, announced", frame(PING, 1 << 40, b""), 1009),
        ("a huge piece", frame(0x01, 1 << 40, b""), 1009),
        (
            "endless pieces",
            [whole(0x01, b"{"), piece.repeat(40)].concat(),
            1009,
        ),
        (
            "endless empty pieces",
            [whole(0x01, b""), empty.repeat(5_000)].concat(),
            1009,
        ),
    ]
}

fn endings() -> Vec<Case> {
    let close = |code: u16, reason: &[u8]| {
        let payload = [&code.to_be_bytes(), reason].concat();
        whole(CLOSE, &payload)
    };
    vec![
        ("closed without a code", whole(CLOSE, b""), 1000),
        ("closed in order", close(1000, b"bye"), 1000),
        ("a private code", close(4999, b""), 1000),
        ("the longest reason", close(1001, &[b'x'; 123]), 1000),
        ("half a code", whole(CLOSE, b"\x03"), 1002),
        ("code 0", close(0, b""), 1002),
        ("code 999", close(999, b""), 1002),
        ("code 1004", close(1004, b""), 1002),
        ("code 1005", close(1005, b""), 1002),
        ("code 1006", close(1006, b""), 1002),
        ("code 1015", close(1015, b""), 1002),
        ("code 5000", close(5000, b""), 1002),
        ("code 65535", close(65_535, b""), 1002),
        ("a reason that is not UTF-8", close(1000, b"\xFF\xFE"), 1002),
    ]
}

async fn broken_frames_end_their_own_socket_only(world: &World) {
    let (ann, ben) = (world.customer(0).await, world.customer(0).await);
    let id = ben.open().await;
    let mut witness = RawSocket::ready(&ben.base, &ben.token).await;
    let paths = [
        "/ws".to_owned(),
        format!("/ws/customer_support/{}/", ann.open().await),
    ];
    for path in &paths {
        for (what, bytes, code) in shapes().into_iter().chain(sizes()).chain(endings()) {
            let mut socket = RawSocket::open(&ann.base, path, &ann.token).await;
            socket.wire.send(&bytes).await;
            assert_eq!(socket.end().await, Heard::Closed(code), "{what} at {path}");
            still_served(&mut witness, &id, what).await;
        }
    }
    // And in the middle of a good conversation, after a frame that is carried out.
    let mut socket = RawSocket::ready(&ann.base, &ann.token).await;
    socket.wire.send(&frame(TEXT, 1 << 31, b"")).await;
    assert_eq!(socket.end().await, Heard::Closed(1009));
    assert!(socket.wire.ended().await, "the connection itself");
    until("the end of the broken ones", async || {
        world.nodes[0].app.hub.count() == 1
    })
    .await;
    unharmed(world).await;
}

/// The witness writes, and is answered.
async fn still_served(witness: &mut RawSocket, id: &str, after: &str) {
    let client = client_id();
    let send = json!({ "type": "send", "conversation": id, "client_id": client, "text": after });
    witness.say(&send).await;
    witness
        .wait(|frame| frame["type"] == "ack" && frame["client_id"] == client)
        .await;
}

/// A world with the frame limits that are the default.
async fn paced() -> (World, Person, String) {
    let defaults = switchboard::settings::Settings::default();
    let world = World::embedded_with(|one| {
        one.frames_burst = defaults.frames_burst;
        one.frames_per_s = defaults.frames_per_s;
    })
    .await;
    let ann = world.customer(0).await;
    let id = ann.open().await;
    (world, ann, id)
}

#[actix_web::test]
async fn a_flood_is_slowed_down_and_then_cut() {
    let (world, ann, id) = paced().await;
    let message = || {
        json!({ "type": "send", "conversation": id, "client_id": client_id(), "text": "x" })
            .to_string()
            .into_bytes()
    };
    let floods: [(&str, Vec<u8>); 5] = [
        (
            "messages",
            (0..1_000).flat_map(|_| whole(TEXT, &message())).collect(),
        ),
        (
            "typing",
            whole(
                TEXT,
                json!({ "type": "typing", "conversation": id, "on": true })
                    .to_string()
                    .as_bytes(),
            )
            .repeat(1_000),
        ),
        ("pings", whole(PING, b"x").repeat(1_000)),
        ("pongs", whole(0x8A, b"x").repeat(1_000)),
        ("nonsense", whole(TEXT, b"x").repeat(1_000)),
    ];
    for (what, bytes) in floods {
        let mut socket = RawSocket::ready(&ann.base, &ann.token).await;
        socket.wire.send(&bytes).await;
        if what == "nonsense" {
            assert_eq!(socket.end().await, Heard::Closed(1008), "{what}");
            continue;
        }
        let told = socket.wait(|frame| frame["code"] == "rate_limited").await;
        assert!(told["retry_after_ms"].as_u64().unwrap() > 0, "{told}");
        assert_eq!(socket.end().await, Heard::Closed(4003), "{what}");
    }
    let stored = ann.log(&id).await.len();
    assert!((10..100).contains(&stored), "{stored} of 1000 got through");
    unharmed(&world).await;
    world.end().await;
}

#[actix_web::test]
async fn ten_frames_without_sense_are_enough() {
    let (world, ann, _) = paced().await;
    let mut socket = RawSocket::ready(&ann.base, &ann.token).await;
    for turn in 0..10 {
        socket.say_text("nonsense").await;
        let error = socket.wait(|frame| frame["type"] == "error").await;
        assert_eq!(error["code"], "invalid_json", "the {turn}th");
    }
    socket.say_text("nonsense").await;
    assert_eq!(socket.end().await, Heard::Closed(1008));
    world.end().await;
}

#[actix_web::test]
async fn a_wrong_frame_is_answered_in_its_turn() {
    let world = World::embedded().await;
    let ann = world.customer(0).await;
    let id = ann.open().await;
    let mut socket = ann.socket().await;
    for turn in 0..8 {
        let client = client_id();
        socket.send(&id, &client, "x").await;
        let wrong = json!({ "type": "read", "conversation": id, "seq": "x", "ref": "wrong" });
        socket.say(wrong).await;
        let answer = |frame: &Value| frame["type"] == "ack" || frame["type"] == "error";
        let first = socket.wait_for(answer).await;
        assert_eq!(first["client_id"], client, "the {turn}th: {first}");
        let second = socket.wait_for(answer).await;
        assert_eq!(
            (&second["type"], &second["ref"]),
            (&json!("error"), &json!("wrong"))
        );
    }
    world.end().await;
}

#[actix_web::test]
async fn the_sixth_socket_takes_the_place_of_the_first() {
    let world = World::embedded().await;
    let (ann, ben) = (world.customer(0).await, world.customer(0).await);
    let mut other = RawSocket::ready(&ben.base, &ben.token).await;
    let mut sockets = Vec::new();
    for _ in 0..6 {
        sockets.push(ann.socket().await);
    }
    assert_eq!(sockets[0].wait("bye").await["reason"], "replaced");
    assert_eq!(sockets[0].closed().await, Some(4101));
    for socket in sockets.iter_mut().skip(1) {
        socket.say(json!({ "type": "hello" })).await;
        socket.wait("error").await;
    }
    other.say(&json!({ "type": "hello" })).await;
    other.wait(|frame| frame["code"] == "already_ready").await;
    world.end().await;
}
