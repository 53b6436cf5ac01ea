//! When the company works.

use std::fmt::Write;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// The company's zone.
pub(crate) const ZONE: &str = "Europe/Zurich";

const HEAD: &str = r#"name = "Office hours"
zone = "Europe/Zurich"

[hours]
monday = ["08:30-12:30", "13:30-17:30"]
tuesday = ["08:30-12:30", "13:30-17:30"]
wednesday = ["08:30-12:30", "13:30-17:30"]
thursday = ["08:30-12:30", "13:30-17:30"]
friday = ["08:30-12:30", "13:30-16:30"]
"#;

const YEARLY: [(&str, &str); 4] = [
    ("01-01", "New Year's Day"),
    ("05-01", "Labour Day"),
    ("12-25", "Christmas Day"),
    ("12-26", "Boxing Day"),
];

const EASTER: [(i64, &str); 4] = [
    (-2, "Good Friday"),
    (1, "Easter Monday"),
    (39, "Ascension Day"),
    (50, "Whit Monday"),
];

/// The calendar file: weekdays with a lunch hour, the public holidays, half days before Christmas and New Year, and
/// the Friday afternoons of July and August off.
pub(crate) fn text(from: Date, months: u32) -> String {
    let mut text = HEAD.to_owned();
    for (day, name) in YEARLY {
        let _ = write!(
            text,
            "\n[[holidays]]\nyearly = \"{day}\"\nname = \"{name}\"\n"
        );
    }
    for (days, name) in EASTER {
        let _ = write!(text, "\n[[holidays]]\neaster = {days}\nname = \"{name}\"\n");
    }
    for (day, name) in [("12-24", "Christmas Eve"), ("12-31", "New Year's Eve")] {
        let _ = write!(
            text,
            "\n[[holidays]]\nyearly = \"{day}\"\nname = \"{name}\"\nopen = [\"08:30-12:30\"]\n"
        );
    }
    for day in summer_fridays(from, months) {
        let _ = write!(
            text,
            "\n[[holidays]]\ndate = {day}\nname = \"Summer Friday\"\nopen = [\"08:30-12:30\"]\n"
        );
    }
    text
}

fn summer_fridays(from: Date, months: u32) -> Vec<Date> {
    let until = from.saturating_add(i64::from(months).months());
    from.series(1.day())
        .take_while(|day| *day < until)
        .filter(|day| day.weekday() == Weekday::Friday && matches!(day.month(), 7 | 8))
        .collect()
}
