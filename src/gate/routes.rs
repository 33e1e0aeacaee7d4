//! Every route, what is done by it, and the one scope that the key of a machine needs for it. A
//! route that is not listed is refused to everybody. What has no scope is for people alone: a key
//! has no login, opens no socket, and speaks no dialect.

use actix_web::HttpRequest;
use actix_web::http::Method;

use crate::access::Action::{self, *};
use crate::words::Scope::{
    self, Audit, Export as Exports, Identities, Keys, Metrics, People, Queues, Read as Reads,
    Widgets, Write as Writes,
};

/// A route of the API's document or of a dialect, its action, and the scope of a key.
pub type Route = (&'static str, Action, Option<Scope>);

/// Every route of the API's document.
pub const ROUTES: &[Route] = &[
    ("GET /api/v1/setup", Enter, None),
    ("GET /api/v1/welcome", Enter, None),
    ("POST /api/v1/setup", Enter, None),
    ("POST /api/v1/customers", Enter, None),
    ("POST /api/v1/sessions", Enter, None),
    ("POST /api/v1/sessions/refresh", Enter, None),
    ("DELETE /api/v1/sessions/current", KeepAccount, None),
    ("POST /api/v1/socket-tickets", KeepAccount, None),
    ("GET /healthz", Enter, None),
    ("GET /readyz", Enter, None),
    ("GET /metrics", ReadMetrics, Some(Metrics)),
    ("GET /api/v1/reports", ReadReports, Some(Reads)),
    // The log of a machine is for people alone.
    ("GET /api/v1/health", ReadHealth, None),
    ("POST /api/v1/password", Enter, None),
    ("POST /api/v1/links", Enter, None),
    ("POST /api/v1/links/check", Enter, None),
    ("POST /api/v1/email-confirmations", Enter, None),
    ("POST /api/v1/invitations/accept", Enter, None),
    ("PATCH /api/v1/me", KeepAccount, None),
    ("PUT /api/v1/me/password", KeepAccount, None),
    ("GET /api/v1/me/sessions", KeepAccount, None),
    ("DELETE /api/v1/me/sessions", KeepAccount, None),
    ("DELETE /api/v1/me/sessions/{id}", KeepAccount, None),
    ("GET /api/v1/me/export", TakeOwnData, None),
    ("POST /api/v1/me/erase", EraseOwn, None),
    ("PUT /api/v1/me/picture", KeepAccount, None),
    ("DELETE /api/v1/me/picture", KeepAccount, None),
    // There is no way back: it wants a person.
    ("POST /api/v1/people/{id}/erase", Erase, None),
    ("GET /api/v1/pictures/{id}", ReadPicture, Some(Reads)),
    (
        "PUT /api/v1/people/{id}/picture",
        ChangePeople,
        Some(People),
    ),
    (
        "DELETE /api/v1/people/{id}/picture",
        ChangePeople,
        Some(People),
    ),
    (
        "GET /api/v1/people/{id}/export",
        ExportPerson,
        Some(Exports),
    ),
    ("POST /api/v1/visitors", Enter, None),
    ("POST /api/v1/identify", Enter, None),
    ("POST /api/v1/telegram", Enter, None),
    ("POST /api/v1/me/visitor", MergeVisitor, None),
    ("POST /api/v1/identities", VouchIdentity, Some(Identities)),
    (
        "GET /api/v1/people/{id}/identities",
        ReadPeople,
        Some(People),
    ),
    ("POST /api/v1/widgets", AddWidget, Some(Widgets)),
    ("GET /api/v1/widgets", ReadWidgets, Some(Widgets)),
    ("PATCH /api/v1/widgets/{id}", ChangeWidgets, Some(Widgets)),
    (
        "POST /api/v1/widgets/{id}/secret",
        RenewWidgetSecret,
        Some(Widgets),
    ),
    ("DELETE /api/v1/widgets/{id}", ChangeWidgets, Some(Widgets)),
    // What counts for everybody is for people alone.
    ("GET /api/v1/settings", ReadSettings, None),
    ("PATCH /api/v1/settings", ChangeSettings, None),
    ("GET /api/v1/texts", ListQueues, Some(Reads)),
    ("GET /api/v1/me", KeepAccount, Some(Reads)),
    ("GET /api/v1/queues", ListQueues, Some(Reads)),
    ("GET /api/v1/queues/{id}", ReadQueue, Some(Reads)),
    ("GET /api/v1/conversations", Read, Some(Reads)),
    ("GET /api/v1/conversations/{id}", Read, Some(Reads)),
    ("GET /api/v1/conversations/{id}/events", Read, Some(Reads)),
    (
        "GET /api/v1/conversations/{id}/transcript",
        Read,
        Some(Reads),
    ),
    ("GET /api/v1/conversations/{id}/why", Explain, Some(Reads)),
    ("GET /api/v1/answers/{number}", Read, Some(Reads)),
    ("GET /api/v1/unread", Read, Some(Reads)),
    ("GET /api/v1/search", Read, Some(Reads)),
    ("GET /api/v1/attachments/{id}", Read, Some(Reads)),
    ("GET /api/v1/customers/{id}", ReadCustomer, Some(Reads)),
    ("GET /api/v1/reps", ListReps, Some(Reads)),
    ("GET /api/v1/reps/{id}/why-idle", ExplainIdle, Some(Reads)),
    ("GET /api/v1/line", WatchLine, Some(Reads)),
    ("GET /api/v1/line/history", ReadLineHistory, Some(Reads)),
    ("POST /api/v1/attachments", Upload, Some(Writes)),
    ("POST /api/v1/attachments/inline", Upload, Some(Writes)),
    ("POST /api/v1/conversations", Open, Some(Writes)),
    (
        "POST /api/v1/conversations/{id}/messages",
        Write,
        Some(Writes),
    ),
    (
        "PUT /api/v1/conversations/{id}/messages/{seq}",
        Edit,
        Some(Writes),
    ),
    (
        "DELETE /api/v1/conversations/{id}/messages/{seq}",
        Delete,
        Some(Writes),
    ),
    ("POST /api/v1/conversations/{id}/notes", Note, Some(Writes)),
    (
        "POST /api/v1/conversations/{id}/join",
        Join { reps: true },
        Some(Writes),
    ),
    ("POST /api/v1/conversations/{id}/leave", Leave, Some(Writes)),
    (
        "POST /api/v1/conversations/{id}/accept",
        AnswerOffer,
        Some(Writes),
    ),
    (
        "POST /api/v1/conversations/{id}/decline",
        AnswerOffer,
        Some(Writes),
    ),
    ("POST /api/v1/conversations/{id}/claim", Claim, Some(Writes)),
    (
        "POST /api/v1/conversations/{id}/requeue",
        Direct,
        Some(Writes),
    ),
    (
        "POST /api/v1/conversations/{id}/transfer",
        Direct,
        Some(Writes),
    ),
    (
        "GET /api/v1/conversations/{id}/targets",
        Direct,
        Some(Reads),
    ),
    ("POST /api/v1/conversations/{id}/park", Direct, Some(Writes)),
    ("POST /api/v1/conversations/{id}/wake", Wake, Some(Writes)),
    ("POST /api/v1/conversations/{id}/close", Close, Some(Writes)),
    (
        "POST /api/v1/conversations/{id}/reopen",
        Reopen,
        Some(Writes),
    ),
    (
        "PUT /api/v1/conversations/{id}/priority",
        Direct,
        Some(Writes),
    ),
    ("PUT /api/v1/conversations/{id}/rating", Rate, Some(Writes)),
    (
        "POST /api/v1/conversations/{id}/leave-message",
        LeaveMessage,
        Some(Writes),
    ),
    ("GET /api/v1/canned-replies", KeepReplies, Some(Reads)),
    ("POST /api/v1/canned-replies", KeepReplies, Some(Queues)),
    (
        "PATCH /api/v1/canned-replies/{id}",
        KeepReplies,
        Some(Queues),
    ),
    (
        "DELETE /api/v1/canned-replies/{id}",
        KeepReplies,
        Some(Queues),
    ),
    ("PUT /api/v1/conversations/{id}/read", Read, Some(Writes)),
    (
        "PUT /api/v1/conversations/{id}/delivered",
        Read,
        Some(Writes),
    ),
    ("GET /api/v1/people", ReadPeople, Some(People)),
    ("GET /api/v1/people/{id}", ReadPeople, Some(People)),
    // Who changes the address of an admin, lets him in again or has a link for him is as good as
    // he: no key is.
    ("PATCH /api/v1/people/{id}", ChangePeople, None),
    ("PUT /api/v1/people/{id}/role", ChangeRole, None),
    ("PUT /api/v1/reps/{id}/rights", ChangeRights, None),
    ("POST /api/v1/people/{id}/disable", Disable, Some(People)),
    ("POST /api/v1/people/{id}/enable", Enable, None),
    (
        "POST /api/v1/people/{id}/password-link",
        MakePasswordLink,
        None,
    ),
    ("GET /api/v1/people/{id}/sessions", ReadPeople, Some(People)),
    (
        "DELETE /api/v1/people/{id}/sessions",
        ChangePeople,
        Some(People),
    ),
    ("GET /api/v1/invitations", ReadInvitations, Some(People)),
    ("POST /api/v1/invitations", Invite, Some(People)),
    (
        "DELETE /api/v1/invitations/{id}",
        RevokeInvitation,
        Some(People),
    ),
    ("POST /api/v1/reps", AddRep, Some(People)),
    (
        "PUT /api/v1/reps/{id}/capacity",
        ChangeCapacity,
        Some(People),
    ),
    (
        "PUT /api/v1/reps/{id}/availability",
        SetAvailability,
        Some(People),
    ),
    (
        "PUT /api/v1/reps/{id}/queues",
        ChangeRepQueues,
        Some(People),
    ),
    (
        "PUT /api/v1/customers/{id}/personal-rep",
        SetPersonalRep,
        Some(People),
    ),
    ("POST /api/v1/queues", ChangeQueues, Some(Queues)),
    ("PATCH /api/v1/queues/{id}", ChangeQueues, Some(Queues)),
    ("PUT /api/v1/queues/order", ChangeQueues, Some(Queues)),
    ("DELETE /api/v1/queues/{id}", ChangeQueues, Some(Queues)),
    ("GET /api/v1/schedules", ReadSchedules, Some(Reads)),
    ("GET /api/v1/schedules/{id}", ReadSchedules, Some(Reads)),
    ("POST /api/v1/schedules", ChangeSchedules, Some(Queues)),
    (
        "PATCH /api/v1/schedules/{id}",
        ChangeSchedules,
        Some(Queues),
    ),
    (
        "DELETE /api/v1/schedules/{id}",
        ChangeSchedules,
        Some(Queues),
    ),
    ("GET /api/v1/export", Export, Some(Exports)),
    ("GET /api/v1/audit", ReadAudit, Some(Audit)),
    ("GET /api/v1/audit/export", ExportAudit, Some(Audit)),
    ("GET /api/v1/api-keys", ReadKeys, Some(Keys)),
    ("POST /api/v1/api-keys", AddKey, Some(Keys)),
    ("DELETE /api/v1/api-keys/{id}", RevokeKey, Some(Keys)),
];

/// The dialect's, without the slashes they may end with.
pub const DIALECT: &[Route] = &[
    ("POST /auth/token", Enter, None),
    ("POST /auth/token/refresh", Enter, None),
    ("POST /api/register_customer", Enter, None),
    ("POST /api/register_customer_rep", AddRep, None),
    ("GET /api/conversations", Read, None),
    ("POST /api/conversations", Open, None),
    ("GET /api/conversations/{id}", Read, None),
];

/// A socket, wherever it is opened: what is done there is asked with each command.
pub const SOCKET: Route = ("GET /ws", KeepAccount, None);

/// What this request is for; none, if nobody has said.
pub fn of(request: &HttpRequest) -> Option<&'static Route> {
    let path = request.match_pattern()?;
    let path = path.strip_suffix('/').unwrap_or(&path);
    // What can be got can be asked for without its body.
    let method = match request.method() {
        &Method::HEAD => &Method::GET,
        method => method,
    };
    let is_this = |route: &&Route| route.0.split_once(' ') == Some((method.as_str(), path));
    ROUTES.iter().chain(DIALECT).find(is_this)
}
