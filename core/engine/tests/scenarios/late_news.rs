//! Late news and undo: the worked value 32 and the hard cases about them.

use crate::stage::{entries, verdicts};

const CALL: &str = "call: When a request is received, the assignee must contact the client within 2 business hours; \
                    otherwise it escalates to management.";

#[test]
fn a_call_typed_in_later_is_judged_when_it_happened() {
    entries(
        CALL,
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00 client C1 is contacted; request R1; recorded 2026-01-12 14:00
         until 2026-01-12 16:00",
        "call R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 11:00, done Mon 2026-01-12 10:00; corrected
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 11:00
           Mon 2026-01-12 11:00 breached
           Mon 2026-01-12 11:00 escalated, level 1, to management
           Mon 2026-01-12 14:00 corrected from overdue to met
         call R1 level 1: met; opened Mon 2026-01-12 11:00, done Mon 2026-01-12 10:00; corrected
           Mon 2026-01-12 11:00 opened without a date
           Mon 2026-01-12 14:00 corrected from pending to met",
    );
}

#[test]
fn what_is_recorded_more_than_a_business_day_late_is_marked() {
    verdicts(
        CALL,
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00 client C1 is contacted; request R1; recorded 2026-01-13 10:01
         until 2026-01-13 16:00",
        "call R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 11:00, done Mon 2026-01-12 10:00; corrected; recorded late
         call R1 level 1: met; opened Mon 2026-01-12 11:00, done Mon 2026-01-12 10:00; corrected",
    );
}

#[test]
fn a_closing_that_is_undone_is_judged_as_if_it_had_not_been() {
    entries(
        "resolve: When a request is received, the assignee must resolve it within 4 business hours.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00 request R1 is closed
         2026-01-12 11:00 line 2 is undone
         2026-01-12 12:00 request R1 is resolved",
        "resolve R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00, done Mon 2026-01-12 12:00; corrected
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 13:00
           Mon 2026-01-12 10:00 missed
           Mon 2026-01-12 11:00 corrected from missed to pending
           Mon 2026-01-12 12:00 met",
    );
}

#[test]
fn an_undone_opening_withdraws_the_duty() {
    verdicts(
        "resolve: When a request is received, the assignee must resolve it within 4 business hours.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 11:00 line 1 is undone",
        "resolve R1: cancelled (withdrawn); opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00; corrected",
    );
}
