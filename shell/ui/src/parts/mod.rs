//! The pieces of a page. Each is a plain struct that writes itself into a template with `{{ part }}`, escaped already.
//!
//! A part is a word of the product (`duty`, `gate`, `clause`); what a clock says is a [`ClockState`], and nothing but
//! that state gives a thing its colour. Tables, panels and threads have no struct: they are plain HTML with the classes
//! that `README.md` lists.

mod button;
mod clause;
mod clock;
mod duty;
mod facts;
mod nav;
mod notice;
mod palette;
mod person;

pub use button::{Button, Confirm};
pub use clause::{ClauseCard, ClauseKind, ClauseMark, Step};
pub use clock::{Clock, ClockState, span_words};
pub use duty::Duty;
pub use facts::{Fact, Facts, Verdict};
pub use nav::{Crumb, Filter, Filters, More, View, Views};
pub use notice::{Check, Empty, Gate, Notice, Progress};
pub use palette::{Found, Group, Results};
pub use person::{Avatar, Tier};

crate::html::parts_write_themselves!(
    Avatar, Button, Check, ClauseCard, ClauseMark, Clock, Confirm, Crumb, Duty, Empty, Facts,
    Filters, Gate, More, Notice, Progress, Results, Tier, Verdict, Views,
);
