//! What a server keeps on disk beside its database: the data folder, the lock, the secret.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::people;
use crate::settings::Settings;

/// A folder that only we can read: what people say lies in it. One that is there stays as it is.
pub fn make_private(path: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.with_context(|| format!("the data folder {} cannot be made", path.display()))
}

/// One process writes one SQLite file; a second is told so at its start.
pub fn lock(database: &str) -> anyhow::Result<Option<File>> {
    let Some(path) = database.strip_prefix("sqlite:") else {
        return Ok(None);
    };
    // Nothing is laid beside a file that is none of ours.
    check_kind(Path::new(path))?;
    let path = PathBuf::from(format!("{path}.lock"));
    let file = private().create(true).truncate(true).open(&path);
    let file = file.with_context(|| format!("the lock file {} cannot be made", path.display()))?;
    if file.try_lock().is_err() {
        bail!(
            "the database {database} is in use by another process; to run several nodes, use \
             PostgreSQL and Redis"
        );
    }
    Ok(Some(file))
}

/// Refuses what is there and no SQLite database. What is not there, or empty, becomes one.
fn check_kind(path: &Path) -> anyhow::Result<()> {
    const MARK: &[u8] = b"SQLite format 3\0";
    let mut start = Vec::new();
    let read = match File::open(path) {
        Ok(file) => file.take(MARK.len() as u64).read_to_end(&mut start),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => Err(error),
    };
    read.with_context(|| format!("the database file {} cannot be read", path.display()))?;
    if !start.is_empty() && start != MARK {
        bail!("the file {} is not a SQLite database", path.display());
    }
    Ok(())
}

/// The key that signs tokens: the setting, else the one in the data folder, made at first start.
pub fn secret(settings: &Settings) -> anyhow::Result<String> {
    if !settings.secret.is_empty() {
        return Ok(settings.secret.clone());
    }
    let path = settings.data_dir.join("secret");
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let text = text.trim().to_owned();
            if text.len() < 32 {
                bail!(
                    "{} holds fewer than 32 characters; delete it to get a new one",
                    path.display()
                );
            }
            warn_of_readers(&path);
            return Ok(text);
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => {
            return Err(error).with_context(|| {
                format!(
                    "the secret {} cannot be read: let the user of this server read it, or \
                     delete it to get a new one, and everybody signs in again",
                    path.display()
                )
            });
        }
    }
    let secret = people::random_hex();
    write_private(&path, &secret)
        .with_context(|| format!("the secret {} cannot be written", path.display()))?;
    Ok(secret)
}

/// Whoever reads the secret makes tokens of anybody.
fn warn_of_readers(path: &Path) {
    let mode = std::fs::metadata(path).map(|data| data.mode() & 0o777);
    if let Ok(mode) = mode
        && mode & 0o007 != 0
    {
        tracing::warn!(
            path = %path.display(),
            "everybody on this machine may read the secret that signs tokens: chmod 600 it"
        );
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = private().create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// How a file is opened that, if it is made, is made for its owner alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}
