//! What every route may answer beside its own: said once, for the document at `/api/openapi.json`.

use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};

const PROBLEM: &str = "application/problem+json";

/// Adds to every route the refusals that follow from what it takes, and says of all of them by
/// which type they come.
pub fn document(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        let all = [
            &mut item.get,
            &mut item.post,
            &mut item.put,
            &mut item.patch,
            &mut item.delete,
        ];
        for operation in all.into_iter().flatten() {
            for (status, description) in refusals(path, operation) {
                let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
                let response = ResponseBuilder::new()
                    .description(description)
                    .content(PROBLEM, problem.build());
                let responses = &mut operation.responses.responses;
                responses
                    .entry(status.to_owned())
                    .or_insert_with(|| response.build().into());
            }
            retype(operation);
        }
    }
    document
}

fn refusals(path: &str, operation: &Operation) -> Vec<(&'static str, &'static str)> {
    let mut all = Vec::new();
    let body = operation.request_body.is_some();
    if body || path.contains('{') {
        all.push(("400", "The id in the address or the body cannot be read"));
    }
    if operation.security.is_none() {
        all.push(("401", "Nobody is signed in, or not any more"));
        all.push(("403", "Not for who asks"));
    }
    if body {
        all.push(("408", "The body took too long to arrive"));
        all.push(("413", "The body is too large"));
        all.push(("415", "The body is of another type"));
    }
    if body || asks(operation) {
        all.push(("422", "Fields are missing, wrong or unknown"));
    }
    if path.starts_with("/api/") {
        all.push(("500", "A failure of the server"));
        all.push(("503", "Too much to do, or something is away: try again"));
    }
    all
}

/// Whether something stands behind the question mark.
fn asks(operation: &Operation) -> bool {
    let all = operation.parameters.iter().flatten();
    let mut given = all.filter_map(|one| match one {
        RefOr::T(one) => Some(&one.parameter_in),
        RefOr::Ref(_) => None,
    });
    given.any(|place| matches!(place, ParameterIn::Query))
}

/// Errors are no plain JSON.
fn retype(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else {
            continue;
        };
        if status.as_str() >= "400"
            && let Some(content) = response.content.shift_remove("application/json")
        {
            response.content.insert(PROBLEM.into(), content);
        }
    }
}
