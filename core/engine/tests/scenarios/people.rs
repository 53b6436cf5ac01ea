//! Who owes: deputies, each and everyone, and whom a case names.

use crate::stage::{Case, entries, run, verdicts};

const RESOLVE: &str =
    "resolve: When a request is received, the assignee must resolve it within 2 business days.";

#[test]
fn the_deputy_stands_in_for_whoever_is_away_and_the_record_says_so() {
    entries(
        RESOLVE,
        "person Ann: technical support; away 2026-01-12 to 2026-01-19; deputy Bob
         person Bob: technical support
         2026-01-12 09:00 request R1 is received; client C1; assignee: Ann
         until 2026-01-12 10:00",
        "resolve R1: pending; opened Mon 2026-01-12 09:00, due Wed 2026-01-14 09:00
           Mon 2026-01-12 09:00 opened, due Wed 2026-01-14 09:00
           Mon 2026-01-12 09:00 reassigned to Bob",
    );
}

#[test]
fn a_deputy_who_is_away_too_does_not_stand_in() {
    entries(
        RESOLVE,
        "person Ann: technical support; away 2026-01-12 to 2026-01-19; deputy Bob
         person Bob: technical support; away 2026-01-12 to 2026-01-13
         2026-01-12 09:00 request R1 is received; client C1; assignee: Ann
         until 2026-01-12 10:00",
        "resolve R1: pending; opened Mon 2026-01-12 09:00, due Wed 2026-01-14 09:00
           Mon 2026-01-12 09:00 opened, due Wed 2026-01-14 09:00",
    );
}

#[test]
fn each_holder_of_a_role_owes_a_duty_of_their_own() {
    verdicts(
        "look: When a request is received, each account manager must look it over within 1 business day.",
        "person Ann: account manager
         person Bob: account manager
         person Cid: technical support
         person Dan: account manager; until 2026-01-01
         2026-01-12 09:00 request R1 is received; client C1
         2026-01-12 10:00 request R1 is looked over; by Bob
         until 2026-01-12 11:00",
        "look R1 (Ann): pending; opened Mon 2026-01-12 09:00, due Tue 2026-01-13 09:00
         look R1 (Bob): met; opened Mon 2026-01-12 09:00, due Tue 2026-01-13 09:00, done Mon 2026-01-12 10:00",
    );
}

#[test]
fn everyone_who_is_employed_at_the_opening_owes() {
    verdicts(
        "sign: When a version takes effect, everyone must sign it within 5 business days.",
        "person Ann: account manager
         person Bob: technical support; from 2026-02-01
         person Cid: technical support
         2026-01-12 09:00 version V1 takes effect
         2026-01-13 09:00 version V1 is signed; by Cid; with a signature
         until 2026-01-14 09:00",
        "sign V1 (Ann): pending; opened Mon 2026-01-12 09:00, due Mon 2026-01-19 09:00
         sign V1 (Cid): met; opened Mon 2026-01-12 09:00, due Mon 2026-01-19 09:00, done Tue 2026-01-13 09:00",
    );
}

#[test]
fn personally_means_a_person_who_holds_the_role() {
    let case = Case {
        rules: "call: When a sale is made, the account manager must personally contact the client within 2 business \
                days.",
        ..Case::default()
    };
    let found = run(
        &case,
        "person Ann: account manager
         person Bob: technical support
         2026-01-12 09:00 sale S1 is made; client C1
         2026-01-12 10:00 client C1 is contacted; by the system
         2026-01-12 11:00 client C1 is contacted; by Bob
         2026-01-12 12:00 client C1 is contacted; by Ann
         until 2026-01-12 13:00",
    );
    assert!(found.contains("done Mon 2026-01-12 12:00"), "{found}");
}

#[test]
fn the_client_s_wish_is_the_channel_asked_for_and_an_unknown_wish_asks_nothing() {
    let rules = "call: When a sale is made, the account manager must contact the client through the client's preferred \
                 channel within 2 business days.";
    for (wish, mark) in [("email", true), ("phone", false), ("unknown", false)] {
        let case = Case {
            rules,
            ..Case::default()
        };
        let script = format!(
            "2026-01-12 08:00 client C1 is added; preferred channel = {wish}
             2026-01-12 09:00 sale S1 is made; client C1
             2026-01-12 12:00 client C1 is contacted; channel = phone
             until 2026-01-12 13:00"
        );
        let found = run(&case, &script);
        assert_eq!(found.contains("other channel"), mark, "{wish}: {found}");
    }
}
