//! Attachments: uploading, and getting them again. A file passes through in small parts, in both
//! directions.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, Header, HeaderMap};
use actix_web::web::{Bytes, Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, get, post};
use futures_util::{Stream, StreamExt, stream};
use tokio::time::timeout;

use crate::access::Actor;
use crate::app::App;
use crate::attachments::{Uploader, is_image};
use crate::error::{Code, Error, Result};
use crate::gate::body::Body;
use crate::gate::caller::Caller;
use crate::gate::cookies;
use crate::gate::problem::{self, Problem};
use crate::store::attachments::{Attachment, AttachmentView};
use crate::words::AttachmentId;

/// A file, as the only part of a form.
#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "it is only shown in the document")]
pub struct UploadForm {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// A small file as text.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InlineUpload {
    /// What it is called.
    pub name: String,
    /// Its bytes in base64, with padding.
    pub content: String,
}

/// What the parts around a file may take of a form, in bytes.
const FORM_BYTES: u64 = 16 * 1024;

/// Upload a file
///
/// As the part `file` of a form. It can then be sent once, by the same person, with a message in
/// any conversation that he may write into; what is not sent in a day is deleted. Its type is told
/// by its content.
#[utoipa::path(
    tag = "attachments", request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = AttachmentView), (status = 400, body = Problem),
        (status = 408, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem)
    )
)]
#[post("/attachments")]
pub async fn upload(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse> {
    let limits = app.attachments.limits();
    if announced(request.headers()).is_some_and(|bytes| bytes > limits.bytes_max + FORM_BYTES) {
        return Err(limits.too_large());
    }
    let mut form = Multipart::new(request.headers(), payload);
    let late = |_| Error::new(Code::Timeout, "The file took too long to arrive.");
    let first = timeout(limits.stall, form.next()).await.map_err(late)?;
    let field = match first {
        Some(field) => field.map_err(malformed)?,
        None => return Err(no_file()),
    };
    if field.name() != Some("file") {
        return Err(no_file());
    }
    let called = called(&field);
    let contents = Box::pin(contents(form, field));
    let view = app
        .attachments
        .take_in(uploader(&caller.actor), &called, contents)
        .await?;
    Ok(HttpResponse::Created().json(view))
}

/// Upload a small file as text
///
/// For clients that speak JSON only. The limit is much lower than that of a form.
#[utoipa::path(
    tag = "attachments", request_body = InlineUpload,
    responses(
        (status = 201, body = AttachmentView), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem)
    )
)]
#[post("/attachments/inline")]
pub async fn upload_inline(
    app: Data<App>,
    caller: Caller,
    Body(new): Body<InlineUpload>,
) -> Result<HttpResponse> {
    let who = uploader(&caller.actor);
    let taken = app.attachments.take_in_text(who, &new.name, &new.content);
    Ok(HttpResponse::Created().json(taken.await?))
}

/// Get a file
///
/// For those who may read the message that carries it. Takes one range of bytes at a time, and
/// `If-None-Match`. Only images may be shown in place; everything else comes to be saved.
#[utoipa::path(
    tag = "attachments", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, content_type = "*/*", body = Vec<u8>),
        (status = 206, description = "The range that was asked for"),
        (status = 304, description = "It is what the client has"),
        (status = 404, body = Problem), (status = 416, body = Problem),
        (status = 503, body = Problem)
    )
)]
#[get("/attachments/{id}")]
pub async fn download(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    id: Path<AttachmentId>,
) -> Result<HttpResponse> {
    let row = app.attachments.find(caller.actor, *id).await?;
    let (all, tag) = (
        row.bytes as u64,
        header::EntityTag::new_strong(id.to_string()),
    );
    if is_known(&request, &tag) {
        let mut answer = HttpResponse::NotModified();
        answer.insert_header(header::ETag(tag));
        answer.insert_header((header::CACHE_CONTROL, CACHING));
        return Ok(answer.finish());
    }
    let range = match asked_range(&request, &tag, all) {
        Asked::All => None,
        Asked::Part(from, to) => Some((from, to)),
        Asked::Nothing => return Ok(unsatisfiable(all)),
    };
    let (from, to) = range.unwrap_or((0, all - 1));
    let status = match range {
        None => StatusCode::OK,
        Some(_) => StatusCode::PARTIAL_CONTENT,
    };
    let contents = app.attachments.read(row.id, from..to + 1).await?;
    let mut answer = HttpResponse::build(status);
    if range.is_some() {
        let range = Some((from, to));
        answer.insert_header(header::ContentRange(header::ContentRangeSpec::Bytes {
            range,
            instance_length: Some(all),
        }));
    }
    answer
        .insert_header(header::ETag(tag))
        .insert_header((header::CACHE_CONTROL, CACHING))
        .insert_header((header::VARY, cookies::VARY))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'",
        ))
        .insert_header(("Cross-Origin-Resource-Policy", "same-origin"))
        .insert_header((header::CONTENT_TYPE, content_type(&row)))
        .insert_header(disposition(&row));
    Ok(answer.body(SizedStream::new(to + 1 - from, contents)))
}

/// A copy is only for who got it, and is asked for again each time: he may not be allowed any more.
const CACHING: &str = "private, no-cache";

fn uploader(actor: &Actor) -> Uploader {
    Uploader {
        id: actor.id,
        role: actor.role,
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    let length = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?;
    length.parse().ok()
}

/// What the client calls it.
fn called(field: &Field) -> String {
    let disposition = field.content_disposition();
    let extended = disposition.and_then(header::ContentDisposition::get_filename_ext);
    let extended = extended.map(|name| String::from_utf8_lossy(&name.value).into_owned());
    let plain = || disposition?.get_filename().map(str::to_owned);
    extended.or_else(plain).unwrap_or_default()
}

/// The bytes of the file, and at their end that nothing else stands in the form.
fn contents(form: Multipart, field: Field) -> impl Stream<Item = Result<Bytes>> {
    stream::try_unfold((form, Some(field)), |(mut form, field)| async move {
        let Some(mut field) = field else {
            return Ok(None);
        };
        if let Some(part) = field.next().await {
            let part = part.map_err(malformed)?;
            return Ok(Some((part, (form, Some(field)))));
        }
        drop(field);
        match form.next().await {
            None => Ok(None),
            Some(Ok(_)) => Err(Error::invalid(
                "file",
                "Send one file in the part `file`, and nothing else, in each request.",
            )),
            Some(Err(error)) => Err(malformed(error)),
        }
    })
}

fn no_file() -> Error {
    Error::invalid(
        "file",
        "Send the file as the first and only part, called `file`.",
    )
}

/// What is wrong with a form.
fn malformed(error: MultipartError) -> Error {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible => {
            let detail = "Send the file with the header Content-Type: multipart/form-data; \
                          boundary=...";
            Error::new(Code::UnsupportedMediaType, detail)
        }
        MultipartError::ContentDispositionMissing
        | MultipartError::ContentDispositionNameMissing => no_file(),
        MultipartError::BoundaryMissing => {
            let detail =
                "The header Content-Type names no boundary. Let your HTTP library make it.";
            Error::new(Code::InvalidRequest, detail)
        }
        other => {
            let detail = format!("The form could not be read: {other}. Send the file again.");
            Error::new(Code::InvalidRequest, detail)
        }
    }
}

/// Whether the client has it already. It never changes.
fn is_known(request: &HttpRequest, tag: &header::EntityTag) -> bool {
    match header::IfNoneMatch::parse(request) {
        Ok(header::IfNoneMatch::Any) => true,
        Ok(header::IfNoneMatch::Items(tags)) => tags.iter().any(|one| one.weak_eq(tag)),
        Err(_) => false,
    }
}

/// How much of a file is asked for: the first and the last byte of it.
enum Asked {
    All,
    Part(u64, u64),
    Nothing,
}

/// One range is given as it is asked for. Of several, and of what is no range, one gets all.
fn asked_range(request: &HttpRequest, tag: &header::EntityTag, all: u64) -> Asked {
    let of_this = match header::IfRange::parse(request) {
        Ok(header::IfRange::EntityTag(known)) => known.strong_eq(tag),
        Ok(header::IfRange::Date(_)) => false,
        Err(_) => true,
    };
    let Ok(header::Range::Bytes(specs)) = header::Range::parse(request) else {
        return Asked::All;
    };
    match specs.as_slice() {
        [one] if of_this => match one.to_satisfiable_range(all) {
            Some((from, to)) => Asked::Part(from, to),
            None => Asked::Nothing,
        },
        _ => Asked::All,
    }
}

fn unsatisfiable(all: u64) -> HttpResponse {
    let detail = format!("The file has {all} bytes; ask for a range within them, or for all.");
    let mut answer = problem::answer(&Error::new(Code::RangeNotSatisfiable, detail), None);
    let whole = header::ContentRange(header::ContentRangeSpec::Bytes {
        range: None,
        instance_length: Some(all),
    });
    if let Ok(whole) = header::TryIntoHeaderValue::try_into_value(whole) {
        answer.headers_mut().insert(header::CONTENT_RANGE, whole);
    }
    answer
}

/// Text is told to be what it was seen to be, lest a browser guesses.
fn content_type(row: &Attachment) -> String {
    match row.media_type.as_str() {
        "text/plain" => "text/plain; charset=utf-8".into(),
        other => other.into(),
    }
}

/// To be shown or to be saved, and under which name: in ASCII for old clients, and whole.
fn disposition(row: &Attachment) -> header::ContentDisposition {
    use header::{Charset, DispositionParam, DispositionType, ExtendedValue};
    let plain = |c: char| match c {
        '"' | '\\' | '%' => '_',
        c if c == ' ' || c.is_ascii_graphic() => c,
        _ => '_',
    };
    let ascii: String = row.name.chars().map(plain).collect();
    let mut parameters = vec![DispositionParam::Filename(ascii.clone())];
    if ascii != row.name {
        parameters.push(DispositionParam::FilenameExt(ExtendedValue {
            charset: Charset::Ext("UTF-8".into()),
            language_tag: None,
            value: row.name.clone().into_bytes(),
        }));
    }
    header::ContentDisposition {
        disposition: match is_image(&row.media_type) {
            true => DispositionType::Inline,
            false => DispositionType::Attachment,
        },
        parameters,
    }
}
