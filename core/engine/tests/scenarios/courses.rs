//! Courses: who owes them, until when, and what ends without them.

use kept_engine::{Calendars, Engine};

use crate::stage::{entries, office_hours, program, push, script, verdicts};

const SERVICE: &str = "service: Course \"Service\" takes 1 day for the account manager, within 1 month, renewed every 12 \
                       months, with a test; 30 days and 7 days before, it warns the learner.";

#[test]
fn each_person_of_the_audience_owes_a_passed_session_and_then_its_renewal() {
    verdicts(
        SERVICE,
        "person Ann: account manager
         person Bob: technical support
         person Eve: account manager; from 2026-02-01
         2026-01-01 09:00 client C1 is added
         2026-01-15 09:00 course \"Service\" is attended; learner: Ann
         2026-01-20 09:00 course \"Service\" is passed; learner: Ann
         2026-03-05 09:00 course \"Service\" is passed; learner: Eve
         until 2026-03-06 09:00",
        "service company (Ann): met; opened Thu 2026-01-01 09:00, due Sun 2026-02-01 09:00, done Tue 2026-01-20 09:00
         service company (Ann) cycle 2: pending; opened Tue 2026-01-20 09:00, due Wed 2027-01-20 09:00
         service company (Eve): met late; opened Sun 2026-02-01 00:00, due Sun 2026-03-01 00:00, done Thu 2026-03-05 09:00
         service company (Eve) cycle 2: pending; opened Thu 2026-03-05 09:00, due Fri 2027-03-05 09:00",
    );
}

#[test]
fn without_a_test_being_there_is_enough_and_another_course_is_not() {
    verdicts(
        "service: Course \"Service\" takes half a day for everyone, within 1 month, renewed every 12 months.",
        "person Ann: account manager
         2026-01-01 09:00 client C1 is added
         2026-01-14 09:00 course \"Privacy\" is attended; learner: Ann
         2026-01-15 09:00 course \"Service\" is attended; by Ann
         until 2026-01-16 09:00",
        "service company (Ann): met; opened Thu 2026-01-01 09:00, due Sun 2026-02-01 09:00, done Thu 2026-01-15 09:00
         service company (Ann) cycle 2: pending; opened Thu 2026-01-15 09:00, due Fri 2027-01-15 09:00",
    );
}

#[test]
fn the_learner_is_warned_before_the_lapse() {
    entries(
        SERVICE,
        "person Ann: account manager
         2026-01-01 09:00 client C1 is added
         2026-01-20 09:00 course \"Service\" is passed; learner: Ann
         until 2027-01-21 09:00",
        "service company (Ann): met; opened Thu 2026-01-01 09:00, due Sun 2026-02-01 09:00, done Tue 2026-01-20 09:00
           Thu 2026-01-01 09:00 opened, due Sun 2026-02-01 09:00
           Fri 2026-01-02 09:00 warned the owner
           Tue 2026-01-20 09:00 met
         service company (Ann) cycle 2: overdue; opened Tue 2026-01-20 09:00, due Wed 2027-01-20 09:00
           Tue 2026-01-20 09:00 opened, due Wed 2027-01-20 09:00
           Mon 2026-12-21 09:00 warned the owner
           Wed 2027-01-13 09:00 warned the owner
           Wed 2027-01-20 09:00 breached",
    );
}

#[test]
fn whoever_leaves_the_audience_owes_nothing_more() {
    verdicts(
        SERVICE,
        "person Ann: account manager; until 2026-01-20
         person Bob: account manager; until 2026-02-20
         2026-01-01 09:00 client C1 is added
         until 2026-03-01 09:00",
        "service company (Ann): cancelled (condition); opened Thu 2026-01-01 09:00, due Sun 2026-02-01 09:00
         service company (Bob): missed; opened Thu 2026-01-01 09:00, due Sun 2026-02-01 09:00",
    );
}

#[test]
fn a_right_is_at_rest_once_the_grace_after_the_lapse_is_over_and_back_when_passed() {
    let script = script(
        "person Ann: account manager
         2026-01-01 09:00 client C1 is added
         2026-03-02 09:00 course \"Service\" is passed; learner: Ann
         until 2026-03-03 09:00",
    );
    let program = program(
        "service: Course \"Service\" takes 1 day for the account manager, within 1 month, renewed every 12 months, with a \
         test; without it, access to client data ends after 14 days.",
        Calendars::company(office_hours()),
        script.people.clone(),
    );
    let at = |day: &str| office_hours().parse_instant(day).unwrap();
    let mut engine = Engine::new(&program, 1, |_| {});
    let (first, rest) = script.events.split_first().unwrap();
    first.lend(|event| engine.push(event)).unwrap();
    // Due February 1, 09:00; 14 days later the right ends.
    assert!(engine.ended_rights(at("2026-02-15 08:59")).is_empty());
    let ended = engine.ended_rights(at("2026-02-15 09:00"));
    let said: Vec<_> = ended
        .iter()
        .map(|right| (right.person.as_str(), right.rule.id.as_str(), right.since))
        .collect();
    assert_eq!(said, [("Ann", "service", at("2026-02-15 09:00"))]);
    for event in rest {
        event.lend(|event| engine.push(event)).unwrap();
    }
    assert!(engine.ended_rights(at("2026-03-02 09:00")).is_empty());
    let mut other = Engine::new(&program, 1, |_| {});
    push(&mut other, &script);
    assert!(other.ended_rights(at("2027-03-02 09:00")).is_empty());
}
