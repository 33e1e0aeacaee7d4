//! What reps are trusted with, as it is stored beside their capacity.

use diesel::prelude::*;

use super::conn::queries;
use super::prepared::prepared;
use super::schema::reps;
use crate::access::Rights;
use crate::words::{Sees, UserId};

/// The columns of a rep's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = reps)]
pub struct RightsRow {
    may_claim: bool,
    sees: Sees,
    may_override: bool,
    may_export: bool,
}

impl From<RightsRow> for Rights {
    fn from(row: RightsRow) -> Self {
        Rights {
            claim: row.may_claim,
            sees: row.sees,
            over_capacity: row.may_override,
            export: row.may_export,
        }
    }
}

impl From<Rights> for RightsRow {
    fn from(rights: Rights) -> Self {
        RightsRow {
            may_claim: rights.claim,
            sees: rights.sees,
            may_override: rights.over_capacity,
            may_export: rights.export,
        }
    }
}

queries! {
    pub fn set(conn, rep: UserId, rights: &RightsRow) -> QueryResult<usize> {
        prepared(diesel::update(reps::table.find(rep)).set(rights)).execute(conn)
    }
}
