//! Instants, numbers and sizes, as pages say them.

use jiff::tz::TimeZone;
use kept_kernel::Instant;

/// `29 Feb 2016, 09:16`.
pub fn time(at: Instant, zone: &TimeZone) -> String {
    let zoned = at.timestamp().to_zoned(zone.clone());
    zoned.strftime("%-d %b %Y, %H:%M").to_string()
}

/// `29 Feb 2016`.
pub fn day(at: Instant, zone: &TimeZone) -> String {
    let zoned = at.timestamp().to_zoned(zone.clone());
    zoned.strftime("%-d %b %Y").to_string()
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

/// `1 event`, `3 events`.
pub fn plural(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(number))
}

/// `3.1 MB`.
pub fn size(bytes: u64) -> String {
    if bytes < 1_000_000 {
        format!("{} kB", count(bytes.div_ceil(1_000)))
    } else {
        format!("{:.1} MB", bytes as f64 / 1e6)
    }
}
