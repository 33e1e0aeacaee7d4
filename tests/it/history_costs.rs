//! What a long history costs: what is shown of it looks at little of it, however long it is.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use switchboard::store::attachments::{self, Usage};
use switchboard::store::{Conn, Options, Store, marks, message_counts, retention, standing};
use switchboard::words::{ConversationId, Role, UserId, now};
use uuid::Uuid;

use crate::services;

const CONVERSATIONS: i64 = 20;
const ENTRIES: i64 = 4_000;

/// Some conversations in which a customer talks with himself: every fourth entry is none of his.
const FILL: &str = "
    INSERT INTO users (id, number, role, display_name, created_at)
        SELECT CAST(lpad(to_hex(n), 32, '0') AS UUID), n,
            CASE n WHEN 2 THEN 'customer' ELSE 'admin' END, '', 0
        FROM generate_series(2, 3) n;
    INSERT INTO queues (id, name, name_key, mode, waiting_max, created_at)
        VALUES ('00000000-0000-0000-0000-000000000001', 'a', 'a', 'auto', 10, 0);
    ALTER TABLE events DISABLE TRIGGER USER;
    INSERT INTO conversations (id, number, customer_id, open_client_id, queue_id, subject, priority,
            status, place, created_at, updated_at)
        SELECT CAST(lpad(to_hex(n), 32, '0') AS UUID), n, u.id, gen_random_uuid(),
            '00000000-0000-0000-0000-000000000001', '', 'normal', 'waiting', n, n, n
        FROM generate_series(1, CONVERSATIONS) n, users u WHERE u.role = 'customer';
    INSERT INTO heads (conversation_id, last_seq) SELECT id, ENTRIES FROM conversations;
    INSERT INTO events (conversation_id, seq, kind, sender_id, body, created_at)
        SELECT c.id, n, CASE n % 4 WHEN 1 THEN 'requeued' ELSE 'message' END, c.customer_id,
            CASE n % 4 WHEN 1 THEN NULL ELSE 'hello' END, c.number
        FROM conversations c, generate_series(1, ENTRIES) n;
    ANALYZE;
";

#[derive(QueryableByName)]
struct Reads {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// How many rows of a table PostgreSQL has looked at in this transaction.
fn rows_read(conn: &mut Conn, table: &str) -> i64 {
    let Conn::Pg(conn) = conn else {
        panic!("it is PostgreSQL")
    };
    let ask = format!(
        "SELECT CAST(pg_stat_get_xact_tuples_returned('{table}'::regclass)
         + pg_stat_get_xact_tuples_fetched('{table}'::regclass) AS BIGINT) AS rows"
    );
    let found: Reads = diesel::sql_query(ask).get_result(&mut **conn).unwrap();
    found.rows
}

fn ids() -> Vec<ConversationId> {
    let ids = 1..=CONVERSATIONS as u128;
    ids.map(|n| ConversationId(Uuid::from_u128(n))).collect()
}

async fn opened(options: Options) -> Store {
    let store = tokio::task::spawn_blocking(move || Store::open(&options).unwrap());
    store.await.unwrap()
}

/// A house as a release has left it that counted nothing, and then as this one opens it.
async fn filled() -> Option<Store> {
    let options = Options {
        url: services::postgres()?.database(),
        connections: 1,
    };
    let store = opened(options.clone()).await;
    let fill = FILL
        .replace("CONVERSATIONS", &CONVERSATIONS.to_string())
        .replace("ENTRIES", &ENTRIES.to_string());
    store
        .write(move |conn| Ok(conn.execute(&fill)?))
        .await
        .unwrap();
    drop(store);
    Some(opened(options).await)
}

#[tokio::test]
async fn a_page_looks_at_none_of_its_logs() {
    let Some(store) = filled().await else { return };
    let read = |conn: &mut Conn| {
        let before = rows_read(conn, "events");
        let counts = message_counts::of(conn, &ids())?;
        assert!(counts.values().all(|count| *count == ENTRIES / 4 * 3));
        assert_eq!(counts.len() as i64, CONVERSATIONS);
        assert_eq!(rows_read(conn, "events"), before);
        assert_eq!(standing::by_conversation(conn, &ids())?.len(), ids().len());
        assert_eq!(standing::first_words(conn, &ids())?.len(), ids().len());
        Ok(rows_read(conn, "events") - before)
    };
    let rows = store.write(read).await.unwrap();
    assert!(rows <= CONVERSATIONS * 10, "{rows} rows");
}

#[tokio::test]
async fn what_is_unread_is_counted_among_the_newest_entries() {
    let Some(store) = filled().await else { return };
    let customer = UserId(Uuid::from_u128(2));
    let read = move |conn: &mut Conn| {
        let before = rows_read(conn, "events");
        let unread = marks::unread(conn, customer, Role::Customer, &ids())?;
        assert!(
            unread.values().all(|one| one.count == 0),
            "it is all his own"
        );
        let rows = rows_read(conn, "events") - before;
        // However much of his own he has written, what somebody says then is counted.
        conn.execute(
            "UPDATE events e SET sender_id = u.id FROM users u WHERE u.role = 'admin'
             AND e.kind = 'message' AND e.seq IN (2, 4000)",
        )?;
        let unread = marks::unread(conn, customer, Role::Customer, &ids())?;
        assert!(unread.values().all(|one| one.count == 1), "{unread:?}");
        Ok(rows)
    };
    let rows = store.write(read).await.unwrap();
    assert!(
        rows <= CONVERSATIONS * (marks::NEWEST_MAX + 10),
        "{rows} rows"
    );
}

#[tokio::test]
async fn a_long_log_is_deleted_in_short_transactions() {
    let Some(store) = filled().await else { return };
    let (id, before) = (ids()[0], now());
    let forget = move |conn: &mut Conn| {
        conn.execute(
            "UPDATE conversations SET status = 'closed', resolution = 'resolved', closed_at = 1",
        )?;
        let rows = rows_read(conn, "events");
        retention::forget(conn, id, before)?.expect("it was closed");
        assert_eq!(rows_read(conn, "events"), rows);
        Ok(())
    };
    store.write(forget).await.unwrap();
    let mut parts = 0;
    loop {
        let part = move |conn: &mut Conn| {
            let rows = rows_read(conn, "events");
            let more = retention::remove_part(conn, id)?;
            Ok((more, rows_read(conn, "events") - rows))
        };
        let (more, rows) = store.write(part).await.unwrap();
        assert!(rows <= retention::PART * 2 + 10, "{rows} rows");
        parts += 1;
        if !more {
            break;
        }
    }
    assert_eq!(parts, ENTRIES / retention::PART);
}

/// A hundred people who have uploaded three hundred files each, long ago.
const UPLOADS: &str = "
    INSERT INTO users (id, number, role, display_name, created_at)
        SELECT CAST(lpad(to_hex(n), 32, '0') AS UUID), n, 'customer', '', 0
        FROM generate_series(1, 100) n;
    INSERT INTO attachments (id, uploader_id, name, media_type, bytes, created_at)
        SELECT gen_random_uuid(), u.id, 'a.txt', 'text/plain', 7, n
        FROM users u, generate_series(1, 300) n;
";

#[tokio::test]
async fn who_uploads_is_not_looked_through_for_all_that_he_has_uploaded() {
    let Some(postgres) = services::postgres() else {
        return;
    };
    let url = postgres.database();
    let options = Options {
        url: url.clone(),
        connections: 1,
    };
    let store = opened(options).await;
    let fill = |conn: &mut Conn| Ok(conn.execute(UPLOADS)?);
    store.write(fill).await.unwrap();
    // So that the index is known to tell of rows that are there.
    let client = services::client(&url).await;
    client.batch_execute("VACUUM ANALYZE").await.unwrap();
    for (in_all, bytes) in [(true, Some(2_100)), (false, None)] {
        let look = move |conn: &mut Conn| {
            let before = rows_read(conn, "attachments");
            let usage = attachments::usage(conn, UserId(Uuid::from_u128(9)), 1_000, in_all)?;
            assert_eq!(usage, Usage { recent: 0, bytes });
            Ok(rows_read(conn, "attachments") - before)
        };
        let rows = store.write(look).await.unwrap();
        assert!(rows < 10, "{rows} rows");
    }
}
