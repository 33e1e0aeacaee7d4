//! The ways to Redis: one shared connection that comes back by itself carries the scripts and
//! the doorbell; a small pool is for whatever may stall.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::TcpSettings;
use redis::{Client, IntoConnectionInfo, RedisError, TlsCertificates};
use socket2::TcpKeepalive;

/// How long a call may take before it counts as lost. It may have run all the same, which is why
/// everything asked of Redis is harmless to repeat.
const ANSWER: Duration = Duration::from_secs(1);
/// How long a connection may be dead before it is known.
const DEAD_AFTER: Duration = Duration::from_secs(10);
/// Connections for what may stall.
const POOL: usize = 8;

/// An open way to Redis.
pub struct SharedRedis {
    pub client: Client,
    pub manager: ConnectionManager,
    pub pool: deadpool_redis::Pool,
}

impl SharedRedis {
    /// Opens `redis://` or `rediss://`; `ca` names a PEM file with the authorities to trust, if
    /// not the system's. A Redis that is away is waited for by whoever uses it: nodes that run
    /// when it goes do without it, too. Fails when it is there and does not let us in.
    pub async fn open(url: &str, ca: &str) -> anyhow::Result<Self> {
        let info = url
            .into_connection_info()
            .context("redis_url is not a Redis URL")?;
        let tcp = TcpSettings::default()
            .set_nodelay(true)
            .set_keepalive(TcpKeepalive::new().with_time(DEAD_AFTER))
            .set_user_timeout(DEAD_AFTER);
        let info = info.set_tcp_settings(tcp);
        let client = if url.starts_with("rediss://") {
            let root_cert = read_authority(ca)?;
            Client::build_with_tls(
                info,
                TlsCertificates {
                    client_tls: None,
                    root_cert,
                },
            )?
        } else {
            Client::open(info)?
        };
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(1)))
            .set_response_timeout(Some(ANSWER))
            .set_number_of_retries(1)
            .set_max_delay(Duration::from_millis(500));
        let manager = open_manager(&client, config).await?;
        let opener = deadpool_redis::Manager::new(client.get_connection_info().clone())?;
        let patience = Some(Duration::from_secs(2));
        let pool = deadpool_redis::Pool::builder(opener)
            .max_size(POOL)
            .wait_timeout(patience)
            .create_timeout(patience)
            .recycle_timeout(patience)
            .runtime(deadpool_redis::Runtime::Tokio1)
            .build()?;
        Ok(Self {
            client,
            manager,
            pool,
        })
    }
}

async fn open_manager(
    client: &Client,
    config: ConnectionManagerConfig,
) -> anyhow::Result<ConnectionManager> {
    match ConnectionManager::new_with_config(client.clone(), config.clone()).await {
        Err(error) if is_away(&error) => {
            tracing::warn!(%error, "Redis is away; this node starts without it");
            Ok(ConnectionManager::new_lazy_with_config(
                client.clone(),
                config,
            )?)
        }
        opened => opened.context("Redis does not let this node in; see the settings `redis_...`"),
    }
}

/// Whether nobody answers where Redis should be. Whoever answers with anything else is not away:
/// then the password is wrong, or the address is not that of this Redis.
fn is_away(error: &RedisError) -> bool {
    const SIGNS: [&str; 3] = [
        "No route to host",
        "Network is unreachable",
        "Temporary failure in name resolution",
    ];
    let text = error.to_string();
    error.is_connection_refusal()
        || error.is_timeout()
        || SIGNS.iter().any(|sign| text.contains(sign))
}

fn read_authority(path: &str) -> anyhow::Result<Option<Vec<u8>>> {
    if path.is_empty() {
        return Ok(None);
    }
    let read = std::fs::read(Path::new(path));
    read.map(Some)
        .with_context(|| format!("the file {path} of the setting redis_ca"))
}
