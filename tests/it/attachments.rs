//! Files that messages carry: from one side to the other, to nobody else, and away again when
//! nobody needs them.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use awc::http::header::HeaderMap;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use switchboard::doctor;
use switchboard::settings::Settings;
use switchboard::store::{Conn, attachments as rows, checks};
use switchboard::words::{AttachmentId, now};

use crate::doctor::tamper;
use crate::harness::{World, client_id, until, within};
use crate::person::Person;
use crate::wire::{Reply, Request};

crate::on_both!(
    a_file_goes_with_a_message_and_the_other_side_gets_it,
    a_conversation_is_opened_with_a_file,
    an_upload_is_sent_once_by_who_made_it,
    a_repeated_message_carries_what_it_carried,
    two_messages_cannot_carry_the_same_upload,
    only_who_reads_the_message_gets_the_file,
    part_of_a_file_can_be_had,
    what_was_never_sent_is_swept,
    files_that_no_row_names_are_swept,
    a_deleted_message_takes_its_files_along,
    the_doctor_sees_what_does_not_belong_together,
);

const BOUNDARY: &str = "a-boundary-of-tests";

/// A request with a file as the only part of a form.
pub fn form(request: Request, name: &str, bytes: &[u8]) -> Request {
    let head = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
    parts(request, &[(&head, bytes)])
}

/// A request with a form of these parts, each with its headers.
pub fn parts(request: Request, parts: &[(&str, &[u8])]) -> Request {
    let mut body = Vec::new();
    for (head, bytes) in parts {
        body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    request.body(&format!("multipart/form-data; boundary={BOUNDARY}"), &body)
}

/// Uploads a file as somebody.
pub async fn upload(who: &Person, name: &str, bytes: &[u8]) -> Reply {
    let request = Request::new("POST", "/api/v1/attachments").token(&who.token);
    form(request, name, bytes).ask(&who.base).await
}

/// The upload's view, which must succeed.
pub async fn uploaded(who: &Person, name: &str, bytes: &[u8]) -> Value {
    let reply = upload(who, name, bytes).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.body()
}

/// The head of a PNG of this size, and then something.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x02\0\0\0 and so on \0\xFF\xFE");
    bytes
}

/// What somebody got.
struct Got {
    status: u16,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }
}

async fn get(who: &Person, id: &str, headers: &[(&str, &str)]) -> Got {
    let url = format!("{}/api/v1/attachments/{id}", who.base);
    let mut request = awc::Client::default().get(url).bearer_auth(&who.token);
    for header in headers {
        request = request.insert_header(*header);
    }
    let mut answer = within("an answer", request.send()).await.unwrap();
    let bytes = answer.body().limit(20_000_000).await.unwrap();
    Got {
        status: answer.status().as_u16(),
        headers: answer.headers().clone(),
        bytes: bytes.to_vec(),
    }
}

fn id_of(view: &Value) -> String {
    view["id"].as_str().unwrap().to_owned()
}

fn carrying(ids: &[&str]) -> Value {
    json!({ "client_id": client_id(), "attachments": ids })
}

/// A customer, his rep, each at a node of his own, and their conversation.
async fn pair(world: &World) -> (Person, Person, String) {
    let (ann, rep) = (world.customer(0).await, world.rep(1, 9).await);
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    (ann, rep, id)
}

/// Where the files of this world's database lie.
fn folder(world: &World) -> PathBuf {
    let mut folders = std::fs::read_dir(world.settings.attachments()).unwrap();
    let only = folders.next().unwrap().unwrap().path();
    assert!(folders.next().is_none(), "one database has one folder");
    only
}

/// The names in the folder.
pub fn lying(world: &World) -> Vec<String> {
    let entries = std::fs::read_dir(folder(world)).unwrap();
    let names = entries.map(|one| one.unwrap().file_name().into_string().unwrap());
    names.collect()
}

async fn a_file_goes_with_a_message_and_the_other_side_gets_it(world: &World) {
    let (ann, rep, id) = pair(world).await;
    let (mut ann_socket, mut rep_socket) = (ann.socket().await, rep.socket().await);
    let picture = png(800, 600);
    let view = uploaded(&ann, "../door.png", &picture).await;
    let attachment = id_of(&view);
    let expected = json!({
        "id": attachment, "name": "door.png", "type": "image/png", "bytes": picture.len(),
        "width": 800, "height": 600, "url": format!("/api/v1/attachments/{attachment}"),
    });
    assert_eq!(view, expected);

    let mut frame = carrying(&[&attachment]);
    frame["type"] = json!("send");
    frame["conversation"] = json!(id);
    ann_socket.say(frame).await;
    ann_socket.wait("ack").await;
    let event = rep_socket.event("message").await;
    assert_eq!(event["attachments"], json!([expected]));
    assert_eq!((&event["text"], &event["data"]), (&json!(""), &Value::Null));

    // From another node, which shares the folder.
    let got = get(&rep.at(world.base(2)), &attachment, &[]).await;
    assert_eq!((got.status, &got.bytes), (200, &picture));
    assert_eq!(got.header("content-type"), "image/png");
    assert_eq!(
        got.header("content-disposition"),
        "inline; filename=\"door.png\""
    );
    assert_eq!(got.header("x-content-type-options"), "nosniff");
    let policy = got.header("content-security-policy");
    assert_eq!(policy, "sandbox; default-src 'none'");
    assert_eq!(got.header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(got.header("cache-control"), "private, no-cache");
    let tag = got.header("etag").to_owned();
    let again = get(&rep, &attachment, &[("If-None-Match", &tag)]).await;
    assert_eq!((again.status, again.bytes.len()), (304, 0));

    // And back, with words, as text in a frame.
    let content = BASE64_STANDARD.encode("rechnung für 7");
    let name = "Rechnung \u{202E}№ 7.txt";
    let upload = json!({ "type": "upload", "name": name, "content": content, "ref": "u" });
    rep_socket.say(upload).await;
    let taken = rep_socket.wait("uploaded").await;
    assert_eq!(taken["ref"], "u");
    let attachment = id_of(&taken["attachment"]);
    let mut message = carrying(&[&attachment]);
    message["text"] = json!("Here it is.");
    rep.act(&id, "messages", message).await.ok(201);
    let event = ann_socket
        .wait_for(|frame| frame["sender_id"] == json!(rep.id))
        .await;
    assert_eq!(event["text"], "Here it is.");
    assert_eq!(event["attachments"][0]["name"], "Rechnung № 7.txt");
    let got = get(&ann, &attachment, &[]).await;
    assert_eq!(got.bytes, "rechnung für 7".as_bytes());
    assert_eq!(got.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(
        got.header("content-disposition"),
        "attachment; filename=\"Rechnung _ 7.txt\"; filename*=UTF-8''Rechnung%20%E2%84%96%207.txt"
    );
    // The log says the same, and so does the list.
    let log = ann.log(&id).await;
    let said = |name: &str| {
        log.iter()
            .filter(|one| one["attachments"][0]["name"] == name)
            .count()
    };
    assert_eq!((said("door.png"), said("Rechnung № 7.txt")), (1, 1));
    for name in lying(world) {
        let meta = std::fs::metadata(folder(world).join(name)).unwrap();
        assert_eq!(meta.permissions().mode() & 0o777, 0o600);
    }
    let meta = std::fs::metadata(folder(world)).unwrap();
    assert_eq!(meta.permissions().mode() & 0o777, 0o700);
}

async fn a_conversation_is_opened_with_a_file(world: &World) {
    let (ann, bob) = (world.customer(0).await, world.customer(0).await);
    let mut ids = Vec::new();
    for text in [b"one", b"two"] {
        ids.push(id_of(&uploaded(&ann, "a.txt", text).await));
    }
    let opening = json!({ "client_id": client_id(), "attachments": [ids[0]] });
    let first = ann
        .post("/api/v1/conversations", opening.clone())
        .await
        .ok(201);
    let id = id_of(&first);
    let message = ann.last(&id, "message").await;
    assert_eq!(message["attachments"][0]["id"], ids[0]);
    // The same again, also after it was answered.
    ann.say(&id, "and another thing").await;
    let again = ann
        .post("/api/v1/conversations", opening.clone())
        .await
        .ok(200);
    assert_eq!(again["id"], first["id"]);
    for other in [json!([ids[1]]), json!([ids[0], ids[1]]), json!([])] {
        let mut opening = opening.clone();
        opening["attachments"] = other;
        let answer = ann.post("/api/v1/conversations", opening).await;
        assert_eq!(answer.code(409), "idempotency_mismatch");
    }
    // What is not his to send opens nothing.
    let theft = json!({ "client_id": client_id(), "text": "look", "attachments": [ids[1]] });
    let answer = bob.post("/api/v1/conversations", theft).await;
    assert_eq!(answer.code(422), "validation_failed");
    let list = bob.get("/api/v1/conversations").await.ok(200);
    assert_eq!(list["items"], json!([]));
    let left = json!({ "client_id": client_id(), "leave_message": true, "attachments": [ids[1]] });
    ann.post("/api/v1/conversations", left).await.ok(201);
    // Other systems' clients know no files; they are told that there is one.
    let shown = ann.get(&format!("/api/conversations/{id}")).await.ok(200);
    assert!(shown.to_string().contains("\"[a.txt]\""), "{shown}");
}

async fn an_upload_is_sent_once_by_who_made_it(world: &World) {
    let (ann, rep, id) = pair(world).await;
    let (bob, admin) = (world.customer(0).await, world.admin().await);
    let of_ann = id_of(&uploaded(&ann, "a.txt", b"of ann").await);
    let of_rep = id_of(&uploaded(&rep, "a.txt", b"of the rep").await);
    let unknown = uuid::Uuid::now_v7().to_string();
    for (who, ids, why) in [
        (&rep, vec![of_ann.as_str()], "somebody else's"),
        (
            &admin,
            vec![of_ann.as_str()],
            "somebody else's, by an admin",
        ),
        (&ann, vec![unknown.as_str()], "unknown"),
        (
            &ann,
            vec![of_ann.as_str(), of_rep.as_str()],
            "half somebody else's",
        ),
        (
            &ann,
            vec![of_ann.as_str(), of_ann.as_str()],
            "twice the same",
        ),
        (&ann, vec![unknown.as_str(); 11], "too many"),
    ] {
        let answer = who.act(&id, "messages", carrying(&ids)).await;
        assert_eq!(
            answer.body["errors"][0]["field"], "attachments",
            "{why}: {:?}",
            answer.body
        );
        answer.code(422);
    }
    // Whoever may not write may not attach, and does not use his upload up.
    let of_bob = id_of(&uploaded(&bob, "a.txt", b"of bob").await);
    let answer = bob.act(&id, "messages", carrying(&[&of_bob])).await;
    assert_eq!(answer.code(404), "not_found");
    let own = bob.open().await;
    bob.act(&own, "messages", carrying(&[&of_bob]))
        .await
        .ok(201);

    ann.act(&id, "messages", carrying(&[&of_ann])).await.ok(201);
    let again = ann.act(&id, "messages", carrying(&[&of_ann])).await;
    assert_eq!(again.code(422), "validation_failed");
    // A message needs words or a file.
    let nothing = json!({ "client_id": client_id() });
    let answer = ann.act(&id, "messages", nothing).await;
    assert_eq!(
        answer.body["errors"][0]["field"], "text",
        "{:?}",
        answer.body
    );
    let nothing = json!({ "client_id": client_id(), "text": "", "attachments": [] });
    assert_eq!(
        ann.act(&id, "messages", nothing).await.code(422),
        "text_empty"
    );
    // Refused messages have left no hole, and nothing else.
    let kinds = ann.kinds(&id).await;
    assert_eq!(kinds, ["opened", "assigned", "message"]);
}

async fn a_repeated_message_carries_what_it_carried(world: &World) {
    let (ann, _, id) = pair(world).await;
    let mut ids = Vec::new();
    for text in [b"one", b"two"] {
        ids.push(id_of(&uploaded(&ann, "a.txt", text).await));
    }
    let message = carrying(&[&ids[0]]);
    let first = ann.act(&id, "messages", message.clone()).await.ok(201);
    let again = ann.act(&id, "messages", message.clone()).await.ok(200);
    assert_eq!(
        (&again["event"], &again["duplicate"]),
        (&first["event"], &json!(true))
    );
    for other in [json!([ids[1]]), json!([ids[0], ids[1]]), json!([])] {
        let mut message = message.clone();
        message["attachments"] = other;
        message["text"] = json!("");
        let answer = ann.act(&id, "messages", message).await;
        let code = answer.body["code"].as_str().unwrap().to_owned();
        assert!(
            ["idempotency_mismatch", "text_empty"].contains(&code.as_str()),
            "{code}"
        );
    }
    let mut other = message.clone();
    other["attachments"] = json!([ids[1]]);
    let answer = ann.act(&id, "messages", other).await;
    assert_eq!(answer.code(409), "idempotency_mismatch");
    // What was refused can still be sent.
    ann.act(&id, "messages", carrying(&[&ids[1]])).await.ok(201);
}

async fn two_messages_cannot_carry_the_same_upload(world: &World) {
    let (ann, _, id) = pair(world).await;
    let other = ann.open().await;
    for _ in 0..10 {
        let file = id_of(&uploaded(&ann, "a.txt", b"only one").await);
        let (here, there) = (ann.clone(), ann.at(world.base(1)));
        let (one, two) = futures_util::future::join(
            here.act(&id, "messages", carrying(&[&file])),
            there.act(&other, "messages", carrying(&[&file])),
        )
        .await;
        let mut statuses = [one.status, two.status];
        statuses.sort();
        assert_eq!(statuses, [201, 422], "{one:?} {two:?}");
    }
}

async fn only_who_reads_the_message_gets_the_file(world: &World) {
    let (ann, rep, id) = pair(world).await;
    let (bob, other, admin) = (
        world.customer(0).await,
        world.rep(0, 9).await,
        world.admin().await,
    );
    let file = id_of(&uploaded(&rep, "a.txt", b"secret").await);
    let unknown = uuid::Uuid::now_v7().to_string();
    let statuses = async |people: &[&Person]| {
        let mut all = Vec::new();
        for who in people {
            let got = get(who, &file, &[]).await;
            if got.status == 404 {
                // Foreign is like unknown, to the last byte but the request's id.
                let bare = |got: Got| {
                    let mut body: Value = serde_json::from_slice(&got.bytes).unwrap();
                    body.as_object_mut().unwrap().remove("request_id");
                    body
                };
                assert_eq!(bare(got), bare(get(who, &unknown, &[]).await));
                all.push(404);
                continue;
            }
            all.push(got.status);
        }
        all
    };
    let everybody = [&rep, &ann, &bob, &other, &admin];
    // Before it is sent it is its uploader's alone.
    assert_eq!(statuses(&everybody).await, [200, 404, 404, 404, 404]);
    rep.act(&id, "messages", carrying(&[&file])).await.ok(201);
    assert_eq!(statuses(&everybody).await, [200, 200, 404, 404, 200]);
    // What staff write to each other is not for the customer.
    let conversation: uuid::Uuid = id.parse().unwrap();
    let turn = |into: &str, from: &str| {
        format!(
            "UPDATE events SET kind = '{into}' WHERE conversation_id = {{0}} AND kind = '{from}'"
        )
    };
    tamper(world, &turn("note", "message"), &[conversation]).await;
    assert_eq!(statuses(&everybody).await, [200, 404, 404, 404, 200]);
    tamper(world, &turn("message", "note"), &[conversation]).await;
    let nobody = Person {
        token: String::new(),
        ..ann.clone()
    };
    assert_eq!(get(&nobody, &file, &[]).await.status, 401);
}

async fn part_of_a_file_can_be_had(world: &World) {
    let (ann, _, id) = pair(world).await;
    let text: String = (0..2_000).map(|n| format!("{n:05},")).collect();
    let file = id_of(&uploaded(&ann, "a.csv", text.as_bytes()).await);
    ann.act(&id, "messages", carrying(&[&file])).await.ok(201);
    let all = text.len();
    let tag = format!("\"{file}\"");
    let cases: &[(&str, u16, std::ops::Range<usize>)] = &[
        ("bytes=0-0", 206, 0..1),
        ("bytes=6-11", 206, 6..12),
        ("bytes=11990-", 206, 11_990..all),
        ("bytes=-6", 206, all - 6..all),
        ("bytes=-99999999", 206, 0..all),
        ("bytes=11999-99999999999", 206, 11_999..all),
        // Not what we give: all of it.
        ("bytes=0-1,3-4", 200, 0..all),
        ("lines=1-2", 200, 0..all),
        ("bytes=abc", 200, 0..all),
        ("bytes=5-2", 200, 0..all),
        ("bytes=12000-", 416, 0..0),
        ("bytes=12000-12001", 416, 0..0),
        ("bytes=-0", 416, 0..0),
    ];
    for (asked, status, range) in cases {
        let got = get(&ann, &file, &[("Range", asked)]).await;
        assert_eq!(got.status, *status, "{asked}");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        if *status == 416 {
            assert_eq!(
                got.header("content-range"),
                format!("bytes */{all}"),
                "{asked}"
            );
            let problem: Value = serde_json::from_slice(&got.bytes).unwrap();
            assert_eq!(problem["code"], "range_not_satisfiable");
            continue;
        }
        assert_eq!(got.bytes, &text.as_bytes()[range.clone()], "{asked}");
        let length = got.header("content-length").to_owned();
        assert_eq!(length, range.len().to_string(), "{asked}");
        if *status == 206 {
            let told = format!("bytes {}-{}/{all}", range.start, range.end - 1);
            assert_eq!(got.header("content-range"), told, "{asked}");
        }
    }
    // A part of another file is of no use.
    for (known, status) in [(tag.as_str(), 206), ("\"other\"", 200)] {
        let headers = [("Range", "bytes=0-5"), ("If-Range", known)];
        assert_eq!(get(&ann, &file, &headers).await.status, status, "{known}");
    }
}

async fn what_was_never_sent_is_swept(world: &World) {
    let (ann, _, id) = pair(world).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(id_of(&uploaded(&ann, "a.txt", b"hello").await));
    }
    ann.act(&id, "messages", carrying(&[&ids[0]])).await.ok(201);
    // The first was sent, the second is young.
    let old = "UPDATE attachments SET created_at = 1000 WHERE id IN ({0}, {1})";
    let id_at = |at: usize| ids[at].parse::<uuid::Uuid>().unwrap();
    tamper(world, old, &[id_at(0), id_at(2)]).await;
    let attachments = &world.nodes[0].app.attachments;
    // The nodes do it by themselves, too: maybe one was quicker.
    attachments.sweep_rows(now()).await.unwrap();
    let path = |at: usize| folder(world).join(&ids[at]);
    until("the old one is gone", async || !path(2).exists()).await;
    assert!(path(0).exists() && path(1).exists());
    assert_eq!(get(&ann, &ids[2], &[]).await.status, 404);
    assert_eq!(get(&ann, &ids[1], &[]).await.status, 200);
    let answer = ann.act(&id, "messages", carrying(&[&ids[2]])).await;
    assert_eq!(answer.code(422), "validation_failed");
    ann.act(&id, "messages", carrying(&[&ids[1]])).await.ok(201);
    assert_eq!(attachments.sweep_rows(i64::MAX / 2).await.unwrap(), 0);
}

async fn files_that_no_row_names_are_swept(world: &World) {
    let ann = world.customer(0).await;
    let kept = id_of(&uploaded(&ann, "a.txt", b"hello").await);
    let (lost, young) = (
        AttachmentId::new().to_string(),
        AttachmentId::new().to_string(),
    );
    let half = format!("{}#1", AttachmentId::new());
    let young_half = format!("{}#1", AttachmentId::new());
    let age = |name: &str, hours: u64| {
        let path = folder(world).join(name);
        let file = std::fs::File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path);
        let then = SystemTime::now() - Duration::from_secs(hours * 3_600);
        file.unwrap().set_modified(then).unwrap();
    };
    for (name, hours) in [
        (kept.as_str(), 48),
        (&lost, 2),
        (&young, 0),
        (&half, 2),
        (&young_half, 0),
        ("not ours", 48),
    ] {
        age(name, hours);
    }
    // The nodes do it by themselves, too: who was quicker is all the same.
    let attachments = &world.nodes[0].app.attachments;
    attachments.sweep_folder(now()).await.unwrap();
    let mut expected = [kept, young, young_half, "not ours".into()];
    expected.sort();
    until("what belongs to somebody or is young is left", async || {
        let mut left = lying(world);
        left.sort();
        left == expected
    })
    .await;
}

async fn a_deleted_message_takes_its_files_along(world: &World) {
    let (ann, rep, id) = pair(world).await;
    let file = id_of(&uploaded(&ann, "a.txt", b"hello").await);
    let sent = ann.act(&id, "messages", carrying(&[&file])).await.ok(201);
    let seq = sent["event"]["seq"].as_i64().unwrap();
    assert_eq!(
        rep.view(&id).await["unread"],
        1,
        "it has no words, and is one"
    );
    let message = format!("/api/v1/conversations/{id}/messages/{seq}");
    let edit = json!({ "text": "look" });
    ann.put(&message, edit).await.ok(200);
    let edited = rep.last(&id, "message").await;
    assert_eq!(
        (&edited["text"], &edited["attachments"][0]["id"]),
        (&json!("look"), &json!(file))
    );
    assert_eq!(get(&rep, &file, &[]).await.status, 200);
    for _ in 0..2 {
        ann.delete(&message).await.ok(200);
    }
    assert_eq!(rep.view(&id).await["unread"], 0);
    let found = world.nodes[0].app.store.read(checks::run).await.unwrap();
    assert!(doctor::is_well(&found), "{found:?}");
    for who in [&ann, &rep] {
        assert_eq!(get(who, &file, &[]).await.status, 404);
        let event = who.last(&id, "message").await;
        assert_eq!(event["attachments"], Value::Null);
    }
    let again = ann.act(&id, "messages", carrying(&[&file])).await;
    assert_eq!(again.code(422), "validation_failed");
    world.nodes[0]
        .app
        .attachments
        .sweep_rows(now())
        .await
        .unwrap();
    let path = folder(world).join(&file);
    until("the file is gone", async || !path.exists()).await;
}

async fn the_doctor_sees_what_does_not_belong_together(world: &World) {
    let (ann, rep, id) = pair(world).await;
    let file = id_of(&uploaded(&ann, "a.txt", b"hello").await);
    ann.act(&id, "messages", carrying(&[&file])).await.ok(201);
    let broken = async || {
        let settings = world.settings.clone();
        let look = move |conn: &mut Conn| {
            let mut findings = checks::run(conn)?;
            findings.push(doctor::files(conn, &settings).unwrap());
            let broken = findings.into_iter().filter(|one| one.broken > 0);
            Ok(broken.map(|one| one.name).collect::<Vec<_>>())
        };
        world.nodes[0].app.store.read(look).await.unwrap()
    };
    assert_eq!(broken().await, Vec::<&str>::new());
    let ids = [
        file.parse().unwrap(),
        rep.id.0,
        ann.id.0,
        id.parse().unwrap(),
    ];
    let owner = |n: u8| format!("UPDATE attachments SET uploader_id = {{{n}}} WHERE id = {{0}}");
    tamper(world, &owner(1), &ids).await;
    assert_eq!(broken().await, ["attachment_has_its_message"]);
    tamper(world, &owner(2), &ids).await;
    let unsent = "UPDATE attachments SET conversation_id = NULL, seq = NULL WHERE id = {0}";
    tamper(world, unsent, &ids).await;
    assert_eq!(broken().await, ["message_has_its_attachments"]);
    let sent = "UPDATE attachments SET conversation_id = {3}, seq = 3 WHERE id = {0}";
    tamper(world, sent, &ids).await;
    assert_eq!(broken().await, Vec::<&str>::new());
    let path = folder(world).join(&file);
    std::fs::write(&path, "hell").unwrap();
    assert_eq!(broken().await, ["attachment_has_its_file"]);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(broken().await, ["attachment_has_its_file"]);
    // Whoever asks for it is told that this is not his mistake.
    let got = get(&ann, &file, &[]).await;
    assert_eq!(got.status, 503);
    assert!(String::from_utf8_lossy(&got.bytes).contains("share one folder"));
}

/// Whoever gives two databases the same folder loses nothing by it.
#[actix_web::test]
async fn two_databases_in_one_folder_leave_each_other_alone() {
    let shared = tempfile::tempdir().unwrap();
    let there = || shared.path().to_owned();
    let one = World::embedded_with(|settings| settings.attachments_dir = there()).await;
    let two = World::embedded_with(|settings| settings.attachments_dir = there()).await;
    let file = id_of(&uploaded(&one.customer(0).await, "a.txt", b"hello").await);
    let home = one.nodes[0].app.store.read(rows::home).await.unwrap();
    let path = shared.path().join(home).join(file);
    let old = SystemTime::now() - Duration::from_secs(48 * 3_600);
    let opened = std::fs::File::options().write(true).open(&path).unwrap();
    opened.set_modified(old).unwrap();
    for world in [&one, &two] {
        let swept = world.nodes[0].app.attachments.sweep_folder(now()).await;
        assert_eq!(swept.unwrap(), 0);
    }
    assert!(path.exists());
    one.end().await;
    two.end().await;
}

/// Quotas: by number and by bytes.
mod quotas {
    use super::*;

    fn tight(settings: &mut Settings) {
        settings.attachments_per_day_max = 4;
        settings.attachments_total_mib_max = 1;
    }

    crate::on_both_with!(tight; enough_is_enough, what_was_deleted_was_uploaded_all_the_same);

    pub async fn enough_is_enough(world: &World) {
        let (ann, rep) = (world.customer(0).await, world.rep(0, 1).await);
        let large = vec![b'x'; 600 * 1_024];
        uploaded(&ann, "a.txt", &large).await;
        let reply = upload(&ann, "a.txt", &large).await;
        assert_eq!(reply.told(), "429 quota_exceeded");
        assert!(reply.text.contains("1048576 bytes"), "{reply:?}");
        assert_eq!(lying(world).len(), 1, "what was refused is gone");
        // Staff are bound by their number only, on all nodes together.
        for turn in 0..4 {
            uploaded(&rep.at(world.base(turn)), "a.txt", &large).await;
        }
        let reply = upload(&rep, "a.txt", b"one more").await;
        assert_eq!(reply.told(), "429 quota_exceeded");
        assert!(reply.header("retry-after").is_some(), "{reply:?}");
        // Of several at once only so many get through.
        let bob = world.customer(0).await;
        for _ in 0..2 {
            uploaded(&bob, "a.txt", b"hello").await;
        }
        let at = |turn| bob.at(world.base(turn));
        let (one, two, three) = (at(0), at(1), at(2));
        let (one, two, three) = futures_util::join!(
            upload(&one, "a.txt", b"a"),
            upload(&two, "a.txt", b"b"),
            upload(&three, "a.txt", b"c"),
        );
        let mut statuses = [one.status, two.status, three.status];
        statuses.sort();
        assert_eq!(statuses, [201, 201, 429]);
    }

    pub async fn what_was_deleted_was_uploaded_all_the_same(world: &World) {
        let (ann, _, id) = pair(world).await;
        let attachments = &world.nodes[0].app.attachments;
        for _ in 0..4 {
            let file = id_of(&uploaded(&ann, "a.txt", &vec![b'x'; 600 * 1_024]).await);
            let sent = ann.act(&id, "messages", carrying(&[&file])).await.ok(201);
            let seq = sent["event"]["seq"].as_i64().unwrap();
            let message = format!("/api/v1/conversations/{id}/messages/{seq}");
            ann.delete(&message).await.ok(200);
            attachments.sweep_rows(now()).await.unwrap();
            until("its bytes are gone", async || lying(world).is_empty()).await;
        }
        let reply = upload(&ann, "a.txt", b"one more").await;
        assert_eq!(reply.told(), "429 quota_exceeded");
        // After a day nothing is known of them any more.
        let uploads = async || {
            let read = move |conn: &mut Conn| rows::usage(conn, ann.id, 1, true);
            world.nodes[0].app.store.read(read).await.unwrap()
        };
        assert_eq!(
            (uploads().await.recent, uploads().await.bytes),
            (4, Some(0))
        );
        let day = 24 * 60 * 60 * 1_000;
        attachments.sweep_rows(now() + day + 1).await.unwrap();
        assert_eq!(uploads().await.recent, 0);
    }
}
