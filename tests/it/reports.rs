//! What a report says, with figures worked out by hand, and what it costs.

use serde_json::{Value, json};
use switchboard::store::conversations::Conversation;
use switchboard::store::events::Event;
use switchboard::store::{Conn, bulk, minutes, rep_hours};
use switchboard::words::{
    ClientId, ConversationId, EventKind, Moment, Priority, QueueId, Resolution, Status, UserId, now,
};
use uuid::Uuid;

use crate::harness::{Person, World, until};
use crate::on_both;

on_both!(
    a_report_counts_what_was_opened_in_its_span,
    who_left_while_he_waited_again_was_not_served,
    a_long_span_is_told_by_the_day_and_a_queue_alone,
    what_reps_had_to_do_is_summed_by_the_hour,
    what_no_report_can_be_made_of_is_refused,
);

const SECOND: Moment = 1_000;
const MINUTE: Moment = 60 * SECOND;
const HOUR: Moment = 60 * MINUTE;
const DAY: Moment = 24 * HOUR;
/// How far the clock of the reader is ahead of UTC.
const OFFSET: Moment = 210;
/// Midnight of a Monday by his clock.
const MONDAY: Moment = 1_767_571_200_000 - OFFSET * MINUTE;

/// A conversation of a customer, as long ago as one likes.
struct Past {
    number: i64,
    row: Conversation,
    log: Vec<Event>,
}

impl Past {
    fn opened(number: i64, customer: &Person, queue: QueueId, at: Moment) -> Self {
        let id = (at as u128) << 80 | number as u128;
        let row = Conversation {
            id: ConversationId(Uuid::from_u128(id)),
            number: 900_000 + number,
            customer_id: customer.id,
            open_client_id: ClientId::new(),
            queue_id: queue,
            subject: String::new(),
            priority: Priority::Normal,
            // Laid aside for longer than anybody waits.
            status: Status::Parked,
            due_at: Some(now() + 1_000 * DAY),
            resolution: None,
            rep_id: None,
            last_rep_id: None,
            epoch: 0,
            place: at,
            held: false,
            created_at: at,
            updated_at: at,
            assigned_at: None,
            first_reply_at: None,
            closed_at: None,
            changed_by: None,
            preferred_rep_id: None,
            preferred_until: None,
            hops: 0,
            ending: None,
            queued_at: at,
            left_message: false,
            rating: None,
            rating_text: None,
            rated_at: None,
        };
        let log = Vec::new();
        Past { number, row, log }.logged(EventKind::Opened, at, None)
    }

    fn logged(mut self, kind: EventKind, at: Moment, data: Option<Value>) -> Self {
        self.log.push(Event {
            conversation_id: self.row.id,
            seq: self.log.len() as i64 + 1,
            kind,
            sender_id: None,
            client_id: None,
            body: None,
            data,
            created_at: at,
        });
        self
    }

    /// So long after it was opened.
    fn assigned(mut self, rep: UserId, after: Moment) -> Self {
        let at = self.row.created_at + after;
        self.row.epoch += 1;
        self.row.last_rep_id = Some(rep);
        self.row.assigned_at = Some(at);
        let data = json!({ "rep": rep, "load": 1, "capacity": 4 });
        self.logged(EventKind::Assigned, at, Some(data))
    }

    fn replied(mut self, after: Moment) -> Self {
        self.row.first_reply_at = Some(self.row.created_at + after);
        self
    }

    fn closed(mut self, how: Resolution, after: Moment) -> Self {
        let at = self.row.created_at + after;
        self.row.status = Status::Closed;
        self.row.due_at = None;
        self.row.resolution = Some(how);
        self.row.closed_at = Some(at);
        self.logged(EventKind::Closed, at, None)
    }

    fn rated(mut self, score: i32) -> Self {
        self.row.rating = Some(score);
        self.row.rated_at = self.row.closed_at;
        let at = self.row.closed_at.unwrap();
        self.logged(EventKind::Rated, at, Some(json!({ "score": score })))
    }
}

/// The customer, two reps, and two queues: what was opened in two days from Monday on, and a little
/// before and behind.
struct House {
    admin: Person,
    queues: [QueueId; 2],
    reps: [Person; 2],
}

async fn house(world: &World) -> House {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let reps = [world.rep(0, 4).await, world.rep(1, 4).await];
    let first = world.change_queue(|_| {}).await;
    let new = json!({ "name": "Returns" });
    let second = admin.post("/api/v1/queues", new).await.ok(201);
    let second: QueueId = second["id"].as_str().unwrap().parse().unwrap();
    let (one, two) = (reps[0].id, reps[1].id);
    let open = |number, queue, at| Past::opened(number, &ann, queue, MONDAY + at);
    let mut left = open(5, first, DAY + 10 * HOUR);
    left.row.left_message = true;
    let pasts = vec![
        open(1, first, 10 * MINUTE)
            .assigned(one, 30 * SECOND)
            .replied(90 * SECOND)
            .closed(Resolution::Resolved, 630 * SECOND)
            .rated(5),
        // A second too late.
        open(2, first, 50 * MINUTE)
            .assigned(one, 61 * SECOND)
            .replied(120 * SECOND)
            .closed(Resolution::Unresolved, 1_261 * SECOND)
            .rated(4),
        open(3, first, 24 * HOUR - MINUTE).closed(Resolution::Abandoned, 5 * MINUTE),
        // One rep has it, then another.
        open(4, second, DAY)
            .assigned(two, 10 * SECOND)
            .replied(40 * SECOND)
            .assigned(one, 100 * SECOND)
            .closed(Resolution::Resolved, 400 * SECOND)
            .rated(1),
        left,
        // Neither counts.
        open(6, first, -1).closed(Resolution::Abandoned, MINUTE),
        open(7, first, 2 * DAY).closed(Resolution::Abandoned, MINUTE),
    ];
    store(world, pasts).await;
    House {
        admin,
        queues: [first, second],
        reps,
    }
}

async fn store(world: &World, pasts: Vec<Past>) {
    let write = move |conn: &mut Conn| {
        for past in &pasts {
            bulk::insert_conversations(conn, std::slice::from_ref(&past.row))?;
            bulk::insert_heads(conn, &[(past.row.id, past.log.len() as i64)])?;
            bulk::insert_events(conn, &past.log)?;
        }
        Ok(pasts.iter().map(|past| past.number).max())
    };
    world.nodes[0].app.store.write(write).await.unwrap();
}

fn spread(count: i64, p50_s: Moment, p90_s: Moment) -> Value {
    json!({ "count": count, "p50_ms": p50_s * SECOND, "p90_ms": p90_s * SECOND })
}

/// The named fields of something, in their order.
fn some(of: &Value, names: &[&str]) -> Vec<i64> {
    let one = |name: &&str| of[*name].as_i64().unwrap_or_else(|| panic!("{name}: {of}"));
    names.iter().map(one).collect()
}

async fn a_report_counts_what_was_opened_in_its_span(world: &World) {
    let House {
        admin,
        queues,
        reps,
    } = house(world).await;
    let path = |offset: Moment| {
        let to = MONDAY + 2 * DAY;
        format!("/api/v1/reports?from={MONDAY}&to={to}&offset={offset}")
    };
    let told = admin.get(&path(OFFSET)).await.ok(200);
    let totals = &told["totals"];
    assert_eq!(
        some(totals, &["opened", "assigned", "in_target", "open"]),
        [5, 3, 2, 1],
        "{totals}"
    );
    assert_eq!(
        some(totals, &["resolved", "unresolved", "abandoned"]),
        [2, 1, 1]
    );
    // Waits of 10, 30 and 61 s; replies after 40, 90 and 120 s; the second rep's 300 s alone.
    assert_eq!(totals["wait"], spread(3, 30, 61));
    assert_eq!(totals["first_reply"], spread(3, 90, 120));
    assert_eq!(totals["handling"], spread(3, 600, 1_200));

    assert_eq!(told["step"], "hour");
    let buckets = told["buckets"].as_array().unwrap();
    assert_eq!(buckets.len(), 48);
    let opened: Vec<(usize, i64)> = (0..48)
        .map(|place| (place, buckets[place]["opened"].as_i64().unwrap()))
        .filter(|(_, opened)| *opened > 0)
        .collect();
    assert_eq!(opened, [(0, 2), (23, 1), (24, 1), (34, 1)]);
    assert_eq!(some(&buckets[0], &["from", "to"]), [MONDAY, MONDAY + HOUR]);
    assert_eq!(some(&buckets[0], &["assigned", "in_target"]), [2, 1]);
    assert_eq!(buckets[0]["wait"], spread(2, 30, 61));
    assert_eq!(buckets[23]["abandoned"], 1);
    assert_eq!(buckets[1]["wait"], Value::Null, "nobody waited");

    let came = |told: &Value| {
        let hours = (0..7).flat_map(|day| (0..24).map(move |hour| (day, hour)));
        let came = hours.map(|(day, hour)| (day, hour, told["arrivals"][day][hour].clone()));
        let came = came.filter(|(.., count)| *count != 0);
        came.map(|(day, hour, count)| (day, hour, count.as_i64().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        came(&told),
        [(0, 0, 2), (0, 23, 1), (1, 0, 1), (1, 10, 1)],
        "by his clock"
    );
    // At Greenwich it is three and a half hours earlier, and the first two came on a Sunday.
    let there = admin.get(&path(0)).await.ok(200);
    assert_eq!(
        came(&there),
        [(0, 20, 2), (1, 6, 1), (6, 20, 1), (6, 21, 1)],
        "{there}"
    );
    let buckets = there["buckets"].as_array().unwrap();
    let (cut, ends) = (MONDAY + 30 * MINUTE, MONDAY + 2 * DAY);
    assert_eq!(buckets.len(), 49);
    assert_eq!(some(&buckets[0], &["from", "to"]), [MONDAY, cut]);
    assert_eq!(
        some(&buckets[48], &["from", "to"]),
        [ends - 30 * MINUTE, ends]
    );

    let at = |place: usize| &told["queues"][place];
    assert_eq!(told["queues"].as_array().unwrap().len(), 2);
    assert_eq!(at(0)["queue"]["id"], json!(queues[0]));
    assert_eq!(
        some(at(0), &["opened", "assigned", "in_target", "open"]),
        [4, 2, 1, 1]
    );
    assert_eq!(at(0)["first_reply"], spread(2, 90, 120));
    assert_eq!(at(1)["queue"]["name"], "Returns");
    assert_eq!(some(at(1), &["opened", "assigned", "in_target"]), [1, 1, 1]);
    assert_eq!(at(1)["handling"], spread(1, 300, 300));

    let served = told["reps"].as_array().unwrap();
    assert_eq!(served.len(), 1, "the other one has ended nothing: {told}");
    assert_eq!(served[0]["rep"]["id"], json!(reps[0].id));
    assert_eq!(
        some(&served[0], &["served", "resolved", "unresolved"]),
        [3, 2, 1]
    );
    assert_eq!(served[0]["handling"], spread(3, 600, 1_200));
    assert_eq!(
        served[0]["first_reply"],
        spread(2, 59, 60),
        "what another one said is not his"
    );
    let ratings = json!({ "count": 3, "scores": [1, 0, 0, 1, 1] });
    assert_eq!(served[0]["ratings"], ratings);
    assert_eq!(told["ratings"], ratings);
    assert_eq!(served[0]["utilisation"], Value::Null);
}

async fn who_left_while_he_waited_again_was_not_served(world: &World) {
    let (admin, ann, rep) = (
        world.admin().await,
        world.customer(0).await,
        world.rep(0, 4).await,
    );
    let queue = world.change_queue(|_| {}).await;
    let past = Past::opened(1, &ann, queue, MONDAY)
        .assigned(rep.id, 10 * SECOND)
        .logged(EventKind::Requeued, MONDAY + MINUTE, None)
        .closed(Resolution::Abandoned, HOUR);
    store(world, vec![past]).await;
    let path = format!("/api/v1/reports?from={MONDAY}&to={}", MONDAY + DAY);
    let totals = &admin.get(&path).await.ok(200)["totals"];
    assert_eq!(some(totals, &["assigned", "abandoned"]), [1, 1]);
    assert_eq!(totals["handling"], Value::Null, "{totals}");
}

async fn a_long_span_is_told_by_the_day_and_a_queue_alone(world: &World) {
    let House { admin, queues, .. } = house(world).await;
    let (from, to) = (MONDAY - 3 * DAY, MONDAY + 4 * DAY);
    let path = format!("/api/v1/reports?from={from}&to={to}&offset={OFFSET}");
    let told = admin.get(&path).await.ok(200);
    assert_eq!(told["step"], "day");
    let buckets = told["buckets"].as_array().unwrap().iter();
    let opened: Vec<_> = buckets.map(|one| one["opened"].clone()).collect();
    assert_eq!(json!(opened), json!([0, 0, 1, 3, 2, 1, 0]));
    let path = format!("{path}&queue={}", queues[1]);
    let told = admin.get(&path).await.ok(200);
    assert_eq!(some(&told["totals"], &["opened", "resolved"]), [1, 1]);
    assert_eq!(told["queues"].as_array().unwrap().len(), 1);
}

async fn what_reps_had_to_do_is_summed_by_the_hour(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let id = ann.open().await;
    let rep = world.rep(1, 4).await;
    let away = world.rep(1, 9).await;
    let _socket = rep.socket().await;
    until("it is served", async || world.status(&id).await == "active").await;
    // An hour that nobody else writes down.
    let hour = (now() + 10 * DAY) / HOUR * HOUR;
    let (first, last) = (&world.nodes[0], &world.nodes[world.nodes.len() - 1]);
    let write = async |minute: Moment| {
        let store = &first.app.store;
        let read = move |conn: &mut Conn| minutes::read(conn, minute, true);
        let ended = store.read(read).await.unwrap();
        let there: Vec<UserId> = ended.reps.iter().map(|one| one.rep_id).collect();
        assert_eq!(there, [rep.id], "and not {}", away.id);
        // Two nodes write down the same minute.
        let twin = ended.clone();
        let write = store.write(move |conn| minutes::write(conn, &ended));
        let again = last
            .app
            .store
            .write(move |conn| minutes::write(conn, &twin));
        let (one, two) = futures_util::join!(write, again);
        one.unwrap();
        two.unwrap();
    };
    write(hour).await;
    rep.close(&id).await.ok(200);
    write(hour + MINUTE).await;
    let path = format!("/api/v1/reports?from={hour}&to={}", hour + HOUR);
    let told = admin.get(&path).await.ok(200);
    let reps = told["reps"].as_array().unwrap();
    assert_eq!(reps.len(), 1, "{told}");
    assert_eq!(reps[0]["rep"]["id"], json!(rep.id));
    assert_eq!(some(&reps[0], &["served", "available_ms"]), [0, 2 * MINUTE]);
    // One of four, then none of four.
    assert_eq!(reps[0]["utilisation"], 0.125);
    let forget = move |conn: &mut Conn| {
        let kept = rep_hours::delete_before(conn, hour)?;
        Ok((kept, rep_hours::delete_before(conn, hour + 1)?))
    };
    let (before, gone) = first.app.store.write(forget).await.unwrap();
    assert!(before <= 2, "what the clock itself has written");
    assert_eq!(gone, 1);
}

async fn what_no_report_can_be_made_of_is_refused(world: &World) {
    let admin = world.admin().await;
    for wrong in [
        "offset=841",
        "offset=-841",
        "from=5&to=5",
        "from=6&to=5",
        "from=-1&to=5",
        "from=0&to=7948800001",
        "to=281474976710656",
        "to=9223372036854775807&from=-9223372036854775808",
        "from=yesterday",
        "days=3",
    ] {
        let answer = admin.get(&format!("/api/v1/reports?{wrong}")).await;
        assert_eq!(answer.code(422), "validation_failed", "{wrong}");
    }
    let unknown = format!("/api/v1/reports?queue={}", QueueId::new());
    assert_eq!(admin.get(&unknown).await.code(404), "not_found");
    let longest = "/api/v1/reports?from=0&to=7948800000&offset=-840";
    let told = admin.get(longest).await.ok(200);
    assert_eq!(told["buckets"].as_array().unwrap().len(), 93);
    assert_eq!(told["totals"]["opened"], 0);
}
