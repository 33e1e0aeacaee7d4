//! What people look like: a small square that holds nothing but what is seen, for those who may see
//! its owner, and away with him.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::{Value, json};
use switchboard::words::now;

use crate::harness::{World, within};
use crate::on_both;
use crate::person::Person;
use crate::wire::{Reply, Request};

on_both!(
    a_picture_becomes_a_square_for_who_may_see_its_owner,
    what_is_no_picture_or_too_large_is_refused,
    nothing_is_kept_but_what_is_seen,
    a_large_picture_of_few_bytes_is_made_small,
    what_no_account_names_is_swept_and_nothing_else,
);

/// A red picture of this size.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let red = RgbImage::from_pixel(width, height, Rgb([255, 0, 0]));
    let mut bytes = Cursor::new(Vec::new());
    let red = DynamicImage::from(red);
    red.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Sends somebody's own picture.
pub async fn set(who: &Person, bytes: &[u8]) -> Reply {
    let request = Request::new("PUT", "/api/v1/me/picture").token(&who.token);
    request.body("image/png", bytes).ask(&who.base).await
}

async fn url(who: &Person, bytes: &[u8]) -> String {
    let reply = set(who, bytes).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body()["picture"].as_str().unwrap().to_owned()
}

/// What is got at an address: the status, and the bytes.
async fn got(who: &Person, url: &str) -> (u16, Vec<u8>) {
    let request = awc::Client::default().get(format!("{}{url}", who.base));
    let sending = request.bearer_auth(&who.token).send();
    let mut answer = within("an answer", sending).await.unwrap();
    let bytes = answer.body().limit(1_000_000).await.unwrap();
    (answer.status().as_u16(), bytes.to_vec())
}

async fn seen(who: &Person, url: &str) -> RgbImage {
    let (status, bytes) = got(who, url).await;
    assert_eq!(status, 200);
    let read = image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg);
    read.unwrap().to_rgb8()
}

/// Nearly this colour: a JPEG is not exact.
#[track_caller]
fn is_near(pixel: &Rgb<u8>, colour: [u8; 3]) {
    let near = |(a, b): (&u8, &u8)| a.abs_diff(*b) < 12;
    assert!(
        pixel.0.iter().zip(&colour).all(near),
        "{pixel:?} for {colour:?}"
    );
}

async fn a_picture_becomes_a_square_for_who_may_see_its_owner(world: &World) {
    let (rep, ann, bob) = (
        world.rep(0, 5).await,
        world.customer(1).await,
        world.customer(2).await,
    );
    let first = url(&rep, &png(600, 400)).await;
    let request = Request::new("GET", &first).token(&rep.token);
    let reply = request.ask(&rep.base).await;
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "private, max-age=3600, immutable"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    // Who signs in next in the same browser does not get it from its cache.
    let vary = reply.header("vary").unwrap();
    assert!(
        vary.starts_with("Authorization, Cookie, Switchboard-Page"),
        "{vary}"
    );
    let known = reply.header("etag").unwrap();
    let again = Request::new("GET", &first).token(&rep.token);
    let again = again.header("If-None-Match", known).ask(&rep.base).await;
    assert_eq!(again.status, 304);
    let square = seen(&rep, &first).await;
    assert_eq!((square.width(), square.height()), (256, 256));
    is_near(square.get_pixel(128, 128), [255, 0, 0]);

    // Foreign is unknown.
    let unknown = format!("/api/v1/pictures/{}", uuid::Uuid::now_v7());
    let bare = async |who: &Person, url: &str| {
        let mut body = who.get(url).await.ok(404);
        body.as_object_mut().unwrap().remove("request_id");
        body
    };
    assert_eq!(bare(&ann, &first).await, bare(&ann, &unknown).await);
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    assert_eq!(got(&ann, &first).await.0, 200);
    assert_eq!(got(&bob, &first).await.0, 404);
    let closed = rep.close(&id).await.ok(200)["conversation"].clone();
    for view in [ann.view(&id).await, closed] {
        assert_eq!(view["last_rep"]["picture"], json!(first), "{view}");
    }
    // Whom he served last sees him still; staff see customers, and they not each other.
    assert_eq!(got(&ann, &first).await.0, 200);
    let of_ann = url(&ann, &png(8, 300)).await;
    let other = world.rep(1, 1).await;
    assert_eq!(got(&other, &of_ann).await.0, 200);
    assert_eq!(got(&bob, &of_ann).await.0, 404);
    let small = seen(&ann, &of_ann).await;
    assert_eq!(
        (small.width(), small.height()),
        (8, 8),
        "none is made larger"
    );

    let second = url(&rep, &png(10, 10)).await;
    assert_ne!(second, first);
    assert_eq!(got(&rep, &first).await.0, 404);
    assert_eq!(files(world), 2);
    rep.delete("/api/v1/me/picture").await.ok(204);
    rep.delete("/api/v1/me/picture").await.ok(204);
    let me = rep.get("/api/v1/me").await.ok(200);
    assert_eq!((&me["picture"], files(world)), (&Value::Null, 1));
}

/// How many files lie on the shelf.
fn files(world: &World) -> usize {
    let folders = std::fs::read_dir(world.settings.attachments()).unwrap();
    let files = folders.flat_map(|one| std::fs::read_dir(one.unwrap().path()).unwrap());
    files.count()
}

async fn what_is_no_picture_or_too_large_is_refused(world: &World) {
    let ann = world.customer(0).await;
    let whole = png(64, 64);
    let noise = RgbaImage::from_fn(700, 700, |x, y| {
        let hash = (x * 7_919 + y * 104_729) ^ (x * y);
        Rgba([hash as u8, (hash >> 8) as u8, (hash >> 5) as u8, 255])
    });
    let mut heavy = Cursor::new(Vec::new());
    DynamicImage::from(noise)
        .write_to(&mut heavy, ImageFormat::Png)
        .unwrap();
    let heavy = heavy.into_inner();
    assert!(heavy.len() > 1_048_576);
    // By its header alone, whatever follows.
    let vast = crate::attachments::png(60_000, 60_000);
    let cases: [(&str, &[u8], &str); 8] = [
        ("nothing", b"", "415 file_type_not_allowed"),
        ("a text", b"hello", "415 file_type_not_allowed"),
        (
            "a page",
            b"<svg onload=\"x\"/>",
            "415 file_type_not_allowed",
        ),
        ("a head", &whole[..40], "415 file_type_not_allowed"),
        (
            "a stump",
            &whole[..whole.len() - 30],
            "415 file_type_not_allowed",
        ),
        ("a wide one", &png(4_097, 1), "413 too_large"),
        ("a vast one", &vast, "413 too_large"),
        ("a heavy one", &heavy, "413 too_large"),
    ];
    for (what, bytes, told) in cases {
        let reply = set(&ann, bytes).await;
        assert_eq!(reply.told(), told, "{what}: {reply:?}");
    }
    let me = ann.get("/api/v1/me").await.ok(200);
    assert_eq!(me["picture"], Value::Null);
    assert!(!world.settings.attachments().exists() || files(world) == 0);
}

/// A JPEG whose left half is red and whose right half is blue, held so that left is above, with a
/// text in what a camera writes beside it.
fn from_a_camera(text: &str) -> Vec<u8> {
    let colour = |x: u32| if x < 32 { [255, 0, 0] } else { [0, 0, 255] };
    let halves = RgbImage::from_fn(64, 64, |x, _| Rgb(colour(x)));
    let mut bytes = Vec::new();
    halves
        .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 95))
        .unwrap();
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01".to_vec();
    // Orientation, a short, one of them: 6, to be turned to the right.
    exif.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0");
    exif.extend(text.as_bytes());
    let length = (exif.len() as u16 + 2).to_be_bytes();
    let segment = [&[0xFF, 0xE1], &length[..], &exif].concat();
    [&bytes[..2], &segment, &bytes[2..]].concat()
}

async fn nothing_is_kept_but_what_is_seen(world: &World) {
    let ann = world.customer(0).await;
    let text = "canary of a camera";
    let picture = from_a_camera(text);
    let at = url(&ann, &picture).await;
    let held = seen(&ann, &at).await;
    is_near(held.get_pixel(32, 8), [255, 0, 0]);
    is_near(held.get_pixel(32, 56), [0, 0, 255]);
    let (_, bytes) = got(&ann, &at).await;
    let has = |bytes: &[u8]| bytes.windows(text.len()).any(|it| it == text.as_bytes());
    assert!(has(&picture) && !has(&bytes));
    // What cannot be seen through is white behind.
    let clear = RgbaImage::from_pixel(16, 16, Rgba([0, 0, 0, 0]));
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let mut bytes = Cursor::new(Vec::new());
        let clear = DynamicImage::from(clear.clone());
        clear.write_to(&mut bytes, format).unwrap();
        let at = url(&ann, bytes.get_ref()).await;
        is_near(seen(&ann, &at).await.get_pixel(8, 8), [255, 255, 255]);
    }
}

async fn a_large_picture_of_few_bytes_is_made_small(world: &World) {
    let ann = world.customer(0).await;
    let large = png(4_096, 4_096);
    assert!(large.len() < 1_000_000);
    let square = seen(&ann, &url(&ann, &large).await).await;
    assert_eq!((square.width(), square.height()), (256, 256));
}

async fn what_no_account_names_is_swept_and_nothing_else(world: &World) {
    let ann = world.customer(0).await;
    let at = url(&ann, &png(9, 9)).await;
    let folder = std::fs::read_dir(world.settings.attachments()).unwrap();
    let folder = folder.map(|one| one.unwrap().path()).next().unwrap();
    std::fs::write(folder.join(uuid::Uuid::now_v7().to_string()), "x").unwrap();
    assert_eq!(files(world), 2);
    let later = now() + 2 * 60 * 60 * 1_000;
    let swept = world.nodes[0].app.attachments.sweep_folder(later).await;
    assert_eq!((swept.unwrap(), files(world)), (1, 1));
    assert_eq!(got(&ann, &at).await.0, 200);
}
