//! Lengths of time: `two hours`, `3-5 business days`, `half an hour`.

use kept_kernel::{Duration, Number, Unit};

use super::cursor::Cursor;

const NUMBERS: [&str; 16] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
];

const TENS: [(&str, i64); 5] = [
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
];

/// A length of time; of two (`2 to 3 days`) the longer.
pub(super) fn read(cursor: &mut Cursor<'_, '_>) -> Option<Duration> {
    cursor.tries(|cursor| {
        if cursor.takes_all("half an hour") {
            return Duration::new(Number::whole(30), Unit::Minutes).ok();
        }
        let (amount, unit) = match fused(cursor.next()) {
            Some(both) => {
                cursor.step();
                both
            }
            None => {
                let amount = amount(cursor)?;
                (amount, unit(cursor)?)
            }
        };
        Duration::new(amount, unit).ok()
    })
}

fn amount(cursor: &mut Cursor<'_, '_>) -> Option<Number> {
    let first = number(cursor)?;
    if cursor.takes(&["to", "or", "and"]) {
        return number(cursor).map(|second| second.max(first));
    }
    // A range that is written `3 – 5` is two numbers side by side.
    Some(number(cursor).map_or(first, |second| second.max(first)))
}

fn number(cursor: &mut Cursor<'_, '_>) -> Option<Number> {
    let word = cursor.next();
    if matches!(word, "a" | "an") {
        cursor.step();
        return Some(Number::whole(1));
    }
    if let Some((_, tens)) = TENS.iter().find(|(name, _)| *name == word) {
        cursor.step();
        let ones = small(cursor.next()).filter(|ones| *ones < 10);
        if ones.is_some() {
            cursor.step();
        }
        return Some(Number::whole(tens + ones.unwrap_or_default()));
    }
    let found = small(word).map(Number::whole).or_else(|| digits(word))?;
    cursor.step();
    Some(found)
}

fn small(word: &str) -> Option<i64> {
    let place = NUMBERS.iter().position(|name| *name == word)?;
    i64::try_from(place + 1).ok()
}

/// `24`, `1.5`, and of `3-5` the five.
fn digits(word: &str) -> Option<Number> {
    let last = word.rsplit('-').next()?;
    let plain = last.len() <= 6 && last.chars().all(|one| one.is_ascii_digit() || one == '.');
    plain.then(|| last.parse().ok()).flatten()
}

/// `24h`, `30min`, `3d`.
fn fused(word: &str) -> Option<(Number, Unit)> {
    let split = word.find(|letter: char| letter.is_alphabetic())?;
    let (amount, unit) = word.split_at_checked(split)?;
    Some((digits(amount).filter(|_| !amount.is_empty())?, short(unit)?))
}

fn short(word: &str) -> Option<Unit> {
    match word {
        "h" | "hr" | "hrs" => Some(Unit::Hours),
        "min" | "mins" => Some(Unit::Minutes),
        "d" => Some(Unit::Days),
        _ => None,
    }
}

fn unit(cursor: &mut Cursor<'_, '_>) -> Option<Unit> {
    let business = cursor.takes(&["business", "working", "work", "office"]);
    let word = cursor.next();
    let unit = match word {
        "workday" | "workdays" => Some(Unit::BusinessDays),
        _ => short(word).or_else(|| Unit::of_word(word, business)),
    };
    cursor.step();
    unit
}
