//! Who may do what: one table for every route, walked with real requests.
//!
//! The scene is an active conversation. Whoever has no business with it is to learn nothing of
//! it: what is foreign is answered like what does not exist, byte for byte.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use switchboard::words::ConversationId;

use crate::access_table::{Body, DIALECT, ROUTES, Row, SOCKET, SOCKETS};
use crate::attachments::form;
use crate::harness::{World, client_id};
use crate::on_both;
use crate::person::Person;
use crate::pictures::{png, set};
use crate::visitors::visitor;
use crate::wire::{Heard, RawSocket, Reply, Request};

on_both!(
    every_route_answers_as_the_table_says,
    every_socket_command_answers_as_the_table_says,
);

/// Who asks: the columns of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    Anonymous,
    Stranger,
    /// Another customer, who has not said who he is.
    Visitor,
    Customer,
    Rep,
    OtherRep,
    Admin,
    SignedOut,
    /// A rep who serves no queue at all.
    ForeignRep,
    /// A customer of whom an admin has said so: as one who has signed out.
    Disabled,
    /// A customer whose logins an admin has ended: the same.
    Revoked,
}

/// Who asks, and the column of the table with his answers.
const COLUMNS: [(Who, usize); 11] = [
    (Who::Anonymous, 0),
    (Who::Stranger, 1),
    (Who::Visitor, 1),
    (Who::Customer, 2),
    (Who::Rep, 3),
    (Who::OtherRep, 4),
    (Who::ForeignRep, 4),
    (Who::Admin, 5),
    (Who::SignedOut, 6),
    (Who::Disabled, 6),
    (Who::Revoked, 6),
];

/// What the table says. A rep of no queue stands in the column of another rep of the queue; but he
/// is not to know that there is anything to claim.
fn answer(row: &Row, who: Who, column: usize) -> &'static str {
    match (who, row.route.ends_with("claim"), row.route) {
        (Who::ForeignRep, true, "claim") => "not_found",
        (Who::ForeignRep, true, _) => "404 not_found",
        _ => row.answers[column],
    }
}

/// A conversation that one rep serves, and somebody who asks.
pub struct Scene {
    pub asking: Person,
    rep: Person,
    pub conversation: String,
    customer: Person,
    queue: String,
    /// The address of its first message.
    answer: i64,
    /// Stands in the subject and in a message: nobody else may ever read it.
    canary: String,
}

impl Scene {
    pub async fn set(world: &World, who: Who, turn: usize) -> Self {
        let (customer, rep) = (world.customer(turn).await, world.rep(turn, 9).await);
        let canary = format!("canary-{}", uuid::Uuid::now_v7().simple());
        let opening = json!({ "client_id": client_id(), "subject": canary, "text": canary });
        let view = customer
            .post("/api/v1/conversations", opening)
            .await
            .ok(201);
        let conversation = view["id"].as_str().unwrap().to_owned();
        let queue = view["queue"]["id"].as_str().unwrap().to_owned();
        rep.claim(&conversation).await.ok(200);
        let answer = (view["number"].as_i64().unwrap() << 20) + 2;
        let nobody = Person {
            token: String::new(),
            ..customer.clone()
        };
        let of = customer.clone();
        let asking = match who {
            Who::Anonymous => nobody,
            Who::Stranger => world.customer(turn).await,
            Who::Visitor => visitor(world, turn, None).await,
            Who::Customer => customer,
            Who::Rep => rep.clone(),
            Who::OtherRep => world.rep(turn, 9).await,
            Who::ForeignRep => {
                let (admin, rep) = (world.admin().await, world.rep(turn, 9).await);
                let path = format!("/api/v1/reps/{}/queues", rep.id);
                admin.put(&path, json!({ "queues": [] })).await.ok(200);
                rep
            }
            Who::Admin => world.admin().await,
            Who::Disabled => {
                disable(world, &customer).await;
                customer
            }
            Who::Revoked => {
                revoke(world, &customer).await;
                customer
            }
            Who::SignedOut => {
                let gone = customer
                    .ask(awc::http::Method::DELETE, SIGN_OUT, None)
                    .await;
                gone.ok(204);
                customer
            }
        };
        Self {
            asking,
            rep,
            conversation,
            customer: of,
            queue,
            answer,
            canary,
        }
    }

    /// A rep who is still seen at his socket is not to get the next scene's conversation.
    async fn retire(&self, admin: &Person, who: Who) {
        if matches!(who, Who::Rep | Who::OtherRep | Who::ForeignRep) {
            let path = format!("/api/v1/reps/{}/availability", self.asking.id);
            let body = json!({ "availability": "offline" });
            admin.put(&path, body).await.ok(200);
        }
    }

    /// What the row asks, by nobody so far.
    pub async fn request(&self, row: &Row, conversation: &str) -> Request {
        let (method, path) = row.route.split_once(' ').unwrap();
        let id = match path.split('/').nth(3) {
            Some("attachments") if conversation == self.conversation => self.attachment().await,
            Some("pictures") => self.picture().await,
            Some("reps") => self.rep.id.to_string(),
            Some("queues") => self.queue.clone(),
            Some("customers" | "people") => self.customer.id.to_string(),
            _ => conversation.to_owned(),
        };
        let path = path.replace("{id}", &id).replace("{seq}", "2");
        let path = path.replace("{number}", &self.answer.to_string());
        let request = match method {
            "SOCKET" => Request::new("GET", &path).upgrade(),
            method => Request::new(method, &path),
        };
        match row.body {
            Body::None => request,
            Body::Json(make) => request.json(&make()),
            Body::File => form(request, "a.txt", b"hello"),
            Body::Picture => request.body("image/png", &png(2, 2)),
        }
    }

    pub async fn ask(&self, row: &Row, conversation: &str) -> Reply {
        let request = self.request(row, conversation).await;
        let request = request.token(&self.asking.token);
        request.ask(&self.asking.base).await
    }

    /// What the rep looks like.
    async fn picture(&self) -> String {
        let account = set(&self.rep, &png(2, 2)).await.body();
        let url = account["picture"].as_str().unwrap();
        url.rsplit('/').next().unwrap().to_owned()
    }

    /// What the rep has sent along with a message.
    async fn attachment(&self) -> String {
        let upload = json!({ "name": "a.txt", "content": BASE64_STANDARD.encode(&self.canary) });
        let upload = self.rep.post("/api/v1/attachments/inline", upload).await;
        let id = upload.ok(201)["id"].as_str().unwrap().to_owned();
        let message = json!({ "client_id": client_id(), "attachments": [id] });
        let sent = self.rep.act(&self.conversation, "messages", message).await;
        sent.ok(201);
        id
    }
}

/// Has an admin keep somebody from signing in.
async fn disable(world: &World, person: &Person) {
    let path = format!("/api/v1/people/{}/disable", person.id);
    world.admin().await.post(&path, json!({})).await.ok(200);
}

/// Has an admin end all logins of somebody.
async fn revoke(world: &World, person: &Person) {
    let path = format!("/api/v1/people/{}/sessions", person.id);
    world.admin().await.delete(&path).await.ok(204);
}

const SIGN_OUT: &str = "/api/v1/sessions/current";

fn is_of_a_conversation(row: &Row) -> bool {
    row.route.contains("conversations/") || row.route.contains("attachments/")
}

/// The answer without what is different in every answer.
fn bare(reply: &Reply) -> (u16, Value) {
    let mut body = reply.body();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("request_id");
    }
    (reply.status, body)
}

async fn every_route_answers_as_the_table_says(world: &World) {
    let document = Request::new("GET", "/api/openapi.json")
        .ask(&world.base(0))
        .await;
    let document = document.body();
    assert_eq!(routes_of(&document), sorted(ROUTES));
    assert_eq!(routes_of_the_dialect(), sorted(DIALECT));

    let mut wrong = Vec::new();
    let mut cells = 0;
    let admin = world.admin().await;
    let mut scenes = HashMap::new();
    for row in ROUTES.iter().chain(DIALECT).chain(SOCKETS) {
        for (who, column) in COLUMNS {
            let expected = answer(row, who, column);
            cells += 1;
            let scene: Scene = match scenes.remove(&who) {
                Some(scene) => scene,
                None => Scene::set(world, who, cells).await,
            };
            let reply = scene.ask(row, &scene.conversation).await;
            if reply.told() != expected {
                wrong.push(format!(
                    "{} by {who:?}: {} for {expected}",
                    row.route,
                    reply.told()
                ));
            }
            if !is_documented(&document, row, &reply) {
                wrong.push(format!(
                    "{} by {who:?}: {} is not documented",
                    row.route, reply.status
                ));
            }
            let entitled = matches!(who, Who::Customer | Who::Rep | Who::Admin);
            if !entitled && reply.text.contains(&scene.canary) {
                wrong.push(format!("{} by {who:?} tells what is foreign", row.route));
            }
            if reply.status == 404 && is_of_a_conversation(row) {
                let unknown = scene.ask(row, &ConversationId::new().to_string()).await;
                if bare(&reply) != bare(&unknown) {
                    wrong.push(format!("{} by {who:?}: foreign is not unknown", row.route));
                }
            }
            // Who was refused, or has only read, has changed nothing: the next row finds his scene
            // as it was.
            if reply.status >= 400 || row.route.starts_with("GET ") {
                scenes.insert(who, scene);
            } else {
                scene.retire(&admin, who).await;
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "of {cells} cells");
}

/// The routes that the API's own document names.
fn routes_of(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().unwrap();
    let methods = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    let mut routes: Vec<String> = methods.collect();
    routes.sort();
    routes
}

/// Whether the API's document knows of such an answer of a route that it names.
fn is_documented(document: &Value, row: &Row, reply: &Reply) -> bool {
    let (method, path) = row.route.split_once(' ').unwrap();
    let path = path.split('?').next().unwrap();
    let method = method.to_lowercase();
    let Some(route) = document["paths"][path].get(&method) else {
        return true;
    };
    let answer = &route["responses"][&reply.status.to_string()];
    let kind = reply.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap();
    let told = answer["content"].as_object();
    answer.is_object()
        && told.is_none_or(|told| told.contains_key(kind) || told.contains_key("*/*"))
}

/// The routes of the dialect, read from where they are registered.
fn routes_of_the_dialect() -> Vec<String> {
    let source = include_str!("../../src/dialects/customer_support.rs");
    let mut routes = Vec::new();
    for part in source.split("both(\"").skip(1) {
        let (path, rest) = part.split_once('"').unwrap();
        let registered = rest.split(".service(").next().unwrap();
        for (call, method) in [("web::get()", "GET"), ("web::post()", "POST")] {
            let method = match path.starts_with("/ws/") {
                true => "SOCKET",
                false => method,
            };
            if registered.contains(call) {
                routes.push(format!("{method} {path}"));
            }
        }
    }
    routes.sort();
    routes
}

fn sorted(rows: &[Row]) -> Vec<String> {
    let route = |row: &Row| row.route.split('?').next().unwrap().to_owned();
    let mut routes: Vec<String> = rows.iter().map(route).collect();
    routes.sort();
    routes
}

async fn every_socket_command_answers_as_the_table_says(world: &World) {
    let known = commands(world).await;
    let rows: Vec<&str> = SOCKET.iter().map(|row| row.route).collect();
    assert_eq!(known, rows);

    let mut wrong = Vec::new();
    let admin = world.admin().await;
    // Without a login nobody gets this far: the handshake's row says so.
    let columns = COLUMNS
        .into_iter()
        .filter(|(who, _)| *who != Who::Anonymous);
    for (who, column) in columns {
        for row in SOCKET {
            let who_opens = match who {
                Who::SignedOut | Who::Disabled | Who::Revoked => Who::Customer,
                who => who,
            };
            let scene = Scene::set(world, who_opens, column).await;
            let mut socket = RawSocket::ready(&scene.asking.base, &scene.asking.token).await;
            if who == Who::SignedOut {
                let request = Request::new("DELETE", SIGN_OUT).token(&scene.asking.token);
                assert_eq!(request.ask(&scene.asking.base).await.status, 204);
            }
            if who == Who::Disabled {
                disable(world, &scene.asking).await;
            }
            if who == Who::Revoked {
                revoke(world, &scene.asking).await;
            }
            let told = command(&mut socket, row, &scene.conversation).await;
            if told.0 != answer(row, who, column) {
                wrong.push(format!("{} by {who:?}: {told:?}", row.route));
            }
            if told.0 == "not_found" && row.route != "availability" {
                let unknown = ConversationId::new().to_string();
                let unknown = command(&mut socket, row, &unknown).await;
                assert_eq!(told, unknown, "{} by {who:?}", row.route);
            }
            scene.retire(&admin, who).await;
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// The commands that the server itself says there are.
async fn commands(world: &World) -> Vec<String> {
    let ann = world.customer(0).await;
    let mut socket = RawSocket::ready(&ann.base, &ann.token).await;
    socket.say(&json!({ "type": "no such command" })).await;
    let error = socket.wait(|frame| frame["type"] == "error").await;
    let text = error["message"].as_str().unwrap().to_owned();
    let (_, list) = text.split_once("allowed here: ").unwrap();
    let names = list.trim_end_matches('.').split(", ").map(str::to_owned);
    names.filter(|name| name != "hello").collect()
}

/// Says a command; answers `ack`, or the error's code and its sentence.
async fn command(socket: &mut RawSocket, row: &Row, conversation: &str) -> (String, String) {
    let Body::Json(make) = row.body else {
        panic!("{} has no frame", row.route);
    };
    let mut frame = make();
    frame["type"] = json!(row.route);
    if !["availability", "watch", "upload"].contains(&row.route) {
        frame["conversation"] = json!(conversation);
    }
    socket.say(&frame).await;
    loop {
        match socket.next().await {
            Heard::Frame(frame) if frame["type"] == "ack" => return ("ack".into(), String::new()),
            Heard::Frame(frame) if frame["type"] == "uploaded" => {
                return ("uploaded".into(), String::new());
            }
            Heard::Frame(frame) if frame["type"] == "error" => {
                let text = |name: &str| frame[name].as_str().unwrap().to_owned();
                return (text("code"), text("message"));
            }
            Heard::Frame(_) => {}
            Heard::Closed(code) => return (code.to_string(), String::new()),
            Heard::Gone => return ("gone".into(), String::new()),
        }
    }
}
