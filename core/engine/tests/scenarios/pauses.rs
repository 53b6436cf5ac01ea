//! Clocks that stand still: the worked values 14 to 19.

use crate::stage::{entries, verdicts};

const RESOLVE: &str = "resolve: When a request is received, the assignee must resolve it within 8 business hours, \
                       pausing while it waits for the client.";

#[test]
fn a_pause_without_working_time_moves_nothing() {
    verdicts(
        RESOLVE,
        "2026-01-12 13:00 request R1 is received; client C1
         2026-01-12 17:30 request R1 is set to wait for the client
         2026-01-13 08:30 the client writes again on request R1
         2026-01-13 13:00 request R1 is resolved",
        "resolve R1: met; opened Mon 2026-01-12 13:00, due Tue 2026-01-13 13:00, done Tue 2026-01-13 13:00",
    );
}

#[test]
fn a_pause_over_a_weekend_moves_the_deadline_by_its_working_time() {
    entries(
        RESOLVE,
        "2026-01-15 15:00 request R1 is received; client C1
         2026-01-16 14:00 request R1 is set to wait for the client
         2026-01-19 10:00 the client writes again on request R1
         2026-01-19 11:00 request R1 is resolved",
        "resolve R1: met; opened Thu 2026-01-15 15:00, due Mon 2026-01-19 11:00, done Mon 2026-01-19 11:00
           Thu 2026-01-15 15:00 opened, due Fri 2026-01-16 15:00
           Fri 2026-01-16 14:00 paused
           Mon 2026-01-19 10:00 resumed, due Mon 2026-01-19 11:00
           Mon 2026-01-19 11:00 met",
    );
}

#[test]
fn while_paused_nothing_is_breached_and_no_warning_goes_out() {
    entries(
        "resolve: When a request is received, the assignee must resolve it within 8 business hours, pausing while it \
         waits for the client; 2 business hours before, it warns the owner; otherwise it escalates to management.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00 request R1 is set to wait for the client
         until 2026-01-20 12:00",
        "resolve R1: paused; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 17:00
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 17:00
           Mon 2026-01-12 10:00 paused",
    );
}

#[test]
fn pauses_add_up_to_the_second() {
    // 20 seconds, and an hour that begins in the same minute: 2 states that overlap count once.
    verdicts(
        "resolve: When a request is received, the assignee must resolve it within 2 business hours, pausing while it \
         waits for the client or it waits for a third party.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00:05 request R1 is set to wait for the client
         2026-01-12 10:00:25 the client writes again on request R1
         2026-01-12 10:00:30 request R1 is set to wait for the client
         2026-01-12 10:00:40 request R1 is set to wait for a third party
         2026-01-12 10:30:30 the client writes again on request R1
         2026-01-12 11:00:30 the waiting of request R1 is ended
         2026-01-12 12:00:20 request R1 is resolved",
        "resolve R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 12:00:20, done Mon 2026-01-12 12:00:20",
    );
}

#[test]
fn an_elapsed_deadline_moves_by_the_time_on_the_clock() {
    verdicts(
        "resolve: When a request is received, the assignee must resolve it within 8 hours, pausing while it waits \
         for the client.",
        "2026-01-16 15:00 request R1 is received; client C1
         2026-01-16 16:00 request R1 is set to wait for the client
         2026-01-17 16:00 the client writes again on request R1
         2026-01-17 23:00 request R1 is resolved",
        "resolve R1: met; opened Fri 2026-01-16 15:00, due Sat 2026-01-17 23:00, done Sat 2026-01-17 23:00",
    );
}

#[test]
fn business_days_move_by_the_paused_working_time() {
    verdicts(
        "resolve: When a request is received, the assignee must resolve it within 2 business days, pausing while it \
         waits for the client.",
        "2026-01-12 10:00 request R1 is received; client C1
         2026-01-12 15:00 request R1 is set to wait for the client
         2026-01-13 10:00 the client writes again on request R1
         2026-01-14 13:00 request R1 is resolved",
        "resolve R1: met; opened Mon 2026-01-12 10:00, due Wed 2026-01-14 13:00, done Wed 2026-01-14 13:00",
    );
}

#[test]
fn a_pause_across_the_change_of_clocks_counts_real_time() {
    let case = crate::stage::Case {
        rules: "resolve: When a request is received, the assignee must resolve it within 30 hours, pausing while it \
                waits for the client.",
        calendar: Some(
            "zone = \"Europe/Berlin\"\n[hours]\nmonday = [\"09:00-17:00\"]\nfriday = [\"09:00-17:00\"]\n",
        ),
        ..crate::stage::Case::default()
    };
    let found = crate::stage::run(
        &case,
        "2026-03-28 12:00 request R1 is received; client C1
         2026-03-28 20:00 request R1 is set to wait for the client
         2026-03-29 06:00 the client writes again on request R1
         2026-03-30 04:00 request R1 is resolved",
    );
    // 30 hours around the clock are Sun 19:00 in summer time; the pause took 9 hours, not 10.
    crate::stage::same(
        &found,
        "resolve R1: met; opened Sat 2026-03-28 12:00, due Mon 2026-03-30 04:00, done Mon 2026-03-30 04:00",
    );
}

#[test]
fn a_pause_after_the_deadline_changes_nothing() {
    entries(
        "resolve: When a request is received, the assignee must resolve it within 1 business hour, pausing while it \
         waits for the client; otherwise it escalates to management, and after 2 business hours to quality control.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:30 request R1 is set to wait for the client
         2026-01-12 16:00 the client writes again on request R1
         2026-01-12 16:30 request R1 is resolved",
        "resolve R1: met late; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00, done Mon 2026-01-12 16:30
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 10:00
           Mon 2026-01-12 10:00 breached
           Mon 2026-01-12 10:00 escalated, level 1, to management
           Mon 2026-01-12 12:00 escalated, level 2, to quality control
           Mon 2026-01-12 16:30 met late
         resolve R1 level 1: met; opened Mon 2026-01-12 10:00, done Mon 2026-01-12 16:30
           Mon 2026-01-12 10:00 opened without a date
           Mon 2026-01-12 16:30 met
         resolve R1 level 2: met; opened Mon 2026-01-12 12:00, done Mon 2026-01-12 16:30
           Mon 2026-01-12 12:00 opened without a date
           Mon 2026-01-12 16:30 met",
    );
}

#[test]
fn a_date_set_by_hand_is_moved_by_nothing() {
    entries(
        RESOLVE,
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00 `T/resolve` of request R1 is due 2026-01-14 12:00
         2026-01-12 11:00 request R1 is set to wait for the client
         2026-01-13 11:00 the client writes again on request R1
         2026-01-14 12:00 request R1 is resolved",
        "resolve R1: met; opened Mon 2026-01-12 09:00, due Wed 2026-01-14 12:00, done Wed 2026-01-14 12:00; re-based
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 17:00
           Mon 2026-01-12 10:00 re-based from Mon 2026-01-12 17:00 to Wed 2026-01-14 12:00
           Mon 2026-01-12 11:00 paused
           Tue 2026-01-13 11:00 resumed, due Wed 2026-01-14 12:00
           Wed 2026-01-14 12:00 met",
    );
}

#[test]
fn waiting_for_the_client_does_not_stop_the_promise_of_updates() {
    verdicts(
        "resolve: When a request is received, the assignee must resolve it within 8 business hours, pausing while it \
         waits for the client.

         updates: Every 1 business day since the last update, for each request, while it is unresolved, the assignee \
         must update the client.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00 request R1 is set to wait for the client
         until 2026-01-13 12:00",
        "resolve R1: paused; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 17:00
         updates R1: overdue; opened Mon 2026-01-12 09:00, due Tue 2026-01-13 09:00",
    );
}
