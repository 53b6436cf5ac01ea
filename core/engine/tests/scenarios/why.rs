//! Why a deadline is when it is.

use kept_engine::{Calendars, Engine, Record};
use kept_language::ast::RuleKey;

use crate::stage::{office_hours, program, push, register, same, script};

/// The account of a rule's duty on a request, as the script ends.
fn why(rules: &str, rule: &str, request: &str, text: &str) -> String {
    let script = script(text);
    let program = program(
        rules,
        Calendars::company(office_hours()),
        script.people.clone(),
    );
    let mut engine = Engine::new(&program, 1, |_| {});
    push(&mut engine, &script);
    let key = RuleKey {
        code: "T".to_owned(),
        id: rule.to_owned(),
    };
    let case = Record {
        noun: register().noun("request").unwrap(),
        id: request,
    };
    engine.why(&key, case, script.until).join("\n")
}

#[test]
fn a_deadline_is_told_by_its_opening_its_span_and_the_calendar() {
    let found = why(
        "resolve: When a request is received, the assignee must resolve it within 4 business hours.",
        "resolve",
        "R1",
        "2026-01-12 15:00 request R1 is received; client C1
         until 2026-01-12 16:00",
    );
    same(
        &found,
        "Opened Mon 2026-01-12 15:00 by event 1: the request is received.
         From Mon 2026-01-12 15:00 its sentence gives 4 business hours, by the company's calendar:
         Mon 12 Jan 2026 15:00: 2 h until closing at 17:00
         Tue 13 Jan 09:00 open; 2 h more: 11:00
         So it is due Tue 2026-01-13 11:00.",
    );
}

#[test]
fn pauses_and_changes_are_told_in_their_order() {
    let found = why(
        "Table 6: Time to resolve

| tier | **time** |
| --- | --- |
| Gold | 4 business hours |
| Silver | 8 business hours |

resolve: When a request is received, the assignee must resolve it within the time in table 6, pausing while it waits for \
         the client.",
        "resolve",
        "R1",
        "2026-01-12 09:00 request R1 is received; client C1; tier = Silver
         2026-01-12 10:00 request R1 is set to wait for the client
         2026-01-12 11:00 the client writes again on request R1
         2026-01-12 12:00 client C1: tier = Gold
         until 2026-01-12 12:30",
    );
    same(
        &found,
        "Opened Mon 2026-01-12 09:00 by event 1: the request is received.
         From Mon 2026-01-12 09:00 its table gives 4 business hours, by the company's calendar:
         Mon 12 Jan 2026 09:00 + 4 h: 13:00
         Mon 2026-01-12 10:00: its clock stopped.
         Mon 2026-01-12 11:00: its clock ran on, due Tue 2026-01-13 10:00.
         Mon 2026-01-12 12:00: a change moved it from Tue 2026-01-13 10:00 to Mon 2026-01-12 14:00.
         So it is due Mon 2026-01-12 14:00.",
    );
}

#[test]
fn what_has_no_date_yet_says_what_it_waits_for() {
    let rules = "later: When a request is received, the assignee must resolve it within 2 business hours after it is \
                 assigned.

                 by: When a request is received, the assignee must update the client by its next update time.";
    let log = "2026-01-12 09:00 request R1 is received; client C1
               until 2026-01-12 12:30";
    same(
        &why(rules, "later", "R1", log),
        "Opened Mon 2026-01-12 09:00 by event 1: the request is received.
         Its time begins with an event that has not happened.
         So it is without a date.",
    );
    same(
        &why(rules, "by", "R1", log),
        "Opened Mon 2026-01-12 09:00 by event 1: the request is received.
         Its time cannot be told: “next update time” is unknown.
         So it cannot be judged yet.",
    );
}

#[test]
fn a_rule_that_opened_nothing_says_why_not() {
    let rules = "urgent: When a request is received, if its priority is urgent, the assignee must resolve it within 4 \
                 business hours.";
    let log = "2026-01-12 09:00 request R1 is received; client C1; priority = low
               until 2026-01-12 12:30";
    same(
        &why(rules, "urgent", "R1", log),
        "It was triggered, but its condition does not hold.",
    );
}

#[test]
fn what_is_over_says_how_it_ended() {
    let rules = "resolve: When a request is received, the assignee must resolve it within 1 day.";
    let log = "2026-01-12 09:00 request R1 is received; client C1
               2026-01-14 09:00 request R1 is resolved
               until 2026-01-14 12:30";
    let found = why(rules, "resolve", "R1", log);
    let last = found.lines().last().unwrap();
    assert_eq!(
        last,
        "It was due Tue 2026-01-13 09:00; met late Wed 2026-01-14 09:00."
    );
}
