//! Who leaves in the very moment in which something is given, asked or counted.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;
use serde_json::json;
use switchboard::settings::Settings;
use switchboard::store::reps::Taking;
use switchboard::store::{Conn, queues, reps};
use switchboard::words::{Mode, now};

use crate::harness::{World, quick, until};
use crate::on_both;
use crate::person::Person;
use crate::queues::is;

/// Nobody loses what he holds because the machine is slow.
fn patient(settings: &mut Settings) {
    quick(settings);
    settings.rep_grace_ms = 600_000;
}

on_both!(with patient;
    nobody_is_asked_for_a_customer_who_left_while_he_was_offered,
    a_rep_who_comes_and_goes_makes_no_silence_shorter,
    who_writes_is_there,
);

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

async fn count(world: &World, sql: &'static str) -> i64 {
    let read = move |conn: &mut Conn| {
        let counted: Count = match conn {
            Conn::Lite(conn) => sql_query(sql).get_result(conn)?,
            Conn::Pg(conn) => sql_query(sql).get_result(&mut **conn)?,
        };
        Ok(counted.rows)
    };
    world.nodes[0].app.store.read(read).await.unwrap()
}

async fn offers(world: &World) {
    world
        .change_queue(|queue| {
            queue.mode = Mode::Offer;
            queue.policy.offer_ms = 60_000;
        })
        .await;
}

/// Written off by one transaction while another waits to give him something: PostgreSQL judges the
/// row of the rep anew then, but not the rows of his sessions.
#[actix_web::test]
async fn a_rep_who_is_being_written_off_is_given_nothing() {
    let Some(world) = World::services_with(2, quick).await else {
        return;
    };
    let rep = world.rep(0, 5).await;
    let _socket = rep.socket().await;
    let id = rep.id;
    until("his presence", async || {
        count(&world, "SELECT count(*) AS rows FROM rep_sessions").await == 1
    })
    .await;
    let (written, release) = (std::sync::mpsc::channel(), std::sync::mpsc::channel::<()>());
    let waits = std::sync::Mutex::new(release.1);
    let store = world.nodes[0].app.store.clone();
    let write_off = actix_web::rt::spawn(async move {
        store
            .write(move |conn| {
                reps::lock(conn, id)?;
                conn.execute("DELETE FROM rep_sessions")?;
                reps::set_lost(conn, id, now())?;
                written.0.send(()).unwrap();
                waits.lock().unwrap().recv().unwrap();
                Ok(())
            })
            .await
    });
    until("that he is held", async || written.1.try_recv().is_ok()).await;
    let store = world.nodes[1].app.store.clone();
    let give = actix_web::rt::spawn(async move {
        let give = move |conn: &mut Conn| {
            let queue = queues::list(conn)?[0].id;
            let how = Taking {
                there: true,
                any_queue: true,
                over_capacity: false,
            };
            Ok(reps::take_slot(conn, id, queue, now(), how)?)
        };
        store.write(give).await
    });
    until("that the other waits", async || {
        let waiting = "SELECT count(*) AS rows FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        count(&world, waiting).await > 0
    })
    .await;
    release.0.send(()).unwrap();
    write_off.await.unwrap().unwrap();
    assert_eq!(give.await.unwrap().unwrap(), None);
    world.end().await;
}

mod clocks {
    use super::*;

    on_both!(with quick;
        what_the_line_gave_is_a_lost_reps_whatever_the_clocks_say,
    );

    /// Two nodes need not agree on what time it is.
    async fn what_the_line_gave_is_a_lost_reps_whatever_the_clocks_say(world: &World) {
        let rep = world.rep(0, 5).await;
        let socket = rep.socket().await;
        let ann = world.customer(1).await;
        let id = ann.open().await;
        is(world, &id, "active").await;
        world
            .pretend(&id, |row| row.assigned_at = Some(now() + 600_000))
            .await;
        drop(socket);
        is(world, &id, "waiting").await;
        let told = ann.last(&id, "requeued").await["data"].clone();
        assert_eq!(told, json!({ "reason": "rep_lost" }));
        let logged = world.admin().await.last(&id, "requeued").await["data"].clone();
        assert_eq!(
            (&logged["load"], &logged["capacity"]),
            (&json!(1), &json!(5))
        );
    }
}

async fn nobody_is_asked_for_a_customer_who_left_while_he_was_offered(world: &World) {
    offers(world).await;
    let (one, two) = (world.rep(0, 1).await, world.rep(1, 1).await);
    let _first = one.socket().await;
    let ann = world.customer(2).await;
    let id = ann.open().await;
    let socket = ann.socket().await;
    is(world, &id, "offered").await;
    let _second = two.socket().await;
    let here = "SELECT count(*) AS rows FROM customer_sessions WHERE left_at IS NULL";
    until("her coming", async || count(world, here).await == 1).await;
    drop(socket);
    until("her leaving", async || count(world, here).await == 0).await;
    one.act(&id, "decline", json!({})).await.ok(200);
    let kinds = ann.kinds(&id).await;
    assert_eq!(kinds, ["opened", "offered", "declined", "held"]);
    // She is back, and the other is asked for her.
    let _socket = ann.socket().await;
    is(world, &id, "offered").await;
    assert_eq!(asked(&world.admin().await, &id).await, json!(two.id));
}

/// That he was gone and is back is nothing that anybody has said.
async fn a_rep_who_comes_and_goes_makes_no_silence_shorter(world: &World) {
    let rep = world.rep(0, 1).await;
    let socket = rep.socket().await;
    let ann = world.customer(1).await;
    let id = ann.open().await;
    is(world, &id, "active").await;
    drop(socket);
    let logged = async |kind: &str| ann.kinds(&id).await.iter().any(|one| one == kind);
    until("that he is missed", async || logged("suspect").await).await;
    let _socket = rep.socket().await;
    until("that he is back", async || logged("returned").await).await;
    // A day and more has passed since anybody said anything.
    world
        .pretend(&id, |row| {
            row.assigned_at = row.assigned_at.map(|at| at - 100_000_000);
            row.due_at = Some(now());
        })
        .await;
    is(world, &id, "closed").await;
    assert_eq!(ann.last(&id, "closed").await["data"]["reason"], "idle");
}

/// Whoever is asked on a node that is gone can answer nothing: the next one is asked at once.
#[actix_web::test]
async fn what_is_offered_on_a_node_that_is_gone_is_offered_to_another() {
    let Some(mut world) = World::services_with(2, patient).await else {
        return;
    };
    offers(&world).await;
    let (one, two) = (world.rep(1, 1).await, world.rep(0, 1).await);
    let _first = one.socket().await;
    let ann = world.customer(0).await;
    let id = ann.open().await;
    is(&world, &id, "offered").await;
    let _second = two.socket().await;
    world.nodes.pop().unwrap().kill().await;
    let (admin, other) = (world.admin().await, json!(two.id));
    until("another offer", async || asked(&admin, &id).await == other).await;
    world.end().await;
}

/// Who was offered it last, as staff know.
async fn asked(staff: &Person, id: &str) -> serde_json::Value {
    staff.last(id, "offered").await["data"]["rep_id"].clone()
}

/// His socket broke, and he goes on over REST: he is served, and not given up.
async fn who_writes_is_there(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    drop(ann.socket().await);
    let last = async || ann.kinds(&id).await.pop();
    until("her absence", async || {
        last().await.as_deref() == Some("held")
    })
    .await;
    ann.say(&id, "my socket broke").await;
    until("her return", async || {
        last().await.as_deref() == Some("returned")
    })
    .await;
    let rep = world.rep(1, 1).await;
    let _socket = rep.socket().await;
    is(world, &id, "active").await;
    assert!(!world.row(&id).await.held);
}
