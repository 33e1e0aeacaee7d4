//! Kill the server while customers open conversations: what was answered is there, what is asked
//! again is there once, and whoever waits is served once.

use std::cell::Cell;
use std::path::Path;
use std::sync::mpsc;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::faults::{register, staff};
use crate::harness::{PATIENCE, client_id, settings};
use crate::person::Person;
use crate::process::{Process, shown, switchboard};
use crate::services;

const CUSTOMERS: usize = 10;
/// So many openings are answered before the process is killed.
const ENOUGH: usize = 30;
const CONVERSATIONS: &str = "/api/v1/conversations";

/// What was asked, and the id that it was answered with, if it was.
type Asked = (Value, Option<String>);

fn id_of(view: &Value) -> String {
    view["id"].as_str().unwrap().to_owned()
}

/// Asks for a conversation; nothing if no whole answer came.
async fn opened(who: &Person, body: &Value) -> Option<String> {
    let request = awc::Client::default()
        .post(format!("{}{CONVERSATIONS}", who.base))
        .bearer_auth(&who.token)
        .timeout(PATIENCE);
    let mut answer = request.send_json(body).await.ok()?;
    let bytes = answer.body().await.ok()?;
    let view: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(answer.status().as_u16(), 201, "{view}");
    Some(id_of(&view))
}

/// Opens one after the other until the server is gone, and says so when all together have had
/// `ENOUGH` answers.
async fn open_until_gone(
    who: &Person,
    answered: &Cell<usize>,
    enough: mpsc::Sender<()>,
) -> Vec<Asked> {
    let mut all = Vec::new();
    loop {
        let body = json!({ "client_id": client_id(), "subject": "help", "text": "hello" });
        let id = opened(who, &body).await;
        let gone = id.is_none();
        all.push((body, id));
        if gone {
            return all;
        }
        answered.set(answered.get() + 1);
        if answered.get() == ENOUGH {
            enough.send(()).unwrap();
        }
    }
}

/// Has all of them open at once until the process is killed; answers what each has asked.
async fn open_until_killed(process: &mut Process, customers: &[Person]) -> Vec<Vec<Asked>> {
    let (enough, killed_after) = mpsc::channel::<()>();
    let pid = process.id().to_string();
    // From another thread, so that the opening goes on until the very moment.
    let killer = std::thread::spawn(move || {
        let _ = killed_after.recv();
        let _ = std::process::Command::new("kill")
            .args(["-9", &pid])
            .status();
    });
    let answered = Cell::new(0);
    let opening = customers
        .iter()
        .map(|who| open_until_gone(who, &answered, enough.clone()));
    let asked = join_all(opening).await;
    killer.join().unwrap();
    process.kill();
    println!("{} answered before the kill", answered.get());
    assert!(answered.get() >= ENOUGH);
    asked
}

/// Asks again for all that a customer has asked, and finds each there once; answers their ids.
async fn asked_again(who: &Person, asked: &[Asked]) -> Vec<String> {
    let mut ids = Vec::new();
    for (body, before) in asked {
        let again = who.post(CONVERSATIONS, body.clone()).await;
        match before {
            Some(before) => assert_eq!(&id_of(&again.ok(200)), before, "it was answered"),
            None => assert!([200, 201].contains(&again.status), "{again:?}"),
        }
        let once_more = who.post(CONVERSATIONS, body.clone()).await;
        ids.push(id_of(&once_more.ok(200)));
    }
    let list = who.get(&format!("{CONVERSATIONS}?limit=200")).await.ok(200);
    let mut listed: Vec<String> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(id_of)
        .collect();
    ids.sort();
    listed.sort();
    assert_eq!(listed, ids, "each once, and no other");
    ids
}

/// Serves until all of these were given to him; none comes twice.
async fn serve_all(rep: &Person, ids: &[String]) {
    let mut socket = rep.socket().await;
    let mut served = Vec::new();
    while served.len() < ids.len() {
        let told = socket.wait("assigned").await;
        let id = id_of(&told["conversation"]);
        rep.close(&id).await.ok(200);
        served.push(id);
    }
    served.sort();
    let mut ids = ids.to_vec();
    ids.sort();
    assert_eq!(served, ids);
}

async fn killed_while_opening(start: impl Fn() -> Process, survivor: Option<Process>) {
    let mut process = start();
    let (_, rep) = staff(&process).await;
    let mut customers = Vec::new();
    for n in 0..CUSTOMERS {
        customers.push(register(&process.base, &format!("customer{n}")).await);
    }
    let asked = open_until_killed(&mut process, &customers).await;
    let process = survivor.unwrap_or_else(start);
    let mut all = Vec::new();
    for (who, asked) in customers.iter_mut().zip(&asked) {
        who.base.clone_from(&process.base);
        all.push(asked_again(who, asked).await);
    }
    serve_all(&rep.at(process.base.clone()), &all.concat()).await;
    for (who, ids) in customers.iter().zip(&all) {
        for id in ids {
            let kinds = who.kinds(id).await;
            assert_eq!(kinds, ["opened", "message", "assigned", "closed"]);
        }
    }
}

/// What the doctor says of what is left when nobody serves it any more.
fn is_well(folder: &Path, variables: &[(&str, String)]) {
    let mut doctor = switchboard();
    doctor.arg("doctor").env("SWITCHBOARD_DATA_DIR", folder);
    for (name, value) in variables {
        doctor.env(format!("SWITCHBOARD_{name}"), value);
    }
    let output = doctor.output().unwrap();
    assert!(output.status.success(), "{}", shown(&output));
}

/// Customers may have as many open as they manage to ask for.
fn many() -> (&'static str, String) {
    ("OPEN_PER_CUSTOMER_MAX", "100000".into())
}

#[actix_web::test]
async fn each_opening_is_there_once_after_kill_9_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [many()];
    killed_while_opening(|| Process::start(folder.path(), &variables), None).await;
    is_well(folder.path(), &variables);
}

#[actix_web::test]
async fn each_opening_is_there_once_after_kill_9_of_a_node() {
    let Some((postgres, redis)) = services::both() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let prefix = format!("test-{}", uuid::Uuid::now_v7().simple());
    let variables = [
        many(),
        ("DATABASE_URL", postgres.database()),
        ("REDIS_URL", redis.url()),
        ("REDIS_PREFIX", prefix),
        ("SECRET", settings(folder.path()).secret),
    ];
    let survivor = Process::start(folder.path(), &variables);
    killed_while_opening(|| Process::start(folder.path(), &variables), Some(survivor)).await;
    is_well(folder.path(), &variables);
}
