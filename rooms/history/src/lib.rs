//! Foreign history through the browser: a log is taken in, looked at through its mapping, imported, and taken out again.
//!
//! Table: `history_logs`, a row for each log that was sent; the imports themselves are the journal's. The files lie in a
//! folder beside the database, sealed, and are thrown away with their log. Events in: none. Events out: those of the log,
//! marked as imported.
//!
//! INVARIANT: a log that did not arrive whole leaves nothing behind.
//! INVARIANT: an import that was broken off, at whatever moment, can be gone on with or undone.

mod pages;
mod queries;
mod reading;
mod room;
mod schema;
mod shelf;
mod work;

pub use pages::routes;
pub use queries::STATEMENTS;
pub use room::{Outside, Room, ShippedMapping};
pub use schema::SCHEMA;
pub use shelf::Shelf;
