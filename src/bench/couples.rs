//! Customers and reps who talk already: what the benches of the relay begin with.

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::crowd::furnish;
use super::people::person;
use super::place::Place;
use crate::app::App;
use crate::people::Device;
use crate::settings::Settings;
use crate::store::users::User;
use crate::store::{Conn, bulk, queues};
use crate::words::{ConversationId, Role, UserId};

/// Logins made at a time: so few that the last of them has its turn in the database in time, on a
/// machine that has other things to do, too.
const AT_ONCE: usize = 16;

/// A customer, his rep, and what they talk in. The log has two entries so far.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Couple {
    pub conversation: ConversationId,
    /// The customer and the rep.
    pub people: [UserId; 2],
    /// Their access tokens.
    pub tokens: [String; 2],
}

/// The last seq of a couple's log before they have said a word.
pub const SAID_NOTHING: i64 = 2;

/// Settings under which couples stay what they are, whatever happens to their sockets, and logins
/// outlast the bench.
pub fn lasting(settings: Settings) -> Settings {
    const DAY_MS: i64 = 86_400_000;
    Settings {
        rep_suspect_ms: DAY_MS,
        rep_grace_ms: DAY_MS,
        customer_grace_ms: DAY_MS,
        access_token_s: DAY_MS / 1_000,
        log: "warn".into(),
        ..settings
    }
}

/// Makes so many couples, and so many customers who have nothing to say; answers these by their
/// tokens. The database must be empty.
pub async fn furnish_couples(
    place: &Place,
    couples: usize,
    idle: usize,
) -> anyhow::Result<(Vec<Couple>, Vec<String>)> {
    let servers = place.start().await?;
    let app = servers[0].app.clone();
    let found = furnish_in(&app, couples, idle).await;
    for server in servers {
        server.stop().await;
    }
    found
}

async fn furnish_in(
    app: &App,
    couples: usize,
    idle: usize,
) -> anyhow::Result<(Vec<Couple>, Vec<String>)> {
    let queue = app.store.read(|conn| Ok(queues::list(conn)?)).await?;
    let queue = queue.first().context("there is a first queue")?.id;
    let people = |role, count| (0..count).map(move |_| person(role)).collect::<Vec<User>>();
    let (customers, reps) = (people(Role::Customer, couples), people(Role::Rep, couples));
    let held = match couples {
        0 => Vec::new(),
        _ => furnish(app, queue, &customers, &reps, Vec::new(), 0).await?,
    };
    let watchers = people(Role::Customer, idle);
    for part in watchers.chunks(bulk::ROWS_MAX) {
        let part = part.to_vec();
        let insert = move |conn: &mut Conn| Ok(bulk::insert_users(conn, &part)?);
        app.store.write(insert).await?;
    }
    let left = tokens(app, &customers).await?;
    let right = tokens(app, &reps).await?;
    let sides = customers.iter().zip(left).zip(reps.iter().zip(right));
    let couple = |(conversation, ((customer, left), (rep, right)))| {
        let (customer, rep): (&User, &User) = (customer, rep);
        Couple {
            conversation,
            people: [customer.id, rep.id],
            tokens: [left, right],
        }
    };
    let couples = held.into_iter().zip(sides).map(couple).collect();
    Ok((couples, tokens(app, &watchers).await?))
}

/// A login of each, in this order.
async fn tokens(app: &App, users: &[User]) -> anyhow::Result<Vec<String>> {
    let begin = |user: User| async move {
        let pair = app.people.start_session(&user, Device::default()).await?;
        anyhow::Ok(pair.access_token)
    };
    let begun = stream::iter(users.to_vec()).map(begin).buffered(AT_ONCE);
    begun.try_collect().await
}
