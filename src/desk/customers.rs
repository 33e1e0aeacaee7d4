//! Customers come and go. A waiting one who has gone keeps his place, and is offered to nobody
//! until he is back.

use std::collections::HashSet;

use futures_util::FutureExt;
use serde_json::json;

use super::hold::{Hold, expect, patience};
use super::{Change, Desk, hours};
use crate::access::{Action, Actor, Object, may};
use crate::error::{Error, Result};
use crate::store::audit::{self, Entry};
use crate::store::conversations::ConversationView;
use crate::store::customer_views::{self, CustomerView};
use crate::store::queues::Queue;
use crate::store::ties::may_with;
use crate::store::users;
use crate::store::{Conn, accounts, customer_sessions, reps, waiting};
use crate::words::{
    Act, ConversationId, EventKind, Moment, ObjectKind, SocketId, Status, UserId, now,
};

/// How long whoever comes back to a held place has at least, in ms.
const BACK_MS: Moment = 60_000;

/// How many are held in one round.
const ROUND: i64 = 200;

impl Desk {
    /// A socket of a customer who has something open has opened on this node: whatever was held
    /// for him stands in line again, where it stood.
    pub async fn customer_arrives(&self, customer: UserId, socket: SocketId) -> Result<()> {
        let node = self.0.node;
        let arrive = move |conn: &mut Conn| {
            customer_sessions::forget_left(conn, customer)?;
            customer_sessions::insert(conn, socket, customer, node)?;
            Ok(waiting::held_of(conn, customer)?)
        };
        let held = self.0.store.write(arrive).await?;
        self.has_returned(held).await
    }

    /// A customer who was thought to be gone has said something, over REST or wherever: he is
    /// there, and goes on without a socket.
    pub(super) fn speaks(&self, customer: UserId) {
        let desk = self.clone();
        let come_back = async move {
            let stay = move |conn: &mut Conn| {
                customer_sessions::forget_left(conn, customer)?;
                Ok(waiting::held_of(conn, customer)?)
            };
            let held = desk.0.store.write(stay).await?;
            desk.has_returned(held).await
        };
        let come_back = come_back.map(move |done| {
            if let Err(error) = done {
                tracing::warn!(%error, %customer, "he writes, and his place stays held");
            }
        });
        self.0.tasks.spawn_on(come_back, &self.0.runtime);
    }

    /// Puts what was held for a customer where it stood.
    async fn has_returned(&self, held: Vec<ConversationId>) -> Result<()> {
        for id in held {
            let at = now();
            self.commit(move |conn| returned(conn, id, at)).await?;
        }
        Ok(())
    }

    /// A customer who waits leaves what he has said as a message instead: it keeps its place, and
    /// is served whether he is there or not.
    pub async fn leave_message(
        &self,
        actor: Actor,
        id: ConversationId,
    ) -> Result<ConversationView> {
        self.count_words(&actor)?;
        let (at, customer) = (now(), actor.id);
        let leave = move |conn: &mut Conn| {
            let mut hold = Hold::take(conn, id, at)?;
            may_with(conn, &actor, Action::LeaveMessage, &hold.row)?;
            expect(&hold.row, &[Status::Waiting, Status::Offered])?;
            hold.row.left_message = true;
            hold.write(conn)
        };
        let view = self.commit(leave).await?;
        if view.held {
            self.speaks(customer);
        }
        Ok(view)
    }

    /// A socket of a customer has closed. Whether he is gone is seen later: who loads a page
    /// again is not.
    pub async fn customer_leaves(&self, socket: SocketId) -> Result<()> {
        let at = now();
        let leave = move |conn: &mut Conn| Ok(customer_sessions::leave(conn, socket, at)?);
        self.0.store.write(leave).await.map(drop)
    }

    /// An admin gives a customer this rep for his own, or none. It counts for what is opened, or
    /// opened again, from now on.
    pub async fn set_personal_rep(
        &self,
        actor: Actor,
        customer: UserId,
        rep: Option<UserId>,
    ) -> Result<CustomerView> {
        may(&actor, Action::SetPersonalRep, Object::None)?;
        let (act, kind) = (Act::PersonalRepChanged, ObjectKind::User);
        let entry = Entry::new(Some(actor.id), act, kind, Some(customer.0));
        let give = move |conn: &mut Conn| {
            if let Some(rep) = rep
                && reps::find(conn, rep)?.is_none()
            {
                return Err(Error::invalid("rep", "There is no such rep."));
            }
            if let Some(rep) = rep {
                accounts::check_able(conn, rep)?;
            }
            let before = users::personal_rep(conn, customer)?;
            if users::set_personal_rep(conn, customer, rep)? > 0 {
                let told = |rep: Option<UserId>| Some(json!({ "personal_rep": rep }));
                audit::record(conn, &entry, told(before), told(rep))?;
            }
            customer_views::view(conn, customer)
        };
        let view = self.0.store.write(give).await?;
        tracing::info!(actor = %actor.id, %customer, ?rep, "a personal rep was set");
        Ok(view)
    }

    /// Has forgotten what is written down here and is not `open`: a closing that was not heard.
    /// What is open is asked after what is written is read: whoever comes in between is there.
    pub async fn customers_here(&self, open: impl Fn() -> HashSet<SocketId>) -> Result<()> {
        let node = self.0.node;
        let read = move |conn: &mut Conn| Ok(customer_sessions::of_node(conn, node)?);
        let written = self.0.store.read(read).await?;
        if written.is_empty() {
            return Ok(());
        }
        let open = open();
        for socket in written.into_iter().filter(|one| !open.contains(one)) {
            self.customer_leaves(socket).await?;
        }
        Ok(())
    }

    /// Holds the places of customers who have been gone for longer than their grace.
    pub(super) async fn hold_places(&self, at: Moment) -> Result<()> {
        // He may be back by the time it is written that he has gone: seen here, the next time.
        for id in self
            .0
            .store
            .read(|conn| Ok(waiting::held_in_vain(conn)?))
            .await?
        {
            let back = self.commit(move |conn| returned(conn, id, at)).await;
            if let Err(error) = back {
                tracing::warn!(%error, conversation = %id, "its customer is back, it stays held");
            }
        }
        let gone = at - self.0.rules.customer_grace_ms;
        let read = move |conn: &mut Conn| Ok(waiting::left_alone(conn, gone, ROUND)?);
        for id in self.0.store.read(read).await? {
            let held = self.commit(move |conn| held(conn, id, at)).await;
            if let Err(error) = held {
                tracing::warn!(%error, conversation = %id, "its customer is gone, it is not held");
            }
        }
        Ok(())
    }
}

fn held(conn: &mut Conn, id: ConversationId, at: Moment) -> Result<((), Change)> {
    let mut hold = Hold::take(conn, id, at)?;
    if hold.row.status != Status::Waiting || hold.row.held {
        return Ok(((), Change::default()));
    }
    let queue = hold.queue(conn)?;
    keep_place(conn, &mut hold, &queue)?;
    let (_, change) = hold.write(conn)?;
    Ok(((), change))
}

/// Holds the place of somebody who has gone. Who goes while nobody is expected has left a message.
fn keep_place(conn: &mut Conn, hold: &mut Hold, queue: &Queue) -> Result<()> {
    if hold.row.left_message || hours::is_closed(conn, queue, hold.at)? {
        hold.row.left_message = true;
        return Ok(());
    }
    hold.row.held = true;
    hold.row.due_at = match queue.policy.abandon_after_ms {
        Some(after) => Some(hours::held_until(conn, queue, hold.at, after)?),
        None => None,
    };
    let data = json!({ "until": hold.row.due_at });
    hold.log(EventKind::Held, None, data);
    Ok(())
}

/// Holds the place of one that has just gone back into the line by itself, if its customer has left
/// meanwhile: nobody is asked for him in vain. If he only loads a page again, he is back at once.
pub(super) fn keep_place_of_the_gone(
    conn: &mut Conn,
    hold: &mut Hold,
    queue: &Queue,
) -> Result<()> {
    if customer_sessions::has_left(conn, hold.row.customer_id, hold.row.created_at)? {
        keep_place(conn, hold, queue)?;
    }
    Ok(())
}

fn returned(conn: &mut Conn, id: ConversationId, at: Moment) -> Result<((), Change)> {
    let mut hold = Hold::take(conn, id, at)?;
    if !hold.row.held {
        return Ok(((), Change::default()));
    }
    let queue = hold.queue(conn)?;
    hold.row.held = false;
    // However long he was away, he is not sent off in the moment in which he is back.
    let due = patience(&queue, hold.row.queued_at);
    hold.row.due_at = due.map(|due| due.max(at + BACK_MS));
    let customer = hold.row.customer_id;
    hold.log(EventKind::Returned, Some(customer), json!({}));
    let (_, change) = hold.write(conn)?;
    Ok(((), change))
}
