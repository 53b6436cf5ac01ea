//! What-if: two versions over one log, and what differs.

use kept_engine::{Calendars, Difference, RuleDifference, Verdict, WhatIf};

use crate::stage::{office_hours, program, replay, script};

const LOG: &str = "2026-01-12 09:00 request R1 is received; client C1; tier = Gold
    2026-01-12 09:00 request R2 is received; client C1
    2026-01-12 09:00 request R3 is received; client C1
    2026-01-12 10:00 request R1 is resolved
    2026-01-12 12:00 request R2 is resolved
    2026-01-12 16:00 request R3 is resolved
    until 2026-01-13 09:00";

fn resolve(hours: u32) -> String {
    format!(
        "resolve: When a request is received, the assignee must resolve it within {hours} business hours."
    )
}

fn compare(first: &str, second: &str, log: &str) -> Difference {
    let script = script(log);
    let of = |rules| {
        let calendars = Calendars::company(office_hours());
        program(rules, calendars, script.people.clone())
    };
    let (first, second) = (of(first), of(second));
    let mut found = WhatIf::new(&first, &second);
    replay(&first, &script, |duty| found.first(duty));
    replay(&second, &script, |duty| found.second(duty));
    found.finish()
}

fn rule<'d>(difference: &'d Difference, name: &str) -> &'d RuleDifference {
    let mut rules = difference.rules.iter();
    rules.find(|rule| rule.rule == name).unwrap()
}

fn flips(rule: &RuleDifference) -> Vec<(Verdict, Verdict, u64)> {
    let flips = rule.flips.iter();
    flips.map(|flip| (flip.from, flip.to, flip.count)).collect()
}

#[test]
fn the_same_version_twice_gives_an_empty_difference() {
    let difference = compare(&resolve(4), &resolve(4), LOG);
    assert!(difference.empty && difference.work.is_empty());
    assert!(difference.rules.iter().all(RuleDifference::is_empty));
    let rule = rule(&difference, "T/resolve");
    assert!(rule.examples.is_empty());
    assert_eq!((rule.before, rule.before.counts.triggered), (rule.after, 3));
}

#[test]
fn verdicts_flip_both_ways() {
    let (short, long) = (resolve(2), resolve(4));
    let kinder = compare(&short, &long, LOG);
    let kinder = rule(&kinder, "T/resolve");
    assert_eq!(flips(kinder), [(Verdict::MetLate, Verdict::Met, 1)]);
    assert_eq!((kinder.deadlines, kinder.new, kinder.dropped), (3, 0, 0));
    let stricter = compare(&long, &short, LOG);
    assert_eq!(
        flips(rule(&stricter, "T/resolve")),
        [(Verdict::Met, Verdict::MetLate, 1)]
    );
}

#[test]
fn a_new_rule_has_new_duties_and_a_removed_one_dropped_ones() {
    let both = format!(
        "{}\n\nacknowledge: When a request is received, the client service representative must acknowledge it within 1 \
         business hour.",
        resolve(4)
    );
    let more = compare(&resolve(4), &both, LOG);
    let new = rule(&more, "T/acknowledge");
    assert_eq!((new.new, new.dropped, new.before.rate), (3, 0, None));
    assert!(new.examples.iter().all(|case| case.before.is_none()));
    assert!(rule(&more, "T/resolve").is_empty());
    let fewer = compare(&both, &resolve(4), LOG);
    let dropped = rule(&fewer, "T/acknowledge");
    assert_eq!((dropped.new, dropped.dropped), (0, 3));
    assert!(dropped.examples.iter().all(|case| case.after.is_none()));
}

#[test]
fn a_moved_deadline_is_told_though_no_verdict_flips() {
    let difference = compare(&resolve(8), &resolve(20), LOG);
    let rule = rule(&difference, "T/resolve");
    assert_eq!(
        (rule.deadlines, flips(rule).len(), difference.empty),
        (3, 0, false)
    );
    let case = rule.examples.first().unwrap();
    assert_ne!(case.before, case.after);
}

#[test]
fn work_is_told_by_role_and_week_where_it_differs() {
    let log = "2026-01-12 09:00 request R1 is received; client C1
        2026-01-14 09:00 request R2 is received; client C1
        2026-01-20 09:00 request R3 is received; client C1
        until 2026-01-21 09:00";
    let both = format!(
        "{}\n\nacknowledge: When a request is received, the client service representative must acknowledge it within 1 \
         business day.",
        resolve(40)
    );
    let difference = compare(&resolve(40), &both, log);
    let work: Vec<_> = difference
        .work
        .iter()
        .map(|work| {
            (
                work.role.as_str(),
                work.week.as_str(),
                work.before,
                work.after,
            )
        })
        .collect();
    assert_eq!(
        work,
        [
            ("client service representative", "2026-01-12", 0, 2),
            ("client service representative", "2026-01-19", 0, 1),
        ]
    );
}

#[test]
fn what_cannot_be_judged_any_more_is_a_flip_too() {
    let by_tier = "Table 6: Time to resolve

| tier | **time** |
| --- | --- |
| Gold | 4 business hours |
| otherwise | 8 business hours |

resolve: When a request is received, the assignee must resolve it within the time in table 6.";
    let log = "2026-01-12 09:00 request R1 is received; client C1
        2026-01-12 09:00 request R2 is received; client C2; tier = Gold
        2026-01-12 10:00 request R1 is resolved
        2026-01-12 10:00 request R2 is resolved
        2026-01-12 11:00 request R1 is closed
        until 2026-01-13 09:00";
    let difference = compare(&resolve(4), by_tier, log);
    let rule = rule(&difference, "T/resolve");
    assert_eq!(flips(rule), [(Verdict::Met, Verdict::CannotBeJudged, 1)]);
    assert_eq!(rule.after.counts.cannot_be_judged, 1);
    assert_eq!(rule.after.rate.map(|rate| rate.n), Some(1));
}

#[test]
fn the_cases_shown_are_flips_before_moves() {
    use std::fmt::Write as _;
    // Thirty that merely move, then three that flip.
    let mut log = String::new();
    for n in 0..30 {
        let _ = writeln!(log, "2026-01-12 09:00 request A{n} is received; client C1");
    }
    for n in 0..3 {
        let _ = writeln!(log, "2026-01-12 09:00 request Z{n} is received; client C1");
    }
    for n in 0..30 {
        let _ = writeln!(log, "2026-01-12 10:00 request A{n} is resolved");
    }
    for n in 0..3 {
        let _ = writeln!(log, "2026-01-12 12:00 request Z{n} is resolved");
    }
    log.push_str("until 2026-01-13 09:00");
    let difference = compare(&resolve(2), &resolve(4), &log);
    let rule = rule(&difference, "T/resolve");
    let shown: Vec<&str> = rule
        .examples
        .iter()
        .map(|case| case.subject.as_str())
        .collect();
    assert_eq!(shown.len(), 20);
    assert_eq!(shown.get(..3), Some(["Z0", "Z1", "Z2"].as_slice()));
    assert_eq!(rule.deadlines, 33);
}
