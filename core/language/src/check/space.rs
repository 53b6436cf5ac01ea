//! Values of facts as places on a line, so that conditions and table cells are sets of places.
//!
//! Numbers are real numbers: the value `v`, in millionths, lies at the even place `2v`, and the odd place after it
//! stands for all that lies between it and the next millionth. Days, choices, yes and no are whole places.

use jiff::civil::Date;
use kept_kernel::{Number, Unit};

use crate::ast::{Comparison, Value};
use crate::register::{Fact, FactKind};

/// A place on a fact's line.
pub(super) type Spot = i128;

const FAR: Spot = 1 << 100;
const MICROS_A_MINUTE: i64 = 60_000_000;
const EPOCH: Date = Date::constant(1970, 1, 1);

/// A set of values, and whether an unknown fact belongs to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Values {
    /// From and to, both taken in; in order, apart from each other.
    pub ranges: Vec<(Spot, Spot)>,
    pub unknown: bool,
}

impl Values {
    pub fn range(low: Spot, high: Spot) -> Self {
        Self {
            ranges: if low <= high {
                vec![(low, high)]
            } else {
                Vec::new()
            },
            unknown: false,
        }
    }

    pub fn only_unknown() -> Self {
        Self {
            ranges: Vec::new(),
            unknown: true,
        }
    }

    /// The set of these places.
    pub fn spots(mut spots: Vec<Spot>) -> Self {
        spots.sort_unstable();
        spots.dedup();
        Self {
            ranges: spots.into_iter().map(|spot| (spot, spot)).collect(),
            unknown: false,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty() && !self.unknown
    }

    pub fn and(&self, other: &Self) -> Self {
        let (mut one, mut two) = (
            self.ranges.iter().peekable(),
            other.ranges.iter().peekable(),
        );
        let mut ranges = Vec::new();
        while let (Some((low, high)), Some((from, to))) = (one.peek(), two.peek()) {
            let (start, end) = (*low.max(from), *high.min(to));
            if start <= end {
                ranges.push((start, end));
            }
            if high < to {
                one.next();
            } else {
                two.next();
            }
        }
        Self {
            ranges,
            unknown: self.unknown && other.unknown,
        }
    }

    /// All other known values of a line.
    pub fn other_known(&self, line: (Spot, Spot)) -> Self {
        let mut ranges = Vec::new();
        let mut from = line.0;
        for (low, high) in &self.ranges {
            if from < *low {
                ranges.push((from, low - 1));
            }
            from = from.max(high + 1);
        }
        if from <= line.1 {
            ranges.push((from, line.1));
        }
        Self {
            ranges,
            unknown: false,
        }
    }
}

/// The ends of a fact's line, both taken in.
pub(super) fn line(fact: &Fact) -> (Spot, Spot) {
    match fact.kind {
        FactKind::YesNo => (0, 1),
        FactKind::Choice => (0, fact.values.len() as Spot - 1),
        FactKind::Duration => (0, FAR),
        _ => (-FAR, FAR),
    }
}

/// The line on which the rows of a table must leave no gap. Shares do not fall below zero, unless the table itself
/// names such a value, as one for a change or a margin does.
pub(super) fn line_of_table(fact: &Fact, named: impl Iterator<Item = Value>) -> (Spot, Spot) {
    let (low, high) = line(fact);
    if fact.kind != FactKind::Percent || named.filter_map(spot).any(|at| at < 0) {
        (low, high)
    } else {
        (0, high)
    }
}

/// Where a value lies; none for what has no order and no list.
pub(super) fn spot(value: Value) -> Option<Spot> {
    Some(match value {
        Value::YesNo(yes) => Spot::from(yes),
        Value::Choice(index) => Spot::from(index),
        Value::Number(number) => Spot::from(number.millionths()) * 2,
        Value::Duration(duration) => Spot::from(duration.rough_micros()) * 2,
        Value::Date(date) => Spot::from(date.duration_since(EPOCH).as_hours() / 24),
        Value::Instant(instant) => Spot::from(instant.micros()) * 2,
        Value::Text(_) => return None,
    })
}

/// The values that compare so with this one.
pub(super) fn compared(fact: &Fact, comparison: Comparison, value: Value) -> Option<Values> {
    let (low, high) = line(fact);
    let at = spot(value)?;
    Some(match comparison {
        Comparison::AtLeast => Values::range(at, high),
        Comparison::Above => Values::range(at + 1, high),
        Comparison::AtMost => Values::range(low, at),
        Comparison::Below => Values::range(low, at - 1),
    })
}

/// A value of a range of places, as a message shows it.
pub(super) fn example(fact: &Fact, low: Spot, high: Spot) -> String {
    match fact.kind {
        FactKind::YesNo => (if low == 0 { "no" } else { "yes" }).to_owned(),
        FactKind::Choice => usize::try_from(low)
            .ok()
            .and_then(|index| fact.values.get(index))
            .cloned()
            .unwrap_or_default(),
        FactKind::Date => {
            let at = between(low, high, 1);
            let day = i32::try_from(at).unwrap_or_default();
            EPOCH
                .checked_add(jiff::Span::new().try_days(day).unwrap_or_default())
                .map_or_else(|_| "a day".to_owned(), |date| date.to_string())
        }
        kind => {
            let unit = if kind == FactKind::Duration {
                Spot::from(MICROS_A_MINUTE)
            } else {
                Spot::from(Number::SCALE)
            };
            let at = between(low, high, unit * 2);
            if at % 2 != 0 {
                return format!(
                    "a value between {} and {}",
                    shown(kind, at - 1),
                    shown(kind, at + 1)
                );
            }
            shown(kind, at)
        }
    }
}

/// A place in a range: an end that is not far, one unit inside where the other is, else the middle.
fn between(low: Spot, high: Spot, unit: Spot) -> Spot {
    let even = |at: Spot| {
        if unit == 1 || at % 2 == 0 {
            at
        } else if at > low {
            at - 1
        } else if at < high {
            at + 1
        } else {
            at
        }
    };
    match (low <= -FAR, high >= FAR) {
        (true, true) => 0,
        (true, false) => even((high - 1).div_euclid(unit) * unit).min(high),
        (false, true) => even((low + unit).div_euclid(unit) * unit).max(low),
        (false, false) => {
            let middle = low + (high - low) / 2;
            let round = (middle.div_euclid(unit)) * unit;
            if round >= low {
                even(round)
            } else {
                even(middle)
            }
        }
    }
}

fn shown(kind: FactKind, at: Spot) -> String {
    let millionths = i64::try_from(at / 2).unwrap_or(i64::MAX);
    match kind {
        FactKind::Duration => {
            let minutes = millionths / MICROS_A_MINUTE;
            if minutes > 0 && minutes % 60 == 0 {
                let hours = minutes / 60;
                format!("{hours} {}{}", Unit::Hours.word(), plural(hours))
            } else {
                format!("{minutes} {}{}", Unit::Minutes.word(), plural(minutes))
            }
        }
        FactKind::Percent => format!("{} %", Number::from_millionths(millionths)),
        FactKind::Money => {
            let text = Number::from_millionths(millionths).to_string();
            match text.split_once('.') {
                Some((_, cents)) if cents.len() == 1 => format!("{text}0"),
                _ => text,
            }
        }
        _ => Number::from_millionths(millionths).to_string(),
    }
}

fn plural(count: i64) -> &'static str {
    if count == 1 { "" } else { "s" }
}
