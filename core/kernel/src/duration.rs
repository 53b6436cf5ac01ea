//! Durations as an SOP states them.

use std::fmt;
use std::str::FromStr;

use crate::Number;

/// A length of time as it is written in a rule: an amount and its unit. What it comes to between two instants is
/// the calendar's business; `1 day` and `24 hours` are different durations.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Duration {
    amount: Number,
    unit: Unit,
}

/// What a duration counts. The first six run around the clock, the business ones in working time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Unit {
    /// Sixty seconds.
    Minutes,
    /// Sixty minutes.
    Hours,
    /// The same local time on the next day.
    Days,
    /// Seven days.
    Weeks,
    /// The same day of the next month, or its last.
    Months,
    /// Twelve months.
    Years,
    /// Sixty seconds of working time.
    BusinessMinutes,
    /// Sixty minutes of working time.
    BusinessHours,
    /// The same local time on the next working day.
    BusinessDays,
}

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DurationError {
    /// A number without a unit, or a unit that is not known.
    Unit(String),
    /// No number where one is needed.
    Number(String),
    /// Nought, or below.
    Nought,
    /// A fraction of a unit that only comes whole.
    Fraction(Unit),
    /// More than the calendars reach.
    TooLong,
}

impl Unit {
    /// All units, the shorter first.
    pub const ALL: [Self; 9] = [
        Self::Minutes,
        Self::Hours,
        Self::Days,
        Self::Weeks,
        Self::Months,
        Self::Years,
        Self::BusinessMinutes,
        Self::BusinessHours,
        Self::BusinessDays,
    ];

    /// Whether it counts working time.
    pub const fn is_business(self) -> bool {
        matches!(
            self,
            Self::BusinessMinutes | Self::BusinessHours | Self::BusinessDays
        )
    }

    /// Whether a fraction of it means something: minutes and hours do, `half a day` does not.
    pub const fn is_divisible(self) -> bool {
        matches!(
            self,
            Self::Minutes | Self::Hours | Self::BusinessMinutes | Self::BusinessHours
        )
    }

    /// The word for one of it, without `business`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Minutes | Self::BusinessMinutes => "minute",
            Self::Hours | Self::BusinessHours => "hour",
            Self::Days | Self::BusinessDays => "day",
            Self::Weeks => "week",
            Self::Months => "month",
            Self::Years => "year",
        }
    }

    /// The unit of this word, singular or plural, in working time or around the clock.
    pub fn of_word(word: &str, business: bool) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        let singular = word.strip_suffix('s').unwrap_or(&word);
        Self::ALL
            .into_iter()
            .find(|unit| unit.is_business() == business && unit.word() == singular)
    }
}

impl Duration {
    /// A duration of so much of a unit.
    ///
    /// # Errors
    /// [`DurationError::Nought`], [`DurationError::Fraction`], [`DurationError::TooLong`] (above 9,000 years).
    pub fn new(amount: Number, unit: Unit) -> Result<Self, DurationError> {
        if amount <= Number::ZERO {
            return Err(DurationError::Nought);
        }
        if !unit.is_divisible() && amount.as_whole().is_none() {
            return Err(DurationError::Fraction(unit));
        }
        let most = match unit {
            Unit::Minutes | Unit::BusinessMinutes => 9_000 * 366 * 24 * 60,
            Unit::Hours | Unit::BusinessHours => 9_000 * 366 * 24,
            Unit::Days | Unit::BusinessDays => 9_000 * 366,
            Unit::Weeks => 9_000 * 53,
            Unit::Months => 9_000 * 12,
            Unit::Years => 9_000,
        };
        if amount > Number::whole(most) {
            return Err(DurationError::TooLong);
        }
        Ok(Self { amount, unit })
    }

    /// How many of the unit.
    pub const fn amount(self) -> Number {
        self.amount
    }

    /// What is counted.
    pub const fn unit(self) -> Unit {
        self.unit
    }

    /// Whether it counts working time.
    pub const fn is_business(self) -> bool {
        self.unit.is_business()
    }

    /// Its length in microseconds where that is the same everywhere: minutes and hours, of either kind.
    pub fn fixed_micros(self) -> Option<i64> {
        let per_unit = match self.unit {
            Unit::Minutes | Unit::BusinessMinutes => 60,
            Unit::Hours | Unit::BusinessHours => 3_600,
            _ => return None,
        };
        // An amount in millionths of a unit times its seconds is its length in microseconds.
        self.amount.millionths().checked_mul(per_unit)
    }

    /// The whole number of units, for those that only come whole.
    pub fn count(self) -> i64 {
        self.amount.millionths() / Number::SCALE
    }

    /// About how long it is, in microseconds of ordinary time: for comparing and sorting, never for clocks. A
    /// business day counts as eight business hours, a month as 30 days.
    pub fn rough_micros(self) -> i64 {
        let seconds = match self.unit {
            Unit::Minutes | Unit::BusinessMinutes => 60,
            Unit::Hours | Unit::BusinessHours => 3_600,
            Unit::BusinessDays => 28_800,
            Unit::Days => 86_400,
            Unit::Weeks => 604_800,
            Unit::Months => 2_592_000,
            Unit::Years => 31_536_000,
        };
        self.amount.millionths().saturating_mul(seconds)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let business = if self.is_business() { "business " } else { "" };
        write!(f, "{business}{}s", self.word())
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let business = if self.is_business() { "business " } else { "" };
        let plural = if self.amount == Number::whole(1) {
            ""
        } else {
            "s"
        };
        write!(f, "{} {business}{}{plural}", self.amount, self.unit.word())
    }
}

impl FromStr for Duration {
    type Err = DurationError;

    /// Reads `2 hours`, `90 business minutes`, `1 month`.
    fn from_str(text: &str) -> Result<Self, DurationError> {
        let mut words = text.split_whitespace();
        let first = words.next().unwrap_or_default();
        let amount = first
            .parse::<Number>()
            .map_err(|_| DurationError::Number(first.to_owned()))?;
        let mut word = words
            .next()
            .ok_or_else(|| DurationError::Unit(String::new()))?;
        let business = word.eq_ignore_ascii_case("business");
        if business {
            word = words
                .next()
                .ok_or_else(|| DurationError::Unit("business".to_owned()))?;
        }
        let unit =
            Unit::of_word(word, business).ok_or_else(|| DurationError::Unit(word.to_owned()))?;
        match words.next() {
            Some(extra) => Err(DurationError::Unit(extra.to_owned())),
            None => Self::new(amount, unit),
        }
    }
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit(word) if word.is_empty() => write!(
                f,
                "A number without a unit: write minutes, hours, days, weeks, months or years, or business minutes, \
                 business hours or business days."
            ),
            Self::Unit(word) => write!(
                f,
                "“{word}” is no unit of time: write minutes, hours, days, weeks, months or years, or business \
                 minutes, business hours or business days."
            ),
            Self::Number(word) => write!(
                f,
                "A duration begins with a number, as in “2 hours”; this begins with “{word}”."
            ),
            Self::Nought => write!(f, "A duration must be longer than nothing."),
            Self::Fraction(unit) => write!(f, "{unit} come whole; write smaller units instead."),
            Self::TooLong => write!(f, "A duration of more than 9,000 years is out of reach."),
        }
    }
}

impl std::error::Error for DurationError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_prints_as_it_is_read() {
        for text in [
            "1 business hour",
            "90 business minutes",
            "0.5 hours",
            "24 hours",
            "1 month",
            "1,000 days",
        ] {
            assert_eq!(text.parse::<Duration>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_duration_says_why() {
        for (text, said) in [
            ("4", "A number without a unit"),
            ("0 hours", "longer than nothing"),
            ("0.5 days", "come whole"),
            ("four hours", "begins with a number"),
            ("4 horus", "“horus” is no unit"),
        ] {
            let message = text.parse::<Duration>().unwrap_err().to_string();
            assert!(message.contains(said), "{text}: {message}");
        }
    }

    #[test]
    fn hours_have_a_fixed_length_and_days_have_none() {
        assert_eq!(
            "0.25 hours".parse::<Duration>().unwrap().fixed_micros(),
            Some(900_000_000)
        );
        assert_eq!("1 day".parse::<Duration>().unwrap().fixed_micros(), None);
    }
}
