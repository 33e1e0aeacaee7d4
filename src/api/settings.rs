//! Settings that admins read, and change while the server runs.

use std::fmt;

use actix_web::web::{Data, Json};
use actix_web::{get, patch};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::app::App;
use crate::error::Result;
use crate::gate::body::Body;
use crate::gate::caller::Caller;
use crate::gate::problem::Problem;
use crate::tuning::{SettingView, Texts};

/// Settings by name, each once.
#[derive(utoipa::ToSchema)]
#[schema(value_type = std::collections::HashMap<String, Object>)]
pub struct Changes(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Changes {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> std::result::Result<Self, D::Error> {
        reader.deserialize_map(Read)
    }
}

struct Read;

impl<'de> Visitor<'de> for Read {
    type Value = Changes;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Changes, A::Error> {
        let mut all: Vec<(String, Value)> = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if all.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::custom(format!("duplicate field `{name}`")));
            }
            all.push((name, value));
        }
        Ok(Changes(all))
    }
}

/// List the settings
///
/// What is in force at the node that answers, where it comes from, and what may change while the
/// server runs. Secrets are listed without their values.
#[utoipa::path(
    tag = "settings",
    responses((status = 200, body = Vec<SettingView>), (status = 403, body = Problem))
)]
#[get("/settings")]
pub async fn list(app: Data<App>, _: Caller) -> Json<Vec<SettingView>> {
    Json(app.tuning.list())
}

/// Change settings
///
/// By name; null is what the file and the environment say. All of them are changed, or none. In
/// force at the node that answers at once, on all within `position_check_ms`.
#[utoipa::path(
    tag = "settings", request_body = Changes,
    responses(
        (status = 200, body = Vec<SettingView>), (status = 403, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[patch("/settings")]
pub async fn change(
    app: Data<App>,
    caller: Caller,
    Body(Changes(changes)): Body<Changes>,
) -> Result<Json<Vec<SettingView>>> {
    app.tuning.change(caller.actor.id, changes).await?;
    Ok(Json(app.tuning.list()))
}

/// Read what customers are greeted with
///
/// One text for who opens a chat, one for who does so while nobody is there. Empty: there is none.
#[utoipa::path(
    tag = "settings",
    responses((status = 200, body = Texts), (status = 401, body = Problem))
)]
#[get("/texts")]
pub async fn texts(app: Data<App>, _: Caller) -> Json<Texts> {
    Json(app.tuning.texts())
}
