//! Facts that change, cases that reopen, merge and split: the worked values 28 to 31 and the hard cases.

use crate::stage::{entries, verdicts};

const BY_TIER: &str = "Table 6: Time to resolve

| tier | **time** |
| --- | --- |
| Platinum | 2 business hours |
| Gold | 4 business hours |
| Silver | 8 business hours |
| Bronze | 24 business hours |

resolve: When a request is received, the assignee must resolve it within the time in table 6, pausing while it waits for the client.";

#[test]
fn a_tier_that_rises_in_time_is_reckoned_from_the_original_start() {
    entries(
        BY_TIER,
        "2026-01-12 09:00 request R1 is received; client C1; tier = Gold
         2026-01-12 10:00 client C1: tier = Platinum
         2026-01-12 11:00 request R1 is resolved",
        "resolve R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 11:00, done Mon 2026-01-12 11:00; re-based
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 13:00
           Mon 2026-01-12 10:00 re-based from Mon 2026-01-12 13:00 to Mon 2026-01-12 11:00
           Mon 2026-01-12 11:00 met",
    );
}

#[test]
fn a_tier_that_rises_too_late_breaches_nothing() {
    // 3 hours gone: 2 business hours from the start are past, so the earlier of 13:00 and now + 2 hours.
    entries(
        BY_TIER,
        "2026-01-12 09:00 request R1 is received; client C1; tier = Gold
         2026-01-12 12:00 client C1: tier = Platinum
         2026-01-12 13:00 request R1 is resolved",
        "resolve R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00, done Mon 2026-01-12 13:00; re-based
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 13:00
           Mon 2026-01-12 12:00 re-based from Mon 2026-01-12 13:00 to Mon 2026-01-12 13:00
           Mon 2026-01-12 13:00 met",
    );
}

#[test]
fn a_new_span_from_now_counts_where_it_ends_before_the_old_deadline() {
    verdicts(
        BY_TIER,
        "2026-01-12 09:00 request R1 is received; client C1; tier = Bronze
         2026-01-12 14:00 client C1: tier = Platinum
         until 2026-01-12 15:00",
        "resolve R1: pending; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 16:00; re-based",
    );
}

#[test]
fn a_pause_is_carried_over_when_the_deadline_is_re_based() {
    entries(
        BY_TIER,
        "2026-01-12 09:00 request R1 is received; client C1; tier = Silver
         2026-01-12 10:00 request R1 is set to wait for the client
         2026-01-12 11:00 the client writes again on request R1
         2026-01-12 11:30 request R1 is set to wait for the client
         2026-01-12 12:30 client C1: tier = Gold
         2026-01-12 13:30 the client writes again on request R1
         2026-01-12 16:00 request R1 is resolved",
        "resolve R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 16:00, done Mon 2026-01-12 16:00; re-based
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 17:00
           Mon 2026-01-12 10:00 paused
           Mon 2026-01-12 11:00 resumed, due Tue 2026-01-13 10:00
           Mon 2026-01-12 11:30 paused
           Mon 2026-01-12 12:30 re-based from Tue 2026-01-13 10:00 to Mon 2026-01-12 15:00
           Mon 2026-01-12 13:30 resumed, due Mon 2026-01-12 16:00
           Mon 2026-01-12 16:00 met",
    );
}

#[test]
fn a_condition_that_turns_false_cancels_before_the_deadline_and_misses_after_it() {
    verdicts(
        "urgent: When a request is received, if its priority is urgent, the assignee must resolve it within 4 \
         business hours.",
        "2026-01-12 09:00 request R1 is received; client C1; priority = urgent
         2026-01-12 09:00 request R2 is received; client C1; priority = urgent
         2026-01-12 10:00 request R1: priority = low
         2026-01-12 15:00 request R2: priority = low
         until 2026-01-12 17:00",
        "urgent R1: cancelled (condition); opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00
         urgent R2: missed; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00",
    );
}

#[test]
fn a_condition_that_turns_true_later_opens_with_the_original_start() {
    verdicts(
        "urgent: When a request is received, if its priority is urgent, the assignee must resolve it within 4 \
         business hours.",
        "2026-01-12 09:00 request R1 is received; client C1; priority = low
         2026-01-12 09:00 request R2 is received; client C1; priority = low
         2026-01-12 10:00 request R1: priority = urgent
         2026-01-12 15:00 request R2: priority = urgent
         until 2026-01-12 15:30",
        "urgent R1: overdue; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00
         urgent R2: pending; opened Mon 2026-01-12 09:00, due Tue 2026-01-13 11:00; re-based",
    );
}

#[test]
fn an_unknown_fact_stops_judgement_until_it_is_known() {
    let rules = BY_TIER;
    verdicts(
        rules,
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 16:00 client C1: tier = Platinum
         until 2026-01-12 16:30",
        "resolve R1: pending; opened Mon 2026-01-12 09:00, due Tue 2026-01-13 10:00; re-based",
    );
    verdicts(
        rules,
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:30 request R1 is resolved
         2026-01-12 16:00 client C1: tier = Platinum
         until 2026-01-12 16:30",
        "resolve R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 11:00, done Mon 2026-01-12 10:30; re-based",
    );
    verdicts(
        rules,
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 16:00 request R1 is closed",
        "resolve R1: cannot be judged (tier unknown); opened Mon 2026-01-12 09:00",
    );
}

#[test]
fn what_is_not_live_is_judged_once() {
    verdicts(
        "call: When a request is received, if its channel is phone, the assignee must resolve it within 4 business \
         hours.

         was: When a request is received, if the client was Platinum, the assignee must resolve it within 5 business \
         hours.",
        "2026-01-12 09:00 request R1 is received; client C1; channel = phone; tier = Platinum
         2026-01-12 10:00 request R1: channel = email
         2026-01-12 10:00 client C1: tier = Bronze
         until 2026-01-12 11:00",
        "call R1: pending; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00
         was R1: pending; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 14:00",
    );
}

#[test]
fn unless_wins_over_pausing() {
    verdicts(
        "resolve: When a request is received, the assignee must resolve it within 4 business hours, pausing while it \
         waits for the client, unless it waits for the client.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00 request R1 is set to wait for the client
         until 2026-01-12 11:00",
        "resolve R1: cancelled (condition); opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00",
    );
}

#[test]
fn reopening_starts_only_what_says_so_and_the_first_verdict_stays() {
    verdicts(
        "acknowledge: When a request is received, the client service representative must acknowledge it within 1 \
         business hour.

         again: When a request is received, the assignee must resolve it within 4 business hours; if reopened, it \
         starts again.

         on: When a request is received, the account manager must resolve it within 8 business hours; if reopened, \
         it goes on.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 11:00 request R1 is acknowledged
         2026-01-12 14:00 request R1 is resolved
         2026-01-12 15:00 request R1 is closed
         2026-01-13 10:00 request R1 is reopened
         until 2026-01-13 10:30",
        "acknowledge R1: met late; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00, done Mon 2026-01-12 11:00
         again R1: met late; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00, done Mon 2026-01-12 14:00
         on R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 17:00, done Mon 2026-01-12 14:00
         again R1 cycle 2: pending; opened Tue 2026-01-13 10:00, due Tue 2026-01-13 14:00
         on R1 cycle 2: pending; opened Tue 2026-01-13 10:00, due Tue 2026-01-13 13:00",
    );
}

#[test]
fn a_duty_that_goes_on_without_time_left_has_a_tenth_of_its_span() {
    verdicts(
        "on: When a request is received, the assignee must resolve it within 5 business hours; if reopened, it goes \
         on.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 15:00 request R1 is resolved
         2026-01-12 16:00 request R1 is closed
         2026-01-13 10:00 request R1 is reopened
         until 2026-01-13 10:15",
        "on R1: met late; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 14:00, done Mon 2026-01-12 15:00
         on R1 cycle 2: pending; opened Tue 2026-01-13 10:00, due Tue 2026-01-13 10:30; re-based",
    );
}

#[test]
fn thanks_after_resolution_reopens_nothing() {
    verdicts(
        "again: When a request is received, the assignee must resolve it within 4 business hours; if reopened, it \
         starts again.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00 request R1 is resolved
         2026-01-12 11:00 the client writes again on request R1
         until 2026-01-13 17:00",
        "again R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00, done Mon 2026-01-12 10:00",
    );
}

#[test]
fn merging_keeps_the_earlier_deadline_with_its_own_opening() {
    verdicts(
        "resolve: When a request is received, the assignee must resolve it within 8 business hours.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 11:00 request R2 is received; client C1
         2026-01-12 12:00 request R1 is merged into R2
         2026-01-12 16:00 request R2 is resolved",
        "resolve R2: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 17:00, done Mon 2026-01-12 16:00
         resolve R2: cancelled (void); opened Mon 2026-01-12 11:00, due Tue 2026-01-13 11:00",
    );
    verdicts(
        "resolve: When a request is received, the assignee must resolve it within 8 business hours.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 11:00 request R2 is received; client C1
         2026-01-12 12:00 request R2 is merged into R1
         until 2026-01-12 16:00",
        "resolve R1: pending; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 17:00
         resolve R2: cancelled (void); opened Mon 2026-01-12 11:00, due Tue 2026-01-13 11:00",
    );
}

#[test]
fn a_split_case_triggers_at_the_split() {
    verdicts(
        "resolve: When a request is received, the assignee must resolve it within 8 business hours.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 12:00 request R2 is split from R1; client C1
         until 2026-01-12 16:00",
        "resolve R1: pending; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 17:00
         resolve R2: pending; opened Mon 2026-01-12 12:00, due Tue 2026-01-13 12:00",
    );
}

#[test]
fn an_anchor_that_has_not_happened_leaves_the_duty_without_a_date() {
    let rules = "notice: When a request is received, the assignee must resolve it within 2 business hours after it \
                 is assigned.";
    entries(
        rules,
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 11:00 request R1 is assigned
         2026-01-12 13:00 request R1 is resolved",
        "notice R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00, done Mon 2026-01-12 13:00
           Mon 2026-01-12 09:00 opened without a date
           Mon 2026-01-12 11:00 re-based from no date to Mon 2026-01-12 13:00
           Mon 2026-01-12 13:00 met",
    );
    verdicts(
        rules,
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-30 13:00 request R1 is closed",
        "notice R1: missed; opened Mon 2026-01-12 09:00",
    );
}

#[test]
fn a_duty_by_a_date_is_due_at_the_closing_of_that_day() {
    verdicts(
        "update: When a request is received, the assignee must update the client by its next update time.",
        "2026-01-12 09:00 request R1 is received; client C1; next update time = 2026-01-13 15:00
         2026-01-13 10:00 request R1: next update time = 2026-01-13 12:00
         until 2026-01-13 10:30",
        "update R1: pending; opened Mon 2026-01-12 09:00, due Tue 2026-01-13 12:00; re-based",
    );
}
