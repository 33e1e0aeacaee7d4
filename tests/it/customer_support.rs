//! The Customer Support API dialect: a foreign client walks its documented flow, and every row of
//! "where we differ" in `docs/customer_support.md` is checked.

use std::process::Command;

use serde_json::{Value, json};

use switchboard::words::{Mode, UserId};

use crate::harness::{World, client_id};
use crate::on_both;
use crate::person::Person;
use crate::process::{Process, shown};
use crate::socket::Socket;

const SECRET: &str = "a secret for tests, of more than 32 characters";

/// Runs the foreign client against these nodes.
fn walk(nodes: &[Process]) {
    let Some(python) = crate::services::python() else {
        return;
    };
    let welcomes = nodes.iter().map(|node| node.welcome.trim());
    let token = welcomes
        .filter_map(|text| text.split_once("?setup="))
        .next();
    let client = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/customer_support.py");
    let output = Command::new(python)
        .arg(client)
        .arg(token.expect("a fresh database has no admin").1)
        .args(nodes.iter().map(|node| &node.base))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", shown(&output));
}

#[test]
fn a_foreign_client_walks_the_documented_flow_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    walk(&[Process::start(folder.path(), &[])]);
}

#[test]
fn a_foreign_client_walks_the_documented_flow_on_three_nodes() {
    let Some((postgres, redis)) = crate::services::both() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let prefix = format!("test-{}", uuid::Uuid::now_v7().simple());
    let settings = [
        ("DATABASE_URL", postgres.database()),
        ("REDIS_URL", redis.url()),
        ("REDIS_PREFIX", prefix),
        ("SECRET", SECRET.into()),
    ];
    let nodes = [0, 1, 2].map(|_| Process::start(folder.path(), &settings));
    walk(&nodes);
}

on_both!(
    only_an_admin_registers_a_rep,
    what_is_anothers_is_not_there,
    who_waits_stays_and_is_told_his_place_and_then_his_rep,
    the_closing_message_is_stored_and_who_served_stays_known,
    capacity_is_a_setting_and_not_a_counter,
    entering_what_waits_claims_it,
    what_makes_no_sense_is_answered_and_the_socket_stays,
    who_enters_late_is_told_his_rep,
    a_place_is_told_once_on_entering,
    who_is_back_at_his_place_is_told_so,
    who_makes_no_sense_for_long_is_sent_away,
    who_says_that_he_is_more_becomes_a_customer,
);

async fn chat(person: &Person, conversation: &str) -> Socket {
    enter(person, conversation).await.expect("the socket opens")
}

/// The socket, or the status with which it was refused.
async fn enter(person: &Person, conversation: &str) -> Result<Socket, u16> {
    use tokio_tungstenite::tungstenite::Error;
    let path = format!("/ws/customer_support/{conversation}/");
    let opened = Socket::connect(&person.base, &path, &person.token).await;
    opened.map_err(|error| match *error {
        Error::Http(answer) => answer.status().as_u16(),
        other => panic!("{other}"),
    })
}

async fn told(socket: &mut Socket, key: &str) -> Value {
    socket.wait_for(|frame| !frame[key].is_null()).await
}

async fn said(socket: &mut Socket, text: &str) -> Value {
    socket.wait_for(|frame| frame["message"] == text).await
}

fn registration(name: &str) -> Value {
    json!({
        "user": { "username": name, "first_name": "", "last_name": "", "email": "" },
        "phone_number": null, "password": "a long word", "password1": "a long word",
        "max_capacity": 2,
    })
}

async fn only_an_admin_registers_a_rep(world: &World) {
    let name = format!("rep{}", uuid::Uuid::now_v7().simple());
    let path = "/api/register_customer_rep/";
    let (customer, rep) = (world.customer(0).await, world.rep(0, 1).await);
    customer.post(path, registration(&name)).await.code(403);
    rep.post(path, registration(&name)).await.code(403);
    let admin = world.admin().await;
    let made = admin.post(path, registration(&name)).await.ok(201);
    assert_eq!(made["max_capacity"], 2);
    let mut over = registration("another");
    over["max_capacity"] = json!(101);
    let refused = admin.post(path, over).await.ok(400);
    assert!(refused["max_capacity"][0].is_string(), "{refused}");
}

async fn what_is_anothers_is_not_there(world: &World) {
    let (owner, other) = (world.customer(0).await, world.customer(1).await);
    let conversation = owner.open().await;
    let path = format!("/api/conversations/{conversation}/");
    assert_eq!(owner.get(&path).await.ok(200)["id"], conversation);
    other.get(&path).await.code(404);
    assert_eq!(other.get("/api/conversations/").await.ok(200), json!([]));
    assert_eq!(enter(&other, &conversation).await.err(), Some(404));
    let nobody = Person {
        token: String::new(),
        ..other
    };
    assert_eq!(enter(&nobody, &conversation).await.err(), Some(401));
    nobody.get(&path).await.code(401);
}

async fn who_waits_stays_and_is_told_his_place_and_then_his_rep(world: &World) {
    let (first, second) = (world.customer(0).await, world.customer(1).await);
    let (one, two) = (first.open().await, second.open().await);
    let mut first_socket = chat(&first, &one).await;
    assert_eq!(told(&mut first_socket, "position").await["position"], 1);
    let mut second_socket = chat(&second, &two).await;
    let frame = told(&mut second_socket, "position").await;
    assert_eq!(
        (&frame["position"], &frame["queued"]),
        (&json!(2), &json!(true))
    );
    assert!(
        frame["message"].as_str().unwrap().contains("busy"),
        "{frame}"
    );

    // A rep of the native wire: both wires reach one desk.
    let rep = world.rep(2, 1).await;
    let _rep_socket = rep.socket().await;
    let frame = told(&mut first_socket, "customer_rep").await;
    assert_eq!(frame["customer_rep"]["name"], rep.name);
    let frame = second_socket.wait_for(|frame| frame["position"] == 1).await;
    assert_eq!(frame["queued"], true);
    rep.close(&one).await.ok(200);
    told(&mut second_socket, "customer_rep").await;
}

async fn the_closing_message_is_stored_and_who_served_stays_known(world: &World) {
    let (customer, rep) = (world.customer(0).await, world.rep(1, 1).await);
    let conversation = customer.open().await;
    let mut rep_socket = chat(&rep, &conversation).await;
    let mut customer_socket = chat(&customer, &conversation).await;
    rep_socket
        .say(json!({ "message": "Goodbye!", "close_chat": true }))
        .await;
    said(&mut customer_socket, "Goodbye!").await;
    told(&mut customer_socket, "closed").await;
    let path = format!("/api/conversations/{conversation}/");
    let seen = customer.get(&path).await.ok(200);
    assert_eq!(seen["messages"][0]["text"], "Goodbye!");
    assert_eq!(seen["customer_rep"], json!(rep.id));
    assert_eq!(seen["status"], "closed");
    assert_eq!(enter(&customer, &conversation).await.err(), Some(409));
    rep_socket.say(json!({ "message": "One more thing" })).await;
    assert_eq!(
        told(&mut rep_socket, "error").await["error"],
        "conversation_closed"
    );
}

async fn capacity_is_a_setting_and_not_a_counter(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(0, 2).await);
    let figures = async || {
        let reps = admin.get("/api/v1/reps").await.ok(200);
        let me = reps
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["id"] == json!(rep.id));
        let me = me.expect("the rep is listed");
        (me["capacity"].as_i64(), me["load"].as_i64())
    };
    let mut sockets = Vec::new();
    let mut held = Vec::new();
    for turn in 0..2 {
        let conversation = world.customer(turn).await.open().await;
        sockets.push(chat(&rep, &conversation).await);
        held.push(conversation);
    }
    assert_eq!(figures().await, (Some(2), Some(2)));
    let third = world.customer(2).await.open().await;
    assert_eq!(enter(&rep, &third).await.err(), Some(409), "he is full");
    sockets[0]
        .say(json!({ "message": "", "close_chat": true }))
        .await;
    told(&mut sockets[0], "closed").await;
    let sent_on = told(&mut sockets[0], "redirect_id").await;
    assert_eq!(sent_on["redirect_id"], third);
    assert_eq!(figures().await, (Some(2), Some(2)));
    for conversation in [&held[1], &third] {
        rep.close(conversation).await.ok(200);
    }
    assert_eq!(figures().await, (Some(2), Some(0)));
}

async fn entering_what_waits_claims_it(world: &World) {
    let (customer, quick, slow) = (
        world.customer(0).await,
        world.rep(1, 1).await,
        world.rep(2, 1).await,
    );
    let conversation = customer.open().await;
    let waiting = slow.get("/api/conversations/").await.ok(200);
    assert_eq!(waiting[0]["id"], conversation);
    let _socket = chat(&quick, &conversation).await;
    let seen = customer
        .get(&format!("/api/conversations/{conversation}"))
        .await
        .ok(200);
    assert_eq!(seen["customer_rep"], json!(quick.id));
    assert_eq!(
        enter(&slow, &conversation).await.err(),
        Some(404),
        "it is another's"
    );
}

async fn what_makes_no_sense_is_answered_and_the_socket_stays(world: &World) {
    let (customer, rep) = (world.customer(0).await, world.rep(0, 1).await);
    let conversation = customer.open().await;
    let mut socket = chat(&customer, &conversation).await;
    let frames = [
        (json!({ "message": 7 }), "validation_failed"),
        (json!({ "message": "  " }), "text_empty"),
        (json!({ "message": "x".repeat(8_001) }), "text_too_long"),
    ];
    for (frame, code) in frames {
        socket.say(frame).await;
        assert_eq!(told(&mut socket, "error").await["error"], code);
    }
    // Only the rep ends a chat in this dialect; from a customer it is a message.
    socket
        .say(json!({ "message": "still here", "close_chat": true }))
        .await;
    said(&mut socket, "still here").await;
    let body = json!({ "client_id": client_id(), "text": "over the native API" });
    customer
        .post(
            &format!("/api/v1/conversations/{conversation}/messages"),
            body,
        )
        .await
        .ok(201);
    said(&mut socket, "over the native API").await;
    drop(rep);
}

async fn who_enters_late_is_told_his_rep(world: &World) {
    let (customer, rep) = (world.customer(0).await, world.rep(1, 2).await);
    let mut rep_socket = rep.socket().await;
    let conversation = customer.open().await;
    rep_socket.wait("assigned").await;
    for node in 0..2 {
        let mut socket = chat(&customer.at(world.base(node)), &conversation).await;
        let frame = socket.next().await;
        let message = format!("{} has joined the chat.", rep.name);
        assert_eq!(frame["message"], message, "{frame}");
        assert_eq!(frame["customer_rep"]["name"], rep.name);
        assert_eq!(frame["queued"], false);
    }
}

async fn a_place_is_told_once_on_entering(world: &World) {
    for turn in 0..6 {
        let customer = world.customer(turn).await;
        let conversation = customer.open().await;
        let mut socket = chat(&customer, &conversation).await;
        // The next tick tells everybody of the line.
        let behind = world.customer(turn).await;
        let mut behind_socket = chat(&behind, &behind.open().await).await;
        told(&mut behind_socket, "position").await;
        socket.say(json!({ "message": "hello" })).await;
        let mut places = Vec::new();
        loop {
            let frame = socket.next().await;
            if frame["message"] == "hello" {
                break;
            }
            places.push(frame["position"].clone());
        }
        let all = places.len();
        places.dedup();
        assert_eq!(places.len(), all, "{places:?}");
    }
}

async fn who_is_back_at_his_place_is_told_so(world: &World) {
    world.change_queue(|queue| queue.mode = Mode::Manual).await;
    let (ann, rep) = (world.customer(0).await, world.rep(1, 3).await);
    let id = ann.open().await;
    let (mut native, mut socket) = (ann.socket().await, chat(&ann, &id).await);
    assert_eq!(told(&mut socket, "position").await["position"], 1);
    assert_eq!(native.wait("line").await["position"], 1);
    let away: [&[&str]; 3] = [
        &["claim", "requeue"],
        &["close", "reopen"],
        &["claim", "park", "wake"],
    ];
    for steps in away {
        for step in steps {
            let who = if matches!(*step, "close" | "reopen") {
                &ann
            } else {
                &rep
            };
            who.act(&id, step, json!({})).await.ok(200);
        }
        if ann.view(&id).await["status"] == "active" {
            rep.act(&id, "requeue", json!({})).await.ok(200);
        }
        assert_eq!(
            told(&mut socket, "position").await["position"],
            1,
            "{steps:?}"
        );
        assert_eq!(native.wait("line").await["position"], 1, "{steps:?}");
    }
}

async fn who_makes_no_sense_for_long_is_sent_away(world: &World) {
    let customer = world.customer(0).await;
    let mut socket = chat(&customer, &customer.open().await).await;
    for _ in 0..11 {
        socket.say(json!([])).await;
    }
    assert_eq!(socket.wait("closed").await["code"], 1008);
}

/// Two nodes that do not hear each other's doorbell: what one assigns, the rep on the other is
/// told all the same.
#[actix_web::test]
async fn a_lost_doorbell_delays_the_redirect_and_does_not_lose_it() {
    let quick = |settings: &mut switchboard::settings::Settings| {
        settings.position_check_ms = 100;
        settings.reconcile_ms = 100;
    };
    let Some(mut world) = World::services_with(1, quick).await else {
        return;
    };
    let Some(elsewhere) = crate::services::own_redis() else {
        return;
    };
    world.settings.redis_url = elsewhere.url();
    world.settings.reconcile_ms = 600_000;
    world.add_node().await;
    let rep = world.rep(1, 2).await;
    let first = world.customer(0).await.open().await;
    let mut socket = chat(&rep, &first).await;
    let second = world.customer(0).await.open().await;
    let frame = told(&mut socket, "redirect_id").await;
    assert_eq!(frame["redirect_id"], second);
    world.end().await;
}

/// Old clients send more than there is; it is passed over.
async fn who_says_that_he_is_more_becomes_a_customer(world: &World) {
    let name = format!("c{}", uuid::Uuid::now_v7().simple());
    let mut body = registration(&name);
    for field in ["role", "is_staff", "is_superuser", "capacity"] {
        body[field] = json!("admin");
        body["user"][field] = json!("admin");
    }
    let nobody = Person::new(UserId::new(), String::new(), world.base(0), String::new());
    let path = "/api/register_customer/";
    let made = nobody.post(path, body).await.ok(201);
    assert_eq!(made.get("max_capacity"), None, "{made}");
    let login = json!({ "login": name, "password": "a long word" });
    let signed = nobody.post("/api/v1/sessions", login).await.ok(200);
    assert_eq!(signed["user"]["role"], "customer");
}
