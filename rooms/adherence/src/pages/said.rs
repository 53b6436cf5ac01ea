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
        let zoned = instant.timestamp().to_zoned(zone.clone());
        Self {
            words: zoned.strftime("%-d %b %Y, %H:%M").to_string(),
            exact: instant.timestamp().to_string(),
            hover: zoned.strftime("%A %-d %B %Y, %H:%M:%S %Q").to_string(),
        }
    }
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

/// How a duty stands: as a clock where it has one, else in words.
pub fn clock(duty: &Owed, until: Instant, zone: &TimeZone) -> Option<Clock> {
    let span = |from: Instant, to: Instant| SignedDuration::from_micros(to.micros_since(from));
    let due = duty.due_at.unwrap_or(until);
    let clock = match duty.verdict.as_str() {
        "met" => Clock::met(),
        "met-late" => Clock::met_late(span(due, duty.discharged_at.unwrap_or(due))),
        "missed" => Clock::missed(),
        "excused" => Clock::excused(),
        "overdue" => Clock::overdue(span(due, until)),
        "paused" => Clock::paused(span(until, due)),
        "pending" => {
            duty.due_at?;
            Clock::on_time_until(
                &Time::at(due, zone).words,
                share_left(duty.opened_at, due, until),
            )
        }
        _ => return None,
    };
    Some(match duty.due_at {
        Some(due) => clock.exactly(format!("due {}", Time::at(due, zone).hover)),
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
