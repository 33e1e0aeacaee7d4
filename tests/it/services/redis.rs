//! Redis for tests: one that all share, and ones that a test may kill.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::time::Duration;

use super::watchdog::{self, Ending};
use super::{START_BOUND, certificates, eventually, free_port, home, missing, required};

/// Where redis-server is. Its lack is said once, or is a failed test.
pub fn program() -> Option<&'static Path> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = PROGRAM.get_or_init(|| {
        let program = super::program("redis-server", &[]);
        if program.is_none() {
            missing("no redis-server in PATH");
        }
        program
    });
    required(found.as_deref(), "no redis-server in PATH")
}

/// A running Redis without persistence, in plain and in TLS.
pub struct RedisServer {
    program: &'static Path,
    home: PathBuf,
    port: u16,
    tls_port: u16,
    child: Child,
}

impl RedisServer {
    pub(super) fn start(program: &'static Path) -> Result<Self, String> {
        let home = home("redis");
        certificates::write_into(&home);
        // A port found free may be taken before Redis binds it: one more try.
        Self::start_on(program, &home, free_port(), free_port())
            .or_else(|_| Self::start_on(program, &home, free_port(), free_port()))
    }

    fn start_on(
        program: &'static Path,
        home: &Path,
        port: u16,
        tls_port: u16,
    ) -> Result<Self, String> {
        let child = spawn(program, home, port, tls_port);
        let mut server = Self {
            program,
            home: home.to_owned(),
            port,
            tls_port,
            child,
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// By name, because certificates are checked against names.
    pub fn tls_url(&self) -> String {
        format!("rediss://localhost:{}", self.tls_port)
    }

    /// The authority that signed the certificate behind [`Self::tls_url`].
    pub fn ca_pem_path(&self) -> &'static Path {
        certificates::authority_path()
    }

    /// Sends one inline command and gives the first line of the answer.
    fn ask(&self, command: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(format!("{command}\r\n").as_bytes())?;
        let mut answer = [0; 256];
        let length = stream.read(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        Ok(answer.lines().next().unwrap_or_default().to_owned())
    }

    /// An answer counts only while our own process lives: on a port lost to
    /// another server, that server answers and ours has ended.
    fn wait_until_ready(&mut self) -> Result<(), String> {
        let ready = eventually(START_BOUND, || match self.child.try_wait() {
            Ok(None) => self
                .ask("PING")
                .is_ok_and(|line| line == "+PONG")
                .then_some(true),
            _ => Some(false),
        });
        if ready == Some(true) && matches!(self.child.try_wait(), Ok(None)) {
            return Ok(());
        }
        watchdog::kill(&mut self.child, Ending::Kill);
        let why = if ready.is_none() {
            "did not answer in time"
        } else {
            "ended at its start"
        };
        Err(format!(
            "redis-server {why}. Its log:\n{}",
            watchdog::log_tail(&self.home)
        ))
    }
}

/// A Redis of one test. Dropping it ends it.
pub struct OwnedRedis {
    server: RedisServer,
}

impl OwnedRedis {
    pub(super) fn start(program: &'static Path) -> Self {
        let server = RedisServer::start(program);
        Self {
            server: server.unwrap_or_else(|text| panic!("{text}")),
        }
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// Forgets everything, scripts included, as an operator's mistake would.
    pub fn flush(&self) {
        assert_eq!(self.server.ask("FLUSHALL").expect("Redis answers"), "+OK");
        assert_eq!(
            self.server.ask("SCRIPT FLUSH").expect("Redis answers"),
            "+OK"
        );
    }

    /// Ends it with -9. Nothing listens on its port until [`Self::restart`].
    pub fn kill(&mut self) {
        watchdog::kill(&mut self.server.child, Ending::Kill);
    }

    /// Starts it again on the same port, empty. Kills it first if it runs.
    pub fn restart(&mut self) {
        if matches!(self.server.child.try_wait(), Ok(None)) {
            self.kill();
        }
        let RedisServer {
            program,
            home,
            port,
            tls_port,
            ..
        } = &self.server;
        self.server.child = spawn(program, home, *port, *tls_port);
        self.server
            .wait_until_ready()
            .unwrap_or_else(|text| panic!("{text}"));
    }

    /// Stops it in its tracks: connections stay open and nothing answers.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    pub fn resume(&self) {
        self.signal("CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = self.server.child.id().to_string();
        let script = ["-c", "kill -s \"$1\" \"$2\"", "sh", signal, &pid];
        let status = Command::new("sh").args(script).status().expect("sh starts");
        assert!(status.success(), "no process {pid} to {signal}");
    }
}

impl Drop for OwnedRedis {
    fn drop(&mut self) {
        watchdog::kill(&mut self.server.child, Ending::Kill);
        std::fs::remove_dir_all(&self.server.home).ok();
    }
}

fn spawn(program: &Path, home: &Path, port: u16, tls_port: u16) -> Child {
    let (port, tls_port) = (port.to_string(), tls_port.to_string());
    let arguments = [
        ["--port", &port],
        ["--tls-port", &tls_port],
        ["--bind", "127.0.0.1"],
        ["--save", ""],
        ["--appendonly", "no"],
        ["--tls-cert-file", "server.pem"],
        ["--tls-key-file", "server.key"],
        ["--tls-auth-clients", "no"],
    ];
    watchdog::start(program, arguments.as_flattened(), home, None, Ending::Kill)
}
