//! The real server in this process, on free ports, and the people who use it.
//!
//! A [`World`] is one or more nodes over one database: SQLite with the line in memory, or
//! PostgreSQL and Redis shared by three nodes. `on_both!` runs a test in each. When a test is
//! done the world is checked: the doctor finds nothing, and the line says what SQL says.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard::doctor;
use switchboard::people::Device;
use switchboard::server::Server;
use switchboard::settings::Settings;
use switchboard::store::conversations::{self, Conversation};
use switchboard::store::queues::{self, Queue};
use switchboard::store::users::{self, User};
use switchboard::store::{Conn, checks};
use switchboard::words::{ConversationId, QueueId, Role, UserId};

pub use crate::person::Person;
use crate::services;

/// No wait in a test is longer; a test that hits this has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for something that must happen, and says what did not.
pub async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(answer) => answer,
        Err(_) => panic!("{what} did not happen within {PATIENCE:?}"),
    }
}

/// Asks until the answer is yes.
pub async fn until(what: &str, mut ask: impl AsyncFnMut() -> bool) {
    within(what, async {
        while !ask().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// Nodes over one database.
pub struct World {
    pub nodes: Vec<Server>,
    pub settings: Settings,
    _folder: tempfile::TempDir,
}

/// Settings for tests: quiet, private, in a folder of their own.
pub fn settings(folder: &std::path::Path) -> Settings {
    Settings {
        data_dir: folder.to_owned(),
        listen: "127.0.0.1:0".into(),
        secret: "a secret for tests, of more than 32 characters".into(),
        workers: 1,
        frames_burst: 10_000,
        frames_per_s: 10_000,
        messages_burst: 1_000_000,
        sockets_per_user_max: 5,
        // Tables are walked with one wrong name; `guessing.rs` asks what it costs by default.
        login_tries_max: 1_000,
        login_tries_per_name_max: 1_000,
        links_per_name_max: 1_000,
        ..Settings::default()
    }
}

impl World {
    /// One node on SQLite with the line in memory.
    pub async fn embedded() -> Self {
        Self::embedded_with(|_| {}).await
    }

    /// One node on SQLite, with settings changed.
    pub async fn embedded_with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings(folder.path());
        change(&mut settings);
        let mut world = World {
            nodes: Vec::new(),
            settings,
            _folder: folder,
        };
        world.add_node().await;
        world
    }

    /// Nodes on PostgreSQL and Redis; none where these are not there.
    pub async fn services(nodes: usize) -> Option<Self> {
        Self::services_with(nodes, |_| {}).await
    }

    /// Nodes on PostgreSQL and Redis, with settings changed.
    pub async fn services_with(nodes: usize, change: impl FnOnce(&mut Settings)) -> Option<Self> {
        let (postgres, redis) = services::both()?;
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings(folder.path());
        settings.database_url = postgres.database();
        settings.redis_url = redis.url();
        settings.redis_prefix = format!("test-{}", uuid::Uuid::now_v7().simple());
        change(&mut settings);
        let mut world = World {
            nodes: Vec::new(),
            settings,
            _folder: folder,
        };
        for _ in 0..nodes {
            world.add_node().await;
        }
        Some(world)
    }

    /// Starts one more node. On a slow day a database takes longer to let it in than a server
    /// waits: then once more.
    pub async fn add_node(&mut self) {
        let begun = Instant::now();
        let server = loop {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            match Server::start(self.settings.clone(), listener).await {
                Ok(server) => break server,
                Err(error) => {
                    let slow = format!("{error:#}").contains("timed out waiting for connection");
                    assert!(slow && begun.elapsed() < PATIENCE, "{error:#}");
                }
            }
        };
        self.nodes.push(server);
    }

    /// The address of a node; nodes take turns.
    pub fn base(&self, turn: usize) -> String {
        format!("http://{}", self.nodes[turn % self.nodes.len()].address)
    }

    /// A person made without a password: hashing costs more than most tests.
    async fn person(&self, turn: usize, role: Role) -> Person {
        let app = &self.nodes[turn % self.nodes.len()].app;
        let id = UserId::new();
        let name = format!("{role}-{}", id.0.simple());
        let number = i64::from_be_bytes(id.0.as_bytes()[8..].try_into().unwrap()) >> 1;
        let user = User {
            id,
            username: Some(name.clone()),
            username_key: Some(name.clone()),
            ..User::new(number, role, name.clone())
        };
        let row = user.clone();
        app.store
            .write(move |conn| Ok(users::insert(conn, &row).map(drop)?))
            .await
            .unwrap();
        let pair = app
            .people
            .start_session(&user, Device::default())
            .await
            .unwrap();
        Person::new(id, name, self.base(turn), pair.access_token)
    }

    /// A customer, on the node whose turn it is.
    pub async fn customer(&self, turn: usize) -> Person {
        self.person(turn, Role::Customer).await
    }

    /// An admin.
    pub async fn admin(&self) -> Person {
        self.person(0, Role::Admin).await
    }

    /// A rep who serves every queue, made as the API makes one.
    pub async fn rep(&self, turn: usize, capacity: i32) -> Person {
        use switchboard::store::{reps, serving};
        let rep = self.person(turn, Role::Rep).await;
        let id = rep.id;
        let app = &self.nodes[turn % self.nodes.len()].app;
        let make = move |conn: &mut switchboard::store::Conn| {
            reps::insert(conn, &reps::Rep::new(id, capacity))?;
            for queue in queues::list(conn)? {
                serving::insert(conn, id, queue.id)?;
            }
            Ok(())
        };
        app.store.write(make).await.unwrap();
        app.desk.rep_changed(id);
        rep
    }

    /// Changes the first queue behind the API's back; nobody may wait in it yet.
    pub async fn change_queue(&self, change: impl Fn(&mut Queue) + Send + 'static) -> QueueId {
        let write = move |conn: &mut switchboard::store::Conn| {
            let mut queue = queues::list(conn)?.remove(0);
            change(&mut queue);
            queues::update(conn, &queue)?;
            Ok(queue.id)
        };
        self.nodes[0].app.store.write(write).await.unwrap()
    }

    /// What the doctor finds broken.
    pub async fn broken(&self) -> Vec<String> {
        let findings = self.nodes[0].app.store.read(checks::run).await.unwrap();
        if doctor::is_well(&findings) {
            Vec::new()
        } else {
            vec![doctor::report(&findings)]
        }
    }

    /// A conversation as it is stored.
    pub async fn row(&self, id: &str) -> Conversation {
        let id: ConversationId = id.parse().unwrap();
        let read = move |conn: &mut Conn| Ok(conversations::find(conn, id)?);
        self.nodes[0].app.store.read(read).await.unwrap().unwrap()
    }

    /// The status word of a conversation, by the record.
    pub async fn status(&self, id: &str) -> String {
        self.row(id).await.status.to_string()
    }

    /// Changes what is stored of a conversation, as if time had passed. The line does not hear
    /// of it.
    pub async fn pretend(&self, id: &str, change: impl Fn(&mut Conversation)) {
        let mut row = self.row(id).await;
        change(&mut row);
        let write = move |conn: &mut Conn| Ok(conversations::set_state(conn, &row).map(drop)?);
        self.nodes[0].app.store.write(write).await.unwrap();
    }

    /// Ends the world: it must be sound.
    pub async fn end(self) {
        assert_eq!(self.broken().await, Vec::<String>::new());
        for node in self.nodes {
            within("a node's stop", node.stop()).await;
        }
    }
}

/// A fresh client id.
pub fn client_id() -> Value {
    json!(uuid::Uuid::now_v7())
}

/// Settings of a world where time goes quickly: what time does is seen to ten times a second.
pub fn quick(settings: &mut Settings) {
    settings.reconcile_ms = 100;
    settings.rep_suspect_ms = 200;
    settings.rep_grace_ms = 1_000;
    settings.customer_grace_ms = 100;
    settings.position_check_ms = 300;
}

/// Runs tests in both worlds: `async fn name(world: &World)`. `with change;` before the names
/// changes the settings.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        $crate::on_both!(with |_| {}; $($name),+);
    };
    (with $change:expr; $($name:ident),+ $(,)?) => {
        mod embedded {
            #[allow(unused_imports)]
            use super::*;
            $(#[actix_web::test]
            async fn $name() {
                let world = $crate::harness::World::embedded_with($change).await;
                super::$name(&world).await;
                world.end().await;
            })+
        }
        mod services {
            #[allow(unused_imports)]
            use super::*;
            $(#[actix_web::test]
            async fn $name() {
                if let Some(world) = $crate::harness::World::services_with(3, $change).await {
                    super::$name(&world).await;
                    world.end().await;
                }
            })+
        }
    };
}

/// Runs tests in both worlds, with settings changed by a function beside them:
/// `on_both_with!(change; name, name)`.
#[macro_export]
macro_rules! on_both_with {
    ($change:ident; $($name:ident),+ $(,)?) => {
        mod embedded {
            $(#[actix_web::test]
            async fn $name() {
                let world = $crate::harness::World::embedded_with(super::$change).await;
                super::$name(&world).await;
                world.end().await;
            })+
        }
        mod services {
            $(#[actix_web::test]
            async fn $name() {
                let world = $crate::harness::World::services_with(3, super::$change).await;
                if let Some(world) = world {
                    super::$name(&world).await;
                    world.end().await;
                }
            })+
        }
    };
}
