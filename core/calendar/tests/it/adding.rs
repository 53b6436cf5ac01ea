//! The worked values for adding working time.

use crate::weeks::{ALL_DAYS, WEEKDAYS, adds, at, calendar, open_on, subtracts, week};
use kept_calendar::Calendar;
use kept_kernel::Instant;

const HOUR: i64 = 3_600_000_000;

#[test]
fn an_hour_from_half_past_four_on_friday_ends_on_monday_morning() {
    let calendar = Calendar::default();
    adds(
        &calendar,
        "2026-01-30 16:30",
        "1 business hour",
        "2026-02-02 09:30",
    );
}

#[test]
fn four_hours_from_five_run_into_the_next_day_and_a_warning_lies_an_hour_before() {
    let calendar = open_on(&WEEKDAYS, "\"08:00-18:00\"");
    adds(
        &calendar,
        "2026-01-12 17:00",
        "4 business hours",
        "2026-01-13 11:00",
    );
    subtracts(
        &calendar,
        "2026-01-13 11:00",
        "1 business hour",
        "2026-01-13 10:00",
    );
    subtracts(
        &calendar,
        "2026-01-13 11:00",
        "4 business hours",
        "2026-01-12 17:00",
    );
}

#[test]
fn a_lunch_break_holds_no_working_time() {
    let calendar = open_on(&WEEKDAYS, "\"08:00-12:00\", \"13:30-18:00\"");
    adds(
        &calendar,
        "2026-01-12 11:30",
        "2 business hours",
        "2026-01-12 15:00",
    );
    adds(
        &calendar,
        "2026-01-12 12:30",
        "2 business hours",
        "2026-01-12 15:30",
    );
}

#[test]
fn a_calendar_that_is_open_on_tuesdays_waits_for_tuesday() {
    let calendar = open_on(&["tuesday"], "\"08:00-17:00\"");
    adds(
        &calendar,
        "2026-01-09 10:00",
        "4 business hours",
        "2026-01-13 12:00",
    );
}

#[test]
fn a_month_of_closure_is_passed_over() {
    let mut text = week("UTC", &WEEKDAYS, "\"09:00-17:00\"");
    let closed = (12..=31).map(|day| format!("2026-12-{day:02}"));
    for day in closed.chain((1..=10).map(|day| format!("2027-01-{day:02}"))) {
        text = format!("{text}[[holidays]]\ndate = {day}\n");
    }
    adds(
        &calendar(&text),
        "2026-12-11 16:45",
        "30 business minutes",
        "2027-01-11 09:15",
    );
}

#[test]
fn around_the_clock_working_time_is_elapsed_time() {
    let calendar = open_on(&ALL_DAYS, "\"00:00-24:00\"");
    adds(
        &calendar,
        "2026-01-12 10:00",
        "48 business hours",
        "2026-01-14 10:00",
    );
}

#[test]
fn a_half_day_and_a_holiday_are_told_apart() {
    let mut text = week("UTC", &WEEKDAYS, "\"09:00-17:00\"");
    text.push_str("[[holidays]]\nyearly = \"12-24\"\nopen = [\"09:00-13:00\"]\n");
    text.push_str("[[holidays]]\ndate = 2026-12-25\nname = \"Christmas Day\"\n");
    adds(
        &calendar(&text),
        "2026-12-24 11:30",
        "2 business hours",
        "2026-12-28 09:30",
    );
}

#[test]
fn a_holiday_on_monday_moves_the_rest_to_tuesday() {
    let mut text = week("UTC", &WEEKDAYS, "\"09:00-17:00\"");
    text.push_str("[[holidays]]\ndate = 2026-01-19\n");
    adds(
        &calendar(&text),
        "2026-01-16 16:30",
        "1 business hour",
        "2026-01-20 09:30",
    );
}

#[test]
fn twenty_four_hours_are_elapsed_or_worked_as_the_rule_says() {
    let calendar = Calendar::default();
    adds(
        &calendar,
        "2026-01-30 16:00",
        "24 hours",
        "2026-01-31 16:00",
    );
    adds(
        &calendar,
        "2026-01-30 16:00",
        "24 business hours",
        "2026-02-04 16:00",
    );
}

#[test]
fn windows_that_touch_or_cross_midnight_leave_no_gap_and_count_once() {
    let nights = open_on(&ALL_DAYS, "\"22:00-06:00\"");
    let span = |from, to| nights.between(at(&nights, from), at(&nights, to));
    assert_eq!(span("2026-01-12 00:00", "2026-01-13 00:00"), 8 * HOUR);
    adds(
        &nights,
        "2026-01-12 23:00",
        "3 business hours",
        "2026-01-13 02:00",
    );
    adds(
        &nights,
        "2026-01-12 23:00",
        "8 business hours",
        "2026-01-13 23:00",
    );

    let touching = open_on(&WEEKDAYS, "\"08:00-12:00\", \"12:00-16:00\"");
    adds(
        &touching,
        "2026-01-12 11:00",
        "2 business hours",
        "2026-01-12 13:00",
    );
    adds(
        &touching,
        "2026-01-12 11:00",
        "1 business hour",
        "2026-01-12 12:00",
    );

    let shifts = open_on(
        &ALL_DAYS,
        "\"06:00-14:00\", \"14:00-22:00\", \"22:00-06:00\"",
    );
    adds(
        &shifts,
        "2026-01-12 05:30",
        "25 business hours",
        "2026-01-13 06:30",
    );
}

#[test]
fn what_comes_and_is_answered_outside_working_time_has_used_none() {
    let calendar = Calendar::default();
    let (came, answered) = (
        at(&calendar, "2026-01-30 18:00"),
        at(&calendar, "2026-02-02 08:30"),
    );
    assert_eq!(calendar.between(came, answered), 0);
    assert!(answered <= calendar.add(came, "1 business hour".parse().unwrap()));
}

#[test]
fn a_change_of_the_clocks_is_counted_in_real_seconds() {
    let always = calendar(&week("Europe/Berlin", &ALL_DAYS, "\"00:00-24:00\""));
    adds(
        &always,
        "2026-03-28 20:00",
        "8 business hours",
        "2026-03-29T05:00+02:00",
    );

    let sundays = calendar(&week("Europe/Berlin", &["sunday"], "\"00:00-10:00\""));
    adds(
        &sundays,
        "2026-03-29 01:30",
        "1 business hour",
        "2026-03-29 03:30",
    );
    adds(
        &sundays,
        "2026-10-25T02:00+02:00",
        "1 business hour",
        "2026-10-25T02:00+01:00",
    );
    let day = |from, to| sundays.between(at(&sundays, from), at(&sundays, to));
    assert_eq!(day("2026-10-25", "2026-10-26"), 11 * HOUR);
    assert_eq!(day("2026-03-29", "2026-03-30"), 9 * HOUR);
}

#[test]
fn a_calendar_with_one_working_day_in_a_lifetime_finds_it() {
    let mut text = String::from("zone = \"Asia/Kathmandu\"\n");
    text.push_str("[[openings]]\ndate = 2086-07-01\nopen = [\"10:00-16:00\"]\n");
    let calendar = calendar(&text);
    adds(
        &calendar,
        "2026-01-01 00:00",
        "1 business hour",
        "2086-07-01 11:00",
    );
    adds(
        &calendar,
        "2026-01-01 00:00",
        "6 business hours",
        "2086-07-01 16:00",
    );
    adds(
        &calendar,
        "2026-01-01 00:00",
        "1 business day",
        "9999-12-30T00:00Z",
    );
}

#[test]
fn where_no_working_time_is_left_the_answer_is_the_end_of_time() {
    let calendar =
        calendar("zone = \"UTC\"\n[[openings]]\ndate = 2026-01-05\nopen = [\"10:00-16:00\"]\n");
    let after = at(&calendar, "2026-01-06");
    assert_eq!(calendar.add_working(after, 1), Instant::MAX);
    assert_eq!(calendar.next_opening(after), Instant::MAX);
    assert_eq!(
        calendar.last_closing(at(&calendar, "2026-01-05 10:00")),
        Instant::MIN
    );
    assert_eq!(calendar.subtract_working_days(after, 1), Instant::MIN);
}

#[test]
fn the_hours_of_one_day_a_year_are_found_for_ever() {
    let mut text = String::from("zone = \"UTC\"\n");
    text.push_str("[[holidays]]\nyearly = \"02-29\"\nopen = [\"09:00-10:00\"]\n");
    let calendar = calendar(&text);
    adds(
        &calendar,
        "1897-01-01",
        "1 business hour",
        "1904-02-29 10:00",
    );
    adds(
        &calendar,
        "2096-03-01",
        "90 business minutes",
        "2108-02-29 09:30",
    );
    adds(
        &calendar,
        "2024-01-01",
        "20 business days",
        "2108-02-29 09:00",
    );
}
