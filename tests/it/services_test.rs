//! The servers that tests borrow: they answer, in plain and in TLS, and an own
//! Redis comes back from anything.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use redis::TlsCertificates;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio_postgres::NoTls;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::harness::PATIENCE;
use crate::services;

#[tokio::test]
async fn postgres_gives_each_asker_an_empty_database() {
    let Some(postgres) = services::postgres() else {
        return;
    };
    let (one, two) = (postgres.database(), postgres.database());
    assert_ne!(one, two);
    for url in [one, two] {
        let client = services::client(&url).await;
        // Were the two one database, the second of these would fail.
        client
            .batch_execute("CREATE TABLE notes (id integer)")
            .await
            .unwrap();
        let row = client.query_one("SELECT version()", &[]).await.unwrap();
        assert!(row.get::<_, String>(0).starts_with("PostgreSQL "));
    }
}

#[tokio::test]
async fn postgres_refuses_a_wrong_password() {
    let Some(postgres) = services::postgres() else {
        return;
    };
    let url = postgres
        .url("postgres")
        .replace(postgres.password(), "wrong");
    let refused = tokio_postgres::connect(&url, NoTls).await.err().unwrap();
    assert_eq!(refused.code().unwrap().code(), "28P01");
}

#[tokio::test]
async fn postgres_answers_in_tls_to_those_who_trust_the_authority() {
    let Some(postgres) = services::postgres() else {
        return;
    };
    let pem = std::fs::read(postgres.ca_pem_path()).unwrap();
    let mut trusted = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(&pem).unwrap();
    trusted.add(authority).unwrap();

    for host in ["localhost", postgres.host()] {
        let url = format!(
            "host={host} hostaddr=127.0.0.1 port={} user=switchboard password={} dbname=postgres \
             sslmode=require",
            postgres.port(),
            postgres.password()
        );
        let connected = tokio_postgres::connect(&url, tls(trusted.clone())).await;
        let (client, connection) = connected.unwrap();
        tokio::spawn(connection);
        let question = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        assert!(
            client
                .query_one(question, &[])
                .await
                .unwrap()
                .get::<_, bool>(0)
        );

        let stranger = tokio_postgres::connect(&url, tls(RootCertStore::empty())).await;
        assert!(
            stranger.is_err(),
            "a certificate of an unknown authority was accepted"
        );
    }
}

#[test]
fn redis_answers() {
    let Some(url) = services::redis_url() else {
        return;
    };
    let client = redis::Client::open(url).unwrap();
    let mut connection = client.get_connection().unwrap();
    assert_eq!(
        redis::cmd("PING").query::<String>(&mut connection).unwrap(),
        "PONG"
    );
}

#[test]
fn redis_answers_in_tls_to_those_who_trust_the_authority() {
    let Some(server) = services::redis() else {
        return;
    };
    let root_cert = Some(std::fs::read(server.ca_pem_path()).unwrap());
    let certificates = TlsCertificates {
        client_tls: None,
        root_cert,
    };
    let client = redis::Client::build_with_tls(server.tls_url(), certificates).unwrap();
    let mut connection = client.get_connection().unwrap();
    assert_eq!(
        redis::cmd("PING").query::<String>(&mut connection).unwrap(),
        "PONG"
    );

    let stranger = redis::Client::open(server.tls_url()).unwrap();
    assert!(
        stranger.get_connection().is_err(),
        "an unknown authority was accepted"
    );
}

#[test]
fn an_own_redis_is_flushed_paused_killed_and_restarted_on_its_port() {
    let Some(mut own) = services::own_redis() else {
        return;
    };
    assert_ne!(services::redis().unwrap().port(), own.port());
    let client = redis::Client::open(own.url()).unwrap();
    let within = |patience: Duration, command: &str| {
        let mut connection = client.get_connection_with_timeout(patience)?;
        connection.set_read_timeout(Some(patience))?;
        redis::cmd(command)
            .arg("key")
            .arg((command == "SET").then_some(1))
            .exec(&mut connection)?;
        redis::cmd("EXISTS")
            .arg("key")
            .query::<i32>(&mut connection)
    };
    let key = |command: &str| within(PATIENCE, command);
    assert_eq!(key("SET").unwrap(), 1);
    own.flush();
    assert_eq!(key("EXISTS").unwrap(), 0);

    own.pause();
    let unanswered = within(Duration::from_millis(200), "SET");
    assert!(unanswered.unwrap_err().is_timeout());
    own.resume();
    assert_eq!(key("SET").unwrap(), 1);

    own.kill();
    assert!(key("EXISTS").unwrap_err().is_connection_refusal());
    own.restart();
    assert_eq!(key("EXISTS").unwrap(), 0);
    own.restart();
    assert_eq!(key("SET").unwrap(), 1);

    let port = own.port();
    drop(own);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn both_are_there_for_those_who_need_both() {
    let Some((postgres, redis)) = services::both() else {
        return;
    };
    assert_ne!(postgres.port(), redis.port());
}

/// The same test plays both parts: run with `VICTIM` it starts servers and waits
/// for its end, which is `kill -9`, or the end of the test that started it.
#[test]
fn servers_do_not_outlive_a_killed_test_process() {
    const VICTIM: &str = "SWITCHBOARD_TEST_VICTIM";
    let Some((postgres, redis)) = services::both() else {
        return;
    };
    if std::env::var_os(VICTIM).is_some() {
        let own = services::own_redis().unwrap();
        own.pause();
        let folder = postgres.ca_pem_path().parent().unwrap().display();
        println!(
            "\nvictim {} {} {} {folder}",
            postgres.port(),
            redis.port(),
            own.port()
        );
        std::io::stdin().read_line(&mut String::new()).unwrap();
        return;
    }
    let itself = "services_test::servers_do_not_outlive_a_killed_test_process";
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", itself, "--nocapture"])
        .env(VICTIM, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let line = lines
        .map(Result::unwrap)
        .find(|line| line.starts_with("victim "));
    let words: Vec<String> = line.unwrap().split(' ').map(str::to_owned).collect();
    let (ports, folder) = (&words[1..4], Path::new(&words[4]));
    assert!(folder.is_dir());

    victim.kill().unwrap();
    victim.wait().unwrap();
    let gone = services::eventually(Duration::from_secs(15), || {
        let answers = |port: &String| TcpStream::connect(format!("127.0.0.1:{port}")).is_ok();
        (!folder.exists() && !ports.iter().any(answers)).then_some(())
    });
    assert!(gone.is_some(), "left behind: {words:?}");
}

/// What a foreign client needs; the dialect's own tests speak through it.
#[test]
fn python_has_websockets() {
    let Some(python) = services::python() else {
        return;
    };
    let status = Command::new(python)
        .args(["-c", "import websockets"])
        .status();
    assert!(status.unwrap().success());
}

fn tls(trusted: RootCertStore) -> MakeRustlsConnect {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(trusted).with_no_client_auth();
    MakeRustlsConnect::new(config)
}
