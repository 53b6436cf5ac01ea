//! Deadlines that can pass while nobody works (K403): only where a calendar is given.

use kept_calendar::Calendar;
use kept_kernel::{Duration, Instant, Unit};

use crate::ast::{Change, Deadline, DeadlineKind, Sentence};
use crate::diagnostic::Diagnostic;

use super::durations::of_span;
use super::set::{Place, Set, task_of};

const WEEK: i64 = 7 * 24 * 3_600_000_000;
/// Weeks that are looked at for the ordinary one.
const WEEKS: i64 = 27;
/// Openings of a week; more than any calendar has.
const MOST_OPENINGS: usize = 400;
/// Where the weeks begin when the document has no date: 2026-01-01.
const RECENT: Instant = Instant::from_seconds(1_767_225_600);

pub(super) fn check(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    let Some(calendar) = set.context.calendar else {
        return;
    };
    let Some(closed) = longest_closure(calendar).filter(|closed| *closed > 0) else {
        return;
    };
    for place in &set.rules {
        let own = task_of(place.sentence).and_then(|task| task.deadline.as_ref());
        let changed = match place.sentence {
            Sentence::Exception(exception) => {
                exception.changes.iter().find_map(|change| match change {
                    Change::Deadline(deadline) => Some(deadline),
                    _ => None,
                })
            }
            _ => None,
        };
        if let Some(deadline) = own.or(changed) {
            one(set, *place, deadline, closed, says);
        }
    }
}

fn one(
    set: &Set<'_>,
    place: Place<'_>,
    deadline: &Deadline,
    closed: i64,
    says: &mut Vec<Diagnostic>,
) {
    let DeadlineKind::Within(span, _) = &deadline.kind else {
        return;
    };
    if deadline.or_next_working_day {
        return;
    }
    let elapsed = of_span(set, span).into_iter().filter(|duration| {
        matches!(
            duration.unit(),
            Unit::Minutes | Unit::Hours | Unit::Days | Unit::Weeks
        )
    });
    let shortest = elapsed.min_by_key(|duration| duration.rough_micros());
    if let Some(shortest) = shortest.filter(|shortest| shortest.rough_micros() < closed) {
        says.push(
            Diagnostic::new("K403", place.document, deadline.range, "a deadline that can pass while nobody works")
                .because(format!("{shortest} run around the clock, and in an ordinary week nobody works for {} on end.", in_words(closed)))
                .suggest("Write business hours or “or the next working day”, or see that someone is on duty."),
        );
    }
}

/// The longest stretch without working time in an ordinary week, in microseconds: the median of half a year, so that
/// neither holidays nor special openings count. None where nobody ever works.
fn longest_closure(calendar: &Calendar) -> Option<i64> {
    let weeks = (0..WEEKS).map(|week| longest_in_week(calendar, RECENT.plus_micros(week * WEEK)));
    let mut longest: Vec<i64> = weeks.collect::<Option<_>>()?;
    longest.sort_unstable();
    longest.get(longest.len() / 2).copied()
}

fn longest_in_week(calendar: &Calendar, start: Instant) -> Option<i64> {
    let end = start.plus_micros(WEEK);
    let mut at = if calendar.is_open(start) {
        start
    } else {
        calendar.last_closing(start)
    };
    let mut longest = 0;
    for _ in 0..MOST_OPENINGS {
        let opening = calendar.next_opening(at);
        if opening >= Instant::MAX {
            return None;
        }
        longest = longest.max(opening.micros_since(at));
        let closing = calendar.closing_of_day(opening);
        at = if closing > opening {
            closing
        } else {
            opening.plus_micros(1)
        };
        if at >= end {
            break;
        }
    }
    Some(longest)
}

fn in_words(micros: i64) -> String {
    let hours = (micros / 3_600_000_000).max(1);
    format!("{hours} hours")
        .parse::<Duration>()
        .map_or_else(|_| "long".to_owned(), |duration| duration.to_string())
}
