//! The hours of a calendar file: lists of windows.

use std::ops::Range;

use toml::de::DeTable;

use crate::file::{Reader, Value};
use crate::overlaps;
use crate::place::quoted;
use crate::rules::Pattern;
use crate::window::{Window, WindowError};

/// More windows than this in a day are a mistake.
const MOST_WINDOWS: usize = 24;

pub(crate) const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

const WINDOW_ADVICE: &str = "Write start and end as in \"09:00-17:00\", from 00:00 to 24:00.";

/// Where the windows of a day stand, for messages about them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Placed {
    pub(crate) pattern: Pattern,
    /// In the order of the pattern's windows.
    pub(crate) places: Vec<Range<usize>>,
}

impl Reader<'_> {
    pub(crate) fn hours(&mut self, table: &DeTable<'_>) {
        let Some(value) = table.get("hours") else {
            return;
        };
        let Some(hours) = value.get_ref().as_table() else {
            self.report.note(
                value.span(),
                "The hours are no table of weekdays.",
                "Write [hours] on a line and below it monday = [\"09:00-17:00\"].",
            );
            return;
        };
        self.known_keys(hours, &WEEKDAYS);
        for (place, weekday) in WEEKDAYS.iter().enumerate() {
            if let Some(value) = hours.get(*weekday) {
                let placed = self.windows(value);
                if let Some(slot) = self.rules.week.get_mut(place) {
                    *slot = placed.pattern;
                }
                if let Some(slot) = self.week.get_mut(place) {
                    *slot = placed;
                }
            }
        }
    }

    /// Reads a list of windows, and checks that none of them meet.
    pub(crate) fn windows(&mut self, value: Value<'_, '_>) -> Placed {
        let Some(list) = value.get_ref().as_array() else {
            self.report.note(
                value.span(),
                "This is no list of windows.",
                "Write them in brackets, as in [\"09:00-12:30\", \"13:30-18:00\"]; [] is a closed day.",
            );
            return Placed::default();
        };
        if list.len() > MOST_WINDOWS {
            self.report.note(
                value.span().start..value.span().start + 1,
                format!(
                    "A day has at most {MOST_WINDOWS} windows; here are {}.",
                    list.len()
                ),
                "Join those that touch.",
            );
            return Placed::default();
        }
        let mut found: Vec<(Window, Range<usize>)> = Vec::new();
        for each in list {
            found.extend(self.window(each).map(|window| (window, each.span())));
        }
        found.sort_by_key(|(window, _)| *window);
        for ((earlier, before), (later, after)) in found.iter().zip(found.iter().skip(1)) {
            if later.start < earlier.end {
                let (place, words) = if before.start > after.start {
                    (before, (earlier, later))
                } else {
                    (after, (later, earlier))
                };
                self.report.note(
                    place.clone(),
                    format!("{} overlaps {} of the same day.", words.0, words.1),
                    overlaps::ADVICE,
                );
            }
        }
        let (windows, places): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        Placed {
            pattern: self.rules.pattern_of(&windows),
            places,
        }
    }

    fn window(&mut self, value: Value<'_, '_>) -> Option<Window> {
        let Some(text) = value.get_ref().as_str() else {
            self.report
                .note(value.span(), "This is no window.", WINDOW_ADVICE);
            return None;
        };
        match Window::parse(text) {
            Ok(window) => Some(window),
            Err(error) => {
                let wrong = match error {
                    WindowError::Shape => "is no window",
                    WindowError::Time => "holds a time that no clock shows",
                    WindowError::StartsAtMidnight => {
                        "starts at the end of the day: it belongs to the next day, from 00:00"
                    }
                };
                self.report.note(
                    value.span(),
                    format!("{} {wrong}.", quoted(text)),
                    WINDOW_ADVICE,
                );
                None
            }
        }
    }
}
