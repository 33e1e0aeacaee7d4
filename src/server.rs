//! A whole server, from settings to sockets, as a value: several can run in one process.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use anyhow::{Context, bail};
use futures_util::FutureExt;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout_at};

use crate::app::{App, Looks, Parts};
use crate::attachments::{self, Attachments};
use crate::bell::Bell;
use crate::desk::{Desk, Needs, Reconciler, Ticker};
use crate::dispatch::{self, Engine};
use crate::error::{Error, Result};
use crate::eta::Paces;
use crate::hub::Hub;
use crate::kin::Kin;
use crate::limits;
use crate::metrics::Metrics;
use crate::node::Lease;
use crate::people::{self, People};
use crate::positions::Positions;
use crate::settings::Settings;
use crate::shared_redis::SharedRedis;
use crate::store::queues::{self, Queue};
use crate::store::{self, Store, nodes, users};
use crate::tuning::Tuning;
use crate::vital::Vital;
use crate::words::{Mode, NodeId, QueueId, now};
use crate::{board, erasing, folder, http, indexer, minutes, retention, tuning, watch};

/// The queue that a new database begins with.
const FIRST_QUEUE: &str = "Support";
/// Over how long clients spread their return when a node goes down, in ms.
const RETURN_SPREAD_MS: u64 = 3_000;

/// How long the rest of a stop may take, once the sockets have had their time. Together that must
/// stay below what whoever stops it waits for: see docker-compose.yml.
pub const REST_OF_STOP: Duration = Duration::from_secs(4);

/// As many open files and sockets as this process may have: most systems give it few at first.
/// Answers how many those are.
pub fn raise_descriptors() -> u64 {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let before = limit.current;
    limit.current = limit.maximum;
    match setrlimit(Resource::Nofile, limit) {
        Ok(()) => limit.maximum.unwrap_or(u64::MAX),
        Err(_) => before.unwrap_or(u64::MAX),
    }
}

/// A running server.
pub struct Server {
    pub app: App,
    pub address: SocketAddr,
    lease: Lease,
    http: ServerHandle,
    /// What it cannot do without.
    pub vital: Vital,
    /// Those of them that stop before the node is struck out.
    loops: Vec<AbortHandle>,
    /// Held as long as this process may write the SQLite file.
    _lock: Option<File>,
}

impl Server {
    /// Starts serving on a listener. When this returns, the line is filled.
    pub async fn start(settings: Settings, listener: TcpListener) -> anyhow::Result<Self> {
        // Two libraries bring TLS; both are to use this provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        folder::make_private(&settings.data_dir)?;
        let lock = folder::lock(&settings.database())?;
        let secret = folder::secret(&settings)?;
        let store = open_store(&settings).await?;
        begin(&store, first_queue(settings.waiting_max)).await?;

        let (node, hub, paces) = (NodeId::new(), Hub::default(), Paces::default());
        let (metrics, registry) = Metrics::new();
        let (lines, changed_lines) = unbounded_channel();
        let mut vital = Vital::default();
        vital.spawn("writer", store.writer_ended());
        let (bell, engine) = line(&settings, &hub, node, lines, &mut vital).await?;
        let desk = Desk::new(Needs {
            store: store.clone(),
            engine,
            bell: bell.clone(),
            metrics: metrics.clone(),
            limits: limits::desk(&settings),
            rules: limits::rules(&settings),
            node,
        });
        let said = store.said().context("somebody listens already")?;
        vital.spawn("messages", desk.clone().tell_said(said));
        let address = listener.local_addr()?;
        let people = people(&settings, (&store, &bell), &metrics, &secret, address).await?;
        let attachments = attachments(&settings, &store).await?;
        let tuning = tuning(&settings, (&store, &bell), &desk, &people, &attachments).await?;

        let kin = Kin::of(&settings, &secret);
        let lease = begin_lease(&settings, &hub, &desk, &store, &kin, node).await?;
        desk.reconcile().await?;
        let positions = Positions::begin(&store, &hub, &metrics, &paces).await?;
        vital.spawn("positions", positions.tell(changed_lines));
        vital.spawn("attachments", attachments::keep(attachments.clone()));
        let parts = (&people, &attachments, &tuning);
        let loops = loops(&settings, &lease, bell, &metrics, parts, &mut vital);
        let app = App::new(Parts {
            settings,
            store,
            desk,
            people,
            attachments,
            tuning,
            hub,
            metrics,
            registry,
            node,
            paces,
            looks: Looks::default(),
            ready: AtomicBool::new(true),
            stores: lease.stored.clone(),
            sockets: AtomicUsize::new(0),
            addresses: Mutex::default(),
        });
        let serving = http::serve(app.clone(), listener)?;
        let http = serving.handle();
        vital.spawn("http", serving.map(drop));
        Ok(Self {
            app,
            address,
            lease,
            http,
            vital,
            loops,
            _lock: lock,
        })
    }

    /// Where to go next, for whoever has just started it.
    pub async fn welcome(&self) -> anyhow::Result<String> {
        let base = format!("http://{}", self.address);
        let mut lines = vec![
            format!("Switchboard is serving at {base}"),
            format!("  the API, to read and to try:  {base}/docs"),
        ];
        match self.app.people.setup_token().await? {
            Some(token) => {
                lines.push("  no admin yet; make the first one, once, at:".into());
                lines.push(format!("  {base}/?setup={token}"));
            }
            None => lines.push(format!("  start page:                   {base}/")),
        }
        Ok(lines.join("\n"))
    }

    /// Serves until `stop` comes. Fails if a task ended that it cannot do without.
    pub async fn run(mut self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let broken = tokio::select! {
            () = stop => None,
            name = self.vital.ended() => Some(name),
        };
        tracing::info!("going down");
        self.stop().await;
        match broken {
            None => Ok(()),
            Some(name) => bail!("the task `{name}` has ended; the log says why. Start again"),
        }
    }

    /// Says goodbye and ends: sockets are told to come back, open work is finished, this node's
    /// reps stop being present here.
    pub async fn stop(self) {
        let deadline = Instant::now() + Duration::from_millis(self.app.settings.drain_ms);
        let end = deadline + REST_OF_STOP;
        self.app.ready.store(false, Ordering::Release);
        self.app.hub.close(RETURN_SPREAD_MS);
        while self.app.hub.count() > 0 && Instant::now() < deadline {
            sleep(Duration::from_millis(10)).await;
        }
        self.loops.iter().for_each(AbortHandle::abort);
        if let Err(error) = in_time(end, self.lease.end()).await {
            tracing::warn!(%error, "this node could not strike itself out; its lease runs out");
        }
        let _ = timeout_at(deadline, self.app.desk.drain()).await;
        let last_answers = end.min(Instant::now() + Duration::from_secs(2));
        let _ = timeout_at(last_answers, self.http.stop(true)).await;
        match in_time(end, self.app.store.checkpoint()).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!("the newest commits stay in the file that ends in -wal"),
            Err(error) => tracing::warn!(%error, "the database file could not be made whole"),
        }
    }

    /// Stops without a word, as a crash would: nothing is told, finished or struck out.
    pub async fn kill(self) {
        self.loops.iter().for_each(AbortHandle::abort);
        self.http.stop(false).await;
    }
}

/// By which rules people sign in. Says if logins may go over the wire as they are: only this
/// machine sees that wire.
fn rules_of_people(settings: &Settings, address: SocketAddr) -> anyhow::Result<people::Rules> {
    let reached_here = address.ip().is_loopback() || address.ip().is_unspecified();
    if reached_here && settings.plain_cookies() {
        tracing::warn!(
            "who comes by plain HTTP on this machine may keep a login in a cookie without Secure; \
             to take none, set public_url to the https:// address of this server"
        );
    }
    limits::people(settings, &format!("http://{address}"))
}

/// Waits for work of the database no longer than until the end.
async fn in_time<T>(end: Instant, work: impl Future<Output = Result<T>>) -> Result<T> {
    let late = |_| Err(Error::unavailable(anyhow::anyhow!("there is no time left")));
    timeout_at(end, work).await.unwrap_or_else(late)
}

/// The doorbell and the engine: in this process, or shared through Redis.
async fn line(
    settings: &Settings,
    hub: &Hub,
    node: NodeId,
    lines: UnboundedSender<QueueId>,
    vital: &mut Vital,
) -> anyhow::Result<(Bell, Arc<dyn Engine>)> {
    if settings.redis_url.is_empty() {
        let engine = Arc::new(dispatch::Memory::default());
        return Ok((Bell::local(hub.clone(), lines), engine));
    }
    let SharedRedis {
        client,
        manager,
        pool,
    } = SharedRedis::open(&settings.redis_url, &settings.redis_ca).await?;
    let prefix = &settings.redis_prefix;
    let engine = dispatch::Redis::new(manager.clone(), pool, prefix);
    let (bell, ringing) = Bell::shared(hub.clone(), lines, node, prefix, manager, client);
    vital.spawn("doorbell", ringing);
    Ok((bell, Arc::new(engine)))
}

/// Writes this node down as alive.
async fn begin_lease(
    settings: &Settings,
    hub: &Hub,
    desk: &Desk,
    store: &Store,
    kin: &Kin,
    id: NodeId,
) -> anyhow::Result<Lease> {
    let lease = Lease {
        store: store.clone(),
        hub: hub.clone(),
        desk: desk.clone(),
        id,
        name: settings.listen.clone(),
        marks: kin.marks(id),
        lasts: Duration::from_millis(settings.lease_ms as u64),
        stored: Arc::new(AtomicBool::new(true)),
    };
    if !store.shared() {
        lease.end_all().await?;
    }
    let others = store.read(|conn| Ok(nodes::living(conn)?)).await?;
    if let Some(misfit) = kin.misfit(&others) {
        bail!(misfit);
    }
    lease.begin().await?;
    Ok(lease)
}

/// What goes on by itself until the node stops.
fn loops(
    settings: &Settings,
    lease: &Lease,
    bell: Bell,
    metrics: &Metrics,
    (people, attachments, tuning): (&People, &Attachments, &Tuning),
    vital: &mut Vital,
) -> Vec<AbortHandle> {
    let Lease {
        store, hub, desk, ..
    } = lease;
    let check_every = Duration::from_millis(settings.position_check_ms);
    let reconcile = Duration::from_millis(settings.reconcile_ms);
    let check = watch::check(store.clone(), hub.clone(), bell, check_every);
    let retention = retention::keep(store.clone(), metrics.clone(), settings.retention_days);
    let erasing = erasing::keep(desk.clone(), store.clone(), attachments.clone());
    vec![
        vital.spawn("retention", retention),
        vital.spawn("erasing", erasing),
        vital.spawn("search index", indexer::keep(store.clone())),
        vital.spawn("lease", lease.clone().keep()),
        vital.spawn("board", board::show(store.clone(), hub.clone())),
        vital.spawn("minutes", minutes::keep(store.clone())),
        vital.spawn("position check", check),
        vital.spawn("settings", tuning.clone().keep(check_every)),
        vital.spawn("sites", people.clone().keep_sites(check_every)),
        vital.spawn("ticker", Ticker::new(desk.clone()).run()),
        vital.spawn("reconcile", Reconciler::new(desk.clone(), reconcile).run()),
    ]
}

/// People, with the sites whose pages may ask from the beginning.
async fn people(
    settings: &Settings,
    (store, bell): (&Store, &Bell),
    metrics: &Metrics,
    secret: &str,
    address: SocketAddr,
) -> anyhow::Result<People> {
    let people = People::new(people::Needs {
        store: store.clone(),
        bell: bell.clone(),
        metrics: metrics.clone(),
        secret: secret.as_bytes(),
        rules: rules_of_people(settings, address)?,
    });
    people.read_sites().await?;
    Ok(people)
}

/// The settings that may change while it runs, as the record has them.
async fn tuning(
    settings: &Settings,
    (store, bell): (&Store, &Bell),
    desk: &Desk,
    people: &People,
    attachments: &Attachments,
) -> Result<Tuning> {
    let tuning = Tuning::new(tuning::Needs {
        store: store.clone(),
        bell: bell.clone(),
        base: settings.clone(),
        desk: desk.clone(),
        people: people.clone(),
        attachments: attachments.clone(),
    });
    tuning.read_again().await?;
    Ok(tuning)
}

async fn attachments(settings: &Settings, store: &Store) -> anyhow::Result<Attachments> {
    let home = store.read(store::attachments::home).await?;
    let folder = settings.attachments().join(home);
    Attachments::open(store, &folder, limits::attachments(settings))
}

async fn open_store(settings: &Settings) -> anyhow::Result<Store> {
    let options = store::Options {
        url: settings.database(),
        connections: settings.database_connections,
    };
    tokio::task::spawn_blocking(move || Store::open(&options)).await?
}

fn first_queue(waiting_max: i32) -> Queue {
    Queue {
        id: QueueId::new(),
        name: FIRST_QUEUE.into(),
        name_key: users::fold(FIRST_QUEUE),
        description: String::new(),
        position: 0,
        mode: Mode::Auto,
        waiting_max,
        created_at: now(),
        policy: queues::Policy::default(),
    }
}

/// A database without queues gets its first one.
async fn begin(store: &Store, queue: Queue) -> Result<()> {
    let begin = move |conn: &mut store::Conn| {
        if queues::list(conn)?.is_empty() {
            queues::insert(conn, &queue)?;
        }
        Ok(())
    };
    store.write(begin).await
}
