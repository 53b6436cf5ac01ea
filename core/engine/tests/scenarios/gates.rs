//! Gates and permissions.

use crate::stage::verdicts;

const CLOSE: &str = "close: A request must not be closed until the client confirms the resolution, or 5 business days \
                     pass after the closing notice without an answer from the client.

may-close: Management may close a request, with a reason, despite `close`.";

#[test]
fn a_gate_counts_each_act() {
    verdicts(
        CLOSE,
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 09:00 request R2 is received; client C1
         2026-01-12 09:00 request R3 is received; client C1
         2026-01-12 09:00 request R4 is received; client C1
         2026-01-12 10:00 the client confirms the resolution of request R1
         2026-01-12 10:00 the closing notice of request R2 is sent
         2026-01-12 10:00 the closing notice of request R3 is sent
         2026-01-13 10:00 the client writes again on request R3
         2026-01-19 10:00 request R1 is closed
         2026-01-19 10:00 request R2 is closed
         2026-01-19 10:00 request R3 is closed
         2026-01-19 10:00 request R4 is closed",
        "close R1: met; opened Mon 2026-01-19 10:00
         close R2: met; opened Mon 2026-01-19 10:00
         close R3: missed; opened Mon 2026-01-19 10:00
         close R4: missed; opened Mon 2026-01-19 10:00",
    );
}

#[test]
fn a_confirmation_before_the_last_reopening_does_not_open_the_gate() {
    verdicts(
        CLOSE,
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00 the client confirms the resolution of request R1
         2026-01-12 11:00 request R1 is closed
         2026-01-13 09:00 request R1 is reopened
         2026-01-13 10:00 request R1 is closed",
        "close R1: met; opened Mon 2026-01-12 11:00
         close R1: missed; opened Tue 2026-01-13 10:00",
    );
}

#[test]
fn a_permission_excuses_with_its_proof() {
    verdicts(
        CLOSE,
        "person Mia: management
         person Tom: technical support
         2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 09:00 request R2 is received; client C1
         2026-01-12 09:00 request R3 is received; client C1
         2026-01-12 11:00 request R1 is closed; by Mia; with reason
         2026-01-12 11:00 request R2 is closed; by Mia
         2026-01-12 11:00 request R3 is closed; by Tom; with reason",
        "close R1: excused; opened Mon 2026-01-12 11:00
         close R2: missed; opened Mon 2026-01-12 11:00
         close R3: missed; opened Mon 2026-01-12 11:00",
    );
}
