//! What comes in: JSON bodies, path ids and queries, each with its limits and a clear refusal.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::QueryPayloadError;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{BytesMut, Data, PathConfig, Query};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::{LocalBoxFuture, Ready, ready};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::refusal;
use crate::app::App;
use crate::error::{Code, Error, FieldError, Result};

/// A JSON body: the right content type, small enough, in time, and with known fields only.
pub struct Body<T>(pub T);

/// A JSON body that may be left out.
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            check_type(&request)?;
            parse(&read_in_time(&request, payload).await?).map(Body)
        })
    }
}

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalBody<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = read_in_time(&request, payload).await?;
            if bytes.is_empty() {
                return Ok(OptionalBody(T::default()));
            }
            check_type(&request)?;
            parse(&bytes).map(OptionalBody)
        })
    }
}

async fn read_in_time(request: &HttpRequest, mut payload: Payload) -> Result<BytesMut> {
    let app = request
        .app_data::<Data<App>>()
        .expect("every route has the app");
    let most = app.settings.body_bytes_max;
    let given = request.headers().get(CONTENT_LENGTH);
    let given = given.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    // Nobody waits for what will not be taken. What is hardly too large is read to its end, or its
    // sender would find the connection reset before he has read why.
    if given.is_some_and(|length| length > 2 * most as u64) {
        return Err(too_large(most));
    }
    let time = Duration::from_millis(app.settings.body_timeout_ms);
    let bytes = tokio::time::timeout(time, read(&mut payload, most)).await;
    bytes.map_err(|_| Error::new(Code::Timeout, "The request's body took too long to arrive."))?
}

fn check_type(request: &HttpRequest) -> Result<()> {
    let given = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let kind = given
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let detail = "Send the body as JSON with the header Content-Type: application/json.";
    Err(Error::new(Code::UnsupportedMediaType, detail))
}

fn too_large(most: usize) -> Error {
    let detail = format!("The body is too large: at most {most} bytes are allowed.");
    Error::new(Code::TooLarge, detail)
}

async fn read(payload: &mut Payload, most: usize) -> Result<BytesMut> {
    let mut bytes = BytesMut::new();
    while let Some(part) = payload.next().await {
        let part = part.map_err(|error| {
            Error::new(
                Code::InvalidRequest,
                format!("The body could not be read: {error}."),
            )
        })?;
        if bytes.len() + part.len() > most {
            return Err(too_large(most));
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

/// JSON text as a value; says where it is not JSON, or which field is wrong and how.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    // Only objects are taken. serde would read a list as a record's fields in their order.
    let first = bytes.trim_ascii_start().first();
    if let Some(other) = first.filter(|first| **first != b'{') {
        serde_json::from_slice::<IgnoredAny>(bytes)
            .map_err(|error| refusal::not_json(&error.to_string()))?;
        let what = match other {
            b'[' => "a list",
            b'"' => "a text",
            b'n' => "null",
            b't' | b'f' => "true or false",
            _ => "a number",
        };
        let detail = format!("The JSON is {what}; send an object, as in {{\"name\": \"value\"}}.");
        return Err(Error::new(Code::ValidationFailed, detail));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        refusal::of::<T>(bytes, error.inner(), &path)
    })?;
    let ended = reader.end();
    ended.map_err(|error| refusal::not_json(&error.to_string()))?;
    Ok(value)
}

/// Reads a field that is there, also one that is null; one that is not stays none.
pub fn given<'de, D, T>(reader: D) -> std::result::Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    T::deserialize(reader).map(Some)
}

/// A path id that is none.
pub fn path_config() -> PathConfig {
    PathConfig::default().error_handler(|_, _| {
        Error::new(Code::InvalidId, "The id in the address is not a UUID.").into()
    })
}

/// A query with known fields only; a wrong one is named.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Asked<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(query(request.query_string()).map(Asked))
    }
}

fn query<T: DeserializeOwned>(text: &str) -> Result<T> {
    let error = match Query::<T>::from_query(text) {
        Ok(Query(read)) => return Ok(read),
        Err(error) => error,
    };
    let detail = match error {
        QueryPayloadError::Deserialize(error) => error.to_string(),
        other => other.to_string(),
    };
    // The error does not say which: it is the one that is wrong alone.
    let mut pairs = text.split('&');
    let wrong = pairs.find(|pair| Query::<T>::from_query(pair).is_err());
    let name = wrong.and_then(|pair| pair.split('=').next());
    Err(Error::invalid_fields(vec![FieldError {
        field: name.unwrap_or("query").to_owned().into(),
        detail: refusal::plainly(&detail),
    }]))
}

/// How many to list: 1 to 200, else 50.
pub fn page_size(limit: Option<i64>) -> Result<i64> {
    match limit {
        None => Ok(50),
        Some(limit @ 1..=200) => Ok(limit),
        Some(_) => Err(Error::invalid(
            "limit",
            "Give a whole number from 1 to 200.",
        )),
    }
}
