//! Instants, amounts and clocks, as the pages say them.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use kept_journal::InForce;
use kept_journal::obligations::Owed;
use kept_kernel::Instant;
use kept_ui::parts::{Clock, Tier};

use crate::model::values;
use crate::room::Room;

impl Room {
    pub(super) fn zone(&self) -> TimeZone {
        let rules = self.rules.now();
        rules.program.company_calendar().time_zone().clone()
    }
}

/// `2 March 2026`
pub(super) fn day(at: Instant, zone: &TimeZone) -> String {
    said(at, zone, "%-d %B %Y")
}

/// An instant in the words of a pattern.
pub(super) fn said(at: Instant, zone: &TimeZone, pattern: &str) -> String {
    at.timestamp()
        .to_zoned(zone.clone())
        .strftime(pattern)
        .to_string()
}

/// How old something is, in one word: `3 d`, `4 mo`, `2 y`.
pub(super) fn age(at: Instant, now: Instant) -> String {
    let days = now.micros_since(at).max(0) / 86_400_000_000;
    match days {
        0 => "today".to_owned(),
        1..=30 => format!("{days} d"),
        31..=364 => format!("{} mo", days / 30),
        _ => format!("{} y", days / 365),
    }
}

/// `1,284,300 USD`
pub(super) fn money(hundredths: i64, currency: &str) -> String {
    let sign = if hundredths < 0 { "−" } else { "" };
    let whole = (hundredths.unsigned_abs() / 100).to_string();
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let rest = hundredths.unsigned_abs() % 100;
    let rest = if rest == 0 {
        String::new()
    } else {
        format!(".{rest:02}")
    };
    format!("{sign}{text}{rest} {currency}")
        .trim_end()
        .to_owned()
}

/// The company's currency, as its documents say.
pub(super) fn currency(rules: &InForce) -> String {
    let mut documents = rules.library.documents.iter();
    documents
        .find_map(|document| document.header.currency.clone())
        .unwrap_or_default()
}

/// A word as it stands in an address.
pub(super) fn encoded(word: &str) -> String {
    form_urlencoded::byte_serialize(word.as_bytes()).collect()
}

/// A tier as a part: the more bars, the higher.
pub(super) fn tier(rules: &InForce, name: &str) -> Tier {
    let place = values(&rules.register, "client", "tier")
        .iter()
        .position(|one| one == name);
    Tier::new(name, place.map_or(0, |place| place as u8 + 1))
}

/// How a duty stands that is still owed.
pub(super) fn clock(duty: &Owed, now: Instant, zone: &TimeZone) -> Option<Clock> {
    let due = duty.due_at?;
    let span = |from: Instant, to: Instant| SignedDuration::from_micros(to.micros_since(from));
    let whole = due.micros_since(duty.opened_at).max(1) as f64;
    let left = due.micros_since(now).max(0) as f64 / whole;
    let clock = if duty.verdict == "paused" {
        Clock::paused(span(now, due))
    } else if due <= now {
        Clock::overdue(span(due, now))
    } else if said(due, zone, "%F") == said(now, zone, "%F") {
        Clock::due_today(&said(due, zone, "%H:%M"), left)
    } else {
        let pattern = if span(now, due).as_hours() < 6 * 24 {
            "%a %H:%M"
        } else {
            "%-d %B"
        };
        Clock::on_time_until(&said(due, zone, pattern), left)
    };
    Some(clock.exactly(format!("due {}", said(due, zone, "%A %-d %B %Y, %H:%M %Q"))))
}

#[cfg(test)]
mod tests {
    use super::money;

    #[test]
    fn amounts_have_commas_and_hundredths_only_where_there_are_any() {
        assert_eq!(money(128_430_000, "USD"), "1,284,300 USD");
        assert_eq!(money(-99_905, "USD"), "−999.05 USD");
        assert_eq!(money(0, ""), "0");
    }
}
