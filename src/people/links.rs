//! One-use links that people ask for themselves: for a new password, and to confirm their e-mail
//! address. And whether any link is still good.
//!
//! Whoever asks is answered the same and at once, for whomever he asks: what there is to do is done
//! behind the answer. Names count as they are written, so that one that is nobody's is refused
//! after as many questions as any other.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use tokio::sync::Semaphore;

use super::account::{LINK_MS, used_up};
use super::counts::{Count, Counts};
use super::letters::{self, Letter};
use super::limits::Limits;
use super::login::{read_login, ticket_id};
use super::throttle::{Door, Name, Peer, name_of, slower};
use super::{People, random_hex};
use crate::error::{Error, Result};
use crate::store::users::User;
use crate::store::{Conn, accounts, email_links, invitations, password_links, users};
use crate::words::{LinkKind, LinkUse, Moment, SessionId, UserId, now};

/// Links of one kind that one person may have: whoever asks in his name takes none away from him.
const LINKS_MAX: i64 = 5;
/// Links that are made behind their answers at a time.
const MAKING_MAX: usize = 16;

/// Who may ask for a link.
pub struct LinkDoor {
    counted: Mutex<Counted>,
    making: Arc<Semaphore>,
}

struct Counted {
    addresses: Counts<IpAddr>,
    names: Counts<Name>,
}

impl LinkDoor {
    pub fn new(limits: &Limits) -> Self {
        let window = limits.window_ms;
        let counted = Counted {
            addresses: Counts::new(limits.links_per_address, window, 0),
            names: Counts::new(limits.links_per_name, window, 0),
        };
        Self {
            counted: Mutex::new(counted),
            making: Arc::new(Semaphore::new(MAKING_MAX)),
        }
    }

    /// Has these limits count from now on, but for the window.
    pub(super) fn set(&self, limits: &Limits) {
        let counted = self.counted.lock();
        let mut counted = counted.expect("nothing panics under this lock");
        counted.addresses.most = limits.links_per_address;
        counted.names.most = limits.links_per_name;
    }

    /// Counts a question, or says how long to wait with it.
    fn pass(&self, login: &str, from: Peer, at: Moment) -> Result<()> {
        let name = name_of(login);
        let counted = self.counted.lock();
        let mut counted = counted.expect("nothing panics under this lock");
        let Counted { addresses, names } = &mut *counted;
        let left = |count: Count, window: Moment| count.begun + window - at;
        if let Some(count) = from.and_then(|address| addresses.full(&address, at)) {
            let what = "Too many links were asked for from your address";
            return Err(slower(what, left(count, addresses.window)));
        }
        if let Some(count) = names.full(&name, at) {
            let what = "Too many links were asked for with this name";
            return Err(slower(what, left(count, names.window)));
        }
        if let Some(address) = from {
            addresses.add(address, at);
        }
        names.add(name, at);
        Ok(())
    }
}

impl People {
    /// Sends a link to whoever has this name, if anybody has it. Nobody learns from the answer.
    pub async fn ask_link(&self, kind: LinkKind, login: &str, from: Peer) -> Result<()> {
        let login = read_login(login);
        self.0.links.pass(&login.name, from, now())?;
        let making = self.0.links.making.clone().try_acquire_owned();
        let making = making.map_err(|_| Error::overloaded())?;
        let people = self.clone();
        tokio::spawn(async move {
            let _making = making;
            let find = move |conn: &mut Conn| login.find(conn);
            let found = people.0.store.read(find).await;
            let sent = match found.map(|user| user.filter(|user| user.disabled_at.is_none())) {
                Ok(None) => Ok(()),
                Ok(Some(user)) => people.send_link(kind, user).await,
                Err(error) => Err(error),
            };
            if let Err(error) = sent {
                tracing::warn!(%error, %kind, "a link that somebody asked for was not made");
            }
        });
        Ok(())
    }

    async fn send_link(&self, kind: LinkKind, user: User) -> Result<()> {
        let token = random_hex();
        let (id, link, at) = (user.id, ticket_id(&token), now());
        let expires_at = at + LINK_MS;
        let known = user.email_key.clone();
        let email = user.email_key.filter(|_| user.email_confirmed_at.is_none());
        let write = move |conn: &mut Conn| {
            // Two at once would each count without the other.
            conn.alone_with(id.0)?;
            // He may have been erased since he was found, or have another address.
            let found = users::find(conn, id)?.filter(|found| found.disabled_at.is_none());
            if found.is_none_or(|found| found.email_key != known) {
                return Ok(false);
            }
            let few = match kind {
                LinkKind::Password => password_links::count_but(conn, id, link, at)? < LINKS_MAX,
                LinkKind::Email => email_links::count_but(conn, id, link, at)? < LINKS_MAX,
            };
            match (kind, &email) {
                _ if !few => return Ok(false),
                (LinkKind::Email, None) => return Ok(false),
                (LinkKind::Email, Some(email)) => {
                    email_links::insert(conn, link, id, email, expires_at)?;
                }
                (LinkKind::Password, _) => {
                    password_links::insert(conn, link, id, expires_at)?;
                }
            }
            Ok(true)
        };
        if !self.0.store.write(write).await? {
            tracing::info!(person = %id, %kind, "he needs no link, or has as many as he may");
            return Ok(());
        }
        letters::send(&Letter {
            to: id,
            kind,
            link: self.link(kind.as_str(), &token),
            lasts_ms: LINK_MS,
        });
        Ok(())
    }

    /// Confirms an e-mail address for whoever has the link that went there. It is used up.
    pub async fn confirm_email(&self, token: &str, from: Peer) -> Result<()> {
        self.0.throttle.pass(Door::Token, from, now())?;
        let (link, at) = (ticket_id(token), now());
        let write = move |conn: &mut Conn| -> Result<UserId> {
            let id = whose_address(conn, link, at)?.ok_or_else(used_up)?.id;
            // Whoever was quicker with it has used it up.
            if email_links::delete_of(conn, id)? == 0 {
                return Err(used_up());
            }
            accounts::confirm_email(conn, id, at)?;
            Ok(id)
        };
        let id = self.0.store.write(write).await?;
        tracing::info!(person = %id, "an e-mail address was confirmed");
        Ok(())
    }

    /// Whether a link would still do what it is for. It is not used up by the question.
    pub async fn is_link_good(&self, kind: LinkUse, token: &str, from: Peer) -> Result<bool> {
        self.0.throttle.pass(Door::Token, from, now())?;
        let (link, at) = (ticket_id(token), now());
        let read = move |conn: &mut Conn| match kind {
            LinkUse::Password => Ok(whose_password(conn, link, at)?.is_some()),
            LinkUse::Email => Ok(whose_address(conn, link, at)?.is_some()),
            LinkUse::Invitation => Ok(invitations::find_open(conn, link, at)?.is_some()),
        };
        self.0.store.read(read).await
    }
}

/// Who gets a new password by this link; nobody: it is used up or too old, or he may not sign in.
pub(super) fn whose_password(conn: &mut Conn, link: SessionId, at: Moment) -> Result<Option<User>> {
    let Some(id) = password_links::find(conn, link, at)? else {
        return Ok(None);
    };
    Ok(users::find(conn, id)?.filter(|user| user.disabled_at.is_none()))
}

/// Whose address this link confirms, in the same way: the one that he had when he asked.
fn whose_address(conn: &mut Conn, link: SessionId, at: Moment) -> Result<Option<User>> {
    let Some((id, email)) = email_links::find(conn, link, at)? else {
        return Ok(None);
    };
    let user = users::find(conn, id)?.filter(|user| user.disabled_at.is_none());
    Ok(user.filter(|user| user.email_key.as_deref() == Some(&email)))
}
