//! A line that has missed much, and holds what is no more, is what SQL says after one comparison,
//! also when that takes many parts.

use std::collections::BTreeMap;

use switchboard::dispatch::{ConversationFact, HeldConversation};
use switchboard::store::conversations::Conversation;
use switchboard::store::{Conn, bulk, line, queues};
use switchboard::words::{ClientId, ConversationId, Priority, QueueId, Status, UserId, now};

use crate::harness::World;
use crate::on_both;

/// More than are compared at a time.
const MANY: usize = 700;

fn waiting(turn: usize, customer_id: UserId, queue_id: QueueId) -> Conversation {
    let at = now();
    Conversation {
        id: ConversationId::new(),
        number: -1 - turn as i64,
        customer_id,
        open_client_id: ClientId::new(),
        queue_id,
        subject: String::new(),
        priority: Priority::Normal,
        status: Status::Waiting,
        resolution: None,
        rep_id: None,
        last_rep_id: None,
        epoch: 0,
        place: at + turn as i64,
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
        due_at: Some(at + 3_600_000),
        ending: None,
        queued_at: at,
        left_message: false,
        rating: None,
        rating_text: None,
        rated_at: None,
    }
}

/// Writes behind the desk's back: the line hears nothing of it.
async fn write(world: &World, text: String) {
    let write = move |conn: &mut Conn| Ok(conn.execute(&text)?);
    world.nodes[0].app.store.write(write).await.unwrap();
}

/// What SQL and the line say of all conversations, after one comparison.
async fn compared(world: &World) -> [BTreeMap<ConversationId, ConversationFact>; 2] {
    let app = &world.nodes[0].app;
    app.desk.reconcile().await.unwrap();
    let facts = app.store.read(line::everything).await.unwrap();
    let held = app.desk.held().await.unwrap().conversations;
    let held = held.into_iter().map(|HeldConversation { fact, .. }| fact);
    let by_id = |fact: ConversationFact| (fact.id, fact);
    [
        facts.conversations.into_iter().map(by_id).collect(),
        held.map(by_id).collect(),
    ]
}

async fn a_long_line_that_has_missed_much_is_what_sql_says(world: &World) {
    let store = &world.nodes[0].app.store;
    let customer = world.customer(0).await.id;
    let queue = store.read(|conn| Ok(queues::list(conn)?)).await.unwrap();
    let queue = queue[0].id;
    let rows: Vec<_> = (0..MANY)
        .map(|turn| waiting(turn, customer, queue))
        .collect();
    let fill = move |conn: &mut Conn| {
        bulk::insert_conversations(conn, &rows)?;
        let heads: Vec<_> = rows.iter().map(|row| (row.id, 1)).collect();
        Ok(bulk::insert_heads(conn, &heads)?)
    };
    store.write(fill).await.unwrap();
    let [sql, line] = compared(world).await;
    assert_eq!(
        (sql.len(), &line),
        (MANY, &sql),
        "it has missed their coming"
    );

    let heads = "UPDATE heads SET last_seq = last_seq + 1 WHERE conversation_id IN
        (SELECT id FROM conversations WHERE";
    write(
        world,
        format!(
            "{heads} number % 3 = 0);
             UPDATE conversations SET place = place - 100000 WHERE number % 3 = 0;
             {heads} number % 7 = 0);
             UPDATE conversations SET status = 'closed', resolution = 'abandoned', closed_at = 1
                WHERE number % 7 = 0;
             {heads} number % 11 = 0 AND status = 'waiting');
             UPDATE conversations SET status = 'parked' WHERE number % 11 = 0
                AND status = 'waiting';"
        ),
    )
    .await;
    let [sql, line] = compared(world).await;
    let open = (1..=MANY).filter(|number| number % 7 != 0 && number % 11 != 0);
    assert_eq!(sql.len(), open.count());
    assert_eq!(line, sql, "it has missed who moved and who went");

    // As after a database was put back: rows that the line knows are not there at all.
    write(
        world,
        "DELETE FROM heads WHERE conversation_id IN
            (SELECT id FROM conversations WHERE number % 2 = 0);
         DELETE FROM conversations WHERE number % 2 = 0;"
            .into(),
    )
    .await;
    let before = line.len();
    let [sql, line] = compared(world).await;
    assert!(sql.len() < before);
    assert_eq!(line, sql, "it holds who is no more");
    store.write(bulk::clear).await.unwrap();
}

on_both!(with |settings: &mut switchboard::settings::Settings| settings.reconcile_ms = 3_600_000;
    a_long_line_that_has_missed_much_is_what_sql_says);
