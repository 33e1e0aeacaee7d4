//! Whatever comes in: frames, commands, bodies and names of files, broken at random. Nothing
//! panics, nothing is answered as a fault of the server, and it serves the next one.
//!
//! `FUZZ_SECONDS` is how long each goes on; each prints its seed, and `SEED` repeats it.

use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::access_table::{Body, ROUTES, SOCKET};
use crate::attachments::parts;
use crate::harness::World;
use crate::person::Person;
use crate::wire::{Heard, RawSocket, Request, TEXT, whole};

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Counts the panics of the server's threads, which answer nobody and end no test.
fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let file = info.location().map(panic::Location::file);
            if file.is_none_or(|file| !file.starts_with("tests/")) {
                PANICS.fetch_add(1, Ordering::Relaxed);
            }
            print(info);
        }));
    });
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// A server, somebody to ask it, and dice.
struct Fuzz {
    world: World,
    dice: StdRng,
    end: Instant,
    panics: usize,
    rounds: usize,
}

impl Fuzz {
    async fn begin(what: &str) -> Self {
        count_panics();
        let seed = number("SEED").unwrap_or_else(rand::random);
        println!("{what}: SEED={seed}");
        let lasts = Duration::from_secs(number("FUZZ_SECONDS").unwrap_or(2));
        Self {
            world: World::embedded_with(|settings| settings.sockets_per_user_max = 1_000).await,
            dice: StdRng::seed_from_u64(seed),
            end: Instant::now() + lasts,
            panics: PANICS.load(Ordering::Relaxed),
            rounds: 0,
        }
    }

    fn goes_on(&mut self) -> bool {
        self.rounds += 1;
        Instant::now() < self.end
    }

    async fn end(self, what: &str) {
        let errors = self.world.nodes[0].app.metrics.errors.get();
        assert_eq!((errors, PANICS.load(Ordering::Relaxed)), (0, self.panics));
        let health = Request::new("GET", "/readyz")
            .ask(&self.world.base(0))
            .await;
        assert_eq!(health.status, 200);
        assert_eq!(self.world.broken().await, Vec::<String>::new());
        println!("{what}: {} rounds", self.rounds);
        self.world.end().await;
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        of.choose(&mut self.dice).expect("there is one")
    }

    /// Some bytes another, left out, put in, or twice there.
    fn broken(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        const ODD: [u8; 12] = [
            0, 1, 0x7F, 0x80, 0xC3, 0xED, 0xFE, 0xFF, b'"', b'\\', b'{', b'\n',
        ];
        for _ in 0..self.dice.random_range(1..=4) {
            if bytes.is_empty() {
                break;
            }
            let at = self.dice.random_range(0..bytes.len());
            match self.dice.random_range(0..6) {
                0 => bytes[at] ^= 1 << self.dice.random_range(0..8),
                1 => bytes[at] = *self.one(&ODD),
                2 => drop(bytes.remove(at)),
                3 => bytes.insert(at, *self.one(&ODD)),
                4 => bytes.truncate(at),
                _ => {
                    let end = self.dice.random_range(at..bytes.len());
                    let again = bytes[at..end].to_vec();
                    bytes.splice(at..at, again);
                }
            }
        }
        bytes
    }

    /// A value that belongs nowhere.
    fn odd(&mut self) -> Value {
        let long = "x".repeat(self.dice.random_range(0..6_000));
        let deep = (0..self.dice.random_range(1..200)).fold(json!(1), |inner, _| json!([inner]));
        let all = [
            Value::Null,
            json!(true),
            json!(-1),
            json!(0),
            json!(i64::MIN),
            json!(i64::MAX),
            json!(u64::MAX),
            json!(1e308),
            json!(1.5),
            json!(""),
            json!("\0"),
            json!("\u{202E}\u{FEFF}\u{10FFFF}"),
            json!("00000000-0000-0000-0000-000000000000"),
            json!("{'\"<script>%s%n../../"),
            json!(long),
            json!([]),
            json!({}),
            deep,
        ];
        self.one(&all).clone()
    }

    /// A body or a command in which something is odd, as text.
    fn odd_text(&mut self, mut value: Value) -> Vec<u8> {
        let fields = value.as_object().map(|all| all.keys().cloned().collect());
        let fields: Vec<String> = fields.unwrap_or_default();
        for _ in 0..self.dice.random_range(0..=2) {
            let odd = self.odd();
            match fields.choose(&mut self.dice) {
                None => value["more"] = odd,
                Some(field) => match self.dice.random_range(0..5) {
                    0 => drop(value.as_object_mut().expect("it is one").remove(field)),
                    1 => value["more"] = odd,
                    _ => value[field] = odd,
                },
            }
        }
        let text = value.to_string().into_bytes();
        match self.dice.random_bool(0.4) {
            true => self.broken(text),
            false => text,
        }
    }

    /// A command of the table, of this conversation.
    fn command(&mut self, conversation: &str) -> Value {
        loop {
            let row = self.one(SOCKET);
            if let Body::Json(make) = row.body {
                let mut frame = make();
                frame["type"] = json!(row.route);
                frame["conversation"] = json!(conversation);
                return frame;
            }
        }
    }
}

/// Hears whatever comes, until the answer with this reference or the end. False at the end.
async fn hear(socket: &mut RawSocket, reference: Option<&str>) -> bool {
    loop {
        match socket.next().await {
            Heard::Frame(frame) => {
                assert_ne!(frame["code"], "internal", "{frame}");
                if reference.is_some_and(|one| frame["ref"] == one) {
                    return true;
                }
            }
            Heard::Closed(code) => {
                let known = [1000, 1002, 1003, 1005, 1007, 1008, 1009].contains(&code);
                assert!(known || (4000..5000).contains(&code), "{code}");
                return false;
            }
            Heard::Gone => return false,
        }
    }
}

#[actix_web::test]
async fn frames_broken_at_random() {
    let mut fuzz = Fuzz::begin("frames").await;
    let ann = fuzz.world.customer(0).await;
    let id = ann.open().await;
    while fuzz.goes_on() {
        let mut bytes = Vec::new();
        for _ in 0..fuzz.dice.random_range(1..=3) {
            let text = fuzz.command(&id).to_string();
            let first = *fuzz.one(&[TEXT, TEXT, 0x01, 0x00, 0x80, 0x89, 0x8A, 0x88, 0x82]);
            bytes.extend(whole(first, text.as_bytes()));
        }
        let bytes = fuzz.broken(bytes);
        let mut socket = RawSocket::ready(&ann.base, &ann.token).await;
        socket.wire.send(&bytes).await;
        // A frame may still want bytes: this is what they are, and then it ends.
        socket.wire.send(&whole(0x88, &[3, 232])).await;
        socket.wire.shut().await;
        hear(&mut socket, None).await;
    }
    fuzz.end("frames").await;
}

async fn commands(fuzz: &mut Fuzz, who: &Person, id: &str) {
    let mut socket = RawSocket::ready(&who.base, &who.token).await;
    for round in 0..50 {
        let command = fuzz.command(id);
        let text = fuzz.odd_text(command);
        let reference = format!("then {round}");
        let then = json!({
            "type": "typing", "conversation": id, "on": true, "ref": reference,
        });
        socket.wire.send(&whole(TEXT, &text)).await;
        socket.say(&then).await;
        if !hear(&mut socket, Some(&reference)).await {
            return;
        }
    }
}

#[actix_web::test]
async fn commands_broken_at_random() {
    let mut fuzz = Fuzz::begin("commands").await;
    while fuzz.goes_on() {
        let ann = fuzz.world.customer(0).await;
        let (rep, admin) = (fuzz.world.rep(0, 100).await, fuzz.world.admin().await);
        let id = ann.open().await;
        for who in [&ann, &rep, &admin] {
            commands(&mut fuzz, who, &id).await;
        }
    }
    fuzz.end("commands").await;
}

#[actix_web::test]
async fn bodies_broken_at_random() {
    // Those change what the rest of the run is held to.
    const ELSEWHERE: [&str; 2] = ["/api/v1/settings", "/api/v1/setup"];
    let mut fuzz = Fuzz::begin("bodies").await;
    let (ann, admin) = (fuzz.world.customer(0).await, fuzz.world.admin().await);
    let rep = fuzz.world.rep(0, 100).await;
    let id = ann.open().await;
    while fuzz.goes_on() {
        let row = fuzz.one(ROUTES);
        let (method, path) = row.route.split_once(' ').unwrap();
        let Body::Json(make) = row.body else {
            continue;
        };
        if ELSEWHERE.iter().any(|one| path.starts_with(one)) {
            continue;
        }
        let of = match path.split('/').nth(3) {
            Some("reps") => rep.id.to_string(),
            Some("people" | "customers") => ann.id.to_string(),
            _ => id.clone(),
        };
        let path = path.replace("{id}", &of).replace("{seq}", "2");
        let text = fuzz.odd_text(make());
        let token = fuzz.one(&[&ann, &rep, &admin]).token.clone();
        let request = Request::new(method, &path).token(&token);
        let reply = request.body("application/json", &text).ask(&ann.base).await;
        let said = String::from_utf8_lossy(&text);
        assert!(reply.status < 500, "{method} {path} {said}: {reply:?}");
    }
    fuzz.end("bodies").await;
}

#[actix_web::test]
async fn names_of_files_broken_at_random() {
    let mut fuzz = Fuzz::begin("names").await;
    while fuzz.goes_on() {
        let ann = fuzz.world.customer(0).await;
        for _ in 0..20 {
            let name = *fuzz.one(&[
                "a.txt",
                "../../etc/passwd",
                "\u{202E}txt.exe",
                "a\\\"b.png",
                "наряд.pdf",
                "CON",
                ".",
                "a/b/c",
            ]);
            let long = "я".repeat(fuzz.dice.random_range(0..300));
            let head =
                format!("Content-Disposition: form-data; name=\"file\"; filename=\"{long}{name}\"");
            let bytes = fuzz.broken(head.into_bytes());
            let head = String::from_utf8_lossy(&bytes).into_owned();
            let request = Request::new("POST", "/api/v1/attachments").token(&ann.token);
            let request = parts(request, &[(&head, b"hello")]);
            let reply = request.ask(&ann.base).await;
            assert!(reply.status < 500, "{head:?}: {reply:?}");
            if reply.status == 201 {
                let kept = reply.body()["name"].as_str().unwrap().to_owned();
                let odd = |c: char| c.is_control() || "/\\\u{202E}".contains(c);
                assert!(!kept.is_empty() && !kept.contains(odd), "{kept:?}");
            }
        }
    }
    fuzz.end("names").await;
}

/// What can stand behind the question mark, by the API's own document: an address, a name.
async fn questions(world: &World) -> Vec<(String, String)> {
    let document = Request::new("GET", "/api/openapi.json")
        .ask(&world.base(0))
        .await;
    let mut all = Vec::new();
    for (path, item) in document.body()["paths"].as_object().unwrap() {
        for one in item["get"]["parameters"].as_array().into_iter().flatten() {
            if one["in"] == "query" {
                all.push((path.clone(), one["name"].as_str().unwrap().to_owned()));
            }
        }
    }
    all
}

#[actix_web::test]
async fn questions_broken_at_random() {
    let mut fuzz = Fuzz::begin("questions").await;
    let (ann, admin) = (fuzz.world.customer(0).await, fuzz.world.admin().await);
    let id = ann.open().await;
    let all = questions(&fuzz.world).await;
    assert!(all.len() > 20, "{all:?}");
    while fuzz.goes_on() {
        let (path, name) = fuzz.one(&all).clone();
        let value = match fuzz.odd() {
            Value::String(text) => text.chars().take(500).collect(),
            value => value.to_string().chars().take(500).collect::<String>(),
        };
        let bytes = value.bytes().map(|byte| format!("%{byte:02X}"));
        let asked = format!(
            "{}?{name}={}",
            path.replace("{id}", &id),
            bytes.collect::<String>()
        );
        let token = fuzz.one(&[&ann, &admin]).token.clone();
        let reply = Request::new("GET", &asked)
            .token(&token)
            .ask(&ann.base)
            .await;
        assert!(reply.status < 500, "{path} {name} {value}: {reply:?}");
    }
    fuzz.end("questions").await;
}
