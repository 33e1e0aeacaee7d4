//! Writes that nobody waits for, on PostgreSQL: they belong to their transaction all the same.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use switchboard::store::conn::Later;
use switchboard::store::{Conn, Options, Store, reps};

use crate::harness::{World, until};
use crate::services;

/// One type for statements of any text.
struct Raw(&'static str);

impl QueryFragment<Pg> for Raw {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_sql(self.0);
        Ok(())
    }
}

impl QueryId for Raw {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn pg(conn: &mut Conn) -> &mut switchboard::store::postgres::PgConn {
    match conn {
        Conn::Pg(conn) => conn,
        Conn::Lite(_) => panic!("it is PostgreSQL"),
    }
}

/// Runs statements in one transaction, the last of them later; answers whether it was committed.
async fn run(store: &Store, now: &'static str, later: &'static str) -> bool {
    let job = move |conn: &mut Conn| {
        conn.execute(now)?;
        Ok(pg(conn).later(Raw(later))?)
    };
    store.write(job).await.is_ok()
}

async fn count(store: &Store, table: &'static str) -> i64 {
    let count = move |conn: &mut Conn| {
        let count = diesel::sql_query(format!("SELECT count(*) AS n FROM {table}"));
        Ok(count.get_result::<Count>(pg(conn))?.n)
    };
    store.read(count).await.unwrap()
}

#[tokio::test]
async fn a_write_for_later_that_fails_undoes_its_transaction() {
    let Some(postgres) = services::postgres() else {
        return;
    };
    let options = Options {
        url: postgres.database(),
        connections: 1,
    };
    let open = move || Store::open(&options).unwrap();
    let store = tokio::task::spawn_blocking(open).await.unwrap();
    let tables = "CREATE TABLE t (n BIGINT); CREATE TABLE positive (n BIGINT CHECK (n > 0))";
    store
        .write(move |conn| Ok(conn.execute(tables)?))
        .await
        .unwrap();

    // The first time it runs at once, from then on later.
    let last = "INSERT INTO positive SELECT n FROM t";
    assert!(run(&store, "INSERT INTO t VALUES (1)", last).await);
    assert!(run(&store, "INSERT INTO t VALUES (2)", last).await);
    assert!(!run(&store, "INSERT INTO t VALUES (0)", last).await);
    assert_eq!(
        (count(&store, "t").await, count(&store, "positive").await),
        (2, 3)
    );
    // Of the same type, and yet not prepared: it must not be overtaken by the commit.
    let other = "INSERT INTO positive SELECT -n FROM t";
    assert!(!run(&store, "INSERT INTO t VALUES (3)", other).await);
    assert_eq!(
        (count(&store, "t").await, count(&store, "positive").await),
        (2, 3)
    );
    assert!(run(&store, "DELETE FROM t WHERE n = 2", last).await);
    assert_eq!(
        (count(&store, "t").await, count(&store, "positive").await),
        (1, 4)
    );
}

#[actix_web::test]
async fn a_close_whose_slot_cannot_be_given_back_has_not_happened() {
    let world = World::services_with(1, |one| {
        // The same connection each time, and nobody else who wants it.
        one.database_connections = 1;
        one.reconcile_ms = 3_600_000;
        one.position_check_ms = 3_600_000;
        one.lease_ms = 3_600_000;
    });
    let Some(world) = world.await else { return };
    let rep = world.rep(0, 3).await;
    let _socket = rep.socket().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let id = world.customer(0).await.open().await;
        until("an assignment", async || {
            world.status(&id).await == "active"
        })
        .await;
        ids.push(id);
    }
    let active = async || {
        let id = rep.id;
        let read = move |conn: &mut Conn| Ok(reps::find(conn, id)?);
        let row = world.nodes[0].app.store.read(read).await.unwrap();
        row.unwrap().active
    };
    // From now on the slot is given back with the commit.
    rep.close(&ids[0]).await.ok(200);
    assert_eq!(active().await, 2);

    let url = &world.settings.database_url;
    let mut client = services::client(url).await;
    let lock = client.transaction().await.unwrap();
    let locked = format!("SELECT 1 FROM reps WHERE user_id = '{}' FOR UPDATE", rep.id);
    lock.batch_execute(&locked).await.unwrap();
    assert_eq!(rep.close(&ids[1]).await.code(503), "overloaded");
    assert_eq!(
        (world.status(&ids[1]).await.as_str(), active().await),
        ("active", 2)
    );

    lock.rollback().await.unwrap();
    rep.close(&ids[1]).await.ok(200);
    assert_eq!(
        (world.status(&ids[1]).await.as_str(), active().await),
        ("closed", 1)
    );
    world.end().await;
}
