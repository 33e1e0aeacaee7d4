//! Errors as the clients of the Customer Support API read them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};

use crate::error::{Code, Error, Result};
use crate::gate::problem;

/// Errors as this dialect's clients read them: `detail`, or a list of sentences per field, with
/// the fields of the person inside `user`.
fn refuse(error: &Error) -> HttpResponse {
    if let Some(cause) = &error.cause {
        tracing::error!(cause = format!("{cause:#}"), "a request failed");
    }
    let taken = match error.code {
        Code::UsernameTaken => Some("username"),
        Code::EmailTaken => Some("email"),
        Code::PhoneTaken => Some("phone"),
        _ => None,
    };
    let taken = taken.map(|field| (field, error.detail.as_ref()));
    let wrong = error
        .fields
        .iter()
        .map(|one| (one.field.as_ref(), one.detail.as_str()));
    let mut fields = Value::Null;
    for (field, sentence) in wrong.chain(taken) {
        let field = match field.strip_prefix("user.").unwrap_or(field) {
            "phone" => "phone_number",
            field => field,
        };
        let sentences = match field {
            "username" | "email" | "first_name" | "last_name" => &mut fields["user"][field],
            _ => &mut fields[field],
        };
        match sentences {
            Value::Array(sentences) => sentences.push(json!(sentence)),
            none => *none = json!([sentence]),
        }
    }
    if fields.is_null() {
        let body = json!({ "detail": error.detail, "code": error.code.as_str() });
        let status = match error.status_code() {
            StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
            status => status,
        };
        return problem::begin(error, status).json(body);
    }
    HttpResponse::BadRequest().json(fields)
}

/// The answer, or its error in this dialect.
pub fn answer(result: Result<HttpResponse>) -> HttpResponse {
    result.unwrap_or_else(|error| refuse(&error))
}
