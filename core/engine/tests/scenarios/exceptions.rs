//! Exceptions: written, nested, granted.

use crate::stage::{entries, verdicts};

const RULES: &str = "first-contact: When a sale is made, the salesperson must contact the client within 3 business days.

platinum-contact: Exception to `first-contact`: if the client is Platinum, within 4 business hours.

sensitive-contact: Exception to `first-contact`, over `platinum-contact`: if the sale is sensitive, the sales manager must do it.

gold-hour: Exception to `platinum-contact`: if its amount is above 100,000, within 1 business hour.";

#[test]
fn the_strongest_exception_wins_whole_and_an_inner_one_inside_its_parent() {
    verdicts(
        RULES,
        "2026-01-12 09:00 sale S1 is made; client C1; tier = Gold; sensitive = no; amount = 5
         2026-01-12 09:00 sale S2 is made; client C2; client's tier = Platinum; sensitive = no; amount = 5
         2026-01-12 09:00 sale S3 is made; client C3; tier = Platinum; sensitive = yes; amount = 200,000
         2026-01-12 09:00 sale S4 is made; client C4; tier = Platinum; sensitive = no; amount = 200,000
         2026-01-12 09:00 sale S5 is made; client C5; tier = Gold; amount = 200,000
         until 2026-01-12 09:30",
        "first-contact S1: pending; opened Mon 2026-01-12 09:00, due Thu 2026-01-15 09:00
         first-contact S2: pending; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00; exception platinum-contact
         first-contact S3: pending; opened Mon 2026-01-12 09:00, due Thu 2026-01-15 09:00; exception sensitive-contact
         first-contact S4: pending; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00; exception gold-hour
         first-contact S5: pending; opened Mon 2026-01-12 09:00, due Thu 2026-01-15 09:00; exception unknown",
    );
}

#[test]
fn an_exception_is_live() {
    entries(
        RULES,
        "2026-01-12 09:00 sale S1 is made; client C1; tier = Gold; sensitive = no; amount = 5
         2026-01-12 10:00 client C1: tier = Platinum
         until 2026-01-12 11:00",
        "first-contact S1: pending; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00; exception platinum-contact; re-based
           Mon 2026-01-12 09:00 opened, due Thu 2026-01-15 09:00
           Mon 2026-01-12 10:00 re-based from Thu 2026-01-15 09:00 to Mon 2026-01-12 13:00",
    );
}

#[test]
fn a_granted_exception_excuses_also_after_the_breach() {
    entries(
        "resolve: When a request is received, the assignee must resolve it within 4 business hours.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 15:00 `T/resolve` of request R1 is waived
         until 2026-01-12 16:00",
        "resolve R1: excused; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 13:00
           Mon 2026-01-12 13:00 breached
           Mon 2026-01-12 15:00 excused",
    );
}

#[test]
fn a_granted_time_is_reckoned_from_the_original_start_and_holds_for_all_cases_of_a_client() {
    verdicts(
        "resolve: When a request is received, the assignee must resolve it within 4 business hours.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00 `T/resolve` of client C1 has 6 business hours; until 2026-01-13 09:00
         2026-01-12 11:00 request R2 is received; client C1
         2026-01-13 10:00 request R3 is received; client C1
         until 2026-01-13 10:30",
        "resolve R1: overdue; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 15:00; re-based
         resolve R2: overdue; opened Mon 2026-01-12 11:00, due Mon 2026-01-12 17:00
         resolve R3: pending; opened Tue 2026-01-13 10:00, due Tue 2026-01-13 14:00",
    );
}

#[test]
fn an_exception_may_say_that_there_is_no_duty() {
    verdicts(
        "resolve: When a request is received, the assignee must resolve it within 4 business hours.

         no-platinum: Exception to `resolve`: if the client is Platinum, it does not apply.",
        "2026-01-12 09:00 request R1 is received; client C1; tier = Platinum
         2026-01-12 09:00 request R2 is received; client C2; tier = Gold
         2026-01-12 10:00 client C2: tier = Platinum
         until 2026-01-13 10:30",
        "resolve R2: cancelled (condition); opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00",
    );
}
