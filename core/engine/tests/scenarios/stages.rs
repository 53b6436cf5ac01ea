//! Stages: entered by their events, in order.

use crate::stage::verdicts;

const JOURNEY: &str = "Table 4: The journey

| stage | entered when | needs |
| --- | --- | --- |
| needs assessment | a client is added | a logged call and expected engagement |
| agreement | a sale is made | |

journey: A client goes through the stages in table 4 in order; going back needs a reason.

thank: When a client's stage becomes agreement, the account manager must contact the client within 2 business days.";

#[test]
fn a_stage_is_entered_once_the_one_before_has_what_it_needs() {
    verdicts(
        JOURNEY,
        "2026-01-12 09:00 client C1 is added
         2026-01-12 10:00 sale S1 is made; client C1
         2026-01-13 09:00 client C1: expected engagement = high
         2026-01-13 10:00 sale S2 is made; client C1
         2026-01-13 11:00 client C1 is contacted; with a logged call
         2026-01-14 10:00 sale S3 is made; client C1
         until 2026-01-14 11:00",
        "thank C1: pending; opened Wed 2026-01-14 10:00, due Fri 2026-01-16 10:00",
    );
}

#[test]
fn a_stage_may_be_set_by_hand() {
    verdicts(
        JOURNEY,
        "2026-01-12 09:00 client C1 is added
         2026-01-12 10:00 client C1: stage = agreement
         until 2026-01-12 11:00",
        "thank C1: pending; opened Mon 2026-01-12 10:00, due Wed 2026-01-14 10:00",
    );
}
