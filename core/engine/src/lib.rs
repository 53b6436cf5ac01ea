//! The engine: events, SOPs in force and calendars in; obligations out.
//!
//! Pure and deterministic: no clock, no database, no order that differs from run to run. At any moment it answers
//! what is still owed, to whom, by whom, until when, and why.
//!
//! [`Program::compile`] makes documents ready to run; [`Engine`] runs them over events and hands obligations out.
//! Time is lazy: a record is brought up to an instant only when an event or the end of the run asks for it, and then
//! everything fires at its own time, in order.

mod applying;
mod archive;
mod clock;
mod compile;
mod defining;
mod discharging;
mod dues;
mod duties;
mod engine;
#[cfg(test)]
mod enough;
mod event;
mod figures;
mod filled;
mod gates;
mod handing;
mod history;
mod ids;
mod judging;
mod list;
mod machine;
mod names;
mod obligation;
mod owners;
mod people;
mod periods;
mod program;
mod reading;
mod reckoned;
mod record;
mod records;
mod rhythms;
mod rows;
pub mod scenario;
mod steps;
mod timers;
mod truth;
mod versions;
mod whatif;
mod why;

pub use engine::{Engine, EventProblem, Wake};
pub use event::{Actor, Event, Handling, OwnedActor, OwnedEvent, OwnedWhat, Record, What};
pub use figures::{
    Adherence, Beside, Counts, Dimension, Figure, Figures, Rate, RuleFigures, Times,
};
pub use gates::{GateAnswer, ShutGate};
pub use obligation::{CancelReason, Entry, EntryChange, Marks, Obligation, Verdict};
pub use people::{People, Person, Span};
pub use periods::EndedRight;
pub use program::{Calendars, CompileProblem, Program, Version};
pub use whatif::{
    BEHAVIOUR_HELD_FIXED, Difference, Example, Flip, RuleDifference, Side, WhatIf, Work,
};
