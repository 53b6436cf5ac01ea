//! The days of a calendar file that differ: holidays, openings, feeds.

use std::ops::Range;

use jiff::civil::Date;
use toml::de::{DeTable, DeValue};

use crate::days::day_of;
use crate::feed;
use crate::file::{Feeds, Reader, Value};
use crate::hours::Placed;
use crate::place::quoted;
use crate::rules::{CLOSED, Dated, Easter, Special, Yearly};

/// More holidays and openings than this are a feed.
const MOST_ENTRIES: usize = 10_000;
const MOST_FEEDS: usize = 20;
/// The farthest a feast lies from Easter Sunday, in days.
const EASTER_REACH: i64 = 180;

const DATE_ADVICE: &str = "Write year, month and day without quotes, as in date = 2026-12-25.";

/// On which days an entry falls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum When {
    On(i32),
    Yearly,
    Easter(i32),
}

/// A day that may stand in a file once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Seen {
    Holiday(i32),
    Yearly(i8, i8),
    Easter(i32),
    Opening(i32),
}

impl Reader<'_> {
    pub(crate) fn holidays(&mut self, table: &DeTable<'_>) {
        for (place, entry) in self.entries(table, "holidays") {
            self.known_keys(entry, &["date", "yearly", "easter", "name", "open"]);
            self.holiday(place, entry);
        }
        self.rules.dated.sort_by_key(|each| each.day);
    }

    fn holiday(&mut self, place: Range<usize>, entry: &DeTable<'_>) {
        let keys = ["date", "yearly", "easter"];
        let given: Vec<_> = keys
            .into_iter()
            .filter_map(|key| entry.get(key).map(|value| (key, value)))
            .collect();
        let [(key, value)] = *given.as_slice() else {
            let wrong = if given.is_empty() {
                "This holiday has no day."
            } else {
                "This holiday has more than one day."
            };
            self.report.note(
                given.get(1).map_or(place, |(_, value)| value.span()),
                wrong,
                "Give it one of date = 2026-12-25, yearly = \"12-24\" or easter = 1.",
            );
            return;
        };
        let name = entry.get("name").and_then(|value| self.name(value));
        let placed = entry.get("open").map(|value| self.windows(value));
        let placed = placed.unwrap_or_default();
        let special = Special {
            pattern: placed.pattern,
            name,
        };
        let when = match key {
            "date" => self.dated(value, special),
            "yearly" => self.yearly(value, special),
            _ => self.easter(value, special),
        };
        self.remember(when, placed);
    }

    fn remember(&mut self, when: Option<When>, placed: Placed) {
        if let Some(when) = when
            && placed.pattern != CLOSED
        {
            self.open_specials.push((when, placed));
        }
    }

    fn dated(&mut self, value: Value<'_, '_>, special: Special) -> Option<When> {
        let day = self.date(value)?;
        self.rules.dated.push(Dated { day, special });
        self.once(value, Seen::Holiday(day));
        Some(When::On(day))
    }

    fn yearly(&mut self, value: Value<'_, '_>, special: Special) -> Option<When> {
        let found = value.get_ref().as_str().and_then(|text| {
            let (month, day) = text.split_once('-')?;
            let number = |digits: &str| {
                (digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()))
                    .then(|| digits.parse::<i8>().ok())
                    .flatten()
            };
            // A leap year, so that 29 February is a day.
            let date = Date::new(2000, number(month)?, number(day)?).ok()?;
            Some((date.month(), date.day()))
        });
        let Some((month, day)) = found else {
            self.report.note(
                value.span(),
                "This is no day of the year.",
                "Write month and day in quotes, as in yearly = \"12-24\".",
            );
            return None;
        };
        self.once(value, Seen::Yearly(month, day));
        self.rules.yearly.push(Yearly {
            month,
            day,
            special,
        });
        Some(When::Yearly)
    }

    fn easter(&mut self, value: Value<'_, '_>, special: Special) -> Option<When> {
        let days = value
            .get_ref()
            .as_integer()
            .and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok())
            .filter(|days| (-EASTER_REACH..=EASTER_REACH).contains(days));
        let Some(days) = days else {
            self.report.note(
                value.span(),
                "This is no number of days from Easter Sunday.",
                "Write a whole number from -180 to 180: -2 is Good Friday, 1 Easter Monday, 39 Ascension Day, 50 Whit \
                 Monday, 60 Corpus Christi.",
            );
            return None;
        };
        let days_after = days as i32;
        self.once(value, Seen::Easter(days_after));
        self.rules.easter.push(Easter {
            days_after,
            special,
        });
        Some(When::Easter(days_after))
    }

    pub(crate) fn openings(&mut self, table: &DeTable<'_>) {
        for (place, entry) in self.entries(table, "openings") {
            self.known_keys(entry, &["date", "name", "open"]);
            let name = entry.get("name").and_then(|value| self.name(value));
            let day = match entry.get("date") {
                Some(value) => {
                    let day = self.date(value);
                    if let Some(day) = day {
                        self.once(value, Seen::Opening(day));
                    }
                    day
                }
                None => {
                    self.report
                        .note(place.clone(), "This opening has no day.", DATE_ADVICE);
                    None
                }
            };
            let placed = entry.get("open").map(|value| self.windows(value));
            let Some(placed) = placed.filter(|placed| placed.pattern != CLOSED) else {
                let place = entry.get("open").map_or(place, toml::Spanned::span);
                self.report.note(
                    place,
                    "This opening has no windows.",
                    "Write when it is open, as in open = [\"10:00-16:00\"]; for a day off use [[holidays]].",
                );
                continue;
            };
            if let Some(day) = day {
                let special = Special {
                    pattern: placed.pattern,
                    name,
                };
                self.rules.openings.push(Dated { day, special });
                self.remember(Some(When::On(day)), placed);
            }
        }
        self.rules.openings.sort_by_key(|each| each.day);
    }

    pub(crate) fn feeds(&mut self, table: &DeTable<'_>, texts: &mut Feeds<'_>) {
        let entries = self.entries(table, "feeds");
        for (number, (place, entry)) in entries.into_iter().enumerate() {
            self.known_keys(entry, &["ics", "skip"]);
            if number >= MOST_FEEDS {
                self.report.note(
                    place,
                    "A calendar has at most 20 feeds.",
                    "Join them into fewer files.",
                );
                return;
            }
            let Some(value) = entry.get("ics") else {
                self.report.note(
                    place,
                    "This feed names no file.",
                    "Write ics = \"holidays.ics\" with the name of a file beside this one.",
                );
                continue;
            };
            let Some(name) = self.name(value) else {
                continue;
            };
            let skip = self.skips(entry);
            match texts(&name) {
                Ok(text) => feed::read(self, &name, &text, &skip),
                Err(reason) => self.report.note(
                    value.span(),
                    format!(
                        "{} cannot be read: {}.",
                        quoted(&name),
                        reason.trim_end_matches('.')
                    ),
                    "Put it beside this file, or take the feed out.",
                ),
            }
        }
    }

    fn skips(&mut self, entry: &DeTable<'_>) -> Vec<(String, Range<usize>)> {
        const ADVICE: &str = "Write the names of entries, as in skip = [\"St Martin's Day\"].";
        let Some(value) = entry.get("skip") else {
            return Vec::new();
        };
        let Some(list) = value.get_ref().as_array() else {
            self.report
                .note(value.span(), "This is no list of names.", ADVICE);
            return Vec::new();
        };
        let mut names = Vec::new();
        for each in list {
            match each.get_ref().as_str() {
                Some(name) => names.push((name.trim().to_owned(), each.span())),
                None => self.report.note(each.span(), "This is no name.", ADVICE),
            }
        }
        names
    }

    /// The tables of a list such as `[[holidays]]`.
    fn entries<'v, 'd>(
        &mut self,
        table: &'v DeTable<'d>,
        key: &str,
    ) -> Vec<(Range<usize>, &'v DeTable<'d>)> {
        let Some(value) = table.get(key) else {
            return Vec::new();
        };
        let Some(list) = value.get_ref().as_array() else {
            self.report.note(
                value.span(),
                format!("The {key} are no list."),
                format!("Begin each with a line [[{key}]]."),
            );
            return Vec::new();
        };
        if list.len() > MOST_ENTRIES {
            self.report.note(
                value.span().start..value.span().start + 1,
                format!("These are more than 10,000 {key}."),
                "Give days that come in such numbers as a feed.",
            );
            return Vec::new();
        }
        let mut entries = Vec::new();
        for each in list {
            match each.get_ref() {
                DeValue::Table(entry) => entries.push((each.span(), entry)),
                _ => self.report.note(
                    each.span(),
                    format!("This is none of the {key}."),
                    format!("Begin each with a line [[{key}]]."),
                ),
            }
        }
        entries
    }

    /// Notes a day that stands in the file twice.
    fn once(&mut self, value: Value<'_, '_>, day: Seen) {
        let kind = match day {
            Seen::Opening(_) => "an opening",
            _ => "a holiday",
        };
        let line = self.report.line_of(value.span().start);
        let first = *self.seen.entry(day).or_insert(line);
        if first != line {
            self.report.note(
                value.span(),
                format!("This day is {kind} already, on line {first}."),
                "Keep one of the two.",
            );
        }
    }

    fn date(&mut self, value: Value<'_, '_>) -> Option<i32> {
        let date = value
            .get_ref()
            .as_datetime()
            .filter(|found| found.time.is_none() && found.offset.is_none())
            .and_then(|found| found.date);
        let found = date.and_then(|date| {
            let year = i16::try_from(date.year).ok().filter(|year| *year > 0)?;
            Date::new(year, date.month as i8, date.day as i8).ok()
        });
        if found.is_none() {
            self.report.note(
                value.span(),
                "This is no day that the calendars reach.",
                DATE_ADVICE,
            );
        }
        found.map(day_of)
    }
}
