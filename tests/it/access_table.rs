//! The table that `access.rs` walks: for every route and command, the answer to each who asks.

use serde_json::{Value, json};

use crate::harness::client_id;

/// What is sent along.
#[derive(Clone, Copy)]
pub enum Body {
    None,
    Json(fn() -> Value),
    /// A small text as a form.
    File,
    /// A picture as it is.
    Picture,
}

/// One route or command, and the answers in the order of the columns: anonymous, another
/// customer, the customer, the assigned rep, another rep of the queue, an admin, a customer who
/// has signed out.
pub struct Row {
    pub route: &'static str,
    pub body: Body,
    pub answers: &'static [&'static str; 7],
}

const fn row(route: &'static str, body: Body, answers: &'static [&'static str; 7]) -> Row {
    Row {
        route,
        body,
        answers,
    }
}

const NONE: &str = "401 token_missing";
const ENDED: &str = "401 session_ended";
const NO: &str = "403 forbidden";
const UNKNOWN: &str = "404 not_found";
const TAKEN: &str = "409 already_claimed";

const OFFER_GONE: &str = "409 offer_gone";
const WRONG_STATE: &str = "409 wrong_state";
const INVALID: &str = "422 validation_failed";

const ANYONE_OK: &[&str; 7] = &["200"; 7];
const ANYONE_MADE: &[&str; 7] = &["201"; 7];
const WRONG_TOKEN: &[&str; 7] = &["401 token_invalid"; 7];
const WRONG_LOGIN: &[&str; 7] = &["401 login_failed"; 7];
const SIGNED_IN: &[&str; 7] = &[NONE, "200", "200", "200", "200", "200", ENDED];
const SIGNED_IN_MADE: &[&str; 7] = &[NONE, "201", "201", "201", "201", "201", ENDED];
const CUSTOMERS: &[&str; 7] = &[NONE, "201", "201", NO, NO, NO, ENDED];
const PARTICIPANTS: &[&str; 7] = &[NONE, UNKNOWN, "200", "200", UNKNOWN, "200", ENDED];
const WRITERS: &[&str; 7] = &[NONE, UNKNOWN, "201", "201", UNKNOWN, "201", ENDED];
const STAFF: &[&str; 7] = &[NONE, NO, NO, "200", "200", "200", ENDED];
const STAFF_UNKNOWN: &[&str; 7] = &[NONE, NO, NO, UNKNOWN, UNKNOWN, UNKNOWN, ENDED];
const DIRECTORS: &[&str; 7] = &[NONE, NO, NO, "200", UNKNOWN, "200", ENDED];
const ADMINS: &[&str; 7] = &[NONE, NO, NO, NO, NO, "200", ENDED];
const DIRECTS: &[&str; 7] = &[
    "",
    "forbidden",
    "forbidden",
    "ack",
    "not_found",
    "ack",
    "4100",
];
const ADMINS_UNKNOWN: &[&str; 7] = &[NONE, NO, NO, NO, NO, UNKNOWN, ENDED];
const ADMINS_MAKE: &[&str; 7] = &[NONE, NO, NO, NO, NO, "201", ENDED];

fn name() -> String {
    format!("new-{}", uuid::Uuid::now_v7().simple())
}

fn account() -> Value {
    json!({ "username": name(), "password": "correct horse" })
}

fn message() -> Value {
    json!({ "client_id": client_id(), "text": "hello" })
}

fn file() -> Value {
    json!({ "name": "a.txt", "content": "aGVsbG8=" })
}

/// For answers that come only with a `ref`.
fn typing() -> Value {
    json!({ "on": true, "ref": "t" })
}

fn mark() -> Value {
    json!({ "seq": 1 })
}

fn second() -> Value {
    json!({ "seq": 2 })
}

fn another_text() -> Value {
    json!({ "text": "another" })
}

fn second_edited() -> Value {
    json!({ "seq": 2, "text": "another" })
}

fn to_nobody() -> Value {
    json!({ "rep": uuid::Uuid::now_v7() })
}

fn urgency() -> Value {
    json!({ "priority": "high" })
}

fn nothing() -> Value {
    json!({})
}

fn no_queues() -> Value {
    json!({ "queues": [] })
}

fn rights() -> Value {
    json!({ "claim": true, "sees": "all", "over_capacity": false, "export": false })
}

fn availability() -> Value {
    json!({ "availability": "busy" })
}

fn dialect_account() -> Value {
    json!({
        "user": { "username": name(), "first_name": "A", "last_name": "B", "email": "" },
        "password": "correct horse", "password1": "correct horse", "max_capacity": 3,
    })
}

/// The routes of the API's document.
pub const ROUTES: &[Row] = &[
    // Anyone.
    row("GET /api/v1/setup", Body::None, ANYONE_OK),
    row("GET /api/v1/welcome", Body::None, ANYONE_OK),
    row(
        "POST /api/v1/setup",
        Body::Json(|| json!({ "token": "wrong", "username": "x", "password": "correct horse" })),
        WRONG_TOKEN,
    ),
    row("POST /api/v1/customers", Body::Json(account), ANYONE_MADE),
    row(
        "POST /api/v1/sessions",
        Body::Json(|| json!({ "login": "nobody", "password": "correct horse" })),
        WRONG_LOGIN,
    ),
    row(
        "POST /api/v1/sessions/refresh",
        Body::Json(|| json!({ "refresh_token": "wrong" })),
        WRONG_TOKEN,
    ),
    row(
        "POST /api/v1/password",
        Body::Json(|| json!({ "token": "wrong", "password": "correct horse" })),
        WRONG_TOKEN,
    ),
    row("POST /api/v1/visitors", Body::Json(nothing), ANYONE_MADE),
    row(
        "POST /api/v1/identify",
        Body::Json(|| json!({ "widget": uuid::Uuid::now_v7(), "token": "wrong" })),
        WRONG_TOKEN,
    ),
    // Without a bot nobody comes by Telegram.
    row(
        "POST /api/v1/telegram",
        Body::Json(|| json!({ "init_data": "hash=wrong" })),
        &[NO; 7],
    ),
    row(
        "POST /api/v1/links",
        Body::Json(|| json!({ "kind": "password", "login": "nobody" })),
        &["202"; 7],
    ),
    row(
        "POST /api/v1/links/check",
        Body::Json(|| json!({ "kind": "password", "token": "wrong" })),
        ANYONE_OK,
    ),
    row(
        "POST /api/v1/email-confirmations",
        Body::Json(|| json!({ "token": "wrong" })),
        WRONG_TOKEN,
    ),
    row(
        "POST /api/v1/invitations/accept",
        Body::Json(|| json!({ "token": "wrong", "username": "x", "password": "correct horse" })),
        WRONG_TOKEN,
    ),
    row("GET /healthz", Body::None, ANYONE_OK),
    row("GET /readyz", Body::None, ANYONE_OK),
    // Whoever is signed in.
    row(
        "DELETE /api/v1/sessions/current",
        Body::None,
        &[NONE, "204", "204", "204", "204", "204", ENDED],
    ),
    row("GET /api/v1/me", Body::None, SIGNED_IN),
    row("PATCH /api/v1/me", Body::Json(nothing), SIGNED_IN),
    row(
        "PUT /api/v1/me/password",
        Body::Json(|| json!({ "password": "wrong horse", "new_password": "correct horse" })),
        &[NONE, INVALID, INVALID, INVALID, INVALID, INVALID, ENDED],
    ),
    row("GET /api/v1/me/sessions", Body::None, SIGNED_IN),
    row("GET /api/v1/me/export", Body::None, SIGNED_IN),
    row(
        "POST /api/v1/me/erase",
        Body::Json(|| json!({ "password": "wrong horse" })),
        &[NONE, INVALID, INVALID, NO, NO, NO, ENDED],
    ),
    row("PUT /api/v1/me/picture", Body::Picture, SIGNED_IN),
    row(
        "DELETE /api/v1/me/picture",
        Body::None,
        &[NONE, "204", "204", "204", "204", "204", ENDED],
    ),
    // That of the rep.
    row(
        "GET /api/v1/pictures/{id}",
        Body::None,
        &[NONE, UNKNOWN, "200", "200", "200", "200", ENDED],
    ),
    row(
        "DELETE /api/v1/me/sessions",
        Body::None,
        &[NONE, "204", "204", "204", "204", "204", ENDED],
    ),
    row(
        "DELETE /api/v1/me/sessions/{id}",
        Body::None,
        &[NONE, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, ENDED],
    ),
    row(
        "POST /api/v1/me/visitor",
        Body::Json(|| json!({ "token": "sbv_wrong" })),
        &[
            NONE,
            "401 token_invalid",
            "401 token_invalid",
            NO,
            NO,
            NO,
            ENDED,
        ],
    ),
    row("POST /api/v1/socket-tickets", Body::None, SIGNED_IN_MADE),
    row("GET /api/v1/queues", Body::None, SIGNED_IN),
    row("GET /api/v1/texts", Body::None, SIGNED_IN),
    row("GET /api/v1/conversations", Body::None, SIGNED_IN),
    row("GET /api/v1/unread", Body::None, SIGNED_IN),
    row("GET /api/v1/search?q=canary", Body::None, SIGNED_IN),
    row("POST /api/v1/attachments", Body::File, SIGNED_IN_MADE),
    row(
        "POST /api/v1/attachments/inline",
        Body::Json(file),
        SIGNED_IN_MADE,
    ),
    // Whoever may read the message.
    row("GET /api/v1/attachments/{id}", Body::None, PARTICIPANTS),
    // Customers, and those who have to do with a conversation.
    row(
        "POST /api/v1/conversations",
        Body::Json(|| json!({ "client_id": client_id() })),
        CUSTOMERS,
    ),
    row("GET /api/v1/conversations/{id}", Body::None, PARTICIPANTS),
    row(
        "GET /api/v1/conversations/{id}/events",
        Body::None,
        PARTICIPANTS,
    ),
    row(
        "GET /api/v1/conversations/{id}/transcript",
        Body::None,
        PARTICIPANTS,
    ),
    row("GET /api/v1/answers/{number}", Body::None, PARTICIPANTS),
    row(
        "POST /api/v1/conversations/{id}/messages",
        Body::Json(message),
        WRITERS,
    ),
    row(
        "POST /api/v1/conversations/{id}/close",
        Body::Json(nothing),
        PARTICIPANTS,
    ),
    row(
        "PUT /api/v1/conversations/{id}/rating",
        Body::Json(|| json!({ "score": 5 })),
        &[NONE, UNKNOWN, WRONG_STATE, NO, NO, NO, ENDED],
    ),
    row(
        "PUT /api/v1/conversations/{id}/read",
        Body::Json(mark),
        PARTICIPANTS,
    ),
    row(
        "PUT /api/v1/conversations/{id}/delivered",
        Body::Json(mark),
        PARTICIPANTS,
    ),
    // The second entry is the customer's first message.
    row(
        "PUT /api/v1/conversations/{id}/messages/{seq}",
        Body::Json(another_text),
        &[NONE, UNKNOWN, "200", NO, UNKNOWN, NO, ENDED],
    ),
    row(
        "DELETE /api/v1/conversations/{id}/messages/{seq}",
        Body::None,
        &[NONE, UNKNOWN, "200", NO, UNKNOWN, "200", ENDED],
    ),
    row(
        "POST /api/v1/conversations/{id}/notes",
        Body::Json(message),
        &[NONE, NO, NO, "201", UNKNOWN, "201", ENDED],
    ),
    row(
        "POST /api/v1/conversations/{id}/join",
        Body::None,
        &[NONE, NO, NO, WRONG_STATE, UNKNOWN, "200", ENDED],
    ),
    row(
        "POST /api/v1/conversations/{id}/leave",
        Body::None,
        &[NONE, NO, NO, WRONG_STATE, UNKNOWN, WRONG_STATE, ENDED],
    ),
    // Reps, of what is theirs.
    row(
        "POST /api/v1/conversations/{id}/accept",
        Body::None,
        &[NONE, NO, NO, "200", OFFER_GONE, NO, ENDED],
    ),
    row(
        "POST /api/v1/conversations/{id}/decline",
        Body::Json(nothing),
        &[NONE, NO, NO, OFFER_GONE, OFFER_GONE, NO, ENDED],
    ),
    row(
        "POST /api/v1/conversations/{id}/requeue",
        Body::Json(nothing),
        DIRECTORS,
    ),
    row(
        "POST /api/v1/conversations/{id}/transfer",
        Body::Json(to_nobody),
        &[NONE, NO, NO, INVALID, UNKNOWN, INVALID, ENDED],
    ),
    row(
        "POST /api/v1/conversations/{id}/leave-message",
        Body::None,
        &[NONE, UNKNOWN, WRONG_STATE, NO, NO, NO, ENDED],
    ),
    row(
        "GET /api/v1/conversations/{id}/targets",
        Body::None,
        DIRECTORS,
    ),
    row(
        "POST /api/v1/conversations/{id}/park",
        Body::Json(nothing),
        DIRECTORS,
    ),
    row(
        "POST /api/v1/conversations/{id}/wake",
        Body::None,
        &[NONE, NO, NO, WRONG_STATE, UNKNOWN, WRONG_STATE, ENDED],
    ),
    row(
        "POST /api/v1/conversations/{id}/reopen",
        Body::None,
        &[
            NONE,
            UNKNOWN,
            WRONG_STATE,
            WRONG_STATE,
            UNKNOWN,
            WRONG_STATE,
            ENDED,
        ],
    ),
    row(
        "PUT /api/v1/conversations/{id}/priority",
        Body::Json(urgency),
        DIRECTORS,
    ),
    row("GET /api/v1/line/history", Body::None, ADMINS),
    row("GET /api/v1/export", Body::None, ADMINS),
    // Reps.
    row(
        "POST /api/v1/conversations/{id}/claim",
        Body::None,
        &[NONE, NO, NO, "200", TAKEN, INVALID, ENDED],
    ),
    row("GET /api/v1/conversations/{id}/why", Body::None, DIRECTORS),
    row(
        "GET /api/v1/reps/{id}/why-idle",
        Body::None,
        &[NONE, NO, NO, "200", UNKNOWN, "200", ENDED],
    ),
    row(
        "PUT /api/v1/reps/{id}/availability",
        Body::Json(availability),
        &[NONE, NO, NO, "200", UNKNOWN, "200", ENDED],
    ),
    row("GET /api/v1/line", Body::None, STAFF),
    row("GET /api/v1/canned-replies", Body::None, STAFF),
    row(
        "POST /api/v1/canned-replies",
        Body::Json(|| json!({ "name": name(), "text": "hello" })),
        &[NONE, NO, NO, "201", "201", "201", ENDED],
    ),
    // No conversation is a canned reply.
    row(
        "PATCH /api/v1/canned-replies/{id}",
        Body::Json(nothing),
        STAFF_UNKNOWN,
    ),
    row(
        "DELETE /api/v1/canned-replies/{id}",
        Body::None,
        STAFF_UNKNOWN,
    ),
    row("GET /api/v1/queues/{id}", Body::None, STAFF),
    row("GET /api/v1/customers/{id}", Body::None, DIRECTORS),
    // Admins.
    row("GET /api/v1/people?limit=2", Body::None, ADMINS),
    row("GET /api/v1/people/{id}", Body::None, ADMINS),
    row("PATCH /api/v1/people/{id}", Body::Json(nothing), ADMINS),
    // His conversation is open.
    row(
        "PUT /api/v1/people/{id}/role",
        Body::Json(|| json!({ "role": "rep" })),
        &[NONE, NO, NO, NO, NO, WRONG_STATE, ENDED],
    ),
    row("POST /api/v1/people/{id}/disable", Body::None, ADMINS),
    row("POST /api/v1/people/{id}/enable", Body::None, ADMINS),
    row(
        "POST /api/v1/people/{id}/password-link",
        Body::None,
        ADMINS_MAKE,
    ),
    row("GET /api/v1/people/{id}/sessions", Body::None, ADMINS),
    row(
        "DELETE /api/v1/people/{id}/sessions",
        Body::None,
        &[NONE, NO, NO, NO, NO, "204", ENDED],
    ),
    row("GET /api/v1/people/{id}/export", Body::None, ADMINS),
    row(
        "POST /api/v1/people/{id}/erase",
        Body::Json(|| json!({ "confirm": "somebody else" })),
        &[NONE, NO, NO, NO, NO, INVALID, ENDED],
    ),
    row("PUT /api/v1/people/{id}/picture", Body::Picture, ADMINS),
    row(
        "DELETE /api/v1/people/{id}/picture",
        Body::None,
        &[NONE, NO, NO, NO, NO, "204", ENDED],
    ),
    row("GET /api/v1/invitations", Body::None, ADMINS),
    row("POST /api/v1/invitations", Body::Json(nothing), ADMINS_MAKE),
    // No conversation is an invitation.
    row(
        "DELETE /api/v1/invitations/{id}",
        Body::None,
        &[NONE, NO, NO, NO, NO, UNKNOWN, ENDED],
    ),
    row("POST /api/v1/reps", Body::Json(account), ADMINS_MAKE),
    row("GET /api/v1/reps", Body::None, ADMINS),
    row(
        "PUT /api/v1/reps/{id}/capacity",
        Body::Json(|| json!({ "capacity": 9 })),
        ADMINS,
    ),
    row(
        "PUT /api/v1/reps/{id}/queues",
        Body::Json(no_queues),
        ADMINS,
    ),
    row("PUT /api/v1/reps/{id}/rights", Body::Json(rights), ADMINS),
    row(
        "PUT /api/v1/customers/{id}/personal-rep",
        Body::Json(|| json!({ "rep": null })),
        ADMINS,
    ),
    row(
        "DELETE /api/v1/queues/{id}",
        Body::None,
        &[NONE, NO, NO, NO, NO, "409 last_queue", ENDED],
    ),
    row(
        "POST /api/v1/queues",
        Body::Json(|| json!({ "name": name() })),
        ADMINS_MAKE,
    ),
    row("PATCH /api/v1/queues/{id}", Body::Json(nothing), ADMINS),
    row(
        "PUT /api/v1/queues/order",
        Body::Json(no_queues),
        &[NONE, NO, NO, NO, NO, INVALID, ENDED],
    ),
    row("GET /metrics", Body::None, ADMINS),
    row("GET /api/v1/schedules", Body::None, ADMINS),
    row(
        "POST /api/v1/schedules",
        Body::Json(|| json!({ "name": name(), "time_zone": "UTC" })),
        ADMINS_MAKE,
    ),
    // No conversation is a schedule.
    row("GET /api/v1/schedules/{id}", Body::None, ADMINS_UNKNOWN),
    row(
        "PATCH /api/v1/schedules/{id}",
        Body::Json(nothing),
        ADMINS_UNKNOWN,
    ),
    row("DELETE /api/v1/schedules/{id}", Body::None, ADMINS_UNKNOWN),
    row("GET /api/v1/settings", Body::None, ADMINS),
    row("PATCH /api/v1/settings", Body::Json(nothing), ADMINS),
    row("GET /api/v1/reports", Body::None, ADMINS),
    row("GET /api/v1/health", Body::None, ADMINS),
    row("GET /api/v1/audit", Body::None, ADMINS),
    row("GET /api/v1/audit/export", Body::None, ADMINS),
    row("GET /api/v1/api-keys", Body::None, ADMINS),
    row(
        "POST /api/v1/api-keys",
        Body::Json(|| json!({ "name": "a machine", "scopes": ["keys"] })),
        ADMINS_MAKE,
    ),
    row(
        "POST /api/v1/identities",
        Body::Json(|| json!({ "provider": "telegram", "subject": "7000000001" })),
        ADMINS,
    ),
    row("GET /api/v1/people/{id}/identities", Body::None, ADMINS),
    row(
        "POST /api/v1/widgets",
        Body::Json(|| json!({ "name": "a shop" })),
        ADMINS_MAKE,
    ),
    row("GET /api/v1/widgets", Body::None, ADMINS),
    // No conversation is a widget.
    row(
        "PATCH /api/v1/widgets/{id}",
        Body::Json(nothing),
        &[NONE, NO, NO, NO, NO, UNKNOWN, ENDED],
    ),
    row(
        "POST /api/v1/widgets/{id}/secret",
        Body::None,
        &[NONE, NO, NO, NO, NO, UNKNOWN, ENDED],
    ),
    row(
        "DELETE /api/v1/widgets/{id}",
        Body::None,
        &[NONE, NO, NO, NO, NO, UNKNOWN, ENDED],
    ),
    // No conversation is a key.
    row(
        "DELETE /api/v1/api-keys/{id}",
        Body::None,
        &[NONE, NO, NO, NO, NO, UNKNOWN, ENDED],
    ),
];

/// The routes of the Customer Support dialect.
pub const DIALECT: &[Row] = &[
    row(
        "POST /auth/token",
        Body::Json(|| json!({ "username": "nobody", "password": "correct horse" })),
        WRONG_LOGIN,
    ),
    row(
        "POST /auth/token/refresh",
        Body::Json(|| json!({ "refresh": "wrong" })),
        WRONG_TOKEN,
    ),
    row(
        "POST /api/register_customer",
        Body::Json(dialect_account),
        ANYONE_MADE,
    ),
    row(
        "POST /api/register_customer_rep",
        Body::Json(dialect_account),
        ADMINS_MAKE,
    ),
    row("GET /api/conversations", Body::None, SIGNED_IN),
    row("POST /api/conversations", Body::None, CUSTOMERS),
    row("GET /api/conversations/{id}", Body::None, PARTICIPANTS),
    // An admin serves nobody: this dialect's socket is a seat in a conversation.
    row(
        "SOCKET /ws/customer_support/{id}",
        Body::None,
        &[NONE, UNKNOWN, "101", "101", UNKNOWN, UNKNOWN, ENDED],
    ),
];

/// The native socket's handshake, which no document lists.
pub const SOCKETS: &[Row] = &[row(
    "SOCKET /ws",
    Body::None,
    &[NONE, "101", "101", "101", "101", "101", ENDED],
)];

/// The commands of the native socket, in the order in which the server lists them. The last
/// column's socket was opened before its login ended.
pub const SOCKET: &[Row] = &[
    row(
        "send",
        Body::Json(message),
        &["", "not_found", "ack", "ack", "not_found", "ack", "4100"],
    ),
    row(
        "upload",
        Body::Json(file),
        &[
            "", "uploaded", "uploaded", "uploaded", "uploaded", "uploaded", "4100",
        ],
    ),
    row(
        "claim",
        Body::Json(nothing),
        &[
            "",
            "forbidden",
            "forbidden",
            "ack",
            "already_claimed",
            "validation_failed",
            "4100",
        ],
    ),
    row(
        "accept",
        Body::Json(nothing),
        &[
            "",
            "forbidden",
            "forbidden",
            "ack",
            "offer_gone",
            "forbidden",
            "4100",
        ],
    ),
    row(
        "decline",
        Body::Json(nothing),
        &[
            "",
            "forbidden",
            "forbidden",
            "offer_gone",
            "offer_gone",
            "forbidden",
            "4100",
        ],
    ),
    row("requeue", Body::Json(nothing), DIRECTS),
    row(
        "transfer",
        Body::Json(to_nobody),
        &[
            "",
            "forbidden",
            "forbidden",
            "validation_failed",
            "not_found",
            "validation_failed",
            "4100",
        ],
    ),
    row("park", Body::Json(nothing), DIRECTS),
    row(
        "wake",
        Body::Json(nothing),
        &[
            "",
            "forbidden",
            "forbidden",
            "wrong_state",
            "not_found",
            "wrong_state",
            "4100",
        ],
    ),
    row(
        "reopen",
        Body::Json(nothing),
        &[
            "",
            "not_found",
            "wrong_state",
            "wrong_state",
            "not_found",
            "wrong_state",
            "4100",
        ],
    ),
    row("prioritize", Body::Json(urgency), DIRECTS),
    row(
        "close",
        Body::Json(nothing),
        &["", "not_found", "ack", "ack", "not_found", "ack", "4100"],
    ),
    row(
        "watch",
        Body::Json(|| json!({ "on": true })),
        &["", "forbidden", "forbidden", "ack", "ack", "ack", "4100"],
    ),
    row(
        "availability",
        Body::Json(availability),
        &[
            "",
            "forbidden",
            "forbidden",
            "ack",
            "ack",
            "not_found",
            "4100",
        ],
    ),
    row(
        "read",
        Body::Json(mark),
        &["", "not_found", "ack", "ack", "not_found", "ack", "4100"],
    ),
    row(
        "delivered",
        Body::Json(mark),
        &["", "not_found", "ack", "ack", "not_found", "ack", "4100"],
    ),
    row(
        "typing",
        Body::Json(typing),
        &["", "not_found", "ack", "ack", "not_found", "ack", "4100"],
    ),
    row(
        "note",
        Body::Json(message),
        &[
            "",
            "forbidden",
            "forbidden",
            "ack",
            "not_found",
            "ack",
            "4100",
        ],
    ),
    row(
        "edit",
        Body::Json(second_edited),
        &[
            "",
            "not_found",
            "ack",
            "forbidden",
            "not_found",
            "forbidden",
            "4100",
        ],
    ),
    row(
        "delete",
        Body::Json(second),
        &[
            "",
            "not_found",
            "ack",
            "forbidden",
            "not_found",
            "ack",
            "4100",
        ],
    ),
    row(
        "join",
        Body::Json(nothing),
        &[
            "",
            "forbidden",
            "forbidden",
            "wrong_state",
            "not_found",
            "ack",
            "4100",
        ],
    ),
    row(
        "leave",
        Body::Json(nothing),
        &[
            "",
            "forbidden",
            "forbidden",
            "wrong_state",
            "not_found",
            "wrong_state",
            "4100",
        ],
    ),
];
