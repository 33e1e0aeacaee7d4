//! Invitations: an admin makes a one-use link, and whoever has it makes his own account, with a
//! name and a password that nobody else has seen.

use serde_json::{Value, json};
use uuid::Uuid;

use super::account::used_up;
use super::login::ticket_id;
use super::newcomer::Wrong;
use super::throttle::{Door, Peer};
use super::{NewPerson, People, created, random_hex};
use crate::error::{Code, Error, Result};
use crate::store::audit::{self, Entry};
use crate::store::invitations::{self, Invitation};
use crate::store::reps::{self, Rep};
use crate::store::users::{self, User};
use crate::store::{Conn, Runs, serving};
use crate::words::{Act, InvitationId, Moment, ObjectKind, QueueId, Role, UserId, now};

/// How many days an invitation may be good, and how many it is if nothing is said.
const INVITATION_DAYS_MAX: i64 = 30;
const INVITATION_DAYS: i64 = 7;
const DAY_MS: Moment = 24 * 60 * 60 * 1_000;
/// Invitations that are open.
const INVITATIONS_MAX: i64 = 100;
/// Whoever makes one is alone with this number, so that there are never more than allowed.
const INVITING: u128 = 0x5b17;

/// What a new invitation is to be.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    pub role: Role,
    /// How much a rep may hold, and the queues he serves: these, or all there are when he comes.
    pub capacity: i32,
    pub queues: Option<Vec<QueueId>>,
    /// For whom it is.
    pub display_name: Option<String>,
    pub email: Option<String>,
    pub days: Option<i64>,
}

impl NewInvitation {
    fn check(&self) -> Result<()> {
        let mut wrong = Wrong::default();
        let days = self.days.unwrap_or(INVITATION_DAYS);
        let right = (1..=INVITATION_DAYS_MAX).contains(&days);
        let detail = format!("Give a whole number from 1 to {INVITATION_DAYS_MAX}.");
        wrong.unless("days", right, &detail);
        let known = self.role != Role::Customer;
        let detail = "Invite a rep or an admin: customers register themselves.";
        wrong.unless("role", known, detail);
        wrong.unless_lines(&[(
            "display_name",
            self.display_name.as_deref().unwrap_or_default(),
        )]);
        wrong.unless_email(self.email.as_deref());
        wrong.result()
    }
}

/// An invitation as admins see it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Invitation)]
pub struct InvitationView {
    pub id: InvitationId,
    pub role: Role,
    /// How much the rep may hold.
    pub capacity: i32,
    /// The queues that the rep serves; null: all there are when he comes.
    #[schema(required)]
    pub queues: Option<Vec<QueueId>>,
    #[schema(required)]
    pub display_name: Option<String>,
    #[schema(required)]
    pub email: Option<String>,
    pub created_by: UserId,
    pub created_at: Moment,
    pub expires_at: Moment,
    /// Who came by it, and when; null: nobody.
    #[schema(required)]
    pub used_by: Option<UserId>,
    #[schema(required)]
    pub used_at: Option<Moment>,
    #[schema(required)]
    pub revoked_at: Option<Moment>,
}

impl From<Invitation> for InvitationView {
    fn from(one: Invitation) -> Self {
        InvitationView {
            queues: one.queues(),
            id: one.id,
            role: one.role,
            capacity: one.capacity,
            display_name: one.display_name,
            email: one.email,
            created_by: one.created_by,
            created_at: one.created_at,
            expires_at: one.expires_at,
            used_by: one.used_by,
            used_at: one.used_at,
            revoked_at: one.revoked_at,
        }
    }
}

/// An invitation that was just made.
#[derive(Debug, Clone)]
pub struct MadeInvitation {
    pub of: InvitationView,
    /// Shown this once, alone and as the address to go to.
    pub token: String,
    pub link: String,
}

impl People {
    /// Makes an invitation.
    pub async fn invite(&self, by: UserId, new: NewInvitation) -> Result<MadeInvitation> {
        new.check()?;
        let token = random_hex();
        let at = now();
        let row = Invitation {
            id: InvitationId::new(),
            token_id: ticket_id(&token),
            role: new.role,
            capacity: new.capacity,
            queues: new.queues.as_deref().map(Invitation::words),
            display_name: new.display_name.filter(|name| !name.is_empty()),
            email: new.email,
            created_by: by,
            created_at: at,
            expires_at: at + new.days.unwrap_or(INVITATION_DAYS) * DAY_MS,
            used_by: None,
            used_at: None,
            revoked_at: None,
        };
        let view = InvitationView::from(row.clone());
        let entry = about(by, Act::InvitationCreated, row.id);
        let write = move |conn: &mut Conn| {
            conn.alone_with(Uuid::from_u128(INVITING))?;
            if invitations::count_but(conn, row.id, at)? >= INVITATIONS_MAX {
                let detail = format!(
                    "{INVITATIONS_MAX} invitations are open. Revoke one that is not needed."
                );
                return Err(Error::new(Code::QuotaExceeded, detail));
            }
            if row.queues.is_some() {
                serving::meant_queues(conn, row.queues().as_deref())?;
            }
            invitations::insert(conn, &row)?;
            audit::record(conn, &entry, None, Some(told(&row)))
        };
        self.0.store.write(write).await?;
        let role = view.role;
        tracing::info!(actor = %by, invitation = %view.id, %role, "somebody is invited");
        let link = self.link("invitation", &token);
        Ok(MadeInvitation {
            of: view,
            token,
            link,
        })
    }

    /// The newest invitations, whatever became of them.
    pub async fn invitations(&self) -> Result<Vec<InvitationView>> {
        let read = |conn: &mut Conn| Ok(invitations::list(conn)?);
        let found = self.0.store.read(read).await?;
        Ok(found.into_iter().map(InvitationView::from).collect())
    }

    /// Takes an invitation back that nobody has used.
    pub async fn revoke_invitation(&self, by: UserId, id: InvitationId) -> Result<()> {
        let at = now();
        let entry = about(by, Act::InvitationRevoked, id);
        let runs = Runs::default();
        let write = move |conn: &mut Conn| {
            let again = runs.again();
            let row = match invitations::revoke(conn, id, at)? {
                Some(row) => row,
                None if again => return Ok(()),
                None => return Err(Error::not_found("invitation")),
            };
            audit::record(conn, &entry, Some(told(&row)), None)
        };
        self.0.store.write(write).await?;
        tracing::info!(actor = %by, invitation = %id, "an invitation was revoked");
        Ok(())
    }

    /// Makes the account of whoever has an invitation, which is used up. What he does not say of
    /// himself is as his inviter has said.
    pub async fn accept(&self, token: &str, mut person: NewPerson, from: Peer) -> Result<User> {
        self.0.throttle.pass(Door::Register, from, now())?;
        let token = ticket_id(token);
        let read = move |conn: &mut Conn| invitations::find_open(conn, token, now());
        let invitation = self.0.store.read(read).await?.ok_or_else(used_up)?;
        let _hashing = self.0.throttle.enter(from)?;
        person.display_name = person.display_name.or(invitation.display_name);
        person.email = person.email.or(invitation.email);
        let user = self.make(person, invitation.role).await?;
        // By himself: who has the link is nobody yet.
        let (entry, at) = (created(Some(user.id), user.id), now());
        let insert = move |conn: &mut Conn, user: &User| {
            let row = invitations::find_open(conn, token, at)?.ok_or_else(used_up)?;
            users::insert(conn, user).map_err(users::taken)?;
            let mut made = json!({ "role": row.role, "invitation": row.id });
            if row.role == Role::Rep {
                let queues = begin_rep(conn, user.id, &row)?;
                made["capacity"] = json!(row.capacity);
                made["queues"] = json!(queues);
            }
            if invitations::use_up(conn, row.id, user.id, at)? == 0 {
                return Err(used_up());
            }
            audit::record(conn, &entry, None, Some(made))
        };
        let made = self.insert(user, insert).await?;
        tracing::info!(person = %made.id, role = %made.role, "an invitation was accepted");
        self.0.throttle.saw(made.id, from, now());
        Ok(made)
    }
}

/// A rep begins with what he was invited for. Queues that are gone by now are left out.
fn begin_rep(conn: &mut Conn, id: UserId, row: &Invitation) -> Result<Vec<QueueId>> {
    reps::insert(conn, &Rep::new(id, row.capacity))?;
    let mut queues = serving::meant_queues(conn, None)?;
    if let Some(meant) = row.queues() {
        queues.retain(|queue| meant.contains(queue));
    }
    serving::set_queues(conn, id, &queues)?;
    Ok(queues)
}

fn about(by: UserId, act: Act, id: InvitationId) -> Entry {
    Entry::new(Some(by), act, ObjectKind::Invitation, Some(id.0))
}

/// What the audit tells of an invitation.
fn told(row: &Invitation) -> Value {
    json!({
        "role": row.role, "capacity": row.capacity, "queues": row.queues(),
        "expires_at": row.expires_at,
    })
}
