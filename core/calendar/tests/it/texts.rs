//! Instants as people write and read them, and the periods they lie in.

use crate::weeks::{WEEKDAYS, at, calendar, open_on, week};
use kept_calendar::{Calendar, InstantTextError, Period};
use kept_kernel::Instant;

fn rome() -> Calendar {
    calendar(&week("Europe/Rome", &WEEKDAYS, "\"09:00-17:00\""))
}

#[test]
fn an_instant_is_read_as_a_person_writes_it() {
    let rome = rome();
    for (text, utc) in [
        ("2026-01-30T16:30:00+01:00", "2026-01-30T15:30:00Z"),
        ("2026-01-30T16:30:00Z", "2026-01-30T16:30:00Z"),
        ("2026-01-30T16:30Z", "2026-01-30T16:30:00Z"),
        ("2026-01-30 16:30", "2026-01-30T15:30:00Z"),
        ("2026-01-30 16:30:20.25", "2026-01-30T15:30:20.25Z"),
        ("  2026-07-30 16:30 ", "2026-07-30T14:30:00Z"),
        ("2026-01-30", "2026-01-29T23:00:00Z"),
        ("2026-01-30 16:30[Asia/Kathmandu]", "2026-01-30T10:45:00Z"),
        (
            "2026-01-30T16:30:00+01:00[Europe/Rome]",
            "2026-01-30T15:30:00Z",
        ),
        ("2026-01-30T16:30:00Z[Europe/Rome]", "2026-01-30T16:30:00Z"),
        ("2026-03-29 02:30", "2026-03-29T01:30:00Z"),
        ("2026-10-25 02:30", "2026-10-25T00:30:00Z"),
    ] {
        assert_eq!(rome.parse_instant(text), Ok(utc.parse().unwrap()), "{text}");
    }
}

#[test]
fn what_is_no_instant_says_how_to_write_one() {
    let rome = rome();
    for (text, said) in [
        ("", "write it as"),
        ("tomorrow", "write it as"),
        ("30.1.2026", "write it as"),
        ("2026-02-30", "write it as"),
        ("2026-01-30 25:00", "write it as"),
        ("2026-01-30 16:30[Europe/Rom]", "zone"),
        ("2026-01-30T16:30:00+05:00[Europe/Rome]", "offset"),
        ("0000-01-01", "out of reach"),
        ("9999-12-31", "out of reach"),
        ("-000100-01-01", "out of reach"),
        (&"9".repeat(10_000), "write it as"),
    ] {
        let error = rome.parse_instant(text).unwrap_err();
        assert!(error.to_string().contains(said), "{text}: {error}");
        assert!(error.to_string().len() < 400);
    }
    assert!(matches!(
        rome.parse_instant("x"),
        Err(InstantTextError::Shape(_))
    ));
}

#[test]
fn an_instant_is_written_with_the_offset_of_its_zone() {
    let rome = rome();
    for (utc, text) in [
        ("2026-02-02T08:30:00Z", "2026-02-02T09:30:00+01:00"),
        ("2026-07-02T08:30:00.5Z", "2026-07-02T10:30:00.5+02:00"),
        (
            "2026-07-02T08:30:00.000001Z",
            "2026-07-02T10:30:00.000001+02:00",
        ),
        // Rome's mean time was 49 minutes and 56 seconds ahead.
        ("1800-01-01T00:00:00Z", "1800-01-01T00:49:00+00:49"),
    ] {
        let instant: Instant = utc.parse().unwrap();
        assert_eq!(rome.format_instant(instant), text);
        assert_eq!(rome.parse_instant(text), Ok(instant));
    }
    let utc = Calendar::default();
    assert_eq!(
        utc.format_instant(Instant::default()),
        "1970-01-01T00:00:00+00:00"
    );
    let west = calendar(&week("America/St_Johns", &WEEKDAYS, "\"09:00-17:00\""));
    assert_eq!(
        west.format_instant(Instant::default()),
        "1969-12-31T20:30:00-03:30"
    );
    for end in [Instant::MIN, Instant::MAX] {
        assert_eq!(utc.parse_instant(&utc.format_instant(end)), Ok(end));
    }
}

#[test]
fn periods_begin_and_end_in_the_local_calendar() {
    let rome = rome();
    let now = at(&rome, "2026-05-14 16:30");
    for (period, start, end) in [
        (Period::Day, "2026-05-14", "2026-05-15"),
        (Period::Week, "2026-05-11", "2026-05-18"),
        (Period::Month, "2026-05-01", "2026-06-01"),
        (Period::Quarter, "2026-04-01", "2026-07-01"),
        (Period::Year, "2026-01-01", "2027-01-01"),
    ] {
        assert_eq!(rome.start_of(period, now), at(&rome, start), "{period:?}");
        assert_eq!(rome.end_of(period, now), at(&rome, end), "{period:?}");
        assert_eq!(rome.start_of(period, at(&rome, start)), at(&rome, start));
    }
    let december = at(&rome, "2026-12-31 23:59");
    assert_eq!(
        rome.end_of(Period::Quarter, december),
        at(&rome, "2027-01-01")
    );
    assert_eq!(rome.end_of(Period::Year, Instant::MAX), Instant::MAX);
    assert_eq!(rome.start_of(Period::Year, Instant::MIN), Instant::MIN);
}

#[test]
fn a_day_closes_with_its_last_window_or_at_midnight() {
    let utc = Calendar::default();
    let closing = |text| utc.format_instant(utc.closing_of_day(at(&utc, text)));
    assert_eq!(closing("2026-01-30 08:00"), "2026-01-30T17:00:00+00:00");
    assert_eq!(closing("2026-01-30 23:00"), "2026-01-30T17:00:00+00:00");
    assert_eq!(closing("2026-01-31 08:00"), "2026-02-01T00:00:00+00:00");
    let nights = open_on(&WEEKDAYS, "\"22:00-06:00\"");
    let closing = nights.closing_of_day(at(&nights, "2026-01-30 08:00"));
    assert_eq!(closing, at(&nights, "2026-01-31 06:00"));
}

#[test]
fn a_deadline_outside_working_time_moves_to_the_next_working_days_closing() {
    let utc = Calendar::default();
    for (deadline, moved) in [
        ("2026-01-30 16:00", "2026-01-30 16:00"),
        ("2026-01-30 17:00", "2026-01-30 17:00"),
        ("2026-01-30 17:00:01", "2026-02-02 17:00"),
        ("2026-01-31 12:00", "2026-02-02 17:00"),
        ("2026-02-02 08:00", "2026-02-02 17:00"),
        ("2026-02-02 09:00", "2026-02-02 09:00"),
    ] {
        let found = utc.or_next_working_day(at(&utc, deadline));
        assert_eq!(found, at(&utc, moved), "{deadline}");
    }
    let closing = utc.next_working_day_closing(at(&utc, "2026-01-31"));
    assert_eq!(closing, at(&utc, "2026-02-02 17:00"));
}
