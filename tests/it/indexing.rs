//! The index of the search while others change what goes into it: what is deleted is in it no more,
//! whoever comes first.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use switchboard::store::{Conn, checks, open_existing, search};

use crate::services;

/// A customer who has said one thing.
const FILL: &str = "
    INSERT INTO users (id, number, role, display_name, created_at)
        VALUES ('00000000-0000-0000-0000-000000000002', 2, 'customer', '', 0);
    INSERT INTO queues (id, name, name_key, mode, waiting_max, created_at)
        VALUES ('00000000-0000-0000-0000-000000000001', 'a', 'a', 'auto', 10, 0);
    INSERT INTO conversations (id, number, customer_id, open_client_id, queue_id, subject, priority,
            status, place, created_at, updated_at)
        SELECT '00000000-0000-0000-0000-000000000003', 1, u.id, gen_random_uuid(), q.id, '',
            'normal', 'waiting', 1, 1, 1 FROM users u, queues q;
    INSERT INTO heads (conversation_id, last_seq, messages, others)
        SELECT id, 1, 1, 0 FROM conversations;
    INSERT INTO events (conversation_id, seq, kind, sender_id, body, created_at)
        SELECT c.id, 1, 'message', c.customer_id, 'zebra', 1 FROM conversations c;
";

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
    let store = switchboard::store::Options {
        url: url.clone(),
        connections: 1,
    };
    drop(switchboard::store::Store::open(&store).unwrap());
    let mut all = [0; 3].map(|_| open_existing(&url).unwrap());
    let [one, author, other] = &mut all;
    author.execute(FILL).unwrap();
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
