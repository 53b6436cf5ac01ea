//! How long records are kept.

use crate::stage::{entries, verdicts};

const KEEP: &str = "keep: Keep requests for 1 year after the last one, then erase them.";

#[test]
fn a_client_s_records_are_kept_from_the_last_one() {
    verdicts(
        KEEP,
        "2024-01-10 09:00 request R1 is received; client C1
         2024-03-10 09:00 request R2 is received; client C1
         2024-05-10 09:00 request R3 is received; client C2
         until 2024-06-01 09:00",
        "keep C1: pending; opened Sun 2024-03-10 09:00, due Mon 2025-03-10 09:00
         keep C2: pending; opened Fri 2024-05-10 09:00, due Sat 2025-05-10 09:00",
    );
}

#[test]
fn the_system_erases_what_is_due() {
    entries(
        KEEP,
        "2024-01-10 09:00 request R1 is received; client C1
         2025-01-10 09:00 the requests of client C1 are erased; by the system
         2025-02-10 09:00 request R2 is received; client C1
         until 2026-03-01 09:00",
        "keep C1: met; opened Wed 2024-01-10 09:00, due Fri 2025-01-10 09:00, done Fri 2025-01-10 09:00; automatic
           Wed 2024-01-10 09:00 opened, due Fri 2025-01-10 09:00
           Fri 2025-01-10 09:00 met
         keep C1 cycle 2: overdue; opened Mon 2025-02-10 09:00, due Tue 2026-02-10 09:00
           Mon 2025-02-10 09:00 opened, due Tue 2026-02-10 09:00
           Tue 2026-02-10 09:00 breached",
    );
}

#[test]
fn what_is_kept_after_an_event_is_kept_record_by_record_and_outlives_its_case() {
    verdicts(
        "keep: Keep requests for 1 year after a request is closed, then erase them.",
        "2024-01-10 09:00 request R1 is received; client C1
         2024-01-10 09:00 request R2 is received; client C1
         2024-01-11 09:00 request R1 is closed
         2024-01-12 09:00 request R2 is closed
         2024-02-12 09:00 request R2 is reopened
         2024-02-13 09:00 request R2 is closed
         2025-01-11 08:00 request R1 is erased; by the system
         until 2025-01-20 09:00",
        "keep R1: met; opened Thu 2024-01-11 09:00, due Sat 2025-01-11 09:00, done Sat 2025-01-11 08:00; automatic
         keep R2: pending; opened Tue 2024-02-13 09:00, due Thu 2025-02-13 09:00",
    );
}

#[test]
fn a_legal_hold_stops_it_said_or_not() {
    entries(
        KEEP,
        "2024-01-10 09:00 request R1 is received; client C1
         2025-01-05 09:00 client C1 is put on legal hold
         2025-02-05 09:00 client C1 is released from legal hold
         until 2025-02-07 09:00",
        "keep C1: pending; opened Wed 2024-01-10 09:00, due Mon 2025-02-10 09:00
           Wed 2024-01-10 09:00 opened, due Fri 2025-01-10 09:00
           Sun 2025-01-05 09:00 paused
           Wed 2025-02-05 09:00 resumed, due Mon 2025-02-10 09:00",
    );
    verdicts(
        KEEP,
        "2024-01-10 09:00 request R1 is received; client C1
         2025-01-05 09:00 client C1 is put on legal hold
         until 2026-02-07 09:00",
        "keep C1: paused; opened Wed 2024-01-10 09:00, due Fri 2025-01-10 09:00",
    );
}
