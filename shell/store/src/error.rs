//! What can go wrong with the database, and how to go on.

use std::path::PathBuf;

use crate::sql::Sql;

/// Why a read or a write did not happen. A write that returns one of these has left nothing behind, save
/// [`StoreError::Unknown`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// More work waits than the store takes; nothing was begun. Answer "try again" at once.
    #[error("the store is busy; nothing was changed, try again in a moment")]
    Busy,
    /// The time allowed for this work ran out before it was done.
    #[error("the store took too long; nothing was changed, try again")]
    Timeout,
    /// The closure panicked; its changes were undone.
    #[error("a fault in the program stopped this work; nothing was changed")]
    Panicked,
    /// The store is closing.
    #[error("the store is closing; nothing was changed")]
    Gone,
    /// Another writer changed the same rows at the same moment, and again at every try.
    #[error("others kept changing the same records; nothing was changed, try again")]
    Retry,
    /// The connection broke, or the disk failed, while the change was being committed: it may or may not have been kept.
    /// Ask by its idempotency key.
    #[error(
        "the database failed at the moment of saving; check whether the change was kept before trying again"
    )]
    Unknown,
    /// A rule of the schema was broken: a key that exists already, or one that refers to nothing.
    #[error("{statement}: {message}")]
    Conflict {
        /// The statement's name.
        statement: &'static str,
        /// What the database said.
        message: String,
    },
    /// No room left on the disk.
    #[error("the disk is full; nothing was changed, make room and try again")]
    Full,
    /// Anything else that the database refused, with the name of the statement.
    #[error("{statement}: {message}")]
    Database {
        /// The statement's name.
        statement: &'static str,
        /// What the database said.
        message: String,
    },
    /// A row did not have the shape the program expected.
    #[error("column {column}: expected {expected}, found {found}")]
    Shape {
        /// Its place in the row, from 0.
        column: usize,
        /// What was asked for.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// `one` found no row.
    #[error("{0} found no row")]
    Missing(&'static str),
}

impl StoreError {
    pub(crate) fn database(sql: Sql, message: impl Into<String>) -> Self {
        Self::Database {
            statement: sql.name(),
            message: message.into(),
        }
    }

    /// Whether the same work may succeed when it is done again.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Busy | Self::Timeout | Self::Retry | Self::Full | Self::Gone
        )
    }
}

/// Lets the store see through a room's error to the database's, so that it knows when to run a closure again.
pub trait AsStore {
    /// The database's error inside, when there is one.
    fn store(&self) -> Option<&StoreError>;
}

impl AsStore for StoreError {
    fn store(&self) -> Option<&StoreError> {
        Some(self)
    }
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file is there, and this key does not open it.
    #[error(
        "{path} cannot be read with this key: it is encrypted with another one, or is no database of Kept"
    )]
    WrongKey {
        /// The database file.
        path: PathBuf,
    },
    /// The SQLite in this program has known faults.
    #[error("this program was built with SQLite {0}; at least 3.51.3 is needed")]
    OldSqlite(&'static str),
    /// The database refused.
    #[error("{place}: {message}")]
    Refused {
        /// The file, or the server without its password.
        place: String,
        /// What it said.
        message: String,
    },
    /// A change of the schema failed; those before it are kept.
    #[error("migration {owner} {number} ({name}): {message}")]
    Migration {
        /// The part that owns the tables.
        owner: &'static str,
        /// The migration's number.
        number: u32,
        /// Its name.
        name: &'static str,
        /// What the database said.
        message: String,
    },
    /// The database was written by a later version of Kept.
    #[error(
        "the database has migration {number} of `{owner}`, which this program does not know: it was written by a later version of Kept"
    )]
    TooNew {
        /// The part that owns the tables.
        owner: String,
        /// The number of the unknown migration.
        number: i64,
    },
    /// The text of a migration is not the one that was run.
    #[error(
        "migration {owner} {number} ({name}) is not the one this database was made with; a migration is never edited"
    )]
    Edited {
        /// The part that owns the tables.
        owner: &'static str,
        /// The migration's number.
        number: u32,
        /// Its name.
        name: &'static str,
    },
}
