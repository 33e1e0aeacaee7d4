//! What can go wrong, as people and programs are told: a stable code, an HTTP status, and a
//! sentence that says what to do. Nothing internal leaks; causes go to the log only.

use std::borrow::Cow;

macro_rules! codes {
    ($($variant:ident = $status:literal $text:literal),+ $(,)?) => {
        /// Every code there is. The text is part of the wire and never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($variant),+ }

        impl Code {
            /// Every code, in the order of this list.
            pub const ALL: &[Code] = &[$(Code::$variant),+];

            /// The code as clients see it.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text),+ }
            }

            /// The HTTP status that goes with it.
            pub fn status(self) -> u16 {
                match self { $(Code::$variant => $status),+ }
            }
        }
    };
}

codes! {
    InvalidJson = 400 "invalid_json",
    InvalidId = 400 "invalid_id",
    InvalidRequest = 400 "invalid_request",
    TokenMissing = 401 "token_missing",
    TokenInvalid = 401 "token_invalid",
    TokenExpired = 401 "token_expired",
    TokenReused = 401 "token_reused",
    TokenInUrl = 401 "token_in_url",
    SessionEnded = 401 "session_ended",
    LoginFailed = 401 "login_failed",
    Forbidden = 403 "forbidden",
    LoginTooOld = 403 "login_too_old",
    OriginNotAllowed = 403 "origin_not_allowed",
    NotFound = 404 "not_found",
    MethodNotAllowed = 405 "method_not_allowed",
    Timeout = 408 "timeout",
    UsernameTaken = 409 "username_taken",
    EmailTaken = 409 "email_taken",
    PhoneTaken = 409 "phone_taken",
    SetupDone = 409 "setup_done",
    ConversationClosed = 409 "conversation_closed",
    ConversationParked = 409 "conversation_parked",
    AlreadyClaimed = 409 "already_claimed",
    AtCapacity = 409 "at_capacity",
    StaleAssignment = 409 "stale_assignment",
    OfferGone = 409 "offer_gone",
    WrongState = 409 "wrong_state",
    RepUnavailable = 409 "rep_unavailable",
    IdempotencyMismatch = 409 "idempotency_mismatch",
    TooLate = 409 "too_late",
    NotAMessage = 409 "not_a_message",
    QueueNameTaken = 409 "queue_name_taken",
    QueueNotEmpty = 409 "queue_not_empty",
    QueueInUse = 409 "queue_in_use",
    LastQueue = 409 "last_queue",
    TooManyOpen = 409 "too_many_open",
    ConversationFull = 409 "conversation_full",
    TooLarge = 413 "too_large",
    UnsupportedMediaType = 415 "unsupported_media_type",
    FileTypeNotAllowed = 415 "file_type_not_allowed",
    RangeNotSatisfiable = 416 "range_not_satisfiable",
    ValidationFailed = 422 "validation_failed",
    TextEmpty = 422 "text_empty",
    TextTooLong = 422 "text_too_long",
    InvalidCharacter = 422 "invalid_character",
    UpgradeRequired = 426 "upgrade_required",
    RateLimited = 429 "rate_limited",
    QuotaExceeded = 429 "quota_exceeded",
    Internal = 500 "internal",
    QueueClosed = 409 "queue_closed",
    OutsideHours = 409 "outside_hours",
    ScheduleNameTaken = 409 "schedule_name_taken",
    ScheduleInUse = 409 "schedule_in_use",
    ReplyNameTaken = 409 "reply_name_taken",
    QueueFull = 503 "queue_full",
    Overloaded = 503 "overloaded",
    Unavailable = 503 "unavailable",
    HelloRequired = 400 "hello_required",
    AlreadyReady = 400 "already_ready",
    UnknownType = 400 "unknown_type",
}

/// One wrong field of a request.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The field's name in the request.
    pub field: Cow<'static, str>,
    /// What was wrong and what is allowed.
    pub detail: String,
}

/// An error that is somebody's answer.
#[derive(Debug, thiserror::Error)]
#[error("{}: {detail}", code.as_str())]
pub struct Error {
    pub code: Code,
    /// A sentence for people.
    pub detail: Cow<'static, str>,
    /// The wrong fields, for `validation_failed`.
    pub fields: Vec<FieldError>,
    /// When trying again may help, in ms.
    pub retry_after_ms: Option<u64>,
    /// For the log only.
    #[source]
    pub cause: Option<anyhow::Error>,
}

/// What nearly every function of this program answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        let retry_after_ms = matches!(code.status(), 429 | 503).then_some(1_000);
        Error {
            code,
            detail: detail.into(),
            fields: Vec::new(),
            retry_after_ms,
            cause: None,
        }
    }

    /// One field is wrong.
    pub fn invalid(field: &'static str, detail: impl Into<String>) -> Self {
        Self::invalid_fields(vec![FieldError {
            field: field.into(),
            detail: detail.into(),
        }])
    }

    /// Several fields are wrong; all are named at once.
    pub fn invalid_fields(fields: Vec<FieldError>) -> Self {
        let text = fields
            .iter()
            .map(|one| format!("{}: {}", one.field, one.detail));
        let detail = text.collect::<Vec<_>>().join(" ");
        Error {
            fields,
            ..Self::new(Code::ValidationFailed, detail)
        }
    }

    /// The same answer for what does not exist and for what is somebody else's.
    pub fn not_found(what: &'static str) -> Self {
        Self::new(
            Code::NotFound,
            format!("There is no such {what}, or it is not yours to see."),
        )
    }

    /// Our fault: logged with its cause, told without it.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        let detail = "Something went wrong here. It has been logged; please try again.";
        Error {
            cause: Some(cause.into()),
            ..Self::new(Code::Internal, detail)
        }
    }

    /// A part this server needs does not answer.
    pub fn unavailable(cause: impl Into<anyhow::Error>) -> Self {
        let detail = "The database does not answer right now. Please try again in a moment.";
        Error {
            cause: Some(cause.into()),
            ..Self::new(Code::Unavailable, detail)
        }
    }

    /// Nothing can be stored until somebody makes room.
    pub fn disk_full(cause: impl Into<anyhow::Error>) -> Self {
        let detail = "The disk of the database is full, so nothing can be stored. Whoever runs \
                      this server must make room on it; then all goes on by itself.";
        Error {
            cause: Some(cause.into()),
            ..Self::new(Code::Unavailable, detail)
        }
    }

    /// More work than this server can take on.
    pub fn overloaded() -> Self {
        Self::new(
            Code::Overloaded,
            "The server is busy right now. Please try again in a moment.",
        )
    }

    /// Whether the database refused a row because its like is there already.
    pub fn is_already_there(&self) -> bool {
        use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
        let cause = self.cause.as_ref().and_then(|cause| cause.downcast_ref());
        matches!(cause, Some(DatabaseError(UniqueViolation, _)))
    }

    /// Whether the database refused a row because what it names is not there.
    pub fn names_what_is_not_there(&self) -> bool {
        use diesel::result::{DatabaseErrorKind::ForeignKeyViolation, Error::DatabaseError};
        let cause = self.cause.as_ref().and_then(|cause| cause.downcast_ref());
        matches!(cause, Some(DatabaseError(ForeignKeyViolation, _)))
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        self.code.status()
    }
}

/// Whether a database error means that the connection is gone.
pub fn connection_lost(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind, Error::DatabaseError};
    match error {
        DatabaseError(DatabaseErrorKind::ClosedConnection, _) => true,
        DatabaseError(_, info) => {
            let text = info.message();
            [
                "connection closed",
                "terminating connection",
                "error communicating",
                "shutting down",
            ]
            .iter()
            .any(|sign| text.contains(sign))
        }
        diesel::result::Error::BrokenTransactionManager => true,
        _ => false,
    }
}

/// Whether the same transaction may succeed when run again (40001, 40P01).
pub fn worth_retrying(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind, Error::DatabaseError};
    match error {
        DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        DatabaseError(_, info) => info.message().contains("deadlock detected"),
        _ => false,
    }
}

/// Whether the database has given up because of its own time limits (55P03, 57014).
fn took_too_long(error: &diesel::result::Error) -> bool {
    match error {
        diesel::result::Error::DatabaseError(_, info) => {
            let text = info.message();
            text.contains("due to lock timeout") || text.contains("due to statement timeout")
        }
        _ => false,
    }
}

/// Whether the database has no room left (SQLITE_FULL, 53100).
pub fn disk_is_full(error: &diesel::result::Error) -> bool {
    match error {
        diesel::result::Error::DatabaseError(_, info) => {
            let text = info.message();
            text.contains("database or disk is full") || text.contains("No space left on device")
        }
        _ => false,
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        if connection_lost(&error) {
            Error::unavailable(error)
        } else if disk_is_full(&error) {
            Error::disk_full(error)
        } else if took_too_long(&error) {
            Error {
                cause: Some(error.into()),
                ..Error::overloaded()
            }
        } else {
            Error::internal(error)
        }
    }
}
