//! What guessing costs. Wrong passwords make their sender wait, before anything is looked up or
//! hashed, and one address gets no more than its share of logins, registrations and tokens.
//!
//! Names count as they are written, so that a name that is nobody's is treated as one that is
//! somebody's. Counted in the memory of this node, in bounded room, and forgotten when it stops:
//! a count in the record would let whoever floods a login write there. With several nodes behind
//! a proxy that spreads its clients, somebody has so many tries on each.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard};

use sha2::{Digest, Sha256};

use super::counts::Counts;
use super::limits::Limits;
use crate::error::{Code, Error, Result};
use crate::store::users;
use crate::words::{Moment, UserId};

/// From where somebody asks; none for whom nobody names: see `gate/address.rs`.
pub type Peer = Option<IpAddr>;

/// For so many windows without a try one who tried too often is remembered.
const QUIET_WINDOWS: Moment = 6;
/// How long somebody is known where he has signed in, or was signed in, in ms.
const KNOWN_MS: Moment = 30 * 24 * 60 * 60 * 1_000;
/// Passwords from one address that are hashed or wait for that at a time.
const HASHING_MAX: usize = 16;

/// What is counted by address alone, whatever comes of it.
#[derive(Debug, Clone, Copy)]
pub enum Door {
    Register,
    Token,
}

/// A name as somebody has written it, in few bytes however long it is.
pub(super) type Name = [u8; 16];

pub(super) fn name_of(login: &str) -> Name {
    let digest = Sha256::digest(users::fold(login.trim()).as_bytes());
    digest[..16].try_into().expect("SHA-256 has 32 bytes")
}

/// All counts of a node.
pub struct Throttle {
    counted: Mutex<Counted>,
}

struct Counted {
    pairs: Counts<(Name, Peer)>,
    addresses: Counts<IpAddr>,
    names: Counts<Name>,
    registrations: Counts<IpAddr>,
    tokens: Counts<IpAddr>,
    /// Where people are at home.
    known: Counts<(UserId, Peer)>,
    hashing: HashMap<IpAddr, usize>,
}

impl Throttle {
    pub fn new(limits: &Limits) -> Self {
        let window = limits.window_ms;
        let quiet = QUIET_WINDOWS * window;
        let counted = Counted {
            pairs: Counts::new(limits.tries, window, quiet),
            addresses: Counts::new(limits.tries_per_address, window, quiet),
            names: Counts::new(limits.tries_per_name, window, window),
            registrations: Counts::new(limits.registrations, window, 0),
            tokens: Counts::new(limits.tokens, window, 0),
            known: Counts::new(1, KNOWN_MS, KNOWN_MS),
            hashing: HashMap::new(),
        };
        Self {
            counted: Mutex::new(counted),
        }
    }

    /// Has these limits count from now on, but for the window. What was counted stays.
    pub fn set(&self, limits: &Limits) {
        let mut counted = self.counted();
        counted.pairs.most = limits.tries;
        counted.addresses.most = limits.tries_per_address;
        counted.names.most = limits.tries_per_name;
        counted.registrations.most = limits.registrations;
        counted.tokens.most = limits.tokens;
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().expect("nothing panics under this lock")
    }

    /// Lets somebody try a password, or says how long to wait with it. The try counts as wrong
    /// until [`Try::end`] says otherwise, so that many at once are no way around it.
    pub fn begin(&self, login: &str, from: Peer, at: Moment) -> Result<Try<'_>> {
        let name = name_of(login);
        let mut counted = self.counted();
        if let Some(ms) = counted.pairs.wait(&(name, from), at) {
            let what = "You have tried wrong passwords with this name too often";
            return Err(slower(what, ms));
        }
        if let Some(ms) = from.and_then(|address| counted.addresses.wait(&address, at)) {
            let what = "Too many wrong passwords came from your address";
            return Err(slower(what, ms));
        }
        counted.enter(from)?;
        counted.pairs.add((name, from), at);
        if let Some(address) = from {
            counted.addresses.add(address, at);
        }
        let throttle = self;
        Ok(Try {
            hashing: Hashing { throttle, from },
            name,
            from,
            named: false,
        })
    }

    /// Counts what is counted by address alone, or says how long to wait with it.
    pub fn pass(&self, door: Door, from: Peer, at: Moment) -> Result<()> {
        let Some(address) = from else { return Ok(()) };
        let mut counted = self.counted();
        let (counts, what) = match door {
            Door::Register => (
                &mut counted.registrations,
                "Too many accounts were registered from your address",
            ),
            Door::Token => (
                &mut counted.tokens,
                "Too many tokens and tickets were asked for from your address",
            ),
        };
        match counts.full(&address, at) {
            Some(count) => Err(slower(what, count.begun + counts.window - at)),
            None => {
                counts.add(address, at);
                Ok(())
            }
        }
    }

    /// Takes a place among the passwords of an address that are hashed, until it is dropped.
    pub fn enter(&self, from: Peer) -> Result<Hashing<'_>> {
        self.counted().enter(from)?;
        let throttle = self;
        Ok(Hashing { throttle, from })
    }

    /// Somebody is signed in here.
    pub fn saw(&self, user: UserId, from: Peer, at: Moment) {
        let mut counted = self.counted();
        counted.known.forget(&(user, from));
        counted.known.add((user, from), at);
    }
}

pub(super) fn slower(what: &str, ms: Moment) -> Error {
    let ms = ms as u64;
    let detail = format!("{what}. Wait {} s and try again.", ms.div_ceil(1_000));
    let mut error = Error::new(Code::RateLimited, detail);
    error.retry_after_ms = Some(ms);
    error
}

/// One of the passwords of an address that are hashed.
pub struct Hashing<'a> {
    throttle: &'a Throttle,
    from: Peer,
}

impl Drop for Hashing<'_> {
    fn drop(&mut self) {
        let Some(address) = self.from else { return };
        let mut counted = self.throttle.counted();
        if let Entry::Occupied(mut under_way) = counted.hashing.entry(address) {
            *under_way.get_mut() -= 1;
            if *under_way.get() == 0 {
                under_way.remove();
            }
        }
    }
}

/// A try to sign in, which counts as wrong.
pub struct Try<'a> {
    hashing: Hashing<'a>,
    name: Name,
    from: Peer,
    /// Whether it is counted for its name, too.
    named: bool,
}

impl Try<'_> {
    /// Goes on, now that is known whose name it is, if it is anybody's. Where a name was tried too
    /// often from everywhere, strangers go on one by one; who is known there goes on.
    pub fn go_on(&mut self, user: Option<UserId>, at: Moment) -> Result<()> {
        let throttle = self.hashing.throttle;
        let mut counted = throttle.counted();
        let pace = counted.names.window / Moment::from(counted.names.most);
        let full = counted.names.full(&self.name, at);
        let is_known = |user| counted.known.full(&(user, self.from), at).is_some();
        let wait = full.map_or(0, |count| count.last + pace - at);
        if wait > 0 && !user.is_some_and(is_known) {
            counted.take_back(self);
            let what = "Wrong passwords for this name came from many addresses";
            return Err(slower(what, wait));
        }
        self.named = true;
        counted.names.add(self.name, at);
        Ok(())
    }

    /// What came of it. A wrong password counts; what was right, or failed for reasons of ours,
    /// does not.
    pub fn end(self, outcome: Result<UserId, Code>, at: Moment) {
        let throttle = self.hashing.throttle;
        match outcome {
            Ok(user) => {
                let mut counted = throttle.counted();
                counted.take_back(&self);
                counted.pairs.forget(&(self.name, self.from));
                drop(counted);
                throttle.saw(user, self.from, at);
            }
            // The latter was taken back when it was refused.
            Err(Code::LoginFailed | Code::RateLimited) => {}
            Err(_) => throttle.counted().take_back(&self),
        }
    }
}

impl Counted {
    fn enter(&mut self, from: Peer) -> Result<()> {
        let Some(address) = from else { return Ok(()) };
        let under_way = self.hashing.entry(address).or_default();
        if *under_way >= HASHING_MAX {
            let what = "Too many people sign in from your address at once";
            return Err(slower(what, 1_000));
        }
        *under_way += 1;
        Ok(())
    }

    fn take_back(&mut self, one: &Try) {
        self.pairs.take_back((one.name, one.from));
        if let Some(address) = one.from {
            self.addresses.take_back(address);
        }
        if one.named {
            self.names.take_back(one.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        window_ms: 600_000,
        tries: 3,
        tries_per_address: 6,
        tries_per_name: 10,
        registrations: 2,
        tokens: 4,
        links_per_address: 2,
        links_per_name: 2,
    };

    fn from(last: u8) -> Peer {
        Some(IpAddr::from([203, 0, 113, last]))
    }

    /// A wrong try of a name that is nobody's, or how many ms it must wait.
    fn wrong(throttle: &Throttle, name: &str, from: Peer, at: Moment) -> Result<(), u64> {
        let wait = |error: Error| error.retry_after_ms.unwrap();
        let mut one = throttle.begin(name, from, at).map_err(wait)?;
        one.go_on(None, at).map_err(wait)?;
        one.end(Err(Code::LoginFailed), at);
        Ok(())
    }

    fn right(throttle: &Throttle, name: &str, user: UserId, from: Peer, at: Moment) -> bool {
        let Ok(mut one) = throttle.begin(name, from, at) else {
            return false;
        };
        let may = one.go_on(Some(user), at).is_ok();
        let outcome = if may {
            Ok(user)
        } else {
            Err(Code::RateLimited)
        };
        one.end(outcome, at);
        may
    }

    #[test]
    fn wrong_tries_wait_longer_and_longer_and_nobody_elsewhere_does() {
        let throttle = Throttle::new(&LIMITS);
        assert!((0..3).all(|_| wrong(&throttle, "Ann", from(1), 0).is_ok()));
        assert_eq!(wrong(&throttle, " ANN ", from(1), 1), Err(9_999));
        assert_eq!(wrong(&throttle, "ann", from(1), 10_000), Ok(()));
        assert_eq!(wrong(&throttle, "ann", from(1), 10_000), Err(20_000));
        assert_eq!(wrong(&throttle, "ann", from(2), 10_000), Ok(()));
        assert_eq!(wrong(&throttle, "ben", from(1), 10_000), Ok(()));
        // At last as long as the window; then it is forgotten.
        let mut at = 10_000;
        for _ in 0..20 {
            at += 600_000;
            assert_eq!(wrong(&throttle, "ann", from(1), at), Ok(()));
        }
        assert_eq!(wrong(&throttle, "ann", from(1), at), Err(600_000));
        at += 6 * 600_000;
        assert!((0..3).all(|_| wrong(&throttle, "ann", from(1), at).is_ok()));
    }

    #[test]
    fn who_is_right_begins_anew_and_what_was_no_try_is_none() {
        let (throttle, ann) = (Throttle::new(&LIMITS), UserId::new());
        for _ in 0..5 {
            assert!((0..2).all(|_| wrong(&throttle, "ann", from(1), 0).is_ok()));
            assert!(right(&throttle, "ann", ann, from(1), 0));
            let mut one = throttle.begin("ann", from(1), 0).unwrap();
            one.go_on(Some(ann), 0).unwrap();
            one.end(Err(Code::Overloaded), 0);
            throttle.counted().addresses.forget(&from(1).unwrap());
        }
    }

    #[test]
    fn tries_whose_senders_are_gone_count() {
        let throttle = Throttle::new(&LIMITS);
        drop([(); 3].map(|()| throttle.begin("ann", None, 0)));
        assert!(throttle.begin("ann", None, 0).is_err());
    }

    #[test]
    fn an_address_has_its_share_of_all_names() {
        let throttle = Throttle::new(&LIMITS);
        for name in 0..6 {
            assert_eq!(wrong(&throttle, &name.to_string(), from(1), 0), Ok(()));
        }
        assert_eq!(wrong(&throttle, "another", from(1), 0), Err(10_000));
        assert_eq!(wrong(&throttle, "another", from(2), 0), Ok(()));
        // Who has no address has no share.
        for name in 0..50 {
            assert_eq!(wrong(&throttle, &name.to_string(), None, 0), Ok(()));
        }
    }

    #[test]
    fn a_name_tried_from_everywhere_is_slowed_for_strangers_only() {
        let (throttle, ann) = (Throttle::new(&LIMITS), UserId::new());
        assert!(right(&throttle, "ann", ann, from(1), 0));
        throttle.saw(ann, from(2), 0);
        for address in 10..20 {
            assert_eq!(wrong(&throttle, "ann", from(address), 0), Ok(()));
        }
        assert_eq!(wrong(&throttle, "ann", from(30), 0), Err(60_000));
        assert!(!right(&throttle, "ann", ann, from(31), 0), "one by one");
        assert!(right(&throttle, "ann", ann, from(1), 0), "at home");
        assert!(right(&throttle, "ann", ann, from(2), 0), "signed in there");
        assert!(right(&throttle, "ann", ann, from(31), 60_000), "in turn");
    }

    #[test]
    fn doors_open_so_often_in_a_window() {
        let throttle = Throttle::new(&LIMITS);
        let pass = |door, last, at| throttle.pass(door, from(last), at).is_ok();
        assert!((0..2).all(|at| pass(Door::Register, 1, at)));
        assert!(!pass(Door::Register, 1, 2) && pass(Door::Register, 2, 2));
        assert!((0..4).all(|at| pass(Door::Token, 1, at)));
        let wait = throttle.pass(Door::Token, from(1), 400_000).unwrap_err();
        assert_eq!(wait.retry_after_ms, Some(200_000));
        assert!((0..99).all(|_| throttle.pass(Door::Register, None, 0).is_ok()));
    }

    #[test]
    fn an_address_hashes_so_many_passwords_at_a_time() {
        let throttle = Throttle::new(&LIMITS);
        let mut open: Vec<_> = (0..HASHING_MAX)
            .map(|_| throttle.enter(from(1)).unwrap())
            .collect();
        assert!(throttle.enter(from(1)).is_err() && throttle.enter(from(2)).is_ok());
        assert!(throttle.begin("another", from(1), 0).is_err());
        open.pop();
        assert!(throttle.enter(from(1)).is_ok());
        drop(open);
        assert!(throttle.counted().hashing.is_empty());
    }
}
