//! Somebody may not sign in any more: his logins and his keys end, and what he serves goes back
//! into its line.

use serde_json::json;

use super::hold::Hold;
use super::{Change, Desk, customers, slots};
use crate::access::{Action, Actor, Object, may};
use crate::error::{Code, Error, Result};
use crate::store::audit::{self, Entry};
use crate::store::{Conn, accounts, api_keys, conversations, sessions};
use crate::words::{Act, EventKind, Moment, ObjectKind, Status, UserId, now};

impl Desk {
    /// An admin keeps somebody from signing in. Said again it does what is left of it, as after a
    /// failure in the middle. What he has parked waits for its moment or its customer, as before.
    pub async fn disable(&self, actor: Actor, person: UserId) -> Result<()> {
        may(&actor, Action::Disable, Object::Person(person))?;
        let (at, by) = (now(), actor.id);
        let entry = Entry::new(
            Some(by),
            Act::UserDisabled,
            ObjectKind::User,
            Some(person.0),
        );
        self.commit(move |conn| {
            if accounts::find(conn, person)?.disabled_at.is_none() {
                let told = |at: Option<Moment>| Some(json!({ "disabled_at": at }));
                audit::record(conn, &entry, told(None), told(Some(at)))?;
            }
            if !accounts::disable(conn, person, at)? {
                let detail = "He is the last admin who may sign in.";
                return Err(Error::new(Code::WrongState, detail));
            }
            sessions::revoke_others(conn, person, None, at)?;
            revoke_keys(conn, by, person, at)?;
            let mut change = Change::default();
            change.signed_out(person);
            Ok(((), change))
        })
        .await?;
        tracing::info!(actor = %actor.id, %person, "somebody may not sign in any more");
        self.take_back_from(Some(actor.id), person, "rep_disabled")
            .await
    }

    /// Puts back in line what a rep is offered and what he serves.
    pub(super) async fn take_back_from(
        &self,
        by: Option<UserId>,
        rep: UserId,
        reason: &'static str,
    ) -> Result<()> {
        self.withdraw_all(rep, "rep_unavailable").await?;
        let read = move |conn: &mut Conn| Ok(conversations::held_by(conn, rep, Status::Active)?);
        for id in self.0.store.read(read).await? {
            let at = now();
            self.commit(move |conn| {
                let mut hold = Hold::take(conn, id, at)?;
                if hold.row.status != Status::Active || hold.row.rep_id != Some(rep) {
                    return Ok(((), Change::default()));
                }
                let queue = hold.queue(conn)?;
                hold.put_in_line(&queue);
                let (load, capacity) = slots::load(conn, Some(rep))?;
                let data = json!({
                    "from": rep, "reason": reason, "load": load, "capacity": capacity,
                });
                hold.log(EventKind::Requeued, by, data);
                customers::keep_place_of_the_gone(conn, &mut hold, &queue)?;
                let (_, change) = hold.write(conn)?;
                Ok(((), change))
            })
            .await?;
        }
        Ok(())
    }
}

/// Revokes every key that somebody has made, and those that were made with them, and has the audit
/// tell of each: with one he would keep the power that he has lost himself.
pub(super) fn revoke_keys(conn: &mut Conn, by: UserId, person: UserId, at: Moment) -> Result<()> {
    let mut makers = vec![person];
    while let Some(maker) = makers.pop() {
        for id in api_keys::made_by(conn, maker)? {
            makers.push(UserId(id.0));
            let entry = Entry::new(Some(by), Act::KeyRevoked, ObjectKind::ApiKey, Some(id.0));
            if let Some(key) = api_keys::revoke(conn, id, at)? {
                let told = json!({ "scopes": key.scopes(), "expires_at": key.expires_at });
                audit::record(conn, &entry, Some(told), None)?;
            }
        }
    }
    Ok(())
}
