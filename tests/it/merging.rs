//! A visitor says who he is: what he began is the account's, whole and once, with proof of both.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use switchboard::settings::Settings;
use switchboard::store::identities::{self as rows, Identity};
use switchboard::store::{Conn, checks, conversations, sessions};
use switchboard::words::{SessionId, UserId, now};

use crate::doctor::tamper;
use crate::erasing::{erase_whole, is_whole, register};
use crate::harness::{World, client_id, until};
use crate::identities::{identify, signed};
use crate::on_both_with;
use crate::person::{Answer, Person};
use crate::visitors::{nobody, visitor, widget};

on_both_with!(
    doorbell_only;
    what_a_visitor_began_is_the_accounts,
    what_waits_keeps_its_place,
    who_could_sign_in_is_taken_over_by_nobody,
    of_two_accounts_one_has_it,
    what_is_too_much_changes_nothing,
    what_is_opened_meanwhile_is_nobodys_loss,
    a_user_of_a_host_takes_along_what_he_began,
    of_who_was_a_visitor_nothing_is_left,
    who_has_read_it_as_staff_has_one_mark,
);

fn doorbell_only(settings: &mut Settings) {
    settings.position_check_ms = 600_000;
    settings.open_per_customer_max = 4;
}

async fn merge(account: &Person, visitor: &Person) -> Answer {
    let body = json!({ "token": visitor.token });
    account.post("/api/v1/me/visitor", body).await
}

/// Uploads a small text and sends it; answers its id.
async fn sends_file(who: &Person, conversation: &str) -> String {
    let file = json!({ "name": "a.txt", "content": BASE64_STANDARD.encode("receipt") });
    let made = who.post("/api/v1/attachments/inline", file).await.ok(201);
    let id = made["id"].as_str().unwrap().to_owned();
    let message = json!({ "client_id": client_id(), "attachments": [id] });
    who.act(conversation, "messages", message).await.ok(201);
    id
}

/// What an account of an admin's page of all conversations knows of them.
async fn of_customer(admin: &Person, customer: UserId) -> Vec<Value> {
    let path = format!("/api/v1/conversations?customer={customer}");
    admin.get(&path).await.ok(200)["items"]
        .as_array()
        .unwrap()
        .clone()
}

async fn what_a_visitor_began_is_the_accounts(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(1).await);
    let vera = visitor(world, 0, None).await;
    let rep = world.rep(2, 5).await;
    let mut of_rep = rep.socket().await;
    let over = vera.open().await;
    vera.say(&over, "an earlier parcel").await;
    vera.close(&over).await.ok(200);
    let id = vera.open().await;
    until("a rep has it", async || {
        vera.view(&id).await["status"] == "active"
    })
    .await;
    let first = vera.say(&id, "where is my zebra?").await["seq"]
        .as_i64()
        .unwrap();
    let second = vera.say(&id, "it is late").await["seq"].as_i64().unwrap();
    let path = format!("/api/v1/conversations/{id}/messages");
    let delete = format!("{path}/{second}");
    vera.delete(&delete).await.ok(200);
    let file = sends_file(&vera, &id).await;
    rep.say(&id, "I look").await;
    rep.say(&id, "it comes tomorrow").await;
    let read = vera.log(&id).await.last().unwrap()["seq"].as_i64().unwrap();
    let mark = format!("/api/v1/conversations/{id}/read");
    vera.put(&mark, json!({ "seq": read - 1 })).await.ok(200);
    let unsent = json!({ "name": "b.txt", "content": BASE64_STANDARD.encode("later") });
    let unsent = vera
        .post("/api/v1/attachments/inline", unsent)
        .await
        .ok(201);
    let (was, log) = (vera.view(&id).await, vera.log(&id).await);

    let (mut of_vera, mut of_ann) = (vera.socket().await, ann.socket().await);
    merge(&ann, &vera).await.ok(204);
    assert_eq!(of_vera.closed().await, Some(4100));
    assert_eq!(vera.get("/api/v1/me").await.code(401), "session_ended");
    // What is over is told to who served it, too.
    let of_it = |frame: &Value| frame["kind"] == "renamed" && frame["conversation"] == json!(id);
    let told = of_rep.wait_for(of_it).await;
    let renamed = json!({ "customer_id": ann.id, "was": vera.id, "name": ann.name });
    assert_eq!(told["data"], renamed);
    // The account's socket has all of it, and is told what it has not read.
    let told = of_ann.event("opened").await;
    assert_eq!(told["conversation"], json!(id));
    of_ann.event("renamed").await;

    let is = ann.view(&id).await;
    for field in [
        "number",
        "status",
        "queue",
        "rep",
        "epoch",
        "created_at",
        "priority",
    ] {
        assert_eq!(is[field], was[field], "{field}");
    }
    assert_eq!(is["customer"]["id"], json!(ann.id));
    let listed = ann.get("/api/v1/conversations").await.ok(200);
    let listed = listed["items"].as_array().unwrap().iter();
    let listed: Vec<_> = listed.filter(|one| one["id"] == json!(id)).collect();
    assert_eq!(listed[0]["unread"], 1, "{listed:?}");
    let now_so = ann.log(&id).await;
    assert_eq!(now_so.len(), log.len() + 1);
    for (was, is) in log.iter().zip(&now_so) {
        let own = was["sender_id"] == json!(vera.id);
        let sender = if own {
            json!(ann.id)
        } else {
            was["sender_id"].clone()
        };
        assert_eq!((&is["seq"], &is["kind"]), (&was["seq"], &was["kind"]));
        assert_eq!((&is["sender_id"], &is["text"]), (&sender, &was["text"]));
    }
    assert!(
        !json!(now_so[..log.len()])
            .to_string()
            .contains(&vera.id.to_string())
    );
    // He goes on as who wrote it: edits, files, the search.
    let edit = json!({ "text": "where is my giraffe?" });
    ann.put(&format!("{path}/{first}"), edit).await.ok(200);
    ann.get(&format!("/api/v1/attachments/{file}"))
        .await
        .ok(200);
    let message = json!({ "client_id": client_id(), "attachments": [unsent["id"]] });
    ann.act(&id, "messages", message).await.ok(201);
    rep.say(&id, "here it is").await;
    of_ann.event("message").await;
    until("the search finds it", async || {
        let found = ann.get("/api/v1/search?q=giraffe").await.ok(200);
        found["items"]
            .as_array()
            .is_some_and(|items| items.len() == 1)
    })
    .await;
    assert_eq!(ann.view(&over).await["status"], "closed");
    assert_eq!(ann.kinds(&over).await.last().unwrap(), "renamed");
    assert_eq!(of_customer(&admin, ann.id).await.len(), 2);
    assert_eq!(of_customer(&admin, vera.id).await, Vec::<Value>::new());

    // Again it changes nothing, for another it is over.
    merge(&ann, &vera).await.ok(204);
    let kinds = ann.kinds(&over).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "renamed").count(), 1);
    let eve = world.customer(0).await;
    assert_eq!(merge(&eve, &vera).await.code(401), "session_ended");
    let read = |conn: &mut Conn| checks::run(conn);
    let found = world.nodes[0].app.store.read(read).await.unwrap();
    assert!(switchboard::doctor::is_well(&found));
}

async fn what_waits_keeps_its_place(world: &World) {
    let (ann, vera) = (world.customer(0).await, visitor(world, 1, None).await);
    let before = world.customer(0).await.open().await;
    let id = vera.open().await;
    let behind = world.customer(0).await.open().await;
    merge(&ann, &vera).await.ok(204);
    let waiting = world.row(&id).await;
    assert_eq!(waiting.customer_id, ann.id);
    assert_eq!(waiting.status.to_string(), "waiting");
    // Reps get them in the order in which they came.
    let rep = world.rep(2, 1).await;
    let mut socket = rep.socket().await;
    for expected in [&before, &id, &behind] {
        let assigned = socket.wait("assigned").await;
        assert_eq!(assigned["conversation"]["id"], **expected);
        // The account ends its own: the engine knows the row as it is.
        let who = if *expected == id { &ann } else { &rep };
        who.close(expected).await.ok(200);
    }
}

async fn bind(world: &World, to: UserId) {
    let row = Identity {
        provider: "telegram".into(),
        subject: to.to_string(),
        user_id: to,
        name: None,
        email: None,
        created_at: now(),
    };
    let write = move |conn: &mut Conn| Ok(rows::insert(conn, &row).map(drop)?);
    world.nodes[0].app.store.write(write).await.unwrap();
}

async fn who_could_sign_in_is_taken_over_by_nobody(world: &World) {
    let (ann, eve) = (world.customer(0).await, world.customer(1).await);
    let (rep, admin) = (world.rep(0, 1).await, world.admin().await);
    let (vera, vito) = (visitor(world, 0, None).await, visitor(world, 1, None).await);
    let id = vera.open().await;
    // An account's own token is no visitor's.
    assert_eq!(merge(&eve, &ann).await.code(401), "token_invalid");
    // A visitor proves nothing by being another one, or himself.
    assert_eq!(merge(&vito, &vera).await.code(409), "wrong_state");
    assert_eq!(merge(&vera, &vera).await.code(409), "wrong_state");
    for who in [&rep, &admin] {
        assert_eq!(merge(who, &vera).await.code(403), "forbidden");
    }
    let mut guess = vera.clone();
    guess.token.replace_range(60.., "00000000");
    assert_eq!(merge(&eve, &guess).await.code(401), "token_invalid");
    // Who is known elsewhere is no visitor any more, and takes over another one.
    bind(world, vera.id).await;
    assert_eq!(merge(&eve, &vera).await.code(409), "wrong_state");
    assert_eq!(world.row(&id).await.customer_id, vera.id);
    vera.get("/api/v1/me").await.ok(200);
    merge(&vera, &vito).await.ok(204);
    // Whose login has ended has nothing to show.
    let gone = visitor(world, 0, None).await;
    gone.open().await;
    gone.delete("/api/v1/sessions/current").await.ok(204);
    assert_eq!(merge(&eve, &gone).await.code(401), "session_ended");
}

async fn of_two_accounts_one_has_it(world: &World) {
    let vera = visitor(world, 0, None).await;
    let id = vera.open().await;
    let (ann, eve) = (world.customer(1).await, world.customer(2).await);
    let (one, other) = join(merge(&ann, &vera), merge(&eve, &vera)).await;
    let mut answers = [one.status, other.status];
    answers.sort_unstable();
    assert_eq!(answers, [204, 401]);
    let whose = if one.status == 204 { &ann } else { &eve };
    assert_eq!(world.row(&id).await.customer_id, whose.id);
    let renamed = whose.kinds(&id).await;
    assert_eq!(renamed.iter().filter(|kind| *kind == "renamed").count(), 1);
}

async fn what_is_too_much_changes_nothing(world: &World) {
    let (ann, vera) = (world.customer(0).await, visitor(world, 1, None).await);
    let mut his = Vec::new();
    for _ in 0..2 {
        his.push(vera.open().await);
    }
    for _ in 0..3 {
        ann.open().await;
    }
    assert_eq!(merge(&ann, &vera).await.code(409), "too_many_open");
    assert_eq!(world.row(&his[0]).await.customer_id, vera.id);
    vera.close(&his[0]).await.ok(200);
    merge(&ann, &vera).await.ok(204);
    assert_eq!(world.row(&his[0]).await.customer_id, ann.id);

    // The same command here and there: each stays what it was, and is found by nobody's retry.
    let (bob, vito) = (world.customer(0).await, visitor(world, 0, None).await);
    let open = json!({ "client_id": client_id(), "subject": "help" });
    let mine = bob
        .post("/api/v1/conversations", open.clone())
        .await
        .ok(201);
    let his = vito
        .post("/api/v1/conversations", open.clone())
        .await
        .ok(201);
    merge(&bob, &vito).await.ok(204);
    let again = bob.post("/api/v1/conversations", open).await.ok(200);
    assert_eq!(
        (&again["id"], again["id"] != his["id"]),
        (&mine["id"], true)
    );
    assert_eq!(
        bob.view(his["id"].as_str().unwrap()).await["customer"]["id"],
        json!(bob.id)
    );
}

async fn what_is_opened_meanwhile_is_nobodys_loss(world: &World) {
    for turn in 0..4 {
        let (ann, vera) = (world.customer(turn).await, visitor(world, turn, None).await);
        let opening = join_all((0..3).map(async |at| {
            let body = json!({ "client_id": client_id() });
            let vera = vera.at(world.base(turn + at));
            vera.post("/api/v1/conversations", body).await
        }));
        let (merged, opened) = join(merge(&ann, &vera), opening).await;
        merged.ok(204);
        for answer in opened {
            match answer.status {
                201 => {
                    let row = world.row(answer.body["id"].as_str().unwrap()).await;
                    assert_eq!(row.customer_id, ann.id);
                }
                _ => assert_eq!(answer.code(401), "session_ended"),
            }
        }
        let id = vera.id;
        let left = move |conn: &mut Conn| Ok(conversations::count_open_of(conn, id)?);
        assert_eq!(world.nodes[0].app.store.read(left).await.unwrap(), 0);
        for one in ann.get("/api/v1/conversations").await.ok(200)["items"]
            .as_array()
            .unwrap()
        {
            ann.close(one["id"].as_str().unwrap()).await.ok(200);
        }
    }
}

async fn a_user_of_a_host_takes_along_what_he_began(world: &World) {
    let admin = world.admin().await;
    let shop = widget(&admin, json!({ "name": "Shop" })).await;
    let vera = visitor(world, 0, Some(&shop["id"])).await;
    let id = vera.open().await;
    let token = signed(shop["secret"].as_str().unwrap(), "7");
    let answer = identify(world, 1, &shop["id"], &token).await.ok(200);
    let mut he = nobody(world, 1);
    he.token = answer["access_token"].as_str().unwrap().into();
    merge(&he, &vera).await.ok(204);
    let mine = he.get("/api/v1/conversations").await.ok(200);
    assert_eq!(mine["items"][0]["id"], json!(id));
    assert_eq!(mine["items"][0]["customer"]["id"], answer["user"]["id"]);
}

async fn of_who_was_a_visitor_nothing_is_left(world: &World) {
    let (admin, ann) = (world.admin().await, register(world, 0).await);
    let shop = widget(&admin, json!({ "name": "Shop" })).await;
    let vera = visitor(world, 1, Some(&shop["id"])).await;
    let profile = json!({ "first_name": "Vera", "city": "Ulm" });
    vera.patch("/api/v1/me", profile).await.ok(200);
    let id = vera.open().await;
    vera.say(&id, "where is my zebra?").await;
    merge(&ann, &vera).await.ok(204);
    let known = async |id: UserId| admin.get(&format!("/api/v1/people/{id}")).await.ok(200);
    let told = admin.last(&id, "renamed").await["data"]["name"].clone();
    assert_eq!(told, known(ann.id).await["display_name"]);
    // He goes at once, whatever becomes of the account.
    let account = known(vera.id).await;
    assert_eq!(account["display_name"], "erased");
    assert!(account["erased_at"].is_i64(), "{account}");
    for field in ["first_name", "city"] {
        assert_eq!(account[field], "", "{account}");
    }
    let gone = move |conn: &mut Conn| {
        let logins = sessions::all_after(conn, vera.id, SessionId(uuid::Uuid::nil()), 10)?;
        Ok(logins
            .iter()
            .all(|one| one.agent.is_empty() && one.address.is_empty()))
    };
    assert!(world.nodes[0].app.store.read(gone).await.unwrap());

    erase_whole(&admin, &ann).await;
    let told = admin.last(&id, "renamed").await;
    assert_eq!(told["data"]["name"], "erased", "{told}");
    let log = json!(admin.log(&id).await).to_string();
    assert!(!log.contains("zebra") && !log.contains(&ann.name), "{log}");
    is_whole(world).await;
}

async fn who_has_read_it_as_staff_has_one_mark(world: &World) {
    let (ann, vera) = (world.customer(0).await, visitor(world, 1, None).await);
    let id = vera.open().await;
    let read = format!("/api/v1/conversations/{id}/read");
    vera.put(&read, json!({ "seq": 1 })).await.ok(200);
    let as_staff = "INSERT INTO marks
        (conversation_id, user_id, staff, read_seq, told_seq, delivered_seq)
        VALUES ({0}, {1}, TRUE, 1, 0, 0)";
    tamper(world, as_staff, &[id.parse().unwrap(), ann.id.0]).await;
    merge(&ann, &vera).await.ok(204);
    assert_eq!(world.broken().await, Vec::<String>::new());
}
