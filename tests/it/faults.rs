//! Kill any one thing, and see what is left.

use serde_json::{Value, json};
use switchboard::dispatch::redis::FORMAT;

use crate::harness::{World, client_id, settings, until, within};
use crate::person::Person;
use crate::process::Process;
use crate::proxy::Proxy;
use crate::queues::{all_is_told, is};
use crate::services;
use crate::socket::Socket;
use crate::wire::Request;

/// Settings that make clocks run fast enough for a test.
fn quick(settings: &mut switchboard::settings::Settings) {
    settings.lease_ms = 1_500;
    settings.reconcile_ms = 300;
    settings.position_check_ms = 300;
}

/// What SQL says of who serves whom.
async fn record(world: &World) -> String {
    let read = |conn: &mut switchboard::store::Conn| switchboard::store::line::everything(conn);
    format!("{:?}", world.nodes[0].app.store.read(read).await.unwrap())
}

/// How many stand in the line that Redis holds.
async fn in_redis(world: &World) -> i64 {
    let client = redis::Client::open(world.settings.redis_url.as_str()).unwrap();
    let mut link = client.get_multiplexed_async_connection().await.unwrap();
    let pattern = format!("{{{}}}:{FORMAT}:line:*", world.settings.redis_prefix);
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg(pattern)
        .query_async(&mut link)
        .await
        .unwrap();
    let mut count = 0;
    for key in keys {
        count += redis::cmd("ZCARD")
            .arg(key)
            .query_async::<i64>(&mut link)
            .await
            .unwrap();
    }
    count
}

#[actix_web::test]
async fn a_wiped_redis_changes_nothing_and_the_line_is_whole_again() {
    let Some(mut redis) = services::own_redis() else {
        return;
    };
    let url = redis.url();
    let Some(world) = World::services_with(3, |one| one.redis_url = url).await else {
        return;
    };
    let rep = world.rep(0, 2).await;
    let mut ids = Vec::new();
    for turn in 0..40 {
        ids.push(world.customer(turn).await.open().await);
    }
    // Not before the line has heard of all of them, else who is heard of first comes first.
    all_is_told(&world).await;
    let _socket = rep.socket().await;
    for id in &ids[..2] {
        is(&world, id, "active").await;
    }
    for round in 0..5 {
        let before = record(&world).await;
        redis.flush();
        assert_eq!(record(&world).await, before, "no row changes");
        let wiped = std::time::Instant::now();
        let waiting = 38 - round;
        until("a whole line", async || in_redis(&world).await == waiting).await;
        println!("whole again after {:?}", wiped.elapsed());
        assert_eq!(record(&world).await, before);
        // In the old order: the next in line is served when a slot is freed.
        rep.close(&ids[round as usize]).await.ok(200);
        let next = &ids[round as usize + 2];
        is(&world, next, "active").await;
    }
    // Killed and back empty.
    redis.kill();
    rep.close(&ids[5]).await.ok(200);
    is(&world, &ids[7], "active").await;
    redis.restart();
    until("a whole line", async || in_redis(&world).await == 32).await;
    rep.close(&ids[6]).await.ok(200);
    is(&world, &ids[8], "active").await;
    world.end().await;
}

#[actix_web::test]
async fn a_dead_nodes_reps_get_nothing_more() {
    let Some(mut world) = World::services_with(2, quick).await else {
        return;
    };
    let rep = world.rep(1, 5).await;
    let _socket = rep.socket().await;
    let first = world.customer(0).await.open().await;
    until("an assignment", async || {
        world.status(&first).await == "active"
    })
    .await;
    world.nodes.pop().unwrap().kill().await;
    let admin = world.admin().await;
    let died = std::time::Instant::now();
    until("the rep's absence", async || {
        admin.get("/api/v1/reps").await.ok(200)[0]["present"] == false
    })
    .await;
    println!("absent after {:?} with a lease of 1.5 s", died.elapsed());
    let second = world.customer(0).await.open().await;
    all_is_told(&world).await;
    assert_eq!(world.status(&second).await, "waiting");
    assert_eq!(
        world.status(&first).await,
        "active",
        "what he has stays his"
    );
    // He comes back through the node that lives.
    let _back = rep.at(world.base(0)).socket().await;
    until("his return", async || {
        world.status(&second).await == "active"
    })
    .await;
    world.end().await;
}

#[actix_web::test]
async fn a_node_that_was_struck_out_writes_itself_down_again() {
    let Some(world) = World::services_with(2, quick).await else {
        return;
    };
    let rep = world.rep(0, 5).await;
    let _socket = rep.socket().await;
    // An admin's socket is nobody's presence; it must not be in the way.
    let _watching = world.admin().await.socket().await;
    let node = world.nodes[0].app.node;
    let strike = move |conn: &mut switchboard::store::Conn| {
        switchboard::store::reps::delete_sessions_of_node(conn, node)?;
        Ok(switchboard::store::nodes::delete(conn, node)?)
    };
    world.nodes[0].app.store.write(strike).await.unwrap();
    let admin = world.admin().await;
    until("its return", async || {
        admin.get("/api/v1/reps").await.ok(200)[0]["present"] == true
    })
    .await;
    let id = world.customer(1).await.open().await;
    until("an assignment", async || {
        world.status(&id).await == "active"
    })
    .await;
    world.end().await;
}

/// Two nodes in the middle of a conversation over both, whose Redis neither takes nor gives any
/// more: what is said is stored, and found by the position check.
struct Unheard {
    redis: services::OwnedRedis,
    world: World,
    rep: Person,
    ann: Person,
    id: String,
    socket: Socket,
    rep_socket: Socket,
}

impl Unheard {
    async fn begin() -> Option<Self> {
        let redis = services::own_redis()?;
        let url = redis.url();
        let change = |one: &mut switchboard::settings::Settings| {
            quick(one);
            one.redis_url = url;
        };
        let world = World::services_with(2, change).await?;
        let (rep, ann) = (world.rep(0, 1).await, world.customer(1).await);
        let id = ann.open().await;
        let (mut socket, mut rep_socket) = (ann.socket().await, rep.socket().await);
        socket.event("assigned").await;
        rep_socket.wait("assigned").await;
        redis.pause();
        Some(Self {
            redis,
            world,
            rep,
            ann,
            id,
            socket,
            rep_socket,
        })
    }
}

#[actix_web::test]
async fn a_lost_doorbell_is_a_delay_and_never_a_loss() {
    let Some(scene) = Unheard::begin().await else {
        return;
    };
    let Unheard {
        redis,
        world,
        id,
        mut socket,
        mut rep_socket,
        ..
    } = scene;
    rep_socket.send(&id, &client_id(), "do you hear me?").await;
    assert_eq!(rep_socket.wait("ack").await["seq"], 3);
    let heard = socket.event("message").await;
    assert_eq!((&heard["seq"], &heard["after"]), (&json!(3), &json!(2)));
    redis.resume();
    world.end().await;
}

#[actix_web::test]
async fn a_doorbell_that_died_without_a_word_is_heard_again() {
    let Some(redis) = services::redis() else {
        return;
    };
    let proxy = Proxy::before(redis.port(), &["SUBSCRIBE"]).await;
    let world = World::services_with(2, |one| {
        one.redis_url = format!("redis://127.0.0.1:{}", proxy.port);
        // What is heard here is heard from the doorbell.
        one.position_check_ms = 3_600_000;
    });
    let Some(world) = world.await else { return };
    let (rep, ann) = (world.rep(0, 1).await, world.customer(1).await);
    let id = ann.open().await;
    let (mut socket, mut rep_socket) = (ann.socket().await, rep.socket().await);
    socket.event("assigned").await;
    rep_socket.wait("assigned").await;
    proxy.silence();
    for (text, seq) in [("do you hear me?", 3), ("and now?", 4)] {
        rep_socket.send(&id, &client_id(), text).await;
        assert_eq!(socket.event("message").await["seq"], seq);
    }
    world.end().await;
}

#[actix_web::test]
async fn presence_that_was_lost_on_the_way_is_mended_with_the_lease() {
    let Some(world) = World::services_with(1, quick).await else {
        return;
    };
    let (rep, gone) = (world.rep(0, 5).await, world.rep(0, 5).await);
    let _socket = rep.socket().await;
    // As if his arrival had not been stored, and another's leaving neither.
    let (here, node) = (gone.id, world.nodes[0].app.node);
    let muddle = move |conn: &mut switchboard::store::Conn| {
        use switchboard::store::reps;
        reps::delete_sessions_of_node(conn, node)?;
        let socket = switchboard::words::SocketId::new();
        Ok(reps::insert_session(conn, socket, here, node, 0)?)
    };
    world.nodes[0].app.store.write(muddle).await.unwrap();
    let admin = world.admin().await;
    until("the truth", async || {
        let list = admin.get("/api/v1/reps").await.ok(200);
        let present = |id: switchboard::words::UserId| {
            let mine = |one: &&Value| one["id"] == json!(id);
            list.as_array().unwrap().iter().find(mine).unwrap()["present"] == true
        };
        present(rep.id) && !present(gone.id)
    })
    .await;
    let id = world.customer(0).await.open().await;
    until("an assignment", async || {
        world.status(&id).await == "active"
    })
    .await;
    world.end().await;
}

#[actix_web::test]
async fn an_end_that_nobody_rang_for_is_told_all_the_same() {
    let Some(scene) = Unheard::begin().await else {
        return;
    };
    let Unheard {
        redis,
        world,
        rep,
        ann,
        id,
        mut socket,
        rep_socket: _rep_socket,
    } = scene;
    rep.close(&id).await.ok(200);
    assert_eq!(socket.event("closed").await["seq"], 3);
    redis.resume();
    // What was held up comes before what is rung from now on.
    let mut bob = world.customer(1).await;
    let mut heard = bob.socket().await;
    bob.base = world.base(0);
    bob.open().await;
    heard.event("opened").await;
    // Somebody who comes later does not get what he never knew.
    let (mut later, ready) = ann.resume(json!({})).await;
    assert_eq!(ready["conversations"], json!([]));
    let second = ann.open().await;
    let next = later.event("opened").await;
    assert_eq!(next["conversation"], second);
    world.end().await;
}

#[actix_web::test]
async fn a_redis_that_only_reads_is_away() {
    let Some(redis) = services::own_redis() else {
        return;
    };
    let url = redis.url();
    let world = World::services_with(2, |one| one.redis_url = url.clone()).await;
    let Some(world) = world else { return };
    let client = redis::Client::open(url.as_str()).unwrap();
    let mut link = client.get_multiplexed_async_connection().await.unwrap();
    let set = async |link: &mut redis::aio::MultiplexedConnection, value: &str| {
        let mut set = redis::cmd("CONFIG");
        set.arg("SET").arg("maxmemory").arg(value);
        set.exec_async(link).await.unwrap();
    };
    let rep = world.rep(0, 3).await;
    let _socket = rep.socket().await;
    set(&mut link, "1").await;
    for turn in 0..2 {
        let id = world.customer(turn).await.open().await;
        until("service without Redis", async || {
            world.status(&id).await == "active"
        })
        .await;
    }
    set(&mut link, "0").await;
    let id = world.customer(1).await.open().await;
    until("service with Redis", async || {
        world.status(&id).await == "active"
    })
    .await;
    world.end().await;
}

#[actix_web::test]
async fn a_node_starts_without_redis_and_goes_back_to_it() {
    let Some(mut redis) = services::own_redis() else {
        return;
    };
    redis.kill();
    let url = redis.url();
    let world = World::services_with(1, |one| {
        quick(one);
        one.redis_url = url;
    });
    let Some(world) = world.await else { return };
    let ready = async || Request::new("GET", "/readyz").ask(&world.base(0)).await;
    let degraded = ready().await;
    assert_eq!((degraded.status, degraded.text.trim()), (200, "degraded"));
    let rep = world.rep(0, 1).await;
    let _socket = rep.socket().await;
    let served = world.customer(0).await.open().await;
    is(&world, &served, "active").await;
    let waits = world.customer(0).await.open().await;
    redis.restart();
    until("its return", async || ready().await.text.trim() == "ready").await;
    until("a line in Redis", async || in_redis(&world).await == 1).await;
    rep.close(&served).await.ok(200);
    is(&world, &waits, "active").await;
    world.end().await;
}

#[actix_web::test]
async fn a_redis_that_is_there_and_not_ours_stops_the_start() {
    let Some(redis) = services::redis() else {
        return;
    };
    let with = |user: &str| format!("redis://{user}@127.0.0.1:{}", redis.port());
    for wrong in ["nonsense".into(), with(":wrong"), with("nobody:wrong")] {
        let opened = switchboard::shared_redis::SharedRedis::open(&wrong, "").await;
        let error = format!("{:#}", opened.err().expect("refused"));
        assert!(error.contains("redis"), "{wrong}: {error}");
    }
}

#[actix_web::test]
async fn a_redis_that_answers_with_errors_is_away_until_its_line_works_again() {
    let Some(world) = World::services_with(2, quick).await else {
        return;
    };
    let url = world.settings.redis_url.as_str();
    let client = redis::Client::open(url).unwrap();
    let mut link = client.get_multiplexed_async_connection().await.unwrap();
    let rep = world.rep(0, 3).await;
    let _socket = rep.socket().await;
    let metrics = world.nodes.iter().map(|node| &node.app.metrics);
    let metrics: Vec<_> = metrics.collect();
    let before: Vec<u64> = metrics.iter().map(|one| one.fills.get()).collect();
    // It takes every SET, and so looks well; but no step of the line succeeds.
    let spoilt = format!("{{{}}}:{FORMAT}:hot", world.settings.redis_prefix);
    let mut spoil = redis::cmd("SET");
    spoil.arg(&spoilt).arg("?");
    spoil.exec_async(&mut link).await.unwrap();
    for turn in 0..8 {
        let id = world.customer(turn).await.open().await;
        until("service without Redis", async || {
            world.status(&id).await == "active"
        })
        .await;
        assert!(metrics.iter().any(|one| one.standby.get() == 1));
        rep.close(&id).await.ok(200);
    }
    until("both on their own, filled once", async || {
        let mut both = metrics.iter().zip(&before);
        both.all(|(one, before)| one.standby.get() == 1 && one.fills.get() == before + 1)
    })
    .await;

    // A step that failed half-way has left halves, so all of it goes.
    let pattern = format!("{{{}}}:*", world.settings.redis_prefix);
    let mut keys = redis::cmd("KEYS");
    let keys: Vec<String> = keys.arg(pattern).query_async(&mut link).await.unwrap();
    let mut wipe = redis::cmd("DEL");
    wipe.arg(keys).exec_async(&mut link).await.unwrap();
    until("their return", async || {
        metrics.iter().all(|one| one.standby.get() == 0)
    })
    .await;
    for turn in 0..5 {
        let id = world.customer(turn).await.open().await;
        if turn < 3 {
            is(&world, &id, "active").await;
        }
    }
    until("a line in Redis", async || in_redis(&world).await == 2).await;
    world.end().await;
}

#[actix_web::test]
async fn a_vital_task_that_panics_ends_its_node_and_nobody_is_left_hanging() {
    let mut world = World::embedded().await;
    let mut socket = world.customer(0).await.socket().await;
    let mut node = world.nodes.pop().unwrap();
    node.vital
        .spawn("broken on purpose", async { panic!("the panic of a test") });
    let ended = within("its end", node.run(std::future::pending())).await;
    let error = ended.unwrap_err().to_string();
    assert!(error.contains("broken on purpose"), "{error}");
    assert_eq!(socket.wait("bye").await["reason"], "restart");
}

#[actix_web::test]
async fn a_node_that_cannot_write_any_more_ends() {
    use futures_util::FutureExt;
    /// What a write answers; if nobody wants the answer, the thread that writes drops it.
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            if std::thread::current().name() == Some("writer") {
                panic!("the panic of a test");
            }
        }
    }
    let mut world = World::embedded().await;
    let node = world.nodes.pop().unwrap();
    let store = node.app.store.clone();
    let (go, gate) = std::sync::mpsc::channel();
    let gate = std::sync::Mutex::new(gate);
    let waits = store.write(move |_| {
        gate.lock().unwrap().recv().unwrap();
        Ok(Bomb)
    });
    assert!(waits.now_or_never().is_none());
    go.send(()).unwrap();
    within("the end of the writer", store.writer_ended()).await;
    let answer = store.write(|_| Ok(())).await.unwrap_err();
    assert_eq!(
        answer.code.as_str(),
        "unavailable",
        "trying again is no help"
    );
    let ended = within("its end", node.run(std::future::pending())).await;
    let error = ended.unwrap_err().to_string();
    assert!(error.contains("`writer`"), "{error}");
}

/// Signs a customer up over HTTP, as a client of a process must.
pub async fn register(base: &str, name: &str) -> Person {
    let body = json!({ "username": name, "password": "correct horse" });
    signed_in(base, "/api/v1/customers", body).await
}

async fn signed_in(base: &str, path: &str, body: Value) -> Person {
    let nobody = Person::new(
        switchboard::words::UserId::new(),
        "".into(),
        base.into(),
        "".into(),
    );
    let answer = nobody.post(path, body).await.ok(201);
    let id = answer["user"]["id"].as_str().unwrap().parse().unwrap();
    let name = answer["user"]["display_name"].as_str().unwrap().to_owned();
    Person::new(
        id,
        name,
        base.into(),
        answer["access_token"].as_str().unwrap().to_owned(),
    )
}

/// The first admin and a rep of a fresh process.
pub async fn staff(process: &Process) -> (Person, Person) {
    let token = process
        .welcome
        .split("setup=")
        .nth(1)
        .unwrap()
        .trim()
        .to_owned();
    let body = json!({ "token": token, "username": "admin", "password": "correct horse" });
    let admin = signed_in(&process.base, "/api/v1/setup", body).await;
    let body = json!({ "username": "rep", "password": "correct horse", "capacity": 1 });
    admin.post("/api/v1/reps", body).await.ok(201);
    let body = json!({ "login": "rep", "password": "correct horse" });
    let answer = admin.post("/api/v1/sessions", body).await.ok(200);
    let token = answer["access_token"].as_str().unwrap().to_owned();
    let id = answer["user"]["id"].as_str().unwrap().parse().unwrap();
    (
        admin,
        Person::new(id, "rep".into(), process.base.clone(), token),
    )
}

/// Sends until the server is gone, and says so when `ENOUGH` are acknowledged; answers the client
/// ids that were, with their seqs.
async fn send_until_gone(
    socket: &mut Socket,
    id: &str,
    enough: std::sync::mpsc::Sender<()>,
) -> Vec<(Value, Value)> {
    let mut acked = Vec::new();
    for n in 0.. {
        socket.send(id, &client_id(), &format!("message {n}")).await;
        let frame = socket
            .wait_for(|frame| frame["type"] == "ack" || frame["type"] == "gone")
            .await;
        if frame["type"] == "gone" {
            break;
        }
        acked.push((frame["client_id"].clone(), frame["seq"].clone()));
        if acked.len() == ENOUGH {
            enough.send(()).unwrap();
        }
    }
    acked
}

/// So many messages are acknowledged before the process is killed.
const ENOUGH: usize = 20;

async fn killed_in_the_middle(start: impl Fn() -> Process, survivor: Option<Process>) {
    let mut process = start();
    let (_, rep) = staff(&process).await;
    let ann = register(&process.base, "ann").await;
    let id = ann.open().await;
    let mut rep_socket = rep.socket().await;
    rep_socket.wait("assigned").await;
    let mut socket = ann.socket().await;
    let pid = process.id();
    // From another thread, so that the sending goes on until the very moment.
    let (enough, killed_after) = std::sync::mpsc::channel();
    let killer = std::thread::spawn(move || {
        let _ = killed_after.recv();
        let _ = std::process::Command::new("kill")
            .args(["-9", &pid.to_string()])
            .status();
    });
    let acked = send_until_gone(&mut socket, &id, enough).await;
    killer.join().unwrap();
    process.kill();
    assert!(acked.len() >= ENOUGH);
    println!("{} acknowledged before the kill", acked.len());

    let process = match survivor {
        Some(survivor) => survivor,
        None => start(),
    };
    let ann = ann.at(process.base.clone());
    let (_socket, ready) = ann.resume(json!({})).await;
    assert_eq!(ready["conversations"][0]["status"], "active");
    let log = ann.log(&id).await;
    for (client_id, seq) in &acked {
        let found = log.iter().filter(|event| event["client_id"] == *client_id);
        let seqs: Vec<&Value> = found.map(|event| &event["seq"]).collect();
        assert_eq!(seqs, [seq], "acknowledged, so it is there, once");
    }
    let dense = log.iter().zip(1..).all(|(event, seq)| event["seq"] == seq);
    assert!(dense, "without holes");
    rep.at(process.base.clone()).close(&id).await.ok(200);
}

#[actix_web::test]
async fn what_was_acknowledged_survives_kill_9_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    killed_in_the_middle(|| Process::start(folder.path(), &[]), None).await;
    let doctor = std::process::Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .arg("doctor")
        .env("SWITCHBOARD_DATA_DIR", folder.path())
        .output()
        .unwrap();
    assert!(
        doctor.status.success(),
        "{}",
        String::from_utf8_lossy(&doctor.stdout)
    );
}

#[actix_web::test]
async fn what_was_acknowledged_survives_kill_9_of_a_node() {
    let Some((postgres, redis)) = services::both() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let base = settings(folder.path());
    let variables = [
        ("DATABASE_URL", postgres.database()),
        ("REDIS_URL", redis.url()),
        (
            "REDIS_PREFIX",
            format!("test-{}", uuid::Uuid::now_v7().simple()),
        ),
        ("SECRET", base.secret),
    ];
    let survivor = Process::start(folder.path(), &variables);
    killed_in_the_middle(|| Process::start(folder.path(), &variables), Some(survivor)).await;
}
