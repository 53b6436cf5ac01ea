//! What can be said about a database's health.

use crate::error::StoreError;
use crate::job::Answer;
use crate::sql::Sql;
use crate::sqlite;
use crate::store::Store;
use crate::transaction::Connection;

/// It exists on PostgreSQL alone, so it is not on the list of statements that both understand.
const SERVER: Sql = Sql::new(
    "SERVER",
    "SELECT current_setting('server_version'), current_setting('server_encoding'), current_setting('fsync'),
            current_setting('full_page_writes'), current_setting('synchronous_commit')",
);

/// How a PostgreSQL server is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its version, as it says it.
    pub version: String,
    /// The encoding of the database: `UTF8` is needed.
    pub encoding: String,
    /// Settings that are off, so that what was answered may be lost: `fsync`, `full_page_writes`, `synchronous_commit`.
    pub careless: Vec<&'static str>,
}

impl Store {
    /// Looks at every page of an SQLite file; what is wrong, in SQLite's words. On PostgreSQL this is the server's task,
    /// and nothing is looked at. It takes as long as reading the whole file.
    pub fn damage(&self) -> Answer<Vec<String>, StoreError> {
        self.read(|read| match read.connection() {
            Connection::Sqlite(connection) => {
                sqlite::check::damage(connection).map_err(|error| StoreError::Database {
                    statement: "integrity check",
                    message: error.to_string(),
                })
            }
            Connection::Postgres(_) => Ok(Vec::new()),
        })
    }

    /// How the server is set up. An error on SQLite, which has none.
    pub fn server(&self) -> Answer<Server, StoreError> {
        self.read(|read| {
            let (version, encoding, fsync, pages, commit): (
                String,
                String,
                String,
                String,
                String,
            ) = read.one(SERVER, &[])?;
            let settings = [
                ("fsync", fsync),
                ("full_page_writes", pages),
                ("synchronous_commit", commit),
            ];
            let careless = settings
                .into_iter()
                .filter(|(_, value)| value == "off")
                .map(|(name, _)| name)
                .collect();
            Ok(Server {
                version,
                encoding,
                careless,
            })
        })
    }
}
