//! Hard cases and worked values that no other scenario shows.

use kept_engine::scenario::{Detail, listing};
use kept_engine::{Calendars, Engine};

use crate::stage::{
    Case, entries, office_hours, program, push, register, run, same, script, verdicts,
};

#[test]
fn until_the_first_answer_only_the_first_response_counts() {
    // Worked value 20: first response 8 hours, next response 2 hours.
    verdicts(
        "first: When a request is received, the client service representative must answer it within 8 business hours.

         next: When the client writes again on a request, if the request has been answered, the assignee must answer \
         the request within 2 business hours.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00 the client writes again on request R1
         2026-01-12 15:00 request R1 is answered
         2026-01-12 15:30 the client writes again on request R1
         2026-01-12 16:30 request R1 is answered",
        "first R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 17:00, done Mon 2026-01-12 15:00
         next R1: met; opened Mon 2026-01-12 15:30, due Tue 2026-01-13 09:30, done Mon 2026-01-12 16:30",
    );
}

#[test]
fn a_new_version_during_a_pause_carries_the_paused_time_over() {
    // Worked value 17: 1 hour is paused before the change, and 30 minutes after it.
    let with = |hours: &str, transition: &str| {
        format!(
            "resolve: When a request is received, the assignee must resolve it within {hours} business hours, pausing \
             while it waits for the client.{transition}"
        )
    };
    let new = with(
        "3",
        "\n\ntaking: From version 1.1, running duties under `resolve` take the new one.",
    );
    let case = Case {
        rules: &with("4", ""),
        later: &[("2026-01-12 11:00", "1.1", &new)],
        detail: Detail::Entries,
        ..Case::default()
    };
    let found = run(
        &case,
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00 request R1 is set to wait for the client
         2026-01-12 11:30 the client writes again on request R1
         2026-01-12 13:30 request R1 is resolved",
    );
    same(
        &found,
        "resolve R1: met; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 13:30, done Mon 2026-01-12 13:30; re-based
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 13:00
           Mon 2026-01-12 10:00 paused
           Mon 2026-01-12 11:00 re-based from Mon 2026-01-12 13:00 to Mon 2026-01-12 13:00
           Mon 2026-01-12 11:30 resumed, due Mon 2026-01-12 13:30
           Mon 2026-01-12 13:30 met",
    );
}

#[test]
fn alerts_of_the_first_cycle_do_not_repeat_in_the_second() {
    // Worked value 29.
    entries(
        "resolve: When a request is received, the assignee must resolve it within 1 business hour; if reopened, it \
         starts again; otherwise it escalates to the account manager, and after 4 business hours to management.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 11:00 request R1 is resolved
         2026-01-12 11:30 request R1 is closed
         2026-01-12 12:00 request R1 is reopened
         2026-01-12 12:30 request R1 is resolved
         until 2026-01-13 12:00",
        "resolve R1: met late; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00, done Mon 2026-01-12 11:00
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 10:00
           Mon 2026-01-12 10:00 breached
           Mon 2026-01-12 10:00 escalated, level 1, to account manager
           Mon 2026-01-12 11:00 met late
         resolve R1 level 1: met; opened Mon 2026-01-12 10:00, done Mon 2026-01-12 11:00
           Mon 2026-01-12 10:00 opened without a date
           Mon 2026-01-12 11:00 met
         resolve R1 cycle 2: met; opened Mon 2026-01-12 12:00, due Mon 2026-01-12 13:00, done Mon 2026-01-12 12:30
           Mon 2026-01-12 12:00 opened, due Mon 2026-01-12 13:00
           Mon 2026-01-12 12:30 met",
    );
}

#[test]
fn closing_erases_no_verdict() {
    // Worked value 31.
    verdicts(
        "acknowledge: When a request is received, the client service representative must acknowledge it within 1 \
         business hour.

         resolve: When a request is received, the assignee must resolve it within 2 business hours.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 11:00 request R1 is acknowledged
         2026-01-12 13:00 request R1 is closed
         2026-01-13 09:00 request R1 is resolved
         until 2026-01-13 10:00",
        "acknowledge R1: met late; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00, done Mon 2026-01-12 11:00
         resolve R1: missed; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 11:00",
    );
}

#[test]
fn a_breach_of_a_merged_request_stays_on_record() {
    // Worked value 30: the earlier promise lives on in the survivor with its breach.
    entries(
        "resolve: When a request is received, the assignee must resolve it within 2 business hours.",
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 11:30 request R2 is received; client C1
         2026-01-12 12:00 request R1 is merged into R2
         2026-01-12 13:00 request R2 is resolved",
        "resolve R2: met late; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 11:00, done Mon 2026-01-12 13:00
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 11:00
           Mon 2026-01-12 11:00 breached
           Mon 2026-01-12 13:00 met late
         resolve R2: cancelled (void); opened Mon 2026-01-12 11:30, due Mon 2026-01-12 13:30
           Mon 2026-01-12 11:30 opened, due Mon 2026-01-12 13:30
           Mon 2026-01-12 12:00 cancelled",
    );
}

#[test]
fn either_of_two_roles_may_do_it_and_escalation_skips_both() {
    let rules = "look: When a request is escalated, the account manager or management must look it over within 1 business \
                 hour; otherwise it escalates to management, and after 1 business hour to the sales manager.";
    let found = run(
        &Case {
            rules,
            detail: Detail::Entries,
            ..Case::default()
        },
        "person Ann: account manager
         person Max: management
         person Sue: sales manager
         2026-01-12 09:00 request R1 is escalated; client C1; account manager: Ann
         2026-01-12 11:00 request R1 is looked over; by Max
         until 2026-01-12 12:00",
    );
    same(
        &found,
        "look R1: met late; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 10:00, done Mon 2026-01-12 11:00
           Mon 2026-01-12 09:00 opened, due Mon 2026-01-12 10:00
           Mon 2026-01-12 10:00 breached
           Mon 2026-01-12 10:00 escalated, level 1, to sales manager, 1 passed over
           Mon 2026-01-12 11:00 met late
         look R1 level 1: met; opened Mon 2026-01-12 10:00, done Mon 2026-01-12 11:00
           Mon 2026-01-12 10:00 opened without a date
           Mon 2026-01-12 11:00 met",
    );
}

#[test]
fn at_one_instant_the_order_of_the_journal_counts() {
    let rules = "call: When a sale is made, the salesperson must contact the client within 3 business days.";
    verdicts(
        rules,
        "2026-01-12 10:00 client C1 is contacted
         2026-01-12 10:00 sale S1 is made; client C1
         until 2026-01-12 11:00",
        "call S1: pending; opened Mon 2026-01-12 10:00, due Thu 2026-01-15 10:00",
    );
    verdicts(
        rules,
        "2026-01-12 10:00 sale S1 is made; client C1
         2026-01-12 10:00 client C1 is contacted
         until 2026-01-12 11:00",
        "call S1: met; opened Mon 2026-01-12 10:00, due Thu 2026-01-15 10:00, done Mon 2026-01-12 10:00",
    );
}

#[test]
fn a_rhythm_that_is_on_again_has_a_full_new_cycle() {
    verdicts(
        "check: Every 10 days since the last contact, for each client, while the client is Gold, the account manager \
         must contact the client.",
        "2026-01-01 10:00 client C1 is added; tier = Gold
         2026-01-05 10:00 client C1: tier = Silver
         2026-01-20 10:00 client C1: tier = Gold
         until 2026-01-21 10:00",
        "check C1: cancelled (condition); opened Thu 2026-01-01 10:00, due Sun 2026-01-11 10:00
         check C1 cycle 2: pending; opened Tue 2026-01-20 10:00, due Fri 2026-01-30 10:00",
    );
}

#[test]
fn a_paused_duty_whose_priority_changes_stays_paused_without_breach() {
    verdicts(
        "Table 6: Time to resolve

| priority | **time** |
| --- | --- |
| urgent | 1 business hour |
| otherwise | 8 business hours |

resolve: When a request is received, the assignee must resolve it within the time in table 6, pausing while it waits for \
         the client.",
        "2026-01-12 09:00 request R1 is received; client C1; priority = low
         2026-01-12 09:30 request R1 is set to wait for the client
         2026-01-12 12:00 request R1: priority = urgent
         until 2026-01-12 16:00",
        "resolve R1: paused; opened Mon 2026-01-12 09:00, due Mon 2026-01-12 12:30; re-based",
    );
}

#[test]
fn looking_often_changes_nothing() {
    // Worked value 33, and a server that was down over a deadline: the record does not depend on who looked when.
    let rules = "resolve: When a request is received, the assignee must resolve it within 2 business hours, pausing while \
                 it waits for the client; 1 business hour before, it warns the owner; otherwise it escalates to the \
                 account manager, and after 1 business hour to management.";
    let script = script(
        "2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:30 request R1 is set to wait for the client
         2026-01-12 11:30 the client writes again on request R1
         2026-01-12 15:00 request R1 is resolved",
    );
    let calendars = Calendars::company(office_hours());
    let program = program(rules, calendars, script.people.clone());
    let mut found = Vec::new();
    for every in [None, Some(7), Some(61)] {
        let mut duties = Vec::new();
        let mut engine = Engine::new(&program, 1, |duty| duties.push(duty.clone()));
        match every {
            None => push(&mut engine, &script),
            Some(minutes) => {
                let mut looked = script.events.first().unwrap().at;
                for event in &script.events {
                    while looked < event.at {
                        engine.owed(looked);
                        looked = looked.plus_micros(minutes * 60_000_000);
                    }
                    event.lend(|event| engine.push(event)).unwrap();
                }
            }
        }
        engine.finish(script.until);
        found.push(listing(
            register(),
            &office_hours(),
            &duties,
            Detail::Entries,
        ));
    }
    assert!(found.first().unwrap().contains("level 2"));
    assert!(found.iter().all(|one| Some(one) == found.first()));
}
