//! Customers, as staff see them.

use actix_web::web::{Data, Json, Path};
use actix_web::{get, put};

use crate::app::App;
use crate::error::{Error, Result};
use crate::gate::body::{Body, given};
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::store::Conn;
use crate::store::conversations::{self, Filter};
use crate::store::customer_views::{self, CustomerView};
use crate::words::UserId;

/// Whom a customer is given first.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonalRep {
    /// Null: nobody.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = "uuid", required)]
    pub rep: Option<Option<UserId>>,
}

/// Read a customer
///
/// Who he is, how sure that is, and how to reach him. An admin may read all; a rep those of whom he
/// may read a conversation.
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = CustomerView), (status = 403, body = Problem),
        (status = 404, body = Problem)
    )
)]
#[get("/customers/{id}")]
pub async fn find(app: Data<App>, caller: Caller, id: Path<UserId>) -> Result<Json<CustomerView>> {
    let (id, actor) = (*id, caller.actor);
    let read = move |conn: &mut Conn| {
        let his = Filter {
            customer: Some(id),
            limit: 1,
            ..Filter::default()
        };
        let known = actor.is_admin() || !conversations::list(conn, &actor, &his)?.is_empty();
        if !known {
            return Err(Error::not_found("customer"));
        }
        customer_views::view(conn, id)
    };
    Ok(Json(app.store.read(read).await?))
}

/// Give a customer a rep of his own
///
/// What he opens from now on is kept for that rep for a while, if he is there and the queue's
/// `prefer_ms` says so.
#[utoipa::path(
    tag = "people", params(("id" = String, Path, format = "uuid")), request_body = PersonalRep,
    responses(
        (status = 200, body = CustomerView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
#[put("/customers/{id}/personal-rep")]
pub async fn set_personal_rep(
    app: Data<App>,
    caller: Caller,
    id: Path<UserId>,
    Body(new): Body<PersonalRep>,
) -> Result<Json<CustomerView>> {
    let rep = new.rep.flatten();
    let view = app.desk.set_personal_rep(caller.actor, *id, rep).await?;
    Ok(Json(view))
}
