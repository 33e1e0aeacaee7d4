//! Widgets: made and changed by admins, their secrets shown once, their sites let in, their queue
//! given to who names none.

use serde_json::{Value, json};
use switchboard::settings::Settings;
use switchboard::store::Conn;
use switchboard::store::widgets as rows;
use switchboard::words::{QueueId, UserId, WidgetId, now};

use crate::harness::{World, client_id, until};
use crate::identities::{identify, signed};
use crate::on_both_with;
use crate::person::Person;
use crate::visitors::{nobody, visitor, widget};
use crate::wire::{Reply, Request};

on_both_with!(
    quick;
    a_widget_is_made_changed_and_deleted,
    the_secret_before_is_good_for_a_day,
    its_sites_may_ask_by_it_and_no_others,
    its_sites_may_frame_its_chat_and_no_others,
    a_newcomer_is_told_what_he_finds,
    conversations_go_to_its_queue,
    disabled_it_lets_nobody_new_in,
    there_are_so_many_widgets_and_no_more,
);

const SHOP: &str = "https://shop.example";
const FORUM: &str = "https://forum.example";

fn quick(settings: &mut Settings) {
    settings.position_check_ms = 100;
}

fn path(widget: &Value) -> String {
    format!("/api/v1/widgets/{}", widget["id"].as_str().unwrap())
}

async fn a_widget_is_made_changed_and_deleted(world: &World) {
    let admin = world.admin().await;
    let queue = admin.get("/api/v1/queues").await.ok(200)[0]["id"].clone();
    let new = json!({ "name": " Shop ", "sites": [SHOP], "queue": queue, "visitors": false });
    let made = widget(&admin, new).await;
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("sbw_") && secret.len() == 68, "{secret}");
    let list = admin.get("/api/v1/widgets").await.ok(200);
    let mut shown = made.clone();
    shown.as_object_mut().unwrap().remove("secret");
    assert_eq!(list, json!([shown]));
    assert_eq!(
        (&shown["name"], &shown["sites"]),
        (&json!("Shop"), &json!([SHOP]))
    );

    let edit = json!({ "name": "Forum", "queue": null, "sites": [], "disabled": true });
    let changed = admin.patch(&path(&made), edit).await.ok(200);
    assert_eq!(
        (&changed["name"], &changed["queue"]),
        (&json!("Forum"), &Value::Null)
    );
    assert!(changed["disabled_at"].is_i64());
    assert_eq!(changed["visitors"], false, "what is not given stays");
    let again = admin
        .patch(&path(&made), json!({ "disabled": true }))
        .await
        .ok(200);
    assert_eq!(again, changed);

    let many: Vec<String> = (0..21)
        .map(|one| format!("https://shop{one}.example"))
        .collect();
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("x".repeat(101))),
        ("name", json!("a\nb")),
        ("sites", json!(many)),
        ("sites", json!(["shop.example"])),
        ("sites", json!(["https://shop.example/"])),
        ("sites", json!(["https://*.example"])),
        ("sites", json!(["https://a.example https://b.example"])),
        ("queue", json!(QueueId::new())),
    ] {
        let refused = admin
            .patch(&path(&made), json!({ field: value }))
            .await
            .ok(422);
        assert_eq!(refused["errors"][0]["field"], field, "{value}");
        let mut new = json!({ "name": "Other" });
        new[field] = value;
        let refused = admin.post("/api/v1/widgets", new).await.ok(422);
        assert_eq!(refused["errors"][0]["field"], field);
    }
    admin.delete(&path(&made)).await.ok(204);
    assert_eq!(admin.delete(&path(&made)).await.code(404), "not_found");
    let secret = format!("{}/secret", path(&made));
    assert_eq!(admin.post(&secret, json!({})).await.code(404), "not_found");
    assert_eq!(admin.get("/api/v1/widgets").await.ok(200), json!([]));
}

async fn the_secret_before_is_good_for_a_day(world: &World) {
    let admin = world.admin().await;
    let made = widget(&admin, json!({ "name": "Shop" })).await;
    let (id, first) = (&made["id"], made["secret"].as_str().unwrap().to_owned());
    let renew = async || {
        let renewed = admin
            .post(&format!("{}/secret", path(&made)), json!({}))
            .await;
        renewed.ok(200)
    };
    let good = async |secret: &str| identify(world, 1, id, &signed(secret, "7")).await.status;
    assert_eq!(good(&first).await, 200);
    let renewed = renew().await;
    let second = renewed["secret"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    let left = renewed["previous_until"].as_i64().unwrap() - now();
    assert!((86_340_000..=86_400_000).contains(&left), "{left}");
    assert_eq!((good(&first).await, good(&second).await), (200, 200));
    // As if a day had passed.
    let widget_id: WidgetId = id.as_str().unwrap().parse().unwrap();
    let age = move |conn: &mut Conn| {
        let mut row = rows::find(conn, widget_id)?.unwrap();
        row.renewed_at -= 86_400_000;
        Ok(rows::update(conn, &row).map(drop)?)
    };
    world.nodes[0].app.store.write(age).await.unwrap();
    assert_eq!((good(&first).await, good(&second).await), (401, 200));
    // Renewed twice, what has leaked is good no more.
    renew().await;
    assert_eq!(good(&second).await, 200);
    let last = renew().await["secret"].as_str().unwrap().to_owned();
    assert_eq!((good(&second).await, good(&last).await), (401, 200));
}

/// Asks for a visitor as a page of this origin.
async fn come(world: &World, turn: usize, widget: Option<&Value>, origin: &str) -> Reply {
    let request = Request::new("POST", "/api/v1/visitors").header("Origin", origin);
    let request = request.json(&json!({ "widget": widget }));
    request.ask(&world.base(turn)).await
}

async fn its_sites_may_ask_by_it_and_no_others(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let shop = widget(&admin, json!({ "name": "Shop", "sites": [SHOP] })).await;
    let forum = widget(&admin, json!({ "name": "Forum", "sites": [FORUM] })).await;
    let (of_shop, of_forum) = (&shop["id"], &forum["id"]);
    let answered = async |turn: usize, origin: &str| {
        let asked = Request::new("GET", "/api/v1/me").token(&ann.token);
        let reply = asked.header("Origin", origin).ask(&world.base(turn)).await;
        reply.header("access-control-allow-origin") == Some(origin)
    };
    let granted = async |turn: usize, origin: &str| {
        let preflight = Request::new("OPTIONS", "/api/v1/visitors").header("Origin", origin);
        let preflight = preflight.header("Access-Control-Request-Method", "POST");
        let preflight = preflight.ask(&world.base(turn)).await.status == 200;
        let socket = Request::new("GET", "/ws").upgrade().token(&ann.token);
        let socket = socket.header("Origin", origin).ask(&world.base(turn)).await;
        let answered = answered(turn, origin).await;
        assert_eq!(
            (answered, preflight),
            (socket.status == 101, answered),
            "{origin}"
        );
        answered
    };
    assert!(granted(0, SHOP).await && granted(0, FORUM).await);
    assert!(!granted(0, "https://elsewhere.example").await);
    assert!(!granted(0, "https://shop.example.evil").await);
    // Other nodes hear of it soon.
    for turn in 1..3 {
        // In the middle of that, one thing may be granted and the other not yet.
        until("a site is known everywhere", async || {
            answered(turn, SHOP).await
        })
        .await;
        assert!(granted(turn, SHOP).await);
    }
    // Each by its own, ours by any, a program by any.
    assert_eq!(come(world, 0, Some(of_shop), SHOP).await.status, 201);
    assert_eq!(
        come(world, 0, Some(of_shop), "http://switchboard")
            .await
            .status,
        201
    );
    visitor(world, 0, Some(of_shop)).await;
    for (widget, origin) in [
        (Some(of_forum), SHOP),
        (Some(of_shop), "https://elsewhere.example"),
        (Some(of_shop), "null"),
        (None, SHOP),
    ] {
        let refused = come(world, 0, widget, origin).await;
        assert_eq!(
            refused.told(),
            "403 origin_not_allowed",
            "{origin}: {refused:?}"
        );
    }
    let token = signed(shop["secret"].as_str().unwrap(), "7");
    let body = json!({ "widget": of_shop, "token": token });
    let by = |origin: &str| {
        let request = Request::new("POST", "/api/v1/identify").header("Origin", origin);
        request.json(&body)
    };
    let refused = by(FORUM).ask(&world.base(0)).await;
    assert_eq!(refused.told(), "403 origin_not_allowed", "{refused:?}");
    assert_eq!(by(SHOP).ask(&world.base(0)).await.status, 200);

    admin
        .patch(&path(&shop), json!({ "sites": [] }))
        .await
        .ok(200);
    assert!(!granted(0, SHOP).await);
    admin
        .patch(&path(&forum), json!({ "disabled": true }))
        .await
        .ok(200);
    assert!(!granted(0, FORUM).await);
}

async fn conversations_go_to_its_queue(world: &World) {
    let admin = world.admin().await;
    let queue = admin
        .post("/api/v1/queues", json!({ "name": "Returns" }))
        .await
        .ok(201);
    let new = json!({ "name": "Shop", "queue": queue["id"] });
    let shop = widget(&admin, new).await;
    let first = admin.get("/api/v1/queues").await.ok(200)[0]["id"].clone();
    assert_ne!(first, queue["id"]);
    let opened = async |who: &Person, queue: Option<&Value>| {
        let body = json!({ "client_id": client_id(), "queue": queue });
        let view = who.post("/api/v1/conversations", body).await.ok(201);
        who.close(view["id"].as_str().unwrap()).await.ok(200);
        view["queue"]["id"].clone()
    };
    let vera = visitor(world, 1, Some(&shop["id"])).await;
    assert_eq!(opened(&vera, None).await, queue["id"]);
    assert_eq!(
        opened(&vera, Some(&first)).await,
        first,
        "whoever names one has his way"
    );
    let token = signed(shop["secret"].as_str().unwrap(), "7");
    let host = identify(world, 1, &shop["id"], &token).await.ok(200);
    let mut named = nobody(world, 1);
    named.token = host["access_token"].as_str().unwrap().into();
    assert_eq!(opened(&named, None).await, queue["id"]);
    assert_eq!(opened(&visitor(world, 0, None).await, None).await, first);

    admin
        .patch(&path(&shop), json!({ "queue": null }))
        .await
        .ok(200);
    assert_eq!(opened(&vera, None).await, first);
    let back = json!({ "queue": queue["id"] });
    admin.patch(&path(&shop), back).await.ok(200);
    let of_queue = format!("/api/v1/queues/{}", queue["id"].as_str().unwrap());
    admin.delete(&of_queue).await.ok(204);
    assert_eq!(opened(&vera, None).await, first, "its queue is no more");
}

async fn disabled_it_lets_nobody_new_in(world: &World) {
    let admin = world.admin().await;
    let shop = widget(&admin, json!({ "name": "Shop" })).await;
    let (id, secret) = (&shop["id"], shop["secret"].as_str().unwrap());
    let vera = visitor(world, 0, Some(id)).await;
    admin
        .patch(&path(&shop), json!({ "disabled": true }))
        .await
        .ok(200);
    vera.get("/api/v1/me").await.ok(200);
    let told = async |widget: &Value| {
        let mut body = identify(world, 0, widget, &signed(secret, "7"))
            .await
            .ok(401);
        body.as_object_mut().unwrap().remove("request_id");
        body
    };
    let unknown = told(&json!(UserId::new())).await;
    assert_eq!(told(id).await, unknown);
    admin
        .patch(&path(&shop), json!({ "disabled": false }))
        .await
        .ok(200);
    identify(world, 0, id, &signed(secret, "7")).await.ok(200);
    admin.delete(&path(&shop)).await.ok(204);
    assert_eq!(told(id).await, unknown);
    vera.open().await;
}

async fn there_are_so_many_widgets_and_no_more(world: &World) {
    let admin = world.admin().await;
    let one = || widget(&admin, json!({ "name": "Shop" }));
    for _ in 0..97 {
        one().await;
    }
    let last = one().await;
    // Of four at once two find room.
    let four = (0..4).map(async |turn| {
        let admin = admin.at(world.base(turn));
        admin
            .post("/api/v1/widgets", json!({ "name": "Shop" }))
            .await
            .status
    });
    let mut answers = futures_util::future::join_all(four).await;
    answers.sort_unstable();
    assert_eq!(answers, [201, 201, 429, 429]);
    admin.delete(&path(&last)).await.ok(204);
    one().await;
}

async fn its_sites_may_frame_its_chat_and_no_others(world: &World) {
    let admin = world.admin().await;
    let made = widget(&admin, json!({ "name": "Shop", "sites": [SHOP, FORUM] })).await;
    let bare = widget(&admin, json!({ "name": "Bare" })).await;
    let framed = async |id: &str| {
        let page = Request::new("GET", &format!("/chat/{id}"));
        let reply = page.ask(&world.base(0)).await;
        assert_eq!(reply.status, 200, "{id}");
        let policy = reply.header("content-security-policy").unwrap().to_owned();
        let (_, ancestors) = policy.rsplit_once("frame-ancestors ").unwrap();
        ancestors.to_owned()
    };
    let id = made["id"].as_str().unwrap();
    assert_eq!(framed(id).await, format!("{SHOP} {FORUM}"));
    let (bare, unknown) = (bare["id"].as_str().unwrap(), WidgetId::new().to_string());
    for other in [bare, unknown.as_str(), "none"] {
        assert_eq!(framed(other).await, "'none'", "{other}");
    }
    let edit = json!({ "disabled": true });
    admin.patch(&path(&made), edit).await.ok(200);
    assert_eq!(framed(id).await, "'none'");
    // The loader alone may be loaded by pages of others.
    let loader = Request::new("GET", "/widget.js").ask(&world.base(0)).await;
    let policy = loader.header("cross-origin-resource-policy");
    assert_eq!((loader.status, policy), (200, Some("cross-origin")));
}

async fn a_newcomer_is_told_what_he_finds(world: &World) {
    let admin = world.admin().await;
    let queue = admin.get("/api/v1/queues").await.ok(200)[0]["id"].clone();
    let new = json!({ "name": "Members", "queue": queue, "visitors": false });
    let made = widget(&admin, new).await;
    let told = async |query: &str| admin.get(&format!("/api/v1/welcome{query}")).await;
    let plain = told("").await.ok(200);
    assert_eq!(
        (&plain["visitors"], &plain["queue"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(plain["queues"][0]["id"], queue);
    assert_eq!(plain["texts"], json!({ "welcome": "", "away": "" }));
    assert!(plain["files"]["bytes_max"].is_u64());
    let by = |id: &Value| format!("?widget={}", id.as_str().unwrap());
    let members = told(&by(&made["id"])).await.ok(200);
    assert_eq!(
        (&members["visitors"], &members["queue"]),
        (&json!(false), &queue)
    );
    let unknown = told(&format!("?widget={}", WidgetId::new())).await;
    assert_eq!(unknown.code(404), "not_found");
    admin
        .patch(&path(&made), json!({ "disabled": true }))
        .await
        .ok(200);
    assert_eq!(told(&by(&made["id"])).await.code(404), "not_found");
}
