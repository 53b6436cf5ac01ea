//! Times of a day: `15:30`, `5 pm`, `noon`, `tomorrow morning`.

use super::cursor::Cursor;

/// A time of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// Hour and minute.
    At(i8, i8),
    /// When the house closes.
    Closing,
    /// The last minute of the day.
    Midnight,
}

const NOON: Clock = Clock::At(12, 0);
const EVENING: Clock = Clock::At(21, 0);

/// A time that stands for itself: `at 15:30`, `noon`, `5 pm`.
pub(super) fn read(cursor: &mut Cursor<'_, '_>) -> Option<Clock> {
    if let Some(later) = cursor.tries(|cursor| between(cursor, digits)) {
        return Some(later);
    }
    cursor.tries(|cursor| {
        cursor.takes(&["at", "by", "before", "until", "around", "about", "latest"]);
        if cursor.takes(&["noon", "midday", "lunchtime"]) {
            return Some(NOON);
        }
        if cursor.takes(&["midnight"]) {
            return Some(Clock::Midnight);
        }
        digits(cursor)
    })
}

/// Of two times the later: `between 2 and 4 pm`.
fn between(
    cursor: &mut Cursor<'_, '_>,
    later: impl FnOnce(&mut Cursor<'_, '_>) -> Option<Clock>,
) -> Option<Clock> {
    cursor.takes(&["between"]).then_some(())?;
    time_or_hour(cursor)?;
    cursor.takes(&["and"]).then_some(())?;
    later(cursor)
}

fn time_or_hour(cursor: &mut Cursor<'_, '_>) -> Option<Clock> {
    cursor.tries(digits).or_else(|| cursor.tries(hour))
}

/// An hour as a number alone: in the working day.
fn hour(cursor: &mut Cursor<'_, '_>) -> Option<Clock> {
    let hour: i8 = cursor.next().parse().ok()?;
    cursor.step();
    match hour {
        1..=6 => Some(Clock::At(hour + 12, 0)),
        7..=23 => Some(Clock::At(hour, 0)),
        _ => None,
    }
}

/// A time behind a day: there a number alone is one too (`Friday at 3`).
pub(super) fn of_day(cursor: &mut Cursor<'_, '_>) -> Option<Clock> {
    let time = read(cursor).or_else(|| cursor.tries(|cursor| between(cursor, time_or_hour)));
    time.or_else(|| {
        cursor.tries(|cursor| {
            cursor.takes(&["at", "by", "before"]).then_some(())?;
            hour(cursor)
        })
    })
}

/// A part of a day, which only means something with a day or a word before it: `tomorrow morning`, `in the afternoon`.
pub(super) fn part(cursor: &mut Cursor<'_, '_>) -> Option<Clock> {
    cursor.tries(|cursor| {
        if !cursor.takes_all("in the") {
            cursor.takes(&["at"]);
        }
        let part = match cursor.next() {
            "morning" => NOON,
            "afternoon" => Clock::Closing,
            "evening" => EVENING,
            "night" => Clock::Midnight,
            _ => return None,
        };
        cursor.step();
        Some(part)
    })
}

fn digits(cursor: &mut Cursor<'_, '_>) -> Option<Clock> {
    let (time, half) = suffix(cursor.next());
    let (hour, minute) = match time.split_once(':') {
        Some((hour, minute)) if minute.len() == 2 => (hour, Some(minute)),
        Some(_) => return None,
        None => (time, None),
    };
    let number = |text: &str| -> Option<i8> {
        let plain = text.len() <= 2 && text.chars().all(|one| one.is_ascii_digit());
        plain.then(|| text.parse().ok()).flatten()
    };
    let (hour, past) = (number(hour)?, minute.map_or(Some(0), number)?);
    cursor.step();
    let said = match cursor.next() {
        "am" | "a.m" => Some(Half::Morning),
        "pm" | "p.m" => Some(Half::Afternoon),
        "o'clock" => Some(Half::Clock),
        _ => None,
    };
    if said.is_some() {
        cursor.step();
    }
    let half = half.or(said);
    let hour = match (half, hour) {
        // A number alone is no time.
        (None, _) if minute.is_none() => return None,
        (Some(Half::Morning), 12) => 0,
        (Some(Half::Afternoon), 1..=11) | (Some(Half::Clock), 1..=6) => hour + 12,
        _ => hour,
    };
    match (hour, past) {
        (0..=23, 0..=59) => Some(Clock::At(hour, past)),
        (24, 0) => Some(Clock::Midnight),
        _ => None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
    /// On a clock of twelve hours, in the working day: `5 o'clock`.
    Clock,
    /// On a clock of 24 hours.
    None,
}

/// A time without the letters behind it: `5pm`, `17h`.
fn suffix(word: &str) -> (&str, Option<Half>) {
    let halves = [
        ("am", Half::Morning),
        ("pm", Half::Afternoon),
        ("h", Half::None),
    ];
    let found = halves
        .iter()
        .find_map(|(end, half)| Some((word.strip_suffix(end)?, *half)));
    match found {
        Some((time, half)) if time.ends_with(|one: char| one.is_ascii_digit()) => {
            (time, Some(half))
        }
        _ => (word, None),
    }
}
