//! PostgreSQL for tests: one server, a fresh database for whoever asks.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use tokio_postgres::{Client, Config, NoTls};

use super::watchdog::{self, Ending};
use super::{START_BOUND, certificates, free_port, home, is_root, missing, password, required};

/// Empty databases kept ready, so a test rarely waits for its own.
const SPARE_DATABASES: usize = 2;

/// The programs of one installation.
pub struct Programs {
    initdb: PathBuf,
    postgres: PathBuf,
}

/// A running PostgreSQL of this test process. Its data is worth nothing, so it
/// never syncs; what must survive a power cut is measured elsewhere.
pub struct Postgres {
    port: u16,
    password: String,
    home: PathBuf,
    fresh: Mutex<Receiver<String>>,
}

impl Postgres {
    /// Where PostgreSQL is. Its lack is said once, or is a failed test.
    pub(super) fn programs() -> Option<&'static Programs> {
        static PROGRAMS: OnceLock<Option<Programs>> = OnceLock::new();
        let found = PROGRAMS.get_or_init(|| {
            let programs = find();
            if programs.is_none() {
                missing("no postgres in PATH or /usr/lib/postgresql");
            }
            programs
        });
        required(found.as_ref(), "no postgres in PATH or /usr/lib/postgresql")
    }

    pub(super) fn start(programs: &Programs) -> Result<Self, String> {
        let home = home("postgres");
        let password = password();
        let user = owner()?;
        prepare(programs, &home, user, &password)?;
        // A port found free may be taken before it is bound: one more try.
        let (port, fresh) = run(programs, &home, user, &password)
            .or_else(|_| run(programs, &home, user, &password))?;
        Ok(Self {
            port,
            password,
            home,
            fresh: Mutex::new(fresh),
        })
    }

    /// The URL of a new empty database that no other test knows.
    pub fn database(&self) -> String {
        let fresh = self.fresh.lock().expect("no panic holds the databases");
        match fresh.recv() {
            Ok(name) => self.url(&name),
            Err(_) => panic!(
                "no new database. The log:\n{}",
                watchdog::log_tail(&self.home)
            ),
        }
    }

    /// The URL of the database of this name, for the superuser.
    pub fn url(&self, database: &str) -> String {
        let Self { password, port, .. } = self;
        format!(
            "postgres://switchboard:{password}@{}:{port}/{database}",
            self.host()
        )
    }

    /// The server's certificate also names `localhost`.
    pub fn host(&self) -> &'static str {
        "127.0.0.1"
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn password(&self) -> &str {
        &self.password
    }

    /// The authority that signed the server's certificate.
    pub fn ca_pem_path(&self) -> &'static Path {
        certificates::authority_path()
    }
}

fn find() -> Option<Programs> {
    // Debian keeps the servers out of PATH, one folder per version; newest first.
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.path()).collect();
    versions.sort_by_key(|path| std::cmp::Reverse(number(path)));
    let folders: Vec<PathBuf> = versions.iter().map(|path| path.join("bin")).collect();
    let initdb = super::program("initdb", &folders)?;
    Some(Programs {
        initdb,
        postgres: super::program("postgres", &folders)?,
    })
}

/// PostgreSQL refuses to run as root, so root lends it another user: uid and gid.
fn owner() -> Result<Option<(u32, u32)>, String> {
    if !is_root() {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let find = |name: &str| {
        let mut lines = users
            .lines()
            .map(|line| line.split(':').collect::<Vec<_>>());
        let line = lines.find(|fields| fields.len() > 3 && fields[0] == name)?;
        Some((line[2].parse().ok()?, line[3].parse().ok()?))
    };
    let user = find("postgres").or_else(|| find("nobody"));
    user.map(Some)
        .ok_or("root needs a user `postgres` or `nobody` to run PostgreSQL".into())
}

/// Makes the data folder with its superuser and the server's certificate.
fn prepare(
    programs: &Programs,
    home: &Path,
    user: Option<(u32, u32)>,
    password: &str,
) -> Result<(), String> {
    let secret = home.join("password");
    super::write_private(&secret, password);
    let (certificate, key) = certificates::write_into(home);
    if let Some((uid, gid)) = user {
        for path in [home, &secret, &certificate, &key] {
            std::os::unix::fs::chown(path, Some(uid), Some(gid)).expect("root gives files away");
        }
    }
    let arguments = [
        "--pgdata=data",
        "--username=switchboard",
        "--pwfile=password",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
    ];
    let mut initdb = watchdog::start(&programs.initdb, &arguments, home, user, Ending::Kill);
    let done = initdb.wait().is_ok_and(|status| status.success());
    watchdog::forget(&initdb, Ending::Kill);
    if done {
        Ok(())
    } else {
        Err(failure("initdb failed", home))
    }
}

/// Starts the server and waits for its first fresh database.
fn run(
    programs: &Programs,
    home: &Path,
    user: Option<(u32, u32)>,
    password: &str,
) -> Result<(u16, Receiver<String>), String> {
    let port = free_port();
    let settings = [
        format!("port={port}"),
        "listen_addresses=127.0.0.1".into(),
        "unix_socket_directories=".into(),
        "max_connections=400".into(),
        "ssl=on".into(),
        format!("ssl_cert_file={}", home.join("server.pem").display()),
        format!("ssl_key_file={}", home.join("server.key").display()),
        // The data dies with the process: nothing waits for a disk.
        "fsync=off".into(),
        "full_page_writes=off".into(),
        "wal_level=minimal".into(),
        "max_wal_senders=0".into(),
        "min_wal_size=32MB".into(),
        "max_wal_size=64MB".into(),
        // It would visit each of some hundred databases, for nothing.
        "autovacuum=off".into(),
    ];
    let mut arguments = vec!["-D".into(), "data".into()];
    arguments.extend(
        settings
            .into_iter()
            .flat_map(|setting| ["-c".into(), setting]),
    );
    let mut child = watchdog::start(&programs.postgres, &arguments, home, user, Ending::Quit);
    let mut config = Config::new();
    config
        .host("127.0.0.1")
        .port(port)
        .user("switchboard")
        .password(password);
    config.dbname("postgres");
    match first_database(&mut child, config) {
        Ok(fresh) => Ok((port, fresh)),
        Err(why) => {
            watchdog::kill(&mut child, Ending::Quit);
            Err(failure(why, home))
        }
    }
}

/// Ready means that a client gets in and makes a database, not that a port is
/// open. The thread then goes on making them for as long as the process lives.
fn first_database(child: &mut Child, config: Config) -> Result<Receiver<String>, &'static str> {
    let (made, fresh) = sync_channel(SPARE_DATABASES);
    let (ready, first) = sync_channel(1);
    let deadline = Instant::now() + START_BOUND;
    std::thread::spawn(move || make_databases(&config, deadline, &ready, &made));
    loop {
        match first.recv_timeout(Duration::from_millis(50)) {
            Ok(()) => return Ok(fresh),
            Err(RecvTimeoutError::Disconnected) => return Err("postgres did not answer in time"),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if !matches!(child.try_wait(), Ok(None)) {
            return Err("postgres ended at its start");
        }
    }
}

/// A thread of its own, because a test may ask from inside a runtime.
fn make_databases(
    config: &Config,
    deadline: Instant,
    ready: &SyncSender<()>,
    made: &SyncSender<String>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime starts").block_on(async {
        let Some(client) = connect(config, deadline).await else {
            return;
        };
        ready.send(()).ok();
        for number in 1_u32.. {
            let name = format!("test_{number}");
            if client
                .batch_execute(&format!("CREATE DATABASE {name}"))
                .await
                .is_err()
            {
                return;
            }
            if made.send(name).is_err() {
                return;
            }
        }
    });
}

async fn connect(config: &Config, deadline: Instant) -> Option<Client> {
    loop {
        if let Ok((client, connection)) = config.connect(NoTls).await {
            tokio::spawn(connection);
            return Some(client);
        }
        if Instant::now() > deadline {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn failure(why: &str, home: &Path) -> String {
    format!("{why}. Its log:\n{}", watchdog::log_tail(home))
}
