//! A row of figures: a clause, or a part of one.

use kept_charts::{Scale, interval, spark};
use kept_ui::Html;
use kept_ui::parts::{ClockState, Verdict};

use super::said::{count, percent};
use crate::figures::Counts;
use crate::share::{Share, Standing};

/// Figures of a rule or of one person's, client's or month's part of it, ready to be written.
#[derive(Clone, Debug)]
pub struct ShareRow {
    /// Whose: the rule's short name, or a person, a client, a month.
    pub name: String,
    /// Where its cases are.
    pub href: String,
    /// `86.8`; none without a verdict.
    pub rate: Option<String>,
    /// `84.6–88.8`.
    pub range: String,
    /// How many are decided.
    pub n: String,
    /// The interval bar.
    pub bar: Html,
    /// The trend, the size of a word.
    pub spark: Html,
    /// How many were excused, and where they are.
    pub excused: Option<(String, String)>,
    /// How many are past their deadline and not done, and where they are.
    pub open: Option<(String, String)>,
    /// The verdict.
    pub verdict: Verdict,
}

/// What a row is made of.
pub struct RowOf<'a> {
    /// See [`ShareRow::name`].
    pub name: String,
    /// See [`ShareRow::href`].
    pub href: String,
    /// How its duties stand.
    pub counts: Counts,
    /// Shares by month, for the trend.
    pub trend: &'a [Option<f64>],
    /// Where excused and overdue ones are.
    pub excused: String,
    /// Where overdue ones are.
    pub overdue: String,
}

impl ShareRow {
    /// The row, on a scale and against a target that it has in common with the others.
    pub fn new(of: RowOf<'_>, target: f64, scale: Scale) -> Self {
        let share = Share::of(of.counts.met, of.counts.judged());
        let standing = Share::standing(share, target);
        let bar = share.map(|share| interval(&share.drawn(Some(target), standing.state()), scale));
        let number = |number: u64, href: String| (number > 0).then(|| (count(number), href));
        Self {
            name: of.name,
            href: of.href,
            rate: share.map(|share| percent(share.share)),
            range: share.map_or_else(String::new, range),
            n: count(of.counts.judged()),
            bar: Html::trusted(bar.unwrap_or_default()),
            spark: Html::trusted(spark(of.trend, Some(target), "by month").unwrap_or_default()),
            excused: number(of.counts.excused, of.excused),
            open: number(of.counts.overdue, of.overdue),
            verdict: verdict(standing),
        }
    }

    /// The value of `data-state`.
    pub const fn state(&self) -> &'static str {
        self.verdict.state.name()
    }
}

/// `84.6–88.8`
pub fn range(share: Share) -> String {
    format!("{}–{}", percent(share.low), percent(share.high))
}

/// The verdict on a share.
pub fn verdict(standing: Standing) -> Verdict {
    Verdict {
        state: match standing {
            Standing::Met => ClockState::Met,
            Standing::NotMet => ClockState::Late,
            _ => ClockState::Paused,
        },
        words: standing.words().to_owned(),
    }
}

/// A scale on which all can be seen that have enough cases to be told apart; the bars of others may leave it at its end.
pub fn scale(counts: impl Iterator<Item = Counts>, target: f64) -> Scale {
    let shares = counts.filter_map(|counts| Share::of(counts.met, counts.judged()));
    let told =
        shares.filter(|share| Share::standing(Some(*share), target) != Standing::NotEnoughData);
    Scale::over(told.map(|share| share.low).fold(target, f64::min))
}

/// Two counts together.
pub fn sum(one: Counts, other: Counts) -> Counts {
    Counts {
        triggered: one.triggered + other.triggered,
        met: one.met + other.met,
        met_late: one.met_late + other.met_late,
        missed: one.missed + other.missed,
        overdue: one.overdue + other.overdue,
        pending: one.pending + other.pending,
        excused: one.excused + other.excused,
        cancelled: one.cancelled + other.cancelled,
        cannot_be_judged: one.cannot_be_judged + other.cannot_be_judged,
        ..one
    }
}
