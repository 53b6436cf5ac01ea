//! The database: an encrypted SQLite file or a PostgreSQL server, behind one door.
//!
//! Rooms hand [`Store::write`] and [`Store::read`] a closure; it runs on a database thread as one transaction, and the
//! answer comes when its changes are durable. A closure sees [`Write`] or [`Read`], so what only reads cannot write, and
//! no type of a database leaves this crate. Statements are written once for both databases (see [`statements!`]), and so
//! are tables (see [`Schema`]).
//!
//! What must hold, and is tested on both:
//! - What was answered is durable; what was refused has left nothing behind. [`StoreError::Unknown`] is the one
//!   exception, and says so.
//! - A closure that fails, panics or runs out of time takes nobody with it.
//! - When more work comes than can be done, it is refused at once and in words; nothing queues without bound.
//!
//! The price of one writer: a closure that computes for long holds up all writers, so it gets what it needs ready-made.

#![warn(unreachable_pub)]

mod check;
pub mod copy;
mod error;
mod job;
mod key;
mod migrate;
mod postgres;
mod row;
mod sql;
mod sqlite;
mod store;
mod transaction;
mod value;

pub use check::Server;
pub use error::{AsStore, OpenError, StoreError};
pub use job::Answer;
pub use key::Key;
pub use migrate::{Migrated, Migration, STATEMENTS, Schema};
pub use postgres::address::{Protection, Way};
pub use row::Row;
pub use sql::{Dialect, Sql};
pub use sqlite::rekey::{encrypt_anew, opens_with};
pub use store::{Counters, Place, Point, Points, Settings, Store};
pub use transaction::{Lock, Read, Write};
pub use value::{FromRow, FromValue, Value, ValueRef};
