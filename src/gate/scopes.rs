//! What the key of a machine may do: the one scope of every route. What is not listed, and what is
//! listed without a scope, is for people alone: a key has no login, opens no socket, and speaks no
//! dialect.

use actix_web::HttpRequest;

use crate::error::{Code, Error, Result};
use crate::words::Scope::{self, Audit, Export, Keys, People, Queues, Read, Write};

/// Every route of the API's document, and the scope that a key needs for it.
pub const ROUTES: &[(&str, Option<Scope>)] = &[
    ("GET /api/v1/setup", None),
    ("POST /api/v1/setup", None),
    ("POST /api/v1/customers", None),
    ("POST /api/v1/sessions", None),
    ("POST /api/v1/sessions/refresh", None),
    ("DELETE /api/v1/sessions/current", None),
    ("POST /api/v1/socket-tickets", None),
    ("GET /healthz", None),
    ("GET /readyz", None),
    ("GET /metrics", None),
    ("POST /api/v1/password", None),
    ("POST /api/v1/links", None),
    ("POST /api/v1/email-confirmations", None),
    ("POST /api/v1/invitations/accept", None),
    ("PATCH /api/v1/me", None),
    ("PUT /api/v1/me/password", None),
    ("GET /api/v1/me/sessions", None),
    ("DELETE /api/v1/me/sessions", None),
    ("DELETE /api/v1/me/sessions/{id}", None),
    ("GET /api/v1/me", Some(Read)),
    ("GET /api/v1/queues", Some(Read)),
    ("GET /api/v1/queues/{id}", Some(Read)),
    ("GET /api/v1/conversations", Some(Read)),
    ("GET /api/v1/conversations/{id}", Some(Read)),
    ("GET /api/v1/conversations/{id}/events", Some(Read)),
    ("GET /api/v1/conversations/{id}/transcript", Some(Read)),
    ("GET /api/v1/conversations/{id}/why", Some(Read)),
    ("GET /api/v1/answers/{number}", Some(Read)),
    ("GET /api/v1/unread", Some(Read)),
    ("GET /api/v1/search", Some(Read)),
    ("GET /api/v1/attachments/{id}", Some(Read)),
    ("GET /api/v1/customers/{id}", Some(Read)),
    ("GET /api/v1/reps", Some(Read)),
    ("GET /api/v1/reps/{id}/why-idle", Some(Read)),
    ("GET /api/v1/line", Some(Read)),
    ("GET /api/v1/line/history", Some(Read)),
    ("POST /api/v1/attachments", Some(Write)),
    ("POST /api/v1/attachments/inline", Some(Write)),
    ("POST /api/v1/conversations", Some(Write)),
    ("POST /api/v1/conversations/{id}/messages", Some(Write)),
    ("PUT /api/v1/conversations/{id}/messages/{seq}", Some(Write)),
    (
        "DELETE /api/v1/conversations/{id}/messages/{seq}",
        Some(Write),
    ),
    ("POST /api/v1/conversations/{id}/notes", Some(Write)),
    ("POST /api/v1/conversations/{id}/join", Some(Write)),
    ("POST /api/v1/conversations/{id}/leave", Some(Write)),
    ("POST /api/v1/conversations/{id}/accept", Some(Write)),
    ("POST /api/v1/conversations/{id}/decline", Some(Write)),
    ("POST /api/v1/conversations/{id}/claim", Some(Write)),
    ("POST /api/v1/conversations/{id}/requeue", Some(Write)),
    ("POST /api/v1/conversations/{id}/transfer", Some(Write)),
    ("POST /api/v1/conversations/{id}/park", Some(Write)),
    ("POST /api/v1/conversations/{id}/wake", Some(Write)),
    ("POST /api/v1/conversations/{id}/close", Some(Write)),
    ("POST /api/v1/conversations/{id}/reopen", Some(Write)),
    ("PUT /api/v1/conversations/{id}/priority", Some(Write)),
    ("PUT /api/v1/conversations/{id}/read", Some(Write)),
    ("PUT /api/v1/conversations/{id}/delivered", Some(Write)),
    ("GET /api/v1/people", Some(People)),
    ("GET /api/v1/people/{id}", Some(People)),
    ("PATCH /api/v1/people/{id}", Some(People)),
    ("POST /api/v1/people/{id}/disable", Some(People)),
    ("POST /api/v1/people/{id}/enable", Some(People)),
    ("POST /api/v1/people/{id}/password-link", Some(People)),
    ("GET /api/v1/people/{id}/sessions", Some(People)),
    ("DELETE /api/v1/people/{id}/sessions", Some(People)),
    ("GET /api/v1/invitations", Some(People)),
    ("POST /api/v1/invitations", Some(People)),
    ("DELETE /api/v1/invitations/{id}", Some(People)),
    ("POST /api/v1/reps", Some(People)),
    ("PUT /api/v1/reps/{id}/capacity", Some(People)),
    ("PUT /api/v1/reps/{id}/availability", Some(People)),
    ("PUT /api/v1/reps/{id}/queues", Some(People)),
    ("PUT /api/v1/customers/{id}/personal-rep", Some(People)),
    ("POST /api/v1/queues", Some(Queues)),
    ("PATCH /api/v1/queues/{id}", Some(Queues)),
    ("PUT /api/v1/queues/order", Some(Queues)),
    ("DELETE /api/v1/queues/{id}", Some(Queues)),
    ("GET /api/v1/export", Some(Export)),
    ("GET /api/v1/audit", Some(Audit)),
    ("GET /api/v1/audit/export", Some(Audit)),
    ("GET /api/v1/api-keys", Some(Keys)),
    ("POST /api/v1/api-keys", Some(Keys)),
    ("DELETE /api/v1/api-keys/{id}", Some(Keys)),
];

/// Refuses a request for which a key with these scopes is not good.
pub fn check(request: &HttpRequest, scopes: &[Scope]) -> Result<()> {
    let path = request.match_pattern().unwrap_or_default();
    let route = format!("{} {path}", request.method());
    let forbidden = |detail: String| Err(Error::new(Code::Forbidden, detail));
    match scope_of(&route) {
        Some(scope) if scopes.contains(&scope) => Ok(()),
        Some(scope) => forbidden(format!(
            "This API key lacks the scope {scope}. Use one that has it."
        )),
        None => forbidden("An API key cannot do this: sign in as a person.".into()),
    }
}

fn scope_of(route: &str) -> Option<Scope> {
    let known = ROUTES.iter().find(|(one, _)| *one == route);
    known.and_then(|(_, scope)| *scope)
}
