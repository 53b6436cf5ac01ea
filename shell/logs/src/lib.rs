//! Foreign logs: a ticket system's export goes in, the engine's events come out, in time order.
//!
//! A log is any CSV or JSON-lines text, plain or gzip. A [`Mapping`] (TOML, written by a person) says which column
//! is what; it is resolved against the register, so that the events are the same ones the rules speak of. Lines that
//! cannot be used are handed out with their number and reason and counted; they never stop the run. Memory stays
//! flat in the length of the log: rows and events are sorted in runs that spill to unnamed temporary files.
//!
//! Nothing here knows a room, a rule or a calendar.

mod bad;
mod codec;
mod csv;
mod emit;
mod input;
mod json;
mod mapping;
mod phrase;
mod read;
mod rows;
mod sort;
mod summary;
mod time;
mod value;

pub use bad::{BadLine, BadReason};
pub use csv::CsvText;
pub use mapping::{ColumnUse, Mapping, MappingProblem, act_words};
pub use phrase::{find_act, find_proof, find_state};
pub use read::{LogError, ReadOptions, SortedEvents, Watch, read};
pub use summary::{Note, Summary};
pub use value::fingerprint;
