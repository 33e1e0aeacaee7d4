//! What a page of a list costs: PostgreSQL looks at little more than it answers, and is asked a
//! constant number of times.

use std::collections::HashSet;

use diesel::prelude::*;
use switchboard::access::Actor;
use switchboard::store::lists::{self, Cursor, Filter, Order, Span, Whose};
use switchboard::store::{
    Conn, Options, Store, conversations, marks, message_counts, reports, standing,
};
use switchboard::words::{ConversationId, Priority, QueueId, Resolution, Role, Status, UserId};
use uuid::Uuid;

use crate::services;

/// Twenty thousand closed conversations and a few of everything else, with two messages each.
const FILL: &str = "
    INSERT INTO users (id, number, role, display_name, created_at)
        SELECT CAST(lpad(to_hex(n), 32, '0') AS UUID), n,
            CASE n WHEN 2 THEN 'rep' ELSE 'customer' END, '', 0
        FROM generate_series(2, 1000) n;
    INSERT INTO queues (id, name, name_key, mode, waiting_max, created_at)
        VALUES ('00000000-0000-0000-0000-000000000001', 'a', 'a', 'auto', 10, 0),
               ('00000000-0000-0000-0000-000000000002', 'b', 'b', 'auto', 10, 0);
    INSERT INTO reps (user_id, capacity, availability)
        VALUES ('00000000-0000-0000-0000-000000000002', 100, 'available');
    ALTER TABLE conversations DISABLE TRIGGER USER;
    ALTER TABLE events DISABLE TRIGGER USER;
    INSERT INTO conversations (id, number, customer_id, open_client_id, queue_id, subject, priority,
            status, resolution, rep_id, last_rep_id, place, created_at, updated_at, closed_at)
        SELECT CAST(lpad(to_hex(n * 60000), 12, '0') || lpad(to_hex(n), 20, '0') AS UUID), n,
            CAST(lpad(to_hex(n % 900 + 3), 32, '0') AS UUID), gen_random_uuid(),
            CASE WHEN n % 1000 = 7 THEN CAST('00000000-0000-0000-0000-000000000002' AS UUID)
            ELSE CAST('00000000-0000-0000-0000-000000000001' AS UUID) END, '',
            CASE WHEN n % 1000 = 8 THEN 'urgent' ELSE 'normal' END, s.status,
            CASE WHEN s.status = 'closed' THEN
                CASE WHEN n % 1000 = 9 THEN 'abandoned' ELSE 'resolved' END END,
            CASE WHEN s.status = 'active' THEN r.user_id END,
            CASE WHEN n % 1000 = 10 OR s.status = 'active' THEN r.user_id END,
            n, n * 60000, n, CASE s.status WHEN 'closed' THEN n * 60000 END
        FROM reps r, generate_series(1, 20000) n, LATERAL (SELECT CASE
            WHEN n <= 5 THEN 'waiting' WHEN n <= 10 THEN 'active' WHEN n <= 15 THEN 'parked'
            ELSE 'closed' END AS status) s;
    UPDATE conversations SET rating = CASE number % 1000 WHEN 12 THEN 2 ELSE 3 + number % 3 END
        WHERE status = 'closed' AND number % 4 = 0;
    INSERT INTO heads SELECT id, 2, 2 FROM conversations;
    INSERT INTO events (conversation_id, seq, kind, sender_id, body, created_at)
        SELECT c.id, n, 'message', c.customer_id, 'hello', c.number
        FROM conversations c, generate_series(1, 2) n;
    INSERT INTO activity SELECT id, number FROM conversations;
    ANALYZE;
";

/// What PostgreSQL has looked at, one way or the other.
#[derive(QueryableByName)]
struct Reads {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    rows: i64,
}

fn rows_read(conn: &mut Conn) -> i64 {
    let Conn::Pg(conn) = conn else {
        panic!("it is PostgreSQL")
    };
    let ask = "SELECT CAST(pg_stat_get_xact_tuples_returned('conversations'::regclass)
        + pg_stat_get_xact_tuples_fetched('conversations'::regclass) AS BIGINT) AS rows";
    diesel::sql_query(ask)
        .get_result::<Reads>(&mut **conn)
        .unwrap()
        .rows
}

async fn filled() -> Option<Store> {
    let postgres = services::postgres()?;
    let url = postgres.database();
    let options = Options {
        url: url.clone(),
        connections: 1,
    };
    let store = tokio::task::spawn_blocking(move || Store::open(&options).unwrap());
    let store = store.await.unwrap();
    // Not by the store: it takes longer than people wait.
    let client = services::client(&url).await;
    client.batch_execute(FILL).await.unwrap();
    Some(store)
}

#[tokio::test]
async fn no_filter_looks_at_everything_for_a_page() {
    let Some(store) = filled().await else { return };
    let id = |n: u128| Uuid::from_u128(n);
    let page = || Filter {
        limit: 20,
        ..Filter::default()
    };
    let span = |from, to| Span {
        from: Some(from),
        to: Some(to),
    };
    let filters = [
        page(),
        Filter {
            status: Some(Status::Waiting),
            ..page()
        },
        Filter {
            status: Some(Status::Active),
            ..page()
        },
        Filter {
            status: Some(Status::Parked),
            ..page()
        },
        Filter {
            status: Some(Status::Closed),
            ..page()
        },
        Filter {
            resolution: Some(Resolution::Abandoned),
            ..page()
        },
        Filter {
            queue: Some(QueueId(id(2))),
            ..page()
        },
        Filter {
            priority: Some(Priority::Urgent),
            ..page()
        },
        Filter {
            rep: Some(Whose::Rep(UserId(id(2)))),
            ..page()
        },
        Filter {
            rep: Some(Whose::Nobody),
            ..page()
        },
        Filter {
            last_rep: Some(UserId(id(2))),
            ..page()
        },
        Filter {
            customer: Some(UserId(id(30))),
            ..page()
        },
        Filter {
            opened: span(6_000_000, 6_600_000),
            ..page()
        },
        Filter {
            closed: span(6_000_000, 6_600_000),
            ..page()
        },
        Filter {
            rating: (Some(2), Some(2)),
            ..page()
        },
        Filter {
            rating: (Some(3), None),
            ..page()
        },
        Filter {
            order: Order::Activity,
            ..page()
        },
        Filter {
            order: Order::Waiting,
            ..page()
        },
    ];
    for filter in filters {
        let shown = format!("{filter:?}");
        let read = move |conn: &mut Conn| {
            let before = rows_read(conn);
            let found = lists::page(conn, &Actor::new(UserId(Uuid::nil()), Role::Admin), &filter)?;
            Ok((found.rows.len(), rows_read(conn) - before))
        };
        let (found, rows) = store.write(read).await.unwrap();
        assert!(found > 0, "{shown} finds something");
        assert!(rows <= 400, "{shown}: {rows} rows for {found}");
    }
}

/// What a report reads is found by the moment of its opening, in one queue or in all.
#[tokio::test]
async fn a_report_looks_at_what_was_opened_in_its_span() {
    let Some(store) = filled().await else { return };
    let rare = QueueId(Uuid::from_u128(2));
    let cases = [
        (None, (6_000_000, 12_000_000), 100),
        (None, (0, 60_000), 0),
        (Some(rare), (0, 1_200_000_000), 20),
    ];
    for (queue, span, expected) in cases {
        let read = move |conn: &mut Conn| {
            let before = rows_read(conn);
            let found = reports::opened(conn, queue, span, None, 2_000)?;
            Ok((found.len(), rows_read(conn) - before))
        };
        let (found, rows) = store.write(read).await.unwrap();
        assert_eq!(found, expected, "{queue:?} {span:?}");
        assert!(rows <= 400, "{queue:?} {span:?}: {rows} rows for {found}");
    }
}

#[tokio::test]
async fn a_page_takes_as_many_queries_however_long_it_is() {
    let Some(store) = filled().await else { return };
    let mut trips = HashSet::new();
    for limit in [2, 50, 200] {
        let read = move |conn: &mut Conn| {
            let filter = Filter {
                limit,
                ..Filter::default()
            };
            let rows =
                conversations::list(conn, &Actor::new(UserId(Uuid::nil()), Role::Admin), &filter)?;
            let ids: Vec<ConversationId> = rows.iter().map(|row| row.id).collect();
            let latest = standing::by_conversation(conn, &ids)?;
            assert_eq!(standing::first_words(conn, &ids)?.len(), latest.len());
            let counted = message_counts::of(conn, &ids)?;
            let (views, _) = marks::views(conn, rows[0].customer_id, Role::Customer, rows)?;
            Ok((latest.len(), counted.len(), views.len()))
        };
        // The first time statements are prepared.
        store.read(read).await.unwrap();
        let before = store.round_trips();
        let many = limit as usize;
        assert_eq!(store.read(read).await.unwrap(), (many, many, many));
        trips.insert(store.round_trips() - before);
    }
    assert_eq!(trips.len(), 1, "{trips:?}");
}

/// Somebody who has read all but one of twenty thousand, or has told of none that he read it, is
/// answered at once, page by page.
#[tokio::test]
async fn what_is_unread_is_looked_for_in_so_many_and_no_more() {
    let Some(store) = filled().await else { return };
    let admin = UserId(Uuid::from_u128(5));
    let mark = "INSERT INTO marks
        SELECT id, '00000000-0000-0000-0000-000000000005', TRUE, 2, 2, 2 FROM conversations
        WHERE number <> 3; ANALYZE marks";
    store
        .write(move |conn| Ok(conn.execute(mark)?))
        .await
        .unwrap();
    for (person, unread) in [(admin, true), (UserId(Uuid::nil()), false)] {
        for back in [true, false] {
            let filter = Filter {
                unread: Some(unread),
                limit: 20,
                ahead: back.then(|| Cursor {
                    at: None,
                    id: ConversationId(Uuid::nil()),
                }),
                ..Filter::default()
            };
            sifted(&store, person, filter, usize::from(unread)).await;
        }
    }
}

/// Takes page after page, each of which costs little, until there is none.
async fn sifted(store: &Store, person: UserId, mut filter: Filter, expected: usize) {
    let (mut found, mut pages) = (Vec::new(), 0);
    loop {
        let asked = filter.clone();
        let read = move |conn: &mut Conn| {
            let before = rows_read(conn);
            let page = lists::page(conn, &Actor::new(person, Role::Admin), &asked)?;
            Ok((page, rows_read(conn) - before))
        };
        let (page, rows) = store.write(read).await.unwrap();
        assert!(rows <= 2_500, "{filter:?}: {rows} rows");
        found.extend(page.rows.iter().map(|(row, _)| row.number));
        pages += 1;
        match (page.stopped, filter.ahead) {
            (None, _) => break,
            (stopped, Some(_)) => filter.ahead = stopped,
            (stopped, None) => filter.behind = stopped,
        }
    }
    assert_eq!(found, vec![3; expected]);
    assert!(pages >= 20, "{pages} pages for twenty thousand");
}
