//! Nights that run into the windows of the next day.

use std::ops::Range;

use crate::days::{easter_of, weekday_of};
use crate::entries::When;
use crate::file::Reader;
use crate::hours::{Placed, WEEKDAYS};
use crate::rules::{CLOSED, Pattern};
use crate::window::{DAY_MINUTES, Window};

pub(crate) const ADVICE: &str = "Let one end where the next begins. An end that is not after its start lies on the next day: look whether start and end \
     are the wrong way round.";

/// Notes each night that runs into a window of the day after: in the week, and around special days.
pub(crate) fn check(reader: &mut Reader<'_>) {
    let week = reader.week.clone();
    for (place, (day, next)) in week.iter().zip(week.iter().cycle().skip(1)).enumerate() {
        let names = (weekday(place), weekday(place + 1));
        meet(reader, (day, names.0), (next.pattern, names.1), None);
    }
    let specials = std::mem::take(&mut reader.open_specials);
    for (when, placed) in &specials {
        for (before, after) in neighbours(reader, *when) {
            let here = placed.places.first().cloned();
            if before != CLOSED {
                let night = Placed {
                    pattern: before,
                    places: Vec::new(),
                };
                meet(
                    reader,
                    (&night, "the day before"),
                    (placed.pattern, "this day"),
                    here,
                );
            }
            meet(reader, (placed, "this day"), (after, "the day after"), None);
        }
    }
}

/// The patterns that the days before and after a special day may have.
fn neighbours(reader: &Reader<'_>, when: When) -> Vec<(Pattern, Pattern)> {
    let week = |day: usize| reader.rules.week.get(day % 7).copied().unwrap_or_default();
    match when {
        When::On(day) => {
            let plan = reader.rules.patterns_from(day - 1, 3);
            let at = |place: usize| plan.get(place).copied().unwrap_or_default();
            vec![(at(0), at(2))]
        }
        When::Yearly => (0..7).map(|day| (week(day + 6), week(day + 1))).collect(),
        When::Easter(days_after) => {
            let day = easter_of(2000).map_or(0, |sunday| weekday_of(sunday + days_after));
            vec![(week(day + 6), week(day + 1))]
        }
    }
}

/// Notes where the last window of a day runs into the first of the next.
fn meet(
    reader: &mut Reader<'_>,
    (day, name): (&Placed, &str),
    (next, next_name): (Pattern, &str),
    place: Option<Range<usize>>,
) {
    let night = reader
        .rules
        .windows(day.pattern)
        .iter()
        .copied()
        .enumerate()
        .max_by_key(|(_, window)| window.end);
    let first = reader.rules.windows(next).first().copied();
    let (Some((number, night)), Some(first)) = (night, first) else {
        return;
    };
    if !runs_into(night, first) {
        return;
    }
    let place = place
        .or_else(|| day.places.get(number).cloned())
        .unwrap_or(0..0);
    reader.report.note(
        place,
        format!("{night} of {name} overlaps {first} of {next_name}."),
        ADVICE,
    );
}

fn runs_into(night: Window, first: Window) -> bool {
    night.end > DAY_MINUTES + first.start
}

fn weekday(place: usize) -> &'static str {
    WEEKDAYS.get(place % 7).copied().unwrap_or_default()
}
