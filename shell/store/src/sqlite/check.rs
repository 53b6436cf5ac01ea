//! Whether the file is whole.

use rusqlite::Connection;

/// Looks at every page: its authentication code, then the structure, then the references. What is wrong, in SQLite's own
/// words; empty when nothing is.
pub(crate) fn damage(connection: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let mut found = texts(connection, "PRAGMA cipher_integrity_check")?;
    if found.is_empty() {
        found = texts(connection, "PRAGMA quick_check")?;
        found.retain(|line| line != "ok");
    }
    if found.is_empty() {
        let tables = texts(connection, "PRAGMA foreign_key_check")?;
        found.extend(
            tables
                .into_iter()
                .map(|table| format!("a row of {table} refers to nothing")),
        );
    }
    Ok(found)
}

fn texts(connection: &Connection, sql: &str) -> Result<Vec<String>, rusqlite::Error> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.collect()
}
