//! Yearly repetitions in a feed.

use jiff::civil::Date;

use crate::days::date_of;
use crate::feed::day;
use crate::rules::{Repeated, YearDay};

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// What an `RRULE` says, where it repeats year by year on one date or one weekday of a month. Length, name and
/// exceptions are the caller's to add.
pub(crate) fn repetition(rule: &str, start: i32) -> Option<Repeated> {
    let date = date_of(start)?;
    let mut yearly = false;
    let mut parts = Parts::default();
    for part in rule.split(';').filter(|part| !part.trim().is_empty()) {
        let (key, value) = part.split_once('=')?;
        let value = value.trim();
        match key.trim().to_ascii_uppercase().as_str() {
            "FREQ" => yearly = value.eq_ignore_ascii_case("YEARLY"),
            "INTERVAL" => parts.every = value.parse().ok().filter(|every| *every > 0)?,
            "COUNT" => parts.count = Some(value.parse().ok()?),
            "UNTIL" => parts.until = Some(day(value.get(..8)?)?),
            "BYMONTH" => parts.month = Some(value.parse().ok().filter(|m| (1..=12).contains(m))?),
            "BYMONTHDAY" => {
                parts.day = Some(value.parse().ok().filter(|d| (1..=31).contains(d))?);
            }
            "BYDAY" => parts.weekday = Some(weekday(value)?),
            "WKST" => {}
            _ => return None,
        }
    }
    let on = parts.on(date).filter(|_| yearly)?;
    let mut repeated = Repeated {
        on,
        after: start,
        from_year: date.year(),
        every: parts.every,
        until: parts.until.unwrap_or(i32::MAX),
        days: 1,
        left_out: Vec::new(),
        name: String::new(),
    };
    if let Some(count) = parts.count {
        repeated.until = repeated.until.min(last_of(&repeated, count));
    }
    Some(repeated)
}

struct Parts {
    every: i16,
    count: Option<u32>,
    until: Option<i32>,
    month: Option<i8>,
    day: Option<i8>,
    weekday: Option<(i8, i8)>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            every: 1,
            count: None,
            until: None,
            month: None,
            day: None,
            weekday: None,
        }
    }
}

impl Parts {
    fn on(&self, start: Date) -> Option<YearDay> {
        match (self.weekday, self.day) {
            (None, day) => Some(YearDay::Date {
                month: self.month.unwrap_or(start.month()),
                day: day.unwrap_or(start.day()),
            }),
            (Some((nth, weekday)), None) => Some(YearDay::Weekday {
                month: self.month?,
                nth,
                weekday,
            }),
            (Some(_), Some(_)) => None,
        }
    }
}

/// Reads `4TH` (the fourth Thursday) or `-1MO`.
fn weekday(text: &str) -> Option<(i8, i8)> {
    let split = text.len().checked_sub(2)?;
    let (number, name) = (text.get(..split)?, text.get(split..)?);
    let place = WEEKDAYS
        .iter()
        .position(|known| known.eq_ignore_ascii_case(name))?;
    let nth = number.parse::<i8>().ok()?;
    let known = (-5..=5).contains(&nth) && nth != 0;
    known.then_some((nth, place as i8 + 1))
}

/// The day of the last of so many repetitions, the first entry among them.
fn last_of(repeated: &Repeated, count: u32) -> i32 {
    let mut left = count.saturating_sub(1);
    let mut last = repeated.after;
    let mut year = repeated.from_year;
    while left > 0 && year < 9_999 {
        if let Some(start) = repeated.start_in(year) {
            last = start;
            left -= 1;
        }
        year = year.saturating_add(1);
    }
    last
}
