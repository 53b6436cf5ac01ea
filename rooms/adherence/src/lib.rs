//! How well the SOPs are kept: clause by clause, by person, team, role, client, tier and month, with the cases behind each number.
//!
//! [`Gather`] makes figures of obligations as they come; `kept replay` uses it on a foreign log, [`judge()`] on the journal.
//! The latter writes figures and counts as rows, so that a page reads a few rows, however long the journal is.
//!
//! Tables: `adherence_judgements`, `adherence_figures`, `adherence_counts`; the obligations are the journal's. Events in: all,
//! through the engine. Events out: none.
//!
//! INVARIANT: a reader sees one judgement whole, never parts of two.

mod card;
mod figures;
mod gather;
mod judge;
mod pages;
pub mod queries;
mod room;
mod schema;
mod scope;
mod share;
mod tally;
mod times;
mod words;
mod written;

pub use card::{RuleCard, cards};
pub use figures::{Adherence, Case, Counts, Part, Period, RuleFigures, SopLine, TrendPeriod};
pub use gather::{Frame, Gather};
pub use judge::{JudgeError, Judged, Judging, judge};
pub use pages::routes;
pub use queries::STATEMENTS;
pub use room::{MarginFigure, Room, Shown, State};
pub use schema::SCHEMA;
pub use scope::{Exporter, Noted, Reach, Reader};
pub use share::{Share, Standing};
pub use tally::{Dimension, Month};
pub use times::{Bin, Times};
pub use words::{share_words, span_words};
