//! SQLite with SQLCipher: one writer with group commit, and readers.

pub(crate) mod check;
pub(crate) mod connection;
pub(crate) mod reader;
pub(crate) mod rekey;
pub(crate) mod statements;
pub(crate) mod writer;
