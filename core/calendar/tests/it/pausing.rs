//! Deadlines moved by the working time of their pauses.

use crate::weeks::{ALL_DAYS, at, calendar, duration, week};
use kept_calendar::Calendar;
use kept_kernel::Instant;

const HOUR: i64 = 3_600_000_000;

/// When a duty is due that was held over these times, none of which overlap.
fn due(calendar: &Calendar, from: &str, span: &str, held: &[(&str, &str)]) -> Instant {
    let paused: i64 = held
        .iter()
        .map(|(from, to)| calendar.between(at(calendar, from), at(calendar, to)))
        .sum();
    calendar.add_working(calendar.add(at(calendar, from), duration(span)), paused)
}

#[test]
fn a_night_on_hold_moves_nothing() {
    let calendar = Calendar::default();
    let held = [("2026-01-12 17:30", "2026-01-13 08:30")];
    assert_eq!(
        due(&calendar, "2026-01-12 13:00", "8 business hours", &held),
        at(&calendar, "2026-01-13 13:00")
    );
}

#[test]
fn a_weekend_on_hold_moves_the_deadline_by_its_working_hours() {
    let calendar = Calendar::default();
    let held = [("2026-01-16 14:00", "2026-01-19 10:00")];
    assert_eq!(
        due(&calendar, "2026-01-15 15:00", "8 business hours", &held),
        at(&calendar, "2026-01-19 11:00")
    );
}

#[test]
fn short_pauses_count_to_the_microsecond() {
    let calendar = Calendar::default();
    let held = [
        ("2026-01-12 14:00:00", "2026-01-12 14:00:20"),
        ("2026-01-12 14:00:30", "2026-01-12 14:00:30.25"),
        ("2026-01-12 16:59:50", "2026-01-13 09:00:10"),
    ];
    assert_eq!(
        due(&calendar, "2026-01-12 13:00", "8 business hours", &held),
        at(&calendar, "2026-01-13 13:00:40.25")
    );
}

#[test]
fn a_pause_over_a_change_of_the_clocks_counts_real_hours() {
    let always = calendar(&week("Europe/Berlin", &ALL_DAYS, "\"00:00-24:00\""));
    let paused = |from, to| always.between(at(&always, from), at(&always, to));
    assert_eq!(paused("2026-03-29 01:00", "2026-03-29 04:00"), 2 * HOUR);
    assert_eq!(paused("2026-10-25 01:00", "2026-10-25 04:00"), 4 * HOUR);
    assert_eq!(
        due(
            &always,
            "2026-10-24 20:00",
            "8 business hours",
            &[("2026-10-25 01:00", "2026-10-25 04:00")]
        ),
        at(&always, "2026-10-25 07:00")
    );
}

#[test]
fn the_rest_of_a_duty_is_carried_from_an_old_calendar_to_a_new_one() {
    let old = Calendar::default();
    let new = crate::weeks::open_on(&["tuesday"], "\"08:00-17:00\"");
    let (start, change) = (at(&old, "2026-01-12 13:00"), at(&old, "2026-01-12 16:00"));
    let left = 8 * HOUR - old.between(start, change);
    assert_eq!(new.add_working(change, left), at(&new, "2026-01-13 13:00"));
}
