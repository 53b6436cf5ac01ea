//! Working time: zones, windows, holidays, and what a duration comes to.
//!
//! A [`Calendar`] is read from a text that a person wrote ([`Calendar::parse`]) and answers to the microsecond:
//! [`Calendar::add`], [`Calendar::subtract`], [`Calendar::between`]. It knows nothing of rules, clients or clocks
//! that run: those are the engine's. It never reads a file; feeds of holidays are handed in as text.
//!
//! An addition takes two searches in a table of working time (see `table`), wherever it leads. The slow and plain
//! way, counting minutes, lives in the tests and the example `oracle`, which compare the two; the example `speed`
//! measures.

mod calendar;
mod chunk;
mod days;
mod entries;
mod explain;
mod explain_walk;
mod feed;
mod feed_lines;
mod feed_repeats;
mod file;
mod hours;
mod overlaps;
mod period;
mod place;
mod problem;
mod rules;
mod syntax;
mod table;
mod text;
mod window;
mod words;
mod zone;

pub use calendar::Calendar;
pub use explain::{Account, Step, StepKind};
pub use period::Period;
pub use problem::{Problem, Problems};
pub use text::InstantTextError;
