//! Ladders and warnings: the worked values 33 to 35.

use crate::stage::{entries, verdicts};

const LADDER: &str = "acknowledge: When a request is received, the client service representative must acknowledge it \
                      within 1 business hour; 15 business minutes before, it warns the owner; otherwise it escalates \
                      to the account manager, and after 1 business hour to management.";

#[test]
fn each_level_fires_once_and_counts_from_the_deadline() {
    entries(
        LADDER,
        "2026-01-12 15:30 request R1 is received; client C1
         2026-01-13 09:45 request R1 is acknowledged",
        "acknowledge R1: met late; opened Mon 2026-01-12 15:30, due Mon 2026-01-12 16:30, done Tue 2026-01-13 09:45
           Mon 2026-01-12 15:30 opened, due Mon 2026-01-12 16:30
           Mon 2026-01-12 16:15 warned the owner
           Mon 2026-01-12 16:30 breached
           Mon 2026-01-12 16:30 escalated, level 1, to account manager
           Tue 2026-01-13 09:30 escalated, level 2, to management
           Tue 2026-01-13 09:45 met late
         acknowledge R1 level 1: met; opened Mon 2026-01-12 16:30, done Tue 2026-01-13 09:45
           Mon 2026-01-12 16:30 opened without a date
           Tue 2026-01-13 09:45 met
         acknowledge R1 level 2: met; opened Tue 2026-01-13 09:30, done Tue 2026-01-13 09:45
           Tue 2026-01-13 09:30 opened without a date
           Tue 2026-01-13 09:45 met",
    );
}

#[test]
fn what_is_done_in_time_escalates_to_nobody() {
    verdicts(
        LADDER,
        "2026-01-12 15:30 request R1 is received; client C1
         2026-01-12 16:00 request R1 is acknowledged
         until 2026-01-16 12:00",
        "acknowledge R1: met; opened Mon 2026-01-12 15:30, due Mon 2026-01-12 16:30, done Mon 2026-01-12 16:00",
    );
}

#[test]
fn whoever_is_absent_is_passed_over_and_the_record_says_so() {
    entries(
        LADDER,
        "person Anna: account manager; away 2026-01-12 to 2026-01-19
         2026-01-12 09:00 request R1 is received; client C1; account manager: Anna
         until 2026-01-12 10:30",
        "acknowledge R1: overdue; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 10:00
           Mon 2026-01-12 09:45 warned the owner
           Mon 2026-01-12 10:00 breached
           Mon 2026-01-12 10:00 escalated, level 1, to management, 1 passed over
         acknowledge R1 level 1: pending; opened Mon 2026-01-12 10:00
           Mon 2026-01-12 10:00 opened without a date",
    );
}

#[test]
fn levels_can_be_held_to_working_hours() {
    entries(
        "answer: When a request is received, the assignee must answer it within 2 hours; otherwise it escalates to \
         the account manager, and after 1 hour to management in working hours.",
        "2026-01-16 16:00 request R1 is received; client C1
         until 2026-01-19 12:00",
        "answer R1: overdue; opened Fri 2026-01-16 16:00, due Fri 2026-01-16 18:00
           Fri 2026-01-16 16:00 opened, due Fri 2026-01-16 18:00
           Fri 2026-01-16 18:00 breached
           Mon 2026-01-19 09:00 escalated, level 1, to account manager
           Mon 2026-01-19 09:00 escalated, level 2, to management
         answer R1 level 1: pending; opened Mon 2026-01-19 09:00
           Mon 2026-01-19 09:00 opened without a date
         answer R1 level 2: pending; opened Mon 2026-01-19 09:00
           Mon 2026-01-19 09:00 opened without a date",
    );
}

#[test]
fn a_breach_is_an_event_that_others_build_on() {
    verdicts(
        "resolve: When a request is received, the assignee must resolve it within 4 business hours.

         tell-late: When `resolve` is overdue, the assignee must update the client within 2 business hours.

         learn: When `resolve` is done, the account manager must review the client within 1 day.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 14:00 client C1 is updated; request R1
         2026-01-12 16:00 request R1 is resolved
         until 2026-01-12 17:00",
        "resolve R1: met late; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00, done Mon 2026-01-12 16:00
         tell-late R1: met; opened Mon 2026-01-12 13:00, due Mon 2026-01-12 15:00, done Mon 2026-01-12 14:00
         learn R1: pending; opened Mon 2026-01-12 16:00, due Tue 2026-01-13 16:00",
    );
}

#[test]
fn a_warning_that_was_due_before_the_opening_is_not_sent_late() {
    entries(
        "answer: When a request is received, the assignee must answer it within 1 business hour; 2 business hours \
         before, it warns the owner.",
        "2026-01-12 11:00 request R1 is received; client C1
         2026-01-12 11:30 request R1 is answered",
        "answer R1: met; opened Mon 2026-01-12 11:00, due Mon 2026-01-12 12:00, done Mon 2026-01-12 11:30
           Mon 2026-01-12 11:00 opened, due Mon 2026-01-12 12:00
           Mon 2026-01-12 11:30 met",
    );
}

#[test]
fn reassigning_moves_no_clock() {
    entries(
        "answer: When a request is received, the assignee must answer it within 4 business hours.",
        "2026-01-12 09:00 request R1 is received; client C1; assignee: Maria
         2026-01-12 11:00 request R1 is assigned; assignee: Tom
         2026-01-12 12:00 request R1 is answered; by Tom",
        "answer R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00, done Mon 2026-01-12 12:00
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 13:00
           Mon 2026-01-12 11:00 reassigned to Tom
           Mon 2026-01-12 12:00 met",
    );
}
