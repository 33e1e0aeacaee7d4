//! However many conversations were ever closed, PostgreSQL finds the open ones by an index. It
//! plans for any parameter, so a query must say what the index says.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use switchboard::access::Actor;
use switchboard::store::conversations::{self, Filter};
use switchboard::store::{Conn, Options, Store, accounts, users, waiting};
use switchboard::words::{ConversationId, Role, Status, UserId};
use uuid::Uuid;

use crate::services;

const REP: u128 = 2;
const CUSTOMER: u128 = 3;

/// Many closed ones, and ten in every other state.
const FILL: &str = "
    INSERT INTO users (id, number, role, display_name, created_at)
        SELECT CAST(lpad(to_hex(n), 32, '0') AS UUID), n,
            CASE n WHEN 2 THEN 'rep' ELSE 'customer' END, '', 0
        FROM generate_series(2, 20) n;
    INSERT INTO queues (id, name, name_key, mode, waiting_max, created_at)
        VALUES ('00000000-0000-0000-0000-000000000001', 'a', 'a', 'auto', 10, 0);
    INSERT INTO reps (user_id, capacity, availability)
        VALUES ('00000000-0000-0000-0000-000000000002', 100, 'available');
    INSERT INTO rep_queues SELECT r.user_id, q.id FROM reps r, queues q;
    INSERT INTO conversations (id, number, customer_id, open_client_id, queue_id, subject, priority,
            status, resolution, rep_id, last_rep_id, place, created_at, updated_at, closed_at)
        SELECT gen_random_uuid(), n, CAST(lpad(to_hex(n % 18 + 3), 32, '0') AS UUID),
            gen_random_uuid(), q.id, '', 'normal', s.status,
            CASE s.status WHEN 'closed' THEN 'resolved' END,
            CASE WHEN s.status IN ('offered', 'active', 'wrapup') THEN r.user_id END,
            CASE WHEN s.status <> 'waiting' THEN r.user_id END,
            n, n, n, CASE s.status WHEN 'closed' THEN n END
        FROM queues q, reps r, generate_series(1, COUNT) n, LATERAL (SELECT CASE
            WHEN n <= 10 THEN 'waiting' WHEN n <= 20 THEN 'offered' WHEN n <= 30 THEN 'active'
            WHEN n <= 40 THEN 'wrapup' ELSE 'closed' END AS status) s;
    ANALYZE;
";

#[derive(QueryableByName)]
struct Scans {
    #[diesel(sql_type = BigInt)]
    scans: i64,
}

/// How often this transaction has looked into an index.
fn scans(conn: &mut Conn, index: &str) -> i64 {
    let Conn::Pg(conn) = conn else {
        panic!("it is PostgreSQL")
    };
    let ask = format!("SELECT pg_stat_get_xact_numscans(CAST('{index}' AS regclass)) AS scans");
    let found: Scans = diesel::sql_query(ask).get_result(&mut **conn).unwrap();
    found.scans
}

/// An empty database that this script has filled.
async fn filled(script: String) -> Option<Store> {
    let url = services::postgres()?.database();
    let options = Options {
        url: url.clone(),
        connections: 1,
    };
    let store = tokio::task::spawn_blocking(move || Store::open(&options).unwrap());
    let store = store.await.unwrap();
    // Not by the store: it takes longer than people wait.
    let client = services::client(&url).await;
    client.batch_execute(&script).await.unwrap();
    Some(store)
}

#[tokio::test]
async fn a_list_of_open_conversations_does_not_look_at_the_closed_ones() {
    let fill = FILL.replace("COUNT", "20000");
    let Some(store) = filled(fill).await else {
        return;
    };
    let of = |status| Filter {
        status: Some(status),
        limit: 50,
        ..Filter::default()
    };
    let open = Filter {
        open: true,
        limit: 50,
        ..Filter::default()
    };
    let (line, slots) = ("conversations_in_line", "conversations_of_rep");
    let cases = [
        (Role::Admin, of(Status::Waiting), line, 10),
        (Role::Rep, of(Status::Waiting), line, 10),
        (Role::Admin, of(Status::Offered), slots, 10),
        (Role::Admin, of(Status::Active), slots, 10),
        (Role::Rep, of(Status::Wrapup), slots, 10),
        (Role::Customer, open, "conversations_open_of_customer", 2),
    ];
    for (role, filter, index, count) in cases {
        let person = UserId(Uuid::from_u128(match role {
            Role::Customer => CUSTOMER,
            _ => REP,
        }));
        let shown = format!("{role} {filter:?}");
        let list = move |conn: &mut Conn| {
            let found = conversations::list(conn, &Actor::new(person, role), &filter)?;
            // The planner may take the one of all that is open as well.
            let open = scans(conn, "conversations_open");
            Ok((found.len(), scans(conn, index) + open))
        };
        let (found, scans) = store.write(list).await.unwrap();
        assert_eq!(found, count, "{shown}");
        assert!(scans > 0, "{shown} does not use {index}");
    }
}

#[tokio::test]
async fn a_list_of_bad_ratings_does_not_look_at_all_the_others() {
    let fill = FILL.replace("COUNT", "20000");
    let rate = "UPDATE conversations SET rating = CASE WHEN number > 19990 THEN 1 ELSE 5 END,
        rated_at = 1 WHERE status = 'closed' AND number % 2 = 0; ANALYZE;";
    let Some(store) = filled(fill + rate).await else {
        return;
    };
    let list = move |conn: &mut Conn| {
        let bad = Filter {
            rating: (None, Some(2)),
            limit: 50,
            ..Filter::default()
        };
        let admin = Actor::new(UserId(Uuid::from_u128(REP)), Role::Admin);
        let found = conversations::list(conn, &admin, &bad)?;
        Ok((found.len(), scans(conn, "conversations_by_rating")))
    };
    let (found, scans) = store.write(list).await.unwrap();
    assert_eq!(found, 5);
    assert!(scans > 0, "its index is not used");
}

/// Looked for every two seconds and hardly ever there, so nobody who waits is looked at for it.
#[tokio::test]
async fn what_time_seldom_finds_is_found_without_looking_at_the_line() {
    let fill = FILL.replace("COUNT", "20000");
    let fill = fill.replace("n <= 10 THEN", "n <= 19960 THEN");
    let wait = "UPDATE conversations SET due_at = 9 WHERE status = 'waiting';
        UPDATE reps SET availability = 'away'; ANALYZE;";
    let Some(store) = filled(fill + wait).await else {
        return;
    };
    type Find = fn(&mut Conn) -> QueryResult<Vec<ConversationId>>;
    let cases: [(&str, Find); 3] = [
        ("conversations_held", waiting::held_in_vain),
        ("conversations_endless", waiting::endless),
        ("conversations_reserved", |conn| {
            waiting::reserved_in_vain(conn, 1, 1)
        }),
    ];
    for (index, find) in cases {
        let look = move |conn: &mut Conn| {
            let found = find(conn)?;
            Ok((
                found.len(),
                scans(conn, index),
                scans(conn, "conversations_in_line"),
            ))
        };
        let seen = store.write(look).await.unwrap();
        assert_eq!(seen, (0, 1, 0), "{index}");
    }
}

/// They are locked one after the other, in the queue of those who write.
#[tokio::test]
async fn admins_and_whose_rep_somebody_is_are_found_among_many() {
    let many = "INSERT INTO users (id, number, role, display_name, created_at)
            SELECT gen_random_uuid(), n, CASE n WHEN 2 THEN 'admin' ELSE 'customer' END, '', 0
            FROM generate_series(2, 20000) n;
        ANALYZE;";
    let Some(store) = filled(many.into()).await else {
        return;
    };
    type Ask = fn(&mut Conn) -> QueryResult<i64>;
    let cases: [(&str, Ask, i64); 3] = [
        (
            "users_admins",
            |conn| Ok(accounts::lock_admins(conn)? as i64),
            1,
        ),
        (
            "users_admins",
            |conn| Ok(users::admin_exists(conn)?.into()),
            1,
        ),
        (
            "users_of_rep",
            |conn| {
                let rep = UserId(Uuid::from_u128(REP));
                Ok(users::forget_personal_rep(conn, rep)? as i64)
            },
            0,
        ),
    ];
    for (index, ask, expected) in cases {
        let look = move |conn: &mut Conn| Ok((ask(conn)?, scans(conn, index)));
        let (found, scans) = store.write(look).await.unwrap();
        assert_eq!(found, expected, "{index}");
        assert!(scans > 0, "{index} is not used");
    }
}
