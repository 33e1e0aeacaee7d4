//! Somebody is erased: nothing is left of him but a row without a name, which others name.
//!
//! One transaction takes his name, his password and his logins; from then on he is gone for
//! everybody. What he has on his hands and what he said goes after that, part by part, and any node
//! goes on with it: `src/erasing.rs` calls for the next step until there is none.

use std::time::Duration;

use serde_json::json;

use super::disable::revoke_power;
use super::hold::Hold;
use super::joins::{audience, grown, over};
use super::{Change, Desk, exits};
use crate::access::{Action, Actor, Object, may};
use crate::error::{Code, Error, Result};
use crate::store::audit::{self, Entry};
use crate::store::erasures::{self, Erasure, PART};
use crate::store::users::User;
use crate::store::{Conn, accounts, attachments, conversations, events, users};
use crate::words::{
    Act, ConversationId, ErasureStep, EventKind, Moment, ObjectKind, Resolution, Role, Status,
    UserId, now,
};

/// What became of one step over the logs.
enum Part {
    /// It is done, or another node has done it.
    Done,
    /// Somebody has opened this one again meanwhile.
    Open(ConversationId),
}

impl Desk {
    /// An admin erases somebody, whose username or number he repeats. Said again, it answers how
    /// far that has come.
    pub async fn erase(&self, actor: Actor, person: UserId, confirm: String) -> Result<Erasure> {
        may(&actor, Action::Erase, Object::Person(person))?;
        self.begin_erasing(actor.id, person, Some(confirm)).await
    }

    /// A customer erases himself. That it is he was proved before.
    pub async fn erase_own(&self, actor: Actor) -> Result<Erasure> {
        may(&actor, Action::EraseOwn, Object::Person(actor.id))?;
        self.begin_erasing(actor.id, actor.id, None).await
    }

    async fn begin_erasing(
        &self,
        by: UserId,
        person: UserId,
        confirm: Option<String>,
    ) -> Result<Erasure> {
        let at = now();
        let erasure = self
            .commit(move |conn| begin(conn, by, person, confirm.as_deref(), at))
            .await?;
        tracing::info!(actor = %by, %person, step = %erasure.step, "somebody is being erased");
        self.0.erasing.notify_one();
        Ok(erasure)
    }

    /// Comes when somebody is to be erased by this node, at the latest after so long.
    pub async fn erasing_begun(&self, at_last: Duration) {
        // Late is the same as told.
        let _ = tokio::time::timeout(at_last, self.0.erasing.notified()).await;
    }

    /// Goes on with giving back what he has on his hands, and with his words.
    pub async fn go_on_erasing(&self, erasure: Erasure) -> Result<()> {
        let person = erasure.user_id;
        // Whatever he is now, he may have been a customer, and a rep.
        match erasure.step {
            ErasureStep::Hands => {
                let read = move |conn: &mut Conn| Ok(erasures::open_of(conn, person)?);
                for id in self.0.store.read(read).await? {
                    self.close_for_good(id).await?;
                }
                // As if by himself: why, is not told to customers.
                self.take_back_from(Some(person), person, "rep_erased")
                    .await?;
                self.leave_all(person).await?;
                self.next_step(erasure, ErasureStep::Words).await
            }
            ErasureStep::Words => {
                let at = now();
                let part = self.commit(move |conn| empty(conn, &erasure, at)).await?;
                match part {
                    Part::Done => Ok(()),
                    Part::Open(id) => self.close_for_good(id).await,
                }
            }
            ErasureStep::Names => self.unname(erasure).await,
            _ => Ok(()),
        }
    }

    /// Takes his name out of some entries of where he has come and gone.
    async fn unname(&self, erasure: Erasure) -> Result<()> {
        let write = move |conn: &mut Conn| {
            let behind = (erasure.conversation_id, erasure.seq);
            let (last, count) = erasures::unname_part(conn, erasure.user_id, behind)?;
            let to = match last {
                Some((conversation_id, seq)) => Erasure {
                    conversation_id,
                    seq,
                    entries: erasure.entries + count,
                    ..erasure.clone()
                },
                None => ended(conn, &erasure)?,
            };
            Ok(erasures::advance(conn, &erasure, &to).map(drop)?)
        };
        self.0.store.write(write).await
    }

    async fn next_step(&self, from: Erasure, step: ErasureStep) -> Result<()> {
        let to = from.at_step(step);
        let write = move |conn: &mut Conn| Ok(erasures::advance(conn, &from, &to).map(drop)?);
        self.0.store.write(write).await
    }

    /// Closes one whose customer is erased, as it is.
    async fn close_for_good(&self, id: ConversationId) -> Result<()> {
        let at = now();
        let closed = self
            .commit(move |conn| {
                let hold = Hold::take(conn, id, at)?;
                let how = match hold.row.status {
                    Status::Closed => return Ok((false, Change::default())),
                    Status::Waiting | Status::Offered => Resolution::Abandoned,
                    Status::Parked if hold.row.is_left_message() => Resolution::Abandoned,
                    Status::Wrapup => hold.row.ending.unwrap_or(Resolution::Unresolved),
                    _ => Resolution::Unresolved,
                };
                let (_, change) = exits::ended(conn, hold, how, None, "erased")?;
                Ok((true, change))
            })
            .await?;
        if closed {
            self.0.metrics.closed.inc();
        }
        Ok(())
    }
}

/// Takes his name and all logins, and writes down that the rest is to follow.
fn begin(
    conn: &mut Conn,
    by: UserId,
    person: UserId,
    confirm: Option<&str>,
    at: Moment,
) -> Result<(Erasure, Change)> {
    // Nobody opens a conversation meanwhile, and then another in his name.
    conn.alone_with(person.0)?;
    let mut change = Change::default();
    change.signed_out(person);
    accounts::lock_admins(conn)?;
    if let Some(erasure) = erasures::find(conn, person)? {
        return Ok((erasure, change));
    }
    // His picture and his address are as they are now: whoever was changing them has ended.
    attachments::lock_uploader(conn, person)?;
    let user = accounts::find(conn, person)?;
    if let Some(said) = confirm {
        check_confirmed(&user, said)?;
    }
    // It is written once: when this is run again, its row is there.
    let entry = Entry::new(Some(by), Act::UserErased, ObjectKind::User, Some(person.0));
    audit::record(conn, &entry, Some(json!({ "role": user.role })), None)?;
    if user.role == Role::Admin {
        revoke_power(conn, by, person, at)?;
    }
    if !accounts::erase(conn, &user, at)? {
        let detail = "He is the last admin who may sign in.";
        return Err(Error::new(Code::WrongState, detail));
    }
    let erasure = Erasure::new(person, user.picture_id, at);
    erasures::insert(conn, &erasure)?;
    Ok((erasure, change))
}

/// Whether the one who is meant was named.
fn check_confirmed(user: &User, said: &str) -> Result<()> {
    let said = said.trim();
    let named = user.username_key.as_deref() == Some(users::fold(said).as_str());
    if named || said == user.number.to_string() {
        return Ok(());
    }
    let detail = "Repeat the username or the number of the person who is to be erased.";
    Err(Error::invalid("confirm", detail))
}

/// When there is no log left: what he has uploaded and sent nowhere goes, too.
fn ended(conn: &mut Conn, erasure: &Erasure) -> Result<Erasure> {
    attachments::take_back_unsent(conn, erasure.user_id)?;
    Ok(erasure.at_step(ErasureStep::Files))
}

/// Takes the words out of the next part of a customer's logs. The first part of each tells that all
/// of them go, in one entry, whoever is there.
fn empty(conn: &mut Conn, erasure: &Erasure, at: Moment) -> Result<(Part, Change)> {
    let nothing = || Ok((Part::Done, Change::default()));
    let id = match erasure.seq {
        0 => erasures::next_of(conn, erasure.user_id, erasure.conversation_id)?,
        _ => Some(erasure.conversation_id),
    };
    let Some(id) = id else {
        erasures::advance(conn, erasure, &erasure.at_step(ErasureStep::Names))?;
        return nothing();
    };
    // One that retention has taken away has none.
    let last = events::bump(conn, id, 0)?.unwrap_or_default();
    let row = conversations::find(conn, id)?;
    if row.as_ref().is_some_and(|row| row.status != Status::Closed) {
        return Ok((Part::Open(id), Change::default()));
    }
    let (from, to) = (erasure.seq + 1, last.min(erasure.seq + PART));
    let next = Erasure {
        conversation_id: id,
        seq: if to == last { 0 } else { to },
        entries: erasure.entries + (to - from + 1).max(0),
        ..erasure.clone()
    };
    if !erasures::advance(conn, erasure, &next)? || from > to {
        return nothing();
    }
    let (told_by, change) = match row {
        Some(mut row) if from == 1 => {
            row.subject.clear();
            (row.rating, row.rating_text, row.rated_at) = (None, None, None);
            let told_by = events::bump(conn, id, 1)?.unwrap_or_default();
            let entry = events::Entry {
                data: Some(json!({ "erased": true, "seq": 1, "through": last })),
                ..events::Entry::new(EventKind::Deleted, None)
            };
            let log = events::append(conn, id, told_by, at, vec![entry])?;
            let (audience, over) = (audience(conn, &row)?, over(conn, &row)?);
            (told_by, grown(log, audience, over))
        }
        _ => (
            erasures::telling(conn, id)?.unwrap_or_default(),
            Change::default(),
        ),
    };
    erasures::empty_part(conn, id, (from, to), told_by)?;
    Ok((Part::Done, change))
}
