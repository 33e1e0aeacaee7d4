//! Real private servers for tests: PostgreSQL and Redis.
//!
//! Each starts when first asked for, once per test process, on a free loopback
//! port in a temporary folder, and is gone when the process is. A server that
//! is not installed makes its tests skip, loudly; with `REQUIRE_SERVICES=1`
//! (what `tests/run.sh` sets) it makes them fail.

mod certificates;
mod postgres;
mod redis;
mod watchdog;

pub use postgres::Postgres;
pub use redis::{OwnedRedis, RedisServer};
use watchdog::Ending;

use std::ffi::OsStr;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long a server may take to answer after its start.
const START_BOUND: Duration = Duration::from_secs(20);

/// The common PostgreSQL of this test process, or `None` if none is installed.
pub fn postgres() -> Option<&'static Postgres> {
    static POSTGRES: OnceLock<Result<Option<Postgres>, String>> = OnceLock::new();
    kept(POSTGRES.get_or_init(|| Postgres::programs().map(Postgres::start).transpose()))
}

/// The common Redis, or `None` if none is installed. Many tests share it: each
/// takes a key prefix of its own, and none flushes it.
pub fn redis() -> Option<&'static RedisServer> {
    static REDIS: OnceLock<Result<Option<RedisServer>, String>> = OnceLock::new();
    kept(REDIS.get_or_init(|| redis::program().map(RedisServer::start).transpose()))
}

/// The common Redis by its URL.
pub fn redis_url() -> Option<String> {
    redis().map(RedisServer::url)
}

/// Both, started side by side if neither runs yet.
pub fn both() -> Option<(&'static Postgres, &'static RedisServer)> {
    std::thread::scope(|scope| {
        let redis = scope.spawn(redis);
        let postgres = postgres();
        let redis = redis
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        postgres.zip(redis)
    })
}

/// A Redis of one's own, to flush, pause, kill and restart; ended on drop.
pub fn own_redis() -> Option<OwnedRedis> {
    redis::program().map(OwnedRedis::start)
}

/// A connection to a PostgreSQL, beside those of the server.
pub async fn client(url: &str) -> tokio_postgres::Client {
    let connected = tokio_postgres::connect(url, tokio_postgres::NoTls).await;
    let (client, link) = connected.unwrap();
    tokio::spawn(link);
    client
}

/// A program of ours as a process that is gone when the test is, or its process.
pub struct Watched {
    child: Child,
    home: PathBuf,
}

/// Starts a program that the watchdog knows.
pub fn watched(program: &Path, arguments: &[impl AsRef<OsStr>]) -> Watched {
    let home = home("program");
    let child = watchdog::start(program, arguments, &home, None, Ending::Kill);
    Watched { child, home }
}

impl Watched {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed.
    pub fn log(&self) -> String {
        std::fs::read_to_string(watchdog::log_of(&self.home)).unwrap_or_default()
    }

    /// How it has ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        watchdog::kill(&mut self.child, Ending::Kill);
    }
}

/// A Python that has the `websockets` package, for the tests that speak to the
/// server with a foreign client. `tests/run.sh` makes it and names it here.
pub fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = PYTHON.get_or_init(|| {
        let python = std::env::var_os("SWITCHBOARD_TEST_PYTHON").map(PathBuf::from);
        python.filter(|path| path.is_file()).or_else(|| {
            missing("SWITCHBOARD_TEST_PYTHON names no Python (one with the websockets package)");
            None
        })
    });
    required(found.as_deref(), "SWITCHBOARD_TEST_PYTHON names no Python")
}

/// A free loopback port for a server that may go and come back. It lies below
/// the range from which outgoing connections are numbered: while the server is
/// down, no client's own socket can sit on its port.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    const FIRST: u32 = 10_000;
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range");
    let outgoing = range
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse().ok());
    let end = outgoing.filter(|low| *low > FIRST + 1000).unwrap_or(32_768);
    // Test processes side by side begin at different places.
    let begin = std::process::id().wrapping_mul(997);
    for _ in FIRST..end {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + begin.wrapping_add(step) % (end - FIRST);
        let port = u16::try_from(port).expect("a port fits");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port on 127.0.0.1 between {FIRST} and {end}");
}

/// Asks `probe` until it answers, at most `bound` long. The one place where a
/// test waits by the clock: a foreign process can only be asked.
pub fn eventually<T>(bound: Duration, mut probe: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + bound;
    loop {
        let answer = probe();
        if answer.is_some() || Instant::now() > deadline {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// One failed start fails every test that needs the server, at once and with
/// the same text, instead of being tried again by each.
fn kept<T>(outcome: &'static Result<Option<T>, String>) -> Option<&'static T> {
    match outcome {
        Ok(service) => service.as_ref(),
        Err(text) => panic!("{text}"),
    }
}

/// The program by this name, in PATH or in one of `elsewhere`.
fn program(name: &str, elsewhere: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(elsewhere.iter().cloned());
    folders
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// Says once per service that part of the suite does not run. Written to the
/// handle itself, because the harness captures what `eprintln!` prints.
fn missing(what: &str) {
    let text = format!(
        "\n*** SKIPPED: {what}.\n*** The tests that need it did NOT run; \
         tests/run.sh installs it and runs them all.\n\n"
    );
    std::io::stderr().lock().write_all(text.as_bytes()).ok();
}

/// Passes on what was found; its lack is a failed test where services are required.
fn required<T>(found: Option<T>, what: &str) -> Option<T> {
    let must = std::env::var_os("REQUIRE_SERVICES").is_some_and(|value| value == "1");
    assert!(
        found.is_some() || !must,
        "{what}, and REQUIRE_SERVICES=1 says it must be there"
    );
    found
}

/// Whether this process is root, by the owner of its own entry in /proc.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|entry| entry.uid() == 0)
}

/// A new folder for one server within the folder of this test process.
fn home(kind: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let home = watchdog::folder().join(format!("{kind}-{number}"));
    std::fs::create_dir(&home).expect("a server's folder is made");
    home
}

/// Writes a file only its owner may read.
fn write_private(path: &Path, text: &str) {
    let file = std::fs::File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.expect("a private file is written");
}

/// A password nobody can guess, fit for a URL as it is.
fn password() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
