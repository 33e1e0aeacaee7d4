//! Where it is measured: the databases of the settings, and a folder that is removed afterwards.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};

use crate::server::Server;
use crate::settings::Settings;
use crate::store::conversations;

/// Settings for a bench, and how many nodes it has.
pub struct Place {
    pub settings: Settings,
    nodes: u16,
    folder: PathBuf,
}

impl Place {
    pub fn new(mut settings: Settings, nodes: u16) -> anyhow::Result<Self> {
        let shared = !settings.database_url.is_empty() && !settings.redis_url.is_empty();
        if nodes > 1 && !shared {
            bail!("several nodes need PostgreSQL and Redis: set database_url and redis_url");
        }
        let name = format!("switchboard-bench-{}", uuid::Uuid::now_v7().simple());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder)?;
        settings.data_dir = folder.clone();
        settings.listen = "127.0.0.1:0".into();
        settings.frames_burst = 100_000;
        settings.frames_per_s = 100_000;
        settings.messages_burst = 1_000_000;
        settings.messages_per_s = 1_000_000;
        if settings.secret.is_empty() {
            settings.secret = crate::people::random_hex();
        }
        Ok(Self {
            settings,
            nodes,
            folder,
        })
    }

    /// What it runs on, in words.
    pub fn describe(&self) -> String {
        let (nodes, database, engine) = (self.nodes, self.database(), self.engine());
        format!("{nodes} node(s), {database} + {engine}")
    }

    /// The folder that goes with it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Which limits are not at their defaults here, in words.
    pub fn raised(&self) -> String {
        let (mine, usual) = (&self.settings, Settings::default());
        let limits = [
            (
                "frames_burst",
                mine.frames_burst as usize,
                usual.frames_burst as usize,
            ),
            (
                "frames_per_s",
                mine.frames_per_s as usize,
                usual.frames_per_s as usize,
            ),
            (
                "messages_burst",
                mine.messages_burst as usize,
                usual.messages_burst as usize,
            ),
            (
                "messages_per_s",
                mine.messages_per_s as usize,
                usual.messages_per_s as usize,
            ),
            ("sockets_max", mine.sockets_max, usual.sockets_max),
        ];
        let raised = limits.iter().filter(|(_, mine, usual)| mine != usual);
        let raised: Vec<_> = raised
            .map(|(name, mine, _)| format!("{name} = {mine}"))
            .collect();
        format!("raised for this: {}", raised.join(", "))
    }

    pub fn database(&self) -> &'static str {
        match self.settings.database_url.is_empty() {
            true => "SQLite",
            false => "PostgreSQL",
        }
    }

    pub fn engine(&self) -> &'static str {
        match self.settings.redis_url.is_empty() {
            true => "memory",
            false => "Redis",
        }
    }

    /// Starts every node. Their database must be empty: what is in it would be counted.
    pub async fn start(&self) -> anyhow::Result<Vec<Server>> {
        let mut servers = Vec::new();
        for _ in 0..self.nodes {
            let listener = TcpListener::bind(&self.settings.listen)?;
            servers.push(Server::start(self.settings.clone(), listener).await?);
        }
        let store = &servers[0].app.store;
        let used = store.read(|conn| Ok(conversations::any(conn)?)).await?;
        ensure!(
            !used,
            "this database is in use; the bench wants an empty one of its own"
        );
        Ok(servers)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
