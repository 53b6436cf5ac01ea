//! Rhythms and progress.

use crate::stage::verdicts;

const FOLLOW_UP: &str = "follow-up-rhythm: Every 90 days, or the client's preferred rhythm, since the last follow-up, \
                         for each client, while the client is in ongoing support, the salesperson must follow up with \
                         the client.";

#[test]
fn the_act_meets_a_rhythm_and_the_next_cycle_runs_from_it() {
    verdicts(
        FOLLOW_UP,
        "2026-01-01 10:00 client C1 is handed over to ongoing support
         2026-03-01 10:00 client C1 is followed up
         2026-06-10 10:00 client C1 is followed up
         until 2026-06-11 10:00",
        "follow-up-rhythm C1: met; opened Thu 2026-01-01 10:00, due Wed 2026-04-01 10:00, done Sun 2026-03-01 10:00
         follow-up-rhythm C1 cycle 2: met late; opened Sun 2026-03-01 10:00, due Sat 2026-05-30 10:00, done Wed 2026-06-10 10:00
         follow-up-rhythm C1 cycle 3: pending; opened Wed 2026-06-10 10:00, due Tue 2026-09-08 10:00",
    );
}

#[test]
fn a_rhythm_ends_with_its_condition_and_begins_whole_when_it_is_back() {
    verdicts(
        FOLLOW_UP,
        "2026-01-01 10:00 client C1 is handed over to ongoing support
         2026-02-01 10:00 client C1 is archived
         until 2026-06-11 10:00",
        "follow-up-rhythm C1: cancelled (condition); opened Thu 2026-01-01 10:00, due Wed 2026-04-01 10:00",
    );
}

#[test]
fn the_anchor_without_the_act_restarts_the_rhythm() {
    verdicts(
        "check: Every 10 days since the last contact, for each client, the account manager must review the client.",
        "2026-01-01 10:00 client C1 is added
         2026-01-05 10:00 client C1 is contacted
         2026-01-20 10:00 client C1 is contacted
         2026-01-22 10:00 client C1 is reviewed
         until 2026-01-23 10:00",
        "check C1: cancelled (restarted); opened Thu 2026-01-01 10:00, due Sun 2026-01-11 10:00
         check C1 cycle 2: missed; opened Mon 2026-01-05 10:00, due Thu 2026-01-15 10:00
         check C1 cycle 3: met; opened Tue 2026-01-20 10:00, due Fri 2026-01-30 10:00, done Thu 2026-01-22 10:00
         check C1 cycle 4: pending; opened Thu 2026-01-22 10:00, due Sun 2026-02-01 10:00",
    );
}

#[test]
fn a_changed_preference_re_bases_the_rhythm() {
    verdicts(
        FOLLOW_UP,
        "2026-01-01 10:00 client C1 is handed over to ongoing support
         2026-01-10 10:00 client C1: preferred rhythm = 30 days
         until 2026-01-11 10:00",
        "follow-up-rhythm C1: pending; opened Thu 2026-01-01 10:00, due Sat 2026-01-31 10:00; re-based",
    );
}

#[test]
fn a_calendar_rhythm_opens_with_each_period_even_when_one_is_overdue() {
    verdicts(
        "review-figures: Every month, the SOP supervisor must review the figures within 10 business days.",
        "2026-01-05 09:00 request R1 is received; client C1
         2026-03-05 09:00 the figures are reviewed
         until 2026-03-10 09:00",
        "review-figures company: met late; opened Sun 2026-02-01 00:00, due Mon 2026-02-16 09:00, done Thu 2026-03-05 09:00
         review-figures company cycle 2: met; opened Sun 2026-03-01 00:00, due Mon 2026-03-16 09:00, done Thu 2026-03-05 09:00",
    );
}

#[test]
fn progress_fires_once_also_by_a_jump() {
    verdicts(
        "half: When a project is half done, the account manager must ask the client for feedback within 3 business days.",
        "2026-01-05 09:00 project P1 is started; client C1; progress = 10 %
         2026-01-12 09:00 project P1: progress = 70 %
         2026-01-13 09:00 project P1: progress = 40 %
         2026-01-14 09:00 project P1: progress = 60 %
         2026-01-14 10:00 client C1 is asked for feedback; project P1",
        "half P1: met; opened Mon 2026-01-12 09:00, due Thu 2026-01-15 09:00, done Wed 2026-01-14 10:00",
    );
}

#[test]
fn a_defined_state_follows_its_window() {
    verdicts(
        "active: A client is active if a sale has been made in the last 3 months.

         check: Every 10 days since the last contact, for each client, while the client is active, the account \
         manager must contact the client.",
        "2026-01-01 10:00 sale S1 is made; client C1
         2026-03-30 10:00 client C1 is contacted
         until 2026-06-01 10:00",
        "check C1: met late; opened Thu 2026-01-01 10:00, due Sun 2026-01-11 10:00, done Mon 2026-03-30 10:00
         check C1 cycle 2: cancelled (condition); opened Mon 2026-03-30 10:00, due Thu 2026-04-09 10:00",
    );
}

#[test]
fn a_tier_given_by_a_table_moves_what_reads_it() {
    verdicts(
        "Table 5: Tiers

| annual revenue | **tier** |
| --- | --- |
| below 1,000 | Bronze |
| at least 1,000 | Gold |

tier: A client's tier is given by table 5.

resolve: When a request is received, if the client is Gold, the assignee must resolve it within 4 business hours.",
        "2026-01-12 08:00 client C1 is added; annual revenue = 10
         2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00 client C1: annual revenue = 2,000
         until 2026-01-12 11:00",
        "resolve R1: pending; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00",
    );
}
