//! Passwords: Argon2id on threads that may block, so many at a time as there are cores, so that
//! logins cannot starve chats.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// How many may wait for their turn before a login is refused.
const WAITING_MAX: usize = 64;

/// The hash that is checked where there is none: of the same cost as any other, and of nothing.
const STAND_IN: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3dpdGNoYm9hcmRzYWx0IQ$\
                        c3dpdGNoYm9hcmQ6IG5vYm9keSBoYXMgdGhpcyBvbmU";

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
        let hash = hash.unwrap_or_else(|| STAND_IN.to_owned());
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

/// Whether a hash was made at another cost than hashes are made now.
pub fn is_outdated(hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else {
        return false;
    };
    let now = Params::default();
    let same = Params::try_from(&hash).is_ok_and(|made| {
        let cost = |one: &Params| (one.m_cost(), one.t_cost(), one.p_cost());
        cost(&made) == cost(&now)
    });
    let algorithm = Algorithm::try_from(hash.algorithm.as_str());
    let version = hash.version.map(Version::try_from);
    let ours = algorithm.is_ok_and(|one| one == Algorithm::default())
        && version.is_some_and(|one| one.is_ok_and(|one| one == Version::default()));
    !(same && ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_of_another_cost_is_outdated_and_the_stand_in_costs_as_much_as_any() {
        let fresh = Argon2::default().hash_password(b"correct horse").unwrap();
        assert!(!is_outdated(&fresh.to_string()) && !is_outdated(STAND_IN));
        let cheap = Params::new(64, 1, 1, None).unwrap();
        let cheap = Argon2::new(Algorithm::default(), Version::default(), cheap);
        let cheap = cheap.hash_password(b"correct horse").unwrap();
        assert!(is_outdated(&cheap.to_string()));
        let other = STAND_IN.replace("argon2id", "argon2i");
        assert!(is_outdated(&other), "{other}");
    }

    #[test]
    fn the_stand_in_is_a_hash_that_takes_its_time() {
        let parsed = PasswordHash::new(STAND_IN).unwrap();
        assert_eq!(parsed.hash.unwrap().len(), 32);
        assert_eq!(parsed.salt.unwrap().len(), 16);
    }
}
