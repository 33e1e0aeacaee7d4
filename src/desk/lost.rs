//! Reps who are gone. Their customers are told after a moment, and after the grace others get
//! what they held, in its old place. A rep who is back in time finds everything as it was.

use serde_json::json;

use super::hold::Hold;
use super::{Change, Desk, customers};
use crate::error::Result;
use crate::store::{Conn, conversations, events, reps, waiting};
use crate::words::{ConversationId, EventKind, Moment, Status, UserId};

impl Desk {
    /// Looks after what the lost hold. Who never was connected since he got it, as over REST, is
    /// not lost; and a node that has just started gives everybody the time to come back.
    pub(super) async fn follow_the_lost(&self, at: Moment) -> Result<()> {
        let rules = self.0.rules;
        let began = self.0.started_at;
        if at >= began + rules.rep_suspect_ms {
            let since = at - rules.rep_suspect_ms;
            let read = move |conn: &mut Conn| Ok(reps::lost_before(conn, since)?);
            for rep in self.0.store.read(read).await? {
                self.tell_of(rep, true, at).await?;
                // Done as he went, mostly; but his node may have been the only one.
                if let Err(error) = self.withdraw_from_the_gone(rep).await {
                    tracing::warn!(%error, %rep, "he is lost, and still asked");
                }
            }
        }
        for rep in self
            .0
            .store
            .read(|conn| Ok(reps::found_again(conn)?))
            .await?
        {
            self.tell_of(rep, false, at).await?;
        }
        if at >= began + rules.rep_grace_ms {
            let since = at - rules.rep_grace_ms;
            let read = move |conn: &mut Conn| Ok(reps::lost_before(conn, since)?);
            for rep in self.0.store.read(read).await? {
                self.take_from(rep, since, at).await?;
            }
        }
        self.release_reserved(at).await
    }

    /// Tells the customers of a rep that he is lost, or back again. One node does. Of his return
    /// hears who has heard of his loss, and no one else.
    async fn tell_of(&self, rep: UserId, lost: bool, at: Moment) -> Result<()> {
        let mark = move |conn: &mut Conn| match reps::set_suspected(conn, rep, lost)? {
            true if lost => Ok(conversations::held_by_lost(conn, rep)?),
            true => Ok(conversations::held_by(conn, rep, Status::Active)?),
            false => Ok(Vec::new()),
        };
        let until = at + self.0.rules.rep_grace_ms - self.0.rules.rep_suspect_ms;
        for id in self.0.store.write(mark).await? {
            let told = self.commit(move |conn| {
                let mut hold = Hold::take(conn, id, at)?;
                let his = hold.row.status == Status::Active && hold.row.rep_id == Some(rep);
                if !his || (!lost && !is_suspect(conn, id)?) {
                    return Ok(((), Change::default()));
                }
                match lost {
                    true => hold.log(
                        EventKind::Suspect,
                        None,
                        json!({ "rep_id": rep, "held_until": until }),
                    ),
                    false => hold.log(EventKind::Returned, Some(rep), json!({ "rep_id": rep })),
                }
                let (_, change) = hold.write(conn)?;
                Ok(((), change))
            });
            report(told.await, id);
        }
        Ok(())
    }

    /// Puts back in line what a rep holds who has been lost since before `since`.
    async fn take_from(&self, rep: UserId, since: Moment, at: Moment) -> Result<()> {
        let read = move |conn: &mut Conn| Ok(conversations::held_by_lost(conn, rep)?);
        for id in self.0.store.read(read).await? {
            let taken = self.commit(move |conn| {
                let mut hold = Hold::take(conn, id, at)?;
                let his = reps::find(conn, rep)?;
                let lost_at = his.as_ref().and_then(|his| his.lost_at);
                let got_at = hold.row.assigned_at.unwrap_or(hold.row.created_at);
                let by_line = hold.row.changed_by.is_none();
                let had = |lost: Moment| lost <= since && (by_line || got_at <= lost);
                if !lost_at.is_some_and(had) || hold.row.rep_id != Some(rep) {
                    return Ok(((), Change::default()));
                }
                let queue = hold.queue(conn)?;
                hold.put_in_line(&queue);
                let data = json!({
                    "from": rep,
                    "reason": "rep_lost",
                    "load": his.as_ref().map(|his| his.active),
                    "capacity": his.as_ref().map(|his| his.capacity),
                });
                hold.log(EventKind::Requeued, None, data);
                customers::keep_place_of_the_gone(conn, &mut hold, &queue)?;
                let (_, change) = hold.write(conn)?;
                Ok(((), change))
            });
            report(taken.await, id);
        }
        Ok(())
    }

    /// Lets everybody have what waits for one rep who does not take anything now.
    async fn release_reserved(&self, at: Moment) -> Result<()> {
        let since = at - self.0.rules.rep_grace_ms;
        let read = move |conn: &mut Conn| Ok(waiting::reserved_in_vain(conn, at, since)?);
        for id in self.0.store.read(read).await? {
            let released = self.commit(move |conn| {
                let mut hold = Hold::take(conn, id, at)?;
                if hold.row.status != Status::Waiting || hold.row.preferred_rep_id.is_none() {
                    return Ok(((), Change::default()));
                }
                let from = hold.row.preferred_rep_id.take();
                hold.row.preferred_until = None;
                let data = json!({ "from": from, "reason": "rep_unavailable" });
                hold.log(EventKind::Requeued, None, data);
                let (_, change) = hold.write(conn)?;
                Ok(((), change))
            });
            report(released.await, id);
        }
        Ok(())
    }
}

/// Whether the last that its customer heard of his rep is that he is lost. Who was assigned since
/// has never been gone, for this customer.
fn is_suspect(conn: &mut Conn, id: ConversationId) -> Result<bool> {
    let kinds = [EventKind::Assigned, EventKind::Suspect, EventKind::Returned];
    let last = events::last_kind(conn, id, &kinds)?;
    Ok(last == Some(EventKind::Suspect))
}

/// One that fails keeps none of the others: the next round tries it again.
fn report(done: Result<()>, id: ConversationId) {
    if let Err(error) = done {
        tracing::warn!(%error, conversation = %id, "a conversation of a lost rep stays as it is");
    }
}
