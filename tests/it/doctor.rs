//! The doctor: what is sound is not called broken, and what is broken is found.

use switchboard::desk::Actor;
use switchboard::store::{Conn, conversations, queues};
use switchboard::words::{ConversationId, Mode, Role, Status};

use crate::harness::{World, until};
use crate::on_both;

on_both!(an_accepted_offer_is_not_over_a_capacity_that_was_lowered_meanwhile);

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
    let id: ConversationId = world.customer(0).await.open().await.parse().unwrap();
    until("the offer", async || {
        let find = move |conn: &mut Conn| Ok(conversations::find(conn, id)?);
        let row = app.store.read(find).await.unwrap().unwrap();
        row.status == Status::Offered
    })
    .await;
    let actor = |id, role| Actor { id, role };
    let boss = actor(admin.id, Role::Admin);
    app.desk.set_capacity(boss, rep.id, 0).await.unwrap();
    let rep = actor(rep.id, Role::Rep);
    let view = app.desk.accept(rep, id).await.unwrap();
    assert_eq!(view.status, Status::Active);
}
