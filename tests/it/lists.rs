//! Pages of conversations and of their logs: whole in both directions, in every order, narrowed by
//! everything they can be narrowed by.

use serde_json::{Value, json};
use switchboard::words::now;

use crate::harness::{World, client_id, until};
use crate::person::Person;
use crate::{on_both, queues};

on_both!(
    pages_of_conversations_go_both_ways_in_every_order,
    pages_of_a_log_go_both_ways,
    every_filter_narrows_as_it_says,
    a_list_tells_the_last_message_how_many_and_how_far,
    a_list_tells_what_each_was_begun_with,
    an_answer_has_a_number_that_leads_to_it,
    a_list_can_be_narrowed_to_what_is_unread,
    what_was_deleted_has_answered_nothing,
);

const LIST: &str = "/api/v1/conversations";

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Waits for another millisecond: what is done from now on is later than what was done before.
async fn later() {
    let before = now();
    until("another millisecond", async || now() > before).await;
}

/// Every page from here on, by their `next`.
async fn forth(person: &Person, query: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = person.get(&format!("{LIST}?{query}{cursor}")).await.ok(200);
        pages.push(ids(&page));
        let Some(next) = page["next"].as_str() else {
            return pages;
        };
        cursor = format!("&before={next}");
    }
}

async fn pages_of_conversations_go_both_ways_in_every_order(world: &World) {
    let (ann, admin) = (world.customer(0).await, world.admin().await);
    let mut opened = Vec::new();
    for _ in 0..7 {
        opened.push(ann.open().await);
        later().await;
    }
    // What was opened last but one is where something was said last.
    ann.say(&opened[5], "first").await;
    later().await;
    ann.say(&opened[2], "then").await;
    let newest: Vec<String> = opened.iter().rev().cloned().collect();
    let spoken = [2, 5, 6, 4, 3, 1, 0].map(|one| opened[one].clone());
    let orders = [
        ("newest", newest),
        ("activity", spoken.to_vec()),
        ("waiting", opened.clone()),
    ];
    for (order, expected) in orders {
        for person in [&ann, &admin] {
            let query = format!("order={order}&limit=3");
            let pages = forth(person, &query).await;
            assert_eq!(pages.concat(), expected, "{order}");
            assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);

            // And back again, from the last page.
            let all = person.get(&format!("{LIST}?{query}")).await.ok(200);
            let next = all["next"].as_str().unwrap();
            let second = person
                .get(&format!("{LIST}?{query}&before={next}"))
                .await
                .ok(200);
            let back = second["previous"].as_str().unwrap();
            let first = person
                .get(&format!("{LIST}?{query}&after={back}"))
                .await
                .ok(200);
            assert_eq!(ids(&first), pages[0], "{order}");
            assert_eq!(first["next"], all["next"], "{order}");
            let top = first["previous"].as_str().unwrap();
            let above = person
                .get(&format!("{LIST}?{query}&after={top}"))
                .await
                .ok(200);
            assert_eq!(ids(&above), Vec::<String>::new(), "{order}");
            assert_eq!(above["previous"], top, "the same place");
            for other in ["newest", "activity", "waiting"] {
                let query = format!("{LIST}?order={other}&before={next}");
                let answer = person.get(&query).await;
                let expected = if other == order { 200 } else { 422 };
                assert_eq!(answer.status, expected, "{order} as {other}");
            }
        }
    }
    // What comes ahead of a page later is found by its `previous`.
    let page = admin.get(&format!("{LIST}?limit=3")).await.ok(200);
    let late = ann.open().await;
    let ahead = page["previous"].as_str().unwrap();
    let ahead = admin.get(&format!("{LIST}?after={ahead}")).await.ok(200);
    assert_eq!(ids(&ahead), [late]);
    // A cursor of one order is none of another.
    for (order, cursor) in [
        ("activity", opened[0].clone()),
        ("newest", format!("1.{}", opened[0])),
    ] {
        let answer = admin
            .get(&format!("{LIST}?order={order}&before={cursor}"))
            .await;
        assert_eq!(answer.code(422), "validation_failed");
    }
}

async fn pages_of_a_log_go_both_ways(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    for number in 0..9 {
        ann.say(&id, &format!("message {number}")).await;
    }
    let log: Vec<Value> = ann.log(&id).await;
    assert_eq!(log.len(), 10);
    let path = format!("{LIST}/{id}/events?limit=4");
    let (mut older, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ann.get(&format!("{path}{cursor}")).await.ok(200);
        let mut items = page["items"].as_array().unwrap().clone();
        items.append(&mut older);
        older = items;
        let Some(previous) = page["previous"].as_i64() else {
            break;
        };
        cursor = format!("&before={previous}");
    }
    assert_eq!(older, log);
    let (mut newer, mut cursor) = (Vec::new(), "&after=0".to_owned());
    loop {
        let page = ann.get(&format!("{path}{cursor}")).await.ok(200);
        newer.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_i64() else {
            break;
        };
        cursor = format!("&after={next}");
    }
    assert_eq!(newer, log);
    // Beyond its ends the way back is still there.
    for (query, way, first) in [
        ("after=10", "previous=11", 7),
        ("after=500", "previous=11", 7),
        ("before=1", "next=0", 1),
    ] {
        let page = ann.get(&format!("{path}&{query}")).await.ok(200);
        assert_eq!(page["items"], json!([]), "{query}");
        let (field, place) = way.split_once('=').unwrap();
        assert_eq!(page[field].to_string(), place, "{query}");
        let back = if field == "next" { "after" } else { "before" };
        let page = ann.get(&format!("{path}&{back}={place}")).await.ok(200);
        assert_eq!(page["items"][0]["seq"], first, "{query}");
    }
    // Notes leave no trace in what a customer reads: no entry, no empty page, no cursor.
    let rep = world.rep(0, 9).await;
    rep.claim(&id).await.ok(200);
    let end = ann.view(&id).await["last_seq"].as_i64().unwrap();
    for _ in 0..3 {
        rep.note(&id, "he is impatient").await;
    }
    let page = ann.get(&format!("{path}&after={}", end - 2)).await.ok(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&page["next"], &page["last_seq"]),
        (&Value::Null, &json!(end))
    );
    let page = ann.get(&path).await.ok(200);
    let seqs = page["items"].as_array().unwrap().iter();
    let seqs: Vec<i64> = seqs.map(|one| one["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, [end - 3, end - 2, end - 1, end]);
    // Whoever has no other way to know how they are called is told beside what they did.
    let mut told = page["people"].as_array().unwrap().clone();
    told.sort_by_key(|one| one["id"] == json!(rep.id));
    let called = |one: &Person| json!({ "id": one.id, "name": one.name });
    assert_eq!(told, [called(&ann), called(&rep)]);
    let page = rep.get(&format!("{path}&after={}", end - 2)).await.ok(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 4);
    assert_eq!(
        (&page["next"], &page["last_seq"]),
        (&json!(end + 2), &json!(end + 3))
    );
    // Nor do they fill a page between what he reads.
    ann.say(&id, "hello?").await;
    let path = format!("{LIST}/{id}/events?limit=2");
    for (query, expected) in [
        (format!("after={end}"), vec![end + 4]),
        (format!("before={}", end + 4), vec![end - 1, end]),
    ] {
        let page = ann.get(&format!("{path}&{query}")).await.ok(200);
        let seqs = page["items"].as_array().unwrap().iter();
        let seqs: Vec<i64> = seqs.map(|one| one["seq"].as_i64().unwrap()).collect();
        assert_eq!(seqs, expected, "{query}");
    }
    // Who does something behind the scenes is told to staff alone.
    let (admin, priority) = (world.admin().await, format!("{LIST}/{id}/priority"));
    let urgent = json!({ "priority": "urgent" });
    admin.put(&priority, urgent).await.ok(200);
    for (person, is_told) in [(&ann, false), (&rep, true)] {
        let page = person.get(&path).await.ok(200);
        let mut people = page["people"].as_array().unwrap().iter();
        assert_eq!(people.any(|one| one["id"] == json!(admin.id)), is_told);
    }
}

/// Conversations in many states, and what tells them apart.
async fn a_mixed_house(world: &World) -> (Person, Vec<Person>, String) {
    let admin = world.admin().await;
    let other = queues::make(&admin, json!({ "name": "Other" })).await;
    let (ann, ben) = (world.customer(0).await, world.customer(1).await);
    let (rep, idle) = (world.rep(0, 9).await, world.rep(1, 9).await);
    for customer in [&ann, &ben] {
        let mut open = Vec::new();
        for _ in 0..3 {
            open.push(customer.open().await);
        }
        let elsewhere = queues::open_in(customer, &other).await;
        rep.claim(&open[0]).await.ok(200);
        rep.claim(&open[1]).await.ok(200);
        rep.act(&open[1], "close", json!({ "resolution": "unresolved" }))
            .await
            .ok(200);
        idle.claim(&open[2]).await.ok(200);
        idle.act(&open[2], "park", json!({})).await.ok(200);
        let path = format!("{LIST}/{elsewhere}/priority");
        admin
            .put(&path, json!({ "priority": "urgent" }))
            .await
            .ok(200);
    }
    let closed = ben.open().await;
    rep.claim(&closed).await.ok(200);
    rep.act(&closed, "close", json!({ "resolution": "resolved" }))
        .await
        .ok(200);
    let last = ann.open().await;
    assert_eq!(world.status(&last).await, "waiting");
    (admin, vec![ann, ben, rep, idle], other)
}

type Test<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

fn test<'a>(test: impl Fn(&Value) -> bool + 'a) -> Test<'a> {
    Box::new(test)
}

async fn every_filter_narrows_as_it_says(world: &World) {
    let (admin, people, other) = a_mixed_house(world).await;
    let (ann, rep, idle) = (people[0].id, people[2].id, people[3].id);
    let closed = admin.get(&format!("{LIST}?status=closed")).await.ok(200);
    for (customer, score) in [(&people[0], 2), (&people[1], 4)] {
        let mut closed = closed["items"].as_array().unwrap().iter();
        let one = closed.find(|it| it["customer"]["id"] == json!(customer.id));
        let path = format!("{LIST}/{}/rating", one.unwrap()["id"].as_str().unwrap());
        customer.put(&path, json!({ "score": score })).await.ok(200);
    }
    let everything = admin.get(&format!("{LIST}?limit=200")).await.ok(200);
    let all = everything["items"].as_array().unwrap();
    let score = |item: &Value| item["rating"]["score"].as_i64().unwrap_or(-1);
    let at = |item: &Value, name: &str| item[name].as_i64().unwrap_or(-1);
    let mid = at(&all[all.len() / 2], "created_at");
    let ends: Vec<i64> = all
        .iter()
        .map(|item| at(item, "closed_at"))
        .filter(|at| *at > 0)
        .collect();
    let end = *ends.iter().min().unwrap();
    let is = |item: &Value, path: &str, value: &str| item.pointer(path) == Some(&json!(value));
    let filters: Vec<(String, Test<'_>)> = vec![
        (
            "status=closed".into(),
            test(|it| is(it, "/status", "closed")),
        ),
        (
            "status=parked".into(),
            test(|it| is(it, "/status", "parked")),
        ),
        (
            "status=active".into(),
            test(|it| is(it, "/status", "active")),
        ),
        (
            "status=waiting".into(),
            test(|it| is(it, "/status", "waiting")),
        ),
        ("open=true".into(), test(|it| !is(it, "/status", "closed"))),
        ("open=false".into(), test(|it| is(it, "/status", "closed"))),
        (
            "resolution=unresolved".into(),
            test(|it| is(it, "/resolution", "unresolved")),
        ),
        (
            format!("queue={other}"),
            test(|it| is(it, "/queue/id", &other)),
        ),
        (
            "priority=urgent".into(),
            test(|it| is(it, "/priority", "urgent")),
        ),
        (
            format!("rep={rep}"),
            test(move |it| is(it, "/rep/id", &rep.to_string())),
        ),
        ("rep=none".into(), test(|it| it["rep"].is_null())),
        (
            format!("last_rep={idle}"),
            test(move |it| is(it, "/last_rep/id", &idle.to_string())),
        ),
        (
            format!("customer={ann}"),
            test(move |it| is(it, "/customer/id", &ann.to_string())),
        ),
        (
            format!("opened_from={mid}"),
            test(move |it| at(it, "created_at") >= mid),
        ),
        (
            format!("opened_to={}", mid - 1),
            test(move |it| at(it, "created_at") < mid),
        ),
        (
            format!("closed_from={}", end + 1),
            test(move |it| at(it, "closed_at") > end),
        ),
        (
            format!("closed_to={end}"),
            test(move |it| (0..=end).contains(&at(it, "closed_at"))),
        ),
        ("rating_from=3".into(), test(move |it| score(it) >= 3)),
        (
            "rating_to=3".into(),
            test(move |it| (1..=3).contains(&score(it))),
        ),
    ];
    for (first, matches) in &filters {
        let found = admin
            .get(&format!("{LIST}?limit=200&{first}"))
            .await
            .ok(200);
        let expected: Vec<&Value> = all.iter().filter(|item| matches(item)).collect();
        assert!(
            (1..all.len()).contains(&expected.len()),
            "{first} tells something apart"
        );
        assert_eq!(found["items"], json!(expected), "{first}");
        for (second, both) in &filters {
            // Not twice the same field, nor both ends of a span.
            let field = |query: &str| query.split(['=', '_']).next().map(str::to_owned);
            if field(first) == field(second) {
                continue;
            }
            let path = format!("{LIST}?limit=200&{first}&{second}");
            let found = ids(&admin.get(&path).await.ok(200));
            let expected = expected.iter().filter(|item| both(item));
            let expected: Vec<&str> = expected.map(|it| it["id"].as_str().unwrap()).collect();
            assert_eq!(found, expected, "{first} {second}");
        }
    }
    // A customer's list stays his own, whatever it is narrowed to.
    let foreign = people[1]
        .get(&format!("{LIST}?customer={ann}"))
        .await
        .ok(200);
    assert_eq!(ids(&foreign), Vec::<String>::new());
    for wrong in ["opened_from=2&opened_to=1", "closed_from=2&closed_to=1"] {
        let answer = admin.get(&format!("{LIST}?{wrong}")).await;
        assert_eq!(answer.code(422), "validation_failed");
    }
}

async fn a_list_tells_the_last_message_how_many_and_how_far(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(0, 9).await);
    let id = ann.open().await;
    let shown = async |person: &Person| {
        let list = person.get(LIST).await.ok(200)["items"][0].clone();
        let one = person.get(&format!("{LIST}/{id}")).await.ok(200);
        assert_eq!(list, one, "the same in a list and alone");
        (
            list["latest_message"]["text"]
                .as_str()
                .unwrap_or("none")
                .to_owned(),
            list["messages"].as_i64().unwrap(),
            list["standing"].as_str().unwrap().to_owned(),
        )
    };
    let is = |text: &str, count, standing: &str| (text.to_owned(), count, standing.to_owned());
    assert_eq!(shown(&ann).await, is("none", 0, "pending"));
    assert_eq!(shown(&rep).await, is("none", 0, "new"));
    ann.say(&id, "where is it?").await;
    rep.claim(&id).await.ok(200);
    assert_eq!(shown(&ann).await, is("where is it?", 1, "pending"));
    assert_eq!(shown(&rep).await, is("where is it?", 1, "seen"));
    rep.say(&id, "next door").await;
    rep.note(&id, "he is impatient").await;
    assert_eq!(shown(&ann).await, is("next door", 2, "answered"));
    assert_eq!(shown(&rep).await, is("next door", 2, "answered"));
    ann.say(&id, "thank you").await;
    assert_eq!(shown(&ann).await, is("thank you", 3, "pending"));
    // His mark says what he has looked at, once he sets any.
    assert_eq!(shown(&rep).await, is("thank you", 3, "seen"));
    for (back, standing) in [(1, "new"), (0, "seen")] {
        let seq = ann.view(&id).await["last_seq"].as_i64().unwrap() - back;
        let path = format!("{LIST}/{id}/read");
        rep.put(&path, json!({ "seq": seq })).await.ok(200);
        assert_eq!(shown(&rep).await, is("thank you", 3, standing));
    }
    rep.close(&id).await.ok(200);
    assert_eq!(shown(&ann).await, is("thank you", 3, "closed"));
    assert_eq!(shown(&rep).await, is("thank you", 3, "closed"));
}

async fn a_list_tells_what_each_was_begun_with(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(1, 9).await);
    let id = ann.open().await;
    let begun = async |person: &Person| {
        person.get(LIST).await.ok(200)["items"][0]["first_message"]["text"].clone()
    };
    rep.claim(&id).await.ok(200);
    rep.note(&id, "he is impatient").await;
    assert_eq!(begun(&ann).await, Value::Null, "a note begins nothing");
    let seq = ann.say(&id, "where is it?").await["seq"].clone();
    ann.say(&id, "my parcel").await;
    rep.say(&id, "next door").await;
    assert_eq!(begun(&ann).await, "where is it?");
    let message = format!("{LIST}/{id}/messages/{seq}");
    ann.delete(&message).await.ok(200);
    assert_eq!(begun(&ann).await, "my parcel");
    assert_eq!(begun(&rep).await, "my parcel");
}

async fn an_answer_has_a_number_that_leads_to_it(world: &World) {
    let (ann, ben, admin) = (
        world.customer(0).await,
        world.customer(1).await,
        world.admin().await,
    );
    let opening = json!({ "client_id": client_id(), "text": "the question" });
    let view = ann.post(LIST, opening).await.ok(201);
    let id = view["id"].as_str().unwrap().to_owned();
    let number = view["number"].as_i64().unwrap();
    let log = ann.log(&id).await;
    let message = log.iter().find(|entry| entry["kind"] == "message").unwrap();
    let address = message["answer"].as_i64().unwrap();
    assert_eq!(
        address,
        number * 1_048_576 + message["seq"].as_i64().unwrap()
    );
    let path = format!("/api/v1/answers/{address}");
    assert_eq!(ann.get(&path).await.ok(200), *message);
    assert_eq!(admin.get(&path).await.ok(200), *message);
    admin.note(&id, "for staff").await;
    let note = format!("/api/v1/answers/{}", number * 1_048_576 + 3);
    assert_eq!(admin.get(&note).await.ok(200)["text"], "for staff");
    assert_eq!(ann.get(&note).await.code(404), "not_found");
    let unknown = ben.get("/api/v1/answers/1048577000000").await;
    assert_eq!(ben.get(&path).await.body["detail"], unknown.body["detail"]);
    // The opening is no answer; these are no addresses.
    let opened = address - 1;
    for none in [opened, 0, -1, 1_048_576, i64::MAX] {
        assert_eq!(
            admin
                .get(&format!("/api/v1/answers/{none}"))
                .await
                .code(404),
            "not_found"
        );
    }
    for wrong in ["abc", "1.5", "9223372036854775808"] {
        let answer = admin.get(&format!("/api/v1/answers/{wrong}")).await;
        assert_eq!(answer.code(400), "invalid_id", "{wrong}");
    }
}

async fn a_list_can_be_narrowed_to_what_is_unread(world: &World) {
    let (ann, rep, admin) = (
        world.customer(0).await,
        world.rep(1, 9).await,
        world.admin().await,
    );
    let mut open = Vec::new();
    for _ in 0..5 {
        let id = ann.open().await;
        rep.claim(&id).await.ok(200);
        open.push(id);
    }
    let [silent, asked, noted, deleted, closed] = &open[..] else {
        unreachable!()
    };
    ann.say(asked, "anybody?").await;
    admin.note(noted, "be kind").await;
    let seq = ann.say(deleted, "oops").await["seq"].clone();
    ann.delete(&format!("{LIST}/{deleted}/messages/{seq}"))
        .await
        .ok(200);
    later().await;
    ann.say(closed, "thank you").await;
    rep.close(closed).await.ok(200);
    let unread = async |who: &Person, query: &str| {
        let page = who.get(&format!("{LIST}?{query}")).await.ok(200);
        let items = page["items"].as_array().unwrap();
        for one in items {
            let some = one["unread"].as_i64() > Some(0);
            assert_eq!(some, query.contains("unread=true"), "{one}");
        }
        let mut found = ids(&page);
        found.reverse();
        found
    };
    let some = |some: &[&String]| some.iter().map(|id| (*id).clone()).collect::<Vec<_>>();
    for order in ["", "&order=newest"] {
        let query = format!("unread=true{order}");
        assert_eq!(unread(&rep, &query).await, some(&[asked, noted, closed]));
        let query = format!("unread=false{order}");
        assert_eq!(unread(&rep, &query).await, some(&[silent, deleted]));
    }
    assert_eq!(unread(&admin, "unread=true").await, some(&[asked, closed]));
    assert_eq!(unread(&ann, "unread=true").await, some(&[]));
    let both = unread(&rep, "unread=true&open=true&limit=1").await;
    assert_eq!(both, some(&[noted]));
    let spoken = rep
        .get(&format!("{LIST}?unread=true&order=activity"))
        .await
        .ok(200);
    assert_eq!(ids(&spoken).len(), 3);
    assert_eq!(ids(&spoken)[0], *closed);
    // Read, they are read.
    for id in [asked, noted, closed] {
        let seq = rep.view(id).await["last_seq"].clone();
        rep.put(&format!("{LIST}/{id}/read"), json!({ "seq": seq }))
            .await
            .ok(200);
    }
    assert_eq!(unread(&rep, "unread=true").await, some(&[]));
    assert_eq!(unread(&rep, "unread=false").await, open);
    let wrong = rep.get(&format!("{LIST}?unread=maybe")).await;
    assert_eq!(wrong.code(422), "validation_failed");
}

async fn what_was_deleted_has_answered_nothing(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(1, 9).await);
    let id = ann.open().await;
    let standing = async |person: &Person| {
        let item = person.get(LIST).await.ok(200)["items"][0].clone();
        item["standing"].as_str().unwrap().to_owned()
    };
    ann.say(&id, "where is it?").await;
    rep.claim(&id).await.ok(200);
    let seq = rep.say(&id, "what?").await["seq"].clone();
    assert_eq!(standing(&ann).await, "answered");
    rep.delete(&format!("{LIST}/{id}/messages/{seq}"))
        .await
        .ok(200);
    assert_eq!(standing(&ann).await, "pending");
    assert_eq!(standing(&rep).await, "seen");
    rep.say(&id, "next door").await;
    let seq = ann.say(&id, "sorry").await["seq"].clone();
    assert_eq!(standing(&ann).await, "pending");
    ann.delete(&format!("{LIST}/{id}/messages/{seq}"))
        .await
        .ok(200);
    assert_eq!(standing(&ann).await, "answered");
}
