//! Queues that have hours: who comes while nobody is expected leaves a message that waits in its
//! place, is not given up, and is served by whoever is there.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use switchboard::store::minutes::{self, MINUTE};
use switchboard::store::{Conn, conversations};
use switchboard::words::{ConversationId, now};

use crate::harness::{World, client_id, quick, until, within};
use crate::on_both_with;
use crate::person::{Answer, Person};
use crate::queues::{change, first, is, open_in, try_open};
use crate::wire::Request;

on_both_with!(
    quick;
    a_schedule_is_made_changed_and_deleted,
    a_wrong_schedule_is_refused_with_every_field,
    a_schedule_that_is_in_use_stays,
    who_comes_outside_of_the_hours_leaves_a_message,
    who_is_refused_is_told_when_it_opens,
    everybody_is_told_when_hours_change,
    patience_rests_while_a_queue_is_closed,
    who_goes_while_it_is_closed_has_left_a_message,
    a_place_that_is_held_is_not_given_up_while_it_is_closed,
    what_was_left_spoils_no_figures,
);

const HOUR: i64 = 60 * 60_000;

/// A week that is closed for hours around this moment; it opens again within a week.
pub fn closed() -> Value {
    let day = |ahead: i64| {
        let at = Timestamp::from_millisecond(now() + ahead * 24 * HOUR).unwrap();
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        names[at.to_zoned(TimeZone::UTC).weekday().to_monday_zero_offset() as usize]
    };
    let one = json!([{ "from": "09:00", "to": "17:00" }]);
    json!({ day(2): one, day(3): one })
}

fn open() -> Value {
    let one = json!([{ "from": "00:00", "to": "24:00" }]);
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    names.iter().map(|day| (*day, one.clone())).collect()
}

fn id(view: &Value) -> String {
    view["id"].as_str().unwrap().to_owned()
}

/// Makes a schedule with this week; answers its id.
pub async fn schedule(admin: &Person, week: Value) -> String {
    let name = format!("s-{}", uuid::Uuid::now_v7().simple());
    let new = json!({ "name": name, "time_zone": "UTC", "week": week });
    id(&admin.post("/api/v1/schedules", new).await.ok(201))
}

async fn set_week(admin: &Person, schedule: &str, week: Value) {
    let path = format!("/api/v1/schedules/{schedule}");
    admin.patch(&path, json!({ "week": week })).await.ok(200);
}

/// Has the first queue go by a schedule that is closed; answers both.
async fn closed_queue(admin: &Person) -> (String, String) {
    let (queue, schedule) = (first(admin).await, schedule(admin, closed()).await);
    change(admin, &queue, json!({ "schedule_id": schedule })).await;
    (queue, schedule)
}

fn fields(answer: Answer) -> Vec<String> {
    let body = answer.ok(422);
    let fields = body["errors"].as_array().unwrap().iter();
    fields
        .map(|one| one["field"].as_str().unwrap().to_owned())
        .collect()
}

async fn a_schedule_is_made_changed_and_deleted(world: &World) {
    let admin = world.admin().await;
    let week = json!({ "mon": [{ "from": "22:00", "to": "06:00" }] });
    let days = json!([
        { "date": "2027-01-01", "name": "New Year" },
        { "date": "2026-12-25", "hours": [{ "from": "10:00", "to": "12:00" }] },
    ]);
    let new = json!({
        "name": " Office ", "time_zone": "europe/berlin", "week": week, "days": days,
    });
    let made = admin.post("/api/v1/schedules", new.clone()).await.ok(201);
    assert_eq!(
        (&made["name"], &made["time_zone"], &made["week"]["mon"]),
        (&json!("Office"), &json!("Europe/Berlin"), &week["mon"])
    );
    assert_eq!(made["week"]["tue"], json!([]));
    // In their order.
    assert_eq!(made["days"][1]["name"], "New Year");
    assert_eq!(made["queues"], json!([]));
    let again = admin.post("/api/v1/schedules", new).await;
    assert_eq!(again.code(409), "schedule_name_taken");

    let path = format!("/api/v1/schedules/{}", id(&made));
    let there = admin.at(world.base(1));
    let changed = there
        .patch(&path, json!({ "time_zone": "Asia/Tehran", "days": [] }))
        .await
        .ok(200);
    assert_eq!(
        (&changed["name"], &changed["time_zone"], &changed["days"]),
        (&json!("Office"), &json!("Asia/Tehran"), &json!([]))
    );
    assert_eq!(changed["week"], made["week"]);
    assert_eq!(admin.get(&path).await.ok(200), changed);
    let other = schedule(&admin, json!({})).await;
    let list = admin.get("/api/v1/schedules").await.ok(200);
    assert_eq!((id(&list[0]), id(&list[1])), (id(&made), other.clone()));
    // One that never opens.
    let never = json!({ "open": false, "opens_at": null, "closes_at": null });
    assert_eq!(list[1]["hours"], never);
    let other = format!("/api/v1/schedules/{other}");
    let taken = admin.patch(&other, json!({ "name": "OFFICE" })).await;
    assert_eq!(taken.code(409), "schedule_name_taken");

    admin.delete(&path).await.ok(204);
    assert_eq!(there.get(&path).await.code(404), "not_found");
    assert_eq!(admin.delete(&path).await.code(404), "not_found");
    assert_eq!(there.patch(&path, json!({})).await.code(404), "not_found");
}

async fn a_wrong_schedule_is_refused_with_every_field(world: &World) {
    let admin = world.admin().await;
    let wrong = json!({
        "name": "", "time_zone": "Europe/Nowhere",
        "week": { "mon": [{ "from": "9", "to": "12:00" }] },
        "days": [{ "date": "2026-13-01" }],
    });
    let answer = admin.post("/api/v1/schedules", wrong).await;
    let known = ["week.mon", "days[0].date", "name", "time_zone"];
    assert_eq!(fields(answer), known);
    let nothing = admin.post("/api/v1/schedules", json!({})).await;
    assert_eq!(fields(nothing), ["name", "time_zone"]);
    let (queue, nobody) = (first(&admin).await, uuid::Uuid::now_v7());
    let path = format!("/api/v1/queues/{queue}");
    let answer = admin.patch(&path, json!({ "schedule_id": nobody })).await;
    assert_eq!(fields(answer), ["schedule_id"]);
}

async fn a_schedule_that_is_in_use_stays(world: &World) {
    let admin = world.admin().await;
    let (queue, schedule) = closed_queue(&admin).await;
    let path = format!("/api/v1/schedules/{schedule}");
    assert_eq!(admin.delete(&path).await.code(409), "schedule_in_use");
    let view = admin.get(&path).await.ok(200);
    assert_eq!(view["queues"], json!([{ "id": queue, "name": "Support" }]));
    change(&admin, &queue, json!({ "schedule_id": null })).await;
    admin.delete(&path).await.ok(204);
}

async fn who_comes_outside_of_the_hours_leaves_a_message(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(1).await);
    let (queue, schedule) = closed_queue(&admin).await;
    let hours = admin.get(&format!("/api/v1/schedules/{schedule}")).await;
    let hours = hours.ok(200)["hours"].clone();
    let opens_at = hours["opens_at"].as_i64().unwrap();
    assert!(opens_at > now() + 24 * HOUR && hours["open"] == false);
    for turn in 0..3 {
        let list = ann.at(world.base(turn)).get("/api/v1/queues").await.ok(200);
        assert_eq!(
            (&list[0]["open"], &list[0]["hours"]),
            (&json!(false), &hours)
        );
    }

    let (mut socket, ready) = ann.resume(json!({})).await;
    let told = json!([{
        "queue": queue, "open": false, "opens_at": opens_at, "closes_at": null,
    }]);
    assert_eq!(ready["hours"], told);
    let body = json!({ "client_id": client_id(), "queue": queue, "text": "Call me." });
    let view = ann
        .post("/api/v1/conversations", body.clone())
        .await
        .ok(201);
    assert_eq!(
        (&view["status"], &view["left_message"]),
        (&json!("waiting"), &json!(true))
    );
    let line = socket.wait("line").await;
    assert_eq!(
        (&line["position"], &line["eta"], &line["hours"]),
        (&json!(1), &json!(null), &hours)
    );
    let conversation = id(&view);
    let log = ann.log(&conversation).await;
    assert_eq!(log[0]["data"]["outside_hours"], true);
    let again = ann.post("/api/v1/conversations", body).await;
    assert_eq!(id(&again.ok(200)), conversation);

    // He goes, and nobody holds his place or gives it up: a rep who is there has it at once.
    drop(socket);
    let gone = async || {
        let app = &world.nodes[1 % world.nodes.len()].app;
        app.hub.people().is_empty()
    };
    until("he has gone", gone).await;
    world
        .pretend(&conversation, |row| row.due_at = Some(now()))
        .await;
    until("it is looked at", async || {
        world.row(&conversation).await.due_at > Some(now())
    })
    .await;
    let row = world.row(&conversation).await;
    assert!(!row.held && row.due_at >= Some(opens_at), "{row:?}");
    let rep = world.rep(2, 1).await;
    let mut socket = rep.socket().await;
    let assigned = socket.wait("assigned").await;
    assert_eq!(assigned["conversation"]["id"], conversation.as_str());
    assert_eq!(assigned["conversation"]["left_message"], true);
}

async fn who_is_refused_is_told_when_it_opens(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(1).await);
    let queue = first(&ann).await;
    let early = json!({ "client_id": client_id(), "queue": queue, "text": "Hello?" });
    let before = ann.post("/api/v1/conversations", early.clone()).await;
    let before = id(&before.ok(201));
    ann.close(&before).await.ok(200);
    let (queue, schedule) = closed_queue(&admin).await;
    change(&admin, &queue, json!({ "outside_hours": "refuse" })).await;
    let hours = admin.get(&format!("/api/v1/schedules/{schedule}")).await;
    let opens_at = hours.ok(200)["hours"]["opens_at"].as_i64().unwrap();

    for leave_message in [false, true] {
        let body = json!({
            "client_id": client_id(), "queue": queue, "text": "Hello?",
            "leave_message": leave_message,
        });
        let request = Request::new("POST", "/api/v1/conversations").token(&ann.token);
        let reply = request.json(&body).ask(&ann.base).await;
        assert_eq!(reply.told(), "409 outside_hours", "{reply:?}");
        let refused = reply.body();
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.contains("09:00 (UTC)"), "{detail}");
        let wait: i64 = reply.header("retry-after").unwrap().parse().unwrap();
        assert!(
            (now() + wait * 1_000 - opens_at).abs() < 20_000,
            "{reply:?}"
        );
    }
    let reopened = ann.act(&before, "reopen", json!({})).await;
    assert_eq!(reopened.code(409), "outside_hours");
    // What was carried out before is answered as it was.
    let again = ann.post("/api/v1/conversations", early).await;
    assert_eq!(id(&again.ok(200)), before);

    change(&admin, &queue, json!({ "outside_hours": "leave_message" })).await;
    let reopened = ann.act(&before, "reopen", json!({})).await.ok(200);
    assert_eq!(reopened["left_message"], true);
    assert_eq!(
        ann.last(&before, "reopened").await["data"],
        json!({ "outside_hours": true })
    );
    ann.close(&before).await.ok(200);
    // Its hours over, it is a conversation as any other again.
    set_week(&admin, &schedule, open()).await;
    let reopened = ann.act(&before, "reopen", json!({})).await.ok(200);
    assert_eq!(reopened["left_message"], false);
}

async fn everybody_is_told_when_hours_change(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let (queue, schedule) = closed_queue(&admin).await;
    let waits = open_in(&ann, &queue).await;
    let mut sockets = Vec::new();
    for turn in 0..3 {
        let who = world.customer(turn).await;
        sockets.push(who.at(world.base(turn)).socket().await);
    }
    let mut his = ann.at(world.base(2)).socket().await;
    let line = his.wait("line").await;
    assert_eq!(line["hours"]["open"], false, "{line}");
    set_week(&admin, &schedule, open()).await;
    for socket in sockets.iter_mut().chain([&mut his]) {
        let like = |frame: &Value| frame["type"] == "hours" && frame["hours"]["open"] == true;
        let told = socket.wait_for(like).await;
        assert_eq!(told["queue"], queue.as_str());
    }
    let line = his.wait("line").await;
    assert_eq!(
        (&line["conversation"], &line["hours"]["open"]),
        (&json!(waits), &json!(true))
    );
    // Without a schedule it is always open.
    change(&admin, &queue, json!({ "schedule_id": null })).await;
    let told = his.wait("hours").await;
    assert_eq!(told["hours"], Value::Null);
    let line = his.wait("line").await;
    assert_eq!(line.get("hours"), None, "{line}");
}

async fn patience_rests_while_a_queue_is_closed(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let queue = first(&ann).await;
    change(&admin, &queue, json!({ "fallback_after_ms": 1_000_000 })).await;
    // He came in time, and has waited too long by the clock alone.
    let waits = open_in(&ann, &queue).await;
    let (queue, schedule) = closed_queue(&admin).await;
    let long = |row: &mut conversations::Conversation| {
        row.queued_at = now() - HOUR;
        row.due_at = Some(now());
    };
    world.pretend(&waits, long).await;
    let opens_at = async |ann: &Person| {
        let list = ann.get("/api/v1/queues").await.ok(200);
        list[0]["hours"]["opens_at"].as_i64().unwrap()
    };
    let due = opens_at(&ann).await + 1_000_000;
    until("his patience rests", async || {
        world.row(&waits).await.due_at == Some(due)
    })
    .await;
    assert_eq!(world.status(&waits).await, "waiting");
    // Another queue without hours has no mercy.
    let other = json!({ "name": "Other", "fallback_after_ms": 1_000_000 });
    let other = crate::queues::make(&admin, other).await;
    let ends = open_in(&ann, &other).await;
    world.pretend(&ends, long).await;
    is(world, &ends, "closed").await;
    assert_eq!(world.status(&waits).await, "waiting");
    // Open all the while, so it is said now, it has been too long.
    set_week(&admin, &schedule, open()).await;
    is(world, &waits, "closed").await;
    let closed = ann.view(&waits).await;
    assert_eq!(closed["resolution"], "abandoned");
    let moved = json!({ "schedule_id": null });
    change(&admin, &queue, moved).await;
}

async fn who_goes_while_it_is_closed_has_left_a_message(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(1).await);
    let queue = first(&ann).await;
    let mut socket = ann.socket().await;
    let waits = open_in(&ann, &queue).await;
    socket.event("opened").await;
    assert!(!world.row(&waits).await.left_message);
    closed_queue(&admin).await;
    drop(socket);
    until("he has left it", async || {
        world.row(&waits).await.left_message
    })
    .await;
    let row = world.row(&waits).await;
    assert!(!row.held && row.status.as_str() == "waiting", "{row:?}");
}

async fn a_place_that_is_held_is_not_given_up_while_it_is_closed(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(1).await);
    let queue = first(&ann).await;
    let mut socket = ann.socket().await;
    let waits = open_in(&ann, &queue).await;
    socket.event("opened").await;
    drop(socket);
    until("his place is held", async || world.row(&waits).await.held).await;
    let (_, schedule) = closed_queue(&admin).await;
    let list = ann.get("/api/v1/queues").await.ok(200);
    let opens_at = list[0]["hours"]["opens_at"].as_i64();
    world.pretend(&waits, |row| row.due_at = Some(now())).await;
    until("it rests", async || {
        world.row(&waits).await.due_at == opens_at
    })
    .await;
    assert!(world.row(&waits).await.held);
    set_week(&admin, &schedule, open()).await;
    world.pretend(&waits, |row| row.due_at = Some(now())).await;
    is(world, &waits, "closed").await;
}

async fn what_was_left_spoils_no_figures(world: &World) {
    let (admin, ann, rep) = (
        world.admin().await,
        world.customer(0).await,
        world.rep(0, 9).await,
    );
    let queue = first(&ann).await;
    // One who waited for an hour before it closed, and one who came after that.
    let in_time = open_in(&ann, &queue).await;
    closed_queue(&admin).await;
    let outside = try_open(&ann, &queue).await.ok(201);
    assert_eq!(outside["left_message"], true);
    for one in [&in_time, &id(&outside)] {
        rep.claim(one).await.ok(200);
    }
    let first: ConversationId = in_time.parse().unwrap();
    // An hour later, by the clock alone.
    let at = (now() + HOUR) / MINUTE * MINUTE;
    for one in [in_time, id(&outside)] {
        let assigned = |row: &mut conversations::Conversation| row.assigned_at = Some(at);
        world.pretend(&one, assigned).await;
    }
    let read = move |conn: &mut Conn| {
        let row = conversations::find(conn, first)?.unwrap();
        Ok((row.queue_id, minutes::read(conn, at, false)?.queues))
    };
    let app = &world.nodes[0].app;
    let (id, rows) = app.store.read(read).await.unwrap();
    let row = rows.iter().find(|row| row.queue_id == id).unwrap();
    assert_eq!((row.assigned, row.in_target), (1, 1), "{row:?}");
    assert_eq!(row.wait_p90_ms, Some(0), "nobody waits while it is closed");
}

/// Time alone opens a queue, and everybody is told in that moment: within a minute, which is as
/// fine as hours are.
#[actix_web::test]
async fn everybody_is_told_in_the_moment_in_which_it_opens() {
    let world = World::embedded_with(|settings| settings.position_check_ms = 3_600_000).await;
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let opens = (now() + 2_000) / MINUTE * MINUTE + MINUTE;
    let text = |at: i64| {
        let at = Timestamp::from_millisecond(at).unwrap();
        at.to_zoned(TimeZone::UTC).strftime("%H:%M").to_string()
    };
    let span = json!([{ "from": text(opens), "to": text(opens + 60 * MINUTE) }]);
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let week: Value = names.iter().map(|day| (*day, span.clone())).collect();
    let mut socket = ann.socket().await;
    let schedule = schedule(&admin, week).await;
    let queue = first(&ann).await;
    change(&admin, &queue, json!({ "schedule_id": schedule })).await;
    let told = socket.wait("hours").await;
    assert_eq!(told["hours"]["opens_at"], opens);
    let rest = (opens - now()).max(0) as u64;
    tokio::time::sleep(std::time::Duration::from_millis(rest)).await;
    let told = within("it is told", socket.wait("hours")).await;
    let late = now() - opens;
    assert_eq!(told["hours"]["open"], true, "{told}");
    assert!(late < 5_000, "{late} ms late");
    world.end().await;
}
