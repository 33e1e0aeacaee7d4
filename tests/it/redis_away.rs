//! Redis stopped, brought back old, and shared: the line is what SQL says, whatever Redis says.

use std::collections::HashMap;

use redis::aio::MultiplexedConnection;
use serde_json::json;
use switchboard::store::Conn;
use switchboard::store::waiting;
use switchboard::words::QueueId;

use crate::harness::{World, client_id, until};
use crate::queues::{all_is_told, is};
use crate::services;

/// A world of two nodes on this Redis.
async fn on(url: &str) -> Option<World> {
    let url = url.to_owned();
    World::services_with(2, |one| {
        one.redis_url = url;
        one.reconcile_ms = 500;
    })
    .await
}

async fn link(url: &str) -> MultiplexedConnection {
    let client = redis::Client::open(url).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

/// Every key of a world.
async fn keys(link: &mut MultiplexedConnection, world: &World) -> Vec<String> {
    let mut keys = redis::cmd("KEYS");
    keys.arg(format!("*{}*", world.settings.redis_prefix));
    keys.query_async(link).await.unwrap()
}

/// Who waits, in order: by SQL, and by the lines in Redis.
async fn lines(link: &mut MultiplexedConnection, world: &World) -> (Vec<String>, Vec<String>) {
    let read = |conn: &mut Conn| {
        let queue: QueueId = switchboard::store::queues::list(conn)?.remove(0).id;
        Ok(waiting::line(conn, queue, 1_000)?)
    };
    let by_sql = world.nodes[0].app.store.read(read).await.unwrap();
    let by_sql = by_sql.iter().map(|(id, ..)| id.to_string()).collect();
    let mut by_redis = Vec::new();
    for key in keys(link, world).await {
        if key.contains(":line:") {
            let mut range = redis::cmd("ZRANGE");
            range.arg(&key).arg(0).arg(-1);
            by_redis.extend(range.query_async::<Vec<String>>(link).await.unwrap());
        }
    }
    (by_sql, by_redis)
}

async fn the_line_is_whole(link: &mut MultiplexedConnection, world: &World) {
    until("the line in Redis is that of SQL", async || {
        let (by_sql, by_redis) = lines(link, world).await;
        by_sql == by_redis
    })
    .await;
}

#[actix_web::test]
async fn chats_go_on_without_redis_and_the_line_is_whole_when_it_is_back() {
    let Some(mut redis) = services::own_redis() else {
        return;
    };
    let url = redis.url();
    let Some(world) = on(&url).await else { return };
    let reps = [world.rep(0, 2).await, world.rep(1, 2).await];
    let _sockets = [reps[0].socket().await, reps[1].socket().await];
    let mut ids = Vec::new();
    for turn in 0..12 {
        ids.push(world.customer(turn).await.open().await);
    }
    let active = async || {
        let mut active = Vec::new();
        for id in &ids {
            if world.status(id).await == "active" {
                active.push(id.clone());
            }
        }
        active
    };
    until("four are served", async || active().await.len() == 4).await;
    redis.kill();
    let admin = world.admin().await;
    for _ in 0..5 {
        let served = active().await;
        admin.close(&served[0]).await.ok(200);
        until("the next one is served", async || {
            let now = active().await;
            now.len() == 4 && !now.contains(&served[0])
        })
        .await;
    }
    until("the nodes say so", async || {
        let mut nodes = world.nodes.iter();
        nodes.all(|node| node.app.metrics.standby.get() == 1)
    })
    .await;
    redis.restart();
    let mut link = link(&url).await;
    the_line_is_whole(&mut link, &world).await;
    until("the nodes are back", async || {
        let mut nodes = world.nodes.iter();
        nodes.all(|node| node.app.metrics.standby.get() == 0)
    })
    .await;
    let served = active().await;
    admin.close(&served[0]).await.ok(200);
    until("it goes on", async || active().await.len() == 4).await;
    world.end().await;
}

#[actix_web::test]
async fn an_old_dump_of_redis_is_mended_and_serves_nobody_twice() {
    let Some(redis) = services::own_redis() else {
        return;
    };
    let url = redis.url();
    let Some(world) = on(&url).await else { return };
    let rep = world.rep(0, 3).await;
    let mut ids = Vec::new();
    for turn in 0..9 {
        ids.push(world.customer(turn).await.open().await);
    }
    // Not before the line has heard of all of them, else who is heard of first comes first.
    all_is_told(&world).await;
    let _socket = rep.socket().await;
    let mut link = link(&url).await;
    for id in &ids[..3] {
        is(&world, id, "active").await;
    }
    all_is_told(&world).await;
    assert_eq!(lines(&mut link, &world).await.1.len(), 6);
    let mut dump: HashMap<String, Vec<u8>> = HashMap::new();
    for key in keys(&mut link, &world).await {
        let value: Option<Vec<u8>> = redis::cmd("DUMP")
            .arg(&key)
            .query_async(&mut link)
            .await
            .unwrap();
        dump.extend(value.map(|value| (key, value)));
    }
    for id in &ids[..3] {
        rep.close(id).await.ok(200);
    }
    for id in &ids[3..6] {
        is(&world, id, "active").await;
    }
    let late = world.customer(0).await.open().await;
    // As Redis comes back with what it had saved last.
    let mut restore = redis::pipe();
    restore.atomic();
    for key in keys(&mut link, &world).await {
        restore.del(key).ignore();
    }
    for (key, value) in &dump {
        restore
            .cmd("RESTORE")
            .arg(key)
            .arg(0)
            .arg(value.as_slice())
            .ignore();
    }
    restore.exec_async(&mut link).await.unwrap();
    the_line_is_whole(&mut link, &world).await;
    rep.close(&ids[3]).await.ok(200);
    until("the next one is served", async || {
        world.status(&ids[6]).await == "active"
    })
    .await;
    let admin = world.admin().await;
    for id in ids[..6].iter().chain([&late]) {
        let times = admin
            .kinds(id)
            .await
            .iter()
            .filter(|kind| *kind == "assigned")
            .count();
        assert!(times <= 1, "{id} was served {times} times");
    }
    assert_eq!(admin.get("/api/v1/reps").await.ok(200)[0]["load"], json!(3));
    world.end().await;
}

#[actix_web::test]
async fn two_installations_on_one_redis_never_touch_each_other() {
    let Some(redis) = services::own_redis() else {
        return;
    };
    let url = redis.url();
    let (Some(one), Some(two)) = (on(&url).await, on(&url).await) else {
        return;
    };
    let mut link = link(&url).await;
    let mut waiting = Vec::new();
    for (world, count) in [(&one, 3), (&two, 5)] {
        for turn in 0..count {
            waiting.push(world.customer(turn).await.open().await);
        }
    }
    the_line_is_whole(&mut link, &one).await;
    the_line_is_whole(&mut link, &two).await;
    let (mine, theirs) = (keys(&mut link, &one).await, keys(&mut link, &two).await);
    let all = redis::cmd("DBSIZE");
    let size: usize = all.query_async(&mut link).await.unwrap();
    assert_eq!(
        mine.len() + theirs.len(),
        size,
        "no key outside of the prefixes"
    );
    // The one's rep gets the one's customers, and none of the other's.
    let rep = one.rep(0, 100).await;
    let mut socket = rep.socket().await;
    let mut told = Vec::new();
    for _ in 0..3 {
        let id = socket.wait("assigned").await["conversation"]["id"].clone();
        told.push(id.as_str().unwrap().to_owned());
    }
    told.sort();
    assert_eq!(told, waiting[..3]);
    let fills = |world: &World| {
        world
            .nodes
            .iter()
            .map(|node| node.app.metrics.fills.get())
            .sum::<u64>()
    };
    let (filled, before) = (fills(&one), fills(&two));
    for key in keys(&mut link, &one).await {
        redis::cmd("DEL")
            .arg(key)
            .exec_async(&mut link)
            .await
            .unwrap();
    }
    until("the one fills its line again", async || {
        fills(&one) > filled
    })
    .await;
    assert_eq!(fills(&two), before, "the other has noticed nothing");
    let (by_sql, by_redis) = lines(&mut link, &two).await;
    assert_eq!((by_sql.len(), by_redis), (5, by_sql));
    one.end().await;
    two.end().await;
}

#[actix_web::test]
async fn a_wipe_is_noticed_when_nobody_does_anything() {
    let Some(redis) = services::own_redis() else {
        return;
    };
    let url = redis.url();
    // Nothing is compared meanwhile.
    let world = World::services_with(2, |one| {
        one.redis_url = url.clone();
        one.reconcile_ms = 600_000;
    });
    let Some(world) = world.await else { return };
    for turn in 0..4 {
        world.customer(turn).await.open().await;
    }
    let mut link = link(&redis.url()).await;
    the_line_is_whole(&mut link, &world).await;
    redis.flush();
    the_line_is_whole(&mut link, &world).await;
    world.end().await;
}

#[actix_web::test]
async fn redis_keeps_nothing_that_anybody_says_or_is_called() {
    let Some(redis) = services::own_redis() else {
        return;
    };
    let url = redis.url();
    let Some(world) = on(&url).await else {
        return;
    };
    let mut link = link(&url).await;
    let mut plainly = redis::cmd("CONFIG");
    plainly.arg("SET").arg("rdbcompression").arg("no");
    plainly.exec_async(&mut link).await.unwrap();
    let (rep, ann) = (world.rep(0, 1).await, world.customer(1).await);
    let said = json!({ "client_id": client_id(), "subject": "canary", "text": "canary" });
    ann.post("/api/v1/conversations", said).await.ok(201);
    the_line_is_whole(&mut link, &world).await;
    let mut all = redis::cmd("KEYS");
    let all: Vec<String> = all.arg("*").query_async(&mut link).await.unwrap();
    assert!(all.len() > 3, "{all:?}");
    for key in all {
        let mut dump = redis::cmd("DUMP");
        dump.arg(&key);
        // One that runs out may be gone by now.
        let dump: Option<Vec<u8>> = dump.query_async(&mut link).await.unwrap();
        let dump = dump.unwrap_or_default();
        for word in ["canary", ann.name.as_str(), rep.name.as_str()] {
            let found = dump.windows(word.len()).any(|part| part == word.as_bytes());
            assert!(!found, "{word} in {key}");
        }
    }
    world.end().await;
}
