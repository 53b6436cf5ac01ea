//! The adherence page of a replay; the figures on it are those of the room of adherence.

mod page;

pub use kept_adherence::{
    Adherence, Case, Frame, Gather, Part, Period, RuleCard, RuleFigures, Share, SopLine, Standing,
    TrendPeriod, cards, share_words, span_words,
};
pub use page::{CSS, page};
