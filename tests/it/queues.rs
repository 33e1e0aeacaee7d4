//! Queues as admins make them: their policy, their reps, their order, their end.

use serde_json::{Value, json};
use switchboard::desk::LIMITS;
use switchboard::words::{QueueId, UserId};

use crate::harness::{World, client_id, until};
use crate::on_both;
use crate::person::{Answer, Person};
use crate::process::Process;

on_both!(
    a_queue_is_made_changed_and_seen_everywhere,
    a_wrong_policy_is_refused_with_every_field,
    a_name_belongs_to_one_queue,
    the_order_says_where_those_wait_who_name_none,
    a_queue_ends_when_nothing_is_open_in_it,
    two_admins_do_not_delete_the_last_two,
    changes_at_once_do_not_undo_each_other,
    a_rep_serves_the_queues_he_is_given,
    a_queue_is_served_by_the_reps_it_is_given,
);

/// Makes a queue; answers its id.
pub async fn make(admin: &Person, body: Value) -> String {
    let view = admin.post("/api/v1/queues", body).await.ok(201);
    view["id"].as_str().unwrap().to_owned()
}

pub async fn change(admin: &Person, queue: &str, body: Value) -> Value {
    let path = format!("/api/v1/queues/{queue}");
    admin.patch(&path, body).await.ok(200)
}

/// The queue that every database begins with.
pub async fn first(anyone: &Person) -> String {
    let list = anyone.get("/api/v1/queues").await.ok(200);
    list[0]["id"].as_str().unwrap().to_owned()
}

pub async fn try_open(customer: &Person, queue: &str) -> Answer {
    let body = json!({ "client_id": client_id(), "queue": queue });
    customer.post("/api/v1/conversations", body).await
}

/// Opens a conversation in a queue; answers its id.
pub async fn open_in(customer: &Person, queue: &str) -> String {
    let view = try_open(customer, queue).await.ok(201);
    view["id"].as_str().unwrap().to_owned()
}

pub async fn is(world: &World, conversation: &str, status: &str) {
    let what = format!("{conversation} is {status}");
    until(&what, async || world.status(conversation).await == status).await;
}

/// The rep who has it now.
pub async fn rep_of(anyone: &Person, conversation: &str) -> Value {
    let path = format!("/api/v1/conversations/{conversation}");
    anyone.get(&path).await.ok(200)["rep"]["id"].clone()
}

/// Says which queues a rep serves.
pub async fn serve(admin: &Person, rep: &Person, queues: &[&str]) -> Value {
    let path = format!("/api/v1/reps/{}/queues", rep.id);
    let body = json!({ "queues": queues });
    admin.put(&path, body).await.ok(200)
}

/// Every node has told the line what SQL says, and has settled what it proposed.
pub async fn all_is_told(world: &World) {
    for node in &world.nodes {
        node.app.desk.reconcile().await.unwrap();
    }
}

fn ids(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one["id"].as_str().unwrap()).collect()
}

fn wrong(answer: Answer) -> Vec<String> {
    let body = answer.ok(422);
    assert_eq!(body["code"], "validation_failed");
    let fields = body["errors"].as_array().unwrap().iter();
    fields
        .map(|one| one["field"].as_str().unwrap().to_owned())
        .collect()
}

async fn a_queue_is_made_changed_and_seen_everywhere(world: &World) {
    let (admin, rep, ann) = (
        world.admin().await,
        world.rep(1, 5).await,
        world.customer(2).await,
    );
    let made = admin
        .post("/api/v1/queues", json!({ "name": " Billing " }))
        .await
        .ok(201);
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        (&made["name"], &made["position"]),
        (&json!("Billing"), &json!(1))
    );
    assert_eq!(
        (&made["mode"], &made["open"]),
        (&json!("auto"), &json!(true))
    );
    assert_eq!(
        (&made["offer_ms"], &made["first_reply_ms"]),
        (&json!(20_000), &json!(null))
    );
    assert_eq!(made["reps"], json!([{ "id": rep.id, "name": rep.name }]));

    let change_to = json!({
        "description": "Bills\nand dunning", "first_reply_ms": 90_000, "draining": true,
        "fallback_queue_id": first(&ann).await,
    });
    let changed = change(&admin.at(world.base(1)), id, change_to.clone()).await;
    for (field, value) in change_to.as_object().unwrap() {
        assert_eq!(&changed[field], value, "{field}");
    }
    assert_eq!(
        (&changed["name"], &changed["offer_ms"]),
        (&json!("Billing"), &json!(20_000))
    );
    let path = format!("/api/v1/queues/{id}");
    assert_eq!(rep.at(world.base(2)).get(&path).await.ok(200), changed);
    let back =
        json!({ "first_reply_ms": null, "fallback_queue_id": null, "abandon_after_ms": null });
    let back = change(&admin, id, back).await;
    for field in ["first_reply_ms", "fallback_queue_id", "abandon_after_ms"] {
        assert_eq!(back[field], json!(null), "{field}");
    }

    // A customer sees where he may wait, and no more.
    let list = ann.get("/api/v1/queues").await.ok(200);
    let seen = json!({
        "id": id, "name": "Billing", "description": "Bills\nand dunning", "position": 1,
        "open": false, "takes_messages": true, "staffed": false, "hours": null,
    });
    assert_eq!(list[1], seen);
    assert_eq!(list[0]["open"], true);
    assert_eq!(ann.get(&path).await.code(403), "forbidden");
    let unknown = format!("/api/v1/queues/{}", QueueId::new());
    assert_eq!(rep.get(&unknown).await.code(404), "not_found");
    assert_eq!(
        admin.patch(&unknown, json!({})).await.code(404),
        "not_found"
    );
    assert_eq!(admin.delete(&unknown).await.code(404), "not_found");
}

async fn a_wrong_policy_is_refused_with_every_field(world: &World) {
    let admin = world.admin().await;
    let id = make(&admin, json!({ "name": "Billing" })).await;
    let path = format!("/api/v1/queues/{id}");
    let before = admin.get(&path).await.ok(200);
    for limit in LIMITS {
        for bad in [limit.least - 1, limit.most + 1, i64::MIN, i64::MAX] {
            let answer = admin.patch(&path, json!({ limit.field: bad })).await;
            assert_eq!(wrong(answer), [limit.field], "{bad}");
        }
        for fine in [limit.least, limit.most] {
            let now = change(&admin, &id, json!({ limit.field: fine })).await;
            assert_eq!(now[limit.field], fine, "{}", limit.field);
        }
        change(&admin, &id, json!({ limit.field: before[limit.field] })).await;
    }
    let long = "x".repeat(101);
    for (field, bad) in [
        ("name", json!("")),
        ("name", json!(" \t ")),
        ("name", json!("a\nb")),
        ("name", json!(long)),
        ("name", json!(null)),
        ("description", json!("x".repeat(1_001))),
        ("description", json!("a\u{0}b")),
        ("mode", json!("automatic")),
        ("draining", json!("yes")),
        ("offer_ms", json!(null)),
        ("fallback_queue_id", json!(id)),
        ("fallback_queue_id", json!(QueueId::new())),
        ("reps", json!([UserId::new()])),
        ("reps", json!([admin.id])),
        ("position", json!(0)),
    ] {
        assert_eq!(
            wrong(admin.patch(&path, json!({ field: bad })).await),
            [field],
            "{bad}"
        );
    }
    let several = json!({ "name": "", "offer_ms": 1, "wrap_ms": -1, "fallback_queue_id": id });
    let several = admin.patch(&path, several).await;
    assert_eq!(
        wrong(several),
        ["name", "offer_ms", "wrap_ms", "fallback_queue_id"]
    );
    let unnamed = admin
        .post("/api/v1/queues", json!({ "mode": "manual" }))
        .await;
    assert_eq!(wrong(unnamed), ["name"]);
    assert_eq!(
        admin.get(&path).await.ok(200),
        before,
        "nothing has come of it"
    );
    assert_eq!(
        admin
            .get("/api/v1/queues")
            .await
            .ok(200)
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

async fn a_name_belongs_to_one_queue(world: &World) {
    let admin = world.admin().await;
    let id = make(&admin, json!({ "name": "Ärger" })).await;
    let again = admin
        .post("/api/v1/queues", json!({ "name": " äRGER" }))
        .await;
    assert_eq!(again.code(409), "queue_name_taken");
    let path = format!("/api/v1/queues/{id}");
    let taken = admin.patch(&path, json!({ "name": "support" })).await;
    assert_eq!(taken.code(409), "queue_name_taken");
    let own = change(&admin, &id, json!({ "name": "ärger" })).await;
    assert_eq!(own["name"], "ärger");
}

async fn the_order_says_where_those_wait_who_name_none(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(1).await);
    let support = first(&ann).await;
    let billing = make(&admin, json!({ "name": "Billing" })).await;
    let sales = make(&admin, json!({ "name": "Sales" })).await;
    let path = "/api/v1/queues/order";
    let order = |order: &[&String]| json!({ "queues": order });
    let unknown = QueueId::new().to_string();
    for bad in [
        order(&[]),
        order(&[&billing, &sales]),
        order(&[&billing, &sales, &support, &support]),
        order(&[&billing, &billing, &support]),
        order(&[&billing, &unknown, &support]),
    ] {
        assert_eq!(wrong(admin.put(path, bad).await), ["queues"]);
    }
    let to = order(&[&sales, &support, &billing]);
    let list = admin.put(path, to).await.ok(200);
    assert_eq!(ids(&list), [&sales, &support, &billing]);
    let seen = ann.at(world.base(2)).get("/api/v1/queues").await.ok(200);
    assert_eq!(seen, list);
    let open = json!({ "client_id": client_id() });
    let view = ann.post("/api/v1/conversations", open).await.ok(201);
    assert_eq!(view["queue"]["id"], sales.as_str());
    let last = make(&admin, json!({ "name": "Last" })).await;
    let list = ann.get("/api/v1/queues").await.ok(200);
    assert_eq!(ids(&list), [&sales, &support, &billing, &last]);
}

async fn a_queue_ends_when_nothing_is_open_in_it(world: &World) {
    let (admin, rep, ann) = (
        world.admin().await,
        world.rep(1, 5).await,
        world.customer(2).await,
    );
    let support = first(&ann).await;
    let path = |id: &str| format!("/api/v1/queues/{id}");
    assert_eq!(admin.delete(&path(&support)).await.code(409), "last_queue");
    let billing = make(&admin, json!({ "name": "Billing" })).await;
    let fallback = change(&admin, &support, json!({ "fallback_queue_id": billing })).await;
    assert_eq!(fallback["fallback_queue_id"], billing.as_str());
    let in_use = admin.delete(&path(&billing)).await.ok(409);
    assert_eq!(in_use["code"], "queue_in_use");
    assert!(
        in_use["detail"].as_str().unwrap().contains("Support"),
        "{in_use}"
    );
    change(&admin, &support, json!({ "fallback_queue_id": null })).await;

    let body = json!({ "client_id": client_id(), "queue": billing, "text": "hello" });
    let view = ann
        .post("/api/v1/conversations", body.clone())
        .await
        .ok(201);
    let chat = view["id"].as_str().unwrap();
    assert_eq!(
        admin.delete(&path(&billing)).await.code(409),
        "queue_not_empty"
    );
    rep.claim(chat).await.ok(200);
    assert_eq!(
        admin.delete(&path(&billing)).await.code(409),
        "queue_not_empty"
    );
    ann.close(chat).await.ok(200);
    admin.delete(&path(&billing)).await.ok(204);

    // It is gone for everybody, on every node.
    let list = ann.at(world.base(1)).get("/api/v1/queues").await.ok(200);
    assert_eq!(ids(&list), [&support]);
    assert_eq!(admin.get(&path(&billing)).await.code(404), "not_found");
    assert_eq!(admin.delete(&path(&billing)).await.code(404), "not_found");
    assert_eq!(wrong(try_open(&ann, &billing).await), ["queue"]);
    let seen = admin.get("/api/v1/reps").await.ok(200);
    assert_eq!(ids(&seen[0]["queues"]), [&support]);
    let other = open_in(&ann, &support).await;
    let to = json!({ "queue": billing });
    let transfer = format!("/api/v1/conversations/{other}/transfer");
    assert_eq!(wrong(admin.post(&transfer, to).await), ["queue"]);
    let to = json!({ "fallback_queue_id": billing });
    assert_eq!(
        wrong(admin.patch(&path(&support), to).await),
        ["fallback_queue_id"]
    );

    // What has ended in it can be read, and its opening repeated; nothing new comes of it.
    let read = format!("/api/v1/conversations/{chat}");
    assert_eq!(ann.get(&read).await.ok(200)["queue"]["name"], "Billing");
    assert!(ann.log(chat).await.len() >= 4);
    let again = ann.post("/api/v1/conversations", body).await.ok(200);
    assert_eq!(again["id"], chat);
    let reopen = ann.post(&format!("{read}/reopen"), json!({})).await;
    assert_eq!(reopen.code(409), "queue_closed");
    // Its name is free.
    make(&admin, json!({ "name": "Billing" })).await;
}

async fn two_admins_do_not_delete_the_last_two(world: &World) {
    let admin = world.admin().await;
    for round in 0..5 {
        let one = first(&admin).await;
        let other = make(&admin, json!({ "name": format!("Round {round}") })).await;
        let paths = [one, other].map(|id| format!("/api/v1/queues/{id}"));
        let admins = [admin.at(world.base(1)), admin.at(world.base(2))];
        let (a, b) = tokio::join!(admins[0].delete(&paths[0]), admins[1].delete(&paths[1]));
        let mut told = [a.status, b.status];
        told.sort();
        assert_eq!(told, [204, 409], "{a:?} {b:?}");
    }
}

async fn changes_at_once_do_not_undo_each_other(world: &World) {
    let admin = world.admin().await;
    let id = make(&admin, json!({ "name": "Billing" })).await;
    let path = format!("/api/v1/queues/{id}");
    let changes: Vec<_> = LIMITS
        .iter()
        .zip(0..)
        .map(|(limit, turn)| {
            let (admin, path) = (admin.at(world.base(turn)), path.clone());
            async move {
                admin
                    .patch(&path, json!({ limit.field: limit.least }))
                    .await
                    .ok(200)
            }
        })
        .collect();
    futures_util::future::join_all(changes).await;
    let now = admin.get(&path).await.ok(200);
    for limit in LIMITS {
        assert_eq!(now[limit.field], limit.least, "{}", limit.field);
    }
}

async fn a_rep_serves_the_queues_he_is_given(world: &World) {
    let (admin, rep, ann) = (
        world.admin().await,
        world.rep(1, 5).await,
        world.customer(2).await,
    );
    let support = first(&ann).await;
    let billing = make(&admin, json!({ "name": "Billing", "reps": [] })).await;
    let mut socket = rep.socket().await;
    let mine = open_in(&ann, &support).await;
    socket.wait("assigned").await;
    let waits = open_in(&ann, &billing).await;

    // From the new one he gets the next at once, from the old one nothing more.
    let view = serve(&admin, &rep, &[&billing]).await;
    assert_eq!(ids(&view["queues"]), [&billing]);
    let assigned = socket.wait("assigned").await;
    assert_eq!(assigned["conversation"]["id"], waits.as_str());
    assert_eq!(
        rep_of(&ann, &mine).await,
        json!(rep.id),
        "he keeps what he has"
    );
    let nobodys = open_in(&ann, &support).await;
    all_is_told(world).await;
    assert_eq!(world.status(&nobodys).await, "waiting");
    assert_eq!(rep.claim(&nobodys).await.code(404), "not_found");
    rep.say(&mine, "I go on with this one.").await;

    // Put back in line, it is not his any more, whoever else is there.
    let requeue = format!("/api/v1/conversations/{mine}/requeue");
    rep.post(&requeue, json!({})).await.ok(200);
    all_is_told(world).await;
    assert_eq!(world.status(&mine).await, "waiting");
    serve(&admin, &rep, &[]).await;
    let list = admin.at(world.base(2)).get("/api/v1/reps").await.ok(200);
    assert_eq!(list[0]["queues"], json!([]));
    let both = serve(&admin, &rep, &[&billing, &support, &support]).await;
    assert_eq!(
        ids(&both["queues"]),
        [&support, &billing],
        "in the order people see"
    );
    is(world, &nobodys, "active").await;

    let unknown = json!({ "queues": [support, QueueId::new()] });
    let path = format!("/api/v1/reps/{}/queues", rep.id);
    assert_eq!(wrong(admin.put(&path, unknown).await), ["queues"]);
    let nobody = format!("/api/v1/reps/{}/queues", UserId::new());
    assert_eq!(
        admin.put(&nobody, json!({ "queues": [] })).await.code(404),
        "not_found"
    );
}

async fn a_queue_is_served_by_the_reps_it_is_given(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(2).await);
    let (one, two) = (world.rep(0, 5).await, world.rep(1, 5).await);
    let support = first(&ann).await;
    let body = json!({ "name": "Billing", "reps": [two.id, two.id] });
    let billing = make(&admin, body).await;
    let path = format!("/api/v1/queues/{billing}");
    let reps = admin.get(&path).await.ok(200)["reps"].clone();
    assert_eq!(ids(&reps), [two.id.to_string()]);
    let waits = open_in(&ann, &billing).await;
    let mut socket = one.socket().await;
    all_is_told(world).await;
    assert_eq!(world.status(&waits).await, "waiting");
    // Given to another one, it is his at once.
    let now = change(
        &admin.at(world.base(2)),
        &billing,
        json!({ "reps": [one.id] }),
    )
    .await;
    assert_eq!(ids(&now["reps"]), [one.id.to_string()]);
    let assigned = socket.wait("assigned").await;
    assert_eq!(assigned["conversation"]["id"], waits.as_str());

    // A new rep serves all there are, unless it is said.
    let new = |name: &str| json!({ "username": name, "password": "correct horse" });
    let view = admin.post("/api/v1/reps", new("all")).await.ok(201);
    assert_eq!(ids(&view["queues"]), [&support, &billing]);
    let mut some = new("some");
    some["queues"] = json!([billing]);
    let view = admin.post("/api/v1/reps", some).await.ok(201);
    assert_eq!(ids(&view["queues"]), [&billing]);
    let mut none = new("none");
    none["queues"] = json!([QueueId::new()]);
    assert_eq!(wrong(admin.post("/api/v1/reps", none).await), ["queues"]);
}

/// One line each, with who did it and to what.
#[actix_web::test]
async fn what_an_admin_does_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let settings = [
        ("LOG", "info".to_owned()),
        ("LOG_FORMAT", "json".to_owned()),
    ];
    let log = std::fs::File::create(&path).unwrap();
    let process = Process::logged(&folder.path().join("data"), &settings, log);
    let token = process
        .welcome
        .trim()
        .split_once("?setup=")
        .unwrap()
        .1
        .to_owned();
    let anyone =
        |token: String| Person::new(UserId::new(), String::new(), process.base.clone(), token);
    let setup = json!({ "token": token, "username": "boss", "password": "correct horse" });
    let made = anyone(String::new())
        .post("/api/v1/setup", setup)
        .await
        .ok(201);
    let admin = anyone(made["access_token"].as_str().unwrap().to_owned());
    let new = |name: &str| json!({ "username": name, "password": "correct horse" });
    let rep = admin.post("/api/v1/reps", new("rep")).await.ok(201)["id"].clone();
    let ann = admin.post("/api/v1/customers", new("ann")).await.ok(201)["user"]["id"].clone();
    let queue = make(&admin, json!({ "name": "Billing" })).await;
    change(
        &admin,
        &queue,
        json!({ "mode": "manual", "wrap_ms": 9, "reps": [] }),
    )
    .await;
    let order = json!({ "queues": [queue, first(&admin).await] });
    admin.put("/api/v1/queues/order", order).await.ok(200);
    let of =
        |what: &str, of: &Value, on: &str| format!("/api/v1/{what}/{}/{on}", of.as_str().unwrap());
    let puts = [
        (of("reps", &rep, "queues"), json!({ "queues": [queue] })),
        (of("reps", &rep, "capacity"), json!({ "capacity": 3 })),
        (
            of("reps", &rep, "availability"),
            json!({ "availability": "away" }),
        ),
        (of("customers", &ann, "personal-rep"), json!({ "rep": rep })),
    ];
    for (path, body) in puts {
        admin.put(&path, body).await.ok(200);
    }
    admin
        .delete(&format!("/api/v1/queues/{queue}"))
        .await
        .ok(204);
    drop(process);

    let text = std::fs::read_to_string(path).unwrap();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect(line));
    let lines: Vec<Value> = lines.map(|line| line["fields"].clone()).collect();
    for (message, field, of) in [
        ("a rep was made", "rep", &rep),
        ("a queue was made", "queue", &json!(queue)),
        ("a queue was changed", "queue", &json!(queue)),
        ("the queues were put in order", "queues", &Value::Null),
        ("a rep's queues were set", "rep", &rep),
        ("a capacity was set", "rep", &rep),
        ("an availability was set", "rep", &rep),
        ("a personal rep was set", "customer", &ann),
        ("a queue was deleted", "queue", &json!(queue)),
    ] {
        let line = lines.iter().find(|line| line["message"] == message);
        let line = line.unwrap_or_else(|| panic!("{message}: {text}"));
        assert_eq!(line["actor"], made["user"]["id"], "{line}");
        assert!(of.is_null() || line[field] == *of, "{line}");
    }
    let changed = lines
        .iter()
        .find(|line| line["message"] == "a queue was changed");
    assert_eq!(
        changed.unwrap()["changed"],
        r#"["mode", "wrap_ms", "reps"]"#
    );
}
