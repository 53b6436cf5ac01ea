//! Numbers as people write them.

use std::fmt;
use std::str::FromStr;

/// A decimal number with at most six places: `7`, `1,000`, `0.5`. Exact, from about −9.2 to 9.2 million million.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Number(i64);

/// Why a text is not a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberError(String);

impl Number {
    /// How many millionths make one.
    pub const SCALE: i64 = 1_000_000;
    /// Nought.
    pub const ZERO: Self = Self(0);
    /// The largest number that can be held.
    pub const MAX: Self = Self(i64::MAX);
    /// The smallest number that can be held.
    pub const MIN: Self = Self(i64::MIN);

    /// From millionths.
    pub const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// A whole number.
    pub const fn whole(whole: i64) -> Self {
        Self(whole.saturating_mul(Self::SCALE))
    }

    /// In millionths.
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// The nearest floating-point number, for figures that are computed further.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / Self::SCALE as f64
    }

    /// The whole number, where it has no fraction.
    pub fn as_whole(self) -> Option<i64> {
        (self.0 % Self::SCALE == 0).then_some(self.0 / Self::SCALE)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let whole = self.0.unsigned_abs() / Self::SCALE.unsigned_abs();
        let digits = whole.to_string();
        write!(f, "{sign}")?;
        for (position, digit) in digits.chars().enumerate() {
            if position > 0 && (digits.len() - position).is_multiple_of(3) {
                write!(f, ",")?;
            }
            write!(f, "{digit}")?;
        }
        let fraction = self.0.unsigned_abs() % Self::SCALE.unsigned_abs();
        if fraction > 0 {
            let places = format!("{fraction:06}");
            write!(f, ".{}", places.trim_end_matches('0'))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Number {
    type Err = NumberError;

    /// Reads digits with commas between thousands and a point before the fraction. A comma anywhere else, more
    /// than six places, or a number too large to hold is an error.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        parse(text).ok_or_else(|| NumberError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits
        .split_once('.')
        .map_or((digits, ""), |(whole, fraction)| (whole, fraction));
    if digits.ends_with('.') || fraction.len() > 6 || !fraction.bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let mut groups = whole.split(',');
    let first = groups.next()?;
    if first.is_empty() || !first.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut joined = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.len() > 3 || !group.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        joined.push_str(group);
    }
    let millionths = format!("{fraction:0<6}").parse::<i64>().ok()?;
    let value = joined
        .parse::<i64>()
        .ok()?
        .checked_mul(Number::SCALE)?
        .checked_add(millionths)?;
    Some(Number(if negative { -value } else { value }))
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}” is no number: write it as 7, 1,000 or 0.5", self.0)
    }
}

impl std::error::Error for NumberError {}
