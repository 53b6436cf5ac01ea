//! Procedures: whose turn it is, what counts before it, what is not needed.

use crate::stage::verdicts;

const ONBOARDING: &str = "onboarding: Procedure \"Onboarding\" starts when an agreement is signed, for its project:
1. `welcome`
2. `discovery`
3. At the same time, `specialist`
4. `kick-off`, if the client is new: the onboarding specialist must hold the kick-off meeting within 10 business days
5. After `discovery`, `intake`

welcome: As a step, the client relations manager must send the welcome email within 1 business day.

discovery: As a step, the onboarding specialist must schedule the discovery call within 2 business days.

specialist: As a step, the client relations manager must assign an onboarding specialist to the project within 1 business day.

intake: As a step, the onboarding specialist must send the intake form within 1 business day.";

#[test]
fn a_step_opens_when_those_before_it_are_done() {
    verdicts(
        ONBOARDING,
        "2026-01-12 09:00 agreement A1 is signed; client C1; project P1; new = yes
         2026-01-12 15:00 the welcome email of project P1 is sent
         2026-01-13 10:00 an onboarding specialist is assigned to project P1
         2026-01-14 10:00 the discovery call of project P1 is scheduled
         until 2026-01-14 12:00",
        "welcome P1: met; opened Mon 2026-01-12 09:00, due Tue 2026-01-13 09:00, done Mon 2026-01-12 15:00
         discovery P1: met; opened Mon 2026-01-12 15:00, due Wed 2026-01-14 15:00, done Wed 2026-01-14 10:00
         specialist P1: met; opened Mon 2026-01-12 15:00, due Tue 2026-01-13 15:00, done Tue 2026-01-13 10:00
         intake P1: pending; opened Wed 2026-01-14 10:00, due Thu 2026-01-15 10:00
         kick-off P1: pending; opened Wed 2026-01-14 10:00, due Wed 2026-01-28 10:00",
    );
}

#[test]
fn what_is_done_before_its_turn_counts_and_what_is_not_needed_is_passed() {
    verdicts(
        ONBOARDING,
        "2026-01-12 09:00 agreement A1 is signed; client C1; project P1; new = no
         2026-01-12 10:00 an onboarding specialist is assigned to project P1
         2026-01-12 15:00 the welcome email of project P1 is sent
         2026-01-14 10:00 the discovery call of project P1 is scheduled
         until 2026-01-14 12:00",
        "welcome P1: met; opened Mon 2026-01-12 09:00, due Tue 2026-01-13 09:00, done Mon 2026-01-12 15:00
         discovery P1: met; opened Mon 2026-01-12 15:00, due Wed 2026-01-14 15:00, done Wed 2026-01-14 10:00
         specialist P1: met; opened Mon 2026-01-12 15:00, due Tue 2026-01-13 15:00, done Mon 2026-01-12 10:00
         intake P1: pending; opened Wed 2026-01-14 10:00, due Thu 2026-01-15 10:00
         kick-off P1: cancelled (not needed); opened Wed 2026-01-14 10:00",
    );
}
