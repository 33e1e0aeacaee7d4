//! PostgreSQL and Redis over TLS, against servers whose certificate our own authority signed.

use switchboard::store::{Options, Store};

use crate::harness::{World, until};
use crate::services;

#[actix_web::test]
async fn the_main_job_over_verified_tls() {
    let Some((postgres, redis)) = services::both() else {
        return;
    };
    let ca = postgres.ca_pem_path().display().to_string();
    let url = format!(
        "{}?sslmode=verify-full&sslrootcert={ca}",
        postgres.database()
    );
    let change = |one: &mut switchboard::settings::Settings| {
        one.database_url = url;
        one.redis_url = redis.tls_url();
        one.redis_ca = redis.ca_pem_path().display().to_string();
    };
    let world = World::services_with(2, change)
        .await
        .expect("both are there");
    let used = world.nodes[0]
        .app
        .store
        .read(|conn| Ok(is_encrypted(conn)))
        .await
        .unwrap();
    assert!(used, "the connection is encrypted");
    let (rep, ann) = (world.rep(0, 1).await, world.customer(1).await);
    let mut socket = rep.socket().await;
    let id = ann.open().await;
    assert_eq!(socket.wait("assigned").await["conversation"]["id"], id);
    rep.close(&id).await.ok(200);
    until("the end", async || world.status(&id).await == "closed").await;
    world.end().await;
}

/// Whether PostgreSQL says that this very connection is encrypted.
fn is_encrypted(conn: &mut switchboard::store::Conn) -> bool {
    let unless = "DO $$ BEGIN IF NOT (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) \
                  THEN RAISE EXCEPTION 'not encrypted'; END IF; END $$";
    conn.execute(unless).is_ok()
}

fn open(url: String) -> Result<Store, String> {
    let opened = Store::open(&Options {
        url,
        connections: 1,
    });
    opened.map_err(|error| format!("{error:#}"))
}

#[test]
fn each_mode_means_what_libpq_says() {
    let Some(postgres) = services::postgres() else {
        return;
    };
    let ca = postgres.ca_pem_path().display().to_string();
    let url = postgres.database();
    for good in [
        "sslmode=disable".to_owned(),
        "sslmode=prefer".to_owned(),
        "sslmode=require".to_owned(),
        format!("sslmode=verify-full&sslrootcert={ca}"),
    ] {
        open(format!("{url}?{good}")).unwrap();
    }
    // The system does not know our authority.
    let error = open(format!("{url}?sslmode=verify-full"))
        .err()
        .expect("not trusted");
    assert!(error.contains("certificate"), "{error}");
    // The name in the certificate counts: 127.0.0.2 is the same machine, not the same name.
    let other = url.replace("@127.0.0.1:", "@127.0.0.2:");
    if open(format!("{other}?sslmode=require")).is_ok() {
        let verified = open(format!("{other}?sslmode=verify-full&sslrootcert={ca}"));
        let error = verified.err().expect("another name");
        assert!(error.contains("certificate"), "{error}");
    }
    for (wrong, says) in [
        ("sslmode=verify-ca", "sslmode=verify-ca is not known here"),
        (
            "sslmode=verify-full&sslrootcert=/nowhere.pem",
            "/nowhere.pem holds no readable PEM",
        ),
    ] {
        let error = open(format!("{url}?{wrong}")).err().expect("refused");
        assert!(error.contains(says), "{error}");
    }
}

#[actix_web::test]
async fn a_redis_that_is_not_trusted_stops_the_start() {
    let Some(redis) = services::redis() else {
        return;
    };
    let opened = switchboard::shared_redis::SharedRedis::open(&redis.tls_url(), "").await;
    let error = format!("{:#}", opened.err().expect("not trusted"));
    assert!(error.contains("does not let this node in"), "{error}");
    let ca = redis.ca_pem_path().display().to_string();
    switchboard::shared_redis::SharedRedis::open(&redis.tls_url(), &ca)
        .await
        .unwrap();
}
