//! New versions: the worked value 26 and what transitions do.

use crate::stage::{Case, run, same};

const OLD: &str = "resolve: When a request is received, the assignee must resolve it within 4 business hours; if \
                   reopened, it starts again.";
const SCRIPT: &str = "2026-01-12 14:00 request R1 is received; client C1
                      2026-01-13 09:30 request R2 is received; client C1
                      until 2026-01-13 09:45";

fn with(transition: &str, hours: &str) -> String {
    format!(
        "resolve: When a request is received, the assignee must resolve it within {hours}; if reopened, it starts \
         again.{transition}"
    )
}

fn check(later: &str, expected: &str) {
    let case = Case {
        rules: OLD,
        later: &[("2026-01-13", "1.1", later)],
        ..Case::default()
    };
    same(&run(&case, SCRIPT), expected);
}

#[test]
fn running_duties_keep_their_deadline_unless_the_version_says_otherwise() {
    check(
        &with("", "2 business hours"),
        "resolve R1: pending; opened Mon 2026-01-12 14:00, due Tue 2026-01-13 10:00
         resolve R2: pending; opened Tue 2026-01-13 09:30, due Tue 2026-01-13 11:30",
    );
}

#[test]
fn running_duties_take_the_new_deadline_where_stated_but_never_one_that_is_past() {
    check(
        &with(
            "\n\ntaking: From version 1.1, running duties under `resolve` take the new one.",
            "2 business hours",
        ),
        "resolve R1: pending; opened Mon 2026-01-12 14:00, due Tue 2026-01-13 10:00; re-based
         resolve R2: pending; opened Tue 2026-01-13 09:30, due Tue 2026-01-13 11:30",
    );
}

#[test]
fn running_duties_take_the_later_of_two_deadlines() {
    check(
        &with(
            "\n\ntaking: From version 1.1, running duties under `resolve` take the later one.",
            "6 business hours",
        ),
        "resolve R1: pending; opened Mon 2026-01-12 14:00, due Tue 2026-01-13 12:00; re-based
         resolve R2: pending; opened Tue 2026-01-13 09:30, due Tue 2026-01-13 15:30",
    );
    check(
        &with(
            "\n\ntaking: From version 1.1, running duties under `resolve` take the later one.",
            "2 business hours",
        ),
        "resolve R1: pending; opened Mon 2026-01-12 14:00, due Tue 2026-01-13 10:00
         resolve R2: pending; opened Tue 2026-01-13 09:30, due Tue 2026-01-13 11:30",
    );
}

#[test]
fn running_duties_end_where_the_version_ends_them() {
    check(
        &with(
            "\n\ntaking: From version 1.1, running duties under `resolve` end.",
            "2 business hours",
        ),
        "resolve R1: cancelled (version); opened Mon 2026-01-12 14:00, due Tue 2026-01-13 10:00
         resolve R2: pending; opened Tue 2026-01-13 09:30, due Tue 2026-01-13 11:30",
    );
}

#[test]
fn the_next_cycle_runs_under_the_version_in_force_then() {
    let case = Case {
        rules: OLD,
        later: &[("2026-01-13", "1.1", &with("", "2 business hours"))],
        ..Case::default()
    };
    let found = run(
        &case,
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00 request R1 is resolved
         2026-01-12 11:00 request R1 is closed
         2026-01-13 09:00 request R1 is reopened
         until 2026-01-13 09:30",
    );
    same(
        &found,
        "resolve R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00, done Mon 2026-01-12 10:00
         resolve R1 cycle 2: pending; opened Tue 2026-01-13 09:00, due Tue 2026-01-13 11:00",
    );
}
