//! Adherence: how well each rule was kept, counted as obligations come, without keeping them.

use std::collections::BTreeMap;

use kept_kernel::Instant;
use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::obligation::{Obligation, Verdict};
use crate::program::Program;

/// How often each verdict was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Counts {
    /// All of them.
    pub triggered: u64,
    /// Done in time.
    pub met: u64,
    /// Done late.
    pub met_late: u64,
    /// Never done.
    pub missed: u64,
    /// Still owed, past the deadline.
    pub overdue: u64,
    /// Still owed, not yet due; paused ones too.
    pub pending: u64,
    /// Waived.
    pub excused: u64,
    /// No longer owed.
    pub cancelled: u64,
    /// A fact was never known.
    pub cannot_be_judged: u64,
}

/// What is counted beside the figure.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Beside {
    /// Duties that people were told of because another was late.
    pub escalations: u64,
    /// Deadlines that moved because a fact, an exception or a version changed.
    pub rebased: u64,
    /// Verdicts that late news or an undo changed.
    pub corrected: u64,
    /// Acts written down more than a business day after they happened.
    pub recorded_late: u64,
    /// Discharged by an automatic event.
    pub automatic: u64,
    /// Discharged through another channel than the one asked for.
    pub other_channel: u64,
    /// Judged although an exception was unknown.
    pub exception_unknown: u64,
}

/// A share with its Wilson 95 % interval, in percent.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Rate {
    /// How many were met.
    pub met: u64,
    /// Of how many: met, met late and missed. What is overdue is not decided and stands beside it.
    pub n: u64,
    /// The share.
    pub percent: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

/// How long things took, in seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Times {
    /// Over how many that were done.
    pub n: u64,
    /// Half took no longer.
    pub median_s: i64,
    /// Nine in ten took no longer.
    pub p90_s: i64,
}

/// Counts and their rate.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct Figure {
    /// How often each verdict was given.
    #[serde(flatten)]
    pub counts: Counts,
    /// Adherence; none where there were no cases.
    pub rate: Option<Rate>,
}

/// The figures of one rule.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RuleFigures {
    /// Its full name: `SR/acknowledge`.
    pub rule: String,
    /// Its clause: `SR 4.3`.
    pub clause: String,
    /// All cases.
    #[serde(flatten)]
    pub figure: Figure,
    /// `no cases` where it never triggered.
    pub remark: Option<&'static str>,
    /// Counted beside the figure.
    pub beside: Beside,
    /// Working time less pauses, of those that were done.
    pub used_business: Option<Times>,
    /// Time around the clock, of those that were done.
    pub used_elapsed: Option<Times>,
    /// Under which exceptions, and how often.
    pub exceptions: BTreeMap<String, u64>,
    /// By what it was asked to be broken down: dimension, then value.
    pub by: BTreeMap<&'static str, BTreeMap<String, Figure>>,
}

/// The figures of all rules, in the order of the documents.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Figures {
    /// Rule by rule.
    pub rules: Vec<RuleFigures>,
}

/// What figures can be broken down by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Dimension {
    /// The person who owed it.
    Person,
    /// The role that owed it.
    Role,
    /// The client.
    Client,
    /// The client's tier when it opened.
    Tier,
    /// The month in which it opened, in the company's zone.
    Month,
}

/// Counts obligations as they come.
#[derive(Debug)]
pub struct Adherence<'p> {
    program: &'p Program,
    dimensions: Vec<Dimension>,
    /// By the rule's address in the program, which is quick; by its name where that is new.
    places: FxHashMap<usize, usize>,
    rules: Vec<Tally>,
    names: BTreeMap<String, usize>,
    months: Months,
}

#[derive(Debug, Default)]
struct Tally {
    name: String,
    clause: String,
    counts: Counts,
    beside: Beside,
    business: Spread,
    elapsed: Spread,
    exceptions: BTreeMap<String, u64>,
    by: BTreeMap<Dimension, BTreeMap<String, Counts>>,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, verdict: Verdict) {
        self.triggered += 1;
        let place = match verdict {
            Verdict::Met => &mut self.met,
            Verdict::MetLate => &mut self.met_late,
            Verdict::Missed => &mut self.missed,
            Verdict::Overdue => &mut self.overdue,
            Verdict::Pending | Verdict::Paused => &mut self.pending,
            Verdict::Excused => &mut self.excused,
            Verdict::Cancelled => &mut self.cancelled,
            Verdict::CannotBeJudged => &mut self.cannot_be_judged,
        };
        *place += 1;
    }

    /// Those with a verdict on whether they were kept: met, met late, missed. Overdue, excused, cancelled and unknown
    /// ones stand beside the figure.
    pub const fn decided(&self) -> u64 {
        self.met + self.met_late + self.missed
    }

    /// Adherence: met, of those that are decided; none where there were none.
    pub fn rate(&self) -> Option<Rate> {
        let n = self.decided();
        (n > 0).then(|| Rate::of(self.met, n))
    }

    fn figure(self) -> Figure {
        Figure {
            rate: self.rate(),
            counts: self,
        }
    }
}

impl Rate {
    /// A share with the interval of E. B. Wilson (1927) at 95 %.
    pub fn of(met: u64, n: u64) -> Self {
        const Z: f64 = 1.959_963_984_540_054;
        let count = n.max(1) as f64;
        let share = met as f64 / count;
        let z2 = Z * Z;
        let middle = share + z2 / (2.0 * count);
        let half = Z * (share * (1.0 - share) / count + z2 / (4.0 * count * count)).sqrt();
        let whole = 1.0 + z2 / count;
        Self {
            met,
            n,
            percent: share * 100.0,
            low: ((middle - half) / whole * 100.0).max(0.0),
            high: ((middle + half) / whole * 100.0).min(100.0),
        }
    }
}

impl<'p> Adherence<'p> {
    /// Nothing counted yet, for the rules of a program.
    pub fn new(program: &'p Program, dimensions: &[Dimension]) -> Self {
        let mut adherence = Self {
            program,
            dimensions: dimensions.to_vec(),
            places: FxHashMap::default(),
            rules: Vec::new(),
            names: BTreeMap::new(),
            months: Months::default(),
        };
        for (_, rule) in program.rules.iter().filter(|(_, rule)| !rule.is_implicit()) {
            adherence.place_of(&rule.key.code, &rule.key.id, &rule.clause);
        }
        adherence
    }

    fn place_of(&mut self, code: &str, id: &str, clause: &str) -> usize {
        let name = format!("{code}/{id}");
        if let Some(place) = self.names.get(&name) {
            return *place;
        }
        let place = self.rules.len();
        self.rules.push(Tally {
            name: name.clone(),
            clause: clause.to_owned(),
            ..Tally::default()
        });
        self.names.insert(name, place);
        place
    }

    /// Counts an obligation. The duties of ladders are counted beside the figure.
    pub fn add(&mut self, obligation: &Obligation) {
        let address = std::sync::Arc::as_ptr(&obligation.rule) as usize;
        let place = match self.places.get(&address) {
            Some(place) => *place,
            None => {
                let rule = &obligation.rule;
                let place = self.place_of(&rule.code, &rule.id, "");
                self.places.insert(address, place);
                place
            }
        };
        let month = (!obligation.is_level() && self.dimensions.contains(&Dimension::Month))
            .then(|| self.months.of(self.program, obligation.opened_at));
        let Some(tally) = self.rules.get_mut(place) else {
            return;
        };
        if obligation.is_level() {
            tally.beside.escalations += 1;
            return;
        }
        tally.add(obligation);
        for dimension in &self.dimensions {
            let value = match dimension {
                Dimension::Person => obligation.owner.as_deref(),
                Dimension::Role => Some(obligation.owner_role.as_ref()),
                Dimension::Client => obligation.client.as_deref(),
                Dimension::Tier => obligation.tier.as_deref(),
                Dimension::Month => month,
            };
            let values = tally.by.entry(*dimension).or_default();
            let value = value.unwrap_or("unknown");
            match values.get_mut(value) {
                Some(counts) => counts.add(obligation.verdict),
                None => values
                    .entry(value.to_owned())
                    .or_default()
                    .add(obligation.verdict),
            }
        }
    }

    /// The figures so far.
    pub fn figures(&self) -> Figures {
        Figures {
            rules: self.rules.iter().map(Tally::figures).collect(),
        }
    }
}

impl Tally {
    fn add(&mut self, obligation: &Obligation) {
        self.counts.add(obligation.verdict);
        let marks = obligation.marks;
        let beside = &mut self.beside;
        for (set, count) in [
            (marks.rebased, &mut beside.rebased),
            (marks.corrected, &mut beside.corrected),
            (marks.recorded_late, &mut beside.recorded_late),
            (marks.automatic, &mut beside.automatic),
            (marks.other_channel, &mut beside.other_channel),
            (marks.exception_unknown, &mut beside.exception_unknown),
        ] {
            *count += u64::from(set);
        }
        if obligation.discharged_at.is_some() {
            self.business.add(obligation.used_business);
            self.elapsed.add(obligation.used_elapsed);
        }
        if let Some(exception) = &obligation.exception {
            let name = format!("{}/{}", exception.code, exception.id);
            *self.exceptions.entry(name).or_default() += 1;
        }
    }

    fn figures(&self) -> RuleFigures {
        let by = self.by.iter().map(|(dimension, values)| {
            let values = values
                .iter()
                .map(|(value, counts)| (value.clone(), counts.figure()));
            (dimension.name(), values.collect())
        });
        RuleFigures {
            rule: self.name.clone(),
            clause: self.clause.clone(),
            figure: self.counts.figure(),
            remark: (self.counts.triggered == 0).then_some("no cases"),
            beside: self.beside,
            used_business: self.business.times(),
            used_elapsed: self.elapsed.times(),
            exceptions: self.exceptions.clone(),
            by: by.collect(),
        }
    }
}

impl Dimension {
    /// Its name in the figures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Role => "role",
            Self::Client => "client",
            Self::Tier => "tier",
            Self::Month => "month",
        }
    }
}

/// Times by how often they came: exact to the second while that is small, then to the minute.
#[derive(Debug)]
struct Spread {
    counts: FxHashMap<i64, u64>,
    n: u64,
    grain: i64,
}

impl Default for Spread {
    fn default() -> Self {
        Self {
            counts: FxHashMap::default(),
            n: 0,
            grain: 1,
        }
    }
}

/// More different times than this are rounded down to minutes.
const MOST_TIMES: usize = 500_000;

impl Spread {
    fn add(&mut self, micros: i64) {
        let seconds = micros / 1_000_000;
        *self
            .counts
            .entry(seconds - seconds % self.grain)
            .or_default() += 1;
        self.n += 1;
        if self.counts.len() > MOST_TIMES && self.grain == 1 {
            self.grain = 60;
            let old = std::mem::take(&mut self.counts);
            for (seconds, count) in old {
                *self.counts.entry(seconds - seconds % 60).or_default() += count;
            }
        }
    }

    fn times(&self) -> Option<Times> {
        let mut sorted: Vec<(i64, u64)> = self.counts.iter().map(|(s, n)| (*s, *n)).collect();
        sorted.sort_unstable();
        let at = |share: f64| {
            let wanted = (share * self.n.saturating_sub(1) as f64) as u64;
            let mut before = 0;
            for (seconds, count) in &sorted {
                before += count;
                if before > wanted {
                    return *seconds;
                }
            }
            0
        };
        (self.n > 0).then(|| Times {
            n: self.n,
            median_s: at(0.5),
            p90_s: at(0.9),
        })
    }
}

/// The months that obligations open in, as text; the last one is kept at hand.
#[derive(Debug, Default)]
struct Months {
    from: Instant,
    until: Instant,
    text: String,
}

impl Months {
    fn of(&mut self, program: &Program, at: Instant) -> &str {
        if at < self.from || at >= self.until {
            let calendar = program.company_calendar();
            self.from = calendar.start_of(kept_calendar::Period::Month, at);
            self.until = calendar.end_of(kept_calendar::Period::Month, at);
            let zoned = at.timestamp().to_zoned(calendar.time_zone().clone());
            self.text = zoned.strftime("%Y-%m").to_string();
        }
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighteen_of_twenty_is_ninety_percent_between_69_9_and_97_2() {
        let rate = Rate::of(18, 20);
        let rounded = |value: f64| (value * 10.0).round() / 10.0;
        assert_eq!(
            (rounded(rate.percent), rounded(rate.low), rounded(rate.high)),
            (90.0, 69.9, 97.2)
        );
    }

    #[test]
    fn a_rule_that_was_never_triggered_has_no_rate() {
        assert_eq!(Counts::default().rate(), None);
    }

    #[test]
    fn a_rule_with_nothing_but_overdue_duties_has_no_rate_yet() {
        let mut counts = Counts::default();
        counts.add(Verdict::Overdue);
        assert_eq!((counts.rate(), counts.triggered), (None, 1));
    }

    #[test]
    fn what_is_overdue_excused_cancelled_or_unknown_stays_out_of_the_rate() {
        let mut counts = Counts::default();
        for verdict in [
            Verdict::Met,
            Verdict::MetLate,
            Verdict::Missed,
            Verdict::Overdue,
            Verdict::Excused,
            Verdict::Cancelled,
            Verdict::CannotBeJudged,
            Verdict::Pending,
        ] {
            counts.add(verdict);
        }
        let rate = counts.rate().unwrap();
        assert_eq!((rate.met, rate.n, counts.triggered), (1, 3, 8));
        assert_eq!((counts.overdue, counts.excused), (1, 1));
    }

    #[test]
    fn the_median_of_an_even_number_is_the_lower_middle() {
        let mut spread = Spread::default();
        for seconds in [40, 10, 30, 20] {
            spread.add(seconds * 1_000_000);
        }
        let times = spread.times().unwrap();
        assert_eq!((times.n, times.median_s, times.p90_s), (4, 20, 30));
    }
}
