//! What a relay and its storage cost at the very least, with the same libraries: a relay that knows
//! nobody and keeps nothing, and the same rows written in groups, with nothing else done.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::web::{self, Data, Path, Payload};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use actix_ws::AggregatedMessage;
use futures_util::StreamExt;

use crate::bench::couples::Couple;
use crate::settings::Settings;
use crate::store::events::Event;
use crate::store::{Conn, bulk, open_existing};
use crate::words::{ClientId, EventKind, now};

/// Who is in which room.
#[derive(Clone, Default)]
struct Rooms(Arc<Mutex<HashMap<String, Vec<actix_ws::Session>>>>);

/// Serves the bare relay on a free port until it is killed.
pub async fn serve(workers: usize) -> anyhow::Result<()> {
    let workers = match workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    };
    let rooms = Rooms::default();
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!(
        "the bare relay is serving at http://{}",
        listener.local_addr()?
    );
    let app = move || {
        let room = web::resource("/room/{name}").route(web::get().to(enter));
        App::new().app_data(Data::new(rooms.clone())).service(room)
    };
    let server = HttpServer::new(app).workers(workers).tcp_nodelay(true);
    Ok(server.listen(listener)?.run().await?)
}

/// Whatever one in a room says is passed to the others.
async fn enter(
    rooms: Data<Rooms>,
    room: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> actix_web::Result<HttpResponse> {
    let (answer, mut session, stream) = actix_ws::handle(&request, body)?;
    let mut stream = stream.aggregate_continuations();
    let room = room.into_inner();
    let place = {
        let mut rooms = rooms.0.lock().expect("nothing panics under this lock");
        let inside = rooms.entry(room.clone()).or_default();
        inside.push(session.clone());
        inside.len() - 1
    };
    actix_web::rt::spawn(async move {
        while let Some(Ok(message)) = stream.next().await {
            match message {
                AggregatedMessage::Text(text) => {
                    let others: Vec<_> = {
                        let rooms = rooms.0.lock().expect("nothing panics under this lock");
                        let all = rooms.get(&room).into_iter().flatten().enumerate();
                        let others = all.filter(|(at, _)| *at != place);
                        others.map(|(_, one)| one.clone()).collect()
                    };
                    for mut other in others {
                        let _ = other.text(text.clone()).await;
                    }
                }
                AggregatedMessage::Ping(payload) => {
                    let _ = session.pong(&payload).await;
                }
                AggregatedMessage::Close(_) => break,
                _ => {}
            }
        }
    });
    Ok(answer)
}

/// Rows written, and how long that took.
pub struct Inserted {
    pub rows: usize,
    pub took: Duration,
}

/// Writes messages in groups on one connection: for each group one statement for the heads and one
/// for the log, in one transaction, with the sync that the server waits for. Blocks.
pub fn insert(
    settings: &Settings,
    couples: &[Couple],
    from: &HashMap<crate::words::ConversationId, i64>,
    group: usize,
    bytes: usize,
    lasts: Duration,
) -> anyhow::Result<Inserted> {
    let mut conn = open_existing(&settings.database())?;
    let mut seqs = from.clone();
    let text = "x".repeat(bytes);
    let (begun, mut rows, mut turn) = (Instant::now(), 0, 0);
    while begun.elapsed() < lasts {
        let (mut log, mut heads) = (Vec::with_capacity(group), HashMap::new());
        for _ in 0..group {
            let couple = &couples[turn / 2 % couples.len()];
            let seq = seqs.entry(couple.conversation).or_default();
            *seq += 1;
            *heads.entry(couple.conversation).or_default() += 1;
            log.push(Event {
                conversation_id: couple.conversation,
                seq: *seq,
                kind: EventKind::Message,
                sender_id: Some(couple.people[turn % 2]),
                client_id: Some(ClientId::new()),
                body: Some(text.clone()),
                data: None,
                created_at: now(),
            });
            turn += 1;
        }
        let mut heads: Vec<_> = heads.into_iter().collect();
        heads.sort();
        conn.transaction(|conn: &mut Conn| {
            bulk::raise_heads(conn, &heads)?;
            Ok(bulk::insert_events(conn, &log)?)
        })?;
        rows += group;
    }
    let took = begun.elapsed();
    Ok(Inserted { rows, took })
}
