//! SQLite: how its file is opened. WAL, so that readers never wait for the writer; FULL, so that
//! what was acknowledged survives a power cut; what is deleted is written over with zeros.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::place::Place;
use crate::words::now;

diesel::define_sql_function! {
    /// Whether a moment is yet to come, each time it is asked.
    fn in_time(until: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
}

/// Makes the file if it is missing, for us alone: what people say will lie in it. What SQLite puts
/// beside it is as private.
pub fn make(path: &str) -> anyhow::Result<()> {
    let log = format!("{path}-wal");
    if !Path::new(path).exists() && std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        bail!(
            "the database file {path} is missing, but what was last written to it lies in {log}: \
             put the file back, or move that away, too"
        );
    }
    let mut options = OpenOptions::new();
    let made = options.write(true).create_new(true).mode(0o600).open(path);
    match made {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => check_writable(path),
        Err(error) => {
            Err(error).with_context(|| format!("the database file {path} cannot be made"))
        }
    }
}

/// SQLite would open what may only be read, and fail later with less to say.
fn check_writable(path: &str) -> anyhow::Result<()> {
    let opened = OpenOptions::new().read(true).write(true).open(path);
    opened.map(drop).with_context(|| {
        format!(
            "the database file {path} cannot be written: let the user of this server read and \
             write it"
        )
    })
}

/// Opens the file in this place, and no other.
pub fn open(place: &Place) -> anyhow::Result<SqliteConnection> {
    place.check()?;
    let mut conn = SqliteConnection::establish(&address(place.path())?)?;
    // What has been opened is only looked into below.
    place.check()?;
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -2048;",
    )?;
    in_time_utils::register_nondeterministic_impl(&mut conn, |until: i64| now() < until)?;
    Ok(conn)
}

/// A path as SQLite takes it with a wish: that nothing is made.
fn address(path: &Path) -> anyhow::Result<String> {
    let name = path
        .to_str()
        .ok_or_else(|| anyhow::anyhow!("{path:?} is not a UTF-8 path"))?;
    let name = name.replace('%', "%25").replace('?', "%3f");
    let name = name.replace('#', "%23");
    // Two slashes would begin the name of a host.
    let root = if name.starts_with('/') { "//" } else { "" };
    Ok(format!("file:{root}{name}?mode=rw"))
}

/// Pages of the log after which a commit copies what is left of it, so that it begins anew:
/// 64 MiB.
const LOG_PAGES: u32 = 16_384;

/// Leaves checkpoints to the thread of `checkpoint.rs`, as long as that keeps up. What is read on
/// the way of a write is kept; readers are many, and the system keeps the file for all of them.
pub fn prepare_to_write(conn: &mut SqliteConnection) -> QueryResult<()> {
    conn.batch_execute(&format!(
        "PRAGMA wal_autocheckpoint = {LOG_PAGES};
         PRAGMA cache_size = -16384;"
    ))
}

/// How long this connection waits for others, in ms.
pub fn wait_at_most(conn: &mut SqliteConnection, ms: u32) -> QueryResult<()> {
    conn.batch_execute(&format!("PRAGMA busy_timeout = {ms}"))
}

#[derive(QueryableByName)]
struct Checkpoint {
    /// 1 if somebody was still reading or writing.
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// Copies what the log holds into the file as far as that keeps nobody waiting.
pub fn copy_log(conn: &mut SqliteConnection) -> QueryResult<()> {
    let copy = diesel::sql_query("PRAGMA wal_checkpoint(PASSIVE)");
    copy.get_result::<Checkpoint>(conn).map(drop)
}

/// Copies all of the log into the file and empties it; answers whether that could be done.
pub fn empty_log(conn: &mut SqliteConnection) -> QueryResult<bool> {
    let empty = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)");
    let done: Checkpoint = empty.get_result(conn)?;
    Ok(done.busy == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(folder: &Path, name: &str) -> Place {
        let path = folder.join(name);
        make(path.to_str().unwrap()).unwrap();
        Place::of(path).unwrap()
    }

    #[test]
    fn a_file_of_any_name_is_opened_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a?b.db", "c#d.db", "e%20f.db", "g h.db", "ü.db"] {
            let place = made(folder.path(), name);
            let mut conn = open(&place).unwrap();
            conn.batch_execute("CREATE TABLE t (n INTEGER)").unwrap();
            assert!(empty_log(&mut conn).unwrap());
            let length = std::fs::metadata(place.path()).unwrap().len();
            assert!(length > 0, "{name} holds what was written");
        }
    }

    #[test]
    fn a_file_that_is_gone_is_neither_made_again_nor_mistaken() {
        let folder = tempfile::tempdir().unwrap();
        let (place, other) = (made(folder.path(), "a.db"), made(folder.path(), "b.db"));
        let mut conn = open(&place).unwrap();
        conn.batch_execute("CREATE TABLE t (n INTEGER)").unwrap();
        let log = folder.path().join("a.db-wal");
        let written = std::fs::read(&log).unwrap();
        assert!(!written.is_empty());

        let aside = folder.path().join("aside.db");
        std::fs::rename(place.path(), &aside).unwrap();
        assert!(open(&place).is_err());
        assert!(!place.path().exists());
        let again = make(place.path().to_str().unwrap()).unwrap_err();
        assert!(again.to_string().contains("a.db-wal"), "{again}");
        std::fs::rename(other.path(), place.path()).unwrap();
        assert!(open(&place).is_err());
        assert_eq!(std::fs::read(&log).unwrap(), written);

        std::fs::rename(&aside, place.path()).unwrap();
        let mut conn = open(&place).unwrap();
        conn.batch_execute("SELECT n FROM t").unwrap();
    }
}
