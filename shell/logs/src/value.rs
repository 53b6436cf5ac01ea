//! Texts of a log as typed values of a fact.

use kept_kernel::{Duration, Number};
use kept_language::ast::Value;
use kept_language::{Fact, FactKind};

use crate::time::TimeReader;

/// The value that a text stands for; none: it is none of the fact's type or list.
pub fn value_of(fact: &Fact, text: &str, times: &mut TimeReader) -> Option<Value> {
    Some(match fact.kind {
        FactKind::YesNo => Value::YesNo(yes_or_no(text)?),
        FactKind::Choice => {
            let position = fact
                .values
                .iter()
                .position(|value| value.eq_ignore_ascii_case(text))?;
            Value::Choice(position as u16)
        }
        FactKind::Number | FactKind::Percent | FactKind::Money => Value::Number(number(text)?),
        FactKind::Duration => Value::Duration(text.parse::<Duration>().ok()?),
        FactKind::Date => Value::Date(date(text, times)?),
        FactKind::Instant => Value::Instant(times.read(text)?),
        FactKind::Text | FactKind::Person | FactKind::List => Value::Text(fingerprint(text)),
    })
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "t" | "1" => Some(true),
        "no" | "n" | "false" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// A number as programs write it: no commas needed, more than six places are cut off.
fn number(text: &str) -> Option<Number> {
    let text = text.trim().trim_end_matches('%').trim_end();
    let short = match text.split_once('.') {
        Some((whole, places)) if places.len() > 6 && places.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{whole}.{}", places.get(..6)?)
        }
        _ => text.to_owned(),
    };
    short.parse().ok()
}

/// The day that a text names: as ISO, else the day of a time in UTC terms of its own writing.
fn date(text: &str, times: &mut TimeReader) -> Option<jiff::civil::Date> {
    let day = text.get(..10).unwrap_or(text);
    day.parse().ok().or_else(|| times.day(text))
}

/// FNV-1a: the same on every machine and in every run.
pub fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
