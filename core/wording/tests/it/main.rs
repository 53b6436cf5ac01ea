//! Messages as they are written, the remarks on them, and what they promise.
#![expect(
    clippy::unwrap_used,
    reason = "tests stop where their own data is wrong"
)]

mod laws;
mod messages;
mod promises;
mod texts;

use kept_calendar::Calendar;
use kept_kernel::Instant;

/// Monday to Friday from nine to five in Berlin, closed at Christmas.
fn calendar() -> Calendar {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    let hours: Vec<String> = days
        .iter()
        .map(|day| format!("{day} = [\"09:00-17:00\"]\n"))
        .collect();
    let text = format!(
        "zone = \"Europe/Berlin\"\n[hours]\n{}[[holidays]]\ndate = 2026-12-25\nname = \"Christmas Day\"\n",
        hours.concat()
    );
    Calendar::parse(&text, &mut |name| Err(name.to_owned())).unwrap()
}

/// An instant from its local time in Berlin.
fn at(local: &str) -> Instant {
    let zoned = format!("{local}[Europe/Berlin]");
    let zoned: jiff::Zoned = zoned.parse().unwrap();
    Instant::from_timestamp(zoned.timestamp())
}

/// A Wednesday morning.
fn now() -> Instant {
    at("2026-11-25T10:00")
}
