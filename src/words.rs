//! The words of the domain, spelt once: in Rust, in JSON and in the database.
//!
//! Enums are checked text in SQL; ids are UUIDv7 made by this program, `uuid` in
//! PostgreSQL and a 16-byte blob in SQLite. Moments are Unix milliseconds.

use std::io::Write;

use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sqlite::{Sqlite, SqliteValue};
use uuid::Uuid;

/// A moment: Unix time in milliseconds, UTC.
pub type Moment = i64;

/// The moment by this machine's clock. Used for what people read and for the
/// place in line; leases go by the database's clock.
pub fn now() -> Moment {
    jiff::Timestamp::now().as_millisecond()
}

/// The SQL type of every id. PostgreSQL's uuid has the same object id in every database.
#[derive(diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(
    postgres_type(oid = 2950, array_oid = 2951),
    sqlite_type(name = "Binary")
)]
pub struct SqlId;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize,
                 serde::Deserialize, diesel::expression::AsExpression,
                 diesel::deserialize::FromSqlRow, utoipa::ToSchema)]
        #[diesel(sql_type = SqlId)]
        #[serde(transparent)]
        #[schema(value_type = String, format = "uuid")]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id. UUIDv7, so ids made later sort later and land at the
            /// right edge of an index.
            #[allow(clippy::new_without_default, reason = "two calls give two values")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(out)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(out)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }

        impl ToSql<SqlId, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                out.write_all(self.0.as_bytes())?;
                Ok(IsNull::No)
            }
        }

        impl ToSql<SqlId, Sqlite> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                out.set_value(&self.0.as_bytes()[..]);
                Ok(IsNull::No)
            }
        }

        impl FromSql<SqlId, Pg> for $name {
            fn from_sql(raw: PgValue<'_>) -> deserialize::Result<Self> {
                Ok(Self(Uuid::from_slice(raw.as_bytes())?))
            }
        }

        impl FromSql<SqlId, Sqlite> for $name {
            fn from_sql(raw: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
                let bytes = <Vec<u8> as FromSql<diesel::sql_types::Binary, Sqlite>>::from_sql(raw)?;
                Ok(Self(Uuid::from_slice(&bytes)?))
            }
        }
    )+};
}

ids! {
    /// A person: customer, rep or admin.
    UserId,
    ConversationId,
    QueueId,
    /// One uploaded file, and the name that its bytes lie under.
    AttachmentId,
    /// One server process; a new one at every start.
    NodeId,
    /// One login: a family of refresh tokens.
    SessionId,
    /// Made by the client for each command, so that a retry is harmless.
    ClientId,
    /// One open socket of a rep.
    SocketId,
    /// One entry of the audit.
    AuditId,
    /// A key of a machine, and the person as whom it acts.
    ApiKeyId,
    /// When queues are open.
    ScheduleId,
    /// A part of somebody's own pages by which people come.
    WidgetId,
    /// A link with which somebody makes his own account.
    InvitationId,
    /// A text that staff have ready.
    CannedReplyId,
}

/// An enum that is text everywhere outside this program.
macro_rules! words {
    ($($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize,
                 serde::Deserialize, diesel::expression::AsExpression,
                 diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $(#[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every value, in the order of this list.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word as JSON and SQL spell it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        // By hand: derived inside this macro it would name the variants as Rust does.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($text),+]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.as_str())
            }
        }

        impl<B: diesel::backend::Backend> ToSql<diesel::sql_types::Text, B> for $name
        where str: ToSql<diesel::sql_types::Text, B> {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, B>) -> serialize::Result {
                self.as_str().to_sql(out)
            }
        }

        impl<B: diesel::backend::Backend> FromSql<diesel::sql_types::Text, B> for $name
        where String: FromSql<diesel::sql_types::Text, B> {
            fn from_sql(raw: B::RawValue<'_>) -> deserialize::Result<Self> {
                match String::from_sql(raw)?.as_str() {
                    $($text => Ok(Self::$variant),)+
                    other => Err(format!("{other:?} is not a {}", stringify!($name)).into()),
                }
            }
        }
    )+};
}

words! {
    /// Who someone is to us.
    Role { Customer = "customer", Rep = "rep", Admin = "admin" }

    /// Where a conversation stands. Offered, active and wrap-up hold a slot of a rep.
    Status {
        Waiting = "waiting", Offered = "offered", Active = "active", Parked = "parked",
        Wrapup = "wrapup", Closed = "closed",
    }

    /// How a closed conversation ended.
    Resolution { Resolved = "resolved", Unresolved = "unresolved", Abandoned = "abandoned" }

    /// How urgent; a head start in line, see [`HeadStarts`].
    Priority { Low = "low", Normal = "normal", High = "high", Urgent = "urgent" }

    /// How a queue finds its rep: assigned, offered, or taken by hand.
    Mode { Auto = "auto", Offer = "offer", Manual = "manual" }

    /// What becomes of who comes to a queue outside of its hours.
    OutsideHours { LeaveMessage = "leave_message", Refuse = "refuse" }

    /// What a rep wants. Only `available` gets new conversations by itself.
    Availability {
        Available = "available", Busy = "busy", Away = "away", Offline = "offline",
    }

    /// Which conversations a rep may read: those that are or were his; what waits in his queues,
    /// too; all of his queues; all there are.
    Sees { Own = "own", Waiting = "waiting", Queues = "queues", All = "all" }

    /// What an entry of a conversation's log is. The list is longer than what this version
    /// writes: a CHECK cannot be changed later in SQLite.
    EventKind {
        Opened = "opened", Message = "message", Note = "note", Assigned = "assigned",
        Requeued = "requeued", Closed = "closed", Offered = "offered", Declined = "declined",
        Missed = "missed", Withdrawn = "withdrawn", Transferred = "transferred", Moved = "moved",
        Prioritized = "prioritized", Parked = "parked", Woken = "woken", Held = "held",
        Returned = "returned", Suspect = "suspect", Wrapup = "wrapup", Reopened = "reopened",
        Edited = "edited", Deleted = "deleted", Joined = "joined", Left = "left", Rated = "rated",
        Renamed = "renamed", Tagged = "tagged",
    }

    /// What somebody with power has done, as the audit tells it. Where OWASP's logging vocabulary
    /// has a word, it is that one. No CHECK lists them: there will be more.
    Act {
        UserCreated = "user_created", UserUpdated = "user_updated",
        RoleChanged = "role_changed", RightsChanged = "rights_changed",
        UserDisabled = "user_disabled", UserEnabled = "user_enabled",
        SessionsEnded = "sessions_ended", PasswordLinkMade = "password_link_made",
        CapacityChanged = "capacity_changed",
        AvailabilityChanged = "availability_changed", RepQueuesChanged = "rep_queues_changed",
        PersonalRepChanged = "personal_rep_changed", QueueCreated = "queue_created",
        QueueUpdated = "queue_updated", QueuesOrdered = "queues_ordered",
        QueueDeleted = "queue_deleted", CapacityOverridden = "capacity_overridden",
        ConversationsExported = "conversations_exported",
        ConversationsDeleted = "conversations_deleted", AuditExported = "audit_exported",
        KeyCreated = "authn_token_created", KeyRevoked = "authn_token_revoked",
        ScheduleCreated = "schedule_created", ScheduleUpdated = "schedule_updated",
        ScheduleDeleted = "schedule_deleted", SettingsChanged = "settings_changed",
        WidgetCreated = "widget_created", WidgetUpdated = "widget_updated",
        WidgetSecretRenewed = "widget_secret_renewed", WidgetDeleted = "widget_deleted",
        IdentityVouched = "identity_vouched",
        InvitationCreated = "invitation_created", InvitationRevoked = "invitation_revoked",
        CannedReplyCreated = "canned_reply_created",
        CannedReplyUpdated = "canned_reply_updated",
        CannedReplyDeleted = "canned_reply_deleted",
        UserExported = "user_exported", UserErased = "user_erased",
    }

    /// How far the erasing of somebody has come: what he has on his hands is given back, then what
    /// he said as a customer goes, then his name where he came and went, then the files, then the
    /// words that the search knew of it.
    ErasureStep {
        Hands = "hands", Words = "words", Names = "names", Files = "files", Index = "index",
        Done = "done",
    }

    /// What an entry of the audit is about.
    ObjectKind {
        User = "user", Queue = "queue", Conversation = "conversation", ApiKey = "api_key",
        Audit = "audit", Schedule = "schedule", Settings = "settings", Widget = "widget",
        Invitation = "invitation", CannedReply = "canned_reply",
    }

    /// What a one-use link is good for that somebody asks for himself.
    LinkKind { Password = "password", Email = "email" }

    /// What any one-use link does for whoever has it.
    LinkUse { Password = "password", Email = "email", Invitation = "invitation" }

    /// What the key of a machine may be used for.
    Scope {
        Read = "read", Write = "write", People = "people", Queues = "queues", Export = "export",
        Audit = "audit", Keys = "keys", Metrics = "metrics", Widgets = "widgets",
        Identities = "identities",
    }
}

/// How much earlier than its opening moment a conversation of each priority stands in line, in
/// ms; negative: later. Nobody can be overtaken by more than the difference between the largest
/// and his own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadStarts {
    pub low: Moment,
    pub high: Moment,
    pub urgent: Moment,
}

impl HeadStarts {
    /// Of one priority; normal has none.
    pub fn of(&self, priority: Priority) -> Moment {
        match priority {
            Priority::Low => self.low,
            Priority::Normal => 0,
            Priority::High => self.high,
            Priority::Urgent => self.urgent,
        }
    }
}

impl Status {
    /// Rule 6: whether a conversation in this status holds a slot of its rep.
    pub fn holds_slot(self) -> bool {
        matches!(self, Self::Offered | Self::Active | Self::Wrapup)
    }
}
