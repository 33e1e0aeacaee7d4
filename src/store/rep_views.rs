//! Reps as staff see them: with their names, their queues, and whether they are connected.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::reps::{Rep, present};
use super::schema::{reps, users};
use super::serving;
use super::views::QueueView;
use crate::access::Rights;
use crate::error::Result;
use crate::words::{Availability, Role, UserId};

/// A rep as staff see him.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[schema(as = Rep)]
pub struct RepView {
    pub id: UserId,
    pub name: String,
    pub username: Option<String>,
    /// How many conversations he may hold.
    pub capacity: i32,
    /// How many he holds.
    pub load: i32,
    /// What he wants.
    pub availability: Availability,
    /// Whether he is connected.
    pub present: bool,
    /// What he is trusted with.
    pub rights: Rights,
    /// Those he serves, in the order people see.
    pub queues: Vec<QueueView>,
}

queries! {
    /// The reps that this filter names, or all, with their people, in the order of their ids.
    fn load_views(conn, one: Option<UserId>)
        -> QueryResult<Vec<(Rep, String, Option<String>)>>
    {
        let mut query = reps::table
            .inner_join(users::table)
            .filter(users::role.eq(Role::Rep))
            .select((Rep::as_select(), users::display_name, users::username))
            .order(reps::user_id)
            .into_boxed();
        if let Some(id) = one {
            query = query.filter(reps::user_id.eq(id));
        }
        query.load(conn)
    }
}

/// Reps as staff see them: one, or all in the order of their ids.
pub fn views(conn: &mut Conn, one: Option<UserId>) -> Result<Vec<RepView>> {
    let rows = load_views(conn, one)?;
    let there: HashSet<UserId> = present(conn)?.into_iter().collect();
    let mut queues: HashMap<UserId, Vec<QueueView>> = HashMap::new();
    for (rep, queue) in serving::queues_of(conn, one)? {
        queues.entry(rep).or_default().push(queue);
    }
    let view = |(rep, name, username): (Rep, String, Option<String>)| RepView {
        queues: queues.remove(&rep.user_id).unwrap_or_default(),
        id: rep.user_id,
        name,
        username,
        capacity: rep.capacity,
        load: rep.active,
        availability: rep.availability,
        present: there.contains(&rep.user_id),
        rights: rep.rights.into(),
    };
    Ok(rows.into_iter().map(view).collect())
}
