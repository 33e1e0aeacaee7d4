//! People for a bench, made without a password: hashing is not what is measured.

use crate::app::App;
use crate::error::Result;
use crate::store::users::{self, User};
use crate::store::{Conn, queues, reps};
use crate::words::{Availability, Role, UserId, now};

/// One end of the conversations: who he is, and his token.
pub struct Side {
    pub id: UserId,
    pub token: String,
}

/// A person with a login; for a rep with his capacity.
pub async fn add(app: &App, role: Role, capacity: i32) -> Result<Side> {
    let id = UserId::new();
    let name = format!("bench {role} {id}");
    let user = User {
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
        display_name: name,
        password_hash: None,
        token_version: 0,
        disabled_at: None,
        created_at: now(),
        personal_rep_id: None,
    };
    let row = user.clone();
    let insert = move |conn: &mut Conn| {
        users::insert(conn, &row)?;
        if role == Role::Rep {
            let availability = Availability::Available;
            let (version, active, last_assigned_at) = (1, 0, 0);
            let user_id = row.id;
            reps::insert(
                conn,
                &reps::Rep {
                    user_id,
                    capacity,
                    active,
                    version,
                    availability,
                    last_assigned_at,
                    misses: 0,
                    lost_at: None,
                    suspected: false,
                },
            )?;
            for queue in queues::list(conn)? {
                reps::insert_queue(conn, row.id, queue.id)?;
            }
        }
        Ok(())
    };
    app.store.write(insert).await?;
    let token = app.people.start_session(&user).await?.access_token;
    Ok(Side { id, token })
}
