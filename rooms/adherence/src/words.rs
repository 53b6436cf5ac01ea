//! Figures in words.

/// A share for people: `93.9 %`, `100 %`.
pub fn share_words(share: f64) -> String {
    format!("{} %", (share * 1000.0).round() / 10.0)
}

/// A span of seconds for people: `44 s`, `12 min`, `3 h 29 min`, `16 days 3 h`. Working time stays in hours.
pub fn span_words(seconds: i64, business: bool) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let both = |large: i64, unit: &str, small: i64, part: &str| match small {
        0 => format!("{large} {unit}"),
        small => format!("{large} {unit} {small} {part}"),
    };
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3600 => both(
            minutes,
            "min",
            if minutes < 10 { seconds % 60 } else { 0 },
            "s",
        ),
        _ if hours < 48 || (business && hours < 100) => both(hours, "h", minutes % 60, "min"),
        _ if business => format!("{hours} h"),
        _ if days < 100 => both(days, "days", hours % 24, "h"),
        _ => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_people_say_them() {
        for (seconds, business, words) in [
            (44, false, "44 s"),
            (90, false, "1 min 30 s"),
            (720, false, "12 min"),
            (12_564, true, "3 h 29 min"),
            (112_994, true, "31 h 23 min"),
            (601_653, true, "167 h"),
            (516_936, false, "5 days 23 h"),
            (7_200, false, "2 h"),
        ] {
            assert_eq!(span_words(seconds, business), words);
        }
    }
}
