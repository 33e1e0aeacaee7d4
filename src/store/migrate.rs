//! The tables as this release has them, made at the start, and what is derived from them.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::conn::MIGRATING;
use super::{Conn, audit, message_counts, search};

/// One set of migrations for both databases: see `migrations/README.md`.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// Brings the tables up to date; on PostgreSQL one node at a time.
pub fn migrate(conn: &mut Conn) -> anyhow::Result<()> {
    let failed =
        |error| anyhow::anyhow!("the database's tables cannot be brought up to date: {error}");
    if let Conn::Lite(lite) = conn {
        lite.run_pending_migrations(MIGRATIONS).map_err(failed)?;
        return prepare(conn);
    }
    let (patient, lock) = ("SET statement_timeout = 0", "SELECT pg_advisory_lock");
    conn.execute(&format!("{patient}; {lock}({MIGRATING})"))?;
    let migrated = match conn {
        Conn::Lite(_) => Ok(()),
        Conn::Pg(pg) => pg
            .run_pending_migrations(MIGRATIONS)
            .map(drop)
            .map_err(failed),
    };
    let prepared = migrated.and_then(|()| prepare(conn));
    let unlock = format!("SELECT pg_advisory_unlock({MIGRATING}); RESET statement_timeout");
    conn.execute(&unlock)?;
    prepared
}

/// What is derived from the tables is there, and is whole.
fn prepare(conn: &mut Conn) -> anyhow::Result<()> {
    search::prepare(conn)?;
    audit::close(conn)?;
    Ok(message_counts::catch_up(conn)?)
}
