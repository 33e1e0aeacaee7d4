//! Human numbers ("conversation 42"), handed out in blocks so that nodes do not wait for each
//! other. Gaps are allowed.

use std::ops::Range;
use std::sync::Mutex;

use diesel::prelude::*;

use super::Store;
use super::conn::queries;
use super::prepared::prepared;
use super::schema::counters;
use crate::error::Result;

queries! {
    fn take(conn, name: &str, count: i64) -> QueryResult<i64> {
        let taken = diesel::update(counters::table.find(name))
            .set(counters::value.eq(counters::value + count))
            .returning(counters::value);
        prepared(taken).get_result(conn)
    }
}

/// What is left of the block this node has taken.
pub struct Numbers {
    name: &'static str,
    block: i64,
    left: Mutex<Range<i64>>,
}

impl Numbers {
    /// Numbers of one kind. A database with one node takes them singly; a refused opening still
    /// leaves a gap.
    pub fn new(name: &'static str, store: &Store) -> Self {
        Self {
            name,
            block: if store.shared() { 20 } else { 1 },
            left: Mutex::new(0..0),
        }
    }

    /// The next number.
    pub async fn next(&self, store: &Store) -> Result<i64> {
        if let Some(number) = self
            .left
            .lock()
            .expect("nothing panics under this lock")
            .next()
        {
            return Ok(number);
        }
        let (name, block) = (self.name, self.block);
        let last = store
            .write(move |conn| Ok(take(conn, name, block)?))
            .await?;
        let mut fresh = last - block + 1..last + 1;
        let number = fresh.next().expect("a block has at least one number");
        // Two tasks may each have taken a block; the one overwritten becomes a gap.
        *self.left.lock().expect("nothing panics under this lock") = fresh;
        Ok(number)
    }
}
