//! SQLite: how its file is opened. WAL, so that readers never wait for the writer; FULL, so that
//! what was acknowledged survives a power cut.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Integer;

/// Opens the file, making it if it is missing.
pub fn open(path: &Path) -> anyhow::Result<SqliteConnection> {
    let name = path
        .to_str()
        .ok_or_else(|| anyhow::anyhow!("{path:?} is not a UTF-8 path"))?;
    let mut conn = SqliteConnection::establish(name)?;
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -16384;",
    )?;
    Ok(conn)
}

#[derive(QueryableByName)]
struct Checkpoint {
    /// 1 if somebody was still reading or writing.
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// Brings into the file what stands beside it; answers whether all of it was.
pub fn fold(conn: &mut SqliteConnection) -> QueryResult<bool> {
    let fold = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)");
    let done: Checkpoint = fold.get_result(conn)?;
    Ok(done.busy == 0)
}
