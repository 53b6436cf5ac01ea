//! Samples: what is drawn, by whom it may be checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use kept_engine::{Calendars, Engine, Verdict};

use crate::stage::{office_hours, program, push, script, verdicts};

const CHECK: &str = "check: Every week, quality control checks 10 % of the closed requests, at least 2, by tier, within \
                     5 business days.";

/// So many requests of Gold and of Silver clients, all closed in one week.
fn week(gold: usize, silver: usize) -> String {
    let mut script =
        "2026-01-05 00:00 client A1 is added\n2026-01-05 00:00 client G1 is added; tier = Gold\n\
                      2026-01-05 00:00 client S1 is added; tier = Silver\n"
            .to_owned();
    for (client, many) in [("G1", gold), ("S1", silver)] {
        for n in 0..many {
            let _ = writeln!(
                script,
                "2026-01-06 10:00 request {client}{n} is received; client {client}"
            );
            let _ = writeln!(script, "2026-01-06 10:00 request {client}{n} is closed");
        }
    }
    // By the clock, whatever the order of the lines above.
    script.push_str("until 2026-01-13 09:00");
    script
}

fn drawn(gold: usize, silver: usize, seed: u64) -> BTreeSet<String> {
    let script = script(&week(gold, silver));
    let program = program(
        CHECK,
        Calendars::company(office_hours()),
        script.people.clone(),
    );
    let mut found = BTreeSet::new();
    let mut engine = Engine::new(&program, seed, |duty| {
        assert_eq!(duty.verdict, Verdict::Pending);
        found.insert(duty.subject.clone());
    });
    push(&mut engine, &script);
    engine.finish(script.until);
    found
}

#[test]
fn each_stratum_gives_its_share_rounded_up() {
    let drawn = drawn(25, 4, 1);
    let mut by: BTreeMap<&str, usize> = BTreeMap::new();
    for id in &drawn {
        *by.entry(&id[..2]).or_default() += 1;
    }
    // 10 % of 29 is 3: 3 × 25 ÷ 29 rounds up to 3, 3 × 4 ÷ 29 to 1.
    assert_eq!(by, BTreeMap::from([("G1", 3), ("S1", 1)]));
}

#[test]
fn at_least_so_many_are_drawn_where_there_are_so_many() {
    assert_eq!(drawn(5, 0, 1).len(), 2);
    assert_eq!(drawn(1, 0, 1).len(), 1);
    assert_eq!(drawn(0, 0, 1).len(), 0);
}

#[test]
fn one_seed_draws_the_same_and_another_one_other_cases() {
    assert_eq!(drawn(40, 0, 7), drawn(40, 0, 7));
    assert_ne!(drawn(40, 0, 7), drawn(40, 0, 8));
}

#[test]
fn nobody_checks_their_own_work() {
    verdicts(
        CHECK,
        "person Ann: quality control
         person Bob: quality control
         2026-01-05 00:00 client C1 is added; tier = Gold
         2026-01-06 10:00 request R1 is received; client C1; assignee: Ann
         2026-01-06 12:00 request R1 is closed
         2026-01-13 09:00 quality check Q1 is scored; request R1; client C1; by Ann
         2026-01-14 09:00 quality check Q2 is scored; request R1; client C1; by Bob
         until 2026-01-15 09:00",
        "check R1: met; opened Mon 2026-01-12 00:00, due Mon 2026-01-19 09:00, done Wed 2026-01-14 09:00",
    );
}
