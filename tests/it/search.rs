//! The search: what it finds, in what order, for whom, and that its index is whole.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;
use serde_json::{Value, json};
use switchboard::error::{Code, Error};
use switchboard::store::{Conn, joined, retention, search};
use switchboard::words::{ConversationId, now};

use crate::harness::{World, client_id, until};
use crate::on_both;
use crate::person::Person;

on_both!(
    words_are_found_whatever_their_case_accents_and_script,
    the_best_comes_first_and_then_the_newest,
    a_long_list_comes_in_pages,
    one_finds_what_one_may_read_and_nothing_else,
    notes_are_found_by_staff_only,
    an_edit_is_found_by_what_stands_now,
    any_text_is_a_query_and_too_much_is_refused,
    what_is_changed_or_deleted_is_not_found_any_more,
    what_was_not_indexed_to_the_end_is_indexed_again,
    what_was_said_before_there_was_an_index_is_found,
    reads_that_last_leave_room_for_all_others,
    what_is_there_is_found_while_nothing_can_be_indexed,
);

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What is found when all is indexed. One node indexes before it answers; of several, one waits
/// for another only for a while.
async fn found(world: &World, person: &Person, query: &str) -> Vec<Value> {
    let mut items = Vec::new();
    until("all is indexed", async || {
        let shared = world.nodes[0].app.store.shared();
        let behind = shared && count(world, "search_pending").await > 0;
        let page = person
            .get(&format!("/api/v1/search?q={}", encoded(query)))
            .await
            .ok(200);
        items = page["items"].as_array().unwrap().clone();
        !behind
    })
    .await;
    items
}

/// What was found, with its marks: `a [match] b`.
fn shown(finding: &Value) -> String {
    let part = |part: &Value| {
        let text = part["text"].as_str().unwrap();
        match part["match"] == true {
            true => format!("[{text}]"),
            false => text.to_owned(),
        }
    };
    finding["snippet"]
        .as_array()
        .unwrap()
        .iter()
        .map(part)
        .collect()
}

async fn texts(world: &World, person: &Person, query: &str) -> Vec<String> {
    found(world, person, query)
        .await
        .iter()
        .map(shown)
        .collect()
}

async fn open_about(customer: &Person, subject: &str) -> String {
    let body = json!({ "client_id": client_id(), "subject": subject });
    let view = customer.post("/api/v1/conversations", body).await.ok(201);
    view["id"].as_str().unwrap().to_owned()
}

async fn words_are_found_whatever_their_case_accents_and_script(world: &World) {
    let ann = world.customer(0).await;
    let id = open_about(&ann, "Lost PARCEL").await;
    for text in [
        "Où est l'Été?",
        "Где мой ёжик",
        "كتاب‌های من کجاست؟",
        "小包はどこ",
        "ΣΊΣΥΦΟΣ",
    ] {
        ann.say(&id, text).await;
    }
    for (query, expected) in [
        ("parcel", "Lost [PARCEL]"),
        ("PARC lost", "[Lost] [PARCEL]"),
        ("ete", "Où est l'[Été]?"),
        ("OÙ été", "[Où] est l'[Été]?"),
        ("ЕЖИ", "Где мой [ёжик]"),
        ("МОЙ", "Где [мой] ёжик"),
        ("کتابهای", "[كتاب‌های] من کجاست؟"),
        ("كجاست", "كتاب‌های من [کجاست]؟"),
        ("小包", "[小][包]はどこ"),
        ("σίσυφος", "[ΣΊΣΥΦΟΣ]"),
        ("σισυφοσ", "[ΣΊΣΥΦΟΣ]"),
    ] {
        assert_eq!(texts(world, &ann, query).await, [expected], "{query}");
    }
    for query in ["parcels", "cel", "lost ete", "?", "l"] {
        let known = if query == "l" {
            vec!["Où est [l]'Été?"]
        } else {
            Vec::new()
        };
        assert_eq!(texts(world, &ann, query).await, known, "{query}");
    }
    let finding = &found(world, &ann, "ete").await[0];
    assert_eq!(finding["conversation"]["id"], id.as_str());
    assert_eq!(finding["sender"]["id"], ann.id.to_string());
    let address = finding["answer"].as_i64().unwrap();
    let entry = ann.get(&format!("/api/v1/answers/{address}")).await.ok(200);
    assert_eq!(
        (&entry["text"], &entry["seq"]),
        (&json!("Où est l'Été?"), &finding["seq"])
    );
    assert_eq!(found(world, &ann, "parcel").await[0]["seq"], Value::Null);
}

async fn the_best_comes_first_and_then_the_newest(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    let long = format!("zebra {}", "something else entirely ".repeat(40));
    let mut seqs = Vec::new();
    for text in [long.as_str(), "zebra one", "zebra two", "zebra zebra zebra"] {
        let said = ann.say(&id, text).await;
        seqs.push(said["seq"].as_i64().unwrap());
    }
    let order = found(world, &ann, "zebra").await;
    let order: Vec<i64> = order
        .iter()
        .map(|one| one["seq"].as_i64().unwrap())
        .collect();
    assert_eq!(order, [seqs[3], seqs[2], seqs[1], seqs[0]]);
}

async fn a_long_list_comes_in_pages(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    for number in 0..7 {
        ann.say(&id, &format!("zebra {number}")).await;
    }
    found(world, &ann, "zebra").await;
    let (mut all, mut skip) = (Vec::new(), 0);
    loop {
        let page = ann
            .get(&format!("/api/v1/search?q=zebra&limit=3&skip={skip}"))
            .await
            .ok(200);
        all.extend(page["items"].as_array().unwrap().iter().map(shown));
        let Some(next) = page["next"].as_i64() else {
            break;
        };
        skip = next;
    }
    let expected: Vec<String> = (0..7)
        .rev()
        .map(|number| format!("[zebra] {number}"))
        .collect();
    assert_eq!(all, expected);
}

/// Every finding is of a conversation that can be read, and every one that can be read is found.
async fn one_finds_what_one_may_read_and_nothing_else(world: &World) {
    let (ann, ben, admin) = (
        world.customer(0).await,
        world.customer(1).await,
        world.admin().await,
    );
    let (rep, other) = (world.rep(0, 9).await, world.rep(1, 9).await);
    let mut ids = Vec::new();
    for customer in [&ann, &ben] {
        for _ in 0..5 {
            let id = open_about(customer, "canary subject").await;
            customer.say(&id, "canary message").await;
            ids.push(id);
        }
    }
    rep.claim(&ids[0]).await.ok(200);
    rep.claim(&ids[1]).await.ok(200);
    rep.close(&ids[1]).await.ok(200);
    other.claim(&ids[2]).await.ok(200);
    other.act(&ids[2], "park", json!({})).await.ok(200);
    // It waits for him, and he serves no queue.
    let kept = other.id;
    world
        .pretend(&ids[3], |row| row.preferred_rep_id = Some(kept))
        .await;
    let path = format!("/api/v1/reps/{}/queues", other.id);
    admin.put(&path, json!({ "queues": [] })).await.ok(200);
    // He takes part in one that the other serves.
    let (taken, by): (ConversationId, _) = (ids[0].parse().unwrap(), other.id);
    let join = move |conn: &mut Conn| Ok(joined::insert(conn, taken, by, now())?);
    world.nodes[0].app.store.write(join).await.unwrap();
    let mut numbers = Vec::new();
    for person in [&ann, &ben, &rep, &other, &admin] {
        let mut readable = Vec::new();
        for id in &ids {
            let seen = person
                .get(&format!("/api/v1/conversations/{id}"))
                .await
                .status
                == 200;
            readable.extend(seen.then(|| id.clone()));
        }
        readable.sort();
        for order in ["newest", "activity"] {
            let path = format!("/api/v1/conversations?limit=200&order={order}");
            let list = person.get(&path).await.ok(200);
            let list = list["items"].as_array().unwrap().iter();
            let mut list: Vec<&str> = list.map(|one| one["id"].as_str().unwrap()).collect();
            list.sort();
            assert_eq!(list, readable, "{order} of {}", person.name);
        }
        // The subject and the message.
        let readable: Vec<String> = readable
            .iter()
            .flat_map(|id| [id.clone(), id.clone()])
            .collect();
        let found = found(world, person, "canary").await;
        let id = |one: &Value| one["conversation"]["id"].as_str().unwrap().to_owned();
        let mut found: Vec<String> = found.iter().map(id).collect();
        found.sort();
        assert_eq!(found, readable, "{}", person.name);
        numbers.push(found.len());
    }
    assert_eq!(numbers[0..2], [10, 10]);
    assert!(
        numbers[3] < numbers[2] && numbers[2] < numbers[4],
        "{numbers:?}"
    );
}

async fn notes_are_found_by_staff_only(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(0, 9).await);
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    rep.note(&id, "zebra is impatient").await;
    assert_eq!(texts(world, &ann, "zebra").await, Vec::<String>::new());
    let finding = &found(world, &rep, "zebra").await[0];
    assert_eq!(
        (shown(finding), &finding["note"]),
        ("[zebra] is impatient".into(), &json!(true))
    );
}

async fn an_edit_is_found_by_what_stands_now(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(0, 9).await);
    let id = ann.open().await;
    rep.claim(&id).await.ok(200);
    let seq = ann.say(&id, "zebra").await["seq"].as_i64().unwrap();
    let path = format!("/api/v1/conversations/{id}/messages/{seq}");
    assert_eq!(texts(world, &rep, "zebra").await, ["[zebra]"]);
    for text in ["a horse", "a brown horse"] {
        ann.put(&path, json!({ "text": text })).await.ok(200);
    }
    assert_eq!(texts(world, &rep, "zebra").await, Vec::<String>::new());
    // The edits are no findings of their own, and tell of no activity.
    assert_eq!(texts(world, &rep, "horse").await, ["a brown [horse]"]);
    let finding = &found(world, &rep, "horse").await[0];
    assert_eq!(finding["seq"], seq);
    // Whoever searches without the rights of staff is not told of notes by the length of the log.
    rep.note(&id, "he is impatient").await;
    let told = found(world, &ann, "horse").await[0]["conversation"]["last_seq"].clone();
    assert_eq!(told, ann.view(&id).await["last_seq"]);
    assert_ne!(told, rep.view(&id).await["last_seq"]);
    assert!(is_of_the_message(world).await);
    ann.delete(&path).await.ok(200);
    assert_eq!(texts(world, &rep, "horse").await, Vec::<String>::new());
    assert!(is_of_the_message(world).await);
}

/// Whether the only conversation has its place from its only message, not from what followed.
async fn is_of_the_message(world: &World) -> bool {
    let from = "activity a JOIN events e ON e.created_at = a.said_at
        AND e.conversation_id = a.conversation_id AND e.kind = 'message'";
    count(world, from).await == 1
}

async fn any_text_is_a_query_and_too_much_is_refused(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    ann.say(&id, "zebra and or not near col").await;
    for query in [
        "",
        " ",
        "\"",
        "'",
        "zebra\"",
        "zebra*",
        "*",
        "(",
        "zebra AND",
        "NOT zebra",
        "zebra OR (",
        "col:zebra",
        "-zebra",
        "^zebra",
        "zebra:*",
        "' | !",
        "\\",
        "zebra\\",
        "%",
        "\u{0}zebra",
        "🙂 zebra",
        "NEAR(zebra)",
        "{a b}",
        "zebra & !zebra",
        "<->",
        "\u{202e}zebra",
        "a\u{301}",
    ] {
        found(world, &ann, query).await;
    }
    for query in [
        "\"zebra",
        "zebra*",
        "NOT zebra",
        "(zebra",
        "^zebra",
        "🙂 zebra",
        "col:zebra",
    ] {
        assert_eq!(found(world, &ann, query).await.len(), 1, "{query}");
    }
    found(world, &ann, &"é".repeat(200)).await;
    let words: Vec<String> = (0..17).map(|number| format!("w{number}")).collect();
    found(world, &ann, &words[..16].join(" ")).await;
    for much in ["é".repeat(201), words.join(" ")] {
        let answer = ann
            .get(&format!("/api/v1/search?q={}", encoded(&much)))
            .await;
        assert_eq!(answer.body["errors"][0]["field"], "q");
        assert_eq!(answer.code(422), "validation_failed");
    }
    for wrong in [
        "",
        "q=a&skip=-1",
        "q=a&skip=1001",
        "q=a&limit=0",
        "q=a&limit=201",
        "q=a&x=1",
    ] {
        assert_eq!(
            ann.get(&format!("/api/v1/search?{wrong}")).await.status,
            422,
            "{wrong}"
        );
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn count(world: &World, from: &'static str) -> i64 {
    let read = move |conn: &mut Conn| {
        let ask = sql_query(format!("SELECT count(*) AS count FROM {from}"));
        let found: Count = match conn {
            Conn::Lite(conn) => ask.get_result(conn)?,
            Conn::Pg(conn) => ask.get_result(&mut **conn)?,
        };
        Ok(found.count)
    };
    world.nodes[0].app.store.read(read).await.unwrap()
}

async fn run(world: &World, statement: impl Into<String>) {
    let statement = statement.into();
    let write = move |conn: &mut Conn| Ok(conn.execute(&statement)?);
    world.nodes[0].app.store.write(write).await.unwrap();
}

async fn what_is_changed_or_deleted_is_not_found_any_more(world: &World) {
    let (ann, rep) = (world.customer(0).await, world.rep(0, 9).await);
    let id = open_about(&ann, "zebra subject").await;
    rep.claim(&id).await.ok(200);
    ann.say(&id, "zebra one").await;
    ann.say(&id, "zebra two").await;
    assert_eq!(found(world, &ann, "zebra").await.len(), 3);
    assert_eq!(count(world, "search_texts").await, 3);
    // Gone from the index with the very transaction.
    let change = |conn: &mut Conn| -> switchboard::error::Result<i64> {
        conn.execute("UPDATE events SET body = 'a horse' WHERE body = 'zebra one'")?;
        conn.execute("UPDATE conversations SET subject = 'horses'")?;
        let ask = sql_query("SELECT count(*) AS count FROM search_texts");
        let left: Count = match conn {
            Conn::Lite(conn) => ask.get_result(conn)?,
            Conn::Pg(conn) => ask.get_result(&mut **conn)?,
        };
        Ok(left.count)
    };
    assert_eq!(world.nodes[0].app.store.write(change).await.unwrap(), 1);
    assert_eq!(texts(world, &ann, "zebra").await, ["[zebra] two"]);
    assert_eq!(found(world, &ann, "horse").await.len(), 2);
    rep.close(&id).await.ok(200);
    let gone: ConversationId = id.parse().unwrap();
    let store = &world.nodes[0].app.store;
    let forget = move |conn: &mut Conn| retention::forget(conn, gone, now() + 1);
    store.write(forget).await.unwrap().unwrap();
    for word in ["zebra", "horse"] {
        assert_eq!(texts(world, &rep, word).await, Vec::<String>::new());
    }
    let remove = move |conn: &mut Conn| retention::remove_part(conn, gone);
    assert!(!store.write(remove).await.unwrap());
    // What is taken away is pending for a moment.
    assert_eq!(texts(world, &rep, "zebra").await, Vec::<String>::new());
    for table in ["search_texts", "activity", "search_pending"] {
        assert_eq!(count(world, table).await, 0, "{table}");
    }
    if !world.nodes[0].app.store.shared() {
        let words = count(
            world,
            "search_words WHERE search_words MATCH 'zebra OR horse'",
        )
        .await;
        assert_eq!(words, 0);
    }
}

/// What a crash in the middle of it would leave is what a rollback leaves.
async fn what_was_not_indexed_to_the_end_is_indexed_again(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    for number in 0..5 {
        ann.say(&id, &format!("zebra {number}")).await;
        let fail = |conn: &mut Conn| -> switchboard::error::Result<()> {
            search::index(conn)?;
            Err(Error::overloaded())
        };
        world.nodes[0].app.store.write(fail).await.unwrap_err();
    }
    assert_eq!(found(world, &ann, "zebra").await.len(), 5);
}

/// As many searches as there are connections, and as many sockets that catch up, each of which
/// looks at very much.
async fn reads_that_last_leave_room_for_all_others(world: &World) {
    let node = &world.nodes[0].app;
    let (ends, end) = std::sync::mpsc::channel::<()>();
    let end = std::sync::Arc::new(std::sync::Mutex::new(end));
    let lasting = |search: bool| {
        let (store, end) = (node.store.clone(), end.clone());
        let look = move |_: &mut Conn| {
            let _ = end.lock().unwrap().recv();
            Ok(())
        };
        tokio::spawn(async move {
            match search {
                true => store.search(look).await,
                false => store.catch_up(look).await,
            }
        })
    };
    let [searches, catch_ups] = [true, false].map(|search| {
        let number = 0..world.settings.database_connections;
        number.map(|_| lasting(search)).collect::<Vec<_>>()
    });
    until("somebody of both is told to come later", async || {
        [&searches, &catch_ups].map(|all| all.iter().any(|one| one.is_finished())) == [true; 2]
    })
    .await;
    let ann = world.customer(0).await;
    ann.open().await;
    drop(ends);
    for one in searches.into_iter().chain(catch_ups) {
        if let Err(error) = one.await.unwrap() {
            assert!([Code::Overloaded, Code::Unavailable].contains(&error.code));
        }
    }
}

async fn what_is_there_is_found_while_nothing_can_be_indexed(world: &World) {
    let ann = world.customer(0).await;
    let id = open_about(&ann, "zebra subject").await;
    assert_eq!(texts(world, &ann, "zebra").await, ["[zebra] subject"]);
    let full = match world.nodes[0].app.store.shared() {
        true => "ALTER TABLE search_texts ADD CONSTRAINT full_disk CHECK (seq < 0) NOT VALID",
        false => {
            "CREATE TRIGGER full_disk BEFORE INSERT ON search_texts
             BEGIN SELECT RAISE(ABORT, 'full'); END"
        }
    };
    run(world, full).await;
    ann.say(&id, "zebra message").await;
    for _ in 0..3 {
        let found = ann.get("/api/v1/search?q=zebra").await.ok(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        let path = "/api/v1/conversations?order=activity";
        let list = ann.get(path).await.ok(200);
        assert_eq!(list["items"][0]["id"], id.as_str());
    }
    let room = match world.nodes[0].app.store.shared() {
        true => "ALTER TABLE search_texts DROP CONSTRAINT full_disk",
        false => "DROP TRIGGER full_disk",
    };
    run(world, room).await;
    assert_eq!(found(world, &ann, "zebra").await.len(), 2);
}

async fn what_was_said_before_there_was_an_index_is_found(world: &World) {
    let ann = world.customer(0).await;
    let id = open_about(&ann, "zebra subject").await;
    ann.say(&id, "zebra message").await;
    found(world, &ann, "zebra").await;
    if world.nodes[0].app.store.shared() {
        let drop = "DROP FUNCTION search_event_changed, search_subject_changed CASCADE;
            DROP TABLE search_texts, search_pending";
        run(world, drop).await;
    } else {
        for trigger in [
            "event_added",
            "event_edited",
            "event_gone",
            "subject_added",
            "subject_edited",
            "subject_gone",
        ] {
            run(world, format!("DROP TRIGGER search_{trigger}")).await;
        }
        run(
            world,
            "DROP TABLE search_words; DROP TABLE search_texts; DROP TABLE search_pending",
        )
        .await;
    }
    // As the start does, twice over: it makes it once. SQLite's script brings its transaction.
    let url = world.settings.database();
    let again = move || {
        let mut conn = switchboard::store::open_existing(&url).unwrap();
        search::prepare(&mut conn).unwrap();
        search::prepare(&mut conn).unwrap();
    };
    tokio::task::spawn_blocking(again).await.unwrap();
    let mut found = texts(world, &ann, "zebra").await;
    found.sort();
    assert_eq!(found, ["[zebra] message", "[zebra] subject"]);
}
