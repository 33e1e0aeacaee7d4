//! What somebody is, and what a rep is trusted with, as admins say it.

use serde_json::json;

use super::disable::revoke_power;
use super::{Change, Desk, check_capacity, joins};
use crate::access::{Action, Actor, Object, Rights, may};
use crate::error::{Code, Error, Result};
use crate::store::audit::{self, Entry};
use crate::store::rep_views::RepView;
use crate::store::reps::{self, Rep};
use crate::store::rights::{self, RightsRow};
use crate::store::users::User;
use crate::store::{
    Conn, Runs, accounts, conversations, joined, password_links, serving, sessions, users,
};
use crate::words::{Act, Availability, Moment, ObjectKind, QueueId, Role, UserId, now};

/// What somebody is to be.
#[derive(Debug, Clone)]
pub struct NewRole {
    pub role: Role,
    /// How much he may hold as a rep.
    pub capacity: i32,
    /// The queues he serves as a rep; none: all there are.
    pub queues: Option<Vec<QueueId>>,
}

impl Desk {
    /// An admin makes somebody a rep, an admin or a customer. All his logins end; what he served
    /// goes back into its line, as when he is disabled. Said again it does what is left of it.
    pub async fn set_role(&self, actor: Actor, person: UserId, new: NewRole) -> Result<User> {
        may(&actor, Action::ChangeRole, Object::Person(person))?;
        check_capacity(new.capacity)?;
        let (at, by, role) = (now(), actor.id, new.role);
        let entry = Entry::new(Some(by), Act::RoleChanged, ObjectKind::User, Some(person.0));
        let runs = Runs::default();
        let user = self
            .commit(move |conn| {
                let again = runs.again();
                // Nobody opens a conversation meanwhile, and is no customer then.
                conn.alone_with(person.0)?;
                let seen = accounts::living(conn, person)?;
                if seen.role == new.role {
                    return Ok((seen, told_before(person, again)));
                }
                let mut left = leave_all(conn, person, at)?;
                accounts::lock_admins(conn)?;
                // He may have been erased before that.
                let before = accounts::living(conn, person)?;
                check_turn(conn, &before)?;
                if new.role != Role::Customer && !accounts::is_named(&before) {
                    let detail = "He has no name to sign in with. Let him register, or invite him.";
                    return Err(Error::new(Code::WrongState, detail));
                }
                accounts::set_role(conn, person, new.role)?;
                if !users::admin_exists(conn)? {
                    let detail = "He is the last admin who may sign in.";
                    return Err(Error::new(Code::WrongState, detail));
                }
                left.lines(serving::queue_ids_of(conn, person)?);
                turn(conn, person, &new)?;
                if before.role == Role::Admin {
                    revoke_power(conn, by, person, at)?;
                }
                let told = |role: Role| Some(json!({ "role": role }));
                audit::record(conn, &entry, told(before.role), told(new.role))?;
                Ok((
                    accounts::find(conn, person)?,
                    ended(conn, left, person, at)?,
                ))
            })
            .await?;
        tracing::info!(actor = %actor.id, %person, %role, "a role was changed");
        if role != Role::Rep {
            self.take_back_from(Some(actor.id), person, "rep_demoted")
                .await?;
        }
        Ok(user)
    }

    /// An admin says what a rep is trusted with. It counts at once, at open sockets, too.
    pub async fn set_rights(&self, actor: Actor, rep: UserId, new: Rights) -> Result<RepView> {
        may(&actor, Action::ChangeRights, Object::Person(rep))?;
        let entry = Entry::new(
            Some(actor.id),
            Act::RightsChanged,
            ObjectKind::User,
            Some(rep.0),
        );
        let view = self
            .commit(move |conn| {
                let found = reps::lock(conn, rep)?;
                if let Some(before) = reps::find(conn, rep)? {
                    let told = |rights: Rights| serde_json::to_value(rights).ok();
                    audit::record(conn, &entry, told(before.rights.into()), told(new))?;
                    rights::set(conn, rep, &RightsRow::from(new))?;
                }
                super::people::seen(conn, rep, found)
            })
            .await?;
        tracing::info!(actor = %actor.id, %rep, ?new, "a rep's rights were set");
        Ok(view)
    }
}

/// What is told when somebody is already what he is to be. Run again, because the answer of its
/// commit was lost, it has told nobody yet that his logins have ended.
fn told_before(person: UserId, again: bool) -> Change {
    let mut change = Change::default();
    if again {
        change.signed_out(person);
    }
    change
}

/// Takes part in nothing beside its rep any more: a customer's socket is told no notes.
fn leave_all(conn: &mut Conn, person: UserId, at: Moment) -> Result<Change> {
    let mut change = Change::default();
    for id in joined::all_of(conn, person)? {
        change.add(joins::leave(conn, id, person, at)?);
    }
    Ok(change)
}

/// Refuses what would leave a conversation with a customer who is none.
fn check_turn(conn: &mut Conn, before: &User) -> Result<()> {
    if before.role != Role::Customer {
        return Ok(());
    }
    let open = conversations::count_open_of(conn, before.id)?;
    if open == 0 {
        return Ok(());
    }
    let detail = format!("As a customer he has {open} open conversations. Close them first.");
    Err(Error::new(Code::WrongState, detail))
}

/// Makes the rep's row what the role says.
fn turn(conn: &mut Conn, person: UserId, new: &NewRole) -> Result<()> {
    if new.role != Role::Rep {
        reps::set_availability(conn, person, Availability::Offline)?;
        serving::set_queues(conn, person, &[])?;
        users::forget_personal_rep(conn, person)?;
        return Ok(());
    }
    match reps::set_capacity(conn, person, new.capacity)? {
        0 => reps::insert(conn, &Rep::new(person, new.capacity))?,
        _ => reps::set_availability(conn, person, Availability::Available)?,
    };
    // What was once allowed to him is not, only because he is back.
    rights::set(conn, person, &RightsRow::from(Rights::default()))?;
    let queues = serving::meant_queues(conn, new.queues.as_deref())?;
    serving::set_queues(conn, person, &queues)
}

/// His logins end, and everybody is told.
fn ended(conn: &mut Conn, mut change: Change, person: UserId, at: Moment) -> Result<Change> {
    sessions::revoke_others(conn, person, None, at)?;
    password_links::delete_of(conn, person)?;
    change.signed_out(person);
    Ok(change)
}
