//! The index of the search while others change what goes into it: what is deleted is in it no more,
//! whoever comes first.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use switchboard::access::Actor;
use switchboard::store::search::{self, Indexed, Wanted};
use switchboard::store::terms;
use switchboard::store::{Conn, Options, Store, checks, open_existing};
use switchboard::words::{Role, UserId, now};
use uuid::Uuid;

use crate::services;

/// A queue, and a customer who has said one thing. Ids stand as `{n}`.
const FILL: &str = "
    INSERT INTO queues (id, name, name_key, mode, waiting_max, created_at)
        VALUES ({1}, 'a', 'a', 'auto', 10, 0);
    INSERT INTO users (id, number, role, display_name, created_at)
        VALUES ({2}, 2, 'customer', '', 0);
    INSERT INTO conversations (id, number, customer_id, open_client_id, queue_id, subject, priority,
            status, place, created_at, updated_at)
        SELECT {3}, 1, u.id, {4}, q.id, '', 'normal', 'waiting', 1, 1, 1 FROM users u, queues q;
    INSERT INTO heads (conversation_id, last_seq, messages, others)
        SELECT id, 1, 1, 0 FROM conversations;
    INSERT INTO events (conversation_id, seq, kind, sender_id, body, created_at)
        SELECT c.id, 1, 'message', c.customer_id, 'zebra', 1 FROM conversations c;
";

/// A new database, filled with that.
fn filled(url: &str) -> Conn {
    let options = Options {
        url: url.to_owned(),
        connections: 1,
    };
    drop(Store::open(&options).unwrap());
    let mut conn = open_existing(url).unwrap();
    let mut fill = FILL.to_owned();
    for id in 1..=4u128 {
        let uuid = Uuid::from_u128(id);
        let literal = match conn {
            Conn::Lite(_) => format!("X'{}'", uuid.simple()),
            Conn::Pg(_) => format!("CAST('{uuid}' AS UUID)"),
        };
        fill = fill.replace(&format!("{{{id}}}"), &literal);
    }
    conn.execute(&fill).unwrap();
    conn
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn found(conn: &mut Conn, word: &str) -> i64 {
    let Conn::Pg(conn) = conn else {
        panic!("it is PostgreSQL")
    };
    let ask = format!("SELECT count(*) AS count FROM search_texts WHERE words @@ '{word}'");
    let found: Count = diesel::sql_query(ask).get_result(&mut **conn).unwrap();
    found.count
}

/// Whether the doctor finds in the index what is not there.
fn finds_deleted(conn: &mut Conn) -> bool {
    let findings = checks::run(conn).unwrap();
    let mut findings = findings.iter();
    let one = findings.find(|one| one.name == "deleted_is_not_found");
    !one.unwrap().is_well()
}

#[test]
fn what_is_changed_while_it_is_indexed_is_indexed_once_more() {
    let Some(postgres) = services::postgres() else {
        return;
    };
    let url = postgres.database();
    let author = &mut filled(&url);
    let [one, other] = &mut [0; 2].map(|_| open_existing(&url).unwrap());
    for (body, word) in [("", "zebra"), ("horse", "horse")] {
        let write = format!("UPDATE events SET body = '{body}' WHERE kind = 'message'");
        one.begin().unwrap();
        search::index(one).unwrap();
        author.execute(&write).unwrap();
        // Another comes before the first is done, and finds what was changed.
        other.begin().unwrap();
        search::index(other).unwrap();
        other.commit().unwrap();
        one.commit().unwrap();
        other.begin().unwrap();
        search::index(other).unwrap();
        other.commit().unwrap();
        let expected = i64::from(!body.is_empty());
        assert_eq!((found(other, word), found(other, "zebra")), (expected, 0));
        assert!(!search::is_behind(other).unwrap());
        assert!(!finds_deleted(author));
        // As it was.
        let write = "UPDATE events SET body = 'zebra' WHERE kind = 'message'";
        author.execute(write).unwrap();
    }
    // What would have been left is found by the doctor, unless it is on its way out.
    author.begin().unwrap();
    search::index(author).unwrap();
    author.commit().unwrap();
    let left = "ALTER TABLE events DISABLE TRIGGER USER; UPDATE events SET body = ''";
    author.execute(left).unwrap();
    assert!(finds_deleted(author));
    let pend = "INSERT INTO search_pending SELECT conversation_id, seq FROM search_texts";
    author.execute(pend).unwrap();
    assert!(!finds_deleted(author));
    author.begin().unwrap();
    search::index(author).unwrap();
    author.commit().unwrap();
    assert_eq!(found(author, "zebra"), 0);
}

/// As much as others can bear to wait for, and no text waits for ever.
fn few_bytes_are_indexed_at_once(conn: &mut Conn) {
    let step = |conn: &mut Conn| conn.transaction(search::index).unwrap();
    step(conn);
    // Short and long ones, and one that is too much for a batch by itself.
    let lengths = [10, 30_000, 30_000, 10_000, 100_000, 10, 60_000, 10];
    for (length, seq) in lengths.into_iter().zip(2..) {
        let text = "zebra ".repeat(length / 6 + 1);
        let say = format!(
            "INSERT INTO events (conversation_id, seq, kind, body, created_at)
             SELECT conversation_id, {seq}, 'message', '{}', 1 FROM heads",
            &text[..length]
        );
        conn.execute(&say).unwrap();
    }
    let full = |texts| Indexed { texts, full: true };
    for expected in [full(3), full(1), full(1)] {
        assert_eq!(step(conn), expected);
    }
    let last = Indexed {
        texts: 3,
        full: false,
    };
    assert_eq!(step(conn), last);
    let say = "INSERT INTO search_pending SELECT id, 0 FROM conversations";
    for _ in 0..search::BATCH {
        conn.execute(say).unwrap();
    }
    assert_eq!(step(conn), full(search::BATCH));
    assert!(!search::is_behind(conn).unwrap());
}

#[test]
fn few_bytes_are_indexed_at_once_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("a.db").display());
    few_bytes_are_indexed_at_once(&mut filled(&url));
}

#[test]
fn few_bytes_are_indexed_at_once_in_postgres() {
    if let Some(postgres) = services::postgres() {
        few_bytes_are_indexed_at_once(&mut filled(&postgres.database()));
    }
}

/// SQLite looks at one match after the other, also at those that this person may not read.
#[test]
fn a_search_for_which_nobody_waits_any_more_ends() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("a.db").display());
    let mut conn = filled(&url);
    let say = "INSERT INTO events (conversation_id, seq, kind, body, created_at)
        WITH RECURSIVE more (seq) AS (
            SELECT 2 UNION ALL SELECT seq + 1 FROM more WHERE seq < 70)
        SELECT conversation_id, more.seq, 'message', 'zebra', 1 FROM heads, more";
    conn.execute(say).unwrap();
    conn.transaction(search::index).unwrap();
    let terms = terms::terms_of("zebra").unwrap();
    let (nobody, minute) = (UserId(Uuid::nil()), 60_000);
    for role in [Role::Customer, Role::Rep, Role::Admin] {
        let mut ask = |until| {
            let (skip, limit) = (0, 100);
            let wanted = Wanted { skip, limit, until };
            search::find(&mut conn, &Actor::new(nobody, role), &terms, wanted)
        };
        let found = ask(now() + minute).unwrap().len();
        let all = if role == Role::Admin { 70 } else { 0 };
        assert_eq!(found, all, "{role}");
        let late = ask(now() - 1).unwrap_err().to_string();
        assert!(late.contains("overflow"), "{role}: {late}");
    }
}
