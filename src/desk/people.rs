//! Reps come, go, and are given more or less to do.

use std::collections::{BTreeSet, HashSet};

use serde_json::json;

use super::{Change, Desk, slots};
use crate::access::{Action, Actor, Object, may};
use crate::error::{Error, Result};
use crate::store::audit::{self, Entry};
use crate::store::rep_views::{self, RepView};
use crate::store::reps::Rep;
use crate::store::{Conn, accounts, reps, serving};
use crate::words::{Act, Availability, ObjectKind, QueueId, SocketId, UserId, now};

/// The most that a rep's capacity can be.
const CAPACITY_MAX: i32 = 100;

impl Desk {
    /// An admin says how much a rep may hold. Less than he holds takes nothing away from him;
    /// more is filled at once.
    pub async fn set_capacity(&self, actor: Actor, rep: UserId, capacity: i32) -> Result<RepView> {
        may(&actor, Action::ChangeCapacity, Object::Person(rep))?;
        check_capacity(capacity)?;
        let entry = about(&actor, Act::CapacityChanged, rep);
        let view = self
            .commit(move |conn| {
                accounts::living(conn, rep)?;
                if let Some(before) = held(conn, rep)? {
                    let told = |capacity: i32| Some(json!({ "capacity": capacity }));
                    audit::record(conn, &entry, told(before.capacity), told(capacity))?;
                }
                let found = reps::set_capacity(conn, rep, capacity)?;
                seen(conn, rep, found)
            })
            .await?;
        tracing::info!(actor = %actor.id, %rep, capacity, "a capacity was set");
        Ok(view)
    }

    /// An admin says which queues a rep serves. He keeps what he has; from a queue he does not
    /// serve any more he gets nothing new, and what waits in one that is new to him at once.
    pub async fn set_queues(
        &self,
        actor: Actor,
        rep: UserId,
        queues: Vec<QueueId>,
    ) -> Result<RepView> {
        may(&actor, Action::ChangeRepQueues, Object::None)?;
        let said = queues.clone();
        let entry = about(&actor, Act::RepQueuesChanged, rep);
        let view = self
            .commit(move |conn| {
                accounts::living(conn, rep)?;
                // First, so that two who say so at once do not mix.
                let found = reps::lock(conn, rep)?;
                let queues = serving::meant_queues(conn, Some(&queues))?;
                let before = serving::queue_ids_of(conn, rep)?;
                if found > 0 {
                    let told = |queues: &[QueueId]| Some(json!({ "queues": queues }));
                    audit::record(conn, &entry, told(&before), told(&queues))?;
                    serving::set_queues(conn, rep, &queues)?;
                }
                let (view, mut change) = seen(conn, rep, found)?;
                change.lines(before);
                Ok((view, change))
            })
            .await?;
        tracing::info!(actor = %actor.id, %rep, queues = ?said, "a rep's queues were set");
        Ok(view)
    }

    /// A rep, or an admin for him, says what he wants.
    pub async fn set_availability(
        &self,
        actor: Actor,
        rep: UserId,
        availability: Availability,
    ) -> Result<RepView> {
        may(&actor, Action::SetAvailability, Object::Person(rep))?;
        // What he says himself is no act of somebody with power.
        let entry = about(&actor, Act::AvailabilityChanged, rep);
        let entry = (actor.id != rep).then_some(entry);
        let view = self
            .commit(move |conn| {
                if availability != Availability::Offline {
                    accounts::check_able(conn, rep)?;
                }
                if let Some(entry) = &entry
                    && let Some(before) = held(conn, rep)?
                {
                    let told = |one: Availability| Some(json!({ "availability": one }));
                    audit::record(conn, entry, told(before.availability), told(availability))?;
                }
                let found = reps::set_availability(conn, rep, availability)?;
                seen(conn, rep, found)
            })
            .await?;
        if actor.id != rep {
            tracing::info!(actor = %actor.id, %rep, %availability, "an availability was set");
        }
        if availability != Availability::Available {
            self.withdraw_all(rep, "rep_unavailable").await?;
        }
        Ok(view)
    }

    /// A socket of a rep has opened on this node.
    pub async fn arrive(&self, rep: UserId, socket: SocketId) -> Result<()> {
        let (node, at) = (self.0.node, now());
        self.commit(move |conn| {
            // Before the session, so that two sockets of one rep meet here and not in a deadlock.
            reps::touch(conn, rep)?;
            reps::set_found(conn, rep)?;
            reps::insert_session(conn, socket, rep, node, at)?;
            Ok(((), changed(rep)))
        })
        .await
        .map_err(|error| match error.names_what_is_not_there() {
            // Its lease had run out; it writes itself down again.
            true => Error::unavailable(anyhow::anyhow!("this node is not written down")),
            false => error,
        })
    }

    /// A socket of a rep has closed.
    pub async fn leave(&self, rep: UserId, socket: SocketId) -> Result<()> {
        let at = now();
        self.commit(move |conn| {
            reps::touch(conn, rep)?;
            reps::delete_session(conn, socket)?;
            reps::set_lost(conn, rep, at)?;
            Ok(((), changed(rep)))
        })
        .await?;
        self.withdraw_from_the_gone(rep).await
    }

    /// Takes back what a rep is offered, unless he is there.
    pub(super) async fn withdraw_from_the_gone(&self, rep: UserId) -> Result<()> {
        let read = move |conn: &mut Conn| slots::is_there(conn, rep);
        match self.0.store.read(read).await? {
            true => Ok(()),
            false => self.withdraw_all(rep, "rep_absent").await,
        }
    }

    /// Makes the sockets that this node is written down with those that are `open` here. That is
    /// asked after what is written is read, so that whoever comes in between is not struck out.
    /// With `anew` every rep here is looked at again: who was present by a lease that had run
    /// out counts as absent in the line.
    pub async fn set_present(
        &self,
        open: impl Fn() -> Vec<(SocketId, UserId)> + Clone + Send + 'static,
        anew: bool,
    ) -> Result<()> {
        let (node, at) = (self.0.node, now());
        let here = open.clone();
        // Many are compared where nobody else has anything to do.
        let same = move |conn: &mut Conn| {
            let written: HashSet<_> = reps::sessions_of_node(conn, node)?.into_iter().collect();
            Ok(written == here().into_iter().collect())
        };
        if !anew && self.0.store.read(same).await? {
            // As always: then nobody waits for it.
            return Ok(());
        }
        self.commit(move |conn| {
            let there: HashSet<_> = reps::sessions_of_node(conn, node)?.into_iter().collect();
            let open: HashSet<_> = open().into_iter().collect();
            let all = there.union(&open);
            let differ = |one: &&(SocketId, UserId)| there.contains(one) != open.contains(one);
            let changed: BTreeSet<UserId> = all
                .clone()
                .filter(|one| anew || differ(one))
                .map(|(_, rep)| *rep)
                .collect();
            for rep in &changed {
                reps::touch(conn, *rep)?;
            }
            for (socket, rep) in open.difference(&there) {
                reps::insert_session(conn, *socket, *rep, node, at)?;
            }
            for (socket, _) in there.difference(&open) {
                reps::delete_session(conn, *socket)?;
            }
            for rep in &changed {
                match open.iter().any(|(_, other)| other == rep) {
                    true => reps::set_found(conn, *rep)?,
                    false => reps::set_lost(conn, *rep, at)?,
                };
            }
            let change = Change {
                reps: changed.into_iter().collect(),
                staffing: true,
                ..Change::default()
            };
            Ok(((), change))
        })
        .await
    }

    /// Lets the line know of a rep who was just made, or whose queues have changed.
    pub fn rep_changed(&self, rep: UserId) {
        self.tell(changed(rep));
    }
}

/// Refuses a capacity that no rep can have.
pub fn check_capacity(capacity: i32) -> Result<()> {
    if (0..=CAPACITY_MAX).contains(&capacity) {
        return Ok(());
    }
    Err(Error::invalid(
        "capacity",
        format!("Give a whole number from 0 to {CAPACITY_MAX}."),
    ))
}

/// What an admin is about to do to a rep.
fn about(actor: &Actor, act: Act, rep: UserId) -> Entry {
    Entry::new(Some(actor.id), act, ObjectKind::User, Some(rep.0))
}

/// A rep as he is, held until the commit, so that nobody changes him in between.
fn held(conn: &mut Conn, rep: UserId) -> Result<Option<Rep>> {
    reps::lock(conn, rep)?;
    Ok(reps::find(conn, rep)?)
}

/// The rep as staff see him, if there is such a rep.
pub(super) fn seen(conn: &mut Conn, rep: UserId, found: usize) -> Result<(RepView, Change)> {
    let view = rep_views::views(conn, Some(rep))?
        .pop()
        .filter(|_| found > 0);
    let view = view.ok_or_else(|| Error::not_found("rep"))?;
    Ok((view, changed(rep)))
}

fn changed(rep: UserId) -> Change {
    Change {
        reps: vec![rep],
        staffing: true,
        ..Change::default()
    }
}
