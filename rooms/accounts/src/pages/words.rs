//! Instants as people read them.

use kept_kernel::Instant;

/// `12 March 2026, 14:05` in a zone; UTC where the zone is not known.
pub(crate) fn moment(at: Instant, zone: &str) -> String {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    at.timestamp()
        .to_zoned(zone)
        .strftime("%-d %B %Y, %H:%M")
        .to_string()
}

/// The local day, `2026-03-12`.
pub(crate) fn day(at: Instant, zone: &str) -> String {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    at.timestamp().to_zoned(zone).date().to_string()
}

/// `2 minutes ago`, `3 days ago`.
pub(crate) fn ago(at: Instant, now: Instant) -> String {
    let minutes = now.micros_since(at) / 60_000_000;
    let (number, word) = match minutes {
        ..2 => return "just now".to_owned(),
        2..120 => (minutes, "minutes"),
        120..2880 => (minutes / 60, "hours"),
        _ => (minutes / 1440, "days"),
    };
    format!("{number} {word} ago")
}
