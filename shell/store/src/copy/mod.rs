//! Whole tables, row by row, from one database into another: for backups and for moving between the two databases.
//!
//! What tables and columns there are comes from the product's own [`Schema`](crate::Schema)s (see [`tables`]), never from
//! a database or a user. So both databases give the same tables, the same columns and the same values, and what a
//! database makes by itself (search indexes, statistics) is left out: it is made again.

mod blueprint;
mod cell;
mod load;
mod rows;

pub use blueprint::{Column, Kind, Table, tables};
pub use cell::Cell;
pub use load::Loader;
pub use rows::{given, rows};
