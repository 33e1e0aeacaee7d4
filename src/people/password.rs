//! Passwords: Argon2id on threads that may block, so many at a time as there are cores, so that
//! logins cannot starve chats.

use std::sync::{Arc, OnceLock};

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, PasswordHash};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// How many may wait for their turn before a login is refused.
const WAITING_MAX: usize = 64;

pub struct Passwords {
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Passwords {
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            turns: Arc::new(Semaphore::new(cores)),
            waiting: Arc::new(Semaphore::new(WAITING_MAX + cores)),
        }
    }

    /// A password as a PHC string with a salt of its own: 19 MiB, 2 passes, 1 lane.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.run(move || {
            let hash = Argon2::default().hash_password(password.as_bytes());
            hash.map(|hash| hash.to_string())
                .map_err(|error| Error::internal(anyhow::anyhow!("{error}")))
        })
        .await?
    }

    /// Whether the password is right. Without a hash it is wrong, after the same time: nobody
    /// learns from the clock which names exist.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| stand_in().to_owned());
        self.run(move || {
            let Ok(parsed) = PasswordHash::new(&hash) else {
                return false;
            };
            let right = Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok();
            known && right
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _place = self
            .waiting
            .try_acquire()
            .map_err(|_| Error::overloaded())?;
        let turn = self
            .turns
            .clone()
            .acquire_owned()
            .await
            .map_err(Error::internal)?;
        let work = move || {
            let _turn = turn;
            work()
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Error::internal)
    }
}

/// The hash that is checked when there is none.
fn stand_in() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let hash = Argon2::default().hash_password(b"nobody has this password");
        hash.expect("the default parameters are valid").to_string()
    })
}
