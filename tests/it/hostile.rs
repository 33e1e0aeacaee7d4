//! What a hostile peer may cost at most: memory for a frame that is only announced, memory for a
//! reader who stalls, time for a stop with many sockets open.

use serde_json::{Value, json};

use crate::attachments;
use crate::cost::Process;
use crate::harness::{World, client_id, until, within};
use crate::wire::{Heard, PING, RawSocket, Request, TEXT, frame, whole};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// Frames that announce more than they will ever be allowed to send.
fn announcements() -> Vec<(&'static str, Vec<u8>)> {
    let first = whole(0x01, b"{");
    vec![
        ("a text of 2 GiB", frame(TEXT, 1 << 31, b"")),
        ("binary of 2 GiB", frame(0x82, 1 << 31, b"")),
        ("a ping of 2 GiB", frame(PING, 1 << 31, b"")),
        ("a first piece of 2 GiB", frame(0x01, 1 << 31, b"")),
        (
            "a second piece of 2 GiB",
            [first, frame(0x00, 1 << 31, b"")].concat(),
        ),
        ("a text of 2^63-1", frame(TEXT, i64::MAX as u64, b"")),
    ]
}

/// Announces, and sends 32 MiB of it as long as they are taken; answers the most memory seen.
async fn announce(server: &Process, token: &str, start: &[u8]) -> u64 {
    let part = vec![b'x'; MIB as usize];
    let mut socket = RawSocket::ready(&server.base, token).await;
    socket.wire.send(start).await;
    let mut most = server.memory();
    for _ in 0..32 {
        if !socket.wire.send(&part).await {
            break;
        }
        most = most.max(server.memory());
    }
    let end = socket.end().await;
    // Bytes that came after the refusal may have reset the connection.
    assert!(matches!(end, Heard::Closed(1009) | Heard::Gone), "{end:?}");
    most
}

#[actix_web::test]
async fn what_is_only_announced_costs_a_mebibyte_at_most() {
    let server = Process::start("");
    let token = server.customer().await;
    // What the first ones cost is the program's own: its code, its buffers.
    for (_, start) in announcements() {
        announce(&server, &token, &start).await;
    }
    // Other work of the server takes memory as well, at its own times: the least of five.
    for (what, start) in announcements() {
        let mut least = u64::MAX;
        for _ in 0..5 {
            let before = server.memory();
            let most = announce(&server, &token, &start).await;
            least = least.min(most.saturating_sub(before));
            if least <= MIB {
                break;
            }
        }
        assert!(least <= MIB, "{what} costs {} KiB", least / KIB);
    }
}

/// Bytes in the kernel that the server has written to this port and nobody has read: those at the
/// server's end of the connection.
fn unread_at(server: &Process, port: u16) -> u64 {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let (here, there) = (format!(":{:04X}", server.port()), format!(":{port:04X}"));
    let ends = table.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let its = fields[1].ends_with(&here) && fields[2].ends_with(&there);
        let (queue, _) = fields.get(4)?.split_once(':')?;
        its.then(|| u64::from_str_radix(queue, 16).ok()).flatten()
    });
    ends.sum()
}

async fn open(server: &Process, token: &str) -> String {
    let body = json!({ "client_id": client_id() });
    let view = server.post(token, "/api/v1/conversations", &body).await;
    view["id"].as_str().unwrap().to_owned()
}

/// Writes messages of the most characters there may be, of one byte or four each.
async fn write(server: &Process, token: &str, id: &str, letter: &str, messages: usize) {
    let path = format!("/api/v1/conversations/{id}/messages");
    for _ in 0..messages {
        let body = json!({ "client_id": client_id(), "text": letter.repeat(8_000) });
        server.post(token, &path, &body).await;
    }
}

#[actix_web::test]
async fn who_stalls_costs_a_quarter_of_a_mebibyte_at_most() {
    // What is on the way is at least a frame: the longest there are cost a little more.
    for (letter, most) in [("x", 256), ("😀", 320)] {
        let mut least = u64::MAX;
        for _ in 0..3 {
            least = least.min(each_who_stalls(letter).await);
            if least <= most * KIB {
                break;
            }
        }
        assert!(least <= most * KIB, "with {letter}: {} KiB", least / KIB);
    }
}

/// Bytes of user and kernel memory for each of many who ask for a long log and read nothing.
async fn each_who_stalls(letter: &str) -> u64 {
    const STALLED: u64 = 90;
    // Its socket written by hand answers no ping.
    let settings = "write_stall_ms = 60000\ncustomer_ping_ms = 3600000\ndatabase_connections = 1";
    let server = Process::start(settings);
    let (ann, ben) = (server.customer().await, server.customer().await);
    // What the database keeps in memory, for its one connection that reads and its one that
    // writes, is there before anybody stalls.
    let his = open(&server, &ben).await;
    write(&server, &ben, &his, letter, 150).await;
    let hers = open(&server, &ann).await;
    let mut reader = RawSocket::ready(&server.base, &ann).await;
    write(&server, &ann, &hers, letter, 60).await;
    reader
        .wait(|frame| frame["type"] == "event" && frame["seq"] == 61)
        .await;

    let before = server.memory();
    let mut sockets = Vec::new();
    for _ in 0..STALLED {
        // Each asks for all there is, and reads nothing of it.
        let mut socket = RawSocket::open(&server.base, "/ws", &ann).await;
        let stream = socket2::SockRef::from(&socket.wire.stream);
        stream.set_recv_buffer_size(4_096).unwrap();
        socket.say(&json!({ "type": "hello" })).await;
        sockets.push(socket);
    }
    let ports: Vec<u16> = sockets
        .iter()
        .map(|socket| socket.wire.stream.local_addr().unwrap().port())
        .collect();
    until("all of them to stall", async || {
        ports.iter().all(|port| unread_at(&server, *port) > 8 * KIB)
    })
    .await;
    // And more is said meanwhile, which those who read are told at once.
    write(&server, &ann, &hers, letter, 20).await;
    reader
        .wait(|frame| frame["type"] == "event" && frame["seq"] == 81)
        .await;
    let grown = server.memory().saturating_sub(before);
    let kernel: u64 = ports.iter().map(|port| unread_at(&server, *port)).sum();
    println!(
        "{letter}: {} KiB ours, {} the kernel's",
        grown / STALLED / KIB,
        kernel / STALLED / KIB
    );
    drop(sockets);
    (grown + kernel) / STALLED
}

/// A server where somebody has so many conversations with long subjects as a hello may be about;
/// what it resumes them with, and how long the answer is.
async fn with_many() -> (Process, String, Value, u64) {
    const CLOSED: usize = 200;
    const OPEN: usize = 10;
    let settings = "write_stall_ms = 60000\ncustomer_ping_ms = 3600000\ndatabase_connections = 1";
    let server = Process::start(settings);
    let ann = server.customer().await;
    let mut resume = serde_json::Map::new();
    for turn in 0..CLOSED + OPEN {
        let body = json!({ "client_id": client_id(), "subject": "😀".repeat(200) });
        let view = server.post(&ann, "/api/v1/conversations", &body).await;
        let id = view["id"].as_str().unwrap().to_owned();
        if turn < CLOSED {
            let path = format!("/api/v1/conversations/{id}/close");
            server.post(&ann, &path, &json!({})).await;
            resume.insert(id, json!(1));
        }
    }
    let hello = json!({ "type": "hello", "resume": resume });
    let mut reader = RawSocket::open(&server.base, "/ws", &ann).await;
    reader.say(&hello).await;
    let ready = reader.wait(|frame| frame["type"] == "ready").await;
    let listed = ready["conversations"].as_array().unwrap();
    assert_eq!(listed.len(), CLOSED + OPEN);
    let long = ready.to_string().len() as u64;
    (server, ann, hello, long)
}

#[actix_web::test]
async fn who_stalls_at_a_long_hello_costs_little_more_than_its_answer() {
    // Other work of the server takes memory as well, at its own times: the least of three.
    let (mut least, mut most) = (u64::MAX, 0);
    for _ in 0..3 {
        let (cost, long) = each_who_stalls_at_hello().await;
        println!("{} KiB, for an answer of {}", cost / KIB, long / KIB);
        (least, most) = (least.min(cost), long + 128 * KIB);
        if least <= most {
            break;
        }
    }
    assert!(least <= most, "{least} and not {most}");
}

/// Bytes of user memory for each of many who say hello and read nothing; how long the answer is.
async fn each_who_stalls_at_hello() -> (u64, u64) {
    const STALLED: u64 = 40;
    let (server, ann, hello, long) = with_many().await;
    let before = server.memory();
    let mut sockets = Vec::new();
    for _ in 0..STALLED {
        let mut socket = RawSocket::open(&server.base, "/ws", &ann).await;
        let stream = socket2::SockRef::from(&socket.wire.stream);
        stream.set_recv_buffer_size(4_096).unwrap();
        socket.say(&hello).await;
        sockets.push(socket);
    }
    until("all of them to stall", async || {
        let ports = sockets.iter().map(|one| one.wire.stream.local_addr());
        let mut ports = ports.map(|port| port.unwrap().port());
        ports.all(|port| unread_at(&server, port) > 8 * KIB)
    })
    .await;
    (server.memory().saturating_sub(before) / STALLED, long)
}

#[actix_web::test]
async fn all_who_are_told_to_go_resume_elsewhere() {
    const PEOPLE: usize = 60;
    let Some(mut world) = World::services(2).await else {
        return;
    };
    let mut people = Vec::new();
    for _ in 0..PEOPLE {
        let who = world.customer(0).await;
        let id = who.open().await;
        let mut socket = who.socket().await;
        who.say(&id, "seen").await;
        let seen = socket.event("message").await;
        people.push((who, id, socket, seen["seq"].as_i64().unwrap()));
    }
    let (first, elsewhere) = (world.nodes.remove(0), world.base(1));
    let going = actix_web::rt::spawn(first.stop());
    for (who, id, socket, seen) in &mut people {
        let bye = socket.wait("bye").await;
        assert_eq!(bye["reason"], "restart", "{bye}");
        assert_eq!(socket.closed().await, Some(1012));
        let there = who.at(elsewhere.clone());
        there.say(id, "missed").await;
        let (mut resumed, _) = there.resume(json!({ id.clone(): *seen })).await;
        // The first of what he has missed: on a slow day that is that his place is held.
        let mut missed = resumed.wait("event").await;
        assert_eq!(missed["after"], *seen, "{missed}");
        while missed["kind"] != "message" {
            missed = resumed.wait("event").await;
        }
        assert_eq!(missed["text"], "missed");
    }
    within("the stop", going).await.unwrap();
    world.end().await;
}

/// 10 MiB pass through in both directions, and the server never holds more than a few parts.
#[actix_web::test]
async fn a_large_file_is_never_whole_in_memory() {
    const ROOM: u64 = 3 * MIB;
    let server = Process::start("");
    let token = server.customer().await;
    let large = vec![b'x'; 10 << 20];
    let request = || Request::new("POST", "/api/v1/attachments").token(&token);
    // The first upload warms up what stays.
    let warm = attachments::form(request(), "a.txt", b"hello")
        .ask(&server.base)
        .await;
    assert_eq!(warm.status, 201, "{warm:?}");
    // Other work of the server takes memory as well, at its own times: the least of three rounds.
    let (mut least_up, mut least_down) = (u64::MAX, u64::MAX);
    for _ in 0..3 {
        server.peak();
        let before = server.memory();
        let reply = attachments::form(request(), "a.txt", &large)
            .ask(&server.base)
            .await;
        assert_eq!(reply.status, 201, "{reply:?}");
        least_up = least_up.min(server.peak().saturating_sub(before));
        let view = reply.body();
        assert_eq!(view["bytes"], large.len());
        let before = server.memory();
        let path = view["url"].as_str().unwrap();
        let got = Request::new("GET", path).token(&token);
        assert_eq!(got.ask(&server.base).await.text.len(), large.len());
        least_down = least_down.min(server.peak().saturating_sub(before));
    }
    assert!(least_up < ROOM, "the upload took {least_up} bytes");
    assert!(least_down < ROOM, "the download took {least_down} bytes");
}
