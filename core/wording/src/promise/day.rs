//! Days: `tomorrow`, `Friday`, `14 December`, `2026-12-14`.

use jiff::civil::Weekday;

use super::cursor::Cursor;

/// A day as it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// So many days from today.
    Ahead(i8),
    /// A day of the week; with `true` that of the next week.
    Of(Weekday, bool),
    /// A date; what is not said is what comes next.
    Date {
        day: i8,
        month: Option<i8>,
        year: Option<i16>,
        weekday: Option<Weekday>,
    },
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A day.
pub(super) fn read(cursor: &mut Cursor<'_, '_>) -> Option<Day> {
    cursor.tries(|cursor| {
        cursor.takes(&["on"]);
        if cursor.takes(&["today"]) {
            return Some(Day::Ahead(0));
        }
        if cursor.takes(&["tomorrow"]) {
            return Some(Day::Ahead(1));
        }
        if cursor.takes_all("the day after tomorrow") || cursor.takes_all("day after tomorrow") {
            return Some(Day::Ahead(2));
        }
        let next = cursor.takes(&["next", "following"]);
        if !next {
            cursor.takes(&["this"]);
            cursor.takes(&["coming"]);
        }
        if let Some(weekday) = weekday(cursor) {
            let with_date = cursor.tries(|cursor| date(cursor, Some(weekday)));
            return Some(with_date.unwrap_or(Day::Of(weekday, next)));
        }
        if next {
            return None;
        }
        date(cursor, None)
    })
}

fn weekday(cursor: &mut Cursor<'_, '_>) -> Option<Weekday> {
    let found = match cursor.next() {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tue" | "tues" => Weekday::Tuesday,
        "wednesday" | "wed" => Weekday::Wednesday,
        "thursday" | "thu" | "thur" | "thurs" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        // “He sat down in the sun.”
        "sat" if cursor.is_large() => Weekday::Saturday,
        "sun" if cursor.is_large() => Weekday::Sunday,
        _ => return None,
    };
    cursor.step();
    Some(found)
}

fn date(cursor: &mut Cursor<'_, '_>, weekday: Option<Weekday>) -> Option<Day> {
    if let Some((day, month, year)) = figures(cursor.next()) {
        cursor.step();
        return Some(Day::Date {
            day,
            month: Some(month),
            year: Some(year),
            weekday,
        });
    }
    let the = cursor.takes(&["the"]);
    let (day, month) = match month(cursor.next()) {
        Some(month) => {
            cursor.step();
            cursor.takes(&["the"]);
            (day_number(cursor)?.0, Some(month))
        }
        None => {
            let (day, ordinal) = day_number(cursor)?;
            let month = cursor.tries(|cursor| {
                cursor.takes(&["of"]);
                let month = month(cursor.next())?;
                cursor.step();
                Some(month)
            });
            // A number alone is no date; `the 14th` is, and `Friday the 14th`.
            if month.is_none() && !(ordinal && (the || weekday.is_some())) {
                return None;
            }
            (day, month)
        }
    };
    let year = month.and_then(|_| year(cursor));
    Some(Day::Date {
        day,
        month,
        year,
        weekday,
    })
}

/// `14`, `14th`; and whether it is an ordinal.
fn day_number(cursor: &mut Cursor<'_, '_>) -> Option<(i8, bool)> {
    let word = cursor.next();
    let ends = ["st", "nd", "rd", "th"];
    let bare = ends.iter().find_map(|end| word.strip_suffix(end));
    let number = bare.unwrap_or(word);
    let plain = number.len() <= 2 && number.chars().all(|one| one.is_ascii_digit());
    let day: i8 = plain.then(|| number.parse().ok()).flatten()?;
    if !(1..=31).contains(&day) {
        return None;
    }
    cursor.step();
    Some((day, bare.is_some()))
}

pub(super) fn month(word: &str) -> Option<i8> {
    let short = |name: &str| {
        word == "sept" && name == "september" || word.len() == 3 && name.starts_with(word)
    };
    let place = MONTHS
        .iter()
        .position(|name| *name == word || short(name))?;
    i8::try_from(place + 1).ok()
}

pub(super) fn year(cursor: &mut Cursor<'_, '_>) -> Option<i16> {
    let word = cursor.next();
    let year: i16 = (word.len() == 4).then(|| word.parse().ok()).flatten()?;
    (2000..2200).contains(&year).then(|| cursor.step())?;
    Some(year)
}

/// `2026-12-14`, `14.12.2026`, and `14/12/2026` where it can only be read one way.
fn figures(word: &str) -> Option<(i8, i8, i16)> {
    let mark = word.chars().find(|one| matches!(one, '-' | '.' | '/'))?;
    let parts: Vec<i16> = word
        .split(mark)
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let [one, two, three] = parts.as_slice() else {
        return None;
    };
    let (day, month, year) = match mark {
        '-' => (*three, *two, *one),
        '/' if *two > 12 => (*two, *one, *three),
        '/' if *one <= 12 && one != two => return None,
        _ => (*one, *two, *three),
    };
    let fits = (1..=31).contains(&day) && (1..=12).contains(&month) && (2000..2200).contains(&year);
    fits.then_some((i8::try_from(day).ok()?, i8::try_from(month).ok()?, year))
}
