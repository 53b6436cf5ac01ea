//! Clocks that stand still: the worked values 14 to 19.

use crate::common::{entries, verdicts};

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
