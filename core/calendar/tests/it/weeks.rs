//! What the tests of the calendar share.
use kept_calendar::Calendar;
use kept_kernel::{Duration, Instant};

/// A calendar without feeds, from the text of its file.
pub fn calendar(text: &str) -> Calendar {
    Calendar::parse(text, &mut |name| Err(format!("no feed {name} here")))
        .unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

/// A calendar in UTC with the same windows on each of these days.
pub fn open_on(days: &[&str], windows: &str) -> Calendar {
    calendar(&week("UTC", days, windows))
}

/// The text of a calendar with the same windows on each of these days.
pub fn week(zone: &str, days: &[&str], windows: &str) -> String {
    let hours: Vec<String> = days
        .iter()
        .map(|day| format!("{day} = [{windows}]\n"))
        .collect();
    format!("zone = \"{zone}\"\n[hours]\n{}", hours.concat())
}

pub const WEEKDAYS: [&str; 5] = ["monday", "tuesday", "wednesday", "thursday", "friday"];
pub const ALL_DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

pub fn at(calendar: &Calendar, text: &str) -> Instant {
    calendar.parse_instant(text).unwrap()
}

pub fn duration(text: &str) -> Duration {
    text.parse().unwrap()
}

/// Checks that a duration after an instant is another instant, all in local time.
#[track_caller]
pub fn adds(calendar: &Calendar, from: &str, span: &str, to: &str) {
    let found = calendar.add(at(calendar, from), duration(span));
    let expected = at(calendar, to);
    assert_eq!(
        calendar.format_instant(found),
        calendar.format_instant(expected),
        "{from} + {span}"
    );
}

/// Checks that a duration before an instant is another instant.
#[track_caller]
pub fn subtracts(calendar: &Calendar, from: &str, span: &str, to: &str) {
    let found = calendar.subtract(at(calendar, from), duration(span));
    let expected = at(calendar, to);
    assert_eq!(
        calendar.format_instant(found),
        calendar.format_instant(expected),
        "{from} - {span}"
    );
}
