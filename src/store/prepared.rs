//! Statements that stay prepared on their connection.
//!
//! diesel parses and plans every UPDATE anew, and whatever contains a piece of literal SQL,
//! because such a text may come in endless variety. Ours do not: each query of this folder has
//! one of a few fixed texts, and planning it costs PostgreSQL more than running it.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

/// The same statement, prepared once per connection. Only for statements whose text is one of a
/// few fixed texts: each is kept as long as the connection.
pub struct Prepared<Q>(Q);

/// Keeps this statement prepared. On PostgreSQL that works where rows come back, and for what is
/// written `later`; what is only executed goes by a reference, and diesel asks what is behind it.
pub fn prepared<Q>(query: Q) -> Prepared<Q> {
    Prepared(query)
}

impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    // Found again by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

impl<DB: Backend, Q: QueryFragment<DB>> QueryFragment<DB> for Prepared<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q, Conn> diesel::RunQueryDsl<Conn> for Prepared<Q> {}
