//! What begins a clock and what ends it: the worked values 11 and 20 to 25, proof, doers, channels.

use crate::stage::{entries, verdicts};

#[test]
fn met_exactly_at_the_deadline_is_met_and_a_second_later_is_late() {
    verdicts(
        "acknowledge: When a request is received, the client service representative must acknowledge it within 1 \
         business hour.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 09:00 request R2 is received; client C1
         2026-01-12 10:00 request R1 is acknowledged
         2026-01-12 10:00:01 request R2 is acknowledged",
        "acknowledge R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00, done Mon 2026-01-12 10:00
         acknowledge R2: met late; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00, done Mon 2026-01-12 10:00:01",
    );
}

#[test]
fn answered_outside_hours_before_the_next_opening_is_met() {
    verdicts(
        "acknowledge: When a request is received, the client service representative must acknowledge it within 1 \
         business hour.",
        "2026-01-16 20:00 request R1 is received; client C1
         2026-01-17 10:00 request R1 is acknowledged",
        "acknowledge R1: met; opened Fri 2026-01-16 20:00, due Mon 2026-01-19 10:00, done Sat 2026-01-17 10:00",
    );
}

#[test]
fn only_the_oldest_unanswered_message_counts() {
    // Until the first answer only the first response counts; the next response runs from 10:00, whatever follows.
    entries(
        "next-response: When the client writes again on a request, the assignee must answer it within 4 business \
         hours.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 09:00 the client writes again on request R1
         2026-01-12 10:00 the client writes again on request R1
         2026-01-12 12:00 the client writes again on request R1
         2026-01-12 12:30 request R1 is answered
         2026-01-12 12:50 request R1 is answered",
        "next-response R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00, done Mon 2026-01-12 12:30
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 13:00
           Mon 2026-01-12 10:00 triggered again
           Mon 2026-01-12 12:00 triggered again
           Mon 2026-01-12 12:30 met",
    );
}

#[test]
fn a_later_trigger_counts_on_though_the_case_was_over() {
    verdicts(
        "next-response: When the client writes again on a request, the assignee must answer it within 4 business \
         hours.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 09:00 the client writes again on request R1
         2026-01-12 10:00 request R1 is answered
         2026-01-12 10:00 request R1 is closed
         2026-01-13 09:00 the client writes again on request R1
         until 2026-01-13 10:00",
        "next-response R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00, done Mon 2026-01-12 10:00
         next-response R1 cycle 2: pending; opened Tue 2026-01-13 09:00, due Tue 2026-01-13 13:00",
    );
}

#[test]
fn each_email_of_a_conversation_counts_on() {
    verdicts(
        "answer: When an email is received, the addressee must answer it within 1 business day.",
        "2026-01-12 09:00 email E1 is received; client C1
         2026-01-12 10:00 email E1 is answered
         2026-01-13 09:00 email E1 is received; client C1
         2026-01-13 10:00 email E1 is answered
         2026-01-14 09:00 email E1 is received; client C1
         until 2026-01-14 10:00",
        "answer E1: met; opened Mon 2026-01-12 09:00, due Tue 2026-01-13 09:00, done Mon 2026-01-12 10:00
         answer E1 cycle 2: met; opened Tue 2026-01-13 09:00, due Wed 2026-01-14 09:00, done Tue 2026-01-13 10:00
         answer E1 cycle 3: pending; opened Wed 2026-01-14 09:00, due Thu 2026-01-15 09:00",
    );
}

#[test]
fn where_we_spoke_last_no_clock_runs() {
    verdicts(
        "next-response: When the client writes again on a request, the assignee must answer it within 4 business \
         hours.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 09:30 request R1 is answered
         2026-01-12 10:00 request R1 is answered
         until 2026-01-15 12:00",
        "",
    );
}

#[test]
fn a_machine_satisfies_only_the_clock_whose_act_may_be_automatic() {
    verdicts(
        "acknowledge: When a request is received, the client service representative must acknowledge it within 1 \
         business hour.

         respond: When a request is received, the assignee must answer it within 8 business hours.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 09:00 request R1 is acknowledged; by the system
         2026-01-12 09:01 request R1 is answered; by the system
         until 2026-01-13 12:00",
        "acknowledge R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00, done Mon 2026-01-12 09:00; automatic
         respond R1: overdue; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 17:00",
    );
}

#[test]
fn a_request_that_we_open_starts_no_response_clock() {
    verdicts(
        "acknowledge: When a request is received, the client service representative must acknowledge it within 1 \
         business hour.",
        "2026-01-12 09:00 request R1 is opened for the client; client C1
         until 2026-01-13 12:00",
        "",
    );
}

#[test]
fn an_answer_counts_as_acknowledgement_too() {
    verdicts(
        "acknowledge: When a request is received, the client service representative must acknowledge it within 1 \
         business hour.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 09:30 request R1 is answered; by Maria",
        "acknowledge R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00, done Mon 2026-01-12 09:30",
    );
}

#[test]
fn proof_may_come_in_parts_and_the_last_part_discharges() {
    verdicts(
        "acknowledge: When a request is received, the client service representative must acknowledge it within 1 \
         business hour, with an estimated time to resolution or a next update time.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 09:00 request R2 is received; client C1
         2026-01-12 09:20 request R1 is acknowledged
         2026-01-12 09:20 request R2 is acknowledged; next update time = 2026-01-12 12:00
         2026-01-12 09:40 request R1: estimated time to resolution = 2026-01-13 12:00",
        "acknowledge R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00, done Mon 2026-01-12 09:40
         acknowledge R2: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00, done Mon 2026-01-12 09:20",
    );
}

#[test]
fn one_call_discharges_two_duties_unless_it_names_its_meeting() {
    let rules = "follow-up: When a meeting is held, the account manager must follow up with the client within 2 days.";
    verdicts(
        rules,
        "2026-01-12 09:00 meeting M1 is held; client C1
         2026-01-12 10:00 meeting M2 is held; client C1
         2026-01-13 09:00 client C1 is followed up",
        "follow-up M1: met; opened Mon 2026-01-12 09:00, due Wed 2026-01-14 09:00, done Tue 2026-01-13 09:00
         follow-up M2: met; opened Mon 2026-01-12 10:00, due Wed 2026-01-14 10:00, done Tue 2026-01-13 09:00",
    );
    verdicts(
        rules,
        "2026-01-12 09:00 meeting M1 is held; client C1
         2026-01-12 10:00 meeting M2 is held; client C1
         2026-01-13 09:00 client C1 is followed up; meeting M2
         until 2026-01-13 12:00",
        "follow-up M1: pending; opened Mon 2026-01-12 09:00, due Wed 2026-01-14 09:00
         follow-up M2: met; opened Mon 2026-01-12 10:00, due Wed 2026-01-14 10:00, done Tue 2026-01-13 09:00",
    );
}

#[test]
fn what_was_done_before_the_trigger_does_not_count() {
    verdicts(
        "thank: When a sale is made, the salesperson must contact the client within 1 day.

         again: When a sale is made, the salesperson must contact the client within 2 days, unless the client has \
         been contacted in the last 3 days.",
        "2026-01-12 09:00 client C1 is contacted
         2026-01-12 10:00 sale S1 is made; client C1
         until 2026-01-14 12:00",
        "thank S1: overdue; opened Mon 2026-01-12 10:00, due Tue 2026-01-13 10:00",
    );
}

#[test]
fn another_channel_discharges_and_is_counted_beside() {
    verdicts(
        "follow-up: When a meeting is held, the account manager must follow up with the client through the client's \
         preferred channel within 2 days.",
        "2026-01-12 08:00 client C1 is added; preferred channel = phone
         2026-01-12 09:00 meeting M1 is held; client C1
         2026-01-12 10:00 client C1 is followed up; meeting M1; by Tom; channel = email
         until 2026-01-12 12:00",
        "follow-up M1: met; opened Mon 2026-01-12 09:00, due Wed 2026-01-14 09:00, done Mon 2026-01-12 10:00; other channel",
    );
}

#[test]
fn a_case_that_ends_unmet_makes_its_duties_missed() {
    verdicts(
        "acknowledge: When a request is received, the client service representative must acknowledge it within 1 \
         business hour.

         survey: When a request is closed, the client service representative must send the client a survey within 2 \
         days.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 09:30 request R1 is closed
         2026-01-12 12:00 client C1 is surveyed; request R1",
        "acknowledge R1: missed; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00
         survey R1: met; opened Mon 2026-01-12 09:30, due Wed 2026-01-14 09:30, done Mon 2026-01-12 12:00",
    );
}

#[test]
fn a_duplicate_stays_out_of_the_figures() {
    verdicts(
        "acknowledge: When a request is received, the client service representative must acknowledge it within 1 \
         business hour.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 11:00 request R1 is marked as duplicate",
        "acknowledge R1: cancelled (void); opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00",
    );
}

#[test]
fn a_duty_given_up_is_missed() {
    verdicts(
        "acknowledge: When a request is received, the client service representative must acknowledge it within 1 \
         business hour.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 09:10 `T/acknowledge` of request R1 is given up",
        "acknowledge R1: missed; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00",
    );
}

#[test]
fn what_is_still_owed_after_the_end_of_a_case_is_done_overdue_and_reopened_like_any_other() {
    verdicts(
        "ask: When a request is closed, the client service representative must ask the client for feedback within 2 \
         business days.

         solve: When a request is received, the assignee must resolve it within 4 business hours; if reopened, it \
         starts again.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 09:00 request R2 is received; client C2
         2026-01-12 10:00 request R1 is closed
         2026-01-12 10:00 request R2 is closed
         2026-01-13 10:00 client C1 is asked for feedback
         2026-01-19 10:00 request R2 is reopened
         until 2026-01-19 11:00",
        "solve R1: missed; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00
         solve R2: missed; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:00
         ask R1: met; opened Mon 2026-01-12 10:00, due Wed 2026-01-14 10:00, done Tue 2026-01-13 10:00
         ask R2: overdue; opened Mon 2026-01-12 10:00, due Wed 2026-01-14 10:00
         solve R2 cycle 2: pending; opened Mon 2026-01-19 10:00, due Mon 2026-01-19 14:00",
    );
}
