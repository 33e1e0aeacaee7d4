//! Bad files: what is refused, with which code, and that nothing is left of it.

use std::time::Duration;

use serde_json::json;
use switchboard::settings::Settings;

use crate::attachments::{form, lying, parts, png, upload, uploaded};
use crate::bad_input::{decent, unharmed};
use crate::harness::{World, until, within};
use crate::person::Person;
use crate::wire::{Reply, Request, Wire};

fn small(settings: &mut Settings) {
    settings.attachment_bytes_max = 200_000;
    settings.attachment_inline_bytes_max = 1_000;
    settings.image_pixels_max = 1_000_000;
    settings.body_timeout_ms = 400;
    settings.upload_timeout_ms = 1_500;
}

crate::on_both_with!(small;
    forms_that_are_none,
    files_that_are_not_taken,
    names_that_mean_harm,
    files_that_are_too_large,
    files_that_come_as_text,
    files_that_never_end,
    a_shelf_that_is_broken,
);

/// What is sent, as parts with their headers, and what is answered.
type Form<'a> = (&'a str, &'a [(&'a str, &'a [u8])], &'a str);

const FILE: &str = "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"";

fn request(who: &Person) -> Request {
    Request::new("POST", "/api/v1/attachments").token(&who.token)
}

#[track_caller]
fn refused(reply: &Reply, told: &str, what: &str) {
    assert_eq!(reply.told(), told, "{what}: {reply:?}");
    decent(reply);
}

async fn forms_that_are_none(world: &World) {
    let ann = world.customer(0).await;
    let text: &[u8] = b"hello";
    let field = "Content-Disposition: form-data; name=\"note\"";
    let thousand = vec![(FILE, text); 1_000];
    let nested = format!("{FILE}\r\nContent-Type: multipart/mixed; boundary=inner");
    let cases: &[Form<'_>] = &[
        ("no part", &[], "422 validation_failed"),
        ("another field", &[(field, text)], "422 validation_failed"),
        (
            "a field first",
            &[(field, text), (FILE, text)],
            "422 validation_failed",
        ),
        (
            "a field behind",
            &[(FILE, text), (field, text)],
            "422 validation_failed",
        ),
        (
            "two files",
            &[(FILE, text), (FILE, text)],
            "422 validation_failed",
        ),
        ("a thousand", &thousand, "422 validation_failed"),
        ("nothing in it", &[(FILE, b"")], "422 validation_failed"),
        (
            "no disposition",
            &[("Content-Type: text/plain", text)],
            "422 validation_failed",
        ),
        ("nested", &[(&nested, text)], "400 invalid_request"),
    ];
    for (what, list, told) in cases {
        let reply = parts(request(&ann), list).ask(&ann.base).await;
        refused(&reply, told, what);
        if reply.status == 422 {
            assert_eq!(reply.body()["errors"][0]["field"], "file", "{what}");
        }
    }
    let cases = [
        ("multipart/form-data", "400 invalid_request"),
        ("multipart/form-data; boundary=", "400 invalid_request"),
        ("multipart/form-data; boundary=other", "400 invalid_request"),
        ("application/json", "415 unsupported_media_type"),
        ("text/plain", "415 unsupported_media_type"),
        ("", "415 unsupported_media_type"),
    ];
    for (kind, told) in cases {
        let body = format!("--x\r\n{FILE}\r\n\r\nhello\r\n--x--\r\n");
        let reply = request(&ann)
            .body(kind, body.as_bytes())
            .ask(&ann.base)
            .await;
        refused(&reply, told, kind);
    }
    let cut = format!("--x\r\n{FILE}\r\n\r\nhello");
    let kind = "multipart/form-data; boundary=x";
    let reply = request(&ann)
        .body(kind, cut.as_bytes())
        .ask(&ann.base)
        .await;
    refused(&reply, "400 invalid_request", "cut off");
    assert_eq!(lying(world), Vec::<String>::new());
    unharmed(world).await;
}

async fn files_that_are_not_taken(world: &World) {
    let ann = world.customer(0).await;
    let zip = |name: &str| [b"PK\x03\x04".as_slice(), &[0; 26], name.as_bytes()].concat();
    let docx = [zip("[Content_Types].xml"), zip("word/document.xml")].concat();
    let mut page = png(5, 5);
    page.extend(b"<html><script>alert(1)</script>");
    let cases: &[(&str, &[u8], &str)] = &[
        ("a.txt", b"<!DOCTYPE html><p>", "415 file_type_not_allowed"),
        (
            "a.txt",
            b"  <svg onload='alert(1)'>",
            "415 file_type_not_allowed",
        ),
        (
            "a.svg",
            b"<?xml version='1.0'?><svg/>",
            "415 file_type_not_allowed",
        ),
        ("a.txt", b"#!/bin/sh\nrm -rf /", "415 file_type_not_allowed"),
        ("a.png", b"MZ\x90\0\x03\0\0\0", "415 file_type_not_allowed"),
        ("a.txt", b"a\0b", "415 file_type_not_allowed"),
        ("a.zip", &zip("a.exe"), "415 file_type_not_allowed"),
        // It is one thing, and is called another.
        ("a.html", &page, "415 file_type_not_allowed"),
        ("a.png.html", &page, "415 file_type_not_allowed"),
        ("a.js", b"alert(1)", "415 file_type_not_allowed"),
        ("a.png", b"hello", "415 file_type_not_allowed"),
        ("a.docm", &docx, "415 file_type_not_allowed"),
        // An image in name only, and one that would fill all memory.
        (
            "a.png",
            b"\x89PNG\r\n\x1a\n\0\0\0\r",
            "415 file_type_not_allowed",
        ),
        ("a.png", &png(0, 7), "415 file_type_not_allowed"),
        ("a.png", &png(50_000, 50_000), "413 too_large"),
        ("a.png", &png(u32::MAX, u32::MAX), "413 too_large"),
    ];
    for (name, bytes, told) in cases {
        let reply = upload(&ann, name, bytes).await;
        refused(
            &reply,
            told,
            &format!("{name} {:?}", bytes.escape_ascii().to_string()),
        );
    }
    let reply = upload(&ann, "a.png", &png(50_000, 50_000)).await;
    assert!(
        reply.text.contains("1000000"),
        "the limit is named: {reply:?}"
    );
    // Short, and with what to do.
    for (bytes, says) in [
        (
            b"\xCF\xF0\xE8\xE2\xE5\xF2\r\n".as_slice(),
            "Save it as UTF-8",
        ),
        (b"na\xEFve caf\xE9", "Save it as UTF-8"),
        (b"\xFF\xFEh\0i\0", "Save it as UTF-8"),
        (b"\x01\x02\x03\xFF\0", "Send one of: png, jpg,"),
    ] {
        let reply = upload(&ann, "a.txt", bytes).await;
        refused(&reply, "415 file_type_not_allowed", says);
        let detail = reply.body()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(says) && detail.len() < 150, "{detail}");
    }
    assert_eq!(lying(world), Vec::<String>::new());
    // What these are taken for is taken; in an image, what stands before its size may be long.
    uploaded(&ann, "a.docx", &docx).await;
    let shown = uploaded(&ann, "a.png", &page).await;
    assert_eq!(shown["type"], "image/png");
    let mut photo = b"\xFF\xD8".to_vec();
    for _ in 0..2 {
        photo.extend(b"\xFF\xE1\xFF\xFF");
        photo.extend(vec![0; 65_533]);
    }
    photo.extend(b"\xFF\xC0\0\x11\x08\x02\x58\x03\x20\x03");
    photo.extend(vec![0; 40_000]);
    let photo = uploaded(&ann, "a.jpg", &photo).await;
    assert_eq!(
        (&photo["width"], &photo["height"]),
        (&json!(800), &json!(600))
    );
    unharmed(world).await;
}

async fn names_that_mean_harm(world: &World) {
    let ann = world.customer(0).await;
    let long = format!("{}.txt", "x".repeat(300));
    let cases = [
        ("../../x.txt", "x.txt"),
        ("C:\\\\windows\\\\x.txt", "x.txt"),
        (".htaccess.txt", "htaccess.txt"),
        ("a\u{202E}txt.b.txt", "atxt.b.txt"),
        ("a<b>.txt", "a_b_.txt"),
        ("", "file"),
        (&long, &format!("{}….txt", "x".repeat(115))),
    ];
    for (given, expected) in cases {
        let view = uploaded(&ann, given, b"hello").await;
        assert_eq!(view["name"], expected, "{given:?}");
    }
    // Inside JSON, where every character can be said.
    for (given, expected) in [
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
        ("a\u{0}.txt", "a.txt"),
        ("..", "file"),
    ] {
        let body = json!({ "name": given, "content": "aGVsbG8=" });
        let view = ann.post("/api/v1/attachments/inline", body).await.ok(201);
        assert_eq!(view["name"], expected, "{given:?}");
        let path = view["url"].as_str().unwrap();
        let got = Request::new("GET", path)
            .token(&ann.token)
            .ask(&ann.base)
            .await;
        assert_eq!((got.status, got.header("set-cookie")), (200, None));
    }
    // Nothing on the disk is called as anybody wanted.
    let ids = lying(world)
        .into_iter()
        .map(|name| name.parse::<uuid::Uuid>());
    assert!(ids.count() == 10 && lying(world).iter().all(|name| name.len() == 36));
    unharmed(world).await;
}

async fn files_that_are_too_large(world: &World) {
    let ann = world.customer(0).await;
    let most = world.settings.attachment_bytes_max;
    uploaded(&ann, "a.txt", &vec![b'x'; most as usize]).await;
    let reply = upload(&ann, "a.txt", &vec![b'x'; most as usize + 1]).await;
    refused(&reply, "413 too_large", "one byte");
    assert!(reply.text.contains(&most.to_string()), "the limit is named");
    // Announced only: it is not waited for.
    let kind = "multipart/form-data; boundary=x";
    let announced = request(&ann)
        .header("Content-Type", kind)
        .header("Content-Length", "9999999999");
    let mut wire = Wire::to(&ann.base).await;
    wire.send(&announced.bytes()).await;
    refused(&wire.reply().await.unwrap(), "413 too_large", "announced");
    // Not announced: it is cut off.
    let chunked = request(&ann)
        .header("Content-Type", kind)
        .header("Transfer-Encoding", "chunked");
    let mut wire = Wire::to(&ann.base).await;
    wire.send(&chunked.bytes()).await;
    let head = format!("--x\r\n{FILE}\r\n\r\n");
    wire.send(format!("{:x}\r\n{head}\r\n", head.len()).as_bytes())
        .await;
    for _ in 0..=most / 4_096 {
        wire.send(format!("1000\r\n{}\r\n", "x".repeat(4_096)).as_bytes())
            .await;
    }
    refused(&wire.reply().await.unwrap(), "413 too_large", "in chunks");
    assert_eq!(lying(world).len(), 1);
    unharmed(world).await;
}

async fn files_that_come_as_text(world: &World) {
    let ann = world.customer(0).await;
    let content = |bytes: usize| {
        use base64::Engine as _;
        base64::prelude::BASE64_STANDARD.encode(vec![b'x'; bytes])
    };
    let cases = [
        (content(1_000), "201"),
        (content(1_001), "413 too_large"),
        (content(30_000), "413 too_large"),
        (String::new(), "422 validation_failed"),
        ("not base64!".into(), "422 validation_failed"),
        ("aGVsbG8".into(), "422 validation_failed"),
    ];
    let mut socket = ann.socket().await;
    for (content, told) in cases {
        let body = json!({ "name": "a.txt", "content": content });
        let request = Request::new("POST", "/api/v1/attachments/inline").token(&ann.token);
        let reply = request.json(&body).ask(&ann.base).await;
        refused(&reply, told, &content);
        let mut frame = body;
        frame["type"] = json!("upload");
        socket.say(frame).await;
        let answer = socket.wait_for(|one| one["type"] != "line").await;
        match told.split_once(' ') {
            Some((_, code)) => assert_eq!(answer["code"], code, "{answer}"),
            None => assert_eq!(answer["type"], "uploaded", "{answer}"),
        }
        if reply.status == 422 {
            assert_eq!(reply.body()["errors"][0]["field"], "content", "{reply:?}");
        }
        if reply.status == 413 {
            assert!(
                reply.text.contains("1000 bytes"),
                "the limit is named: {reply:?}"
            );
        }
    }
    unharmed(world).await;
}

/// The beginning of an upload: announced as longer than what is sent.
async fn begun(who: &Person) -> Wire {
    let request = request(who)
        .header("Content-Type", "multipart/form-data; boundary=x")
        .header("Content-Length", "100000");
    let mut wire = Wire::to(&who.base).await;
    wire.send(&request.bytes()).await;
    wire.send(format!("--x\r\n{FILE}\r\n\r\n").as_bytes()).await;
    wire
}

async fn files_that_never_end(world: &World) {
    let ann = world.customer(0).await;
    // Nothing more comes.
    let mut stalled = begun(&ann).await;
    stalled.send(b"half of it").await;
    refused(&stalled.reply().await.unwrap(), "408 timeout", "stalled");
    assert_eq!(lying(world), Vec::<String>::new());
    // Not even the head of the form.
    let silent = request(&ann)
        .header("Content-Type", "multipart/form-data; boundary=x")
        .header("Content-Length", "1000");
    let mut wire = Wire::to(&ann.base).await;
    wire.send(&silent.bytes()).await;
    refused(&wire.reply().await.unwrap(), "408 timeout", "silent");
    // Always a little more, but not in time.
    let mut slow = begun(&ann).await;
    let trickle = async {
        loop {
            slow.send(b"x").await;
            let reply = tokio::time::timeout(Duration::from_millis(50), slow.reply()).await;
            if let Ok(Some(reply)) = reply {
                return reply;
            }
        }
    };
    refused(&within("an answer", trickle).await, "408 timeout", "slow");
    unharmed(world).await;
}

/// The folder is gone, and a file stands in its place: the others go on, and so do uploads later.
async fn a_shelf_that_is_broken(world: &World) {
    let ann = world.customer(0).await;
    let conversation = ann.open().await;
    let folder = world.settings.attachments();
    let aside = folder.with_extension("aside");
    std::fs::rename(&folder, &aside).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    let reply = form(request(&ann), "a.txt", b"hello").ask(&ann.base).await;
    refused(&reply, "503 unavailable", "no folder");
    assert!(reply.text.contains("Files cannot be stored"), "{reply:?}");
    ann.say(&conversation, "still here").await;
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&aside, &folder).unwrap();
    uploaded(&ann, "a.txt", b"hello").await;
    assert_eq!(lying(world).len(), 1);
    unharmed(world).await;
}

/// Where nothing ends by itself while the machine takes its time.
mod patient {
    use super::*;

    fn patient(settings: &mut Settings) {
        small(settings);
        settings.body_timeout_ms = 60_000;
        settings.upload_timeout_ms = 60_000;
    }

    crate::on_both_with!(patient; a_client_goes_away_and_only_so_many_come_at_once);

    pub async fn a_client_goes_away_and_only_so_many_come_at_once(world: &World) {
        let ann = world.customer(0).await;
        let mut gone = begun(&ann).await;
        gone.send(&vec![b'x'; 50_000]).await;
        until("half a file is there", async || !lying(world).is_empty()).await;
        drop(gone);
        until("nothing is left", async || lying(world).is_empty()).await;
        // Only so many at once.
        let mut open = Vec::new();
        for _ in 0..4 {
            open.push(begun(&ann).await);
        }
        until("all four have begun", async || lying(world).len() == 4).await;
        let fifth = upload(&ann, "a.txt", b"hello").await;
        refused(&fifth, "429 rate_limited", "the fifth");
        uploaded(&world.customer(0).await, "a.txt", b"hello").await;
        drop(open);
        until("they are gone", async || lying(world).len() == 1).await;
        uploaded(&ann, "a.txt", b"hello").await;
        unharmed(world).await;
    }
}
