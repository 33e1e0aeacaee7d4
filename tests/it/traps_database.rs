//! A database that is locked, and one that does not answer at all: everyone is told in time,
//! nothing piles up, and all is well again when it is back.

use std::time::{Duration, Instant};

use serde_json::json;
use switchboard::store::{Conn, Options, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::cost::Process;
use crate::counted::UNCOUNTED;
use crate::doctor::tamper;
use crate::harness::{World, client_id, until};
use crate::person::Person;
use crate::process;
use crate::proxy::Proxy;
use crate::services;
use crate::wire::{Reply, Request};

/// How long anyone may be kept waiting: a few times as long as the server waits for the database.
const BOUND: Duration = Duration::from_secs(18);

/// Passes bytes on to PostgreSQL, until it is told to hold them: to the server that is a
/// database stopped in its tracks, while those of other tests go on.
struct Valve {
    port: u16,
    open: watch::Sender<bool>,
    door: JoinHandle<()>,
}

impl Valve {
    async fn before(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (open, gate) = watch::channel(true);
        let door = tokio::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                let to = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
                let ((from_read, from_write), (to_read, to_write)) =
                    (from.into_split(), to.into_split());
                tokio::spawn(pass(from_read, to_write, gate.clone()));
                tokio::spawn(pass(to_read, from_write, gate.clone()));
            }
        });
        Self { port, open, door }
    }
}

async fn pass(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut gate: watch::Receiver<bool>,
) {
    let mut bytes = vec![0; 16_384];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if gate.wait_for(|open| *open).await.is_err() {
            return;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

/// A crowd that reads, writes and opens, all at once; and how long the slowest waited.
async fn crowd(who: &Person, conversation: &str) -> (Vec<Reply>, Duration) {
    let begun = Instant::now();
    let asking = (0..60).map(|turn| {
        let request = match turn % 3 {
            0 => Request::new("GET", "/api/v1/me"),
            1 => {
                let path = format!("/api/v1/conversations/{conversation}/messages");
                let body = json!({ "client_id": client_id(), "text": "x" });
                Request::new("POST", &path).json(&body)
            }
            _ => {
                let body = json!({ "client_id": client_id() });
                Request::new("POST", "/api/v1/conversations").json(&body)
            }
        };
        let request = request.token(&who.token);
        async move { request.ask(&who.base).await }
    });
    let replies = futures_util::future::join_all(asking).await;
    (replies, begun.elapsed())
}

#[track_caller]
fn told_in_time(replies: &[Reply], took: Duration) {
    assert!(took < BOUND, "{took:?}");
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        let code = reply.body()["code"].as_str().unwrap_or_default().to_owned();
        assert_eq!(reply.status, 503, "{reply:?}");
        assert!(
            ["overloaded", "unavailable"].contains(&code.as_str()),
            "{reply:?}"
        );
        assert!(reply.header("retry-after").is_some(), "{reply:?}");
    }
}

#[actix_web::test]
async fn a_database_that_hangs_is_not_waited_for() {
    let Some(postgres) = services::postgres() else {
        return;
    };
    let valve = Valve::before(postgres.port()).await;
    let (old, new) = (
        format!(":{}/", postgres.port()),
        format!(":{}/", valve.port),
    );
    let world = World::services_with(1, |one| {
        one.database_url = one.database_url.replace(&old, &new);
        one.open_per_customer_max = 1_000;
    });
    let Some(world) = world.await else { return };
    let ann = world.customer(0).await;
    let id = ann.open().await;

    valve.open.send(false).unwrap();
    for _ in 0..2 {
        let (replies, took) = crowd(&ann, &id).await;
        assert!(
            replies.iter().all(|reply| reply.status == 503),
            "{replies:?}"
        );
        told_in_time(&replies, took);
    }
    // What needs no database is answered meanwhile.
    let alive = Request::new("GET", "/healthz").ask(&ann.base).await;
    assert_eq!(alive.status, 200);
    valve.open.send(true).unwrap();
    until("its recovery", async || {
        Request::new("GET", "/readyz").ask(&ann.base).await.status == 200
    })
    .await;
    until("all of it again", async || {
        let (replies, _) = crowd(&ann, &id).await;
        replies.iter().all(|reply| reply.status < 300)
    })
    .await;
    let log = ann.log(&id).await;
    let seqs: Vec<i64> = log.iter().filter_map(|one| one["seq"].as_i64()).collect();
    assert!(
        seqs.iter().copied().eq(1..=seqs.len() as i64),
        "no holes: {seqs:?}"
    );
    world.end().await;
}

#[actix_web::test]
async fn a_stop_does_not_wait_for_a_database_that_hangs() {
    let Some((postgres, redis)) = services::both() else {
        return;
    };
    let valve = Valve::before(postgres.port()).await;
    let (old, new) = (
        format!(":{}/", postgres.port()),
        format!(":{}/", valve.port),
    );
    let folder = tempfile::tempdir().unwrap();
    let prefix = format!("test-{}", uuid::Uuid::now_v7().simple());
    let settings = [
        ("DATABASE_URL", postgres.database().replace(&old, &new)),
        ("REDIS_URL", redis.url()),
        ("REDIS_PREFIX", prefix),
        (
            "SECRET",
            "a secret for tests, of more than 32 characters".into(),
        ),
        ("DRAIN_MS", "500".into()),
    ];
    // The valve carries its bytes meanwhile.
    let path = folder.path().to_owned();
    let start = move || process::Process::start(&path, &settings);
    let mut process = tokio::task::spawn_blocking(start).await.unwrap();
    valve.open.send(false).unwrap();
    let begun = Instant::now();
    let stopped = tokio::task::spawn_blocking(move || process.stop());
    assert_eq!(stopped.await.unwrap(), Some(0));
    let most = Duration::from_millis(500) + switchboard::server::REST_OF_STOP;
    assert!(
        begun.elapsed() < most + Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}

#[actix_web::test]
async fn a_lock_of_somebody_else_is_not_waited_for() {
    let world = World::services_with(1, |one| one.open_per_customer_max = 1_000);
    let Some(world) = world.await else { return };
    let (ann, ben) = (world.customer(0).await, world.customer(0).await);
    let (hers, his) = (ann.open().await, ben.open().await);
    let url = &world.settings.database_url;
    let mut client = services::client(url).await;
    let lock = client.transaction().await.unwrap();
    let locked = format!("SELECT 1 FROM heads WHERE conversation_id = '{hers}' FOR UPDATE");
    lock.batch_execute(&locked).await.unwrap();

    let path = format!("/api/v1/conversations/{hers}/messages");
    let body = json!({ "client_id": client_id(), "text": "while it is locked" });
    let ask = || Request::new("POST", &path).token(&ann.token).json(&body);
    let begun = Instant::now();
    let sending = futures_util::future::join_all((0..20).map(|_| {
        let (request, base) = (ask(), &ann.base);
        async move { request.ask(base).await }
    }));
    let reply = sending.await;
    assert!(reply.iter().all(|reply| reply.status == 503), "{reply:?}");
    told_in_time(&reply, begun.elapsed());
    // Who has nothing to do with it reads and writes as ever, also while one waits for the lock.
    ben.get(&format!("/api/v1/conversations/{his}"))
        .await
        .ok(200);
    let (waits, _) = futures_util::future::join(ask().ask(&ann.base), async {
        ben.say(&his, "meanwhile").await;
    })
    .await;
    assert_eq!(waits.status, 503, "{waits:?}");
    assert_eq!(
        world.nodes[0].app.metrics.errors.get(),
        0,
        "no failure of ours"
    );

    lock.rollback().await.unwrap();
    until("its turn", async || ask().ask(&ann.base).await.status < 300).await;
    ben.say(&his, "and the others").await;
    let stored = ann.log(&hers).await;
    let written = stored.iter().filter(|one| one["kind"] == "message").count();
    assert_eq!(written, 1, "stored once for all those tries");
    world.end().await;
}

#[actix_web::test]
async fn a_database_file_that_was_deleted_takes_nothing_more_and_the_log_says_so() {
    let server = Process::start("reconcile_ms = 100");
    let ann = server.customer().await;
    let open = async || {
        let body = json!({ "client_id": client_id() });
        let request = Request::new("POST", "/api/v1/conversations").token(&ann);
        request.json(&body).ask(&server.base).await
    };
    let ready = async || Request::new("GET", "/readyz").ask(&server.base).await;
    assert_eq!((open().await.status, ready().await.status), (201, 200));

    let (data, aside) = (server.data(), server.data().with_extension("aside"));
    std::fs::rename(&data, &aside).unwrap();
    let not_ready = ready().await;
    assert_eq!(not_ready.status, 503);
    assert!(not_ready.text.contains("database file"), "{not_ready:?}");
    assert_eq!(open().await.told(), "503 unavailable");
    assert!(server.log().contains("deleted or replaced"));
    // Another file of that name is not the one that is open.
    std::fs::create_dir(&data).unwrap();
    std::fs::copy(aside.join("switchboard.db"), data.join("switchboard.db")).unwrap();
    assert_eq!((open().await.status, ready().await.status), (503, 503));
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::rename(&aside, &data).unwrap();
    assert_eq!((open().await.status, ready().await.status), (201, 200));

    // Nobody has to ask: the server looks by itself.
    let said = |log: String| log.matches("deleted or replaced").count();
    std::fs::remove_dir_all(&data).unwrap();
    until("a second word", async || said(server.log()) == 2).await;
}

#[actix_web::test]
async fn what_was_acknowledged_is_there_when_the_database_file_is_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("RECONCILE_MS", "100".into())];
    let mut process = process::Process::start(folder.path(), &settings);
    let body = json!({ "username": "ann", "password": "correct horse" });
    let register = Request::new("POST", "/api/v1/customers").json(&body);
    let made = register.ask(&process.base).await.body();
    let ann = made["access_token"].as_str().unwrap();
    let body = json!({ "client_id": client_id(), "subject": "is it still there?" });
    let open = Request::new("POST", "/api/v1/conversations").token(ann);
    let opened = open.json(&body).ask(&process.base).await.body();
    let path = format!("/api/v1/conversations/{}", opened["id"].as_str().unwrap());
    let read = async |base: &str| Request::new("GET", &path).token(ann).ask(base).await;

    // The file alone: what was written last lies beside it.
    let (file, aside) = (
        folder.path().join("switchboard.db"),
        folder.path().join("aside"),
    );
    let log = folder.path().join("switchboard.db-wal");
    let written = std::fs::metadata(&log).unwrap().len();
    std::fs::rename(&file, &aside).unwrap();
    // More at once than there are connections open.
    for _ in 0..3 {
        let reads = (0..40).map(|_| read(&process.base));
        for reply in futures_util::future::join_all(reads).await {
            assert_eq!(reply.told(), "503 unavailable");
        }
    }
    assert!(!file.exists(), "nothing is put in its place");
    let left = std::fs::metadata(&log).unwrap().len();
    assert!(left >= written && written > 0, "{left} of {written} bytes");
    std::fs::rename(&aside, &file).unwrap();
    let same = |reply: Reply| assert_eq!(reply.body()["subject"], opened["subject"], "{reply:?}");
    same(read(&process.base).await);
    process.kill();
    let again = process::Process::start(folder.path(), &settings);
    same(read(&again.base).await);
}

#[actix_web::test]
async fn after_a_stop_the_file_alone_is_the_whole_database() {
    let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut server = process::Process::start(folder.path(), &[]);
    let body = json!({ "username": "ann", "password": "correct horse" });
    let register = Request::new("POST", "/api/v1/customers").json(&body);
    assert_eq!(register.ask(&server.base).await.status, 201);
    assert_eq!(server.stop(), Some(0));

    let file = "switchboard.db";
    std::fs::copy(folder.path().join(file), copy.path().join(file)).unwrap();
    let again = process::Process::start(copy.path(), &[]);
    let body = json!({ "login": "ann", "password": "correct horse" });
    let sign_in = Request::new("POST", "/api/v1/sessions").json(&body);
    assert_eq!(sign_in.ask(&again.base).await.status, 200);
}

/// Registers on a node whose PostgreSQL commits what these words say, and whose answer to that
/// is lost.
async fn register_unanswered(words: &'static [&'static str]) {
    let Some(postgres) = services::postgres() else {
        return;
    };
    let proxy = Proxy::before(postgres.port(), words).await;
    let (old, new) = (
        format!(":{}/", postgres.port()),
        format!(":{}/", proxy.port),
    );
    let world = World::services_with(1, |one| {
        // In plain, so that the proxy can read along.
        one.database_url = one.database_url.replace(&old, &new) + "?sslmode=disable";
    });
    let Some(world) = world.await else { return };
    proxy.lose_next_answer();
    let body = json!({ "username": "ann", "password": "correct horse" });
    let request = Request::new("POST", "/api/v1/customers").json(&body);
    let reply = request.ask(&world.base(0)).await;
    assert!(proxy.has_lost(), "no answer was lost");
    assert_eq!(reply.status, 201, "{reply:?}");
    // Somebody else of that name is refused as ever.
    let reply = request.ask(&world.base(0)).await;
    assert_eq!(reply.told(), "409 username_taken");
    world.end().await;
}

#[actix_web::test]
async fn a_registration_whose_commit_was_not_answered_is_done() {
    register_unanswered(&["INSERT INTO \"users\"", "COMMIT"]).await;
}

#[actix_web::test]
async fn a_login_whose_commit_was_not_answered_has_begun() {
    register_unanswered(&["INSERT INTO \"sessions\"", "COMMIT"]).await;
}

#[actix_web::test]
async fn a_full_disk_is_called_by_its_name_and_the_node_is_not_ready() {
    let world = World::embedded_with(|one| one.lease_ms = 300).await;
    let ann = world.customer(0).await;
    let id = ann.open().await;
    let ready = async || Request::new("GET", "/readyz").ask(&world.base(0)).await;
    let run = async |sql: &'static str| {
        let store = &world.nodes[0].app.store;
        store
            .write(move |conn| Ok(conn.execute(sql)?))
            .await
            .unwrap();
    };
    let say = async || {
        let path = format!("/api/v1/conversations/{id}/messages");
        let body = json!({ "client_id": client_id(), "text": "x".repeat(8_000) });
        ann.post(&path, body).await
    };
    // The file may not grow any more.
    run("PRAGMA max_page_count = 1").await;
    until("a refusal", async || say().await.status == 503).await;
    let refused = say().await;
    assert!(
        refused
            .body
            .to_string()
            .contains("disk of the database is full"),
        "{refused:?}"
    );
    run("PRAGMA max_page_count = 4294967294").await;
    say().await.ok(201);

    // Nothing can be written at all.
    until("a ready node", async || ready().await.status == 200).await;
    run("CREATE TRIGGER full BEFORE UPDATE ON nodes BEGIN
         SELECT RAISE(ABORT, 'database or disk is full'); END")
    .await;
    until("an honest answer", async || ready().await.status == 503).await;
    run("DROP TRIGGER full").await;
    until("its recovery", async || ready().await.status == 200).await;
    world.end().await;
}

#[actix_web::test]
async fn a_database_that_is_away_is_said_once_and_in_our_words() {
    let Some((postgres, redis)) = services::both() else {
        return;
    };
    let valve = Valve::before(postgres.port()).await;
    let direct = postgres.database();
    let (old, new) = (
        format!(":{}/", postgres.port()),
        format!(":{}/", valve.port),
    );
    let (url, redis) = (direct.replace(&old, &new), redis.url());
    let prefix = uuid::Uuid::now_v7().simple();
    let settings = format!(
        "database_url = {url:?}\nredis_url = {redis:?}\nredis_prefix = \"test-{prefix}\"\n\
         secret = \"a secret for tests, of more than 32 characters\"\nreconcile_ms = 100"
    );
    let start = move || Process::start(&settings);
    let server = tokio::task::spawn_blocking(start).await.unwrap();
    valve.door.abort();
    let client = services::client(&direct).await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let ready = async || Request::new("GET", "/readyz").ask(&server.base).await;
    // One that is just being opened is not seen the first time.
    until("the loss", async || {
        client.batch_execute(end).await.unwrap();
        ready().await.status == 503
    })
    .await;
    for _ in 0..2 {
        assert_eq!(ready().await.status, 503);
    }
    let log = server.log();
    let said = log.matches("the database cannot be connected to").count();
    assert_eq!(said, 1, "{log}");
    assert!(!log.contains("r2d2"), "{log}");
}

/// What SQLite's log holds comes into the file by itself, although no commit copies it.
#[actix_web::test]
async fn the_log_of_sqlite_comes_into_its_file_beside_the_commits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("switchboard.db");
    let options = Options {
        url: format!("sqlite:{}", path.display()),
        connections: 1,
    };
    let store = Store::open(&options).unwrap();
    let mark = b"a mark in the file";
    let write = |conn: &mut Conn| {
        conn.execute("CREATE TABLE marks_of_a_test (mark TEXT)")?;
        Ok(conn.execute("INSERT INTO marks_of_a_test VALUES ('a mark in the file')")?)
    };
    store.write(write).await.unwrap();
    until("it is in the file", async || {
        let file = std::fs::read(&path).unwrap();
        file.windows(mark.len()).any(|window| window == mark)
    })
    .await;
}

#[actix_web::test]
async fn counting_at_the_start_goes_round_what_somebody_holds() {
    let world = World::services_with(1, |one| one.open_per_customer_max = 10).await;
    let Some(mut world) = world else { return };
    let ann = world.customer(0).await;
    let (held, other) = (ann.open().await, ann.open().await);
    for id in [&held, &other] {
        ann.say(id, "one").await;
        tamper(&world, UNCOUNTED, &[id.parse().unwrap()]).await;
    }
    let url = world.settings.database_url.clone();
    let (mut client, looking) = (services::client(&url).await, services::client(&url).await);
    let lock = client.transaction().await.unwrap();
    let locked = format!("SELECT 1 FROM heads WHERE conversation_id = '{held}' FOR UPDATE");
    lock.batch_execute(&locked).await.unwrap();
    let counted = format!(
        "SELECT 1 FROM heads WHERE conversation_id = '{other}' AND messages + others = last_seq"
    );
    let release = async {
        let is_counted = async || !looking.query(&counted, &[]).await.unwrap().is_empty();
        until("the other is counted", is_counted).await;
        lock.rollback().await.unwrap();
    };
    tokio::join!(world.add_node(), release);
    assert_eq!(world.broken().await, Vec::<String>::new());
    for id in [&held, &other] {
        assert_eq!(ann.view(id).await["last_seq"], 2);
        assert_eq!(ann.say(id, "two").await["seq"], 3, "no number is lost");
    }
    world.end().await;
}
