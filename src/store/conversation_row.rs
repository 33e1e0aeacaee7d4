//! A conversation's row, how an open one is told, and how the moment of its opening is found.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use uuid::Uuid;

use super::schema::conversations;
use crate::words::{
    ClientId, ConversationId, Moment, Priority, QueueId, Resolution, Status, UserId,
};

/// A conversation as it is stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = conversations, treat_none_as_default_value = false)]
pub struct Conversation {
    pub id: ConversationId,
    pub number: i64,
    pub customer_id: UserId,
    pub open_client_id: ClientId,
    pub queue_id: QueueId,
    pub subject: String,
    pub priority: Priority,
    pub status: Status,
    pub resolution: Option<Resolution>,
    pub rep_id: Option<UserId>,
    pub last_rep_id: Option<UserId>,
    pub epoch: i64,
    pub place: Moment,
    pub held: bool,
    pub created_at: Moment,
    pub updated_at: Moment,
    pub assigned_at: Option<Moment>,
    pub first_reply_at: Option<Moment>,
    pub closed_at: Option<Moment>,
    pub changed_by: Option<UserId>,
    /// Until then, only this rep may be given it.
    pub preferred_rep_id: Option<UserId>,
    pub preferred_until: Option<Moment>,
    /// How often it has gone to a fallback queue.
    pub hops: i32,
    /// When time itself moves it on: see `desk/exits.rs`.
    pub due_at: Option<Moment>,
    /// The resolution it will have once its wrap-up has ended.
    pub ending: Option<Resolution>,
    /// Since when it has waited in its queue, this time.
    pub queued_at: Moment,
    /// Its customer has left it as a message: he does not wait to be served.
    pub left_message: bool,
    /// What its customer thought of it, 1 to 5, what he said to that, and when: see
    /// `desk/ratings.rs`. Nothing else that is written of a row touches these.
    pub rating: Option<i32>,
    pub rating_text: Option<String>,
    pub rated_at: Option<Moment>,
}

impl Conversation {
    /// Whether it waits for this rep, at first or alone.
    pub fn is_kept_for(&self, rep: UserId) -> bool {
        self.status == Status::Waiting && self.preferred_rep_id == Some(rep)
    }

    /// Since when its customer has been waiting, this time. Who was never `served` and has gone on
    /// to other queues has waited there, too.
    pub fn waits_since(&self, served: bool) -> Moment {
        match !served && self.hops > 0 {
            true => self.created_at,
            false => self.queued_at,
        }
    }

    /// Whether somebody takes part in it: its customer, or its rep. Not who only may read it; who
    /// has joined it stands elsewhere.
    pub fn has_part(&self, person: UserId) -> bool {
        self.customer_id == person || self.its_rep() == Some(person)
    }

    /// Whose it is, if it is anybody's.
    pub fn its_rep(&self) -> Option<UserId> {
        its_rep(self.status, self.rep_id, self.last_rep_id)
    }

    /// Whether it is a message that a customer has left, which nobody has looked after yet.
    pub fn is_left_message(&self) -> bool {
        self.status == Status::Parked && self.last_rep_id.is_none()
    }
}

/// Whose a conversation in this status is: who serves it, or who has served it last before it was
/// laid aside or closed. Who is only offered it does not have it yet.
pub(super) fn its_rep(
    status: Status,
    rep: Option<UserId>,
    last_rep: Option<UserId>,
) -> Option<UserId> {
    match status {
        Status::Waiting | Status::Offered => None,
        Status::Active | Status::Wrapup => rep,
        Status::Parked | Status::Closed => last_rep,
    }
}

/// What is not closed, spelt as its index spells it.
pub(super) fn is_open() -> SqlLiteral<Bool> {
    sql("conversations.status <> 'closed'")
}

/// The smallest id that can have been made at a moment.
pub(super) fn first_id_of(at: Moment) -> ConversationId {
    let at = u128::try_from(at.clamp(0, (1 << 48) - 1)).unwrap_or_default();
    ConversationId(Uuid::from_u128(at << 80))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_id_of_a_moment_is_not_behind_those_made_then() {
        let id = ConversationId::new();
        let at = i64::try_from(id.0.as_u128() >> 80).unwrap();
        assert!(first_id_of(at) <= id && id < first_id_of(at + 1));
        assert!(first_id_of(i64::MIN) < first_id_of(i64::MAX));
    }
}
