//! What documents owe: their own review, and reports.

use crate::stage::{Case, entries, run, same, verdicts};

const RULE: &str =
    "resolve: When a request is received, the assignee must resolve it within 4 business hours.";

#[test]
fn a_document_owes_its_review_so_long_after_the_last_one() {
    verdicts(
        RULE,
        "documents are reviewed
         2024-01-10 09:00 client C1 is added
         2024-11-10 09:00 this SOP is reviewed; SOP X
         2024-12-10 09:00 this SOP is reviewed; SOP T
         until 2025-12-20 09:00",
        "review company: met; opened Wed 2024-01-10 09:00, due Fri 2025-01-10 09:00, done Tue 2024-12-10 09:00
         review company cycle 2: overdue; opened Tue 2024-12-10 09:00, due Wed 2025-12-10 09:00",
    );
}

#[test]
fn an_approval_counts_as_the_last_review() {
    verdicts(
        RULE,
        "documents are reviewed
         2024-01-10 09:00 client C1 is added
         2024-06-10 09:00 version V2 is approved; SOP T
         2024-07-10 09:00 version V3 is approved; SOP X
         until 2024-07-20 09:00",
        "review company: cancelled (restarted); opened Wed 2024-01-10 09:00, due Fri 2025-01-10 09:00
         review company cycle 2: pending; opened Mon 2024-06-10 09:00, due Tue 2025-06-10 09:00",
    );
}

#[test]
fn a_log_that_tells_nothing_of_documents_owes_no_reviews() {
    verdicts(
        RULE,
        "2024-01-10 09:00 client C1 is added
         until 2026-07-20 09:00",
        "",
    );
}

const REPORTS: &str = "figures: Every month, management receives \"Interactions, sales and feedback\" from the SOP \
                       supervisor within 5 business days.

                       trends: Every quarter, management receives \"Trends\" within 10 business days.";

#[test]
fn a_report_is_met_by_its_own_delivery_automatic_too() {
    verdicts(
        REPORTS,
        "2026-01-12 09:00 client C1 is added
         2026-02-02 09:00 report \"Interactions, sales and feedback\" is delivered; by the system
         2026-03-10 09:00 report \"Interactions, sales and feedback\" is sent
         2026-04-02 09:00 report \"Trends\" is sent
         until 2026-04-03 09:00",
        "figures company: met; opened Sun 2026-02-01 00:00, due Mon 2026-02-09 09:00, done Mon 2026-02-02 09:00; automatic
         figures company cycle 2: met late; opened Sun 2026-03-01 00:00, due Mon 2026-03-09 09:00, done Tue 2026-03-10 09:00
         figures company cycle 3: pending; opened Wed 2026-04-01 00:00, due Wed 2026-04-08 09:00
         trends company: met; opened Wed 2026-04-01 00:00, due Wed 2026-04-15 09:00, done Thu 2026-04-02 09:00",
    );
}

#[test]
fn the_report_of_one_period_is_owed_beside_that_of_the_next() {
    entries(
        "figures: Every month, management receives \"Figures\" within 5 business days.",
        "2026-01-12 09:00 client C1 is added
         2026-03-10 09:00 report \"Figures\" is sent
         until 2026-03-11 09:00",
        "figures company: met late; opened Sun 2026-02-01 00:00, due Mon 2026-02-09 09:00, done Tue 2026-03-10 09:00
           Sun 2026-02-01 00:00 opened, due Mon 2026-02-09 09:00
           Mon 2026-02-09 09:00 breached
           Tue 2026-03-10 09:00 met late
         figures company cycle 2: met late; opened Sun 2026-03-01 00:00, due Mon 2026-03-09 09:00, done Tue 2026-03-10 09:00
           Sun 2026-03-01 00:00 opened, due Mon 2026-03-09 09:00
           Mon 2026-03-09 09:00 breached
           Tue 2026-03-10 09:00 met late",
    );
}

#[test]
fn a_new_version_that_takes_effect_has_been_approved() {
    let case = Case {
        rules: RULE,
        later: &[("2024-06-10", "1.1", RULE)],
        ..Case::default()
    };
    let found = run(
        &case,
        "documents are reviewed
         2024-01-10 09:00 client C1 is added
         until 2024-07-20 09:00",
    );
    same(
        &found,
        "review company: cancelled (restarted); opened Wed 2024-01-10 09:00, due Fri 2025-01-10 09:00
         review company cycle 2: pending; opened Mon 2024-06-10 00:00, due Tue 2025-06-10 00:00",
    );
}
