//! People for a bench, made without a password: hashing is not what is measured.

use crate::app::App;
use crate::error::Result;
use crate::people::Device;
use crate::store::reps::{self, Rep};
use crate::store::users::{self, User};
use crate::store::{Conn, queues, serving};
use crate::words::{QueueId, Role, UserId};

/// One end of the conversations: who he is, and his token.
pub struct Side {
    pub id: UserId,
    pub token: String,
}

/// A person with a login; for a rep with his capacity, in every queue.
pub async fn add(app: &App, role: Role, capacity: i32) -> Result<Side> {
    let user = person(role);
    let (id, row) = (user.id, user.clone());
    let insert = move |conn: &mut Conn| {
        users::insert(conn, &row)?;
        if role == Role::Rep {
            let every = queues::list(conn)?.into_iter().map(|queue| queue.id);
            insert_rep(conn, id, capacity, every)?;
        }
        Ok(())
    };
    app.store.write(insert).await?;
    let token = app
        .people
        .start_session(&user, Device::default())
        .await?
        .access_token;
    Ok(Side { id, token })
}

/// Somebody who has no row yet.
pub fn person(role: Role) -> User {
    let id = UserId::new();
    // The random half of the id: unique, and out of the counter's way.
    let number = (id.0.as_u64_pair().1 >> 2) as i64;
    User {
        id,
        ..User::new(number, role, format!("bench {role} {id}"))
    }
}

/// Makes a person who has a row a rep who is available.
pub fn insert_rep(
    conn: &mut Conn,
    id: UserId,
    capacity: i32,
    queues: impl IntoIterator<Item = QueueId>,
) -> Result<()> {
    reps::insert(conn, &Rep::new(id, capacity))?;
    for queue in queues {
        serving::insert(conn, id, queue)?;
    }
    Ok(())
}
