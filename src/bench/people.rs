//! People for a bench, made without a password: hashing is not what is measured.

use crate::app::App;
use crate::error::Result;
use crate::people::Device;
use crate::store::reps::{self, Rep};
use crate::store::users::{self, User};
use crate::store::{Conn, queues, serving};
use crate::words::{QueueId, Role, UserId, now};

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
    User {
        id,
        // The random half of the id: unique, and out of the counter's way.
        number: (id.0.as_u64_pair().1 >> 2) as i64,
        role,
        username: None,
        username_key: None,
        email: None,
        email_key: None,
        phone: None,
        first_name: String::new(),
        last_name: String::new(),
        display_name: format!("bench {role} {id}"),
        password_hash: None,
        token_version: 0,
        disabled_at: None,
        created_at: now(),
        personal_rep_id: None,
        email_confirmed_at: None,
        place: users::Place::default(),
        erased_at: None,
        picture_id: None,
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
