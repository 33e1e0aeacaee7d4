//! Somebody of whom every field, every text and every file holds words that stand nowhere else:
//! once he is erased they are in no byte of the database, of the files, of Redis and of the log.
//! The server is killed in the middle, and goes on.

use std::path::Path;

use serde_json::{Value, json};
use switchboard::store::{checks, open_existing};
use switchboard::words::UserId;
use tokio_postgres::Client;

use crate::attachments::form;
use crate::harness::{client_id, until};
use crate::identities::{claims, head, jwt};
use crate::person::Person;
use crate::pictures::{png, set};
use crate::process::Process;
use crate::services;
use crate::wire::Request;

const PASSWORD: &str = "correct horse";

/// What stands nowhere else: a word, a phone number, the network of an address.
struct Canary {
    word: String,
    phone: String,
    address: String,
}

impl Canary {
    fn new() -> Self {
        let number = UserId::new().0.as_u128();
        let digits = number % 900_000_000 + 100_000_000;
        Canary {
            word: format!("qz{:016x}", number as u64),
            phone: format!("+495{digits}"),
            address: format!(
                "2001:db8:1{:03x}:1{:03x}::",
                number & 0xFFF,
                number >> 12 & 0xFFF
            ),
        }
    }

    fn needles(&self) -> [&str; 3] {
        // The word without its beginning: the index of a search cuts what several words share.
        [&self.word[4..], &self.phone[1..], &self.address]
    }

    /// Those of the needles that are in these bytes.
    fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let lower = bytes.to_ascii_lowercase();
        let is_in = |needle: &&str| {
            let needle = needle.as_bytes();
            lower.windows(needle.len()).any(|part| part == needle)
        };
        self.needles().into_iter().filter(is_in).collect()
    }

    /// What is found in the files of a folder and below it, and where.
    fn found_below(&self, folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                found.extend(self.found_below(&path));
                continue;
            }
            let name = path.display().to_string();
            for needle in self.found_in(&std::fs::read(&path).unwrap_or_default()) {
                found.push(format!("{needle} in {name}"));
            }
            found.extend(name.contains(self.needles()[0]).then_some(name));
        }
        found
    }
}

/// A server with its people.
struct House {
    process: Process,
    settings: Vec<(&'static str, String)>,
    folder: tempfile::TempDir,
    admin: Person,
    rep: Person,
}

impl House {
    async fn open(mut settings: Vec<(&'static str, String)>) -> Self {
        settings.push(("LOG", "info".into()));
        let folder = tempfile::tempdir().unwrap();
        let process = Self::start(folder.path(), &settings);
        let (_, token) = process.welcome.split_once("?setup=").unwrap();
        let setup = json!({
            "token": token.split_whitespace().next(), "username": "boss", "password": PASSWORD,
        });
        let nobody = nobody(&process.base);
        let admin = nobody.post("/api/v1/setup", setup).await.ok(201);
        let admin = signed(&nobody, &admin);
        let new = json!({ "username": "rep", "password": PASSWORD, "capacity": 9 });
        admin.post("/api/v1/reps", new).await.ok(201);
        let login = json!({ "login": "rep", "password": PASSWORD });
        let rep = nobody.post("/api/v1/sessions", login).await.ok(200);
        let rep = signed(&nobody, &rep);
        Self {
            process,
            settings,
            folder,
            admin,
            rep,
        }
    }

    fn start(folder: &Path, settings: &[(&str, String)]) -> Process {
        let mut options = std::fs::File::options();
        let log = options.create(true).append(true);
        let log = log.open(folder.join("log")).unwrap();
        Process::logged(&folder.join("data"), settings, log)
    }

    /// Kills the server and starts it again.
    fn fall(&mut self) {
        self.process.kill();
        self.process = Self::start(self.folder.path(), &self.settings);
        for person in [&mut self.admin, &mut self.rep] {
            person.base = self.process.base.clone();
        }
    }
}

fn nobody(base: &str) -> Person {
    Person::new(UserId::new(), String::new(), base.into(), String::new())
}

fn signed(at: &Person, body: &Value) -> Person {
    let id = body["user"]["id"].as_str().unwrap().parse().unwrap();
    let token = body["access_token"].as_str().unwrap().into();
    Person::new(id, String::new(), at.base.clone(), token)
}

/// Somebody who has filled in everything, said everything, and of whom everything was said; and
/// others who are called the same.
async fn live(house: &House, canary: &Canary) -> Vec<UserId> {
    let (word, base) = (&canary.word, &house.process.base);
    let new = json!({
        "username": word, "password": PASSWORD, "email": format!("{word}@example.com"),
        "phone": canary.phone, "display_name": word,
    });
    let from = Request::new("POST", "/api/v1/customers")
        .header("User-Agent", word)
        .header("X-Forwarded-For", &format!("{}7", canary.address));
    let made = from.json(&new).ask(base).await;
    assert_eq!(made.status, 201, "{made:?}");
    let ann = signed(&nobody(base), &made.body());
    let profile = json!({
        "first_name": word, "last_name": word, "city": word, "province": word,
    });
    ann.patch("/api/v1/me", profile).await.ok(200);
    ann.post("/api/v1/socket-tickets", json!({})).await.ok(201);
    // A picture with a word in it.
    let picture = [png(40, 40), word.clone().into_bytes()].concat();
    assert_eq!(set(&ann, &picture).await.status, 200);

    let open = json!({ "client_id": client_id(), "subject": word, "text": word });
    let view = ann
        .post("/api/v1/conversations", open.clone())
        .await
        .ok(201);
    let id = view["id"].as_str().unwrap().to_owned();
    house.rep.claim(&id).await.ok(200);
    speak(house, &ann, &id, word).await;
    // One that nobody has taken.
    let open = json!({ "client_id": client_id(), "subject": word, "text": word });
    ann.post("/api/v1/conversations", open).await.ok(201);
    // The search has seen all of it.
    let found = house.admin.get(&format!("/api/v1/search?q={word}")).await;
    assert!(!found.ok(200)["items"].as_array().unwrap().is_empty());
    let shop = json!({ "name": "Shop" });
    let shop = house.admin.post("/api/v1/widgets", shop).await.ok(201);
    belong(house, canary, &ann, &shop).await;
    let [named, invited] = others(house, canary, &shop).await;
    vec![named, invited, ann.id]
}

/// A link to confirm his address is asked for, and what he had begun as a visitor becomes his.
async fn belong(house: &House, canary: &Canary, ann: &Person, shop: &Value) {
    let (word, base) = (&canary.word, &house.process.base);
    let ask = json!({ "kind": "email", "login": word });
    ann.post("/api/v1/links", ask).await.ok(202);
    until("the link is made", async || {
        let log = std::fs::read_to_string(house.folder.path().join("log"));
        log.unwrap().contains("link#email=")
    })
    .await;
    let come = Request::new("POST", "/api/v1/visitors")
        .header("User-Agent", word)
        .header("X-Forwarded-For", &format!("{}8", canary.address));
    let new = json!({ "widget": shop["id"], "display_name": word });
    let made = come.json(&new).ask(base).await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.body();
    let mut vera = nobody(base);
    vera.token = made["token"].as_str().unwrap().into();
    let profile = json!({
        "first_name": word, "last_name": word, "city": word,
    });
    vera.patch("/api/v1/me", profile).await.ok(200);
    let open = json!({ "client_id": client_id(), "subject": word, "text": word });
    vera.post("/api/v1/conversations", open).await.ok(201);
    let of_her = json!({ "token": vera.token });
    ann.post("/api/v1/me/visitor", of_her).await.ok(204);
}

/// One whom a host has named, and a rep who came by an invitation; another was made for him, too.
async fn others(house: &House, canary: &Canary, shop: &Value) -> [UserId; 2] {
    let (word, nobody) = (&canary.word, nobody(&house.process.base));
    let mut said = claims(word);
    said["name"] = json!(word);
    said["email"] = json!(format!("h.{word}@example.com"));
    let token = jwt(&head(), &said, shop["secret"].as_str().unwrap());
    let body = json!({ "widget": shop["id"], "token": token });
    let named = nobody.post("/api/v1/identify", body).await.ok(200);
    let email = format!("i.{word}@example.com");
    let new = json!({ "role": "rep", "capacity": 1, "display_name": word, "email": email });
    let mut invited = Value::Null;
    for _ in 0..2 {
        let made = house.admin.post("/api/v1/invitations", new.clone()).await;
        invited = made.ok(201);
    }
    let body = json!({
        "token": invited["token"], "username": format!("i{word}"), "password": PASSWORD,
    });
    let rep = nobody.post("/api/v1/invitations/accept", body).await;
    let rep = rep.ok(201);
    [signed(&nobody, &named).id, signed(&nobody, &rep).id]
}

async fn speak(house: &House, ann: &Person, id: &str, word: &str) {
    let rep = &house.rep;
    let text = |what: &str| format!("{what} {word}");
    let message = |seq: &Value| format!("/api/v1/conversations/{id}/messages/{seq}");
    let edited = ann.say(id, &text("first")).await["seq"].clone();
    let other = json!({ "text": text("an edit") });
    ann.put(&message(&edited), other).await.ok(200);
    let gone = ann.say(id, &text("gone")).await["seq"].clone();
    ann.delete(&message(&gone)).await.ok(200);
    rep.say(id, &text("dear")).await;
    rep.note(id, &text("a note on")).await;
    let reason = json!({ "reason": text("too much of") });
    rep.act(id, "requeue", reason).await.ok(200);
    rep.claim(id).await.ok(200);
    let upload = async |who: &Person, name: &str, body: String| {
        let request = Request::new("POST", "/api/v1/attachments").token(&who.token);
        let reply = form(request, name, body.as_bytes()).ask(&who.base).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.body()["id"].clone()
    };
    for who in [ann, rep] {
        let file = upload(who, &format!("{word}.txt"), text("in a file")).await;
        let with = json!({ "client_id": client_id(), "attachments": [file] });
        who.act(id, "messages", with).await.ok(201);
    }
    upload(ann, &format!("{word}.txt"), text("never sent")).await;
    ann.get(&format!("/api/v1/search?q={word}")).await.ok(200);
    let words = json!({ "text": text("goodbye"), "client_id": client_id() });
    rep.act(id, "close", words).await.ok(200);
}

/// Erases them, with the server killed on the way, until it is done.
async fn erase(house: &mut House, people: &[UserId]) {
    let mut asked = Vec::new();
    for id in people {
        let path = format!("/api/v1/people/{id}");
        let number = house.admin.get(&path).await.ok(200)["number"].to_string();
        let (path, body) = (format!("{path}/erase"), json!({ "confirm": number }));
        house.admin.post(&path, body.clone()).await.ok(202);
        asked.push((path, body));
    }
    house.fall();
    for (path, body) in &asked {
        let admin = &house.admin;
        until("they are erased", async || {
            admin.post(path, body.clone()).await.status == 200
        })
        .await;
    }
}

#[actix_web::test]
async fn sqlite_and_its_folder_know_nothing_of_who_is_erased() {
    let canary = Canary::new();
    let mut house = House::open(Vec::new()).await;
    let people = live(&house, &canary).await;
    let folder = house.folder.path().to_owned();
    let before = canary.found_below(&folder).concat();
    for needle in canary.needles() {
        assert!(before.contains(needle), "it would find {needle}");
    }
    for place in ["switchboard.db", "attachments"] {
        assert!(before.contains(place), "it would find it in {place}");
    }
    erase(&mut house, &people).await;
    assert_eq!(house.process.stop(), Some(0));
    assert_eq!(canary.found_below(&folder), Vec::<String>::new());
    let url = format!("sqlite:{}", folder.join("data/switchboard.db").display());
    let findings = tokio::task::spawn_blocking(move || {
        let mut conn = open_existing(&url).unwrap();
        checks::run_full(&mut conn).unwrap()
    });
    let (findings, examples) = findings.await.unwrap();
    let broken: Vec<_> = findings.iter().filter(|one| !one.is_well()).collect();
    assert!(broken.is_empty(), "{broken:?} {examples:?}");
}

/// Every table whose rows hold a needle, as text.
async fn tables(client: &Client, canary: &Canary) -> Vec<String> {
    let ask = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    let mut found = Vec::new();
    for row in client.query(ask, &[]).await.unwrap() {
        let table: String = row.get(0);
        for needle in canary.needles() {
            let ask = format!(
                "SELECT count(*) FROM \"{table}\" t
                 WHERE lower(CAST(t AS TEXT)) LIKE '%{needle}%'"
            );
            let count: i64 = client.query_one(&ask, &[]).await.unwrap().get(0);
            if count > 0 {
                found.push(format!("{needle} in {table}"));
            }
        }
    }
    found
}

#[actix_web::test]
async fn postgres_and_redis_know_nothing_of_who_is_erased() {
    let (Some((postgres, _)), Some(redis)) = (services::both(), services::own_redis()) else {
        return;
    };
    let (canary, database) = (Canary::new(), postgres.database());
    let settings = vec![
        ("DATABASE_URL", database.clone()),
        ("REDIS_URL", redis.url()),
        (
            "SECRET",
            "a secret for tests, of more than 32 characters".into(),
        ),
    ];
    let mut house = House::open(settings).await;
    let client = services::client(&database).await;
    let people = live(&house, &canary).await;
    let before = tables(&client, &canary).await.concat();
    for table in [
        "users",
        "events",
        "conversations",
        "sessions",
        "attachments",
        "identities",
        "invitations",
        "email_links",
    ] {
        assert!(
            before.contains(table),
            "it would find it in {table}: {before}"
        );
    }
    erase(&mut house, &people).await;
    assert_eq!(tables(&client, &canary).await, Vec::<String>::new());

    // In the bytes of the files, once old rows and their indexes are gone.
    client.batch_execute("VACUUM FULL").await.unwrap();
    client.batch_execute("CHECKPOINT").await.unwrap();
    let ask = "SELECT current_setting('data_directory') || '/base/' || oid::text
        FROM pg_database WHERE datname = current_database()";
    let files: String = client.query_one(ask, &[]).await.unwrap().get(0);
    assert_eq!(canary.found_below(Path::new(&files)), Vec::<String>::new());

    let connection = redis::Client::open(redis.url()).unwrap();
    let mut connection = connection.get_multiplexed_async_connection().await.unwrap();
    let mut ask = async |words: &[&str]| -> redis::Value {
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query_async(&mut connection).await.unwrap()
    };
    ask(&["CONFIG", "SET", "rdbcompression", "no"]).await;
    ask(&["SAVE"]).await;
    let kept = ask(&["CONFIG", "GET", "dir"]).await;
    let kept: Vec<(String, String)> = redis::from_redis_value(kept).unwrap();
    let dump = std::fs::read(Path::new(&kept[0].1).join("dump.rdb")).unwrap();
    assert!(dump.starts_with(b"REDIS"));
    assert_eq!(canary.found_in(&dump), Vec::<&str>::new());

    assert_eq!(house.process.stop(), Some(0));
    let below = canary.found_below(house.folder.path());
    assert_eq!(below, Vec::<String>::new());
}
