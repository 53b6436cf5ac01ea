//! Accounts of how a deadline comes about.

use crate::weeks::{ALL_DAYS, WEEKDAYS, at, calendar, duration, week};
use kept_calendar::{Account, Calendar, StepKind};

fn told(calendar: &Calendar, from: &str, span: &str) -> Vec<String> {
    let account = calendar.explain_add(at(calendar, from), duration(span));
    assert_eq!(
        account.to,
        calendar.add(at(calendar, from), duration(span)),
        "the account ends where the addition does"
    );
    lines(&account)
}

fn lines(account: &Account) -> Vec<String> {
    account.to_string().lines().map(str::to_owned).collect()
}

fn berlin() -> Calendar {
    let mut text = week(
        "Europe/Berlin",
        &WEEKDAYS,
        "\"08:00-12:00\", \"13:30-18:00\"",
    );
    for (day, name) in [
        ("easter = -2", "Good Friday"),
        ("easter = 1", "Easter Monday"),
        (
            "yearly = \"12-24\"\nopen = [\"09:00-13:00\"]",
            "Christmas Eve",
        ),
    ] {
        text = format!("{text}[[holidays]]\n{day}\nname = \"{name}\"\n");
    }
    calendar(&text)
}

#[test]
fn an_hour_over_the_weekend_is_told_window_by_window() {
    assert_eq!(
        told(&Calendar::default(), "2026-01-30 16:30", "1 business hour"),
        [
            "Fri 30 Jan 2026 16:30: 30 min until closing at 17:00",
            "Sat 31 Jan, Sun 1 Feb: closed",
            "Mon 2 Feb 09:00 open; 30 min more: 09:30",
        ]
    );
}

#[test]
fn a_start_outside_working_time_is_said() {
    assert_eq!(
        told(&Calendar::default(), "2026-01-30 18:30", "1 business hour"),
        [
            "Fri 30 Jan 2026 18:30: outside working time",
            "Sat 31 Jan, Sun 1 Feb: closed",
            "Mon 2 Feb 09:00 open; 1 h more: 10:00",
        ]
    );
}

#[test]
fn holidays_are_told_by_name_and_breaks_are_no_closing() {
    assert_eq!(
        told(&berlin(), "2026-04-02 11:30", "12 business hours"),
        [
            "Thu 2 Apr 2026 11:30: 30 min until the break at 12:00",
            "Thu 2 Apr 13:30–18:00: 4 h 30 min",
            "Fri 3 Apr: closed, Good Friday",
            "Sat 4 Apr, Sun 5 Apr: closed",
            "Mon 6 Apr: closed, Easter Monday",
            "Tue 7 Apr 08:00–12:00: 4 h",
            "Tue 7 Apr 13:30 open; 3 h more: 16:30",
        ]
    );
}

#[test]
fn a_half_day_is_told_by_its_name() {
    let told = told(&berlin(), "2026-12-23 17:30", "8 business hours");
    assert_eq!(told[1], "Thu 24 Dec 09:00–13:00: 4 h (Christmas Eve)");
}

#[test]
fn a_change_of_the_clocks_is_told_where_it_falls() {
    let nights = calendar(&week("Europe/Berlin", &ALL_DAYS, "\"22:00-06:00\""));
    assert_eq!(
        told(&nights, "2026-03-28 23:30", "12 business hours"),
        [
            "Sat 28 Mar 2026 23:30: 5 h 30 min until closing at 06:00 on Sun 29 Mar",
            "Sun 29 Mar 02:00: the clocks go forward by 1 h",
            "Sun 29 Mar 22:00 open; 6 h 30 min more: 04:30 on Mon 30 Mar",
        ]
    );
    assert_eq!(
        told(&nights, "2026-10-24 10:00", "2 days"),
        [
            "Sat 24 Oct 2026 10:00 + 2 days: Mon 26 Oct 10:00",
            "Sun 25 Oct 03:00: the clocks go back by 1 h",
        ]
    );
}

#[test]
fn working_days_are_counted_and_a_short_day_says_that_it_closes_before() {
    assert_eq!(
        told(&Calendar::default(), "2026-01-31 18:30", "2 business days"),
        [
            "Sat 31 Jan 2026 18:30: outside working time, counted from Mon 2 Feb 09:00",
            "Sat 31 Jan, Sun 1 Feb: closed",
            "Tue 3 Feb: working day 1",
            "Wed 4 Feb: working day 2",
            "At the same time: Wed 4 Feb 09:00",
        ]
    );
    assert_eq!(
        told(&berlin(), "2026-12-23 17:30", "1 business day"),
        [
            "Wed 23 Dec 2026 17:30: counted from here",
            "Thu 24 Dec: working day 1",
            "That day closes before the same time: Thu 24 Dec 13:00",
        ]
    );
}

#[test]
fn a_result_a_decade_away_stays_readable() {
    let told = told(
        &Calendar::default(),
        "2026-01-31 18:30",
        "20,000 business hours",
    );
    assert_eq!(told.len(), 12, "{told:#?}");
    assert_eq!(
        told[6],
        "Fri 6 Feb to Sun 26 Aug 2035: 2,491 working days, 19,928 h"
    );
    assert_eq!(told[11], "Fri 31 Aug 09:00 open; 8 h more: 17:00");
}

#[test]
fn holidays_inside_a_fold_are_named_while_they_are_few() {
    let told = told(&berlin(), "2026-03-12 17:30", "200 business hours");
    assert!(
        told.contains(
            &"Wed 18 Mar to Sun 12 Apr: 16 working days, 136 h; 2 holidays (Fri 3 Apr Good Friday, Mon 6 Apr \
              Easter Monday)"
                .to_owned()
        ),
        "{told:#?}"
    );
}

#[test]
fn the_working_time_between_two_instants_is_added_up() {
    let nights = calendar(&week("Europe/Berlin", &ALL_DAYS, "\"22:00-06:00\""));
    let account =
        nights.explain_between(at(&nights, "2026-03-28 23:30"), at(&nights, "2026-03-31"));
    assert_eq!(
        lines(&account),
        [
            "Sat 28 Mar 2026 23:30–06:00 on Sun 29 Mar: 5 h 30 min",
            "Sun 29 Mar 02:00: the clocks go forward by 1 h",
            "Sun 29 Mar 22:00–06:00 on Mon 30 Mar: 8 h",
            "Mon 30 Mar 22:00–24:00: 2 h",
            "Together 15 h 30 min of working time.",
        ]
    );
    let counted: i64 = account.steps.iter().map(|step| step.worked).sum();
    assert_eq!(counted, account.worked);
}

#[test]
fn where_no_working_time_is_left_the_account_says_so() {
    let once =
        calendar("zone = \"UTC\"\n[[openings]]\ndate = 2026-01-05\nopen = [\"10:00-16:00\"]\n");
    assert_eq!(
        told(&once, "2026-01-06", "1 business hour"),
        ["No working time is left for 1 business hour before the year 9999."]
    );
}

#[test]
fn the_steps_of_any_account_sum_to_its_working_time() {
    let calendar = berlin();
    let start = at(&calendar, "2026-03-01 07:13:20");
    for hours in 1..400 {
        let span = duration(&format!("{hours} business hours"));
        let account = calendar.explain_add(start.plus_micros(hours * 7_654_321_000), span);
        let steps = account.steps.iter();
        let counted: i64 = steps
            .filter(|step| matches!(step.kind, StepKind::Worked | StepKind::Folded))
            .map(|step| step.worked)
            .sum();
        assert_eq!(counted, hours * 3_600_000_000, "{account}");
    }
}
