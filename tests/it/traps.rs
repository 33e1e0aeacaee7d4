//! What a server of this kind falls for: huge frames, readers that stall, a shutdown with open
//! sockets. Against the program itself, measured from outside.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::cost::Process;
use crate::harness::{client_id, until};
use crate::process;
use crate::wire::{Heard, RawSocket, Request, TEXT, Wire, frame, whole};

const MIB: u64 = 1 << 20;
/// Sockets written by hand answer no ping, and a test may take longer than that is waited for.
const UNASKED: &str = "customer_ping_ms = 3600000";

#[actix_web::test]
async fn a_huge_frame_costs_no_memory() {
    let server = Process::start(UNASKED);
    let token = server.customer().await;
    let mut witness = RawSocket::ready(&server.base, &token).await;
    // Other work of the server takes memory as well, at its own times: the least of five rounds.
    let mut least = u64::MAX;
    for _ in 0..5 {
        least = least.min(huge_frames(&server, &token).await);
        if least < 6 * MIB {
            break;
        }
    }
    assert!(least < 6 * MIB, "{} KiB more", least / 1024);
    witness.say(&json!({ "type": "hello" })).await;
    witness.wait(|frame| frame["code"] == "already_ready").await;
}

/// Announces what is huge and sends of it what is taken; answers by how much memory has grown.
async fn huge_frames(server: &Process, token: &str) -> u64 {
    let before = server.memory();
    let mut most = before;
    let part = vec![b'x'; MIB as usize];
    // One frame of 2 GiB; a message of endless pieces; a request's body without an end.
    let starts: [Vec<u8>; 2] = [frame(TEXT, 1 << 31, b""), frame(0x01, 1 << 31, b"")];
    for start in starts {
        let mut socket = RawSocket::ready(&server.base, token).await;
        socket.wire.send(&start).await;
        for _ in 0..120 {
            if !socket.wire.send(&part).await {
                break;
            }
            most = most.max(server.memory());
        }
        // Bytes that came after the refusal may have reset the connection.
        assert!(matches!(
            socket.end().await,
            Heard::Closed(1009) | Heard::Gone
        ));
    }
    let head = Request::new("POST", "/api/v1/conversations")
        .token(token)
        .header("Content-Type", "application/json")
        .header("Content-Length", "2147483648");
    let mut wire = Wire::to(&server.base).await;
    wire.send(&head.bytes()).await;
    for _ in 0..120 {
        if !wire.send(&part).await {
            break;
        }
        most = most.max(server.memory());
    }
    most - before
}

/// Opens a socket whose client will not read: its buffer is as small as the kernel allows.
async fn unread(server: &Process, token: &str) -> RawSocket {
    let socket = RawSocket::ready(&server.base, token).await;
    let stream = socket2::SockRef::from(&socket.wire.stream);
    stream.set_recv_buffer_size(4_096).unwrap();
    socket
}

async fn open(server: &Process, token: &str) -> String {
    let body = json!({ "client_id": client_id() });
    let view = server.post(token, "/api/v1/conversations", &body).await;
    view["id"].as_str().unwrap().to_owned()
}

/// Writes messages of 8,000 characters, so many bytes in all.
async fn write(server: &Process, token: &str, id: &str, bytes: u64) {
    let path = format!("/api/v1/conversations/{id}/messages");
    for _ in 0..bytes / 32_000 {
        let text = "😀".repeat(8_000);
        let body = json!({ "client_id": client_id(), "text": text });
        server.post(token, &path, &body).await;
    }
}

/// Whether the kernel still keeps a connection from this local port to the server.
fn is_kept(server: &Process, port: u16) -> bool {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let (here, there) = (format!(":{:04X}", server.port()), format!(":{port:04X}"));
    table.lines().any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        // The server's own end, in any state but TIME_WAIT.
        fields[1].ends_with(&here) && fields[2].ends_with(&there) && fields[3] != "06"
    })
}

#[actix_web::test]
async fn who_does_not_read_is_cut_and_the_others_notice_nothing() {
    const STALL: Duration = Duration::from_secs(8);
    let server = Process::start(&format!("write_stall_ms = 8000\n{UNASKED}"));
    let (ann, ben) = (server.customer().await, server.customer().await);
    let (hers, his) = (open(&server, &ann).await, open(&server, &ben).await);
    let mut ben_socket = RawSocket::ready(&server.base, &ben).await;
    let mut reader = RawSocket::ready(&server.base, &ann).await;
    let (open_before, memory) = (server.descriptors(), server.memory());
    let stalled = unread(&server, &ann).await;
    let port = stalled.wire.stream.local_addr().unwrap().port();

    let (mut slowest, mut last) = (Duration::ZERO, None);
    for _ in 0..16 {
        write(&server, &ann, &hers, MIB / 2).await;
        let begun = Instant::now();
        let id = client_id();
        let send = json!({ "type": "send", "conversation": his, "client_id": id, "text": "x" });
        ben_socket.say(&send).await;
        ben_socket.wait(|frame| frame["type"] == "ack").await;
        slowest = slowest.max(begun.elapsed());
        // The same person's other socket reads, and misses nothing.
        let log = format!("/api/v1/conversations/{hers}/events");
        let request = Request::new("GET", &format!("{log}?limit=1")).token(&ann);
        last = request.ask(&server.base).await.body()["last_seq"].as_i64();
        reader
            .wait(|frame| frame["type"] == "event" && frame["seq"].as_i64() == last)
            .await;
    }
    assert!(last > Some(200));
    assert!(slowest < STALL, "another waited {slowest:?}");
    until("the end of the stalled socket", async || {
        server.descriptors() <= open_before
    })
    .await;
    until("the end of its connection", async || {
        !is_kept(&server, port)
    })
    .await;
    until("that what it cost is given back", async || {
        server.memory() < memory + 40 * MIB
    })
    .await;
    drop(stalled);
}

/// Bytes that the server's kernel has not got rid of, of a connection from this local port.
fn kept(server: &Process, port: u16) -> u64 {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let (here, there) = (format!(":{:04X}", server.port()), format!(":{port:04X}"));
    let sending = table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_it = fields[1].ends_with(&here) && fields[2].ends_with(&there);
        is_it.then(|| fields[4].split(':').next().unwrap().to_owned())
    });
    sending.map_or(0, |bytes| u64::from_str_radix(&bytes, 16).unwrap())
}

/// An answer is not cut into pieces so small that each waits for the client's acknowledgement,
/// which machines put off.
#[actix_web::test]
async fn the_kernel_keeps_little_for_a_socket_and_enough_for_an_answer() {
    const ENOUGH: u64 = 80 * 1_024;
    let server = Process::start("write_stall_ms = 30000");
    let ann = server.customer().await;
    let hers = open(&server, &ann).await;
    let stalled = unread(&server, &ann).await;
    let port = stalled.wire.stream.local_addr().unwrap().port();
    write(&server, &ann, &hers, 2 * MIB).await;
    until("what is kept for the socket", async || {
        kept(&server, port) > 0
    })
    .await;

    let path = format!("/api/v1/conversations/{hers}/transcript");
    let mut wire = Wire::to(&server.base).await;
    let stream = socket2::SockRef::from(&wire.stream);
    stream.set_recv_buffer_size(4_096).unwrap();
    let mine = wire.stream.local_addr().unwrap().port();
    let request = Request::new("GET", &path).token(&ann);
    wire.send(&request.bytes()).await;
    until("what is kept for the answer", async || {
        kept(&server, mine) > ENOUGH
    })
    .await;
    assert!(kept(&server, mine) < MIB / 2, "{}", kept(&server, mine));
    assert!(kept(&server, port) < ENOUGH, "{}", kept(&server, port));
    drop((stalled, wire));
}

/// How long open work may take to end at a stop, and may be sent: whoever waits for what never
/// ends waits so long.
const DRAIN: &str = "drain_ms = 18000\nbody_timeout_ms = 60000";
const DRAINED: Duration = Duration::from_secs(18);

#[actix_web::test]
async fn a_shutdown_tells_every_socket_and_takes_no_time() {
    let mut server = Process::start(DRAIN);
    let (ann, ben) = (server.customer().await, server.customer().await);
    let mut idle = Vec::new();
    for _ in 0..50 {
        idle.push(RawSocket::ready(&server.base, &ben).await);
    }
    let hers = open(&server, &ann).await;
    let stalled = unread(&server, &ann).await;
    write(&server, &ann, &hers, 3 * MIB).await;

    let begun = Instant::now();
    server.terminate();
    for mut socket in idle {
        let bye = socket.wait(|frame| frame["type"] == "bye").await;
        assert_eq!(bye["reason"], "restart");
        assert!(
            bye["reconnect_in_ms"]
                .as_u64()
                .is_some_and(|ms| ms <= 3_000),
            "{bye}"
        );
        assert_eq!(socket.end().await, Heard::Closed(1012));
    }
    let mut code = None;
    until("its end", async || {
        code = server.ended();
        code.is_some()
    })
    .await;
    assert_eq!(code, Some(0));
    let took = begun.elapsed();
    assert!(took < DRAINED, "all there was was waited for: {took:?}");
    drop(stalled);
}

#[actix_web::test]
async fn half_a_frame_at_shutdown_keeps_nobody() {
    let mut server = Process::start(DRAIN);
    let ann = server.customer().await;
    let mut socket = RawSocket::ready(&server.base, &ann).await;
    let half = whole(TEXT, b"{\"type\":\"claim\"");
    socket.wire.send(&half[..half.len() - 3]).await;
    let mut slow = Wire::to(&server.base).await;
    let head = Request::new("POST", "/api/v1/conversations")
        .token(&ann)
        .header("Content-Type", "application/json")
        .header("Content-Length", "50");
    slow.send(&head.bytes()).await;
    slow.send(b"{").await;
    let begun = Instant::now();
    server.terminate();
    assert_eq!(socket.end().await, Heard::Closed(1012));
    until("its end", async || server.ended() == Some(0)).await;
    let took = begun.elapsed();
    assert!(took < DRAINED, "it was waited for: {took:?}");
}

#[actix_web::test]
async fn a_server_serves_on_when_nobody_reads_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("LOG", "debug".to_owned())];
    let mut server = process::Process::unread(folder.path(), &settings);
    // Each is a line of the log.
    for path in ["/readyz", "/api/v1/me", "/readyz"] {
        let reply = Request::new("GET", path).ask(&server.base).await;
        assert!([200, 401].contains(&reply.status), "{reply:?}");
    }
    assert_eq!(server.stop(), Some(0));
}

#[actix_web::test]
async fn nonsense_from_outside_is_no_error_in_the_log() {
    let server = Process::start("");
    for nonsense in [
        b"\x16\x03\x01 TLS, perhaps\r\n\r\n".as_slice(),
        b"GET / HTTP/9\r\n\r\n",
    ] {
        let mut wire = Wire::to(&server.base).await;
        wire.send(nonsense).await;
        assert!(wire.ended().await, "it is let go");
    }
    let reply = Request::new("GET", "/healthz").ask(&server.base).await;
    assert_eq!(reply.status, 200);
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}
