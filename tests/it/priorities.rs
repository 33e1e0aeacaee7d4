//! The head starts of priorities: who is urgent goes first, and nobody is overtaken by more than
//! the difference.

use serde_json::json;
use switchboard::settings::Settings;
use switchboard::words::Moment;

use crate::harness::{World, client_id};
use crate::on_both_with;
use crate::person::Person;
use crate::queues::{all_is_told, is};

on_both_with!(
    two_and_three_and_seven;
    urgent_overtakes_normal,
    a_low_one_is_overtaken_only_within_the_bound,
    a_priority_moves_the_place_there_and_back,
);

const MINUTE: Moment = 60_000;

fn two_and_three_and_seven(settings: &mut Settings) {
    settings.head_start_low_min = -2;
    settings.head_start_high_min = 3;
    settings.head_start_urgent_min = 7;
    settings.customer_priority_max = "urgent".into();
}

async fn open(customer: &Person, priority: &str) -> String {
    let body = json!({ "client_id": client_id(), "priority": priority });
    let view = customer.post("/api/v1/conversations", body).await.ok(201);
    view["id"].as_str().unwrap().to_owned()
}

async fn set_priority(staff: &Person, conversation: &str, priority: &str) {
    let path = format!("/api/v1/conversations/{conversation}/priority");
    staff
        .put(&path, json!({ "priority": priority }))
        .await
        .ok(200);
}

/// As if it had been opened so much earlier or later. The line hears of it with the next change.
async fn shift(world: &World, admin: &Person, conversation: &str, by: Moment) {
    world.pretend(conversation, |row| row.place += by).await;
    let before = world.row(conversation).await.priority.to_string();
    let other = if before == "high" { "low" } else { "high" };
    for priority in [other, &before] {
        set_priority(admin, conversation, priority).await;
    }
}

/// One rep with room for one takes them one by one.
async fn served_in_order(world: &World, order: &[&String]) {
    all_is_told(world).await;
    let rep = world.rep(1, 1).await;
    let _socket = rep.socket().await;
    for (at, next) in order.iter().enumerate() {
        is(world, next, "active").await;
        for later in &order[at + 1..] {
            assert_eq!(world.status(later).await, "waiting", "{at}");
        }
        rep.close(next).await.ok(200);
    }
}

async fn urgent_overtakes_normal(world: &World) {
    let ann = world.customer(0).await;
    let low = open(&ann, "low").await;
    let normal = open(&ann, "normal").await;
    let high = open(&ann, "high").await;
    let urgent = open(&ann, "urgent").await;
    let second = open(&ann, "urgent").await;
    let place = async |id: &str| {
        let row = world.row(id).await;
        row.created_at - row.place
    };
    assert_eq!(place(&low).await, -2 * MINUTE);
    assert_eq!(place(&normal).await, 0);
    assert_eq!(place(&high).await, 3 * MINUTE);
    assert_eq!(place(&urgent).await, 7 * MINUTE);
    served_in_order(world, &[&urgent, &second, &high, &normal, &low]).await;
}

async fn a_low_one_is_overtaken_only_within_the_bound(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let low = open(&ann, "low").await;
    let (within, behind) = (open(&ann, "normal").await, open(&ann, "normal").await);
    let (urgent_within, urgent_behind) = (open(&ann, "urgent").await, open(&ann, "urgent").await);
    // Nine minutes are between low and urgent here, two between low and normal. What was opened
    // a moment before that comes before it, what was opened a moment after comes behind it.
    let second = 1_000;
    for (id, minutes, by) in [
        (&within, 2, -second),
        (&behind, 2, second),
        (&urgent_within, 9, -2 * second),
        (&urgent_behind, 9, 2 * second),
    ] {
        let apart = world.row(&low).await.created_at - world.row(id).await.created_at;
        shift(world, &admin, id, minutes * MINUTE + by + apart).await;
    }
    let order = [&urgent_within, &within, &low, &behind, &urgent_behind];
    served_in_order(world, &order).await;
}

async fn a_priority_moves_the_place_there_and_back(world: &World) {
    let (admin, ann) = (world.admin().await, world.customer(0).await);
    let (one, two, three) = (
        open(&ann, "normal").await,
        open(&ann, "normal").await,
        open(&ann, "normal").await,
    );
    let began = world.row(&two).await.place;
    let mut word = "normal";
    for (next, start) in [
        ("urgent", 7),
        ("low", -2),
        ("high", 3),
        ("urgent", 7),
        ("normal", 0),
    ] {
        set_priority(&admin, &two, next).await;
        assert_eq!(
            world.row(&two).await.place,
            began - start * MINUTE,
            "{word} to {next}"
        );
        let log = admin.log(&two).await;
        assert_eq!(
            log.last().unwrap()["data"],
            json!({ "from": word, "to": next })
        );
        word = next;
    }
    // While somebody has it, too; and it goes back to where it would stand.
    let rep = world.rep(1, 1).await;
    rep.claim(&two).await.ok(200);
    set_priority(&rep, &two, "high").await;
    let path = format!("/api/v1/conversations/{two}/requeue");
    rep.post(&path, json!({})).await.ok(200);
    assert_eq!(world.row(&two).await.place, began - 3 * MINUTE);
    set_priority(&admin, &two, "normal").await;
    served_in_order(world, &[&one, &two, &three]).await;
}
