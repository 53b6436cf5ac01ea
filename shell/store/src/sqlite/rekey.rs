//! The file under another key: everything is written into a new file, which is held against the old one.

use std::fs::File;
use std::path::Path;

use rusqlite::Connection;

use super::connection::{self, Use};
use crate::error::OpenError;
use crate::key::Key;

/// Whether the file opens with this key.
///
/// # Errors
///
/// [`OpenError`] for anything but a key that does not fit.
pub fn opens_with(path: &Path, key: &Key) -> Result<bool, OpenError> {
    match connection::open(path, key, Use::Read) {
        Ok(_) => Ok(true),
        Err(OpenError::WrongKey { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes all that is in `from` into the new file `to` under the key `next`. Nobody else may have `from` open. When this
/// returns, `to` is whole and on disk, the log beside `from` is empty, and the two hold the same.
///
/// # Errors
///
/// [`OpenError`]; `from` holds what it held, and what there is of `to` is worth nothing.
pub fn encrypt_anew(from: &Path, key: &Key, to: &Path, next: &Key) -> Result<(), OpenError> {
    let refused = |error: &dyn std::fmt::Display| OpenError::Refused {
        place: to.display().to_string(),
        message: error.to_string(),
    };
    let old = connection::open(from, key, Use::Write(connection::WRITER_MEMORY))?;
    let run = || {
        // Alone from here to the end: a reader or a writer elsewhere is an error, not a loss.
        old.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA wal_checkpoint(TRUNCATE); BEGIN EXCLUSIVE; COMMIT;",
        )?;
        // It holds for files that are attached from now on.
        old.execute_batch("PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256")?;
        old.execute(
            &format!("ATTACH DATABASE ?1 AS anew KEY \"x'{}'\"", next.hex()),
            [to.to_string_lossy()],
        )?;
        old.query_row("SELECT sqlcipher_export('anew')", [], |_| Ok(()))?;
        old.execute_batch("DETACH DATABASE anew")
    };
    run().map_err(|error: rusqlite::Error| refused(&error))?;
    let new = connection::open(to, next, Use::Write(connection::WRITER_MEMORY))?;
    let differing = compare(&old, &new).map_err(|error| refused(&error))?;
    if let Some(what) = differing {
        return Err(refused(&what));
    }
    new.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .map_err(|error| refused(&error))?;
    new.close().map_err(|(_, error)| refused(&error))?;
    old.close().map_err(|(_, error)| refused(&error))?;
    File::open(to)
        .and_then(|file| file.sync_all())
        .map_err(|error| refused(&error))
}

/// What differs between the two, or is damaged in the new one.
fn compare(old: &Connection, new: &Connection) -> Result<Option<String>, rusqlite::Error> {
    if let Some(damage) = super::check::damage(new)?.into_iter().next() {
        return Ok(Some(format!("the new file is damaged: {damage}")));
    }
    let mut names = old.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name",
    )?;
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for name in names {
        let count = |connection: &Connection| {
            let sql = format!("SELECT count(*) FROM \"{}\"", name.replace('"', "\"\""));
            connection.query_row(&sql, [], |row| row.get::<_, i64>(0))
        };
        let (before, after) = (count(old)?, count(new)?);
        if before != after {
            return Ok(Some(format!("{name} had {before} rows and has {after}")));
        }
    }
    Ok(None)
}
