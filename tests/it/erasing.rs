//! Somebody is erased: at once for everybody, and then part by part out of what was said; what he
//! leaves is whole, and everybody else goes on.

use serde_json::{Value, json};
use switchboard::store::{Conn, checks, erasures};
use switchboard::words::UserId;

use crate::attachments::uploaded;
use crate::harness::{World, client_id, until, within};
use crate::on_both;
use crate::person::{Answer, Person};

on_both!(
    a_customer_goes_with_all_that_was_said,
    his_conversations_stay_as_they_are_from_then_on,
    an_erased_rep_leaves_his_words_without_his_name,
    the_last_admin_stays_and_nobody_erases_himself,
    a_customer_erases_himself_with_his_password,
    long_logs_go_in_parts,
);

const PASSWORD: &str = "correct horse";

/// A customer with a password, and everything that can be told of one.
pub async fn register(world: &World, turn: usize) -> Person {
    let name = format!("n{}", UserId::new().0.simple());
    let nobody = Person::new(
        UserId::new(),
        String::new(),
        world.base(turn),
        String::new(),
    );
    let new = json!({
        "username": name, "password": PASSWORD, "email": format!("{name}@example.com"),
    });
    let made = nobody.post("/api/v1/customers", new).await.ok(201);
    let id = made["user"]["id"].as_str().unwrap().parse().unwrap();
    let token = made["access_token"].as_str().unwrap().into();
    let ann = Person::new(id, name, nobody.base, token);
    let profile = json!({ "first_name": "Ann", "city": "Ulm" });
    ann.patch("/api/v1/me", profile).await.ok(200);
    ann
}

async fn erase(admin: &Person, person: &Person) -> Answer {
    let path = format!("/api/v1/people/{}/erase", person.id);
    admin.post(&path, json!({ "confirm": person.name })).await
}

/// Erases somebody, and waits until it is done.
pub async fn erase_whole(admin: &Person, person: &Person) -> Value {
    let begun = erase(admin, person).await.ok(202);
    assert_eq!(begun["ended_at"], Value::Null);
    let mut done = Value::Null;
    until("he is erased", async || {
        let answer = erase(admin, person).await;
        done = answer.body;
        answer.status == 200
    })
    .await;
    assert_eq!(done["step"], "done", "{done}");
    assert_eq!(done["begun_at"], begun["begun_at"]);
    done
}

/// The doctor, with every log told anew.
pub async fn is_whole(world: &World) {
    let (findings, examples) = world.nodes[0]
        .app
        .store
        .read(checks::run_full)
        .await
        .unwrap();
    let broken: Vec<_> = findings.iter().filter(|one| !one.is_well()).collect();
    assert!(broken.is_empty(), "{broken:?} {examples:?}");
}

async fn a_customer_goes_with_all_that_was_said(world: &World) {
    let (admin, ann) = (world.admin().await, register(world, 1).await);
    let rep = world.rep(0, 1).await;
    let (served, waiting) = (ann.open().await, ann.open().await);
    rep.claim(&served).await.ok(200);
    let (mut of_ann, mut of_rep) = (ann.socket().await, rep.socket().await);
    for text in ["zebra one", "zebra two", "zebra three"] {
        ann.say(&served, text).await;
    }
    let log = ann.log(&served).await;
    let seq = |text: &str| {
        let event = log.iter().find(|event| event["text"] == text);
        event.unwrap()["seq"].clone()
    };
    let message = |seq: &Value| format!("/api/v1/conversations/{served}/messages/{seq}");
    let edit = json!({ "text": "zebra of an edit" });
    ann.put(&message(&seq("zebra two")), edit).await.ok(200);
    ann.delete(&message(&seq("zebra three"))).await.ok(200);
    rep.say(&served, "zebra of an answer").await;
    rep.note(&served, "zebra of a note").await;
    ann.say(&waiting, "zebra in line").await;
    let file = uploaded(&ann, "zebra.txt", b"a zebra in a file").await;
    let with = json!({ "client_id": client_id(), "attachments": [file["id"]] });
    ann.act(&served, "messages", with).await.ok(201);
    let unsent = uploaded(&ann, "unsent.txt", b"a zebra on its way").await;
    let before = admin.log(&served).await.len();

    let path = format!("/api/v1/people/{}/erase", ann.id);
    let wrong = admin.post(&path, json!({ "confirm": "somebody" })).await;
    assert_eq!(wrong.code(422), "validation_failed");
    let done = erase_whole(&admin, &ann).await;
    assert!(done["entries"].as_i64().unwrap() >= before as i64, "{done}");

    // He is out, and whoever talks with him is told in one entry for each conversation.
    assert_eq!(of_ann.closed().await, Some(4100));
    assert_eq!(ann.get("/api/v1/me").await.code(401), "session_ended");
    let told = within("the rep hears of it", async {
        loop {
            let frame = of_rep.wait("event").await;
            if frame["kind"] == "deleted" && frame["data"]["erased"] == true {
                break frame;
            }
        }
    })
    .await;
    assert_eq!(told["conversation"], json!(served), "{told}");
    for id in [&served, &waiting] {
        let view = admin.view(id).await;
        assert_eq!(
            (&view["status"], &view["subject"]),
            (&json!("closed"), &json!("")),
        );
        // The one in line may have been the rep's by then.
        assert_ne!(view["resolution"], "resolved");
        assert_eq!(view["customer"]["name"], "erased");
        let log = admin.log(id).await;
        let plain = json!(log).to_string();
        assert!(!plain.contains("zebra"), "{plain}");
        let erased = log.iter().filter(|one| one["data"]["erased"] == true);
        let kinds: Vec<_> = erased.map(|one| one["kind"].as_str().unwrap()).collect();
        let tellers = kinds.iter().filter(|kind| **kind == "deleted").count();
        assert_eq!(tellers, 1, "{kinds:?}");
        let seqs: Vec<_> = log.iter().map(|one| one["seq"].as_i64().unwrap()).collect();
        assert_eq!(seqs, (1..=log.len() as i64).collect::<Vec<_>>());
    }
    for id in [&file["id"], &unsent["id"]] {
        let path = format!("/api/v1/attachments/{}", id.as_str().unwrap());
        assert_eq!(admin.get(&path).await.code(404), "not_found");
        let file = id.as_str().unwrap();
        let folders = std::fs::read_dir(world.settings.attachments()).unwrap();
        assert!(folders.flatten().all(|one| !one.path().join(file).exists()));
    }
    let found = admin.get("/api/v1/search?q=zebra").await.ok(200);
    assert_eq!(found["items"], json!([]));
    let path = format!("/api/v1/people/{}", ann.id);
    let account = admin.get(&path).await.ok(200);
    assert!(account["erased_at"].is_i64(), "{account}");
    for field in [
        "username",
        "email",
        "phone",
        "first_name",
        "city",
        "picture",
    ] {
        assert!(
            [json!(""), Value::Null].contains(&account[field]),
            "{account}"
        );
    }
    // His names are free.
    let again = json!({ "username": ann.name, "password": PASSWORD });
    admin.post("/api/v1/customers", again).await.ok(201);
    is_whole(world).await;
}

async fn his_conversations_stay_as_they_are_from_then_on(world: &World) {
    let (admin, ann) = (world.admin().await, register(world, 0).await);
    let rep = world.rep(1, 5).await;
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    rep.close(&id).await.ok(200);
    erase_whole(&admin, &ann).await;
    let note = json!({ "client_id": client_id(), "text": "a zebra" });
    let message = json!({ "client_id": client_id(), "text": "a zebra" });
    for (what, body, code) in [
        ("reopen", json!({}), "wrong_state"),
        ("notes", note, "wrong_state"),
        ("messages", message, "conversation_closed"),
    ] {
        assert_eq!(rep.act(&id, what, body).await.code(409), code, "{what}");
    }
    let path = |what: &str| format!("/api/v1/people/{}{what}", ann.id);
    let profile = json!({ "display_name": "Ann" });
    assert_eq!(
        admin.patch(&path(""), profile).await.code(409),
        "wrong_state"
    );
    for what in ["/enable", "/password-link"] {
        let answer = admin.post(&path(what), json!({})).await;
        assert_eq!(answer.code(409), "wrong_state", "{what}");
    }
    let login = json!({ "login": ann.name, "password": PASSWORD });
    let answer = ann.post("/api/v1/sessions", login).await;
    assert_eq!(answer.code(401), "login_failed");
    is_whole(world).await;
}

async fn an_erased_rep_leaves_his_words_without_his_name(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let (boss, other) = (world.admin().await, world.rep(2, 5).await);
    let (active, closed) = (ann.open().await, ann.open().await);
    // An admin who has a rep's hands would be one of his queues; here one joins, and one serves.
    let rep = world.rep(1, 5).await;
    for id in [&active, &closed] {
        rep.claim(id).await.ok(200);
        rep.say(id, "the parcel is next door").await;
    }
    rep.close(&closed).await.ok(200);
    let watched = ann.open().await;
    other.claim(&watched).await.ok(200);
    boss.act(&watched, "join", json!({})).await.ok(200);
    let new = json!({ "name": "a machine", "scopes": ["read"] });
    let key = boss.post("/api/v1/api-keys", new).await.ok(201);
    let machine = Person {
        token: key["key"].as_str().unwrap().into(),
        ..boss.clone()
    };
    machine.get("/api/v1/me").await.ok(200);
    let path = format!("/api/v1/customers/{}/personal-rep", ann.id);
    admin.put(&path, json!({ "rep": rep.id })).await.ok(200);

    erase_whole(&admin, &rep).await;
    erase_whole(&admin, &boss).await;

    assert_eq!(machine.get("/api/v1/me").await.code(401), "token_invalid");
    let view = ann.view(&active).await;
    // It is in line again, and another may have got it by now.
    assert_ne!(view["rep"]["id"], json!(rep.id), "{view}");
    assert_eq!(ann.view(&closed).await["last_rep"]["name"], "erased");
    for id in [&active, &closed] {
        let log = json!(ann.log(id).await).to_string();
        assert!(log.contains("the parcel is next door"), "{log}");
    }
    let log = ann.log(&watched).await;
    let names: Vec<_> = log
        .iter()
        .filter(|one| ["joined", "left"].contains(&one["kind"].as_str().unwrap()))
        .map(|one| one["data"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["erased", "erased"]);
    let customer = admin
        .get(&format!("/api/v1/customers/{}", ann.id))
        .await
        .ok(200);
    assert_eq!(customer["personal_rep"], Value::Null);
    let reps = admin.get("/api/v1/reps").await.ok(200);
    let row = reps.as_array().unwrap().iter();
    let row = row.clone().find(|one| one["id"] == json!(rep.id)).unwrap();
    assert_eq!(
        (&row["queues"], &row["availability"], &row["load"]),
        (&json!([]), &json!("offline"), &json!(0)),
    );
    is_whole(world).await;
}

async fn the_last_admin_stays_and_nobody_erases_himself(world: &World) {
    let (one, two) = (world.admin().await, world.admin().await);
    assert_eq!(erase(&one, &one).await.code(409), "wrong_state");
    let own = json!({ "password": PASSWORD });
    assert_eq!(
        one.post("/api/v1/me/erase", own).await.code(403),
        "forbidden"
    );
    // At once, each the other: one stays.
    let (there, back) = (one.at(world.base(0)), two.at(world.base(1)));
    let (first, second) = futures_util::join!(erase(&there, &two), erase(&back, &one));
    let mut told = [first.status, second.status];
    told.sort_unstable();
    assert_eq!(told[0], 202, "{} {}", first.body, second.body);
    assert!([401, 409].contains(&told[1]), "{told:?}");
    let left = if first.status == 202 { &one } else { &two };
    left.get("/api/v1/me").await.ok(200);
    let unknown = Person::new(UserId::new(), "x".into(), left.base.clone(), String::new());
    assert_eq!(erase(left, &unknown).await.code(404), "not_found");
    let all = async || {
        let read = |conn: &mut Conn| Ok(erasures::under_way(conn, 10)?);
        world.nodes[0]
            .app
            .store
            .read(read)
            .await
            .unwrap()
            .is_empty()
    };
    until("all are erased", all).await;
}

async fn a_customer_erases_himself_with_his_password(world: &World) {
    let (ann, bob) = (register(world, 0).await, world.customer(1).await);
    let id = ann.open().await;
    let mut socket = ann.socket().await;
    let erase = |password: &str| {
        let (ann, body) = (ann.clone(), json!({ "password": password }));
        async move { ann.post("/api/v1/me/erase", body).await }
    };
    assert_eq!(erase("wrong horse").await.code(422), "validation_failed");
    ann.get("/api/v1/me").await.ok(200);
    let begun = erase(PASSWORD).await.ok(202);
    assert_eq!(begun["person"], json!(ann.id));
    assert_eq!(socket.closed().await, Some(4100));
    assert_eq!(erase(PASSWORD).await.code(401), "session_ended");
    let admin = world.admin().await;
    let number = admin.get(&format!("/api/v1/people/{}", ann.id)).await;
    let number = number.ok(200)["number"].to_string();
    let path = format!("/api/v1/people/{}/erase", ann.id);
    until("he is erased", async || {
        let answer = admin.post(&path, json!({ "confirm": number })).await;
        answer.status == 200
    })
    .await;
    assert_eq!(admin.view(&id).await["status"], "closed");
    // He did so himself.
    let entries = admin.get("/api/v1/audit?act=user_erased").await.ok(200);
    assert_eq!(entries["items"][0]["actor"]["id"], json!(ann.id));
    assert_eq!(entries["items"].as_array().unwrap().len(), 1);
    bob.get("/api/v1/me").await.ok(200);
}

async fn long_logs_go_in_parts(world: &World) {
    let (admin, ann) = (world.admin().await, register(world, 0).await);
    let rep = world.rep(0, 5).await;
    let (long, short) = (ann.open().await, ann.open().await);
    for number in 0..erasures::PART * 2 + 30 {
        ann.say(&long, &format!("zebra {number}")).await;
    }
    ann.say(&short, "zebra").await;
    for id in [&long, &short] {
        rep.claim(id).await.ok(200);
    }
    // Others go on meanwhile.
    let bob = world.customer(1).await;
    let his = bob.open().await;
    let erasing = erase_whole(&admin, &ann);
    let talking = async {
        for number in 0..20 {
            bob.say(&his, &format!("yak {number}")).await;
        }
    };
    let (done, ()) = futures_util::join!(erasing, talking);
    assert!(
        done["entries"].as_i64().unwrap() > erasures::PART * 2,
        "{done}"
    );
    for id in [&long, &short] {
        let log = json!(admin.log(id).await).to_string();
        assert!(!log.contains("zebra"));
    }
    let found = admin.get("/api/v1/search?q=yak").await.ok(200);
    assert!(!found["items"].as_array().unwrap().is_empty());
    is_whole(world).await;
}

#[actix_web::test]
async fn where_customers_may_not_they_do_not() {
    let world = World::embedded_with(|settings| settings.customers_may_erase = false).await;
    let ann = register(&world, 0).await;
    let own = json!({ "password": PASSWORD });
    assert_eq!(
        ann.post("/api/v1/me/erase", own).await.code(403),
        "forbidden"
    );
    ann.get("/api/v1/me").await.ok(200);
    world.end().await;
}
