//! The program itself, as a process: what it costs, and how it ends.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::services::{self, Watched};
use crate::wire::Request;

/// A running `switchboard serve`, killed when dropped.
pub struct Process {
    server: Watched,
    pub base: String,
    folder: tempfile::TempDir,
}

impl Process {
    /// Starts one on SQLite, with these settings changed.
    pub fn start(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("settings.toml");
        let data = folder.path().join("data");
        let text = format!(
            "listen = \"127.0.0.1:0\"\ndata_dir = {data:?}\nlog = \"warn\"\n\
             sockets_per_user_max = 100\nframes_burst = 100000\n\
             messages_burst = 100000\n{settings}\n"
        );
        std::fs::write(&config, text).unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_switchboard"));
        let arguments: [&std::ffi::OsStr; 2] = ["--config".as_ref(), config.as_os_str()];
        let server = services::watched(program, &arguments);
        let base = services::eventually(Duration::from_secs(20), || {
            let log = server.log();
            let (_, rest) = log.split_once("serving at ")?;
            rest.split_once('\n').map(|(base, _)| base.to_owned())
        });
        let base = base.unwrap_or_else(|| panic!("it does not serve: {}", server.log()));
        Self {
            server,
            base,
            folder,
        }
    }

    /// Where its database lies.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What it has printed and logged.
    pub fn log(&self) -> String {
        self.server.log()
    }

    /// Registers a customer; answers the access token.
    pub async fn customer(&self) -> String {
        let name = format!("c-{}", uuid::Uuid::now_v7().simple());
        let body = json!({ "username": name, "password": "correct horse" });
        let made = self.post("", "/api/v1/customers", &body).await;
        made["access_token"].as_str().unwrap().to_owned()
    }

    /// Posts, which must succeed.
    pub async fn post(&self, token: &str, path: &str, body: &Value) -> Value {
        let request = Request::new("POST", path).token(token).json(body);
        let reply = request.ask(&self.base).await;
        assert!(reply.status < 300, "{reply:?}");
        reply.body()
    }

    pub fn port(&self) -> u16 {
        self.base.rsplit(':').next().unwrap().parse().unwrap()
    }

    fn proc(&self, what: &str) -> PathBuf {
        format!("/proc/{}/{what}", self.server.id()).into()
    }

    /// Memory in use, in bytes.
    pub fn memory(&self) -> u64 {
        let text = std::fs::read_to_string(self.proc("statm")).unwrap();
        let pages: u64 = text.split(' ').nth(1).unwrap().parse().unwrap();
        pages * 4_096
    }

    /// The most memory that was in use since this was last asked, in bytes.
    pub fn peak(&self) -> u64 {
        let text = std::fs::read_to_string(self.proc("status")).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.unwrap().trim().trim_end_matches(" kB");
        std::fs::write(self.proc("clear_refs"), "5").unwrap();
        kib.parse::<u64>().unwrap() * 1_024
    }

    /// Open descriptors of network connections; the database opens files as it likes.
    pub fn descriptors(&self) -> usize {
        let all = std::fs::read_dir(self.proc("fd")).unwrap().flatten();
        let open = all.filter_map(|one| std::fs::read_link(one.path()).ok());
        open.filter(|file| file.to_string_lossy().starts_with("socket:"))
            .count()
    }

    /// Asks it to end, as an operator would.
    pub fn terminate(&self) {
        let pid = self.server.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// The code with which it has ended, if it has.
    pub fn ended(&mut self) -> Option<i32> {
        self.server
            .ended()
            .map(|status| status.code().unwrap_or(-1))
    }
}
