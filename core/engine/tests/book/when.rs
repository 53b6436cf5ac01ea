//! Times as the book writes them: `Mon 12 Jan 10:00`, in the year 2026 where no year is said.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use kept_kernel::Instant;

const YEAR: i16 = 2026;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The time at the beginning of a text, and what follows it.
///
/// # Errors
/// What is wrong with it; a weekday that does not fit the date is wrong.
pub fn leading<'t>(text: &'t str, zone: &TimeZone) -> Result<(Instant, &'t str), String> {
    let wrong = || format!("“{text}” should begin with a time such as Mon 12 Jan 10:00");
    let mut rest = text.trim_start();
    let mut word = || {
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        rest = after.trim_start();
        word
    };
    let weekday = word();
    let weekday = DAYS
        .iter()
        .position(|day| *day == weekday)
        .ok_or_else(wrong)?;
    let day: i8 = word().parse().map_err(|_| wrong())?;
    let month = word();
    let month = MONTHS
        .iter()
        .position(|name| *name == month)
        .ok_or_else(wrong)?;
    let mut clock = word();
    let mut year = YEAR;
    if let Ok(said) = clock.parse() {
        year = said;
        clock = word();
    }
    let date = Date::new(year, month as i8 + 1, day).map_err(|_| wrong())?;
    if date.weekday() != Weekday::from_monday_zero_offset(weekday as i8).unwrap() {
        return Err(format!("{date} is a {:?}: “{text}”", date.weekday()));
    }
    let time: Time = clock.parse().map_err(|_| wrong())?;
    let zoned = DateTime::from_parts(date, time)
        .to_zoned(zone.clone())
        .map_err(|_| wrong())?;
    Ok((Instant::from_timestamp(zoned.timestamp()), rest))
}

/// An instant as the book writes it.
pub fn shown(at: Instant, zone: &TimeZone) -> String {
    let local = at.timestamp().to_zoned(zone.clone()).datetime();
    let day = DAYS[local.weekday().to_monday_zero_offset() as usize];
    let month = MONTHS[local.month() as usize - 1];
    let year = if local.year() == YEAR {
        String::new()
    } else {
        format!(" {}", local.year())
    };
    let seconds = if local.second() == 0 {
        String::new()
    } else {
        format!(":{:02}", local.second())
    };
    format!(
        "{day} {} {month}{year} {:02}:{:02}{seconds}",
        local.day(),
        local.hour(),
        local.minute()
    )
}

/// Tests of this module, by name.
pub const TESTS: [(&str, fn()); 2] = [
    ("when::a_time_is_read_and_written_alike", || {
        let zone = TimeZone::UTC;
        for text in [
            "Mon 12 Jan 10:00",
            "Thu 31 Dec 2026 23:59:30",
            "Fri 1 Jan 2027 00:00",
        ] {
            let (at, rest) = leading(text, &zone).unwrap();
            assert_eq!(rest, "");
            assert_eq!(shown(at, &zone), text.replace(" 2026", ""));
        }
    }),
    ("when::a_weekday_that_does_not_fit_is_refused", || {
        let said = leading("Tue 12 Jan 10:00  x", &TimeZone::UTC).unwrap_err();
        assert!(said.contains("Monday"), "{said}");
    }),
];
