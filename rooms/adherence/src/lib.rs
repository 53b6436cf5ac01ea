//! How well the SOPs were kept.

mod card;
mod figures;
mod gather;
mod share;
mod times;
mod words;

pub use card::{RuleCard, cards};
pub use figures::{Adherence, Case, Counts, Part, Period, RuleFigures, SopLine, TrendPeriod};
pub use gather::{Frame, Gather};
pub use share::{Share, Standing};
pub use times::{Bin, Times};
pub use words::{share_words, span_words};
