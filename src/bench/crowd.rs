//! Everybody in a hall, and what they have said so far, written down in one go: as sound as if it
//! had come one by one, and much faster.

use serde_json::json;

use crate::app::App;
use crate::error::Result;
use crate::store::conversations::Conversation;
use crate::store::events::Event;
use crate::store::reps::Rep;
use crate::store::users::User;
use crate::store::{Conn, Store, bulk, search};
use crate::words::{
    ClientId, ConversationId, EventKind, Moment, Priority, QueueId, SocketId, Status, UserId, now,
};

/// Writes everybody down, what each rep holds, and who waits. Answers what the reps hold.
pub async fn furnish(
    app: &App,
    queue: QueueId,
    customers: &[User],
    staff: &[User],
    sockets: Vec<(SocketId, UserId)>,
    waiting: usize,
) -> anyhow::Result<Vec<ConversationId>> {
    let (store, at) = (&app.store, now());
    let users = [customers, staff].concat();
    in_parts(store, users, |conn, rows| {
        Ok(bulk::insert_users(conn, rows)?)
    })
    .await?;
    let reps: Vec<Rep> = staff.iter().map(|user| full(user.id)).collect();
    in_parts(store, reps, |conn, rows| Ok(bulk::insert_reps(conn, rows)?)).await?;
    let serving = staff.iter().map(|user| (user.id, queue)).collect();
    in_parts(store, serving, |conn, rows| {
        Ok(bulk::insert_serving(conn, rows)?)
    })
    .await?;
    let node = app.node;
    let sit = move |conn: &mut Conn, rows: &[(SocketId, UserId)]| {
        Ok(bulk::insert_sockets(conn, rows, node, at)?)
    };
    in_parts(store, sockets, sit).await?;
    let mut rows = Vec::with_capacity(staff.len() + waiting);
    for turn in 0..staff.len() + waiting {
        let customer = customers[turn % customers.len()].id;
        let rep = staff.get(turn).map(|user| user.id);
        // The first of those who wait has waited longest.
        let place = at - (staff.len() + waiting - turn) as Moment;
        rows.push(conversation(turn as i64, customer, queue, rep, place, at));
    }
    let seq = |row: &Conversation| row.epoch + 1;
    let heads = rows.iter().map(|row| (row.id, seq(row))).collect();
    let events = rows.iter().flat_map(log).collect();
    let held = rows[..staff.len()].iter().map(|row| row.id).collect();
    in_parts(store, rows, |conn, rows| {
        Ok(bulk::insert_conversations(conn, rows)?)
    })
    .await?;
    in_parts(store, heads, |conn, rows| {
        Ok(bulk::insert_heads(conn, rows)?)
    })
    .await?;
    in_parts(store, events, |conn, rows| {
        Ok(bulk::insert_events(conn, rows)?)
    })
    .await?;
    come_to_rest(store).await?;
    Ok(held)
}

/// Does at once what is done before long where people come one by one: the search has heard of all
/// of them, and the database has it in its place.
async fn come_to_rest(store: &Store) -> Result<()> {
    while store.read(|conn| Ok(search::is_behind(conn)?)).await? {
        store.write(search::index).await?;
    }
    for table in bulk::LARGE {
        store.read(move |conn| bulk::tidy(conn, table)).await?;
    }
    store.checkpoint().await.map(drop)
}

async fn in_parts<T: Clone + Send + 'static>(
    store: &Store,
    rows: Vec<T>,
    insert: impl Fn(&mut Conn, &[T]) -> Result<usize> + Clone + Send + 'static,
) -> Result<()> {
    for part in rows.chunks(bulk::ROWS_MAX) {
        let (part, insert) = (part.to_vec(), insert.clone());
        store.write(move |conn| insert(conn, &part)).await?;
    }
    Ok(())
}

/// A rep whose only slot is taken.
fn full(user_id: UserId) -> Rep {
    Rep {
        active: 1,
        ..Rep::new(user_id, 1)
    }
}

/// One that waits, or one that a rep has.
fn conversation(
    number: i64,
    customer_id: UserId,
    queue_id: QueueId,
    rep_id: Option<UserId>,
    place: Moment,
    at: Moment,
) -> Conversation {
    const DAY: Moment = 24 * 60 * 60 * 1_000;
    Conversation {
        id: ConversationId::new(),
        // Out of the counter's way.
        number: -1 - number,
        customer_id,
        open_client_id: ClientId::new(),
        queue_id,
        subject: String::new(),
        priority: Priority::Normal,
        status: match rep_id {
            Some(_) => Status::Active,
            None => Status::Waiting,
        },
        resolution: None,
        rep_id,
        last_rep_id: rep_id,
        epoch: rep_id.map_or(0, |_| 1),
        place,
        held: false,
        created_at: place,
        updated_at: at,
        assigned_at: rep_id.map(|_| at),
        first_reply_at: None,
        closed_at: None,
        changed_by: Some(customer_id),
        preferred_rep_id: None,
        preferred_until: None,
        hops: 0,
        due_at: Some(at + DAY),
        ending: None,
        queued_at: place,
        left_message: false,
        rating: None,
        rating_text: None,
        rated_at: None,
    }
}

/// How it came to where it stands.
fn log(row: &Conversation) -> Vec<Event> {
    let event = |seq, kind, sender_id, data| Event {
        conversation_id: row.id,
        seq,
        kind,
        sender_id,
        client_id: None,
        body: None,
        data: Some(data),
        created_at: row.created_at,
    };
    let asked = json!({
        "queue_id": row.queue_id,
        "priority": row.priority,
        "left_message": false,
    });
    let opened = event(1, EventKind::Opened, Some(row.customer_id), asked);
    let assigned = row.rep_id.map(|rep| {
        let data = json!({ "rep_id": rep, "epoch": 1, "load": 1, "capacity": 1 });
        event(2, EventKind::Assigned, None, data)
    });
    [Some(opened), assigned].into_iter().flatten().collect()
}
