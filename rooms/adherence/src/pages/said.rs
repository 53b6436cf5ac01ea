//! Instants, verdicts and numbers, as pages say them.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use kept_journal::obligations::Owed;
use kept_kernel::Instant;
use kept_ui::parts::Clock;

/// An instant on a page: in words, and exactly.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Time {
    /// `29 Feb 2016, 09:16`.
    pub words: String,
    /// For machines.
    pub exact: String,
    /// With day of the week and zone, for hovering.
    pub hover: String,
}

impl Time {
    /// As it is said in a zone.
    pub fn at(instant: Instant, zone: &TimeZone) -> Self {
        // Fifty of them stand on a page: a pattern would be read for each.
        let there = zone.to_datetime(instant.timestamp());
        let (day, year, month) = (there.day(), there.year(), name(&MONTHS, there.month()));
        let (hour, minute, second) = (there.hour(), there.minute(), there.second());
        let weekday = name(&WEEKDAYS, there.weekday().to_monday_one_offset());
        let zone = zone.iana_name().unwrap_or("UTC");
        Self {
            words: format!("{day} {month:.3} {year}, {hour:02}:{minute:02}"),
            exact: instant.timestamp().to_string(),
            hover: format!(
                "{weekday} {day} {month} {year}, {hour:02}:{minute:02}:{second:02} {zone}"
            ),
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// The name of the day or month of this number, from 1.
fn name(names: &[&'static str], number: i8) -> &'static str {
    let place = usize::try_from(number).unwrap_or_default();
    let name = place.checked_sub(1).and_then(|place| names.get(place));
    name.copied().unwrap_or_default()
}

/// A number with commas.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share as percent, without the sign.
pub fn percent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}

/// `1 clause`, `3 clauses`.
pub fn plural(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(number))
}

/// How a duty stands: as a clock where it has one, else in words. `due_at` is when it is due, as it is said.
pub fn clock(duty: &Owed, until: Instant, due_at: Option<&Time>) -> Option<Clock> {
    let span = |from: Instant, to: Instant| SignedDuration::from_micros(to.micros_since(from));
    let due = duty.due_at.unwrap_or(until);
    let clock = match duty.verdict.as_str() {
        "met" => Clock::met(),
        "met-late" => Clock::met_late(span(due, duty.discharged_at.unwrap_or(due))),
        "missed" => Clock::missed(),
        "excused" => Clock::excused(),
        "overdue" => Clock::overdue(span(due, until)),
        "paused" => Clock::paused(span(until, due)),
        "pending" => Clock::on_time_until(&due_at?.words, share_left(duty.opened_at, due, until)),
        _ => return None,
    };
    Some(match due_at {
        Some(due) => clock.exactly(format!("due {}", due.hover)),
        None => clock,
    })
}

fn share_left(opened: Instant, due: Instant, now: Instant) -> f64 {
    let whole = due.micros_since(opened).max(1);
    let left = due.micros_since(now).max(0);
    left as f64 / whole as f64
}

/// A verdict that has no clock, in words.
pub fn verdict_words(verdict: &str) -> &'static str {
    match verdict {
        "cancelled" => "no longer owed",
        "cannot-be-judged" => "cannot be judged",
        "pending" => "without a date",
        _ => "",
    }
}
