//! The doctor: what is sound is not called broken, and what is broken is found.

use switchboard::desk::{Actor, Close};
use switchboard::store::{Conn, checks, conversations, queues};
use switchboard::words::{ConversationId, Mode, Priority, Role, Status, UserId};
use uuid::Uuid;

use crate::harness::{World, until};
use crate::on_both;
use crate::person::Person;

on_both!(
    an_accepted_offer_is_not_over_a_capacity_that_was_lowered_meanwhile,
    a_row_that_its_log_does_not_tell_is_found,
    a_step_that_cannot_have_happened_is_found,
);

async fn status(world: &World, id: ConversationId, status: Status) {
    let find = move |conn: &mut Conn| Ok(conversations::find(conn, id)?);
    let store = &world.nodes[0].app.store;
    until("the status", async || {
        let row = store.read(find).await.unwrap().unwrap();
        row.status == status
    })
    .await;
}

async fn open(customer: &Person) -> ConversationId {
    customer.open().await.parse().unwrap()
}

async fn an_accepted_offer_is_not_over_a_capacity_that_was_lowered_meanwhile(world: &World) {
    let app = &world.nodes[0].app;
    let offers = |conn: &mut Conn| {
        for queue in queues::list(conn)? {
            let mode = Mode::Offer;
            queues::update(conn, &queues::Queue { mode, ..queue })?;
        }
        Ok(())
    };
    app.store.write(offers).await.unwrap();
    let (rep, admin) = (world.rep(0, 1).await, world.admin().await);
    let _socket = rep.socket().await;
    let id = open(&world.customer(0).await).await;
    status(world, id, Status::Offered).await;
    let actor = |id, role| Actor { id, role };
    let boss = actor(admin.id, Role::Admin);
    app.desk.set_capacity(boss, rep.id, 0).await.unwrap();
    let rep = actor(rep.id, Role::Rep);
    let view = app.desk.accept(rep, id).await.unwrap();
    assert_eq!(view.status, Status::Active);
}

/// Changes the record behind everybody's back. Ids stand in the statement as `{n}`.
pub async fn tamper(world: &World, sql: &str, ids: &[Uuid]) {
    let (sql, ids) = (sql.to_owned(), ids.to_owned());
    let write = move |conn: &mut Conn| {
        let mut sql = sql.clone();
        for (at, id) in ids.iter().enumerate() {
            let literal = match conn {
                Conn::Lite(_) => format!("X'{}'", id.simple()),
                Conn::Pg(_) => format!("'{id}'"),
            };
            sql = sql.replace(&format!("{{{at}}}"), &literal);
        }
        Ok(conn.execute(&sql)?)
    };
    world.nodes[0].app.store.write(write).await.unwrap();
}

/// The names of what the doctor finds broken when he looks at everything.
async fn broken(world: &World) -> Vec<&'static str> {
    let store = &world.nodes[0].app.store;
    let (findings, examples) = store.read(checks::run_full).await.unwrap();
    let broken = findings.iter().filter(|one| one.broken > 0);
    let names: Vec<_> = broken.map(|one| one.name).collect();
    let told = names.iter().any(|name| name.starts_with("log_"));
    assert_eq!(told, !examples.is_empty(), "{names:?} {examples:?}");
    names
}

/// A conversation that has been through much, and is active with the first of two reps.
async fn long_story(world: &World) -> (ConversationId, UserId, UserId) {
    let (one, other) = (world.rep(0, 3).await, world.rep(1, 3).await);
    let (_socket, desk) = (one.socket().await, &world.nodes[0].app.desk);
    let customer = world.customer(0).await;
    let id = open(&customer).await;
    status(world, id, Status::Active).await;
    let rep = Actor {
        id: one.id,
        role: Role::Rep,
    };
    let close = Close::default();
    desk.requeue(rep.clone(), id, None).await.unwrap();
    desk.prioritize(rep.clone(), id, Priority::High)
        .await
        .unwrap();
    desk.claim(rep.clone(), id, Default::default())
        .await
        .unwrap();
    desk.park(rep.clone(), id, None).await.unwrap();
    desk.wake(rep.clone(), id).await.unwrap();
    desk.close(rep.clone(), id, close).await.unwrap();
    desk.reopen(rep.clone(), id).await.unwrap();
    desk.claim(rep, id, Default::default()).await.ok();
    status(world, id, Status::Active).await;
    (id, one.id, other.id)
}

async fn a_row_that_its_log_does_not_tell_is_found(world: &World) {
    let (id, one, other) = long_story(world).await;
    assert_eq!(broken(world).await, Vec::<&str>::new());
    let id = id.0;
    let priority = "UPDATE conversations SET priority = 'urgent' WHERE id = {0}";
    tamper(world, priority, &[id]).await;
    assert_eq!(broken(world).await, ["log_tells_queue"]);
    let priority = "UPDATE conversations SET priority = 'high' WHERE id = {0}";
    tamper(world, priority, &[id]).await;
    // Given to another rep, with all that goes with it but an event.
    let give = "UPDATE conversations SET rep_id = {1}, last_rep_id = {1} WHERE id = {0}";
    let swap = "UPDATE reps SET active = 1 - active WHERE user_id IN ({0}, {1})";
    tamper(world, give, &[id, other.0]).await;
    tamper(world, swap, &[one.0, other.0]).await;
    assert_eq!(broken(world).await, ["log_tells_status", "log_tells_epoch"]);
    tamper(world, give, &[id, one.0]).await;
    tamper(world, swap, &[one.0, other.0]).await;
}

async fn a_step_that_cannot_have_happened_is_found(world: &World) {
    let (id, ..) = long_story(world).await;
    // It was never put back in line between two assignments.
    let forget = "UPDATE events SET kind = 'tagged' WHERE conversation_id = {0} AND kind = ";
    let again = "UPDATE events SET kind = 'requeued' WHERE conversation_id = {0} AND kind = ";
    tamper(world, &format!("{forget}'requeued'"), &[id.0]).await;
    assert_eq!(broken(world).await, ["log_can_have_happened"]);
    tamper(world, &format!("{again}'tagged'"), &[id.0]).await;
}
