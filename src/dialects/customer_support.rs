//! The dialect of the Customer Support API: its paths, bodies and frames.
//!
//! What is different on purpose, and why, is said in `docs/customer_support.md`.

use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::web::{self, Data, Path, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::customer_support_errors::answer;
use super::customer_support_shapes::{conversation, message, user, usernames};
use super::customer_support_socket::Chat;
use crate::access::Actor;
use crate::app::App;
use crate::desk::{self, Claim};
use crate::error::{Code, Error, Result};
use crate::gate::address::Address;
use crate::gate::body::Body;
use crate::gate::caller::Caller;
use crate::live::upgrade;
use crate::people::Device;
use crate::people::NewPerson;
use crate::store::Conn;
use crate::store::conversations::{self, Conversation, ConversationView, Filter};
use crate::store::events::{self, Event};
use crate::words::{ClientId, ConversationId, EventKind, Priority, Role, Status};

/// Conversations in a list and entries of a conversation's log: the newest so many.
const SHOWN: i64 = 200;
/// A rep's `max_capacity` if nothing is said.
const CAPACITY: i32 = 5;

/// The dialect's addresses, each with and without its trailing slash.
pub fn routes(config: &mut ServiceConfig) {
    let both = |path: &'static str| [path.to_owned(), format!("{path}/")];
    config
        .service(web::resource(both("/auth/token")).route(web::post().to(sign_in)))
        .service(web::resource(both("/auth/token/refresh")).route(web::post().to(refresh)))
        .service(web::resource(both("/api/register_customer")).route(web::post().to(add_customer)))
        .service(web::resource(both("/api/register_customer_rep")).route(web::post().to(add_rep)))
        .service(
            web::resource(both("/api/conversations"))
                .route(web::get().to(list))
                .route(web::post().to(open)),
        )
        .service(web::resource(both("/api/conversations/{id}")).route(web::get().to(find)))
        .service(web::resource(both("/ws/customer_support/{id}")).route(web::get().to(socket)));
}

#[derive(serde::Deserialize)]
struct SignIn {
    username: String,
    password: String,
}

#[derive(serde::Deserialize)]
struct Refresh {
    refresh: String,
}

#[derive(serde::Deserialize)]
struct NewUser {
    username: String,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
    #[serde(default)]
    email: String,
}

#[derive(serde::Deserialize)]
struct Registration {
    user: NewUser,
    phone_number: Option<Phone>,
    password: String,
    /// The password once more.
    password1: String,
    max_capacity: Option<i32>,
}

/// A phone number: these clients send a number, people write text. Given back as it came.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
#[serde(untagged, expecting = "expected a phone number, as digits or as text")]
enum Phone {
    Digits(u64),
    Text(String),
}

#[derive(serde::Deserialize, Default)]
struct Opening {
    #[serde(default)]
    subject: String,
}

type Taken<T> = std::result::Result<Body<T>, Error>;

async fn sign_in(
    app: Data<App>,
    Address(from): Address,
    device: Device,
    body: Taken<SignIn>,
) -> HttpResponse {
    let work = async {
        let Body(SignIn { username, password }) = body?;
        let pair = app
            .people
            .sign_in_to_keep(&username, password, from, device);
        let pair = pair.await?;
        let (refresh, access) = (pair.refresh_token, pair.access_token);
        Ok(HttpResponse::Ok().json(json!({ "refresh": refresh, "access": access })))
    };
    answer(work.await)
}

async fn refresh(app: Data<App>, Address(from): Address, body: Taken<Refresh>) -> HttpResponse {
    let work = async {
        // These clients keep one refresh token for its whole life.
        let pair = app.people.renew(&body?.0.refresh, from).await?;
        Ok(HttpResponse::Ok().json(json!({ "access": pair.access_token })))
    };
    answer(work.await)
}

/// The person in a registration, and what he may hold as a rep.
fn person(one: Registration) -> Result<(NewPerson, i32)> {
    if one.password != one.password1 {
        return Err(Error::invalid(
            "error",
            "The two passwords are not the same.",
        ));
    }
    let some = |text: String| (!text.is_empty()).then_some(text);
    let person = NewPerson {
        username: one.user.username,
        password: one.password,
        display_name: None,
        first_name: one.user.first_name,
        last_name: one.user.last_name,
        email: some(one.user.email),
        phone: one.phone_number.and_then(|phone| match phone {
            Phone::Digits(digits) => Some(digits.to_string()),
            Phone::Text(text) => some(text),
        }),
    };
    Ok((person, one.max_capacity.unwrap_or(CAPACITY)))
}

async fn add_customer(
    app: Data<App>,
    Address(from): Address,
    body: Taken<Registration>,
) -> HttpResponse {
    let work = async {
        let Body(registration) = body?;
        let phone = registration.phone_number.clone();
        let (person, _) = person(registration)?;
        let made = app.people.add_customer(person, from).await?;
        let body = json!({ "id": made.id, "user": user(&made), "phone_number": phone });
        Ok(HttpResponse::Created().json(body))
    };
    answer(work.await)
}

async fn add_rep(
    app: Data<App>,
    caller: std::result::Result<Caller, Error>,
    body: Taken<Registration>,
) -> HttpResponse {
    let work = async {
        let caller = caller?;
        let Body(registration) = body?;
        let phone = registration.phone_number.clone();
        let (person, capacity) = person(registration)?;
        desk::check_capacity(capacity)
            .map_err(|error| Error::invalid("max_capacity", error.fields[0].detail.clone()))?;
        let by = caller.actor.id;
        let made = app.people.add_rep(by, person, capacity, None).await?;
        app.desk.rep_changed(made.id);
        let body = json!({
            "id": made.id,
            "user": user(&made),
            "phone_number": phone,
            "max_capacity": capacity,
        });
        Ok(HttpResponse::Created().json(body))
    };
    answer(work.await)
}

async fn open(
    app: Data<App>,
    request: HttpRequest,
    caller: std::result::Result<Caller, Error>,
    body: Taken<Opening>,
) -> HttpResponse {
    let work = async {
        let caller = caller?;
        // This dialect's clients may send no body at all.
        let Opening { subject } = match has_body(&request) {
            true => body?.0,
            false => Opening::default(),
        };
        let open = desk::Open {
            client_id: ClientId::new(),
            subject,
            text: None,
            attachments: Vec::new(),
            queue: None,
            priority: Priority::Normal,
            leave_message: false,
        };
        let (view, _) = app.desk.open(caller.actor, open).await?;
        Ok(HttpResponse::Created().json(conversation(&view)))
    };
    answer(work.await)
}

fn has_body(request: &HttpRequest) -> bool {
    let length = request.headers().get(CONTENT_LENGTH);
    length.is_some_and(|length| length != "0") || request.headers().contains_key(TRANSFER_ENCODING)
}

async fn list(app: Data<App>, caller: std::result::Result<Caller, Error>) -> HttpResponse {
    let work = async {
        let actor = caller?.actor;
        let read = move |conn: &mut Conn| {
            let filter = Filter {
                limit: SHOWN,
                ..Filter::default()
            };
            let rows = conversations::list(conn, &actor, &filter)?;
            let ids: Vec<ConversationId> = rows.iter().map(|row| row.id).collect();
            let latest = events::latest_messages(conn, &ids)?;
            let names = usernames(conn, &latest)?;
            let views = conversations::views(conn, rows)?;
            let item = |view: &ConversationView| {
                let mine = |event: &&Event| event.conversation_id == view.id;
                let latest = latest.iter().find(mine);
                let mut item = conversation(view);
                item["latest_message"] = latest.map_or(Value::Null, |event| message(&names, event));
                item
            };
            Ok(views.iter().map(item).collect::<Vec<Value>>())
        };
        Ok(HttpResponse::Ok().json(app.store.read(read).await?))
    };
    answer(work.await)
}

async fn find(
    app: Data<App>,
    caller: std::result::Result<Caller, Error>,
    id: Path<String>,
) -> HttpResponse {
    let work = async {
        let (caller, id) = (caller?, parse(&id)?);
        let read = move |conn: &mut Conn| {
            let row = conversations::readable(conn, &caller.actor, id)?;
            let view = conversations::view(conn, row)?;
            // Newest first, as this dialect shows them.
            let log = events::told_before(conn, id, i64::MAX, SHOWN)?;
            let names = usernames(conn, &log)?;
            let messages = log.iter().filter(|event| event.kind == EventKind::Message);
            let mut item = conversation(&view);
            item["messages"] = messages.map(|event| message(&names, event)).collect();
            Ok(item)
        };
        Ok(HttpResponse::Ok().json(app.store.read(read).await?))
    };
    answer(work.await)
}

fn parse(id: &str) -> Result<ConversationId> {
    // What is no id can be nobody's conversation.
    id.parse().map_err(|_| Error::not_found("conversation"))
}

async fn socket(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    body: Payload,
) -> Result<HttpResponse> {
    let app: App = (**app).clone();
    let caller = upgrade::authenticate(&app, &request).await?;
    let view = enter(&app, &caller.actor, parse(&id)?).await?;
    let chat = Chat::new(app.clone(), caller.clone(), view);
    upgrade::upgrade(app, &request, body, caller, chat).await
}

/// Who may sit in a conversation's socket: its customer while it is open, and its rep. A rep who
/// enters one that waits claims it, and one that is offered to him he accepts: in this dialect he
/// has no other way to say that he is there.
async fn enter(app: &App, actor: &Actor, id: ConversationId) -> Result<ConversationView> {
    let asked = actor.clone();
    let read = move |conn: &mut Conn| {
        let row: Conversation = conversations::readable(conn, &asked, id)?;
        conversations::view(conn, row)
    };
    let view = app.store.read(read).await?;
    match actor.role {
        Role::Customer if view.status == Status::Closed => Err(Error::new(
            Code::ConversationClosed,
            "This conversation is closed. Open a new one to go on.",
        )),
        Role::Rep if view.status == Status::Waiting => {
            app.desk.claim(actor.clone(), id, Claim::default()).await
        }
        Role::Rep if view.status == Status::Offered => app.desk.accept(actor.clone(), id).await,
        Role::Admin => Err(Error::not_found("conversation")),
        _ => Ok(view),
    }
}
