//! The engine: events, SOPs in force and calendars in; obligations out.
//!
//! Pure and deterministic: no clock, no database, no order that differs from run to run. At any moment it answers
//! what is still owed, to whom, by whom, until when, and why.

mod event;
mod obligation;

pub use event::{Actor, Event, Handling, Record, What};
pub use obligation::{CancelReason, Entry, EntryChange, Marks, Obligation, Verdict};
