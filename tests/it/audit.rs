//! The audit: every act of those with power leaves its entry, what is refused leaves none, and
//! nothing changes or deletes one.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use switchboard::people::NewPerson;
use switchboard::retention::sweep;
use switchboard::store::audit::{self, Entry, Filter};
use switchboard::store::{Conn, bulk, open_existing};
use switchboard::words::{Act, ObjectKind, QueueId, UserId, now};
use uuid::Uuid;

use crate::doctor::tamper;
use crate::harness::{World, until};
use crate::on_both;
use crate::person::{Answer, Person};
use crate::process::Process;
use crate::wire::Request;

on_both!(
    every_act_leaves_its_entry,
    what_is_refused_or_changes_nothing_of_others_leaves_none,
    two_admins_at_once_leave_a_chain,
    nothing_changes_an_entry,
    who_opens_the_audit_is_found_by_the_doctor,
    pages_and_filters_tell_each_entry_once,
    an_export_is_whole_however_long,
);

/// All there is, the newest first.
async fn all(world: &World) -> Vec<Value> {
    let read = |conn: &mut Conn| audit::entries(conn, &Filter::default(), true, 100_000);
    let entries = world.nodes[0].app.store.read(read).await.unwrap();
    let plain = |entry| serde_json::to_value(entry).unwrap();
    entries.into_iter().map(plain).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Walks through acts, and sees what each has left.
struct Walk<'a> {
    world: &'a World,
    admin: Person,
    seen: BTreeSet<String>,
    entries: usize,
}

impl Walk<'_> {
    /// One entry more, and it says this. `by`: nobody, or a person's id.
    async fn left(
        &mut self,
        act: &str,
        by: Option<UserId>,
        object: (&str, Option<&Value>),
        change: (Value, Value),
    ) {
        let all = all(self.world).await;
        let entry = &all[0];
        assert_eq!(all.len(), self.entries + 1, "{act}: {entry}");
        self.entries = all.len();
        assert_eq!(entry["act"], act, "{entry}");
        assert_eq!(
            entry["actor"]["id"],
            by.map_or(Value::Null, |id| json!(id)),
            "{entry}"
        );
        assert_eq!(entry["api_key"], Value::Null, "{entry}");
        let id = object.1.cloned().unwrap_or_default();
        assert_eq!(entry["object"], json!({ "kind": object.0, "id": id }));
        assert_eq!(
            (&entry["before"], &entry["after"]),
            (&change.0, &change.1),
            "{entry}"
        );
        let ago = now() - entry["at"].as_i64().unwrap();
        assert!((-1_000..60_000).contains(&ago), "{ago}: {entry}");
        self.seen.insert(act.into());
    }

    async fn put(&self, path: &str, body: Value) -> Value {
        self.admin.put(path, body).await.ok(200)
    }
}

/// The first admin, made by the link.
async fn first_admin(world: &World) -> Person {
    let token = world.nodes[0].app.people.setup_token().await.unwrap();
    let base = world.base(0);
    let nobody = Person::new(UserId::new(), String::new(), base.clone(), String::new());
    let setup = json!({ "token": token, "username": "boss", "password": "correct horse" });
    let made = nobody.post("/api/v1/setup", setup).await.ok(201);
    let id = text(&made["user"]["id"]).parse().unwrap();
    Person::new(id, "boss".into(), base, text(&made["access_token"]).into())
}

async fn every_act_leaves_its_entry(world: &World) {
    let admin = first_admin(world).await;
    let mut walk = Walk {
        world,
        admin: admin.clone(),
        seen: BTreeSet::new(),
        entries: 0,
    };
    let id = json!(admin.id);
    let made = (Value::Null, json!({ "role": "admin" }));
    walk.left(
        "user_created",
        Some(admin.id),
        ("user", Some(&id)),
        made.clone(),
    )
    .await;
    let other = NewPerson {
        username: "other".into(),
        password: "correct horse".into(),
        ..NewPerson::default()
    };
    let other = world.nodes[0].app.people.add_admin(other).await.unwrap();
    walk.left("user_created", None, ("user", Some(&json!(other.id))), made)
        .await;

    people(&mut walk).await;
    queues(&mut walk).await;
    schedules(&mut walk).await;
    canned_replies(&mut walk).await;
    settings(&mut walk).await;
    conversations(&mut walk).await;
    keys(&mut walk).await;
    widgets(&mut walk).await;
    invitations(&mut walk).await;

    let known: BTreeSet<String> = Act::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(walk.seen, known, "every word is walked");
    // What people are called and what they said stays out: it would be there for ever.
    for entry in all(world).await {
        let told = json!([entry["before"], entry["after"]]).to_string();
        for secret in ["canary", "correct horse", "sbk_", "boss"] {
            assert!(!told.contains(secret), "{told}");
        }
    }
}

async fn people(walk: &mut Walk<'_>) {
    let (admin, by) = (walk.admin.clone(), Some(walk.admin.id));
    let new = json!({
        "username": "canary-rep", "display_name": "canary", "password": "canary-password",
        "email": "canary@example.com", "capacity": 2,
    });
    let rep = admin.post("/api/v1/reps", new).await.ok(201);
    let (id, queue) = (&rep["id"], &rep["queues"][0]["id"]);
    let object = ("user", Some(id));
    let made = json!({ "role": "rep", "capacity": 2, "queues": [queue] });
    walk.left("user_created", by, object, (Value::Null, made))
        .await;

    let path = |what: &str| format!("/api/v1/reps/{}/{what}", text(id));
    walk.put(&path("capacity"), json!({ "capacity": 7 })).await;
    let change = (json!({ "capacity": 2 }), json!({ "capacity": 7 }));
    walk.left("capacity_changed", by, object, change).await;

    walk.put(&path("availability"), json!({ "availability": "away" }))
        .await;
    let change = (
        json!({ "availability": "available" }),
        json!({ "availability": "away" }),
    );
    walk.left("availability_changed", by, object, change).await;

    walk.put(&path("queues"), json!({ "queues": [] })).await;
    let change = (json!({ "queues": [queue] }), json!({ "queues": [] }));
    walk.left("rep_queues_changed", by, object, change).await;

    trust(walk, id).await;
    let ann = json!(walk.world.customer(0).await.id);
    let path = format!("/api/v1/customers/{}/personal-rep", text(&ann));
    walk.put(&path, json!({ "rep": id })).await;
    let change = (
        json!({ "personal_rep": null }),
        json!({ "personal_rep": id }),
    );
    walk.left("personal_rep_changed", by, ("user", Some(&ann)), change)
        .await;
    accounts(walk, &ann).await;
}

/// What a rep may, and what he is.
async fn trust(walk: &mut Walk<'_>, id: &Value) {
    let (by, object) = (Some(walk.admin.id), ("user", Some(id)));
    let rights = |sees: &str, export: bool| {
        let mut all = json!({ "claim": true, "over_capacity": false, "export": export });
        all["sees"] = json!(sees);
        all
    };
    let path = format!("/api/v1/reps/{}/rights", text(id));
    walk.put(&path, rights("all", true)).await;
    let change = (rights("waiting", false), rights("all", true));
    walk.left("rights_changed", by, object, change).await;

    let path = format!("/api/v1/people/{}/role", text(id));
    for (before, after) in [("rep", "customer"), ("customer", "rep")] {
        walk.put(&path, json!({ "role": after })).await;
        let change = (json!({ "role": before }), json!({ "role": after }));
        walk.left("role_changed", by, object, change).await;
    }
}

async fn accounts(walk: &mut Walk<'_>, ann: &Value) {
    let (admin, by) = (walk.admin.clone(), Some(walk.admin.id));
    let object = ("user", Some(ann));
    let path = |what: &str| format!("/api/v1/people/{}{what}", text(ann));
    let profile = json!({ "display_name": "canary", "city": "canary" });
    admin.patch(&path(""), profile).await.ok(200);
    let fields = json!({ "fields": ["display_name", "city"] });
    walk.left("user_updated", by, object, (Value::Null, fields))
        .await;

    let made = admin.post(&path("/password-link"), json!({})).await.ok(201);
    assert!(made["token"].is_string());
    let entry = all(walk.world).await.remove(0);
    let expires = json!({ "expires_at": entry["after"]["expires_at"].as_i64().unwrap() });
    walk.left("password_link_made", by, object, (Value::Null, expires))
        .await;

    admin.delete(&path("/sessions")).await.ok(204);
    let ended = json!({ "sessions": 1 });
    walk.left("sessions_ended", by, object, (ended, Value::Null))
        .await;

    let at = |at: &Value| json!({ "disabled_at": at });
    let disabled = admin.post(&path("/disable"), json!({})).await.ok(200);
    let since = &disabled["disabled_at"];
    let change = (at(&Value::Null), at(since));
    walk.left("user_disabled", by, object, change).await;
    // What is so already leaves nothing.
    admin.post(&path("/disable"), json!({})).await.ok(200);
    admin.post(&path("/enable"), json!({})).await.ok(200);
    let change = (at(since), at(&Value::Null));
    walk.left("user_enabled", by, object, change).await;
    admin.post(&path("/enable"), json!({})).await.ok(200);

    let text = admin.get(&path("/export")).await.ok(200);
    assert!(text.to_string().contains("canary"));
    let nothing = (Value::Null, Value::Null);
    walk.left("user_exported", by, object, nothing).await;
    admin.delete(&path("/picture")).await.ok(204);
    let fields = json!({ "fields": ["picture"] });
    walk.left("user_updated", by, object, (Value::Null, fields))
        .await;
    let number = admin.get(&path("")).await.ok(200)["number"].to_string();
    let erase_path = path("/erase");
    let erase = || admin.post(&erase_path, json!({ "confirm": number }));
    erase().await.ok(202);
    let role = json!({ "role": "customer" });
    walk.left("user_erased", by, object, (role, Value::Null))
        .await;
    // Said again, it is only told how far that has come.
    until("he is erased", async || erase().await.status == 200).await;
}

async fn queues(walk: &mut Walk<'_>) {
    let (admin, by) = (walk.admin.clone(), Some(walk.admin.id));
    let rep = walk.world.rep(0, 1).await;
    let first = admin.get("/api/v1/queues").await.ok(200)[0]["id"].clone();
    let new = json!({ "name": "Billing", "reps": [rep.id], "wrap_ms": 9 });
    let made = admin.post("/api/v1/queues", new).await.ok(201);
    let id = made["id"].clone();
    let entry = all(walk.world).await.remove(0);
    let told = entry["after"].clone();
    for (name, value) in [
        ("name", json!("Billing")),
        ("wrap_ms", json!(9)),
        ("mode", json!("auto")),
    ] {
        assert_eq!(told[name], value, "{told}");
    }
    assert_eq!(
        (&told["reps"], &told["draining"]),
        (&json!([rep.id]), &json!(false))
    );
    let object = ("queue", Some(&id));
    walk.left("queue_created", by, object, (Value::Null, told.clone()))
        .await;

    let path = format!("/api/v1/queues/{}", text(&id));
    let edit = json!({ "mode": "manual", "wrap_ms": 9, "reps": [] });
    admin.patch(&path, edit).await.ok(200);
    let change = (
        json!({ "mode": "auto", "reps": [rep.id] }),
        json!({ "mode": "manual", "reps": [] }),
    );
    walk.left("queue_updated", by, object, change).await;

    walk.put("/api/v1/queues/order", json!({ "queues": [id, first] }))
        .await;
    let change = (
        json!({ "queues": [first, id] }),
        json!({ "queues": [id, first] }),
    );
    walk.left("queues_ordered", by, ("queue", None), change)
        .await;

    admin.delete(&path).await.ok(204);
    let mut was = told;
    was["mode"] = json!("manual");
    was["reps"] = json!([]);
    walk.left("queue_deleted", by, object, (was, Value::Null))
        .await;
}

async fn schedules(walk: &mut Walk<'_>) {
    let (admin, by) = (walk.admin.clone(), Some(walk.admin.id));
    let new = json!({ "name": "Office", "time_zone": "UTC" });
    let made = admin.post("/api/v1/schedules", new).await.ok(201);
    let object = ("schedule", Some(&made["id"]));
    let week = json!({
        "mon": [], "tue": [], "wed": [], "thu": [], "fri": [], "sat": [], "sun": [],
    });
    let whole = json!({ "name": "Office", "time_zone": "UTC", "week": week, "days": [] });
    walk.left("schedule_created", by, object, (Value::Null, whole.clone()))
        .await;
    let path = format!("/api/v1/schedules/{}", text(&made["id"]));
    let edit = json!({ "name": "Office", "time_zone": "Europe/Berlin" });
    admin.patch(&path, edit).await.ok(200);
    let change = (
        json!({ "time_zone": "UTC" }),
        json!({ "time_zone": "Europe/Berlin" }),
    );
    walk.left("schedule_updated", by, object, change).await;
    admin.delete(&path).await.ok(204);
    let mut was = whole;
    was["time_zone"] = json!("Europe/Berlin");
    walk.left("schedule_deleted", by, object, (was, Value::Null))
        .await;
}

async fn canned_replies(walk: &mut Walk<'_>) {
    let (admin, by) = (walk.admin.clone(), Some(walk.admin.id));
    // One's own leave nothing.
    let own = json!({ "name": "hello", "text": "canary" });
    let own = admin.post("/api/v1/canned-replies", own).await.ok(201);
    let path = |one: &Value| format!("/api/v1/canned-replies/{}", text(&one["id"]));
    let edit = json!({ "text": "canary too" });
    admin.patch(&path(&own), edit).await.ok(200);
    admin.delete(&path(&own)).await.ok(204);
    let new = json!({ "name": "hello", "text": "Good day", "shared": true });
    let made = admin.post("/api/v1/canned-replies", new).await.ok(201);
    let object = ("canned_reply", Some(&made["id"]));
    let mut whole = json!({ "name": "hello", "text": "Good day", "queue": null });
    walk.left(
        "canned_reply_created",
        by,
        object,
        (Value::Null, whole.clone()),
    )
    .await;
    let edit = json!({ "name": "hello", "text": "Good evening" });
    for _ in 0..2 {
        // What is so already leaves nothing.
        admin.patch(&path(&made), edit.clone()).await.ok(200);
    }
    let change = (
        json!({ "text": "Good day" }),
        json!({ "text": "Good evening" }),
    );
    walk.left("canned_reply_updated", by, object, change).await;
    admin.delete(&path(&made)).await.ok(204);
    whole["text"] = json!("Good evening");
    walk.left("canned_reply_deleted", by, object, (whole, Value::Null))
        .await;
}

async fn settings(walk: &mut Walk<'_>) {
    let (admin, by) = (walk.admin.clone(), Some(walk.admin.id));
    let edit = json!({ "edit_window_s": 60, "open_per_customer_max": 20 });
    admin.patch("/api/v1/settings", edit).await.ok(200);
    // What is as it was is not told.
    let change = (
        json!({ "edit_window_s": 900 }),
        json!({ "edit_window_s": 60 }),
    );
    walk.left("settings_changed", by, ("settings", None), change)
        .await;
    let back = json!({ "edit_window_s": null });
    admin.patch("/api/v1/settings", back.clone()).await.ok(200);
    let change = (
        json!({ "edit_window_s": 60 }),
        json!({ "edit_window_s": 900 }),
    );
    walk.left("settings_changed", by, ("settings", None), change)
        .await;
    admin.patch("/api/v1/settings", back).await.ok(200);
    assert_eq!(all(walk.world).await.len(), walk.entries);
}

async fn conversations(walk: &mut Walk<'_>) {
    let (world, admin, by) = (walk.world, walk.admin.clone(), Some(walk.admin.id));
    let (ann, rep) = (world.customer(0).await, world.rep(0, 0).await);
    let id = ann.open().await;
    ann.say(&id, "canary").await;
    let claim = json!({ "rep": rep.id, "over_capacity": true });
    admin.act(&id, "claim", claim).await.ok(200);
    let load = |load: i32| json!({ "rep": rep.id, "load": load, "capacity": 0 });
    let object = json!(id);
    let object = ("conversation", Some(&object));
    walk.left("capacity_overridden", by, object, (load(0), load(1)))
        .await;

    let path = format!("/api/v1/export?open=true&customer={}", ann.id);
    admin.get(&path).await.ok(200);
    let filter = json!({ "open": true, "customer": ann.id });
    let object = ("conversation", None);
    walk.left("conversations_exported", by, object, (Value::Null, filter))
        .await;

    rep.close(&id).await.ok(200);
    let node = &world.nodes[0].app;
    let before = now() + 1_000;
    let swept = sweep(&node.store, &node.metrics, before, 1_000_000).await;
    assert_eq!(swept.unwrap(), 1);
    let gone = json!({ "count": 1, "closed_before": before });
    walk.left("conversations_deleted", None, object, (gone, Value::Null))
        .await;
    // A round with nothing to do is no act.
    let swept = sweep(&node.store, &node.metrics, before, 1_000_000).await;
    assert_eq!((swept.unwrap(), all(world).await.len()), (0, walk.entries));

    let exported = admin
        .get("/api/v1/audit/export?act=queue_created")
        .await
        .ok(200);
    assert!(exported.to_string().contains("queue_created"));
    let filter = json!({ "act": "queue_created" });
    walk.left("audit_exported", by, ("audit", None), (Value::Null, filter))
        .await;
}

async fn keys(walk: &mut Walk<'_>) {
    let (admin, by) = (walk.admin.clone(), Some(walk.admin.id));
    let new = json!({ "name": "canary", "scopes": ["write", "read"], "expires_at": i64::MAX });
    let key = admin.post("/api/v1/api-keys", new).await.ok(201);
    let told = json!({ "scopes": ["read", "write"], "expires_at": i64::MAX });
    let object = ("api_key", Some(&key["id"]));
    walk.left(
        "authn_token_created",
        by,
        object,
        (Value::Null, told.clone()),
    )
    .await;
    let path = format!("/api/v1/api-keys/{}", text(&key["id"]));
    admin.delete(&path).await.ok(204);
    walk.left("authn_token_revoked", by, object, (told, Value::Null))
        .await;
}

async fn widgets(walk: &mut Walk<'_>) {
    let (admin, by) = (walk.admin.clone(), Some(walk.admin.id));
    let new = json!({ "name": "Shop", "sites": ["https://shop.example"] });
    let made = admin.post("/api/v1/widgets", new).await.ok(201);
    let secret = text(&made["secret"]).to_owned();
    let whole = json!({
        "name": "Shop", "sites": ["https://shop.example"], "queue": null, "visitors": true,
        "disabled_at": null,
    });
    let object = ("widget", Some(&made["id"]));
    walk.left("widget_created", by, object, (Value::Null, whole.clone()))
        .await;

    let path = format!("/api/v1/widgets/{}", text(&made["id"]));
    let edit = json!({ "visitors": false, "name": "Shop" });
    admin.patch(&path, edit.clone()).await.ok(200);
    let change = (json!({ "visitors": true }), json!({ "visitors": false }));
    walk.left("widget_updated", by, object, change).await;
    // What is so already leaves nothing.
    admin.patch(&path, edit).await.ok(200);

    let renewed = admin
        .post(&format!("{path}/secret"), json!({}))
        .await
        .ok(200);
    let change = (json!({ "generation": 1 }), json!({ "generation": 2 }));
    walk.left("widget_secret_renewed", by, object, change).await;

    admin.delete(&path).await.ok(204);
    let mut was = whole;
    was["visitors"] = json!(false);
    walk.left("widget_deleted", by, object, (was, Value::Null))
        .await;

    let one = json!({ "provider": "telegram", "subject": "42", "display_name": "canary" });
    let signed = admin.post("/api/v1/identities", one).await.ok(200);
    let entry = all(walk.world).await.remove(0);
    let session = &entry["after"]["session"];
    assert!(session.is_string(), "{entry}");
    let told = json!({ "provider": "telegram", "session": session });
    let object = ("user", Some(&signed["user"]["id"]));
    walk.left("identity_vouched", by, object, (Value::Null, told))
        .await;
    for entry in all(walk.world).await {
        let entry = entry.to_string();
        for secret in [
            &secret,
            text(&renewed["secret"]),
            text(&signed["access_token"]),
        ] {
            assert!(!entry.contains(secret), "{entry}");
        }
    }
}

async fn invitations(walk: &mut Walk<'_>) {
    let (admin, by) = (walk.admin.clone(), Some(walk.admin.id));
    let new = json!({
        "capacity": 2, "queues": [], "display_name": "canary", "email": "canary2@example.com",
    });
    let made = admin.post("/api/v1/invitations", new).await.ok(201);
    let told = json!({
        "role": "rep", "capacity": 2, "queues": [], "expires_at": made["expires_at"],
    });
    let object = ("invitation", Some(&made["id"]));
    walk.left(
        "invitation_created",
        by,
        object,
        (Value::Null, told.clone()),
    )
    .await;
    let path = format!("/api/v1/invitations/{}", text(&made["id"]));
    admin.delete(&path).await.ok(204);
    walk.left("invitation_revoked", by, object, (told, Value::Null))
        .await;
}

async fn what_is_refused_or_changes_nothing_of_others_leaves_none(world: &World) {
    let (admin, rep, ann) = (
        world.admin().await,
        world.rep(0, 1).await,
        world.customer(0).await,
    );
    let (other, busy) = (ann.open().await, ann.open().await);
    let first = admin.get("/api/v1/queues").await.ok(200)[0].clone();
    let queue = format!("/api/v1/queues/{}", text(&first["id"]));
    let hers = |what: &str| format!("/api/v1/reps/{}/{what}", rep.id);
    let nobodys = |what: &str| format!("/api/v1/reps/{}/{what}", UserId::new());
    let rep_again = json!({ "username": rep.name, "password": "correct horse" });
    let over = json!({ "rep": rep.id, "over_capacity": true });
    rep.claim(&busy).await.ok(200);
    let refused: Vec<(Answer, u16)> = vec![
        (
            admin
                .put(&hers("capacity"), json!({ "capacity": 101 }))
                .await,
            422,
        ),
        (
            admin
                .put(&nobodys("capacity"), json!({ "capacity": 5 }))
                .await,
            404,
        ),
        (
            rep.put(&hers("capacity"), json!({ "capacity": 5 })).await,
            403,
        ),
        (
            admin
                .put(&hers("queues"), json!({ "queues": [QueueId::new()] }))
                .await,
            422,
        ),
        (
            admin.put(&nobodys("queues"), json!({ "queues": [] })).await,
            404,
        ),
        (
            admin
                .put(&nobodys("availability"), json!({ "availability": "away" }))
                .await,
            404,
        ),
        // What he says himself is no act of somebody with power.
        (
            rep.put(&hers("availability"), json!({ "availability": "away" }))
                .await,
            200,
        ),
        (admin.post("/api/v1/reps", rep_again).await, 409),
        (
            admin
                .post(
                    "/api/v1/reps",
                    json!({ "username": "x", "password": "short" }),
                )
                .await,
            422,
        ),
        (
            admin
                .post("/api/v1/queues", json!({ "name": first["name"] }))
                .await,
            409,
        ),
        (
            admin
                .post(
                    "/api/v1/queues",
                    json!({ "name": "a", "reps": [UserId::new()] }),
                )
                .await,
            422,
        ),
        (admin.patch(&queue, json!({ "wrap_ms": -1 })).await, 422),
        (
            admin
                .put("/api/v1/queues/order", json!({ "queues": [] }))
                .await,
            422,
        ),
        (admin.delete(&queue).await, 409),
        (
            rep.act(&other, "claim", json!({ "over_capacity": true }))
                .await,
            403,
        ),
        (admin.act(&busy, "claim", over.clone()).await, 200),
        (admin.get("/api/v1/export?status=gone").await, 422),
        (rep.get("/api/v1/export").await, 403),
        (admin.get("/api/v1/audit/export?act=nothing").await, 422),
        (rep.get("/api/v1/audit/export").await, 403),
        (admin.get("/api/v1/audit").await, 200),
        (
            admin
                .post("/api/v1/api-keys", json!({ "name": "a", "scopes": [] }))
                .await,
            422,
        ),
        (
            rep.post(
                "/api/v1/api-keys",
                json!({ "name": "a", "scopes": ["read"] }),
            )
            .await,
            403,
        ),
        (
            admin
                .delete(&format!("/api/v1/api-keys/{}", UserId::new()))
                .await,
            404,
        ),
        (
            admin
                .put(
                    &format!("/api/v1/customers/{}/personal-rep", rep.id),
                    json!({ "rep": null }),
                )
                .await,
            404,
        ),
    ];
    for (answer, status) in refused {
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    // There is room now, so nothing is overridden.
    rep.close(&busy).await.ok(200);
    rep.put(&hers("availability"), json!({ "availability": "offline" }))
        .await
        .ok(200);
    admin.act(&other, "claim", over).await.ok(200);
    assert_eq!(all(world).await, Vec::<Value>::new());
}

async fn two_admins_at_once_leave_a_chain(world: &World) {
    let (admin, rep) = (world.admin().await, world.rep(0, 50).await);
    let path = format!("/api/v1/reps/{}/capacity", rep.id);
    let one = async |turn: usize| {
        let admin = admin.at(world.base(turn));
        admin.put(&path, json!({ "capacity": turn })).await.ok(200)
    };
    futures_util::future::join_all((1..=12).map(one)).await;
    let capacity = |value: &Value| value["capacity"].as_i64().unwrap();
    let entries = all(world).await;
    let mut befores: Vec<_> = entries.iter().map(|one| capacity(&one["before"])).collect();
    let mut afters: Vec<_> = entries.iter().map(|one| capacity(&one["after"])).collect();
    // Each began where another had ended.
    befores.push(capacity(&admin.get("/api/v1/reps").await.ok(200)[0]));
    afters.push(50);
    befores.sort_unstable();
    afters.sort_unstable();
    assert_eq!((befores.len(), befores), (13, afters));
}

/// Writes so many entries that nobody has done.
async fn fill(world: &World, count: usize) {
    let store = &world.nodes[0].app.store;
    let entries: Vec<Entry> = (0..count)
        .map(|_| Entry::new(None, Act::QueuesOrdered, ObjectKind::Queue, None))
        .collect();
    let write = move |conn: &mut Conn| {
        for entry in &entries {
            audit::record(conn, entry, None, Some(json!({ "n": 1 })))?;
        }
        Ok(())
    };
    store.write(write).await.unwrap();
}

async fn nothing_changes_an_entry(world: &World) {
    fill(world, 3).await;
    let written = all(world).await;
    assert_eq!(written.len(), 3);
    let id: Uuid = text(&written[0]["id"]).parse().unwrap();
    let store = &world.nodes[0].app.store;
    let refused = [
        "UPDATE audit SET act = 'nothing'",
        "UPDATE audit SET before = NULL WHERE id = {0}",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE id = {0}",
    ];
    let only_of_postgres = [
        "TRUNCATE audit",
        "TRUNCATE audit CASCADE",
        "SET LOCAL session_replication_role = replica; DELETE FROM audit",
    ];
    let postgres = store.shared();
    let statements = refused
        .iter()
        .chain(only_of_postgres.iter().filter(|_| postgres));
    for sql in statements {
        let literal = match postgres {
            true => format!("'{id}'"),
            false => format!("X'{}'", id.simple()),
        };
        let sql = sql.replace("{0}", &literal);
        let run = sql.clone();
        let done = store
            .write(move |conn: &mut Conn| Ok(conn.execute(&run)?))
            .await;
        let why = format!("{:#}", done.expect_err(&sql).cause.unwrap());
        assert!(why.contains("append-only"), "{sql}: {why}");
    }
    if !postgres {
        // What would put another in its place puts nothing.
        for column in ["id", "rowid, id"] {
            let values = match column {
                "id" => format!("X'{}'", id.simple()),
                _ => "1, randomblob(16)".into(),
            };
            let sql = format!(
                "INSERT OR REPLACE INTO audit ({column}, at, act, object_kind)
                 VALUES ({values}, 1, 'a', 'b')"
            );
            tamper(world, &sql, &[]).await;
        }
    }
    assert_eq!(all(world).await, written);
    // The benches empty the house. This stays.
    let admin = world.admin().await;
    let key = json!({ "name": "a", "scopes": ["read"] });
    admin.post("/api/v1/api-keys", key).await.ok(201);
    store.write(bulk::clear).await.unwrap();
    assert_eq!(all(world).await.len(), 4);
}

async fn who_opens_the_audit_is_found_by_the_doctor(world: &World) {
    let store = &world.nodes[0].app.store;
    let open = match store.shared() {
        true => "ALTER TABLE audit DISABLE TRIGGER audit_is_append_only",
        false => "DROP TRIGGER audit_is_not_deleted",
    };
    tamper(world, open, &[]).await;
    let broken = world.broken().await;
    assert!(
        broken.concat().contains("audit_is_append_only"),
        "{broken:?}"
    );
    // As the next start does.
    let url = world.settings.database();
    let start = move || audit::close(&mut open_existing(&url).unwrap());
    tokio::task::spawn_blocking(start).await.unwrap().unwrap();
    assert_eq!(world.broken().await, Vec::<String>::new());
    fill(world, 1).await;
    let delete = |conn: &mut Conn| Ok(conn.execute("DELETE FROM audit")?);
    store.write(delete).await.unwrap_err();
}

async fn page(admin: &Person, query: &str) -> (Vec<Value>, Value) {
    let page = admin.get(&format!("/api/v1/audit?{query}")).await.ok(200);
    (
        page["items"].as_array().unwrap().clone(),
        page["next"].clone(),
    )
}

async fn pages_and_filters_tell_each_entry_once(world: &World) {
    let (admin, other, rep) = (
        world.admin().await,
        world.admin().await,
        world.rep(0, 1).await,
    );
    let path = |what: &str| format!("/api/v1/reps/{}/{what}", rep.id);
    for capacity in 2..5 {
        admin
            .put(&path("capacity"), json!({ "capacity": capacity }))
            .await
            .ok(200);
    }
    other
        .put(&path("availability"), json!({ "availability": "away" }))
        .await
        .ok(200);
    let queue = admin
        .post("/api/v1/queues", json!({ "name": "a" }))
        .await
        .ok(201);
    other.get("/api/v1/export").await.ok(200);
    let everything = all(world).await;
    assert_eq!(everything.len(), 6);

    let (mut paged, mut next) = (Vec::new(), Value::Null);
    loop {
        let before = next
            .as_str()
            .map_or(String::new(), |id| format!("&before={id}"));
        let (items, following) = page(&admin, &format!("limit=4{before}")).await;
        assert!(items.len() <= 4);
        paged.extend(items);
        next = following;
        if next.is_null() {
            break;
        }
    }
    assert_eq!(paged, everything);
    // A page that is just full is the last one.
    assert!(page(&admin, "limit=6").await.1.is_null());

    let at = |index: usize| everything[index]["at"].as_i64().unwrap();
    let capacity = |one: &Value| one["act"] == "capacity_changed";
    let by = |who: &Person| json!(who.id);
    type Picks<'a> = Box<dyn Fn(&Value) -> bool + 'a>;
    let cases: Vec<(String, Picks)> = vec![
        (
            format!("actor={}", admin.id),
            Box::new(|one| one["actor"]["id"] == by(&admin)),
        ),
        (format!("actor={}", rep.id), Box::new(|_| false)),
        ("act=capacity_changed".into(), Box::new(capacity)),
        (
            "object_kind=user".into(),
            Box::new(|one| one["object"]["kind"] == "user"),
        ),
        (
            format!("object={}", text(&queue["id"])),
            Box::new(|one| one["object"]["id"] == queue["id"]),
        ),
        (
            format!("from={}", at(2)),
            Box::new(|one| one["at"].as_i64() >= Some(at(2))),
        ),
        (
            format!("to={}", at(2)),
            Box::new(|one| one["at"].as_i64() <= Some(at(2))),
        ),
        (
            format!("from={}&to={}", at(1), at(1)),
            Box::new(|one| one["at"] == at(1)),
        ),
        (
            format!("act=capacity_changed&actor={}", other.id),
            Box::new(|_| false),
        ),
        ("from=-5&to=99999999999999999".into(), Box::new(|_| true)),
    ];
    for (query, picks) in cases {
        let expected: Vec<_> = everything
            .iter()
            .filter(|one| picks(one))
            .cloned()
            .collect();
        assert_eq!(page(&admin, &query).await.0, expected, "{query}");
    }
    for wrong in [
        "act=x",
        "actor=x",
        "from=2&to=1",
        "limit=0",
        "limit=201",
        "after=1",
        "object=x",
    ] {
        let answer = admin.get(&format!("/api/v1/audit?{wrong}")).await;
        assert_eq!(answer.code(422), "validation_failed", "{wrong}");
    }
    for wrong in ["limit=5", "from=2&to=1"] {
        let answer = admin.get(&format!("/api/v1/audit/export?{wrong}")).await;
        assert_eq!(answer.code(422), "validation_failed", "{wrong}");
    }
}

async fn an_export_is_whole_however_long(world: &World) {
    let admin = world.admin().await;
    // One that fills its last step, and one more.
    for more in [199, 201] {
        fill(world, more).await;
        let body = admin.get("/api/v1/audit/export").await.ok(200);
        let lines: Vec<Value> = text(&body)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let (end, entries) = lines.split_last().unwrap();
        let mut told = all(world).await;
        told.reverse();
        for entry in &mut told {
            entry["type"] = json!("entry");
        }
        assert_eq!(entries, told, "the oldest first, its own the last");
        assert_eq!(*end, json!({ "type": "end", "entries": told.len() }));
    }
}

/// What is no act stands in the log, by OWASP's words, without what people have typed.
#[actix_web::test]
async fn the_log_tells_of_attacks_and_of_no_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let settings = [
        ("LOG_FORMAT", "json".to_owned()),
        ("LOGIN_TRIES_MAX", "1".to_owned()),
    ];
    let log = std::fs::File::create(&path).unwrap();
    let process = Process::logged(&folder.path().join("data"), &settings, log);
    let anyone = |token: &str| {
        Person::new(
            UserId::new(),
            String::new(),
            process.base.clone(),
            token.into(),
        )
    };
    let nobody = anyone("");
    let new = json!({ "username": "canary-ann", "password": "canary-horse" });
    let ann = nobody.post("/api/v1/customers", new).await.ok(201);
    for login in ["canary-ann", "canary-nobody"] {
        let wrong = json!({ "login": login, "password": "canary-wrong" });
        let answer = nobody.post("/api/v1/sessions", wrong).await;
        assert_eq!(answer.code(401), "login_failed");
    }
    let once_more = json!({ "login": "canary-ann", "password": "canary-horse" });
    let answer = nobody.post("/api/v1/sessions", once_more).await;
    assert_eq!(answer.code(429), "rate_limited");
    let access = anyone(text(&ann["access_token"]));
    assert_eq!(access.get("/api/v1/audit").await.code(403), "forbidden");
    let conversation = access.open().await;
    let mut socket = access.socket().await;
    let claim = json!({ "type": "claim", "conversation": conversation });
    socket.say(claim).await;
    assert_eq!(socket.wait("error").await["code"], "forbidden");
    let refresh = async |token: &Value| {
        let body = json!({ "refresh_token": token });
        nobody.post("/api/v1/sessions/refresh", body).await
    };
    let next = refresh(&ann["refresh_token"]).await.ok(200);
    refresh(&next["refresh_token"]).await.ok(200);
    let again = refresh(&ann["refresh_token"]).await;
    assert_eq!(again.code(401), "token_reused");
    let link = process.welcome.split("?setup=").nth(1).unwrap();
    let setup = json!({
        "token": link.lines().next().unwrap(), "username": "canary-admin",
        "password": "canary-horse",
    });
    let admin = nobody.post("/api/v1/setup", setup).await.ok(201);
    let admin = anyone(text(&admin["access_token"]));
    let figures = admin.get("/metrics").await.ok(200);
    for figure in [
        "sign_ins_total 0",
        "sign_ins_failed_total 2",
        "sign_ins_throttled_total 1",
        "tokens_reused_total 1",
        "forbidden_total 2",
    ] {
        let line = format!("switchboard_{figure}\n");
        assert!(text(&figures).contains(&line), "{line}: {figures}");
    }
    drop(process);

    let log = std::fs::read_to_string(&path).unwrap();
    let lines = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let told: Vec<(String, Value)> = lines
        .filter_map(|line| {
            Some((
                line["fields"]["event"].as_str()?.into(),
                line["fields"].clone(),
            ))
        })
        .collect();
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    let fail = "authn_login_fail";
    assert_eq!(
        names,
        [
            fail,
            fail,
            "authn_login_fail_max",
            "authz_fail",
            "authz_fail",
            "authn_token_reuse"
        ],
        "{log}"
    );
    let id = text(&ann["user"]["id"]);
    assert!(text(&told[0].1["user"]).contains(id), "{log}");
    assert!(!told[1].1["user"].to_string().contains(id), "{log}");
    assert_eq!(
        (&told[3].1["user"], &told[3].1["path"]),
        (&json!(id), &json!("/api/v1/audit"))
    );
    assert_eq!(told[4].1["user"], json!(id));
    assert!(!log.contains("canary"), "{log}");
}

/// What shows who somebody is stands in no line of the log, however much is logged.
#[actix_web::test]
async fn no_token_and_no_ticket_is_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let log = std::fs::File::create(&path).unwrap();
    let settings = [("LOG", "trace".to_owned())];
    let process = Process::logged(&folder.path().join("data"), &settings, log);
    let base = process.base.clone();
    let nobody = Person::new(UserId::new(), String::new(), base.clone(), String::new());
    let new = json!({ "username": "ann", "password": "canary horse" });
    let made = nobody.post("/api/v1/customers", new).await.ok(201);
    let ann = Person {
        token: text(&made["access_token"]).into(),
        ..nobody.clone()
    };
    let ticket = ann.post("/api/v1/socket-tickets", json!({})).await.ok(201);
    let old = json!({ "refresh_token": made["refresh_token"] });
    let next = nobody.post("/api/v1/sessions/refresh", old).await.ok(200);
    let visitor = nobody.post("/api/v1/visitors", json!({})).await.ok(201);
    // Where they do not belong, too.
    for name in ["token", "access_token", "ticket"] {
        for secret in [ann.token.as_str(), text(&ticket["ticket"])] {
            let address = format!("/ws?{name}={secret}");
            let refused = Request::new("GET", &address).upgrade().ask(&base).await;
            assert_eq!(refused.status, 401, "{refused:?}");
        }
    }
    let protocols = format!("switchboard.v1, ticket.{}", text(&ticket["ticket"]));
    let opening = Request::new("GET", "/ws").upgrade();
    let opening = opening.header("Sec-WebSocket-Protocol", &protocols);
    assert_eq!(opening.ask(&base).await.status, 101);
    drop(process);

    let log = std::fs::read_to_string(&path).unwrap();
    assert!(log.contains("socket-tickets"), "what was asked is there");
    for secret in [
        &made["access_token"],
        &made["refresh_token"],
        &next["access_token"],
        &next["refresh_token"],
        &ticket["ticket"],
        &visitor["token"],
    ] {
        assert!(!log.contains(text(secret)), "{secret}");
    }
    assert!(!log.contains("canary"), "a password");
}
