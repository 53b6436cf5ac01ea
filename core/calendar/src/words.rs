//! Days, times and spans in words, for explanations.

use crate::days::{DAY, SECOND, date_of, weekday_of};
use crate::text::{decimals, time_text};

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Writes days, and names the year where it is not the one written last.
#[derive(Default)]
pub(crate) struct Words {
    year: Option<i16>,
}

impl Words {
    /// `Fri 30 Jan 2026`, or `Fri 30 Jan` in the same year.
    pub(crate) fn day(&mut self, day: i32) -> String {
        let Some(date) = date_of(day) else {
            return "the end of time".to_owned();
        };
        let weekday = WEEKDAYS.get(weekday_of(day)).copied().unwrap_or_default();
        let month = usize::try_from(date.month() - 1)
            .ok()
            .and_then(|place| MONTHS.get(place))
            .copied()
            .unwrap_or_default();
        let day = date.day();
        if self.year == Some(date.year()) {
            return format!("{weekday} {day} {month}");
        }
        self.year = Some(date.year());
        format!("{weekday} {day} {month} {}", date.year())
    }

    /// The day and time of a local time.
    pub(crate) fn moment(&mut self, local: i64) -> String {
        format!("{} {}", self.day(day_at(local)), time(local))
    }

    /// The time of a local time, with its day where that is another; a midnight that ends the day is 24:00.
    pub(crate) fn time_on(&mut self, local: i64, day: i32) -> String {
        if local == (i64::from(day) + 1) * DAY {
            "24:00".to_owned()
        } else if day_at(local) == day {
            time(local)
        } else {
            format!("{} on {}", time(local), self.day(day_at(local)))
        }
    }
}

fn day_at(local: i64) -> i32 {
    local.div_euclid(DAY) as i32
}

/// `16:30`, with seconds and fractions only where there are some.
fn time(local: i64) -> String {
    let (minute, fraction) = (local.rem_euclid(60 * SECOND), local.rem_euclid(SECOND));
    let mut text = time_text(local, minute > 0);
    text.push_str(&decimals(fraction));
    text
}

/// `8 h`, `1 h 30 min`, `20 s`.
pub(crate) fn span(micros: i64) -> String {
    let seconds = micros / SECOND;
    let mut parts = Vec::new();
    if seconds >= 3_600 {
        parts.push(format!("{} h", thousands(seconds / 3_600)));
    }
    if seconds / 60 % 60 > 0 {
        parts.push(format!("{} min", seconds / 60 % 60));
    }
    let fraction = micros % SECOND;
    if seconds % 60 > 0 || fraction > 0 || parts.is_empty() {
        parts.push(format!("{}{} s", seconds % 60, decimals(fraction)));
    }
    parts.join(" ")
}

/// `2,490`.
pub(crate) fn thousands(number: i64) -> String {
    kept_kernel::Number::whole(number).to_string()
}

/// `1 working day`, `5 working days`.
pub(crate) fn count(number: i64, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {word}{plural}", thousands(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_people_say_them() {
        for (micros, said) in [
            (0, "0 s"),
            (500_000, "0.5 s"),
            (20 * SECOND, "20 s"),
            (90 * 60 * SECOND, "1 h 30 min"),
            (8 * 3_600 * SECOND, "8 h"),
            (19_920 * 3_600 * SECOND + SECOND, "19,920 h 1 s"),
        ] {
            assert_eq!(span(micros), said);
        }
    }
}
