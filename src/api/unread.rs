//! What is unread to the caller in all, for clients that have no socket open.

use actix_web::get;
use actix_web::web::{Data, Json};

use crate::app::App;
use crate::error::Result;
use crate::gate::caller::Caller;
use crate::store::{Conn, mine};
use crate::words::ConversationId;

/// What the caller has not read.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct Unread {
    /// The sum over what is open and the caller's.
    pub unread_total: i64,
    /// Those of them in which anything is unread, newest first.
    pub conversations: Vec<UnreadOne>,
}

/// What the caller has not read of one conversation.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct UnreadOne {
    pub id: ConversationId,
    /// Messages of others; 1000 means that many or more.
    pub unread: i64,
}

/// Count what is unread
///
/// Of what is open: a customer's own; what a rep serves; what staff have joined. Sockets are told
/// the same sum.
#[utoipa::path(tag = "conversations", responses((status = 200, body = Unread)))]
#[get("/unread")]
pub async fn count(app: Data<App>, caller: Caller) -> Result<Json<Unread>> {
    let actor = caller.actor;
    let read = move |conn: &mut Conn| mine::unread(conn, actor.id, actor.role);
    let counts = app.store.read(read).await?;
    let some = counts.iter().filter(|(_, unread)| *unread > 0);
    Ok(Json(Unread {
        unread_total: counts.iter().map(|(_, unread)| unread).sum(),
        conversations: some.map(|&(id, unread)| UnreadOne { id, unread }).collect(),
    }))
}
